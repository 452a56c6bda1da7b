/// One dataset before the gate: what is there now, and what the log says of it.
package struct GateRequest: Sendable, Hashable {
  package let verdict: Verdict
  /// Lowercase hex SHA-256 of the policy in force.
  package let policyHash: String
  /// What there is, with exact counts; its level and findings are those of the declared level.
  package let content: Envelope
  /// Lowercase hex SHA-256 over descriptor and sources, as a proposal names it.
  package let contentHash: String
  /// How it stands; nil where nothing was ever published under the name.
  package let standing: Standing?
  /// Levels of what it is cut or joined from.
  package let levels: [String]
  /// Proposals about it that can still be used.
  package let agreements: [Agreement]
  /// How many of the rows that were agreed to are no longer there; nil where their list is lost.
  package let changedRows: Int?
  /// Whether a first publication waits for a second person too.
  package let isFirstShared: Bool
  /// Whether it is an open view, which is judged by its rows and by the envelope of the dataset it is cut from.
  package let isView: Bool
  /// Columns and files that are also those of a restricted set, as far as what would be open was compared.
  package let matches: [Match]
  /// Who publishes: no approver of theirs.
  package let publisher: String?
  /// The organization that manages the portal.
  package let manager: String
  /// The day it is, `2026-11-30`.
  package let day: String

  /// Each part as its property says.
  package init(
    verdict: Verdict, policyHash: String, content: Envelope, contentHash: String, standing: Standing?,
    levels: [String] = [], agreements: [Agreement] = [], changedRows: Int? = nil, isFirstShared: Bool = false,
    isView: Bool = false, matches: [Match] = [], publisher: String?, manager: String, day: String
  ) {
    self.verdict = verdict
    self.policyHash = policyHash
    self.content = content
    self.contentHash = contentHash
    self.standing = standing
    self.levels = levels
    self.agreements = agreements
    self.changedRows = changedRows
    self.isFirstShared = isFirstShared
    self.isView = isView
    self.matches = matches
    self.publisher = publisher
    self.manager = manager
    self.day = day
  }
}
