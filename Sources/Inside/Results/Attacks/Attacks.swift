import Bytes
package import Disclosure
import Policies

/// The attack suite of DISCLOSURE section (b): what an attacker who knows everybody's identifying attributes and
/// holds everything that is out can find.
package enum Attacks {
  /// The deterministic part, which `publish` runs on what is about to leave: it does not flap.
  /// - Parameter draws: the family's history before and after. Values that an earlier draw holds, of this result or another,
  ///   were judged on the rows of their time, and are not judged on today's.
  package static func deterministic(
    _ released: Released, target: Target, cube given: TrueCube? = nil,
    draws: (before: ResultHistory, after: ResultHistory)? = nil
  ) throws(ResultError) -> AttackReport {
    let cube: TrueCube
    if let given { cube = given } else { cube = try target.cube() }
    // What is judged first is what is to be released: all of it.
    for table in released.tables {
      guard let places = Published.places(of: table, in: target.data.shape),
        cube.cuboids[DimensionSet(places)] != nil
      else { throw ResultError.unjudged(table.dimensions) }
    }
    var published = try Published(released, shape: target.data.shape, measures: target.data.measures)
    if let draws { try published.forget(draws.before, stayingIn: draws.after, cube, target) }
    let lines = [
      smallCells(published, cube, target), try onePerson(published, cube, target).line,
      try dominated(published, cube, target).line, budget(released),
    ]
    return AttackReport(lines: lines, utility: utility(published, cube, target))
  }

  /// What the bars of attacks on few cells are given for chance. A suite over a catalogue judges some hundred lines: with
  /// two standard errors several of them would fail by luck, with three one in seven suites has such a line.
  static let standardErrors = 3.0

  /// How much the whole suite tries.
  package struct Effort: Sendable {
    /// Versions published for B4v.
    package var versions: Int
    /// Coins planted for B5b, at least.
    package var canaries: Int
    /// Fixes every random choice.
    package var seed: UInt64

    /// Each part as its property says.
    package init(versions: Int = 52, canaries: Int = 1000, seed: UInt64 = 1) {
      self.versions = versions
      self.canaries = canaries
      self.seed = seed
    }
  }

  /// The whole suite on one target and system.
  /// - Parameters:
  ///   - canaries: where coins are planted; nil for what suits the target.
  ///   - served: what is out already; where given, the attacks on one version are on it.
  ///   - progress: is told the name of each attack before it starts.
  package static func suite(
    _ target: Target, system: AttackedSystem = .doorsill, served: Released? = nil, effort: Effort = Effort(),
    canaries: Canaries? = nil,
    progress: (String) -> Void = { _ in }
  ) throws(ResultError) -> AttackReport {
    progress("B1")
    let cube = try target.cube()
    var state = AttackedSystem.State()
    var published = try system.publish(target, &state)
    if let served {
      state.released = served
      published = try Published(served, shape: target.data.shape, measures: target.data.measures)
    }
    var lines = [smallCells(published, cube, target), complements(published, cube, target)]
    progress("B3")
    lines.append(try onePerson(published, cube, target).line)
    lines.append(try groupAbsence(published, cube, target))
    progress("B4")
    lines.append(contentsOf: try repeating(target, system, published, cube, seed: effort.seed))
    lines.append(try versions(target, system, count: effort.versions, seed: effort.seed))
    progress("B5b")
    if let canaries = canaries ?? Canaries(for: target) {
      let outcome = try canaries.run(target, canaries: effort.canaries, seed: effort.seed, system: system)
      lines.append(outcome.line(.both("重构（掷硬币金丝雀）", "reconstruction")))
    }
    progress("B6")
    lines.append(contentsOf: try trackers(published, cube, target))
    let dominance = try dominated(published, cube, target)
    lines.append(contentsOf: [dominance.line, dominance.guess])
    progress("B11")
    lines.append(try thresholdProbe(target, system, seed: effort.seed))
    progress("B12")
    lines.append(try changedUnit(target, system, seed: effort.seed))
    lines.append(state.released.map { budget($0) } ?? budget(published, cube, target))
    return AttackReport(system: system.name, lines: lines, utility: utility(published, cube, target))
  }

  private static func utility(
    _ published: Published, _ cube: TrueCube, _ target: Target
  ) -> AttackUtility {
    var cells = 0, shown = 0
    var square = 0.0
    var errors: [Double] = []
    for set in Set(target.sets) {
      guard let cuboid = cube.cuboids[set] else { continue }
      cells += cuboid.grid.count
      for (cell, count) in (published.counts[set] ?? []).enumerated() {
        guard let count else { continue }
        shown += 1
        square += Double((count - Int(cuboid.units[cell])) * (count - Int(cuboid.units[cell])))
        for measure in target.measures {
          let truth = cuboid.totals[measure][cell].sum
          guard truth != 0, let sums = published.sums[set]?[measure], cell < sums.count, let sum = sums[cell]
          else { continue }
          errors.append(100 * abs(Double(sum - truth) / Double(truth)))
        }
      }
    }
    return AttackUtility(
      released: cells == 0 ? 0 : Double(shown) / Double(cells),
      countError: shown == 0 ? 0 : (square / Double(shown)).squareRoot(),
      sumErrorPercent: errors.isEmpty ? nil : errors.sorted()[errors.count / 2])
  }

  // MARK: B1 small cells

  static func smallCells(_ published: Published, _ cube: TrueCube, _ target: Target) -> AttackLine {
    var small = 0, shown = 0
    var least = Int.max
    for (set, counts) in published.counts {
      guard let cuboid = cube.cuboids[set] else { continue }
      for (cell, count) in counts.enumerated() {
        guard let count else { continue }
        shown += 1
        least = min(least, count)
        if Int(cuboid.units[cell]) < target.profile.k { small += 1 }
      }
    }
    return AttackLine(
      "B1", .both("小单元格", "small cells"), metric: .both("公布的不足 k 者", "shown under k"),
      Double(small), bar: .both("0，最小值 ≥ k", "0, least ≥ k"),
      passes: small == 0 && (shown == 0 || least >= target.profile.k),
      detail: shown == 0
        ? .both("没有公布单元格", "nothing shown")
        : .both("\(shown) 个单元格，最小显示值 \(least)", "\(shown) cells, least shown \(least)"))
  }

  // MARK: B15 everything that is out

  static func budget(_ released: Released) -> AttackLine {
    let protection = released.protection
    return budget(protection.budgetUsed, protection.budgetLimit)
  }

  /// The same for a system that keeps no budget.
  static func budget(_ published: Published, _ cube: TrueCube, _ target: Target) -> AttackLine {
    let everybody = cube.cuboids[DimensionSet([])].map { Int($0.units[0]) } ?? 0
    return budget(published.shown, everybody / max(1, target.profile.budgetDivisor))
  }

  private static func budget(_ used: Int, _ limit: Int) -> AttackLine {
    AttackLine(
      "B15", .both("发布预算", "release budget"), metric: .both("公布的数量", "quantities out"), Double(used),
      bar: Text("≤ \(limit)"), passes: used <= limit)
  }

  // MARK: B2 complements

  /// Rows of a two-way table with exactly one withheld cell: margin minus what is shown, clamped to 0 … k−1.
  static func complements(_ published: Published, _ cube: TrueCube, _ target: Target) -> AttackLine {
    var hits = 0
    var truths: [Int] = []
    for (set, counts) in published.counts where set.count == 2 {
      guard let cuboid = cube.cuboids[set] else { continue }
      for (place, kept) in cuboid.grid.dimensions.enumerated() {
        guard let margin = published.counts[DimensionSet([kept])] else { continue }
        var withheld: [Int: [Int]] = [:]
        var shown: [Int: Int] = [:]
        for (cell, count) in counts.enumerated() {
          let code = Int(cuboid.grid.codes(at: cell)[place])
          if let count { shown[code, default: 0] += count } else { withheld[code, default: []].append(cell) }
        }
        for (code, cells) in withheld where cells.count == 1 {
          guard let total = margin[code] else { continue }
          let truth = Int(cuboid.units[cells[0]])
          guard truth < target.profile.k else { continue }
          let estimate = min(max(total - (shown[code] ?? 0), 0), target.profile.k - 1)
          truths.append(truth)
          if estimate == truth { hits += 1 }
        }
      }
    }
    let best = Dictionary(truths.map { ($0, 1) }, uniquingKeysWith: +).values.max() ?? 0
    let share = truths.isEmpty ? 0 : Double(hits) / Double(truths.count)
    let constant = truths.isEmpty ? 0 : Double(best) / Double(truths.count)
    // With few cases one hit is many points: the bar gets its allowance.
    let allowance =
      truths.isEmpty
      ? 0 : standardErrors * (max(constant, 0.01) * (1 - constant) / Double(truths.count)).squareRoot()
    let most = min(1, constant + 0.02 + allowance)
    // Where all of them are alike, such as empty, nothing can be learnt that is not known.
    let isOpen = constant > 0 && constant < 1
    return AttackLine(
      "B2", .both("补集", "complement"), metric: .both("猜中率", "exact hits"), isOpen ? share : nil,
      bar: isOpen
        ? Text("≤ \(Rounded.text(most, digits: 2))") : .both("≤ 定猜 + 0.02", "≤ guess + 0.02"),
      passes: share <= most,
      detail: .both(
        "攻击 \(truths.count) 个单元格，固定猜测 \(Rounded.text(constant))",
        "\(truths.count) cells attacked, constant guess \(Rounded.text(constant))"))
  }
}
