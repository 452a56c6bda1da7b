import Testing

@testable import Bytes

@Suite struct `Text in languages` {
  @Test func `falls back to its variety, then to the unstated, then to the first`() {
    let text = Text([("zh", "常住人口"), ("en", "Resident population")])
    #expect(text("en") == "Resident population")
    #expect(text("zh-Hans") == "常住人口")
    #expect(text("fr") == "常住人口")
    #expect(text.exact("fr") == nil)
    #expect(Text([("zh-Hant", "人")])("zh") == "人")
    #expect(Text("Any")("fr") == "Any")
    #expect(Text([("de", "x"), ("und", "y")])("fr") == "y")
  }

  @Test func `survives a round trip through JSON`() throws {
    for text in [Text("plain"), Text([("zh", "甲"), ("en", "A")])] { #expect(Text(json: text.json) == text) }
    #expect(Text("plain").json == "plain")
    #expect(Text(json: 5) == nil)
    #expect(Text(json: ["en": 5]) == nil)
    #expect(Text(json: .object([])) == nil)
  }
}
