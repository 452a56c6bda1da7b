package import Bytes
import Catalogs
import Ledgers
package import Policies
import Releases
import Trust

/// The decisions log: every publication, level decision and approval, inside the door. Its checkpoint travels in
/// each release.
struct Decisions {
  let ledger: Ledger
  private let author: Author

  /// The name of a portal's log: that under which it began, whatever the portal's address is now. A checkpoint that names
  /// another is not signed under it, and refused when the log is opened.
  static func origin(_ portal: Portal, served: Release?, catalog: Catalog) throws -> String {
    if let served { return served.settings.decisionsLog }
    let path = portal.inside + "/decisions/checkpoint"
    guard Files.exists(path) else { return LogNames.decisions(host: LogNames.host(catalog.baseURL)) }
    let note = String(decoding: try Files.read(path, limit: 1 << 16), as: UTF8.self)
    return String(note.prefix { $0 != "\n" })
  }

  /// - Parameters:
  ///   - release: what is served: the log must still hold everything that was in it when that was made.
  ///   - isRepaired: whether the mark beside the log is made anew where it is lost.
  init(
    _ portal: Portal, origin: String, key: SigningKey, author: Author, after release: Release?,
    isRepaired: Bool = false
  ) throws {
    let folder = portal.inside + "/decisions"
    // What 0.1 wrote had no mark; whatever wrote a beginning has made one before.
    if !isRepaired, !Ledger.isMarked(folder), try Traces(portal).hasBegun {
      throw PublishingError(
        .damaged,
        Wording(
          "\(folder).head is lost, and the log says that it was there: without it nobody would notice that its last entries were taken away",
          "缺少 \(folder).head，而日志表明它曾存在：没有它，便无从发现日志末尾被截去"),
        hint: Wording(
          "restore it from a backup, an older one will do; where there is none, compare the size of the log with what people saw, and run 'doorsill authority repair --as ID'",
          "请从备份恢复，较旧的也可；没有备份时，请与众人此前所见的日志条数核对，再运行 doorsill authority repair --as ID"),
        blame: .environment)
    }
    do throws(LedgerError) {
      ledger = try Ledger(folder: folder, origin: origin, key: key)
    } catch {
      guard error.code == .behind else { throw error }
      throw PublishingError(
        .damaged,
        Wording(
          "\(folder) has lost entries: \(error.message)", "\(folder) 缺少已写入的条目：\(error.message)"),
        hint: .restoreFromBackup, blame: .environment)
    }
    self.author = author
    guard let release, let note = release.manifest.decisions else { return }
    let name = note.prefix { $0 != "\n" }
    let known = try Checkpoint(note: note, origin: String(name), key: key.publicKey)
    guard ledger.size >= known.size, try ledger.root(atSize: known.size) == known.root else {
      throw PublishingError(
        .damaged,
        Wording(
          "\(folder) is not the log that release \(release.number) was made with: that had \(known.size) entries, this has \(ledger.size)",
          "\(folder) 不是制作第 \(release.number) 版时的日志：当时有 \(known.size) 条，现有 \(ledger.size) 条"),
        hint: Wording(
          "restore .doorsill/inside from a backup: levels and approvals are decided by what the log says",
          "请从备份恢复 .doorsill/inside：级别与审批以日志为准"),
        blame: .environment)
    }
  }

  /// Seconds by which a clock may be behind the last entry: the log's time stands still for as long.
  private static let patience = 3600.0

  /// By how much the clock is behind the last entry, where it is; nil where it is right or nearly so.
  func clockRanAhead(_ now: Timestamp) -> Wording? {
    let last = ledger.lastTime
    guard last.seconds(since: now) > Self.patience else { return nil }
    return Wording(
      "the clock says \(now.rfc3339), and the last entry of the decisions log is of \(last.rfc3339): time does not go back",
      "时钟为 \(now.rfc3339)，而决策日志最后一条为 \(last.rfc3339)：时间不能倒退")
  }

  /// Refuses to go on where the clock is before the last entry: terms and limits would be counted from a wrong day.
  func checkClock(_ now: Timestamp) throws {
    guard let words = clockRanAhead(now) else { return }
    throw PublishingError(
      .refused, words,
      hint: Wording(
        "set the clock right (timedatectl) and publish again; where it is right and ran ahead then, 'doorsill authority repair --as ID' tells the log so",
        "请校准时钟（timedatectl）后再发布；若现在正确而当时走快，请运行 doorsill authority repair --as ID，日志会记下"),
      blame: .environment)
  }

  /// Goes on from the clock, which is behind the last entry because it ran ahead when that was written; the log is told by
  /// whoever says so.
  func correctClock(to now: Timestamp) throws {
    let entry: JSON = [
      "event": .string(Ledger.clockCorrected), "v": 1, "from": .string(ledger.lastTime.rfc3339),
      "to": .string(now.rfc3339), "time": .string(now.rfc3339), "seen": seen.json,
    ]
    try ledger.correctClock(try author.sign(entry), now: now)
  }

  /// Writes entries down together, signed by whoever acts; durable when it returns. Each says what its author had seen of
  /// the log.
  func record(_ tellings: [Telling]) throws -> [Written] {
    let seen = self.seen.json
    return try append(
      tellings.flatMap { try $0.entries() }.map { entry in
        var entry = entry
        entry["seen"] = seen
        return try author.sign(entry)
      })
  }

  /// The same of what the publisher itself notes, which nobody signs: papers with signatures of their own, and what became
  /// of a release.
  func note(_ entries: [JSON]) throws -> [Written] {
    try append(
      entries.map { entry in
        var entry = entry
        entry["by"] = .string(SignedDeed.service)
        return entry
      })
  }

  /// An entry that is durable.
  typealias Written = (entry: JSON, time: Timestamp, index: Int)

  private func append(_ entries: [JSON]) throws -> [Written] {
    guard !entries.isEmpty else { return [] }
    return zip(entries, try ledger.append(entries)).map { ($0, $1.time, $1.index) }
  }

  /// All that is in the log.
  var seen: Paper.Seen {
    let head = ledger.head
    return Paper.Seen(size: head.size, root: head.size == 0 ? "" : Hex.encode(head.root))
  }

  /// A level decision with the whole of its evidence.
  static func level(_ judgement: Judgement, release: Int, now: Timestamp) -> Telling {
    Telling(
      event: "level",
      subject: ["dataset": .string(judgement.examination.dataset.name), "release": JSON(release)],
      facts: [
        "level": .string(judgement.pass.level.id), "declared": .string(judgement.verdict.declared),
        "evidence": .string(judgement.evidenceHash), "policy": .string(judgement.pass.entry.policyHash),
        "time": .string(now.rfc3339),
      ],
      lists: [
        ("items", judgement.verdict.items.map(\.json)),
        ("agreement", judgement.pass.agreement.map { [.string($0.hash)] } ?? []),
      ])
  }

  /// Refuses a reason that says nothing, or that an entry could not hold beside everything else, before anything is
  /// done for it.
  static func checkReason(_ reason: String) throws {
    try checkSaid(reason)
    guard reason.utf8.count > mostReason else { return }
    throw PublishingError(
      .refused,
      Wording(
        "the reason has \(reason.utf8.count) bytes, the log keeps at most \(mostReason)",
        "理由有 \(reason.utf8.count) 字节，日志至多保存 \(mostReason) 字节"),
      hint: Wording("say it in fewer words and name a document", "请简短说明，并写明所依据的文件"), blame: .usage)
  }

  /// Refuses a reason that says nothing.
  static func checkSaid(_ reason: String) throws {
    guard !reason.contains(where: { !$0.isWhitespace }) else { return }
    throw PublishingError(
      .refused, Wording("the reason is empty", "理由为空"),
      hint: Wording("say why: others will read it in the log", "请写明理由：日志会供他人查阅"), blame: .usage)
  }

  private static let mostReason = 4096
}

extension EvidenceItem {
  /// The item as the log and `classify --json` tell it.
  package var json: JSON {
    [
      "rule": .string(rule), "field": JSON(field), "values": JSON(values), "matches": JSON(matches),
      "share": JSON(share), "level": .string(level), "examples": JSON(examples),
    ]
  }
}
