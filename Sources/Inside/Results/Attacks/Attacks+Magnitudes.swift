import Bytes
import Disclosure
import Policies

extension Attacks {
  // MARK: B7 dominance

  /// Published sums that violate the p % rule on the truth; and how often the second contributor, who knows the own
  /// value, comes within p % of the first.
  static func dominated(
    _ published: Published, _ cube: TrueCube, _ target: Target
  ) throws(ResultError) -> (line: AttackLine, guess: AttackLine) {
    var violating = 0, shown = 0, close = 0
    let p = target.profile.pPercent
    for (set, sums) in published.sums {
      guard let cuboid = cube.cuboids[set] else { continue }
      for measure in target.measures {
        for (cell, sum) in (sums.indices.contains(measure) ? sums[measure] : []).enumerated() {
          guard let sum else { continue }
          shown += 1
          let totals = cuboid.totals[measure][cell]
          if Dominance(totals).failsPPercent(p) { violating += 1 }
          let error = (sum - Int128(totals.second) - Int128(totals.first)).magnitude
          if 100 * error <= UInt128(p) * UInt128(totals.first) { close += 1 }
        }
      }
    }
    let line = AttackLine(
      "B7", .both("支配", "dominance"), metric: .both("公布的被支配合计", "dominated sums out"),
      shown == 0 ? nil : Double(violating), bar: "0", passes: violating == 0, detail: sums(shown))
    let share = shown == 0 ? 0 : Double(close) / Double(shown)
    // With few sums one of them is much: the bar has its allowance.
    let most = min(1, 0.20 + (shown == 0 ? 0 : standardErrors * (0.16 / Double(shown)).squareRoot()))
    let guess = AttackLine(
      "B7", .both("第二贡献者", "second contributor"), metric: .both("误差小于 p % 者", "within p %"),
      shown == 0 ? nil : share, bar: Text("≤ \(Rounded.text(most, digits: 2))"), passes: share <= most,
      detail: sums(shown))
    return (line, guess)
  }

  private static func sums(_ count: Int) -> Text { .both("\(count) 个合计", "\(count) sums") }

  // MARK: B6 trackers

  /// Individual tracker: a population of 1 … k−1 people as the difference of two that are out. General tracker: a
  /// withheld cell as its margin minus its sibling over a dimension of two codes; sums too.
  static func trackers(
    _ published: Published, _ cube: TrueCube, _ target: Target
  ) throws(ResultError) -> [AttackLine] {
    let k = target.profile.k
    let open =
      try pairs(published, cube, target, range: 1...max(1, k - 1)).count
      + populationPairs(published, cube, target)
    var lines = [
      AttackLine(
        "B6", .both("个体追踪", "individual tracker"),
        metric: .both("差不足 k 的配对", "pairs under k apart"), Double(open), bar: "0",
        passes: open == 0)
    ]
    var errors: [Double] = []
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
            errors.append(abs(estimate - Double(totals.first)) / Double(totals.first))
          }
        }
      }
    }
    let far = errors.count { 100 * $0 >= Double(target.profile.pPercent) }
    let share = errors.isEmpty ? 1 : Double(far) / Double(errors.count)
    let least = max(0, 0.80 - (errors.isEmpty ? 0 : 2 * (0.16 / Double(errors.count)).squareRoot()))
    lines.append(
      AttackLine(
        "B6", .both("一般追踪，合计", "tracker of sums"),
        metric: .both("误差达 p % 者", "off by p % or more"),
        errors.isEmpty ? nil : share, bar: Text("≥ \(Rounded.text(least, digits: 2))"),
        passes: share >= least,
        detail: .both("\(errors.count) 个未公布合计", "\(errors.count) withheld sums")))
    return lines
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
