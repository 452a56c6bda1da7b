/// Readings of a JSON5 number's text (which the parser has checked).
enum JSON5Number {
  /// Sign and the rest without it.
  private static func parts(_ text: String) -> (negative: Bool, digits: Substring) {
    switch text.utf8.first {
    case UInt8(ascii: "-"): (true, text.dropFirst())
    case UInt8(ascii: "+"): (false, text.dropFirst())
    default: (false, text[...])
    }
  }

  private static func isHexadecimal(_ digits: Substring) -> Bool {
    digits.hasPrefix("0x") || digits.hasPrefix("0X")
  }

  static func int(_ text: String) -> Int? {
    let (negative, digits) = parts(text)
    if isHexadecimal(digits) { return Int((negative ? "-" : "") + digits.dropFirst(2), radix: 16) }
    if let whole = Int((negative ? "-" : "") + digits) { return whole }
    guard let value = double(text), abs(value) <= 9_007_199_254_740_992 else { return nil }
    return Int(exactly: value)
  }

  static func double(_ text: String) -> Double? {
    let (negative, digits) = parts(text)
    if digits == "Infinity" { return negative ? -.infinity : .infinity }
    if digits == "NaN" { return .nan }
    if isHexadecimal(digits) {
      var value = 0.0
      for digit in digits.dropFirst(2).utf8 { value = value * 16 + Double(Hex.value(digit) ?? 0) }
      return negative ? -value : value
    }
    guard case .number(let plain) = json(text) else { return nil }
    return Double(plain)
  }

  static func json(_ text: String) -> JSON {
    let (negative, digits) = parts(text)
    let sign = negative ? "-" : ""
    if digits == "Infinity" || digits == "NaN" { return .null }
    if isHexadecimal(digits) {
      if let whole = UInt64(digits.dropFirst(2), radix: 16) { return .number(sign + String(whole)) }
      return double(text).map { JSON($0) } ?? .null
    }
    // `.5`, `5.` and `5.e3` lack a digit that JSON wants.
    var plain = Array(digits.utf8)
    if plain.first == UInt8(ascii: ".") { plain.insert(0x30, at: 0) }
    if let point = plain.firstIndex(of: UInt8(ascii: ".")),
      point + 1 == plain.count || plain[point + 1] | 0x20 == UInt8(ascii: "e")
    {
      plain.remove(at: point)
    }
    return .number(sign + String(decoding: plain, as: UTF8.self))
  }
}
