package import Bytes

/// Cut points that turn a number, or a birth date seen from a fixed day, into ranges.
///
/// A value belongs to the last band whose edge it reaches; the last band has no end, and what is below the first
/// edge belongs to none.
package struct Bands: Sendable, Hashable {
  /// Decimal texts, ascending.
  package let edges: [String]
  /// Values are dates, and their age in completed years on this day is banded.
  package let asOf: CalendarDate?
  /// The edges as numbers.
  private let limits: [Double]

  package init(edges: [String], asOf: CalendarDate? = nil) {
    self.edges = edges
    self.asOf = asOf
    limits = edges.map { Bands.number($0) ?? .infinity }
  }

  /// Which band a number falls into; nil below the first edge.
  package func index(of value: Double) -> Int? { limits.lastIndex { $0 <= value } }

  /// Which band a date's age falls into; nil where it lies after `asOf`, or below the first edge.
  package func index(of date: CalendarDate) -> Int? {
    guard let asOf, date <= asOf else { return nil }
    return index(of: Double(Bands.age(of: date, on: asOf)))
  }

  /// Which band a cell's text falls into; nil also where it is no number (or date).
  package func index(of cell: String) -> Int? {
    if asOf != nil { return CalendarDate(iso: cell).flatMap { index(of: $0) } }
    return Bands.number(cell).flatMap { index(of: $0) }
  }

  /// A decimal number as tables write it: `.5`, `5.` and `+5` among what JSON knows.
  private static func number(_ text: String) -> Double? {
    if let number = Scan.decimal(text) { return number }
    let isNegative = text.hasPrefix("-")
    let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
    let dots = digits.utf8.count { $0 == UInt8(ascii: ".") }
    guard digits.utf8.count > dots, dots <= 1, digits.utf8.count < 64,
      digits.utf8.allSatisfy({ Checks.isDigit($0) || $0 == UInt8(ascii: ".") }),
      let number = Double("0\(digits)0")
    else { return nil }
    let value = dots == 0 ? number / 10 : number
    return isNegative ? -value : value
  }

  /// Completed years. Who is born on 29 February has the birthday on 1 March of common years.
  package static func age(of birth: CalendarDate, on day: CalendarDate) -> Int {
    let years = day.year - birth.year
    return (day.month, day.day) < (birth.month, birth.day) ? years - 1 : years
  }

  /// Codes and labels of the bands: `15-29`, `60+` where only whole numbers occur, else `15..30` (15 to under 30).
  package func codes(whole: Bool) -> [Code] {
    let years = asOf != nil
    return edges.indices.map { index in
      let low = edges[index]
      guard index + 1 < edges.count else {
        return Code(
          code: low + "+",
          label: Text([
            ("zh", years ? "\(low) 岁及以上" : "\(low) 及以上"),
            ("en", years ? "\(low) and over" : "\(low) or more"),
          ]))
      }
      let high = edges[index + 1]
      if whole || years, let next = Int(high), next > .min {
        let last = String(next - 1)
        let range = low == last ? low : "\(low)–\(last)"
        return Code(
          code: low == last ? low : "\(low)-\(last)",
          label: Text([("zh", years ? "\(range) 岁" : range), ("en", range)]))
      }
      return Code(
        code: "\(low)..\(high)",
        label: Text([("zh", "\(low) 至不足 \(high)"), ("en", "\(low) to under \(high)")]))
    }
  }
}
