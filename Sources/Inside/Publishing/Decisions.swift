package import Bytes
import Catalogs
import Ledgers
package import Policies
import Trust

/// The decisions log: every publication, level decision and approval, inside the door. Its checkpoint travels in
/// each release.
struct Decisions {
  let ledger: Ledger
  private let author: Author

  init(_ portal: Portal, origin: String, key: SigningKey, author: Author) throws {
    ledger = try Ledger(folder: portal.inside + "/decisions", origin: origin, key: key)
    self.author = author
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
