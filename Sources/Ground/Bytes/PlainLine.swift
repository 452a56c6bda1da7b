/// The one rule for names and short texts that people give and others read in logs, lists, receipts and certificates: one
/// line that shows what it is. No control characters and line feeds (C0, DEL, C1, U+2028, U+2029), no marks that turn the
/// direction of what follows (Unicode Bidi_Control), nothing that only looks empty.
package enum PlainLine {
  /// What keeps a text from being a plain line; nil where it is one.
  package static func problem(in text: String) -> Wording? {
    guard let first = text.unicodeScalars.first(where: { !isPlain($0) }) else {
      return text.contains(where: { !$0.isWhitespace }) ? nil : Wording("is empty", "为空")
    }
    let code =
      "U+" + String(repeating: "0", count: max(0, 4 - String(first.value, radix: 16).count))
      + String(first.value, radix: 16).uppercased()
    return Wording(
      "holds the character \(code), which a list or a log would not show as it is",
      "含字符 \(code)，在列表或日志中无法如实显示")
  }

  /// A text as one plain line: what would not show as it is stands there by its number.
  package static func shown(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { !isPlain($0) }) else { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      if isPlain(scalar) {
        shown.unicodeScalars.append(scalar)
      } else {
        shown += "<U+\(String(scalar.value, radix: 16).uppercased())>"
      }
    }
    return shown
  }

  /// Whether a character may stand in a plain line.
  package static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069,
      0xFEFF:
      false
    default: true
    }
  }
}
