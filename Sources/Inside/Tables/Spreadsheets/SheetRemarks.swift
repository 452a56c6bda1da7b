import Bytes

/// What of a sheet is to be told beside its cells: what is hidden, long numbers of which digits are lost, styles that
/// are not there, and a header that is more than one row.
struct SheetRemarks {
  var hiddenSheets: [String] = []
  /// Whether the sheet that is read is itself a hidden one.
  var readsHidden = false
  var hiddenRows = 0
  /// Row of the header; 0: there is none.
  var headerRow = 0
  private var hiddenColumns: Set<Int> = []
  private var isHeaderMerged = false
  /// Columns with whole numbers of 16 digits and more, and how many.
  private var long: [Int: Int] = [:]
  private var unstyled = 0

  /// Digits that Excel keeps of a number.
  private static let keptDigits = 15
  private static let columnLimit = 16_384

  /// Whether a row or a range of columns is hidden, or has no size.
  func isHidden(_ scanner: XMLScanner, size: StaticString) -> Bool {
    if ["1", "true"].contains(scanner.attributeText("hidden") ?? "") { return true }
    return scanner.attributeText(size).flatMap { Double($0) } == 0
  }

  mutating func addColumns(_ scanner: XMLScanner) {
    guard isHidden(scanner, size: "width"), let first = scanner.attributeText("min").flatMap({ Int($0) }),
      let last = scanner.attributeText("max").flatMap({ Int($0) }), first >= 1, first <= last
    else { return }
    for column in first...min(last, max(first, Self.columnLimit)) { hiddenColumns.insert(column - 1) }
  }

  /// A merged range in the row of the header means that it is a title, or one row of several.
  mutating func addMerged(_ scanner: XMLScanner) {
    guard headerRow > 0, let range = scanner.attributeText("ref") else { return }
    let rows = range.split(separator: ":").compactMap { Int($0.filter { ("0"..."9").contains($0) }) }
    guard let first = rows.first, let last = rows.last else { return }
    if first <= headerRow, headerRow <= last { isHeaderMerged = true }
  }

  /// A stored number. A whole one of 16 digits and more has lost those behind the fifteenth.
  mutating func see(number text: [UInt8], in column: Int, hasStyle: Bool) {
    if !hasStyle { unstyled += 1 }
    guard text.count > Self.keptDigits || text.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) else {
      return
    }
    let value = text.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.flatMap { ValueScanner.number($0, buffer.count) }
    }
    if let value, value.magnitude >= 1e15, value.magnitude < 1e30, value == value.rounded() {
      long[column, default: 0] += 1
    }
  }

  /// Notes, and why the columns are not known for sure.
  func said(header: [String], hasStyles: Bool) -> (notes: [Wording], doubts: [Wording]) {
    var notes: [Wording] = []
    let columns = hiddenColumns.filter { $0 < header.count }.sorted()
    if !columns.isEmpty || hiddenRows > 0 || !hiddenSheets.isEmpty {
      notes.append(hidden(columns.map { Self.name($0, header) }))
    }
    if readsHidden { notes.append(Wording("the sheet is a hidden one", "读取的是隐藏的工作表")) }
    for (column, count) in long.sorted(by: { $0.key < $1.key }) {
      let name = Self.name(column, header)
      notes.append(
        Wording(
          "the column \(name) holds \(count) numbers of 16 digits and more, of which Excel kept 15: the rest is lost; "
            + "have such numbers exported as text",
          "列“\(name)”有 \(count) 个 16 位以上的数字，Excel 只保留了前 15 位，其余已丢失：请把这类号码按文本导出"))
    }
    if unstyled > 0 {
      notes.append(
        hasStyles
          ? Wording(
            "\(unstyled) cells name a style that is not there: dates among them are read as numbers",
            "有 \(unstyled) 个单元格的样式不存在：其中的日期按数字读取")
          : Wording(
            "the workbook has no part of styles: dates in \(unstyled) cells that name one are read as numbers",
            "工作簿没有样式部件：\(unstyled) 个引用样式的单元格中的日期按数字读取"))
    }
    guard isHeaderMerged else { return (notes, []) }
    return (
      notes,
      [
        Wording(
          "the header on row \(headerRow) has merged cells, so it is a title or one of several rows: leave one row of names, "
            + "or skip those above it (--skip)",
          "第 \(headerRow) 行表头有合并单元格，可能是标题或多行表头：请只留一行列名，或跳过其上的行（--skip）")
      ]
    )
  }

  private func hidden(_ columns: [String]) -> Wording {
    func plural(_ count: Int, _ what: String) -> String { "\(count) hidden \(what)\(count == 1 ? "" : "s")" }
    var en: [String] = []
    var zh: [String] = []
    if !columns.isEmpty {
      en.append("\(plural(columns.count, "column")) (\(columns.joined(separator: ", ")))")
      zh.append("\(columns.count) 个隐藏列（\(columns.joined(separator: "、"))）")
    }
    if hiddenRows > 0 {
      en.append(plural(hiddenRows, "row"))
      zh.append("\(hiddenRows) 个隐藏行")
    }
    let isShown = !columns.isEmpty || hiddenRows > 0
    if !hiddenSheets.isEmpty {
      en.append("\(plural(hiddenSheets.count, "sheet")) (\(hiddenSheets.joined(separator: ", ")))")
      zh.append("\(hiddenSheets.count) 个隐藏工作表（\(hiddenSheets.joined(separator: "、"))）")
    }
    return Wording(
      en.joined(separator: ", ") + (columns.count + hiddenRows + hiddenSheets.count == 1 ? " is" : " are")
        + " in the file"
        + (isShown
          ? ": hidden columns and rows are read like all others; delete what is not meant to be given" : ""),
      "文件中有" + zh.joined(separator: "、") + (isShown ? "：隐藏的行列同样会读取；不拟提供的请删除" : ""))
  }

  private static func name(_ column: Int, _ header: [String]) -> String {
    column < header.count && !header[column].isEmpty ? header[column] : "\(column + 1)"
  }
}
