import Bytes
import Testing

@testable import Tables

func schema(_ json5: String) throws -> Schema {
  try Schema(node: Document(json5: json5, file: "schema.json5").root)
}

@Suite struct `Checking a table` {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func faults(_ csv: String, _ json5: String, options: TableCheck.Options = TableCheck.Options())
    throws -> [String]
  {
    let path = try scratch.file("t.csv", csv)
    let report = try TableCheck.run(TableSource(path: path), schema: try schema(json5), options: options)
    #expect(report.faultCount >= report.faults.count)
    return report.faults.map { "\($0.line):\($0.column):\($0.rule.rawValue)" }
  }

  @Test func `finds values of another type, with their place`() throws {
    let csv = """
      i,n,b,d,t,dt,y,ym,g
      1,1.5,true,2024-02-29,12:00:00,2024-01-01T00:00:00Z,2024,2024-02,"1,2"
      x,1,true,2024-01-01,12:00:00,2024-01-01T00:00:00Z,2024,2024-02,"1,2"
      1,nan,true,2024-01-01,12:00:00,2024-01-01T00:00:00Z,2024,2024-02,"1,2"
      1,1,yes,2024-01-01,12:00:00,2024-01-01T00:00:00Z,2024,2024-02,"1,2"
      1,1,true,2023-02-29,12:00:00,2024-01-01T00:00:00Z,2024,2024-02,"1,2"
      1,1,true,2024-01-01,24:00:00,2024-01-01T00:00:00Z,2024,2024-02,"1,2"
      1,1,true,2024-01-01,12:00:00,2024-01-01 00:00:00,2024,2024-02,"1,2"
      1,1,true,2024-01-01,12:00:00,2024-01-01T00:00:00Z,24,2024-02,"1,2"
      1,1,true,2024-01-01,12:00:00,2024-01-01T00:00:00Z,2024,2024-13,"1,2"
      1,1,true,2024-01-01,12:00:00,2024-01-01T00:00:00Z,2024,2024-02,"181,2"
      ,,,,,,,,

      """
    let found = try faults(
      csv,
      """
      {fields: [{name: "i", type: "integer"}, {name: "n", type: "number"}, {name: "b", type: "boolean"},
       {name: "d", type: "date"}, {name: "t", type: "time"}, {name: "dt", type: "datetime"}, {name: "y", type: "year"},
       {name: "ym", type: "yearmonth"}, {name: "g", type: "geopoint"}]}
      """)
    #expect(found == (3...11).map { "\($0):\($0 - 2):type" })
  }

  @Test func `holds values to their constraints`() throws {
    let found = try faults(
      "a,b,c,d\nxx,5,A,1\n,5,A,2\nxx,11,A,3\nxxxx,5,A,4\nxx,5,D,5\nxx,5,A,5\n",
      """
      {fields: [{name: "a", constraints: {required: true, maxLength: 3, pattern: "x+"}},
        {name: "b", type: "integer", constraints: {minimum: 1, maximum: 10}},
        {name: "c", constraints: {enum: ["A", "B"]}}, {name: "d", type: "integer", constraints: {unique: true}}]}
      """)
    #expect(found == ["3:1:required", "4:2:maximum", "5:1:maxLength", "6:3:enum", "7:4:unique"])
  }

  @Test func `finds keys that occur twice, in however many blocks`() throws {
    var csv = "k,l\n"
    for number in 0..<3000 { csv += "\(number % 1000),\(number / 1000)\n" }
    csv += "7,1\n"
    var options = TableCheck.Options()
    options.blockSize = 512
    let found = try faults(
      csv, "{fields: [{name: \"k\"}, {name: \"l\"}], primaryKey: [\"k\", \"l\"]}", options: options)
    #expect(found == ["3002:0:primaryKey"])
    let report = try TableCheck.run(
      TableSource(path: scratch.path("t.csv")),
      schema: try schema("{fields: [{name: \"k\"}, {name: \"l\"}], primaryKey: [\"k\", \"l\"]}"))
    #expect(report.faults.first?.value == "7, 1")
    #expect(report.faults.first?.expected == "1009")
  }

  @Test func `knows code lists and the keys of other tables`() throws {
    let other = try scratch.file("o.csv", "id\nA\nB\n")
    let keys = try TableCheck.keys(
      of: TableSource(path: other), schema: try schema("{fields: [{name: \"id\"}]}"), fields: ["id"])
    let options = TableCheck.Options(codeLists: ["sexes": ["男", "女"]], references: ["others(id)": keys])
    let found = try faults(
      "s,o\n男,A\n未知,B\n女,C\n",
      """
      {fields: [{name: "s", codeList: "sexes"}, {name: "o"}],
       foreignKeys: [{fields: "o", reference: {resource: "others", fields: "id"}}]}
      """, options: options)
    #expect(found == ["3:1:codeList", "4:2:foreignKey"])
  }

  @Test func `reports ragged records and never pads them`() throws {
    let found = try faults("a,b\n1\n1,2,3\n4,5\n", "{fields: [{name: \"a\"}, {name: \"b\"}]}")
    #expect(found == ["2:0:width", "3:0:width"])
  }

  @Test func `matches columns by name or title, in any order`() throws {
    let path = try scratch.file("t.csv", "年龄,name\n30,Li\n")
    let report = try TableCheck.run(
      TableSource(path: path),
      schema: try schema(
        "{fields: [{name: \"name\"}, {name: \"age\", type: \"integer\", title: {zh: \"年龄\"}}]}")
    ) { batch, columns in
      #expect(batch.text(0, 0) == "Li")
      #expect(columns[1].integer(0) == 30)
    }
    #expect(report.isClean)
    #expect(
      try faults("nam,age\nLi,3\n", "{fields: [{name: \"name\"}, {name: \"age\"}]}") == [
        "1:0:header", "1:1:header",
      ])
  }

  @Test func `counts the same on one thread and on many, at any block size`() throws {
    var random = Seeded(7)
    var csv = "a,b,c\n"
    for _ in 0..<5000 {
      csv += "\(random.below(100_000)),\(random.below(50)),\(Double(random.below(100_000)) / 100)\n"
    }
    let path = try scratch.file("n.csv", csv)
    let typed = try schema(
      "{fields: [{name: \"a\"}, {name: \"b\", type: \"integer\"}, {name: \"c\", type: \"number\"}]}")
    var options = TableCheck.Options(threads: 1)
    options.blockSize = 1000
    let one = try TableCheck.run(TableSource(path: path), schema: typed, options: options)
    options.threads = 4
    let many = try TableCheck.run(TableSource(path: path), schema: typed, options: options)
    #expect(one.json == many.json)
    #expect(one.rows == 5000)
    #expect(one.columns[1].distinct == 50)
    #expect(one.columns[1].minimum == "0")
    #expect(one.columns[1].maximum == "49")
  }

  @Test func `estimates distinct values beyond the bound within two per cent`() throws {
    let path = try scratch.file("d.csv", "a\n" + (0..<60_000).map { "v\($0)" }.joined(separator: "\n") + "\n")
    let report = try TableCheck.run(TableSource(path: path), schema: nil, options: TableCheck.Options())
    #expect(report.columns[0].distinctIsApproximate)
    #expect(abs(report.columns[0].distinct - 60_000) < 1200)
  }

  @Test func `tells a broken file as a fault where that is asked for`() throws {
    let path = try scratch.file("x.csv", Array("a,b\n1,2\n".utf8) + [0x33, 0x2C, 0xFF, 0x0A])
    #expect(throws: TableError(.invalidByte, file: "", Wording("", ""))) {
      try TableCheck.run(
        TableSource(path: path, encoding: "utf-8"), schema: nil, options: TableCheck.Options())
    }
    let report = try TableCheck.run(
      TableSource(path: path, encoding: "utf-8"), schema: nil,
      options: TableCheck.Options(reportsBrokenFiles: true))
    #expect(!report.isComplete)
    #expect(report.faults.last?.rule == .reading)
    #expect(report.faults.last?.line == 3)
  }

  @Test func `reads numbers as their owner declares them`() throws {
    let path = try scratch.file("e.csv", "p;d\n1.234,56 €;31/12/2024\n")
    _ = try TableCheck.run(
      TableSource(path: path),
      schema: try schema(
        """
        {fields: [{name: "p", type: "number", decimalChar: ",", groupChar: ".", bareNumber: false},
          {name: "d", type: "date", format: "%d/%m/%Y"}]}
        """)
    ) { _, columns in
      #expect(columns[0].number(0) == 1234.56)
      #expect(columns[1].integer(0) == 20088)
    }
  }

  @Test func `says in both languages what is wrong`() {
    let fault = CellFault(
      file: "a.csv", line: 3, record: 2, column: 1, field: "年龄", value: "x", rule: .type,
      expected: "a whole number")
    #expect(fault.description == "a.csv:3: column 1 (年龄): \"x\" is not a whole number")
    #expect(fault.description(in: "zh") == "a.csv:3：第 1 列（年龄）：“x”不是整数")
  }
}
