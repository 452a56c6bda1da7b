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
    _ = try log.record([
      publication(7, changed.map { $0 }, gone, hash).telling(catalogue: hash, total: 9_000, now: now)
    ])
    let entries = try (0..<log.ledger.size).map { try log.ledger.entry(at: $0) }
    #expect(entries.count <= 70, "two hundred at most in each")
    #expect(entries.allSatisfy { $0["release"]?.int == 7 && $0["by"]?.string == "wang-wei" })
    #expect(
      entries.allSatisfy { ($0["changed"]?.array?.count ?? 0) + ($0["gone"]?.array?.count ?? 0) <= 200 })
    let isChanged =
      try list("changed", of: "publication", in: entries).map { $0["name"]?.string } == Array(changed)
    let isGone = try list("gone", of: "publication", in: entries) == gone.map { .string($0) }
    #expect(isChanged && isGone)
    #expect(entries.last?["v"]?.int == 3 && entries.last?["total"]?.int == 9_000)
    // A log that was written before says all names, and is read as it was.
    #expect(entries.last?["datasets"] == nil)
  }

  @Test func `has one entry where little was changed, with every list`() throws {
    let log = try decisions()
    _ = try log.record([
      publication(8, ["members"], [], "f").telling(catalogue: "c", total: 10_000, now: now)
    ])
    #expect(log.ledger.size == 1)
    let entry = try log.ledger.entry(at: 0)
    #expect(entry["parts"] == nil && entry["gone"]?.array == [])
    #expect(entry["changed"]?[0]?["name"]?.string == "members")
  }

  private func publication(_ release: Int, _ changed: [String], _ gone: [String], _ hash: String)
    -> Deed.Publication
  {
    Deed.Publication(
      release: release, policy: hash, theme: hash, manager: "data-bureau", scale: ["L1"],
      approver: "approver",
      agreements: [],
      changed: changed.map {
        Deed.Change(name: $0, level: "L1", owner: "data-bureau", family: $0, content: hash)
      }, gone: gone)
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
    _ = try log.record([telling])
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
    _ = try log.record([
      RollbackNote(number: 3, reason: "a mistake", brought: names, leftOut: names).telling(
        release: 9, now: now)
    ])
    let entries = try (0..<log.ledger.size).map { try log.ledger.entry(at: $0) }
    #expect(try list("datasets", of: "rollback", in: entries).compactMap(\.string) == names)
    #expect(try list("leftOut", of: "rollback", in: entries).compactMap(\.string) == names)
    #expect(entries.last?["to"]?.int == 3 && entries.last?["reason"]?.string == "a mistake")
  }

  @Test
  func `counts no entry of a key that nobody has, and no opening of one person, whoever wrote it there`()
    throws
  {
    try portal.addMembers()
    _ = try portal.publish()
    let keys = try InsideKeys(portal: portal.portal)
    func log(_ key: SigningKey) throws -> Decisions {
      try Decisions(
        portal.portal, origin: "data.example.org/decisions", key: keys.release,
        author: Author(person: "wang-wei", key: key), after: nil)
    }
    let before = try AuthorityLog(log(key).ledger)
    let state = try #require(before.authority)
    #expect(before.faults.isEmpty && state.datasets["members"]?.level == "L3")
    let opening = Deed.Publication(
      release: 2, policy: state.policy.hash, theme: state.theme.hash, manager: state.manager,
      scale: state.scale,
      approver: state.approver, agreements: [],
      changed: [
        Deed.Change(name: "members", level: "L1", owner: "civil-affairs", family: "members", content: "00")
      ], gone: [])
    // The publisher's own user, who has the release key, with a key of the custodian's name and then with the very key.
    for signer in [key, portal.publisher] {
      let decisions = try log(signer)
      _ = try decisions.record([opening.telling(catalogue: "c", total: 2, now: now)])
      _ = try decisions.note([["event": "published", "v": 1, "release": 2, "root": "r", "history": "h"]])
    }
    let after = try AuthorityLog(log(key).ledger)
    #expect(after.faults.count == 4 && after.authority == state)
    let words = after.faults.compactMap { $0.message["en"] }
    #expect(words.contains { $0.contains("not registered with this key") })
    #expect(words.contains { $0.contains("without a second person") })
  }

  @Test func `is told of a reason that it can keep, or nothing is done`() throws {
    let long = String(repeating: "理由", count: 1_000)
    #expect(throws: PublishingError(.refused, Wording("", ""))) {
      try portal.withdraw("bike-counts", reason: long)
    }
    #expect(throws: PublishingError(.refused, Wording("", ""))) {
      try Paper.sign(
        ["reason": .string(String(repeating: long, count: 10))], by: "li-na", with: key,
        seen: Paper.Seen(size: 0, root: ""), now: now)
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
      entries.map { $0["changed"]?.array?.compactMap { $0["name"]?.string } } == [
        ["bike-counts", "members"], ["bike-counts"], [],
      ])
    #expect(entries.map { $0["gone"]?.array?.compactMap(\.string) } == [[], [], ["bike-counts"]])
    #expect(entries.map { $0["total"]?.int } == [2, 2, 1])
  }
}
