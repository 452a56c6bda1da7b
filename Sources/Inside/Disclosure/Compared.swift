/// Compares the populations of a joined dataset with those of others that are made of the same tables: two joins of one
/// source, or a join and one that keeps rows without a partner. Neither is a generalisation of the other, and yet they
/// may differ by a few units, whose responses their difference would tell (DISCLOSURE a.8).
struct Compared {
  /// Whom a dataset tells of: the codes of its units in dimensions that no answer tells.
  typealias Codes = [Int: Int32]

  private let shape: Shape
  private let k: Int
  /// The told dimensions of the populations that are judged.
  private let told: DimensionSet

  /// - Parameter set: the dimensions of the populations, those that no answer tells among them.
  init(_ set: DimensionSet, of shape: Shape, k: Int) {
    self.shape = shape
    self.k = k
    told = DimensionSet(bits: set.bits & ~shape.hidden.bits)
  }

  /// The sets whose cells must be there so that populations over `set` can be compared.
  static func sets(for set: DimensionSet, of shape: Shape) -> Set<DimensionSet> {
    var sets = Set(DimensionSet(bits: set.bits | shape.optional.bits).subsets)
    let told = DimensionSet(bits: set.bits & ~shape.hidden.bits)
    for (mine, other) in pairs(shape) {
      for part in DimensionSet(bits: told.bits & other.dimensions.bits).subsets {
        sets.insert(DimensionSet(bits: part.bits | other.set.bits))
      }
      sets.insert(DimensionSet(bits: told.bits | DimensionSet(mine.keys).bits | other.set.bits))
    }
    return sets
  }

  /// Whom the dataset tells of, and where rows without a partner are kept those with and those without one.
  private static func own(_ shape: Shape) -> [Codes] {
    let all = Codes(uniqueKeysWithValues: shape.hidden.places.map { ($0, 0) })
    return shape.optional.places.reduce([all]) { populations, place in
      populations
        + populations.flatMap { one in
          [0, 1].map { code in one.merging([place: code]) { _, new in new } }
        }
    }
  }

  /// Pairs of which neither is a part of the other by its conditions; parts are the lattice's affair.
  private static func pairs(_ shape: Shape) -> [(mine: Codes, other: Shape.OtherPopulation)] {
    own(shape).flatMap { mine in
      shape.others.filter { other in
        !mine.allSatisfy { other.codes[$0.key] == $0.value }
          && !other.codes.allSatisfy { mine[$0.key] == $0.value }
      }.map { (mine, $0) }
    }
  }

  /// For each combination of told codes, in the order of their grid, whether it must not be shown.
  func differing(in cube: TrueCube) throws(DisclosureError) -> [Bool] {
    let grid = try Grid(told, of: shape)
    var differs = [Bool](repeating: false, count: grid.count)
    if shape.optional.bits != 0 { try judgePartners(&differs, grid, in: cube) }
    for (mine, other) in Compared.pairs(shape) {
      try compare(mine, other, &differs, grid, in: cube)
    }
    return differs
  }

  /// With and without a partner are populations of their own: an empty one tells nothing, any other must pass.
  private func judgePartners(
    _ differs: inout [Bool], _ grid: Grid, in cube: TrueCube
  ) throws(DisclosureError) {
    let set = DimensionSet(bits: told.bits | shape.hidden.bits | shape.optional.bits)
    let verdicts = try DifferencingGuard(k: k).lattice(set, in: cube)
    let cuboid = try cube.cuboid(set)
    for cell in 0..<cuboid.grid.count where verdicts[cell] == .small || verdicts[cell] == .differs {
      let codes = cuboid.grid.codes(at: cell)
      guard zip(cuboid.grid.dimensions, codes).allSatisfy({ !shape.hidden.contains($0) || $1 == 0 }) else {
        continue
      }
      differs[place(cuboid.grid, codes, in: grid)] = true
    }
  }

  private func compare(
    _ mine: Codes, _ other: Shape.OtherPopulation, _ differs: inout [Bool], _ grid: Grid, in cube: TrueCube
  ) throws(DisclosureError) {
    let own = try cube.cuboid(DimensionSet(bits: told.bits | DimensionSet(mine.keys).bits))
    let excludes = mine.contains { place, code in code != other.codes[place] ?? code }
    let both =
      excludes
      ? nil : try cube.cuboid(DimensionSet(bits: told.bits | DimensionSet(mine.keys).bits | other.set.bits))
    let all = mine.merging(other.codes) { first, _ in first }
    let lattice = try Lattice(grid, of: shape)
    // The population itself, and each way to a wider one.
    for way in -1..<lattice.ways.count {
      let kept = way < 0 ? told : lattice.ways[way].kept
      guard kept.bits & ~other.dimensions.bits == 0 else { continue }
      let theirs = try cube.cuboid(DimensionSet(bits: kept.bits | other.set.bits))
      let wide = try Grid(kept, of: shape)
      for cell in 0..<grid.count where !differs[cell] {
        guard let target = way < 0 ? cell : lattice.target(of: cell, way: way) else { continue }
        let codes = grid.codes(at: cell)
        let here = Int(own.units[place(grid, codes, in: own.grid, mine)])
        guard here >= k else { continue }
        let there = Int(theirs.units[place(wide, wide.codes(at: target), in: theirs.grid, other.codes)])
        let shared = both.map { Int($0.units[place(grid, codes, in: $0.grid, all)]) } ?? 0
        if (1..<k).contains(here + there - 2 * shared) { differs[cell] = true }
      }
    }
  }

  /// The place of some codes in another grid, with further codes in dimensions that the first has not.
  private func place(_ grid: Grid, _ codes: [Int32], in other: Grid, _ more: Codes = [:]) -> Int {
    var place = 0
    for (dimension, stride) in zip(other.dimensions, other.strides) {
      let code = grid.dimensions.firstIndex(of: dimension).map { codes[$0] } ?? more[dimension] ?? 0
      place += Int(code) * stride
    }
    return place
  }
}
