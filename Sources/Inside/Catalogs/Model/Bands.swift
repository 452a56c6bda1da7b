package import Bytes

/// Cut points that turn a number, or a birth date seen from a fixed day, into ranges.
///
/// A value belongs to the last band whose edge it reaches; the last band has no end, and what is below the first
/// edge belongs to none.
package struct Bands: Sendable, Hashable {
  /// Decimal texts, ascending.
  package var edges: [String]
  /// Values are dates, and their age in completed years on this day is banded.
  package var asOf: CalendarDate?

  package init(edges: [String], asOf: CalendarDate? = nil) {
    self.edges = edges
    self.asOf = asOf
  }

  /// Which band a cell's text falls into; nil where it is no number (or date), or below the first edge.
  package func index(of cell: String) -> Int? {
    let value: Double
    if let asOf {
      guard let date = CalendarDate(iso: cell), date <= asOf else { return nil }
      value = Double(Bands.age(of: date, on: asOf))
    } else {
      guard let number = Scan.decimal(cell) else { return nil }
      value = number
    }
    return edges.lastIndex { edge in Scan.decimal(edge).map { $0 <= value } ?? false }
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
      if whole || years, let next = Int(high) {
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
