import Bytes
package import Catalogs
package import Policies
package import Tables
import Trust

/// What reading a dataset's sources has shown: its faults, its quality, and what detectors found. One pass a table.
package struct Examination: Sendable {
  package let dataset: Dataset
  /// One report for each resource, by name.
  package let reports: [String: TableReport]
  package let findings: [Finding]
  /// What no detector saw, because it was not read as the table it should be.
  package let unread: [Unread]
  package let rows: Int
  /// SHA-256 over descriptor and sources, lower-case hex.
  package let fingerprint: String

  /// A table that nobody has read is a fault.
  package var faultCount: Int { dataset.resources.reduce(0) { $0 + (reports[$1.name]?.faultCount ?? 1) } }
  package var faults: [CellFault] { dataset.resources.flatMap { reports[$0.name]?.faults ?? [] } }

  /// How far quasi-identifiers single people out, in the table where they do so most; nil where there are none.
  package let risk: RiskMeasures?
  /// Distinct units of the declared subject; nil where none is declared.
  package let units: Int?
  /// The sources of a derived dataset with their levels; empty for any other, and until they are judged.
  package var sources: [SourceFacts] = []

  /// Reads every resource once: checked against its schema, scanned by the policy's detectors, and its disclosure
  /// risk measured. `advises` also seeks the changes that would lower the risk, which takes longer.
  package init(_ dataset: Dataset, catalog: Catalog, policies: PolicySet, advises: Bool = false) throws {
    let detectors = DetectorSet(policies.detectors)
    let wantedK = advises ? policies.detectors.risk.map(\.minimumK).max() : nil
    var reports: [String: TableReport] = [:]
    var findings = Markings.findings(in: dataset, detectors)
    var unread: [Unread] = []
    var risks: [RiskMeasures] = []
    var units: Int?
    var rows = 0
    for resource in dataset.resources {
      let look = TableLook(resource, subject: dataset.subject, detectors: detectors, remediesFor: wantedK)
      let report = try TableCheck.run(
        resource.source, schema: resource.schema, codeLists: Self.codeLists(of: resource, catalog), shown: 20
      ) { batch, columns in look.look(at: batch, columns) }
      reports[resource.name] = report
      let seen = look.evidence(
        after: report, isDeclared: true, isDerived: dataset.join != nil || dataset.derivation != nil)
      findings += seen.findings
      unread += seen.unread
      if let risk = seen.risk { risks.append(risk) }
      units = [units, seen.units].compactMap { $0 }.max()
      rows += report.rows
    }
    self.dataset = dataset
    self.reports = reports
    self.findings = findings
    self.unread = unread
    self.rows = rows
    self.units = units
    risk =
      dataset.derivation?.risk
      ?? risks.max { ($0.uniqueShare, -$0.smallestGroup) < ($1.uniqueShare, -$1.smallestGroup) }
    fingerprint = try Self.fingerprint(of: dataset, catalog)
  }

  private static func codeLists(of resource: Resource, _ catalog: Catalog) -> [String: Set<String>] {
    var lists: [String: Set<String>] = [:]
    for list in resource.fields.values.compactMap(\.codeList) {
      lists[list] = Set((catalog.codeLists[list]?.codes ?? []).map(\.code))
    }
    return lists
  }

  /// SHA-256 over the descriptor and every source file, each with its length before it. Of a derived dataset these are
  /// the rows as they are joined, and the descriptors of its sources and of theirs.
  static func fingerprint(of dataset: Dataset, _ catalog: Catalog) throws -> String {
    var digest = Digest.SHA256()
    for file in [dataset.file] + (dataset.join?.files ?? []) {
      let text = try catalog.text(of: file)
      digest.update(Array("\(text.count)\n".utf8))
      digest.update(text)
    }
    for resource in dataset.resources {
      let file = try resource.heldFile()
      digest.update(Array("\(file.count)\n".utf8))
      try file.forEachChunk { digest.update($0) }
    }
    return Hex.encode(digest.finish())
  }

  /// What the rules of classification are asked about.
  package var facts: DatasetFacts {
    let declared = dataset.resources.flatMap { resource in
      resource.schema.fields.map { field in
        FieldFacts(
          name: field.name, declaredLevel: resource.fields[field.name]?.level,
          role: resource.fields[field.name]?.role)
      }
    }
    return DatasetFacts(
      name: dataset.name, declaredLevel: dataset.classification.level, flags: dataset.classification.flags,
      hasLegalBasis: dataset.classification.legalBasis != nil,
      hasReason: dataset.classification.reason != nil,
      fields: declared, findings: findings, unread: unread, rows: rows, subjectUnits: units, risk: risk,
      promise: dataset.derivation?.promise, sources: sources)
  }
}
