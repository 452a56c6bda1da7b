import Bytes
import Disclosure
import Results
import Support
import Testing

@testable import Publishing

@Suite struct `A rehearsal of statistics` {
  /// Nine hundred visitors of five zones, three kinds and two parts of the day.
  private static func portal(_ results: String, units: Int = 900) throws -> SmallPortal {
    let small = try SmallPortal()
    let text = #"""
      {
        name: "visits", title: { zh: "来访", en: "Visits" }, description: { zh: "由测试生成。", en: "Made by a test." },
        keywords: [{ zh: "来访", en: "visits" }], themes: ["population"], license: "CC0-1.0", synthetic: true,
        provider: { organization: "civil-affairs", person: "zhang-lei" }, updateFrequency: "never",
        classification: { level: "L2", legalBasis: { zh: "法", en: "A law" }, reason: { zh: "个人", en: "Persons" }, by: "zhang-lei" },
        resources: [{
          name: "rows", title: { zh: "行", en: "Rows" }, path: "visits.csv", format: "csv", encoding: "utf-8",
          schema: { fields: [
            { name: "visitor", type: "string", level: "L2", role: "identifier", constraints: { required: true } },
            { name: "zone", type: "string", constraints: { required: true, enum: ["a", "b", "c", "d", "e"] } },
            { name: "kind", type: "string", constraints: { required: true, enum: ["x", "y", "z"] } },
            { name: "part", type: "string", constraints: { required: true, enum: ["early", "late"] } },
          ] },
        }],
        subject: ["visitor"],
        dimensions: [
          { name: "zone", role: "identifying" }, { name: "kind", role: "identifying" }, { name: "part", role: "identifying" },
        ],
        results: [\#(results)],
      }
      """#
    try small.folder.write(text, to: "portal/Catalog/visits/dataset.json5")
    let rows = (0..<units).map { unit in
      "V\(unit + 1000),\(["a", "b", "c", "d", "e"][unit % 5]),\(["x", "y", "z"][unit / 5 % 3]),"
        + (unit / 15 % 2 == 0 ? "early\n" : "late\n")
    }
    try small.folder.write(
      "visitor,zone,kind,part\n" + rows.joined(), to: "portal/Catalog/visits/visits.csv")
    return small
  }

  private static func result(_ profile: String, _ tables: String) -> String {
    "{ name: \"counts\", kind: \"statistic\", title: \"Counts\", description: \"Counts.\", profile: \"\(profile)\", "
      + "refresh: \"P1Y\", tables: \(tables) }"
  }

  @Test func `names the profile that would show more, and the one that allows a table`() throws {
    // Eighteen of each zone and kind: enough for ten, whatever the noise, and too few for twenty.
    let small = try Self.portal(Self.result("strict", #"[["zone"], ["zone", "kind"], ["kind"]]"#), units: 270)
    let rehearsal = try small.publish(dryRun: true)
    #expect(rehearsal.release == nil && !Files.exists(small.portal.outside + "/current"))
    let report = try #require(rehearsal.reports.first)
    let declared = try #require(report.profiles.first { $0.isDeclared })
    #expect(declared.name == "strict" && declared.written == 8)
    #expect(report.tables[1].remedies.contains { $0.json["remedy"] == "mergeCodes" }, "\(report.tables[1])")
    let standard = try #require(report.profiles.first { $0.name == "standard" })
    #expect(standard.written == 23 && standard.refused == nil)
    #expect(report.best?.name == "standard")
    #expect(report.advice("en")?.contains("15 more cells") == true)
    #expect(report.advice("zh")?.contains("15 个单元") == true)
    #expect(rehearsal.json["results"]?.array?.first?["profiles"]?.array?.count == report.profiles.count)
    // What is too deep for a profile is refused where the catalogue is read, which says what allows it.
    try small.edit("Catalog/visits/dataset.json5", #"["kind"]]"#, #"["zone", "kind", "part"]]"#)
    do {
      _ = try small.publish(dryRun: true)
      Issue.record("a table that is too deep was let through")
    } catch {
      let said = "\(error) \((error as? any Fault)?.hint(in: "zh") ?? "")"
      #expect(said.contains("allows 2 in one table") && said.contains("standard"), "\(said)")
    }
  }

  @Test func `says where no other profile shows more, and compares nothing when it publishes`() throws {
    let small = try Self.portal(Self.result("standard", #"[["zone"], ["zone", "kind"]]"#))
    let report = try #require(try small.publish(dryRun: true).reports.first)
    #expect(Set(report.profiles.map(\.name)).isSuperset(of: ["standard", "strict"]))
    #expect(report.best == nil && report.advice("en")?.contains("no other profile") == true)
    let published = try #require(try small.publish().reports.first)
    #expect(published.profiles.isEmpty && published.tables.allSatisfy { $0.remedies.isEmpty })
    #expect(published.advice("en") == nil)
    // Younger than its refresh it is carried over, and there is nothing to compare.
    try small.edit("Catalog/visits/dataset.json5", "Made by a test.", "Made by a small test.")
    try small.agree("visits")
    let again = try #require(try small.publish(dryRun: true).reports.first)
    #expect(again.carriedWhole && again.profiles.isEmpty)
  }

  @Test func `measures utility with keys of its own`() throws {
    let small = try Self.portal(Self.result("standard", #"[["zone"], ["zone", "kind"]]"#))
    let measuring = try Measuring(small.portal)
    #expect(measuring.names == ["visits", "visits/counts"])
    let measured = try measuring.measure("visits", profiles: [], draws: 2, seed: 1)
    #expect(measured.first?.isDeclared == true && measured.first?.report.profile == "standard")
    #expect(measured.allSatisfy { $0.report.asked == 20 } && measured.allSatisfy(\.serves))
    #expect(throws: PublishingError.self) {
      try measuring.measure("visits", profiles: ["stern"], draws: 1, seed: 1)
    }
    // A portal with other keys has the same figures.
    let other = try Self.portal(Self.result("standard", #"[["zone"], ["zone", "kind"]]"#))
    let there = try Measuring(other.portal).measure("visits", profiles: [], draws: 2, seed: 1)
    #expect(there.map(\.json) == measured.map(\.json))
  }
}
