import Bytes
import Testing

@testable import Tables

/// Files that are not what their names say. The vectors below `cases` were made with spreadsheet programs and by hand.
@Suite struct `A file is read as what it is` {
  static let cases = Place.vectors + "/cases"

  private func refusal(_ path: String, format: TableFormat? = nil) -> TableError? {
    #expect(throws: TableError.self) { try records(TableSource(path: path, format: format)) }
  }

  @Test(arguments: [
    ("html.xls", "HTML", "网页"), ("xml2003.xls", "XML Spreadsheet 2003", "XML Spreadsheet 2003"),
    ("real.xls", "old binary format", "旧版二进制"),
  ]) func `and refused by its true name where it is no table`(_ name: String, _ en: String, _ zh: String)
    throws
  {
    let bytes = try Files.read("\(Self.cases)/\(name)")
    let scratch = try Scratch()
    for ending in ["xls", "xlsx", "csv", "json", "txt"] {
      let path = try scratch.file("table.\(ending)", bytes)
      let error = try #require(refusal(path))
      #expect(error.code == .unknownFormat && error.message.contains(en), "\(error)")
      #expect(error.message(in: "zh").contains(zh) && error.hint(in: "zh")?.contains("另存为") == true)
      // Nor does a declaration make a table of it.
      #expect(refusal(path, format: .csv)?.code == .unknownFormat)
    }
  }

  @Test(arguments: [
    ("%PDF-1.7\n1 0 obj\n", "PDF"), ("{\\rtf1\\ansi a,b}", "RTF"),
    ("MIME-Version: 1.0\r\nX: a,b\r\n", "web archive"),
    ("From: \"Saved by Windows Internet Explorer 11\"\r\nSubject: a,b\r\n", "web archive"),
    ("Content-Type: multipart/related; boundary=x\r\n\r\na,b\r\n", "web archive"),
    ("\u{FEFF}%PDF-1.4\n1 0 obj,2\n", "PDF"), ("\n\n{\\rtf1 a,b\n}", "RTF"),
    ("BEGIN:VCARD\nN:王,伟\nTEL:13800138000\nEND:VCARD\n", "vCard"),
    ("<?xml version=\"1.0\"?>\n<rows><row a=\"1\"/></rows>\n", "XML document"),
    ("<table><tr><td>1</td></tr></table>", "HTML"),
    ("<!-- saved -->\n<TABLE border=1><TR><TD>13800138000</TD></TR></TABLE>", "HTML"),
    ("PK\u{3}\u{4}", "workbook"),
    ("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n", "private key"),
    ("Bag Attributes\n-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4C\n", "private key"),
    ("\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}abc,def\n", "binary data"),
  ]) func `and so are documents, pictures and archives under any name`(_ text: String, _ word: String) throws
  {
    let scratch = try Scratch()
    let error = try #require(refusal(try scratch.file("list.csv", text)))
    #expect(error.message.contains(word), "\(error)")
  }

  @Test func `and a tag that nothing closes heads a column`() throws {
    let scratch = try Scratch()
    let path = try scratch.file("prices.csv", "<TICKER>,<DATE>\nA,20240102\n")
    #expect(try records(TableSource(path: path)) == [["A", "20240102"]])
  }

  @Test(arguments: ["csv-as.xlsx", "tsv-as.xls"]) func `though its name says otherwise, with a note`(
    _ name: String
  ) throws {
    let source = TableSource(path: "\(Self.cases)/\(name)")
    #expect(try records(source) == [["00123", "甲"]])
    let notes = try TableReader(source).seen.notes
    #expect(notes.contains { $0.en.contains("delimited text") && $0.zh.contains("内容") }, "\(notes)")
  }

  @Test func `and what contradicts a declaration is refused`() throws {
    let error = try #require(refusal("\(Self.cases)/csv-as.xlsx", format: .xlsx))
    #expect(error.code == .unknownFormat && error.message.contains("declared as xlsx"))
    #expect(refusal("\(Self.cases)/money.xlsx", format: .csv)?.message.contains("workbook") == true)
  }

  @Test func `and JSON under the name of CSV is JSON`() throws {
    let scratch = try Scratch()
    let path = try scratch.file("rows.csv", "[{\"id\": \"1\", \"name\": \"a\"}]")
    let reader = try TableReader(TableSource(path: path))
    #expect(reader.header == ["id", "name"] && reader.seen.notes.contains { $0.en.contains("it is JSON") })
  }
}

@Suite struct `A header` {
  @Test func `with empty, repeated and case-equal names is told, and its proposed schema reads it`() throws {
    let scratch = try Scratch()
    let path = try scratch.file("t.csv", ",city,City,city\n0,东城区,a,b\n1,西城区,c,d\n")
    let source = TableSource(path: path)
    let reader = try TableReader(source)
    #expect(reader.columnNames == ["column1", "city", "City_2", "city_3"])
    let notes = reader.seen.notes.map(\.en)
    #expect(notes.contains { $0.contains("column 1 has no name") })
    #expect(notes.contains { $0.contains("City differs") && $0.contains("City_2") })
    #expect(notes.contains { $0.contains("city is there more than once") && $0.contains("city_3") })
    let schema = try inferSchema(source).schema
    #expect(schema.fields.map(\.type) == [.integer, .string, .string, .string])
    var first: [String] = []
    let report = try TableCheck.run(source, schema: schema) { batch, columns in
      first = (0..<batch.columnCount).map { batch.text(0, $0) }
      #expect(columns[0].integer(1) == 1)
    }
    #expect(report.isClean && first == ["0", "东城区", "a", "b"], "\(report.faults)")
  }

  @Test(arguments: [
    ("1,2,3\n4,5,6\n", true), ("2019,2020\n1,2\n", true), ("year,2020\n1,2\n", false),
    ("居民名单\n姓名,电话\n甲,1\n", true),
    ("东城区,1818,28507,9597\n西城区,21019,9528,18288\n", true),
    ("区,\"3,055,722\",12,75.5\n西,1,2,3\n", true), ("区,2021,2022,2021,2022\n东,1,2,3,4\n", false),
    ("行,1,10,100\n东,1,2,3\n", false), ("区,110101,110105,110102\na,1,2,3\n", false),
  ]) func `that holds values or a title is in doubt`(_ text: String, _ isDoubtful: Bool) throws {
    let scratch = try Scratch()
    let source = TableSource(path: try scratch.file("t.csv", text))
    let report = try TableCheck.run(source, schema: nil, options: TableCheck.Options())
    #expect(report.seen.doubts.isEmpty == !isDoubtful)
    #expect(report.gaps(isDeclared: false).isEmpty == !isDoubtful)
  }

  @Test func `alone, ragged records and broken files are gaps`() throws {
    let scratch = try Scratch()
    for text in ["a,b\n", "a,b\n1,2\n1,2,3\n", "a,b\n1,\"2\n"] {
      var options = TableCheck.Options()
      options.reportsBrokenFiles = true
      let source = TableSource(path: try scratch.file("t.csv", text))
      let report = try TableCheck.run(source, schema: nil, options: options)
      #expect(report.gaps(isDeclared: false).count == 1 && report.gaps(isDeclared: true).count == 1)
    }
  }
}

@Suite struct `An encoding` {
  @Test func `of GBK has its euro sign at 0x80`() throws {
    let path = Place.vectors + "/cases/cp936.csv"
    #expect(try records(TableSource(path: path)) == [["1", "€12.5 欧元"], ["2", "80元"]])
    for size in [16, 17, 18, 19] {
      #expect(try records(TableSource(path: path), blockSize: size).first == ["1", "€12.5 欧元"])
    }
    for name in ["gbk", "gb18030", "gb2312"] {
      #expect(try records(TableSource(path: path, encoding: name)).first == ["1", "€12.5 欧元"])
    }
  }

  @Test func `of Hong Kong is read as its own characters, or refused`() throws {
    let path = Place.vectors + "/cases/hkscs.csv"
    #expect(try records(TableSource(path: path)).first == ["1", "啫喱鰂魚涌灣仔峯嗰"])
    #expect(try TableReader(TableSource(path: path)).seen.encoding == "big5-hkscs")
    #expect(throws: TableError.self) { try records(TableSource(path: path, encoding: "big5")) }
  }
}
