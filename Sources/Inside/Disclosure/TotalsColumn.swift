/// The totals of many cells, in a third of the memory that as many `CellTotals` take: numbers of 64 bits as long as all
/// fit, Σ|x| only where it is not Σx, Σx² only where it is wanted.
package struct TotalsColumn: Sendable, Equatable {
  private let keepsSquares: Bool
  private var units: [Int32]
  private var keys: [UInt64]
  private var sums: [Int64]
  private var firsts: [Int64]
  private var seconds: [Int64]
  /// Empty as long as it is the sum of every cell.
  private var absolutes: [Int64] = []
  private var squares: [Int128]
  /// All of them, once a number does not fit into 64 bits; then the others are empty.
  private var wide: [CellTotals] = []

  /// - Parameter squares: whether Σx² is kept; else it reads as 0.
  package init(count: Int, squares: Bool) {
    keepsSquares = squares
    units = [Int32](repeating: 0, count: count)
    keys = [UInt64](repeating: 0, count: count)
    sums = [Int64](repeating: 0, count: count)
    firsts = sums
    seconds = sums
    self.squares = [Int128](repeating: 0, count: squares ? count : 0)
  }

  /// Adds the totals of other units to the cells they lie in; negative is none.
  package mutating func merge(_ others: ArraySlice<CellTotals>, into cells: ArraySlice<Int32>) {
    for (other, cell) in zip(others, cells) where cell >= 0 { self[Int(cell)].merge(other) }
  }
}

extension TotalsColumn: RandomAccessCollection, MutableCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { wide.isEmpty ? units.count : wide.count }

  package subscript(cell: Int) -> CellTotals {
    get {
      guard wide.isEmpty else { return wide[cell] }
      var totals = CellTotals()
      totals.units = Int(units[cell])
      totals.key = keys[cell]
      totals.sum = Int128(sums[cell])
      totals.absolute = Int128(absolutes.isEmpty ? sums[cell] : absolutes[cell])
      totals.squares = keepsSquares ? squares[cell] : 0
      totals.first = firsts[cell]
      totals.second = seconds[cell]
      return totals
    }
    set {
      guard wide.isEmpty else {
        wide[cell] = newValue
        if !keepsSquares { wide[cell].squares = 0 }
        return
      }
      guard let count = Int32(exactly: newValue.units), let sum = Int64(exactly: newValue.sum),
        let absolute = Int64(exactly: newValue.absolute)
      else {
        widen()
        self[cell] = newValue
        return
      }
      units[cell] = count
      keys[cell] = newValue.key
      if absolutes.isEmpty, absolute != sum { absolutes = sums }
      sums[cell] = sum
      if !absolutes.isEmpty { absolutes[cell] = absolute }
      if keepsSquares { squares[cell] = newValue.squares }
      firsts[cell] = newValue.first
      seconds[cell] = newValue.second
    }
  }

  private mutating func widen() {
    let all = Array(self)
    wide = all
    units = []
    keys = []
    sums = []
    firsts = []
    seconds = []
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
