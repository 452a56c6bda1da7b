import Bytes
import Foundation

/// The public normalisation of one field of a tuple (DISCLOSURE a.12): what the publisher tags and what a caller sends
/// are brought to one spelling by the same rules, so that a wide letter or another date form is no disagreement.
///
/// Every rule is public, and stands beside the result on its page:
/// - `text`: Unicode NFKC (width, ligatures, circled forms), traditional Chinese characters to simplified ones (ICU
///   Hant-Hans), small letters, no spaces and no invisible characters, one form for dashes and for middle dots.
/// - `date`: a day of the calendar as `2015-03-02`; also understood are `2015/3/2`, `2015.3.2`, `20150302` and
///   `2015年3月2日`.
/// - `number`: a decimal number without superfluous zeros or plus sign; no exponent, no thousands separator.
/// - `boolean`: true, yes, 是, 1 or false, no, 否, 0.
package enum TupleForm: String, Sendable, CaseIterable {
  case text
  case date
  case number
  case boolean

  /// The one spelling, or nil where the text cannot be of this form: empty, no day of the calendar, no number.
  package func canonical(_ text: String) -> String? {
    let plain = Self.plain(text)
    guard !plain.isEmpty else { return nil }
    switch self {
    case .text: return plain
    case .date: return Self.date(plain)
    case .number: return Self.number(plain)
    case .boolean:
      if ["true", "yes", "是", "1"].contains(plain) { return "1" }
      return ["false", "no", "否", "0"].contains(plain) ? "0" : nil
    }
  }

  private static func plain(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { 0x21...0x7E ~= $0 && !(0x41...0x5A ~= $0) }
    guard !isPlain else { return text }
    var text = text
    if text.utf8.contains(where: { $0 >= 0x80 }) {
      text = text.precomposedStringWithCompatibilityMapping
      if text.unicodeScalars.contains(where: { $0.properties.isIdeographic }) {
        text = text.applyingTransform(simplified, reverse: false) ?? text
      }
    }
    var out = String.UnicodeScalarView()
    for scalar in text.lowercased().unicodeScalars {
      let properties = scalar.properties
      switch scalar.value {
      case 0x2010...0x2015, 0x2212: out.append("-")
      case 0x2022, 0x2027, 0x22C5, 0x30FB, 0x2E31: out.append("·")
      default:
        guard !properties.isWhitespace, !properties.isDefaultIgnorableCodePoint,
          properties.generalCategory != .control, properties.generalCategory != .format
        else { continue }
        out.append(scalar)
      }
    }
    return String(out)
  }

  private static let simplified = StringTransform(rawValue: "Hant-Hans")

  private static func date(_ text: String) -> String? {
    var groups: [[UInt8]] = [[]]
    for scalar in text.unicodeScalars {
      switch scalar {
      case "0"..."9": groups[groups.count - 1].append(UInt8(scalar.value))
      case "-", "/", ".", "年", "月": groups.append([])
      case "日", "号":
        groups.append([])
        guard groups.count == 4 else { return nil }
      default: return nil
      }
    }
    if groups.count == 4, groups[3].isEmpty { groups.removeLast() }
    if groups.count == 1, groups[0].count == 8 {
      let digits = groups[0]
      groups = [Array(digits[..<4]), Array(digits[4..<6]), Array(digits[6...])]
    }
    guard groups.count == 3, groups[0].count == 4, 1...2 ~= groups[1].count, 1...2 ~= groups[2].count else {
      return nil
    }
    let parts = groups.map { $0.reduce(0) { $0 * 10 + Int($1 - 0x30) } }
    return CalendarDate(year: parts[0], month: parts[1], day: parts[2])?.iso
  }

  private static func number(_ text: String) -> String? {
    var digits = text[...]
    let isNegative = digits.hasPrefix("-")
    if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }) else { return nil }
    let whole = parts[0].drop { $0 == "0" }
    var fraction = parts.count == 2 ? parts[1] : ""
    while fraction.hasSuffix("0") { fraction = fraction.dropLast() }
    let value = (whole.isEmpty ? "0" : String(whole)) + (fraction.isEmpty ? "" : "." + fraction)
    return isNegative && value != "0" ? "-" + value : value
  }
}
