import Catalogs
import Tables

/// A number over time, by the columns of a picture. Rows that share a column leave their extremes.
struct SeriesSketch: Sendable {
  /// A value and the row that has it, counted from 0.
  struct Mark: Sendable, Equatable {
    let row: Int
    let value: Double
  }

  /// So many rows beside one another.
  struct Column: Sendable {
    let first: Int
    /// The moment of its first row.
    let moment: String
    /// Nil where no row has a value: there the line has a gap.
    var least: Mark?
    var greatest: Mark?

    /// The extremes in the order of their rows.
    var marks: [Mark] {
      guard let least, let greatest else { return [] }
      return least.row == greatest.row
        ? [least] : least.row < greatest.row ? [least, greatest] : [greatest, least]
    }

    mutating func take(_ mark: Mark) {
      if mark.value < least?.value ?? .infinity { least = mark }
      if mark.value > greatest?.value ?? -.infinity { greatest = mark }
    }
  }

  /// Columns a picture has; there are never more than twice as many.
  static let width = 570

  private let axis: Int
  let measure: Int
  private let axisField: Field
  /// Rows of one column.
  private var span: Int
  private(set) var columns: [Column] = []
  private(set) var rows = 0
  private(set) var values = 0
  private(set) var last = ""
  private var lastMoment = Int64.min
  /// Whether each moment is at or after the one before.
  private(set) var isOrdered = true

  /// Nil where the table is not one row for each moment with a number beside it.
  init?(_ resource: Resource, rows: Int) {
    let fields = resource.schema.fields
    let times: [FieldType] = [.date, .datetime, .yearmonth, .year]
    guard let axis = fields.firstIndex(where: { times.contains($0.type) }),
      resource.schema.primaryKey.contains(fields[axis].name),
      resource.schema.primaryKey.allSatisfy({ name in
        resource.schema[name].map { times.contains($0.type) || $0.type == .integer } ?? false
      }),
      let measure = SeriesSketch.measure(resource)
    else { return nil }
    self.axis = axis
    self.measure = measure
    axisField = fields[axis]
    span = max(1, (max(0, rows - 1)) / SeriesSketch.width + 1)
  }

  /// The first number that is no key.
  private static func measure(_ resource: Resource) -> Int? {
    let fields = resource.schema.fields
    func isMeasure(_ field: Field) -> Bool {
      !resource.schema.primaryKey.contains(field.name) && field.codeList == nil
    }
    return fields.firstIndex { $0.type == .number && isMeasure($0) }
      ?? fields.firstIndex { $0.type == .integer && isMeasure($0) }
  }

  mutating func take(_ batch: Batch, _ typed: TypedColumns) {
    guard isOrdered, batch.rowCount > 0 else { return }
    func text(_ row: Int) -> String { batch.canonical(row, axis, typed, axisField) ?? "" }
    for row in 0..<batch.rowCount {
      guard let moment = typed[axis].integer(row), moment >= lastMoment else {
        isOrdered = false
        columns = []
        return
      }
      lastMoment = moment
      if rows % span == 0 { columns.append(Column(first: rows, moment: text(row))) }
      if let value = typed[measure].number(row), value.isFinite {
        values += 1
        columns[columns.count - 1].take(Mark(row: rows, value: value))
      }
      rows += 1
      if columns.count == 2 * SeriesSketch.width, rows % span == 0 { widen() }
    }
    last = text(batch.rowCount - 1)
  }

  /// Puts each two columns together, where there are more rows than was known.
  private mutating func widen() {
    columns = stride(from: 0, to: columns.count, by: 2).map { place in
      var column = columns[place]
      for mark in columns[place + 1].marks { column.take(mark) }
      return column
    }
    span *= 2
  }
}
