import Bytes
import Foundation
import Support
import Testing
import Trust

@testable import Ledgers

/// What stands outside a log's folder and knows when the folder is not what it was.
@Suite struct `The mark beside a log` {
  let bench: LogBench

  init() throws { bench = try LogBench() }

  @Test func `betrays lines that vanished before a checkpoint was signed, and others in their place`() throws
  {
    try bench.fill(3)
    let (entries, checkpoint) = (try bench.entries, try Files.read(bench.path("checkpoint")))
    try bench.fill(2, from: 3)
    let mark = try Files.read(HighWater.path(of: bench.path()))
    try bench.replaceEntries(entries)
    try bench.replace("checkpoint", checkpoint)
    let lost = #expect(throws: LedgerError(.behind, "")) { try bench.open() }
    #expect(lost?.message.contains("log.head") == true, "\(lost?.message ?? "")")
    // As many others as there were: a history of its own, signed with the log's key.
    try bench.goBack(to: checkpoint)
    try bench.fill(2, from: 30)
    try Files.write(mark, to: HighWater.path(of: bench.path()), mode: 0o600)
    #expect(throws: LedgerError(.damaged, "")) { try bench.open() }
    // A mark that was edited is no mark.
    try Files.write(
      Array("00000000000000000001 00 00\n".utf8), to: HighWater.path(of: bench.path()), mode: 0o600)
    #expect(throws: LedgerError(.damaged, "")) { try bench.open() }
  }

  @Test(arguments: [1, 255, 256, 257, 512, 700])
  func `holds at every size`(count: Int) throws {
    try bench.fill(count)
    #expect(try HighWater.read(of: bench.path())?.size == count)
    let ledger = try bench.open()
    #expect(ledger.size == count)
    #expect(ledger.lastTime == (try ledger.time(at: count - 1)), "also where only tiles were read")
  }

  @Test func `stops the writer where the file was cut, lengthened or replaced under it`() throws {
    for damage in ["cut", "long", "other"] {
      let bench = try LogBench()
      let ledger = try bench.open()
      _ = try ledger.append([bench.entry(0), bench.entry(1)])
      let (entries, path) = (try bench.entries, try bench.path("entries.jsonl"))
      switch damage {
      case "cut": try bench.replaceEntries(Array(entries.dropLast(20)))
      case "long": try bench.replaceEntries(entries + [0x20])
      default:
        try Files.remove(path)
        try Files.write(entries, to: path, mode: 0o600)
      }
      #expect(throws: LedgerError(.broken, "")) { try ledger.append(bench.entry(2)) }
      #expect(throws: LedgerError(.broken, ""), "and nothing more after that") {
        try ledger.append(bench.entry(3))
      }
    }
  }

  @Test func `time goes back by one kind of entry alone`() throws {
    let ledger = try bench.open()
    let ahead = Timestamp.now().adding(days: 400)
    ledger.state.withLock { $0.lastTime = ahead }
    _ = try ledger.append(bench.entry(0))
    #expect(try ledger.time(at: 0) == ahead)
    _ = try ledger.append(bench.entry(1))
    #expect(try ledger.time(at: 1) == ahead, "it stands still")
    #expect(throws: LedgerError(.entry, "")) { try ledger.correctClock(bench.entry(2), now: .now()) }
    try ledger.correctClock(["event": .string(Ledger.clockCorrected), "reason": "battery"], now: .now())
    _ = try ledger.append(bench.entry(3))
    #expect(try ledger.time(at: 2) < ahead && ledger.time(at: 3) < ahead)
    let now = ledger.lastTime
    #expect(now < ahead)
    #expect(try bench.verify().isSound)
  }
}

@Suite struct `What was seen of a log` {
  let bench: LogBench
  let home: TemporaryFolder

  init() throws {
    bench = try LogBench()
    home = try TemporaryFolder()
  }

  @Test func `is its beginning for ever, in a person's home and in tiles that travel`() throws {
    let book = SeenBook(home: home.path)
    let key = bench.key.publicKey
    try bench.fill(300)
    do {
      let ledger = try bench.open()
      try book.check(ledger, key: key)
      #expect(try book.last(origin: bench.origin, key: key) == nil)
      try book.remember(ledger, key: key)
    }
    let seen = try #require(try book.last(origin: bench.origin, key: key))
    #expect(seen.size == 300)
    #expect(Seen(json: seen.json) == seen)
    try bench.fill(500, from: 300)
    let ledger = try bench.open()
    try book.check(ledger, key: key)
    // Another log of the same name has another key, and is another log.
    #expect(try book.last(origin: bench.origin, key: SigningKey.generate().publicKey) == nil)
    let tiles = Dictionary(uniqueKeysWithValues: ledger.tileNames.map { ($0.path, ledger.tile($0)) })
    let head = ledger.head
    for size in [1, 255, 256, 257, 300, 799, 800] {
      let early = Seen(origin: bench.origin, size: size, root: try ledger.root(atSize: size))
      try early.check(head, tile: { tiles[$0.path] ?? nil }, seenIn: "a release")
      let other = Seen(origin: bench.origin, size: size, root: Merkle.leafHash([1]))
      #expect(throws: LedgerError(.damaged, "")) {
        try other.check(head, tile: { tiles[$0.path] ?? nil }, seenIn: "a release")
      }
    }
    let missing = Seen(origin: bench.origin, size: 300, root: try ledger.root(atSize: 300))
    #expect(throws: LedgerError(.damaged, "")) {
      try missing.check(head, tile: { _ in nil }, seenIn: "a release")
    }
    #expect(throws: LedgerError(.behind, "")) {
      try missing.check(nil, tile: { _ in nil }, seenIn: "a release")
    }
    let forged = Checkpoint(origin: bench.origin, size: 800, root: Merkle.leafHash([2]))
    #expect(throws: LedgerError(.damaged, "")) {
      try missing.check(forged, tile: { tiles[$0.path] ?? nil }, seenIn: "a release")
    }
  }

  @Test func `refuses a log that is shorter or another`() throws {
    let book = SeenBook(home: home.path)
    try bench.fill(10)
    do { try book.remember(try bench.open(), key: bench.key.publicKey) }
    let other = try LogBench()
    for count in [9, 10, 11] {
      try? Files.remove(other.path())
      try? Files.remove(HighWater.path(of: other.path()))
      try other.fill(count, from: 100)
      #expect(throws: LedgerError.self) { try book.check(try other.open(), key: bench.key.publicKey) }
    }
    try Files.write(Array("{}".utf8), to: book.path(origin: bench.origin, key: bench.key.publicKey))
    #expect(throws: LedgerError(.damaged, "")) { try book.check(try bench.open(), key: bench.key.publicKey) }
  }
}

@Suite struct `Two receipts` {
  private func claims(
    _ index: Int, answer: String = "a", at seconds: Int64 = 0, leaf: String? = nil,
    head: (size: Int, root: String)? = nil, origin: String = "portal.example/answers"
  ) -> Receipt.Claims {
    Receipt.Claims(
      requestHash: "r", answerHash: answer, release: 1, policy: "p", protection: .null, keyID: "k",
      certificateThumbprint: "t", provider: "x", manager: "y", consumer: "z", purpose: "research",
      time: Timestamp(secondsSince1970: 1_800_000_000 + seconds), ledgerIndex: index, ledgerOrigin: origin,
      ledgerLeaf: leaf, ledgerHead: head)
  }

  private func word(_ a: Receipt.Claims, _ b: Receipt.Claims) throws -> String {
    let (there, back) = (
      try ReceiptComparison.of(.init(a), .init(b)), try ReceiptComparison.of(.init(b), .init(a))
    )
    #expect(there == back)
    return switch there {
    case .consistent: "consistent"
    case .forked: "forked"
    case .undecided: "undecided"
    }
  }

  @Test func `prove two histories where they cannot both be true, and nothing else`() throws {
    #expect(try word(claims(5), claims(5)) == "undecided", "the same one")
    #expect(try word(claims(5), claims(5, answer: "b")) == "forked")
    #expect(try word(claims(5, leaf: "1"), claims(5, leaf: "2")) == "forked")
    #expect(try word(claims(5), claims(6, at: 10)) == "undecided")
    #expect(try word(claims(5, at: 30), claims(6)) == "undecided", "threads")
    #expect(try word(claims(5, at: 90), claims(6)) == "forked")
    let (one, other) = ((size: 3, root: "aa"), (size: 3, root: "bb"))
    #expect(try word(claims(5, head: one), claims(9, at: 9, head: one)) == "undecided")
    #expect(try word(claims(5, head: one), claims(9, at: 9, head: other)) == "forked")
    #expect(try word(claims(8, head: (7, "aa")), claims(6, at: 3600, head: (4, "bb"))) == "forked")
    #expect(throws: LedgerError(.proof, "")) { try word(claims(5), claims(5, origin: "other/answers")) }
  }

  @Test func `are of one log where their proofs meet`() throws {
    let (head, other) = (
      Checkpoint(origin: "o", size: 9, root: Merkle.leafHash([1])),
      Checkpoint(origin: "o", size: 9, root: Merkle.leafHash([2]))
    )
    #expect(
      try ReceiptComparison.of(.init(claims(5), head: head), .init(claims(6), head: head)) == .consistent)
    guard
      case .forked = try ReceiptComparison.of(.init(claims(5), head: head), .init(claims(6), head: other))
    else {
      Issue.record("two roots at one size")
      return
    }
  }

  @Test func `say what they say after they were read again`() throws {
    let key = try SigningKey.generate()
    let said = claims(5, leaf: "ab", head: (3, "cd"))
    #expect(try Receipt.verify(Receipt(said, signedWith: key).compact, keys: [key.publicKey]) == said)
    let old = claims(5)
    #expect(try Receipt.verify(Receipt(old, signedWith: key).compact, keys: [key.publicKey]) == old)
  }
}
