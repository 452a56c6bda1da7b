import Bytes
import Catalogs
import Policies
import Support
import Tables
import Testing

@testable import Publishing

@Suite struct `A proposed descriptor` {
  private func propose(
    _ table: String, as file: String, _ place: GatePortal, _ wishes: Proposal.Wishes = Proposal.Wishes()
  ) throws -> Proposal {
    try place.folder.write(table, to: "in/\(file)")
    let policies = try PolicySet.load(folder: place.portal.policies)
    let catalog = try Catalog.load(folder: place.portal.catalog, policies: policies)
    return try Proposal(
      "\(place.folder.path)/in/\(file)", wishes: wishes, portal: place.portal, catalog: catalog,
      policies: policies)
  }

  private func write(_ proposal: Proposal, _ place: GatePortal) throws -> Dataset {
    let policies = try PolicySet.load(folder: place.portal.policies)
    try proposal.write(portal: place.portal, policies: policies)
    return try #require(
      try Catalog.load(folder: place.portal.catalog, policies: policies).dataset(proposal.name))
  }

  static let persons =
    "unit;phone;sex;amount\n"
    + (0..<60).map { "00\($0);138\(12_345_678 + $0);\($0 % 2);\($0 * 3)" }.joined(separator: "\n") + "\n"

  @Test func `of an open table is published as it stands`() throws {
    let place = try GatePortal()
    let proposal = try propose(
      "code,station,tracks\n007,北站,12\n012,南站,7\n", as: "Rail Stations (2026).csv", place)
    #expect(proposal.name == "rail-stations-2026")
    let dataset = try write(proposal, place)
    #expect(dataset.classification.level == "L1")
    #expect(dataset.resources[0].schema.fields.map(\.type) == [.string, .string, .integer])
    #expect(dataset.resources[0].schema.fields.allSatisfy { $0.constraints.required })
    #expect(try place.publish().datasets.contains { $0.name == proposal.name && $0.level == "L1" })
  }

  @Test func `of a table of persons names level and roles, and the law is left to its custodian`() throws {
    let place = try GatePortal()
    let proposal = try propose(Self.persons, as: "calls.csv", place)
    let dataset = try write(proposal, place)
    let fields = dataset.resources[0].fields
    #expect(dataset.classification.level == "L3" && dataset.classification.legalBasis == nil)
    #expect(fields["phone"]?.role == "identifier" && fields["phone"]?.level == "L3")
    #expect(fields["unit"]?.role == "identifier", "a text of its own in every row")
    #expect(fields["sex"]?.role == "quasi" && fields["amount"]?.role == nil)
    #expect(dataset.resources[0].source.delimiter == ";")
    #expect(dataset.provider.person != "zhou-min", "an approver is not named as the proposer")
    let objections = try place.objections { try place.publish() }
    #expect(objections.first?.reasons.map(\.code) == [.missingLegalBasis])
    try place.change(
      "Catalog/calls/dataset.json5", "// legalBasis: { zh: \"…\", en: \"…\" }", "legalBasis: \"A law\"")
    #expect(try place.publish().datasets.contains { $0.name == "calls" && $0.level == "L3" })
  }

  @Test func `keeps a copy of the table, and overwrites nothing`() throws {
    let place = try GatePortal()
    var wishes = Proposal.Wishes()
    wishes.name = "elsewhere"
    let dataset = try write(try propose("a,b\n1,2\n", as: "表.csv", place, wishes), place)
    #expect(dataset.resources[0].source.path.hasSuffix("/elsewhere/elsewhere.csv"))
    #expect(try Files.list(place.portal.catalog + "/elsewhere") == ["dataset.json5", "elsewhere.csv"])
    #expect(throws: PublishingError(.refused, Wording("", ""))) {
      _ = try propose("a,b\n1,2\n", as: "表.csv", place, wishes)
    }
    #expect(throws: PublishingError(.refused, Wording("", ""))) {
      _ = try propose("a,b\n1,2\n", as: "表.csv", place)
    }
  }

  @Test func `takes the usual words for no value out of a column of numbers, and leaves them in a text`()
    throws
  {
    let place = try GatePortal()
    let table = "code,sold,day\nNA,1.5,2026-01-01\nNO,NA,--\nSE,-,2026-01-03\nFI,2,n/a\n"
    let dataset = try write(try propose(table, as: "sales.csv", place), place)
    let fields = dataset.resources[0].schema.fields
    #expect(fields.map(\.type) == [.string, .number, .date])
    #expect(fields.map(\.missingValues) == [nil, ["", "-", "NA"], ["", "--", "n/a"]])
    #expect(fields.map(\.constraints.required) == [true, false, false])
    #expect(try place.publish().datasets.contains { $0.name == "sales" && $0.rows == 4 })
  }

  @Test func `is not made of a source with a secrecy marking, and nothing is stored`() throws {
    let place = try GatePortal()
    let objections = try place.objections { _ = try propose("a,b\n机密★10年,2\n", as: "plan.csv", place) }
    #expect(objections.first?.reasons.map(\.code) == [.secrecyMarking])
    #expect(!Files.exists(place.portal.catalog + "/plan"))
  }
}
