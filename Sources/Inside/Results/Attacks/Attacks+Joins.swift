import Bytes
import Disclosure
package import Policies

extension Attacks {
  /// What an attacker gets who holds a joined dataset together with its sources, and with whatever else is made of their
  /// tables: by subtracting two populations, by averaging two numbers of one, and by subtracting two sums.
  /// - Parameters:
  ///   - data: the rows of the join, with everybody who is in one of the tables.
  ///   - results: all that is out of it and of the others.
  package static func joint(
    _ data: Microdata, _ results: [JointResult], profile: ProtectionProfile
  ) throws(ResultError) -> [AttackLine] {
    try joint(try JointTables(data, results), profile: profile)
  }

  static func joint(
    _ world: JointTables, profile: ProtectionProfile
  ) throws(ResultError) -> [AttackLine] {
    var found = JointFindings()
    for narrow in world.tables {
      // Of datasets without a table in common the numbers are of different things.
      for wide in world.tables
      where wide.dataset != narrow.dataset && !wide.made.isDisjoint(with: narrow.made) {
        let identifying = world.shape.identifying(wide.set)
        let response = wide.set.bits & ~identifying.bits
        let own = world.shape.identifying(narrow.set)
        guard identifying.bits & ~own.bits == 0, narrow.set.bits & ~own.bits == response else { continue }
        for cell in narrow.counts.indices where narrow.counts[cell] != nil {
          let codes = Dictionary(
            uniqueKeysWithValues: zip(narrow.grid.dimensions, narrow.grid.codes(at: cell)))
          for wider in wider(codes, wide, world.shape)
          where wider.codes != codes || narrow.dataset < wide.dataset {
            try found.take(Facing(narrow, cell, codes), Facing(wide, wider.cell, wider.codes), world, profile)
          }
        }
      }
    }
    return [found.differences(profile), found.numbers, found.absences, found.giants(profile)]
  }

  /// The cells of a wider table whose conditions hold in a cell of a narrower one.
  private static func wider(
    _ codes: [Int: Int32], _ table: JointTables.Table, _ shape: Shape
  ) -> [(cell: Int, codes: [Int: Int32])] {
    var found: [(cell: Int, codes: [Int: Int32])] = [(0, [:])]
    for (dimension, stride) in zip(table.grid.dimensions, table.grid.strides) {
      var chain: [Int32] = []
      var code = codes[dimension] ?? -1
      while code >= 0 {
        chain.append(code)
        code = shape.isIdentifying(dimension) ? shape.parents[dimension][Int(code)] : -1
      }
      found = found.flatMap { one in
        chain.map { code in
          (one.cell + Int(code) * stride, one.codes.merging([dimension: code]) { _, new in new })
        }
      }
    }
    return found.filter { table.counts[$0.cell] != nil }
  }
}

/// One cell of one table.
private struct Facing {
  let table: JointTables.Table
  let cell: Int
  let codes: [Int: Int32]

  init(_ table: JointTables.Table, _ cell: Int, _ codes: [Int: Int32]) {
    self.table = table
    self.cell = cell
    self.codes = codes
  }

  func identifying(_ shape: Shape) -> [Int: Int32] { codes.filter { shape.isIdentifying($0.key) } }
  var count: Int { table.counts[cell] ?? 0 }
}

/// What two cells of two datasets tell together.
private struct JointFindings {
  private var pairs = 0
  /// Populations that differ by 1 to k−1 units, and how many of these have the response.
  private var small: [(units: Int, holders: Int, difference: Int)] = []
  /// Numbers of one set of units from two datasets: the error of their mean.
  private var means: [Double] = []
  /// Who has no partner, where that are k and more: the error of the difference.
  private var rests: [Int] = []
  /// Estimates of a value that outweighs what two sums differ by.
  private var guesses: [(guess: Double, truth: Double)] = []

  /// Fewer cases than these tell nothing.
  private static let least = 30

  mutating func take(
    _ narrow: Facing, _ wide: Facing, _ world: JointTables, _ profile: ProtectionProfile
  ) throws(ResultError) {
    let shape = world.shape
    let (one, other) = (narrow.table.population, wide.table.population)
    let both = one.merging(other) { first, _ in first }
    func size(_ facing: Facing, _ population: [Int: Int32]) throws(ResultError) -> Int {
      try world.units(shape.identifying(facing.table.set), facing.identifying(shape), population)
    }
    let (inside, outside) = (try size(narrow, one), try size(wide, other))
    let shared = try size(narrow, both)
    let apart = inside + outside - 2 * shared
    pairs += 1
    let mine = try world.units(narrow.table.set, narrow.codes, one)
    let theirs = try world.units(wide.table.set, wide.codes, other)
    if (1..<profile.k).contains(apart) {
      small.append((apart, theirs - mine, wide.count - narrow.count))
    }
    let isSame = narrow.codes == wide.codes
    if apart == 0, isSame {
      means.append(Double(narrow.count + wide.count) / 2 - Double(mine))
    }
    if isSame, shared == min(inside, outside), apart >= profile.k {
      rests.append(wide.count - narrow.count - (theirs - mine))
    }
    guard isSame else { return }
    for (place, measure) in world.measures.enumerated() {
      guard let sum = narrow.table.sums[measure.name]?[narrow.cell],
        let whole = wide.table.sums[measure.name]?[wide.cell]
      else { continue }
      let rest = try world.between(narrow.table.set, narrow.codes, one, other, measure: place)
      guard rest.largest > 0, 2 * Int128(rest.largest) > rest.absolute else { continue }
      guesses.append((abs(Double(whole - sum)), Double(rest.largest)))
    }
  }

  func differences(_ profile: ProtectionProfile) -> AttackLine {
    let right = small.count { ($0.difference > 0) == ($0.holders > 0) }
    return AttackLine(
      "J1", .both("关联与来源相减", "a join less its sources"),
      metric: .both("相差 1 至 k−1 个主体的配对", "pairs that differ by 1 to k−1 units"), Double(small.count),
      bar: "0",
      passes: small.isEmpty,
      detail: .both(
        "比对 \(pairs) 对" + (small.isEmpty ? "" : "，猜中有无 \(right)/\(small.count)"),
        "\(pairs) pairs compared" + (small.isEmpty ? "" : ", presence guessed \(right)/\(small.count)")))
  }

  var numbers: AttackLine {
    exact(
      "J2", .both("同一群体两个数取平均", "two numbers of one population, averaged"), means.map { abs($0) < 0.5 })
  }

  var absences: AttackLine {
    exact("J3", .both("无匹配者人数", "how many have no partner"), rests.map { $0 == 0 })
  }

  private func exact(_ name: String, _ title: Text, _ hits: [Bool]) -> AttackLine {
    let share = hits.isEmpty ? 0 : Double(hits.count { $0 }) / Double(hits.count)
    let isJudged = hits.count >= JointFindings.least
    return AttackLine(
      name, title, metric: .both("恰好猜中", "exact"), isJudged ? share : nil, bar: "≤ 0.35",
      passes: !isJudged || share <= 0.35, detail: JointFindings.cases(hits.count, isJudged))
  }

  func giants(_ profile: ProtectionProfile) -> AttackLine {
    let hits = guesses.count { abs($0.guess - $0.truth) * 100 <= $0.truth * Double(profile.pPercent) }
    let share = guesses.isEmpty ? 0 : Double(hits) / Double(guesses.count)
    let isJudged = guesses.count >= JointFindings.least
    return AttackLine(
      "J4", .both("两个合计相减得大户", "a giant by two sums' difference"),
      metric: .both("误差在 \(profile.pPercent) % 以内", "within \(profile.pPercent) %"), isJudged ? share : nil,
      bar: "≤ 0.2", passes: !isJudged || share <= 0.2, detail: JointFindings.cases(guesses.count, isJudged))
  }

  private static func cases(_ count: Int, _ isJudged: Bool) -> Text {
    isJudged
      ? .both("\(count) 例", "\(count) cases")
      : .both("未评判：\(count) 例，少于 \(least)", "not judged: \(count) cases, fewer than \(least)")
  }
}
