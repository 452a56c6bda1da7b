import Bytes
import Testing

@testable import Tables

@Suite struct `Messy files` {
  @Test func `are all there`() {
    #expect(MessyCase.all.count == 81)
  }

  @Test(arguments: MessyCase.all.filter { $0.verdict == "must" || $0.verdict == "detect" })
  func `are read exactly, at any block size`(_ messy: MessyCase) throws {
    for size in [BlockStream.defaultSize, 4096, 37] {
      if size < 4096, (try? Files.read(messy.path))?.count ?? 0 > 20_000 { continue }
      let rows = try records(messy.source, blockSize: size)
      if let expected = messy.rows { #expect(rows == expected) }
      #expect(rows.count == messy.rowCount)
      #expect(digest(rows) == messy.digest)
    }
  }

  @Test(arguments: MessyCase.all.filter { $0.verdict == "reject" })
  func `that are damaged are refused with the place`(_ messy: MessyCase) throws {
    let error = #expect(throws: TableError.self) { try records(messy.source) }
    #expect(error?.code == .invalidByte)
    #expect(error?.offset != nil)
    #expect(error?.line != nil)
    // Nothing declared: still refused, not read as something else.
    if messy.encoding == "utf-8", messy.id.contains("mixed") || messy.id.contains("truncated") == false {
      #expect(throws: TableError.self) {
        try records(TableSource(path: messy.path, encoding: "utf-8", hasHeader: false))
      }
    }
  }

  @Test(arguments: MessyCase.all.filter { $0.verdict == "choice" })
  func `with several readings lose nothing`(_ messy: MessyCase) throws {
    do {
      let rows = try records(messy.source)
      if let expected = messy.rows { #expect(rows == expected) }
    } catch let error as TableError {
      #expect(["crafted/q-backslash"].contains(messy.id), "\(error)")
      #expect(error.line != nil)
    }
  }

  @Test func `in two encodings are not taken for a third`() throws {
    #expect(throws: TableError(.invalidByte, file: "", Wording("", ""))) {
      try records(TableSource(path: Place.vectors + "/messy/bad-mixed-utf8-gbk.csv"))
    }
  }

  @Test func `say what they are`() throws {
    func seen(_ name: String) throws -> Seen {
      try TableReader(TableSource(path: Place.vectors + "/messy/" + name)).seen
    }
    #expect(try seen("enc-gb18030.csv").encoding == "gb18030")
    #expect(try seen("enc-gb18030.csv").encodingCertainty == .likely)
    #expect(try seen("enc-utf8-bom.csv").hasByteOrderMark)
    #expect(try seen("d-semicolon.csv").dialect?.delimiter == [0x3B])
    #expect(try seen("d-sep-line.csv").notes.count == 1)
    #expect(try seen("shape-title-lines.csv").notes.contains { $0.en.contains("line 3") })
    #expect(try seen("shape-trailing-comma.csv").notes.contains { $0.en.contains("column 3 has no name") })
  }

  @Test func `with backslash escapes are understood undeclared`() throws {
    let rows = try records(TableSource(path: Place.vectors + "/messy/q-backslash.csv", hasHeader: false))
    #expect(rows == [["a", "b"], ["x \"y\"", "z"]])
    // What is declared wins: with a declared quote there is no guessing of escapes.
    #expect(throws: TableError.self) {
      try records(TableSource(path: Place.vectors + "/messy/q-backslash.csv", quote: "\"", hasHeader: false))
    }
  }

  /// Files of others that are not ours to keep: read where they lie beside the repository.
  @Test func `of other people are read as they should be`() throws {
    let folder = Place.data + "/messy"
    let others = MessyCase.load(folder + "/cases.jsonl", folder: folder).filter {
      !$0.id.hasPrefix("crafted/")
    }
    guard !others.isEmpty else {
      print("skipped: no messy files of others in ../shared/data/messy")
      return
    }
    for messy in others {
      for size in [BlockStream.defaultSize, 37] {
        guard messy.verdict != "reject" else {
          #expect(throws: TableError.self, "\(messy.id)") { try records(messy.source, blockSize: size) }
          continue
        }
        let rows = try records(messy.source, blockSize: size)
        if let expected = messy.rows { #expect(rows == expected, "\(messy.id)") }
        if let wanted = messy.digest { #expect(digest(rows) == wanted, "\(messy.id)") }
      }
    }
  }

  /// A clerk reads these lines: each names the file, says what is wrong and, in Chinese, holds no English sentence.
  @Test(arguments: MessyCase.all.filter { $0.verdict == "reject" || $0.verdict == "choice" })
  func `are complained about in the language of the person`(_ messy: MessyCase) throws {
    var options = TableCheck.Options()
    options.reportsBrokenFiles = true
    let report = try TableCheck.run(
      TableSource(path: messy.path, encoding: messy.encoding), schema: nil, options: options)
    if messy.verdict == "reject" { #expect(!report.isClean) }
    let said =
      report.faults.map { ($0.description(in: "en"), $0.description(in: "zh")) }
      + report.seen.notes.map { ($0.en, $0.zh) }
    for (english, chinese) in said {
      #expect(english.allSatisfy { !"，。：“”".contains($0) } || english.contains("\""), "\(english)")
      #expect(chinese.unicodeScalars.contains { 0x4E00...0x9FFF ~= $0.value }, "\(chinese)")
      #expect(!chinese.contains(" the ") && !chinese.contains(" is "), "\(chinese)")
    }
  }
}
