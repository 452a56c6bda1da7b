import Foundation
import Policies
import Testing

/// No open dataset may be raised wrongly.
@Suite struct `Open tables` {
  /// Tables that hold records of persons and are restricted with right.
  static let restricted = ["rand-health-insurance.csv", "residents.csv"]

  static var tables: [URL] {
    let catalog = Place.root.appending(path: "Catalog")
    let spare = Place.root.appending(path: "../shared/catalog-data").standardizedFileURL
    for folder in [catalog, spare] {
      let files =
        FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
        .compactMap { $0 as? URL } ?? []
      let tables = files.filter { $0.pathExtension == "csv" && !restricted.contains($0.lastPathComponent) }
      if !tables.isEmpty { return tables.sorted { $0.path < $1.path } }
    }
    return []
  }

  @Test func `are found open by every detector and by their quasi-identifiers`() throws {
    let tables = Self.tables
    if tables.isEmpty { print("skipped: no open tables in Catalog/ or ../shared/catalog-data") }
    let scale = try testScale()
    for file in tables {
      let table = try SmallTable(file)
      let found = table.findings()
      let fields = table.header.map { FieldFacts(name: $0) }
      let quasi = QuasiIdentifiers.found(in: table.header.map { ($0, []) })
      #expect(quasi.isEmpty, "\(file.lastPathComponent): \(quasi)")
      let facts = DatasetFacts(
        name: "open", declaredLevel: "L1", hasLegalBasis: false, hasReason: false, fields: fields,
        findings: found,
        rows: table.rows.count)
      let verdict = classify(facts, scale: scale, policy: .standard)
      #expect(verdict.level.id == "L1", "\(file.lastPathComponent): \(found)")
      #expect(verdict.problems.isEmpty)
    }
  }
}
