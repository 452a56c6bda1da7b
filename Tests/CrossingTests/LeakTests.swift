import Bytes
import Releases
import Support
import Testing
import Trust

@testable import Crossing
@testable import Policies

@Suite struct `The leak scan` {
  static let field = SecretField(
    dataset: "residents", resource: "residents", field: "resident_id", kind: .identifier)

  static func identity(_ number: Int) -> String { "33010219\(9_000_000_000 + number * 7_919 % 999_999_999)" }

  static func set(
    _ outside: Outside, _ values: [String], capacity: Int = 1_000, kind: SecretField.Kind = .identifier
  ) throws -> SecretSet {
    let set = SecretSet(work: outside.folder.path, capacity: capacity)
    let number = set.register(SecretField(dataset: "residents", resource: "r", field: "id", kind: kind))
    for (unit, value) in values.enumerated() { try set.add(value, field: number, unit: UInt64(unit)) }
    return set
  }

  static let values = (0..<1_000).map(identity)

  /// Every way a value may be dressed.
  static let forms: [(String, @Sendable (String) -> [UInt8])] = [
    ("as written", { Array($0.utf8) }),
    ("with spaces", { Array("ID \($0.prefix(6)) \($0.dropFirst(6).prefix(8)) \($0.suffix(4)).".utf8) }),
    ("with hyphens", { Array("\($0.prefix(6))-\($0.dropFirst(6))".utf8) }),
    (
      "full width",
      { Array($0.unicodeScalars.map { String(Unicode.Scalar($0.value + 0xFEE0)!) }.joined().utf8) }
    ),
    ("entities", { Array($0.unicodeScalars.map { "&#\($0.value);" }.joined().utf8) }),
    (
      "json escapes", { Array($0.unicodeScalars.map { "\\u00" + String($0.value, radix: 16) }.joined().utf8) }
    ),
    ("percent escapes", { Array($0.utf8.map { "%" + String($0, radix: 16) }.joined().utf8) }),
    ("utf-16 le", { $0.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } }),
    ("utf-16 be", { $0.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } }),
    ("hex", { Array(Hex.encode(Array($0.utf8)).utf8) }),
    ("base64", { Array(Base64.encode(Array($0.utf8)).utf8) }),
    ("base64url of a longer text", { Array(Base64.encodeURL(Array("no. \($0)!".utf8)).utf8) }),
    ("base64 of a text two longer", { Array(Base64.encode(Array("no.: \($0)!".utf8)).utf8) }),
    ("md5", { Array(Hex.encode(Digest.md5(Array($0.utf8))).utf8) }),
    ("sha-1 capitals", { Array(Hex.encode(Digest.sha1(Array($0.utf8))).uppercased().utf8) }),
    ("sha-256", { Array(Hex.encode(Digest.sha256(Array($0.utf8))).utf8) }),
    ("sm3", { Array(Hex.encode(Digest.sm3(Array($0.utf8))).utf8) }),
    ("md5 base64", { Array(Base64.encode(Digest.md5(Array($0.utf8))).utf8) }),
    ("sha-1 base64url", { Array(Base64.encodeURL(Digest.sha1(Array($0.utf8))).utf8) }),
    ("sha-256 base64", { Array(Base64.encode(Digest.sha256(Array($0.utf8))).utf8) }),
    ("sm3 base64", { Array(Base64.encode(Digest.sm3(Array($0.utf8))).utf8) }),
  ]

  static func xlsx(_ content: [UInt8]) throws -> [UInt8] {
    var zip = ZipWriter()
    try zip.add("xl/sharedStrings.xml", Array("<sst><si><t>".utf8) + content + Array("</t></si></sst>".utf8))
    try zip.finish()
    return zip.takeOutput()
  }

  @Test(arguments: forms.map(\.0)) func `finds a value in every form`(form: String) throws {
    let make = try #require(Self.forms.first { $0.0 == form }?.1)
    let outside = try Outside()
    let set = try Self.set(outside, Self.values)
    let noise = (0..<50_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) }
    for (value, place) in [(Self.values[17], 0), (Self.values[999], 40_000)] {
      let page = Array(noise[..<place]) + [0x0A] + make(value) + [0x0A] + Array(noise[place...])
      let writer = try outside.writer()
      try writer.file("notes.bin", page, outside.portal)
      let error = #expect(throws: LeakFound.self) { try writer.leakScan(set) }
      #expect(error?.report.leakCount == 1)
      #expect(error?.report.leaks.first?.part == "site/notes.bin")
      #expect(error?.message.contains("residents/r, field id") == true)
      #expect(error?.message.contains(value) == false)
      try writer.abandon()
    }
  }

  @Test func `finds a Chinese name in GB18030 and every spelling`() throws {
    let outside = try Outside()
    let gb: [UInt8] = [0xC5, 0xB7, 0xD1, 0xF4, 0xB7, 0xE6, 0xC7, 0xE5]  // 欧阳锋清
    for bytes in [
      gb, Array("欧阳锋清".utf8), Array("\\u6b27\\u9633\\u950b\\u6e05".utf8), Array("&#x6B27;&#x9633;锋 清".utf8),
    ] {
      let set = try Self.set(outside, ["欧阳锋清"])
      let writer = try outside.writer()
      try writer.file("x.txt", Array("<td>".utf8) + bytes + Array("</td>".utf8), outside.portal)
      #expect(throws: LeakFound.self) { try writer.leakScan(set) }
      try writer.abandon()
    }
  }

  @Test func `finds all of a thousand planted values, in every container and in names`() throws {
    let outside = try Outside()
    // Four batches, three of them through the file.
    let set = try Self.set(outside, Self.values, capacity: 300)
    let text = Self.values.map { "note \($0) end" }.joined(separator: "\n")
    let database = try outside.folder.file("planted.sqlite")
    let builder = try RowsFile.Builder(path: database, fields: [RowField(name: "t", type: .string)])
    // Some of the values lie on pages of overflow.
    try builder.append(
      rows: Self.values.enumerated().map {
        [.text(String(repeating: "å", count: $0 % 10 == 0 ? 3_000 : 9) + $1)]
      })
    try builder.finish()
    let stored = try Files.read(database)
    let plants: [(String, [UInt8])] = [
      ("plain.txt", Array(text.utf8)), ("packed.gz", Gzip.compress(Array(text.utf8))),
      ("book.xlsx", try Self.xlsx(Array(text.utf8))),
      ("twice.gz", Gzip.compress(try Self.xlsx(Array(text.utf8)))), ("rows.sqlite", stored),
      ("rows.sqlite.gz", Gzip.compress(stored)),
    ]
    for (name, bytes) in plants {
      let writer = try outside.writer()
      try writer.file(name, bytes, outside.portal)
      let error = #expect(throws: LeakFound.self) { try writer.leakScan(set) }
      #expect(error?.report.leakCount == 1_000, "\(name)")
      try writer.abandon()
    }
    let writer = try outside.writer()
    try writer.file("files/\(Self.values[5]).csv", [0x41], outside.portal)
    try writer.file(
      "files/a%20\(Self.values[6].prefix(6))-\(Self.values[6].dropFirst(6)).csv", [0x41], outside.portal)
    let error = #expect(throws: LeakFound.self) { try writer.leakScan(set) }
    #expect(error?.report.leakCount == 2)
    #expect(error?.report.leaks.first?.offset == -1)
  }

  @Test func `finds a value that lies across two windows`() throws {
    let outside = try Outside()
    let set = try Self.set(outside, [Self.values[3]])
    for shift in [-20, -9, -1, 0, 1, 9] {
      var page = [UInt8](repeating: 0x2E, count: 5 << 18)
      let place = (1 << 20) + shift
      page.replaceSubrange(place..<place + 18, with: Self.values[3].utf8)
      let writer = try outside.writer()
      try writer.file("big.bin", page, outside.portal)
      let error = #expect(throws: LeakFound.self) { try writer.leakScan(set) }
      #expect(error?.report.leaks.first?.offset == place)
      try writer.abandon()
    }
  }

  @Test func `lists values that also stand in open sources, and fails the others`() throws {
    let outside = try Outside()
    let set = try Self.set(outside, Self.values)
    let open = try outside.folder.file("open.csv")
    try Files.write(Array("id\n\(Self.values[1])\n\(Self.values[2])\n".utf8), to: open)
    let writer = try outside.writer()
    try outside.fill(writer, marker: "one")
    try writer.file("a.txt", Array("\(Self.values[1]) \(Self.values[2])".utf8), outside.portal)
    let report = try writer.leakScan(set, open: [.file(try HeldFile(path: open))])
    #expect(report.alsoOpen.values.reduce(0, +) == 2)
    #expect(report.leakCount == 0)
    try writer.file("b.txt", Array(Self.values[3].utf8), outside.portal)
    #expect(throws: LeakFound.self) { try writer.leakScan(set, open: [.file(try HeldFile(path: open))]) }
  }

  @Test func `leaves text alone that stands for several units or is short`() throws {
    let outside = try Outside()
    let set = try Self.set(outside, ["浙江省杭州市", "浙江省杭州市", "一处独有的地址", "short"], kind: .text)
    let writer = try outside.writer()
    try writer.file("a.txt", Array("浙江省杭州市, short".utf8), outside.portal)
    #expect(try writer.leakScan(set).leakCount == 0)
    try writer.file("b.txt", Array("在一处独有的地址旁".utf8), outside.portal)
    #expect(throws: LeakFound.self) { try writer.leakScan(set) }
  }

  @Test func `does not take a few short numbers for leaks, but a column of them`() throws {
    let outside = try Outside()
    let set = try Self.set(outside, (0..<2_000).map { String(125_000 + $0 * 37) })
    let page = (0..<400).map { "<td>\(100_003 + $0 * 991)</td>" }.joined()
    let writer = try outside.writer()
    try writer.file("a.html", Array(page.utf8), outside.portal)
    let report = try writer.leakScan(set)
    #expect(report.leakCount == 0)
    #expect(!report.byChance.isEmpty)
    try writer.file(
      "b.html", Array((0..<400).map { "<td>\(125_000 + $0 * 37)</td>" }.joined().utf8), outside.portal)
    #expect(throws: LeakFound.self) { try writer.leakScan(set) }
  }

  @Test(arguments: [
    ("see 125037.", 1), ("（125037）", 1), ("１２５０３７", 1), ("MTI1MDM3", 1), ("313235303337", 1),
    ("1250370, 0.125037, x125037, 125 037, 125038", 0), ("201612", 0),
  ]) func `takes a short number of somebody for a leak where people wrote it`(text: String, leaks: Int) throws
  {
    let outside = try Outside()
    let set = try Self.set(
      outside, (0..<2_000).map { String(125_000 + $0 * 37) } + ["201612"], capacity: 5_000)
    let writer = try outside.writer()
    try writer.file(
      "a.html", Array((0..<400).map { "<td>\(100_003 + $0 * 991)</td>" }.joined().utf8), outside.portal)
    let authored = [AuthoredText(place: "Catalog/a, title", text: text)]
    do {
      #expect(try writer.leakScan(set, authored: authored).leakCount == leaks)
    } catch {
      let found = try #require(error as? LeakFound)
      #expect(found.report.leakCount == leaks, "\(found)")
      #expect(found.report.leaks.first?.part == "Catalog/a, title")
    }
    try writer.abandon()
  }

  @Test func `exempts what stands in a label, but for somebody's number and a name among other words`() throws
  {
    let outside = try Outside()
    let set = SecretSet(work: outside.folder.path)
    let (text, person) = (
      set.register(SecretField(dataset: "d", resource: "r", field: "address", kind: .text)),
      set.register(SecretField(dataset: "d", resource: "r", field: "name", kind: .identifier))
    )
    try set.add("浙江省杭州市西湖区", field: text, unit: 1)
    for (unit, value) in ["欧阳锋清", "长安和平", Self.values[0]].enumerated() {
      try set.add(value, field: person, unit: UInt64(unit))
    }
    let labels = "浙江省杭州市西湖区文新街道\n长安和平\n联系人欧阳锋清\n编号 \(Self.values[0])"
    let writer = try outside.writer()
    try writer.file("a.html", Array(labels.utf8), outside.portal)
    let found = #expect(throws: LeakFound.self) {
      try writer.leakScan(set, open: [.labels(Array(labels.utf8))])
    }
    #expect(found?.report.leakCount == 2)
    #expect(found?.report.alsoOpen.values.reduce(0, +) == 2)
    try writer.abandon()
  }

  @Test func `excuses a few values that stand in a list of codes, and no register`() throws {
    let outside = try Outside()
    func report(
      _ count: Int, _ reach: OpenSource.Reach, _ kind: SecretField.Kind = .identifier
    ) throws -> Int {
      let set = SecretSet(work: outside.path)
      let field = set.register(SecretField(dataset: "d", resource: "r", field: "person", kind: kind))
      for unit in 0..<600 { try set.add("R\(7_000_000 + unit * 7919)", field: field, unit: UInt64(unit)) }
      let codes = Array((0..<count).map { "R\(7_000_000 + $0 * 7919)\n" }.joined().utf8)
      let writer = try outside.writer()
      defer { try? writer.abandon() }
      try writer.file("a.html", codes, outside.portal)
      do {
        return try writer.leakScan(set, open: [.words(codes, reach)]).leakCount
      } catch let found as LeakFound { return found.report.leakCount }
    }
    #expect(try report(15, .few) == 0)
    #expect(try report(50, .few) == 50)
    #expect(try report(600, .few) == 600)
    #expect(try report(600, .dataset("d"), .text) == 0, "its own codes, which were agreed to with it")
    #expect(try report(600, .dataset("other"), .text) == 600)
    // Codes that identify somebody excuse nothing, be they its own.
    #expect(try report(600, .dataset("d")) == 600)
    #expect(try report(15, .codes) == 15 && report(15, .codes, .text) == 0)
  }

  @Test func `lets what is open for the first time excuse its own parts, and no other`() throws {
    let outside = try Outside()
    let set = try Self.set(outside, Self.values)
    let open = try outside.folder.file("open.csv")
    try Files.write(Array("id\n\(Self.values[1])\n".utf8), to: open)
    let own = [OpenSource.file(try HeldFile(path: open), of: "airports")]
    let writer = try outside.writer()
    try outside.fill(writer, marker: "one")
    let rows = outside.clearance("airports", .rows)
    try writer.file("data/airports/more.csv", Array(Self.values[1].utf8), rows)
    #expect(try writer.leakScan(set, open: own).leakCount == 0)
    try writer.file("a.txt", Array("see \(Self.values[1])".utf8), outside.portal)
    #expect(throws: LeakFound.self) { try writer.leakScan(set, open: own) }
    #expect(throws: LeakFound.self) {
      try writer.leakScan(set, open: own, authored: [AuthoredText(place: "x", text: Self.values[1])])
    }
  }

  @Test func `takes no digest in an open table for a public value`() throws {
    let outside = try Outside()
    let value = Array("R7000000".utf8)
    for (text, leaks) in [
      (Hex.encode(Digest.sha256(value)), 1), (Base64.encodeURL(value), 1), ("R7000000", 0),
      ("R7000000,\(Hex.encode(Digest.sha256(value)))", 0),
    ] {
      let set = SecretSet(work: outside.path)
      let field = set.register(SecretField(dataset: "d", resource: "r", field: "person", kind: .identifier))
      try set.add("R7000000", field: field, unit: 1)
      try Files.makeDirectory(outside.path)
      let open = outside.path + "/open.csv"
      try Files.write(Array("code\n\(text)\n".utf8), to: open)
      let writer = try outside.writer()
      defer { try? writer.abandon() }
      try writer.file("open.html", try Files.read(open), outside.portal)
      do {
        #expect(
          try writer.leakScan(set, open: [.file(try HeldFile(path: open))]).leakCount == leaks, "\(text)")
      } catch let found as LeakFound { #expect(found.report.leakCount == leaks, "\(text)") }
    }
  }

  @Test func `refuses what it cannot open`() throws {
    let outside = try Outside()
    let set = try Self.set(outside, Self.values)
    let writer = try outside.writer()
    try writer.file("torn.gz", Array(Gzip.compress(Array(Self.values[0].utf8)).dropLast(4)), outside.portal)
    #expect(throws: CrossingError(.altered, "site/torn.gz", "")) { try writer.leakScan(set) }
  }

  @Test func `refuses a Parquet file whose pages it cannot unpack`() throws {
    let outside = try Outside()
    let set = try Self.set(outside, Self.values)
    for (name, bytes) in [
      ("short.parquet", Array("PAR1PAR1".utf8)),
      ("none.parquet", Array("PAR1".utf8) + [1, 2, 3, 4, 0, 0, 0, 0]),
      // A page of two bytes that says it becomes nine, but is no gzip: field 1 (type), 2 and 3 (sizes), stop.
      (
        "other.parquet",
        Array("PAR1".utf8) + [0x15, 0x00, 0x15, 0x12, 0x15, 0x04, 0x00, 0x41, 0x42, 0x00, 0x00, 0x00, 0x00]
          + Array("PAR1".utf8)
      ),
    ] {
      let writer = try outside.writer()
      try writer.file(name, bytes, outside.portal)
      #expect(throws: CrossingError(.altered, "site/\(name)", "")) { try writer.leakScan(set) }
      try writer.abandon()
    }
  }
}
