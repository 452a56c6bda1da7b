import Bytes

/// What has to be known of everything a dataset declares before any part of it is protected: whose values are so large
/// somewhere that they carry a factor everywhere, and which cells hold the same units.
package struct Survey: Sendable {
  /// By measure: the record keys of its prominent units. It only grows while the family has anything out.
  package let prominent: [String: Set<UInt64>]
  /// By measure: under which measure's name the lasting factors of its units are drawn. Measures that are nearly
  /// proportional share them.
  let factorNames: [String: String]
  /// The measures whose sums are counts: in every cell all cases have the same value.
  let counted: Set<String>
  let identity: SetIdentity

  /// - Parameters:
  ///   - cube: the cells of all declared tables and of what they generalise to, with squares and giants.
  ///   - tables: the sets of dimensions of the declared tables.
  ///   - prominent: as `prominent(in:tables:history:)` found them.
  ///   - units: their values, and those of some units that chance chose.
  ///   - history: under which names factors were drawn.
  /// - Throws: `DisclosureError` where a table was not computed.
  package init(
    _ cube: TrueCube, tables: [DimensionSet], prominent: [String: Set<UInt64>], units: [SurveyedUnit],
    history: ResultHistory
  ) throws(DisclosureError) {
    var names = history.factorNames
    for (place, measure) in cube.measures.enumerated() where names[measure.name] == nil {
      // One that is out first, then one that is declared before.
      let others = cube.measures.indices.filter { $0 != place && names[cube.measures[$0].name] != nil }
      let ordered =
        others.filter { history.factorNames[cube.measures[$0].name] != nil }
        + others.filter { history.factorNames[cube.measures[$0].name] == nil }
      let like = ordered.first { other in
        let giants = (prominent[measure.name] ?? []).union(prominent[cube.measures[other].name] ?? [])
        return Survey.areNearlyProportional(place, other, giants, units)
      }
      names[measure.name] = like.flatMap { names[cube.measures[$0].name] } ?? measure.name
    }
    factorNames = names
    self.prominent = Survey.together(prominent, names)
    var counted: Set<String> = []
    for (place, measure) in cube.measures.enumerated() where measure.isCoded {
      var isCount = true
      for set in Set(tables) where isCount {
        let totals = try cube.cuboid(set).totals[place]
        isCount = !totals.isEmpty && totals.allSatisfy { $0.areAll(measure.span) }
      }
      if isCount { counted.insert(measure.name) }
    }
    self.counted = counted
    identity = SetIdentity(cube, counted: counted)
  }

  /// By measure: the units that are prominent in some cell, and those that were.
  /// - Throws: `DisclosureError` where a table was not computed.
  package static func prominent(
    in cube: TrueCube, tables: [DimensionSet], history: ResultHistory
  ) throws(DisclosureError) -> [String: Set<UInt64>] {
    var prominent = history.prominent
    for set in Set(tables) {
      let cuboid = try cube.cuboid(set)
      for (column, measure) in zip(cuboid.totals, cube.measures) {
        for totals in column where totals.isDominatedByOne {
          prominent[measure.name, default: []].insert(totals.giant)
        }
      }
    }
    return prominent
  }

  /// Who is prominent in a measure is so in all that share its factors: the other would tell its value otherwise.
  private static func together(
    _ prominent: [String: Set<UInt64>], _ names: [String: String]
  ) -> [String: Set<UInt64>] {
    var shared: [String: Set<UInt64>] = [:]
    for (measure, name) in names { shared[name, default: []].formUnion(prominent[measure] ?? []) }
    var together = prominent
    for (measure, name) in names {
      if let units = shared[name], !units.isEmpty { together[measure] = units }
    }
    return together
  }

  /// Whether one measure tells the other within 15 % for more than half of the units: of two lasting factors on what is
  /// nearly one value the mean would tell more than either, year after year. Giants decide where there are enough of them.
  private static func areNearlyProportional(
    _ one: Int, _ other: Int, _ giants: Set<UInt64>, _ units: [SurveyedUnit]
  ) -> Bool {
    let valued = units.filter { ($0.values[one] ?? 0) != 0 && ($0.values[other] ?? 0) != 0 }
    let large = valued.filter { giants.contains($0.key) }
    let judged = large.count >= 10 ? large : valued
    var ratios: [Double] = []
    for unit in judged {
      guard let a = unit.values[one], let b = unit.values[other], (a < 0) == (b < 0) else { continue }
      ratios.append(Double(a.magnitude) / Double(b.magnitude))
    }
    ratios.sort()
    var first = 0, most = 0
    for last in ratios.indices {
      while ratios[first] * 1.15 < ratios[last] * 0.85 { first += 1 }
      most = max(most, last - first + 1)
    }
    return 2 * most > judged.count
  }
}

/// What one unit has of each measure; nil where it has no value.
package struct SurveyedUnit: Sendable {
  let key: UInt64
  let values: [Int64?]

  package init(key: UInt64, values: [Int64?]) {
    self.key = key
    self.values = values
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
