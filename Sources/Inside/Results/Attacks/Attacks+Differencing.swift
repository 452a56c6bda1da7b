import Bytes
import Disclosure
import Policies

extension Attacks {
  /// Two populations that are out, one within the other, and what both tell of each response.
  struct Pair {
    let complement: Int
    /// True holders of the response in the complement.
    let holders: Int
    /// Released count in the wider one minus that in the narrower.
    let difference: Int
  }

  /// All pairs of released response counts (Q ∧ r, P ∧ r) whose populations differ by `range` units.
  static func pairs(
    _ published: Published, _ cube: TrueCube, _ target: Target, range: ClosedRange<Int>
  ) throws(ResultError) -> [Pair] {
    let shape = target.data.shape
    var found: [Pair] = []
    for set in published.counts.keys.sorted(by: { $0.bits < $1.bits }) {
      let identifying = shape.identifying(set)
      guard identifying != set, let cells = cube.cuboids[set], let populations = cube.cuboids[identifying],
        let shown = published.counts[set]
      else { continue }
      let lattice = try disclosing { () throws(DisclosureError) in try Lattice(cells.grid, of: shape) }
      let judged = try disclosing { () throws(DisclosureError) in try Lattice(populations.grid, of: shape) }
      let locate = ListedPlaces(cells.grid, within: populations.grid)
      for cell in 0..<cells.grid.count {
        guard let narrow = shown[cell] else { continue }
        let population = locate(cell)
        for way in lattice.ways.indices {
          guard let wide = published.counts[lattice.ways[way].kept],
            let target = lattice.target(of: cell, way: way), let wider = wide[target]
          else { continue }
          let steps = zip(cells.grid.dimensions, lattice.ways[way].steps).filter { shape.isIdentifying($0.0) }
            .map(\.1)
          guard let judgedWay = judged.ways.firstIndex(where: { $0.steps == steps }),
            let whole = cube.cuboids[judged.ways[judgedWay].kept],
            let wholeCell = judged.target(of: population, way: judgedWay),
            let responses = cube.cuboids[lattice.ways[way].kept]
          else { continue }
          let only =
            populations.onlyHere.isEmpty
            ? 0 : Int(populations.onlyHere[population * judged.ways.count + judgedWay])
          let outside = Int(whole.units[wholeCell]) - Int(populations.lone[population]) - only
          // Units with rows outside, or units with no row inside: fewer, where units have several rows.
          let absent = Int(whole.units[wholeCell]) - Int(populations.units[population])
          guard let complement = [outside, absent].first(where: range.contains) else { continue }
          found.append(
            Pair(
              complement: complement, holders: Int(responses.units[target]) - Int(cells.units[cell]),
              difference: wider - narrow))
        }
      }
    }
    return found
  }

  /// B3: one person between two populations. Best of three rules: equal means no; more means yes; more by two.
  static func onePerson(
    _ published: Published, _ cube: TrueCube, _ target: Target
  ) throws(ResultError) -> (line: AttackLine, pairs: Int, base: Double, accuracy: Double) {
    let found = try pairs(published, cube, target, range: 1...1)
    let yes = found.count { $0.holders > 0 }
    let base = found.isEmpty ? 0 : Double(max(yes, found.count - yes)) / Double(found.count)
    let rules: [(Pair) -> Bool] = [{ $0.difference != 0 }, { $0.difference >= 1 }, { $0.difference >= 2 }]
    let best = rules.map { rule in found.count { rule($0) == ($0.holders > 0) } }.max() ?? 0
    let accuracy = found.isEmpty ? 0 : Double(best) / Double(found.count)
    var line = AttackLine(
      "B3", .both("差分，一人", "one person's difference"), metric: .both("可攻击的配对，正确率", "pairs, accuracy"),
      Double(found.count), also: found.isEmpty ? nil : accuracy,
      bar: .both("0，或 ≤ 基准 + 0.05", "0, or ≤ base + 0.05"),
      passes: found.isEmpty || accuracy <= base + 0.05,
      detail: found.isEmpty
        ? ""
        : .both(
          "正确率 \(Rounded.text(accuracy))，基准 \(Rounded.text(base))",
          "accuracy \(Rounded.text(accuracy)), base \(Rounded.text(base))"))
    line.cases = found.isEmpty ? nil : found.count
    if line.verdict == .withstood, 1..<AttackLine.leastCases ~= found.count { line.verdict = .notJudged }
    return (line, found.count, base, accuracy)
  }

  /// Pairs that are k to 3k people apart.
  static func groups(
    _ published: Published, _ cube: TrueCube, _ target: Target
  ) throws(ResultError) -> [Pair] {
    try pairs(published, cube, target, range: target.profile.k...3 * target.profile.k)
  }

  /// B3b: nobody of k to 3k people has the response.
  static func groupAbsence(_ found: [Pair]) -> AttackLine {
    let auc = Guessing.auc(found.map { (-Double(abs($0.difference)), $0.holders == 0) })
    // The size of the difference tells something of any small group; a bar needs cases of both kinds.
    let absent = found.count { $0.holders == 0 }
    let both = min(absent, found.count - absent)
    return AttackLine(
      "B3b", .both("群体无人", "group absence"), metric: "AUC", auc, bar: "≤ 0.65", cases: both,
      passes: auc <= 0.65,
      detail: .both(
        "\(found.count) 组中 \(absent) 组无人", "\(absent) of \(found.count) groups without a holder"))
  }
}

/// From a cell to the place of its codes in a grid over some of its dimensions.
struct ListedPlaces {
  private let from: Grid
  private let parts: [(stride: Int, size: Int, target: Int)]

  init(_ grid: Grid, within other: Grid) {
    from = grid
    parts = other.dimensions.enumerated().compactMap { place, dimension in
      grid.dimensions.firstIndex(of: dimension).map {
        (grid.strides[$0], grid.sizes[$0], other.strides[place])
      }
    }
  }

  func callAsFunction(_ cell: Int) -> Int {
    parts.reduce(0) { $0 + cell / $1.stride % max(1, $1.size) * $1.target }
  }
}
