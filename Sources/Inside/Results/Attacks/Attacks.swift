package import Disclosure
import Policies

/// The attack suite of DISCLOSURE section (b): what an attacker who knows everybody's identifying attributes and
/// holds everything that is out can find.
package enum Attacks {
  /// The deterministic part, which `publish` runs on what is about to leave: it does not flap.
  /// - Parameter before: the result as it was last released. Values that were carried over from it were judged on
  ///   the rows of their time, and are not judged on today's.
  package static func deterministic(
    _ released: Released, target: Target, cube given: TrueCube? = nil, before: Released? = nil
  ) throws(ResultError) -> AttackReport {
    let cube: TrueCube
    if let given { cube = given } else { cube = try target.cube() }
    var published = Published(released, shape: target.data.shape, measures: target.data.measures)
    if let before {
      published.forget(Published(before, shape: target.data.shape, measures: target.data.measures))
    }
    let lines = [
      smallCells(published, cube, target), try onePerson(published, cube, target).line,
      try dominated(published, cube, target).line, budget(released),
    ]
    return utility(published, cube, target, lines: lines)
  }

  /// The whole suite on one target. `seed` fixes every random choice; `versions` are published for B4v.
  package static func suite(
    _ target: Target, versions: Int = 52, seed: UInt64 = 1
  ) throws(ResultError) -> AttackReport {
    let cube = try target.cube()
    let made = try target.publish()
    let published = Published(made.released, shape: target.data.shape, measures: target.data.measures)
    var lines = [smallCells(published, cube, target), complements(published, cube, target)]
    lines.append(try onePerson(published, cube, target).line)
    lines.append(try groupAbsence(published, cube, target))
    lines.append(contentsOf: try repeating(target, published, cube, seed: seed))
    lines.append(try self.versions(target, count: versions, seed: seed))
    lines.append(contentsOf: try trackers(published, cube, target))
    lines.append(contentsOf: [
      try dominated(published, cube, target).line, try dominated(published, cube, target).guess,
    ])
    lines.append(try changedUnit(target, seed: seed))
    lines.append(budget(made.released))
    return utility(published, cube, target, lines: lines)
  }

  private static func utility(
    _ published: Published, _ cube: TrueCube, _ target: Target, lines: [AttackLine]
  ) -> AttackReport {
    var cells = 0, shown = 0
    var square = 0.0
    var sums: [Double] = []
    for set in Set(target.sets) {
      guard let cuboid = cube.cuboids[set] else { continue }
      cells += cuboid.grid.count
      for (cell, count) in (published.counts[set] ?? []).enumerated() {
        guard let count else { continue }
        shown += 1
        square += Double((count - Int(cuboid.units[cell])) * (count - Int(cuboid.units[cell])))
        for measure in target.measures {
          let truth = cuboid.totals[measure][cell].sum
          guard truth != 0, let sum = published.sums[set]?[measure][cell] else { continue }
          sums.append(100 * abs(Double(sum - truth) / Double(truth)))
        }
      }
    }
    return AttackReport(
      lines: lines, released: cells == 0 ? 0 : Double(shown) / Double(cells),
      countError: shown == 0 ? 0 : (square / Double(shown)).squareRoot(),
      sumErrorPercent: sums.isEmpty ? nil : sums.sorted()[sums.count / 2])
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
      "B1", "small cells", metric: "released cells under k", Double(small), bar: "0, least shown ≥ k",
      passes: small == 0 && (shown == 0 || least >= target.profile.k),
      detail: shown == 0 ? "nothing shown" : "\(shown) cells, least shown \(least)")
  }

  // MARK: Budget

  static func budget(_ released: Released) -> AttackLine {
    let protection = released.protection
    return AttackLine(
      "B15", "release budget", metric: "cells out", Double(protection.budgetUsed),
      bar: "≤ \(protection.budgetLimit)", passes: protection.budgetUsed <= protection.budgetLimit)
  }

  // MARK: B2 complements

  /// Rows of a two-way table with exactly one withheld cell: margin minus what is shown, clamped to 0 … k−1.
  static func complements(_ published: Published, _ cube: TrueCube, _ target: Target) -> AttackLine {
    var hits = 0
    var truths: [Int] = []
    for (set, counts) in published.counts where set.count == 2 {
      guard let cuboid = cube.cuboids[set] else { continue }
      for kept in set.places {
        guard let margin = published.counts[DimensionSet([kept])] else { continue }
        let place = cuboid.grid.dimensions.firstIndex(of: kept) ?? 0
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
    // With few cases one hit is many points: the bar gets two standard errors.
    let allowance =
      truths.isEmpty ? 0 : 2 * (max(constant, 0.01) * (1 - constant) / Double(truths.count)).squareRoot()
    return AttackLine(
      "B2", "complement", metric: "exact hits", share,
      bar: "≤ constant guess \(Rounded.text(constant)) + .02",
      passes: share <= constant + 0.02 + allowance, detail: "\(truths.count) cells attacked")
  }
}
