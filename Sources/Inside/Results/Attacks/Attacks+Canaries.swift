package import Disclosure

/// Attack B5b: coin-flip secrets are planted in people who are unique on what the attacker knows, everything is
/// published, and the attacker solves for them. Nothing but the release can tell a coin flip, so every point above
/// one half is leaked.
package struct Canaries: Sendable {
  /// A condition that picks the sub-population: a dimension and the place of its code.
  package var population: (dimension: Int, code: Int32)
  /// The response with two codes in which coins are planted.
  package var response: Int
  /// Dimensions on which a canary is unique within the population.
  package var unique: [Int]
  /// Share of the unique units that become canaries.
  package var share: Double
  /// Versions published one after the other, and the share of units replaced in each.
  package var versions: Int
  package var replaced: Double

  package init(
    population: (dimension: Int, code: Int32), response: Int, unique: [Int], share: Double = 0.1,
    versions: Int = 1,
    replaced: Double = 0.02
  ) {
    self.population = population
    self.response = response
    self.unique = unique
    self.share = share
    self.versions = versions
    self.replaced = replaced
  }

  /// How one or several runs went.
  package struct Outcome: Sendable {
    package var canaries = 0
    package var right = 0
    package var scores: [(score: Double, isTrue: Bool)] = []
    package var equations = 0

    package init() {}

    package var accuracy: Double { canaries == 0 ? 0.5 : Double(right) / Double(canaries) }
    package var upperBound: Double { Guessing.upperBound(right, of: canaries) }
    package var auc: Double { Guessing.auc(scores) }

    package mutating func add(_ other: Outcome) {
      canaries += other.canaries
      right += other.right
      scores += other.scores
      equations += other.equations
    }

    /// As a line of the attack table.
    package func line(_ name: String) -> AttackLine {
      AttackLine(
        "B5b", name, metric: "upper 95 % bound of accuracy", upperBound, bar: "≤ .55 with 5000 canaries",
        passes: upperBound <= 0.55,
        detail: "accuracy \(Rounded.text(accuracy)), AUC \(Rounded.text(auc)), \(canaries) canaries")
    }
  }

  /// One run on a target. With `system` another system publishes instead of ours, one version only.
  package func run(
    _ target: Target, seed: UInt64, system: Comparison.System? = nil
  ) throws(ResultError) -> Outcome {
    var generator = AttackGenerator(seed)
    var (data, truth) = planted(in: target.data, &generator)
    let kept = Set(truth.keys)
    var history = ResultHistory()
    var equations = LinearAttack()
    var last: [DimensionSet: [Int?]] = [:]
    for version in 0..<(system == nil ? max(1, versions) : 1) {
      if version > 0 { data = data.replacing(share: replaced, keeping: kept, &generator) }
      let at = target.over(data)
      let published: Published
      if let system {
        published = at.published(by: system, try at.cube())
      } else {
        let made = try at.publish(history, version: version)
        history = made.history
        published = Published(made.released, shape: data.shape, measures: data.measures)
      }
      collect(published, data, last: &last, into: &equations)
    }
    let solved = equations.solve()
    var outcome = Outcome()
    outcome.equations = equations.count
    let middle = equations.prior
    for (key, isTrue) in truth.sorted(by: { $0.key < $1.key }) {
      let guess = solved[key] ?? middle
      outcome.canaries += 1
      // An attacker who learnt nothing flips a coin as well.
      let says = guess == middle ? generator.next() & 1 == 0 : guess > middle
      if says == isTrue { outcome.right += 1 }
      outcome.scores.append((guess, isTrue))
    }
    return outcome
  }

  /// Plants coins in a share of the units that are unique.
  private func planted(
    in data: Microdata, _ generator: inout AttackGenerator
  ) -> (data: Microdata, truth: [UInt64: Bool]) {
    var counts: [[Int32]: Int] = [:]
    var unitOf: [[Int32]: Int] = [:]
    for unit in 0..<data.unitCount {
      let row = Int(data.starts[unit])
      guard isInside(row, data) else { continue }
      let signature = unique.map { data.codes[$0][row] }
      counts[signature, default: 0] += 1
      unitOf[signature] = unit
    }
    var column = data.codes[response]
    var truth: [UInt64: Bool] = [:]
    let singles = counts.filter { $0.value == 1 }.compactMap { unitOf[$0.key] }.sorted()
    for unit in singles where Double.random(in: 0..<1, using: &generator) < share {
      let isTrue = generator.next() & 1 == 1
      for row in Int(data.starts[unit])..<Int(data.starts[unit + 1]) { column[row] = isTrue ? 1 : 0 }
      truth[data.keys[Int(data.starts[unit])]] = isTrue
    }
    return (data.recoded(response, column), truth)
  }

  private func isInside(_ row: Int, _ data: Microdata) -> Bool {
    data.codes[population.dimension][row] == population.code
  }

  /// Turns every newly drawn cell within the population that speaks of the response into an equation. The attacker
  /// knows the populations' true sizes, so both codes of the response say something.
  private func collect(
    _ published: Published, _ data: Microdata, last: inout [DimensionSet: [Int?]],
    into equations: inout LinearAttack
  ) {
    var rows: [Int] = []
    for unit in 0..<data.unitCount where isInside(Int(data.starts[unit]), data) {
      rows.append(Int(data.starts[unit]))
    }
    for (set, counts) in published.counts.sorted(by: { $0.key.bits < $1.key.bits }) {
      guard set.contains(response), set.contains(population.dimension),
        let grid = try? Grid(set, of: data.shape)
      else { continue }
      let place = grid.dimensions.firstIndex(of: response) ?? 0
      var members: [Int: [UInt64]] = [:]
      for row in rows {
        var cell = 0
        for (position, dimension) in grid.dimensions.enumerated() where dimension != response {
          cell += Int(data.codes[dimension][row]) * grid.strides[position]
        }
        members[cell, default: []].append(data.keys[row])
      }
      for (base, units) in members.sorted(by: { $0.key < $1.key }) {
        for code in 0...1 {
          let cell = base + code * grid.strides[place]
          guard let value = counts[cell], last[set]?[cell] != value else { continue }
          let holders = code == 1 ? Double(value) : Double(units.count - value)
          equations.add(units, holders, label: "\(set.bits)/\(cell)")
        }
      }
      last[set] = counts
    }
  }
}

/// Least squares with what an attacker knows of the noise: each equation has noise of variance 3, each label a further
/// one of variance 1.08 that stays from version to version, and each secret is 0 or 1.
struct LinearAttack {
  private var unknowns: [UInt64: Int] = [:]
  private var labels: [String: Int] = [:]
  private var rows: [(units: [Int], label: Int, value: Double)] = []

  var count: Int { rows.count }

  mutating func add(_ units: [UInt64], _ value: Double, label: String) {
    var places: [Int] = []
    for unit in units {
      let place = unknowns[unit] ?? unknowns.count
      unknowns[unit] = place
      places.append(place)
    }
    let labelPlace = labels[label] ?? labels.count
    labels[label] = labelPlace
    rows.append((places, labelPlace, value))
  }

  /// The mean of all secrets as the equations tell it.
  var prior: Double {
    let units = rows.reduce(0) { $0 + $1.units.count }
    guard units > 0 else { return 0.5 }
    return min(max(rows.reduce(0) { $0 + $1.value } / Double(units), 0.05), 0.95)
  }

  /// The most likely secret of each unit, by conjugate gradients on the normal equations.
  func solve() -> [UInt64: Double] {
    let middle = prior
    let people = unknowns.count, size = people + labels.count
    // Prior precision of secrets and of label noise, and precision of an equation.
    let secret = 1 / (middle * (1 - middle)), labelPrecision = 1 / 1.08, precision = 1 / 3.0
    func apply(_ x: [Double]) -> [Double] {
      var out = x
      for place in 0..<people { out[place] *= secret }
      for place in people..<size { out[place] *= labelPrecision }
      for row in rows {
        var sum = x[people + row.label]
        for unit in row.units { sum += x[unit] }
        let part = precision * sum
        for unit in row.units { out[unit] += part }
        out[people + row.label] += part
      }
      return out
    }
    var residual = [Double](repeating: 0, count: size)
    for row in rows {
      let part = precision * (row.value - middle * Double(row.units.count))
      for unit in row.units { residual[unit] += part }
      residual[people + row.label] += part
    }
    var x = [Double](repeating: 0, count: size)
    var direction = residual
    var square = residual.reduce(0) { $0 + $1 * $1 }
    let goal = square * 1e-12
    var steps = 0
    while square > goal, steps < 400 {
      let image = apply(direction)
      let curvature = zip(direction, image).reduce(0) { $0 + $1.0 * $1.1 }
      guard curvature > 0 else { break }
      let step = square / curvature
      for place in 0..<size {
        x[place] += step * direction[place]
        residual[place] -= step * image[place]
      }
      let next = residual.reduce(0) { $0 + $1 * $1 }
      for place in 0..<size { direction[place] = residual[place] + next / square * direction[place] }
      square = next
      steps += 1
    }
    return unknowns.mapValues { middle + x[$0] }
  }
}
