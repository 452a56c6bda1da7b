/// A change that a second person must sign before it counts (DESIGN section 4, rule 3).
package enum ApprovalKind: String, CaseIterable, Sendable, Hashable {
  /// Publishing below the level that the evidence gives, where no detector stands against it.
  case belowEvidence
  /// A higher level than the one now published.
  case raising
  /// A lower level than the one now published.
  case lowering
  /// A legal basis added or taken away.
  case legalBasisChange
  /// Publishing below the level that a detector gives.
  case detectorOverride
  /// A change of any file in Policies/.
  case policyChange
}

/// Who must sign what: the role that a second person needs for each kind of change.
package struct ApprovalRules: Sendable, Hashable {
  /// The role for each kind; a kind that is missing needs no second person.
  package let roles: [ApprovalKind: String]

  /// The role that each kind of change needs.
  package init(roles: [ApprovalKind: String]) { self.roles = roles }

  /// The same role for every kind of change.
  package init(everythingBy role: String) {
    roles = Dictionary(uniqueKeysWithValues: ApprovalKind.allCases.map { ($0, role) })
  }

  /// The role that must sign this kind of change; nil where nobody needs to.
  package func role(for kind: ApprovalKind) -> String? { roles[kind] }
}

/// One signature that is wanted.
package struct ApprovalNeed: Sendable, Hashable {
  package let kind: ApprovalKind
  /// The dataset's name, or "policy".
  package let dataset: String
  /// The level (or policy hash) before; for approvals below the evidence, the level that the evidence gives.
  package let from: String?
  /// The level (or policy hash) that is asked for.
  package let to: String
  /// The role that the signer must have.
  package let role: String
  /// Whether nothing is published without it. One that is not blocking only tells what a signature would allow.
  package let blocking: Bool

  /// Each part as its property says.
  package init(
    kind: ApprovalKind, dataset: String, from: String?, to: String, role: String, blocking: Bool
  ) {
    self.kind = kind
    self.dataset = dataset
    self.from = from
    self.to = to
    self.role = role
    self.blocking = blocking
  }
}

/// An approval whose signature and whose signer's roles `Catalogs` has checked.
package struct CheckedApproval: Sendable, Hashable {
  /// The dataset's name, or "policy".
  package let dataset: String
  package let from: String?
  package let to: String
  /// Lowercase hex SHA-256 of the evidence that the signer saw.
  package let evidenceHash: String
  /// Lowercase hex SHA-256 of the policy under which the signer decided.
  package let policyHash: String
  package let reason: String
  package let approver: String
  package let approverRoles: [String]
  package let proposer: String?
  /// RFC 3339 text, as signed.
  package let time: String

  /// Each part as its property says.
  package init(
    dataset: String, from: String?, to: String, evidenceHash: String, policyHash: String, reason: String,
    approver: String, approverRoles: [String], proposer: String?, time: String
  ) {
    self.dataset = dataset
    self.from = from
    self.to = to
    self.evidenceHash = evidenceHash
    self.policyHash = policyHash
    self.reason = reason
    self.approver = approver
    self.approverRoles = approverRoles
    self.proposer = proposer
    self.time = time
  }
}
