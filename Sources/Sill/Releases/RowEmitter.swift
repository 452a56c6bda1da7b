import Bytes
import SQLite

/// Writes rows in one of the formats, each value by the declared type of its column.
struct RowEmitter {
  private let format: RowQuery.Format
  private let types: [RowType]
  private let keys: [[UInt8]]
  private var writer: JSONWriter
  private var out: [UInt8] = []

  init(_ query: RowQuery) {
    format = query.format
    types = query.items.map(query.type(of:))
    let names = query.items.map(query.name(of:))
    keys = names.map { JSONWriter.prepared(key: $0) }
    writer = JSONWriter(reserving: 4096)
    switch format {
    case .json: writer.beginArray()
    case .csv: CSVLine.append(names, to: &out)
    case .ndjson: break
    }
  }

  mutating func row(_ row: borrowing Row) {
    guard format != .csv else { return line(row) }
    writer.beginObject()
    for column in keys.indices {
      writer.key(prepared: keys[column])
      json(row, column)
    }
    writer.endObject()
    if format == .ndjson { writer.newline() }
  }

  /// Everything written since the last call.
  mutating func take() -> [UInt8] {
    defer {
      out.removeAll(keepingCapacity: true)
      writer.bytes.removeAll(keepingCapacity: true)
    }
    return format == .csv ? out : writer.bytes
  }

  var pending: Int { format == .csv ? out.count : writer.bytes.count }

  mutating func finish() -> [UInt8] {
    if format == .json { writer.endArray() }
    return take()
  }

  private mutating func json(_ row: borrowing Row, _ column: Int) {
    switch row.kind(column) {
    case .null, .bytes: writer.null()
    case .integer:
      if types[column] == .boolean { writer.bool(row.int(column) != 0) } else { writer.int(row.int(column)) }
    case .real: writer.double(row.double(column))
    case .text:
      let numeric = types[column].isNumeric
      row.withText(column) { text in
        if numeric { writer.rawNumber(utf8: text) } else { writer.string(utf8: text) }
      }
    }
  }

  private mutating func line(_ row: borrowing Row) {
    for column in keys.indices {
      if column > 0 { out.append(UInt8(ascii: ",")) }
      switch row.kind(column) {
      case .null, .bytes: break
      case .integer:
        if types[column] == .boolean {
          out.append(contentsOf: row.int(column) != 0 ? "true".utf8 : "false".utf8)
        } else {
          Number.append(row.int(column), to: &out)
        }
      case .real:
        let value = row.double(column)
        if value.isFinite { out += Number.bytes(value) }
      case .text: row.withText(column) { CSVLine.append($0, to: &out) }
      }
    }
    out += [0x0D, 0x0A]
  }
}
