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
  package var sum: Int128 = 0
  /// Σ|x|.
  package var absolute: Int128 = 0
  /// Σx².
  package var squares: Int128 = 0
  /// The largest |x|, of one unit.
  package var first: Int64 = 0
  /// The largest |x| of another unit.
  package var second: Int64 = 0

  package init() {}

  /// Adds the one value of one unit.
  @inlinable package mutating func add(_ value: Int64, key unit: UInt64) {
    units += 1
    key &+= unit
    let size = Int64(clamping: value.magnitude)
    sum += Int128(value)
    absolute += Int128(size)
    squares += Int128(value) * Int128(value)
    insert(size)
  }

  /// Adds the totals of other units.
  @inlinable package mutating func merge(_ other: CellTotals) {
    units += other.units
    key &+= other.key
    sum += other.sum
    absolute += other.absolute
    squares += other.squares
    insert(other.first)
    insert(other.second)
  }

  @inlinable mutating func insert(_ size: Int64) {
    if size > first {
      second = first
      first = size
    } else if size > second {
      second = size
    }
  }
}
