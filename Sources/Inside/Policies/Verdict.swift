/// One reason for a level: which rule, where, how much of it, and examples that give nobody away.
package struct EvidenceItem: Sendable, Equatable, Hashable {
  /// `declared`, `source`, `field-level`, `flag`, a detector's id, or the id of a volume, combination or risk rule.
  package let rule: String
  package let field: String?
  package let values: Int
  package let matches: Int
  package let share: Double
  package let level: String
  package let examples: [String]
  /// Language → one sentence, with counts: for custodians and the decisions log.
  package let explanation: [String: String]
  /// Language → one sentence without counts or examples: for the dataset's page, whatever its level.
  package let publicExplanation: [String: String]

  /// Each part as its property says.
  package init(
    rule: String, field: String?, values: Int, matches: Int, share: Double, level: String,
    examples: [String] = [], explanation: [String: String], publicExplanation: [String: String]? = nil
  ) {
    self.rule = rule
    self.field = field
    self.values = values
    self.matches = matches
    self.share = share
    self.level = level
    self.examples = examples
    self.explanation = explanation
    self.publicExplanation = publicExplanation ?? explanation
  }
}

/// Something that stands against publishing, said in words.
package struct Problem: Sendable, Equatable, Hashable {
  /// What is wrong, for machines; `Words` turns it into sentences.
  package enum Code: String, CaseIterable, Sendable, Hashable {
    /// A level that the scale does not have.
    case unknownLevel
    /// A state secrecy marking: the source is refused, whoever signs.
    case secrecyMarking
    /// Names of columns hold somebody's number or name; they are public whatever the level.
    case personalHeader
    /// Something could not be read, so no detector saw it.
    case unread
    /// A level above the open one without a legal basis.
    case missingLegalBasis
    /// A level below the evidence without a written reason.
    case missingReason
    /// Declared open, and detectors call it personal.
    case openingPersonal
    /// Declared open, and the evidence restricts it.
    case openingRestricted
    /// Nobody has signed.
    case approvalMissing
    /// Proposed for other bytes than there are now.
    case approvalStale
    /// Content leaves the envelope that was agreed to.
    case leftEnvelope
    /// Values that also stand in a restricted set.
    case restrictedValues
    /// Taken out for good.
    case retired
    /// Signed by who makes use of it.
    case approvalBySelf
    /// Signed by somebody without the role.
    case approvalWithoutRole
    /// A change of policy that does away with a second person.
    case secondPersonRemoved
    /// A change of policy that the previous policy does not allow yet.
    case policyChangeUnapproved
    /// A change of theme or manager that nobody has agreed to.
    case themeUnapproved
    /// Somebody in access.json5 is not as the log has them registered.
    case personUnregistered
    /// A profile under which more was guessed than the level's bar allows.
    case profileTooWeak
    /// A profile that the attacks were not measured on, or not with these parameters.
    case profileUnqualified
    /// A level without a bar that profiles have to meet.
    case levelWithoutBar
    /// An open view below the k or l that it requires.
    case viewTooRisky
    /// An open view of a dataset that is closed.
    case closedParent
    /// A dataset derived from one that is not published: withdrawn, refused or without a level.
    case sourceMissing
    /// A dataset derived from one that is not held at a conditional level.
    case sourceLevel
  }

  package let code: Code
  /// Language → what is wrong.
  package let message: [String: String]
  /// Language → what to do, and who can.
  package let hint: [String: String]

  /// Each part as its property says.
  package init(code: Code, message: [String: String], hint: [String: String]) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}

/// The level of a dataset with everything that led to it. Only `classify` makes one.
package struct Verdict: Sendable, Equatable, Hashable {
  package let dataset: String
  /// The level in force unless an approval below the evidence lowers it to `declared`.
  package let level: Level
  package var openness: Openness { level.openness }
  /// As the descriptor says; empty for a bare table, which has none.
  package let declared: String
  /// The highest level of everything but the declaration.
  package let evidenceLevel: String
  package let items: [EvidenceItem]
  /// What would change the level: language → one sentence each.
  package let wouldChange: [[String: String]]
  package let problems: [Problem]
  package let requiresApproval: [ApprovalNeed]
  package let hasLegalBasis: Bool
  package let hasReason: Bool

  init(
    dataset: String, level: Level, declared: String, evidenceLevel: String, items: [EvidenceItem],
    wouldChange: [[String: String]], problems: [Problem], requiresApproval: [ApprovalNeed],
    hasLegalBasis: Bool,
    hasReason: Bool
  ) {
    self.dataset = dataset
    self.level = level
    self.declared = declared
    self.evidenceLevel = evidenceLevel
    self.items = items
    self.wouldChange = wouldChange
    self.problems = problems
    self.requiresApproval = requiresApproval
    self.hasLegalBasis = hasLegalBasis
    self.hasReason = hasReason
  }
}
