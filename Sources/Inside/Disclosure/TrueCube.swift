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
    }
    return needed
  }
}

/// One measure as it is declared (DISCLOSURE a.0): a numeric column with bounds, digits and what is released of it.
package struct MeasureShape: Sendable, Equatable {
  package let name: String
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
  package let statistics: Set<Statistic>

  /// What may be released of a measure.
  package enum Statistic: String, CaseIterable, Sendable { case sum, mean }

  package init(
    name: String, title: Text, unit: String?, scale: Int, step: Int128, lower: Int64, upper: Int64,
    complete: Bool,
    statistics: Set<Statistic>
  ) {
    self.name = name
    self.title = title
    self.unit = unit
    self.scale = scale
    self.step = max(1, step)
    self.lower = lower
    self.upper = upper
    self.complete = complete
    self.statistics = statistics
  }

  /// Whether no value can be negative.
  package var positive: Bool { lower >= 0 }
}

/// The exact cells over one set of dimensions.
package struct TrueCuboid: Sendable {
  package let grid: Grid
  /// Distinct units with a row in each cell.
  package var units: [Int32]
  /// Sum of their record keys, modulo 2⁶⁴.
  package var keys: [UInt64]
  /// For each measure, or for none of them, the totals of each cell.
  package var totals: [[CellTotals]]
  /// Of units with one row in all: how many are in each cell.
  package var lone: [Int32]
  /// Of units with several rows: for each cell and way of its lattice, how many have no row outside the cell that is
  /// in the generalisation. Empty where no unit has several rows.
  package var onlyHere: [Int32]
  /// For each measure: of units with one row, Σ|x| of each cell.
  package var loneAbsolute: [[Int128]]
  /// For each measure: of units with several rows, for each cell and way what they leave outside the cell.
  package var outside: [[OutsideTotals]]
  /// For each measure and cell the units with the largest values, descending; at most `Top.limit`.
  package var tops: [[[Top]]]

  package init(
    grid: Grid, units: [Int32], keys: [UInt64], totals: [[CellTotals]], lone: [Int32], onlyHere: [Int32],
    loneAbsolute: [[Int128]], outside: [[OutsideTotals]], tops: [[[Top]]]
  ) {
    self.grid = grid
    self.units = units
    self.keys = keys
    self.totals = totals
    self.lone = lone
    self.onlyHere = onlyHere
    self.loneAbsolute = loneAbsolute
    self.outside = outside
    self.tops = tops
  }
}

/// Of the units with several rows that touch a cell P and also lie elsewhere in its generalisation Q: how much of
/// what they add to Q's sum is not in P's. A unit's part is |value in Q − value in P|.
package struct OutsideTotals: Sendable, Equatable {
  /// Σ|value in Q| of every unit with several rows that touches P.
  package var touching: Int128 = 0
  /// Σ of their parts.
  package var parts: Int128 = 0
  /// The two largest parts.
  package var first: Int64 = 0
  package var second: Int64 = 0

  package init() {}

  package mutating func add(whole: Int64, part: Int64) {
    touching += Int128(whole)
    parts += Int128(part)
    insert(part)
  }

  package mutating func merge(_ other: OutsideTotals) {
    touching += other.touching
    parts += other.parts
    insert(other.first)
    insert(other.second)
  }

  private mutating func insert(_ size: Int64) {
    if size > first {
      second = first
      first = size
    } else if size > second {
      second = size
    }
  }
}

/// One of the largest contributors to a cell, and where its rows are.
package struct Top: Sendable, Equatable {
  /// How many are kept for one cell. The smallest kept one bounds all that are not.
  package static let limit = 24

  /// |value| of the unit in the cell.
  package let size: Int64
  /// The code of every dimension of the shape, for each of its rows, one row after the other.
  package let rows: [Int32]

  package init(size: Int64, rows: [Int32]) {
    self.size = size
    self.rows = rows
  }
}
