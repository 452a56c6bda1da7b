import Disclosure

/// What several rows of a unit in one cell become: one value, as the measure declares (DISCLOSURE a.1).
struct OneValue {
  private var sum: Int64 = 0
  private var count: Int64 = 0
  private var last = Microdata.missing
  private var isTooLarge = false

  mutating func take(_ value: Int64) {
    guard value != Microdata.missing else { return }
    let (total, overflow) = sum.addingReportingOverflow(value)
    sum = total
    isTooLarge = isTooLarge || overflow
    count += 1
    last = value
  }

  /// The value, `Microdata.missing` where no row had one; nil where it is larger than exact sums can bear.
  func value(_ perUnit: Microdata.PerUnit) -> Int64? {
    guard count > 0 else { return Microdata.missing }
    guard !isTooLarge else { return nil }
    switch perUnit {
    case .sum: return sum.magnitude < OneValue.limit ? sum : nil
    case .last: return last
    case .mean:
      let (quotient, rest) = sum.quotientAndRemainder(dividingBy: count)
      return quotient + (2 * rest.magnitude >= count.magnitude ? (sum < 0 ? -1 : 1) : 0)
    }
  }

  /// Σx² of 2³¹ values below it stays below 2¹²⁶.
  static let limit: UInt64 = 1 << 47
}

extension Microdata {
  /// One value out of some rows of a unit.
  func value(of rows: some Sequence<Int>, measure: Int) throws(ResultError) -> Int64 {
    var one = OneValue()
    for row in rows { one.take(values[measure][row]) }
    guard let value = one.value(perUnit[measure]) else { throw tooLarge(measure) }
    return value
  }

  /// The values of a measure add up to more than exact sums can bear.
  func tooLarge(_ measure: Int) -> ResultError {
    ResultError(
      .value,
      "the values of \(measures[measure].name) of one unit add up to more than 2^47 in its last digit",
      hint: "declare a smaller scale")
  }
}
