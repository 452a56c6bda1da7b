import Bytes
import Disclosure
import Policies
import Testing

@testable import Results

/// Giants whose value changes from version to version of one calendar year, and attackers who know what they had before.
@Suite struct `Giants that grow within a year` {
  private typealias World = `Sums that keep their secret`
  private static let tables = [[], [0], [0, 2], [0, 3]]
  /// A unit of zone 0.
  private static let giant = 0

  /// 900 firms, one of them a giant. Every 23rd other has another value at another time, so that every cell is drawn anew.
  private static func firms(_ value: Int64, time: Int) throws -> Microdata {
    try World.firms { unit, _, random in
      let own = Int64.random(in: 1..<1000, using: &random)
      if unit == giant { return value }
      return unit % 23 < 5 ? own + Int64(time) : own
    }
  }

  /// The giant as it is in each sum that holds it, for one who knows everybody else's value.
  private static func shares(_ out: Published, _ target: Target) throws -> [DimensionSet: Double] {
    let cube = try target.cube()
    var shares: [DimensionSet: Double] = [:]
    let values = target.data.values[0]
    let giant = try #require(values.indices.max { values[$0] < values[$1] })
    let own = Double(values[giant])
    for set in target.sets {
      let cuboid = try #require(cube.cuboids[set])
      let codes = cuboid.grid.dimensions.map { target.data.codes[$0][giant] }
      let cell = zip(codes, cuboid.grid.strides).reduce(0) { $0 + Int($1.0) * $1.1 }
      guard let sum = out.sums[set]?[0][cell] else { continue }
      shares[set] = Double(sum - cuboid.totals[0][cell].sum) + own
    }
    return shares
  }

  private static func profile(_ strict: Bool) -> ProtectionProfile {
    ProtectionProfile(
      name: "p", k: 10, jitterWeights: [8, 4, 4], maxIdentifying: 3, maxResponse: 1,
      pPercent: strict ? 20 : 15,
      factors: strict ? .init(.eight, .eight) : .init(.four, .five), budgetDivisor: 1, populationFloor: 1,
      variance: false, percentiles: false, minimumRefresh: "P1D")
  }

  @Test(arguments: [(false, Int64(1)), (true, 1), (false, -1)])
  func `a later value is not told to one who knows an earlier one`(strict: Bool, direction: Int64) throws {
    let (before, after): (Int64, Int64) = direction > 0 ? (60_000, 100_000) : (100_000, 60_000)
    var close = 0, tried = 0
    for seed in 0..<40 {
      let target = World.target(
        try Self.firms(before, time: 0), tables: Self.tables, profile: Self.profile(strict)
      ).redrawn(UInt64(seed))
      let next = target.over(try Self.firms(after, time: 1))
      let first = try target.publish()
      let second = try next.publish(first.history, version: 1)
      func read(_ released: Released) throws -> Published {
        try Published(released, shape: target.data.shape, measures: target.data.measures)
      }
      let was = try Self.shares(try read(first.released), target)
      let now = try Self.shares(try read(second.released), next)
      let both = was.keys.filter { now[$0] != nil }
      guard !both.isEmpty else { continue }
      tried += 1
      let ratio = both.reduce(0) { $0 + (now[$1] ?? 0) } / both.reduce(0) { $0 + (was[$1] ?? 0) }
      if abs(ratio * Double(before) / Double(after) - 1) <= (strict ? 0.20 : 0.15) { close += 1 }
    }
    #expect(tried == 40)
    #expect(
      Double(close) <= 0.20 * Double(tried) + 3 * (0.16 * Double(tried)).squareRoot(), "\(close) of \(tried)")
  }

  @Test func `small steps are not told, and a year later the value is in the sums`() throws {
    var moved: [Double] = [], years: [Double] = []
    for seed in 0..<8 {
      var history = ResultHistory()
      var sums: [Double] = []
      // Six days apart, from the 14th of November on: the last in the year after.
      for version in 0..<9 {
        let value = Int64(60_000 + 4_000 * version)
        let target = World.target(try Self.firms(value, time: version), tables: [[]]).redrawn(UInt64(seed))
        let made = try target.publish(history, version: version)
        history = made.history
        let out = try Published(made.released, shape: target.data.shape, measures: target.data.measures)
        if let share = try Self.shares(out, target)[DimensionSet([])] { sums.append(share) }
      }
      #expect(sums.count == 9)
      // What is left is the noise of the cell, of about two firms; the value grew by 47 %. Few units leave so soon.
      moved += sums.dropFirst().dropLast().map { abs($0 - sums[0]) / 60_000 }
      years.append(abs(sums[8] - sums[0]) / 60_000)
    }
    #expect(moved.sorted()[moved.count * 3 / 4] < 0.05, "\(moved.sorted())")
    #expect(years.sorted()[4] > 0.1, "\(years)")
  }

  @Test func `a value that is far from all before has another factor, and its own again when it comes back`()
    throws
  {
    var history = ResultHistory()
    var ratios: [Double] = []
    for (version, value) in [Int64(60_000), 900_000, 61_000, 890_000].enumerated() {
      let target = World.target(
        try Self.firms(value, time: version), tables: [[]], profile: Samples.profile(divisor: 1, p: 1))
      let made = try target.publish(history, version: version)
      history = made.history
      let out = try Published(made.released, shape: target.data.shape, measures: target.data.measures)
      ratios.append(try #require(try Self.shares(out, target)[DimensionSet([])]))
    }
    #expect(abs(ratios[0] - ratios[2]) < 6_000 && abs(ratios[1] - ratios[3]) < 6_000)
    #expect(abs(ratios[1] / ratios[0] - 15) > 0.5)
  }

  @Test func `a history that does not say with which values units entered goes on with those of today`()
    throws
  {
    let target = World.target(try Self.firms(60_000, time: 0), tables: [[], [0]])
    let first = try target.publish()
    var text = String(decoding: try first.history.json.canonical(), as: UTF8.self)
    let entered = try #require(first.history.json["entered"])
    #expect(entered.members?.map(\.key) == ["2023"])
    text.replace(#""entered":"# + String(decoding: try entered.canonical(), as: UTF8.self) + ",", with: "")
    text.replace(#""version":4"#, with: #""version":2"#)
    let old = try ResultHistory(
      json: JSON(parsing: text), packed: Samples.packed(first.history), unitMaps: first.history.unitMaps)
    #expect(old != first.history)
    let second = try target.publish(old, version: 1)
    #expect(second.released.tables == first.released.tables && second.history.json["entered"] == entered)
    // One of today that has lost them is refused.
    text.replace(#""version":2"#, with: #""version":4"#)
    #expect(throws: DisclosureError(.history, "")) {
      try ResultHistory(json: JSON(parsing: text), packed: Samples.packed(first.history))
    }
  }
}
