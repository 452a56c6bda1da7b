import Bytes
import Support
import System
import Testing
import Trust

@testable import Releases

/// A release made by hand, without Crossing: for what the reading side must see and refuse.
struct HandMade {
  let folder: TemporaryFolder
  let key: SigningKey
  static let time = Timestamp(secondsSince1970: 1_790_000_000)

  init() throws {
    folder = try TemporaryFolder()
    key = try SigningKey.generate()
  }

  static let fields = [
    RowField(name: "id", type: .integer), RowField(name: "name", type: .string),
    RowField(name: "kind", type: .string, indexed: true), RowField(name: "income", type: .number),
    RowField(name: "open", type: .boolean), RowField(name: "since", type: .date),
    RowField(name: "order", type: .integer), RowField(name: "a.b", type: .string),
  ]

  static let rows: [[RowValue]] = [
    [
      .integer(1), .text("北京, \"首都\""), .text("city"), .number("12.50"), .boolean(true), .text("2001-02-03"),
      .integer(9), .text("x"),
    ],
    [
      .integer(2), .text("上海"), .text("city"), .number("12345678901234567.25"), .boolean(false),
      .text("1999-12-31"), .integer(8), .text("y"),
    ],
    [.integer(3), .text("Hangzhou"), .text("town"), .null, .null, .null, .integer(7), .text("x")],
    [
      .integer(9_007_199_254_740_993), .text("100%_[x]*"), .text("town"), .number("-0.1"), .boolean(true),
      .text("2020-02-29"), .null, .null,
    ],
  ]

  static let result: StoredResult? = try? StoredResult(
    dataset: "residents", result: "income", title: "Income",
    dimensions: [
      .init(
        name: "division", title: "Division", role: "identifying",
        codes: [
          .init(code: "3301", label: "杭州", parent: nil), .init(code: "3302", label: "宁波", parent: nil),
          .init(code: "a,b", label: "odd", parent: nil),
        ]),
      .init(
        name: "sex", title: "Sex", role: "identifying",
        codes: [.init(code: "f", label: "female", parent: nil), .init(code: "m", label: "male", parent: nil)]),
    ],
    columns: [
      .init(name: "count", title: "Persons", unit: nil, sd: "2.02"),
      .init(name: "income.mean", title: "Mean", unit: "CNY", sd: nil),
    ],
    tables: [
      (
        ["division"],
        [
          .init(codes: ["3301"], values: ["120", "41000.5"]), .init(codes: ["3302"], values: [nil, nil]),
          .init(codes: ["a,b"], values: ["55", nil]),
        ]
      ),
      (
        ["division", "sex"],
        [
          .init(codes: ["3301", "f"], values: ["61", "40000"]),
          .init(codes: ["3301", "m"], values: ["58", "42000"]),
          .init(codes: ["3302", "f"], values: [nil, nil]),
          .init(codes: ["3302", "m"], values: ["11", "39000"]),
        ]
      ),
    ], protection: ["profile": "strict"], note: Text([("zh", "已加噪声"), ("en", "Noise was added")]))

  static func entry(
    _ dataset: String, _ language: String, _ title: String, _ description: String = "",
    keywords: [String] = [],
    theme: String = "t"
  ) -> CatalogueEntry {
    CatalogueEntry(
      dataset: dataset, language: language, title: title, description: description, keywords: keywords,
      organization: "caa", themes: [theme], level: "L1", openness: "unconditional", formats: ["csv", "json"],
      modified: time, json: ["id": JSON(dataset), "title": JSON(title)])
  }

  static let entries = [
    entry("airports", "zh", "中国民用机场名录", "全国民用运输机场及其跑道", keywords: ["交通", "航空"], theme: "transport"),
    entry(
      "airports", "en", "Civil airports of China", "Airports and their runways", keywords: ["transport"],
      theme: "transport"),
    entry("population", "zh", "常住人口统计", "按行政区划的人口", keywords: ["人口"]),
    entry("population", "en", "Resident population", "Cities and counties", keywords: ["people"]),
    entry("weather", "zh", "天气观测", "机场气象站逐小时观测"),
    entry("weather", "en", "Weather observations", "Hourly, naïve café"),
  ]

  /// Writes the release and points `current` at it.
  @discardableResult
  func write(_ number: Int = 1, entries: [CatalogueEntry] = HandMade.entries) throws -> String {
    let release = try folder.file("releases/\(number)/MANIFEST.json").dropLast("/MANIFEST.json".count)
    let top = String(release)
    for name in ["rows", "results", "site/data/airports"] { try Files.makeDirectory("\(top)/\(name)") }
    let builder = try RowsFile.Builder(path: "\(top)/rows/airports.main.sqlite", fields: HandMade.fields)
    try builder.append(rows: HandMade.rows)
    try builder.finish()
    try CatalogueFile.write(entries, to: "\(top)/catalogue.sqlite")
    let settings = Settings(
      title: "Portal", languages: ["zh", "en"], baseURL: "https://data.example", manager: "Office",
      people: [.init(id: "li", name: "Li", organization: "o", roles: ["approver"], key: nil)],
      purposes: [.init(id: "research", title: "Research")], quotas: .init(callsPerDay: 9, callsPerMinute: 2),
      lifetimes: .init(certificateDays: 1, keyDays: 2, grantDays: 3),
      results: [
        .init(
          dataset: "residents", result: "income", kind: .statistic, level: "L3", needsSecondPerson: true,
          provider: "P", providerPerson: "zhang", title: "Income", profile: "strict")
      ], policyHash: "p")
    try Files.write(settings.json.canonical(), to: "\(top)/settings.json")
    let result = try #require(HandMade.result)
    try Files.write(result.json.serialized(), to: "\(top)/results/residents.income.json")
    try Files.write(result.cells.bytes, to: "\(top)/results/residents.income.cells")
    try Files.write(Array("id\r\n1\r\n".utf8), to: "\(top)/site/data/airports/main.csv")
    var parts: [Part] = []
    for (path, kind, dataset) in [
      ("rows/airports.main.sqlite", Part.Kind.rows, "airports"), ("catalogue.sqlite", .catalogue, nil),
      ("settings.json", .settings, nil), ("results/residents.income.json", .result, "residents"),
      ("results/residents.income.cells", .result, "residents"),
      ("site/data/airports/main.csv", .site, "airports"),
    ] as [(String, Part.Kind, String?)] {
      let (bytes, hash) = try PartFile.hash("\(top)/\(path)")
      parts.append(Part(path: path, bytes: bytes, sha256: hash, kind: kind, dataset: dataset))
    }
    let manifest = try Manifest(
      release: number, created: HandMade.time, parts: parts, decisions: nil, policyHash: "p",
      catalogueHash: "c",
      key: key)
    try Files.write(manifest.encoded(), to: "\(top)/MANIFEST.json")
    try Files.replaceSymlink(at: "\(folder.path)/current", target: "releases/\(number)")
    return top
  }

  func open() throws -> Release {
    _ = try write()
    return try opened(key.publicKey)
  }

  /// What was written, as it lies there now.
  func opened(_ key: VerifyingKey) throws(ReleaseError) -> Release {
    let outside: Folder
    do { outside = try Folder(folder.path) } catch {
      throw ReleaseError(.storage, part: folder.path, detail: error.message)
    }
    return try Release("releases/1", in: outside, key: key)
  }
}

@Suite struct `A store of releases` {
  @Test func `has nothing where nothing was published, not even a folder`() throws {
    let path = try TemporaryFolder().path + "/outside"
    let store = try ReleaseStore(folder: path, key: SigningKey.generate().publicKey)
    #expect(try store.served() == nil && store.numbers().isEmpty && store.withdrawals().entries.isEmpty)
    #expect(throws: ReleaseError(.missing, part: "current", detail: "")) { try store.current() }
    #expect(throws: ReleaseError(.missing, part: "keys/release.pub", detail: "")) {
      try ReleaseStore(folder: path)
    }
    #expect(!Files.exists(path))
  }
}

@Suite struct `A release` {
  @Test func `opens, and gives back what was stored`() throws {
    let made = try HandMade()
    let release = try made.open()
    try release.verifyParts()
    #expect(release.settings.result("residents", "income")?.provider == "P")
    #expect(try Settings(json: release.settings.json) == release.settings)
    #expect(try release.datasets() == ["airports", "population", "weather"])
    #expect(try release.dataset("airports", language: "en")?["title"]?.string == "Civil airports of China")
    #expect(try release.dataset("airports", language: "fr") != nil)
    #expect(try release.dataset("nothing", language: "en") == nil)
    #expect(release.resources(of: "airports") == ["main"])
    #expect(try release.resource("airports")?.rowCount == 4)
    #expect(try release.resource("airports", "other") == nil)
    #expect(try release.resource("residents") == nil)
    #expect(try release.result("residents", "income")?.cellCount == 9)
    #expect(try release.result("residents", "other") == nil)
  }

  @Test(arguments: [
    "rows/airports.main.sqlite", "catalogue.sqlite", "settings.json", "results/residents.income.json",
    "results/residents.income.cells", "site/data/airports/main.csv", "MANIFEST.json",
  ])
  func `names any part in which one byte is changed, and answers nothing from it`(part: String) throws {
    let made = try HandMade()
    let top = try made.write()
    let path = "\(top)/\(part)"
    let whole = try Files.read(path)
    var random = SeededRandom(7)
    for _ in 0..<40 {
      var bytes = whole
      let place = Int.random(in: 0..<bytes.count, using: &random)
      bytes[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
      try Files.write(bytes, to: path)
      do {
        let release = try made.opened(made.key.publicKey)
        #expect(release.faults().first?.part == part, "byte \(place)")
        if part.hasPrefix("rows") { #expect(throws: ReleaseError.self) { try release.resource("airports") } }
        if part.hasPrefix("results") {
          #expect(throws: ReleaseError.self) { try release.result("residents", "income") }
        }
      } catch {
        #expect(error.part == part, "byte \(place): \(error.message)")
      }
    }
    for length in [0, 1, whole.count / 2, whole.count - 1] {
      try Files.write(Array(whole[..<length]), to: path)
      let faults = (try? made.opened(made.key.publicKey))?.faults()
      #expect(faults == nil || faults?.first?.part == part)
    }
  }

  @Test func `is refused when another key signed it, or a file lies in it that is not listed`() throws {
    let made = try HandMade()
    let top = try made.write()
    let other = try SigningKey.generate().publicKey
    #expect(throws: ReleaseError(.signature, part: "MANIFEST.json", detail: "")) {
      try made.opened(other)
    }
    try Files.write([1], to: "\(top)/site/extra.html")
    let release = try made.opened(made.key.publicKey)
    #expect(release.faults() == [ReleaseError(.altered, part: "site/extra.html", detail: "")])
  }

  @Test func `keeps its signature when a dataset leaves, and only that dataset can leave`() throws {
    let made = try HandMade()
    let top = try made.write()
    let bytes = try Files.read("\(top)/MANIFEST.json")
    var manifest = try Manifest(parsing: bytes)
    let gone = try manifest.punch(dataset: "airports")
    #expect(gone.count == 2)
    try manifest.verify(key: made.key.publicKey)
    let again = try Manifest(parsing: manifest.encoded())
    try again.verify(key: made.key.publicKey)
    #expect(again.entries.count == 6)
    #expect(again.parts.count == 4)
    // A hole that is said to be another dataset's is not the list that was signed.
    let text = String(decoding: try manifest.encoded(), as: UTF8.self)
    let forged = text.replacing(
      "\"dataset\":\"airports\",\"hole\"", with: "\"dataset\":\"residents\",\"hole\"")
    #expect(forged != text)
    #expect(throws: ReleaseError(.signature, part: "MANIFEST.json", detail: "")) {
      try Manifest(parsing: Array(forged.utf8)).verify(key: made.key.publicKey)
    }
  }
}

@Suite struct `The release store` {
  @Test
  func
    `follows the link, keeps the old release when the new one is bad, and finds the newest without a link`()
    throws
  {
    let made = try HandMade()
    try made.write(1)
    let store = try ReleaseStore(folder: made.folder.path, key: made.key.publicKey)
    #expect(try store.current().number == 1)
    let second = try made.write(2)
    #expect(try store.current().number == 2)
    try Files.write([0x7B], to: "\(second)/MANIFEST.json")
    #expect(try store.current().number == 2)  // already open
    try made.write(3)
    try Files.write([0x7B], to: "\(made.folder.path)/releases/3/MANIFEST.json")
    #expect(try store.current().number == 2)
    #expect(store.failure?.part == "MANIFEST.json")
    #expect(try store.release(1).number == 1)
    #expect(throws: ReleaseError.self) { try store.release(9) }
    try made.write(4)
    try Files.remove("\(made.folder.path)/current")
    #expect(try ReleaseStore(folder: made.folder.path, key: made.key.publicKey).current().number == 4)
  }

  @Test func `reads the key that crossed by its own step, and says when it is missing`() throws {
    let made = try HandMade()
    try made.write()
    #expect(throws: ReleaseError(.missing, part: "keys/release.pub", detail: "")) {
      try ReleaseStore(folder: made.folder.path)
    }
    try Files.write(made.key.publicKey.pem, to: made.folder.file("keys/release.pub"))
    #expect(try ReleaseStore(folder: made.folder.path).current().number == 1)
  }

  @Test func `takes a withdrawal into account at once, and never forgets one`() throws {
    let made = try HandMade()
    try made.write(2)
    let store = try ReleaseStore(folder: made.folder.path, key: made.key.publicKey)
    #expect(!store.isWithdrawn("airports"))
    var list = Withdrawals()
    try list.append(.init("airports", through: 2, time: HandMade.time, reason: "wrong level"), key: made.key)
    let path = "\(made.folder.path)/withdrawn"
    try Files.write(list.encoded(), to: path)
    #expect(store.isWithdrawn("airports"))
    #expect(!store.isWithdrawn("airports", release: 3))
    #expect(!store.isWithdrawn("population"))
    let one = list.encoded()
    try list.append(.init("weather", through: nil, time: HandMade.time, reason: "gone"), key: made.key)
    try Files.write(list.encoded(), to: path)
    #expect(store.isWithdrawn("weather", release: 99))
    // Shortened, removed, or signed by somebody else: everything is withheld rather than something shown.
    try Files.write(one, to: path)
    #expect(throws: ReleaseError(.rolledBack, part: "withdrawn", detail: "")) { try store.withdrawals() }
    #expect(store.isWithdrawn("population"))
    try Files.remove(path)
    #expect(throws: ReleaseError(.rolledBack, part: "withdrawn", detail: "")) { try store.withdrawals() }
    var forged = Withdrawals()
    try forged.append(
      .init("airports", through: nil, time: HandMade.time, reason: "x"), key: SigningKey.generate())
    try Files.write(forged.encoded(), to: path)
    #expect(throws: ReleaseError(.signature, part: "withdrawn", detail: "")) { try store.withdrawals() }
    try Files.write(list.encoded(), to: path)
    #expect(!store.isWithdrawn("population"))
  }

  @Test func `refuses a list of withdrawals from which a line was taken`() throws {
    let key = try SigningKey.generate()
    var list = Withdrawals()
    for name in ["a", "b", "c"] {
      try list.append(.init(name, through: nil, time: HandMade.time, reason: "r"), key: key)
    }
    let lines = String(decoding: list.encoded(), as: UTF8.self).split(separator: "\n")
    for kept in [[0, 2], [1, 2], [1, 0, 2], [0, 0, 1]] {
      let text = kept.map { lines[$0] + "\n" }.joined()
      #expect(throws: ReleaseError.self) { try Withdrawals(parsing: Array(text.utf8), key: key.publicKey) }
    }
    #expect(throws: ReleaseError.self) {
      try Withdrawals(parsing: Array(list.encoded().dropLast()), key: key.publicKey)
    }
  }
}
