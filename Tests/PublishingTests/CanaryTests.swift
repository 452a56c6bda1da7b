import Bytes
import Catalogs
import Crossing
import Releases
import Support
import Tables
import Testing
import Trust

@testable import Policies
@testable import Publishing

/// A restricted register of a thousand invented persons, and where its values are planted.
struct Canaries {
  /// Resident ID (GB 11643, with its check digit), mobile number, six-digit number of the register, and name.
  struct Person {
    let id: String, mobile: String, number: String, name: String
    var values: [String] { [id, mobile, number, name] }
  }

  static let persons: [Person] = {
    var random = SeededRandom(20_261_121)
    let (surnames, given) = (Array("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"), Array("澜昉璟瑄骁翊霁珩璐婧晟淼烨祺芃"))
    var numbers: Set<Int> = []
    return (0..<1_000).map { place in
      let day = "19\(50 + Int.random(in: 0..<50, using: &random))0\(1 + place % 9)1\(place % 10)"
      let body = "110101\(day)\(100 + Int.random(in: 0..<899, using: &random))"
      var number = 0
      repeat {
        number = Int.random(in: 300_000..<1_000_000, using: &random)
      } while !numbers.insert(number).inserted
      let name = [surnames[place % 16], given[place / 16 % 15], given[place / 240 % 15]]
      return Person(
        id: body + checkDigit(body),
        mobile: "1\([38, 59, 77][place % 3])\(Int.random(in: 10_000_000...99_999_999, using: &random))",
        number: String(number), name: String(name))
    }
  }()

  /// Weights 2^(17−i) mod 11 (GB 11643).
  private static func checkDigit(_ body: String) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    let sum = zip(body.utf8, weights).reduce(0) { $0 + (Int($1.0) - 48) * $1.1 }
    return ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum % 11]
  }

  static let fields = """
    {name: "id_no", type: "string", role: "identifier"}, {name: "mobile", type: "string"},
    {name: "number", type: "string", role: "identifier"}, {name: "name", type: "string", role: "identifier"}
    """

  static func portal() throws -> GatePortal {
    let place = try GatePortal()
    let rows = persons.map { $0.values.joined(separator: ",") }.joined(separator: "\n")
    try place.add(
      "register", level: "L3", basis: true, fields: fields, table: "id_no,mobile,number,name\n\(rows)\n",
      more: """
        subject: ["id_no"],
        dimensions: [{name: "kind", title: "DIMENSION", role: "identifying", from: "mobile", prefix: 2,
          codes: [{code: "13", label: "CODE"}, {code: "15", label: "15"}, {code: "17", label: "17"}]}],
        """)
    return place
  }

  /// Where a custodian may write too much: a file, what stands there, and what it becomes around the planted words.
  static let places: [(name: String, file: String, old: String, new: @Sendable (String) -> String)] = {
    let (open, catalog) = ("Catalog/bike-counts/dataset.json5", "Catalog/catalog.json5")
    return [
      ("description", open, "Daily bicycles at", { "Daily bicycles (\($0)) at" }),
      ("title", open, "Bicycle counts (example)", { "Bicycle counts \($0)" }),
      ("keywords", open, "en: \"bicycle\"", { "en: \"bicycle \($0)\"" }),
      ("counts.title", open, "Daily counts", { "Daily counts \($0)" }),
      ("bicycles", open, "en: \"Bicycles\"", { "en: \"Bicycles \($0)\"" }),
      ("bicycles", open, "Bicycles that passed", { "\($0) bicycles that passed" }),
      ("origin", open, "synthetic: true, ", { "origin: \"\($0)\", synthetic: true, " }),
      ("catalog.json5, title", catalog, "Example open data portal", { "Portal \($0)" }),
      ("catalog.json5, description", catalog, "A new open data portal", { "\($0) portal" }),
      ("themes.transport", catalog, "en: \"Transport\"", { "en: \"Transport \($0)\"" }),
      (
        "the code list points", catalog, "codeLists: {}",
        { "codeLists: {points: {title: \"p\", codes: [{code: \"n\", label: \"\($0)\"}]}}" }
      ),
      ("dimensions.kind", "Catalog/register/dataset.json5", "DIMENSION", { $0 }),
      ("dimensions.kind.13", "Catalog/register/dataset.json5", "CODE", { $0 }),
      (
        "register/dataset.json5, title", "Catalog/register/dataset.json5", "title: \"register\"",
        { "title: \"\($0)\"" }
      ),
    ]
  }()
}

@Suite struct `A restricted value that was planted` {
  /// Plants words, publishes, and puts the file back.
  private func leak(
    in place: GatePortal, file: String, _ old: String, _ new: String
  ) throws -> LeakFound? {
    let before = try place.folder.read(file)
    defer { _ = try? place.folder.write(String(decoding: before, as: UTF8.self), to: file) }
    try place.change(file, old, new)
    do {
      do { try place.publish() } catch is Rejection {
        // Two people who agree to other words of a restricted set do not let its values out either.
        try place.approve(Files.name(of: Files.parent(of: file)))
        try place.publish()
      }
      return nil
    } catch let found as LeakFound {
      return found
    }
  }

  @Test func `anywhere a custodian writes stops the release, and both places are named: a thousand values`()
    throws
  {
    let place = try Canaries.portal()
    try place.publish()
    // Four values of each person in turn, spread over the places; each is planted once.
    var values = Canaries.persons.indices.map { Canaries.persons[$0].values[$0 % 4] }[...]
    let share = values.count / Canaries.places.count + 1
    for (name, file, old, new) in Canaries.places {
      let planted = Array(values.prefix(share))
      values = values.dropFirst(share)
      let found = try #require(
        try leak(in: place, file: file, old, new(planted.joined(separator: " · "))), "\(name) was published")
      let report = found.report
      #expect(report.leakCount == planted.count, "\(name)")
      #expect(report.leaks.allSatisfy { $0.description.contains("register/rows, field") }, "\(name)")
      #expect(report.leaks.contains { $0.part.contains(name) }, "\(name): \(report.leaks.prefix(3))")
      let told = found.message
      #expect(!planted.contains { told.contains($0) }, "\(name): the values themselves are not told")
    }
    #expect(values.isEmpty)
    #expect(try ReleaseStore(folder: place.portal.outside).current().number == 1)
    // Nothing of it is left: as it was, there is nothing to publish.
    #expect(try place.publish().outcome == .unchanged)
  }

  @Test func `alone is enough, also a number of six digits`() throws {
    let place = try Canaries.portal()
    for value in Canaries.persons[17].values {
      let report = try leak(
        in: place, file: "Catalog/bike-counts/dataset.json5", "Daily bicycles at",
        "Daily bicycles, see \(value), at")
      #expect(report?.report.leakCount == 1, "\(value)")
    }
    // Part of a longer number, a date and a round figure are nobody's number.
    let number = Canaries.persons[17].number
    try place.change(
      "Catalog/bike-counts/dataset.json5", "Daily bicycles at",
      "Daily bicycles (1\(number)5, 2026-11-21, 100000) at")
    #expect(try place.publish().outcome == .published)
  }

  @Test func `in the name of a file or the theme stops the release`() throws {
    let place = try Canaries.portal()
    let person = Canaries.persons[3]
    let report = try leak(
      in: place, file: "Catalog/bike-counts/dataset.json5", "name: \"counts\"",
      "name: \"counts-\(person.number)\"")
    #expect(report?.report.leaks.contains { $0.part.contains("counts-\(person.number)") } == true)
    try place.folder.write("/* \(person.id) \(person.name) */", to: "Public/levels.css")
    #expect(try place.objections { try place.publish() }.map(\.dataset) == ["theme"])
    try place.approve("theme")
    let theme = #expect(throws: LeakFound.self) { try place.publish() }
    #expect(theme?.report.leakCount == 2)
    #expect(theme?.report.leaks.allSatisfy { $0.part.contains("assets/levels.css") } == true)
  }

  /// How somebody may dress a value.
  static let dresses: [(String, @Sendable (String) -> String)] = [
    ("spaces", { "\($0.prefix(3)) \($0.dropFirst(3).prefix(4)) \($0.dropFirst(7))" }),
    ("hyphens", { "\($0.prefix(6))-\($0.dropFirst(6))" }),
    (
      "full width",
      { String(String.UnicodeScalarView($0.unicodeScalars.compactMap { Unicode.Scalar($0.value + 0xFEE0) })) }
    ),
    ("hex", { Hex.encode(Array($0.utf8)) }), ("base64", { Base64.encode(Array($0.utf8)) }),
    ("base64url", { Base64.encodeURL(Array($0.utf8)) }),
    ("base64 of a longer text", { Base64.encode(Array("no: \($0), yes".utf8)) }),
    ("MD5", { Hex.encode(Digest.md5(Array($0.utf8))) }),
    ("SHA-1", { Hex.encode(Digest.sha1(Array($0.utf8))).uppercased() }),
    ("SHA-256", { Base64.encode(Digest.sha256(Array($0.utf8))) }),
    ("SM3", { Hex.encode(Digest.sm3(Array($0.utf8))) }),
  ]

  @Test(arguments: dresses.map(\.0)) func `in another dress stops the release`(dress: String) throws {
    let wear = try #require(Self.dresses.first { $0.0 == dress }?.1)
    let place = try Canaries.portal()
    let planted = Canaries.persons.prefix(40).flatMap { [$0.id, $0.mobile] }
    let report = try leak(
      in: place, file: "Catalog/bike-counts/dataset.json5", "Daily bicycles at",
      "Daily bicycles \(planted.map(wear).joined(separator: " | ")) at")
    #expect(report?.report.leakCount == planted.count)
  }

  @Test(arguments: Opening.formats)
  func `in a table stops the release in every format of it`(format: TableFormat) throws {
    let folder = try TemporaryFolder()
    let rows = Canaries.persons.enumerated().map { "note \($0) of \($1.id) end,\($1.mobile)" }
    try folder.write("note,phone\n" + rows.joined(separator: "\n") + "\n", to: "notes.csv")
    let schema = Schema(fields: [Field(name: "note"), Field(name: "phone")])
    let written = "\(folder.path)/notes.\(format.fileExtension)"
    let table = try makeWriter(format, to: .file(written))
    try table.begin(schema)
    _ = try TableCheck.run(TableSource(path: folder.path + "/notes.csv"), schema: schema) { batch, columns in
      try table.write(batch, columns)
    }
    try table.finish()
    let (outside, key) = (folder.path + "/outside", try SigningKey.generate())
    try Files.makeDirectory(outside)
    let secrets = SecretSet(work: folder.path)
    let field = secrets.register(SecretField(dataset: "d", resource: "r", field: "f", kind: .identifier))
    for (unit, person) in Canaries.persons.enumerated() {
      for value in [person.id, person.mobile] { try secrets.add(value, field: field, unit: UInt64(unit)) }
    }
    for isPacked in [false, true] {
      let file = isPacked ? written + ".gz" : written
      if isPacked { try Files.write(Gzip.compress(try Files.read(written)), to: file) }
      let writer = try ReleaseWriter(outside: outside, work: folder.path + "/work", key: key, created: .now())
      let clearance = Clearance(dataset: "notes", scope: .rows, level: "L1", policyHash: "p")
      try writer.file("data/notes/\(Files.name(of: file))", from: file, clearance)
      let found = #expect(throws: LeakFound.self) { try writer.leakScan(secrets) }
      #expect(found?.report.leakCount == 2_000, "\(file)")
      try writer.abandon()
    }
  }
}
