/// What was published last of a dataset.
package struct PublishedState: Sendable, Hashable {
  package let level: String
  package let hasLegalBasis: Bool
  package let evidenceHash: String
  package let policyHash: String

  /// Each part as its property says.
  package init(level: String, hasLegalBasis: Bool, evidenceHash: String, policyHash: String) {
    self.level = level
    self.hasLegalBasis = hasLegalBasis
    self.evidenceHash = evidenceHash
    self.policyHash = policyHash
  }
}

/// One dataset before the gate.
package struct GateRequest: Sendable, Hashable {
  package let verdict: Verdict
  /// Lowercase hex SHA-256 over `verdict.evidenceText`.
  package let evidenceHash: String
  /// Lowercase hex SHA-256 of the policy in force.
  package let policyHash: String
  /// What an approval may name as its policy beside that: the hash of what judges data in it, and those of whole
  /// policies that judge them in the same way.
  package let approvedUnder: Set<String>
  /// nil on the first publication.
  package let previous: PublishedState?
  /// Who proposes the classification; nobody approves their own.
  package let proposer: String?
  package let approvals: [CheckedApproval]

  /// Each part as its property says.
  package init(
    verdict: Verdict, evidenceHash: String, policyHash: String, approvedUnder: Set<String> = [],
    previous: PublishedState?, proposer: String?, approvals: [CheckedApproval]
  ) {
    self.verdict = verdict
    self.evidenceHash = evidenceHash
    self.policyHash = policyHash
    self.approvedUnder = approvedUnder
    self.previous = previous
    self.proposer = proposer
    self.approvals = approvals
  }
}
