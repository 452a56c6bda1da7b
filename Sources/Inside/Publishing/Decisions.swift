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
  func record(_ entries: [JSON]) throws {
    guard !entries.isEmpty else { return }
    _ = try ledger.append(try entries.map(author.sign))
  }

  /// A level decision with the whole of its evidence.
  static func entry(_ judgement: Judgement, release: Int, now: Timestamp) -> JSON {
    [
      "event": "level", "dataset": .string(judgement.examination.dataset.name),
      "release": .number(String(release)),
      "level": .string(judgement.pass.level.id), "declared": .string(judgement.verdict.declared),
      "evidence": .string(judgement.evidenceHash), "policy": .string(judgement.pass.entry.policyHash),
      "items": .array(judgement.verdict.items.map(\.json)),
      "approvals": .array(judgement.pass.approvals.map(\.json)), "time": .string(now.rfc3339),
    ]
  }
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
