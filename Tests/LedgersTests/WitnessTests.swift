import Bytes
import Foundation
import Glibc
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
    let lost = #expect(throws: LedgerError(.behind, Wording("", ""))) { try bench.open() }
    #expect(lost?.message.contains("log.head") == true, "\(lost?.message ?? "")")
    // As many others as there were: a history of its own, signed with the log's key.
    try bench.goBack(to: checkpoint)
    try bench.fill(2, from: 30)
    try Files.write(mark, to: HighWater.path(of: bench.path()), mode: 0o600)
    #expect(throws: LedgerError(.damaged, Wording("", ""))) { try bench.open() }
    // A mark that was edited is no mark.
    try Files.write(
      Array("00000000000000000001 00 00\n".utf8), to: HighWater.path(of: bench.path()), mode: 0o600)
    #expect(throws: LedgerError(.damaged, Wording("", ""))) { try bench.open() }
  }

  @Test(arguments: ["entries.jsonl", "checkpoint", "offsets", ""])
  func `and the log beside it wait for no pipe that lies in their place, and follow no link`(_ name: String)
    throws
  {
    try bench.fill(3)
    let path = name.isEmpty ? HighWater.path(of: try bench.path()) : try bench.path(name)
    let key = bench.key.publicKey
    for lay in [{ mkfifo(path, 0o600) }, { symlink("/dev/zero", path) }, { mkdir(path, 0o700) }] {
      try? FileManager.default.removeItem(atPath: path)
      #expect(lay() == 0)
      // What is derived is made anew; what is not is missing.
      if name != "offsets" { #expect(throws: LedgerError.self) { try bench.open() } }
      _ = try? Ledger(reading: try bench.path(), origin: bench.origin, key: key)
    }
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
      #expect(throws: LedgerError(.broken, Wording("", ""))) { try ledger.append(bench.entry(2)) }
      #expect(throws: LedgerError(.broken, Wording("", "")), "and nothing more after that") {
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
    #expect(throws: LedgerError(.entry, Wording("", ""))) {
      try ledger.correctClock(bench.entry(2), now: .now())
    }
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
      #expect(throws: LedgerError(.damaged, Wording("", ""))) {
        try other.check(head, tile: { tiles[$0.path] ?? nil }, seenIn: "a release")
      }
    }
    let missing = Seen(origin: bench.origin, size: 300, root: try ledger.root(atSize: 300))
    #expect(throws: LedgerError(.damaged, Wording("", ""))) {
      try missing.check(head, tile: { _ in nil }, seenIn: "a release")
    }
    #expect(throws: LedgerError(.behind, Wording("", ""))) {
      try missing.check(nil, tile: { _ in nil }, seenIn: "a release")
    }
    let forged = Checkpoint(origin: bench.origin, size: 800, root: Merkle.leafHash([2]))
    #expect(throws: LedgerError(.damaged, Wording("", ""))) {
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
    #expect(throws: LedgerError(.damaged, Wording("", ""))) {
      try book.check(try bench.open(), key: bench.key.publicKey)
    }
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
    #expect(throws: LedgerError(.proof, Wording("", ""))) {
      try word(claims(5), claims(5, origin: "other/answers"))
    }
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

  @Test func `tell what was declared lost from what stands under the log's next name`() throws {
    let (first, second) = ("portal.example/answers", "portal.example/answers/2")
    let gaps = [
      LogGap(log: first, next: second, from: 5, known: 8, by: "zhang", reason: "disk", time: .now())
    ]
    func verdict(_ a: Receipt.Claims, _ b: Receipt.Claims) throws -> ReceiptComparison {
      try ReceiptComparison.of(.init(a), .init(b), gaps: gaps)
    }
    func isGap(_ verdict: ReceiptComparison) -> Bool {
      if case .undecided(let words) = verdict { words.en.contains("declared gap") } else { false }
    }
    #expect(try isGap(verdict(claims(5), claims(5, answer: "b", origin: second))), "one place, two names")
    #expect(try isGap(verdict(claims(9), claims(6, origin: second))), "beyond what was known")
    #expect(try isGap(verdict(claims(4), claims(6))), "of the old name alone")
    #expect(try !isGap(verdict(claims(4), claims(6, origin: second))))
    // Before the gap it is one log: a place given out twice is a fork as ever, and in the gap under one name too.
    for (a, b) in [
      (claims(4), claims(4, answer: "b", origin: second)), (claims(6), claims(6, answer: "b")),
    ] {
      guard case .forked = try verdict(a, b) else {
        Issue.record("a gap hides a fork at \(a.ledgerIndex)")
        return
      }
    }
    // The statement is the portal's own, or none.
    let (key, other) = (try SigningKey.generate(), try SigningKey.generate())
    let set: JSON = ["gaps": [.string(try gaps[0].statement(signedWith: key))]]
    #expect(try LogGap.all(in: set, keys: [key.publicKey]).first?.from == 5)
    #expect(throws: LedgerError(.proof, Wording("", ""))) {
      try LogGap.all(in: set, keys: [other.publicKey])
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

/// A log of which only an older copy is left.
@Suite struct `A log that goes on after a loss` {
  let bench: LogBench
  let next = "portal.example/answers/2"

  init() throws { bench = try LogBench() }

  @Test func `keeps its places under another name, and is one log with what was left`() throws {
    try bench.fill(300)
    let left = try Ledger(reading: bench.path(), origin: bench.origin, key: bench.key.publicKey).head
    let (entries, checkpoint) = (try bench.entries, try Files.read(bench.path("checkpoint")))
    try bench.fill(50, from: 300)
    try bench.replaceEntries(entries)
    try bench.replace("checkpoint", checkpoint)
    #expect(throws: LedgerError(.behind, Wording("", ""))) { try bench.open() }
    // Less than was declared as left is refused, and changes nothing.
    let more = Seen(origin: bench.origin, size: 301, root: left.root)
    #expect(throws: LedgerError(.behind, Wording("", ""))) {
      try Ledger(recovering: bench.path(), as: next, key: bench.key, left: more)
    }
    #expect(throws: LedgerError(.behind, Wording("", ""))) { try bench.open() }
    do {
      let ledger = try Ledger(recovering: bench.path(), as: next, key: bench.key, left: Seen(left))
      let name = Ledger.name(in: try bench.path())
      #expect(ledger.size == 300 && name == next)
      #expect(try ledger.append(bench.entry(900)).index == 300)
      #expect(try ledger.checkpoint().hasPrefix(next + "\n"))
    }
    // Under the old name it opens no more, under the new one as ever.
    #expect(throws: LedgerError(.damaged, Wording("", ""))) { try bench.open() }
    let ledger = try Ledger(folder: bench.path(), origin: next, key: bench.key)
    let marked = Ledger.marked(try bench.path())
    #expect(ledger.size == 301 && marked == 301)
    let proof = try ledger.consistencyProof(from: 300)
    #expect(
      Merkle.verifyConsistency(
        from: 300, to: 301, proof: proof, fromRoot: left.root, toRoot: ledger.head.root))
  }

  @Test func `begins with nothing where nothing is left`() throws {
    try bench.fill(3)
    try Files.remove(bench.path())
    let left = Seen(origin: bench.origin, size: 0, root: Merkle.root(of: []))
    let ledger = try Ledger(recovering: bench.path(), as: next, key: bench.key, left: left)
    let name = Ledger.name(in: try bench.path())
    #expect(ledger.size == 0 && name == next)
    #expect(try ledger.append(bench.entry(0)).index == 0)
  }
}

@Suite struct `What a log says of itself` {
  @Test func `is said in both languages, with who can mend it`() throws {
    let bench = try LogBench()
    try bench.fill(2)
    try bench.replaceEntries([0x78])
    let error = #expect(throws: LedgerError.self) { try bench.open() }
    let han = { (text: String?) in
      text?.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) } ?? false
    }
    #expect(han(error?.message(in: "zh")) && !han(error?.message(in: "en")))
    #expect(han(error?.hint(in: "zh")) && error?.hint?.contains("backup") == true)
    #expect(error?.blame == .environment)
    let report = try bench.verify()
    #expect(report.faults.allSatisfy { han($0.said(in: "zh")) && !han($0.description) })
    // A log is for whoever runs the machine; what somebody brought is judged as data.
    for code in LedgerError.Code.allCases {
      let blame = LedgerError(code, Wording("", "")).blame
      switch code {
      case .proof: #expect(blame == .data)
      case .absent, .entry: #expect(blame == .usage)
      default: #expect(blame == .environment, "\(code)")
      }
    }
  }
}
