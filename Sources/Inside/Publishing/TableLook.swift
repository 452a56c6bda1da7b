import Bytes
import Catalogs
import Policies
import Tables

/// What detectors and risk measures see of one table, batch by batch.
final class TableLook {
  private var scanners: [ColumnScanner]
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
    guard meter != nil || !subject.isEmpty else { return }
    for row in 0..<batch.rowCount {
      let unit = subject.isEmpty ? nil : batch.mark(row, subject)
      if let unit { counter.add(unit) }
      guard meter != nil else { continue }
      for column in measured { batch.withCell(row, column) { meter?.cell($0) } }
      meter?.endRow(unit: unit)
    }
  }

  func findings() -> [Finding] { scanners.flatMap { $0.findings() } }
  func risk() -> RiskMeasures? { meter?.measures() }
  /// Distinct units; nil where the table does not name them.
  func units() -> Int? { subject.isEmpty ? nil : counter.count }
}
