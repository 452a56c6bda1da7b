import Trust

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
  /// Digests of the cells of other results: they are out already and cost nothing a second time.
  private var elsewhere: Set<UInt128> = []

  init(divisor: Int) { self.divisor = max(1, divisor) }

  /// Cells written under a population so far.
  func used(_ population: Population) -> Int { used[population] ?? 0 }

  /// Cells that may be written under a population of that perturbed size.
  func limit(_ size: Int) -> Int { max(0, size) / divisor }

  /// Whether anything of another result was charged.
  var knowsOthers: Bool { !elsewhere.isEmpty }

  /// Records a cell of another result.
  mutating func charge(other label: CellLabel, quantity: String, to populations: [Population]) {
    guard elsewhere.insert(ReleaseBudget.digest(label, quantity)).inserted else { return }
    for population in populations { used[population, default: 0] += 1 }
  }

  /// What one cell costs: its quantities that are not out already.
  func cost(_ label: CellLabel, quantities: [String]) -> Int {
    quantities.count { !elsewhere.contains(ReleaseBudget.digest(label, $0)) }
  }

  private static func digest(_ label: CellLabel, _ quantity: String) -> UInt128 {
    Digest.sha256(Array((label.canonical + "|" + quantity).utf8)).prefix(16).reduce(0) {
      $0 << 8 | UInt128($1)
    }
  }

  /// A cell that may be shown.
  struct Asked {
    /// The place of its identifying codes in the grid of the lattice.
    let population: Int32
    let cost: Int32
  }

  /// Charges a table.
  /// - Parameters:
  ///   - cells: the cells that may be shown.
  ///   - lattice: the generalisations of their identifying populations.
  ///   - size: the perturbed size of a population.
  /// - Returns: for each cell whether it is written.
  mutating func write(_ cells: [Asked], lattice: Lattice, size: (Population) -> Int) -> [Bool] {
    let ways = lattice.ways
    var written = cells.map { _ in true }
    // The finest populations first: what does not fit there costs nothing further up.
    let order = ways.indices.sorted { left, right in
      let a = ways[left], b = ways[right]
      if a.kept.count != b.kept.count { return a.kept.count > b.kept.count }
      let up = (a.steps.reduce(0) { $0 + max(0, $1) }, b.steps.reduce(0) { $0 + max(0, $1) })
      return up.0 != up.1 ? up.0 < up.1 : left < right
    }
    for way in order {
      let slices = slices(cells, written, lattice, way)
      let refused = Set(
        slices.filter { cell, cost in
          let population = Population(set: ways[way].kept, cell: cell)
          return cost > 0 && (used[population] ?? 0) + cost > limit(size(population))
        }.keys)
      guard !refused.isEmpty else { continue }
      for (index, cell) in cells.enumerated() where written[index] {
        if let target = lattice.target(of: Int(cell.population), way: way), refused.contains(target) {
          written[index] = false
        }
      }
    }
    for way in ways.indices {
      for (cell, cost) in slices(cells, written, lattice, way) {
        used[Population(set: ways[way].kept, cell: cell), default: 0] += cost
      }
    }
    return written
  }

  /// What the cells that are written cost each population that a way leads to.
  private func slices(
    _ cells: [Asked], _ written: [Bool], _ lattice: Lattice, _ way: Int
  ) -> [Int: Int] {
    var slices: [Int: Int] = [:]
    for (index, cell) in cells.enumerated() where written[index] {
      if let target = lattice.target(of: Int(cell.population), way: way) {
        slices[target, default: 0] += Int(cell.cost)
      }
    }
    return slices
  }
}
