import Bytes
import Catalogs
import Policies
import Releases
import Support
import Testing
import Trust

@testable import Publishing

@Suite struct `An open view` {
  static let fields = """
    {name: "person", type: "string", role: "identifier"}, {name: "district", type: "string", role: "quasi"},
    {name: "age", type: "integer", role: "quasi"}, {name: "illness", type: "string", role: "sensitive"}
    """

  /// Four hundred persons, two rows each: four districts, ages 20 to 59, three illnesses.
  static let table: String = {
    let illnesses = ["甲", "乙", "丙"]
    var lines = ["person,district,age,illness"]
    for person in 0..<400 {
      for row in 0..<2 {
        lines.append(
          "P\(100_000 + person),33010\(person % 4),\(20 + person % 40),\(illnesses[(person + row) % 3])")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }()

  static func portal(_ view: String) throws -> GatePortal {
    let place = try GatePortal()
    try place.add(
      "patients", level: "L3", basis: true, fields: fields, table: table,
      more: "subject: [\"person\"], views: [\(view)],")
    return place
  }

  @Test func `is published as a dataset of its own, in files and rows, and its source is not`() throws {
    let place = try Self.portal(
      """
      {name: "patients-open", requires: {kAnonymity: 20, lDiversity: 3},
       select: ["district", {field: "age", name: "age_band", bands: [20, 40]}, "illness"]}
      """)
    let publication = try place.publish()
    let open = try #require(publication.datasets.first { $0.name == "patients-open" })
    #expect(open.level == "L1" && open.rows == 800)
    let csv = String(
      decoding: try Files.read(place.site + "/data/patients-open/patients-open.csv"), as: UTF8.self
    ).replacing("\r\n", with: "\n")
    #expect(csv.hasPrefix("district,age_band,illness\n330100,20-39,丙\n330100,20-39,丙\n"))
    #expect(!csv.contains("P100") && !Files.exists(place.site + "/data/patients"))
    let lines = csv.split(separator: "\n").dropFirst()
    #expect(lines.elementsEqual(lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }))
    let rows = try ReleaseStore(folder: place.portal.outside).current()
    #expect(try rows.resource("patients-open", nil)?.rowCount == 800)
    // A second run changes nothing.
    #expect(try place.publish().outcome == .unchanged)
  }

  @Test(arguments: [
    // k counts persons, not rows: ten persons of each age, twenty rows.
    ("{name: \"v\", requires: {kAnonymity: 11}, select: [\"age\"]}", Problem.Code.viewTooRisky),
    (
      "{name: \"v\", requires: {kAnonymity: 5, lDiversity: 4}, select: [\"district\", \"illness\"]}",
      .viewTooRisky
    ),
    // The promise is kept, and the portal's own rule is not.
    ("{name: \"v\", requires: {kAnonymity: 2}, select: [{field: \"person\", mask: 2}]}", .viewTooRisky),
  ]) func `below what it promises is refused`(_ view: String, _ code: Problem.Code) throws {
    let place: GatePortal
    do { place = try Self.portal(view) }
    let objections: [Objection]
    do { objections = try place.objections { try place.publish() } } catch let error as CatalogError {
      // An identifier does not even get past the descriptor.
      #expect(error.message.contains("identifies units"))
      return
    }
    #expect(objections.map(\.dataset) == ["v"])
    #expect(objections.first?.reasons.map(\.code).contains(code) == true, "\(objections)")
    #expect(!Files.exists(place.portal.outside + "/current"))
  }

  @Test func `that keeps its promise but singles people out by the portal's rule is refused`() throws {
    let place = try GatePortal()
    let rows = (0..<400).map { "P\(100_000 + $0),D\($0 / 2),x" }
    try place.add(
      "patients", level: "L3", basis: true,
      fields: """
        {name: "person", type: "string", role: "identifier"}, {name: "district", type: "string", role: "quasi"},
        {name: "illness", type: "string", role: "sensitive"}
        """, table: "person,district,illness\n" + rows.joined(separator: "\n") + "\n",
      more:
        "subject: [\"person\"], views: [{name: \"v\", requires: {kAnonymity: 2}, select: [\"district\"]}],")
    let objections = try place.objections { try place.publish() }
    #expect(objections.map(\.dataset) == ["v"])
    #expect(objections.first?.reasons.map(\.code).contains(.openingPersonal) == true)
    #expect(objections.first?.needs.map(\.role) == ["approver"])
  }

  @Test func `is top-coded, cut and masked as it says`() throws {
    let place = try Self.portal(
      """
      {name: "v", requires: {kAnonymity: 5},
       select: [{field: "age", topCode: 22}, {field: "district", name: "province", prefix: 2}]}
      """)
    try place.publish()
    let csv = String(decoding: try Files.read(place.site + "/data/v/v.csv"), as: UTF8.self)
    #expect(Set(csv.split(whereSeparator: \.isNewline).dropFirst()) == ["20,33", "21,33", "22,33"])
  }

  /// A way of being coarser that changes nothing, or leaves single persons' values as they are, opens nothing.
  @Test(arguments: ["topCode: 999999999", "topCode: 49000", "mask: 9", "prefix: 9"])
  func `keeps the level of a field that is coarser in name only`(_ way: String) throws {
    let place = try GatePortal()
    let isText = !way.hasPrefix("topCode")
    let lines = (0..<400).map { "P\(100_000 + $0),33010\($0 % 4),\(10_000 + 100 * $0)" }
    try place.add(
      "patients", level: "L3", basis: true,
      fields: """
        {name: "person", type: "string", role: "identifier"}, {name: "district", type: "string", role: "quasi"},
        {name: "income", type: "\(isText ? "string" : "integer")", role: "sensitive", level: "L3"}
        """, table: "person,district,income\n" + lines.joined(separator: "\n") + "\n",
      more: """
        subject: ["person"], views: [{name: "v", requires: {kAnonymity: 20, lDiversity: 2},
         select: ["district", {field: "income", \(way)}]}],
        """)
    let objections = try place.objections { try place.publish() }
    #expect(objections.map(\.dataset) == ["v"], "\(objections)")
    #expect(objections.first?.needs.map(\.role) == ["approver"])
    // Nor do two columns of one field, each coarse and together not.
    try place.change(
      "Catalog/patients/dataset.json5", "{field: \"income\", \(way)}",
      isText
        ? "{field: \"income\", prefix: 1}, {field: \"income\", name: \"whole\", mask: 9}"
        : "{field: \"income\", bands: [10000, 30000]}, {field: \"income\", name: \"again\", topCode: 49000}")
    #expect(try place.objections { try place.publish() }.map(\.dataset) == ["v"])
    try place.change(
      "Catalog/patients/dataset.json5",
      isText
        ? ", {field: \"income\", name: \"whole\", mask: 9}"
        : ", {field: \"income\", name: \"again\", topCode: 49000}", "")
    try place.change(
      "Catalog/patients/dataset.json5", isText ? "prefix: 1" : "bands: [10000, 30000]", "\(way)")
    // In bands that stand for twenty persons and more it is another thing.
    try place.change(
      "Catalog/patients/dataset.json5", "\(way)", isText ? "prefix: 1" : "bands: [10000, 30000]")
    #expect(try place.publish().datasets.contains { $0.name == "v" })
  }

  private static let grouped = """
    {name: "patients-open", requires: {kAnonymity: 20, lDiversity: 3},
     select: ["district", {field: "age", name: "age_band", bands: [20, 40]}, "illness"]}
    """

  @Test func `is withdrawn with its source, for good`() throws {
    let place = try Self.portal(Self.grouped)
    try place.publish()
    let names = try place.withdraw("patients")
    #expect(names == ["patients", "patients-open"])
    #expect(!Files.exists(place.site + "/data/patients-open/patients-open.csv"))
    let next = try place.publish()
    #expect(!next.datasets.contains { names.contains($0.name) })
    #expect(throws: PublishingError(.refused, Wording("", ""))) {
      try place.withdraw("patients")
    }
  }

  @Test func `is declared and changed by two people, once its dataset is out`() throws {
    let place = try Self.portal(Self.grouped)
    try place.publish()
    try place.change("Catalog/patients/dataset.json5", "name: \"patients-open\"", "name: \"patients-public\"")
    let objections = try place.objections { try place.publish() }
    #expect(objections.map(\.dataset) == ["patients"])
    #expect(objections.first?.reasons.map(\.code).contains(.leftEnvelope) == true)
    try place.approve("patients")
    #expect(try place.publish().datasets.contains { $0.name == "patients-public" })
  }

  @Test func `does not stay open where its source is closed`() throws {
    let place = try Self.portal(Self.grouped)
    try place.publish()
    try place.change("Catalog/patients/dataset.json5", "level: \"L3\"", "level: \"L4\"")
    let objections = try place.objections { try place.publish() }
    #expect(objections.map(\.dataset) == ["patients-open"])
    #expect(objections.first?.reasons.map(\.code) == [.closedParent])
    #expect(Files.exists(place.site + "/data/patients-open/patients-open.csv"), "nothing was published")
    // Without the view it is closed by one person, and what was open of it leaves the kept releases.
    try place.change("Catalog/patients/dataset.json5", "views: [", "// views: [")
    try place.change("Catalog/patients/dataset.json5", "select: [", "// select: [")
    try place.publish()
    #expect(!Files.exists(place.portal.outside + "/releases/1/site/data/patients-open/patients-open.csv"))
    try ReleaseStore(folder: place.portal.outside).release(1).verifyParts()
  }
}

@Suite struct `A dataset that is closed after it was open` {
  @Test func `leaves every kept release at once, with a hole that verifies, and does not come back`() throws {
    let place = try GatePortal()
    try place.publish()
    let rows = "\(place.portal.outside)/releases/1/site/data/bike-counts/counts.csv"
    #expect(Files.exists(rows))
    try place.change(
      "Catalog/bike-counts/dataset.json5", "classification: { level: \"L1\" }",
      "classification: { level: \"L3\", legalBasis: \"A law\" }")
    // Closing waits for nobody.
    let publication = try place.publish()
    #expect(publication.release == 2)
    #expect(publication.datasets.map(\.level) == ["L3"])

    #expect(!Files.exists(rows))
    #expect(!Files.exists(place.site + "/data/bike-counts"))
    let store = try ReleaseStore(folder: place.portal.outside)
    #expect(store.isWithdrawn("bike-counts", release: 1))
    #expect(!store.isWithdrawn("bike-counts", release: 2))
    #expect(try store.release(1).faults().isEmpty)
    #expect(try store.current().faults().isEmpty)
  }

  @Test func `stays where it was when its level is lowered again, in the releases from before`() throws {
    let place = try GatePortal()
    try place.publish()
    let (open, shut) = (
      "classification: { level: \"L1\" }", "classification: { level: \"L3\", legalBasis: \"A law\" }"
    )
    try place.change("Catalog/bike-counts/dataset.json5", open, shut)
    try place.publish()
    try place.change("Catalog/bike-counts/dataset.json5", shut, open)
    try place.approve("bike-counts")
    #expect(try place.publish().release == 3)
    let store = try ReleaseStore(folder: place.portal.outside)
    #expect(store.isWithdrawn("bike-counts", release: 1) && !store.isWithdrawn("bike-counts", release: 3))
    #expect(Files.exists(place.site + "/data/bike-counts/counts.csv"))
    #expect(!Files.exists("\(place.portal.outside)/releases/1/site/data/bike-counts/counts.csv"))
  }
}
