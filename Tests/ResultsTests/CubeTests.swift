import Disclosure
import Testing

@testable import Results

@Suite struct `Cubes` {
  private static let made = Result {
    try Shape(
      dataset: "d", keyFamily: "d",
      dimensions: [
        Samples.places, Samples.dimension("sex", count: 2), Samples.dimension("age", count: 4),
        Samples.dimension("ill", count: 2, response: true),
      ])
  }
  static var shape: Shape { get throws { try made.get() } }
  static let tables: [DimensionSet] = [
    DimensionSet([]), DimensionSet([0]), DimensionSet([0, 1]), DimensionSet([1, 2, 3]), DimensionSet([0, 3]),
  ]

  static func world(rows: Int, units: Int = 160, seed: UInt64) throws -> Microdata {
    try .random(
      shape,
      measures: [
        Samples.measure("a", statistics: [.sum, .median], bands: [0, 30, 60, 100]),
        Samples.measure("b", complete: false, lower: -1000),
      ],
      perUnit: [.sum, seed % 2 == 0 ? .mean : .last], units: units, rows: rows, seed: seed,
      value: { Int64.random(in: 0..<40, using: &$0) == 0 ? 90_000 : Int64.random(in: 0..<100, using: &$0) })
  }

  @Test(arguments: [(1, 1), (1, 2), (3, 3), (4, 4)] as [(Int, UInt64)])
  func `agree with counting by hand`(rows: Int, seed: UInt64) throws {
    let data = try Self.world(rows: rows, seed: seed)
    let hands = Hands(data)
    let cube = try CubeBuilder.cube(data, tables: Self.tables, measures: [0, 1])
    for (set, cuboid) in cube.cuboids {
      // Bands are counted where percentiles are released: in declared tables without a response.
      #expect(cuboid.bands[0].isEmpty == (!Self.tables.contains(set) || set.contains(3)))
      for cell in 0..<cuboid.grid.count {
        let hand = hands(set, cuboid.grid.codes(at: cell))
        #expect(Int(cuboid.units[cell]) == hand.units.count)
        #expect(cuboid.keys[cell] == hand.units.keys.reduce(0, &+))
        for measure in 0..<2 where !cuboid.totals[measure].isEmpty {
          let values = hand.values(measure)
          let totals = cuboid.totals[measure][cell]
          #expect(totals.units == values.count)
          #expect(totals.sum == values.values.reduce(0) { $0 + Int128($1) })
          #expect(totals.absolute == values.values.reduce(0) { $0 + Int128($1.magnitude) })
          let squares = values.values.reduce(0) { $0 + Int128($1) * Int128($1) }
          #expect(totals.squares == (data.measures[measure].statistics.contains(.variance) ? squares : 0))
          let sizes = values.values.map { Int64($0.magnitude) }.sorted(by: >) + [0, 0]
          #expect(totals.first == sizes[0] && totals.second == sizes[1])
          for (band, counted) in cuboid.bands[measure].dropFirst(cell * 4).prefix(4).enumerated() {
            let edges: [Int64] = [0, 30, 60, 100, .max]
            let inside = values.filter { $0.value >= edges[band] && $0.value < edges[band + 1] }
            #expect(Int(counted.units) == inside.count && counted.key == inside.keys.reduce(0, &+))
          }
        }
      }
    }
  }

  @Test(arguments: [(1, 11), (3, 12), (4, 13)] as [(Int, UInt64)])
  func `the guard counts units with rows outside, and units with none inside, by hand`(
    rows: Int, seed: UInt64
  ) throws {
    let data = try Self.world(rows: rows, units: 120, seed: seed)
    let hands = Hands(data)
    let cube = try CubeBuilder.cube(data, tables: Self.tables, measures: [0, 1])
    let profile = Samples.profile(k: 4)
    var differing = 0, byAbsence = 0
    for set in [DimensionSet([0]), DimensionSet([0, 1]), DimensionSet([1, 2])] {
      let verdicts = try DifferencingGuard(profile).verdicts(set, in: cube)
      let grid = try #require(cube.cuboids[set]).grid
      let lattice = try Lattice(grid, of: data.shape)
      for cell in 0..<grid.count {
        let inside = hands(set, grid.codes(at: cell))
        var expected = DifferencingGuard.Verdict.passes
        if inside.units.isEmpty {
          expected = .empty
        } else if inside.units.count < 4 {
          expected = .small
        } else {
          for way in lattice.ways.indices {
            guard let target = lattice.target(of: cell, way: way) else { continue }
            let wider = try Grid(lattice.ways[way].kept, of: data.shape)
            let whole = hands(lattice.ways[way].kept, wider.codes(at: target))
            let outside = whole.units.count { key, rows in
              rows.contains { !(inside.units[key]?.contains($0) ?? false) }
            }
            let absent = whole.units.count { inside.units[$0.key] == nil }
            if (1..<4).contains(outside) || (1..<4).contains(absent) { expected = .differs }
            if (1..<4).contains(absent), !(1..<4).contains(outside) { byAbsence += 1 }
          }
        }
        if expected == .differs { differing += 1 }
        #expect(verdicts[cell] == expected, "\(set.places) \(grid.codes(at: cell))")
      }
    }
    #expect(differing > 0)
    // Where every unit has one row the two are the same.
    #expect((byAbsence > 0) == (rows > 1))
  }

  @Test(arguments: [1, 3]) func `whose value outweighs a cell, and what all others have, by hand`(rows: Int)
    throws
  {
    let data = try Self.world(rows: rows, seed: 41)
    let hands = Hands(data)
    var history = ResultHistory()
    history.prominent = ["a": [99]]
    let survey = try CubeBuilder.survey(data, tables: Self.tables, history: history)
    var expected: [String: Set<UInt64>] = ["a": [99]]
    for set in Self.tables {
      let grid = try Grid(set, of: data.shape)
      for cell in 0..<grid.count {
        for measure in 0..<2 {
          let values = hands(set, grid.codes(at: cell)).values(measure)
          let squares = values.values.reduce(Int128(0)) { $0 + Int128($1) * Int128($1) }
          for (unit, value) in values where 2 * Int128(value) * Int128(value) > squares {
            expected[data.measures[measure].name, default: []].insert(unit)
          }
        }
      }
    }
    #expect(survey.prominent == expected && expected.values.contains { $0.count > 5 })
    let factors = data.measures.map { measure in
      ProminentFactors(
        Dictionary(
          uniqueKeysWithValues: (survey.prominent[measure.name] ?? []).map { ($0, 3 << 31 + $0 % 1000) }))
    }
    let cube = try CubeBuilder.cube(data, tables: Self.tables, measures: [0, 1], factors: factors)
    for (set, cuboid) in cube.cuboids {
      for cell in 0..<cuboid.grid.count {
        let hand = hands(set, cuboid.grid.codes(at: cell))
        for measure in 0..<2 where !cuboid.totals[measure].isEmpty {
          let values = hand.values(measure).filter { $0.value != 0 }
          let giants = survey.prominent[data.measures[measure].name] ?? []
          let totals = cuboid.totals[measure][cell]
          let others = values.filter { !giants.contains($0.key) }
          #expect(totals.cases == values.count && totals.caseKey == values.keys.reduce(0, &+))
          #expect(totals.largest == (others.values.map { Int64($0.magnitude) }.max() ?? 0))
          #expect(totals.prominent.cases == values.count - others.count)
          #expect(
            totals.absolute - totals.prominent.absolute
              == others.values.reduce(0) { $0 + Int128($1.magnitude) })
          let moved = values.filter { giants.contains($0.key) }
            .reduce(Int128(0)) { $0 + Int128($1.value) * (Int128(1) << 31 + Int128($1.key % 1000)) }
          #expect(totals.prominent.moved == moved)
        }
      }
    }
  }

  @Test func `parts merge in any order, whatever the workers`() throws {
    let data = try Self.world(rows: 3, seed: 31)
    let whole = try CubeBuilder.cube(data, tables: Self.tables, measures: [0, 1], workers: 1)
    let factors = data.measures.map { _ in ProminentFactors() }
    try expect(CubeBuilder.cube(data, tables: Self.tables, measures: [0, 1], workers: 4), equals: whole)
    for cut in [[0, 160], [0, 7, 80, 81, 160], [0, 50, 100, 160]] {
      let parts = zip(cut, cut.dropFirst()).map { picking(data, $0..<$1) }
      for order in [parts, parts.reversed(), [parts[parts.count - 1]] + parts.dropLast()] {
        // Each part in base cells of its own, merged; and each rolled up before the next.
        for rollsUpEach in [false, true] {
          let builders = try CubeBuilder.builders(data, tables: Self.tables, measures: [0, 1])
          var base = CubeBuilder.base(for: builders, measures: [0, 1], of: data)
          for part in order {
            var cells = base.emptied
            try CubeBuilder.add(part, factors, to: &cells, builders, workers: rollsUpEach ? 2 : 1)
            if rollsUpEach {
              try CubeBuilder.roll(up: cells, into: builders, workers: 1)
            } else {
              base.merge(cells)
            }
          }
          try CubeBuilder.roll(up: base, into: builders, workers: 2)
          try expect(CubeBuilder.cube(of: builders, data), equals: whole)
        }
      }
    }
  }

  private func expect(_ cube: TrueCube, equals whole: TrueCube) throws {
    for (set, cuboid) in whole.cuboids {
      let other = try #require(cube.cuboids[set])
      #expect(other.units == cuboid.units && other.keys == cuboid.keys && other.totals == cuboid.totals)
      #expect(other.lone == cuboid.lone && other.onlyHere == cuboid.onlyHere)
      #expect(other.bands == cuboid.bands)
    }
  }

  /// Some of the units.
  private func picking(_ data: Microdata, _ units: Range<Int>) -> Microdata {
    let rows = Int(data.starts[units.lowerBound])..<Int(data.starts[units.upperBound])
    return Microdata(
      shape: data.shape, measures: data.measures, perUnit: data.perUnit, keys: Array(data.keys[rows]),
      codes: data.codes.map { Array($0[rows]) }, values: data.values.map { Array($0[rows]) })
  }

  @Test func `nobody, and one unit`() throws {
    for units in [0, 1] {
      let data = try Self.world(rows: 2, units: units, seed: 5)
      let cube = try CubeBuilder.cube(data, tables: Self.tables, measures: [0, 1])
      #expect(cube.cuboids[DimensionSet([])]?.units == [Int32(units)])
    }
  }
}

/// Cells counted by hand, each once.
final class Hands {
  private let data: Microdata
  private var known: [DimensionSet: [[Int32]: Hand]] = [:]

  init(_ data: Microdata) { self.data = data }

  func callAsFunction(_ set: DimensionSet, _ codes: [Int32]) -> Hand {
    if let hand = known[set]?[codes] { return hand }
    let hand = Hand(data, set: set, codes: codes)
    known[set, default: [:]][codes] = hand
    return hand
  }
}

/// The rows of a cell, found one by one.
struct Hand {
  let data: Microdata
  /// Rows in the cell by unit.
  var units: [UInt64: [Int]] = [:]

  init(_ data: Microdata, set: DimensionSet, codes: [Int32]) {
    self.data = data
    for row in 0..<data.rowCount {
      let inside = zip(set.places, codes).allSatisfy { dimension, node in
        var code = data.codes[dimension][row]
        while code >= 0 {
          if code == node { return true }
          code = data.shape.parents[dimension][Int(code)]
        }
        return false
      }
      if inside { units[data.keys[row], default: []].append(row) }
    }
  }

  func values(_ measure: Int) -> [UInt64: Int64] {
    var values: [UInt64: Int64] = [:]
    for (key, rows) in units {
      let known = rows.map { data.values[measure][$0] }.filter { $0 != Microdata.missing }
      guard let last = known.last else { continue }
      let sum = known.reduce(0, +)
      switch data.perUnit[measure] {
      case .sum: values[key] = sum
      case .last: values[key] = last
      case .mean: values[key] = Int64((Double(sum) / Double(known.count)).rounded(.toNearestOrAwayFromZero))
      }
    }
    return values
  }
}
