/// Texts of numbers.
package enum Number {
  /// The shortest decimal that reads back as the same Double, laid out as ECMAScript does (Number::toString,
  /// which RFC 8785 §3.2.2.3 requires). The value must be finite; negative zero is `0`.
  package static func text(_ value: Double) -> String {
    String(decoding: bytes(value), as: UTF8.self)
  }

  /// The same as bytes.
  package static func bytes(_ value: Double) -> [UInt8] {
    guard value != 0 else { return [UInt8(ascii: "0")] }
    let whole = Int64(exactly: value)
    if let whole, abs(whole) < 1 << 53 { return Array(String(whole).utf8) }
    // Swift prints the same digits (shortest, closest); only their layout differs.
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    var text = value.magnitude.description.utf8[...]
    if let mark = text.firstIndex(of: UInt8(ascii: "e")) {
      exponent = Int(String(Substring(text[text.index(after: mark)...]))) ?? 0
      text = text[..<mark]
    }
    for byte in text {
      if byte == UInt8(ascii: ".") { point = digits.count } else { digits.append(byte) }
    }
    var n = (point ?? digits.count) + exponent  // value = 0.digits × 10ⁿ
    while digits.first == UInt8(ascii: "0") {
      digits.removeFirst()
      n -= 1
    }
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    var out: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
    let k = digits.count
    if k <= n, n <= 21 {
      out += digits
      out += repeatElement(UInt8(ascii: "0"), count: n - k)
    } else if 0 < n, n <= 21 {
      out += digits[..<n]
      out.append(UInt8(ascii: "."))
      out += digits[n...]
    } else if -6 < n, n <= 0 {
      out += [UInt8(ascii: "0"), UInt8(ascii: ".")]
      out += repeatElement(UInt8(ascii: "0"), count: -n)
      out += digits
    } else {
      out.append(digits[0])
      if k > 1 {
        out.append(UInt8(ascii: "."))
        out += digits[1...]
      }
      out += (n - 1 < 0 ? "e-" : "e+").utf8
      out += String(abs(n - 1)).utf8
    }
    return out
  }
}
