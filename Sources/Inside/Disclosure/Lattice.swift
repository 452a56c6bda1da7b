/// The proper generalisations of the cells of one grid: any identifying condition dropped or moved up its
/// hierarchy, responses kept (DISCLOSURE a.8).
package struct Lattice: Sendable {
  /// One way to generalise: for each dimension of the grid how many steps up, or dropped.
  package struct Way: Sendable {
    /// Steps up for each dimension of the grid; -1 drops it.
    package let steps: [Int]
    /// Dimensions that stay.
    package let kept: DimensionSet
  }

  /// Most ways of one grid (DISCLOSURE a.8).
  package static let waysLimit = 256

  package let grid: Grid
  package let ways: [Way]
  private let shape: Shape
  /// The grid that each way leads to.
  private let targets: [Grid]

  /// - Throws: `DisclosureError` where a grid has more than 256 ways.
  package init(_ grid: Grid, of shape: Shape) throws(DisclosureError) {
    self.grid = grid
    self.shape = shape
    var steps: [[Int]] = [[]]
    for dimension in grid.dimensions {
      let highest = Int(shape.depths[dimension].max() ?? 0)
      let choices = shape.isIdentifying(dimension) ? Array(0...highest) + [-1] : [0]
      steps = steps.flatMap { head in choices.map { head + [$0] } }
      guard steps.count <= Lattice.waysLimit else {
        throw DisclosureError(
          .tooDeep,
          "a table over \(shape.dimensions[dimension].name) has more than \(Lattice.waysLimit) generalisations",
          hint: "take a dimension out of the table, or use a flatter hierarchy")
      }
    }
    var targets: [Grid] = []
    var ways: [Way] = []
    for choice in steps where choice.contains(where: { $0 != 0 }) {
      let kept = DimensionSet(zip(grid.dimensions, choice).filter { $0.1 >= 0 }.map(\.0))
      targets.append(try Grid(kept, of: shape))
      ways.append(Way(steps: choice, kept: kept))
    }
    self.ways = ways
    self.targets = targets
  }

  /// The cell that a way leads to, in the grid of `ways[way].kept`; nil where the tree ends before.
  package func target(of cell: Int, way: Int) -> Int? {
    let steps = ways[way].steps
    let target = targets[way]
    var index = 0
    var place = 0
    for position in steps.indices where steps[position] >= 0 {
      var code = Int32(truncatingIfNeeded: cell / grid.strides[position] % grid.sizes[position])
      if steps[position] > 0 {
        guard let above = shape.climb(code, in: grid.dimensions[position], by: steps[position]) else {
          return nil
        }
        code = above
      }
      index += Int(code) * target.strides[place]
      place += 1
    }
    return index
  }
}
