import Bytes
import Support
import Testing

@testable import Releases

@Suite struct `Rows of extreme numbers` {
  @Test(
    arguments: [
      ("-9223372036854775808", "-9223372036854775808"), ("9223372036854775808", "9223372036854776000"),
      ("-9.223372036854775808e18", "-9223372036854776000"), ("1e308", "1e+308"), ("1e400", nil),
      ("1e-400", "0"),
      ("1e-9223372036854775808", "0"), ("0.0e-9223372036854775808", "0"), ("1.5e-9223372036854775807", "0"),
      ("0e9223372036854775807", "0"), ("0.1e-99999999999999999999", "0"), ("-0", "0"),
      (String(repeating: "9", count: 400), nil), ("1234567890123456.78", "1234567890123456.78"),
    ] as [(String, String?)])
  func `are stored and answered`(_ text: String, _ answer: String?) throws {
    let made = try HandMade()
    let path = try made.folder.file("extreme.sqlite")
    let fields = [RowField(name: "v", type: .number)]
    let builder = try RowsFile.Builder(path: path, fields: fields)
    try builder.append(rows: [[.number(text)]])
    #expect(try builder.finish() == 1)
    let source = try RowSource(
      path: path, part: Part(path: "rows/a.b.sqlite", bytes: 0, sha256: "", kind: .rows, dataset: "a"),
      resource: "b")
    let query = try RowQuery.parse([(name: "select", value: "v")], fields: fields)
    let page = String(decoding: try source.page(query, milliseconds: 5000).bytes, as: UTF8.self)
    // Exact where no Double is that number; else the shortest text of the Double.
    #expect(page == "[{\"v\":\(answer ?? "null")}]" || page == "[{\"v\":\(text)}]")
    #expect(page.contains("null") == (answer == nil))
    // And as a bound of a query.
    for word in ["eq", "gt", "lte"] where Scan.isJSONNumber(text) && Scan.decimal(text) != nil {
      let asked = try RowQuery.parse([(name: "v", value: "\(word).\(text)")], fields: fields)
      _ = try source.page(asked, milliseconds: 5000)
    }
  }
}
