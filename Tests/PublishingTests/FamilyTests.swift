import Bytes
import Disclosure
import Releases
import Support
import Testing

@testable import Publishing

/// Datasets about the same units are one family, whatever they declare.
@Suite struct `Units in common` {
  /// Adds a register of persons by area, with one statistic.
  private static func add(
    _ name: String, _ persons: [Int], family: String? = nil, subject: String = "id", results: Bool = true,
    to place: GatePortal
  ) throws {
    try place.add(
      name, level: "L3", basis: true,
      fields: """
        {name: "\(subject)", type: "string", role: "identifier", constraints: {required: true}},
        {name: "area", type: "string", constraints: {required: true, enum: ["north", "south"]}}
        """,
      table: "\(subject),area\n"
        + persons.map { "P\(100_000 + $0),\($0 % 2 == 0 ? "north" : "south")\n" }.joined(),
      more: """
        \(family.map { "keyFamily: \"\($0)\"," } ?? "")
        subject: ["\(subject)"], dimensions: [{name: "area", role: "identifying"}],
        \(results ? "results: [{name: \"areas\", kind: \"statistic\", title: \"Areas\", profile: \"strict\", tables: [[], [\"area\"]]}]," : "")
        """)
  }

  /// What refuses, after looking at its words.
  private static func refusal(_ place: GatePortal, _ names: [String]) throws -> PublishingError {
    let error = try #require(throws: PublishingError.self) { try place.publish() }
    for name in names {
      #expect(error.message.contains(name) && error.message(in: "zh").contains(name), "\(name)")
    }
    let hint = try #require(error.hint)
    #expect(!hint.contains("another name") && error.hint(in: "zh")?.contains("改名") == false)
    return error
  }

  private static func history(_ place: GatePortal) throws -> History {
    try History.load(place.portal, release: try ReleaseStore(folder: place.portal.outside).current().number)
  }

  @Test func `of two families are refused, be it one and whatever it is called`() throws {
    let place = try GatePortal()
    try Self.add("persons", Array(0..<1000), to: place)
    try Self.add("clients", Array(999..<2000), subject: "client_no", to: place)
    let error = try Self.refusal(place, ["clients", "persons"])
    let hint = try #require(error.hint)
    // Whichever of the two is read later.
    #expect(hint.contains("keyFamily: \"persons\"") || hint.contains("keyFamily: \"clients\""))
    #expect(error.message.contains("1 units"))
    try Self.add("clients", Array(999..<2000), family: "persons", subject: "client_no", to: place)
    #expect(try place.publish().datasets.map(\.name).contains("clients"))
    #expect(try Self.history(place).results["persons"]?.units?.count == 2000)
    // Without a unit in common they may be two.
    try Self.add("strangers", Array(2000..<3000), to: place)
    #expect(throws: Never.self) { try place.publish() }
    // And a dataset that publishes nothing is none's kin.
    try Self.add("silent", Array(0..<1000), results: false, to: place)
    #expect(throws: Never.self) { try place.publish() }
  }

  @Test func `are known again under another name, which keeps family and numbers`() throws {
    let place = try GatePortal()
    try Self.add("persons", Array(0..<1000), to: place)
    try place.publish()
    try Files.remove(place.folder.path + "/Catalog/persons")
    try Self.add("people", Array(0..<1000), subject: "number", to: place)
    let error = try Self.refusal(place, ["people", "persons"])
    #expect(error.hint?.contains("keyFamily: \"persons\"") == true)
    try Self.add("people", Array(0..<1000), family: "persons", subject: "number", to: place)
    try place.publish()
    let results = try #require(try Self.history(place).results["persons"])
    let tables = results.released("persons", "areas")?.tables
    #expect(tables?.isEmpty == false && results.released("people", "areas")?.tables == tables)
  }

  @Test func `are known again after they have left, and where the history has only where they were`() throws {
    let place = try GatePortal()
    try Self.add("persons", Array(0..<1000), to: place)
    try place.publish()
    try Self.add("persons", Array(100..<1000), to: place)
    try place.publish()
    try Self.add("clients", Array(99..<100) + Array(2000..<3000), to: place)
    _ = try Self.refusal(place, ["clients", "persons"])
    // A history of before does not tell where they were: then everybody is looked at.
    var old = try Self.history(place)
    old.results["persons"]?.units = nil
    #expect(try KnownUnits(old, keys: try InsideKeys(portal: place.portal).protection).old == ["persons"])
    try Files.remove(place.folder.path + "/Catalog/clients")
    try Self.add("guests", Array(500..<1500), to: place)
    _ = try Self.refusal(place, ["guests", "persons"])
  }

  @Test func `are known by all parts of their identifier in whatever order`() throws {
    let place = try GatePortal()
    func add(_ name: String, _ subject: String) throws {
      try place.add(
        name, level: "L3", basis: true,
        fields: """
          {name: "town", type: "string", constraints: {required: true}},
          {name: "no", type: "string", role: "identifier", constraints: {required: true}},
          {name: "area", type: "string", constraints: {required: true, enum: ["north", "south"]}}
          """,
        table: "town,no,area\n"
          + (0..<500).map { "t\($0 % 7),N\(100_000 + $0),\($0 % 2 == 0 ? "north" : "south")\n" }.joined(),
        more: """
          subject: [\(subject)], dimensions: [{name: "area", role: "identifying"}],
          results: [{name: "areas", kind: "statistic", title: "Areas", profile: "strict", tables: [["area"]]}],
          """)
    }
    try add("persons", "\"town\", \"no\"")
    try add("clients", "\"no\", \"town\"")
    _ = try Self.refusal(place, ["clients", "persons", "500"])
  }
}
