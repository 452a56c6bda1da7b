import Bytes

extension Batch {
  /// A cell's value in the form every output uses: ISO dates and times, `true` and `false`, numbers without
  /// grouping. nil where the value is missing; what is not of the field's type stays as written.
  package func canonical(_ row: Int, _ column: Int, _ columns: TypedColumns, _ field: Field) -> String? {
    let typed = columns[column]
    switch typed.state(row) {
    case .missing: return nil
    case .invalid: return text(row, column)
    case .valid: break
    }
    switch field.type {
    case .integer, .boolean, .date, .time, .datetime, .year, .yearmonth:
      return CanonicalText.text(typed.integers[row], field.type)
    case .number: return String(decoding: ValueWriter.plainNumber(bytes(row, column), field), as: UTF8.self)
    default: return text(row, column)
    }
  }
}
