import Bytes

/// JSON (one array) and NDJSON (one value a line): objects by field name, or arrays where there is no header.
///
/// Numbers are numbers with every digit they had, missing values `null`, dates and times ISO 8601 strings.
final class JSONTableWriter: TableWriter {
  private let output: Output
  private let isLines: Bool
  private let hasHeader: Bool
  private var fields: [Field] = []
  private var keys: [[UInt8]] = []
  private var isFirst = true

  init(_ format: TableFormat, _ output: Output, _ options: WriterOptions) {
    self.output = output
    isLines = format == .ndjson
    hasHeader = options.hasHeader
  }

  func begin(_ schema: Schema) throws {
    fields = schema.fields
    keys = schema.fields.map { JSONWriter.prepared(key: $0.name) }
    if !isLines { try output.write("[") }
  }

  func write(_ batch: Batch, _ columns: TypedColumns) throws {
    var writer = JSONWriter(reserving: batch.storage.byteCount * 2)
    for row in 0..<batch.rowCount {
      if !isLines {
        writer.bytes.append(contentsOf: isFirst ? "\n".utf8 : ",\n".utf8)
      }
      isFirst = false
      hasHeader ? writer.beginObject() : writer.beginArray()
      // An array is as long as its record; an object has every key.
      let isOwn = !hasHeader && batch.columnMap == nil
      for column in 0..<(isOwn ? min(batch.columnCount, batch.cellCount(ofRow: row)) : batch.columnCount) {
        if hasHeader { writer.key(prepared: keys[column]) }
        ValueWriter.json(batch, columns, row, column, fields[column], &writer)
      }
      extra(batch, row, &writer)
      hasHeader ? writer.endObject() : writer.endArray()
      writer.newline()
      if !isLines { writer.bytes.removeLast() }  // the comma comes before the line feed
    }
    try output.write(writer.bytes)
  }

  /// Cells beyond the columns: a fault that is reported, and not dropped where arrays can hold it.
  private func extra(_ batch: Batch, _ row: Int, _ writer: inout JSONWriter) {
    guard !hasHeader, batch.columnMap == nil, batch.cellCount(ofRow: row) > batch.columnCount else { return }
    for place in batch.columnCount..<batch.cellCount(ofRow: row) {
      writer.string(utf8: batch.sourceBytes(row, place))
    }
  }

  func finish() throws {
    if !isLines { try output.write(isFirst ? "]\n" : "\n]\n") }
    try output.finish()
  }
}
