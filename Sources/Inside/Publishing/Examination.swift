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
  package let rows: Int
  /// SHA-256 over descriptor and sources, lower-case hex.
  package let fingerprint: String

  package var faultCount: Int { dataset.resources.reduce(0) { $0 + (reports[$1.name]?.faultCount ?? 0) } }
  package var faults: [CellFault] { dataset.resources.flatMap { reports[$0.name]?.faults ?? [] } }

  /// Reads every resource once: checked against its schema, and scanned by the policy's detectors.
  package init(_ dataset: Dataset, catalog: Catalog, policies: PolicySet) throws {
    var reports: [String: TableReport] = [:]
    var findings: [Finding] = []
    var rows = 0
    for resource in dataset.resources {
      let scan = DetectorScan(resource, policy: policies.detectors)
      let report = try TableCheck.run(
        resource.source, schema: resource.schema, codeLists: Self.codeLists(of: resource, catalog), shown: 20
      ) { batch, _ in scan.look(at: batch) }
      reports[resource.name] = report
      findings += scan.findings()
      rows += report.rows
    }
    self.dataset = dataset
    self.reports = reports
    self.findings = findings
    self.rows = rows
    fingerprint = try Self.fingerprint(of: dataset)
  }

  private static func codeLists(of resource: Resource, _ catalog: Catalog) -> [String: Set<String>] {
    var lists: [String: Set<String>] = [:]
    for list in resource.fields.values.compactMap(\.codeList) {
      lists[list] = Set((catalog.codeLists[list]?.codes ?? []).map(\.code))
    }
    return lists
  }

  /// SHA-256 over the descriptor and every source file, each with its length before it.
  static func fingerprint(of dataset: Dataset) throws -> String {
    var digest = Digest.SHA256()
    for path in [dataset.file] + dataset.resources.map(\.source.path) {
      digest.update(Array("\(try Files.size(path))\n".utf8))
      try Files.forEachChunk(of: path) { digest.update($0) }
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
      fields: declared, findings: findings, rows: rows)
  }
}

/// The detectors over the columns of one resource.
final class DetectorScan {
  private var scanners: [ColumnScanner]

  init(_ resource: Resource, policy: DetectorPolicy) {
    scanners = resource.schema.fields.map { field in
      ColumnScanner(
        field: field.name, policy: policy, fieldTitles: (field.title?.byLanguage ?? []).map(\.text))
    }
  }

  func look(at batch: Batch) {
    for column in 0..<min(batch.columnCount, scanners.count) {
      for row in 0..<batch.rowCount {
        batch.withCell(row, column) { scanners[column].scan($0) }
      }
    }
  }

  func findings() -> [Finding] { scanners.flatMap { $0.findings() } }
}
