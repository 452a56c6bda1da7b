import Bytes
import Testing

@testable import Tables

/// What people send, byte by byte: each is read rightly or refused with its place.
@Suite struct `Odd input` {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func rows(_ name: String, _ bytes: [UInt8], _ change: (inout TableSource) -> Void = { _ in }) throws
    -> [[String]]
  {
    var source = TableSource(path: try scratch.file(name, bytes))
    change(&source)
    let reader = try TableReader(source)
    var rows = [reader.header]
    while let batch = try reader.next() {
      for row in 0..<batch.rowCount { rows.append((0..<batch.columnCount).map { batch.text(row, $0) }) }
    }
    return rows
  }

  private func failure(_ name: String, _ bytes: [UInt8], _ change: (inout TableSource) -> Void = { _ in })
    throws -> TableError?
  {
    do {
      _ = try rows(name, bytes, change)
      return nil
    } catch let error as TableError {
      return error
    }
  }

  private func utf16(_ text: String, bigEndian: Bool, mark: Bool) -> [UInt8] {
    let units = (mark ? [0xFEFF] : []) + Array(text.utf16)
    return units.flatMap { unit in
      let pair = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
      return bigEndian ? pair : pair.reversed()
    }
  }

  @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
  func `in UTF-16 is known with and without its mark`(_ bigEndian: Bool, _ mark: Bool) throws {
    let text = "代码,名称\r\n001,一个最长的名称\r\n002,\"多行\n备注\"\r\n"
    let found = try rows("a.csv", utf16(text, bigEndian: bigEndian, mark: mark))
    #expect(found == [["代码", "名称"], ["001", "一个最长的名称"], ["002", "多行\n备注"]])
  }

  @Test func `with NUL bytes is not taken for UTF-16`() throws {
    let found = try rows("a.csv", Array("a,b\n1,x\0y\n2\0,\0\n".utf8))
    #expect(found == [["a", "b"], ["1", "x\0y"], ["2\0", "\0"]])
  }

  @Test func `that stops inside a UTF-16 character is refused there`() throws {
    let error = try failure("a.csv", utf16("a,b\n1,2\n", bigEndian: false, mark: true) + [0x41])
    #expect(error?.code == .invalidByte)
    #expect(error?.offset == 18)
    #expect(error?.line == 3)
    let lone = utf16("a,b\n1,", bigEndian: false, mark: true) + [0x00, 0xD8, 0x78, 0x00]
    #expect(try failure("b.csv", lone)?.offset == 14)
    #expect(try failure("b.csv", lone)?.line == 2)
  }

  @Test(arguments: ["\r", "\n", "\r\n"], [true, false])
  func `ends its lines as it likes`(_ end: String, _ last: Bool) throws {
    let found = try rows("a.csv", Array(("a,b" + end + "1,2" + end + "3,4" + (last ? end : "")).utf8))
    #expect(found == [["a", "b"], ["1", "2"], ["3", "4"]])
  }

  @Test func `with a bad byte in two encodings tells offset and line`() throws {
    let lines = Array("名称,值\n".utf8) + Array("东城区,1\n".utf8)
    let broken = try failure("a.csv", lines + [0x32, 0x2C, 0xFF, 0x0A])
    #expect(broken?.offset == lines.count + 2)
    #expect(broken?.line == 3)
    // GB18030 for 东城区, and a four-byte form that stops.
    let gb: [UInt8] = [0x61, 0x0A, 0xB6, 0xAB, 0xB3, 0xC7, 0xC7, 0xF8, 0x0A, 0x81, 0x30, 0x81, 0x0A]
    let cut = try failure("b.csv", gb) { $0.encoding = "gb18030" }
    #expect(cut?.offset == 9)
    #expect(cut?.line == 3)
  }

  @Test func `with a cut character is damaged UTF-8 and no guess`() throws {
    let error = try failure("a.csv", Array("a,b\n1,ok\n2,".utf8) + [0xE4, 0xB8] + Array("\n3,x\n".utf8))
    #expect(error?.code == .invalidByte)
    #expect(error?.offset == 11)
    #expect(error?.line == 3)
  }

  @Test(arguments: ["\u{20000}\u{2A6D6}䶮", "㐀"])
  func `in GB18030 has its four-byte characters`(_ name: String) throws {
    let bytes: [UInt8] =
      name == "㐀"
      ? [0x81, 0x39, 0xEE, 0x39] : [0x95, 0x32, 0x82, 0x36, 0x98, 0x35, 0xF3, 0x36, 0xFE, 0x9F]
    let found = try rows("a.csv", Array("n,v\n".utf8) + bytes + Array(",1\n".utf8)) {
      $0.encoding = "gb18030"
    }
    #expect(found == [["n", "v"], [name, "1"]])
  }

  @Test func `with its header again inside says so, with the line`() throws {
    let path = try scratch.file("r.csv", "code,name\n1,a\ncode,name\n2,b\nname,code\n")
    let report = try TableCheck.run(
      TableSource(path: path), schema: nil, options: TableCheck.Options())
    #expect(report.faults.map(\.rule) == [.repeatedHeader])
    #expect(report.faults.first?.line == 3)
    #expect(report.rows == 4)
    // A column alone may well hold its own name.
    let one = try scratch.file("o.csv", "name\na\nname\n")
    #expect(try TableCheck.run(TableSource(path: one), schema: nil, options: TableCheck.Options()).isClean)
    // What is said to have no header has none to repeat.
    let bare = TableSource(path: path, hasHeader: false)
    #expect(try TableCheck.run(bare, schema: nil, options: TableCheck.Options()).isClean)
  }

  @Test(arguments: [
    ("合计,30", "total"), ("总 计,30", "total"), ("Total,30", "total"), (",合计", "total"),
    ("数据来源：统计局,", "note"), ("注：含兵团,", "note"),
  ])
  func `with totals or notes below says so, with the line`(_ last: String, _ word: String) throws {
    let path = try scratch.file("t.csv", "区,人口\n东,10\n西,20\n\(last)\n")
    let report = try TableCheck.run(TableSource(path: path), schema: nil, options: TableCheck.Options())
    #expect(report.seen.notes.count == 1)
    #expect(report.seen.notes.first?.en.hasPrefix("line 4 looks like a \(word)") == true)
    #expect(report.seen.notes.first?.zh.hasPrefix("第 4 行") == true)
    #expect(report.rows == 3)
  }

  @Test func `that ends like any table is not suspected`() throws {
    let path = try scratch.file("t.csv", "区,人口\n东,10\n合计区,20\n\n")
    let report = try TableCheck.run(TableSource(path: path), schema: nil, options: TableCheck.Options())
    #expect(report.seen.notes.isEmpty)
  }

  @Test func `of ragged records keeps every cell and tells line and count`() throws {
    let path = try scratch.file("r.csv", "a,b\n1\n1,2,3\n")
    let report = try TableCheck.run(TableSource(path: path), schema: nil, options: TableCheck.Options())
    #expect(report.faults.map(\.line) == [2, 3])
    #expect(report.faults.map(\.value) == ["1", "3"])
  }

  @Test func `with a broken beginning gives a report where that is asked for`() throws {
    let path = try scratch.file("x.csv", Array("a,b\n1,".utf8) + [0xFF, 0x0A])
    var options = ConvertOptions()
    options.check.reportsBrokenFiles = true
    let out = scratch.path("x.json")
    let report = try convert(TableSource(path: path), to: .json, output: .file(out), options: options)
    #expect(!report.isClean)
    #expect(report.faults.last?.offset == 6)
    #expect(report.faults.last?.line == 2)
    #expect(!Files.exists(out))
  }
}

@Suite struct `JSON tables` {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func rows(_ name: String, _ text: String, path: [String] = []) throws -> [[String]] {
    let reader = try TableReader(TableSource(path: try scratch.file(name, text), jsonPath: path))
    var rows = [reader.header]
    while let batch = try reader.next() {
      for row in 0..<batch.rowCount { rows.append((0..<batch.columnCount).map { batch.text(row, $0) }) }
    }
    return rows
  }

  @Test(arguments: [
    ("a.json", "[{\"a\":1},{\"a\":2}]"), ("a.json", "{\"meta\":{\"n\":1},\"data\":[{\"a\":1},{\"a\":2}]}"),
    ("a.json", "{\"schema\":{\"fields\":[{\"name\":\"a\"}]},\"data\":[[\"a\"],[1],[2]]}"),
    (
      "a.json",
      "{\"resources\":[{\"name\":\"r\",\"schema\":{\"fields\":[{}]},\"data\":[[\"a\"],[1],[2]]}],\"x\":1}"
    ),
    ("a.json", "{\"result\":{\"fields\":[{\"id\":\"a\"}],\"records\":[{\"a\":1},{\"a\":2}],\"total\":2}}"),
    ("a.json", "{\"a\":1}\n{\"a\":2}\n"), ("a.ndjson", "{\"a\":1}\n\n{\"a\":2}"),
    ("b", " [ { \"a\" : 1 } ,\n { \"a\" : 2 } ] "),
  ])
  func `are found where they are`(_ name: String, _ text: String) throws {
    #expect(try rows(name, text) == [["a"], ["1"], ["2"]])
  }

  @Test(arguments: [
    ("[{\"a\":1},{\"a\":2}", 1), ("[{\"a\":1}] x", 1), ("[{\"a\":1},]", 1), ("[{\"a\":1}\n{\"a\":2}]", 2),
    ("[{\"a\":1},\n{\"a\":1,\"a\":2}]", 2), ("[{\"a\":1},\n[2]]", 2), ("{\"a\":[{}],\n\"b\" 1}", 2),
    ("[{\"a\":1},\n{\"a\":\"\u{7F}\\ud800\"}]", 2), ("[{\"a\":\"x\n\"}]", 1), ("{\"x\": 1}", 0),
  ])
  func `that are wrong are refused with their line`(_ text: String, _ line: Int) throws {
    do {
      let found = try rows("a.json", text)
      Issue.record("\(found)")
    } catch let error as TableError {
      #expect(error.code == .malformed)
      #expect(error.line ?? 0 == line, "\(error.message)")
    }
  }

  @Test func `have a column for a key that comes late`() throws {
    let many = (0..<2500).map { "{\"a\":\($0)}" }.joined(separator: "\n")
    let found = try rows("a.ndjson", many + "\n{\"a\":\"x\",\"lat\\u0065\":{\"b\":1},\"late2\":[1]}\n")
    #expect(found[0] == ["a", "late", "late2"])
    #expect(found[1] == ["0", "", ""])
    #expect(found.last == ["x", "{\"b\":1}", "[1]"])
  }

  @Test func `have the late properties of features too`() throws {
    func feature(_ properties: String) -> String {
      "{\"type\":\"Feature\",\"bbox\":{\"no\":1},\"geometry\":null,\"properties\":{\(properties)}}"
    }
    let many = (0..<1500).map { _ in feature("\"a\":1") } + [feature("\"a\":2,\"z\":3")]
    let found = try rows(
      "a.geojson", "{\"type\":\"FeatureCollection\",\"features\":[\(many.joined(separator: ","))]}")
    #expect(found[0] == ["a", "z", "geometry"])
    #expect(found.last == ["2", "3", ""])
  }

  @Test func `with keys that are data are refused, with what to do`() throws {
    let many = (0..<20_000).map { "{\"k\($0)\":1}" }.joined(separator: "\n")
    let error = #expect(throws: TableError.self) { try rows("a.ndjson", many) }
    #expect(error?.code == .tooLarge)
    #expect(error?.hint != nil)
  }

  @Test func `tell the line of a fault far down`() throws {
    let many = (0..<20_000).map { "{\"a\":\($0)}" }.joined(separator: "\n")
    for threads in [1, 3] {
      let path = try scratch.file("a.ndjson", many + "\n{\"a\":\n")
      let error = #expect(throws: TableError.self) {
        try TableCheck.run(
          TableSource(path: path), schema: nil, options: TableCheck.Options(threads: threads))
      }
      #expect(error?.line == 20_001)
    }
  }

  @Test func `come in UTF-16 and in a declared encoding`() throws {
    let units = Array("\u{FEFF}[{\"a\":\"中\"}]".utf16)
    let path = try scratch.file("a.json", units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
    #expect(try records(TableSource(path: path)) == [["中"]])
    let gb = try scratch.file("b.json", Array("[{\"a\":\"".utf8) + [0xD6, 0xD0] + Array("\"}]".utf8))
    #expect(try records(TableSource(path: gb, encoding: "gbk")) == [["中"]])
    #expect(throws: TableError.self) { try records(TableSource(path: gb)) }
  }
}
