package import Policies

/// The lattice differencing guard (DISCLOSURE a.8): a population is refused where it differs from a generalisation
/// of itself by 1 to k−1 units, so that no two answers can be subtracted to reach a few people.
///
/// It looks at identifying dimensions only, so a refusal says nothing about any response.
package struct DifferencingGuard: Sendable {
  private let k: Int
  private let pPercent: Int

  package init(_ profile: ProtectionProfile) {
    k = profile.k
    pPercent = profile.pPercent
  }

  /// What the guard says of one population.
  package enum Verdict: UInt8, Sendable {
    case passes
    /// Nobody is in it.
    case empty
    /// Fewer than k units.
    case small
    /// A complement of 1 to k−1 units.
    case differs
  }

  /// Judges every population of a set of identifying dimensions.
  package func verdicts(_ set: DimensionSet, in cube: TrueCube) throws(DisclosureError) -> [Verdict] {
    let cuboid = try cube.cuboid(set)
    let lattice = try Lattice(cuboid.grid, of: cube.shape)
    let ways = lattice.ways.count
    var verdicts = [Verdict](repeating: .passes, count: cuboid.grid.count)
    for cell in 0..<cuboid.grid.count {
      let units = Int(cuboid.units[cell])
      guard units >= k else {
        verdicts[cell] = units == 0 ? .empty : .small
        continue
      }
      for way in 0..<ways {
        guard let target = lattice.target(of: cell, way: way) else { continue }
        let whole = try cube.cuboid(lattice.ways[way].kept)
        let only = cuboid.onlyHere.isEmpty ? 0 : Int(cuboid.onlyHere[cell * ways + way])
        let others = Int(whole.units[target]) - Int(cuboid.lone[cell]) - only
        // Also who has no row here at all: where units have rows on both sides, the complement above holds many, and
        // yet the two counts of a response that all rows of a unit share differ by nobody but these.
        let absent = Int(whole.units[target]) - units
        if (1..<k).contains(others) || (1..<k).contains(absent) {
          verdicts[cell] = .differs
          break
        }
      }
    }
    return verdicts
  }

  /// For each cell of a table whether the complement of its sum in some generalisation fails the p % rule, so that
  /// the difference of two sums would tell too much of one unit.
  package func sumsDiffer(_ set: DimensionSet, measure: Int, in cube: TrueCube) throws(DisclosureError)
    -> [Bool]
  {
    let cuboid = try cube.cuboid(set)
    let lattice = try Lattice(cuboid.grid, of: cube.shape)
    let ways = lattice.ways.count
    var differs = [Bool](repeating: false, count: cuboid.grid.count)
    for cell in 0..<cuboid.grid.count where cuboid.totals[measure][cell].units >= k {
      let codes = cuboid.grid.codes(at: cell)
      for way in 0..<ways {
        guard let target = lattice.target(of: cell, way: way) else { continue }
        let whole = try cube.cuboid(lattice.ways[way].kept)
        let outside =
          cuboid.outside[measure].isEmpty ? OutsideTotals() : cuboid.outside[measure][cell * ways + way]
        let rest =
          whole.totals[measure][target].absolute - (cuboid.loneAbsolute[measure][cell] ?? 0)
          - outside.touching
          + outside.parts
        guard rest > 0 else { continue }
        let largest = largestElsewhere(
          whole.tops[measure][target], cell: codes, of: cuboid.grid, shape: cube.shape, known: outside)
        if Dominance(total: rest, largest: largest).failsPPercent(pPercent) {
          differs[cell] = true
          break
        }
      }
      if !differs[cell] { differs[cell] = responsesTell(cell, cuboid, measure: measure, shape: cube.shape) }
    }
    return differs
  }

  /// The same along a response: whether the population's sum, less that of the cell, is the sum of other responses
  /// that fails the p % rule. Responses with a hierarchy are left out, since their codes hold one another.
  private func responsesTell(_ cell: Int, _ cuboid: TrueCuboid, measure: Int, shape: Shape) -> Bool {
    for (place, dimension) in cuboid.grid.dimensions.enumerated() where !shape.isIdentifying(dimension) {
      guard shape.parents[dimension].allSatisfy({ $0 < 0 }) else { continue }
      let (stride, size) = (cuboid.grid.strides[place], cuboid.grid.sizes[place])
      let own = cell / stride % size
      var rest = CellTotals()
      for code in 0..<size where code != own {
        rest.merge(cuboid.totals[measure][cell + (code - own) * stride])
      }
      if rest.absolute > 0, Dominance(rest).failsPPercent(pPercent) { return true }
    }
    return false
  }

  /// Upper bounds of the two largest contributions to a complement: of the units that touch the cell, their parts;
  /// of the others, the largest that are kept. Where all kept ones touch the cell, the smallest of them bounds the
  /// rest, which errs on the side of refusing.
  private func largestElsewhere(
    _ tops: [Top], cell: [Int32], of grid: Grid, shape: Shape, known: OutsideTotals
  ) -> [Int128] {
    var found = [Int128(known.first), Int128(known.second)]
    var elsewhere = 0
    for top in tops {
      guard !top.touches(cell, of: grid, shape: shape) else { continue }
      found.append(Int128(top.size))
      elsewhere += 1
      if elsewhere == 2 { break }
    }
    if elsewhere < 2, tops.count == Top.limit, let last = tops.last {
      for _ in elsewhere..<2 { found.append(Int128(last.size)) }
    }
    return Array(found.sorted(by: >).prefix(2))
  }
}
