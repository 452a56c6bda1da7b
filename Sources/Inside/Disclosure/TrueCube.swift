package import Bytes

/// Exact cells, inside the door: what Results computes from rows and hands over to be protected. Nothing in it
/// may leave.
package struct TrueCube: Sendable {
  package let shape: Shape
  package let measures: [MeasureShape]
  /// For each set of dimensions that is needed its cells.
  package var cuboids: [DimensionSet: TrueCuboid]

  package init(shape: Shape, measures: [MeasureShape], cuboids: [DimensionSet: TrueCuboid]) {
    self.shape = shape
    self.measures = measures
    self.cuboids = cuboids
  }

  /// The cells of a set that something has to be judged by.
  /// - Throws: `DisclosureError` where they were not computed: what cannot be judged is not released.
  func cuboid(_ set: DimensionSet) throws(DisclosureError) -> TrueCuboid {
    guard let cuboid = cuboids[set] else {
      let names = set.places.map { shape.dimensions[$0].name }
      throw DisclosureError(
        .dimensions,
        Wording(
          "the cells over [\(names.joined(separator: ", "))] of \(shape.dataset) were not computed, so nothing can be judged by them",
          "\(shape.dataset) 的 [\(names.joined(separator: "、"))] 单元格没有算出，无法据以判断"),
        hint: .faultOfTheProgram)
    }
    return cuboid
  }

  /// The sets whose cells must be there so that tables over `tables` can be judged: each table's own, its
  /// identifying part, and every generalisation of both.
  package static func needed(for tables: [DimensionSet], of shape: Shape) -> Set<DimensionSet> {
    var needed: Set<DimensionSet> = [DimensionSet([])]
    for table in tables {
      let identifying = shape.identifying(table)
      let response = table.bits & ~identifying.bits
      for part in identifying.subsets {
        needed.insert(part)
        needed.insert(DimensionSet(bits: part.bits | response))
      }
      // What others tell of is judged by counts of units alone.
      if shape.beside.bits != 0 { needed.formUnion(Compared.sets(for: identifying, of: shape)) }
    }
    return needed
  }
}

/// One measure as it is declared (DISCLOSURE a.0): a numeric column with bounds, digits and what is released of it.
package struct MeasureShape: Sendable, Equatable {
  package let name: String
  /// The name by which it is drawn for, in every dataset of its key family: that of the field, in the dataset that the field
  /// is from at first. What has one name in a family is one measure, with one scale, one profile and one factor for each
  /// giant, whoever publishes it; a join may call a field otherwise and draws nothing anew. Should two datasets mean
  /// different things by a name, their giants share a factor, which is no less than they had; under two names the same
  /// values are refused, or share their factors (`Survey`).
  package let identity: String
  /// The identity as the dataset declares it; another where the field was called otherwise when it was drawn first.
  package let origin: String
  /// What its quantities are called among the draws of its dataset: its name when it was drawn first.
  package let lasting: String
  package let title: Text
  package let unit: String?
  /// Decimal digits of the integers that stand for its values.
  package let scale: Int
  /// Released sums are multiples of it, in units of 10⁻ˢᶜᵃˡᵉ.
  package let step: Int128
  /// Declared bounds, in units of 10⁻ˢᶜᵃˡᵉ.
  package let lower: Int64
  package let upper: Int64
  /// Whether every row has a value, by declaration; then the count of units is also the count of values.
  package let complete: Bool
  /// Whether the declared bounds hold for what one unit contributes, and not for one of its rows alone.
  package let boundsUnit: Bool
  package let statistics: Set<Statistic>
  /// Least values of the declared bands, ascending, in units of 10⁻ˢᶜᵃˡᵉ; the last band ends at `upper`. Empty where
  /// no percentile is released.
  package let bands: [Int64]

  /// What may be released of a measure.
  package enum Statistic: String, CaseIterable, Sendable {
    case sum, mean, variance, p5, p10, p25, median, p75, p90, p95

    /// The percentile in hundredths; nil for what is none.
    package var percent: Int? {
      switch self {
      case .sum, .mean, .variance: nil
      case .p5: 5
      case .p10: 10
      case .p25: 25
      case .median: 50
      case .p75: 75
      case .p90: 90
      case .p95: 95
      }
    }
  }

  package init(
    name: String, identity: String? = nil, title: Text, unit: String?, scale: Int, step: Int128,
    lower: Int64, upper: Int64,
    complete: Bool, boundsUnit: Bool = false, statistics: Set<Statistic>, bands: [Int64] = [],
    origin: String? = nil, lasting: String? = nil
  ) {
    self.name = name
    self.identity = identity ?? name
    self.origin = origin ?? identity ?? name
    self.lasting = lasting ?? name
    self.title = title
    self.unit = unit
    self.scale = scale
    self.step = max(1, step)
    self.lower = lower
    self.upper = upper
    self.complete = complete
    self.boundsUnit = boundsUnit
    self.statistics = statistics
    self.bands = bands
  }

  /// The same measure of which other statistics are released.
  package func releasing(_ statistics: Set<Statistic>) -> MeasureShape {
    let bands = statistics.contains { $0.percent != nil } ? bands : []
    return MeasureShape(
      name: name, identity: identity, title: title, unit: unit, scale: scale, step: step, lower: lower,
      upper: upper, complete: complete, boundsUnit: boundsUnit, statistics: statistics, bands: bands,
      origin: origin, lasting: lasting)
  }

  /// The same measure under the names that it is drawn by.
  package func named(_ name: String? = nil, lasting: String, identity: String) -> MeasureShape {
    MeasureShape(
      name: name ?? self.name, identity: identity, title: title, unit: unit, scale: scale, step: step,
      lower: lower, upper: upper, complete: complete, boundsUnit: boundsUnit, statistics: statistics,
      bands: bands, origin: origin, lasting: lasting)
  }

  /// Whether it is declared as what a unit has or has not.
  package var isIndicator: Bool { boundsUnit && lower == 0 && Int128(upper) == step }

  /// How far its largest value is above its least.
  package var span: Int128 { Int128(upper) - Int128(lower) }

  /// Whether its values are so few that they are answers rather than amounts, as 1 for yes and 2 for no, or one to five.
  /// Its sum counts answers: it is told no better than a count is, and not of a small population (DISCLOSURE 00, rule 4).
  package var isCoded: Bool { span > 0 && span <= MeasureShape.fewSteps * step }
  private static let fewSteps: Int128 = 10

  /// What is taken from each value before it is summed. The least code of everybody is as many as they are: what remains
  /// says who answered otherwise, and is what has to be protected.
  package var base: Int64 { isCoded && boundsUnit ? lower : 0 }

  /// What its sum without the base is called among the draws.
  package var sumQuantity: String { lasting + (base == 0 ? ".sum" : ".above") }

  /// Whether no value that is summed can be negative.
  package var positive: Bool { lower >= base }
  /// Percentiles that are released, ascending.
  package var percentiles: [Statistic] {
    Statistic.allCases.filter { $0.percent != nil && statistics.contains($0) }
  }
  /// The band a value lies in; nil below the first.
  package func band(of value: Int64) -> Int? { bands.lastIndex { $0 <= value } }
}

/// The exact cells over one set of dimensions.
package struct TrueCuboid: Sendable {
  package let grid: Grid
  /// Distinct units with a row in each cell.
  package var units: [Int32]
  /// Sum of their record keys, modulo 2⁶⁴.
  package var keys: [UInt64]
  /// For each measure, or for none of them, the totals of each cell.
  package var totals: [TotalsColumn]
  /// For each measure of which percentiles are released here: of each cell and band, cell by cell, the units whose
  /// value lies in it.
  package var bands: [[BandTotals]]
  /// Of units whose rows lie together, with the same code in every dimension that any table uses: how many are in
  /// each cell. Empty where the guard does not judge the set.
  package var lone: [Int32]
  /// Of units whose rows lie apart: for each cell and way of its lattice, how many have no row outside the cell that is
  /// in the generalisation. Empty where there is no such unit.
  package var onlyHere: [Int32]
  package init(
    grid: Grid, units: [Int32], keys: [UInt64], totals: [TotalsColumn], bands: [[BandTotals]],
    lone: [Int32], onlyHere: [Int32]
  ) {
    self.grid = grid
    self.units = units
    self.keys = keys
    self.totals = totals
    self.bands = bands
    self.lone = lone
    self.onlyHere = onlyHere
  }
}

/// Units of one cell whose value lies in one band, and the sum of their record keys modulo 2⁶⁴.
package struct BandTotals: Sendable, Equatable {
  package var units: Int32 = 0
  package var key: UInt64 = 0

  package init() {}

  @inlinable package mutating func add(units more: Int32, key other: UInt64) {
    units &+= more
    key &+= other
  }
}
