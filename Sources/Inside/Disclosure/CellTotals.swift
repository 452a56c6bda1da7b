/// What is known of the values of one measure in one cell: mergeable over disjoint sets of units, in any order
/// (DISCLOSURE a.5, a.7).
///
/// Values are integers in units of 10⁻ˢᶜᵃˡᵉ, one for each unit that has one; never floating point. Bounds declared
/// for a measure are checked beforehand so that no sum can leave Int128.
package struct CellTotals: Sendable, Equatable {
  /// Units with a value.
  package var units = 0
  /// Sum of their record keys, modulo 2⁶⁴.
  package var key: UInt64 = 0
  /// Those of them whose value is not 0, and the sum of their record keys modulo 2⁶⁴.
  package var cases = 0
  package var caseKey: UInt64 = 0
  package var sum: Int128 = 0
  /// Σ|x|.
  package var absolute: Int128 = 0
  /// Σx².
  package var squares: Int128 = 0
  /// The largest |x|, of one unit, and that unit's record key.
  package var first: Int64 = 0
  package var giant: UInt64 = 0
  /// The largest |x| of another unit.
  package var second: Int64 = 0
  /// The largest |x| of a unit that is not prominent.
  package var largest: Int64 = 0
  /// Of the prominent units.
  package var prominent = Prominent()

  /// What prominent units add to a cell (DISCLOSURE 00, rule 3).
  package struct Prominent: Sendable, Equatable {
    /// Those whose value is not 0.
    package var cases = 0
    /// Σ|x| and Σx².
    package var absolute: Int128 = 0
    package var squares: Int128 = 0
    /// By how much their factors move the sum: Σ x (f − 1), in units of 2⁻³².
    package var moved: Int128 = 0
    /// The same of the squares: Σ x² (f² − 1), each cut off to a whole number. It may wrap where Σx² is 2¹¹⁰ or more, which
    /// nothing is made of.
    package var movedSquares: Int128 = 0

    package init() {}

    @inlinable package mutating func merge(_ other: Prominent) {
      cases += other.cases
      absolute += other.absolute
      squares += other.squares
      moved += other.moved
      movedSquares &+= other.movedSquares
    }
  }

  package init() {}

  /// Adds the one value of one unit, without the measure's base.
  /// - Parameter factor: that of a prominent unit, in units of 2⁻³².
  @inlinable package mutating func add(_ value: Int64, key unit: UInt64, factor: UInt64? = nil) {
    units += 1
    key &+= unit
    guard value != 0 else { return }
    cases += 1
    caseKey &+= unit
    let size = Int64(clamping: value.magnitude)
    sum += Int128(value)
    absolute += Int128(size)
    squares += Int128(value) * Int128(value)
    insert(size, of: unit)
    guard let factor else {
      largest = max(largest, size)
      return
    }
    prominent.cases += 1
    prominent.absolute += Int128(size)
    prominent.squares += Int128(value) * Int128(value)
    prominent.moved += Int128(value) * (Int128(factor) - 1 << 32)
    let square = (Int128(factor) * Int128(factor)) >> 48
    prominent.movedSquares &+= (Int128(value) * Int128(value) &* (square - 1 << 16)) >> 16
  }

  /// Whether the sum is a count of its cases: of two codes it is, unless what is declared as coded has values between.
  package func isCount(of measure: MeasureShape) -> Bool { measure.isCoded && areAll(measure.span) }

  /// Whether every case has the value of a span.
  func areAll(_ span: Int128) -> Bool {
    sum == Int128(cases) * span && squares.quotientAndRemainder(dividingBy: span) == (sum, 0)
  }

  /// Adds the totals of other units.
  @inlinable package mutating func merge(_ other: CellTotals) {
    units += other.units
    key &+= other.key
    cases += other.cases
    caseKey &+= other.caseKey
    sum += other.sum
    absolute += other.absolute
    squares += other.squares
    insert(other.first, of: other.giant)
    if other.second > second { second = other.second }
    largest = max(largest, other.largest)
    if other.prominent.cases > 0 { prominent.merge(other.prominent) }
  }

  /// Of two that are equally large the smaller key is kept, so that nothing depends on who came first.
  @inlinable mutating func insert(_ size: Int64, of unit: UInt64) {
    if size > first {
      second = first
      first = size
      giant = unit
    } else {
      if size == first { giant = min(giant, unit) }
      if size > second { second = size }
    }
  }
}
