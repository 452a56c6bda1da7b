import Bytes
import Disclosure
import Releases
import Results
import Support
import Testing
import Trust

@testable import Publishing

@Suite struct `The publication of verify and score` {
  /// A register of members whose numbers cannot be foreseen, with these results.
  private func portal(_ results: String, rows: Int = 300) throws -> SmallPortal {
    let small = try SmallPortal()
    let text = #"""
      {
        name: "members", title: { zh: "成员", en: "Members" }, description: { zh: "由测试生成。", en: "Made by a test." },
        keywords: [{ zh: "成员", en: "members" }], themes: ["population"], license: "CC0-1.0", synthetic: true,
        provider: { organization: "civil-affairs", person: "zhang-lei" }, updateFrequency: "never",
        classification: { level: "L3", legalBasis: { zh: "法", en: "A law" }, reason: { zh: "个人", en: "Persons" }, by: "zhang-lei" },
        resources: [{
          name: "rows", title: { zh: "行", en: "Rows" }, path: "members.csv", format: "csv", encoding: "utf-8",
          schema: { fields: [
            { name: "number", type: "string", level: "L3", role: "identifier", constraints: { required: true } },
            { name: "word", type: "string", level: "L3", role: "identifier", constraints: { required: true } },
            { name: "joined", type: "date", constraints: { required: true } },
            { name: "points", type: "integer", constraints: { required: true } },
          ] },
        }],
        subject: ["number"],
        results: [\#(results)],
      }
      """#
    try small.folder.write(text, to: "portal/Catalog/members/dataset.json5")
    try small.folder.write(Self.csv(rows), to: "portal/Catalog/members/members.csv")
    return small
  }

  private static func csv(_ rows: Int) -> String {
    var random = SeededRandom(7)
    var csv = "number,word,joined,points\n"
    for row in 0..<rows {
      let number = UInt64.random(in: 0..<1_000_000_000_000_000, using: &random)
      let word = String((0..<9).map { _ in "bcdfghjklmnpqrstvwxz".randomElement(using: &random) ?? "b" })
      csv += "MEMBER-\(number),\(word),\(CalendarDate(daysSince1970: 12_000 + row * 7).iso),\(row % 10)\n"
    }
    return csv
  }

  private static let check =
    #"{ name: "check", kind: "verify", title: "t", profile: "verify", claims: ["word", "joined"] }"#

  private func release(_ small: SmallPortal) throws -> Release {
    try ReleaseStore(
      folder: small.portal.outside, key: try InsideKeys(portal: small.portal).release.publicKey
    ).current()
  }

  @Test func `puts tags into the release and no value, and the key beside it, once`() throws {
    let small = try portal(Self.check)
    let rehearsal = try small.publish(dryRun: true)
    #expect(rehearsal.tagReports.map(\.tuples) == [300])
    #expect(!Files.exists(small.portal.outside + "/keys/verify"), "a rehearsal leaves nothing outside")
    let publication = try small.publish()
    #expect(publication.tagReports.first?.computed == 0, "the rehearsal's tags are kept inside")
    let key = Secret(try Files.read(small.portal.outside + "/keys/verify"))
    #expect(key == (try InsideKeys(portal: small.portal)).verify)
    let release = try release(small)
    let stored = try #require(try release.result("members", "check"))
    let tags = try #require(stored.tags)
    let first = Self.csv(1).split(separator: "\n")[1].split(separator: ",").map(String.init)
    let tag = TupleTag(key: key, dataset: "members", result: "check", cost: tags.cost)
    #expect(try tags.look(up: [first[0].lowercased(), first[1], first[2]], tag).known)
    #expect(try !tags.look(up: [first[0].lowercased(), first[1], "2001-01-01"], tag).known)
    #expect(release.settings.result("members", "check")?.guessing?.failuresBeforeLock == 3)
    for path in ["results/members.check.json", "results/members.check.tags", "settings.json"] {
      let bytes = try release.bytes(of: path)
      #expect(
        bytes.firstRange(of: Array(first[0].utf8)) == nil && bytes.firstRange(of: Array(first[1].utf8)) == nil
      )
      #expect(bytes.firstRange(of: key.withBytes { Array($0) }) == nil)
    }
  }

  @Test func `pays for new tuples only, and gives the same bytes for the same input`() throws {
    let small = try portal(Self.check)
    _ = try small.publish()
    let before = try release(small).bytes(of: "results/members.check.tags")
    try small.folder.write(Self.csv(310), to: "portal/Catalog/members/members.csv")
    let second = try small.publish()
    #expect(second.tagReports.first?.computed == 10 && second.tagReports.first?.tuples == 310)
    try Files.remove(small.portal.inside + "/tags")
    try small.folder.write(Self.csv(300), to: "portal/Catalog/members/members.csv")
    #expect(try small.publish().tagReports.first?.computed == 300)
    #expect(try release(small).bytes(of: "results/members.check.tags") == before)
  }

  @Test(arguments: [
    (#"{ name: "c", kind: "verify", title: "t", profile: "verify", claims: ["points"] }"#, "entropy"),
    (
      #"{ name: "c", kind: "score", title: "t", profile: "verify", output: { expression: "points", values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] } }"#,
      "entropy"
    ),
    (
      #"{ name: "c", kind: "score", title: "t", profile: "verify", claims: ["word", "joined"], output: { expression: "points > 4", values: [0, 1] } }"#,
      "two values"
    ),
    (
      #"{ name: "c", kind: "score", title: "t", profile: "verify", consent: true, output: { expression: "(SELECT 1)", values: [1] } }"#,
      "expression"
    ),
    (
      #"{ name: "c", kind: "score", title: "t", profile: "verify", consent: true, output: { expression: "points", values: [0, 1] } }"#,
      "no declared value"
    ),
    (
      #"{ name: "c", kind: "score", title: "t", profile: "verify", consent: true, output: { expression: "ponits", values: [0, 1] } }"#,
      "ponits"
    ),
  ])
  func `is refused where guessing is too cheap, or the rule is no rule`(result: String, word: String) throws {
    let small = try portal(result)
    let error = #expect(throws: ResultError.self) { try small.publish() }
    #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    #expect(error?.hint != nil)
    #expect(!Files.exists(small.portal.outside + "/current"))
  }

  @Test func `takes a cheap fact with the consent of whom it is about`() throws {
    let small = try portal(
      #"{ name: "c", kind: "score", title: "t", profile: "verify", claims: ["word"], consent: true, output: { expression: "points > 4", values: [0, 1] } }"#
    )
    let report = try #require(try small.publish().tagReports.first)
    #expect(report.needsConsent && report.reasons.contains(.binary))
    #expect(try release(small).result("members", "c")?.tags?.needsConsent == true)
  }

  @Test func `stops where another verify key lies outside`() throws {
    let small = try portal(Self.check)
    try Files.makeDirectory(small.portal.outside + "/keys", mode: 0o700)
    try Files.write([UInt8](repeating: 1, count: 32), to: small.portal.outside + "/keys/verify")
    let error = #expect(throws: PublishingError(.damaged, Wording("", ""))) { try small.publish() }
    #expect(error?.hint?.contains("inside/keys/verify") == true)
  }
}
