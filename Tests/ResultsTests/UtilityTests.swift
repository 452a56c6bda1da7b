import Bytes
import Catalogs
import Disclosure
import Policies
import Testing

@testable import Results

@Suite struct `Utility beside protection` {
  /// One dimension of three codes with 12, 33 and 7 units, each with the value 10.
  private static func world() throws -> (data: Microdata, dataset: Dataset) {
    let sizes = [12, 33, 7]
    let codes = sizes.enumerated().flatMap { place, size in [Int32](repeating: Int32(place), count: size) }
    let data = try `What would show more`.people(
      52,
      dimensions: [Samples.dimension("zone", count: 3), Samples.dimension("flag", count: 2)],
      [Samples.measure("sales", upper: 100)]
    ) { unit in ([codes[unit], 0], 10) }
    var dataset = Dataset(
      name: "people", title: "d", description: "d", license: "x",
      provider: Provider(organization: "o", person: "p"), classification: Classification(level: "L2"),
      resources: [], subject: ["id"])
    dataset.results = [result([["zone"]])]
    return (data, dataset)
  }

  private static func result(_ tables: [[String]]) -> ResultDeclaration {
    ResultDeclaration(
      name: "r", kind: .statistic, title: "r", description: "r", profile: "test", refresh: "P1D",
      measures: [
        Measure(
          field: "sales", title: "sales", perUnit: .sum, lowerBound: "0", upperBound: "100",
          statistics: [.sum, .mean])
      ], tables: tables)
  }

  private static func profile(qualified: Bool, identifying: Int = 3) -> ProtectionProfile {
    var profile = Samples.profile(identifying: identifying, divisor: 1, jitter: [16])
    if qualified {
      profile.qualified = Qualification(
        populations: ["x"], seed: 1,
        runs: Qualification.needed.map {
          .init(attack: $0.attack, versions: $0.versions, canaries: 5000, upperAccuracy: 0.525)
        }, policyHash: "")
    }
    return profile
  }

  private func figures(_ report: UtilityReport, _ system: SystemUtility.System) throws -> SystemUtility {
    try #require(report.systems.first { $0.system == system })
  }

  @Test func `rounding has the errors that one computes by hand`() throws {
    let (data, dataset) = try Self.world()
    let report = try Utility.measure(
      data, dataset: dataset, results: dataset.results, profile: Self.profile(qualified: false), draws: 1)
    #expect((report.cells, report.nonEmpty, report.asked) == (3, 3, 2))
    let rounding = try figures(report, .rounding)
    #expect(rounding.writtenAsked == 1 && rounding.writtenNonEmpty == 1 && rounding.writtenValues == 1)
    // 12 is shown as 10 and 33 as 35; sums of 120 and 330 are multiples of five, and their means 12 and 9.43 for 10.
    #expect(rounding.own.counts == .init(median: 2, most: 2))
    #expect(rounding.own.sums == .init(median: 0, most: 0))
    #expect(rounding.own.means.map { abs($0.median - 20) < 1e-9 } == true)
    #expect(rounding.risk == nil && report.epsilon == nil)
    #expect(
      !report.systems.contains { $0.system == .laplace }, "nothing is as risky as what was not measured")
  }

  @Test func `ours and cell keys stay within their noise, and Laplace is drawn at the recorded bound`() throws
  {
    let (data, dataset) = try Self.world()
    let report = try Utility.measure(
      data, dataset: dataset, results: dataset.results, profile: Self.profile(qualified: true), draws: 20)
    let ours = try figures(report, .doorsill)
    #expect(ours.writtenAsked > 0.5 && ours.writtenAsked <= 1 && ours.writtenNonEmpty < ours.writtenAsked)
    #expect((ours.own.counts?.most ?? .nan) <= 7 && (ours.own.counts?.median ?? 0) > 0)
    #expect(ours.risk == 0.525)
    let cellKey = try figures(report, .cellKey)
    #expect((cellKey.own.counts?.most ?? .nan) <= 5)
    // ln(.525/.475); one table, and the budget in two parts.
    #expect(report.epsilon.map { abs($0 - 0.100_083) < 1e-5 } == true && report.cellBound == 1)
    let laplace = try figures(report, .laplace)
    #expect(laplace.writtenAsked == 1 && laplace.risk == 0.525)
    #expect((laplace.own.counts?.median ?? 0) > (ours.own.counts?.median ?? .nan))
    let again = try Utility.measure(
      data, dataset: dataset, results: dataset.results, profile: Self.profile(qualified: true), draws: 20)
    #expect(again.json == report.json, "a seed gives the same figures")
  }

  @Test func `a table that the profile does not allow is asked for and not written`() throws {
    let (data, dataset) = try Self.world()
    let report = try Utility.measure(
      data, dataset: dataset, results: [Self.result([["zone"], ["zone", "flag"]])],
      profile: Self.profile(qualified: false, identifying: 1), draws: 1)
    #expect(report.leftOut == 1 && report.asked == 4)
    #expect(try figures(report, .doorsill).writtenAsked <= 0.5)
    #expect(try figures(report, .rounding).writtenAsked == 1)
  }

  @Test func `a unit counts in no more cells than nearly all are in, and large values are cut off`() throws {
    // A hundred units in one zone each, and one in all three with a huge value.
    let measure = Samples.measure("sales")
    let shape = try Shape(
      dataset: "people", keyFamily: "people", dimensions: [Samples.dimension("zone", count: 3)])
    var keys = (0..<100).map { UInt64($0) }, codes = (0..<100).map { Int32($0 % 3) }
    var values = [Int64](repeating: 10, count: 100)
    for zone in 0..<3 {
      keys.append(1000)
      codes.append(Int32(zone))
      values.append(900_000)
    }
    let data = Microdata(
      shape: shape, measures: [measure], perUnit: [.sum], keys: keys, codes: [codes], values: [values])
    let set = DimensionSet([0])
    let cube = try CubeBuilder.cube(data, tables: [set], measures: [0])
    let table = UtilityTable(
      result: 0, dimensions: [0], set: set, cuboid: try #require(cube.cuboids[set]),
      measures: [UtilityMeasure(index: 0, hasSum: true, hasMean: false)])
    let bounded = try BoundedCells(data, [table], measures: [0], k: 10, epsilon: 0.1, seed: 1)
    #expect(bounded.most == 1 && bounded.quantities == 2)
    #expect((0..<3).reduce(0) { $0 + bounded.units(set, $1) } == 101)
    #expect(bounded.clips == [10])
    #expect((0..<3).reduce(0) { $0 + bounded.sum(set, $1, 0) } == 1010)
    #expect(bounded.valued(set, 0, 0) == nil, "everybody has a value")
  }

  @Test(arguments: [0.5, 20.0, 3e10]) func `discrete Laplace has its scale`(scale: Double) {
    let law = DiscreteLaplace(scale: scale)
    var generator = AttackGenerator(4)
    let draws = (0..<20_000).map { _ in law.draw(&generator) }
    // E|x| = 2q/(1 − q²) with q = e^(−1/scale), which is nearly the scale where that is large.
    let expected = scale == 0.5 ? 2 * 0.135_335 / (1 - 0.018_316) : scale
    let mean = draws.reduce(0.0) { $0 + abs(Double($1)) } / 20_000
    #expect(abs(mean / expected - 1) < 0.03, "\(mean)")
    #expect(abs(draws.reduce(0.0) { $0 + Double($1) } / 20_000) < 0.05 * max(1, expected))
    var same = AttackGenerator(4)
    #expect(law.draw(&same) == draws[0])
  }
}
