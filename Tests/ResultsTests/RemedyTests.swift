import Bytes
import Catalogs
import Disclosure
import Policies
import Testing

@testable import Results

/// What a rehearsal says of a table that is not shown whole, each on a population made so that the reason is known.
@Suite struct `What would show more` {
  /// Units with one row each, whose codes and value a rule gives; the last dimension is a response.
  static func people(
    _ units: Int, dimensions: [ReleasedDimension], _ measures: [MeasureShape] = [],
    row: (Int) -> (codes: [Int32], value: Int64)
  ) throws -> Microdata {
    let shape = try Shape(dataset: "people", keyFamily: "people", dimensions: dimensions)
    var random = Generator(9)
    var keys: [UInt64] = []
    var codes: [[Int32]] = dimensions.map { _ in [] }
    var values: [[Int64]] = measures.map { _ in [] }
    for unit in 0..<units {
      keys.append(random.next())
      let made = row(unit)
      for (place, code) in made.codes.enumerated() { codes[place].append(code) }
      for place in measures.indices { values[place].append(made.value) }
    }
    return Microdata(
      shape: shape, measures: measures, perUnit: measures.map { _ in .sum }, keys: keys, codes: codes,
      values: values)
  }

  static let zone = Samples.dimension("zone", count: 5)
  static let flag = Samples.dimension("flag", count: 2)
  static let answer = Samples.dimension("answer", count: 3, response: true)

  static func report(
    _ data: Microdata, tables: [[Int]], profile: ProtectionProfile = Samples.profile(divisor: 1),
    explains: Bool = true, history: ResultHistory = .init(), day: Int = 0
  ) throws -> (report: CompilerReport, history: ResultHistory) {
    var request = Sealer.Request(
      dataset: "people", result: "r", keyFamily: "people", title: "r", tables: tables,
      measures: Array(data.measures.indices), profile: profile, policyHash: "", refresh: "P1D",
      now: Timestamp(secondsSince1970: 1_800_000_000).adding(days: day))
    request.explains = explains
    let sealer = try Sealer(request, shape: data.shape, measures: data.measures, keys: Samples.keys)
    let made = try Statistics.compute(data, sealer: sealer, history: history)
    return (made.report, made.history)
  }

  @Test func `too many cells: the dimension to leave out, and then it is written`() throws {
    let data = try Self.people(
      900,
      dimensions: [
        Samples.dimension("street", count: 40), Samples.dimension("trade", count: 10), Self.answer,
      ]
    ) { unit in ([Int32(unit % 40), Int32(unit / 40 % 10), Int32(unit % 3)], 0) }
    let line = try #require(try Self.report(data, tables: [[0, 1]]).report.tables.first)
    #expect(line.notWritten == .tooSparse && line.asked == 0 && line.nonEmpty == 400)
    guard case .denser(let most, "trade")? = line.remedies.first else {
      Issue.record("\(line.remedies)")
      return
    }
    #expect((178...182).contains(most))
    #expect(try Self.report(data, tables: [[0]]).report.tables.first?.written == 40)
  }

  @Test func `a code that hardly anybody has: merge it`() throws {
    // Six people in the last zone, and four with the last answer in each other one.
    let data = try Self.people(1206, dimensions: [Self.zone, Self.flag, Self.answer]) { unit in
      guard unit < 1200 else { return ([4, 0, 0], 0) }
      return ([Int32(unit % 4), 0, unit < 16 ? 2 : Int32(unit / 4 % 2)], 0)
    }
    let small = try #require(try Self.report(data, tables: [[0]]).report.tables.first)
    #expect(small.withheld == [.small: 1] && small.written == 4 && small.asked == 4)
    #expect(small.remedies.first == .mergeCodes(dimension: "zone", codes: ["zone4"], more: false, cells: 1))
    let under = try #require(try Self.report(data, tables: [[0, 2]]).report.tables.first)
    #expect(under.reasons.first.map { $0 == (.threshold, 4) } == true, "\(under.withheld)")
    #expect(
      under.remedies.first == .mergeCodes(dimension: "answer", codes: ["answer2"], more: false, cells: 4))
  }

  @Test func `a population under the floor: merge its code, or leave a dimension out`() throws {
    let data = try Self.people(1200, dimensions: [Self.zone, Self.flag, Self.answer]) { unit in
      ([unit < 100 ? 4 : Int32(unit % 4), Int32(unit / 5 % 2), Int32(unit / 10 % 3)], 0)
    }
    let floor = Samples.profile(divisor: 1, floor: 200)
    let line = try #require(try Self.report(data, tables: [[0, 2]], profile: floor).report.tables.first)
    #expect(line.withheld == [.smallPopulation: 3])
    #expect(
      line.remedies == [
        .mergeCodes(dimension: "zone", codes: ["zone4"], more: false, cells: 3),
        .dropDimension("zone", reached: 3, cells: 3, size: 200),
      ])
  }

  @Test func `what could be subtracted: the dimension in which all but a few are alike`() throws {
    // In each zone four people have the other flag.
    let data = try Self.people(1000, dimensions: [Self.zone, Self.flag, Self.answer]) { unit in
      ([Int32(unit % 5), unit < 20 ? 1 : 0, Int32(unit % 3)], 0)
    }
    let line = try #require(try Self.report(data, tables: [[0, 1]]).report.tables.first)
    #expect(line.withheld == [.small: 5, .differencing: 5] && line.notWritten == .nothingLeft)
    #expect(line.remedies.contains(.rareCodes(dimension: "flag", cells: 5)), "\(line.remedies)")
    #expect(try Self.report(data, tables: [[0]]).report.tables.first?.written == 5)
  }

  @Test func `sums of few cases and of one who dominates name the measure and the code`() throws {
    let sales = Samples.measure("sales", upper: 10_000_000)
    let data = try Self.people(1000, dimensions: [Self.zone, Self.flag, Self.answer], [sales]) { unit in
      let zone = unit % 5
      let value: Int64 =
        zone == 1 ? (unit < 20 ? 5 : 0) : zone == 2 && unit == 2 ? 9_000_000 : Int64(10 + unit % 7)
      return ([Int32(zone), 0, 0], value)
    }
    let line = try #require(try Self.report(data, tables: [[0]]).report.tables.first)
    #expect(line.withheld.isEmpty && line.sumsWithheld == [.fewCases: 1, .dominance: 1])
    #expect(
      line.remedies == [
        .fewCases(measure: "sales", dimension: "zone", codes: ["zone1"]),
        .dominated(measure: "sales", dimension: "zone", codes: ["zone2"]),
      ])
    #expect(line.why("en").contains("sums: ") && line.why("zh").contains("合计："))
  }

  @Test func `over budget: first in order it fits, and so many cells are then written`() throws {
    let data = try Self.people(1000, dimensions: [Self.zone, Self.flag, Self.answer]) { unit in
      ([Int32(unit % 5), Int32(unit / 5 % 2), Int32(unit / 10 % 3)], 0)
    }
    // Some eighteen numbers of everybody: fifteen of the first table, six of the second.
    let profile = Samples.profile(divisor: 55)
    let tables = [[0, 2], [1, 2]]
    let report = try Self.report(data, tables: tables, profile: profile).report
    let line = try #require(report.tables.last)
    #expect(line.written == 0 && line.notWritten == .overBudget && line.withheld == [.budget: 6])
    guard case .moveFirst(let written)? = line.remedies.first else {
      Issue.record("\(line.remedies)")
      return
    }
    #expect(line.remedies.contains(.leaveOut(["zone", "answer"], frees: report.budgetUsed)))
    let moved = try Self.report(data, tables: tables.reversed(), profile: profile).report
    #expect(moved.tables.first?.written == written && written == 6)
  }

  @Test func `over budget even alone: too fine for its populations`() throws {
    let sales = Samples.measure("sales")
    let data = try Self.people(1000, dimensions: [Self.zone, Self.flag, Self.answer], [sales]) { unit in
      ([Int32(unit % 5), Int32(unit / 5 % 2), Int32(unit / 10 % 3)], Int64(unit % 9 + 1))
    }
    let line = try #require(
      try Self.report(data, tables: [[0, 2]], profile: Samples.profile(divisor: 80)).report.tables.first)
    #expect(line.notWritten == .overBudget)
    #expect(line.remedies == [.tooFine(unitsPerNumber: 80), .fewerNumbers(perCell: 2)])
  }

  @Test func `what was withheld before and has not changed is told as such; nothing is worked out unasked`()
    throws
  {
    let data = try Self.people(1206, dimensions: [Self.zone, Self.flag, Self.answer]) { unit in
      ([unit < 1200 ? Int32(unit % 4) : 4, 0, 0], 0)
    }
    let first = try Self.report(data, tables: [[0]], explains: false)
    #expect(first.report.tables.first?.remedies == [] && first.report.tables.first?.withheld == [.small: 1])
    let second = try Self.report(data, tables: [[0]], history: first.history, day: 40)
    #expect(second.report.tables.first?.withheld == [.kept: 1])
  }

  @Test func `a declaration is fitted to what a profile allows`() throws {
    let data = try Self.people(
      100, dimensions: [Self.zone, Self.flag, Self.answer], [Samples.measure("sales")]
    ) { _ in ([0, 0, 0], 1) }
    let declared = ResultDeclaration(
      name: "r", kind: .statistic, title: "r", description: "r", profile: "test", refresh: "P1D",
      measures: [
        Measure(
          field: "sales", title: "sales", perUnit: .sum, lowerBound: "0", upperBound: "9",
          statistics: [.mean, .variance, .median], bands: ["0", "5"])
      ], tables: [["zone"], ["zone", "flag"], ["answer"]])
    let profile = Samples.profile(identifying: 1, divisor: 1)
    let fitted = FittedDeclaration(declared, to: profile, shape: data.shape)
    #expect(fitted.result.tables == [["zone"], ["answer"]] && fitted.tooDeep == [["zone", "flag"]])
    #expect(
      fitted.result.measures.first?.statistics == [.mean] && fitted.statistics == 2 && fitted.leftOut == 3)
    let seldom = FittedDeclaration(declared, to: .strict, shape: data.shape)
    #expect(seldom.result.refresh == "P1Y" && seldom.result.profile == "strict")
  }

  @Test func `every remedy is said in both languages and as JSON`() {
    let all: [TableRemedy] = [
      .denser(atMost: 9, drop: "a"),
      .denser(atMost: 9, drop: nil),
      .mergeCodes(dimension: "a", codes: ["x"], more: true, cells: 3),
      .dropDimension("a", reached: 1, cells: 2, size: 10), .rareCodes(dimension: "a", cells: 2),
      .fewCases(measure: "m", dimension: "a", codes: ["x"]),
      .dominated(measure: "m", dimension: nil, codes: []),
      .moveFirst(written: 3), .leaveOut(["a"], frees: 3), .othersSpent(4), .fewerNumbers(perCell: 2),
      .tooFine(unitsPerNumber: 80),
    ]
    for remedy in all {
      #expect(remedy.said("zh") != remedy.said("en") && !remedy.said("en").isEmpty)
      #expect(!remedy.said("en").unicodeScalars.contains { $0.value > 0x2E80 })
      #expect(remedy.json["remedy"] != nil)
    }
    #expect(Set(all.map { $0.said("zh") }).count == all.count)
  }
}
