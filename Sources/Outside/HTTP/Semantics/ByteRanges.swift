/// Reads `Range: bytes=…` (RFC 9110 §14.1.2, §14.2).
enum ByteRanges: Equatable {
  /// No range that means anything: the whole is the answer.
  case whole
  /// Nothing of what was asked for is there: 416.
  case unsatisfiable
  case parts([Range<Int>])

  /// - Parameter size: bytes of the representation.
  init(_ bytes: [UInt8], _ value: Range<Int>, size: Int, limit: Int) {
    self = .whole
    let unit: StaticString = "bytes="
    guard value.count > 6,
      bytes.matches(value.lowerBound..<(value.lowerBound + 6), ignoringCaseOf: unit)
    else { return }
    var parts: [Range<Int>] = []
    var isValid = true
    var asked = 0
    bytes.forEachListElement(in: (value.lowerBound + 6)..<value.upperBound) { element in
      asked += 1
      guard isValid, let part = ByteRanges.part(bytes, element, size: size) else {
        isValid = false
        return
      }
      if !part.isEmpty { parts.append(part) }
    }
    guard isValid, asked > 0 else { return }
    guard !parts.isEmpty else {
      self = .unsatisfiable
      return
    }
    // Many or overlapping ranges cost more than the whole (RFC 9110 §14.2).
    guard parts.count == 1 || (asked <= limit && parts.reduce(0, { $0 + $1.count }) <= size) else { return }
    self = .parts(parts)
  }

  /// One `first-last`, `first-` or `-length`, clipped to the size; empty where it asks for what is not there, nil
  /// where it is no range.
  private static func part(_ bytes: [UInt8], _ element: Range<Int>, size: Int) -> Range<Int>? {
    guard let dash = element.first(where: { bytes[$0] == 0x2D }) else { return nil }
    guard let first = number(bytes, element.lowerBound..<dash),
      let last = number(bytes, (dash + 1)..<element.upperBound)
    else { return nil }
    switch (first, last) {
    case (nil, nil): return nil
    case (nil, .some(let length)): return max(0, size - length)..<size
    case (.some(let start), nil): return start < size ? start..<size : 0..<0
    case (.some(let start), .some(let end)):
      guard start < end || !isBeyond(bytes, element.lowerBound..<dash, (dash + 1)..<element.upperBound) else {
        return nil
      }
      return start < size ? start..<(min(end, size - 1) + 1) : 0..<0
    }
  }

  /// Whether one row of digits is a larger number than another, however long both are.
  private static func isBeyond(_ bytes: [UInt8], _ left: Range<Int>, _ right: Range<Int>) -> Bool {
    let left = bytes[left].drop { $0 == 0x30 }
    let right = bytes[right].drop { $0 == 0x30 }
    return left.count == right.count ? right.lexicographicallyPrecedes(left) : left.count > right.count
  }

  /// Digits as a number (`.some(.some)`), nothing at all (`.some(nil)`), or something else (nil). What is beyond
  /// every file counts as the largest number.
  private static func number(_ bytes: [UInt8], _ range: Range<Int>) -> Int?? {
    guard !range.isEmpty else { return .some(nil) }
    var value = 0
    for index in range {
      guard Octet.isDigit(bytes[index]) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(bytes[index] - 0x30))
      value = overflow || carry ? .max : sum
      if value == .max {
        guard range.suffix(from: index).allSatisfy({ Octet.isDigit(bytes[$0]) }) else { return nil }
        return .max
      }
    }
    return value
  }
}
