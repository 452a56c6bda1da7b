import Bytes
import Foundation
import Synchronization
import Testing
import Trust

@testable import Ledgers

/// A folder in memory where there is one: these tests sync thousands of times.
final class FastFolder: Sendable {
  let path: String
  init() throws {
    let parent = Files.isDirectory("/dev/shm") ? "/dev/shm" : FileManager.default.temporaryDirectory.path
    path = "\(parent)/doorsill-test-\(UUID().uuidString)"
    try Files.makeDirectory(path)
  }
  deinit { try? Files.remove(path) }
}

/// A log in a folder of its own, with what a test needs to look at it.
struct LogBench {
  let folder = Result { try FastFolder() }
  let key: SigningKey
  let origin = "portal.example/answers"

  init() throws { key = try SigningKey.generate() }

  func path(_ name: String = "") throws -> String {
    try folder.get().path + "/log" + (name.isEmpty ? "" : "/" + name)
  }
  func open() throws -> Ledger { try Ledger(folder: path(), origin: origin, key: key) }
  func verify() throws -> Ledger.Report {
    try Ledger.verify(folder: path(), origin: origin, key: key.publicKey)
  }
  func entry(_ number: Int) -> JSON { ["client": "公司", "event": "answer", "number": JSON(number)] }

  /// Appends entries numbered from `from`, in groups, and closes the log.
  func fill(_ count: Int, from: Int = 0) throws {
    let ledger = try open()
    _ = try ledger.append((from..<(from + count)).map(entry))
  }

  var entries: [UInt8] {
    get throws { try Files.read(path("entries.jsonl")) }
  }
  func replaceEntries(_ bytes: [UInt8]) throws { try replace("entries.jsonl", bytes) }
  /// As before a crash: the checkpoint of then, and no mark of what came after it.
  func goBack(to checkpoint: [UInt8]) throws {
    try replace("checkpoint", checkpoint)
    try? Files.remove(HighWater.path(of: path()))
  }
  /// Overwrites a file without a sync: tests do it thousands of times.
  func replace(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: path(name)))
  }
}

@Suite struct `A ledger` {
  let bench: LogBench

  init() throws { bench = try LogBench() }

  @Test func `keeps entries over a restart, in order, with times that never run back`() throws {
    try bench.fill(600)
    let ledger = try bench.open()
    #expect(ledger.size == 600 && ledger.tornBytes == 0)
    for index in [0, 255, 256, 511, 512, 599] {
      #expect(try ledger.entry(at: index) == bench.entry(index))
      #expect(try ledger.line(at: index).starts(with: Array(#"{"after":0,"entry":{"client":"#.utf8)))
    }
    let next = try ledger.append(bench.entry(600))
    #expect(next.index == 600)
    #expect(next.leafHash == Merkle.leafHash(try ledger.line(at: 600)))
    #expect(try ledger.time(at: 600) == next.time)
    #expect(try ledger.time(at: 0) <= next.time)
    #expect(throws: LedgerError(.absent, Wording("", ""))) { try ledger.entry(at: 601) }
    #expect(throws: LedgerError(.absent, Wording("", ""))) { try ledger.entry(at: -1) }
    #expect(try bench.verify().isSound)
  }

  @Test func `gives proofs that hold with the public key alone, in the form auditors' tools read`() throws {
    try bench.fill(700)
    let ledger = try bench.open()
    for index in [0, 1, 255, 256, 300, 511, 512, 698, 699] {
      let proof = try InclusionProof(text: ledger.proof(of: index))
      let leaf = Merkle.leafHash(try ledger.line(at: index))
      let head = try proof.verify(leafHash: leaf, origin: bench.origin, key: bench.key.publicKey)
      #expect(head == ledger.head && proof.index == index)
      #expect(throws: LedgerError(.proof, Wording("", ""))) {
        try proof.verify(leafHash: Merkle.leafHash([]), origin: bench.origin, key: bench.key.publicKey)
      }
      #expect(throws: LedgerError(.proof, Wording("", ""))) {
        try proof.verify(leafHash: leaf, origin: "other.example/answers", key: bench.key.publicKey)
      }
      #expect(throws: LedgerError(.proof, Wording("", ""))) {
        try proof.verify(leafHash: leaf, origin: bench.origin, key: SigningKey.generate().publicKey)
      }
    }
    for (from, to) in [(1, 700), (256, 700), (255, 512), (300, 301), (700, 700), (640, 699)] {
      let proof = try ledger.consistencyProof(from: from, to: to)
      #expect(
        Merkle.verifyConsistency(
          from: from, to: to, proof: proof, fromRoot: try ledger.root(atSize: from),
          toRoot: try ledger.root(atSize: to)))
    }
    #expect(throws: LedgerError(.absent, Wording("", ""))) { try ledger.consistencyProof(from: 0) }
    #expect(throws: LedgerError(.absent, Wording("", ""))) { try ledger.consistencyProof(from: 5, to: 701) }
    #expect(throws: LedgerError(.absent, Wording("", ""))) { try ledger.proof(of: 700) }
  }

  @Test func `publishes tiles from which anyone computes the signed root`() throws {
    try bench.fill(700)
    let ledger = try bench.open()
    var leaves: [[UInt8]] = []
    for name in ledger.tileNames {
      let tile = try #require(ledger.tile(path: name.path))
      #expect(tile.count == name.count * 32)
      guard name.level == 0 else { continue }
      leaves += stride(from: 0, to: tile.count, by: 32).map { Array(tile[$0..<($0 + 32)]) }
    }
    #expect(ledger.tileNames.map(\.path) == ["0/000", "0/001", "0/002.p/188", "1/000.p/2"])
    #expect(leaves.count == 700)
    let head = try Checkpoint(note: ledger.checkpoint(), origin: bench.origin, key: bench.key.publicKey)
    #expect(head.size == 700 && head.root == Merkle.root(of: leaves))
    #expect(ledger.tile(path: "0/002") == nil && ledger.tile(path: "0/003.p/1") == nil)
    #expect(ledger.tile(path: "1/000.p/3") == nil && ledger.tile(path: "2/000.p/1") == nil)
    #expect(
      ledger.tile(path: "0/002.p/5") == Array(try #require(ledger.tile(path: "0/002.p/188")).prefix(160)))
  }

  @Test func `takes ten appenders at once, each durable in its place`() throws {
    let ledger = try bench.open()
    let written = Mutex<[(Int, Ledger.Entry)]>([])
    let gone = DispatchGroup()
    for writer in 0..<10 {
      gone.enter()
      Thread.detachNewThread { [bench] in
        for number in 0..<60 {
          do {
            let entry = try ledger.append(bench.entry(writer * 1000 + number))
            written.withLock { $0.append((writer * 1000 + number, entry)) }
          } catch { Issue.record(error) }
        }
        gone.leave()
      }
    }
    gone.wait()
    let all = written.withLock { $0 }
    #expect(all.count == 600 && ledger.size == 600)
    #expect(Set(all.map(\.1.index)) == Set(0..<600))
    for (number, entry) in all { #expect(try ledger.entry(at: entry.index) == bench.entry(number)) }
    // Each writer's own entries stand in the order it wrote them.
    for writer in 0..<10 {
      let own = all.filter { $0.0 / 1000 == writer }.sorted { $0.0 < $1.0 }.map(\.1.index)
      #expect(own == own.sorted())
    }
    #expect(try bench.verify().isSound)
  }

  @Test func `writes all that came during a sync with the next one`() throws {
    // The first writer is alone until it syncs; its sync lasts until the other nine have handed over their entries.
    let begun = Mutex<Ledger?>(nil)
    let syncs = Mutex(0)
    let isSyncing = DispatchSemaphore(value: 0)
    let real = DiskCalls()
    var calls = real
    calls.sync = { descriptor in
      guard let ledger = begun.withLock({ $0 }) else { return real.sync(descriptor) }
      let number = syncs.withLock {
        $0 += 1
        return $0
      }
      if number == 1 {
        isSyncing.signal()
        while ledger.promised != 10 { usleep(1000) }
      }
      return real.sync(descriptor)
    }
    let ledger = try Ledger(folder: bench.path(), origin: bench.origin, key: bench.key, disk: calls)
    begun.withLock { $0 = ledger }
    let gone = DispatchGroup()
    func write(_ number: Int) {
      gone.enter()
      Thread.detachNewThread { [bench] in
        do { _ = try ledger.append(bench.entry(number)) } catch { Issue.record(error) }
        gone.leave()
      }
    }
    write(0)
    isSyncing.wait()
    for writer in 1..<10 { write(writer) }
    gone.wait()
    begun.withLock { $0 = nil }
    // A line tells how many entries were durable when its group began.
    let groups = try (0..<10).map { try #require(LedgerLine(ledger.line(at: $0))).after }
    #expect(groups == [0] + Array(repeating: 1, count: 9) && syncs.withLock { $0 } == 2)
  }

  @Test func `has one writer`() throws {
    let first = try bench.open()
    #expect(throws: LedgerError(.busy, Wording("", ""))) { try bench.open() }
    withExtendedLifetime(first) {}
  }

  @Test func `is read by others while it is written, as of its last checkpoint`() throws {
    let writer = try bench.open()
    _ = try writer.append((0..<300).map(bench.entry))
    try writer.persist()
    _ = try writer.append(bench.entry(300))
    let reader = try Ledger(reading: bench.path(), origin: bench.origin, key: bench.key.publicKey)
    #expect(reader.size == 300 && writer.size == 301)
    #expect(try reader.entry(at: 299) == bench.entry(299))
    let proof = try InclusionProof(text: reader.proof(of: 7))
    let leaf = Merkle.leafHash(try writer.line(at: 7))
    #expect(try proof.verify(leafHash: leaf, origin: bench.origin, key: bench.key.publicKey).size == 300)
    #expect(throws: LedgerError(.storage, Wording("", ""))) { try reader.append(bench.entry(0)) }
  }

  @Test func `refuses entries that have no canonical form or are too long, and names that cannot be signed`()
    throws
  {
    let ledger = try bench.open()
    #expect(throws: LedgerError(.entry, Wording("", ""))) {
      try ledger.append(["text": .string(String(repeating: "x", count: 70_000))])
    }
    #expect(throws: LedgerError(.entry, Wording("", ""))) { try ledger.append(["n": .number("1e999")]) }
    #expect(try ledger.append([]).isEmpty)
    #expect(throws: LedgerError(.entry, Wording("", ""))) {
      try Ledger(folder: bench.path("x"), origin: "a b", key: bench.key)
    }
    let long = try ledger.append(["text": .string(String(repeating: "x", count: 65_000))])
    #expect(try ledger.entry(at: long.index)["text"]?.string?.count == 65_000)
  }
}

@Suite struct `A ledger after a crash` {
  let bench: LogBench

  init() throws { bench = try LogBench() }

  @Test func `cuts a tail torn at any byte, and no committed entry`() throws {
    try bench.fill(5)
    let committed = try bench.entries
    let checkpoint = try Files.read(bench.path("checkpoint"))
    let whole = try {
      try bench.fill(2, from: 5)
      return try bench.entries
    }()
    let first = try #require(whole[committed.count...].firstIndex(of: 10)) + 1
    for cut in committed.count...whole.count {
      try bench.replaceEntries(Array(whole[..<cut]))
      // As if the crash came before the next checkpoint.
      try bench.goBack(to: checkpoint)
      let ledger = try bench.open()
      let expected = cut == whole.count ? 7 : cut >= first ? 6 : 5
      #expect(ledger.size == expected)
      let kept = expected == 7 ? whole.count : expected == 6 ? first : committed.count
      #expect(ledger.tornBytes == cut - kept)
      #expect(try Array(bench.entries) == Array(whole[..<kept]))
      #expect(try ledger.append(bench.entry(9)).index == expected)
    }
  }

  @Test func `cuts a tail whose sectors never reached the disk`() throws {
    try bench.fill(5)
    let committed = try bench.entries.count
    let checkpoint = try Files.read(bench.path("checkpoint"))
    try bench.fill(40, from: 5)
    let whole = try bench.entries
    for sector in (committed / 512 + 1)..<(whole.count / 512) {
      var lost = whole
      for place in (sector * 512)..<(sector * 512 + 512) { lost[place] = 0 }
      try bench.replaceEntries(lost)
      try bench.goBack(to: checkpoint)
      let ledger = try bench.open()
      #expect(ledger.size >= 5 && ledger.size < 45 && ledger.tornBytes > 0)
      #expect(try Array(bench.entries) == Array(whole[..<(whole.count - ledger.tornBytes)]))
    }
  }

  @Test func `never takes a changed byte of a committed entry for a torn tail`() throws {
    try bench.fill(3)
    let checkpoint = try Files.read(bench.path("checkpoint"))
    try bench.fill(2, from: 3)
    let whole = try bench.entries
    for place in whole.indices {
      for bit in [0, 4] {
        var changed = whole
        changed[place] ^= 1 << UInt8(bit)
        try bench.replaceEntries(changed)
        try bench.replace("checkpoint", checkpoint)
        #expect(throws: LedgerError(.damaged, Wording("", ""))) { try bench.open() }
        #expect(try bench.entries == changed)
      }
    }
  }

  @Test(arguments: ["tile", "offsets", "tile/0/000", "tile/0/001"])
  func `comes back without what is derived, and writes it again`(loss: String) throws {
    try bench.fill(600)
    let root = try bench.open().head.root
    try Files.remove(bench.path(loss))
    // A tile far from the end is missed only when a proof needs it, so what the start needs is taken as well.
    try Files.remove(bench.path("offsets"))
    #expect(try !bench.verify().isSound)
    do {
      let ledger = try bench.open()
      #expect(ledger.size == 600 && ledger.head.root == root)
      #expect(try ledger.entry(at: 300) == bench.entry(300))
      #expect(try ledger.inclusionProof(3).count == 10)
      #expect(try ledger.append(bench.entry(600)).index == 600)
    }
    #expect(try bench.verify().isSound)
  }

  @Test func `refuses to start behind its last signed checkpoint`() throws {
    try bench.fill(300)
    let old = try bench.entries
    let oldCheckpoint = try Files.read(bench.path("checkpoint"))
    try bench.fill(5, from: 300)
    try bench.replaceEntries(old)
    #expect(throws: LedgerError(.behind, Wording("", ""))) { try bench.open() }
    try bench.replaceEntries([])
    #expect(throws: LedgerError(.behind, Wording("", ""))) { try bench.open() }
    // With a checkpoint that someone else signed, or none, it does not start either.
    try bench.replaceEntries(old)
    let forged = Checkpoint(origin: bench.origin, size: 300, root: Merkle.root(of: []))
    try Files.write(Array(forged.signed(with: SigningKey.generate()).utf8), to: bench.path("checkpoint"))
    #expect(throws: LedgerError(.damaged, Wording("", ""))) { try bench.open() }
    try Files.remove(bench.path("checkpoint"))
    #expect(throws: LedgerError(.damaged, Wording("", ""))) { try bench.open() }
    // With the checkpoint of then it looks whole, and the mark beside it knows better.
    try Files.write(oldCheckpoint, to: bench.path("checkpoint"))
    #expect(throws: LedgerError(.behind, Wording("", ""))) { try bench.open() }
    #expect(try bench.entries == old, "nothing is touched")
    try bench.goBack(to: oldCheckpoint)
    #expect(try bench.open().size == 300)
  }
}
