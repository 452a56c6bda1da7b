import Bytes
import Disclosure
import Policies

/// The attacks on one version, with their cases from as many draws as it takes: first what is served, then copies.
struct SingleVersion {
  private let noise: SystemNoise
  private var complements: [(estimate: Int, truth: Int)] = []
  private var groups: [Attacks.Pair] = []
  private var averaged: ErrorTally
  private var close: ShareTally
  private var near: ShareTally
  private var exact: ShareTally
  private var exactSmall: ShareTally
  private var counted: ErrorTally
  private var members: ShareTally
  private var draws = 0
  private let limit: Int

  init(_ target: Target, _ system: AttackedSystem, _ effort: Attacks.Effort) {
    noise = SystemNoise(system, target)
    limit = effort.cases
    averaged = ErrorTally(exactBar: 0.35, most: effort.cases)
    close = ShareTally(bar: 0.20, most: effort.cases)
    near = ShareTally(bar: 0.20, most: effort.cases)
    exact = ShareTally(bar: 0.02, most: effort.cases)
    exactSmall = ShareTally(bar: 0.35, most: effort.cases)
    counted = ErrorTally(exactBar: 0.35, most: effort.cases)
    members = ShareTally(bar: 1, most: effort.cases)
  }

  /// Takes the cases of one draw.
  mutating func add(_ published: Published, _ cube: TrueCube, _ target: Target) throws(ResultError) {
    draws += 1
    complements += Attacks.complements(published, cube, target)
    if draws <= 10 { groups += try Attacks.groups(published, cube, target) }
    for error in Attacks.averaged(published, cube) { averaged.add(error) }
    for isFar in Attacks.tracked(published, cube, target) { near.add(!isFar) }
    addSums(published, cube, target)
    addCounts(published, cube, target)
    if draws <= 20 { addMembers(published, cube, target) }
  }

  /// B7 and S1.
  private mutating func addSums(_ published: Published, _ cube: TrueCube, _ target: Target) {
    Attacks.forEachSum(published, cube, target) { sum in
      let totals = sum.totals
      let shape = target.data.measures[sum.measure]
      // The second contributor, who knows the own value.
      let rest = (sum.value - Int128(totals.second) - Int128(totals.first)).magnitude
      close.add(100 * rest <= UInt128(target.profile.pPercent) * UInt128(totals.first))
      guard totals.cases > 0 else { return }
      let tolerance = max(
        Double(shape.step) / 2, 0.05 * Double(totals.absolute) / Double(totals.cases))
      if Attacks.isSmall(totals, shape) {
        exactSmall.add(2 * abs(sum.error) < Double(shape.step))
      } else {
        exact.add(abs(sum.error) <= tolerance)
      }
    }
  }

  /// S7: a cell's count from the count itself and from every sum over the mean, which is known, each weighed by how sure it
  /// is.
  private mutating func addCounts(_ published: Published, _ cube: TrueCube, _ target: Target) {
    guard !target.summed.isEmpty else { return }
    for (set, counts) in published.counts.sorted(by: { $0.key.bits < $1.key.bits }) {
      guard let cuboid = cube.cuboids[set], let sums = published.sums[set] else { continue }
      for (cell, count) in counts.enumerated() {
        guard let count else { continue }
        let truth = Double(cuboid.units[cell])
        var told = [(value: Double(count), variance: noise.countVariance)]
        for measure in target.summed where sums.indices.contains(measure) {
          let totals = cuboid.totals[measure][cell]
          guard let sum = sums[measure][cell], totals.sum != 0,
            !totals.isCount(of: target.data.measures[measure])
          else { continue }
          let mean = Double(totals.sum) / truth
          told.append((Double(sum) / mean, noise.variance(totals, measure) / (mean * mean)))
        }
        guard told.count > 1 else { continue }
        let weights = told.map { 1 / max($0.variance, 1e-6) }
        let value = zip(told, weights).reduce(0) { $0 + $1.0.value * $1.1 } / weights.reduce(0, +)
        counted.add(value - truth)
      }
    }
  }

  /// S12: whether somebody is there, for one who knows everybody else: by all counts of the person's cells.
  private mutating func addMembers(_ published: Published, _ cube: TrueCube, _ target: Target) {
    let data = target.data
    var scores = [Double](repeating: 0, count: min(data.unitCount, 400))
    var cells = scores
    let step = max(1, data.unitCount / max(1, scores.count))
    for (set, counts) in published.counts.sorted(by: { $0.key.bits < $1.key.bits }) {
      guard let cuboid = cube.cuboids[set] else { continue }
      let finder = CellFinder(cuboid.grid, of: data.shape)
      var own: [Int] = []
      for place in scores.indices {
        finder.cells(of: Int(data.starts[place * step]), data.codes, into: &own)
        for cell in own {
          guard let count = counts[cell] else { continue }
          scores[place] += Double(count - Int(cuboid.units[cell]))
          cells[place] += 1
        }
      }
    }
    for (score, count) in zip(scores, cells) where count > 0 {
      // One more in each cell where the person is in, and none where not.
      members.add(score > -count / 2)
      members.add(score < count / 2)
    }
  }

  private var isOpen: Bool {
    (averaged.cases > 0 && averaged.isOpen) || (close.cases > 0 && close.isOpen)
      || (near.cases > 0 && near.isOpen) || (exact.cases > 0 && exact.isOpen)
      || (exactSmall.cases > 0 && exactSmall.isOpen) || (counted.cases > 0 && counted.isOpen)
      || (!complements.isEmpty && complements.count < Tallies.enough)
  }

  /// All lines, after further draws of a copy where cases are few.
  mutating func lines(of copy: Target, _ system: AttackedSystem) throws(ResultError) -> [AttackLine] {
    if system.drawsByKeys {
      let redrawing = try Redrawing(copy, system, limit: limit)
      for number in 1...redrawing.most where number <= 3 || isOpen {
        let draw = try redrawing.draw(number)
        try add(draw.published, draw.cube, draw.target)
      }
    } else {
      for number in 0..<system.copies where system.copies > 1 && isOpen {
        let draw = try Redrawing(copy.copy(seed: UInt64(number)), system).draw(0)
        try add(draw.published, draw.cube, draw.target)
      }
    }
    var lines = [
      Attacks.complementLine(complements), Attacks.groupAbsence(groups),
      averaged.line("B4", .both("按划分求平均", "averaging partitions")),
      AttackLine(
        "B6", .both("一般追踪，合计", "tracker of sums"), metric: .both("误差小于 p % 者", "within p %"),
        near.share, bar: "≤ 0.2", cases: near.cases, passes: near.passes),
      AttackLine(
        "B7", .both("第二贡献者", "second contributor"), metric: .both("误差小于 p % 者", "within p %"),
        close.share, bar: "≤ 0.2", cases: close.cases, passes: close.passes),
      AttackLine(
        "S1", .both("合计被精确得出", "exact sums"), metric: .both("猜中率", "exact hits"), exact.share,
        bar: "≤ 0.02", cases: exact.cases, passes: exact.passes,
        detail: .both("误差不超过平均每人贡献的 5 %", "off by at most 5 % of what one contributes")),
      AttackLine(
        "S7", .both("由合计推出计数", "count from sums"), metric: .both("均方根误差，猜中率", "RMSE, exact hits"),
        counted.rmse, also: counted.exactShare, bar: "≥ 1, ≤ 0.35", cases: counted.cases,
        passes: counted.passes,
        detail: .both("已知各度量的均值", "the mean of each measure is known")),
      AttackLine(
        reported: "S12", .both("知他人而猜一人在否", "one there, others known"),
        metric: .both("正确率", "accuracy"), members.share, cases: members.cases),
    ]
    if exactSmall.cases > 0 {
      lines.append(
        AttackLine(
          "S1", .both("取值少的合计被精确得出", "exact sums, few values"), metric: .both("猜中率", "exact hits"),
          exactSmall.share, bar: "≤ 0.35", cases: exactSmall.cases, passes: exactSmall.passes))
    }
    return lines
  }
}

extension Attacks {
  /// Whether values are so few steps that half a step is more than a twentieth of one: then a sum is judged as a count.
  static func isSmall(_ totals: CellTotals, _ shape: MeasureShape) -> Bool {
    shape.isCoded || Int128(10) * shape.step * Int128(totals.cases) > totals.absolute
  }
}
