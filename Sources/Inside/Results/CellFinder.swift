import Disclosure

/// Finds the cells of one grid that a row lies in: its own and, in hierarchies, those above.
struct CellFinder {
  let grid: Grid
  /// For each dimension of the grid: the codes above each code, itself first; nil where no code has one above.
  let chains: [[[Int32]]?]
  /// Whether a row lies in one cell only.
  let isFlat: Bool

  init(_ grid: Grid, of shape: Shape) {
    self.grid = grid
    chains = grid.dimensions.map { dimension in
      guard shape.parents[dimension].contains(where: { $0 >= 0 }) else { return nil }
      return shape.parents[dimension].indices.map { code in
        var chain = [Int32(code)]
        while let above = chain.last.map({ shape.parents[dimension][Int($0)] }), above >= 0 {
          chain.append(above)
        }
        return chain
      }
    }
    isFlat = chains.allSatisfy { $0 == nil }
  }

  /// The cells of a row. A row with a code of another time (-1) in one of the grid's dimensions lies in none.
  func cells(of row: Int, _ codes: [[Int32]], into cells: inout [Int]) {
    cells.removeAll(keepingCapacity: true)
    cells.append(0)
    for (place, dimension) in grid.dimensions.enumerated() {
      let code = codes[dimension][row]
      guard code >= 0 else {
        cells.removeAll(keepingCapacity: true)
        return
      }
      let stride = grid.strides[place]
      guard let chain = chains[place]?[Int(code)], chain.count > 1 else {
        for index in cells.indices { cells[index] += Int(code) * stride }
        continue
      }
      let heads = cells
      cells.removeAll(keepingCapacity: true)
      for head in heads { for node in chain { cells.append(head + Int(node) * stride) } }
    }
  }
}
