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
    let report = try Attacks.suite(
      Self.target(Self.town(rows: rows)), effort: Attacks.Effort(versions: 5, canaries: 500, cases: 40))
    // Lines on sums: `The attack suite on sums`, with room for chance.
    #expect(report.failed.filter { $0.attack.hasPrefix("B") }.map(\.attack) == [])
    #expect(
      report.lines.map(\.attack) == [
        "B1", "B2", "B3", "B3b", "B4", "B4", "B4v", "B5b", "B6", "B6", "B7", "B7", "B11", "B12", "B15",
        "S1", "S2", "S3", "S4", "S4", "S5", "S5", "S6", "S7", "S9", "S9", "S9", "S11", "S12",
      ])
    #expect((report.utility?.released ?? .nan) > 0.2)
    // Where people are in several cells, the cells are no partition of them, and nobody takes their sum for the whole.
    let averaged = report.lines.last { $0.attack == "B4" }
    #expect((averaged?.value ?? 0) < 3, "\(averaged?.measured ?? "")")
    #expect(report.lines.allSatisfy { $0.name.languages == ["zh", "en"] && !$0.name("zh").isEmpty })
  }

  @Test func `gets something out of systems that do less`() throws {
    let target = Self.target(try Self.town())
    let effort = Attacks.Effort(versions: 3, canaries: 200, cases: 40)
    let threshold = try Attacks.suite(target, system: .simpler(.thresholdOnly), effort: effort)
    let failed = Set(threshold.lines.filter { !$0.passes }.map(\.attack))
    // Exact answers: averaging, versions, coins, thresholds, single changes and the number of cells all tell.
    #expect(failed.isSuperset(of: ["B4", "B4v", "B11", "B12", "B15"]))
    #expect((threshold.utility?.countError ?? .nan) == 0)
    let cellKey = try Attacks.suite(target, system: .simpler(.cellKey), effort: effort)
    #expect(Set(cellKey.lines.filter { !$0.passes }.map(\.attack)).isSuperset(of: ["B11", "B12", "B15"]))
    #expect((cellKey.utility?.countError ?? .nan) > 1)
  }

  @Test func `asks a system elsewhere the same tables`() throws {
    let target = Self.target(try Self.town())
    // It counts units itself and shows every cell of at least k, as a database with HAVING does.
    let system = ElsewhereSystem(name: "counting") { question in
      var cells: [[Int]: Set<UInt64>] = [:]
      for row in 0..<question.data.rowCount {
        let codes = question.dimensions.map { Int(question.data.codes[$0][row]) }
        cells[codes, default: []].insert(question.data.keys[row])
      }
      return cells.filter { $0.value.count >= question.k }.map { ($0.key, $0.value.count) }
    }
    var state = AttackedSystem.State()
    let theirs = try AttackedSystem.elsewhere(system).publish(target, &state)
    let ours = try AttackedSystem.simpler(.thresholdOnly).publish(target, &state)
    #expect(theirs.counts == ours.counts)
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
      var state = AttackedSystem.State()
      let published = try AttackedSystem.simpler(system).publish(target, &state)
      let found = try Attacks.onePerson(published, cube, target)
      #expect(found.pairs > 0)
      if exact { #expect(found.accuracy == 1) }
      let ours = try Published(
        try target.publish().released, shape: target.data.shape, measures: target.data.measures)
      #expect(try Attacks.onePerson(ours, cube, target).pairs == 0)
    }
  }

  @Test func `sees a release that was tampered with`() throws {
    let target = Self.target(try Self.town())
    let cube = try target.cube()
    let made = try target.publish()
    #expect(try Attacks.deterministic(made.released, target: target, cube: cube).passes)
    var published = try Published(made.released, shape: target.data.shape, measures: target.data.measures)
    // Show every cell of the largest table exactly.
    let set = DimensionSet([0, 2, 3])
    published.counts[set] = cube.cuboids[set]?.units.map { Int($0) }
    #expect(!Attacks.smallCells(published, cube, target).passes)
    published.sums[set] = [cube.cuboids[set]?.totals[0].map { $0.sum } ?? []]
    #expect(try !Attacks.dominated(published, cube, target).passes)
  }

  @Test func `recovers planted coins where nothing is perturbed, and not from us`() throws {
    let shape = try Shape(
      dataset: "town", keyFamily: "town",
      dimensions: [
        Samples.dimension("quarter", count: 2), Samples.dimension("trade", count: 9),
        Samples.dimension("street", count: 9), Samples.dimension("ill", count: 2, response: true),
      ])
    let data = Microdata.random(shape, measures: [], perUnit: [], units: 300, rows: 1, seed: 3)
    let attack = Canaries(populations: [(0, 0)], secret: 3, unique: [1, 2], share: 1)
    let tables = [[0, 1, 3], [0, 2, 3], [0, 1, 2, 3]]
    let open = Target(
      data, tables: tables, measures: [], profile: Samples.profile(k: 1, jitter: [16]), keys: Samples.keys)
    let closed = Target(
      data, tables: tables, measures: [], profile: Samples.profile(divisor: 20), keys: Samples.keys)
    var exact = Canaries.Outcome(), ours = Canaries.Outcome()
    for seed in 1...20 {
      exact.add(try attack.run(open, seed: UInt64(seed), system: .simpler(.thresholdOnly)))
      ours.add(try attack.run(closed, seed: UInt64(seed)))
    }
    #expect(exact.canaries > 0)
    #expect(exact.accuracy > 0.75)
    #expect(ours.accuracy < 0.6)
  }

  @Test func `recovers coins that are summed where sums are exact, and not from us`() throws {
    let shape = try Shape(
      dataset: "town", keyFamily: "town",
      dimensions: [
        Samples.dimension("trade", count: 9), Samples.dimension("street", count: 9),
        Samples.dimension("ill", count: 2, response: true),
      ])
    let data = Microdata.random(shape, measures: [], perUnit: [], units: 300, rows: 1, seed: 3)
    let attack = Canaries(secret: 2, unique: [0, 1], share: 1)
    func summed(_ profile: ProtectionProfile) throws -> (canaries: Canaries, target: Target) {
      try #require(
        attack.summed(
          Target(
            data, tables: [[0, 2], [1, 2], [0, 1, 2]], measures: [], profile: profile, keys: Samples.keys)))
    }
    let (coins, open) = try summed(Samples.profile(k: 1, jitter: [16]))
    #expect(coins.attack == "S8" && open.tables == [[0], [0, 2], [1], [1, 2], [0, 1], [0, 1, 2]])
    let closed = try summed(Samples.profile(divisor: 20)).target
    var exact = Canaries.Outcome(), ours = Canaries.Outcome()
    for seed in 1...20 {
      exact.add(try coins.run(open, seed: UInt64(seed), system: .simpler(.thresholdOnly)))
      ours.add(try coins.run(closed, seed: UInt64(seed)))
    }
    #expect(exact.canaries > 0 && exact.accuracy > 0.75)
    #expect(ours.accuracy < 0.6)
  }

  @Test func `guesses coins where every estimate lies too high, and flips one where nothing is learnt`()
    throws
  {
    let shape = try Shape(
      dataset: "town", keyFamily: "town",
      dimensions: [
        Samples.dimension("trade", count: 9), Samples.dimension("street", count: 9),
        Samples.dimension("ill", count: 2, response: true),
      ])
    let data = Microdata.random(shape, measures: [], perUnit: [], units: 300, rows: 1, seed: 3)
    let target = Target(
      data, tables: [[0, 1, 2]], measures: [], profile: Samples.profile(k: 1, jitter: [16]),
      keys: Samples.keys)
    // Tells of every combination how many are ill, always one more than there are.
    let system = ElsewhereSystem(name: "one more") { question in
      var cells: [[Int]: Int] = [:]
      for row in 0..<question.data.rowCount {
        var codes = question.dimensions.map { Int(question.data.codes[$0][row]) }
        let ill = codes[2]
        codes[2] = 1
        cells[codes, default: 1] += ill
      }
      return cells.map { ($0.key, $0.value) }
    }
    let coins = Canaries(secret: 2, unique: [0, 1], share: 1)
    let outcome = try coins.run(target, canaries: 200, system: .elsewhere(system))
    #expect(outcome.canaries >= 200)
    #expect(outcome.accuracy > 0.8, "\(outcome.said("en"))")
    // Known by the order of the scores alone.
    var biased = Canaries.Outcome(), silent = Canaries.Outcome()
    for number in 0..<100 {
      let (isTrue, height) = (number % 2 == 1, Double(number) / 1000)
      biased.guess([(score: 3 + height, isTrue: false), (score: 4 + height, isTrue: true)]) { true }
      silent.guess([(score: 0, isTrue: isTrue)]) { true }
    }
    #expect(biased.right == 200 && biased.canaries == 200)
    #expect(silent.right == 50)
  }

  @Test(arguments: GeneratedPopulation.allCases)
  func `the generated populations are the same on every run, and people in them can be told apart`(
    _ population: GeneratedPopulation
  ) throws {
    let target = try population.target(.standard)
    let again = try population.target(.broad)
    #expect(target.data.keys == again.data.keys && target.data.codes == again.data.codes)
    #expect(target.data.unitCount == target.data.rowCount && target.data.unitCount > 10_000)
    let strict = try population.target(.strict)
    #expect(target.tables.count == 41 && strict.tables.count == 21)
    let response = target.data.shape.dimensions.count - 1
    let share = Double(target.data.codes[response].count { $0 == 1 }) / Double(target.data.rowCount)
    #expect(0.1..<0.4 ~= share, "\(share)")
    let canaries = population.canaries(target)
    #expect(canaries.secret == response && canaries.unique.count == response)
  }

  @Test
  func
    `plants coins in the response that most tables have, else in the identifying dimension with fewest codes`()
    throws
  {
    let data = try Self.town()
    #expect(Canaries(for: Self.target(data))?.secret == 3)
    let plain = Target(
      data, tables: [[0], [0, 1], [2]], measures: [], profile: Samples.profile(), keys: Samples.keys)
    let planned = try #require(Canaries(for: plain))
    #expect(planned.secret == 1 && planned.unique == [0, 2])
    #expect(
      Canaries(for: Target(data, tables: [[]], measures: [], profile: Samples.profile(), keys: Samples.keys))
        == nil)
  }

  @Test func `the difference of two sums along a response tells no single value`() throws {
    // Everybody in a quarter is healthy but one or two, of whom one earns nearly everything that the ill earn.
    let shape = try Shape(
      dataset: "town", keyFamily: "town",
      dimensions: [
        Samples.dimension("quarter", count: 4), Samples.dimension("ill", count: 2, response: true),
      ])
    var keys: [UInt64] = [], codes: [[Int32]] = [[], []], values: [Int64] = []
    for unit in 0..<400 {
      keys.append(UInt64(unit + 1) &* 0x9E37_79B9_7F4A_7C15)
      codes[0].append(Int32(unit % 4))
      codes[1].append(unit < 2 ? 1 : 0)
      values.append(unit < 2 ? 90_000 : Int64(1000 + unit * 10))
    }
    let data = Microdata(
      shape: shape, measures: [Samples.measure("income")], perUnit: [.sum], keys: keys, codes: codes,
      values: [values])
    let target = Target(
      data, tables: [[0], [0, 1]], measures: [0], profile: Samples.profile(divisor: 1), keys: Samples.keys)
    // The sum of a quarter less that of its healthy is the ill person's income times a factor.
    var close = 0, tried = 0
    for seed in 0..<100 {
      let published = try Published(
        target.redrawn(UInt64(seed)).publish().released, shape: shape, measures: data.measures)
      let margins = try #require(published.sums[DimensionSet([0])]?[0])
      let cells = try #require(published.sums[DimensionSet([0, 1])]?[0])
      for quarter in 0..<2 {
        #expect(cells[quarter * 2 + 1] == nil)
        guard let whole = margins[quarter], let healthy = cells[quarter * 2] else { continue }
        tried += 1
        if abs(Double(whole - healthy) / 90_000 - 1) <= 0.15 { close += 1 }
      }
    }
    // One in five, and three standard errors.
    #expect(tried > 150 && Double(close) <= 0.2 * Double(tried) + 3 * (0.16 * Double(tried)).squareRoot())
  }

  @Test func `a probe of the threshold sees a sharp rule`() throws {
    let target = Self.target(try Self.town())
    let sharp = try Attacks.thresholdProbe(target, .simpler(.thresholdOnly), each: 50, seed: 1)
    #expect(sharp.value == 1 && !sharp.passes)
    let ours = try Attacks.thresholdProbe(target, .doorsill, each: 200, seed: 1)
    #expect(ours.passes && (ours.value ?? 0) > 0.1, "\(ours.detail("en"))")
  }

  @Test func `measures guesses rightly`() {
    #expect(Guessing.auc([(1, true), (0, false)]) == 1)
    #expect(Guessing.auc([(0, true), (1, false)]) == 0)
    #expect(Guessing.auc([(1, true), (1, false)]) == 0.5)
    #expect(abs(Guessing.upperBound(50, of: 100) - 0.5962) < 1e-3)
  }
}
