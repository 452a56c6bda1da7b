import Testing

@testable import Bytes

@Suite struct `Numbers at the ends of their range` {
  @Test(arguments: [
    (Double(Int64.min), "-9223372036854776000"), (Double(Int64.max), "9223372036854776000"),
    (0x1p53, "9007199254740992"), (-0x1p53, "-9007199254740992"), (-0.0, "0"),
    (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.leastNonzeroMagnitude, "5e-324"),
  ])
  func `have their shortest text`(_ value: Double, _ text: String) {
    #expect(Number.text(value) == text)
    #expect(Double(text) == value)
  }

  @Test func `are whole JSON values, canonical ones too`() throws {
    let json = try JSON(parsing: Array("[-9223372036854775808,9223372036854775807,1e308,-0,1e-400]".utf8))
    #expect(json[0]?.int == .min && json[1]?.int == .max && json[4]?.double == 0)
    #expect(json.array?.map { JSON($0.double ?? .nan).numberText }.contains(nil) == false)
    let least: JSON = [JSON(Int64.min)]
    #expect(String(decoding: try least.canonical(), as: UTF8.self) == "[-9223372036854776000]")
  }

  @Test func `do not lead a calendar out of 64 bits`() {
    for days in [Int.min, -1_000_000_000_000, -719_469, 0, 2_932_897, Int.max] {
      let date = CalendarDate(daysSince1970: days)
      #expect((1...12).contains(date.month) && (1...31).contains(date.day))
      #expect(date.iso.utf8.count == 10)
      for more in [Int.min, -1, 1, Int.max] {
        #expect((1...12).contains(date.adding(days: more).month))
        #expect((1...12).contains(date.adding(months: more).month))
      }
    }
    for seconds in [Int64.min, -1, 0, Int64.max] {
      let moment = Timestamp(secondsSince1970: seconds)
      #expect(moment.rfc3339.utf8.count == 20 && moment.httpDate.hasSuffix("GMT"))
      #expect(moment.adding(seconds: .max) >= moment && moment.adding(days: .max) >= moment)
      #expect(moment.adding(seconds: .min) <= moment && moment.adding(days: .min) <= moment)
      _ = moment.seconds(since: Timestamp(secondsSince1970: .min))
    }
    #expect(Timestamp(secondsSince1970: -1).date.iso == "1969-12-31")
    #expect(Timestamp(secondsSince1970: -86_400).date.iso == "1969-12-31")
  }
}
