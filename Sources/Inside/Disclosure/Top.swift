/// One of the largest contributors to a cell, and where its rows are.
package struct Top: Sendable, Equatable {
  /// How many are kept for one cell. The smallest kept one bounds all that are not.
  package static let limit = 24

  /// |value| of the unit in the cell.
  package let size: Int64
  /// Where the rows of one of the units lie together that do: as `Shape.place(ofRow:)` numbers places.
  private let place: UInt64
  /// The rows of a unit whose rows lie apart, and of every unit where places are too many to be numbered.
  private let apart: Rows?

  private final class Rows: Sendable {
    /// The code of every dimension of the shape, for each of its rows, one row after the other.
    let codes: [Int32]
    /// Record key of a unit whose rows lie apart.
    let unit: UInt64?

    init(_ codes: [Int32], unit: UInt64?) {
      self.codes = codes
      self.unit = unit
    }
  }

  /// One of the units whose rows lie together, with these codes.
  package init(size: Int64, row: [Int32], of shape: Shape) {
    self.size = size
    let numbered = shape.place(ofRow: row)
    place = numbered ?? 0
    apart = numbered == nil ? Rows(row, unit: nil) : nil
  }

  /// A unit whose rows lie apart.
  package init(size: Int64, rows: [Int32], unit: UInt64) {
    self.size = size
    place = 0
    apart = Rows(rows, unit: unit)
  }

  package static func == (one: Top, other: Top) -> Bool { one.size == other.size && one.isAt(other) }

  private var unit: UInt64? { apart?.unit }

  private func isAt(_ other: Top) -> Bool {
    place == other.place && unit == other.unit && apart?.codes == other.apart?.codes
  }

  /// Whether one of its rows lies in a cell of a grid.
  func touches(_ cell: [Int32], of grid: Grid, shape: Shape) -> Bool {
    func isInside(_ code: (Int) -> Int32) -> Bool {
      for (position, dimension) in grid.dimensions.enumerated()
      where !shape.isWithin(code(dimension), cell[position], in: dimension) { return false }
      return true
    }
    guard let apart else { return isInside { shape.code(of: $0, atPlace: place) } }
    let width = max(1, shape.dimensions.count)
    return stride(from: 0, to: apart.codes.count, by: width).contains { row in
      isInside { apart.codes[row + $0] }
    }
  }

  /// An order in which no two different ones are equal, so that what is kept does not depend on who came first.
  private func comes(before other: Top) -> Bool {
    if size != other.size { return size > other.size }
    if unit != other.unit {
      return (unit ?? 0, unit == nil ? 0 : 1) < (other.unit ?? 0, other.unit == nil ? 0 : 1)
    }
    guard let apart, let rows = other.apart else { return place < other.place }
    return apart.codes.lexicographicallyPrecedes(rows.codes)
  }

  /// Puts one among the largest of a cell. Of units whose rows lie together in one place two are enough: a
  /// population holds all of that place or nothing of it.
  package static func insert(_ top: Top, into held: inout [Top]) {
    var at = held.count
    while at > 0, top.comes(before: held[at - 1]) { at -= 1 }
    guard at < limit else { return }
    if top.unit == nil {
      let same = held.indices.filter { held[$0].unit == nil && held[$0].isAt(top) }
      if same.count >= 2, let last = same.last {
        guard at <= last else { return }
        held.remove(at: last)
      }
    }
    held.insert(top, at: at)
    if held.count > limit { held.removeLast() }
  }
}
