package import Bytes

/// Years, quarters or months that dates are cut into: a closed list from the first to the last, in which a quarter
/// lies in its year and a month in its quarter.
package struct Periods: Sendable, Hashable {
  /// How fine the finest are.
  package enum Length: String, CaseIterable, Sendable { case year, quarter, month }

  package let length: Length
  /// The first and the last period hold these days.
  package let first: CalendarDate
  package let last: CalendarDate

  package init(_ length: Length, from first: CalendarDate, to last: CalendarDate) {
    self.length = length
    self.first = first
    self.last = last
  }

  /// The code of the finest period that a day lies in; nil outside the list.
  package func code(of day: CalendarDate) -> String? {
    let code = Periods.code(year: day.year, month: day.month, length)
    let from = Periods.code(year: first.year, month: first.month, .month)
    let to = Periods.code(year: last.year, month: last.month, .month)
    // A whole year or quarter is in the list as soon as one day of it is.
    let ends = (
      Periods.code(year: first.year, month: first.month, length),
      Periods.code(year: last.year, month: last.month, length)
    )
    let month = Periods.code(year: day.year, month: day.month, .month)
    return (from <= month && month <= to) || code == ends.0 || code == ends.1 ? code : nil
  }

  /// The code of the finest period that a cell's text lies in: a day, a month, or a year.
  package func code(of cell: String) -> String? {
    let day = cell.utf8.count > 10 ? String(cell.prefix(10)) : cell
    switch day.utf8.count {
    case 4: return length == .year ? CalendarDate(iso: day + "-01-01").flatMap { code(of: $0) } : nil
    case 7: return CalendarDate(iso: day + "-01").flatMap { code(of: $0) }
    default: return CalendarDate(iso: day).flatMap { code(of: $0) }
    }
  }

  /// `2025`, `2025-Q2`, `2025-04`.
  private static func code(year: Int, month: Int, _ length: Length) -> String {
    let digits = String(year)
    let years = String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    switch length {
    case .year: return years
    case .quarter: return "\(years)-Q\((month + 2) / 3)"
    case .month: return "\(years)-\(month < 10 ? "0" : "")\(month)"
    }
  }

  /// Every period in the order of time, each after the one it lies in.
  package var codes: [Code] {
    var codes: [Code] = []
    func add(_ code: Code) {
      if codes.last(where: { sameBytes($0.code, code.code) }) == nil { codes.append(code) }
    }
    var year = first.year, month = first.month
    while (year, month) <= (last.year, last.month) {
      let years = Periods.code(year: year, month: month, .year)
      add(Code(code: years, label: Text([("zh", "\(year) 年"), ("en", years)])))
      let quarter = Periods.code(year: year, month: month, .quarter)
      if length != .year {
        let number = (month + 2) / 3
        add(
          Code(
            code: quarter, label: Text([("zh", "\(year) 年第 \(number) 季度"), ("en", "\(years) Q\(number)")]),
            parent: years))
      }
      if length == .month {
        let code = Periods.code(year: year, month: month, .month)
        add(Code(code: code, label: Text([("zh", "\(year) 年 \(month) 月"), ("en", code)]), parent: quarter))
      }
      month += 1
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    return codes
  }
}
