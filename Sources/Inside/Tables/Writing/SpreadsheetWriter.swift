import Bytes

/// An XLSX workbook (ECMA-376): typed cells, a bold header that stays in sight, a filter, sheets as many as the rows
/// need. Text is always text, so nothing is computed. A number is the nearest Double, with which a spreadsheet computes;
/// integers of more than 15 digits are text, for it would round them; dates before March 1900 are text, for its calendar
/// is wrong there.
final class SpreadsheetWriter: TableWriter {
  private let output: Output
  private let title: String
  private var archive: ZipWriter
  private var fields: [Field] = []
  private var letters: [[UInt8]] = []
  private var sheets = 0
  private var row = 0
  /// Bytes of the sheet that is being written.
  private var sheetBytes = 0

  /// Rows of a sheet, header and all.
  static let rowLimit = 1_048_576
  static let columnLimit = 16_384
  /// Bytes of a sheet after which the next one begins: LibreOffice reads no part that is written as one of over 4 GiB.
  static let byteLimit = 4_000_000_000
  /// UTF-16 units of a cell.
  static let cellLimit = 32_767

  init(_ output: Output, _ options: WriterOptions) {
    self.output = output
    title = Self.sheetName(options.title ?? "Data")
    archive = ZipWriter(level: options.compression)
  }

  /// At most 31 characters and none that a sheet's name cannot hold.
  private static func sheetName(_ title: String) -> String {
    let allowed = title.unicodeScalars.filter { !"[]:*?/\\'".unicodeScalars.contains($0) && $0.value >= 0x20 }
    var name = ""
    for scalar in allowed where name.utf16.count < 26 { name.unicodeScalars.append(scalar) }
    return name.isEmpty ? "Data" : name
  }

  func begin(_ schema: Schema) throws {
    fields = schema.fields
    guard fields.count <= Self.columnLimit else {
      throw TableError(
        .tooLarge, file: output.name,
        Wording(
          "an Excel sheet holds at most \(Self.columnLimit) columns, and the table has \(fields.count)",
          "Excel 工作表最多容纳 \(Self.columnLimit) 列，而此表有 \(fields.count) 列"),
        hint: Wording("write this table as CSV, JSON or Parquet", "请将此表写成 CSV、JSON 或 Parquet"))
    }
    letters = fields.indices.map { Self.letters($0) }
    try startSheet()
  }

  /// `A` … `Z`, `AA` …
  private static func letters(_ column: Int) -> [UInt8] {
    var rest = column
    var letters: [UInt8] = []
    repeat {
      letters.insert(UInt8(ascii: "A") + UInt8(rest % 26), at: 0)
      rest = rest / 26 - 1
    } while rest >= 0
    return letters
  }

  private func startSheet() throws {
    sheets += 1
    row = 1
    sheetBytes = 0
    try archive.begin("xl/worksheets/sheet\(sheets).xml")
    var bytes = Array(
      """
      <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
      <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>\
      <sheetView workbookViewId="0"\(sheets == 1 ? " tabSelected=\"1\"" : "")>\
      <pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>\
      <selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>\
      <sheetFormatPr defaultRowHeight="15"/>
      """.utf8)
    if !fields.isEmpty {
      bytes += "<cols><col min=\"1\" max=\"\(fields.count)\" width=\"16\" customWidth=\"1\"/></cols>".utf8
    }
    bytes += "<sheetData><row r=\"1\">".utf8
    for (index, field) in fields.enumerated() {
      var name = field.name
      try name.withUTF8 { try appendText($0, index, style: 1, to: &bytes) }
    }
    bytes += "</row>".utf8
    try archive.write(bytes)
  }

  private func endSheet() throws {
    var end = "</sheetData>"
    if let last = letters.last {
      end += "<autoFilter ref=\"A1:\(String(decoding: last, as: UTF8.self))\(row)\"/>"
    }
    try archive.write(Array((end + "</worksheet>").utf8))
    try archive.end()
    try output.write(archive.takeOutput())
  }

  func write(_ batch: Batch, _ columns: TypedColumns) throws {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(batch.storage.byteCount * 4)
    for at in 0..<batch.rowCount {
      if row == Self.rowLimit || sheetBytes + bytes.count >= Self.byteLimit {
        try archive.write(bytes)
        bytes.removeAll(keepingCapacity: true)
        try endSheet()
        try startSheet()
      }
      row += 1
      bytes += "<row r=\"".utf8
      Number.append(Int64(row), to: &bytes)
      bytes += "\">".utf8
      for column in 0..<batch.columnCount { try append(batch, columns, at, column, &bytes) }
      bytes += "</row>".utf8
    }
    try archive.write(bytes)
    sheetBytes += bytes.count
    try output.write(archive.takeOutput())
  }

  private func append(
    _ batch: Batch, _ columns: TypedColumns, _ at: Int, _ column: Int, _ bytes: inout [UInt8]
  ) throws {
    let typed = columns.columns[column]
    let text = batch.bytes(at, column)
    let line = batch.line(ofRow: at)
    switch typed.states[at] {
    case 1:
      // An empty last cell keeps the row as wide as the header for readers that go by what they find.
      guard column == fields.count - 1 else { return }
      bytes += "<c r=\"".utf8
      bytes += letters[column]
      Number.append(Int64(row), to: &bytes)
      bytes += "\"/>".utf8
      return
    case 2: return try appendText(text, column, style: 0, line: line, to: &bytes)
    default: break
    }
    switch fields[column].type {
    case .integer, .year:
      let value = typed.integers[at]
      guard value.magnitude < 1_000_000_000_000_000 else {
        return try appendText(text, column, style: 0, line: line, to: &bytes)
      }
      open(column, style: 0, type: nil, &bytes)
      Number.append(value, to: &bytes)
    case .number:
      open(column, style: 0, type: nil, &bytes)
      Number.append(typed.numbers[at], to: &bytes)
    case .boolean:
      open(column, style: 0, type: "b", &bytes)
      bytes.append(typed.integers[at] == 1 ? UInt8(ascii: "1") : Byte.zero)
    case .date:
      guard let serial = Self.serial(days: typed.integers[at]) else {
        return try appendText(text, column, style: 0, line: line, to: &bytes)
      }
      open(column, style: 2, type: nil, &bytes)
      Number.append(serial, to: &bytes)
    case .datetime:
      let day: Int64 = 86_400_000_000
      let value = typed.integers[at]
      let days = value >= 0 ? value / day : (value - day + 1) / day
      let rest = value - days * day
      // A serial number has milliseconds at best, and no zone.
      let hasZone = text.last == UInt8(ascii: "Z") || text.count > 19 && text[text.count - 3] == 0x3A
      guard let serial = Self.serial(days: days), rest % 1_000_000 == 0, !hasZone else {
        return try appendText(text, column, style: 0, line: line, to: &bytes)
      }
      open(column, style: 3, type: nil, &bytes)
      bytes += Number.bytes(Double(serial) + Double(rest) / Double(day))
    default: return try appendText(text, column, style: 0, line: line, to: &bytes)
    }
    bytes += "</v></c>".utf8
  }

  /// Days since 1899-12-30, where the spreadsheet's calendar is right.
  private static func serial(days: Int64) -> Int64? {
    let serial = days + 25_569
    return serial >= 61 ? serial : nil
  }

  private func open(_ column: Int, style: Int, type: String?, _ bytes: inout [UInt8]) {
    bytes += "<c r=\"".utf8
    bytes += letters[column]
    Number.append(Int64(row), to: &bytes)
    bytes.append(Byte.quote)
    if style > 0 {
      bytes += " s=\"".utf8
      Number.append(Int64(style), to: &bytes)
      bytes.append(Byte.quote)
    }
    if let type {
      bytes += " t=\"".utf8
      bytes += type.utf8
      bytes.append(Byte.quote)
    }
    bytes += "><v>".utf8
  }

  private func appendText(
    _ text: UnsafeBufferPointer<UInt8>, _ column: Int, style: Int, line: Int? = nil, to bytes: inout [UInt8]
  ) throws {
    if text.isEmpty { return }
    if text.count > Self.cellLimit, String(decoding: text, as: UTF8.self).utf16.count > Self.cellLimit {
      throw TableError(
        .tooLarge, file: output.name,
        Wording(
          "\(line.map { "on line \($0) " } ?? "")a cell of the field \(fields[column].name) has more than \(Self.cellLimit) characters, which a cell of an Excel sheet cannot hold",
          "\(line.map { "第 \($0) 行" } ?? "")字段“\(fields[column].name)”的单元格超过 \(Self.cellLimit) 个字符，Excel 单元格放不下"
        ),
        hint: Wording("write this table as CSV, JSON or Parquet", "请将此表写成 CSV、JSON 或 Parquet"))
    }
    bytes += "<c r=\"".utf8
    bytes += letters[column]
    Number.append(Int64(row), to: &bytes)
    bytes += style > 0 ? "\" s=\"1\" t=\"inlineStr\"><is><t".utf8 : "\" t=\"inlineStr\"><is><t".utf8
    if let first = text.first, let last = text.last, first <= 0x20 || last <= 0x20 {
      bytes += " xml:space=\"preserve\"".utf8
    }
    bytes.append(UInt8(ascii: ">"))
    SpreadsheetText.append(text, to: &bytes)
    bytes += "</t></is></c>".utf8
  }

  func finish() throws {
    try endSheet()
    for (name, text) in SpreadsheetParts.parts(sheets: sheets, title: title) {
      try archive.add(name, Array(text.utf8))
    }
    try archive.finish()
    try output.write(archive.takeOutput())
    try output.finish()
  }
}

/// Text of a cell: XML, with what XML cannot hold as `_xHHHH_` (ECMA-376 part 1, 22.9.2.19).
enum SpreadsheetText {
  static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    var at = 0
    while at < text.count {
      let byte = text[at]
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "_") where looksEscaped(text, at): bytes += "_x005F_".utf8
      case 0..<0x20 where byte != Byte.tab && byte != Byte.lineFeed:
        let hex = String(byte, radix: 16, uppercase: true)
        bytes += ("_x00" + (hex.count == 1 ? "0" : "") + hex + "_").utf8
      case 0xEF where at + 2 < text.count && text[at + 1] == 0xBF && text[at + 2] >= 0xBE:
        bytes += (text[at + 2] == 0xBE ? "_xFFFE_" : "_xFFFF_").utf8
        at += 2
      default: bytes.append(byte)
      }
      at += 1
    }
  }

  /// Whether `_xHHHH_` stands here as data.
  private static func looksEscaped(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Bool {
    guard at + 6 < text.count, text[at + 1] == UInt8(ascii: "x"), text[at + 6] == UInt8(ascii: "_") else {
      return false
    }
    return (2...5).allSatisfy { hexValue(text[at + $0]) != nil }
  }

  static func hexValue(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte) - 0x30
    case 0x41...0x46: UInt32(byte) - 0x37
    case 0x61...0x66: UInt32(byte) - 0x57
    default: nil
    }
  }
}
