package import Bytes
import Catalogs
package import Ledgers
import Policies
import Releases
import System
package import Trust

/// Declares that entries of the answers log are lost, so that the server may go on from what is left of it, under the
/// log's next name. One signature does it: it opens nothing, gives no call back and is seen by everybody.
package enum Recovering {
  /// What was declared.
  package struct Outcome: Sendable {
    package let recovery: Recovery
    /// The name that the log has from now on.
    package let next: String
    /// False where it was declared before and the server has not taken it up yet.
    package let isNew: Bool
  }

  /// - Parameters:
  ///   - remembered: who else remembers how many entries; the decisions log and the release are asked here.
  ///   - seen: names of the log that the person's home has seen: what bore one was taken up, and is lost again.
  ///   - isCertain: whether it is meant also where nothing remembers more than is left.
  package static func run(
    _ portal: Portal, by author: Author, reason: String, remembered: [(name: String, size: Int)],
    seen: Set<String> = [], isCertain: Bool, now: Timestamp
  ) throws -> Outcome {
    try Decisions.checkReason(reason)
    try portal.makeInside()
    let lock = try FileLock(portal.inside + "/lock")
    defer { withExtendedLifetime(lock) {} }
    let keys = try InsideKeys(portal: portal)
    let policies = try PolicySet.load(folder: portal.policies)
    let store = try ReleaseStore(folder: portal.outside, key: keys.release.publicKey)
    guard let served = try store.served() else {
      throw PublishingError(.unknownDataset, .nothingPublished, blame: .usage)
    }
    let decisions = try Decisions(
      portal, origin: served.settings.decisionsLog, key: keys.release, author: author,
      after: served)
    var log = try AuthorityLog(decisions.ledger)
    guard let authority = log.authority else {
      throw PublishingError(
        .refused, Wording("the decisions log has no beginning yet", "决策日志尚无起点"),
        hint: Wording("doorsill authority begin --as ID", "doorsill authority begin --as ID"))
    }
    try Registry(authority).standing(author, .recover)?.check([])

    let first = served.settings.answersLog
    let left = try Left(portal, first: first)
    let names = seen.union(try Self.names(knownTo: decisions.ledger))
    let isAgain = names.contains { (LogNames.epoch(of: $0, first: first) ?? 1) > left.epoch }
    let outcome: Outcome
    if let before = try AuthorityLog.recoveries(in: decisions.ledger).last, before.epoch > left.epoch,
      !names.contains(LogNames.name(first, epoch: before.epoch))
    {
      outcome = Outcome(
        recovery: before, next: LogNames.name(first, epoch: before.epoch), isNew: false)
    } else {
      guard left.epoch == authority.losses.count + 1 || isAgain && left.epoch <= authority.losses.count else {
        throw PublishingError(
          .damaged,
          Wording(
            "the answers log bears the name \(left.seen.origin), and the decisions log declares \(authority.losses.count) losses",
            "答复日志名为 \(left.seen.origin)，而决策日志声明了 \(authority.losses.count) 次丢失"),
          hint: .restoreFromBackup, blame: .environment)
      }
      var places = remembered
      places.append(("release \(served.number)", served.settings.answers?.size ?? 0))
      places.append(("decisions log", try Self.known(to: decisions.ledger)))
      let known = places.map(\.size).max() ?? 0
      guard isCertain || isAgain || known > left.seen.size else {
        throw PublishingError(
          .refused,
          Wording(
            "the answers log has \(left.seen.size) entries, and nothing remembers more: nothing is known to be lost",
            "答复日志有 \(left.seen.size) 条，别处也没有更多记录：没有已知的丢失"),
          hint: Wording(
            "start the server; where receipts of later entries were given out, say --yes",
            "请启动服务；若此后曾发出过回执，请加 --yes"), blame: .usage)
      }
      let members = Recovery.members(
        epoch: authority.losses.count + 2, left: left.seen, places: places.filter { $0.size > 0 },
        reason: reason,
        time: now)
      let telling = Telling(
        event: Recovery.event, subject: [:],
        facts: .object((members.members ?? []).filter { $0.key != "event" }), lists: [])
      let written = try decisions.record([telling])
      for (entry, time, index) in written {
        try log.take(entry, time, at: index) { try decisions.ledger.root(atSize: $0) }
      }
      if let fault = log.faults.last, fault.index == written.last?.index {
        throw PublishingError(.refused, Wording(fault.message["en"] ?? "", fault.message["zh"] ?? ""))
      }
      guard let recovery = written.last.flatMap({ Recovery(entry: $0.entry) }) else {
        throw PublishingError.unjudged(Recovery.event)
      }
      outcome = Outcome(
        recovery: recovery, next: LogNames.name(first, epoch: recovery.epoch), isNew: true)
    }
    try cross(decisions.ledger, to: portal)
    let history = try History.load(portal, release: log.authority?.release)
    try AuthorityFile.write(
      log.authority ?? authority, of: decisions.ledger,
      policyFiles: history.policyFiles.isEmpty ? policies.files : history.policyFiles, key: keys.release,
      to: portal)
    return outcome
  }

  /// Puts every such entry of the decisions log where the server reads them.
  static func cross(_ decisions: Ledger, to portal: Portal) throws {
    var lines: [UInt8] = []
    for recovery in try AuthorityLog.recoveries(in: decisions) {
      lines += try recovery.entry.canonical() + [0x0A]
    }
    try Folder(portal.outside).replace(Layout.recovered, lines)
  }

  /// The longest answers log that any publication has seen.
  private static func known(to decisions: Ledger) throws -> Int {
    try (0..<decisions.size).map { try decisions.entry(at: $0)["answers"]?["size"]?.int ?? 0 }.max() ?? 0
  }

  /// The names under which any publication has seen it.
  private static func names(knownTo decisions: Ledger) throws -> [String] {
    try (0..<decisions.size).compactMap { index in
      try decisions.entry(at: index)["answers"]?["log"]?.string.flatMap {
        try? SignedNote.parse(vkey: $0).name
      }
    }
  }

  /// What is left of the answers log, as its last checkpoint says and its entries bear out.
  private struct Left {
    let seen: Seen
    let epoch: Int

    init(_ portal: Portal, first: String) throws {
      let folder = portal.outside + "/answers"
      let keyFile = portal.outside + "/keys/checkpoint"
      let outside = try Folder(portal.outside)
      try outside.checkFolders(["keys", "answers"])
      guard try outside.exists("keys/checkpoint") else {
        throw PublishingError(
          .damaged,
          Wording(
            "\(keyFile) is not here: without it nothing can go on from the log that it signed",
            "缺少 \(keyFile)：没有它，日志无从继续"), hint: .restoreFromBackup, blame: .environment)
      }
      let key = try SigningKey(pem: try outside.read("keys/checkpoint", limit: 1 << 16)).publicKey
      guard let name = Ledger.name(in: folder) else {
        // Nothing at all: neither checkpoint nor entries.
        let entries = folder + "/entries.jsonl"
        guard try !Files.exists(entries) || Files.size(entries) == 0 else {
          throw PublishingError(
            .damaged,
            Wording(
              "\(folder) has entries and no checkpoint: that is no log of one moment",
              "\(folder) 有条目而没有检查点：不是同一时刻的日志"),
            hint: Wording(
              "restore the folder whole from one backup, or move it away to begin with nothing",
              "请从同一份备份整个恢复该文件夹，或将其移走以从空日志开始"), blame: .environment)
        }
        seen = Seen(origin: first, size: 0, root: Merkle.root(of: []))
        epoch = 1
        return
      }
      guard let epoch = LogNames.epoch(of: name, first: first) else {
        throw PublishingError(
          .damaged, Wording("\(folder) is the log of \(name)", "\(folder) 是 \(name) 的日志"),
          hint: .restoreFromBackup, blame: .environment)
      }
      // Nobody writes it meanwhile.
      let lock = try FileLock(folder + "/lock")
      defer { withExtendedLifetime(lock) {} }
      let ledger = try Ledger(reading: folder, origin: name, key: key)
      self.epoch = epoch
      seen = Seen(ledger.head)
    }
  }
}
