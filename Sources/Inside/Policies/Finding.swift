/// What a detector found in one field: counts, and examples that give nobody away.
package struct Finding: Sendable, Equatable, Hashable {
  /// The id of the detector rule.
  package let rule: String
  package let field: String
  /// Non-missing cells that were looked at.
  package let values: Int
  /// Cells that matched.
  package let matches: Int
  /// `matches / values`, 0…1.
  package let share: Double
  package let level: String
  package let personal: Bool
  package let refuses: Bool
  /// Whether it stands in the name of a column, which is published whatever the level.
  package let isInName: Bool
  /// Up to three matches in the order they came, masked: the first three characters and the last stay.
  package let examples: [String]
  /// Matches whose form holds but whose division was never assigned (GB/T 2260), as in synthetic resident IDs.
  package let unassigned: Int

  /// Each part as its property says.
  package init(
    rule: String, field: String, values: Int, matches: Int, level: String, personal: Bool,
    refuses: Bool = false, isInName: Bool = false, examples: [String] = [], unassigned: Int = 0
  ) {
    self.rule = rule
    self.field = field
    self.values = values
    self.matches = matches
    self.share = values == 0 ? 0 : Double(matches) / Double(values)
    self.level = level
    self.personal = personal
    self.refuses = refuses
    self.isInName = isInName
    self.examples = examples
    self.unassigned = unassigned
  }
}
