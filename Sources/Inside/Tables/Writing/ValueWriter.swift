import Bytes

/// One value of a batch in the forms that several formats share.
enum ValueWriter {
  /// A JSON value of the field's type; what is not of its type stays the text it was.
  @inline(__always)
  static func json(
    _ batch: Batch, _ columns: TypedColumns, _ row: Int, _ column: Int, _ field: Field,
    _ writer: inout JSONWriter
  ) {
    let typed = columns.columns[column]
    switch typed.states[row] {
    case 1: return writer.null()
    case 0: break
    default: return writer.string(utf8: batch.bytes(row, column))
    }
    let text = batch.bytes(row, column)
    switch field.type {
    case .integer:
      writer.int(typed.integers[row])
    case .number:
      number(text, field, typed.numbers[row], &writer)
    case .boolean: writer.bool(typed.integers[row] == 1)
    case .year: writer.int(typed.integers[row])
    case .date, .time, .datetime, .yearmonth:
      if field.format == nil { return writer.string(utf8: text) }
      writer.string(CanonicalText.text(typed.integers[row], field.type))
    case .array, .object, .geojson:
      if let value = TextRule.parsed(text) { writer.value(value) } else { writer.string(utf8: text) }
    case .geopoint where field.format != nil:
      if let value = TextRule.parsed(text) { writer.value(value) } else { writer.string(utf8: text) }
    case .list:
      if let rule = try? ListRule(field) { writer.value(rule.json(text)) } else { writer.string(utf8: text) }
    case .string, .duration, .geopoint, .any: writer.string(utf8: text)
    }
  }

  /// Every digit that was written, in JSON's grammar.
  private static func number(
    _ text: UnsafeBufferPointer<UInt8>, _ field: Field, _ value: Double, _ writer: inout JSONWriter
  ) {
    if Scan.isJSONNumber(text) { return writer.rawNumber(utf8: text) }
    let plain = plainNumber(text, field)
    plain.withUnsafeBufferPointer { buffer in
      if Scan.isJSONNumber(buffer) { writer.rawNumber(utf8: buffer) } else { writer.double(value) }
    }
  }

  /// A number without grouping, plus sign and superfluous zeros before it, with a digit on both sides of the point.
  static func plainNumber(_ text: UnsafeBufferPointer<UInt8>, _ field: Field) -> [UInt8] {
    let needsRewriting = field.groupChar != nil || field.decimalChar != "." || !field.bareNumber
    var rest = (needsRewriting ? NumberRewriter(field).rewrite(text) : Array(text))[...]
    var plain: [UInt8] = []
    if rest.first == Byte.minus { plain.append(Byte.minus) }
    if rest.first == Byte.minus || rest.first == Byte.plus { rest = rest.dropFirst() }
    let whole = rest.prefix { $0 &- Byte.zero < 10 }
    let significant = whole.drop { $0 == Byte.zero }
    plain += significant.isEmpty ? [Byte.zero] : Array(significant)
    rest = rest.dropFirst(whole.count)
    if rest.first == Byte.dot {
      let fraction = rest.dropFirst().prefix { $0 &- Byte.zero < 10 }
      if !fraction.isEmpty { plain += [Byte.dot] + fraction }
      rest = rest.dropFirst(1 + fraction.count)
    }
    return plain + rest
  }

  /// The value's canonical text: ISO dates, `true` and `false`, plain numbers; what is not of its type as written.
  static func text(
    _ batch: Batch, _ columns: TypedColumns, _ row: Int, _ column: Int, _ field: Field
  ) -> [UInt8] {
    let typed = columns.columns[column]
    let text = batch.bytes(row, column)
    guard typed.states[row] == 0 else { return Array(text) }
    var bytes: [UInt8] = []
    switch field.type {
    case .integer, .boolean, .year: CanonicalText.append(typed.integers[row], field.type, to: &bytes)
    case .number: return plainNumber(text, field)
    case .date, .time, .datetime, .yearmonth:
      if field.format == nil { return Array(text) }
      CanonicalText.append(typed.integers[row], field.type, to: &bytes)
    default: return Array(text)
    }
    return bytes
  }
}
