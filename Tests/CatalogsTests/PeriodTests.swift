import Bytes
import Catalogs
import Testing

@Suite struct `Periods of a date` {
  static func periods(_ length: Periods.Length) throws -> Periods {
    Periods(
      length, from: try #require(CalendarDate(iso: "2024-02-10")),
      to: try #require(CalendarDate(iso: "2025-01-05")))
  }

  @Test func `are a closed list, each after the one it lies in`() throws {
    #expect(try Self.periods(.year).codes.map(\.code) == ["2024", "2025"])
    let quarters = try Self.periods(.quarter).codes
    #expect(quarters.map(\.code) == ["2024", "2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4", "2025", "2025-Q1"])
    #expect(quarters.map(\.parent) == [nil, "2024", "2024", "2024", "2024", nil, "2025"])
    let months = try Self.periods(.month).codes
    #expect(months.prefix(4).map(\.code) == ["2024", "2024-Q1", "2024-02", "2024-03"])
    #expect(months.first { $0.code == "2024-12" }?.parent == "2024-Q4")
    #expect(months.last?.code == "2025-01" && months.count == 2 + 5 + 12)
    #expect(months.allSatisfy { $0.label.languages == ["zh", "en"] })
  }

  @Test(
    arguments: [
      ("2024-02-10", "2024", "2024-Q1", "2024-02"), ("2024-01-15", "2024", "2024-Q1", nil),
      ("2025-01-31", "2025", "2025-Q1", "2025-01"), ("2025-04-01", "2025", nil, nil),
      ("2023-12-31", nil, nil, nil),
      ("2026-01-01", nil, nil, nil), ("2024-07", "2024", "2024-Q3", "2024-07"), ("2024", "2024", nil, nil),
      ("2024-09-30T23:59:59Z", "2024", "2024-Q3", "2024-09"), ("2024-13-01", nil, nil, nil),
      ("", nil, nil, nil),
    ] as [(String, String?, String?, String?)])
  func `hold the days of their list`(cell: String, year: String?, quarter: String?, month: String?) throws {
    #expect(try Self.periods(.year).code(of: cell) == year)
    #expect(try Self.periods(.quarter).code(of: cell) == quarter)
    #expect(try Self.periods(.month).code(of: cell) == month)
  }

  private static let declared =
    "{name: \"age\", role: \"response\", from: \"born\", asOf: \"2025-12-31\", bands: [0, 15, 60]}"

  private func faults(_ dimension: String, result: String = "") throws -> [String] {
    var text = Planted.dataset
    #expect(text.contains(Self.declared))
    text = text.replacing(Self.declared, with: dimension)
    text = text.replacing("name: \"income\", kind", with: "\(result) name: \"income\", kind")
    return try Planted(dataset: text).faults().map { "\($0.path): \($0.message)" }
  }

  @Test func `are read from a descriptor`() throws {
    let period =
      "{name: \"age\", role: \"response\", from: \"born\", period: \"month\", between: [\"1990-01-01\", \"2005-12-31\"]}"
    #expect(try faults(period) == [])
    #expect(try faults(period, result: "derived: [\"change\"],") == [])
    let told = try faults(period, result: "derived: [\"share\"],")
    #expect(told.count == 1 && told[0].contains("shares of [region] need the table []"), "\(told)")
  }

  @Test(arguments: [
    ("period: \"week\", between: [\"2024-01-01\", \"2025-12-31\"]", "week"),
    ("period: \"year\"", "closed list"),
    ("period: \"year\", between: [\"2025-01-01\", \"2024-12-31\"]", "between is"),
    ("period: \"year\", between: [\"2025-01-01\"]", "between is"),
    ("between: [\"2024-01-01\", \"2025-12-31\"], bands: [0]", "between belongs"),
    ("period: \"year\", between: [\"2024-01-01\", \"2025-12-31\"], bands: [0]", "bands, not both"),
    ("period: \"year\", between: [\"1024-01-01\", \"2025-12-31\"]", "200 years"),
  ]) func `at fault are told`(keys: String, message: String) throws {
    let told = try faults("{name: \"age\", role: \"response\", from: \"born\", \(keys)}")
    #expect(told.contains { $0.contains(message) }, "\(told)")
  }

  @Test func `are not of numbers, and changes need one`() throws {
    let told = try faults(
      "{name: \"age\", role: \"response\", from: \"income\", period: \"year\", between: [\"2024-01-01\", \"2025-12-31\"]}"
    )
    #expect(told.contains { $0.contains("has no periods") }, "\(told)")
    #expect(
      try faults(Self.declared, result: "derived: [\"change\"],").contains {
        $0.contains("changes need a table")
      })
  }
}

@Suite struct `Statistics of a measure, declared` {
  private func faults(_ statistics: String, profile: String = "standard", tables: String = "[[\"region\"]]")
    throws -> [String]
  {
    let text = Planted.dataset.replacing("statistics: [\"sum\"]", with: statistics)
      .replacing("profile: \"strict\"", with: "profile: \"\(profile)\"")
      .replacing("tables: [[\"region\"], [\"region\", \"age\"]]", with: "tables: \(tables)")
    return try Planted(dataset: text).faults().map(\.message)
  }

  @Test func `variance, and percentiles with their bands`() throws {
    #expect(try faults("statistics: [\"variance\"]") == [])
    #expect(try faults("statistics: [\"median\", \"p90\"], bands: [0, 100, 1000]") == [])
  }

  @Test(arguments: [
    ("statistics: [\"variance\"]", "strict", "[[\"region\"]]", "allows no variance"),
    ("statistics: [\"median\"], bands: [0, 10]", "strict", "[[\"region\"]]", "allows no percentiles"),
    ("statistics: [\"median\"]", "standard", "[[\"region\"]]", "at least two"),
    ("statistics: [\"median\"], bands: [5, 10]", "standard", "[[\"region\"]]", "above the lower bound"),
    (
      "statistics: [\"median\"], bands: [0, 10]", "standard", "[[\"region\", \"age\"]]",
      "which are a response"
    ),
    ("statistics: [\"sum\"], bands: [0, 10]", "standard", "[[\"region\"]]", "bands serve percentiles"),
    ("statistics: [\"max\"]", "standard", "[[\"region\"]]", "max"),
  ]) func `at fault are told`(statistics: String, profile: String, tables: String, message: String) throws {
    let told = try faults(statistics, profile: profile, tables: tables)
    #expect(told.contains { $0.contains(message) }, "\(told)")
  }
}
