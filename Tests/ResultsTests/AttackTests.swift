import Bytes
import Disclosure
import Policies
import Testing

@testable import Results

@Suite struct `The attack suite` {
  /// A town with a response, many small cells and heavy-tailed incomes.
  static func town(units: Int = 1500, rows: Int = 1, seed: UInt64 = 7) throws -> Microdata {
    let shape = try Shape(
      dataset: "town", keyFamily: "town",
      dimensions: [
        Samples.dimension("quarter", count: 8), Samples.dimension("sex", count: 2),
        Samples.dimension("age", count: 5),
        Samples.dimension("ill", count: 2, response: true),
      ])
    return .random(
      shape, measures: [Samples.measure("income")], perUnit: [.sum], units: units, rows: rows, seed: seed,
      value: {
        Int64.random(in: 0..<200, using: &$0) == 0 ? 500_000 : Int64.random(in: 0..<40_000, using: &$0)
      })
  }

  static let tables: [[Int]] = [[], [0], [1], [2], [0, 1], [0, 3], [0, 1, 3], [2, 3], [0, 2, 3]]

  static func target(_ data: Microdata, k: Int = 10, divisor: Int = 20) -> Target {
    Target(
      data, tables: tables, measures: [0], profile: Samples.profile(k: k, divisor: divisor),
      keys: Samples.keys)
  }

  @Test(arguments: [1, 3]) func `finds nothing in what we publish`(rows: Int) throws {
    let report = try Attacks.suite(Self.target(Self.town(rows: rows)), versions: 5)
    for line in report.lines {
      #expect(line.passes, "\(line.attack) \(line.name): \(line.value) \(line.detail)")
    }
    #expect(
      report.lines.map(\.attack) == [
        "B1", "B2", "B3", "B3b", "B4", "B4", "B4v", "B6", "B6", "B7", "B7", "B12", "B15",
      ])
    #expect(report.released > 0.2)
  }

  @Test func `finds single people in systems that only hold back small counts`() throws {
    // Small quarters with few of the second sex: many populations differ from their quarter by one person.
    let shape = try Shape(
      dataset: "town", keyFamily: "town",
      dimensions: [
        Samples.dimension("quarter", count: 100), Samples.dimension("sex", count: 2),
        Samples.dimension("ill", count: 2, response: true),
      ])
    let data = Microdata.random(shape, measures: [], perUnit: [], units: 2000, rows: 1, seed: 3)
    let target = Target(
      data, tables: [[0], [0, 1], [0, 2], [0, 1, 2]], measures: [], profile: Samples.profile(k: 3),
      keys: Samples.keys)
    let cube = try target.cube()
    for (system, exact) in [(Comparison.System.thresholdOnly, true), (.cellKey, false), (.twoLayers, false)] {
      let published = target.published(by: system, cube)
      let found = try Attacks.onePerson(published, cube, target)
      #expect(found.pairs > 0)
      if exact { #expect(found.accuracy == 1) }
      let ours = Published(
        try target.publish().released, shape: target.data.shape, measures: target.data.measures)
      #expect(try Attacks.onePerson(ours, cube, target).pairs == 0)
    }
  }

  @Test func `sees a release that was tampered with`() throws {
    let target = Self.target(try Self.town())
    let cube = try target.cube()
    let made = try target.publish()
    #expect(try Attacks.deterministic(made.released, target: target, cube: cube).passes)
    var published = Published(made.released, shape: target.data.shape, measures: target.data.measures)
    // Show every cell of the largest table exactly.
    let set = DimensionSet([0, 2, 3])
    published.counts[set] = cube.cuboids[set]?.units.map { Int($0) }
    #expect(!Attacks.smallCells(published, cube, target).passes)
    published.sums[set] = [cube.cuboids[set]?.totals[0].map { $0.sum } ?? []]
    #expect(try !Attacks.dominated(published, cube, target).line.passes)
  }

  @Test func `recovers planted coins where nothing is perturbed, and not from us`() throws {
    let shape = try Shape(
      dataset: "town", keyFamily: "town",
      dimensions: [
        Samples.dimension("quarter", count: 2), Samples.dimension("trade", count: 9),
        Samples.dimension("street", count: 9), Samples.dimension("ill", count: 2, response: true),
      ])
    let data = Microdata.random(shape, measures: [], perUnit: [], units: 300, rows: 1, seed: 3)
    let attack = Canaries(population: (0, 0), response: 3, unique: [1, 2], share: 1)
    let tables = [[0, 1, 3], [0, 2, 3], [0, 1, 2, 3]]
    let open = Target(
      data, tables: tables, measures: [], profile: Samples.profile(k: 1, jitter: [16]), keys: Samples.keys)
    let closed = Target(
      data, tables: tables, measures: [], profile: Samples.profile(divisor: 20), keys: Samples.keys)
    var exact = Canaries.Outcome(), ours = Canaries.Outcome()
    for seed in 1...20 {
      exact.add(try attack.run(open, seed: UInt64(seed), system: .thresholdOnly))
      ours.add(try attack.run(closed, seed: UInt64(seed)))
    }
    #expect(exact.canaries > 0)
    #expect(exact.accuracy > 0.75)
    #expect(ours.accuracy < 0.6)
  }

  @Test func `measures guesses rightly`() {
    #expect(Guessing.auc([(1, true), (0, false)]) == 1)
    #expect(Guessing.auc([(0, true), (1, false)]) == 0)
    #expect(Guessing.auc([(1, true), (1, false)]) == 0.5)
    #expect(abs(Guessing.upperBound(50, of: 100) - 0.5962) < 1e-3)
  }
}
