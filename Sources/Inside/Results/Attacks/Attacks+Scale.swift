import Bytes
import Disclosure
import Policies

extension Attacks {
  // MARK: S2 scale

  /// The largest value of a cell from the scale of the noise. Of ours the scale is given, for every place where its grid may
  /// lie; of any system it is looked for in what is out.
  static func scale(
    _ target: Target, _ system: AttackedSystem, _ cube: TrueCube, _ copy: Target
  ) throws(ResultError) -> AttackLine {
    let looked = try lattice(copy, system)
    var line = scale(of: cube, target)
    guard case .doorsill = system else {
      line.value = looked.share
      line.also = nil
      line.cases = looked.cases
      line.verdict =
        looked.cases == 0
        ? .nothing : looked.cases < AttackLine.leastCases ? .notJudged : looked.passes ? .withstood : .failed
      return line
    }
    if looked.cases >= AttackLine.leastCases {
      line.value = max(line.value ?? 0, looked.share)
      if !looked.passes { line.verdict = .failed }
    }
    return line
  }

  /// The part that hangs on the rows alone: with the step of the grid known exactly, and beside it the one guess that fits
  /// most cells without any release.
  static func scale(of cube: TrueCube, _ target: Target) -> AttackLine {
    var largest: Set<Int64> = []
    for set in Set(target.sets) {
      guard let cuboid = cube.cuboids[set] else { continue }
      for measure in target.summed where !cuboid.totals[measure].isEmpty {
        for totals in cuboid.totals[measure] where totals.units >= target.profile.k && totals.first > 0 {
          largest.insert(totals.first)
        }
      }
    }
    var tally = ShareTally(bar: 0.20, most: .max)
    // Of very many an even part: publishing waits for it.
    let every = max(1, largest.count / 2000)
    for (place, value) in largest.sorted().enumerated() where place % every == 0 {
      // Anything between a third of the step and the step is as likely: its middle by ratio.
      for step in KnownNoise.steps(above: value) {
        tally.add(isWithin(10, step / 3.0.squareRoot(), of: Double(value)))
      }
    }
    let sorted = largest.sorted()
    var most = 0, end = 0
    for (start, value) in sorted.enumerated() {
      end = max(end, start)
      while end < sorted.count, Double(sorted[end]) <= Double(value) * 1.1 / 0.9 { end += 1 }
      most = max(most, end - start)
    }
    let blind = sorted.isEmpty ? 0 : Double(most) / Double(sorted.count)
    return AttackLine(
      "S2", .both("由噪声尺度推出最大值", "largest value from scale"),
      metric: .both("误差小于 10 %；盲猜", "within 10 %; blind guess"), tally.share, also: blind,
      bar: "≤ 0.2", cases: tally.cases, passes: tally.passes,
      detail: .both("\(largest.count) 个最大值", "\(largest.count) largest values"))
  }

  static func isWithin(_ percent: Int, _ guess: Double, of truth: Double) -> Bool {
    100 * abs(guess - truth) <= Double(percent) * abs(truth)
  }

  /// Sums of one set of people are had again and again by adding people whose values are known; where noise is a multiple of
  /// the largest value, what is left lies on a lattice.
  private static func lattice(_ copy: Target, _ system: AttackedSystem) throws(ResultError) -> ShareTally {
    var tally = ShareTally(bar: 0.20, most: .max)
    guard !copy.summed.isEmpty, system.drawsByKeys else { return tally }
    var state = AttackedSystem.State()
    // By measure and set: what is left of each cell's sums without those who were added.
    var seen = copy.data.measures.map { _ in [DimensionSet: [[Double]]]() }
    let exact = try copy.cube()
    var data = copy.data
    var generator = AttackGenerator(2)
    for version in 0..<12 {
      if version > 0 { data = data.joined(by: copy.profile.k + 3, value: 1, &generator) }
      let at = copy.over(data)
      let published = try system.publish(at, &state, version: version)
      let cube = try at.cube()
      for (set, sums) in published.sums {
        guard let cuboid = cube.cuboids[set], let first = exact.cuboids[set] else { continue }
        for measure in copy.summed where sums.indices.contains(measure) {
          var cells = seen[measure][set] ?? [[Double]](repeating: [], count: first.grid.count)
          for (cell, sum) in sums[measure].enumerated() {
            guard let sum else { continue }
            let planted = cuboid.totals[measure][cell].sum - first.totals[measure][cell].sum
            let value = Double(sum - planted)
            if cells[cell].last != value { cells[cell].append(value) }
          }
          seen[measure][set] = cells
        }
      }
    }
    for measure in copy.summed {
      let shape = copy.data.measures[measure]
      for (set, cells) in seen[measure].sorted(by: { $0.key.bits < $1.key.bits }) {
        for (cell, values) in cells.enumerated() where values.count >= 6 {
          guard let first = exact.cuboids[set]?.totals[measure][cell].first, first > 0 else { continue }
          let guess = latticeStep(
            values, rounding: Double(shape.step), largest: Double(shape.upper) * 0.035)
          tally.add(guess.map { isWithin(10, $0 / 0.035, of: Double(first)) } ?? false)
        }
      }
    }
    return tally
  }

  /// The widest step of which all differences of some values are multiples, as far as rounding lets see it.
  private static func latticeStep(_ values: [Double], rounding: Double, largest: Double) -> Double? {
    let differences = values.dropFirst().map { $0 - values[0] }
    let widest = differences.map(abs).max() ?? 0
    var step = min(largest, widest * 1.05)
    while step > 6 * rounding {
      let off = differences.map { abs($0 / step - ($0 / step).rounded()) }
      if (off.max() ?? 1) < min(0.1, (rounding + 0.0025 * widest) / step) { return step }
      step /= 1.004
    }
    return nil
  }

  // MARK: S3 two profiles

  /// Under a second profile a measure is not drawn again; of systems that do, two numbers of one sum give it exactly.
  static func secondProfile(
    _ target: Target, _ system: AttackedSystem, _ cube: TrueCube
  ) throws(ResultError) -> AttackLine {
    let name = Text.both("两个保护方案", "two profiles")
    let metric = Text.both("合计被精确得出", "exact sums")
    guard !target.summed.isEmpty else {
      return AttackLine("S3", name, metric: metric, nil, bar: "≤ 0.02", passes: true)
    }
    var tally = ShareTally(bar: 0.02, most: .max)
    func add(_ one: Int128?, _ other: Int128?, _ totals: CellTotals, _ measure: Int) {
      guard let one, let other, totals.cases > 0 else { return }
      let shape = target.data.measures[measure]
      guard !isSmall(totals, shape) else { return }
      let guess = (10 * Double(one) - 7 * Double(other)) / 3
      tally.add(
        abs(guess - Double(totals.sum))
          <= max(Double(shape.step) / 2, 0.05 * Double(totals.absolute) / Double(totals.cases)))
    }
    switch system {
    case .elsewhere: return AttackLine("S3", name, metric: metric, nil, bar: "≤ 0.02", passes: true)
    case .simpler(let simpler):
      for number in 0..<20 where tally.cases < 2 * AttackLine.leastCases {
        let keys = number == 0 ? target.keys : target.redrawn(UInt64(number)).keys
        let comparison = Comparison(target.profile, keys: keys)
        for set in Set(target.sets) {
          for measure in target.summed {
            let ways = [Comparison.topNoise, Comparison.strictTopNoise].map {
              comparison.sums(simpler, measure: measure, set, in: cube, share: $0)
            }
            guard let column = cube.cuboids[set]?.totals[measure] else { continue }
            for cell in ways[0].indices {
              let totals = column[cell]
              add(ways[0][cell], ways[1][cell], totals, measure)
            }
          }
        }
      }
      return AttackLine(
        "S3", name, metric: metric, tally.share, bar: "≤ 0.02", cases: tally.cases, passes: tally.passes)
    case .doorsill:
      let first = try target.compute(ResultHistory(), version: 0)
      let refused = AttackLine(
        "S3", name, metric: metric, 0, bar: "≤ 0.02", passes: true,
        detail: .both("第二个方案被拒绝", "the second profile is refused"))
      // Whatever else stands in the way of a second version stands in the way of this one.
      _ = try target.compute(first.history, version: 1)
      let second: Released
      do {
        let sealer = try target.sealer(version: 1, profile: target.profile.otherwiseDrawn)
        second = try Statistics.compute(target.data, sealer: sealer, history: first.history).released
      } catch { return refused }
      let shape = target.data.shape
      let one = try Published(first.released, shape: shape, measures: target.data.measures)
      let other = try Published(second, shape: shape, measures: target.data.measures)
      for (set, sums) in one.sums {
        guard let cuboid = cube.cuboids[set], let others = other.sums[set] else { continue }
        for measure in target.summed {
          for (cell, sum) in sums[measure].enumerated() {
            add(sum, others[measure][cell], cuboid.totals[measure][cell], measure)
          }
        }
      }
      return AttackLine(
        "S3", name, metric: metric, tally.share, bar: "≤ 0.02", cases: tally.cases, passes: tally.passes)
    }
  }
}

extension ProtectionProfile {
  /// The same profile with other factors.
  fileprivate var otherwiseDrawn: ProtectionProfile {
    var copy = self
    copy.name = name + " (2)"
    copy.factors = factors == Factors(.eight, .eight) ? Factors(.four, .five) : Factors(.eight, .eight)
    return copy
  }
}

extension Microdata {
  /// So many more units in some combinations of codes that somebody has, each with one known value of every measure.
  func joined(by count: Int, value: Int64, _ generator: inout AttackGenerator) -> Microdata {
    var seen: Set<[Int32]> = []
    var newKeys: [UInt64] = [], models: [Int] = []
    let step = max(1, rowCount / 400)
    for row in stride(from: 0, to: rowCount, by: step)
    where seen.count < 60 && seen.insert(codes.map { $0[row] }).inserted {
      for _ in 0..<count {
        newKeys.append(generator.next())
        models.append(row)
      }
    }
    return Microdata(
      shape: shape, measures: measures, perUnit: perUnit, keys: keys + newKeys,
      codes: codes.map { column in column + models.map { column[$0] } },
      values: values.map { column in column + models.map { _ in value } })
  }
}
