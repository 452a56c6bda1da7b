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

  /// - Parameter release: what is served: the log must still hold everything that was in it when that was made.
  init(
    _ portal: Portal, origin: String, key: SigningKey, author: Author, after release: Release?
  ) throws {
    let folder = portal.inside + "/decisions"
    ledger = try Ledger(folder: folder, origin: origin, key: key)
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

  /// Writes entries down together; durable when it returns.
  func record(_ tellings: [Telling]) throws { try record(tellings.flatMap { try $0.entries() }) }

  /// The same of entries that are short.
  func record(_ entries: [JSON]) throws {
    guard !entries.isEmpty else { return }
    _ = try ledger.append(try entries.map(author.sign))
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
        ("items", judgement.verdict.items.map(\.json)), ("approvals", judgement.pass.approvals.map(\.json)),
      ])
  }

  /// A change of the policy files. Where nobody could sign it, those whose first keys were taken on trust are told by name.
  static func policy(
    from: String, to: String, approvals: [CheckedApproval], firstKeys: [Person]?, now: Timestamp
  ) -> Telling {
    var lists = [("approvals", approvals.map(\.json))]
    if approvals.isEmpty, let firstKeys {
      let keys = firstKeys.map { person -> JSON in
        [
          "person": .string(person.id), "organization": .string(person.organization),
          "roles": JSON(person.roles), "key": JSON(person.key.map(PersonFile.keyText)),
        ]
      }
      lists.append(("firstKeys", keys))
    }
    return Telling(
      event: "policy.changed", subject: ["from": .string(from), "to": .string(to)],
      facts: ["time": .string(now.rfc3339)], lists: lists)
  }

  /// What a publication changed, in its second form: `changed` has name, level and fingerprint of every dataset that is
  /// new or other than in the release before, `gone` the names of those that are in it no more; `total` says how many
  /// there are, and `catalogue` is the hash over all of them that the manifest has. In the first form, without `v`,
  /// `datasets` names all: whoever folds a log begins anew there.
  static func publication(
    release: Int, policy: String, catalogue: String, total: Int,
    changed: [(name: String, level: String, fingerprint: String)], gone: [String], now: Timestamp
  ) -> Telling {
    Telling(
      event: "publication", subject: ["release": JSON(release), "v": 2],
      facts: [
        "policy": .string(policy), "catalogue": .string(catalogue), "total": JSON(total),
        "time": .string(now.rfc3339),
      ],
      lists: [
        (
          "changed",
          changed.map { .array([.string($0.name), .string($0.level), .string($0.fingerprint)]) }
        ), ("gone", gone.map { .string($0) }),
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

extension CheckedApproval {
  var json: JSON {
    [
      "from": JSON(from), "to": .string(to), "evidence": .string(evidenceHash), "policy": .string(policyHash),
      "reason": .string(reason), "approver": .string(approver), "proposer": JSON(proposer),
      "time": .string(time),
    ]
  }
}
