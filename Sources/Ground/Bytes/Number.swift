/// Texts of numbers.
package enum Number {
  /// The shortest decimal that reads back as the same Double, laid out as ECMAScript does (Number::toString,
  /// which RFC 8785 §3.2.2.3 requires). The value must be finite; negative zero is `0`.
  package static func text(_ value: Double) -> String {
    String(decoding: bytes(value), as: UTF8.self)
  }

  /// The same as bytes.
  package static func bytes(_ value: Double) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(24)
    append(value, to: &bytes)
    return bytes
  }

  /// The same, appended.
  package static func append(_ value: Double, to out: inout [UInt8]) {
    if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return append(whole, to: &out) }
    if !appendFewDecimals(value, to: &out) { appendAnyDouble(value, to: &out) }
  }

  /// Values of up to five decimals and fifteen digits, as most data are: the first count of decimals that reads back
  /// is the shortest, and with fifteen digits no other decimal of that count does. False for other values.
  private static func appendFewDecimals(_ value: Double, to out: inout [UInt8]) -> Bool {
    let magnitude = value.magnitude
    guard magnitude >= 1e-5, magnitude < 1e10 else { return false }
    var power = 1.0
    var scale: Int64 = 1
    for decimals in 1...5 {
      power *= 10
      scale *= 10
      let scaled = (magnitude * power).rounded()
      guard scaled / power == magnitude else { continue }
      let digits = Int64(scaled)
      if value < 0 { out.append(UInt8(ascii: "-")) }
      append(digits / scale, to: &out)
      out.append(UInt8(ascii: "."))
      let fraction = digits % scale
      var place = scale / 10
      for _ in 0..<decimals {
        out.append(0x30 + UInt8(truncatingIfNeeded: fraction / place % 10))
        place /= 10
      }
      return true
    }
    return false
  }

  private static func appendAnyDouble(_ value: Double, to out: inout [UInt8]) {
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
    if value < 0 { out.append(UInt8(ascii: "-")) }
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
  }

  /// Decimal digits, without making a string.
  package static func append(_ value: Int64, to bytes: inout [UInt8]) {
    var rest = value.magnitude
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    if rest < 10 { return bytes.append(0x30 + UInt8(truncatingIfNeeded: rest)) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var at = 20
      while rest > 0 {
        at -= 1
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        digits[at] = 0x30 + UInt8(truncatingIfNeeded: digit)
        rest = quotient
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[at..<20]))
    }
  }
}
