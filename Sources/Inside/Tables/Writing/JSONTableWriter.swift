import Bytes

/// JSON (one array) and NDJSON (one value a line): objects by field name, or arrays where there is no header.
///
/// Numbers are numbers with every digit they had, missing values `null`, dates and times ISO 8601 strings.
final class JSONTableWriter: EncodedWriter {
  private let output: Output
  private let isLines: Bool
  private let hasHeader: Bool
  private var isFirst = true
  private var records: JSONEncoder
  var encoder: any BatchEncoder { records }

  init(_ format: TableFormat, _ output: Output, _ options: WriterOptions) {
    self.output = output
    isLines = format == .ndjson
    hasHeader = options.hasHeader
    records = JSONEncoder(fields: [], isLines: isLines, hasHeader: hasHeader)
  }

  func begin(_ schema: Schema) throws {
    records = JSONEncoder(fields: schema.fields, isLines: isLines, hasHeader: hasHeader)
    if !isLines { try output.write("[") }
  }

  func write(encoded bytes: [UInt8]) throws {
    guard !bytes.isEmpty else { return }
    // Every record of an array has a comma before it, but the first.
    if !isLines, isFirst {
      try bytes.withUnsafeBytes { try output.write(UnsafeRawBufferPointer(rebasing: $0.dropFirst())) }
    } else {
      try output.write(bytes)
    }
    isFirst = false
  }

  func finish() throws {
    if !isLines { try output.write(isFirst ? "]\n" : "\n]\n") }
    try output.finish()
  }
}

/// Records as JSON values: each with a line feed behind it (lines), or a comma and a line feed before it (an array).
struct JSONEncoder: BatchEncoder {
  private let fields: [Field]
  private let isLines: Bool
  private let hasHeader: Bool
  /// What stands before each value: bracket or comma, and the key.
  private let leads: [[UInt8]]
  /// Columns whose valid values stand in the output as they were written.
  private let areText: [Bool]

  init(fields: [Field], isLines: Bool, hasHeader: Bool) {
    self.fields = fields
    self.isLines = isLines
    self.hasHeader = hasHeader
    leads = fields.enumerated().map { index, field in
      [index > 0 ? Byte.comma : UInt8(ascii: hasHeader ? "{" : "[")]
        + (hasHeader ? JSONWriter.prepared(key: field.name) : [])
    }
    areText = fields.map { field in
      switch field.type {
      case .string, .duration, .any: true
      case .geopoint, .date, .time, .datetime, .yearmonth: field.format == nil
      default: false
      }
    }
  }

  func encode(_ batch: Batch, _ columns: TypedColumns) -> [UInt8] {
    let keys = leads.reduce(0) { $0 + $1.count + 3 }
    var text = TextBuilder(capacity: batch.storage.byteCount + batch.rowCount * keys + 64)
    var other = JSONWriter()
    for row in 0..<batch.rowCount {
      if !isLines { text.append(",\n") }
      // An array is as long as its record; an object has every key.
      let isOwn = !hasHeader && batch.columnMap == nil
      let width = isOwn ? min(batch.columnCount, batch.cellCount(ofRow: row)) : batch.columnCount
      for column in 0..<width {
        text.append(leads[column])
        append(batch, columns.columns[column], columns, row, column, &text, &other)
      }
      if width == 0 { text.append(hasHeader ? "{" : "[") }
      // Cells beyond the columns: a fault that is reported, and not dropped where arrays can hold it.
      if isOwn, batch.cellCount(ofRow: row) > batch.columnCount {
        for place in batch.columnCount..<batch.cellCount(ofRow: row) {
          text.append(Byte.comma)
          text.append(jsonString: batch.sourceBytes(row, place))
        }
      }
      text.append(hasHeader ? "}" : "]")
      if isLines { text.append(Byte.lineFeed) }
    }
    return text.bytes
  }

  @inline(__always)
  private func append(
    _ batch: Batch, _ typed: TypedColumn, _ columns: TypedColumns, _ row: Int, _ column: Int,
    _ text: inout TextBuilder, _ other: inout JSONWriter
  ) {
    switch typed.states[row] {
    case 1: text.append("null")
    case 0:
      if areText[column] {
        text.append(jsonString: batch.bytes(row, column))
      } else if fields[column].type == .integer {
        text.append(typed.integers[row])
      } else {
        other.startOver()
        ValueWriter.json(batch, columns, row, column, fields[column], &other)
        text.append(other.bytes)
      }
    default: text.append(jsonString: batch.bytes(row, column))
    }
  }
}
