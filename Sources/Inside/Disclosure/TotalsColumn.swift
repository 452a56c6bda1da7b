/// The totals of many cells, in half the memory that as many `CellTotals` take: numbers of 64 bits as long as all fit,
/// those of a cell side by side, Σ|x| only where it is not Σx, Σx² only where it is wanted.
package struct TotalsColumn: Sendable, Equatable {
  private struct Narrow: Equatable {
    var sum: Int64 = 0
    var key: UInt64 = 0
    var first: Int64 = 0
    var second: Int64 = 0
    var units: Int32 = 0
  }

  private let keepsSquares: Bool
  private var narrow: [Narrow]
  /// Empty as long as it is the sum of every cell.
  private var absolutes: [Int64] = []
  private var squares: [Int128]
  /// All of them, once a number does not fit into 64 bits; then the others are empty.
  private var wide: [CellTotals] = []

  /// - Parameter squares: whether Σx² is kept; else it reads as 0.
  package init(count: Int, squares: Bool) {
    keepsSquares = squares
    narrow = [Narrow](repeating: Narrow(), count: count)
    self.squares = [Int128](repeating: 0, count: squares ? count : 0)
  }

  /// Adds the totals of other units to the cells they lie in; negative is none.
  package mutating func merge(_ others: ArraySlice<CellTotals>, into cells: ArraySlice<Int32>) {
    for (other, cell) in zip(others, cells) where cell >= 0 { self[Int(cell)].merge(other) }
  }
}

extension TotalsColumn: RandomAccessCollection, MutableCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { wide.isEmpty ? narrow.count : wide.count }

  package subscript(cell: Int) -> CellTotals {
    get {
      guard wide.isEmpty else { return wide[cell] }
      let held = narrow[cell]
      var totals = CellTotals()
      totals.units = Int(held.units)
      totals.key = held.key
      totals.sum = Int128(held.sum)
      totals.absolute = Int128(absolutes.isEmpty ? held.sum : absolutes[cell])
      totals.squares = keepsSquares ? squares[cell] : 0
      totals.first = held.first
      totals.second = held.second
      return totals
    }
    set {
      guard wide.isEmpty else {
        wide[cell] = newValue
        if !keepsSquares { wide[cell].squares = 0 }
        return
      }
      guard let units = Int32(exactly: newValue.units), let sum = Int64(exactly: newValue.sum),
        let absolute = Int64(exactly: newValue.absolute)
      else {
        widen()
        self[cell] = newValue
        return
      }
      if absolutes.isEmpty, absolute != sum { absolutes = narrow.map(\.sum) }
      narrow[cell] = Narrow(
        sum: sum, key: newValue.key, first: newValue.first, second: newValue.second, units: units)
      if !absolutes.isEmpty { absolutes[cell] = absolute }
      if keepsSquares { squares[cell] = newValue.squares }
    }
  }

  private mutating func widen() {
    wide = Array(self)
    narrow = []
    absolutes = []
    squares = []
  }
}

extension NumberColumn {
  /// Adds Σ|x| of some units to the cells they lie in; negative is none. Nothing counts as 0.
  package mutating func add(absolutes others: ArraySlice<CellTotals>, into cells: ArraySlice<Int32>) {
    for (other, cell) in zip(others, cells) where cell >= 0 {
      self[Int(cell)] = (self[Int(cell)] ?? 0) + other.absolute
    }
  }
}
