package import Bytes

/// What a second person signs: one change, the evidence they saw and the policy they judged it by.
package struct ApprovalStatement: Sendable, Hashable {
  /// The dataset's name, or `policy`.
  package var dataset: String
  /// Level (or policy hash) before; nil where there was none.
  package var from: String?
  /// Level (or policy hash) that is asked for.
  package var to: String
  /// Lowercase hex SHA-256 of the evidence.
  package var evidenceHash: String
  /// Lowercase hex SHA-256 of the policy that judged the evidence: levels and detectors. An approval of the policy files
  /// names all of them, as they were before; so did those of datasets until 0.1.
  package var policyHash: String
  package var reason: String
  /// Who asked for the change, where known.
  package var proposer: String?
  /// Who signs: a person of access.json5.
  package var approver: String
  package var time: Timestamp

  package init(
    dataset: String, from: String?, to: String, evidenceHash: String, policyHash: String, reason: String,
    proposer: String?, approver: String, time: Timestamp
  ) {
    self.dataset = dataset
    self.from = from
    self.to = to
    self.evidenceHash = evidenceHash
    self.policyHash = policyHash
    self.reason = reason
    self.proposer = proposer
    self.approver = approver
    self.time = time
  }

  /// The members in canonical order; absent ones are null, so that none can be added unseen.
  var json: JSON {
    [
      "approver": .string(approver), "dataset": .string(dataset), "evidence": .string(evidenceHash),
      "from": JSON(from), "policy": .string(policyHash), "proposer": JSON(proposer),
      "reason": .string(reason),
      "time": .string(time.rfc3339), "to": .string(to),
    ]
  }

  /// Reads exactly what `json` writes; nil for anything else.
  init?(json: JSON) {
    guard let dataset = json["dataset"]?.string, let to = json["to"]?.string,
      let evidence = json["evidence"]?.string,
      let policy = json["policy"]?.string, let reason = json["reason"]?.string,
      let approver = json["approver"]?.string,
      let time = json["time"]?.string.flatMap({ Timestamp(rfc3339: $0) })
    else { return nil }
    self.init(
      dataset: dataset, from: json["from"]?.string, to: to, evidenceHash: evidence, policyHash: policy,
      reason: reason, proposer: json["proposer"]?.string, approver: approver, time: time)
    guard self.json == json else { return nil }
  }
}
