package import Policies

/// The lattice differencing guard (DISCLOSURE a.8): a population is refused where it differs from a generalisation
/// of itself by 1 to k−1 units, so that no two answers can be subtracted to reach a few people.
///
/// It looks at identifying dimensions only, so a refusal says nothing about any response.
package struct DifferencingGuard: Sendable {
  private let k: Int

  package init(_ profile: ProtectionProfile) { k = profile.k }

  init(k: Int) { self.k = k }

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

  /// Judges every population of a set of identifying dimensions: by its generalisations, and by what other datasets tell
  /// of that are made of the same tables.
  package func verdicts(_ set: DimensionSet, in cube: TrueCube) throws(DisclosureError) -> [Verdict] {
    var verdicts = try lattice(set, in: cube)
    let shape = cube.shape
    guard shape.beside.bits != 0 else { return verdicts }
    let differs = try Compared(set, of: shape, k: k).differing(in: cube)
    let grid = try cube.cuboid(set).grid
    // Codes that answers tell come first: the others stand for one combination of them.
    let told = DimensionSet(bits: set.bits & ~shape.hidden.bits)
    let cells = max(1, grid.count / max(1, try Grid(told, of: shape).count))
    for cell in verdicts.indices where verdicts[cell] == .passes && differs[cell / cells] {
      verdicts[cell] = .differs
    }
    return verdicts
  }

  /// Judges every population of a set by its generalisations.
  func lattice(_ set: DimensionSet, in cube: TrueCube) throws(DisclosureError) -> [Verdict] {
    let cuboid = try cube.cuboid(set)
    let lattice = try Lattice(cuboid.grid, of: cube.shape)
    var verdicts = [Verdict](repeating: .passes, count: cuboid.grid.count)
    for cell in 0..<cuboid.grid.count {
      let units = Int(cuboid.units[cell])
      guard units >= k else {
        verdicts[cell] = units == 0 ? .empty : .small
        continue
      }
      if try offence(cell, cuboid, lattice, in: cube) != nil { verdicts[cell] = .differs }
    }
    return verdicts
  }

  /// The first way of the lattice in which a population of at least k units differs from what it generalises to by few.
  func offence(
    _ cell: Int, _ cuboid: TrueCuboid, _ lattice: Lattice, in cube: TrueCube
  ) throws(DisclosureError) -> Int? {
    let ways = lattice.ways.count
    let units = Int(cuboid.units[cell])
    for way in 0..<ways {
      guard let target = lattice.target(of: cell, way: way) else { continue }
      let whole = try cube.cuboid(lattice.ways[way].kept)
      let only = cuboid.onlyHere.isEmpty ? 0 : Int(cuboid.onlyHere[cell * ways + way])
      let others = Int(whole.units[target]) - Int(cuboid.lone[cell]) - only
      // Also who has no row here at all: where units have rows on both sides, the complement above holds many, and
      // yet the two counts of a response that all rows of a unit share differ by nobody but these.
      let absent = Int(whole.units[target]) - units
      if (1..<k).contains(others) || (1..<k).contains(absent) { return way }
    }
    return nil
  }
}
