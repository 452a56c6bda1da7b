import Disclosure
import Policies

extension Published {
  /// Takes out every value that was drawn before and stays, whichever result showed it: it was judged on the rows of its
  /// time. Of one that lies below the threshold now, as many units as are missing must have changed since; where that is
  /// not so it was drawn now, and is judged.
  mutating func forget(
    _ before: ResultHistory, stayingIn after: ResultHistory, _ cube: TrueCube, _ target: Target
  ) throws(ResultError) {
    // The draws have the names of the first of them.
    let data = target.data.named(in: after).lasting
    let shape = data.shape
    guard let old = before.drawn[shape.dataset]?.cells, let new = after.drawn[shape.dataset]?.cells else {
      return
    }
    for set in Array(counts.keys) {
      let names = set.places.map { shape.dimensions[$0].name }.sorted()
      let grid = try disclosing { () throws(DisclosureError) in try Grid(set, of: shape) }
      guard let held = old[names]?.aligned(to: grid, of: shape),
        let kept = new[names]?.aligned(to: grid, of: shape), let cuboid = cube.cuboids[set],
        cuboid.grid.count == grid.count
      else { continue }
      /// Whether a number of a cell is the one that was drawn before, and is still the one that is drawn.
      func isHeld(_ value: Int128, _ quantity: String, _ cell: Int) -> Bool {
        held.value(quantity, of: cell, in: grid) == value && kept.value(quantity, of: cell, in: grid) == value
      }
      for cell in 0..<grid.count {
        if let count = counts[set]?[cell], isHeld(Int128(count), "n", cell),
          Int(cuboid.units[cell]) + kept.changes("n", of: cell, in: grid) >= target.profile.k
        {
          counts[set]?[cell] = nil
        }
        for (place, measure) in data.measures.enumerated() {
          guard let sums = sums[set]?[place], cell < sums.count, let sum = sums[cell],
            isHeld(sum, measure.sumQuantity, cell)
          else { continue }
          self.sums[set]?[place][cell] = nil
        }
      }
    }
  }
}

extension DrawnCells {
  private func place(_ quantity: String, _ cell: Int, _ grid: Grid) -> (quantity: Quantity, place: Int)? {
    guard let quantity = quantities.first(where: { $0.name == quantity }) else { return nil }
    let place = place(of: cell, in: grid)
    return quantity.drawn.contains(place) ? (quantity, place) : nil
  }

  /// What was drawn of a quantity in a cell of today's grid.
  fileprivate func value(_ quantity: String, of cell: Int, in grid: Grid) -> Int128? {
    place(quantity, cell, grid).flatMap { $0.quantity.values[$0.place] }
  }

  /// How many units changed there since.
  fileprivate func changes(_ quantity: String, of cell: Int, in grid: Grid) -> Int {
    place(quantity, cell, grid).map { $0.quantity.changed.count(at: $0.place) } ?? 0
  }
}
