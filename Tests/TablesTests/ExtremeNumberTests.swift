import Bytes
import SQLite
import Testing

@testable import Tables

/// Values at the ends of what numbers, dates and durations can be, of any type.
private let extremes = [
  "0", "-0", "+0", "1", "-9223372036854775808", "-9223372036854775809", "9223372036854775807",
  "9223372036854775808", "18446744073709551616", "9007199254740992", "9007199254740993", "-9007199254740993",
  "1e308", "-1e308", "1.7976931348623157e308", "1e309", "1e-400", "5e-324", "-9.223372036854775808e18",
  "1e-9223372036854775808", "1.5e-9223372036854775808", "1e9223372036854775807", "1e99999999999999999999",
  "1234567890123456.78", "0.1e-5", ".5", "5.", "-.5", String(repeating: "9", count: 400),
  "-" + String(repeating: "9", count: 400), "0." + String(repeating: "0", count: 399) + "1",
  String(repeating: "9", count: 38), "0000", "0001", "-0001", "9999", "10000", "-99999999", "99999",
  "0000-01",
  "9999-12", "-0001-01", "0000-01-01", "9999-12-31", "99999-01-01", "-0001-12-31",
  "0000-01-01T00:00:00+14:00",
  "9999-12-31T23:59:59.999999-14:00", "00:00:00+14:00", "23:59:59.999999-14:00",
  "P99999999999999999999Y", "-P1D", "PT0.00000000000000000000000001S", "180,90", "-180,-90", "1e308,1e308",
  "[180,90]", "{\"lon\":-1e308,\"lat\":0}", "true",
]

@Suite struct `Extreme numbers` {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Writes a table in every format, reads each back, and tells how many rows came.
  private func goThrough(_ source: TableSource, _ schema: Schema?, rows: Int) throws {
    _ = try inferSchema(source)
    let report = try TableCheck.run(source, schema: schema, options: TableCheck.Options())
    #expect(report.rows == rows)
    _ = report.json.serialized()
    for format in TableFormat.allCases {
      let out = scratch.path("out.\(format.fileExtension)")
      do {
        let written = try convert(source, schema: schema, to: format, output: .file(out))
        #expect(written.rows == rows, "\(format)")
        guard format.canRead else { continue }
        var again = TableSource(path: out, format: format)
        if format.isDelimited { again.encoding = "utf-8" }
        #expect(
          try TableCheck.run(again, schema: nil, options: TableCheck.Options()).rows == rows, "\(format)")
      } catch let error as TableError {
        // A table without a geometry is no GeoJSON; nothing else is refused.
        #expect(format == .geojson && error.code == .unsupported, "\(format): \(error.message)")
      }
    }
  }

  @Test(arguments: FieldType.allCases) func `go through every writer and reader, as every type`(
    _ type: FieldType
  ) throws {
    let lines = extremes.map { "\"\($0.replacing("\"", with: "\"\""))\",x\n" }.joined()
    let path = try scratch.file("in.csv", "v,s\n\(lines)")
    let source = TableSource(path: path, format: .csv, encoding: "utf-8", delimiter: ",", quote: "\"")
    var schema = Schema(fields: [Field(name: "v", type: type), Field(name: "s")])
    try goThrough(source, schema, rows: extremes.count)
    guard type == .date || type == .datetime || type == .time else { return }
    schema.fields[0].format = "any"
    try goThrough(source, schema, rows: extremes.count)
  }

  @Test(arguments: [TableFormat.json, .ndjson]) func `are read from JSON`(_ format: TableFormat) throws {
    let values = extremes.map { Scan.isJSONNumber($0) ? $0 : "\"\($0.replacing("\"", with: "\\\""))\"" }
    let records = values.map { "{\"v\":\($0)}" }
    let text = format == .json ? "[\(records.joined(separator: ","))]" : records.joined(separator: "\n")
    let path = try scratch.file("in.\(format.fileExtension)", text)
    for type in [FieldType.number, .integer, .string] {
      try goThrough(
        TableSource(path: path, format: format), Schema(fields: [Field(name: "v", type: type)]),
        rows: extremes.count)
    }
  }

  @Test func `are read from SQLite, the first row identifier among them`() throws {
    let path = scratch.path("in.sqlite")
    let database = try Database(path: path, mode: .create)
    try database.use { connection in
      try connection.execute("CREATE TABLE t (v)")
      try connection.execute(
        """
        INSERT INTO t (rowid, v) VALUES (-9223372036854775808, -9223372036854775808), (0, -9.223372036854775808e18),
        (1, 1e308), (2, -1e308), (3, 9e999), (4, -9e999), (5, 5e-324), (6, -0.0), (9223372036854775807, 9007199254740993)
        """)
    }
    for type in [FieldType.number, .integer, .string] {
      try goThrough(
        TableSource(path: path, format: .sqlite), Schema(fields: [Field(name: "v", type: type)]), rows: 9)
    }
    #expect(
      try records(TableSource(path: path, format: .sqlite)).map { $0[0] }.prefix(3) == [
        "-9223372036854775808", "-9223372036854776000", "1e+308",
      ])
  }

  @Test func `are read from a workbook, whatever style and place they name`() throws {
    let cells = extremes.filter { Scan.decimal($0) != nil || $0.contains("e") && !$0.contains("\"") }
    let styles = [
      "", " s=\"0\"", " s=\"1\"", " s=\"2\"", " s=\"-1\"", " s=\"9223372036854775807\"", " s=\"x\"",
    ]
    var rows = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>v</t></is></c></row>"
    var number = 1
    for cell in cells {
      for style in styles {
        number += 1
        rows += "<row r=\"\(number)\"><c r=\"A\(number)\"\(style)><v>\(cell)</v></c></row>"
      }
    }
    func book(_ rows: String) throws -> TableSource {
      let sheet = "<worksheet><sheetData>\(rows)</sheetData></worksheet>"
      let style =
        "<styleSheet><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
      let path = scratch.path("in.xlsx")
      try Files.write(try Hostile.workbook([Array(sheet.utf8), [], Array(style.utf8)]), to: path)
      return TableSource(path: path, format: .xlsx)
    }
    let source = try book(rows)
    for type in [FieldType.number, .integer, .string, .date] {
      try goThrough(source, Schema(fields: [Field(name: "v", type: type)]), rows: cells.count * styles.count)
    }
    var skipping = source
    skipping.skippedRecords = .max
    #expect(try records(skipping).isEmpty)
    for place in ["-5", "9223372036854775807", "-9223372036854775808", "99999999999999999999"] {
      #expect(throws: TableError.self) {
        _ = try records(try book("<row r=\"2\"/><row r=\"\(place)\"><c><v>1</v></c></row><row r=\"1\"/>"))
      }
    }
    for index in ["-1", "9223372036854775807", "-9223372036854775808"] {
      #expect(throws: TableError.self) {
        _ = try records(try book("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>\(index)</v></c></row>"))
      }
    }
  }
}
