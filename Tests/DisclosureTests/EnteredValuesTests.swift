import Bytes
import Policies
import Testing
import Trust

@testable import Disclosure

/// With which values giants are in the sums of a year.
@Suite struct `Values that stay for a year` {
  private static let three: UInt64 = 3 << 32

  /// Enters one unit's value and tells with what it is summed.
  private func enter(
    _ value: Int64, _ values: inout EnteredValues, dataset: String = "one", year: String = "2026"
  ) -> EnteredValues.Entry? {
    let entries = values.entries([7: value], of: "sales", in: dataset, year: year) { _ in Self.three }
    values.enter(entries, of: "sales", in: dataset, year: year)
    return entries[7]
  }

  @Test func `a unit stays with its first value, and with another where it moved too far`() throws {
    var values = EnteredValues()
    #expect(enter(100, &values) == .init(step: 0, value: 100))
    for near: Int64 in [100, 101, 299, 300, 34] { #expect(enter(near, &values)?.value == 100, "\(near)") }
    #expect(enter(301, &values) == .init(step: 1, value: 301))
    #expect(enter(33, &values) == .init(step: 2, value: 33))
    #expect(enter(-100, &values) == .init(step: 3, value: -100))
    // Back again it has what it had.
    #expect(enter(90, &values) == .init(step: 0, value: 100))
    #expect(enter(900, &values) == .init(step: 1, value: 301))
    #expect(enter(900, &values, year: "2027") == .init(step: 0, value: 900))
    #expect(enter(.max, &values)?.value == .max && enter(.min, &values)?.value == .min)
  }

  @Test func `under another name, or beside the first, it goes on with what it entered with`() throws {
    var values = EnteredValues()
    _ = enter(100, &values)
    func other(_ value: Int64, beside now: Int64?) -> EnteredValues.Entry? {
      values.entries(
        [7: value], of: "turnover", alike: [("sales", now.map { [7: $0] })], in: "one", year: "2026"
      ) { _ in Self.three }[7]
    }
    // The first is gone: near it, its value; too far from it, a factor of its own.
    #expect(other(130, beside: nil) == .init(step: 0, value: 100))
    #expect(other(400, beside: nil) == .init(step: 1, value: 400))
    // It is still there: what it is now is to what it entered with as the other's is.
    #expect(other(1300, beside: 130) == .init(step: 0, value: 1000))
    #expect(other(65, beside: 130) == .init(step: 0, value: 50))
    #expect(other(.max, beside: 101)?.step == 0 && other(1, beside: 299) == .init(step: 0, value: 1))
    #expect(other(130, beside: 400) == .init(step: 1, value: 130))
    // Another year, and another dataset, know nothing of it.
    let elsewhere = values.entries(
      [7: 130], of: "turnover", alike: [("sales", nil)], in: "two", year: "2026"
    ) { _ in Self.three }
    #expect(elsewhere[7] == .init(step: 1, value: 130))
  }

  @Test func `another dataset has the same factor for the same value, and another for another`() throws {
    var values = EnteredValues()
    _ = enter(100, &values)
    #expect(enter(100, &values, dataset: "two") == .init(step: 0, value: 100))
    #expect(enter(110, &values, dataset: "three") == .init(step: 1, value: 110))
    #expect(enter(105, &values, dataset: "three") == .init(step: 1, value: 110))
    #expect(enter(110, &values) == .init(step: 0, value: 100))
  }

  @Test func `they are written down and read again, or refused`() throws {
    var values = EnteredValues()
    for value: Int64 in [100, 1000, -5, .min] { _ = enter(value, &values) }
    _ = enter(100, &values, dataset: "two", year: "2027")
    let text = try values.json.canonical()
    #expect(EnteredValues(try JSON(parsing: text)) == values)
    for bad in [
      #"[]"#, #"{"2026":1}"#, #"{"2026":{"one":{"sales":"AAAA"}}}"#, #"{"2026":{"one":{"sales":1}}}"#,
    ] {
      #expect(EnteredValues(try JSON(parsing: bad)) == nil, "\(bad)")
    }
    let nothing = Base64.encode([UInt8](repeating: 0, count: 24))
    #expect(EnteredValues(try JSON(parsing: #"{"2026":{"one":{"sales":"\#(nothing)"}}}"#)) == nil)
  }

  @Test(arguments: [
    (ProtectionProfile.FactorRatio.four, ProtectionProfile.FactorRatio.five, 0.15), (.eight, .eight, 0.20),
  ])
  func `whoever sees that a value moved too far does not know how far`(
    lasting: ProtectionProfile.FactorRatio, yearly: ProtectionProfile.FactorRatio, p: Double
  ) {
    let keys = ProtectionKeys(record: Secret((0..<32).map { $0 }), draw: Secret((32..<64).map { $0 }))
    let factors = UnitFactors(keys, family: "firms", .init(lasting, yearly))
    let edges = (0..<4000).map { Double(factors.edge(UInt64($0), year: "2026")) / 0x1p32 }.sorted()
    #expect(edges[0] >= 1.149 && edges[3999] <= 1.151 * Double(yearly.rawValue))
    var most = 0, low = 0
    for high in edges.indices {
      while edges[high] > edges[low] * (1 + p) / (1 - p) { low += 1 }
      most = max(most, high - low + 1)
    }
    #expect(Double(most) / 4000 <= 0.20 + 0.015, "\(most)")
    // The first value of a year has the factor of the year.
    #expect(
      factors.factor(7, of: "sales", year: "2026", step: 0) == factors.factor(7, of: "sales", year: "2026"))
    #expect(
      factors.factor(7, of: "sales", year: "2026", step: 1) != factors.factor(7, of: "sales", year: "2026"))
  }
}
