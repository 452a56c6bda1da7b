import Bytes
import Disclosure
import Policies

extension Attacks {
  // MARK: S9 second cuts and siblings

  /// Two cuts of one field subtracted from each other, and the numbers of siblings, datasets about the same people, averaged
  /// and subtracted.
  static func secondCuts(
    _ copy: Target, _ system: AttackedSystem, _ effort: Effort
  ) throws(ResultError) -> [AttackLine] {
    var cuts = ShareTally(bar: 0.35, most: effort.cases)
    for number in 0..<system.copies where number == 0 || cuts.isOpen {
      try subtractCuts(
        system.copies == 1 ? copy : try copy.copy(seed: UInt64(number)), system, into: &cuts)
    }
    return [
      AttackLine(
        "S9", .both("两种划分相减", "one cut less another"), metric: .both("代码被精确得出", "codes exactly"),
        cuts.share, bar: "≤ 0.35", cases: cuts.cases, passes: cuts.passes),
      try siblings(copy, system, effort), try siblingDifferences(copy, system, effort),
    ]
  }

  /// A dimension is cut in pairs of codes, and once more a code further: what one cut shows less what the other shows gives
  /// single codes. (A descriptor that declares both is refused; this is what it would tell.)
  private static func subtractCuts(
    _ copy: Target, _ system: AttackedSystem, into tally: inout ShareTally
  ) throws(ResultError) {
    let shape = copy.data.shape
    let used = Set(copy.tables.joined())
    let place = shape.dimensions.indices.filter {
      used.contains($0) && shape.isIdentifying($0) && shape.parents[$0].allSatisfy { $0 < 0 }
        && shape.dimensions[$0].codes.count >= 4
    }.max { shape.dimensions[$0].codes.count < shape.dimensions[$1].codes.count }
    guard let place else { return }
    let codes = copy.data.codes[place]
    let count = shape.dimensions[place].codes.count
    func dimension(_ name: String, _ count: Int) -> ReleasedDimension {
      ReleasedDimension(
        name: name, title: Text(name), role: .identifying,
        codes: (0..<count).map { ReleasedCode(code: String($0), label: Text(String($0))) })
    }
    let cuts = try disclosing { () throws(DisclosureError) in
      try Shape(
        dataset: shape.dataset, keyFamily: shape.keyFamily,
        dimensions: [dimension("cut", (count + 1) / 2), dimension("again", count / 2 + 1)])
    }
    let data = Microdata(
      shape: cuts, measures: [], perUnit: [], keys: copy.data.keys,
      codes: [codes.map { $0 < 0 ? -1 : $0 / 2 }, codes.map { $0 < 0 ? -1 : ($0 + 1) / 2 }], values: [])
    let target = Target(
      data, tables: [[0], [1]], measures: [], profile: copy.profile, keys: copy.keys)
    let redrawing = try Redrawing(target, system)
    var members = [Set<UInt64>](repeating: [], count: count)
    for (row, code) in codes.enumerated() where code >= 0 {
      members[Int(code)].insert(copy.data.keys[row])
    }
    for number in 0..<redrawing.most where number < 3 || (tally.cases > 0 && tally.isOpen) {
      let published = try redrawing.draw(number).published
      var known: Int? = published.counts[DimensionSet([1])]?[0]
      var code = 0
      while let value = known {
        if !members[code].isEmpty { tally.add(value == members[code].count) }
        code += 1
        guard code < count else { break }
        let pair = published.counts[DimensionSet([code % 2 == 1 ? 0 : 1])]?[(code + 1) / 2 - code % 2]
        known = (pair ?? nil).map { $0 - value }
      }
    }
  }

  // MARK: S11 homogeneous cells

  /// In half of all populations everybody has one response, in the others one to three people have another: how well the
  /// counts tell which. Reported.
  static func homogeneous(
    _ copy: Target, _ system: AttackedSystem, seed: UInt64
  ) throws(ResultError) -> AttackLine {
    let shape = copy.data.shape
    var scores: [(score: Double, isTrue: Bool)] = []
    let tables = copy.tables.filter { table in table.contains { !shape.isIdentifying($0) } }
    let set = tables.map { DimensionSet($0) }.filter { set in
      set.places.reduce(1) { $0 * shape.dimensions[$1].codes.count } * copy.profile.k <= copy.data.unitCount
    }.max { $0.count < $1.count }
    if let set, let response = set.places.first(where: { !shape.isIdentifying($0) }),
      let code = shape.leaves[response].firstIndex(of: true),
      let other = shape.leaves[response].lastIndex(of: true), code != other
    {
      let populations = shape.identifying(set)
      let grid = try disclosing { () throws(DisclosureError) in try Grid(populations, of: shape) }
      let cells = try disclosing { () throws(DisclosureError) in try Grid(set, of: shape) }
      let finder = CellFinder(grid, of: shape)
      let up = ListedPlaces(cells, within: grid)
      let most = if case .elsewhere = system { 3 } else { 100 }
      for number in 1...most where scores.count < 400 && (number <= 3 || !scores.isEmpty) {
        var generator = AttackGenerator(seed &+ UInt64(number))
        var few = (0..<grid.count).map { _ in
          Bool.random(using: &generator) ? 0 : Int.random(in: 1...3, using: &generator)
        }
        let all = few.map { $0 == 0 }
        var column = copy.data.codes[response]
        var own: [Int] = []
        for unit in (0..<copy.data.unitCount).shuffled(using: &generator) {
          let rows = Int(copy.data.starts[unit])..<Int(copy.data.starts[unit + 1])
          finder.cells(of: rows.lowerBound, copy.data.codes, into: &own)
          let differs = own.first.map { few[$0] > 0 } ?? false
          if differs, let cell = own.first { few[cell] -= 1 }
          for row in rows where column[row] >= 0 { column[row] = Int32(differs ? other : code) }
        }
        let target = Target(
          copy.data.recoded(response, column), tables: [populations.places, set.places], measures: [],
          profile: copy.profile,
          keys: system.drawsByKeys ? copy.redrawn(seed &+ UInt64(number)).keys : copy.keys)
        var state = AttackedSystem.State()
        let published = try system.publish(target, &state)
        let truth = try target.cube()
        for (cell, count) in (published.counts[set] ?? []).enumerated() {
          let population = up(cell)
          guard let count, let whole = published.counts[populations]?[population],
            let sizes = truth.cuboids[populations], let inside = truth.cuboids[set]?.units[cell],
            // Cells that hold nearly everybody.
            sizes.units[population] - inside <= 3
          else { continue }
          scores.append((Double(count - whole), all[population]))
        }
      }
    }
    let both = min(scores.count { $0.isTrue }, scores.count { !$0.isTrue })
    return AttackLine(
      reported: "S11", .both("同质单元格", "homogeneous cells"), metric: "AUC", Guessing.auc(scores), cases: both)
  }
}
