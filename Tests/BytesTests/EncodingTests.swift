import Testing

@testable import Bytes

@Suite struct `Encodings of bytes` {
  /// RFC 4648 §10.
  @Test(arguments: [
    ("", "", ""), ("f", "Zg==", "66"), ("fo", "Zm8=", "666f"), ("foo", "Zm9v", "666f6f"),
    ("foob", "Zm9vYg==", "666f6f62"),
    ("fooba", "Zm9vYmE=", "666f6f6261"), ("foobar", "Zm9vYmFy", "666f6f626172"),
  ])
  func `match the standard's vectors`(text: String, base64: String, hex: String) {
    let bytes = Array(text.utf8)
    #expect(Base64.encode(bytes) == base64)
    #expect(Base64.decode(base64) == bytes)
    #expect(Hex.encode(bytes) == hex)
    #expect(Hex.decode(hex.uppercased()) == bytes)
    let url = base64.filter { $0 != "=" }
    #expect(Base64.encodeURL(bytes) == url)
    #expect(Base64.decodeURL(url) == bytes)
  }

  @Test func `have an alphabet for URLs`() {
    #expect(Base64.encode([0xFB, 0xEF, 0xFF]) == "++//")
    #expect(Base64.encodeURL([0xFB, 0xEF, 0xFF]) == "--__")
    #expect(Base64.decodeURL("++//") == nil)
    #expect(Base64.decode("--__") == nil)
  }

  @Test(arguments: [
    "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zg==\n", "Zm9v Zm9v", "Zm=v", "Zm9vé",
  ])
  func `refuse what they would not have written`(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test(arguments: ["Z", "Zh", "Zg==", "Zm9", "a b"]) func `refuse loose URL texts`(text: String) {
    #expect(Base64.decodeURL(text) == nil)
  }

  @Test func `refuse bad hexadecimal`() {
    for text in ["a", "0g", "0x", " 0"] { #expect(Hex.decode(text) == nil) }
  }

  @Test func `survive a round trip at every length`() {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 5) }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
      #expect(Base64.decodeURL(Base64.encodeURL(bytes)) == bytes)
      #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    }
  }
}

@Suite struct `Escaping` {
  @Test func `makes HTML inert`() {
    #expect(
      Escape.html(#"<a href="x" id='y'>&amp;é"#) == "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;é")
    #expect(Escape.html("a\0b") == "a\u{FFFD}b")
    #expect(
      Escape.html("a\u{1B}[31m\u{7F}b\u{85}c\u{9B}\u{FFFE}\u{1FFFF}")
        == "a\u{FFFD}[31m\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}\u{FFFD}")
    #expect(Escape.html("é，ﷰ\u{A0}\t\r\n𝄞") == "é，ﷰ\u{A0}\t\r\n𝄞")
    #expect(Escape.html("") == "")
  }

  @Test func `writes JSON that no script element and no terminal takes for more`() {
    func json(_ text: String) -> String {
      var bytes: [UInt8] = []
      var text = text
      text.withUTF8 { Escape.json($0, to: &bytes, markup: true) }
      return String(decoding: bytes, as: UTF8.self)
    }
    #expect(json("</x>&\u{2028}é，") == #"\u003c/x\u003e\u0026\u2028é，"#)
    #expect(json("a\u{7F}b\u{85}c\u{9B}[m\u{A0}") == "a\\u007fb\\u0085c\\u009b[m\u{A0}")
  }

  @Test func `writes only what XML 1.0 allows`() {
    #expect(Escape.xml("a<b>&\"c\"\t\n\r") == "a&lt;b&gt;&amp;&quot;c&quot;\t\n&#13;")
    #expect(Escape.xml("\u{0}\u{B}\u{1F}x") == "\u{FFFD}\u{FFFD}\u{FFFD}x")
    #expect(Escape.xml("\u{FFFE}\u{FFFF}\u{FFFD}\u{FEFF}Ａ") == "\u{FFFD}\u{FFFD}\u{FFFD}\u{FEFF}Ａ")
    #expect(Escape.xmlAttribute("a\tb\nc\rd") == "a&#9;b&#10;c&#13;d")
  }

  @Test func `quotes Turtle strings and IRIs`() {
    #expect(Escape.turtle("a\"b\\c\n\r\t\u{8}\u{C}\u{1}é") == #"a\"b\\c\n\r\t\b\f\u0001é"#)
    #expect(Escape.turtleIRI("http://x/a b<c>\"{}|^`\\é") == "http://x/a%20b%3Cc%3E%22%7B%7D%7C%5E%60%5Cé")
  }

  @Test func `percent-encodes and decodes`() {
    #expect(Percent.encode("a b/é~") == "a%20b%2F%C3%A9~")
    #expect(Percent.encode("a b/c", allowing: "/") == "a%20b/c")
    #expect(Percent.decode("a%20b%2f%C3%A9+") == "a b/é+")
    for bad in ["%", "%2", "%zz", "%ff"] { #expect(Percent.decode(bad) == nil) }
  }

  @Test func `appends to bytes in linear time`() {
    let text = String(repeating: "ABC <def> \u{FFFF} ", count: 20_000)
    var bytes: [UInt8] = []
    Escape.xml(text, to: &bytes)
    #expect(bytes.count == 20_000 * (text.utf8.count / 20_000 + 6))
  }
}

@Suite struct `UTF-8` {
  /// Table 3-7 of the Unicode standard, at its edges.
  @Test(
    arguments: [
      [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80],
      [0xEF, 0xBF, 0xBF],
      [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], [], [0x7F],
    ] as [[UInt8]]) func `is accepted`(bytes: [UInt8])
  {
    for padding in 0..<10 {
      let padded = [UInt8](repeating: 0x61, count: padding) + bytes + [0x62]
      #expect(UTF8Check.isValid(padded))
      #expect(stringValidating(padded) == String(decoding: padded, as: UTF8.self))
    }
  }

  @Test(
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x9F, 0xBF],
      [0xED, 0xA0, 0x80],
      [0xE1, 0x80], [0xE1, 0x80, 0x41], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80],
      [0xF1, 0x80, 0x80], [0xF1, 0x80, 0x80, 0x41], [0xFF], [0xFE], [0xB9, 0xFA],
    ] as [[UInt8]]) func `is refused where it is none, with its place`(bytes: [UInt8])
  {
    for padding in 0..<10 {
      let padded = [UInt8](repeating: 0x61, count: padding) + bytes
      #expect(padded.withUnsafeBufferPointer { UTF8Check.firstFault($0) } == padding)
      #expect(stringValidating(padded) == nil)
    }
  }
}
