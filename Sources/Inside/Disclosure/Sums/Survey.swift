import Bytes

/// What has to be known of everything a dataset declares before any part of it is protected: whose values are so large
/// somewhere that they carry a factor everywhere, and which cells hold the same units.
package struct Survey: Sendable {
  /// By measure: the record keys of its prominent units. It only grows while the family has anything out.
  package let prominent: [String: Set<UInt64>]
  let identity: SetIdentity

  /// Before anything is known; nothing is sealed with it.
  static let none = Survey()

  private init() {
    prominent = [:]
    identity = SetIdentity()
  }

  /// - Parameters:
  ///   - cube: the cells of all declared tables and of what they generalise to, with squares and giants.
  ///   - tables: the sets of dimensions of the declared tables.
  ///   - known: who was prominent before.
  /// - Throws: `DisclosureError` where a table was not computed.
  package init(
    _ cube: TrueCube, tables: [DimensionSet], known: [String: Set<UInt64>]
  ) throws(DisclosureError) {
    var prominent = known
    for set in Set(tables) {
      let cuboid = try cube.cuboid(set)
      for (column, measure) in zip(cuboid.totals, cube.measures) {
        for totals in column where totals.isDominatedByOne {
          prominent[measure.name, default: []].insert(totals.giant)
        }
      }
    }
    self.prominent = prominent
    identity = SetIdentity(cube)
  }
}

extension Sealer {
  /// For each measure the factors of its prominent units in the year in which the result is drawn.
  package func factors(_ survey: Survey) -> [ProminentFactors] {
    let year = String(request.now.rfc3339.prefix(4))
    return measures.map { measure in
      var found: [UInt64: UInt64] = [:]
      for unit in survey.prominent[measure.name] ?? [] {
        found[unit] = unitFactors.factor(unit, of: measure.name, year: year)
      }
      return ProminentFactors(found)
    }
  }
}

extension CellTotals {
  /// Whether one unit's square is more than half of all: at most one of a cell (DISCLOSURE 00, rule 3).
  var isDominatedByOne: Bool { 2 * Int128(first) * Int128(first) > squares }
}

/// The factors of one measure's prominent units, by record key.
package struct ProminentFactors: Sendable {
  private let factors: [UInt64: UInt64]

  package init(_ factors: [UInt64: UInt64] = [:]) { self.factors = factors }

  /// In units of 2⁻³²; nil for a unit that is not prominent.
  package func factor(of unit: UInt64) -> UInt64? { factors.isEmpty ? nil : factors[unit] }
}
