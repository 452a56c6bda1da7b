import Bytes
import Testing

@testable import Tables

@Suite struct `Numbers in a workbook` {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func written(_ csv: String, _ fields: String) throws -> String {
    let path = try scratch.file("in.csv", csv)
    let out = scratch.path("out.xlsx")
    _ = try convert(
      TableSource(path: path), schema: try schema("{fields: [\(fields)]}"), to: .xlsx, output: .file(out))
    let zip = try ZipReader(path: out)
    let entry = try #require(zip.entry("xl/worksheets/sheet1.xml"))
    return String(decoding: try zip.read(entry), as: UTF8.self)
  }

  @Test func `are the nearest Double, so that a spreadsheet computes with all of them`() throws {
    let sheet = try written(
      "n\n10.357019999999999\n1234567890123456.78\n-2.50\n12345678901234567890.123\n1e-7\n-9223372036854775808\n",
      "{name: \"n\", type: \"number\"}")
    for (row, text) in [
      (2, "10.357019999999999"), (3, "1234567890123456.8"), (4, "-2.5"), (5, "12345678901234567000"),
      (6, "1e-7"), (7, "-9223372036854776000"),
    ] {
      #expect(sheet.contains("<c r=\"A\(row)\"><v>\(text)</v></c>"), "row \(row)")
    }
  }

  @Test func `stay text where they are integers beyond 15 digits, or names`() throws {
    let sheet = try written(
      "i,s\n1234567890123456,1234567890123456.78\n123456789012345,42\n",
      "{name: \"i\", type: \"integer\"}, {name: \"s\", type: \"string\"}")
    #expect(sheet.contains("<c r=\"A2\" t=\"inlineStr\"><is><t>1234567890123456</t></is></c>"))
    #expect(sheet.contains("<c r=\"B2\" t=\"inlineStr\"><is><t>1234567890123456.78</t></is></c>"))
    #expect(sheet.contains("<c r=\"A3\"><v>123456789012345</v></c>"))
    #expect(sheet.contains("<c r=\"B3\" t=\"inlineStr\"><is><t>42</t></is></c>"))
  }

  /// Wind speeds of this file have 16 digits and more, of which none may be text.
  @Test func `of a real table are all numbers`() throws {
    let source = TableSource(
      path: Place.root + "/Catalog/nyc-weather-2013-hourly/nyc-weather-2013-hourly.csv")
    let descriptor = Place.root + "/Catalog/nyc-weather-2013-hourly/dataset.json5"
    let dataset = try Document(json5: try Files.read(descriptor), file: descriptor).root
    let node = try #require(try dataset["resources"]?.elements().first?["schema"])
    let proposed = try Schema(node: node, extraFieldKeys: ["level", "role"])
    let out = scratch.path("out.xlsx")
    _ = try convert(source, schema: proposed, to: .xlsx, output: .file(out))
    let zip = try ZipReader(path: out)
    let entry = try #require(zip.entry("xl/worksheets/sheet1.xml"))
    let column = try #require(proposed.index(of: "wind_speed"))
    #expect(proposed.fields[column].type == .number)
    let letter = String(Character(Unicode.Scalar(UInt8(0x41 + column))))
    let sheet = String(decoding: try zip.read(entry), as: UTF8.self)
    let texts = sheet.split(separator: "<c r=\"\(letter)").count { part in
      part.prefix(24).contains("\" t=\"inlineStr\"")
    }
    // The header, and what stands before the first cell of the column is none of its cells.
    #expect(texts == 1)
    let found = try records(TableSource(path: out)).map { Double($0[column]) }
    let plain = try records(source).map { Double($0[column]) }
    #expect(found == plain)
    #expect(plain.count { $0 != nil } > 26_000)
  }

  @Test func `are read as the shortest decimal of what Excel stores`() throws {
    let stored = [
      ("89.989999999999995", "89.99"), ("0.30000000000000004", "0.30000000000000004"), ("1E-3", "0.001"),
      ("1.50", "1.5"), ("-2.2999999999999998", "-2.3"), ("12345678901234567890", "12345678901234567890"),
      ("0042", "0042"), ("-9223372036854775808", "-9223372036854775808"), ("1E+3", "1000"),
      ("4.1000000000000002E-2", "0.041"),
    ]
    let rows = stored.enumerated().map { "<row r=\"\($0 + 1)\"><c r=\"A\($0 + 1)\"><v>\($1.0)</v></c></row>" }
    let sheet = "<worksheet><sheetData>\(rows.joined())</sheetData></worksheet>"
    let path = scratch.path("in.xlsx")
    try Files.write(try Hostile.workbook([Array(sheet.utf8)]), to: path)
    let found = try records(TableSource(path: path, format: .xlsx, hasHeader: false)).map { $0[0] }
    #expect(found == stored.map(\.1))
  }
}

@Suite struct `A table that a workbook cannot hold` {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func table() throws -> TableSource {
    let long = String(repeating: "长", count: 32_768)
    return TableSource(path: try scratch.file("in.csv", "a,b\n1,x\n2,\"\(long)\"\n3,y\n"))
  }

  @Test func `is refused by name, also where broken files are only reported`() throws {
    let source = try table()
    let out = scratch.path("out.xlsx")
    var options = ConvertOptions()
    options.check.reportsBrokenFiles = true
    let error = try #require(throws: TableError.self) {
      try convert(source, to: .xlsx, output: .file(out), options: options)
    }
    #expect(error.code == .tooLarge && error.blame == .data)
    #expect(error.message.contains("line 3") && error.message.contains("32767"))
    #expect(error.message(in: "zh").contains("第 3 行"))
    #expect(error.hint?.contains("CSV") == true)
    #expect(!Files.exists(out))
    #expect(try Files.list(scratch.path("")).allSatisfy { !$0.contains(".part-") })
  }

  @Test func `is left out of an export where the others are wanted`() throws {
    let source = try table()
    var options = ConvertOptions()
    options.leavesOut = true
    let formats: [TableFormat] = [.csv, .xlsx, .json, .parquet, .sqlite]
    let exported = try export(
      source, to: formats.map { ($0, .file(scratch.path("out.\($0.fileExtension)"))) }, options: options)
    #expect(exported.report.rows == 3)
    #expect(exported.leftOut.map(\.format) == [.xlsx])
    for format in formats {
      #expect(Files.exists(scratch.path("out.\(format.fileExtension)")) == (format != .xlsx))
    }
    #expect(try records(TableSource(path: scratch.path("out.csv"))).count == 3)
    #expect(try records(TableSource(path: scratch.path("out.json"))).count == 3)
  }

  @Test func `has more columns than a sheet`() throws {
    let header = (1...16_385).map { "c\($0)" }.joined(separator: ",")
    let source = TableSource(path: try scratch.file("wide.csv", "\(header)\n\(header)\n"))
    let error = try #require(throws: TableError.self) {
      try convert(source, to: .xlsx, output: .call { _ in })
    }
    #expect(error.code == .tooLarge && error.message.contains("16385"))
  }
}
