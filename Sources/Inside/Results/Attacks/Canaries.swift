package import Bytes
import Disclosure
import Policies

/// Attacks B5b and S8: coin-flip secrets are planted in a copy, in people whom the attacker can tell apart; everything is
/// published, and the attacker solves for them. Nothing but the release can tell a coin flip, so every point above
/// one half is leaked. In B5b the coin is a response; in S8 it is a measure of 0 and 1 that is summed, and the response as
/// well where there is one.
package struct Canaries: Sendable {
  /// Sub-populations in which coins are planted, each a dimension and the place of its code; empty for everybody.
  package var populations: [(dimension: Int, code: Int32)]
  /// The dimension that holds the secret: a response, or an identifying one that the attacker does not know. Nil where
  /// only the measure does.
  package var secret: Int?
  /// The measure that is 1 for those with the secret and 0 for the others (S8); nil where only the dimension holds it.
  package var measure: Int?
  /// The places of the two codes a coin decides between.
  package var sides: (no: Int32, yes: Int32)
  /// Dimensions by which the attacker tells people apart.
  package var unique: [Int]
  /// Share of those who can be told apart best that become canaries.
  package var share: Double
  /// Versions published one after the other, and the share of units replaced in each.
  package var versions: Int
  package var replaced: Double
  /// Publishes so many of the target's tables, drawn anew in each run, so that no order of importance is preferred;
  /// nil for all of them as they stand.
  package var tablesDrawn: Int?

  /// Each part as its property says.
  package init(
    populations: [(dimension: Int, code: Int32)] = [], secret: Int?, measure: Int? = nil,
    sides: (no: Int32, yes: Int32) = (0, 1), unique: [Int], share: Double = 0.1, versions: Int = 1,
    replaced: Double = 0.02
  ) {
    self.populations = populations
    self.secret = secret
    self.measure = measure
    self.sides = sides
    self.unique = unique
    self.share = share
    self.versions = versions
    self.replaced = replaced
  }

  /// What suits a target: the response that most of its tables have, else the identifying dimension with the fewest
  /// codes; coins between its two commonest codes. Nil where no dimension has two codes that people bear.
  package init?(for target: Target, versions: Int = 1) {
    let data = target.data
    let shape = data.shape
    let used = Set(target.tables.joined())
    func tables(_ dimension: Int) -> Int { target.tables.count { $0.contains(dimension) } }
    let places = used.filter { shape.leaves[$0].count { $0 } > 1 }.sorted()
    let responses = places.filter { !shape.isIdentifying($0) }
    let secret =
      responses.max { tables($0) < tables($1) }
      ?? places.min { shape.dimensions[$0].codes.count < shape.dimensions[$1].codes.count }
    guard let secret else { return nil }
    var holders: [Int32: Int] = [:]
    for code in data.codes[secret] where code >= 0 && shape.leaves[secret][Int(code)] {
      holders[code, default: 0] += 1
    }
    let common = holders.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    guard common.count > 1 else { return nil }
    self.init(
      secret: secret, sides: (min(common[0], common[1]), max(common[0], common[1])),
      unique: used.filter { $0 != secret && shape.isIdentifying($0) }.sorted(), versions: versions)
  }

  /// How one or several runs went.
  package struct Outcome: Sendable {
    package var canaries = 0
    /// Guessed right with the cut at one half, and at the median of a planting's estimates.
    private var rightByHalf = 0
    private var rightByMedian = 0
    package var scores: [(score: Double, isTrue: Bool)] = []
    package var equations = 0

    package init() {}

    /// Guessed right by the better of the two cuts. Neither needs the truth, and whoever knows the method can try on people
    /// of his own making which one serves.
    package var right: Int { max(rightByHalf, rightByMedian) }

    package var accuracy: Double { canaries == 0 ? 0.5 : Double(right) / Double(canaries) }
    package var upperBound: Double { Guessing.upperBound(right, of: canaries) }
    package var auc: Double { Guessing.auc(scores) }

    package mutating func add(_ other: Outcome) {
      canaries += other.canaries
      rightByHalf += other.rightByHalf
      rightByMedian += other.rightByMedian
      scores += other.scores
      equations += other.equations
    }

    /// Guesses the coins of one planting. Where all estimates lie too high or too low, half of the coins still fell on
    /// either side, so the median parts them better than one half does.
    /// - Parameters:
    ///   - estimates: how far each lies above one half, and what the coin said.
    ///   - coin: what is guessed of somebody of whom nothing was learnt.
    mutating func guess(_ estimates: [(score: Double, isTrue: Bool)], coin: () -> Bool) {
      func isLearnt(_ score: Double) -> Bool { abs(score) >= 1e-12 }
      let learnt = estimates.map(\.score).filter(isLearnt).sorted()
      let median = learnt.isEmpty ? 0 : (learnt[(learnt.count - 1) / 2] + learnt[learnt.count / 2]) / 2
      // Those at the median go together, to the side that leaves the halves more even.
      let above = learnt.count { $0 > median }, below = learnt.count { $0 < median }
      let tiesAreYes = above < below
      for (score, isTrue) in estimates {
        canaries += 1
        let byHalf = isLearnt(score) ? score > 0 : coin()
        let byMedian = isLearnt(score) ? score > median || score == median && tiesAreYes : byHalf
        if byHalf == isTrue { rightByHalf += 1 }
        if byMedian == isTrue { rightByMedian += 1 }
      }
      scores += estimates
    }

    /// In words: how many coins, and how many of them were guessed.
    package var said: Text {
      .both(
        "\(canaries) 个金丝雀，正确率 \(Rounded.text(accuracy))（上界 \(Rounded.text(upperBound))），AUC \(Rounded.text(auc))",
        "\(canaries) canaries: accuracy \(Rounded.text(accuracy)) (at most \(Rounded.text(upperBound))), AUC \(Rounded.text(auc))"
      )
    }

    /// As a line of the attack table: with 5,000 canaries judged by the upper bound, with 500 by the accuracy; fewer
    /// are too few to judge by, and no figure is given.
    package func line(_ name: Text, attack: String = "B5b") -> AttackLine {
      guard canaries > 0 else {
        return AttackLine(
          attack, name, metric: .both("正确率，AUC", "accuracy, AUC"), nil, bar: "≤ 0.55, ≤ 0.58", passes: true,
          detail: .both("无可植入之处", "nowhere to plant a coin"))
      }
      let isMany = canaries >= Qualification.canaries
      return AttackLine(
        attack, name,
        metric: isMany ? .both("正确率上界，AUC", "upper accuracy, AUC") : .both("正确率，AUC", "accuracy, AUC"),
        canaries < 500 ? nil : isMany ? upperBound : accuracy, also: auc, bar: "≤ 0.55, ≤ 0.58",
        passes: ((isMany ? upperBound : accuracy) <= 0.55 && auc <= 0.58) || canaries < 500, detail: said)
    }
  }

  /// Runs with one seed after the other until so many canaries were planted, at most `limit` runs. In each run the
  /// noise is drawn anew as well.
  package func run(
    _ target: Target, canaries: Int, seed: UInt64 = 1, limit: Int = 500, system: AttackedSystem = .doorsill,
    progress: (Outcome) -> Void = { _ in }
  ) throws(ResultError) -> Outcome {
    var outcome = Outcome()
    for run in 0..<UInt64(max(1, limit)) where outcome.canaries < canaries {
      outcome.add(try self.run(target, seed: seed &+ run, system: system))
      progress(outcome)
      if outcome.canaries == 0 { break }
    }
    return outcome
  }

  /// One run on a target.
  package func run(
    _ target: Target, seed: UInt64, system: AttackedSystem = .doorsill
  ) throws(ResultError) -> Outcome {
    var generator = AttackGenerator(seed &* 31 &+ 5)
    var (data, truth) = planted(in: target.data, &generator)
    var outcome = Outcome()
    guard !truth.isEmpty else { return outcome }
    let kept = Set(truth.keys)
    // Both sides are solved for where the secret has more codes than two.
    let isBinary = secret.map { data.shape.dimensions[$0].codes.count == 2 } ?? true
    var yes = LinearAttack(target.profile.countNoise), no = LinearAttack(target.profile.countNoise)
    var last = Published()
    var state = AttackedSystem.State()
    let keyed = tablesDrawn.map { target.redrawn(seed).drawing($0, &generator) } ?? target.redrawn(seed)
    for version in 0..<max(1, versions) {
      if version > 0 { data = data.replacing(share: replaced, keeping: kept, &generator) }
      let published = try system.publish(keyed.over(data), &state, version: version)
      if let secret {
        try collect(
          published, data, last.counts, secret, side: sides.yes, complement: isBinary ? sides.no : nil,
          into: &yes)
        if !isBinary {
          try collect(published, data, last.counts, secret, side: sides.no, complement: nil, into: &no)
        }
      }
      if let measure { try collect(published, data, last, sumsOf: measure, into: &yes) }
      last = published
    }
    let says = yes.solve(for: kept), denies = no.solve(for: kept)
    outcome.equations = yes.count + no.count
    let estimates = truth.sorted { $0.key < $1.key }.map { key, isTrue in
      (score: (says[key] ?? 0) - (denies[key] ?? 0), isTrue: isTrue)
    }
    outcome.guess(estimates) { generator.next() & 1 == 0 }
    return outcome
  }

  /// Plants coins in a share of the people who can be told apart best: those who are unique, or at least a twentieth
  /// of all where fewer are.
  private func planted(
    in data: Microdata, _ generator: inout AttackGenerator
  ) -> (data: Microdata, truth: [UInt64: Bool]) {
    var groups: [[Int32]: [Int]] = [:]
    var members = 0
    for unit in 0..<data.unitCount {
      let row = Int(data.starts[unit])
      guard isInside(row, data) else { continue }
      members += 1
      groups[unique.map { data.codes[$0][row] }, default: []].append(unit)
    }
    var chosen: [Int] = []
    let sorted = groups.sorted { left, right in
      left.value.count != right.value.count
        ? left.value.count < right.value.count : left.key.lexicographicallyPrecedes(right.key)
    }
    for (_, units) in sorted where units.count == 1 || chosen.count < members / 20 { chosen += units }
    var column = secret.map { data.codes[$0] } ?? []
    var values = measure.map { data.values[$0] } ?? []
    var truth: [UInt64: Bool] = [:]
    for unit in chosen.sorted() where Double.random(in: 0..<1, using: &generator) < share {
      let isTrue = generator.next() & 1 == 1
      for row in Int(data.starts[unit])..<Int(data.starts[unit + 1]) {
        if secret != nil { column[row] = isTrue ? sides.yes : sides.no }
        if let measure { values[row] = isTrue ? data.measures[measure].upper : 0 }
      }
      truth[data.keys[Int(data.starts[unit])]] = isTrue
    }
    var planted = data
    if let secret { planted = planted.recoded(secret, column) }
    if let measure { planted = planted.revalued(measure, values) }
    return (planted, truth)
  }

  private func isInside(_ row: Int, _ data: Microdata) -> Bool {
    populations.isEmpty || populations.contains { data.codes[$0.dimension][row] == $0.code }
  }

  /// Turns every newly drawn cell that speaks of one side of the secret into an equation over the people who may be
  /// in it. The attacker knows the populations' true sizes, so that with two codes both say something.
  private func collect(
    _ published: Published, _ data: Microdata, _ last: [DimensionSet: [Int?]], _ secret: Int, side: Int32,
    complement: Int32?,
    into equations: inout LinearAttack
  ) throws(ResultError) {
    // As if everybody had that side: then a cell's place tells its population.
    var codes = data.codes
    codes[secret] = [Int32](repeating: side, count: data.rowCount)
    for (set, counts) in published.counts.sorted(by: { $0.key.bits < $1.key.bits }) {
      guard set.contains(secret) else { continue }
      let (grid, stride) = try disclosing { () throws(DisclosureError) in
        let grid = try Grid(set, of: data.shape)
        return (grid, try grid.stride(of: secret))
      }
      let finder = CellFinder(grid, of: data.shape)
      let step = complement.map { (Int($0) - Int(side)) * stride }
      func isNew(_ cell: Int) -> Bool { counts[cell] != nil && last[set]?[cell] != counts[cell] }
      var members: [Int: [Int32]] = [:]
      var cells: [Int] = []
      for unit in 0..<data.unitCount {
        var place: Int32?
        for row in Int(data.starts[unit])..<Int(data.starts[unit + 1]) {
          finder.cells(of: row, codes, into: &cells)
          for cell in cells where isNew(cell) || (step.map { isNew(cell + $0) } ?? false) {
            // The secret's own hierarchy is left out: what lies above may hold both sides.
            guard cell / max(1, stride) % data.shape.dimensions[secret].codes.count == Int(side) else {
              continue
            }
            let own = place ?? equations.place(of: data.keys[row])
            place = own
            if members[cell]?.last != own { members[cell, default: []].append(own) }
          }
        }
      }
      for (cell, units) in members.sorted(by: { $0.key < $1.key }) {
        var sayings: [(value: Double, label: String)] = []
        if isNew(cell), let value = counts[cell] {
          sayings.append((Double(value), "\(set.bits)/\(cell)"))
        }
        if let step, isNew(cell + step), let value = counts[cell + step] {
          sayings.append((Double(units.count - value), "\(set.bits)/\(cell + step)"))
        }
        equations.add(units, sayings)
      }
    }
  }
}
