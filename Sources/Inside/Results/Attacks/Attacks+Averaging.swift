import Bytes
import Disclosure

extension Attacks {
  // MARK: B4 repeating and averaging

  /// The same question again and again gives the same bytes, whatever the order of the rows.
  static func repeating(
    _ target: Target, _ system: AttackedSystem, seed: UInt64
  ) throws(ResultError) -> AttackLine {
    var generator = AttackGenerator(seed)
    var distinct: [Published] = []
    for repeated in 0..<4 {
      let data = repeated == 0 ? target.data : target.data.reordered(&generator)
      var state = AttackedSystem.State()
      let answer = try system.publish(target.over(data), &state)
      if !distinct.contains(answer) { distinct.append(answer) }
    }
    return AttackLine(
      "B4", .both("重复提问", "repeating"), metric: .both("不同答案数", "distinct answers"),
      Double(distinct.count), bar: "1", passes: distinct.count == 1)
  }

  /// How far the average of a cell with the sums of its parts in every complete partition is off.
  static func averaged(_ published: Published, _ cube: TrueCube) -> [Double] {
    var errors: [Double] = []
    for (set, counts) in published.counts {
      guard let cuboid = cube.cuboids[set] else { continue }
      for (cell, count) in counts.enumerated() where cuboid.units[cell] >= 100 {
        guard let count else { continue }
        let estimates = partitions(of: cell, in: set, published, cube)
        guard !estimates.isEmpty else { continue }
        // Weights by the variances an attacker knows.
        var sum = Double(count) / 4.08, weight = 1 / 4.08
        for estimate in estimates {
          sum += Double(estimate.total) / (4.08 * Double(estimate.parts))
          weight += 1 / (4.08 * Double(estimate.parts))
        }
        errors.append(sum / weight - Double(cuboid.units[cell]))
      }
    }
    return errors
  }

  /// Sums of a cell's parts along every further dimension, where all parts are out and each unit is in one of them
  /// (where units have rows in several, the parts add up to more, and the attacker knows it).
  private static func partitions(
    of cell: Int, in set: DimensionSet, _ published: Published, _ cube: TrueCube
  ) -> [(total: Int, parts: Int)] {
    var found: [(total: Int, parts: Int)] = []
    for (finer, counts) in published.counts
    where finer.bits & set.bits == set.bits && finer.count == set.count + 1 {
      guard let grid = cube.cuboids[finer]?.grid, let own = cube.cuboids[set]?.grid,
        let (place, added) = grid.dimensions.enumerated().first(where: { !set.contains($0.element) })
      else { continue }
      let up = ListedPlaces(grid, within: own)
      // Only the topmost codes of a hierarchy are a partition.
      var total = 0, parts = 0, members = 0
      var isComplete = true
      for part in 0..<grid.count where up(part) == cell {
        let code = part / grid.strides[place] % grid.sizes[place]
        guard cube.shape.parents[added][code] < 0 else { continue }
        if let count = counts[part] {
          total += count
          parts += 1
          members += Int(cube.cuboids[finer]?.units[part] ?? 0)
        } else if cube.cuboids[finer]?.units[part] != 0 {
          isComplete = false
        }
      }
      if isComplete, parts > 0, members == Int(cube.cuboids[set]?.units[cell] ?? 0) {
        found.append((total, parts))
      }
    }
    return found
  }

  // MARK: B4v versions

  /// Many versions whose changes the attacker knows: takes the known change out of every newly drawn value and
  /// averages; then the same in copies with other keys, until there are cases enough.
  static func versions(
    _ target: Target, _ copy: Target, _ system: AttackedSystem, _ effort: Effort
  ) throws(ResultError) -> AttackLine {
    let (count, seed) = (effort.versions, effort.seed)
    var tally = ErrorTally(exactBar: 0.40, most: effort.cases)
    for error in try versionErrors(target, system, count: count, seed: seed) { tally.add(error) }
    var round: UInt64 = 1
    while system.drawsByKeys, tally.cases > 0, tally.isOpen, round < 400 {
      for error in try versionErrors(copy.redrawn(seed &+ round), system, count: count, seed: seed &+ round) {
        tally.add(error)
      }
      round += 1
    }
    return tally.line("B4v", .both("\(count) 个版本", "\(count) versions"))
  }

  /// How far each cell's average is from what it was at first.
  private static func versionErrors(
    _ target: Target, _ system: AttackedSystem, count: Int, seed: UInt64
  ) throws(ResultError) -> [Double] {
    var generator = AttackGenerator(seed &+ 4)
    var data = target.data
    var state = AttackedSystem.State()
    var sums: [DimensionSet: [Double]] = [:], draws: [DimensionSet: [Int]] = [:]
    var first: [DimensionSet: [Int32]] = [:]
    var last: [DimensionSet: [Int?]] = [:]
    for version in 0..<count {
      if version > 0 { data = data.replacing(share: 0.02, &generator) }
      let at = target.over(data)
      let published = try system.publish(at, &state, version: version)
      let cube = try at.cube()
      for (set, counts) in published.counts {
        guard let cuboid = cube.cuboids[set] else { continue }
        if first[set] == nil {
          first[set] = cuboid.units
          sums[set] = [Double](repeating: 0, count: counts.count)
          draws[set] = [Int](repeating: 0, count: counts.count)
        }
        for (cell, value) in counts.enumerated() {
          guard let value, last[set]?[cell] != value, let start = first[set]?[cell] else { continue }
          sums[set]?[cell] += Double(value) - Double(cuboid.units[cell] - start)
          draws[set]?[cell] += 1
        }
        last[set] = counts
      }
    }
    var errors: [Double] = []
    for (set, drawn) in draws {
      for (cell, times) in drawn.enumerated() where times > 0 {
        errors.append((sums[set]?[cell] ?? 0) / Double(times) - Double(first[set]?[cell] ?? 0))
      }
    }
    return errors
  }

  // MARK: B12 one changed unit

  /// One unit's response flips, or does not, between two versions; the attacker compares every cell of that unit.
  /// Without a response one unit leaves, or does not.
  static func changedUnit(
    _ target: Target, _ system: AttackedSystem, trials: Int = 30, seed: UInt64
  ) throws(ResultError) -> AttackLine {
    let shape = target.data.shape
    let name = Text.both("一人变动", "one changed unit")
    guard target.data.unitCount > 1 else {
      return AttackLine("B12", name, metric: .both("正确率", "accuracy"), nil, bar: "≤ 0.55", passes: true)
    }
    let used = DimensionSet(target.tables.joined())
    let response = used.places.first { !shape.isIdentifying($0) && shape.dimensions[$0].codes.count > 1 }
    var generator = AttackGenerator(seed &+ 12)
    var first = AttackedSystem.State()
    let before = try system.publish(target, &first)
    var right = 0
    for trial in 0..<trials {
      let unit = Int.random(in: 0..<target.data.unitCount, using: &generator)
      let changes = trial % 2 == 0
      let changed = response.map { target.data.flipping($0, of: unit) } ?? target.data.without(unit)
      var state = first
      let after = try system.publish(target.over(changes ? changed : target.data), &state, version: 1)
      if (after != before) == changes { right += 1 }
    }
    let accuracy = Double(right) / Double(trials)
    return AttackLine(
      "B12", name, metric: .both("正确率", "accuracy"), accuracy, bar: "≤ 0.55", passes: accuracy <= 0.55,
      detail: .both("\(trials) 次试验", "\(trials) trials"))
  }
}

/// The suite's own generator (SplitMix64): the same attack on every run.
package struct AttackGenerator: RandomNumberGenerator {
  private var state: UInt64

  package init(_ seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension Microdata {
  /// The same rows, units in another order of arrival; rows of one unit stay in theirs.
  func reordered(_ generator: inout AttackGenerator) -> Microdata {
    let units = Array(0..<unitCount).shuffled(using: &generator)
    let order = units.flatMap { Array(Int(starts[$0])..<Int(starts[$0 + 1])) }
    return picking(order)
  }

  /// Rows by place, in that order.
  func picking(_ order: [Int], keys other: [UInt64]? = nil) -> Microdata {
    Microdata(
      shape: shape, measures: measures, perUnit: perUnit, keys: other ?? order.map { keys[$0] },
      codes: codes.map { column in order.map { column[$0] } },
      values: values.map { column in order.map { column[$0] } })
  }

  /// The same with other codes in one dimension.
  func recoded(_ dimension: Int, _ column: [Int32]) -> Microdata {
    var codes = codes
    codes[dimension] = column
    return Microdata(
      shape: shape, measures: measures, perUnit: perUnit, keys: keys, codes: codes, values: values)
  }

  /// Some units leave and as many others come, whose rows are like those of a random unit.
  func replacing(share: Double, keeping kept: Set<UInt64> = [], _ generator: inout AttackGenerator)
    -> Microdata
  {
    var order: [Int] = []
    var newKeys: [UInt64] = []
    for unit in 0..<unitCount {
      let own = Int(starts[unit])..<Int(starts[unit + 1])
      if Double.random(in: 0..<1, using: &generator) < share, !kept.contains(keys[own.lowerBound]) {
        let model = Int.random(in: 0..<unitCount, using: &generator)
        let key = generator.next()
        for row in Int(starts[model])..<Int(starts[model + 1]) {
          order.append(row)
          newKeys.append(key)
        }
      } else {
        for row in own {
          order.append(row)
          newKeys.append(keys[row])
        }
      }
    }
    return picking(order, keys: newKeys)
  }

  /// Without one unit.
  func without(_ unit: Int) -> Microdata {
    let own = Int(starts[unit])..<Int(starts[unit + 1])
    return picking((0..<rowCount).filter { !own.contains($0) })
  }

  /// One unit with another response in all its rows.
  func flipping(_ dimension: Int, of unit: Int) -> Microdata {
    var column = codes[dimension]
    let count = Int32(shape.dimensions[dimension].codes.count)
    for row in Int(starts[unit])..<Int(starts[unit + 1]) { column[row] = (column[row] + 1) % count }
    return recoded(dimension, column)
  }
}
