import Access
import Bytes
import Foundation
import Ledgers
import Support
import Testing
import Trust

@testable import Serving

/// The answers log between the access database and the ledger.
@Suite struct `The book of answers` {
  let folder: TemporaryFolder
  let state: OutsideState
  let access: AccessStore
  let answers: Answers

  init() throws {
    folder = try TemporaryFolder()
    state = try OutsideState(folder: folder.path + "/outside")
    access = try state.accessStore()
    answers = Answers(
      ledger: try Ledger(
        folder: state.answers, origin: "example.org/answers", key: try state.checkpointKey()),
      origin: "example.org/answers", receiptKey: try state.receiptKey())
  }

  private let noon = Timestamp(secondsSince1970: Timestamp.now().secondsSince1970)

  @Test func `never dates an entry before the one before it`() {
    #expect(answers.time(noon) == noon)
    #expect(answers.time(noon.adding(seconds: -5)) == noon, "the clock was set back")
    #expect(answers.time(noon.adding(seconds: 5)) == noon.adding(seconds: 5))
  }

  @Test func `moves what the administrative verbs wrote into the log, once and in order`() throws {
    try access.addClient(id: "acme", name: "Acme", contact: "x", by: Author(systemUser: "root"), now: noon)
    try access.setStatus(.suspended, ofClient: "acme", by: Author(systemUser: "root"), now: noon)
    #expect(try access.outbox().count == 2)
    try answers.drain(access)
    try answers.drain(access)
    #expect(try access.outbox().isEmpty)
    #expect(answers.ledger.size == 2)
    #expect(try answers.ledger.entry(at: 0)["by"]?.string == "unsigned:root")
    #expect(try answers.ledger.entry(at: 1)["event"]?.string != answers.ledger.entry(at: 0)["event"]?.string)
  }

  @Test func `counts the refusals of strangers in one entry`() throws {
    try answers.tellRefusals(now: noon, all: true)
    #expect(answers.ledger.size == 0, "nothing happened, nothing is said")
    for _ in 0..<3 { answers.countAnonymousRefusal() }
    try answers.tellRefusals(now: noon, all: false)
    #expect(answers.ledger.size == 0)
    try answers.tellRefusals(now: noon, all: true)
    try answers.tellRefusals(now: noon, all: true)
    #expect(answers.ledger.size == 1)
    #expect(try answers.ledger.entry(at: 0)["count"]?.int == 3)
  }

  /// What the log says of refusals: client, reason, and how many.
  private func told() throws -> [String] {
    try (0..<answers.ledger.size).map { place in
      let entry = try answers.ledger.entry(at: place)
      let count = entry["event"]?.string == "refusals" ? entry["count"]?.int.map { "x\($0)" } ?? "?" : "first"
      return "\(entry["client"]?.string ?? "") \(entry["code"]?.string ?? "") \(count)"
    }
  }

  @Test func `writes the first refusal of a client, reason and minute at once and counts the others`() throws
  {
    let minute = Timestamp(secondsSince1970: noon.secondsSince1970 / 60 * 60)
    func refuse(_ client: String, _ code: String, times: Int, at time: Timestamp) throws {
      for _ in 0..<times { try answers.tellRefusal(of: client, code: code, [], now: time) }
    }
    try refuse("acme", "key-invalid", times: 5000, at: minute)
    try refuse("acme", "not-found", times: 1, at: minute)
    try refuse("globex", "client-suspended", times: 3, at: minute.adding(seconds: 59))
    let first = ["acme key-invalid first", "acme not-found first", "globex client-suspended first"]
    #expect(try told() == first)
    try answers.tellRefusals(now: minute.adding(seconds: 59), all: false)
    #expect(try told() == first, "the minute is not over")
    try refuse("acme", "key-invalid", times: 2, at: minute.adding(seconds: 60))
    try answers.tellRefusals(now: minute.adding(seconds: 61), all: false)
    let second = ["acme key-invalid first", "acme key-invalid x4999", "globex client-suspended x2"]
    #expect(try told() == first + second)
    // At the end everything is told, once.
    try answers.tellRefusals(now: minute.adding(seconds: 62), all: true)
    try answers.tellRefusals(now: minute.adding(seconds: 200), all: true)
    #expect(try told() == first + second + ["acme key-invalid x1"])
  }

  @Test func `gives a grant back after a crash exactly the calls that were answered`() throws {
    let time = JSON.string(noon.rfc3339)
    _ = try answers.ledger.append([
      ["event": "answer", "grant": 7, "dryRun": false, "time": time],
      ["event": "answer", "grant": 7, "dryRun": true, "time": time],
      ["event": "refusal", "grant": 7, "time": time],
      ["event": "answer", "grant": 8, "dryRun": false, "time": time],
    ])
    try answers.replay(into: access)
    #expect(access.used(7, on: noon) == 1)
    #expect(access.used(8, on: noon) == 1)
    #expect(access.used(7, on: noon.adding(days: 1)) == 0)
    // What a snapshot holds is not counted again.
    try answers.closeBooks(access)
    let again = try state.accessStore()
    try answers.replay(into: again)
    #expect(again.used(7, on: noon) == 1)
    // Time goes on from the last entry, also over a start.
    #expect(answers.time(noon.adding(seconds: -60)) >= noon)
  }
}

/// `.doorsill/outside` and its keys.
@Suite struct `The outside state` {
  @Test func `makes each key once, for its own user alone`() throws {
    let folder = try TemporaryFolder()
    let state = try OutsideState(folder: folder.path + "/outside")
    let first = (try state.receiptKey().publicKey, try state.checkpointKey().publicKey)
    let second = (try state.receiptKey().publicKey, try state.checkpointKey().publicKey)
    #expect(first == second && first.0 != first.1)
    _ = try state.pepper()
    for name in ["receipt", "checkpoint", "pepper"] {
      let mode =
        try FileManager.default.attributesOfItem(atPath: "\(state.keys)/\(name)")[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(name)")
    }
    let mode = try FileManager.default.attributesOfItem(atPath: state.folder)[.posixPermissions] as? Int
    #expect(mode == 0o700)
  }

  @Test func `refuses a pepper that is damaged rather than make another, under which no key would be known`()
    throws
  {
    let folder = try TemporaryFolder()
    let state = try OutsideState(folder: folder.path + "/outside")
    _ = try state.pepper()
    try Files.write([1, 2, 3], to: state.keys + "/pepper")
    #expect(throws: ServingError.self) { try state.pepper() }
    try Files.write(Array("no key".utf8), to: state.keys + "/receipt")
    let error = #expect(throws: ServingError(.damagedKey, Wording("", ""))) { try state.receiptKey() }
    #expect(error?.message.contains(state.keys + "/receipt") == true)
  }

  @Test(arguments: ["keys/pepper", "keys/receipt", "keys/checkpoint", "access.sqlite", "answers"])
  func `makes nothing anew that is lost while the rest says that it was in use`(lost: String) throws {
    let folder = try TemporaryFolder()
    let state = try OutsideState(folder: folder.path + "/outside")
    let open = {
      let access = try state.accessStore()
      let ledger = try state.answersLedger(origin: "a/answers", access: access)
      let answers = Answers(ledger: ledger, origin: "a/answers", receiptKey: try state.receiptKey())
      try answers.replay(into: access)
      return (access, answers)
    }
    do {
      let (access, answers) = try open()
      _ = try answers.ledger.append(["event": "refusals", "time": "2026-11-21T08:00:00Z"])
      access.replay(grant: 1, time: .now())
      try answers.closeBooks(access)
    }
    do { _ = try open() }
    #expect(try state.losses().isEmpty)
    try Files.remove("\(state.folder)/\(lost)")
    // `doctor` says as much beforehand.
    #expect(try !state.losses().isEmpty)
    let error = #expect(throws: ServingError(.lost, Wording("", ""))) { _ = try open() }
    #expect(error?.hint?.contains("backup") == true && error?.hint(in: "zh")?.contains("备份") == true)
    if lost != "answers" { #expect(!Files.exists("\(state.folder)/\(lost)"), "nothing in its place") }
    guard lost == "access.sqlite" else { return }
    // A database cut to nothing is one that was lost.
    try Files.write([], to: "\(state.folder)/\(lost)")
    #expect(throws: ServingError(.lost, Wording("", ""))) { _ = try open() }
  }

  @Test func `takes a database of no bytes for a lost one`() throws {
    let folder = try TemporaryFolder()
    let state = try OutsideState(folder: folder.path + "/outside")
    _ = try state.pepper()
    try Files.write([], to: state.accessDatabase)
    _ = try state.accessStore()
    _ = try state.receiptKey()
    let ledger = try Ledger(folder: state.answers, origin: "a/answers", key: try state.checkpointKey())
    _ = try ledger.append(["event": "refusals", "time": "2026-11-21T08:00:00Z"])
    _ = try state.accessStore()
    for end in ["", "-wal", "-shm"] where Files.exists(state.accessDatabase + end) {
      try Files.remove(state.accessDatabase + end)
    }
    try Files.write([], to: state.accessDatabase)
    #expect(throws: ServingError(.lost, Wording("", ""))) { try state.accessStore() }
    #expect(try Files.size(state.accessDatabase) == 0, "nothing in its place")
    #expect(try state.losses().map(\.code) == [.lost])
    try Files.write([UInt8](repeating: 0x78, count: 5000), to: state.accessDatabase)
    #expect(throws: (any Error).self) { try state.losses() }
  }

  @Test func `trusts no release without the publisher's key`() throws {
    let folder = try TemporaryFolder()
    let state = try OutsideState(folder: folder.path + "/outside")
    #expect(throws: ServingError(.noReleaseKey, Wording("", ""))) { try state.releaseKey() }
  }
}
