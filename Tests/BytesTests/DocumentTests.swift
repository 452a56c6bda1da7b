import Testing

@testable import Bytes

private func json(_ text: String) throws -> JSON { try Document(json5: text, file: "t.json5").root.json }

private enum Colour: String, CaseIterable { case red, green, blue }

@Suite struct `The JSON5 reader` {
  /// spec.json5.org, "Short Example".
  @Test func `reads the example of the specification`() throws {
    let text = #"""
      {
        // comments
        unquoted: 'and you can quote me on that',
        singleQuotes: 'I can use "double quotes" here',
        lineBreaks: "Look, Mom! \
      No \\n's!",
        hexadecimal: 0xdecaf,
        leadingDecimalPoint: .8675309, andTrailing: 8675309.,
        positiveSign: +1,
        trailingComma: 'in objects', andIn: ['arrays',],
        "backwardsCompatible": "with JSON",
      }
      """#
    let json = try json(text)
    #expect(json["lineBreaks"]?.string == "Look, Mom! No \\n's!")
    #expect(json["hexadecimal"]?.int == 912559)
    #expect(json["leadingDecimalPoint"]?.double == 0.8675309)
    #expect(json["andTrailing"]?.int == 8_675_309)
    #expect(json["positiveSign"]?.int == 1)
    #expect(json["andIn"] == ["arrays"])
    #expect(json.members?.count == 10)
  }

  /// After the cases of json5-tests (github.com/json5/json5-tests).
  @Test(
    arguments: [
      ("[]", "[]"), ("[1,]", "[1]"), ("{}", "{}"), ("{a:1,}", #"{"a":1}"#), ("{$_:1,_$:2,a\\u200C:3}", nil),
      ("{ùńîċõďë: 1}", #"{"ùńîċõďë":1}"#), (#"{\u0061\u0062:1}"#, #"{"ab":1}"#),
      ("{while:1}", #"{"while":1}"#),
      ("{10twenty:1}", nil), ("{multi-word:1}", nil), ("{,}", nil), ("[,]", nil), ("[1,,2]", nil),
      ("{a:1,,}", nil),
      ("/* c */ 1 // d", "1"), ("1 /* c", nil), ("# c\n1", nil), ("'\\''", #""'""#),
      (#"'\x41\u0042\v\0'"#, nil),
      ("'a\\\r\nb'", #""ab""#), ("'a\nb'", nil), (#"'\1'"#, nil), (#"'\01'"#, nil), (#"'\q'"#, #""q""#),
      ("+5", "5"), ("-5", "-5"), ("5.", "5"), (".5", "0.5"), ("-.5", "-0.5"), (".", nil), ("5.e4", "5e4"),
      (".5e-4", "0.5e-4"), ("0xC8", "200"), ("-0xC8", "-200"), ("0x", nil), ("0xG", nil), ("010", nil),
      ("-010", nil),
      ("080", nil), ("+-1", nil), ("1 2", nil), ("1a", nil), ("Infinity", "null"), ("-NaN", "null"),
      ("infinity", nil),
      ("0", "0"), ("-0", "-0"), ("0.5", "0.5"), ("1e", nil),
      ("\u{FEFF}\u{A0}\u{2003}\u{2028}1\u{B}\u{C}", "1"),
      ("'\u{2028}'", "\"\u{2028}\""), ("undefined", nil), ("", nil), (" // nothing", nil), ("nully", nil),
      ("0xFFFFFFFFFFFFFFFFFF", "4.722366482869645e+21"),
    ] as [(String, String?)])
  func `accepts and refuses as the specification`(text: String, expected: String?) throws {
    if let expected {
      #expect(String(decoding: try json(text).serialized(), as: UTF8.self) == expected)
    } else if text.hasPrefix("{$_") {
      #expect(try json(text).members?.map(\.key) == ["$_", "_$", "a\u{200C}"])
    } else if text.hasPrefix("'\\x41") {
      #expect(try json(text).string == "AB\u{B}\u{0}")
    } else {
      #expect(throws: DocumentError.self) { try json(text) }
    }
  }

  @Test(arguments: [
    ("{\n  a: 1,\n  a: 2,\n}", 3, 3, "the key \"a\" is repeated"),
    ("{\r\n  a: [1,\r\n 2 3]}", 3, 4, "expected ',' or ']', found '3'"),
    ("{a: {b: yes}}", 1, 9, "expected a value, found yes"),
    ("{\"数据\": 'x\n'}", 1, 8, "the string is not closed on its line"),
    ("{a: 1", 1, 1, "the object is not closed"), ("[\n[1,\n2", 2, 1, "the list is not closed"),
    ("{a 1}", 1, 4, "expected ':' after the key \"a\", found '1'"),
    ("{a: 01}", 1, 7, "a number may not begin with 0"),
    ("{a: '\\ud800'}", 1, 12, "half of a surrogate pair stands alone"),
    ("/* \n\n", 1, 1, "the comment is not closed"),
    ("{a: 1}\n}", 2, 1, "expected the end of the document, found '}'"),
  ])
  func `names the place of a fault`(text: String, line: Int, column: Int, reason: String) {
    #expect {
      try json(text)
    } throws: { error in
      guard let error = error as? DocumentError else { return false }
      #expect(error.reason == reason)
      #expect(
        error.words.zh.contains(/\p{Han}/) && !error.words.zh.contains(/expected|found/), "\(error.words)")
      #expect(error.line == line)
      #expect(error.column == column)
      return error.message.hasPrefix("t.json5:\(line):\(column): ")
    }
  }

  @Test func `refuses bytes that are not UTF-8`() {
    #expect(throws: DocumentError.self) {
      try Document(json5: [0x7B, 0x61, 0x3A, 0x27, 0xB9, 0xFA, 0x27, 0x7D], file: "f")
    }
    #expect(throws: DocumentError.self) {
      try Document(json5: [0x7B, 0xB9, 0xFA, 0x3A, 0x31, 0x7D], file: "f")
    }
  }

  @Test func `limits the depth of nesting`() {
    #expect(throws: DocumentError.self) { try json(String(repeating: "[", count: 100_000)) }
  }
}

@Suite struct `A node` {
  let root: Node

  init() throws {
    root = try Document(
      json5: """
        {
          name: "residents", levle: "L3",
          fields: [
            {type: "string", count: 3},
            {type: "strng", count: 1.5, title: {zh: "甲", en: "A"}},
          ],
          colour: "gren", size: 1e6, hex: 0x1F, big: 99999999999999999999, inf: Infinity, none: null,
        }
        """, file: "Catalog/a/dataset.json5"
    ).root
  }

  @Test func `knows its place and key path`() throws {
    let type = try #require(root["fields"]?.elements()[1]["type"])
    #expect((type.line, type.column, type.path) == (5, 12, "fields[1].type"))
    let message = type.error(Wording("no such type", "没有这种类型")).message
    #expect(message == "Catalog/a/dataset.json5:5:12: fields[1].type: no such type")
  }

  @Test func `suggests the nearest name for an unknown key`() {
    let known = ["name", "level", "fields", "colour", "size", "hex", "big", "inf", "none"]
    #expect {
      try root.fields(known)
    } throws: { error in
      guard let error = error as? DocumentError else { return false }
      return error.reason == "unknown key \"levle\"" && error.hint == "did you mean \"level\"?"
        && error.line == 2
        && error.column == 22
    }
  }

  @Test func `names a missing key`() throws {
    let field = try #require(root["fields"]?.elements().first).fields(["type", "count"])
    #expect(try field.required("type").string() == "string")
    #expect(field.optional("title") == nil)
    #expect {
      try field.required("title")
    } throws: {
      ($0 as? DocumentError)?.message
        == "Catalog/a/dataset.json5:4:5: fields[0]: the key \"title\" is missing"
    }
  }

  @Test func `reads values as what they are`() throws {
    #expect(try root["size"]?.int() == 1_000_000)
    #expect(try root["hex"]?.int() == 31)
    #expect(try root["hex"]?.double() == 31)
    #expect(root["size"]?.numberText() == "1e6")
    #expect(root["none"]?.isNull == true)
    #expect(throws: DocumentError.self) { try root["big"]?.int() }
    #expect(try root["big"]?.double() == 1e20)
    #expect(throws: DocumentError.self) { try root["inf"]?.double() }
    #expect(throws: DocumentError.self) { try root["fields"]?.elements()[1]["count"]?.int() }
    #expect(throws: DocumentError.self) { try root["name"]?.int() }
    #expect(throws: DocumentError.self) { try root["none"]?.string() }
    #expect(try root["fields"]?.elements()[1]["title"]?.text()("en") == "A")
    #expect(throws: DocumentError.self) { try root["size"]?.text() }
  }

  @Test func `suggests the nearest word of a choice`() {
    #expect {
      try root["colour"]?.choice(of: Colour.self)
    } throws: { ($0 as? DocumentError)?.hint == "did you mean \"green\"?" }
  }
}

@Suite struct `The nearest name` {
  @Test(
    arguments: [
      ("levle", "level"), ("feilds", "fields"), ("discription", "description"), ("Level", "level"),
      ("xyz", nil),
      ("nmae", "name"), ("", nil), ("provid", "provider"),
    ] as [(String, String?)])
  func `is near enough or nil`(word: String, expected: String?) {
    #expect(nearest(word, in: ["name", "level", "fields", "description", "provider"]) == expected)
  }
}
