import Testing

@testable import Bytes

@Suite struct `A calendar date` {
  @Test(arguments: [
    ("2000-02-29", true), ("1900-02-29", false), ("2024-02-29", true), ("2023-02-29", false),
    ("2026-02-30", false),
    ("2026-04-31", false), ("2026-12-31", true), ("2026-13-01", false), ("2026-00-10", false),
    ("2026-01-00", false),
    ("0000-01-01", true), ("9999-12-31", true), ("2026-1-01", false), ("26-01-01", false),
    ("2026-01-01 ", false),
    ("2026/01/01", false), ("+2026-01-1", false), ("２０２６-01-01", false), ("", false),
  ])
  func `exists in the calendar or is refused`(text: String, exists: Bool) {
    #expect((CalendarDate(iso: text) != nil) == exists)
    if exists { #expect(CalendarDate(iso: text)?.iso == text) }
  }

  @Test func `counts days in both directions`() throws {
    #expect(CalendarDate(year: 1970, month: 1, day: 1)?.daysSince1970 == 0)
    #expect(CalendarDate(year: 2000, month: 3, day: 1)?.daysSince1970 == 11017)
    #expect(CalendarDate(year: 1969, month: 12, day: 31)?.daysSince1970 == -1)
    #expect(CalendarDate(year: 0, month: 1, day: 1)?.daysSince1970 == -719_528)
    for days in stride(from: -719_528, through: 2_932_896, by: 97) {
      let date = CalendarDate(daysSince1970: days)
      #expect(date.daysSince1970 == days)
      #expect(CalendarDate(year: date.year, month: date.month, day: date.day) == date)
    }
  }

  @Test func `knows weekdays and months`() throws {
    let date = try #require(CalendarDate(iso: "2026-11-21"))
    #expect(date.weekday == 6)
    #expect(date.adding(days: 10).iso == "2026-12-01")
    #expect(date.adding(months: 3).iso == "2027-02-21")
    #expect(CalendarDate(iso: "2024-01-31")?.adding(months: 1).iso == "2024-02-29")
    #expect(CalendarDate(iso: "2023-03-31")?.adding(months: -13).iso == "2022-02-28")
    #expect(try #require(CalendarDate(iso: "2026-01-31")) < date)
  }
}

@Suite struct `A timestamp` {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0, 0), ("2026-11-21T13:00:00Z", 1_795_266_000, 0),
      ("2026-11-21T21:00:00+08:00", 1_795_266_000, 0),
      ("2026-11-21t07:30:00.5-05:30", 1_795_266_000, 500_000_000),
      ("1969-12-31T23:59:59.999999999Z", -1, 999_999_999), ("0000-01-01T00:00:00Z", -62_167_219_200, 0),
      ("9999-12-31T23:59:59z", 253_402_300_799, 0), ("1985-04-12T23:20:50.52Z", 482_196_050, 520_000_000),
      ("1996-12-19T16:39:57-08:00", 851_042_397, 0),
      ("1937-01-01T12:00:27.87+00:20", -1_041_337_173, 870_000_000),
    ] as [(String, Int64, Int32)])
  func `reads RFC 3339`(text: String, seconds: Int64, nanoseconds: Int32) {
    #expect(Timestamp(rfc3339: text) == Timestamp(secondsSince1970: seconds, nanoseconds: nanoseconds))
  }

  @Test(arguments: [
    "2026-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T13:60:00Z",
    "2026-11-21T13:00:60Z", "1990-12-31T23:59:60Z", "2026-11-21T13:00:00", "2026-11-21 13:00:00Z",
    "2026-11-21T13:00Z", "2026-11-21T13:00:00.Z", "2026-11-21T13:00:00.1234567890Z",
    "2026-11-21T13:00:00+8:00",
    "2026-11-21T13:00:00+0800", "2026-11-21T13:00:00+24:00", "2026-11-21T13:00:00+08:60",
    "2026-11-21T13:00:00Zx",
    "2026-11-21T13:00:00+08:000", "0000-01-01T00:00:00+01:00", "9999-12-31T23:59:59-00:01", "", "2026-11-21",
    "2026-11-21T1a:00:00Z",
  ])
  func `refuses what is not RFC 3339`(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test func `writes whole seconds, and nine digits where asked`() {
    let moment = Timestamp(secondsSince1970: 1_795_266_000, nanoseconds: 7)
    #expect(moment.rfc3339 == "2026-11-21T13:00:00Z")
    #expect(moment.rfc3339Nanoseconds == "2026-11-21T13:00:00.000000007Z")
    #expect(Timestamp(rfc3339: moment.rfc3339Nanoseconds) == moment)
    #expect(Timestamp(secondsSince1970: -1).rfc3339 == "1969-12-31T23:59:59Z")
    #expect(moment.date.iso == "2026-11-21")
  }

  /// RFC 9110 §5.6.7.
  @Test(arguments: [
    "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
  ])
  func `reads the three dates of HTTP`(text: String) {
    #expect(Timestamp(httpDate: text)?.httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
  }

  @Test(arguments: [
    "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "yesterday",
    "",
    "Sun, 06 Nov 1994 08:49:37.5 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 UTC", "Sun,  06 Nov 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
    "Sun Nov  06 08:49:37 1994", " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
  ])
  func `refuses other dates of HTTP`(text: String) {
    #expect(Timestamp(httpDate: text) == nil)
  }

  @Test func `moves on`() {
    #expect(Timestamp.now() > Timestamp(secondsSince1970: 1_700_000_000))
    let start = Timestamp(secondsSince1970: 10, nanoseconds: 500_000_000)
    #expect(start.adding(days: 1).seconds(since: start) == 86_400)
    #expect(start < start.adding(seconds: 1))
  }
}
