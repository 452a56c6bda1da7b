import Foundation
import Policies
import Testing

/// No open dataset may be raised wrongly.
@Suite struct `Open tables` {
  /// Tables that hold records of persons and are restricted with right.
  static let restricted = [
    "rand-health-insurance.csv", "residents.csv", "enterprises.csv", "hotline.csv", "incomes.csv",
    "medical-costs.csv",
  ]

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

  /// Negatives for each detector by itself: no cell of an open table is an identifier of a person.
  @Test func `hold no cell that reads as a person's identifier`() throws {
    let identifiers: Set<DetectorKind> = [
      .residentID, .mobile, .email, .bankCard, .passport, .plate, .address, .ipAddress, .maskedIdentifier,
      .secrecyMarking,
    ]
    let detectors = DetectorSet(.standard)
    for file in Self.tables {
      let table = try SmallTable(file)
      var wrong: [String] = []
      for (column, name) in table.header.enumerated() {
        var scanner = ColumnScanner(field: name, detectors: detectors)
        for row in table.rows where column < row.count {
          if !scanner.kinds(in: row[column]).isDisjoint(with: identifiers) { wrong.append(row[column]) }
        }
      }
      #expect(wrong.isEmpty, "\(file.lastPathComponent): \(wrong.prefix(5))")
    }
  }

  /// More open tables, where they are at hand, and one of persons that says so by its columns only.
  @Test func `beyond the catalogue are found open, and a census of persons is not`() throws {
    let folder = Place.root.appending(path: "../shared/data").standardizedFileURL
    let open = [
      "world-population.csv", "world-gdp.csv", "weather-seattle-daily.csv", "cn-industry-gb4754-2017.csv",
      "country-codes.csv", "co2-mauna-loa-monthly.csv", "cn-divisions/areas.csv", "cn-divisions/streets.csv",
      "cn-divisions/cities.csv", "cn-divisions/provinces.csv",
    ]
    let scale = try testScale()
    for name in open + ["adult-census-1994.csv"] {
      let file = folder.appending(path: name)
      guard FileManager.default.fileExists(atPath: file.path) else {
        print("skipped: no \(name) in ../shared/data")
        continue
      }
      let table = try SmallTable(file)
      let quasi = QuasiIdentifiers.found(in: table.header.map { ($0, []) })
      var risk: RiskMeasures?
      if !quasi.isEmpty {
        let columns = quasi.compactMap { table.header.firstIndex(of: $0) }
        let rows = table.rows.prefix(5_000).map { row in columns.map { row[$0] } }
        risk = `The risk of a table`.measure(rows, quasi: quasi)
      }
      let facts = DatasetFacts(
        name: "open", declaredLevel: "L1", hasLegalBasis: false, hasReason: false,
        fields: table.header.map { FieldFacts(name: $0) }, findings: table.findings(), unread: [],
        rows: table.rows.count,
        risk: risk)
      let verdict = classify(facts, scale: scale, policy: .standard)
      #expect((verdict.level.id == "L1") == open.contains(name), "\(name): \(verdict.items)")
    }
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
        findings: found, unread: [],
        rows: table.rows.count)
      let verdict = classify(facts, scale: scale, policy: .standard)
      #expect(verdict.level.id == "L1", "\(file.lastPathComponent): \(found)")
      #expect(verdict.problems.isEmpty)
    }
  }
}
