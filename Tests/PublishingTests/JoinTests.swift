import Bytes
import Catalogs
import Disclosure
import Policies
import Releases
import Results
import Support
import Testing
import Trust

@testable import Publishing

@Suite struct `A derived dataset` {
  /// Two thousand persons in a register, of whom all but some have a visit: two rows for every tenth.
  static func portal(
    without absent: Set<Int> = Set(0..<100), level: String = "L3", source: String = "L3", strangers: Int = 0
  ) throws -> GatePortal {
    let place = try GatePortal()
    let persons = 0..<2000
    try place.add(
      "persons", level: "L3", basis: true,
      fields: """
        {name: "id", type: "string", role: "identifier", constraints: {required: true}},
        {name: "area", type: "string", constraints: {required: true, enum: ["north", "south"]}},
        {name: "income", type: "integer", constraints: {required: true}}
        """,
      table: "id,area,income\n"
        + persons.map { "P\(100_000 + $0),\($0 % 2 == 0 ? "north" : "south"),\(1000 + $0 * 37 % 50_000)\n" }
        .joined(),
      more: """
        subject: ["id"], dimensions: [{name: "area", role: "identifying"}],
        results: [{name: "areas", kind: "statistic", title: "Areas", profile: "strict", tables: [["area"]]}],
        """)
    try place.add(
      "visits", level: source, basis: true,
      fields: """
        {name: "id", type: "string", role: "identifier", constraints: {required: true}},
        {name: "ward", type: "string", constraints: {required: true, enum: ["a", "b"]}},
        {name: "remark", type: "string"}
        """,
      table: "id,ward,remark\n"
        + (persons.filter { !absent.contains($0) } + (2000..<2000 + strangers)).map { person in
          (0..<(person % 10 == 0 ? 2 : 1)).map {
            "P\(100_000 + person),\((person / 2 + $0) % 2 == 0 ? "a" : "b"),REMARK-\(person * 7919 + $0)\n"
          }
          .joined()
        }.joined(),
      more: """
        keyFamily: "persons", subject: ["id"], dimensions: [{name: "ward", role: "response"}],
        """)
    try place.folder.write(
      """
      {
        name: "visitors", title: "Visitors", description: "Joined", keywords: ["test"], themes: ["population"],
        provider: { organization: "data-bureau", person: "lin-hai" }, temporal: "2026/2026",
        updateFrequency: "annual",
        classification: { level: "\(level)"\(level == "L1" ? "" : ", legalBasis: \"A law\"") },
        derive: { left: "persons", right: "visits" },
        results: [{
          name: "income", kind: "statistic", title: "Income", profile: "strict",
          measures: [{field: "income", perUnit: "last", bounds: [0, 100000], statistics: ["mean"]}],
          tables: [[], ["area"], ["ward"]],
        }],
      }
      """, to: "Catalog/visitors/dataset.json5")
    return place
  }

  @Test func `is published as statistics of both sources' common units, and of nobody else`() throws {
    let place = try Self.portal()
    let publication = try place.publish()
    let made = try #require(publication.datasets.first { $0.name == "visitors" })
    #expect(made.level == "L3" && made.rows == 2090)
    let report = try #require(publication.reports.first { $0.dataset == "visitors" })
    #expect(report.tables.map(\.notWritten) == [nil, nil, nil])
    let release = try ReleaseStore(folder: place.portal.outside).current()
    let text = String(
      decoding: try Files.read(place.site + "/en/datasets/visitors/index.html"), as: UTF8.self)
    for part in [
      "Joined from", "/en/datasets/persons/", "/en/datasets/visits/", "Level of the joined source visits: L3",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    // Both providers wherever the provider is named; here it is one agency beside the dataset's own.
    let setting = try #require(release.settings.results.first { $0.dataset == "visitors" })
    #expect(setting.provider("zh").contains("、") && setting.level == "L3")
    let results = String(
      decoding: try Files.read(place.site + "/en/results/visitors/income/index.html"), as: UTF8.self)
    #expect(results.contains("Joined from"))
    // Nothing of the join stays on the disk, and a second run changes nothing.
    #expect(try Files.list(place.portal.work).filter { $0.hasPrefix("joins") } == [])
    #expect(try place.publish().outcome == .unchanged)
    // A changed row of a source changes the join.
    try place.change("Catalog/visits/rows.csv", "REMARK-791900", "REMARK-1")
    let changed = try place.publish().datasets.filter { $0.change == .changed }.map(\.name)
    #expect(changed == ["visitors", "visits"])
  }

  @Test func `withholds what one person without a match would tell`() throws {
    let publication = try Self.portal(without: [0]).publish()
    let report = try #require(publication.reports.first { $0.dataset == "visitors" })
    // Everybody and the north are one person short of the register; the south is whole.
    #expect(report.tables[0].notWritten == .nothingLeft)
    #expect(report.tables[1].written == 1 && report.tables[1].withheld[.differencing] == 1)
    // Strangers whom the register does not know count from the other side.
    let other = try Self.portal(without: [], strangers: 3).publish()
    let tables = try #require(other.reports.first { $0.dataset == "visitors" }).tables
    #expect(tables[0].notWritten == .nothingLeft && tables[1].written == 2)
  }

  @Test func `is held at the highest level of its sources, which its evidence names`() throws {
    let place = try Self.portal(level: "L2", source: "L2")
    let publication = try place.publish()
    #expect(publication.datasets.first { $0.name == "visitors" }?.level == "L3")
    let policies = try PolicySet.load(folder: place.portal.policies)
    let catalog = try Catalog.load(folder: place.portal.catalog, policies: policies)
    let examinations = try Examination.all(
      catalog.datasets.filter { $0.name == "visitors" }, of: catalog, in: place.portal, policies: policies)
    let verdict = try #require(examinations.first).verdict(policies)
    let named = verdict.items.filter { $0.rule == "source" }
    #expect(named.map(\.field) == ["persons", "visits"] && named.map(\.level).first == "L3")
    #expect(named.first?.explanation["zh"]?.contains("“persons”关联派生") == true)
    // Declared open, it is refused like anything else.
    try place.change(
      "Catalog/visitors/dataset.json5", "level: \"L2\", legalBasis: \"A law\"", "level: \"L1\"")
    let objections = try place.objections { try place.publish() }
    #expect(objections.map(\.dataset) == ["visitors"])
    #expect(
      objections.first?.reasons.contains { $0.code == .openingRestricted || $0.code == .openingPersonal }
        == true)
  }

  @Test func `is not joined from a source that the gate refuses or that is closed`() throws {
    let place = try Self.portal()
    try place.change("Catalog/persons/dataset.json5", ", legalBasis: \"A law\"", "")
    let refused = try place.objections { try place.publish() }
    #expect(Set(refused.map(\.dataset)) == ["persons", "visitors"])
    #expect(refused.first { $0.dataset == "visitors" }?.reasons.map(\.code) == [.sourceMissing])
    #expect(
      refused.first { $0.dataset == "visitors" }?.reasons.first?.message["zh"]?.contains("persons") == true)
    #expect(try Files.list(place.portal.work).filter { $0.hasPrefix("joins") } == [])
  }

  @Test func `is withdrawn with its source, and nothing is derived from that again`() throws {
    let place = try Self.portal()
    try place.publish()
    #expect(try place.withdraw("visits") == ["visitors", "visits"])
    let next = try place.publish()
    #expect(next.datasets.map(\.name).contains("persons"))
    #expect(!next.datasets.map(\.name).contains("visitors"))
    // Under another name it is refused.
    let text = String(decoding: try place.folder.read("Catalog/visitors/dataset.json5"), as: UTF8.self)
    try place.folder.write(
      text.replacing("name: \"visitors\"", with: "name: \"guests\""), to: "Catalog/guests/dataset.json5")
    try Files.remove(place.folder.path + "/Catalog/visitors")
    let objections = try place.objections { try place.publish() }
    #expect(objections.map(\.dataset) == ["guests"])
    #expect(objections.first?.reasons.map(\.code) == [.sourceMissing])
    #expect(objections.first?.reasons.first?.message["en"]?.contains("withdrawn") == true)
  }

  @Test func `leaves its sources in the key family that they were published in`() throws {
    let place = try Self.portal()
    try place.publish()
    for name in ["persons", "visits"] {
      let text = String(decoding: try place.folder.read("Catalog/\(name)/dataset.json5"), as: UTF8.self)
      try place.folder.write(
        text.replacing("keyFamily: \"persons\",", with: "").replacing(
          "subject: [\"id\"],", with: "subject: [\"id\"], keyFamily: \"people\","),
        to: "Catalog/\(name)/dataset.json5")
    }
    // Nobody changes it alone, and two people who agree do not either.
    #expect(try place.objections { try place.publish() }.map(\.dataset) == ["persons", "visits", "visitors"])
    for name in ["persons", "visits"] { try place.approve(name) }
    let objections = try place.objections { try place.publish() }
    #expect(objections.map(\.dataset) == ["visitors"])
    try place.approve("visitors")
    let error = try #require(throws: PublishingError.self) { try place.publish() }
    #expect(
      error.message.contains("persons was published in the key family 'persons' and is now of 'people'"))
    #expect(error.message(in: "zh").contains("密钥族") && error.hint(in: "zh") != nil)
  }

  /// The same with a third table, of which all but some persons have a row, and a join of the first join with it.
  static func chained(without absent: Set<Int>, level: String = "L3", keep: String = "") throws -> GatePortal
  {
    let place = try portal()
    try place.add(
      "wages", level: level, basis: true,
      fields: """
        {name: "id", type: "string", role: "identifier", constraints: {required: true}},
        {name: "trade", type: "string", constraints: {required: true, enum: ["x", "y"]}}
        """,
      table: "id,trade\n"
        + (0..<2000).filter { !absent.contains($0) }.map {
          "P\(100_000 + $0),\($0 / 3 % 2 == 0 ? "x" : "y")\n"
        }
        .joined(),
      more: """
        keyFamily: "persons", subject: ["id"], dimensions: [{name: "trade", role: "response"}],
        """)
    let text = String(decoding: try place.folder.read("Catalog/visitors/dataset.json5"), as: UTF8.self)
    try place.folder.write(
      text.replacing("name: \"visitors\"", with: "name: \"earners\"").replacing(
        "level: \"L3\"", with: "level: \"L2\""
      ).replacing(
        "left: \"persons\", right: \"visits\"", with: "left: \"visitors\", right: \"wages\"\(keep)"
      ).replacing("[[], [\"area\"], [\"ward\"]]", with: "[[], [\"area\"], [\"trade\"]]"),
      to: "Catalog/earners/dataset.json5")
    return place
  }

  @Test
  func `is a source of another, which is held at the highest level of the chain and goes with any of it`()
    throws
  {
    let place = try Self.chained(without: Set(300..<400))
    let publication = try place.publish()
    let made = try #require(publication.datasets.first { $0.name == "earners" })
    #expect(made.level == "L3" && made.rows == 1980)
    let report = try #require(publication.reports.first { $0.dataset == "earners" })
    #expect(report.tables[0].written == 1, "\(report.tables)")
    let release = try ReleaseStore(folder: place.portal.outside).current()
    let setting = try #require(release.settings.results.first { $0.dataset == "earners" })
    #expect(setting.level == "L3")
    #expect(try place.publish().outcome == .unchanged)
    // A chain is examined link by link also where nothing is published, and its approval asked about as a whole.
    let policies = try PolicySet.load(folder: place.portal.policies)
    let catalog = try Catalog.load(folder: place.portal.catalog, policies: policies)
    let examined = try Examination.all(
      catalog.datasets.filter { $0.name == "earners" }, of: catalog, in: place.portal, policies: policies)
    let named = try #require(examined.first).verdict(policies).items.filter { $0.rule == "source" }
    #expect(named.map(\.field) == ["visitors", "wages"] && named.map(\.level).first == "L3")
    // What the attacker has of all of it.
    let open = try #require(try Attacking(place.portal).subjects(named: "earners").first)
    let lines = try open().joint
    #expect(lines.map(\.attack) == ["J1", "J2", "J3", "J4"] && lines.allSatisfy { $0.passes })
    #expect(try place.withdraw("visits") == ["earners", "visitors", "visits"])
  }

  @Test func `withholds what one person tells at any link, and beside another join`() throws {
    let chain = try Self.chained(without: [300]).publish()
    let report = try #require(chain.reports.first { $0.dataset == "earners" })
    #expect(report.tables[0].notWritten == .nothingLeft && report.tables[1].written == 1)
    // Two joins of the register: its visitors, and those of them who have wages but for one.
    let place = try Self.chained(without: Set(0..<100).union([300]))
    let alone = try place.publish()
    #expect(alone.reports.first { $0.dataset == "visitors" }?.tables[0].written == 1)
    let other = try Self.chained(without: Set(0..<100).union([300]))
    try other.change("Catalog/earners/dataset.json5", "left: \"visitors\"", "left: \"persons\"")
    let both = try other.publish()
    for name in ["visitors", "earners"] {
      let tables = try #require(both.reports.first { $0.dataset == name }).tables
      #expect(tables[0].notWritten == .nothingLeft && tables[1].written == 1, "\(name) \(tables)")
    }
  }

  @Test func `is not compared with one whose time has not come`() throws {
    let place = try Self.chained(without: Set(0..<100).union([300]))
    try place.change("Catalog/earners/dataset.json5", "left: \"visitors\"", "left: \"persons\"")
    try place.change("Catalog/wages/dataset.json5", "subject: [", "availableFrom: \"2126-01-01\", subject: [")
    try place.folder.write("id,trade\nP100000,none\n", to: "Catalog/wages/rows.csv")
    let publication = try place.publish()
    #expect(!publication.datasets.map(\.name).contains("earners"))
    #expect(publication.reports.first { $0.dataset == "visitors" }?.tables[0].written == 1)
  }

  @Test func `is not derived from one that is refused, at any link`() throws {
    let place = try Self.chained(without: Set(300..<400))
    try place.change("Catalog/wages/dataset.json5", ", legalBasis: \"A law\"", "")
    let refused = try place.objections { try place.publish() }
    #expect(Set(refused.map(\.dataset)) == ["wages", "earners"])
    let first = try Self.chained(without: Set(300..<400))
    try first.change("Catalog/visitors/dataset.json5", ", legalBasis: \"A law\"", "")
    let chain = try first.objections { try first.publish() }
    #expect(Set(chain.map(\.dataset)) == ["visitors", "earners"])
    #expect(chain.first { $0.dataset == "earners" }?.reasons.map(\.code) == [.sourceMissing])
  }

  @Test func `keeps rows without a partner, whose values are missing in scores and counted apart`() throws {
    let place = try Self.chained(without: Set(300..<400), keep: ", keep: \"left\"")
    try place.change(
      "Catalog/earners/dataset.json5", "results: [{",
      """
      results: [{
          name: "band", kind: "score", title: "Band", profile: "verify", consent: true, claims: ["area"], meaning: "m",
          output: {expression: "CASE WHEN trade IS NULL THEN 'N' ELSE 'B' END", values: ["N", "B"]},
        }, {
      """)
    let publication = try place.publish()
    #expect(publication.datasets.first { $0.name == "earners" }?.rows == 2090)
    #expect(publication.tagReports.first { $0.dataset == "earners" } != nil)
    let tables = try #require(publication.reports.first { $0.dataset == "earners" }).tables
    #expect(tables[2].dimensions == ["trade"] && tables[2].cells == 3 && tables[0].written == 1)
    let page = String(decoding: try Files.read(place.site + "/en/datasets/earners/index.html"), as: UTF8.self)
    #expect(page.contains("rows of the first without a partner are kept"))
    let few = try Self.chained(without: [300], keep: ", keep: \"left\"").publish()
    #expect(few.reports.first { $0.dataset == "earners" }?.tables[0].notWritten == .nothingLeft)
  }

  @Test func `gives scores over fields of both sources, and is open to the attack suite`() throws {
    let place = try Self.portal()
    try place.change(
      "Catalog/visitors/dataset.json5", "results: [{",
      """
      results: [{
          name: "band", kind: "score", title: "Band", profile: "verify", consent: true, claims: ["area"], meaning: "m",
          output: {expression: "CASE WHEN income < 20000 AND remark LIKE 'REMARK-%' THEN 'A' ELSE 'B' END", values: ["A", "B"]},
        }, {
      """)
    let publication = try place.publish()
    #expect(publication.tagReports.first { $0.dataset == "visitors" } != nil)
    let subjects = try Attacking(place.portal).subjects(named: "visitors")
    let open = try #require(subjects.first)
    let subject = try open()
    #expect(subject.target.data.shape.dimensions.map(\.name) == ["area", "ward"])
    #expect(subject.target.data.unitCount == 1900)
  }
}
