import Bytes

/// CSV (RFC 4180), CSV for spreadsheets, and TSV.
///
/// Cells are written as they were read, byte for byte; a cell is quoted only where it must be. For spreadsheets a
/// byte order mark comes first, lines end in CRLF, and text that a spreadsheet would take for a formula gets a
/// leading apostrophe (OWASP, "CSV injection").
final class DelimitedWriter: EncodedWriter {
  private let output: Output
  private let isForSpreadsheets: Bool
  private let hasHeader: Bool
  private var lines: DelimitedEncoder
  var encoder: any BatchEncoder { lines }

  init(_ format: TableFormat, _ output: Output, _ options: WriterOptions) {
    self.output = output
    isForSpreadsheets = format == .csvExcel
    hasHeader = options.hasHeader
    lines = DelimitedEncoder(
      delimiter: format == .tsv ? Byte.tab : Byte.comma, isForSpreadsheets: isForSpreadsheets,
      endsInFeed: format == .tsv)
  }

  func begin(_ schema: Schema) throws {
    lines.textColumns = schema.fields.map { $0.type.storage == .text }
    if isForSpreadsheets { try output.write([0xEF, 0xBB, 0xBF]) }
    if hasHeader { try output.write(lines.header(schema.fields.map(\.name))) }
  }

  func write(encoded bytes: [UInt8]) throws { try output.write(bytes) }
  func finish() throws { try output.finish() }
}

/// Records as lines of delimited cells.
struct DelimitedEncoder: BatchEncoder {
  let delimiter: UInt8
  let isForSpreadsheets: Bool
  let endsInFeed: Bool
  /// Columns whose values are text to a spreadsheet.
  var textColumns: [Bool] = []

  func header(_ names: [String]) -> [UInt8] {
    var text = TextBuilder(capacity: 1024)
    for (index, name) in names.enumerated() {
      if index > 0 { text.append(delimiter) }
      // A copy with room behind it, as cells have.
      let padded = Array(name.utf8) + [UInt8](repeating: 0, count: BatchStorage.padding)
      padded.withUnsafeBufferPointer { buffer in
        let cell = UnsafeBufferPointer(rebasing: buffer[..<(padded.count - BatchStorage.padding)])
        append(cell, isText: true, isAlone: names.count == 1, to: &text)
      }
    }
    endLine(&text)
    return text.bytes
  }

  func encode(_ batch: Batch, _ columns: TypedColumns) -> [UInt8] {
    var text = TextBuilder(capacity: batch.storage.byteCount * 9 / 8 + batch.rowCount * 4)
    let width = batch.columnCount
    let delimiters = Words.repeating(delimiter)
    for row in 0..<batch.rowCount {
      // A record that is short stays short: that is a fault, which is reported, and nothing is made up.
      let cells = batch.columnMap == nil ? min(width, batch.cellCount(ofRow: row)) : width
      for column in 0..<cells {
        if column > 0 { text.append(delimiter) }
        let cell = batch.bytes(row, column)
        if column == 0, Self.looksLikeSeparator(cell) {
          text.append(quotedCell: cell)
        } else if isForSpreadsheets || cells == 1 {
          let isText = textColumns[column] || !columns.columns[column].isValid(row)
          append(cell, isText: isText, isAlone: cells == 1, to: &text)
        } else {
          text.append(delimitedCell: cell, delimiters: delimiters)
        }
      }
      // What a record has beyond the columns is a fault, which is reported; it is not dropped.
      if batch.columnMap == nil, batch.cellCount(ofRow: row) > width {
        for place in width..<batch.cellCount(ofRow: row) {
          text.append(delimiter)
          append(batch.sourceBytes(row, place), isText: true, isAlone: false, to: &text)
        }
      }
      endLine(&text)
    }
    return text.bytes
  }

  /// Whether a first cell could be taken for the line that names the delimiter (`sep=;`).
  @inline(__always)
  private static func looksLikeSeparator(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    cell.count >= 4 && cell[0] == UInt8(ascii: "s") && cell.starts(with: "sep=".utf8)
  }

  private func endLine(_ text: inout TextBuilder) {
    if !endsInFeed { text.append(Byte.carriageReturn) }
    text.append(Byte.lineFeed)
  }

  private func append(
    _ cell: UnsafeBufferPointer<UInt8>, isText: Bool, isAlone: Bool, to text: inout TextBuilder
  ) {
    if isAlone, cell.isEmpty { return text.append(quotedCell: cell) }  // a blank line would be no record
    if isForSpreadsheets, isText, Self.looksLikeFormula(cell) {
      return text.append(quotedCell: cell, lead: UInt8(ascii: "'"))
    }
    text.append(delimitedCell: cell, delimiters: Words.repeating(delimiter))
  }

  /// Whether a spreadsheet would compute the cell (OWASP: `= + - @`, tab, CR; full-width forms count in East Asia).
  static func looksLikeFormula(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first else { return false }
    switch first {
    case UInt8(ascii: "="), UInt8(ascii: "@"), Byte.plus, Byte.minus, Byte.tab, Byte.carriageReturn,
      Byte.lineFeed:
      return true
    case 0xEF:  // ＝ ＋ － ＠
      return text.starts(with: [0xEF, 0xBC, 0x9D]) || text.starts(with: [0xEF, 0xBC, 0x8B])
        || text.starts(with: [0xEF, 0xBC, 0x8D]) || text.starts(with: [0xEF, 0xBC, 0xA0])
    default: return false
    }
  }
}
