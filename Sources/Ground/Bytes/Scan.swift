/// Strict scanners over bytes: the whole input is the number, or it is none. No sign `+`, no spaces, no `nan`, `inf`
/// or hexadecimal, none of which Swift's own initialisers refuse.
package enum Scan {
  /// A whole number within Int64: `-?[0-9]+`. Leading zeros are accepted; the caller who keeps text cares.
  package static func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    var at = 0
    let negative = bytes.count > 0 && bytes[0] == UInt8(ascii: "-")
    if negative { at = 1 }
    guard at < bytes.count else { return nil }
    if bytes.count - at <= 18 {
      var value: Int64 = 0
      while at < bytes.count {
        let digit = bytes[at] &- 0x30
        guard digit < 10 else { return nil }
        value = value &* 10 &+ Int64(digit)
        at += 1
      }
      return negative ? -value : value
    }
    var value: Int64 = 0
    while at < bytes.count {
      let digit = bytes[at] &- 0x30
      guard digit < 10 else { return nil }
      let (tenfold, over) = value.multipliedReportingOverflow(by: 10)
      // Negative numbers reach one further.
      let (sum, out) = tenfold.subtractingReportingOverflow(Int64(digit))
      guard !over, !out else { return nil }
      value = sum
      at += 1
    }
    guard !negative else { return value }
    return value == .min ? nil : -value
  }

  /// A decimal number: `-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?`, nearest Double. Nil for other texts and overflow.
  package static func decimal(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    var at = 0
    let count = bytes.count
    let negative = count > 0 && bytes[0] == UInt8(ascii: "-")
    if negative { at = 1 }
    let first = at
    var mantissa: UInt64 = 0
    var digits = 0
    var exponent = 0
    while at < count, bytes[at] &- 0x30 < 10 {
      if digits < 19 { mantissa = mantissa &* 10 &+ UInt64(bytes[at] &- 0x30) }
      if mantissa != 0 || digits > 0 { digits += 1 }
      at += 1
    }
    guard at > first else { return nil }
    if at < count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      let point = at
      while at < count, bytes[at] &- 0x30 < 10 {
        if digits < 19 {
          mantissa = mantissa &* 10 &+ UInt64(bytes[at] &- 0x30)
          exponent -= 1
        }
        if mantissa != 0 || digits > 0 { digits += 1 }
        at += 1
      }
      guard at > point else { return nil }
    }
    if at < count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      var sign = 1
      if at < count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") {
        if bytes[at] == UInt8(ascii: "-") { sign = -1 }
        at += 1
      }
      let point = at
      var value = 0
      while at < count, bytes[at] &- 0x30 < 10 {
        if value < 100_000 { value = value * 10 + Int(bytes[at] &- 0x30) }
        at += 1
      }
      guard at > point else { return nil }
      exponent += sign * value
    }
    guard at == count else { return nil }
    // Both operands are exact, so one rounding gives the nearest Double (Clinger's fast path).
    if digits <= 19, mantissa < 1 << 53, abs(exponent) <= 22 {
      let power = powersOfTen[abs(exponent)]
      let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
      return negative ? -value : value
    }
    guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  package static func integer(_ text: String) -> Int64? {
    var text = text
    return text.withUTF8 { integer($0) }
  }

  package static func decimal(_ text: String) -> Double? {
    var text = text
    return text.withUTF8 { decimal($0) }
  }

  /// Whether a text is a number of JSON's grammar (RFC 8259 §6).
  package static func isJSONNumber(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { isJSONNumber($0) }
  }

  /// The same for bytes: a decimal without superfluous leading zeros.
  package static func isJSONNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var at = bytes.first == UInt8(ascii: "-") ? 1 : 0
    if at + 1 < bytes.count, bytes[at] == 0x30, bytes[at + 1] &- 0x30 < 10 { return false }
    func digits() -> Bool {
      let start = at
      while at < bytes.count, bytes[at] &- 0x30 < 10 { at += 1 }
      return at > start
    }
    guard digits() else { return false }
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      guard digits() else { return false }
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
      guard digits() else { return false }
    }
    return at == bytes.count
  }
}

private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
  1e19,
  1e20, 1e21, 1e22,
]
