import Bytes
import Testing

@testable import Tables

@Suite struct `A schema` {
  @Test func `survives being written and read`() throws {
    let text = """
      {fields: [{name: "id", type: "string", title: {zh: "编号", en: "ID"}, constraints: {required: true, pattern: "[0-9]{3}"}},
        {name: "n", type: "number", unit: "CNY", constraints: {minimum: 0.5, maximum: 10}},
        {name: "d", type: "date", format: "%Y/%m/%d"}], primaryKey: "id", missingValues: ["", "NA"]}
      """
    let first = try schema(text)
    let again = try Schema(node: Document(json5: first.json.serialized(), file: "again").root)
    #expect(first == again)
    #expect(again.primaryKey == ["id"])
  }

  @Test(arguments: [
    ("{fields: []}", "at least one field"),
    ("{fields: [{name: \"a\", typ: \"string\"}]}", "unknown key"),
    ("{fields: [{name: \"a\", type: \"text\"}]}", "text"),
    ("{fields: [{name: \"a\"}, {name: \"a\"}]}", "there twice"),
    ("{fields: [{name: \"a\"}], primaryKey: [\"b\"]}", "no field \"b\""),
    ("{fields: [{name: \"a\", type: \"integer\", constraints: {minimum: \"x\"}}]}", "not a whole number"),
    ("{fields: [{name: \"a\", constraints: {minimum: 3}}]}", "no order"),
    ("{fields: [{name: \"a\", constraints: {pattern: \"(a)\\\\1\"}}]}", "not understood"),
    ("{fields: [{name: \"a\", type: \"date\", format: \"%Q\"}]}", "not understood"),
  ])
  func `that is wrong is refused at its place`(_ text: String, _ words: String) throws {
    let error = #expect(throws: DocumentError.self) { try schema(text) }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(error?.message.hasPrefix("schema.json5:1:") == true)
    #expect(error?.message(in: "zh").contains(/\p{Han}/) == true)
  }
}

@Suite struct `A pattern` {
  @Test(arguments: [
    ("[0-9]{6}", "110101", true), ("[0-9]{6}", "11010", false),
    ("^\\d{17}[\\dX]$", "11990119900101123X", true),
    ("a|bc", "bc", true), ("a|bc", "b", false), ("(ab)*c+", "ababcc", true), ("[^,]*", "a,b", false),
    ("[^,]*", "北京", true),
    ("\\p{Han}{2,4}", "欧阳司马", true), ("\\p{Han}{2,4}", "ab", false), (".?", "", true), ("[一-龥]+", "中文", true),
    ("x{2,}", "x", false), ("x{2,}", "xxxx", true), ("\\u4e2d", "中", true), ("[\\]a]+", "a]", true),
    ("a.c", "a\nc", false),
    ("(a*)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false), ("[a-]+", "a-a", true),
    ("(?:a|b)?", "c", false),
  ])
  func `matches whole values`(_ source: String, _ text: String, _ expected: Bool) throws {
    #expect(try Pattern(source).matches(text) == expected)
  }

  @Test(arguments: [
    "(?=a)", "(a)\\1", "a\\b", "a**", "(", ")", "[a", "a{1", "*a", "a++", "\\p{Greek}", "(?i)a", "a{3,1}",
    "[z-a]",
  ])
  func `that cannot be matched in linear time is refused`(_ source: String) {
    let error = #expect(throws: PatternError.self) { try Pattern(source) }
    #expect(error?.message(in: "zh").contains("模式“") == true)
  }

  @Test func `is matched in time linear in the text`() throws {
    var matcher = PatternMatcher(try Pattern("(a|aa)*(a|aa)*(a|aa)*b"))
    let text = [UInt8](repeating: 0x61, count: 200_000)
    let clock = ContinuousClock()
    var isMatch = true
    let took = clock.measure { isMatch = text.withUnsafeBufferPointer { matcher.matches($0) } }
    #expect(!isMatch)
    #expect(took < .seconds(2))
  }
}
