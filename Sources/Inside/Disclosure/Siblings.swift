import Policies

/// A population of one of a family's datasets: everybody whom its answers tell of under some identifying conditions.
package struct SiblingPopulation: Hashable, Sendable {
  package let dataset: String
  package let set: DimensionSet
  /// The place of its codes in the grid of the set.
  package let cell: Int

  package init(dataset: String, set: DimensionSet, cell: Int) {
    self.dataset = dataset
    self.set = set
    self.cell = cell
  }
}

/// A population of another dataset that differs by few units, and by how many at least.
package struct NearPopulation: Sendable {
  package let population: SiblingPopulation
  package let differing: Int

  package init(_ population: SiblingPopulation, differing: Int) {
    self.population = population
    self.differing = differing
  }
}

extension Sealing {
  /// Withholds the populations that differ by 1 to k−1 units from one that is out of a sibling: the responses of both,
  /// subtracted, would be those of the few (DISCLOSURE a.8; 00, rule 8). Which of two comes first is told, as in a version
  /// after the other: what is out cannot be taken back.
  /// - Parameter out: what is out of the siblings.
  func withhold(
    _ verdicts: inout [DifferencingGuard.Verdict], _ set: DimensionSet, beside out: Set<SiblingPopulation>
  ) throws(DisclosureError) {
    guard !out.isEmpty else { return }
    let told = DimensionSet(bits: set.bits & ~shape.hidden.bits)
    // Dimensions that no answer tells come last; those who are told of lie at the first code of each.
    let step = max(1, verdicts.count / max(1, try Grid(told, of: shape).count))
    for cell in stride(from: 0, to: verdicts.count, by: step) where verdicts[cell] == .passes {
      let own = SiblingPopulation(dataset: request.dataset, set: told, cell: cell / step)
      let near = survey.nearby[own] ?? []
      if near.contains(where: { $0.differing < request.profile.k && out.contains($0.population) }) {
        verdicts[cell] = .differs
      }
    }
  }

  /// The populations of siblings with a number that is out and stays, in whatever table.
  func populationsOut(_ history: ResultHistory) throws(DisclosureError) -> Set<SiblingPopulation> {
    var out: Set<SiblingPopulation> = []
    guard !survey.nearby.isEmpty else { return out }
    for source in survey.identity.sources where source.shape.dataset != request.dataset {
      for drawn in history.drawn[source.shape.dataset]?.cells.values.map({ $0 }) ?? [] {
        try add(drawn, of: source.shape, to: &out)
      }
    }
    return out
  }

  private func add(
    _ drawn: DrawnCells, of shape: Shape, to out: inout Set<SiblingPopulation>
  ) throws(DisclosureError) {
    let places = drawn.names.compactMap { shape.dimension($0) }
    guard places.count == drawn.names.count,
      let counts = drawn.quantities.first(where: { $0.name == "n" })
    else { return }
    let set = shape.identifying(DimensionSet(places))
    let grid = try Grid(set, of: shape)
    // For each axis and code what it adds to the population's place; nil for a code that is declared no more.
    var parts: [[Int?]] = []
    for (axis, place) in zip(drawn.axes, places) {
      let stride = set.contains(place) ? try grid.stride(of: place) : 0
      let known = Dictionary(
        shape.dimensions[place].codes.enumerated().map { ($0.element.code, $0.offset) },
        uniquingKeysWith: { first, _ in first })
      parts.append(axis.codes.map { code in known[code].map { $0 * stride } })
    }
    let k = request.profile.k
    counts.drawn.forEach { place in
      guard counts.values[place] != nil, counts.changed.count(at: place, limit: k) < k else { return }
      var cell = 0
      for axis in drawn.axes.indices {
        guard let part = parts[axis][place / drawn.strides[axis] % max(1, drawn.axes[axis].codes.count)]
        else { return }
        cell += part
      }
      out.insert(SiblingPopulation(dataset: shape.dataset, set: set, cell: cell))
    }
  }
}
