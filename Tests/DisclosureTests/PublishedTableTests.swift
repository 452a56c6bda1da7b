import Testing

@testable import Disclosure

/// The five noise tables that statistical offices published with τ-Argus, row by row (DISCLOSURE a.3, c.2.3).
@Suite struct `Published p-tables` {
  /// A table's design, and the published probabilities of each row by noise. Noise is in whole counts or in halves.
  private struct Published {
    var bound: Int
    var variance: Double
    var forbidden: Int
    var stay: Double
    var steps: Int
    var rows: [Int: [Double: Double]] = [:]
  }

  private func read() throws -> [String: Published] {
    var tables: [String: Published] = [:]
    for line in try Vectors.lines("ptables.csv") where !line.hasPrefix("#") {
      let fields = line.split(separator: ",").map(String.init)
      if fields[0] == "table" {
        tables[fields[1]] = Published(
          bound: try #require(Int(fields[3])), variance: try #require(Double(fields[4])),
          forbidden: try #require(Int(fields[5])), stay: try #require(Double(fields[6])),
          steps: try #require(Int(fields[7])))
      } else {
        let count = try #require(Int(fields[1])), noise = try #require(Double(fields[2]))
        let share: Double = try #require(Double(fields[3]))
        tables[fields[0]]?.rows[count, default: [:]][noise] = share
      }
    }
    return tables
  }

  /// Our probabilities of one row, by noise.
  private func made(
    _ table: Published, row: Int, variance: Double? = nil, monotone: Bool = true
  ) throws -> [Double: Double] {
    // Halves are counted as ones: all distances double, and with them the standard deviation.
    let design = NoiseDesign(
      bound: table.bound * table.steps, variance: table.variance, forbidden: table.forbidden)
    let values = design.support(row * table.steps).map { Double($0) / Double(table.steps) }
    let probabilities = try NoiseDesign.probabilities(
      on: values, variance: variance ?? table.variance, stay: table.stay, monotone: monotone, row: row)
    return Dictionary(uniqueKeysWithValues: zip(values, probabilities))
  }

  /// Largest difference of a row; values that one of the two lacks count with their probability.
  private func difference(_ published: [Double: Double], _ made: [Double: Double]) -> Double {
    Set(published.keys).union(made.keys).map { abs((published[$0] ?? 0) - (made[$0] ?? 0)) }.max() ?? 0
  }

  @Test(arguments: [
    (name: "ptab_freq", rows: 8, tolerance: 1.6e-8), ("tau_testW", 10, 1.7e-9), ("savings_all", 2, 4.5e-8),
    ("savings_smallcells", 2, 1.3e-7), ("scenario_5a", 8, 1.5e-6),
  ])
  func `come out of our construction`(_ expected: (name: String, rows: Int, tolerance: Double)) throws {
    let table = try #require(try read()[expected.name])
    #expect(table.rows.count == expected.rows)
    for (row, published) in table.rows {
      // This row cannot have the table's variance where probabilities may not fall; it was printed with what it has.
      let printed = published.reduce(0) { $0 + $1.key * $1.key * $1.value }
      let isShort = expected.name == "savings_smallcells" && row == 1
      let difference = try difference(published, made(table, row: row, variance: isShort ? printed : nil))
      #expect(difference <= expected.tolerance, "row \(row) is off by \(difference)")
      if expected.name == "scenario_5a", row > 2 {
        // ptable's floor of 1e-7 moves the first two rows only.
        #expect(difference <= 4.5e-8, "row \(row) is off by \(difference)")
      }
    }
  }

  @Test func `have their ties, and without the demand behind them none`() throws {
    let tables = try read()
    for (name, row, tied) in [
      ("ptab_freq", 6, [-2.0, -1]), ("tau_testW", 4, [-1, 0]), ("tau_testW", 5, [-1, 0]),
      ("scenario_5a", 4, [-1, 0]), ("savings_all", 1, [-1, -0.5, 0]),
    ] {
      let table = try #require(tables[name])
      let ours = try made(table, row: row), free = try made(table, row: row, monotone: false)
      let first = try #require(ours[tied[0]]), unbound = try #require(free[tied[0]])
      for value in tied.dropFirst() {
        #expect(ours[value] == first, "\(name), row \(row)")
        #expect(abs(try #require(free[value]) - unbound) > 1e-3, "\(name), row \(row)")
      }
    }
  }

  @Test func `a row without room for its variance is refused`() throws {
    let table = try #require(try read()["scenario_5a"])
    #expect(throws: (any Error).self) { _ = try made(table, row: 1, variance: 2) }
    #expect(throws: Never.self) { _ = try made(table, row: 1, variance: 2.0001) }
  }
}
