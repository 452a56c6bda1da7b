import Bytes
import Testing
import Trust

@testable import Ledgers

@Suite struct `An audit of a ledger` {
  let bench: LogBench

  init() throws {
    bench = try LogBench()
    try bench.fill(520)
  }

  private func lines() throws -> [[UInt8]] { try bench.entries.split(separator: 10).map { Array($0) } }
  private func replace(_ lines: [[UInt8]]) throws { try bench.replaceEntries(lines.flatMap { $0 + [10] }) }

  @Test func `finds a sound log sound, and names what it read`() throws {
    let report = try bench.verify()
    #expect(report.isSound && report.entries == 520 && report.tornBytes == 0)
    #expect(report.checkpoint?.size == 520)
  }

  @Test func `finds and locates any flipped byte`() throws {
    let whole = try bench.entries
    var starts = [0]
    for (place, byte) in whole.enumerated() where byte == 10 { starts.append(place + 1) }
    for place in stride(from: 0, to: whole.count, by: 379) {
      var changed = whole
      changed[place] ^= 0x01
      try bench.replaceEntries(changed)
      let report = try bench.verify()
      let index = try #require(starts.lastIndex { $0 <= place })
      #expect(report.faults.first?.index == index, "\(place) \(report.faults)")
      #expect(report.faults.first?.offset == starts[index])
      #expect(report.faults.first?.file == "entries.jsonl")
    }
  }

  @Test func `finds lost, added, doubled and reordered entries`() throws {
    let whole = try lines()
    func faults(_ lines: [[UInt8]]) throws -> [(Int?, String)] {
      try replace(lines)
      return try bench.verify().faults.map { ($0.index, $0.what.en) }
    }
    var changed = whole
    changed.remove(at: 300)
    #expect(try faults(changed).first?.0 == 300)
    changed = whole
    changed.removeLast()
    #expect(try faults(changed).contains { $0.0 == 519 && $0.1.contains("lost") })
    changed = whole
    changed.insert(whole[7], at: 260)
    #expect(try faults(changed).first?.0 == 7)
    changed = whole
    changed.insert(Array("{}".utf8), at: 100)
    #expect(try faults(changed).first?.0 == 100)
    changed = whole
    changed.swapAt(400, 402)
    #expect(Set(try faults(changed).compactMap(\.0)).isSuperset(of: [400, 401]))
  }

  @Test func `finds an entry that was written anew with everything in order`() throws {
    var changed = try lines()
    let old = try #require(LedgerLine(changed[123]))
    changed[123] = LedgerLine.write(
      entry: Array(#"{"event":"forged"}"#.utf8), after: old.after, index: old.index, time: old.time)
    try replace(changed)
    let report = try bench.verify()
    #expect(report.faults.first?.index == 123)
    #expect(report.faults.contains { $0.file == "tile/0/000" })
    #expect(report.faults.contains { $0.file == "checkpoint" })
    // Even with all tiles forged to match, the signed root does not.
    var tree = TileTree()
    let store = TileStore(folder: try bench.path())
    for line in changed {
      try tree.append(Merkle.leafHash(line)) { (tile, bytes) throws(LedgerError) in
        try store.write(tile, bytes)
      }
    }
    let ends = changed.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count + 1) }
    try store.writeOffsets([ends[256], ends[512]])
    #expect(try bench.verify().faults.map(\.file) == ["checkpoint"])
    // A full replay notices at the start as well.
    try Files.remove(bench.path("offsets"))
    #expect(throws: LedgerError(.damaged, Wording("", ""))) { try bench.open() }
  }

  @Test func `finds changes in tiles, offsets and checkpoint`() throws {
    for file in ["tile/0/000", "tile/0/001", "offsets", "checkpoint"] {
      let whole = try Files.read(bench.path(file))
      for place in stride(from: 0, to: whole.count, by: max(1, whole.count / 23)) {
        var changed = whole
        changed[place] ^= 0x04
        try Files.write(changed, to: bench.path(file))
        #expect(
          try bench.verify().faults.contains { $0.file == file || $0.file == "entries.jsonl" },
          "\(file) \(place)")
      }
      try Files.write(Array(whole.dropLast()), to: bench.path(file))
      #expect(try !bench.verify().isSound, "\(file) cut")
      try Files.write(whole, to: bench.path(file))
    }
    try Files.remove(bench.path("tile/0/001"))
    #expect(try bench.verify().faults.map(\.file) == ["tile/0/001"])
    try Files.remove(bench.path("checkpoint"))
    #expect(try bench.verify().faults.map(\.file) == ["checkpoint"])
  }

  @Test func `tells a torn tail from a fault`() throws {
    let whole = try bench.entries
    try bench.replaceEntries(whole + Array(#"{"after":520,"entry":{"#.utf8))
    let report = try bench.verify()
    #expect(report.isSound && report.tornBytes == 22)
  }
}

@Suite struct `A receipt` {
  let key: SigningKey
  let claims: Receipt.Claims
  let answer = Array(#"{"n":12}"#.utf8)

  init() throws {
    key = try SigningKey.generate()
    claims = Receipt.Claims(
      requestHash: Hex.encode(Digest.sha256([1])), answerHash: Hex.encode(Digest.sha256(answer)), release: 7,
      policy: "abc", protection: ["cells": 3, "threshold": 10], keyID: "k1", certificateThumbprint: "t",
      provider: "数据局", manager: "m", consumer: "公司", purpose: "信贷",
      time: Timestamp(secondsSince1970: 1_800_000_000),
      ledgerIndex: 41, ledgerOrigin: "portal.example/answers")
  }

  @Test func `checks offline, with its answer`() throws {
    let receipt = try Receipt(claims, signedWith: key)
    #expect(try Receipt.verify(receipt.compact, keys: [key.publicKey], answer: answer) == claims)
    #expect(try Receipt.verify(receipt.compact, keys: [key.publicKey]) == claims)
  }

  @Test func `is refused with another answer, another key or any change`() throws {
    let compact = try Receipt(claims, signedWith: key).compact
    #expect(throws: LedgerError(.proof, Wording("", ""))) {
      try Receipt.verify(compact, keys: [key.publicKey], answer: answer + [10])
    }
    let other = try SigningKey.generate().publicKey
    #expect(throws: LedgerError(.proof, Wording("", ""))) {
      try Receipt.verify(compact, keys: [other], answer: answer)
    }
    let bytes = Array(compact.utf8)
    for place in stride(from: 0, to: bytes.count, by: 7) {
      var changed = bytes
      changed[place] = changed[place] == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")
      #expect(throws: LedgerError(.proof, Wording("", ""))) {
        try Receipt.verify(String(decoding: changed, as: UTF8.self), keys: [key.publicKey], answer: answer)
      }
    }
    // An approval is a JWS of the same key, but no receipt.
    let approval = JWS.sign(try claims.json.canonical(), with: key)
    #expect(throws: LedgerError(.proof, Wording("", ""))) {
      try Receipt.verify(approval, keys: [key.publicKey])
    }
    let empty = JWS.sign(Array("{}".utf8), with: key, header: [JSON.Member("typ", .string(Receipt.type))])
    #expect(throws: LedgerError(.proof, Wording("", ""))) { try Receipt.verify(empty, keys: [key.publicKey]) }
  }
}

@Suite struct `Checkpoints and proofs` {
  @Test func `are refused when malformed`() throws {
    let key = try SigningKey.generate()
    let root = Base64.encode(Merkle.root(of: []))
    for text in ["o\n1\n\(root)\n", "log\n01\n\(root)\n", "log\n-1\n\(root)\n", "log\n1\nAAAA\n", "log\n1\n"]
    {
      let note = SignedNote.sign(text: text, name: "log", key: key)
      #expect(throws: LedgerError(.proof, Wording("", ""))) {
        try Checkpoint(note: note, origin: "log", key: key.publicKey)
      }
    }
    let head = Checkpoint(origin: "log", size: 3, root: Merkle.root(of: []))
    #expect(try Checkpoint(note: head.signed(with: key), origin: "log", key: key.publicKey) == head)
    // Extension lines are allowed (c2sp.org/tlog-checkpoint).
    let extended = SignedNote.sign(text: head.text + "extension\n", name: "log", key: key)
    #expect(try Checkpoint(note: extended, origin: "log", key: key.publicKey) == head)
    for text in [
      "", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v2\nindex 1\n\nx",
      "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
      "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx", "c2sp.org/tlog-proof@v1\nindex -1\n\nx",
    ] { #expect(throws: LedgerError(.proof, Wording("", ""))) { try InclusionProof(text: text) } }
  }
}
