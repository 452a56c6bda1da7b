import Bytes
import Disclosure
import Policies

extension Attacks {
  // MARK: S9 siblings

  /// Several datasets about the same people, in one family: their counts of the same cells, averaged.
  static func siblings(
    _ copy: Target, _ system: AttackedSystem, _ effort: Effort
  ) throws(ResultError) -> AttackLine {
    var tally = ErrorTally(exactBar: 0.35, most: effort.cases)
    let shape = copy.data.shape
    let siblings = try disclosing { () throws(DisclosureError) in
      try (0..<6).map { number throws(DisclosureError) in
        try Shape(
          dataset: "\(shape.dataset)-\(number + 1)", keyFamily: shape.keyFamily, dimensions: shape.dimensions)
      }
    }
    let most = max(4, 600_000 / (copy.data.rowCount + 1000))
    var number = 0
    while number < most, number < 2 || (tally.cases > 0 && tally.isOpen) {
      number += 1
      let drawn = system.drawsByKeys ? copy.redrawn(effort.seed &+ UInt64(number)) : copy
      var state = AttackedSystem.State()
      var counts: [DimensionSet: [[Int]]] = [:]
      for shape in siblings {
        let data = Microdata(
          shape: shape, measures: [], perUnit: [], keys: drawn.data.keys, codes: drawn.data.codes, values: [])
        let sibling = Target(
          data, tables: drawn.tables, measures: [], profile: drawn.profile, keys: drawn.keys)
        for (set, values) in try system.publish(sibling, &state).counts {
          if counts[set] == nil { counts[set] = values.map { _ in [] } }
          for (cell, value) in values.enumerated() { if let value { counts[set]?[cell].append(value) } }
        }
      }
      let cube = try drawn.cube()
      for (set, cells) in counts.sorted(by: { $0.key.bits < $1.key.bits }) {
        guard let cuboid = cube.cuboids[set] else { continue }
        for (cell, values) in cells.enumerated() where values.count > 1 {
          tally.add(Double(values.reduce(0, +)) / Double(values.count) - Double(cuboid.units[cell]))
        }
      }
    }
    return tally.line("S9", .both("六个同族数据集求平均", "six siblings averaged"))
  }

  /// Two datasets of one family, of which one lacks a few people of each population: pairs of populations that both show
  /// and that differ by them. What both tell of responses, subtracted, would be the responses of those few.
  static func siblingDifferences(
    _ copy: Target, _ system: AttackedSystem, _ effort: Effort
  ) throws(ResultError) -> AttackLine {
    let shape = copy.data.shape
    let k = copy.profile.k
    let both = try disclosing { () throws(DisclosureError) in
      try (1...2).map { number throws(DisclosureError) in
        try Shape(
          dataset: "\(shape.dataset)-\(number)", keyFamily: shape.keyFamily, dimensions: shape.dimensions)
      }
    }
    // The finest populations of which there are people enough.
    let sets = Set(copy.sets.map { shape.identifying($0) }).sorted { $0.bits < $1.bits }
    let finest = sets.filter { set in
      set.places.reduce(1) { $0 * shape.dimensions[$1].codes.count } * 3 * k <= copy.data.unitCount
    }.max { $0.count < $1.count }
    var (pairs, found) = (0, 0)
    let most = if case .elsewhere = system { 1 } else { max(2, 200_000 / (copy.data.rowCount + 1000)) }
    var number = 0
    while let finest, number < most, number < 2 || (pairs > 0 && pairs < AttackLine.leastCases) {
      number += 1
      var generator = AttackGenerator(effort.seed &* 31 &+ UInt64(number))
      let grid = try disclosing { () throws(DisclosureError) in try Grid(finest, of: shape) }
      let gone = missing(copy.data, CellFinder(grid, of: shape), k, &generator)
      let drawn = system.drawsByKeys ? copy.redrawn(effort.seed &+ UInt64(number)) : copy
      let siblings = try both.enumerated().map { place, shape throws(ResultError) -> Target in
        drawn.counted.over(copy.data.without(place == 1 ? gone : [], as: shape))
      }
      let shown = try published(siblings, system)
      let cubes = try siblings.map { target throws(ResultError) in try target.cube() }
      for set in Set(copy.sets).sorted(by: { $0.bits < $1.bits }) {
        let told = shape.identifying(set)
        guard let cells = cubes[0].cuboids[set]?.grid, let whole = cubes[0].cuboids[told],
          let rest = cubes[1].cuboids[told]
        else { continue }
        let up = ListedPlaces(cells, within: whole.grid)
        for cell in 0..<cells.count {
          let population = up(cell)
          let apart = whole.units[population] - rest.units[population]
          // Below k nobody shows anything.
          guard (1..<Int32(k)).contains(apart), rest.units[population] >= Int32(k) else { continue }
          pairs += 1
          if shown.allSatisfy({ $0.counts[set]?[cell] != nil }) { found += 1 }
        }
      }
    }
    return AttackLine(
      "S9", .both("一个同族数据集减另一个", "one sibling less another"),
      metric: .both("双方都公布且相差 1 至 k−1 个主体的单元格", "cells of both that differ by 1 to k−1 units"),
      pairs == 0 ? nil : Double(found), bar: "0", passes: found == 0,
      detail: .both("\(pairs) 对群体", "\(pairs) pairs"))
  }

  /// Up to k/3 units of each population that chance chooses.
  private static func missing(
    _ data: Microdata, _ finder: CellFinder, _ k: Int, _ generator: inout AttackGenerator
  ) -> Set<UInt64> {
    var left: [Int: Int] = [:]
    var gone: Set<UInt64> = []
    var own: [Int] = []
    for unit in (0..<data.unitCount).shuffled(using: &generator) {
      let row = Int(data.starts[unit])
      finder.cells(of: row, data.codes, into: &own)
      guard let cell = own.first else { continue }
      if left[cell] == nil { left[cell] = Int.random(in: 0...max(1, k / 3), using: &generator) }
      guard let rest = left[cell], rest > 0 else { continue }
      left[cell] = rest - 1
      gone.insert(data.keys[row])
    }
    return gone
  }

  /// What a system shows of several datasets of one family: ours knows all of them before it protects the first.
  private static func published(
    _ siblings: [Target], _ system: AttackedSystem
  ) throws(ResultError) -> [Published] {
    guard case .doorsill = system else {
      var state = AttackedSystem.State()
      return try siblings.map { target throws(ResultError) in try system.publish(target, &state) }
    }
    var parts: [(data: Microdata, part: Survey.Part)] = []
    for target in siblings {
      parts.append((target.data, try CubeBuilder.part(target.data, tables: target.sets)))
    }
    var history = ResultHistory()
    var survey = try CubeBuilder.survey(parts, history: history, isFamily: true)
    survey.nearby = try SiblingSketches.nearby(
      siblings.map { ($0.data, Set($0.sets)) }, k: siblings[0].profile.k
    ) { _, _ in false }
    var shown: [Published] = []
    for target in siblings {
      let made = try Statistics.compute(
        target.data, survey, sealer: try target.sealer(), history: history)
      history = made.history
      shown.append(try Published(made.released, shape: target.data.shape, measures: []))
    }
    return shown
  }
}

extension Target {
  /// The same target of which counts alone are told.
  fileprivate var counted: Target {
    Target(data, tables: tables, measures: [], profile: profile, keys: keys)
  }
}

extension Microdata {
  /// The rows of all but some units, in a shape with the same dimensions and without measures.
  fileprivate func without(_ gone: Set<UInt64>, as shape: Shape) -> Microdata {
    let kept = keys.indices.filter { !gone.contains(keys[$0]) }
    return Microdata(
      shape: shape, measures: [], perUnit: [], keys: kept.map { keys[$0] },
      codes: codes.map { column in kept.map { column[$0] } }, values: [])
  }
}
