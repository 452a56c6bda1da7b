/// What an approver agrees to about a dataset, so that what stays within it needs nobody's second signature.
///
/// Hashes are lower-case hex SHA-256; ceilings are absolute counts. Only a set that somebody had to judge has one: above
/// the open level, below its evidence, or ever held higher. A clean open set has none, and nothing to leave.
package struct Envelope: Sendable, Hashable {
  /// One column: `resource.field`.
  package struct Field: Sendable, Hashable {
    package let name: String
    package let type: String
    package let codeList: String
    /// Declared level; empty where none is.
    package let level: String
    package let role: String
    /// Hash of its title, description and constraints, which are published.
    package let words: String

    /// Each part as its property says.
    package init(name: String, type: String, codeList: String, level: String, role: String, words: String) {
      self.name = name
      self.type = type
      self.codeList = codeList
      self.level = level
      self.role = role
      self.words = words
    }
  }

  /// How much of what speaks for a higher level is agreed to.
  package struct Ceiling: Sendable, Hashable {
    /// Empty where the rule is about no field.
    package let field: String
    package let rule: String
    package let most: Int

    /// Each part as its property says.
    package init(field: String, rule: String, most: Int) {
      self.field = field
      self.rule = rule
      self.most = most
    }
  }

  /// How many values of a field may also stand in a restricted dataset.
  package struct Share: Sendable, Hashable {
    package let with: String
    package let field: String
    package let most: Int

    /// Each part as its property says.
    package init(with: String, field: String, most: Int) {
      self.with = with
      self.field = field
      self.most = most
    }
  }

  package var dataset: String
  /// The datasets about the same units, which share keys and budget.
  package var family: String
  /// The organization that provides it.
  package var owner: String
  package var level: String
  /// Hash of the words of the legal basis; nil where there is none.
  package var legalBasis: String?
  package var fields: [Field]
  /// Hash of each code list that a field or dimension uses.
  package var codeLists: [String: String]
  /// Hash of every word of the descriptor that is published and that nothing else here covers.
  package var text: String
  /// Only what speaks for a higher level than this one.
  package var findings: [Ceiling]
  package var shares: [Share]
  /// The least group of equal quasi-identifiers; nil where none is measured or nothing rests on it.
  package var leastGroup: Int?
  /// Hash of the unit that is protected, its dimensions and its joins.
  package var subject: String
  /// Hash of the declared results.
  package var results: String
  /// Hash of the declared views.
  package var views: String
  /// Hashes of files that cannot be read.
  package var opaque: [String]
  /// How many of the agreed rows may change or go; nil where rows are free (they do not leave, or nothing rests on them).
  package var changes: Int?
  /// The last day, `2027-11-30`; nil where it does not end.
  package var until: String?

  /// Each part as its property says.
  package init(
    dataset: String, family: String, owner: String, level: String, legalBasis: String?, fields: [Field],
    codeLists: [String: String], text: String, findings: [Ceiling], shares: [Share] = [],
    leastGroup: Int? = nil,
    subject: String, results: String, views: String, opaque: [String] = [], changes: Int? = nil,
    until: String? = nil
  ) {
    self.dataset = dataset
    self.family = family
    self.owner = owner
    self.level = level
    self.legalBasis = legalBasis
    self.fields = fields
    self.codeLists = codeLists
    self.text = text
    self.findings = findings
    self.shares = shares
    self.leastGroup = leastGroup
    self.subject = subject
    self.results = results
    self.views = views
    self.opaque = opaque
    self.changes = changes
    self.until = until
  }

  /// Whether anything of such content is for a second person to judge.
  /// - Parameter levels: the levels that the name, or what it was made of, ever had.
  package func binds(after levels: [String], scale: Scale) -> Bool {
    level != scale.lowest.id || !findings.isEmpty || !shares.isEmpty
      || levels.contains { $0 != scale.lowest.id }
  }

  /// The same with room for what changes from month to month: half as many again of what was found or is shared, half the
  /// least group, a tenth of the rows.
  /// - Parameter rows: where rows are held to what was agreed, how many there are.
  package func withHeadroom(rows: Int?, until: String?) -> Envelope {
    var wider = self
    wider.findings = findings.map { one in
      Ceiling(field: one.field, rule: one.rule, most: one.most + max(10, one.most / 2))
    }
    wider.shares = shares.map { one in
      Share(with: one.with, field: one.field, most: one.most + max(10, one.most / 2))
    }
    wider.leastGroup = leastGroup.map { max(1, $0 / 2) }
    wider.changes = rows.map { max(1, $0 / 10) }
    wider.until = until
    return wider
  }
}
