/// The release budget (DISCLOSURE a.9): released cells under a population are at most its perturbed size divided by
/// the profile's divisor, over all results of the dataset family, former bands included.
///
/// A cell with identifying predicate P is charged to every proper generalisation of P. What a table would write
/// under one population is written whole or not at all.
struct ReleaseBudget {
  /// One population: some identifying dimensions and the place of their codes in the grid.
  struct Population: Hashable {
    let set: DimensionSet
    let cell: Int
  }

  private let divisor: Int
  private var used: [Population: Int] = [:]
  /// Cells of other results: they are out already and cost nothing a second time.
  private var elsewhere: Set<String> = []

  init(divisor: Int) { self.divisor = max(1, divisor) }

  /// Cells written under a population so far.
  func used(_ population: Population) -> Int { used[population] ?? 0 }

  /// Cells that may be written under a population of that perturbed size.
  func limit(_ size: Int) -> Int { max(0, size) / divisor }

  /// Records a cell of another result.
  mutating func charge(other label: CellLabel, quantity: String, to populations: [Population]) {
    guard elsewhere.insert(label.canonical + "|" + quantity).inserted else { return }
    for population in populations { used[population, default: 0] += 1 }
  }

  /// What one cell costs: its quantities that are not out already.
  func cost(_ label: CellLabel, quantities: [String]) -> Int {
    quantities.count { !elsewhere.contains(label.canonical + "|" + $0) }
  }

  /// Charges a table.
  /// - Parameters:
  ///   - cells: for each cell that may be shown its identifying population's generalisations, in the order of
  ///     `ways`, and its cost.
  ///   - ways: the ways of the identifying lattice, with how specific each is.
  ///   - size: the perturbed size of a population.
  /// - Returns: for each cell whether it is written.
  mutating func write(
    _ cells: [(populations: [Population?], cost: Int)], ways: [Lattice.Way], size: (Population) -> Int
  ) -> [Bool] {
    var written = cells.map { _ in true }
    // The finest populations first: what does not fit there costs nothing further up.
    let order = ways.indices.sorted { left, right in
      let a = ways[left], b = ways[right]
      if a.kept.count != b.kept.count { return a.kept.count > b.kept.count }
      let up = (a.steps.reduce(0) { $0 + max(0, $1) }, b.steps.reduce(0) { $0 + max(0, $1) })
      return up.0 != up.1 ? up.0 < up.1 : left < right
    }
    for way in order {
      var slices: [Population: Int] = [:]
      for (index, cell) in cells.enumerated() where written[index] {
        if let population = cell.populations[way] { slices[population, default: 0] += cell.cost }
      }
      let refused = Set(
        slices.filter { population, cost in
          cost > 0 && (used[population] ?? 0) + cost > limit(size(population))
        }.keys)
      guard !refused.isEmpty else { continue }
      for (index, cell) in cells.enumerated() where written[index] {
        if let population = cell.populations[way], refused.contains(population) { written[index] = false }
      }
    }
    for (index, cell) in cells.enumerated() where written[index] {
      for case .some(let population) in Set(cell.populations) { used[population, default: 0] += cell.cost }
    }
    return written
  }
}
