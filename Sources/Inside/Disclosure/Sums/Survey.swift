import Bytes

/// What has to be known of everything that the datasets of a key family declare before any part of it is protected: whose
/// values are so large somewhere that they carry a factor everywhere, and which cells hold the same units.
package struct Survey: Sendable {
  /// What it is made from of one dataset.
  package struct Part: Sendable {
    /// The cells of all declared tables and of what they generalise to, with squares and giants.
    let cube: TrueCube
    /// The sets of dimensions of the declared tables.
    let tables: Set<DimensionSet>
    /// Values of prominent units, and of some units that chance chose.
    package var units: [SurveyedUnit] = []

    package init(_ cube: TrueCube, tables: [DimensionSet]) {
      self.cube = cube
      self.tables = Set(tables)
    }
  }

  /// What units had of measures that nobody declares any more.
  package struct Former: Sendable {
    /// Their identities, in the order of the values.
    let measures: [String]
    let units: [SurveyedUnit]

    package init(measures: [String], units: [SurveyedUnit]) {
      self.measures = measures
      self.units = units
    }
  }

  /// By a measure's identity: the record keys of its prominent units. It only grows while the family has anything out.
  package let prominent: [String: Set<UInt64>]
  /// By a measure's identity: under which one's name the lasting factors of its units are drawn. Measures that are nearly
  /// proportional share them.
  let factorNames: [String: String]
  /// The identities of measures whose sums are counts: in every cell all cases have the same value.
  let counted: Set<String>
  /// How many measures the family declares.
  let measures: Int
  let identity: SetIdentity
  /// By dataset and a measure's identity what its prominent units have over all their rows, without the measure's base; of none
  /// it is 0.
  let values: [String: [String: [UInt64: Int64]]]
  /// By dataset, by its first name: in which order its conditions came to be surveyed.
  package let ages: [String: [String: Int]]
  /// Populations that differ by few units from some of other datasets of the family which are not made of the same tables.
  package var nearby: [SiblingPopulation: [NearPopulation]] = [:]

  /// - Parameters:
  ///   - parts: every dataset of the family that publishes, each once.
  ///   - prominent: as `prominent(in:history:)` found them.
  ///   - history: under which names factors were drawn.
  ///   - former: measures that are out and no longer declared, which may go on under another name.
  ///   - isFamily: whether the parts are all that the family publishes.
  /// - Throws: `DisclosureError` where a table was not computed, and where two datasets call one measure by two names or
  ///   count it in two ways; of a whole family also where two measures are one quantity.
  package init(
    _ parts: [Part], prominent: [String: Set<UInt64>], history: ResultHistory, former: [Former] = [],
    isFamily: Bool = false
  ) throws(DisclosureError) {
    let kinds = MeasureKinds(parts, former)
    try kinds.refuseTwoBases()
    measures = kinds.names.count
    factorNames = kinds.factorNames(prominent, history.factorNames)
    let together = Survey.together(prominent, factorNames)
    self.prominent = together
    values = Dictionary(
      parts.map { ($0.cube.shape.dataset, $0.values(of: together)) }, uniquingKeysWith: { first, _ in first })
    counted = try kinds.counted()
    let roots = parts.map { history.firstName(of: $0.cube.shape.dataset) }
    let ages = zip(parts, roots).map { LabelAges($0.cube, root: $1, in: history) }
    identity = SetIdentity(parts.map(\.cube), counted: counted, roots: roots, ages: ages)
    self.ages = Dictionary(
      zip(roots, ages.map(\.named)), uniquingKeysWith: { $0.merging($1) { min($0, $1) } })
    try kinds.refuseTwoNames(identity)
    if isFamily {
      try kinds.refuseCopies(counted, out: history.measuresOut)
      try kinds.refuseSums(counted)
    }
  }

  /// By a measure's identity: the units that are prominent in some cell, and those that were.
  /// - Throws: `DisclosureError` where a table was not computed.
  package static func prominent(
    in parts: [Part], history: ResultHistory
  ) throws(DisclosureError) -> [String: Set<UInt64>] {
    var prominent = history.prominent
    for part in parts {
      for set in part.tables {
        let cuboid = try part.cube.cuboid(set)
        for (column, measure) in zip(cuboid.totals, part.cube.measures) {
          for totals in column where totals.isDominatedByOne {
            prominent[measure.identity, default: []].insert(totals.giant)
          }
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
}

extension Survey.Part {
  /// By a measure's identity what its prominent units have, without the measure's base, where it is not 0.
  fileprivate func values(of prominent: [String: Set<UInt64>]) -> [String: [UInt64: Int64]] {
    var values: [String: [UInt64: Int64]] = [:]
    for (place, measure) in cube.measures.enumerated() {
      guard let wanted = prominent[measure.identity], !wanted.isEmpty else { continue }
      for unit in units where wanted.contains(unit.key) {
        guard let value = unit.values[place], value != measure.base else { continue }
        values[measure.identity, default: [:]][unit.key] = value &- measure.base
      }
    }
    return values
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
