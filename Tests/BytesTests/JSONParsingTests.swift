import Testing

@testable import Bytes

@Suite struct `The JSON reader` {
  @Test func `keeps the order of members and the text of numbers`() throws {
    let json = try JSON(parsing: #" {"b": 1.50, "a": [true, null, "x\u00e9\ud83d\ude00\n"], "n": -0e+5} "#)
    #expect(
      json
        == .object([
          .init("b", .number("1.50")), .init("a", [true, nil, "xé😀\n"]), .init("n", .number("-0e+5")),
        ]))
    #expect(json["b"]?.double == 1.5)
    #expect(json["a"]?[2]?.string == "xé😀\n")
    #expect(json["c"] == nil)
  }

  /// RFC 8259 §13, first example.
  @Test func `reads the example of the standard`() throws {
    let text = #"""
      {"Image": {"Width":  800, "Height": 600, "Title":  "View from 15th Floor", "Thumbnail": {
        "Url": "http://www.example.com/image/481989943", "Height": 125, "Width": 100},
        "Animated" : false, "IDs": [116, 943, 234, 38793]}}
      """#
    let json = try JSON(parsing: text)
    #expect(json["Image"]?["Thumbnail"]?["Height"]?.int == 125)
    #expect(json["Image"]?["IDs"]?.array?.compactMap(\.int) == [116, 943, 234, 38793])
    #expect(try JSON(parsing: json.serialized()) == json)
    #expect(try JSON(parsing: json.serialized(pretty: true)) == json)
  }

  @Test(arguments: [
    ("", 1, 1), (" \n", 2, 1), ("[1,]", 1, 4), ("[1 2]", 1, 4), ("{\"a\":1,}", 1, 8), ("{a:1}", 1, 2),
    ("{\"a\" 1}", 1, 6), ("01", 1, 2), ("-", 1, 2), ("+1", 1, 1), ("1.", 1, 3), (".5", 1, 1), ("1e", 1, 3),
    ("1e+", 1, 4), ("0x10", 1, 2), ("nul", 1, 1), ("nulll", 1, 5), ("NaN", 1, 1), ("Infinity", 1, 1),
    ("'a'", 1, 1),
    ("\"a", 1, 1), ("\"a\u{1}\"", 1, 3), ("\"\t\"", 1, 2), ("\"\\x\"", 1, 2), ("\"\\u12g4\"", 1, 6),
    ("\"\\ud800\"", 1, 2), ("\"\\udc00\"", 1, 2), ("\"\\ud800\\u0041\"", 1, 2), ("[1]\n\n x", 3, 2),
    ("{\n  \"a\": 1,\n  \"a\": 2\n}", 3, 3), ("{\"é\": 1, \"é\": 2}", 1, 10), ("\u{FEFF}1", 1, 1),
    ("// c\n1", 1, 1),
    ("[", 1, 2), ("{\"a\":", 1, 6), ("[\"a\",\n\"b\"", 2, 4), ("1 2", 1, 3), ("\u{0}", 1, 1),
    ("[\u{A0}1]", 1, 2),
  ])
  func `refuses bad input at its place`(text: String, line: Int, column: Int) {
    #expect {
      try JSON(parsing: text)
    } throws: { error in
      guard let error = error as? JSONError else { return false }
      return error.line == line && error.column == column && !error.reason.isEmpty
    }
  }

  @Test(
    arguments: [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22],
      [0x22, 0x5C, 0x6E, 0xE4, 0x22],
    ] as [[UInt8]])
  func `refuses strings that are not UTF-8`(bytes: [UInt8]) {
    #expect(throws: JSONError(line: 1, column: 2, reason: "the string is not UTF-8")) {
      try JSON(parsing: bytes)
    }
  }

  @Test func `tells composed from decomposed keys`() throws {
    let json = try JSON(parsing: "{\"caf\u{E9}\": 1, \"cafe\u{301}\": 2}")
    #expect(json["caf\u{E9}"]?.int == 1)
    #expect(json["cafe\u{301}"]?.int == 2)
    #expect(JSON.string("caf\u{E9}") != .string("cafe\u{301}"))
  }

  @Test func `finds a repeated key in a large object`() {
    let members = (0..<1000).map { "\"k\($0)\":0" }.joined(separator: ",")
    #expect(throws: Never.self) { try JSON(parsing: "{\(members)}") }
    #expect(throws: JSONError.self) { try JSON(parsing: "{\(members),\"k500\":1}") }
  }

  @Test func `limits the depth of nesting`() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try JSON(parsing: nested(128)) }
    #expect(throws: JSONError.self) { try JSON(parsing: nested(129)) }
    #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: "{\"a\":", count: 200_000)) }
  }

  @Test func `gives numbers only as what they are`() throws {
    #expect(JSON.number("9007199254740993").int == 9_007_199_254_740_993)
    #expect(JSON.number("1.0").int == nil)
    #expect(JSON.number("99999999999999999999").int == nil)
    #expect(JSON.number("1e400").double == nil)
    #expect(JSON.string("1").int == nil)
    #expect(JSON(Double.nan) == .null)
    #expect(JSON(1e21) == .number("1e+21"))
  }

  @Test func `changes members in their place`() {
    var json: JSON = ["a": 1, "b": 2]
    json["a"] = "x"
    json["c"] = [1, 2.5, false]
    json["b"] = nil as JSON?
    #expect(json == ["a": "x", "c": [1, 2.5, false]])
  }
}

@Suite struct `The JSON writer` {
  @Test func `escapes only what must be`() {
    let json: JSON = ["q\"\\": "\u{8}\u{9}\u{A}\u{C}\u{D}\u{0}\u{1F}\u{7F}/é😀\u{2028}"]
    #expect(
      String(decoding: json.serialized(), as: UTF8.self)
        == #"{"q\"\\":"\b\t\n\f\r\u0000\u001f"# + "\u{7F}/é😀\u{2028}\"}")
  }

  @Test func `escapes what a script element must not hold`() {
    let json: JSON = ["a": "</script>&\u{2028}\u{2029}€\u{20AC}"]
    #expect(
      String(decoding: json.serializedForScript(), as: UTF8.self)
        == #"{"a":"\u003c/script\u003e\u0026\u2028\u2029€€"}"#)
  }

  @Test func `places commas by itself`() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("a")
    writer.beginArray()
    writer.int(-5)
    writer.int(Int64.min)
    writer.bool(true)
    writer.null()
    writer.double(0.1)
    writer.rawNumber("1.50")
    writer.beginObject()
    writer.endObject()
    writer.endArray()
    writer.key(prepared: JSONWriter.prepared(key: "b\""))
    writer.string("x")
    writer.endObject()
    writer.newline()
    writer.beginArray()
    writer.endArray()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"a":[-5,-9223372036854775808,true,null,0.1,1.50,{}],"b\"":"x"}"# + "\n[]")
  }

  @Test func `indents by two spaces`() {
    let json: JSON = ["a": [1, [], ["b": nil]], "c": .object([]), "d": "ends with space "]
    #expect(
      String(decoding: json.serialized(pretty: true), as: UTF8.self) == """
        {
          "a": [
            1,
            [],
            {
              "b": null
            }
          ],
          "c": {},
          "d": "ends with space "
        }

        """)
  }
}
