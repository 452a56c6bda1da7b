/// A change that a second person must sign before it counts (DESIGN section 4, rule 3).
package enum ApprovalKind: String, CaseIterable, Sendable, Hashable {
  /// Publishing below the level that the evidence gives, where no detector stands against it.
  case belowEvidence
  /// A higher level than the one now published. Closing waits for nobody: the word is read, and asks for nothing.
  case raising
  /// A lower level than the one now published.
  case lowering
  /// A legal basis added or taken away.
  case legalBasisChange
  /// Publishing below the level that a detector gives.
  case detectorOverride
  /// A change of any file in Policies/, but of who is registered.
  case policyChange
  /// Content that leaves the envelope that was agreed to.
  case widening
  /// Publishing again what one person has suspended.
  case reopening
  /// Taking out for good.
  case retiring
  /// The theme, and who manages the portal.
  case theme
  /// Who is registered, with which roles and key.
  case person
  /// The first publication of any dataset, once a second person is registered. Left out, it is one person's word.
  case firstOpening

  /// The kind whose role it takes where it is not named itself.
  private var like: ApprovalKind? {
    switch self {
    case .widening, .reopening, .retiring: .lowering
    case .theme, .person: .policyChange
    default: nil
    }
  }

  /// Itself, and the kinds that stand in for it.
  fileprivate var ways: [ApprovalKind] { [self] + (like.map { [$0] } ?? []) }
}

/// Who must sign what: the role that a second person needs for each kind of change.
package struct ApprovalRules: Sendable, Hashable {
  /// The role for each kind; a kind that is missing needs no second person.
  package let roles: [ApprovalKind: String]

  /// The role that each kind of change needs.
  package init(roles: [ApprovalKind: String]) { self.roles = roles }

  /// The same role for every kind of change.
  package init(everythingBy role: String) {
    roles = Dictionary(
      uniqueKeysWithValues: ApprovalKind.allCases.filter { $0 != .firstOpening }.map { ($0, role) })
  }

  /// The role that must sign this kind of change; nil where nobody needs to.
  package func role(for kind: ApprovalKind) -> String? { kind.ways.lazy.compactMap { roles[$0] }.first }

  /// The role that registers people and changes rules: what is named for it, or `approver`.
  package var registrar: String { role(for: .person) ?? "approver" }
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
  /// Whether somebody has proposed it, so that only the second signature is wanting.
  package let isProposed: Bool

  /// Each part as its property says.
  package init(
    kind: ApprovalKind, dataset: String, from: String?, to: String, role: String, blocking: Bool,
    isProposed: Bool = false
  ) {
    self.kind = kind
    self.dataset = dataset
    self.from = from
    self.to = to
    self.role = role
    self.blocking = blocking
    self.isProposed = isProposed
  }
}
