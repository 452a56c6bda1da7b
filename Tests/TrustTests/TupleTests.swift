import Bytes
import Testing

@testable import Trust

@Suite struct `The normal form of a field` {
  @Test(arguments: [
    ("91330100MA27XXXX0A", "91330100ma27xxxx0a"), (" 9133 0100 ", "91330100"), ("Ａｂｃ　１２３", "abc123"),
    ("張偉", "张伟"), ("张  伟", "张伟"), ("阿卜杜拉•艾买提", "阿卜杜拉·艾买提"), ("阿卜杜拉・艾买提", "阿卜杜拉·艾买提"),
    ("Smith–Jones", "smith-jones"), ("ﬁne", "fine"), ("Zoe\u{308}", "zoë"),
    ("a\u{200B}b\u{FEFF}\u{7}c", "abc"),
    ("有限公司（合伙）", "有限公司(合伙)"), ("①", "1"),
  ])
  func `of text has one width, one kind of characters, small letters and no spaces`(
    text: String, form: String
  ) {
    #expect(TupleForm.text.canonical(text) == form)
    #expect(TupleForm.text.canonical(form) == form, "what is normal stays")
  }

  @Test(arguments: [
    "2015-03-02", "2015/3/2", "2015.03.02", "20150302", "2015年3月2日", "2015 年 03 月 02 日", "２０１５－０３－０２",
    "2015年3月2号",
  ])
  func `of a day is one spelling`(text: String) { #expect(TupleForm.date.canonical(text) == "2015-03-02") }

  @Test(arguments: [
    "", " ", "2015-02-30", "15-3-2", "2015-3", "2015-03-02-1", "March 2", "2015-03-02日4", "201532",
    "20150302T",
  ])
  func `of a day is nothing else`(text: String) { #expect(TupleForm.date.canonical(text) == nil) }

  @Test(arguments: [
    ("12", "12"), ("+012.50", "12.5"), ("-0.0", "0"), ("000", "0"), ("-3.10", "-3.1"), ("１２", "12"),
  ])
  func `of a number has no superfluous digits`(text: String, form: String) {
    #expect(TupleForm.number.canonical(text) == form)
  }

  @Test(arguments: ["", "1e3", "1,000", ".", "1.", "--1", "1.2.3", "十"])
  func `of a number is nothing else`(text: String) { #expect(TupleForm.number.canonical(text) == nil) }

  @Test func `of yes and no is one figure`() {
    #expect(["true", "TRUE", "是", "Yes", "1"].allSatisfy { TupleForm.boolean.canonical($0) == "1" })
    #expect(["false", "否", "no", "0"].allSatisfy { TupleForm.boolean.canonical($0) == "0" })
    #expect(TupleForm.boolean.canonical("perhaps") == nil)
  }
}

@Suite struct `The tag of a tuple` {
  static let key = Secret((64..<96).map { $0 })
  static let tuple = ["91330100ma27xxxx0a", "张伟", "2015-03-02"]
  static func tags(_ result: String = "registration") -> TupleTag {
    TupleTag(key: key, dataset: "enterprises", result: result, cost: .standard)
  }

  /// Computed apart from this program, with Python's hmac and hashlib.scrypt.
  @Test func `is HMAC-SHA-256, stretched by scrypt`() throws {
    let keyed = Self.tags().keyed(Self.tuple)
    #expect(Hex.encode(keyed) == "30165242ec48ce493f0c93017a95a2d46fc33a1ce57998fe41e0cc5b53311001")
    let made = try Self.tags().stretched(keyed)
    #expect(Hex.encode(made.tag) == "dd48cf7683818799c7882bba76d5f3a4" && made.mask == 97)
    #expect(try Self.tags().tag(of: Self.tuple).tag == made.tag)
  }

  @Test func `depends on every field, the result and the key, and on nothing else`() throws {
    let tag = try Self.tags().tag(of: Self.tuple).tag
    for place in Self.tuple.indices {
      var other = Self.tuple
      other[place] += "1"
      #expect(try Self.tags().tag(of: other).tag != tag)
    }
    #expect(try Self.tags().tag(of: ["91330100ma27xxxx0a张伟", "", "2015-03-02"]).tag != tag)
    #expect(try Self.tags("licence").tag(of: Self.tuple).tag != tag)
    let other = TupleTag(key: Secret([1]), dataset: "enterprises", result: "registration", cost: .standard)
    #expect(try other.tag(of: Self.tuple).tag != tag)
  }
}
