import Bytes
import Disclosure
import Policies

extension Attacks {
  // MARK: B7 dominance

  /// Published sums that violate the p % rule on the truth.
  static func dominated(
    _ published: Published, _ cube: TrueCube, _ target: Target
  ) throws(ResultError) -> AttackLine {
    var violating = 0, shown = 0
    forEachSum(published, cube, target) { sum in
      shown += 1
      if Dominance(sum.totals).failsPPercent(target.profile.pPercent) { violating += 1 }
    }
    return AttackLine(
      "B7", .both("支配", "dominance"), metric: .both("公布的被支配合计", "dominated sums out"),
      shown == 0 ? nil : Double(violating), bar: "0", passes: violating == 0,
      detail: .both("\(shown) 个合计", "\(shown) sums"))
  }

  /// A sum that is out, and the truth.
  struct OutSum {
    let set: DimensionSet
    let cell: Int
    let measure: Int
    let value: Int128
    let totals: CellTotals

    /// By how much it is off.
    var error: Double { Double(value - totals.sum) }
    /// Whether one unit outweighs all others in the cell.
    var hasGiant: Bool { 2 * Int128(totals.first) * Int128(totals.first) > totals.squares }
  }

  /// Every sum that is out.
  static func forEachSum(
    _ published: Published, _ cube: TrueCube, _ target: Target, _ body: (OutSum) -> Void
  ) {
    for (set, sums) in published.sums.sorted(by: { $0.key.bits < $1.key.bits }) {
      guard let cuboid = cube.cuboids[set] else { continue }
      for measure in target.measures where sums.indices.contains(measure) {
        for (cell, sum) in sums[measure].enumerated() {
          guard let sum else { continue }
          body(
            OutSum(
              set: set, cell: cell, measure: measure, value: sum, totals: cuboid.totals[measure][cell]))
        }
      }
    }
  }

  // MARK: B6 trackers

  /// Individual tracker: a population of 1 … k−1 people as the difference of two that are out.
  static func trackers(
    _ published: Published, _ cube: TrueCube, _ target: Target
  ) throws(ResultError) -> AttackLine {
    let k = target.profile.k
    let open =
      try pairs(published, cube, target, range: 1...max(1, k - 1)).count
      + populationPairs(published, cube, target)
    return AttackLine(
      "B6", .both("个体追踪", "individual tracker"),
      metric: .both("差不足 k 的配对", "pairs under k apart"), Double(open), bar: "0", passes: open == 0)
  }

  /// General tracker: for each withheld sum with a dominating unit its margin minus its sibling over a dimension of two
  /// codes, and whether that is off by p % or more.
  static func tracked(_ published: Published, _ cube: TrueCube, _ target: Target) -> [Bool] {
    var far: [Bool] = []
    for (set, sums) in published.sums where set.count >= 1 {
      guard let cuboid = cube.cuboids[set] else { continue }
      for (place, dimension) in cuboid.grid.dimensions.enumerated()
      where cube.shape.dimensions[dimension].codes.count == 2 {
        let margin = DimensionSet(bits: set.bits & ~DimensionSet([dimension]).bits)
        guard let wide = published.sums[margin], let wideGrid = cube.cuboids[margin]?.grid else { continue }
        let up = ListedPlaces(cuboid.grid, within: wideGrid)
        for measure in target.measures {
          for cell in 0..<cuboid.grid.count where sums[measure][cell] == nil {
            let code = cell / cuboid.grid.strides[place] % 2
            let sibling = cell + (code == 0 ? 1 : -1) * cuboid.grid.strides[place]
            let totals = cuboid.totals[measure][cell]
            guard let whole = wide[measure][up(cell)], let other = sums[measure][sibling], totals.first > 0,
              Dominance(totals).failsPPercent(target.profile.pPercent)
            else { continue }
            let estimate = Double(whole - other)
            let error = abs(estimate - Double(totals.first)) / Double(totals.first)
            far.append(100 * error >= Double(target.profile.pPercent))
          }
        }
      }
    }
    return far
  }

  /// Pairs of released counts over identifying dimensions whose populations differ by 1 … k−1 units.
  private static func populationPairs(
    _ published: Published, _ cube: TrueCube, _ target: Target
  ) throws(ResultError) -> Int {
    let shape = target.data.shape
    var open = 0
    for (set, counts) in published.counts where shape.identifying(set) == set {
      guard let cuboid = cube.cuboids[set] else { continue }
      let lattice = try disclosing { () throws(DisclosureError) in try Lattice(cuboid.grid, of: shape) }
      for (cell, count) in counts.enumerated() where count != nil {
        for way in lattice.ways.indices {
          guard let wide = published.counts[lattice.ways[way].kept],
            let whole = cube.cuboids[lattice.ways[way].kept],
            let place = lattice.target(of: cell, way: way), wide[place] != nil
          else { continue }
          let only = cuboid.onlyHere.isEmpty ? 0 : Int(cuboid.onlyHere[cell * lattice.ways.count + way])
          let outside = Int(whole.units[place]) - Int(cuboid.lone[cell]) - only
          if outside > 0, outside < target.profile.k { open += 1 }
        }
      }
    }
    return open
  }
}
