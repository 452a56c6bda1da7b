import Bytes
import Glibc
import Synchronization

/// Where a verb speaks: results to standard output, everything else to standard error. Colour and progress only
/// on a terminal, and no colour where `NO_COLOR` is set (no-color.org).
final class Terminal: Sendable {
  private let colour: Bool
  private let live: Bool
  private let progressShown = Mutex(false)

  init() {
    live = isatty(2) == 1
    colour =
      isatty(1) == 1 && getenv("NO_COLOR") == nil && getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  enum Style: String, CaseIterable {
    case bold = "1", dim = "2", red = "31", green = "32", yellow = "33", blue = "34", cyan = "36"
  }

  func styled(_ text: String, _ style: Style) -> String {
    colour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  func print(_ line: String = "") { write(Self.plain(line) + "\n", to: 1) }
  func print(bytes: [UInt8]) { write(bytes, to: 1) }
  func note(_ line: String) {
    clearProgress()
    write(Self.plain(line) + "\n", to: 2)
  }
  func note(_ phrase: Phrase) { note(phrase.said) }

  /// A text as the terminal may be given it: names and words that others stored move no cursor, turn no direction and write
  /// over nothing. What would not show as it is stands there by its number; our own styles stay.
  /// - Parameter keepsLines: whether line feeds and tabs stay too.
  static func plain(_ text: String, keepsLines: Bool = true) -> String {
    func isKept(_ scalar: Unicode.Scalar) -> Bool {
      PlainLine.isPlain(scalar) || keepsLines && (scalar == "\n" || scalar == "\t")
    }
    guard text.unicodeScalars.contains(where: { !isKept($0) }) else { return text }
    var plain = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.first {
      if isKept(scalar) {
        plain.append(scalar)
        rest.removeFirst()
      } else if let style = styles.first(where: { rest.starts(with: $0) }) {
        plain += style
        rest.removeFirst(style.count)
      } else {
        plain += PlainLine.shown(String(scalar)).unicodeScalars
        rest.removeFirst()
      }
    }
    return String(plain)
  }

  private static let styles = (Style.allCases.map(\.rawValue) + ["0"]).map {
    Array("\u{1B}[\($0)m".unicodeScalars)
  }

  /// Tells an error with what to do about it, in the shell's manner: prefix, no capital, no final stop.
  func tell(_ fault: any Error) {
    let known = fault as? any Fault
    note(
      "doorsill: \(Phrase("错误", "error").said): \(known?.message(in: Phrase.language) ?? String(describing: fault))"
    )
    if let hint = known?.hint(in: Phrase.language) { note("doorsill: \(Phrase("提示", "hint").said): \(hint)") }
  }

  /// One line that is overwritten by the next, on a terminal only.
  func progress(_ line: String) {
    guard live else { return }
    progressShown.withLock { $0 = true }
    write("\r\u{1B}[K\(Self.plain(line, keepsLines: false))", to: 2)
  }

  func clearProgress() {
    guard live else { return }
    let shown = progressShown.withLock { shown in
      defer { shown = false }
      return shown
    }
    if shown { write("\r\u{1B}[K", to: 2) }
  }

  private func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

  private func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        let written = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return }
        offset += written
      }
    }
  }

  /// Columns aligned by display width: a CJK character takes two cells.
  func table(_ rows: [[String]], indent: Int = 0) {
    let rows = rows.map { $0.map { Self.plain($0, keepsLines: false) } }
    guard let columns = rows.map(\.count).max() else { return }
    let widths = (0..<columns).map { column in
      rows.map { $0.count > column ? Self.width($0[column]) : 0 }.max() ?? 0
    }
    for row in rows {
      var line = String(repeating: " ", count: indent)
      for (column, cell) in row.enumerated() {
        line += cell
        if column < row.count - 1 {
          line += String(repeating: " ", count: widths[column] - Self.width(cell) + 2)
        }
      }
      print(line)
    }
  }

  /// A paragraph that begins behind `lead` and keeps to its column where it is longer than the terminal is wide.
  /// Not on a terminal, it is one line.
  func paragraph(_ text: String, after lead: String, _ style: Style? = nil) {
    let indent = Self.width(lead)
    let lines = columns.map { Self.wrapped(text, to: max(20, $0 - indent)) } ?? [text]
    for (number, line) in lines.enumerated() {
      print(
        (number == 0 ? lead : String(repeating: " ", count: indent))
          + (style.map { styled(line, $0) } ?? line))
    }
  }

  /// Cells of a line of standard output; nil where it is no terminal.
  private var columns: Int? {
    var size = winsize()
    guard isatty(1) == 1, ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  private static let closingMarks: Set<Character> = ["，", "。", "；", "：", "、", "）", "”", "？", "！"]

  /// Breaks at spaces, and between Han characters, but never before a closing mark.
  static func wrapped(_ text: String, to limit: Int) -> [String] {
    var lines: [String] = []
    var line: [Character] = []
    var cells = 0
    var breakAt: Int?
    for character in text {
      let wide = width(String(character))
      if cells + wide > limit, let place = breakAt {
        lines.append(String(line[..<place]))
        line = Array(line[place...].drop { $0 == " " })
        cells = width(String(line))
        breakAt = nil
      }
      let closes = Self.closingMarks.contains(character)
      let afterMark = line.last.map { Self.closingMarks.contains($0) } ?? false
      if character != " ", !closes, wide == 2 || afterMark, !line.isEmpty { breakAt = line.count }
      if character == " " { breakAt = line.count }
      line.append(character)
      cells += wide
    }
    if !line.isEmpty { lines.append(String(line)) }
    return lines
  }

  /// Terminal cells a text takes, escape sequences not counted.
  static func width(_ text: String) -> Int {
    var width = 0
    var escaped = false
    for scalar in text.unicodeScalars {
      if escaped {
        escaped = scalar != "m"
      } else if scalar.value == 0x1B {
        escaped = true
      } else {
        let value = scalar.value
        let wide =
          (0x1100...0x115F).contains(value) || (0x2E80...0xA4CF).contains(value)
          || (0xAC00...0xD7A3).contains(value)
          || (0xF900...0xFAFF).contains(value) || (0xFE30...0xFE6F).contains(value)
          || (0xFF00...0xFF60).contains(value)
          || (0xFFE0...0xFFE6).contains(value) || (0x20000...0x3FFFD).contains(value)
        width += scalar.properties.generalCategory == .nonspacingMark ? 0 : (wide ? 2 : 1)
      }
    }
    return width
  }
}
