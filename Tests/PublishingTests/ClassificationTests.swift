import Bytes
import Catalogs
import Crossing
import Policies
import Releases
import Support
import Testing

@testable import Publishing

@Suite struct `Classifying` {
  static let policies = Result { try PolicySet.parse(files: PolicySet.defaults) }

  static func verdict(_ table: String, name: String = "table.csv") throws -> Verdict {
    let folder = try TemporaryFolder()
    let path = try folder.write(table, to: name)
    return try Examination.verdict(ofFile: path, policies: try policies.get())
  }

  @Test func `a bare table finds its level, its examples masked, and twice the same bytes`() throws {
    let table = "id,visits\n11010519491231002X,3\n110105 19491231 002X,4\n,5\n"
    let verdict = try Self.verdict(table)
    #expect(verdict.level.id == "L3" && verdict.problems.isEmpty)
    let item = try #require(verdict.items.first { $0.rule == "residentID" })
    #expect(item.field == "id" && item.values == 2 && item.matches == 2 && item.share == 1)
    #expect(item.examples.allSatisfy { $0.contains("***") && !$0.contains("19491231") })
    let once = verdict.json.serialized(pretty: true)
    #expect(once == (try Self.verdict(table)).json.serialized(pretty: true))
    let json = try JSON(parsing: once)
    #expect(
      json.members?.map(\.key) == [
        "dataset", "level", "openness", "declared", "evidence", "wouldChange",
      ])
    #expect(json["declared"] == .null && json["openness"]?.string == "conditional")
    #expect(
      json["evidence"]?.array?.first?.members?.map(\.key) == [
        "rule", "field", "values", "matches", "share", "level", "examples",
      ])
  }

  @Test func `a bare table of persons measures who is singled out, and says what would help`() throws {
    let rows = (0..<300).map { "\(20 + $0 % 50),\(["f", "m"][$0 % 3 == 0 ? 0 : 1]),汉族,\($0)" }
    let verdict = try Self.verdict("age,sex,ethnicity,amount\n" + rows.joined(separator: "\n") + "\n")
    #expect(verdict.level.id == "L2")
    let item = try #require(verdict.items.first { $0.rule == "singled-out" })
    #expect(item.explanation["en"]?.contains("age, sex, ethnicity") == true)
    #expect(
      verdict.wouldChange.first?["en"]?.contains("“age” in bands of ten the evidence gives L1, with k = ")
        == true)
    let amounts = (0..<300).map { "\($0),\($0 * 7)" }
    #expect(try Self.verdict("day,amount\n" + amounts.joined(separator: "\n") + "\n").level.id == "L1")
  }

  @Test(arguments: [
    ("机密★5年,数量\na,1\n", "table.csv"), ("name,count\na,1\n", "绝密★名单.csv"), ("名称（秘密★）,count\na,1\n", "t.csv"),
    ("SECRET//NOFORN,count\na,1\n", "t.csv"), ("name,note\na,机密★\n", "t.csv"),
  ]) func `a table refuses a secrecy marking in its name, its header or its cells`(
    _ table: String, _ name: String
  ) throws {
    #expect(try Self.verdict(table, name: name).problems.map(\.code).contains(.secrecyMarking))
  }

  @Test(arguments: [("密码强度,数量\na,1\n", "table.csv"), ("name,secret_santa\na,1\n", "保密工作宣传.csv")])
  func `a table is not refused for words that are no marking`(_ table: String, _ name: String) throws {
    #expect(try Self.verdict(table, name: name).problems.isEmpty)
  }

  @Test(arguments: [
    ("zh: \"自行车计数（示例）\"", "zh: \"自行车计数（机密★）\""), ("en: \"Bicycles\"", "en: \"SECRET//NOFORN bicycles\""),
    ("zh: \"两个虚构计数点的每日自行车通过量", "zh: \"绝密★长期。每日自行车通过量"),
  ]) func `a descriptor with a secrecy marking in its words is refused, and nothing is stored`(
    _ old: String, _ new: String
  ) throws {
    let place = try GatePortal()
    try place.change("Catalog/bike-counts/dataset.json5", old, new)
    let objections = try place.objections { try place.publish() }
    #expect(objections.first?.reasons.map(\.code).contains(.secrecyMarking) == true)
    #expect(!Files.exists(place.portal.outside + "/current"))
  }

  @Test(arguments: StarterScale.allCases) func `a new portal of any scale publishes as it stands`(
    _ scale: StarterScale
  ) throws {
    let place = try GatePortal(scale: scale)
    let publication = try place.publish()
    #expect(publication.datasets.map(\.openness) == [.unconditional])
    #expect(Files.exists(place.site + "/data/bike-counts/counts.csv"))
  }

  @Test func `a number inside a remark is searched for in the release by itself`() throws {
    let place = try GatePortal()
    let rows = (0..<40).map { "u\($0),请回电 138\(10_000_000 + $0 * 7_919) 联系某某" }
    try place.add(
      "remarks", level: "L3", basis: true,
      fields: "{name: \"unit\", type: \"string\", role: \"identifier\"}, {name: \"note\", type: \"string\"}",
      table: "unit,note\n" + rows.joined(separator: "\n") + "\n")
    try place.publish()
    // One of the numbers, alone and spelt otherwise, in the description of an open dataset.
    try place.change(
      "Catalog/bike-counts/dataset.json5", "Daily bicycles at two",
      "Daily bicycles (ask 138 1000 7919) at two")
    #expect(throws: LeakFound.self) { try place.publish() }
    let release = try ReleaseStore(folder: place.portal.outside).current()
    #expect(release.number == 1)
  }
}
