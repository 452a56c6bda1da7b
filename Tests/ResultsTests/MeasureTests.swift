import Bytes
import Disclosure
import Policies
import Testing

@testable import Results

@Suite struct `Statistics of a measure` {
  static let periods = Samples.dimension(
    "quarter",
    [
      ("2024", nil), ("2024-Q3", "2024"), ("2024-Q4", "2024"), ("2025", nil), ("2025-Q1", "2025"),
      ("2025-Q2", "2025"),
    ], periods: 6)

  static func world(
    _ statistics: Set<MeasureShape.Statistic>, units: Int = 3000, rows: Int = 2, complete: Bool = true
  ) throws -> Microdata {
    let shape = try Shape(
      dataset: "shop", keyFamily: "shop",
      dimensions: [
        periods, Samples.dimension("kind", count: 3), Samples.dimension("late", count: 2, response: true),
      ])
    let bands: [Int64] = statistics.contains { $0.percent != nil } ? [0, 100, 200, 400, 600] : []
    return .random(
      shape,
      measures: [
        Samples.measure("paid", complete: complete, upper: 1000, statistics: statistics, bands: bands)
      ],
      perUnit: [.sum], units: units, rows: rows, seed: 77, value: { Int64.random(in: 0..<400, using: &$0) })
  }

  static func publish(
    _ data: Microdata, tables: [[Int]], derived: Set<Sealer.Derived> = [],
    profile: ProtectionProfile = Samples.profile(divisor: 1, variance: true, percentiles: true),
    history: ResultHistory = .init(), day: Int = 0
  ) throws -> Computed {
    let request = Sealer.Request(
      dataset: "shop", result: "r", keyFamily: "shop", title: "r", tables: tables, measures: [0],
      profile: profile, policyHash: "", refresh: "P1D",
      now: Timestamp(secondsSince1970: 1_800_000_000).adding(days: day),
      derived: derived)
    let sealer = try Sealer(request, shape: data.shape, measures: data.measures, keys: Samples.keys)
    return try Statistics.compute(data, sealer: sealer, history: history)
  }

  /// A released value by its column's name.
  static func value(_ name: String, _ cell: ReleasedCell, _ released: Released) -> Int128? {
    guard let place = released.columns.firstIndex(where: { $0.name == name }) else { return nil }
    return cell.values[place].flatMap { Decimal.scaled($0, scale: 2) }.map { Int128($0) }
  }

  @Test(arguments: [true, false])
  func `variances and percentiles are close to the truth, and made of what is released`(complete: Bool) throws
  {
    let data = try Self.world([.sum, .mean, .variance, .p25, .median, .p75], complete: complete)
    let released = try Self.publish(data, tables: [[0], [1], [0, 1], []]).released
    let hands = Hands(data)
    var variances = 0, percentiles = 0
    for table in released.tables {
      let dimensions = table.dimensions.compactMap { data.shape.dimension($0) }
      for cell in table.cells where !cell.withheld {
        let places = zip(dimensions, cell.codes).map { dimension, code in
          Int32(data.shape.dimensions[dimension].codes.firstIndex { $0.code == code } ?? 0)
        }
        let sorted = zip(dimensions, places).sorted { $0.0 < $1.0 }.map(\.1)
        let values = hands(DimensionSet(dimensions), sorted).values(0).values.map { Double($0) }.sorted()
        let mean = values.reduce(0, +) / Double(values.count)
        let truth = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        if let variance = Self.value("paid.variance", cell, released) {
          variances += 1
          #expect(abs(Double(variance) / 100 - truth) < 0.7 * truth, "\(cell.codes)")
        }
        // Whoever holds the release finds the same percentiles.
        let bands = (1...5).map { Self.value("paid.band\($0)", cell, released).map { $0 / 100 } }
        let count = Self.value(complete ? "count" : "paid.count", cell, released).map { $0 / 100 }
        for (statistic, percent) in [("p25", 25), ("median", 50), ("p75", 75)] {
          let shown = Self.value("paid.\(statistic)", cell, released).map { $0 / 100 }
          #expect(
            shown == Derivations.percentile(percent, bands: bands, count: count, of: data.measures[0], k: 10))
          guard let shown else { continue }
          percentiles += 1
          // Of a few units noise moves it from band to band.
          guard values.count >= 60 else { continue }
          let exact = values[(values.count - 1) * percent / 100]
          #expect(abs(Double(shown) - exact) < 60, "\(cell.codes) \(statistic)")
        }
        for (band, shown) in bands.enumerated() {
          guard let shown else { continue }
          let edges: [Double] = [0, 100, 200, 400, 600, .infinity]
          let inside = values.count { $0 >= edges[band] && $0 < edges[band + 1] }
          #expect(inside >= 10 && shown >= 10 && abs(Int(shown) - inside) <= 7)
        }
      }
    }
    #expect(variances > 10 && percentiles > 30)
  }

  @Test func `a small cell has no variance, and which has one tells no bound of the true count`() throws {
    let data = try Self.world([.sum, .variance], units: 500)
    let made = try Self.publish(data, tables: [[0, 1]])
    let cube = try #require(made.cube)
    let cuboid = try #require(cube.cuboids[DimensionSet([0, 1])])
    var with = 0, without = 0
    for (place, cell) in try #require(made.released.tables.first).cells.enumerated() {
      guard let count = Self.value("count", cell, made.released) else { continue }
      if Self.value("paid.variance", cell, made.released) != nil {
        with += 1
        #expect(count >= 3700 && cuboid.units[place] >= 30)
      } else {
        without += 1
      }
    }
    #expect(with > 3 && without > 3)
  }

  @Test func `band counts are paid for and percentiles are not`() throws {
    let data = try Self.world([.sum, .median])
    let plain = try Self.publish(Self.world([.sum]), tables: [[1]]).report.budgetUsed
    let made = try Self.publish(data, tables: [[1]])
    let shown = try #require(made.released.tables.first).cells.reduce(0) { total, cell in
      total + (1...5).count { Self.value("paid.band\($0)", cell, made.released) != nil }
    }
    #expect(shown > 6 && made.report.budgetUsed == plain + shown)
    // In another result of the family the same bands cost nothing more.
    let request = Sealer.Request(
      dataset: "shop", result: "second", keyFamily: "shop", title: "s", tables: [[1]], measures: [0],
      profile: Samples.profile(divisor: 1, variance: true, percentiles: true), policyHash: "", refresh: "P1D",
      now: Timestamp(secondsSince1970: 1_800_000_000))
    let sealer = try Sealer(request, shape: data.shape, measures: data.measures, keys: Samples.keys)
    let second = try Statistics.compute(data, sealer: sealer, history: made.history)
    #expect(second.report.budgetUsed == made.report.budgetUsed)
    #expect(second.released.tables == made.released.tables)
  }

  @Test func `shares and changes are quotients of released numbers`() throws {
    let data = try Self.world([.sum, .mean])
    let released = try Self.publish(
      data, tables: [[], [0], [0, 2], [0, 1]], derived: [.share, .change]
    ).released
    func count(_ table: Int, _ codes: [String]) -> Int128? {
      released.tables[table].cells.first { $0.codes == codes }.flatMap { Self.value("count", $0, released) }
    }
    func rounded(_ part: Int128, _ whole: Int128) -> Int128 {
      Decimal.quotient(part * 100, whole, digits: 1) * 10
    }
    let everybody = try #require(count(0, []))
    var shares = 0, changes = 0
    for cell in released.tables[1].cells {
      let here = try #require(Self.value("count", cell, released))
      #expect(Self.value("share", cell, released) == rounded(here, everybody))
      let before = ["2025": "2024", "2024-Q4": "2024-Q3", "2025-Q1": "2024-Q4", "2025-Q2": "2025-Q1"][
        cell.codes[0]]
      let was = before.flatMap { count(1, [$0]) }
      #expect(
        Self.value("count.change", cell, released) == was.map { rounded(here - $0, $0) }, "\(cell.codes)")
      if was != nil { changes += 1 }
    }
    for cell in released.tables[2].cells {
      guard let here = Self.value("count", cell, released), let whole = count(1, [cell.codes[0]]) else {
        continue
      }
      // With a response: of the population the cell is in.
      #expect(Self.value("share", cell, released) == rounded(here, whole))
      shares += 1
    }
    #expect(shares > 8 && changes == 4)
    #expect(
      released.columns.map(\.name) == [
        "count", "share", "count.change", "paid.sum", "paid.sum.change", "paid.mean", "paid.mean.change",
      ])
    // Of a population that is not out there is no share.
    let alone = try Self.publish(data, tables: [[1, 2]], derived: [.share]).released
    #expect(alone.tables[0].cells.allSatisfy { Self.value("share", $0, alone) == nil })
    #expect(alone.tables[0].cells.contains { !$0.withheld })
  }

  @Test func `what profile or tables do not bear is refused`() throws {
    let plain = Samples.profile(divisor: 1)
    #expect(throws: DisclosureError(.statistic, "")) {
      try Self.publish(Self.world([.sum, .variance]), tables: [[0]], profile: plain)
    }
    #expect(throws: DisclosureError(.statistic, "")) {
      try Self.publish(Self.world([.sum, .p90]), tables: [[0]], profile: plain)
    }
    #expect(throws: DisclosureError(.statistic, "")) {
      try Self.publish(Self.world([.median]), tables: [[0], [0, 2]])
    }
    #expect(throws: DisclosureError(.statistic, "")) {
      try Self.publish(Self.world([.sum]), tables: [[1]], derived: [.change])
    }
  }

  @Test func `squares and bands are carried over cell by cell like sums`() throws {
    let data = try Self.world([.sum, .variance, .median], rows: 1)
    let first = try Self.publish(data, tables: [[1]])
    var values = data.values
    // Nine units move from the first band to the last: too few for any cell to be drawn anew.
    let moved = (0..<data.rowCount).filter { data.values[0][$0] < 50 }.prefix(9)
    for row in moved { values[0][row] = 900 }
    let other = Microdata(
      shape: data.shape, measures: data.measures, perUnit: data.perUnit, keys: data.keys, codes: data.codes,
      values: values)
    let second = try Self.publish(other, tables: [[1]], history: first.history, day: 2)
    #expect(second.released.tables == first.released.tables)
    #expect(try Self.publish(other, tables: [[1]]).released.tables != first.released.tables)
  }

  @Test func `values of one unit that are too large together are an error, not a crash`() throws {
    let shape = try Shape(dataset: "d", keyFamily: "d", dimensions: [Samples.dimension("kind", count: 2)])
    for (second, code) in [(Int64(1) << 46, Int32(0)), (1 << 46, 1), (.max, 1)] {
      let data = Microdata(
        shape: shape, measures: [Samples.measure("x", upper: .max)], perUnit: [.sum], keys: [7, 7, 7],
        codes: [[0, 0, code]], values: [[1 << 46, second, second]])
      #expect(throws: ResultError(.value, "")) {
        try CubeBuilder.cube(data, tables: [DimensionSet([]), DimensionSet([0])], measures: [0])
      }
    }
  }

  @Test func `a measure that is zero, negative or missing everywhere`() throws {
    let shape = try Shape(
      dataset: "shop", keyFamily: "shop", dimensions: [Samples.dimension("kind", count: 2)])
    let keys = (0..<400).map { UInt64($0) &* 0x9E37_79B9_7F4A_7C15 }
    func sums(_ value: Int64, complete: Bool = true) throws -> [Int128?] {
      let data = Microdata(
        shape: shape, measures: [Samples.measure("x", complete: complete, lower: -1000)], perUnit: [.sum],
        keys: keys,
        codes: [keys.indices.map { Int32($0 % 2) }], values: [keys.map { _ in value }])
      let made = try Self.publish(data, tables: [[0]])
      return made.released.tables[0].cells.map { Self.value("x.sum", $0, made.released) }
    }
    #expect(try sums(0) == [nil, nil])
    #expect(try sums(Microdata.missing, complete: false) == [nil, nil])
    for sum in try sums(-10) { #expect(try #require(sum) < -180_000 && #require(sum) > -220_000) }
  }
}
