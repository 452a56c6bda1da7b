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
      try dominated(published, cube, target), budget(released), scale(of: cube, target),
    ]
    return AttackReport(lines: lines, utility: utility(published, cube, target))
  }

  /// How much the whole suite tries.
  package struct Effort: Sendable {
    /// Versions published for B4v.
    package var versions: Int
    /// Coins planted for B5b, at least.
    package var canaries: Int
    /// Cases after which no line asks for more.
    package var cases: Int
    /// Fixes every random choice.
    package var seed: UInt64

    /// Each part as its property says.
    package init(versions: Int = 52, canaries: Int = 1000, cases: Int = 8000, seed: UInt64 = 1) {
      self.versions = versions
      self.canaries = canaries
      self.cases = cases
      self.seed = seed
    }
  }

  /// The whole suite on one target and system.
  /// - Parameters:
  ///   - canaries: where coins are planted; nil for what suits the target.
  ///   - served: what is out already; where given, the attacks on one version begin with it.
  ///   - draws: the family's history before and after that. Small cells and single persons are looked for in what was drawn
  ///     now: values that an earlier draw holds were judged on the rows of their time.
  ///   - progress: is told the name of each attack before it starts.
  package static func suite(
    _ target: Target, system: AttackedSystem = .doorsill, served: Released? = nil,
    draws: (before: ResultHistory, after: ResultHistory)? = nil, effort: Effort = Effort(),
    canaries: Canaries? = nil,
    progress: (String) -> Void = { _ in }
  ) throws(ResultError) -> AttackReport {
    var effort = effort
    // Each question to another program takes its time.
    if case .elsewhere = system { effort.cases = min(effort.cases, 2 * AttackLine.leastCases) }
    progress("B1")
    let cube = try target.cube()
    var state = AttackedSystem.State()
    var published = try system.publish(target, &state)
    if let served {
      state.released = served
      published = try Published(served, shape: target.data.shape, measures: target.data.measures)
    }
    var now = published
    if served != nil, let draws { try now.forget(draws.before, stayingIn: draws.after, cube, target) }
    var lines = [smallCells(now, cube, target)]
    progress("B3")
    lines.append(try onePerson(now, cube, target).line)
    lines.append(try repeating(target, system, seed: effort.seed))
    progress("B4v")
    let copy = try target.copy(seed: effort.seed)
    lines.append(try versions(target, copy, system, effort))
    progress("B5b")
    if let canaries = canaries ?? Canaries(for: target) {
      let outcome = try canaries.run(target, canaries: effort.canaries, seed: effort.seed, system: system)
      var line = outcome.line(.both("重构（掷硬币金丝雀）", "reconstruction"))
      line.cases = outcome.canaries
      if outcome.canaries > 0, line.value == nil { line.verdict = .notJudged }
      lines.append(line)
    }
    if let sums = Canaries(sums: target) {
      progress("S8")
      let outcome = try sums.run(target, canaries: effort.canaries, seed: effort.seed, system: system)
      var line = outcome.line(.both("合计中的掷硬币金丝雀", "coins in sums of indicators"), attack: "S8")
      line.cases = outcome.canaries
      if outcome.canaries > 0, line.value == nil { line.verdict = .notJudged }
      lines.append(line)
    }
    lines.append(try trackers(published, cube, target))
    lines.append(try dominated(now, cube, target))
    progress("B11")
    lines.append(try thresholdProbe(target, system, seed: effort.seed))
    progress("B12")
    lines.append(try changedUnit(target, system, seed: effort.seed))
    lines.append(state.released.map { budget($0) } ?? budget(published, cube, target))
    progress("S1")
    var single = SingleVersion(target, system, effort)
    try single.add(published, cube, target)
    lines += try single.lines(of: copy, system)
    progress("S2")
    lines.append(try scale(target, system, cube, copy))
    lines.append(try secondProfile(target, system, cube))
    progress("S4")
    lines += try giants(copy, system, effort)
    progress("S5")
    lines += try movingGiants(copy, system, effort)
    progress("S6")
    lines.append(try oneFlip(copy, system, effort))
    progress("S9")
    lines += try secondCuts(copy, system, effort)
    progress("S11")
    lines.append(try homogeneous(copy, system, seed: effort.seed))
    return AttackReport(
      system: system.name, lines: AttackLine.sorted(lines), utility: utility(published, cube, target))
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
  static func complements(
    _ published: Published, _ cube: TrueCube, _ target: Target
  ) -> [(estimate: Int, truth: Int)] {
    var found: [(estimate: Int, truth: Int)] = []
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
          found.append((min(max(total - (shown[code] ?? 0), 0), target.profile.k - 1), truth))
        }
      }
    }
    return found
  }

  static func complementLine(_ found: [(estimate: Int, truth: Int)]) -> AttackLine {
    let best = Dictionary(found.map { ($0.truth, 1) }, uniquingKeysWith: +).values.max() ?? 0
    let constant = found.isEmpty ? 0 : Double(best) / Double(found.count)
    let share =
      found.isEmpty ? 0 : Double(found.count { $0.estimate == $0.truth }) / Double(found.count)
    // Where all of them are alike, such as empty, nothing can be learnt that is not known.
    let isOpen = constant > 0 && constant < 1
    return AttackLine(
      "B2", .both("补集", "complement"), metric: .both("猜中率", "exact hits"), share,
      bar: isOpen
        ? Text("≤ \(Rounded.text(min(1, constant + 0.02)))") : .both("≤ 定猜 + 0.02", "≤ guess + 0.02"),
      cases: isOpen ? found.count : 0, passes: share <= constant + 0.02,
      detail: .both("固定猜测 \(Rounded.text(constant))", "constant guess \(Rounded.text(constant))"))
  }
}
