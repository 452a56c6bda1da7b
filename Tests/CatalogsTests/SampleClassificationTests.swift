import Bytes
import Catalogs
import Policies
import Support
import Tables
import Testing

/// The first publication of the repository's own catalogue under its own policies: nobody needs to sign anything.
@Suite struct `The sample catalogue before the gate` {
  @Test func `stands at the level it declares, and passes without an approval`() throws {
    let policies = try PolicySet.load(folder: Places.root + "/Policies")
    let catalog = try Catalog.load(folder: Places.root + "/Catalog", policies: policies)
    let detectors = DetectorSet(policies.detectors)
    // What the join of two others holds is tried where it is published.
    for dataset in catalog.datasets where dataset.join == nil {
      var findings: [Finding] = []
      var rows = 0
      for resource in dataset.resources {
        let found = try scan(resource, detectors)
        findings += found.findings
        rows += found.rows
      }
      let verdict = classify(
        facts(of: dataset, findings: findings, rows: rows), scale: policies.scale, policy: policies.detectors)
      let declared = dataset.classification.level
      #expect(verdict.level.id == declared, "\(dataset.name): \(findings)")
      #expect(
        verdict.problems.isEmpty && verdict.requiresApproval.isEmpty, "\(dataset.name): \(verdict.problems)")
      let request = GateRequest(
        verdict: verdict, policyHash: policies.hash,
        content: Envelope(
          dataset: dataset.name, family: dataset.keyFamily, owner: dataset.provider.organization,
          level: declared,
          legalBasis: nil, fields: [], codeLists: [:], text: "", findings: [], subject: "", results: "",
          views: ""),
        contentHash: "", standing: nil, publisher: nil, manager: catalog.manager, day: "2026-11-30")
      let pass = try Gate.clear(request, scale: policies.scale)
      #expect((pass.rows != nil) == (declared == "L1"))
      #expect((pass.results != nil) == (declared != "L1"))
      for result in dataset.results where result.kind == .statistic {
        let profile = try #require(policies.profiles[result.profile])
        #expect(Gate.objection(to: profile, at: verdict.level, bar: policies.bars[verdict.level.id]) == nil)
      }
      if dataset.name == "residents" {
        #expect(
          Set(findings.map(\.rule)).isSuperset(of: ["residentID", "mobile"]), "\(findings.map(\.rule))")
      }
    }
  }

  private func scan(_ resource: Resource, _ detectors: DetectorSet) throws -> (findings: [Finding], rows: Int)
  {
    let reader = try TableReader(resource.source)
    let missing = Set(resource.schema.missingValues)
    var scanners = resource.schema.fields.map { field in
      ColumnScanner(
        field: field.name, detectors: detectors, fieldTitles: field.title?.byLanguage.map(\.text) ?? [])
    }
    var rows = 0
    while let batch = try reader.next() {
      rows += batch.rowCount
      for column in scanners.indices {
        for row in 0..<batch.rowCount where !missing.contains(batch.text(row, column)) {
          batch.withCell(row, column) { scanners[column].scan($0) }
        }
      }
    }
    return (scanners.flatMap { $0.findings() }, rows)
  }

  private func facts(of dataset: Dataset, findings: [Finding], rows: Int) -> DatasetFacts {
    DatasetFacts(
      name: dataset.name, declaredLevel: dataset.classification.level, flags: dataset.classification.flags,
      hasLegalBasis: dataset.classification.legalBasis != nil,
      hasReason: dataset.classification.reason != nil,
      fields: dataset.resources.flatMap { resource in
        resource.schema.fields.map { field in
          FieldFacts(
            name: field.name, declaredLevel: resource.fields[field.name]?.level,
            role: resource.fields[field.name]?.role)
        }
      }, findings: findings, unread: [], rows: rows)
  }
}
