import Bytes
import Disclosure
import Policies
import Testing

@testable import Results

/// Lines S1 to S12 (DISCLOSURE 00) on a generated population: each must fail where theory says so, and ours withstand all.
@Suite struct `The attack suite on sums` {
  /// Firms of six zones with two sizes and a response, whose sales are much alike.
  static func firms(units: Int = 600, value: ClosedRange<Int64> = 1000...2000) throws -> Microdata {
    let shape = try Shape(
      dataset: "firms", keyFamily: "firms",
      dimensions: [
        Samples.dimension("zone", count: 6), Samples.dimension("size", count: 2),
        Samples.dimension("exports", count: 2, response: true),
      ])
    var random = Generator(11)
    var keys: [UInt64] = [], codes: [[Int32]] = [[], [], []], values: [Int64] = []
    for unit in 0..<units {
      keys.append(random.next())
      // Of three zones the second size is so small that anybody withholds it.
      let zone = Int32(unit % 6)
      codes[0].append(zone)
      codes[1].append(zone < 3 ? Int32(unit / 6 % 2) : unit < 36 ? 1 : 0)
      codes[2].append(Int32.random(in: 0..<2, using: &random))
      values.append(Int64.random(in: value, using: &random))
    }
    return Microdata(
      shape: shape, measures: [Samples.measure("sales")], perUnit: [.sum], keys: keys, codes: codes,
      values: [values])
  }

  static func target(_ data: Microdata) -> Target {
    Target(
      data, tables: [[], [0], [0, 1], [0, 2]], measures: [0], profile: Samples.profile(divisor: 1),
      keys: Samples.keys)
  }

  static let effort = Attacks.Effort(versions: 2, canaries: 1, cases: 100)

  /// Every line of a system by its name, the first, second … of one name numbered.
  static func lines(_ system: AttackedSystem) throws -> [String: AttackLine] {
    let target = target(try firms())
    let cube = try target.cube()
    var published = try system.publish(target, cube: cube)
    if case .doorsill = system {
      published = try Published(
        target.publish().released, shape: target.data.shape, measures: target.data.measures)
    }
    let copy = try target.copy(seed: 1)
    var single = SingleVersion(target, system, effort)
    try single.add(published, cube, target)
    var lines = try single.lines(of: copy, system).filter { $0.attack.hasPrefix("S") }
    lines.append(try Attacks.scale(target, system, cube, copy))
    lines.append(try Attacks.secondProfile(target, system, cube))
    lines += try Attacks.giants(copy, system, effort)
    lines += try Attacks.movingGiants(copy, system, effort)
    lines.append(try Attacks.oneFlip(copy, system, effort))
    lines += try Attacks.secondCuts(copy, system, effort)
    lines.append(try Attacks.homogeneous(copy, system, seed: 1))
    var named: [String: AttackLine] = [:]
    for line in lines {
      let number = lines.prefix { $0.name("en") != line.name("en") }.count { $0.attack == line.attack }
      named[number == 0 ? line.attack : "\(line.attack).\(number + 1)"] = line
    }
    return named
  }

  @Test(arguments: [
    // Exact numbers; what is withheld is a difference of what is not.
    (
      Comparison.System.thresholdOnly,
      ["S1", "S3", "S4", "S4.2", "S5", "S5.2", "S6", "S7", "S9", "S9.2", "S9.3"],
      ["S2"]
    ),
    // Noise that is a multiple of the largest value, small beside a giant, and its own number under any label.
    (.cellKey, ["S1", "S2", "S3", "S4", "S4.2", "S5", "S5.2", "S7", "S9.3"], []),
    (.twoLayers, ["S1", "S2", "S3", "S4", "S4.2", "S5", "S5.2", "S7", "S9.3"], []),
  ])
  func `gets through simpler systems where theory says so`(
    system: Comparison.System, broken: [String], nothing: [String]
  ) throws {
    let lines = try Self.lines(.simpler(system))
    var failed = Set(lines.filter { $0.value.verdict == .failed }.keys)
    // One flip is as hard to see in any noise of that size: beyond the bar it is by chance of few cases only.
    if system != .thresholdOnly { failed.remove("S6") }
    #expect(
      failed == Set(broken),
      "\(lines.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.measured) \($0.value.cases ?? -1)" })")
    for name in nothing { #expect(lines[name]?.verdict == .nothing) }
    if system == .thresholdOnly { #expect(lines["S11"]?.value == 1 && lines["S12"]?.value == 1) }
  }

  @Test func `does not get through ours, on cases enough of each`() throws {
    let lines = try Self.lines(.doorsill)
    #expect(
      Set(lines.keys) == [
        "S1", "S2", "S3", "S4", "S4.2", "S5", "S5.2", "S6", "S7", "S9", "S9.2", "S9.3", "S11", "S12",
      ])
    for (name, line) in lines.sorted(by: { $0.key < $1.key }) {
      let cases = Double(line.cases ?? 0)
      let said = Comment(rawValue: "\(name) \(line.measured) of \(cases)")
      #expect(line.verdict != .notJudged && line.verdict != .nothing, said)
      // So few cases leave room for chance: the bar, and three standard errors. The suite itself draws more.
      guard let value = line.value, cases > 0 else { continue }
      switch name {
      case "S1": #expect(value <= 0.02 + 3 * (0.02 / cases).squareRoot(), said)
      case "S2": #expect(value <= 0.20, said)
      case "S4", "S4.2", "S5", "S5.2": #expect(value <= 0.20 + 3 * (0.16 / cases).squareRoot(), said)
      case "S6": #expect(value <= 0.60 + 3 * (0.24 / cases).squareRoot(), said)
      case "S7", "S9.2":
        #expect(value >= 1 && (line.also ?? 1) <= 0.35 + 3 * (0.23 / cases).squareRoot(), said)
      case "S9.3": #expect(value == 0, said)
      case "S9": #expect(value <= 0.35 + 3 * (0.23 / cases).squareRoot(), said)
      default: break
      }
    }
    #expect((lines["S11"]?.value ?? 1) < 0.8 && (lines["S12"]?.value ?? 1) < 0.95)
  }

  @Test func `fewer than thirty cases are not judged, and no bar is moved for them`() {
    let few = AttackLine("S4", "x", metric: "x", 0.19, bar: "≤ 0.2", cases: 29, passes: true)
    let none = AttackLine("S4", "x", metric: "x", 0, bar: "≤ 0.2", cases: 0, passes: true)
    let enough = AttackLine("S4", "x", metric: "x", 0.21, bar: "≤ 0.2", cases: 30, passes: false)
    #expect(few.verdict == .notJudged && !few.passes && none.verdict == .nothing && none.value == nil)
    #expect(enough.verdict == .failed)
    let report = AttackReport(lines: [few, none])
    #expect(!report.passes && report.failed.isEmpty)
    #expect(report.notJudged().count == 1 && report.notJudged(declared: ["S4"]).isEmpty)
    #expect(few.json["verdict"] == "not judged" && few.json["cases"] == 29)
  }

  @Test func `the largest value stays hidden with the scale known, wherever the grid lies`() throws {
    // Of 32 places of the grid at most six let a guess come within a tenth.
    for top in [Int64(1), 7, 1234, 99_999_937] {
      let data = try Self.firms(value: top...top)
      let line = Attacks.scale(of: try Self.target(data).cube(), Self.target(data))
      #expect((line.value ?? 1) <= 0.1875 && line.also == 1)
    }
  }

  @Test func `sums that are only told as means are attacked as well`() throws {
    let shape = try Self.firms().shape
    let data = try Self.firms()
    let target = Target(
      Microdata(
        shape: shape, measures: [Samples.measure("sales", statistics: [.mean])], perUnit: [.sum],
        keys: data.keys, codes: data.codes, values: data.values),
      tables: [[0]], measures: [0], profile: Samples.profile(divisor: 1), keys: Samples.keys)
    let told = try Published(target.publish().released, shape: shape, measures: target.data.measures)
    let whole = try Published(
      Self.target(data).publish().released, shape: shape, measures: data.measures)
    let sums = try [told, whole].map { try #require($0.sums[DimensionSet([0])]?[0]) }
    // A mean has two digits more than its sum.
    for (mean, sum) in zip(sums[0], sums[1]) {
      #expect(mean != nil && abs((mean ?? 0) - (sum ?? 0)) <= 1)
    }
  }

  @Test func `a register's exact size and the order of its rows are not in what is stored`() throws {
    let lines = try Attacks.storedParts()
    #expect(lines.map(\.attack) == ["S10", "S10"] && lines[1].passes)
  }
}
