import Disclosure
import Policies

/// Two versions of a copy and what moved between them.
struct TwoVersions {
  let before: Published, after: Published
  let first: TrueCube, second: TrueCube

  init(_ one: Target, _ other: Microdata, _ system: AttackedSystem) throws(ResultError) {
    let two = one.over(other)
    if case .doorsill = system {
      let made = try one.compute(ResultHistory(), version: 0)
      let next = try two.compute(made.history, version: 1)
      before = try Published(made.released, shape: one.data.shape, measures: one.data.measures)
      after = try Published(next.released, shape: one.data.shape, measures: one.data.measures)
      first = if let cube = made.cube { cube } else { try one.cube() }
      second = if let cube = next.cube { cube } else { try two.cube() }
    } else {
      first = try one.cube()
      second = try two.cube()
      before = try system.publish(one, cube: first)
      after = try system.publish(two, cube: second)
    }
  }
}

/// Giants that move between two versions.
struct MovingGiants {
  private let versions: TwoVersions
  private let target: Target
  private let noise: SystemNoise
  /// For each measure the units that move, with what they add, and what those have now that were there before.
  private let moves: [[UInt64: Int64]]
  private let changed: [[UInt64: Int64]]
  /// One row of each unit.
  private let rows: [UInt64: Int]
  private let all: Microdata
  /// Share of all others that are replaced.
  private let churn = 0.12

  init(_ copy: Target, _ system: AttackedSystem, seed: UInt64) throws(ResultError) {
    var generator = AttackGenerator(seed)
    let giants = try Giants(in: copy, withheld: false, seed: seed)
    var moves = giants.planted.map { _ in [UInt64: Int64]() }
    var later = giants.planted
    var changed = moves
    var joining: Set<UInt64> = [], leaving: Set<UInt64> = []
    for (measure, units) in giants.planted.enumerated() {
      for (key, value) in units.sorted(by: { $0.key < $1.key }) {
        // Of several measures one decides.
        guard !joining.contains(key), !leaving.contains(key) else { continue }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0:
          joining.insert(key)
          moves[measure][key] = value
        case 1:
          leaving.insert(key)
          moves[measure][key] = -value
        case 2:
          // By so much, up or down, that the value before is none to guess the value now by.
          let move = Bool.random(using: &generator) ? value / 2 : -2 * value / 5
          later[measure][key] = value + move
          changed[measure][key] = value + move
          moves[measure][key] = move
        default: break
        }
      }
    }
    let kept = giants.planted.reduce(into: Set<UInt64>()) { $0.formUnion($1.keys) }
    let base = copy.data
    let others = base.replacing(share: churn, keeping: kept, &generator)
    target = (system.drawsByKeys ? copy.redrawn(seed) : copy).over(
      base.setting(giants.planted).without(joining))
    versions = try TwoVersions(target, others.setting(later).without(leaving), system)
    noise = SystemNoise(system, target)
    self.moves = moves
    self.changed = changed
    all = base
    rows = Dictionary(
      (0..<base.unitCount).map { (base.keys[Int(base.starts[$0])], Int(base.starts[$0])) },
      uniquingKeysWith: { first, _ in first })
  }

  /// What an attacker takes a move for, as a multiple of it.
  struct Estimate {
    let value: Double
    /// The same where all others are known.
    let knowing: Double
    /// Of a unit that was there before and has another value now: what the new value is taken for, as a multiple of it, by
    /// one who knows the value before and all others.
    let later: Double?
  }

  /// For each move what an attacker takes it for.
  func estimates() throws(ResultError) -> [Estimate] {
    struct Guess {
      var value = 0.0, weight = 0.0, knowing = 0.0, knowingWeight = 0.0
      // The giant as it is in the sums before and after.
      var before = 0.0, after = 0.0
    }
    var found: [Estimate] = []
    for measure in target.summed {
      let moving = moves[measure].sorted { $0.key < $1.key }
      var guesses = [Guess](repeating: Guess(), count: moving.count)
      for (set, sums) in versions.before.sums.sorted(by: { $0.key.bits < $1.key.bits }) {
        guard let first = versions.first.cuboids[set], let second = versions.second.cuboids[set],
          let next = versions.after.sums[set], sums.indices.contains(measure), !sums[measure].isEmpty,
          next.indices.contains(measure), !next[measure].isEmpty
        else { continue }
        let finder = CellFinder(first.grid, of: target.data.shape)
        var own: [Int] = [], cells: [[Int]] = []
        var moved: [Int: Double] = [:]
        for (key, value) in moving {
          guard let row = rows[key] else { continue }
          finder.cells(of: row, all.codes, into: &own)
          cells.append(own)
          for cell in own { moved[cell, default: 0] += Double(value) * Double(value) }
        }
        for (place, own) in cells.enumerated() {
          let move = Double(moving[place].value)
          for cell in own {
            guard let was = sums[measure][cell], let now = next[measure][cell], was != now else { continue }
            let (old, new) = (first.totals[measure][cell], second.totals[measure][cell])
            let noises = [old, new].map { noise.deviation($0, measure) }.reduce(0) { $0 + $1 * $1 }
            let beside = max(0, (moved[cell] ?? 0) - move * move)
            let typical = old.cases > 1 ? Double(old.absolute - Int128(old.first)) / Double(old.cases - 1) : 0
            let unknown = beside + 2 * churn * Double(old.units) * typical * typical
            let weight = move * move / max(noises + unknown, 1)
            let knowingWeight = move * move / max(noises + beside * noise.factorVariance, 1)
            let change = Double(now - was)
            let others = Double(new.sum - old.sum) - move
            guesses[place].value += weight * change / move
            guesses[place].weight += weight
            guesses[place].knowing += knowingWeight * (change - others) / move
            guesses[place].knowingWeight += knowingWeight
            guard let later = changed[measure][moving[place].key] else { continue }
            guesses[place].before += knowingWeight * (Double(was - old.sum) + Double(later) - move)
            guesses[place].after += knowingWeight * (Double(now - new.sum) + Double(later))
          }
        }
      }
      for (guess, (key, move)) in zip(guesses, moving) where guess.weight > 0 {
        let later = changed[measure][key].map { value in
          guess.after / guess.before * (Double(value) - Double(move)) / Double(value)
        }
        found.append(
          Estimate(
            value: guess.value / guess.weight, knowing: guess.knowing / guess.knowingWeight, later: later))
      }
    }
    return found
  }
}
