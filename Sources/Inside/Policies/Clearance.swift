/// Leave to cross the sill. Only the gate makes one, so nothing open is written without its decision.
package struct Clearance: Sendable, Hashable {
  /// What may be written under it.
  package enum Scope: String, Sendable, Hashable {
    /// Files and rows of an open dataset.
    case rows
    /// The catalogue entry: metadata only.
    case entry
    /// Protected results only.
    case results
    /// Pages that are about no dataset.
    case portal
  }

  /// The dataset's name; empty for pages of the portal.
  package let dataset: String
  package let scope: Scope
  /// The id of the level in force; empty for pages of the portal.
  package let level: String
  /// Lowercase hex SHA-256 of the policy that decided.
  package let policyHash: String

  init(dataset: String, scope: Scope, level: String, policyHash: String) {
    self.dataset = dataset
    self.scope = scope
    self.level = level
    self.policyHash = policyHash
  }
}

/// What the gate lets through for one dataset.
package struct GatePass: Sendable, Hashable {
  /// The level in force after approvals.
  package let level: Level
  package let entry: Clearance
  /// Only for unconditional datasets.
  package let rows: Clearance?
  /// Only for conditional datasets.
  package let results: Clearance?
  /// What content stays within from now on; nil where nobody has to judge it.
  package let envelope: Envelope?
  /// The proposal that counted; nil where none was needed.
  package let agreement: Agreement?

  init(
    level: Level, entry: Clearance, rows: Clearance?, results: Clearance?, envelope: Envelope?,
    agreement: Agreement?
  ) {
    self.level = level
    self.entry = entry
    self.rows = rows
    self.results = results
    self.envelope = envelope
    self.agreement = agreement
  }
}

/// Why the gate stays shut, and whose signature would open it.
package struct GateRefusal: Error, Sendable, Equatable {
  package let reasons: [Problem]
  package let needs: [ApprovalNeed]

  /// Each part as its property says.
  package init(reasons: [Problem], needs: [ApprovalNeed]) {
    self.reasons = reasons
    self.needs = needs
  }
}
