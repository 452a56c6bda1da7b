import Support
import Testing

@testable import Bytes

@Suite struct `Canonical JSON` {
  /// RFC 8785 §3.2.2 and §3.2.4.
  @Test func `writes the example of the standard`() throws {
    let json = try JSON(
      parsing: #"""
        {
          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
          "literals": [null, true, false]
        }
        """#)
    let expected =
      #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
      + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
    #expect(String(decoding: try json.canonical(), as: UTF8.self) == expected)
    #expect(try json.canonical().prefix(8) == [0x7B, 0x22, 0x6C, 0x69, 0x74, 0x65, 0x72, 0x61])
  }

  /// RFC 8785 §3.2.3: by UTF-16 code units, so that 😀 (D83D) comes before ﬓ (FB33).
  @Test func `sorts members as the standard's example`() throws {
    let json = try JSON(
      parsing: #"""
        {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
         "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}
        """#)
    let keys = try JSON(parsing: try json.canonical()).members?.map { $0.value.string ?? "" }
    #expect(
      keys == [
        "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
      ])
  }

  /// RFC 8785 appendix B.
  @Test(
    arguments: [
      (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
      (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
      (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
      (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
      (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
      (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
      (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
      (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
      (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5554, "333333333.33333325"),
      (0x41b3_de43_5555_5555, "333333333.3333333"), (0x41b3_de43_5555_5556, "333333333.3333334"),
      (0x41b3_de43_5555_5557, "333333333.33333343"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
      (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ] as [(UInt64, String)])
  func `lays numbers out as ECMAScript`(bits: UInt64, text: String) {
    #expect(Number.text(Double(bitPattern: bits)) == text)
  }

  @Test(arguments: [
    (0.1, "0.1"), (-0.5, "-0.5"), (1.005, "1.005"), (0.00001, "0.00001"), (123456.78901, "123456.78901"),
    (9_999_999_999.99999, "9999999999.99999"), (0.30000000000000004, "0.30000000000000004"),

    (100.25, "100.25"), (2.0, "2"), (-1e-7, "-1e-7"), (4.35, "4.35"), (1 / 3.0, "0.3333333333333333"),
  ]) func `writes common numbers short`(value: Double, text: String) {
    #expect(Number.text(value) == text)
  }

  /// The short way must give the digits that Swift's own shortest form has.
  @Test func `writes decimals as they were`() {
    var random = SeededRandom(2)
    for _ in 0..<50_000 {
      let whole = Int.random(in: 0...9_999_999_999, using: &random) >> Int.random(in: 0...33, using: &random)
      let decimals = Int.random(in: 1...7, using: &random)
      let fraction = (0..<decimals).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
      guard let value = Double("\(whole).\(fraction)"), value >= 1e-4 else { continue }
      let plain =
        value.description.hasSuffix(".0") ? String(value.description.dropLast(2)) : value.description
      #expect(Number.text(value) == plain)
    }
  }

  @Test func `sorts as UTF-16 does`() {
    let keys = [
      "", "a", "ab", "b", "é", "\u{7FF}", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "😀", "😀a", "\u{10FFFF}", "a😀",
      "a\u{FFFD}",
    ]
    for left in keys {
      for right in keys {
        #expect(
          precedesInUTF16(left, right) == left.utf16.lexicographicallyPrecedes(right.utf16),
          "\(left) \(right)")
      }
    }
  }

  @Test func `lays random numbers out so that they read back`() {
    var random = SeededRandom(1)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      let text = Number.text(value)
      #expect(Double(text) == value, "\(text)")
      #expect(Scan.isJSONNumber(text), "\(text)")
    }
  }

  @Test func `refuses numbers that Double would change`() throws {
    #expect(throws: JSONError.self) { try JSON.number("9007199254740993").canonical() }
    #expect(throws: JSONError.self) { try JSON.number("123456789012345678901").canonical() }
    #expect(throws: JSONError.self) { try JSON.number("1e400").canonical() }
    #expect(throws: JSONError.self) { try JSON.number("nan").canonical() }
    #expect(throws: JSONError.self) { try JSON.object([.init("a", 1), .init("a", 2)]).canonical() }
    #expect(try JSON.number("9007199254740992").canonical() == Array("9007199254740992".utf8))
    #expect(try JSON.number("-0").canonical() == Array("0".utf8))
  }
}

@Suite struct `The number scanners` {
  @Test(
    arguments: [
      ("0", 0), ("-1", -1), ("007", 7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9223372036854775808", nil), ("-9223372036854775809", nil), ("", nil), ("-", nil), ("+5", nil),
      (" 5", nil),
      ("5 ", nil), ("5.0", nil), ("1e3", nil), ("0x10", nil), ("٣", nil), ("99999999999999999999999", nil),
    ] as [(String, Int64?)])
  func `read whole numbers strictly`(text: String, value: Int64?) {
    #expect(Scan.integer(text) == value)
  }

  @Test(
    arguments: [
      ("0", 0), ("-0.5", -0.5), ("1.50", 1.5), ("1e3", 1000), ("1E-3", 0.001),
      ("123456789.123456789", 123456789.123456789),

      ("9007199254740993", 9007199254740992), ("0.1", 0.1), ("1e23", 1e23),
      ("5e-324", Double.leastNonzeroMagnitude),
      ("007.5", 7.5),
      ("0.000000000000000000000000000001", 1e-30), ("12345678901234567890123", 12345678901234567741440),
      ("1e-400", 0), ("nan", nil), ("inf", nil), ("0x1p3", nil), ("1e400", nil), (".5", nil), ("5.", nil),
      ("1e", nil),
      ("", nil), ("-", nil), ("1,5", nil), ("1_000", nil), ("+1", nil), (" 1", nil),
    ] as [(String, Double?)])
  func `read decimals strictly`(text: String, value: Double?) {
    #expect(Scan.decimal(text) == value)
  }

  @Test func `read decimals to the nearest Double`() {
    var random = SeededRandom(1)
    for _ in 0..<20_000 {
      let digits = String(Int64(random.next() >> 1))
      let text =
        "\(digits).\(Int.random(in: 0...99_999_999, using: &random))e\(Int.random(in: -30...30, using: &random))"
      #expect(Scan.decimal(text) == Double(text), "\(text)")
    }
  }
}
