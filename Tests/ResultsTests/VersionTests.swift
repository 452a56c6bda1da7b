import Bytes
import Catalogs
import Disclosure
import Policies
import Testing

@testable import Results

@Suite struct `Versions of a result` {
  static func town(units: Int = 1200) throws -> Microdata {
    let shape = try Shape(
      dataset: "town", keyFamily: "town",
      dimensions: [
        Samples.dimension("quarter", count: 4), Samples.dimension("sex", count: 2),
        Samples.dimension("ill", count: 2, response: true),
      ])
    return .random(
      shape, measures: [Samples.measure("income")], perUnit: [.sum], units: units, rows: 1, seed: 9)
  }

  static func target(_ data: Microdata, tables: [[Int]] = [[0], [1], [0, 1], [0, 2]], divisor: Int = 1)
    -> Target
  {
    Target(
      data, tables: tables, measures: [0], profile: Samples.profile(k: 10, divisor: divisor),
      keys: Samples.keys)
  }

  static func flipped(_ data: Microdata, _ count: Int) -> Microdata {
    (0..<count).reduce(data) { $0.flipping(2, of: $1 * 3) }
  }

  @Test func `a cell keeps its value until k units changed since it was drawn`() throws {
    let data = try Self.town()
    var at = try Self.target(data).publish()
    let first = at.released.tables
    // Ever more units change; each version is compared with the one before.
    var redrawnAt: Int?
    for changed in 1...60 {
      at = try Self.target(Self.flipped(data, changed)).publish(at.history, version: changed)
      if at.released.tables != first {
        redrawnAt = changed
        break
      }
    }
    // Flips spread over four quarters, so no cell has ten changes before ten units changed.
    #expect(try #require(redrawnAt) >= 10)
  }

  @Test func `a history that has lost where the units were is refused, and not taken for unchanged`() throws {
    let data = try Self.town()
    let before = try Self.target(data).publish()
    var lost = before.history
    lost.unitMaps = [:]
    let error = #expect(throws: ResultError(.environment, "")) {
      try Self.target(data).publish(lost, version: 1)
    }
    #expect(error?.message(in: "zh").contains("town") == true && error?.hint?.contains("backup") == true)
  }

  @Test(arguments: [
    (#""periods":3"#, #""periods":"three""#), (#""role":"response""#, #""role":"answer""#),
    (#""tags":null"#, #""tags":"%""#), (#""tags":null"#, #""tag":null"#),
    (#""version":4"#, #""version":5"#), (#""profiles":{"#, #""profile":{"#),
    (#""prominent":{}"#, #""prominent":{"income":"AAAA"}"#),
  ])
  func `a history with a word that is not known is refused`(known: String, unknown: String) throws {
    var history = try Self.target(Self.town()).publish().history
    var packed: [UInt8] = []
    try history.pack { packed += $0 }
    var text = String(decoding: try history.json.canonical(), as: UTF8.self)
    history = try ResultHistory(json: try JSON(parsing: text), packed: packed)
    if known.contains("periods") {
      text.replace(#""name":"quarter","#, with: #""name":"quarter","periods":3,"#)
    }
    #expect(text.contains(known))
    let changed = try JSON(parsing: text.replacing(known, with: unknown))
    #expect(throws: DisclosureError(.history, "")) { try ResultHistory(json: changed, packed: packed) }
  }

  @Test func `nothing is judged by cells that were not computed`() throws {
    let target = try Self.target(Self.town())
    let cube = try target.cube()
    let judge = DifferencingGuard(target.profile)
    #expect(throws: Never.self) { try judge.verdicts(DimensionSet([0, 1]), in: cube) }
    for set in [DimensionSet([0]), DimensionSet([0, 1])] {
      var less = cube
      less.cuboids[set] = nil
      #expect(throws: DisclosureError(.dimensions, "")) {
        try judge.verdicts(DimensionSet([0, 1]), in: less)
      }
      #expect(throws: DisclosureError(.dimensions, "")) {
        try Survey.prominent(
          in: [Survey.Part(less, tables: [DimensionSet([0]), DimensionSet([0, 1])])], history: .init())
      }
    }
    // Nor attacked by them: what was not attacked does not go out.
    let released = try target.publish().released
    #expect(try Attacks.deterministic(released, target: target).passes)
    var less = cube
    less.cuboids[DimensionSet([0, 2])] = nil
    #expect(throws: ResultError(.attack, "")) {
      try Attacks.deterministic(released, target: target, cube: less)
    }
  }

  @Test func `a declaration's words are those that are computed`() {
    #expect(Measure.PerUnit.allCases.map(\.microdata) == Microdata.PerUnit.allCases)
    #expect(Measure.Statistic.allCases.map(\.shape.rawValue) == Measure.Statistic.allCases.map(\.rawValue))
    #expect(
      ResultDeclaration.Derived.allCases.map(\.sealed.rawValue)
        == ResultDeclaration.Derived.allCases.map(\.rawValue))
  }

  @Test func `nine changes alter nothing, and ten in one cell only that cell's column`() throws {
    let data = try Self.town()
    let before = try Self.target(data).publish()
    let inQuarter = (0..<data.unitCount).filter { data.codes[0][$0] == 0 && data.codes[2][$0] == 0 }
    let nine = inQuarter.prefix(9).reduce(data) { $0.flipping(2, of: $1) }
    let ten = inQuarter.prefix(10).reduce(data) { $0.flipping(2, of: $1) }
    #expect(
      try Self.target(nine).publish(before.history, version: 1).released.tables == before.released.tables)
    let after = try Self.target(ten).publish(before.history, version: 1)
    for (old, new) in zip(before.released.tables, after.released.tables) {
      for (was, now) in zip(old.cells, new.cells) where was != now {
        #expect(new.dimensions == ["quarter", "ill"] && now.codes[0] == "quarter0")
      }
    }
    #expect(after.released.tables != before.released.tables)
  }

  @Test func `a number is judged by the draw it is of, whichever result shows it and whenever`() throws {
    let data = try Self.town()
    func publish(_ name: String, _ rows: Microdata, _ tables: [[Int]], _ history: ResultHistory, day: Int = 0)
      throws -> (Computed, AttackReport)
    {
      let request = Sealer.Request(
        dataset: "town", result: name, keyFamily: "town", title: "r", tables: tables, measures: [0],
        profile: Samples.profile(k: 10, divisor: 1), policyHash: "", refresh: "P1D",
        now: Timestamp(secondsSince1970: 1_700_000_000).adding(days: day))
      let sealer = try Sealer(request, shape: data.shape, measures: data.measures, keys: Samples.keys)
      let made = try Statistics.compute(rows, sealer: sealer, history: history)
      let target = Target(
        rows, tables: tables, measures: [0], profile: request.profile, keys: Samples.keys)
      return (
        made,
        try Attacks.deterministic(
          made.released, target: target, cube: made.cube, draws: (history, made.history))
      )
    }
    // Of the smallest cell that is out fifteen are there at first, and nine when others show it: fewer than k, and fewer
    // than k have left.
    let cuboid = try #require(try Self.target(data).cube().cuboids[DimensionSet([0, 2])])
    let whole = try publish("first", data, [[0, 2]], .init()).0
    let out = try #require(
      try Published(whole.released, shape: data.shape, measures: []).counts[DimensionSet([0, 2])])
    let cell = try #require(
      out.indices.filter { out[$0] != nil }.min { cuboid.units[$0] < cuboid.units[$1] })
    let units = Int(cuboid.units[cell])
    let codes = cuboid.grid.codes(at: cell)
    func without(_ count: Int) -> Microdata {
      let there = data.keys.indices.filter { data.codes[0][$0] == codes[0] && data.codes[2][$0] == codes[1] }
      let gone = Set(there.prefix(count))
      let kept = data.keys.indices.filter { !gone.contains($0) }
      return Microdata(
        shape: data.shape, measures: data.measures, perUnit: data.perUnit, keys: kept.map { data.keys[$0] },
        codes: data.codes.map { column in kept.map { column[$0] } },
        values: data.values.map { column in kept.map { column[$0] } })
    }
    let rows = without(units - 9)
    let first = try publish("first", without(units - 15), [[0], [0, 1], [0, 2]], .init()).0
    // Another result shows it, and a table that was dropped comes back.
    let other = try publish("other", rows, [[0, 2]], first.history, day: 2)
    #expect(
      try Published(other.0.released, shape: data.shape, measures: []).counts[DimensionSet([0, 2])]?[cell]
        != nil)
    #expect(other.1.passes, "\(other.1.failures("en"))")
    let dropped = try publish("first", rows, [[0]], first.history, day: 2)
    let restored = try publish("first", rows, [[0], [0, 2]], dropped.0.history, day: 4)
    #expect(restored.1.passes, "\(restored.1.failures("en"))")
    // Nothing that is drawn now is let through: neither without the earlier draw, nor where as many as are missing have
    // not left since.
    let target = Target(
      rows, tables: [[0, 2]], measures: [0], profile: Samples.profile(k: 10, divisor: 1),
      keys: Samples.keys)
    #expect(!(try Attacks.deterministic(other.0.released, target: target).passes))
    #expect(
      !(try Attacks.deterministic(
        other.0.released, target: target, draws: (ResultHistory(), other.0.history)
      ).passes))
    #expect(
      !(try Attacks.deterministic(
        other.0.released, target: target, draws: (first.history, first.history)
      ).passes))
    // The whole suite takes it as publishing does.
    for draws in [(before: first.history, after: other.0.history), nil] {
      let report = try Attacks.suite(
        target, served: other.0.released, draws: draws,
        effort: Attacks.Effort(versions: 1, canaries: 1, cases: 30))
      #expect(report.lines.first { $0.attack == "B1" }?.passes == (draws != nil))
    }
  }

  @Test
  func `a measure that is dropped and declared again keeps its draws, and counts who changed meanwhile`()
    throws
  {
    let town = try Self.town()
    /// So many units of the first quarter have another rent, and as many have left.
    func world(_ changed: Int, rent: Bool = true) -> Microdata {
      let first = town.keys.indices.filter { town.codes[0][$0] == 0 }
      let gone = Set(first.suffix(changed)), other = Set(first.prefix(changed))
      let kept = town.keys.indices.filter { !gone.contains($0) }
      let values = [
        kept.map { town.values[0][$0] }, kept.map { town.values[0][$0] * 3 + (other.contains($0) ? 5 : 0) },
      ]
      return Microdata(
        shape: town.shape, measures: [Samples.measure("income")] + (rent ? [Samples.measure("rent")] : []),
        perUnit: rent ? [.sum, .sum] : [.sum], keys: kept.map { town.keys[$0] },
        codes: town.codes.map { column in kept.map { column[$0] } }, values: rent ? values : [values[0]])
    }
    func publish(_ data: Microdata, _ history: ResultHistory, _ version: Int) throws -> (
      sums: [Int128?], history: ResultHistory
    ) {
      let made = try Target(
        data, tables: [[0]], measures: Array(data.measures.indices),
        profile: Samples.profile(k: 10, divisor: 1), keys: Samples.keys
      ).publish(history, version: version)
      let out = try Published(made.released, shape: data.shape, measures: data.measures)
      return (out.sums[DimensionSet([0])]?.last ?? [], made.history)
    }
    let first = try publish(world(0), .init(), 0)
    for (changed, isKept) in [(4, true), (6, false)] {
      let dropped = try publish(world(changed / 2, rent: false), first.history, 1)
      let longer = try publish(world(changed / 2, rent: false), dropped.history, 2)
      let again = try publish(world(changed), longer.history, 400)
      let fresh = try publish(world(changed), .init(), 400)
      #expect(again.sums.count == 4 && again.sums.dropFirst() == first.sums.dropFirst())
      #expect((again.sums[0] == first.sums[0]) == isKept && (again.sums[0] == fresh.sums[0]) != isKept)
      #expect(again.history.unitMaps.count == 1 && longer.history.unitMaps.count == 2)
      // And from then on it is as any other.
      let last = try publish(world(changed), again.history, 800)
      #expect(last.sums == again.sums)
    }
  }

  @Test
  func `a dimension that is dropped and declared again keeps its draws, and counts who changed meanwhile`()
    throws
  {
    let town = try Self.town()
    /// So many units of the first quarter have moved to the second.
    func world(_ moved: Int, quarter: Bool = true) throws -> Microdata {
      let movers = Set(town.keys.indices.filter { town.codes[0][$0] == 0 }.prefix(moved))
      let quarters = town.codes[0].enumerated().map { movers.contains($0.offset) ? 1 : $0.element }
      let kept = Array(town.shape.dimensions.dropFirst(quarter ? 0 : 1))
      return Microdata(
        shape: try Shape(dataset: "town", keyFamily: "town", dimensions: kept), measures: town.measures,
        perUnit: town.perUnit, keys: town.keys,
        codes: quarter ? [quarters] + town.codes.dropFirst() : Array(town.codes.dropFirst()),
        values: town.values)
    }
    func publish(_ data: Microdata, _ history: ResultHistory, _ version: Int) throws -> (
      counts: [Int?], history: ResultHistory
    ) {
      let made = try Target(
        data, tables: [[0]], measures: [0], profile: Samples.profile(k: 10, divisor: 1), keys: Samples.keys
      ).publish(history, version: version)
      let out = try Published(made.released, shape: data.shape, measures: data.measures)
      return (out.counts[DimensionSet([0])] ?? [], made.history)
    }
    let first = try publish(world(0), .init(), 0)
    for (moved, isKept) in [(8, true), (12, false)] {
      let dropped = try publish(world(moved / 2, quarter: false), first.history, 1)
      let longer = try publish(world(moved / 2, quarter: false), dropped.history, 2)
      let again = try publish(world(moved), longer.history, 3)
      let fresh = try publish(world(moved), .init(), 3)
      #expect(Array(again.counts.dropFirst(2)) == Array(first.counts.dropFirst(2)))
      #expect(Array(again.counts.prefix(2)) == Array((isKept ? first : fresh).counts.prefix(2)))
      #expect(first.counts.prefix(2) != fresh.counts.prefix(2))
      #expect(again.history.unitMaps.count == 1 && longer.history.unitMaps.count == 2)
    }
  }

  @Test func `another refresh computes nothing by itself`() throws {
    let data = try Self.town()
    func sealer(_ refresh: String, day: Int) throws -> Sealer {
      let request = Sealer.Request(
        dataset: "town", result: "r", keyFamily: "town", title: "r", tables: [[0]], measures: [0],
        profile: Samples.profile(), policyHash: "", refresh: refresh,
        now: Timestamp(secondsSince1970: 1_700_000_000).adding(days: day))
      return try Sealer(request, shape: data.shape, measures: data.measures, keys: Samples.keys)
    }
    let first = try Statistics.compute(data, sealer: sealer("P1M", day: 0), history: .init())
    let read = try ResultHistory(
      json: JSON(parsing: first.history.json.serialized()), packed: Samples.packed(first.history))
    for history in [first.history, read] {
      for refresh in ["P1M", "P1Y", "P2D"] {
        #expect(try sealer(refresh, day: 20).carried(from: history) == first.released, "\(refresh)")
      }
      #expect(try sealer("P1Y", day: 100).carried(from: history) == first.released)
      for refresh in ["P1M", "P2D"] { #expect(try sealer(refresh, day: 40).carried(from: history) == nil) }
    }
  }

  @Test(arguments: ["P0D", "PT1H", "P", "", "P0M0D"])
  func `a profile under which numbers could be drawn at every run is refused`(least: String) throws {
    let data = try Self.town()
    let strict = ProtectionProfile(
      name: "strict", k: 20, jitterWeights: [16], maxIdentifying: 2, maxResponse: 1, pPercent: 20,
      factors: .init(.eight, .eight), budgetDivisor: 80, populationFloor: 200, variance: false,
      percentiles: false, minimumRefresh: least)
    let request = Sealer.Request(
      dataset: "town", result: "r", keyFamily: "town", title: "r", tables: [[0]], measures: [],
      profile: strict, policyHash: "", refresh: "P1Y", now: Timestamp(secondsSince1970: 0))
    let error = #expect(throws: DisclosureError(.refresh, "")) {
      _ = try Sealer(request, shape: data.shape, measures: data.measures, keys: Samples.keys)
    }
    #expect(error?.message.contains("strict") == true && error?.hint?.contains("P1M") == true)
  }

  @Test func `a change that is undone counts no longer`() throws {
    let data = try Self.town()
    var at = try Self.target(data).publish()
    let first = at.released.tables
    for version in 1...20 {
      let moved = version % 2 == 1 ? data.flipping(2, of: version) : data
      at = try Self.target(moved).publish(at.history, version: version)
      #expect(at.released.tables == first)
    }
  }

  @Test func `one new unit changes only the cells it is in`() throws {
    let data = try Self.town()
    let more = Microdata(
      shape: data.shape, measures: data.measures, perUnit: data.perUnit, keys: data.keys + [42],
      codes: zip(data.codes, [Int32(1), 0, 1]).map { $0.0 + [$0.1] }, values: [data.values[0] + [500]])
    let old = try Self.target(data).publish().released, new = try Self.target(more).publish().released
    for (was, now) in zip(old.tables, new.tables) {
      for (a, b) in zip(was.cells, now.cells) where a != b {
        let holds = zip(now.dimensions, b.codes).allSatisfy { dimension, code in
          ["quarter": "quarter1", "sex": "sex0", "ill": "ill1"][dimension] == code
        }
        #expect(holds, "\(now.dimensions) \(b.codes)")
      }
    }
  }

  @Test func `another result of the family pays from the same budget, and equal cells once`() throws {
    let data = try Self.town()
    let tight = try Self.target(data, tables: [[0], [1], [0, 1], [0, 2]], divisor: 20).publish()
    #expect(tight.report.budgetUsed <= tight.report.budgetLimit)
    func second(_ tables: [[Int]]) throws -> CompilerReport {
      let request = Sealer.Request(
        dataset: "town", result: "second", keyFamily: "town", title: "second", tables: tables, measures: [],
        profile: Samples.profile(k: 10, divisor: 20), policyHash: "", refresh: "P1Y",
        now: Timestamp(secondsSince1970: 1_700_000_000))
      let sealer = try Sealer(request, shape: data.shape, measures: data.measures, keys: Samples.keys)
      return try Statistics.compute(data, sealer: sealer, history: tight.history).report
    }
    #expect(try second([[0]]).budgetUsed == tight.report.budgetUsed)
    #expect(try second([[1, 2]]).budgetUsed > tight.report.budgetUsed)
  }

  @Test func `what a profile forbids is refused before anything is computed`() throws {
    let data = try Self.town()
    func sealer(_ tables: [[Int]], refresh: String = "P1Y", identifying: Int = 1) throws {
      let request = Sealer.Request(
        dataset: "town", result: "r", keyFamily: "town", title: "r", tables: tables, measures: [],
        profile: Samples.profile(identifying: identifying), policyHash: "", refresh: refresh,
        now: Timestamp(secondsSince1970: 0))
      _ = try Sealer(request, shape: data.shape, measures: data.measures, keys: Samples.keys)
    }
    try sealer([[0], [0, 2]])
    #expect(throws: DisclosureError(.tooDeep, "")) { try sealer([[0, 1]]) }
    #expect(throws: DisclosureError(.tooDeep, "")) { try sealer([[0, 0]], identifying: 3) }
    #expect(throws: DisclosureError(.refresh, "")) { try sealer([[0]], refresh: "P0D") }
    #expect(throws: DisclosureError(.refresh, "")) { try sealer([[0]], refresh: "monthly") }
  }

  @Test func `hierarchies with a gap, rings and strangers`() throws {
    #expect(throws: Never.self) { try Shape(dataset: "d", keyFamily: "d", dimensions: [Samples.places]) }
    for codes in [[("a", "b"), ("b", "a")], [("a", "x")], [("a", nil), ("a", nil)]] as [[(String, String?)]] {
      #expect(throws: DisclosureError(.dimensions, "")) {
        try Shape(dataset: "d", keyFamily: "d", dimensions: [Samples.dimension("p", codes)])
      }
    }
  }

  @Test func `ten thousand codes`() throws {
    let shape = try Shape(
      dataset: "d", keyFamily: "d",
      dimensions: [Samples.dimension("street", count: 10_000), Samples.dimension("sex", count: 2)])
    let data = Microdata.random(shape, measures: [], perUnit: [], units: 2000, rows: 2, seed: 1)
    let made = try Target(
      data, tables: [[0], [1]], measures: [], profile: Samples.profile(), keys: Samples.keys
    ).publish()
    #expect(made.report.tables[0].notWritten == .tooSparse)
    #expect(made.report.tables[1].written == 2)
  }

  @Test func `durations`() throws {
    let day = Timestamp(try #require(CalendarDate(iso: "2024-01-31")))
    #expect(Refresh("P1M")?.after(day).date.iso == "2024-02-29")
    #expect(Refresh("P1Y2W")?.after(day).date.iso == "2025-02-14")
    #expect(Refresh("P1Y")?.shortestDays == 365 && Refresh("P3M")?.shortestDays == 84)
    for bad in ["", "P", "1M", "PT1H", "P1", "PM", "P-1D", "P999999D"] {
      #expect(Refresh(bad) == nil, "\(bad)")
    }
  }
}
