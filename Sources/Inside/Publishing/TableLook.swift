import Bytes
import Catalogs
import Policies
import Tables

/// What detectors and risk measures saw of one table that was read to its end, and what they did not see.
struct TableEvidence {
  let findings: [Finding]
  let unread: [Unread]
  /// How far quasi-identifiers single people out; nil where there are none.
  let risk: RiskMeasures?
  /// Distinct units; nil where the table does not name them.
  let units: Int?
}

/// What detectors and risk measures see of one table, batch by batch.
final class TableLook {
  private let name: String
  private let detectors: DetectorSet
  private var scanners: [ColumnScanner]
  /// Cells that stand in no column, by their place in the record: they are looked at all the same.
  private var strays: [Int: ColumnScanner] = [:]
  private let looksAtUndeclared: Bool
  private var meter: RiskMeter?
  /// Columns of the quasi-identifiers and then of the sensitive fields.
  private let measured: [Int]
  /// Columns that together name the unit.
  private let subject: [Int]
  private var counter = UnitCounter()

  /// A look at a declared resource. Quasi-identifiers are those the descriptor declares; where it declares none, they
  /// are found by the names of the fields.
  init(_ resource: Resource, subject: [String], detectors: DetectorSet, remediesFor wantedK: Int?) {
    let fields = resource.schema.fields
    name = resource.name
    self.detectors = detectors
    // Columns that a schema leaves out on purpose are not published.
    looksAtUndeclared = resource.schema.fieldsMatch != .subset
    func named(_ role: String) -> [String] {
      fields.map(\.name).filter { resource.fields[$0]?.role == role }
    }
    let declared = named("quasi")
    let found = declared.isEmpty ? QuasiIdentifiers.found(in: fields.map { ($0.name, Self.titles($0)) }) : []
    let quasi = declared + found
    let sensitive = named("sensitive").filter { !quasi.contains($0) }
    scanners = fields.map {
      ColumnScanner(field: $0.name, detectors: detectors, fieldTitles: Self.titles($0))
    }
    measured = (quasi + sensitive).compactMap { resource.schema.index(of: $0) }
    let columns = subject.compactMap { resource.schema.index(of: $0) }
    self.subject = columns.count == subject.count ? columns : []
    meter =
      quasi.isEmpty
      ? nil
      : RiskMeter(
        quasi: quasi, sensitive: sensitive, declared: !declared.isEmpty, remediesFor: wantedK)
  }

  private static func titles(_ field: Field) -> [String] { (field.title?.byLanguage ?? []).map(\.text) }

  func look(at batch: Batch, _ columns: TypedColumns) {
    for column in 0..<min(batch.columnCount, scanners.count) {
      for row in 0..<batch.rowCount where columns[column].state(row) != .missing {
        batch.withCell(row, column) { scanners[column].scan($0) }
      }
    }
    batch.forEachStray(undeclared: looksAtUndeclared) { place, cell in
      let place = min(place, Self.straysKept)
      strays[place, default: ColumnScanner(field: "column \(place + 1)", detectors: detectors)].scan(cell)
    }
    guard meter != nil || !subject.isEmpty else { return }
    for row in 0..<batch.rowCount {
      let unit = subject.isEmpty ? nil : batch.mark(row, subject)
      if let unit { counter.add(unit) }
      guard meter != nil else { continue }
      for column in measured { batch.withCell(row, column) { meter?.cell($0) } }
      meter?.endRow(unit: unit)
    }
  }

  /// Places beyond the columns that are told apart.
  private static let straysKept = 64

  /// What was seen, once the table has been read: the report of the reading says whether that was all of it. A table
  /// made from others (`isDerived`) may well be empty.
  func evidence(after report: TableReport, isDeclared: Bool, isDerived: Bool = false) -> TableEvidence {
    let gaps = isDerived && report.rows == 0 && report.isClean ? [] : report.gaps(isDeclared: isDeclared)
    let beyond = strays.sorted { $0.key < $1.key }.flatMap { $0.value.findings() }
    return TableEvidence(
      findings: scanners.flatMap { $0.findings() } + beyond + Markings.findings(below: report, detectors),
      unread: gaps.map { Unread(place: name, reason: ["zh": $0.zh, "en": $0.en]) },
      risk: meter?.measures(), units: subject.isEmpty ? nil : counter.count)
  }
}
