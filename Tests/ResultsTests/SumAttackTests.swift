import Bytes
import Disclosure
import Policies
import Testing

@testable import Results

/// The ways in which sums were computed back (DISCLOSURE 00), each on a population made for it.
@Suite struct `Sums that keep their secret` {
  /// Firms of six zones and a sector that follows from the zone; `more` gives further measures.
  static func firms(
    units: Int = 900, seed: UInt64 = 3, _ measures: [MeasureShape] = [Samples.measure("sales")],
    value: (Int, Int, inout Generator) -> Int64 = { _, _, random in Int64.random(in: 1..<1000, using: &random)
    }
  ) throws -> Microdata {
    let shape = try Shape(
      dataset: "firms", keyFamily: "firms",
      dimensions: [
        Samples.dimension("zone", count: 6), Samples.dimension("twin", count: 6),
        Samples.dimension("size", count: 2),
        Samples.dimension("exports", count: 2, response: true),
      ])
    var random = Generator(seed)
    var keys: [UInt64] = [], codes: [[Int32]] = [[], [], [], []]
    var values: [[Int64]] = measures.map { _ in [] }
    for unit in 0..<units {
      keys.append(random.next())
      codes[0].append(Int32(unit % 6))
      codes[1].append(Int32(unit % 6))
      codes[2].append(Int32(unit / 6 % 2))
      codes[3].append(Int32.random(in: 0..<2, using: &random))
      for measure in measures.indices { values[measure].append(value(unit, measure, &random)) }
    }
    return Microdata(
      shape: shape, measures: measures, perUnit: measures.map { _ in .sum }, keys: keys, codes: codes,
      values: values)
  }

  static func target(
    _ data: Microdata, tables: [[Int]], profile: ProtectionProfile = Samples.profile(divisor: 1)
  ) -> Target {
    Target(
      data, tables: tables, measures: Array(data.measures.indices), profile: profile, keys: Samples.keys)
  }

  static func published(_ target: Target) throws -> Published {
    try Published(target.publish().released, shape: target.data.shape, measures: target.data.measures)
  }

  // MARK: One draw

  @Test func `a measure is not drawn under a second profile`() throws {
    let data = try Self.firms()
    let first = try Self.target(data, tables: [[0]]).publish()
    let other = ProtectionProfile(
      name: "other", k: 10, jitterWeights: [16], maxIdentifying: 3, maxResponse: 1, pPercent: 15,
      factors: .init(.eight, .eight), budgetDivisor: 1, populationFloor: 1, variance: false,
      percentiles: false,
      minimumRefresh: "P1D")
    let second = Self.target(data, tables: [[0]], profile: other)
    #expect(throws: ResultError.self) { _ = try second.publish(first.history, version: 1) }
    do {
      _ = try second.publish(first.history, version: 1)
    } catch {
      #expect(error.message.contains("sales") && error.hint != nil)
    }
    // Other rules about what may be shown draw nothing anew.
    let sharper = Samples.profile(k: 12, divisor: 1)
    let third = try Self.target(data, tables: [[0]], profile: sharper).publish(first.history, version: 1)
    #expect(third.released.tables == first.released.tables)
  }

  @Test func `what was shown stays as it was under sharper rules, or goes`() throws {
    let data = try Self.firms(units: 120)
    let first = try Self.target(data, tables: [[0], [0, 2]], profile: Samples.profile(k: 5, divisor: 1))
      .publish()
    let second = try Self.target(data, tables: [[0], [0, 2]], profile: Samples.profile(k: 12, divisor: 1))
      .publish(first.history, version: 1)
    let (before, after) = (
      try #require(first.released.tables.first), try #require(second.released.tables.first)
    )
    #expect(after == before && first.released.tables.count == 2 && second.released.tables.count == 1)
  }

  @Test func `rules that change to and fro draw nothing a second time, and no change is forgotten over them`()
    throws
  {
    let data = try Self.firms(units: 120)
    // Ten firms of each zone and size.
    let loose = Samples.profile(k: 5, divisor: 1, jitter: [16]),
      sharp = Samples.profile(k: 14, divisor: 1, jitter: [16])
    func without(_ count: Int) -> Microdata {
      let left = data.keys.indices.filter { data.codes[0][$0] == 0 && data.codes[2][$0] == 0 }.prefix(count)
      let kept = data.keys.indices.filter { !left.contains($0) }
      return Microdata(
        shape: data.shape, measures: data.measures, perUnit: data.perUnit, keys: kept.map { data.keys[$0] },
        codes: data.codes.map { column in kept.map { column[$0] } },
        values: data.values.map { column in kept.map { column[$0] } })
    }
    func publish(_ rows: Microdata, _ profile: ProtectionProfile, _ history: ResultHistory, _ version: Int)
      throws
      -> (Int?, Int128?, ResultHistory)
    {
      let made = try Self.target(rows, tables: [[0], [0, 2]], profile: profile).publish(
        history, version: version)
      let out = try Published(made.released, shape: rows.shape, measures: rows.measures)
      return (out.counts[DimensionSet([0, 2])]?[0], out.sums[DimensionSet([0, 2])]?[0][0], made.history)
    }
    let first = try publish(data, loose, .init(), 0)
    #expect(first.0 != nil && first.1 != nil)
    let second = try publish(without(1), sharp, first.2, 1)
    #expect(second.0 == nil && second.1 == nil)
    // Neither is it shown at the next run under the same rules.
    let third = try publish(without(1), sharp, second.2, 2)
    #expect(third.0 == nil && third.1 == nil)
    let fourth = try publish(without(2), loose, third.2, 3)
    #expect(fourth.0 == first.0)
    #expect(fourth.1 == first.1)
    // Five have left since the draw, though only four since the rules changed.
    let fresh = try publish(without(5), loose, .init(), 4)
    let fifth = try publish(without(5), loose, fourth.2, 4)
    #expect(fifth.1 == fresh.1 && fifth.1 != first.1)
  }

  // MARK: One population, one number

  @Test func `the same units have the same numbers under every label`() throws {
    let data = try Self.firms()
    let out = try Self.published(
      Self.target(data, tables: [[0], [1], [0, 1], [0, 2], [1, 2], [0, 3], [1, 3]]))
    let (zone, twin) = (DimensionSet([0]), DimensionSet([1]))
    #expect(out.counts[zone] == out.counts[twin] && out.counts[zone]?.allSatisfy { $0 != nil } == true)
    #expect(out.sums[zone] == out.sums[twin])
    #expect(out.counts[DimensionSet([0, 2])] == out.counts[DimensionSet([1, 2])])
    #expect(out.sums[DimensionSet([0, 2])] == out.sums[DimensionSet([1, 2])])
    #expect(out.counts[DimensionSet([0, 3])] == out.counts[DimensionSet([1, 3])])
    // Of both at once a cell is one of the zone, or empty.
    for zone in 0..<6 {
      #expect(out.counts[DimensionSet([0, 1])]?[zone * 6 + zone] == out.counts[twin]?[zone])
      #expect(out.sums[DimensionSet([0, 1])]?[0][zone * 6 + zone] == out.sums[twin]?[0][zone])
    }
  }

  @Test func `a label that comes later has the number that is out`() throws {
    let data = try Self.firms()
    let first = try Self.target(data, tables: [[1], [0]]).publish()
    let later = try Self.target(data, tables: [[0, 1]]).publish(first.history, version: 1)
    let shown = try Published(later.released, shape: data.shape, measures: data.measures)
    let held = try Published(first.released, shape: data.shape, measures: data.measures)
    for zone in 0..<6 {
      #expect(shown.counts[DimensionSet([0, 1])]?[zone * 6 + zone] == held.counts[DimensionSet([1])]?[zone])
    }
  }

  @Test func `a label that becomes the coarsest has the number that is out, not a second one`() throws {
    // Of the two labels that of the twin is canonical: it stands first by its bytes.
    let data = try Self.firms()
    let (zone, twin) = (DimensionSet([0]), DimensionSet([1]))
    let first = try Self.target(data, tables: [[0]]).publish()
    let out = try Published(first.released, shape: data.shape, measures: data.measures)
    // One firm of each zone has another value, and another joins: too few for anything to be drawn anew.
    var values = data.values[0]
    for unit in 0..<6 { values[unit] += 1 }
    var random = Generator(99)
    let changed = Microdata(
      shape: data.shape, measures: data.measures, perUnit: data.perUnit,
      keys: data.keys + (0..<6).map { _ in random.next() },
      codes: data.codes.enumerated().map { axis, column in column + (0..<6).map { axis < 2 ? $0 : 0 } },
      values: [values + [500, 500, 500, 500, 500, 500]])
    for rows in [data, changed] {
      for tables in [[[1], [0]], [[0], [1]], [[1]], [[0, 1]]] {
        let second = try Self.target(rows, tables: tables).publish(first.history, version: 1)
        let now = try Published(second.released, shape: rows.shape, measures: rows.measures)
        for place in 0..<6 {
          for (set, cell) in [(zone, place), (twin, place), (DimensionSet([0, 1]), place * 6 + place)] {
            guard let counts = now.counts[set] else { continue }
            #expect(counts[cell] == out.counts[zone]?[place], "\(tables)")
            #expect(now.sums[set]?[0][cell] == out.sums[zone]?[0][place], "\(tables)")
          }
        }
      }
    }
  }

  @Test func `the same units have the same bands and variance under every label`() throws {
    let measure = Samples.measure(
      "sales", statistics: [.sum, .variance, .median], bands: [0, 250, 500, 750, 1000])
    let data = try Self.firms([measure])
    let profile = Samples.profile(divisor: 1, variance: true, percentiles: true)
    let released = try Self.target(data, tables: [[0], [1]], profile: profile).publish().released
    let (zone, twin) = (try #require(released.tables.first), try #require(released.tables.last))
    #expect(zone.cells.map(\.values) == twin.cells.map(\.values))
  }

  @Test func `another measure does not scale a number anew`() throws {
    // Twenty firms leave and come back; meanwhile five measures more are declared. With the same draws on two scales
    // the sum would be known exactly.
    let data = try Self.firms()
    let six = try Self.firms((0..<6).map { Samples.measure($0 == 0 ? "sales" : "m\($0)") })
    let wide = Microdata(
      shape: six.shape, measures: six.measures, perUnit: six.perUnit, keys: data.keys, codes: data.codes,
      values: data.values + Array(six.values.dropFirst()))
    let left = wide.keys.indices.filter { wide.codes[0][$0] == 0 }.prefix(20)
    let kept = wide.keys.indices.filter { !left.contains($0) }
    let fewer = Microdata(
      shape: wide.shape, measures: wide.measures, perUnit: wide.perUnit, keys: kept.map { wide.keys[$0] },
      codes: wide.codes.map { column in kept.map { column[$0] } },
      values: wide.values.map { column in kept.map { column[$0] } })
    let first = try Self.target(data, tables: [[0]]).publish()
    let second = try Self.target(fewer, tables: [[0]]).publish(first.history, version: 1)
    let third = try Self.target(wide, tables: [[0]]).publish(second.history, version: 2)
    let was = try Published(first.released, shape: data.shape, measures: data.measures)
    let now = try Published(third.released, shape: wide.shape, measures: wide.measures)
    #expect(was.sums[DimensionSet([0])]?[0] == now.sums[DimensionSet([0])]?[0])
  }

  @Test func `optional measures that nobody lacks are counted once`() throws {
    let measures = (0..<15).map { Samples.measure("m\($0)", complete: false) }
    let data = try Self.firms(measures)
    let released = try Self.target(data, tables: [[0]]).publish().released
    let table = try #require(released.tables.first)
    let columns = released.columns.indices.filter { released.columns[$0].name.hasSuffix("count") }
    #expect(columns.count == 16)
    for cell in table.cells { #expect(Set(columns.map { cell.values[$0] }).count == 1) }
  }

  @Test func `that everybody has a response does not show in the count`() throws {
    // Were their labels one, the two counts would be equal, and say so.
    let data = try Self.firms()
    let all = Microdata(
      shape: data.shape, measures: data.measures, perUnit: data.perUnit, keys: data.keys,
      codes: data.codes.dropLast() + [data.keys.map { _ in 1 }], values: data.values)
    var equal = 0
    for seed in 0..<20 {
      let out = try Self.published(Self.target(all, tables: [[0], [0, 3]]).redrawn(UInt64(seed)))
      for zone in 0..<6
      where out.counts[DimensionSet([0])]?[zone] == out.counts[DimensionSet([0, 3])]?[zone * 2 + 1] {
        equal += 1
      }
    }
    // By chance of two draws of the label's layer: .262.
    #expect((15...50).contains(equal), "\(equal) of 120")
  }

  // MARK: Indicators and rare cases

  @Test func `how far a sum is off is told only where it is a count whatever the values`() throws {
    for (upper, isTold) in [(Int64(1), true), (10, false)] {
      let measure = MeasureShape(
        name: "m", title: "m", unit: nil, scale: 0, step: Int128(upper), lower: 0, upper: upper,
        complete: true,
        boundsUnit: true, statistics: [.sum])
      let data = try Self.firms([measure]) { _, _, random in Int64.random(in: 0...upper, using: &random) }
      let released = try Self.target(data, tables: [[0]]).publish().released
      let column = try #require(released.columns.first { $0.name == "m.sum" })
      #expect((column.sd == "2.02") == isTold && (column.sd == nil) != isTold)
    }
  }

  @Test func `a measure of 0 and 1 is counted, and its few cases are not told`() throws {
    let indicator = MeasureShape(
      name: "fined", title: "f", unit: nil, scale: 0, step: 1, lower: 0, upper: 1, complete: true,
      boundsUnit: true,
      statistics: [.sum, .mean])
    // Three firms of zone 0, and about forty of each other zone.
    let data = try Self.firms([indicator]) { unit, _, _ in
      unit % 6 == 0 ? unit < 18 ? 1 : 0 : unit % 4 == 1 ? 1 : 0
    }
    var shown = 0, exact = 0
    for seed in 0..<40 {
      let target = Self.target(data, tables: [[0]]).redrawn(UInt64(seed))
      let sums = try #require(try Self.published(target).sums[DimensionSet([0])]?[0])
      let truth = try #require(try target.cube().cuboids[DimensionSet([0])]).totals[0]
      #expect(sums[0] == nil)
      for zone in 1..<6 {
        guard let sum = sums[zone] else { continue }
        shown += 1
        if sum == truth[zone].sum { exact += 1 }
      }
    }
    #expect(shown > 100 && Double(exact) <= 0.35 * Double(shown), "\(exact) of \(shown)")
  }

  @Test func `the variance of an indicator is no second draw of its count`() throws {
    let indicator = MeasureShape(
      name: "fined", title: "f", unit: nil, scale: 2, step: 100, lower: 0, upper: 100, complete: true,
      boundsUnit: true, statistics: [.sum, .variance])
    let data = try Self.firms([indicator]) { unit, _, _ in unit % 5 < 2 ? 100 : 0 }
    let released = try Self.target(
      data, tables: [[0]], profile: Samples.profile(divisor: 1, variance: true)
    ).publish().released
    let names = released.columns.map(\.name)
    let (sum, variance) = (
      try #require(names.firstIndex(of: "fined.sum")), try #require(names.firstIndex(of: "fined.variance"))
    )
    var shown = 0
    for cell in try #require(released.tables.first).cells {
      guard let given = cell.values[variance] else { continue }
      // p (1 − p) of the two counts that are out.
      let (n, x) = (try #require(Double(cell.values[0] ?? "")), try #require(Double(cell.values[sum] ?? "")))
      #expect(abs(try #require(Double(given)) - x * (n - x) / n / (n - 1)) < 0.0006)
      shown += 1
    }
    #expect(shown == 6)
  }

  @Test func `values that are rounded to a step as large as their bound are summed, not counted`() throws {
    let hours = MeasureShape(
      name: "hours", title: "h", unit: nil, scale: 0, step: 10, lower: 0, upper: 10, complete: true,
      boundsUnit: true, statistics: [.sum])
    let data = try Self.firms([hours]) { unit, _, _ in Int64(1 + unit % 2) }
    let out = try Self.published(Self.target(data, tables: [[0]]))
    for sum in try #require(out.sums[DimensionSet([0])]?[0]) {
      #expect((120...330).contains(try #require(sum)))
    }
  }

  @Test func `of a measure that few have no sum is told`() throws {
    // Everybody has a value; in zone 0 only six have another than 0.
    let data = try Self.firms { unit, _, random in
      unit % 6 == 0 && unit >= 36 ? 0 : Int64.random(in: 100..<200, using: &random)
    }
    let out = try Self.published(Self.target(data, tables: [[0]]))
    #expect(out.counts[DimensionSet([0])]?[0] != nil && out.sums[DimensionSet([0])]?[0][0] == nil)
    #expect(out.sums[DimensionSet([0])]?[0][1] != nil)
  }

  @Test func `of a small population no response is told, and its count costs nothing`() throws {
    let data = try Self.firms(units: 1200)
    let profile = Samples.profile(divisor: 40, floor: 150)
    let target = Target(
      data, tables: [[0], [0, 3], [0, 2, 3]], measures: [], profile: profile, keys: Samples.keys)
    let made = try target.publish()
    let out = try Published(made.released, shape: data.shape, measures: [])
    // Two hundred firms a zone, a hundred of each size in it.
    #expect(out.counts[DimensionSet([0, 3])]?.allSatisfy { $0 != nil } == true)
    #expect(out.counts[DimensionSet([0, 2, 3])] == nil)
    #expect(made.report.tables[2].withheld[.smallPopulation] == 24)
    #expect(made.report.budgetUsed == 12)
  }

  @Test func `extreme values are protected or withheld, and nothing traps`() throws {
    let most: Int64 = 1 << 47 - 1
    let measures = (0..<17).map {
      Samples.measure(
        "m\($0)", complete: $0 % 2 == 0, lower: -most, upper: most, statistics: [.sum, .mean, .variance])
    }
    let profile = Samples.profile(divisor: 1, variance: true)
    let values: [(Int, Int, inout Generator) -> Int64] = [
      { _, _, _ in most }, { _, _, _ in -most }, { _, _, _ in 0 },
      { unit, _, _ in unit % 2 == 0 ? most : -most },
      { unit, measure, _ in unit % 100 < 6 ? most : measure % 2 == 1 ? Microdata.missing : 0 },
      { unit, measure, _ in measure % 2 == 1 ? Microdata.missing : Int64(unit) << 36 },
      { unit, _, _ in unit < 6 ? most : 1 },
    ]
    for (place, value) in values.enumerated() {
      for units in [0, 1, 12, 900] {
        let data = try Self.firms(units: units, measures, value: value)
        let target = Self.target(data, tables: [[], [0], [0, 2], [0, 3]], profile: profile)
        let first = try target.publish()
        let second = try target.publish(first.history, version: 1)
        #expect(second.released.tables == first.released.tables, "\(place) \(units)")
        let json = first.history.json, packed = try Samples.packed(first.history)
        let read = try ResultHistory(
          json: JSON(parsing: json.serialized()), packed: packed, unitMaps: first.history.unitMaps)
        #expect(read == first.history)
      }
    }
  }

  @Test func `of a small population it is not told who has a value`() throws {
    let measures = [Samples.measure("sales"), Samples.measure("aid", complete: false)]
    let data = try Self.firms(units: 900, measures)
    let profile = Samples.profile(divisor: 1, floor: 120)
    let made = try Self.target(data, tables: [[0], [0, 2]], profile: profile).publish()
    let columns = made.released.columns.map(\.name)
    let (aid, sales) = (
      try #require(columns.firstIndex(of: "aid.count")), try #require(columns.firstIndex(of: "sales.sum"))
    )
    // A hundred and fifty firms a zone, half as many of each size in it.
    for (table, isTold) in zip(made.released.tables, [true, false]) {
      for cell in table.cells {
        #expect((cell.values[aid] != nil) == isTold && (cell.values[aid + 1] != nil) == isTold)
        #expect(cell.values[0] != nil && cell.values[sales] != nil)
      }
    }
  }

  // MARK: Giants

  /// What an attacker who knows every value but one makes of all published sums that hold it: the mean of what is left
  /// in each. That is the giant times its factor, and nothing less.
  static func guess(
    _ giant: Int, _ out: Published, _ target: Target, measure: Int = 0
  ) throws -> Double? {
    let cube = try target.cube()
    var guesses: [Double] = []
    for set in Set(target.sets) {
      let grid = try #require(cube.cuboids[set]).grid
      let codes = grid.dimensions.map { target.data.codes[$0][giant] }
      let cell = zip(codes, grid.strides).reduce(0) { $0 + Int($1.0) * $1.1 }
      guard let sum = out.sums[set]?[measure][cell] else { continue }
      let truth = try #require(cube.cuboids[set]).totals[measure][cell].sum
      guesses.append(Double(sum - truth) + Double(target.data.values[measure][giant]))
    }
    return guesses.isEmpty ? nil : guesses.reduce(0, +) / Double(guesses.count)
  }

  @Test(arguments: [
    (ProtectionProfile.FactorRatio.four, ProtectionProfile.FactorRatio.five, 15), (.eight, .eight, 20),
  ])
  func `a giant is not found by one who knows everything else`(
    lasting: ProtectionProfile.FactorRatio, yearly: ProtectionProfile.FactorRatio, p: Int
  ) throws {
    let giants = Array(0..<6)
    let data = try Self.firms { unit, _, random in
      giants.contains(unit) ? 60_000 : Int64.random(in: 1..<1000, using: &random)
    }
    let profile = ProtectionProfile(
      name: "p", k: 10, jitterWeights: [8, 4, 4], maxIdentifying: 3, maxResponse: 1, pPercent: p,
      factors: .init(lasting, yearly), budgetDivisor: 1, populationFloor: 1, variance: false,
      percentiles: false,
      minimumRefresh: "P1D")
    var close = 0, tried = 0
    for seed in 0..<40 {
      let target = Self.target(data, tables: [[], [0], [1], [0, 2], [0, 3]], profile: profile).redrawn(
        UInt64(seed))
      let out = try Self.published(target)
      for giant in giants {
        let place = data.values[0].indices.filter { data.values[0][$0] == 60_000 }[giant]
        guard let guess = try Self.guess(place, out, target) else { continue }
        tried += 1
        if abs(guess / 60_000 - 1) <= Double(p) / 100 { close += 1 }
      }
    }
    #expect(tried > 200)
    #expect(
      Double(close) <= 0.20 * Double(tried) + 3 * (0.16 * Double(tried)).squareRoot(), "\(close) of \(tried)")
  }

  @Test func `measures that are proportional share the factors of their giants`() throws {
    let measures = ["net", "gross", "other"].map { Samples.measure($0) }
    let data = try Self.firms(measures) { unit, measure, random in
      let net: Int64 = unit < 6 ? 60_000 : Int64(unit * 7919 % 1000 + 1)
      return [net, 3 * net, Int64.random(in: 1..<1000, using: &random)][measure]
    }
    var ratios: [Double] = []
    for seed in 0..<10 {
      let target = Self.target(data, tables: [[0], [0, 2]]).redrawn(UInt64(seed))
      let truth = try #require(try target.cube().cuboids[DimensionSet([0])]).totals
      let sums = try #require(try Self.published(target).sums[DimensionSet([0])])
      for zone in 0..<6 {
        guard let net = sums[0][zone], let gross = sums[1][zone] else { continue }
        let moved = (Double(net - truth[0][zone].sum), Double(gross - truth[1][zone].sum) / 3)
        // What is left is the noise of the cell.
        ratios.append(abs(moved.0 - moved.1) / 60_000)
      }
    }
    #expect(
      ratios.count > 40 && ratios.sorted()[ratios.count / 2] < 0.06, "\(ratios.sorted()[ratios.count / 2])")
  }

  @Test func `another giant joins within a year, and its coming does not tell its value`() throws {
    let base = try Self.firms(units: 900) { unit, _, random in Int64.random(in: 1..<1000, using: &random) }
    var close = 0, tried = 0
    for seed in 0..<60 {
      let before = Self.target(base, tables: [[], [0], [0, 2]]).redrawn(UInt64(seed))
      let first = try before.publish()
      var random = Generator(UInt64(seed) + 1000)
      // Twenty others change beside it, so that the cell is drawn anew.
      var values = base.values[0]
      for unit in 0..<126 where unit % 6 == 0 { values[unit] += 1 }
      let joined = Microdata(
        shape: base.shape, measures: base.measures, perUnit: base.perUnit, keys: base.keys + [random.next()],
        codes: base.codes.enumerated().map { $1 + [0] }, values: [values + [70_000]])
      let target = before.over(joined)
      let second = try target.publish(first.history, version: 1)
      let (old, new) = (
        try Published(first.released, shape: base.shape, measures: base.measures),
        try Published(second.released, shape: base.shape, measures: base.measures)
      )
      guard let was = old.sums[DimensionSet([0])]?[0][0], let now = new.sums[DimensionSet([0])]?[0][0] else {
        continue
      }
      tried += 1
      if abs(Double(now - was - 21) / 70_000 - 1) <= 0.15 { close += 1 }
    }
    #expect(tried > 40)
    #expect(
      Double(close) <= 0.20 * Double(tried) + 3 * (0.16 * Double(tried)).squareRoot(), "\(close) of \(tried)")
  }
}
