package import Bytes

/// A duration of whole days, weeks, months or years (ISO 8601: `P7D`, `P2W`, `P3M`, `P1Y`).
package struct Refresh: Sendable, Equatable {
  private let months: Int
  private let days: Int

  package init?(_ text: String) {
    var months = 0, days = 0
    var number: Int?
    var parts = 0
    var bytes = Array(text.utf8)
    guard bytes.first == UInt8(ascii: "P") else { return nil }
    bytes.removeFirst()
    for byte in bytes {
      if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        let digits = (number ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
        guard digits < 100_000 else { return nil }
        number = digits
        continue
      }
      guard let count = number else { return nil }
      switch byte {
      case UInt8(ascii: "Y"): months += 12 * count
      case UInt8(ascii: "M"): months += count
      case UInt8(ascii: "W"): days += 7 * count
      case UInt8(ascii: "D"): days += count
      default: return nil
      }
      number = nil
      parts += 1
    }
    guard number == nil, parts > 0 else { return nil }
    self.months = months
    self.days = days
  }

  /// The fewest days it may span.
  package var shortestDays: Int { months / 12 * 365 + months % 12 * 28 + days }

  /// The moment that much later. A day that the month does not have becomes its last.
  package func after(_ start: Timestamp) -> Timestamp {
    Timestamp(start.date.adding(months: months).adding(days: days)).adding(seconds: start.secondsOfDay)
  }
}
