import Bytes
import Testing

@testable import Tables

/// A table of one column of each type, with what is hard to write in each.
private struct Sample {
  let schema: Schema
  let rows: [[String]]

  init(seed: UInt64, count: Int) {
    var random = Seeded(seed)
    let types: [FieldType] = [
      .string, .integer, .number, .boolean, .date, .time, .datetime, .year, .yearmonth, .duration, .any,
    ]
    schema = Schema(fields: types.map { Field(name: "列 \($0.rawValue)", type: $0) })
    let texts = [
      "plain", "", "with,comma", "\"quoted\"", "line\nend", "=1+1", "@SUM(A1)", "-x", "0164A", "007", "中文，字符",
      "😀", " spaces ",
      "tab\there", "<b>&amp;</b>", "_x0041_", "1234567890123456789", "é", "NULL", "a'b", "ünïcödé",
      "\u{1}ctrl", "\\back",
    ]
    rows = (0..<count).map { _ in
      types.map { type in
        if random.below(8) == 0 { return "" }
        switch type {
        case .integer:
          return random.pick([
            "0", "-1", "42", "9223372036854775807", "-9223372036854775808", "\(random.below(1_000_000))",
          ])
        case .number:
          return random.pick(["0.1", "-2.50", "1e-7", "12345678901234567890.123", "3", "0.000001", "100"])
        case .boolean: return random.pick(["true", "false"])
        case .date:
          return random.pick([
            "1899-12-31", "1900-02-28", "1900-03-01", "1949-10-01", "2024-02-29", "9999-12-31", "0001-01-01",
          ])
        case .time: return random.pick(["00:00:00", "23:59:59", "12:34:56"])
        case .datetime:
          return random.pick([
            "1970-01-01T00:00:00", "2024-02-29T23:59:59", "1950-06-01T12:00:00", "2024-01-01T00:00:00Z",
          ])
        case .year: return random.pick(["1949", "2024"])
        case .yearmonth: return random.pick(["2024-02", "1949-10"])
        case .duration: return random.pick(["P1Y", "PT5M", "P1DT2H"])
        default: return random.pick(texts)
        }
      }
    }
  }

  func write(_ path: String) throws {
    var bytes: [UInt8] = []
    let all = [schema.fields.map(\.name)] + rows
    for row in all {
      bytes += row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",").utf8
      bytes.append(0x0A)
    }
    try Files.write(bytes, to: path)
  }
}

@Suite struct `A table` {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test(arguments: [TableFormat.csv, .tsv, .json, .ndjson, .sqlite, .xlsx], [UInt64](1...3))
  func `comes back as it was`(_ format: TableFormat, _ seed: UInt64) throws {
    let sample = Sample(seed: seed, count: 400)
    let source = scratch.path("in.csv")
    try sample.write(source)
    let out = scratch.path("out.\(format.rawValue)")
    let report = try convert(TableSource(path: source), schema: sample.schema, to: format, output: .file(out))
    #expect(report.isClean, "\(report.faults.first?.description ?? "")")
    let back = try TableReader(TableSource(path: out))
    #expect(back.header == sample.schema.fields.map(\.name))
    var rows: [[String]] = []
    while let batch = try back.next() {
      for row in 0..<batch.rowCount { rows.append((0..<batch.columnCount).map { batch.text(row, $0) }) }
    }
    #expect(rows.count == sample.rows.count)
    for (index, (expected, found)) in zip(sample.rows, rows).enumerated() {
      for (column, (one, other)) in zip(expected, found).enumerated() {
        let wanted = Self.canonical(one, sample.schema.fields[column].type, format)
        #expect(wanted == other, "record \(index), \(sample.schema.fields[column].name)")
        if wanted != other { return }
      }
    }
  }

  /// Formats that are both read and written, and hold any table. GeoJSON, which needs a geometry, has its own test.
  private static let both: [TableFormat] = [.csv, .csvExcel, .tsv, .json, .ndjson, .sqlite, .xlsx]

  /// From every format into every other and back: the round-trip matrix. Exact means that each cell comes back byte for
  /// byte; what is not exact is in `canonical`, and nowhere else:
  /// - SQLite gives booleans as 0 and 1, and numbers of up to 15 digits in their shortest form (-2.50 as -2.5);
  /// - a workbook has the nearest Double of a number, in its shortest form;
  /// - CSV for spreadsheets has an apostrophe before text that a spreadsheet would compute.
  /// Values are the same all the same, and numbers of any length keep their digits everywhere but in a workbook.
  @Test(arguments: both, both)
  func `goes from format to format and comes back`(_ first: TableFormat, _ second: TableFormat) throws {
    let sample = Sample(seed: 11, count: 120)
    let start = scratch.path("in.csv")
    try sample.write(start)
    let (one, two) = (scratch.path("one.\(first.rawValue)"), scratch.path("two.\(second.rawValue)"))
    _ = try convert(TableSource(path: start), schema: sample.schema, to: first, output: .file(one))
    let report = try convert(
      TableSource(path: one, format: first), schema: sample.schema, to: second, output: .file(two))
    #expect(report.isClean, "\(report.faults.first?.description ?? "")")
    let back = try TableReader(TableSource(path: two, format: second))
    #expect(back.header == sample.schema.fields.map(\.name))
    var row = 0
    while let batch = try back.next() {
      for place in 0..<batch.rowCount {
        for (column, cell) in sample.rows[row].enumerated() {
          let type = sample.schema.fields[column].type
          var wanted = Self.canonical(Self.canonical(cell, type, first), type, second)
          // Typed formats say true for a 1.
          if type == .boolean, [.json, .ndjson, .xlsx].contains(second) { wanted = cell }
          for format in [first, second] where format == .csvExcel { wanted = Self.harmless(wanted, type) }
          #expect(batch.text(place, column) == wanted, "record \(row), \(sample.schema.fields[column].name)")
        }
        row += 1
      }
    }
    #expect(row == sample.rows.count)
  }

  private static func harmless(_ text: String, _ type: FieldType) -> String {
    guard type.storage == .text, let first = text.utf8.first, "=+-@\t\r\n".utf8.contains(first) else {
      return text
    }
    return "'" + text
  }

  /// What a format may change: booleans of SQLite are 0 and 1, numbers lose superfluous zeros, and in a workbook digits
  /// that no Double holds.
  private static func canonical(_ text: String, _ type: FieldType, _ format: TableFormat) -> String {
    switch (type, format) {
    case (.boolean, .sqlite): text == "true" ? "1" : text == "false" ? "0" : text
    case (.number, .sqlite): text == "-2.50" ? "-2.5" : text == "1e-7" ? "1e-7" : text
    case (.number, .xlsx):
      text == "-2.50" ? "-2.5" : text == "12345678901234567890.123" ? "12345678901234567000" : text
    default: text
    }
  }

  @Test(arguments: TableFormat.allCases.filter { $0 != .geojson })
  func `is written the same every time`(_ format: TableFormat) throws {
    let sample = Sample(seed: 9, count: 200)
    let source = scratch.path("in.csv")
    try sample.write(source)
    var outputs: [[UInt8]] = []
    for threads in [1, 3] {
      var bytes: [UInt8] = []
      var options = ConvertOptions()
      options.check.threads = threads
      options.check.blockSize = 2000
      _ = try convert(
        TableSource(path: source), schema: sample.schema, to: format, output: .call { bytes += $0 },
        options: options)
      outputs.append(bytes)
    }
    #expect(!outputs[0].isEmpty)
    #expect(outputs[0] == outputs[1])
  }

  @Test func `without a schema is text to the last byte`() throws {
    let path = try scratch.file("in.csv", "a,b\n007, x \n1e5,\"q\"\"\"\n,\n")
    var bytes: [UInt8] = []
    _ = try convert(TableSource(path: path), to: .json, output: .call { bytes += $0 })
    let json = try JSON(parsing: bytes)
    #expect(json == [["a": "007", "b": " x "], ["a": "1e5", "b": "q\""], ["a": "", "b": ""]])
  }

  @Test func `without a header is an array of arrays, ragged records and all`() throws {
    let path = try scratch.file("in.csv", "a,b\n1,2,3\n4\n")
    var bytes: [UInt8] = []
    let report = try convert(
      TableSource(path: path, hasHeader: false), to: .json, output: .call { bytes += $0 })
    #expect(report.faultCount == 2)
    #expect(try JSON(parsing: bytes) == [["a", "b"], ["1", "2", "3"], ["4"]])
  }

  @Test func `as CSV is never taken for another: no padding, no delimiter line`() throws {
    let path = try scratch.file("in.csv", "\"sep=;\"\n\"sep=\",\nx\n1,2,3\n\"\"\n")
    let source = TableSource(path: path, encoding: "utf-8", delimiter: ",", quote: "\"", hasHeader: false)
    let expected = [["sep=;"], ["sep=", ""], ["x"], ["1", "2", "3"], [""]]
    #expect(try records(source) == expected)
    let out = scratch.path("out.csv")
    _ = try convert(source, to: .csv, output: .file(out))
    #expect(
      try records(TableSource(path: out, encoding: "utf-8", delimiter: ",", quote: "\"", hasHeader: false))
        == expected)
  }

  @Test func `for spreadsheets has no live formulas`() throws {
    let path = try scratch.file("in.csv", "a,n\n=1+1,-5\n@x,2\n\"+1,2\",3\nplain,4\n")
    let typed = try schema("{fields: [{name: \"a\"}, {name: \"n\", type: \"integer\"}]}")
    var bytes: [UInt8] = []
    _ = try convert(TableSource(path: path), schema: typed, to: .csvExcel, output: .call { bytes += $0 })
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "\u{FEFF}a,n\r\n\"'=1+1\",-5\r\n\"'@x\",2\r\n\"'+1,2\",3\r\nplain,4\r\n")
  }

  @Test func `that is broken leaves no file`() throws {
    let path = try scratch.file("in.csv", "a,b\n1,\"never closed\n")
    let out = scratch.path("out.json")
    #expect(throws: TableError.self) { try convert(TableSource(path: path), to: .json, output: .file(out)) }
    #expect(try Files.list(scratch.folder) == ["in.csv"])
  }

  @Test func `with coordinates becomes GeoJSON with rings the right way round`() throws {
    let ring = "{\"\"type\"\":\"\"Polygon\"\",\"\"coordinates\"\":[[[0,0],[0,1],[1,1],[0,0]]]}"
    let path = try scratch.file("in.csv", "id,g\n1,\"\(ring)\"\n2,\n")
    let typed = try schema("{fields: [{name: \"id\", type: \"integer\"}, {name: \"g\", type: \"geojson\"}]}")
    var bytes: [UInt8] = []
    _ = try convert(TableSource(path: path), schema: typed, to: .geojson, output: .call { bytes += $0 })
    let features = try JSON(parsing: bytes)["features"]?.array ?? []
    #expect(features.count == 2)
    #expect(features[0]["geometry"]?["coordinates"] == [[[0, 0], [1, 1], [0, 1], [0, 0]]])
    #expect(features[1]["geometry"] == .null)
    #expect(features[0]["properties"] == ["id": 1])
  }
}

@Suite struct `Inference` {
  @Test func `calls text what is not certainly something else`() throws {
    let scratch = try Scratch()
    let path = try scratch.file(
      "in.csv",
      """
      code,id,phone,i,n,d,b,gene,gap
      007,11990119900101123,13800138000,1,1.5,2024-01-01,true,0164A,
      008,11990119900101124,13900139000,-2,2,2024-12-31,false,1E5,3

      """)
    let inference = try inferSchema(TableSource(path: path))
    #expect(
      inference.schema.fields.map(\.type) == [
        .string, .string, .string, .integer, .number, .date, .boolean, .string, .integer,
      ])
    #expect(inference.schema.fields.map(\.constraints.required) == Array(repeating: true, count: 8) + [false])
    #expect(inference.reasons[0].text.contains("leading zero"))
  }

  @Test func `is not fooled by a late value`() throws {
    let inference = try inferSchema(TableSource(path: Place.vectors + "/messy/val-late-type.csv"))
    #expect(inference.schema.fields.contains { $0.type == .string })
  }
}
