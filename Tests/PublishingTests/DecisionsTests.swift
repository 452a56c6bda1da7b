import Bytes
import Catalogs
import Ledgers
import Policies
import Support
import Testing
import Trust

@testable import Publishing

/// What the decisions log is told, whatever its length.
@Suite struct `The decisions log` {
  private let portal: SmallPortal
  private let key: SigningKey
  private let now = Timestamp(secondsSince1970: 1_795_000_000)

  init() throws {
    portal = try SmallPortal()
    key = try SigningKey.generate()
    try portal.portal.makeInside()
  }

  private func decisions() throws -> Decisions {
    try Decisions(
      portal.portal, origin: "example.org/decisions", key: key,
      author: Author(person: "wang-wei", key: portal.publisher), after: nil)
  }

  /// A list as a reader puts it together: that of the parts in order, then that of the entry.
  private func list(_ key: String, of event: String, in entries: [JSON]) throws -> [JSON] {
    let last = try #require(entries.last)
    #expect(last["event"]?.string == event && (last["parts"]?.int ?? 0) == entries.count - 1)
    for (number, part) in entries.dropLast().enumerated() {
      #expect(part["event"]?.string == event + ".part" && part["part"]?.int == number + 1)
    }
    return entries.flatMap { $0[key]?.array ?? [] }
  }

  @Test func `takes a publication of ten thousand datasets, in parts, and says each once`() throws {
    let log = try decisions()
    let names = (0..<10_000).map { "a-dataset-with-a-rather-long-name-of-its-own-\($0)" }
    let hash = String(repeating: "5f", count: 32)
    let (changed, gone) = (names.prefix(9_000), Array(names.suffix(1_000)))
    try log.record([
      Decisions.publication(
        release: 7, policy: hash, catalogue: hash, total: 9_000,
        changed: changed.map { ($0, "L1", hash) }, gone: gone, now: now)
    ])
    let entries = try (0..<log.ledger.size).map { try log.ledger.entry(at: $0) }
    #expect(entries.count == 50, "two hundred at most in each")
    #expect(entries.allSatisfy { $0["release"]?.int == 7 && $0["by"]?.string == "wang-wei" })
    #expect(
      entries.allSatisfy { ($0["changed"]?.array?.count ?? 0) + ($0["gone"]?.array?.count ?? 0) <= 200 })
    let isChanged =
      try list("changed", of: "publication", in: entries)
      == changed.map {
        [.string($0), "L1", .string(hash)]
      }
    let isGone = try list("gone", of: "publication", in: entries) == gone.map { .string($0) }
    #expect(isChanged && isGone)
    #expect(entries.last?["v"]?.int == 2 && entries.last?["total"]?.int == 9_000)
    // A log that was written before says all names, and is read as it was.
    #expect(entries.last?["datasets"] == nil)
  }

  @Test func `has one entry where little was changed, with every list`() throws {
    let log = try decisions()
    try log.record([
      Decisions.publication(
        release: 8, policy: "p", catalogue: "c", total: 10_000, changed: [("members", "L3", "f")], gone: [],
        now: now)
    ])
    #expect(log.ledger.size == 1)
    let entry = try log.ledger.entry(at: 0)
    #expect(entry["parts"] == nil && entry["gone"]?.array == [])
    #expect(entry["changed"] == [["members", "L3", "f"]])
  }

  @Test func `keeps all evidence of a level and every approval, however many and long`() throws {
    let log = try decisions()
    let items: [JSON] = (0..<1_500).map { number in
      let item = EvidenceItem(
        rule: "mobile", field: "字段-\(number)", values: 1_000_000, matches: number, share: 0.5, level: "L3",
        examples: ["138****0000", "139****1111", "137****2222"], explanation: [:])
      return item.json
    }
    // As long as the file of an approval may be.
    let approvals: [JSON] = (0..<4).map {
      ["approver": "li-na", "reason": .string(String(repeating: "x", count: 47_000)), "time": JSON($0)]
    }
    let telling = Telling(
      event: "level", subject: ["dataset": "members", "release": 9], facts: ["level": "L3"],
      lists: [("items", items), ("approvals", approvals)])
    try log.record([telling])
    let entries = try (0..<log.ledger.size).map { try log.ledger.entry(at: $0) }
    // Canonical: the log sorts the members of an object.
    let kept = try (list("items", of: "level", in: entries), list("approvals", of: "level", in: entries))
    let isWhole = try kept.0.map { try $0.canonical() } == items.map { try $0.canonical() }
    let hasAll = try kept.1.map { try $0.canonical() } == approvals.map { try $0.canonical() }
    #expect(isWhole && hasAll)
    #expect(entries.allSatisfy { $0["dataset"]?.string == "members" })
    #expect(entries.last?["level"]?.string == "L3")
  }

  @Test func `takes a rollback and a change of policy of any length`() throws {
    let log = try decisions()
    let names = (0..<10_000).map { "set-\($0)" }
    try log.record([
      RollbackNote(number: 3, reason: "a mistake", brought: names, leftOut: names).telling(
        release: 9, now: now)
    ])
    let entries = try (0..<log.ledger.size).map { try log.ledger.entry(at: $0) }
    #expect(try list("datasets", of: "rollback", in: entries).compactMap(\.string) == names)
    #expect(try list("leftOut", of: "rollback", in: entries).compactMap(\.string) == names)
    #expect(entries.last?["to"]?.int == 3 && entries.last?["reason"]?.string == "a mistake")
  }

  @Test func `is told of a reason that it can keep, or nothing is done`() throws {
    let long = String(repeating: "理由", count: 1_000)
    #expect(throws: PublishingError(.refused, Wording("", ""))) {
      try Withdrawal.withdraw(
        "bike-counts", portal: portal.portal, reason: long, by: Author(systemUser: "root"), now: now)
    }
    #expect(throws: ApprovalError.self) {
      try Approvals.sign(
        ApprovalStatement(
          dataset: "a", from: nil, to: "L1", evidenceHash: "", policyHash: "",
          reason: String(repeating: long, count: 10), proposer: nil, approver: "li-na", time: now),
        with: key)
    }
  }

  @Test func `says what a publication changed, and nothing of what it did not`() throws {
    let small = try SmallPortal()
    try small.addMembers()
    _ = try small.publish()
    try small.edit("Catalog/bike-counts/bike-counts.csv", ",987", ",988")
    _ = try small.publish()
    try Files.remove(small.portal.catalog + "/bike-counts")
    _ = try small.publish()
    let text = String(
      decoding: try Files.read(small.portal.inside + "/decisions/entries.jsonl"), as: UTF8.self)
    let entries = try text.split(separator: "\n").compactMap { try JSON(parsing: Array($0.utf8))["entry"] }
      .filter { $0["event"]?.string == "publication" }
    #expect(
      entries.map { $0["changed"]?.array?.compactMap { $0[0]?.string } } == [
        ["bike-counts", "members"], ["bike-counts"], [],
      ])
    #expect(entries.map { $0["gone"]?.array?.compactMap(\.string) } == [[], [], ["bike-counts"]])
    #expect(entries.map { $0["total"]?.int } == [2, 2, 1])
  }
}
