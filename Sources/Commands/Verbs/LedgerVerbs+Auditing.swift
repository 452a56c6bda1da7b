import Bytes
import Ledgers
import Releases
import Trust

extension LedgerVerbs {
  private static func open(_ invocation: Invocation, _ word: String) throws -> (log: Log, ledger: Ledger) {
    let log = try chosen(invocation, word)[0]
    return (log, try Ledger(reading: log.folder, origin: log.origin, key: log.key))
  }

  static func prove(_ invocation: Invocation) throws -> ExitStatus {
    let words = try invocation.operands(2, 2)
    guard let index = Int(words[1]), index >= 0 else {
      throw UsageFault(Phrase("序号须为整数，而不是“\(words[1])”", "an entry is named by its index, not '\(words[1])'"))
    }
    let (log, ledger) = try open(invocation, words[0])
    let proof = try ledger.proof(of: index)
    let line = try ledger.line(at: index)
    // A proof that does not hold is not handed out.
    _ = try InclusionProof(text: proof).verify(
      leafHash: Merkle.leafHash(line), origin: log.origin, key: log.key)
    guard invocation.has("--json") else {
      invocation.terminal.print(bytes: Array(proof.utf8))
      return .done
    }
    let json: JSON = [
      "log": .string(log.name), "index": JSON(index), "entry": try ledger.entry(at: index),
      "leafHash": .string(Hex.encode(Merkle.leafHash(line))), "proof": .string(proof),
    ]
    invocation.terminal.print(bytes: json.serialized(pretty: true) + [0x0A])
    return .done
  }

  static func consistency(_ invocation: Invocation) throws -> ExitStatus {
    let (log, ledger) = try open(invocation, try invocation.operands(1, 1)[0])
    let file = try invocation.required("--since")
    let note = String(decoding: try Files.read(file, limit: 1 << 20, from: .named), as: UTF8.self)
    // A checkpoint from before a declared loss bears the name that the log had then.
    let told = try Checkpoint(unverified: note).origin
    let first = log.losses == 0 ? log.origin : LogNames.first(log.origin)
    let epoch = LogNames.epoch(of: told, first: first).flatMap { $0 <= log.losses + 1 ? $0 : nil }
    let before = try Checkpoint(note: note, origin: epoch == nil ? log.origin : told, key: log.key)
    let now = ledger.head
    let left = try epoch.flatMap { try Self.left(of: ledger, after: $0) }
    guard before.size > 0, before.size <= left ?? now.size else {
      if let left {
        throw LogFault(
          Phrase(
            "\(log.name)：检查点签在 \(before.size) 条之上，而按声明自第 \(left) 条起的条目已丢失",
            "\(log.name): the checkpoint was signed over \(before.size) entries, and those from \(left) on were lost, as was declared"
          ),
          hint: Phrase("doorsill authority 列出声明", "'doorsill authority' shows the declaration"))
      }
      invocation.terminal.note(
        Phrase(
          "\(log.name)：现有 \(now.size) 条，而检查点签在 \(before.size) 条之上",
          "\(log.name): there are \(now.size) entries, and the checkpoint was signed over \(before.size)"))
      return .environment
    }
    let proof = try ledger.consistencyProof(from: before.size)
    let holds = Merkle.verifyConsistency(
      from: before.size, to: now.size, proof: proof, fromRoot: before.root, toRoot: now.root)
    if invocation.has("--json") {
      let json: JSON = [
        "log": .string(log.name), "from": JSON(before.size), "to": JSON(now.size), "consistent": .bool(holds),
        "fromRoot": .string(Hex.encode(before.root)), "toRoot": .string(Hex.encode(now.root)),
        "proof": .array(proof.map { .string(Base64.encode($0)) }),
      ]
      invocation.terminal.print(bytes: json.serialized(pretty: true) + [0x0A])
    } else {
      invocation.terminal.note(
        holds
          ? Phrase(
            "\(log.name)：前 \(before.size) 条与检查点一致，此后增加 \(now.size - before.size) 条",
            "\(log.name): the first \(before.size) entries are those of the checkpoint; \(now.size - before.size) were added since"
          )
          : Phrase(
            "\(log.name)：与检查点不一致，日志被改写过",
            "\(log.name): not what the checkpoint was signed over: the log was rewritten"))
    }
    return holds ? .done : .environment
  }

  /// How many entries were left of a log when it gave up its name of that number; nil where it still has it.
  private static func left(of ledger: Ledger, after epoch: Int) throws -> Int? {
    for index in 0..<ledger.size {
      let entry = try ledger.entry(at: index)
      if entry["event"]?.string == Recovery.event, entry["decision"]?["epoch"]?.int == epoch + 1 {
        return entry["upTo"]?.int
      }
    }
    return nil
  }

  /// Entries by event.
  private struct Tally {
    var count = 0
    var signed = 0
    var first: Timestamp
    var last: Timestamp
  }

  static func report(_ invocation: Invocation) throws -> ExitStatus {
    var reports: [JSON] = []
    for log in try chosen(invocation, try invocation.operands(0, 1).first) {
      let ledger = try Ledger(reading: log.folder, origin: log.origin, key: log.key)
      var tallies: [String: Tally] = [:]
      for index in 0..<ledger.size {
        let (entry, time) = (try ledger.entry(at: index), try ledger.time(at: index))
        let event = entry["event"]?.string ?? "?"
        var tally = tallies[event] ?? Tally(first: time, last: time)
        tally.count += 1
        tally.signed += entry["signature"] == nil && entry["jws"] == nil ? 0 : 1
        tally.last = time
        tallies[event] = tally
      }
      let sorted = tallies.sorted { $0.key < $1.key }
      reports.append([
        "log": .string(log.name), "origin": .string(log.origin), "entries": JSON(ledger.size),
        "root": .string(Hex.encode(ledger.head.root)),
        "events": .object(
          sorted.map { event, tally in
            JSON.Member(
              event,
              [
                "entries": JSON(tally.count), "signedByPerson": JSON(tally.signed),
                "first": .string(tally.first.rfc3339), "last": .string(tally.last.rfc3339),
              ])
          }),
      ])
      guard !invocation.has("--json") else { continue }
      let terminal = invocation.terminal
      terminal.print(
        "\(terminal.styled(log.name, .bold))  \(log.origin)  \(Phrase("\(ledger.size) 条", "\(ledger.size) entries").said)"
      )
      terminal.table(
        [
          [
            Phrase("事件", "event").said, Phrase("条目", "entries").said, Phrase("本人签名", "signed").said,
            Phrase("最早", "first").said, Phrase("最近", "last").said,
          ]
        ]
          + sorted.map { event, tally in
            [event, String(tally.count), String(tally.signed), tally.first.rfc3339, tally.last.rfc3339]
          }, indent: 2)
    }
    if invocation.has("--json") {
      invocation.terminal.print(bytes: JSON.array(reports).serialized(pretty: true) + [0x0A])
    }
    return .done
  }

  static func export(_ invocation: Invocation) throws -> ExitStatus {
    let (log, ledger) = try open(invocation, try invocation.operands(1, 1)[0])
    let folder = try invocation.required("--out")
    guard !Files.exists(folder) else {
      throw UsageFault(Phrase("\(folder) 已存在", "\(folder) is there already"))
    }
    try Files.makeDirectory(folder, mode: 0o700)
    let writer = try FileWriter(folder + "/entries.ndjson", mode: 0o600)
    for index in 0..<ledger.size { try writer.write(try ledger.line(at: index) + [0x0A]) }
    try writer.commit()
    try Files.write(Array(try ledger.checkpoint().utf8), to: folder + "/checkpoint")
    try Files.write(log.key.pem, to: folder + "/log-key.pem")
    invocation.terminal.note(
      Phrase(
        "已写入 \(folder)：\(ledger.size) 条、检查点与日志公钥",
        "wrote \(folder): \(ledger.size) entries, the checkpoint and the log's public key"))
    return .done
  }
}
