/// The totals of many cells, in less than half the memory that as many `CellTotals` take: numbers of 64 bits as long as all
/// fit, those of a cell side by side, and what only some measures need or only some cells have in columns of its own.
package struct TotalsColumn: Sendable, Equatable {
  /// What is kept beside what every use asks for; the rest reads as 0.
  package struct Kept: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Σx².
    package static let squares = Kept(rawValue: 1)
    /// Who has the largest value.
    package static let giants = Kept(rawValue: 2)
  }

  private struct Narrow: Equatable {
    var sum: Int64 = 0
    var key: UInt64 = 0
    var caseKey: UInt64 = 0
    var first: Int64 = 0
    var second: Int64 = 0
    var units: Int32 = 0
    var cases: Int32 = 0
  }

  /// Of cells with prominent units.
  private struct Moved: Equatable {
    var largest: Int64 = 0
    var prominent = CellTotals.Prominent()
  }

  private var narrow: [Narrow]
  /// Empty as long as it is the sum of every cell.
  private var absolutes: [Int64] = []
  private var squares: [Int128]
  private var giants: [UInt64]
  /// Empty as long as nobody is prominent.
  private var moved: [Moved] = []
  /// All of them, once a number does not fit into 64 bits; then the others are empty.
  private var wide: [CellTotals] = []

  package init(count: Int, keeping kept: Kept) {
    narrow = [Narrow](repeating: Narrow(), count: count)
    squares = [Int128](repeating: 0, count: kept.contains(.squares) ? count : 0)
    giants = [UInt64](repeating: 0, count: kept.contains(.giants) ? count : 0)
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
      totals.cases = Int(held.cases)
      totals.caseKey = held.caseKey
      totals.sum = Int128(held.sum)
      totals.absolute = Int128(absolutes.isEmpty ? held.sum : absolutes[cell])
      totals.first = held.first
      totals.second = held.second
      if !squares.isEmpty { totals.squares = squares[cell] }
      if !giants.isEmpty { totals.giant = giants[cell] }
      if moved.isEmpty {
        totals.largest = held.first
      } else {
        totals.largest = moved[cell].largest
        totals.prominent = moved[cell].prominent
      }
      return totals
    }
    set {
      guard wide.isEmpty else {
        wide[cell] = newValue
        return
      }
      guard let units = Int32(exactly: newValue.units), let cases = Int32(exactly: newValue.cases),
        let sum = Int64(exactly: newValue.sum), let absolute = Int64(exactly: newValue.absolute)
      else {
        wide = Array(self)
        (narrow, absolutes, squares, giants, moved) = ([], [], [], [], [])
        self[cell] = newValue
        return
      }
      if absolutes.isEmpty, absolute != sum { absolutes = narrow.map(\.sum) }
      if moved.isEmpty, newValue.prominent.cases > 0 || newValue.largest != newValue.first {
        moved = narrow.map { Moved(largest: $0.first) }
      }
      narrow[cell] = Narrow(
        sum: sum, key: newValue.key, caseKey: newValue.caseKey, first: newValue.first,
        second: newValue.second, units: units, cases: cases)
      if !absolutes.isEmpty { absolutes[cell] = absolute }
      if !squares.isEmpty { squares[cell] = newValue.squares }
      if !giants.isEmpty { giants[cell] = newValue.giant }
      if !moved.isEmpty { moved[cell] = Moved(largest: newValue.largest, prominent: newValue.prominent) }
    }
  }
}
