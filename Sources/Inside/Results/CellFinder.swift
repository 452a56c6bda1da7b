import Disclosure

/// Finds the cells of one grid that a row lies in: its own and, in hierarchies, those above.
struct CellFinder {
  let grid: Grid
  /// For each dimension of the grid: the codes above each code, itself first; nil where no code has one above.
  private let chains: [[[Int32]]?]
  /// A row lies in at most one cell of each, and no cell lies in two of them.
  let levels: [Level]

  /// The cells whose codes lie so many steps below the roots of their hierarchies.
  struct Level {
    /// For each dimension of the grid.
    let depths: [Int]
    /// For each dimension, first for no code and then for each code, the part of the cell's place that the code at that
    /// depth above it (or the code itself) adds; -1 where the tree ends before.
    let parts: [[Int32]]
  }

  init(_ grid: Grid, of shape: Shape) {
    self.grid = grid
    let chains = grid.dimensions.map { dimension -> [[Int32]]? in
      guard shape.parents[dimension].contains(where: { $0 >= 0 }) else { return nil }
      return shape.parents[dimension].indices.map { code in
        var chain = [Int32(code)]
        while let above = chain.last.map({ shape.parents[dimension][Int($0)] }), above >= 0 {
          chain.append(above)
        }
        return chain
      }
    }
    self.chains = chains
    var levels = [Level(depths: [], parts: [])]
    for place in grid.dimensions.indices {
      let stride = Int32(grid.strides[place])
      let choices: [[Int32]]
      if let chains = chains[place] {
        let deepest = chains.map(\.count).max() ?? 1
        choices = (0..<deepest).map { depth -> [Int32] in
          [-1] + chains.map { depth < $0.count ? $0[$0.count - 1 - depth] * stride : -1 }
        }
      } else {
        choices = [[-1] + (0..<Int32(grid.sizes[place])).map { $0 * stride }]
      }
      var longer: [Level] = []
      for head in levels {
        for (depth, parts) in choices.enumerated() {
          longer.append(Level(depths: head.depths + [depth], parts: head.parts + [parts]))
        }
      }
      levels = longer
    }
    self.levels = levels
  }

  /// The cells of a row. A row without a code (-1) in one of the grid's dimensions lies in none.
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
