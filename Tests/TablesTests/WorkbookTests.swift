import Bytes
import Glibc
import Testing

@testable import Tables

@Suite struct `A workbook` {
  static let cases = Place.vectors + "/cases"

  private func text(_ name: String) throws -> [[String]] {
    try records(TableSource(path: "\(Self.cases)/\(name)"))
  }

  private func notes(_ name: String) throws -> [Wording] {
    try TableCheck.run(
      TableSource(path: "\(Self.cases)/\(name)"), schema: nil, options: TableCheck.Options()
    ).seen.notes
  }

  @Test func `with colours and currencies in its formats has amounts and no dates`() throws {
    #expect(try text("minimal.xlsx").flatMap { $0 } == ["1234.5"])
    for row in try text("money.xlsx") {
      let isDate = row[0].lowercased().contains("yyyy")
      let isElapsed = row[0].lowercased().contains("[h")
      if !isElapsed { #expect(row[1] == (isDate ? "2023-03-15" : "1234.5"), "\(row[0])") }
    }
  }

  @Test(arguments: [
    ("[Magenta]0.00", Workbook.DateStyle.none), ("[Magenta]yyyy-mm-dd", .date), ("[White]h:mm", .time),
    ("[hh]:mm", .none), ("[HH]:MM", .none), ("[mm]:ss", .none), ("[$-409]d/m/yy h:mm", .datetime),
    ("[Red]0;yyyy", .none),
    ("\"day [\"0", .none), ("0.00E+00", .none), ("e年m月", .date),
    ("[$¥-804]#,##0.00_);[Red]\\(#,##0\\)", .none),
  ]) func `knows a date by the letters outside quotes and brackets`(
    _ code: String, _ style: Workbook.DateStyle
  ) {
    #expect(Workbook.style(ofCode: code) == style)
  }

  @Test(arguments: ["renamed.xlsx", "sheet-case.xlsx"])
  func `has its parts found by relationship and without case`(
    _ name: String
  ) throws {
    #expect(try text(name) == [["东城区", "2023-03-15"]])
  }

  @Test func `says what is hidden in it`() throws {
    let said = try notes("hidden.xlsx").map(\.en).joined()
    #expect(said.contains("1 hidden column (内部意见), 2 hidden rows, 1 hidden sheet"), "\(said)")
    #expect(try notes("hidden.xlsx").contains { $0.zh.contains("1 个隐藏列") && $0.zh.contains("2 个隐藏行") })
  }

  @Test func `says where Excel kept fifteen digits of longer numbers`() throws {
    #expect(try notes("ids-as-numbers.xlsx").contains { $0.en.contains("证件号码") && $0.en.contains("kept 15") })
  }

  @Test func `with a title above its header is not known`() throws {
    let source = TableSource(path: "\(Self.cases)/titled-list.xlsx")
    let report = try TableCheck.run(source, schema: nil, options: TableCheck.Options())
    #expect(report.gaps(isDeclared: false).first?.en.contains("--skip 1") == true)
    var skipped = source
    skipped.skippedRecords = 1
    let whole = try TableCheck.run(skipped, schema: nil, options: TableCheck.Options())
    #expect(whole.gaps(isDeclared: false).isEmpty, "\(whole.gaps(isDeclared: false))")
    #expect(try TableReader(skipped).above.count == 1)
  }
}

/// A workbook of one sheet, its parts written by hand.
private func workbook(_ rows: String, folder: String = "XL", separator: String = "/") throws -> [UInt8] {
  let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
  func links(_ kind: String, _ target: String) -> String {
    #"<Relationships><Relationship Id="r1" Type="\#(office)/\#(kind)" Target="\#(target)"/></Relationships>"#
  }
  let parts = [
    ("[Content_Types].xml", "<Types/>"), ("_rels/.rels", links("officeDocument", "/\(folder)/book.xml")),
    ("\(folder)/_rels/book.xml.rels", links("worksheet", "../\(folder)/./first.xml")),
    ("\(folder)/book.xml", #"<workbook><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#),
    ("\(folder)/first.xml", "<worksheet><sheetData>\(rows)</sheetData></worksheet>"),
  ]
  var zip = ZipWriter()
  for (name, text) in parts { try zip.add(name.lowercased(), Array(text.utf8), compress: false) }
  try zip.finish()
  var bytes = zip.takeOutput()
  // The names in the archive are in small letters, those in the relationships are not.
  for (name, _) in parts where separator != "/" {
    let name = Array(name.lowercased().utf8)
    for place in bytes.indices where bytes[place...].starts(with: name) {
      for offset in name.indices where name[offset] == UInt8(ascii: "/") {
        bytes[place + offset] = UInt8(ascii: "\\")
      }
    }
  }
  return bytes
}

private func row(_ number: Int, _ cells: String...) -> String {
  let cells = cells.map { $0.hasPrefix("<") ? $0 : "<c t=\"inlineStr\"><is><t>\($0)</t></is></c>" }
  return "<row r=\"\(number)\">\(cells.joined())</row>"
}

@Suite struct `A workbook made by hand` {
  @Test(arguments: ["/", "\\"]) func `has its parts where its relationships say, also behind backslashes`(
    _ separator: String
  ) throws {
    let scratch = try Scratch()
    let bytes = try workbook(
      row(1, "a", "b") + row(2, "x", "<c><v>5</v></c>"), folder: "Inner", separator: separator)
    #expect(try records(TableSource(path: try scratch.file("t.xlsx", bytes))) == [["x", "5"]])
  }

  @Test func `says that it has no styles, by which dates are known`() throws {
    let scratch = try Scratch()
    let path = try scratch.file(
      "t.xlsx", try workbook(row(1, "day") + row(2, "<c s=\"1\"><v>45000</v></c>")))
    let report = try TableCheck.run(TableSource(path: path), schema: nil, options: TableCheck.Options())
    #expect(report.seen.notes.contains { $0.en.contains("no part of styles") && $0.zh.contains("没有样式部件") })
  }

  @Test func `says how many rows of titles stand above its header`() throws {
    let scratch = try Scratch()
    let rows = row(1, "名单") + row(2, "单位：人") + row(3, "姓名", "电话") + row(4, "甲", "1")
    let path = try scratch.file("t.xlsx", try workbook(rows))
    let reader = try TableReader(TableSource(path: path))
    #expect(reader.seen.doubts.first?.en.contains("--skip 2") == true)
    #expect(try records(TableSource(path: path, skippedRecords: 2)) == [["甲", "1"]])
  }
}

@Suite struct `GeoJSON` {
  private func written(_ path: String) throws -> JSON {
    var bytes: [UInt8] = []
    let report = try convert(TableSource(path: path), to: .geojson, output: .call { bytes += Array($0) })
    #expect(report.isClean, "\(report.faults)")
    return try JSON(parsing: bytes)
  }

  @Test func `becomes GeoJSON again without a schema, rings rewound and ids kept`() throws {
    let features = try written(Place.vectors + "/cases/in.geojson")["features"]?.array ?? []
    #expect(features.count == 6)
    #expect(
      features[0]["id"]?.string == "abc" && features[1]["id"]?.numberText == "7" && features[2]["id"] == nil)
    #expect(features[0]["properties"]?["id"] == nil && features[2]["geometry"] == .null)
    let ring = features[0]["geometry"]?["coordinates"]?[0]
    #expect(ring?[1]?[0]?.int == 117, "counter-clockwise (RFC 7946, 3.1.6)")
  }

  @Test func `has a property named as the ids are, beside them`() throws {
    let scratch = try Scratch()
    let feature =
      #"{"type":"Feature","id":"5","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"id":"p","geometry":"g"}}"#
    let path = try scratch.file("f.geojson", #"{"type":"FeatureCollection","features":[\#(feature)]}"#)
    let back = try written(path)["features"]?[0]
    #expect(back?["id"]?.string == "5" && back?["properties"]?["id"]?.string == "p")
    #expect(back?["properties"]?["geometry"]?.string == "g")
  }

  @Test func `of metres that does not say so is a fault`() throws {
    let scratch = try Scratch()
    let features = [(12_958_000, 4_852_000), (116, 39), (190, 10)].map {
      #"{"type":"Feature","geometry":{"type":"Point","coordinates":[\#($0),\#($1)]},"properties":{"a":"b"}}"#
    }
    let text = #"{"type":"FeatureCollection","features":[\#(features.joined(separator: ","))]}"#
    let source = TableSource(path: try scratch.file("t.geojson", text))
    let report = try TableCheck.run(source, schema: nil, options: TableCheck.Options())
    #expect(report.faultCount == 1 && report.faults.first?.record == 1)
  }

  @Test(arguments: [
    "[\"116\",39]", "[116]", "[]", "[116,39,null]", "5", "[[116,39]]", "null", "[116,39,43.5]", "[200,-40]",
  ]) func `whose positions are no numbers is a fault`(_ position: String) throws {
    let scratch = try Scratch()
    let geometry = "{\"type\":\"Point\",\"coordinates\":\(position)}"
    let text =
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":\(geometry),\"properties\":{\"a\":1}}]}"
    let source = TableSource(path: try scratch.file("t.geojson", text))
    let report = try TableCheck.run(source, schema: nil, options: TableCheck.Options())
    let isRight = ["[]", "[[116,39]]", "[116,39,43.5]", "[200,-40]"].contains(position)
    #expect(report.faultCount == (isRight ? 0 : 1))
  }

  @Test(arguments: [
    ("EPSG:3857", false), ("urn:ogc:def:crs:EPSG::4490", true), ("EPSG:4490", true),
    ("urn:ogc:def:crs:EPSG::4528", false), ("urn:ogc:def:crs:OGC:1.3:CRS84", true),
    ("EPSG:4326", true),
  ]) func `of another system of coordinates is refused, wherever it says so`(_ name: String, _ isRead: Bool)
    throws
  {
    let scratch = try Scratch()
    let system = #""crs":{"type":"name","properties":{"name":"\#(name)"}}"#
    let features =
      #""features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"a":"b"}}]"#
    for text in ["{\(system),\(features)}", "{\(features),\(system)}"] {
      for ending in ["geojson", "json"] {
        let source = TableSource(path: try scratch.file("t.\(ending)", text))
        if isRead {
          #expect(try records(source).count == 1)
          let notes = try TableCheck.run(source, schema: nil, options: TableCheck.Options()).seen.notes
          #expect(notes.count { $0.en.contains("CGCS2000") } == (name.contains("4490") ? 1 : 0))
        } else {
          let error = #expect(throws: TableError.self) { try records(source) }
          #expect(error?.message.contains(name) == true && error?.blame == .data)
        }
      }
    }
  }
}

@Suite struct `An output` {
  @Test func `that is an open descriptor is written on from where it stands`() throws {
    let scratch = try Scratch()
    let table = TableSource(path: try scratch.file("t.csv", "a,b\n1,2\n"))
    for name in ["/dev/fd", "/proc/self/fd"] {
      let path = try scratch.file("out.csv", "")
      let file = open(path, O_WRONLY | O_TRUNC)
      #expect(write(file, "before\n", 7) == 7)
      _ = try convert(table, to: .csv, output: .file("\(name)/\(file)"))
      #expect(write(file, "after\n", 6) == 6)
      close(file)
      #expect(try Files.read(path).elementsEqual("before\na,b\r\n1,2\r\nafter\n".utf8))
    }
    #expect(throws: TableError.self) { try convert(table, to: .csv, output: .file("/dev/fd/9999")) }
  }

  @Test func `of a table without columns is refused by SQLite in words`() throws {
    let scratch = try Scratch()
    let table = TableSource(path: try scratch.file("t.csv", ""))
    let error = #expect(throws: TableError.self) {
      try convert(table, to: .sqlite, output: .file(scratch.path("t.sqlite")))
    }
    #expect(error?.message.contains("column") == true && error?.blame == .data)
  }

  @Test func `that is a FIFO is written into, a link is followed, and neither is replaced`() throws {
    let scratch = try Scratch()
    let table = TableSource(path: try scratch.file("t.csv", "a,b\n1,2\n"))
    let target = try scratch.file("target.csv", "old")
    try Files.setMode(target, 0o600)
    try Files.replaceSymlink(at: scratch.path("link.csv"), target: "target.csv")
    try Files.replaceSymlink(at: scratch.path("new.csv"), target: "made.csv")
    for format in [TableFormat.csv, .sqlite] {
      for name in ["link.csv", "new.csv"] {
        _ = try convert(table, to: format, output: .file(scratch.path(name)))
        #expect(Files.isSymlink(scratch.path(name)))
      }
    }
    #expect(mkfifo(scratch.path("fifo"), 0o600) == 0)
    // Open for both ends, so that neither side waits for the other.
    let reader = open(scratch.path("fifo"), O_RDWR | O_NONBLOCK)
    defer { close(reader) }
    _ = try convert(table, to: .csv, output: .file(scratch.path("fifo")))
    var bytes = [UInt8](repeating: 0, count: 100)
    let count = read(reader, &bytes, bytes.count)
    #expect(bytes.prefix(max(0, count)).elementsEqual("a,b\r\n1,2\r\n".utf8))
    #expect(!Files.isFile(scratch.path("fifo")) && Files.isFile(scratch.path("made.csv")))
    #expect(try Files.mode(target) == 0o600, "a file keeps its permissions")
    #expect(
      try Files.list(scratch.folder) == ["fifo", "link.csv", "made.csv", "new.csv", "t.csv", "target.csv"])
    #expect(throws: TableError(.unwritableFile, file: "", Wording("", ""))) {
      _ = try convert(table, to: .csv, output: .file(scratch.folder))
    }
  }
}
