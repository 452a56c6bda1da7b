import Bytes
import Catalogs
import Testing

@Suite struct `A dimension` {
  @Test(arguments: [
    ("0", 0), ("14", 0), ("14.99", 0), ("15", 1), (".5", 0), ("60", 2), ("1e2", 2), ("015", 1), ("+15", 1),
  ]) func `puts numbers into bands`(_ cell: String, _ band: Int) {
    #expect(Bands(edges: ["0", "15", "60"]).index(of: cell) == band)
  }

  @Test(arguments: ["-1", "-.5", "", "abc", "1-2", "--1", "nan", "inf", "0x10", "."])
  func `gives no band to what is below the first edge or no number`(_ cell: String) {
    #expect(Bands(edges: ["0", "15"]).index(of: cell) == nil)
  }

  @Test(arguments: [
    ("2010-12-31", 1), ("2011-01-01", 0), ("2025-12-31", 0), ("1965-12-31", 2), ("1966-01-01", 1),
  ]) func `counts completed years on the day it names`(_ birth: String, _ band: Int) throws {
    let day = try #require(CalendarDate(iso: "2025-12-31"))
    #expect(Bands(edges: ["0", "15", "60"], asOf: day).index(of: birth) == band)
  }

  @Test func `has nobody born after that day, nor on days that never were`() throws {
    let day = try #require(CalendarDate(iso: "2025-06-30"))
    for birth in ["2025-07-01", "2000-02-30", "20000101"] {
      #expect(Bands(edges: ["0"], asOf: day).index(of: birth) == nil)
    }
  }

  @Test func `lets who is born on a leap day grow older on 1 March`() throws {
    let birth = try #require(CalendarDate(iso: "2004-02-29"))
    #expect(Bands.age(of: birth, on: try #require(CalendarDate(iso: "2022-02-28"))) == 17)
    #expect(Bands.age(of: birth, on: try #require(CalendarDate(iso: "2022-03-01"))) == 18)
  }

  @Test func `names its bands`() throws {
    let bands = Bands(edges: ["0", "15", "16", "60"])
    #expect(bands.codes(whole: true).map(\.code) == ["0-14", "15", "16-59", "60+"])
    #expect(bands.codes(whole: false).map(\.code) == ["0..15", "15..16", "16..60", "60+"])
    let ages = Bands(edges: ["0", "60"], asOf: CalendarDate(iso: "2025-12-31"))
    #expect(ages.codes(whole: false).map { $0.label("zh") } == ["0–59 岁", "60 岁及以上"])
  }

  @Test func `takes the first characters where they are the code`() {
    let codes = [Code(code: "11", label: "Beijing"), Code(code: "31", label: "Shanghai")]
    let dimension = Dimension(
      name: "province", title: "Province", role: .identifying, field: "code", codes: codes, prefix: 2)
    #expect(dimension.code(of: "310115") == "31")
    #expect(dimension.code(of: "990115") == nil)
    #expect(dimension.code(of: "3") == nil)
  }
}

@Suite struct `Words of time` {
  @Test(arguments: ["2024/2025", "2004/..", "2025-01/2025-03", "2025-01-31/2025-01-31", "2025/2025-06-30"])
  func `read periods`(_ text: String) { #expect(Period(text)?.text == text) }

  @Test(arguments: ["2025", "2025/2024", "2025-13/2026", "../2025", "2025-02-30/..", "a/b", "2024/2025/2026"])
  func `refuse what is no period`(_ text: String) { #expect(Period(text) == nil) }

  @Test func `read frequencies as words and durations`() throws {
    #expect(Frequency("monthly")?.repeating == "R/P1M")
    #expect(Frequency("P1M")?.euIRI.hasSuffix("/MONTHLY") == true)
    #expect(Frequency("irregular")?.repeating == "irregular")
    #expect(Frequency("P10D")?.days == 10)
    #expect(Frequency("P10D")?.euIRI.hasSuffix("/OTHER") == true)
    #expect(Frequency("montly") == nil)
  }

  @Test(arguments: ["P", "PT", "P1", "1M", "P1M1Y", "P-1M", "P1.5M", "PT1D", "P1YT"])
  func `refuse what is no duration`(_ text: String) { #expect(Duration8601(text) == nil) }

  @Test func `compare durations`() throws {
    let month = try #require(Duration8601("P1M"))
    let year = try #require(Duration8601("P1Y"))
    #expect(year.isAtLeast(month) && !month.isAtLeast(year))
    #expect(try #require(Duration8601("P12M")).isAtLeast(year))
    #expect(year.isAtLeast(try #require(Duration8601("P12M"))))
    #expect(try #require(Duration8601("P366D")).isAtLeast(year))
  }
}
