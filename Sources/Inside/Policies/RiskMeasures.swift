/// The disclosure risk of a table over its quasi-identifiers.
package struct RiskMeasures: Sendable, Hashable {
  /// What becomes of the risk when one field is left out.
  package struct WithoutField: Sendable, Hashable {
    package let field: String
    /// The smallest group that is left.
    package let smallestGroup: Int
    /// The share of rows that stay unique, 0…1.
    package let uniqueShare: Double
    /// As in the measures; empty where it was not kept.
    package let rowsInGroupsOfSize: [Int]

    /// Each part as its property says.
    package init(field: String, smallestGroup: Int, uniqueShare: Double, rowsInGroupsOfSize: [Int] = []) {
      self.field = field
      self.smallestGroup = smallestGroup
      self.uniqueShare = uniqueShare
      self.rowsInGroupsOfSize = rowsInGroupsOfSize
    }
  }

  /// l-diversity: the fewest distinct values of a sensitive field within one group.
  package struct Diversity: Sendable, Hashable {
    package let field: String
    package let fewestValues: Int

    /// Each part as its property says.
    package init(field: String, fewestValues: Int) {
      self.field = field
      self.fewestValues = fewestValues
    }
  }

  /// The fields that were taken as quasi-identifiers, in the table's order.
  package let quasiIdentifiers: [String]
  /// Whether the descriptor declared them; otherwise they were found by name.
  package let declared: Bool
  /// What was counted: rows, or units where rows were told apart by unit and a group counts each of them once.
  package let rows: Int
  /// Groups of rows with equal quasi-identifiers.
  package let groups: Int
  /// k: the number of rows in the smallest group; 0 for a table without rows.
  package let smallestGroup: Int
  /// The share of rows that are alone in their group, 0…1.
  package let uniqueShare: Double
  /// Rows in groups of each size 1…20 (index 0 is size 1), for any threshold up to 21.
  package let rowsInGroupsOfSize: [Int]
  package let diversity: [Diversity]
  package let withoutField: [WithoutField]
  /// Whether the figures come from a share of the groups, taken by hash, because there were too many to hold.
  package let sampled: Bool
  /// What changes to the quasi-identifiers would leave; empty where nobody asked or the table has too many groups.
  package let remedies: [Remedy]

  /// Each part as its property says.
  package init(
    quasiIdentifiers: [String], declared: Bool, rows: Int, groups: Int, smallestGroup: Int,
    uniqueShare: Double,
    rowsInGroupsOfSize: [Int] = [], diversity: [Diversity] = [], withoutField: [WithoutField] = [],
    sampled: Bool = false, remedies: [Remedy] = []
  ) {
    self.quasiIdentifiers = quasiIdentifiers
    self.declared = declared
    self.rows = rows
    self.groups = groups
    self.smallestGroup = smallestGroup
    self.uniqueShare = uniqueShare
    self.rowsInGroupsOfSize = rowsInGroupsOfSize
    self.diversity = diversity
    self.withoutField = withoutField
    self.sampled = sampled
    self.remedies = remedies
  }

  /// What stands against an open view that must keep k-anonymity and l-diversity; nil if nothing does.
  ///
  /// `minimumL` is asked of every sensitive field that was measured. A table without rows or quasi-identifiers is fine.
  package func objection(dataset: String, minimumK: Int, minimumL: Int = 1) -> Problem? {
    guard rows > 0, !quasiIdentifiers.isEmpty else { return nil }
    if smallestGroup < minimumK {
      return Words.problem(.viewTooRisky, "k = \(smallestGroup) < \(minimumK)", dataset)
    }
    if let thin = diversity.first(where: { $0.fewestValues < minimumL }) {
      return Words.problem(.viewTooRisky, "\(thin.field): l = \(thin.fewestValues) < \(minimumL)", dataset)
    }
    return nil
  }

  /// The share of rows in groups smaller than `k`, 0…1.
  package func shareBelow(k: Int) -> Double {
    guard rows > 0 else { return 0 }
    let below = rowsInGroupsOfSize.prefix(max(0, k - 1)).reduce(0, +)
    return min(1, Double(below) / Double(rows))
  }
}
