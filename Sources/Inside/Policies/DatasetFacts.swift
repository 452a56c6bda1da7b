/// What a descriptor says about one field.
package struct FieldFacts: Sendable, Hashable {
  package let name: String
  package let declaredLevel: String?
  /// `identifier`, `quasi`, `sensitive` or a word of the portal's own.
  package let role: String?

  /// Each part as its property says.
  package init(name: String, declaredLevel: String? = nil, role: String? = nil) {
    self.name = name
    self.declaredLevel = declaredLevel
    self.role = role
  }
}

/// All that a level is decided on: what is declared, and what was found in the data.
package struct DatasetFacts: Sendable, Hashable {
  package let name: String
  /// An id of the scale; empty for a bare table, which declares nothing and cannot pass the gate.
  package let declaredLevel: String
  /// Flags such as `important` and `core`.
  package let flags: [String]
  package let hasLegalBasis: Bool
  package let hasReason: Bool
  package let fields: [FieldFacts]
  package let findings: [Finding]
  /// What no detector saw; empty where every table was read whole.
  package let unread: [Unread]
  package let rows: Int
  /// Distinct units of the declared subject; nil where none is declared.
  package let subjectUnits: Int?
  package let risk: RiskMeasures?
  /// What an open view promises of its groups; nil for anything else.
  package let promise: ViewPromise?
  /// Datasets whose rows it joins; none for anything else.
  package let sources: [SourceFacts]

  /// Each part as its property says.
  package init(
    name: String, declaredLevel: String, flags: [String] = [], hasLegalBasis: Bool, hasReason: Bool,
    fields: [FieldFacts], findings: [Finding], unread: [Unread], rows: Int, subjectUnits: Int? = nil,
    risk: RiskMeasures? = nil,
    promise: ViewPromise? = nil, sources: [SourceFacts] = []
  ) {
    self.name = name
    self.declaredLevel = declaredLevel
    self.flags = flags
    self.hasLegalBasis = hasLegalBasis
    self.hasReason = hasReason
    self.fields = fields
    self.findings = findings
    self.unread = unread
    self.rows = rows
    self.subjectUnits = subjectUnits
    self.risk = risk
    self.promise = promise
    self.sources = sources
  }
}

/// A dataset whose rows another one joins, and the level it is held at.
package struct SourceFacts: Sendable, Hashable {
  package let name: String
  /// Its effective level, an id of the scale.
  package let level: String

  /// Each part as its property says.
  package init(name: String, level: String) {
    self.name = name
    self.level = level
  }
}

/// What an open view of a restricted dataset promises: the least k and l of its groups.
package struct ViewPromise: Sendable, Hashable {
  package let kAnonymity: Int
  package let lDiversity: Int

  /// Each part as its property says.
  package init(kAnonymity: Int, lDiversity: Int = 1) {
    self.kAnonymity = kAnonymity
    self.lDiversity = lDiversity
  }
}
