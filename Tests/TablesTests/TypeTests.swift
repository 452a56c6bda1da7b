import Bytes
import Testing

@testable import Tables

/// One field and one value, and the rule that speaks against it; nil: none does.
private struct Verdict: CustomTestStringConvertible {
  var field: String
  var value: String
  var rule: CellFault.Rule?
  var testDescription: String { "\(field) ← \(value.debugDescription)" }

  init(_ field: String, _ value: String, _ rule: CellFault.Rule?) {
    self.field = field
    self.value = value
    self.rule = rule
  }
}

/// Values of each type that are and that are not, with each constraint from both sides.
@Suite struct `The types of Table Schema` {
  private func rules(_ field: String, _ value: String) throws -> [CellFault.Rule] {
    let scratch = try Scratch()
    let quoted = "\"" + value.replacing("\"", with: "\"\"") + "\""
    let path = try scratch.file("t.csv", "v,w\n\(quoted),w\n")
    let schema = try schema("{fields: [{name: \"v\", \(field)}, {name: \"w\"}]}")
    let source = TableSource(path: path, encoding: "utf-8", delimiter: ",", quote: "\"")
    let report = try TableCheck.run(source, schema: schema)
    let fault = report.faults.first
    if let fault {
      #expect(fault.line == 2)
      #expect(fault.column == 1)
      #expect(fault.description(in: "zh").unicodeScalars.contains { 0x4E00...0x9FFF ~= $0.value })
    }
    return report.faults.map(\.rule)
  }

  private static let types: [Verdict] =
    [
      ("string", ["", "x", " ", "0164A"], []),
      (
        "integer", ["0", "-5", "+7", "007", "9223372036854775807", "-9223372036854775808"],
        ["1.0", "1e3", "9223372036854775808", " 1", "1,000", "0x1F", "１", "-", "--1"]
      ),
      (
        "number", ["0", "-5.25", "+7.", ".5", "1e3", "1E-3", "12345678901234567890.123"],
        ["nan", "inf", "1,5", "1e", "0x1p3", "1 000", ".", "1e400", "٣"]
      ),
      ("boolean", ["true", "false", "TRUE", "False", "1", "0"], ["yes", "是", "tRue", "2", "t"]),
      (
        "date", ["2024-02-29", "0001-01-01", "9999-12-31"],
        [
          "2023-02-29", "2024-13-01", "2024-1-1", "24-01-01", "2024/01/01", "2024-01-01T00:00:00",
          "2024-04-31",
        ]
      ),
      (
        "time", ["00:00:00", "23:59:59", "12:30:45.123"],
        ["24:00:00", "12:60:00", "12:30", "1:00:00", "12:30:60"]
      ),
      (
        "datetime", ["2024-02-29T23:59:59", "2024-01-01T00:00:00Z", "2024-01-01T08:00:00.5+08:00"],
        ["2024-01-01", "2024-01-01 00:00:00", "2024-02-30T00:00:00Z", "2024-01-01T25:00:00"]
      ),
      ("year", ["2024", "0001", "-0044"], ["24", "20245", "二〇二四", "2024.0"]),
      ("yearmonth", ["2024-01", "1949-10"], ["2024-13", "2024-1", "202401", "2024-00"]),
      (
        "duration", ["P1Y", "P1Y2M3DT4H5M6S", "PT0.5S", "P2W", "-P1D"],
        ["P", "1Y", "PT", "P1S", "P1.5Y2M", "P1D2Y"]
      ),
      ("geopoint", ["116.4,39.9", "-180, 90"], ["181,0", "0,91", "116.4", "a,b", "1,2,3"]),
      ("geojson", ["{\"type\":\"Point\",\"coordinates\":[1,2]}"], ["{\"type\":\"Circle\"}", "[1,2]", "{"]),
      ("array", ["[1,\"a\"]", "[]"], ["{}", "1,2", "[1", "[1,]"]),
      ("object", ["{\"a\":1}", "{}"], ["[]", "{a:1}", "null", "{\"a\":1,\"a\":2}"]),
      ("list", ["a,b", "a", "a,,b"], []),
      ("any", ["x", "1", "{"], []),
    ].flatMap { type, good, bad in
      good.map { Verdict("type: \"\(type)\"", $0, nil) } + bad.map { Verdict("type: \"\(type)\"", $0, .type) }
    }

  private static let formats: [Verdict] = [
    (
      "type: \"string\", format: \"email\"", ["a@b.cn", "x.y+z@sub.example.com"],
      ["a@b", "a b@c.cn", "@b.cn", "a@b@c.cn"]
    ),
    (
      "type: \"string\", format: \"uri\"", ["https://a.cn/x?y#z", "urn:isbn:1"],
      ["a.cn", "://x", "http://a b", "1a:b"]
    ),
    (
      "type: \"string\", format: \"uuid\"", ["123e4567-e89b-12d3-a456-426614174000"],
      ["123e4567e89b12d3a456426614174000", "g23e4567-e89b-12d3-a456-426614174000"]
    ),
    ("type: \"string\", format: \"binary\"", ["YWJj", "YQ=="], ["YQ", "Y?=="]),
    ("type: \"date\", format: \"%d/%m/%Y\"", ["31/12/2024"], ["2024-12-31", "31/02/2024"]),
    ("type: \"date\", format: \"any\"", ["2024年2月29日", "2024/2/29", "20240229"], ["02/03/2024", "x"]),
    ("type: \"time\", format: \"%H:%M\"", ["08:30"], ["08:30:00"]),
    ("type: \"geopoint\", format: \"array\"", ["[116.4, 39.9]"], ["116.4,39.9"]),
    ("type: \"geopoint\", format: \"object\"", ["{\"lon\": 1, \"lat\": 2}"], ["{\"x\": 1, \"lat\": 2}"]),
  ].flatMap { field, good, bad in
    good.map { Verdict(field, $0, nil) } + bad.map { Verdict(field, $0, .format) }
  }

  private static let others: [Verdict] = [
    ("type: \"list\", itemType: \"integer\"", "1,2,3", nil),
    ("type: \"list\", itemType: \"integer\"", "1,x", .type),
    ("type: \"list\", itemType: \"date\", delimiter: \";\"", "2024-01-01;2024-01-02", nil),
    ("type: \"list\", itemType: \"date\", delimiter: \";\"", "2024-01-01,2024-01-02", .type),
    ("type: \"list\", itemType: \"boolean\", delimiter: \" | \"", "true | false", nil),
    ("type: \"number\", decimalChar: \",\", groupChar: \".\"", "1.234,5", nil),
    ("type: \"number\", decimalChar: \",\"", "1.5", .type),
    ("type: \"number\", groupChar: \"，\"", "1，234.5", nil),
    ("type: \"number\", bareNumber: false", "¥ 12.50 元", nil), ("type: \"number\"", "12%", .type),
    ("type: \"boolean\", trueValues: [\"是\"], falseValues: [\"否\"]", "是", nil),
    ("type: \"boolean\", trueValues: [\"是\"], falseValues: [\"否\"]", "true", .type),
    ("type: \"integer\", missingValues: [\"NA\", \"-\"]", "NA", nil),
    ("type: \"integer\", missingValues: [\"NA\"], constraints: {required: true}", "NA", .required),
    ("constraints: {required: true}", "x", nil), ("constraints: {required: true}", "", .required),
    ("constraints: {enum: [\"a\", \"b\"]}", "b", nil),
    ("constraints: {enum: [\"a\", \"b\"]}", "c", .enumeration),
    ("type: \"integer\", constraints: {enum: [1, 2]}", "2", nil),
    ("type: \"integer\", constraints: {enum: [1, 2]}", "3", .enumeration),
    ("constraints: {pattern: \"[A-Z]{2}\"}", "AB", nil),
    ("constraints: {pattern: \"[A-Z]{2}\"}", "ABC", .pattern),
    ("constraints: {minLength: 2, maxLength: 3}", "中文", nil),
    ("constraints: {minLength: 2}", "中", .minLength),
    ("constraints: {maxLength: 3}", "四个汉字", .maxLength),
    ("type: \"array\", constraints: {minLength: 2}", "[1,2]", nil),
    ("type: \"array\", constraints: {minLength: 2}", "[1]", .minLength),
    ("type: \"object\", constraints: {maxLength: 1}", "{\"a\":1,\"b\":2}", .maxLength),
    ("type: \"list\", constraints: {minLength: 3}", "a,b", .minLength),
    ("type: \"list\", constraints: {maxLength: 2}", "a,b", nil),
    ("type: \"integer\", constraints: {minimum: 1, maximum: 10}", "1", nil),
    ("type: \"integer\", constraints: {minimum: 1}", "0", .minimum),
    ("type: \"integer\", constraints: {maximum: 10}", "11", .maximum),
    ("type: \"number\", constraints: {exclusiveMinimum: 0, exclusiveMaximum: 1}", "0.5", nil),
    ("type: \"number\", constraints: {exclusiveMinimum: 0}", "0", .exclusiveMinimum),
    ("type: \"number\", constraints: {exclusiveMaximum: 1}", "1.0", .exclusiveMaximum),
    ("type: \"date\", constraints: {minimum: \"2024-01-01\"}", "2023-12-31", .minimum),
    ("type: \"date\", constraints: {maximum: \"2024-01-01\"}", "2024-01-01", nil),
    ("type: \"time\", constraints: {maximum: \"12:00:00\"}", "12:00:01", .maximum),
    (
      "type: \"datetime\", constraints: {minimum: \"2024-01-01T00:00:00Z\"}", "2024-01-01T00:00:00+08:00",
      .minimum
    ),
    ("type: \"year\", constraints: {minimum: \"1949\"}", "1948", .minimum),
    ("type: \"yearmonth\", constraints: {maximum: \"2024-06\"}", "2024-07", .maximum),
  ].map { Verdict($0.0, $0.1, $0.2) }

  @Test(arguments: types + formats + others)
  fileprivate func `take what is theirs and nothing else`(_ verdict: Verdict) throws {
    let found = try rules(verdict.field, verdict.value)
    // A cell that is empty is missing, whatever its type.
    let wanted = verdict.rule.map { [$0] } ?? []
    #expect(found == wanted)
  }

  @Test func `are all there`() {
    #expect(Set(FieldType.allCases.map(\.rawValue)).count == 16)
    for type in FieldType.allCases {
      #expect(Self.types.contains { $0.field == "type: \"\(type.rawValue)\"" })
    }
  }

  @Test func `of lists are written as JSON arrays of their items`() throws {
    let scratch = try Scratch()
    let path = try scratch.file("l.csv", "a,b\n\"1,2\",x;y\n")
    var bytes: [UInt8] = []
    _ = try convert(
      TableSource(path: path),
      schema: try schema(
        "{fields: [{name: \"a\", type: \"list\", itemType: \"integer\"}, {name: \"b\", type: \"list\", delimiter: \";\"}]}"
      ),
      to: .ndjson, output: .call { bytes += $0 })
    #expect(String(decoding: bytes, as: UTF8.self) == "{\"a\":[1,2],\"b\":[\"x\",\"y\"]}\n")
  }

  @Test(arguments: [
    "type: \"list\", itemType: \"object\"", "type: \"list\", delimiter: \"\"",
    "type: \"number\", decimalChar: \"，\"",
    "constraints: {minimum: 1}", "type: \"boolean\", constraints: {minimum: \"x\"}",
    "constraints: {pattern: \"(\"}",
    "constraints: {enum: []}", "constraints: {minLength: -1}", "type: \"string\", format: \"telephone\"",
    "type: \"geopoint\", format: \"wkt\"", "type: \"integer\", constraints: {maximum: \"1.5\"}",
  ])
  func `that contradict themselves are refused`(_ field: String) {
    let error = #expect(throws: DocumentError.self) { try schema("{fields: [{name: \"v\", \(field)}]}") }
    #expect(error?.message(in: "zh").contains(/\p{Han}/) == true)
  }
}
