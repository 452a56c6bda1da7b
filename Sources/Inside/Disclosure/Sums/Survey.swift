import Bytes

/// What has to be known of everything a dataset declares before any part of it is protected: whose values are so large
/// somewhere that they carry a factor everywhere, and which cells hold the same units.
package struct Survey: Sendable {
  /// By measure: the record keys of its prominent units. It only grows while the family has anything out.
  package let prominent: [String: Set<UInt64>]
  let identity: SetIdentity
  /// By measure: under which measure's name its factors are drawn. Measures that are proportional share them: of two
  /// factors on one value the mean would tell more.
  let factorNames: [String: String]

  /// Before anything is known; nothing is sealed with it.
  static let none = Survey()

  private init() {
    prominent = [:]
    identity = SetIdentity()
    factorNames = [:]
  }

  /// - Parameters:
  ///   - cube: the cells of all declared tables and of what they generalise to, with squares and giants.
  ///   - tables: the sets of dimensions of the declared tables.
  ///   - known: who was prominent before.
  /// - Throws: `DisclosureError` where a table was not computed.
  package init(
    _ cube: TrueCube, tables: [DimensionSet], history: ResultHistory
  ) throws(DisclosureError) {
    var prominent = history.prominent
    var names = history.factorNames
    for (place, measure) in cube.measures.enumerated() where names[measure.name] == nil {
      // One that is out first, then one that is declared before.
      let others = cube.measures.indices.filter { other in
        other != place && (history.factorNames[cube.measures[other].name] != nil || other < place)
      }
      let ordered =
        others.filter { history.factorNames[cube.measures[$0].name] != nil }
        + others.filter { history.factorNames[cube.measures[$0].name] == nil }
      let like = ordered.first { Survey.areProportional($0, place, in: cube, tables) }
      names[measure.name] = like.flatMap { names[cube.measures[$0].name] } ?? measure.name
    }
    factorNames = names
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

  /// Whether one measure is everywhere the same multiple of another, as far as the tables tell.
  private static func areProportional(
    _ one: Int, _ other: Int, in cube: TrueCube, _ tables: [DimensionSet]
  ) -> Bool {
    var least: (CellTotals, CellTotals)?
    for set in Set(tables) {
      guard let totals = cube.cuboids[set]?.totals, !totals[one].isEmpty, !totals[other].isEmpty else {
        return false
      }
      for (a, b) in zip(totals[one], totals[other]) {
        guard a.cases == b.cases, a.caseKey == b.caseKey else { return false }
        guard a.cases > 0 else { continue }
        let (first, second) = least ?? (a, b)
        least = (first, second)
        guard a.absolute.isProportional(to: b.absolute, as: first.absolute, to: second.absolute),
          Int128(a.first).isProportional(to: Int128(b.first), as: first.absolute, to: second.absolute)
        else { return false }
      }
    }
    return least != nil
  }
}

extension Sealer {
  /// For each measure the factors of its prominent units in the year in which the result is drawn.
  /// - Throws: `DisclosureError` for a measure that was not surveyed: its giants would carry none.
  package func factors(_ survey: Survey) throws(DisclosureError) -> [ProminentFactors] {
    let year = String(request.now.rfc3339.prefix(4))
    var all: [ProminentFactors] = []
    for measure in measures {
      guard let name = survey.factorNames[measure.name] else {
        throw DisclosureError(
          .dimensions,
          Wording("measure \(measure.name) was not surveyed", "度量 \(measure.name) 未经普查"),
          hint: .faultOfTheProgram)
      }
      var found: [UInt64: UInt64] = [:]
      for unit in survey.prominent[measure.name] ?? [] {
        found[unit] = unitFactors.factor(unit, of: name, year: year)
      }
      all.append(ProminentFactors(found))
    }
    return all
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

extension Int128 {
  /// Whether a / b = c / d.
  fileprivate func isProportional(to b: Int128, as c: Int128, to d: Int128) -> Bool {
    magnitude.multipliedFullWidth(by: d.magnitude) == b.magnitude.multipliedFullWidth(by: c.magnitude)
  }
}
