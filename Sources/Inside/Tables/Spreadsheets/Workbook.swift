import Bytes

/// What a workbook says beside its cells: sheets, shared strings, which styles are dates, which calendar.
struct Workbook {
  private(set) var sheets: [(name: String, part: String)] = []
  private(set) var styles: [DateStyle] = []
  private(set) var startsIn1904 = false
  /// Shared strings, all bytes behind one another, and where each ends.
  private(set) var strings: [UInt8] = []
  private(set) var stringEnds: [Int] = []
  let archive: ZipReader
  private let file: String

  /// How numbers of a style are meant.
  enum DateStyle: Sendable { case none, date, time, datetime }

  /// Bytes of all shared strings together.
  private static let stringBound = 512 << 20

  init(file: String) throws(TableError) {
    self.file = file
    do throws(ZipError) {
      archive = try ZipReader(path: file)
    } catch {
      throw TableError(
        .malformed, file: file,
        Wording("is no readable workbook: \(error.message)", "不是可读的工作簿：\(error.message)"))
    }
    guard archive.entry("[Content_Types].xml") != nil, archive.entry("xl/workbook.xml") != nil else {
      throw TableError(
        .unknownFormat, file: file,
        Wording("is a zip file but no workbook (.xlsx)", "是 zip 文件，但不是工作簿（.xlsx）"),
        hint: Wording("unpack it, and read the table inside", "请解压后读取其中的表"))
    }
    if archive.entries.contains(where: { $0.name.hasSuffix("vbaProject.bin") }) {
      throw TableError(
        .refused, file: file, Wording("the workbook has macros", "工作簿带有宏"),
        hint: Wording("save it as .xlsx, without macros", "请另存为不带宏的 .xlsx"))
    }
    try readSheets()
    try readStyles()
    try readStrings()
  }

  func scanner(_ part: String) throws(TableError) -> XMLScanner? {
    guard let entry = archive.entry(part) else { return nil }
    do throws(ZipError) {
      return XMLScanner(try archive.stream(entry), part: part, file: file)
    } catch {
      throw TableError(.malformed, file: file, Wording(error.message, "工作簿已损坏：\(error.message)"))
    }
  }

  private mutating func readSheets() throws(TableError) {
    var targets: [String: String] = [:]
    if var links = try scanner("xl/_rels/workbook.xml.rels") {
      while true {
        let event = try links.next()
        if event == .finish { break }
        guard event == .start || event == .empty, links.isNamed("Relationship"),
          let id = links.attributeText("Id"),
          let target = links.attributeText("Target")
        else { continue }
        targets[id] = target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
      }
    }
    guard var scanner = try scanner("xl/workbook.xml") else { return }
    while true {
      let event = try scanner.next()
      if event == .finish { break }
      guard event == .start || event == .empty else { continue }
      if scanner.isNamed("workbookPr") {
        startsIn1904 = ["1", "true"].contains(scanner.attributeText("date1904") ?? "")
      } else if scanner.isNamed("sheet"), let name = scanner.attributeText("name"),
        let id = scanner.attributeText("id"),
        let part = targets[id], archive.entry(part) != nil
      {
        let isHidden = ["hidden", "veryHidden"].contains(scanner.attributeText("state") ?? "")
        if isHidden { sheets.append((name, part)) } else { sheets.insert((name, part), at: visible) }
        if !isHidden { visible += 1 }
      }
    }
  }

  /// Sheets that are not hidden stand first.
  private var visible = 0

  private mutating func readStyles() throws(TableError) {
    guard var scanner = try scanner("xl/styles.xml") else { return }
    var codes: [Int: String] = [:]
    var isInCells = false
    while true {
      let event = try scanner.next()
      if event == .finish { break }
      if scanner.isNamed("cellXfs") { isInCells = event == .start }
      guard event == .start || event == .empty else { continue }
      if scanner.isNamed("numFmt"), let id = scanner.attributeText("numFmtId").flatMap({ Int($0) }) {
        codes[id] = scanner.attributeText("formatCode") ?? ""
      } else if scanner.isNamed("xf"), isInCells {
        let id = scanner.attributeText("numFmtId").flatMap { Int($0) } ?? 0
        styles.append(Self.style(id, codes[id]))
      }
    }
  }

  /// Built-in formats (ECMA-376 part 1, 18.8.30) and those of a code with date or time letters.
  private static func style(_ id: Int, _ code: String?) -> DateStyle {
    guard let code else {
      switch id {
      case 14...17, 27...31, 36, 50...54, 57, 58: return .date
      case 18...21, 32...35, 45, 47, 55, 56: return .time
      case 22: return .datetime
      default: return .none
      }
    }
    var hasDate = false
    var hasTime = false
    var isQuoted = false
    var isBracketed = false
    var isEscaped = false
    var hasMonthOrMinute = false
    for scalar in code.lowercased().unicodeScalars {
      if isEscaped {
        isEscaped = false
        continue
      }
      switch scalar {
      case "\"": isQuoted.toggle()
      case "\\", "_", "*": isEscaped = !isQuoted
      case "[": isBracketed = true
      case "]": isBracketed = false
      case ";" where !isQuoted: return result()
      case "y", "d", "e": if !isQuoted, !isBracketed, scalar != "e" || code.contains("年") { hasDate = true }
      case "h", "s": if !isQuoted { hasTime = true }
      case "m": if !isQuoted, !isBracketed { hasMonthOrMinute = true }
      default: break
      }
    }
    func result() -> DateStyle {
      // Elapsed time is a number of days, not a time of day.
      if code.contains("[h") || code.contains("[m") || code.contains("[s") { return .none }
      if hasMonthOrMinute, !hasDate, !hasTime { return .date }
      return hasDate && hasTime ? .datetime : hasDate ? .date : hasTime ? .time : .none
    }
    return result()
  }

  private mutating func readStrings() throws(TableError) {
    guard var scanner = try scanner("xl/sharedStrings.xml") else { return }
    var isText = false
    var isPhonetic = false
    while true {
      let event = try scanner.next()
      switch event {
      case .finish: return
      case .text: if isText, !isPhonetic { scanner.appendText(to: &strings) }
      case .start:
        if scanner.isNamed("t") { isText = true } else if scanner.isNamed("rPh") { isPhonetic = true }
      case .end:
        if scanner.isNamed("t") {
          isText = false
        } else if scanner.isNamed("rPh") {
          isPhonetic = false
        } else if scanner.isNamed("si") {
          stringEnds.append(strings.count)
        }
      case .empty: if scanner.isNamed("si") { stringEnds.append(strings.count) }
      }
      guard strings.count <= Self.stringBound else {
        throw TableError(
          .tooLarge, file: file, Wording("its shared strings are larger than 512 MiB", "共享字符串超过 512 MiB"))
      }
    }
  }

  /// The bytes of a shared string.
  func string(_ index: Int) -> ArraySlice<UInt8>? {
    guard index >= 0, index < stringEnds.count else { return nil }
    return strings[(index == 0 ? 0 : stringEnds[index - 1])..<stringEnds[index]]
  }
}
