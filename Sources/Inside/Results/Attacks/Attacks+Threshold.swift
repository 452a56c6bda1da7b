import Bytes
import Disclosure
import Policies

extension Attacks {
  /// B11: cells of every size around k, many of each, published once. Where showing a cell jumps from hardly ever to
  /// nearly always between two sizes, adding one known person tells whether a cell holds k − 1 or k.
  ///
  /// The cells are of a copy with one dimension made for the probe; the release budget is off in it, since only the
  /// threshold is asked about.
  static func thresholdProbe(
    _ target: Target, _ system: AttackedSystem, each: Int = 200, seed: UInt64
  ) throws(ResultError) -> AttackLine {
    let profile = target.profile
    let sizes = Array(max(1, profile.k - 3)...profile.k + profile.jitterWeights.count + 3)
    var generator = AttackGenerator(seed &+ 11)
    var keys: [UInt64] = []
    var codes: [Int32] = []
    for (place, size) in sizes.enumerated() {
      for cell in 0..<each {
        for _ in 0..<size {
          keys.append(generator.next())
          codes.append(Int32(place * each + cell))
        }
      }
    }
    let dimension = ReleasedDimension(
      name: "probe", title: "probe", role: .identifying,
      codes: (0..<sizes.count * each).map { ReleasedCode(code: String($0), label: Text(String($0))) })
    let shape = try disclosing { () throws(DisclosureError) in
      try Shape(dataset: "probe", keyFamily: "probe", dimensions: [dimension])
    }
    let probe = Target(
      Microdata(shape: shape, measures: [], perUnit: [], keys: keys, codes: [codes], values: []),
      tables: [[0]], measures: [], profile: profile.withoutBudget, keys: target.keys)
    var state = AttackedSystem.State()
    let shown = try system.publish(probe, &state).counts[DimensionSet([0])] ?? []
    let shares = sizes.indices.map { place in
      let own = shown.dropFirst(place * each).prefix(each)
      return Double(own.count { $0 != nil }) / Double(each)
    }
    let jump = zip(shares.dropFirst(), shares).map { $0 - $1 }.max() ?? 0
    let curve = zip(sizes, shares).filter { $0.1 > 0 && $0.1 < 1 }
      .map { "\($0): \(Rounded.text($1, digits: 2))" }.joined(separator: ", ")
    return AttackLine(
      "B11", .both("阈值探测", "threshold probe"),
      metric: .both("公布概率的跳跃", "jump of chance"), jump, bar: "≤ 0.55",
      passes: jump <= 0.55, detail: Text(curve))
  }
}

extension ProtectionProfile {
  /// The same profile with room for every cell.
  var withoutBudget: ProtectionProfile {
    var copy = self
    copy.budgetDivisor = 1
    copy.populationFloor = 1
    return copy
  }
}
