import Bytes
import Crossing
import Ledgers
import Releases
import Support
import Testing
import Trust

@testable import Publishing

@Suite struct `The publisher` {
  @Test func `makes release after release, each with its history, and forgets what cannot come back`() throws
  {
    let small = try SmallPortal()
    #expect(try small.publish().release == 1)
    try small.edit("Catalog/bike-counts/bike-counts.csv", ",987", ",988")
    let second = try small.publish()
    #expect(second.release == 2 && second.outcome == .published)
    #expect(second.datasets.map(\.change) == [.changed])
    #expect(try Files.list(small.portal.inside + "/history") == ["2"])
    try Files.remove(small.portal.inside + "/history/2")
    #expect(throws: PublishingError(.damaged, Wording("", ""))) { try small.publish() }
  }

  @Test func `does nothing where nothing has changed, and says so`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    let before = try small.outside()
    let again = try small.publish()
    #expect(again.outcome == .unchanged && again.release == 1)
    #expect(again.datasets.map(\.change) == [nil])
    #expect(try small.outside() == before)
  }

  @Test func `rehearses without a trace outside the door`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    let before = try small.outside()
    try small.addMembers()
    let rehearsal = try small.publish(dryRun: true)
    #expect(rehearsal.outcome == .rehearsed && rehearsal.release == nil)
    #expect(rehearsal.datasets.first { $0.name == "members" }?.change == .new)
    #expect(try small.outside() == before)
  }

  @Test func `stops at a leak: the old release stays, nothing of the new one is left, and the log says so`()
    throws
  {
    let small = try SmallPortal()
    _ = try small.publish()
    let before = try small.outside().filter { !$0.contains("releases") && !$0.isEmpty }
    let parts = try Files.list(small.portal.outside + "/releases/parts")
    // A custodian quotes a member's number in the description.
    try small.addMembers(description: "Numbers look like MEMBER-107919.")
    let leak = #expect(throws: LeakFound.self) { try small.publish() }
    #expect(leak?.report.leakCount ?? 0 > 0)
    #expect(
      leak?.message.contains("members") == true && leak?.message.contains("107919") == false,
      "the value itself is not told")
    #expect(try small.outside().filter { !$0.contains("releases") && !$0.isEmpty } == before)
    #expect(try Files.list(small.portal.outside + "/releases/parts") == parts)
    #expect(try Files.list(small.portal.outside + "/releases").filter { $0.hasPrefix(".building") }.isEmpty)
    let store = try ReleaseStore(folder: small.portal.outside)
    #expect(try store.current().number == 1)
    #expect(try events(small).last == "abandoned")
    // Mended, it goes through.
    try small.addMembers()
    #expect(try small.publish().outcome == .published)
    #expect(try ReleaseStore(folder: small.portal.outside).current().faults().isEmpty)
  }

  @Test func `gathers every objection before it gives up`() throws {
    let small = try SmallPortal()
    try small.addMembers()
    try small.edit("Catalog/members/dataset.json5", #"legalBasis: { zh: "法", en: "A law" }, "#, "")
    try small.edit("Catalog/bike-counts/dataset.json5", #"level: "L1""#, #"level: "L2""#)
    let rejection = #expect(throws: Rejection.self) { try small.publish() }
    #expect(Set(rejection?.objections.map(\.dataset) ?? []) == ["members", "bike-counts"])
    #expect(rejection?.blame == .data)
    #expect(!Files.exists(small.portal.outside + "/current"))
  }

  @Test func `lets only one at a time work`() throws {
    let small = try SmallPortal()
    let options = PublishOptions(author: Author(person: "wang-wei", key: small.publisher))
    let first = try Publisher(small.portal, options: options)
    #expect(throws: (any Error).self) { try Publisher(small.portal, options: options) }
    _ = try first.publish()
  }

  @Test func `keeps what is not yet due out of the release`() throws {
    let small = try SmallPortal()
    try small.edit(
      "Catalog/bike-counts/dataset.json5", "synthetic: true,",
      #"synthetic: true, availableFrom: "2030-01-01T00:00:00Z","#)
    try small.addMembers()
    let early = try small.publish(at: Timestamp(rfc3339: "2029-12-31T23:59:59Z") ?? .now())
    #expect(early.datasets.map(\.name) == ["members"])
    #expect(!Files.exists(small.portal.outside + "/current/site/datasets/bike-counts/index.html"))
    let due = try small.publish(at: Timestamp(rfc3339: "2030-01-01T00:00:00Z") ?? .now())
    #expect(due.datasets.map(\.name) == ["bike-counts", "members"])
    #expect(Files.exists(small.portal.outside + "/current/site/datasets/bike-counts/index.html"))
  }

  @Test func `tells where it is, in order`() throws {
    let small = try SmallPortal()
    var stages: [String] = []
    _ = try small.publish { stage in
      switch stage {
      case .reading(let dataset, let number, let count): stages.append("read \(dataset) \(number)/\(count)")
      case .computing: stages.append("compute")
      case .trying: stages.append("try")
      case .writing(let dataset, let number, let count): stages.append("write \(dataset) \(number)/\(count)")
      case .scanning: stages.append("scan")
      case .sealing: stages.append("seal")
      }
    }
    #expect(stages == ["read bike-counts 1/1", "write bike-counts 1/1", "scan", "seal"])
  }

  @Test func `never overwrites the key of another publisher`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    try Files.remove(small.portal.inside + "/keys/release")
    #expect(throws: PublishingError(.damaged, Wording("", ""))) { try small.publish() }
  }

  @Test func `keeps its keys and histories from other users`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    let open = try Subprocess.run(
      "find", [small.portal.inside + "/keys", small.portal.inside, "-perm", "/077", "-type", "d"])
    #expect(open.text.isEmpty, "\(open.text)")
    let keys = try Subprocess.run("find", [small.portal.inside + "/keys", "-type", "f", "-perm", "/077"])
    #expect(keys.text.isEmpty, "\(keys.text)")
  }

  private func events(_ small: SmallPortal) throws -> [String] {
    let settings = try ReleaseStore(folder: small.portal.outside).current().settings
    let log = try Ledger(
      reading: small.portal.inside + "/decisions", origin: settings.decisionsLog,
      key: try InsideKeys(portal: small.portal).release.publicKey)
    return try (0..<log.size).compactMap { try log.entry(at: $0)["event"]?.string }
  }
}

@Suite struct `The history` {
  @Test func `comes back as it was written`() throws {
    let small = try SmallPortal()
    let history = History(
      release: 7, policyHash: "ab", frameHash: "cd", policyFiles: ["levels.json5": Array("// 级别\n{}".utf8)],
      datasets: [
        "members": History.Dataset(
          level: "L3", hasLegalBasis: true, evidenceHash: "e", policyHash: "p", fingerprint: "f",
          modified: Timestamp(secondsSince1970: 1_795_000_000), release: 5)
      ], results: [:])
    try small.portal.makeInside()
    try history.save(small.portal)
    let read = try History.load(small.portal, release: 7)
    #expect(read.release == 7 && read.policyHash == "ab")
    #expect(read.datasets == history.datasets && read.policyFiles == history.policyFiles)
    #expect(read.json == history.json)
    #expect(try History.load(small.portal, release: nil).release == 0)
    #expect(throws: PublishingError(.damaged, Wording("", ""))) { try History.load(small.portal, release: 8) }
  }

  @Test(arguments: [
    "{}", "{\"release\":1}", "[]",
    #"{"release":7,"policy":"p","policyFiles":{},"datasets":{"a":{}},"results":{}}"#,
  ])
  func `that is damaged is refused, not taken for none`(text: String) throws {
    let small = try SmallPortal()
    try small.portal.makeInside()
    try Files.makeDirectory(small.portal.inside + "/history/7/units")
    try Files.write(Array(text.utf8), to: small.portal.inside + "/history/7/history.json")
    #expect(throws: PublishingError(.damaged, Wording("", ""))) { try History.load(small.portal, release: 7) }
  }
}
