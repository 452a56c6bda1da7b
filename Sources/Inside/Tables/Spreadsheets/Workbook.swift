import Bytes

/// What a workbook says beside its cells: sheets, shared strings, which styles are dates, which calendar.
struct Workbook {
  /// A sheet, in the order they are offered: those that are not hidden first.
  struct Sheet {
    var name: String
    /// Its part, as the relationship names it.
    var part: String
    var isHidden: Bool
  }

  private(set) var sheets: [Sheet] = []
  private(set) var styles: [DateStyle] = []
  /// Whether the workbook has a part of styles, without which no date can be told from a number.
  private(set) var hasStyles = false
  private(set) var startsIn1904 = false
  /// Shared strings, all bytes behind one another, and where each ends.
  private(set) var strings: [UInt8] = []
  private(set) var stringEnds: [Int] = []
  private let parts: WorkbookParts
  private let file: String

  /// How numbers of a style are meant.
  enum DateStyle: Sendable { case none, date, time, datetime }

  /// Bytes of all shared strings together.
  private static let stringBound = 512 << 20

  init(_ source: TableSource) throws(TableError) {
    file = source.name
    parts = try WorkbookParts(source)
    try readSheets()
    try readStyles()
    try readStrings()
  }

  func scanner(_ part: String) throws(TableError) -> XMLScanner? { try parts.scanner(part) }

  private mutating func readSheets() throws(TableError) {
    guard var scanner = try parts.scanner(parts.workbook) else { return }
    var hidden: [Sheet] = []
    while true {
      let event = try scanner.next()
      if event == .finish { break }
      guard event == .start || event == .empty else { continue }
      if scanner.isNamed("workbookPr") {
        startsIn1904 = ["1", "true"].contains(scanner.attributeText("date1904") ?? "")
      } else if scanner.isNamed("sheet"), let name = scanner.attributeText("name"),
        let id = scanner.attributeText("id"), let link = parts.links.first(where: { $0.id == id }),
        link.kind == "worksheet"
      {
        // Sheets of a chart or a dialogue hold no cells.
        let isHidden = ["hidden", "veryHidden"].contains(scanner.attributeText("state") ?? "")
        let sheet = Sheet(name: name, part: link.part, isHidden: isHidden)
        if isHidden { hidden.append(sheet) } else { sheets.append(sheet) }
      }
    }
    sheets += hidden
  }

  private mutating func readStyles() throws(TableError) {
    guard var scanner = try parts.scanner(parts.part("styles")) else { return }
    hasStyles = true
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
    return style(ofCode: code)
  }

  /// What letters outside quotes and brackets say. In brackets stand colours, conditions, currencies and languages
  /// (18.8.31), but `[h]`, `[mm]` and `[s]` are elapsed time: a number of days, and no time of day.
  static func style(ofCode code: String) -> DateStyle {
    var letters: Set<Unicode.Scalar> = []
    var isQuoted = false
    var isEscaped = false
    var bracket: [Unicode.Scalar]?
    section: for scalar in code.lowercased().unicodeScalars {
      if isEscaped {
        isEscaped = false
      } else if let inside = bracket {
        guard scalar == "]" else {
          bracket = inside + [scalar]
          continue
        }
        bracket = nil
        if let first = inside.first, ["h", "m", "s"].contains(first), inside.allSatisfy({ $0 == first }) {
          return .none
        }
      } else if scalar == "\"" {
        isQuoted.toggle()
      } else if !isQuoted {
        switch scalar {
        case "\\", "_", "*": isEscaped = true
        case "[": bracket = []
        case ";": break section
        default: letters.insert(scalar)
        }
      }
    }
    // `e` is a year of an era where 年 says so, and else the exponent of a number.
    let hasDate = !letters.isDisjoint(with: ["y", "d"]) || letters.contains("e") && code.contains("年")
    let hasTime = !letters.isDisjoint(with: ["h", "s"])
    if letters.contains("m"), !hasDate, !hasTime { return .date }
    return hasDate && hasTime ? .datetime : hasDate ? .date : hasTime ? .time : .none
  }

  private mutating func readStrings() throws(TableError) {
    guard var scanner = try parts.scanner(parts.part("sharedStrings")) else { return }
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
