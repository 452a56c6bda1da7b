/// Decimal numbers as integers of a declared number of digits, written as text without loss.
package enum Decimal {
  /// 10ⁿ for n from 0 to 18.
  package static func power(_ digits: Int) -> Int128 {
    (0..<max(0, digits)).reduce(Int128(1)) { power, _ in power * 10 }
  }

  /// `value` in units of 10⁻ˢᶜᵃˡᵉ as decimal text, without trailing zeros of the fraction.
  package static func text(_ value: Int128, scale: Int) -> String {
    guard scale > 0 else { return value.description }
    let digits = String(value.magnitude)
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
    let whole = padded.dropLast(scale)
    var fraction = padded.suffix(scale)
    while fraction.last == "0" { fraction.removeLast() }
    return (value < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// Decimal text as an integer in units of 10⁻ˢᶜᵃˡᵉ, rounded half away from zero; nil for anything that is no
  /// plain decimal number or needs more than 18 digits.
  package static func scaled(_ text: UnsafeBufferPointer<UInt8>, scale: Int) -> Int64? {
    var index = 0
    var negative = false
    if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
      negative = text[index] == UInt8(ascii: "-")
      index += 1
    }
    var value: Int64 = 0
    var digits = 0
    var fraction = -1
    var roundUp = false
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: "."), fraction < 0 {
        fraction = 0
      } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        digits += 1
        if fraction >= scale {
          if fraction == scale { roundUp = byte >= UInt8(ascii: "5") }
          fraction += 1
        } else {
          let (product, overflow) = value.multipliedReportingOverflow(by: 10)
          let (sum, carry) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
          guard !overflow, !carry else { return nil }
          value = sum
          if fraction >= 0 { fraction += 1 }
        }
      } else {
        return nil
      }
      index += 1
    }
    guard digits > 0, fraction != 0 || text.last != UInt8(ascii: ".") else { return nil }
    var missing = scale - max(0, fraction)
    while missing > 0 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      value = product
      missing -= 1
    }
    if roundUp {
      guard value < .max else { return nil }
      value += 1
    }
    return negative ? -value : value
  }

  /// Decimal text as an integer in units of 10⁻ˢᶜᵃˡᵉ.
  package static func scaled(_ text: String, scale: Int) -> Int64? {
    var text = text
    return text.withUTF8 { scaled($0, scale: scale) }
  }

  /// The same for text with an exponent (`1.5e3`), which some writers of tables use.
  package static func scaled(exponent text: String, scale: Int) -> Int64? {
    guard let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }),
      let exponent = Int(text[text.index(after: mark)...]), -18...18 ~= exponent
    else { return nil }
    let mantissa = text[..<mark]
    let parts = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let isNegative = mantissa.first == "-"
    var digits = (parts.first ?? "").filter { $0 != "-" && $0 != "+" } + (parts.count > 1 ? parts[1] : "")
    var point = digits.utf8.count - (parts.count > 1 ? parts[1].utf8.count : 0) + exponent
    while point > digits.utf8.count { digits += "0" }
    while point < 0 {
      digits = "0" + digits
      point += 1
    }
    let whole = digits.prefix(point), fraction = digits.dropFirst(point)
    let plain = (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : "." + fraction)
    return scaled((isNegative ? "-" : "") + plain, scale: scale)
  }

  /// a / b in units of 10⁻ᵈⁱᵍⁱᵗˢ, rounded half away from zero; b is positive.
  package static func quotient(_ a: Int128, _ b: Int128, digits: Int) -> Int128 {
    Magnitudes.rounded(a * power(digits), toMultipleOf: b)
  }
}
