import Bytes

/// One sheet of an XLSX workbook, row by row.
///
/// Numbers are the shortest decimals of what is stored, dates by the cell's style as ISO text, formulas by their stored results.
final class SpreadsheetSource: RecordSource {
  private(set) var header: [String] = []
  private(set) var above: [String] = []
  var seen = Seen(format: .xlsx)
  private let file: String
  private let size: Int
  private let workbook: Workbook
  private var scanner: XMLScanner
  private var isOver = false
  private var lastRow = 0
  private var ahead: [Row] = []
  private var merged = 0
  private var remarks = SheetRemarks()
  private var errors = 0
  private var uncomputed = 0

  private struct Row {
    var number: Int
    /// Text of each cell; nil where there is none.
    var cells: [[UInt8]?]
  }

  /// Columns a sheet can have.
  private static let columnLimit = 16_384

  init(_ source: TableSource, size: Int) throws(TableError) {
    let file = source.name
    self.file = file
    self.size = size
    let workbook = try Workbook(source)
    self.workbook = workbook
    let names = workbook.sheets.map(\.name)
    let wanted = source.sheet
    guard
      let sheet = wanted.map({ name in workbook.sheets.first { sameBytes($0.name, name) } })
        ?? workbook.sheets.first
    else {
      throw TableError(
        wanted == nil ? .unknownFormat : .unsupported, file: file,
        wanted.map { Wording("there is no sheet \($0)", "没有工作表“\($0)”") }
          ?? Wording("the workbook has no sheet", "工作簿中没有工作表"),
        hint: names.isEmpty
          ? nil
          : Wording(
            "it has: \(names.joined(separator: ", "))", "现有：\(names.joined(separator: "、"))"))
    }
    guard let scanner = try workbook.scanner(sheet.part) else {
      throw TableError(
        .malformed, file: file,
        Wording(
          "the sheet \(sheet.name) has no part \(sheet.part) in the file",
          "工作表“\(sheet.name)”的部件 \(sheet.part) 不在文件中"),
        hint: Wording("open the workbook and save it again", "请打开工作簿后重新保存"))
    }
    self.scanner = scanner
    remarks.hiddenSheets = workbook.sheets.filter { $0.isHidden && !sameBytes($0.name, sheet.name) }.map(
      \.name)
    remarks.readsHidden = sheet.isHidden
    seen.sheet = sheet.name
    seen.otherSheets = names.filter { !sameBytes($0, sheet.name) }
    do throws(TableError) {
      try readHeader(source)
    } catch {
      throw error.placed(line: lastRow)
    }
  }

  var bytesRead: Int { isOver ? size : 0 }

  private func readHeader(_ source: TableSource) throws(TableError) {
    for _ in 0..<source.skippedRecords {
      guard let row = try readRow() else { return }
      above += row.cells.compactMap { $0.map { String(decoding: $0, as: UTF8.self) } }
    }
    guard let first = try readRow() else { return }
    remarks.headerRow = source.hasHeader ? first.number : 0
    var width = first.cells.count
    while width > 0, first.cells[width - 1]?.isEmpty ?? true { width -= 1 }
    if source.hasHeader {
      header = first.cells.prefix(width).map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "" }
      if header.count(where: { !$0.isEmpty }) <= 1 {
        while ahead.count < 9, let next = try readRow() { ahead.append(next) }
        let filled = ahead.map { $0.cells.count { $0 != nil } }
        if let widest = filled.max(), widest > 1, let place = filled.firstIndex(of: widest) {
          seen.doubt(HeaderEvidence.title(above: place + 1, line: ahead[place].number))
        }
      }
      if seen.doubts.isEmpty, let doubt = HeaderEvidence.values(in: header) { seen.doubt(doubt) }
    } else {
      header = (0..<width).map { "column\($0 + 1)" }
      ahead.append(first)
    }
  }

  func nextPiece() throws(TableError) -> Piece? {
    let start = given + 1
    do throws(TableError) {
      return try gather()
    } catch {
      throw error.placed(line: lastRow).moved(line: -start)  // counted from the piece, as all sources do
    }
  }

  private func gather() throws(TableError) -> Piece? {
    if isOver, ahead.isEmpty { return nil }
    let builder = BatchBuilder(firstLine: given + 1)
    while !builder.isFull {
      let row: Row
      if !ahead.isEmpty {
        row = ahead.removeFirst()
      } else if let next = try readRow() {
        row = next
      } else {
        break
      }
      var width = row.cells.count
      while width > header.count, row.cells[width - 1]?.isEmpty ?? true { width -= 1 }
      for index in 0..<max(width, header.count) {
        if index < row.cells.count, let text = row.cells[index] {
          builder.append(text)
        } else {
          builder.appendNull()
        }
      }
      builder.endRow(line: row.number)
      given = row.number
    }
    return builder.storage.rowCount == 0 ? nil : builder.finish(nextLine: given + 1)
  }

  /// Row that was handed out last.
  private var given = 0

  /// The next row with any cell, or nil at the end of the sheet.
  private func readRow() throws(TableError) -> Row? {
    while !isOver {
      let event = try scanner.next()
      switch event {
      case .finish: finish()
      case .start where scanner.isNamed("row"), .empty where scanner.isNamed("row"):
        let number = scanner.attributeText("r").flatMap { Int($0) } ?? lastRow + 1
        guard number <= SpreadsheetWriter.rowLimit else {
          throw scanner.fault(
            "row \(number) is beyond the last row of a sheet (\(SpreadsheetWriter.rowLimit))")
        }
        guard number > lastRow else {
          throw scanner.fault("the rows are not in order (row \(number) after row \(lastRow))")
        }
        lastRow = number
        if event == .empty { continue }
        let isHidden = remarks.isHidden(scanner, size: "ht")
        let cells = try readCells(number)
        guard cells.contains(where: { $0 != nil }) else { continue }
        if isHidden { remarks.hiddenRows += 1 }
        return Row(number: number, cells: cells)
      case .start where scanner.isNamed("col"), .empty where scanner.isNamed("col"):
        remarks.addColumns(scanner)
      case .start where scanner.isNamed("mergeCell"), .empty where scanner.isNamed("mergeCell"):
        merged += 1
        remarks.addMerged(scanner)
      default: break
      }
    }
    return nil
  }

  private func finish() {
    isOver = true
    let (notes, doubts) = remarks.said(header: header, hasStyles: workbook.hasStyles)
    seen.notes += notes
    if seen.doubts.isEmpty { for doubt in doubts { seen.doubt(doubt) } }
    if merged > 0 {
      seen.notes.append(
        Wording(
          "\(merged) merged ranges: only the first cell of each has its value",
          "有 \(merged) 处合并单元格：只有左上角的单元格有值"))
    }
    if uncomputed > 0 {
      seen.notes.append(
        Wording(
          "\(uncomputed) formulas have no stored result and are read as missing: open the workbook and save it once",
          "有 \(uncomputed) 个公式没有保存结果，按缺失读取：请打开工作簿后保存一次"))
    }
    if errors > 0 {
      seen.notes.append(
        Wording(
          "\(errors) cells hold an error of a formula (as #N/A), which is read as text",
          "有 \(errors) 个单元格是公式错误（如 #N/A），按文本读取"))
    }
  }

  private func readCells(_ row: Int) throws(TableError) -> [[UInt8]?] {
    var cells: [[UInt8]?] = []
    while true {
      switch try scanner.next() {
      case .finish: throw scanner.fault("it ends inside a row")
      case .end where scanner.isNamed("row"): return cells
      case .start where scanner.isNamed("c"):
        let place = try column(row, cells.count)
        let type = scanner.attribute("t") ?? []
        let style = scanner.attribute("s").flatMap { Self.number($0) } ?? 0
        let text = try readCell(type, style, place)
        pad(&cells, to: place)
        cells.append(text)
      case .empty where scanner.isNamed("c"):
        let place = try column(row, cells.count)
        pad(&cells, to: place)
        cells.append(nil)
      default: break
      }
    }
  }

  private func pad(_ cells: inout [[UInt8]?], to place: Int) {
    while cells.count < place { cells.append(nil) }
  }

  private static func number(_ text: [UInt8]) -> Int? { Int(String(decoding: text, as: UTF8.self)) }

  /// Column of the cell by its reference, from 0; without one the next.
  private func column(_ row: Int, _ next: Int) throws(TableError) -> Int {
    guard let reference = scanner.attribute("r") else { return next }
    var column = 0
    for byte in reference {
      guard UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte else { break }
      column = column * 26 + Int(byte - 0x40)
      if column > Self.columnLimit { break }
    }
    guard column > next, column <= Self.columnLimit else {
      throw scanner.fault(
        "the cell \(String(decoding: reference, as: UTF8.self)) of row \(row) is out of order")
    }
    return column - 1
  }

  private func readCell(_ type: [UInt8], _ style: Int, _ column: Int) throws(TableError) -> [UInt8]? {
    var text: [UInt8] = []
    var isText = false
    var isPhonetic = false
    var hasValue = false
    var hasFormula = false
    reading: while true {
      switch try scanner.next() {
      case .finish: throw scanner.fault("it ends inside a cell")
      case .text: if isText, !isPhonetic { scanner.appendText(to: &text) }
      case .start:
        if scanner.isNamed("v") || scanner.isNamed("t") {
          isText = true
          hasValue = true
        } else if scanner.isNamed("rPh") {
          isPhonetic = true
        } else if scanner.isNamed("f") {
          hasFormula = true
        }
      case .end:
        if scanner.isNamed("c") { break reading }
        if scanner.isNamed("v") || scanner.isNamed("t") {
          isText = false
        } else if scanner.isNamed("rPh") {
          isPhonetic = false
        }
      case .empty: break
      }
    }
    if hasFormula, text.isEmpty { uncomputed += 1 }
    guard hasValue else { return nil }
    switch String(decoding: type, as: UTF8.self) {
    case "s":
      guard let index = Self.number(text), let string = workbook.string(index) else {
        throw scanner.fault("a cell points at a shared string that is not there")
      }
      return Self.unescaped(Array(string))
    case "inlineStr", "str": return Self.unescaped(text)
    case "b": return Array((text == [0x31] ? "true" : "false").utf8)
    case "e":
      errors += 1
      return text
    case "d": return text
    default:
      remarks.see(number: text, in: column, hasStyle: style == 0 || style < workbook.styles.count)
      return number(text, style)
    }
  }

  /// A stored number: its shortest decimal, or by its style a date.
  private func number(_ text: [UInt8], _ style: Int) -> [UInt8] {
    let kind = workbook.styles.indices.contains(style) ? workbook.styles[style] : .none
    let value = text.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.flatMap { ValueScanner.number($0, buffer.count) }
    }
    guard let value else { return text }
    if kind != .none, let date = SpreadsheetDate.text(value, kind, startsIn1904: workbook.startsIn1904) {
      return date
    }
    // Whole numbers keep every digit. Of others only the Double counts that they stand for, which Excel stores with 17
    // digits (89.99 as 89.989999999999995): the shortest decimal of the same number is what was typed.
    let isWhole = text.allSatisfy { $0 &- Byte.zero < 10 || $0 == Byte.minus }
    return isWhole ? text : Number.bytes(value)
  }

  /// `_xHHHH_` is a character (ECMA-376 part 1, 22.9.2.19).
  private static func unescaped(_ text: [UInt8]) -> [UInt8] {
    guard text.count >= 7, text.contains(UInt8(ascii: "_")) else { return text }
    var plain: [UInt8] = []
    var at = 0
    while at < text.count {
      if text[at] == UInt8(ascii: "_"), at + 6 < text.count, text[at + 1] == UInt8(ascii: "x"),
        text[at + 6] == UInt8(ascii: "_")
      {
        let digits = (2...5).compactMap { SpreadsheetText.hexValue(text[at + $0]) }
        if digits.count == 4, let scalar = Unicode.Scalar(digits.reduce(0) { $0 << 4 | $1 }) {
          plain += String(scalar).utf8
          at += 7
          continue
        }
      }
      plain.append(text[at])
      at += 1
    }
    return plain
  }
}

/// Serial numbers of days.
enum SpreadsheetDate {
  static func text(_ value: Double, _ kind: Workbook.DateStyle, startsIn1904: Bool) -> [UInt8]? {
    guard value >= 0, value < 2_958_466 else { return nil }
    var days = value.rounded(.down)
    var milliseconds = ((value - days) * 86_400_000).rounded()
    if milliseconds >= 86_400_000 {
      days += 1
      milliseconds = 0
    }
    var bytes: [UInt8] = []
    let isTimeOnly = kind == .time && days == 0 || value < 1 && !startsIn1904 && kind != .date
    if isTimeOnly {
      CanonicalText.append(Int64(milliseconds) * 1000, .time, to: &bytes)
      return bytes
    }
    var since1970 = Int64(days) - (startsIn1904 ? 24_107 : 25_569)
    // The calendar of 1900 has a 29 February that never was.
    if !startsIn1904, days < 60 { since1970 += 1 }
    if !startsIn1904, days == 60 { return nil }
    if kind == .date, milliseconds == 0 {
      CanonicalText.append(since1970, .date, to: &bytes)
    } else {
      CanonicalText.append(since1970 * 86_400_000_000 + Int64(milliseconds) * 1000, .datetime, to: &bytes)
    }
    return bytes
  }
}
