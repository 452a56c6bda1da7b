import Disclosure

/// Finds the cells of one grid that a row lies in: its own and, in hierarchies, those above.
struct CellFinder {
  let grid: Grid
  /// For each dimension of the grid: the codes above each code, itself first; nil where no code has one above.
  let chains: [[[Int32]]?]
  /// The grid's levels: for each combination of steps up, for each dimension and code the part of the cell's place
  /// that the code so many steps above adds, or -1 where the tree ends before. A row lies in one cell of each.
  let climbs: [[[Int32]]]

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
    var climbs: [[[Int32]]] = [[]]
    for place in grid.dimensions.indices {
      let stride = Int32(grid.strides[place])
      let codes = Int32(grid.sizes[place])
      var levels = [(0..<codes).map { $0 * stride }]
      if let chains = chains[place] {
        for step in 1..<max(1, chains.map(\.count).max() ?? 1) {
          levels.append(chains.map { step < $0.count ? $0[step] * stride : -1 })
        }
      }
      climbs = climbs.flatMap { head in levels.map { head + [$0] } }
    }
    self.climbs = climbs
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
