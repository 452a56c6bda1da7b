import Bytes

/// CSV (RFC 4180), CSV for spreadsheets, and TSV.
///
/// Cells are written as they were read, byte for byte; a cell is quoted only where it must be. For spreadsheets a
/// byte order mark comes first, lines end in CRLF, and text that a spreadsheet would take for a formula gets a
/// leading apostrophe (OWASP, "CSV injection").
final class DelimitedWriter: TableWriter {
  private let output: Output
  private let delimiter: UInt8
  private let isForSpreadsheets: Bool
  private let hasHeader: Bool
  private let lineEnd: [UInt8]
  /// Columns whose values are text to a spreadsheet.
  private var textColumns: [Bool] = []
  private var special: [Bool]

  init(_ format: TableFormat, _ output: Output, _ options: WriterOptions) {
    self.output = output
    delimiter = format == .tsv ? Byte.tab : Byte.comma
    isForSpreadsheets = format == .csvExcel
    hasHeader = options.hasHeader
    lineEnd = format == .tsv ? [Byte.lineFeed] : [Byte.carriageReturn, Byte.lineFeed]
    special = Array(repeating: false, count: 256)
    for byte in [Byte.quote, Byte.lineFeed, Byte.carriageReturn, delimiter] { special[Int(byte)] = true }
  }

  func begin(_ schema: Schema) throws {
    textColumns = schema.fields.map { $0.type.storage == .text }
    var bytes: [UInt8] = isForSpreadsheets ? [0xEF, 0xBB, 0xBF] : []
    if hasHeader {
      for (index, field) in schema.fields.enumerated() {
        if index > 0 { bytes.append(delimiter) }
        var name = field.name
        name.withUTF8 { append($0, isText: true, isAlone: schema.fields.count == 1, to: &bytes) }
      }
      bytes += lineEnd
    }
    try output.write(bytes)
  }

  func write(_ batch: Batch, _ columns: TypedColumns) throws {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(batch.storage.byteCount + batch.rowCount * 4)
    let width = batch.columnCount
    for row in 0..<batch.rowCount {
      for column in 0..<width {
        if column > 0 { bytes.append(delimiter) }
        append(
          batch.bytes(row, column), isText: isText(column, columns, row), isAlone: width == 1, to: &bytes)
      }
      // What a record has beyond the columns is a fault, which is reported; it is not dropped.
      if batch.columnMap == nil, batch.cellCount(ofRow: row) > width {
        for place in width..<batch.cellCount(ofRow: row) {
          bytes.append(delimiter)
          append(batch.sourceBytes(row, place), isText: true, isAlone: false, to: &bytes)
        }
      }
      bytes += lineEnd
    }
    try output.write(bytes)
  }

  private func isText(_ column: Int, _ columns: TypedColumns, _ row: Int) -> Bool {
    textColumns[column] || !columns[column].isValid(row)
  }

  private func append(
    _ text: UnsafeBufferPointer<UInt8>, isText: Bool, isAlone: Bool, to bytes: inout [UInt8]
  ) {
    // A blank line would be no record.
    if text.isEmpty {
      if isAlone { bytes += [Byte.quote, Byte.quote] }
      return
    }
    let isFormula = isForSpreadsheets && isText && Self.looksLikeFormula(text)
    var needsQuotes = isFormula
    var hasQuote = false
    for byte in text where special[Int(byte)] {
      needsQuotes = true
      if byte == Byte.quote { hasQuote = true }
    }
    guard needsQuotes else { return bytes.append(contentsOf: text) }
    bytes.append(Byte.quote)
    if isFormula { bytes.append(UInt8(ascii: "'")) }
    if hasQuote {
      for byte in text {
        if byte == Byte.quote { bytes.append(Byte.quote) }
        bytes.append(byte)
      }
    } else {
      bytes.append(contentsOf: text)
    }
    bytes.append(Byte.quote)
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

  func finish() throws { try output.finish() }
}
