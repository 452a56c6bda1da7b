import Disclosure
import Policies

/// Least squares with what an attacker knows of the noise: each equation has that of one layer, each label that of the
/// other, which stays from version to version; each secret is 0 or 1, and those that coins decided are either alike.
struct LinearAttack {
  /// The variances of both layers.
  private let fresh: Double
  private let staying: Double
  private var unknowns: [UInt64: Int32] = [:]
  private var labels: [String: Int32] = [:]
  /// Groups of unknowns, one after the other, and where each group's begin.
  private var groups = Groups()
  /// Equations: the group, the label and the value of each, those of one group together.
  private var group: [Int32] = []
  private var label: [Int32] = []
  private var values: [Double] = []

  /// - Parameter counts: the noise of counts.
  init(_ counts: ProtectionProfile.CountNoise) {
    let layers = CountLayers.of(counts)
    // Large counts have the last row.
    fresh = layers.contributors.row(.max).variance
    staying = layers.label.row(.max).variance
  }

  private init(like other: LinearAttack) {
    (fresh, staying) = (other.fresh, other.staying)
    (unknowns, labels) = (other.unknowns, other.labels)
  }

  private struct Groups {
    var members: [Int32] = []
    var starts: [Int] = [0]

    mutating func append(_ more: some Collection<Int32>) {
      members += more
      starts.append(members.count)
    }

    var count: Int { starts.count - 1 }
    func range(_ group: Int) -> Range<Int> { starts[group]..<starts[group + 1] }
  }

  var count: Int { values.count }

  /// The unknown of a unit.
  mutating func place(of unit: UInt64) -> Int32 {
    if let place = unknowns[unit] { return place }
    let place = Int32(unknowns.count)
    unknowns[unit] = place
    return place
  }

  /// So many of these have the secret, as cells of those labels say.
  mutating func add(_ units: [Int32], _ sayings: [(value: Double, label: String)]) {
    guard !sayings.isEmpty else { return }
    for saying in sayings {
      let place = labels[saying.label] ?? Int32(labels.count)
      labels[saying.label] = place
      group.append(Int32(groups.count))
      label.append(place)
      values.append(saying.value)
    }
    groups.append(units)
  }

  /// The mean of all secrets that no coin decided, as the equations tell it.
  private func prior(_ isCoin: [Bool]) -> Double {
    var members = 0, coins = 0
    for number in group {
      let own = groups.members[groups.range(Int(number))]
      members += own.count
      coins += own.count { isCoin[Int($0)] }
    }
    guard members > coins else { return 0.5 }
    return min(max((values.reduce(0, +) - Double(coins) / 2) / Double(members - coins), 0.02), 0.98)
  }

  /// The same equations without those that say nothing of the units asked for, not even by way of others.
  private func about(_ wanted: some Sequence<UInt64>) -> LinearAttack {
    var isOpen = [Bool](repeating: false, count: unknowns.count)
    for unit in wanted { if let place = unknowns[unit] { isOpen[Int(place)] = true } }
    var isUsed = [Bool](repeating: false, count: groups.count)
    var more = true
    while more {
      more = false
      for number in 0..<groups.count where !isUsed[number] {
        let own = groups.members[groups.range(number)]
        guard own.contains(where: { isOpen[Int($0)] }) else { continue }
        isUsed[number] = true
        more = true
        for member in own { isOpen[Int(member)] = true }
      }
    }
    var kept = LinearAttack(like: self)
    var places = [Int32](repeating: -1, count: groups.count)
    for number in 0..<groups.count where isUsed[number] {
      places[number] = Int32(kept.groups.count)
      kept.groups.append(groups.members[groups.range(number)])
    }
    for row in values.indices where isUsed[Int(group[row])] {
      kept.group.append(places[Int(group[row])])
      kept.label.append(label[row])
      kept.values.append(values[row])
    }
    return kept
  }

  /// How far the most likely secret of each unit asked for, which a coin decided, lies above one half, by conjugate
  /// gradients on the normal equations.
  func solve(for wanted: some Collection<UInt64>) -> [UInt64: Double] {
    var isCoin = [Bool](repeating: false, count: unknowns.count)
    for unit in wanted { if let place = unknowns[unit] { isCoin[Int(place)] = true } }
    let others = prior(isCoin)
    let x = about(wanted).solution(isCoin.map { $0 ? 0.5 : others })
    var found: [UInt64: Double] = [:]
    for unit in wanted { if let place = unknowns[unit] { found[unit] = x[Int(place)] } }
    return found
  }

  /// - Parameter means: what is expected of each unknown.
  private func solution(_ means: [Double]) -> [Double] {
    let precisions = means.map { 1 / ($0 * (1 - $0)) }
    let people = unknowns.count
    var residual = [Double](repeating: 0, count: people + labels.count)
    for row in values.indices {
      let own = groups.range(Int(group[row]))
      var expected = 0.0
      for place in own { expected += means[Int(groups.members[place])] }
      let part = (values[row] - expected) / fresh
      for place in own { residual[Int(groups.members[place])] += part }
      residual[people + Int(label[row])] += part
    }
    var x = [Double](repeating: 0, count: residual.count)
    var direction = residual
    var image = x
    var square = residual.reduce(0) { $0 + $1 * $1 }
    let goal = square * 1e-10
    for _ in 0..<300 where square > goal {
      apply(direction, precisions, into: &image)
      var curvature = 0.0
      for place in direction.indices { curvature += direction[place] * image[place] }
      guard curvature > 0 else { break }
      let step = square / curvature
      var next = 0.0
      for place in x.indices {
        x[place] += step * direction[place]
        residual[place] -= step * image[place]
        next += residual[place] * residual[place]
      }
      for place in x.indices { direction[place] = residual[place] + next / square * direction[place] }
      square = next
    }
    return x
  }

  /// The normal equations' matrix: prior precisions of secrets and label noise, and for each equation that of its noise.
  private func apply(_ x: [Double], _ precisions: [Double], into image: inout [Double]) {
    let people = precisions.count
    for place in 0..<people { image[place] = x[place] * precisions[place] }
    for place in people..<x.count { image[place] = x[place] / staying }
    // The groups are by far the longest; their unknowns are places in `x` by construction.
    groups.members.withUnsafeBufferPointer { members in
      x.withUnsafeBufferPointer { x in
        image.withUnsafeMutableBufferPointer { image in
          var row = 0
          for number in 0..<groups.count {
            let own = groups.range(number)
            var sum = 0.0
            for place in own { sum += x[Int(members[place])] }
            var parts = 0.0
            while row < group.count, group[row] == number {
              let part = (sum + x[people + Int(label[row])]) / fresh
              image[people + Int(label[row])] += part
              parts += part
              row += 1
            }
            for place in own { image[Int(members[place])] += parts }
          }
        }
      }
    }
  }
}
