import Bytes
import Policies
import Testing

@testable import Disclosure

@Suite struct `Noise tables` {
  @Test func `the contributor layer is the published vector to the digit`() throws {
    try expect(NoiseTable.contributors, equals: "ptable_D5_V3_js2_u32.json")
  }

  @Test func `the label layer is the published vector to the digit`() throws {
    try expect(NoiseTable.label, equals: "ptable_D2_V1.08_js1_u32.json")
  }

  @Test func `the noise of sums is the published vector to the digit`() throws {
    try expect(Magnitudes.halves, equals: "halves_D10_V4_u32.json")
  }

  @Test func `what is frozen is what the designs give`() throws {
    let made = try [
      NoiseDesign(bound: 5, variance: 3, forbidden: 2, monotone: false),
      NoiseDesign(bound: 2, variance: 1.08, forbidden: 1, monotone: false),
      NoiseDesign(bound: 10, variance: 4, monotone: false),
    ].map { try $0.table() }
    for (frozen, made) in zip([NoiseTable.contributors, .label, Magnitudes.halves], made) {
      #expect(frozen.rows.map(\.values) == made.rows.map(\.values))
      for (count, (row, solved)) in zip(frozen.rows, made.rows).enumerated() {
        // Another library's exp may round a weight differently; ours stand as they are.
        for (one, other) in zip(row.weights, solved.weights) {
          #expect(max(one, other) - min(one, other) <= 64, "row \(count)")
        }
      }
    }
  }

  @Test func `every frozen row sums to one, has mean exactly zero and really is noise`() {
    for (table, variance) in [(NoiseTable.contributors, 3.0), (.label, 1.08), (Magnitudes.halves, 4)] {
      for (count, row) in table.rows.enumerated() {
        #expect(row.total == 1 << 32 && row.moment == 0, "row \(count)")
        #expect(count == 0 ? row.values == [0] : abs(row.variance - variance) < 1e-6, "row \(count)")
      }
    }
  }

  private func expect(_ table: NoiseTable, equals file: String) throws {
    let rows = try #require(try JSON(parsing: Vectors.bytes(file)).members)
    #expect(table.rows.count == rows.count)
    for row in rows {
      let entries = try #require(row.value.array).map { ($0[0]?.int ?? 0, UInt64($0[1]?.int ?? 0)) }
      let count = try #require(Int(row.key))
      let made = table.row(count)
      #expect(made.values == entries.map(\.0), "row \(count)")
      for (index, entry) in entries.enumerated() {
        #expect(made.weights[index] == entry.1, "row \(count), value \(entry.0)")
      }
    }
  }

  @Test func `every row sums to one and has mean exactly zero`() throws {
    for design in [
      NoiseDesign(bound: 5, variance: 3, forbidden: 2),
      NoiseDesign(bound: 2, variance: 1.08, forbidden: 1, monotone: false),
      NoiseDesign(bound: 7, variance: 4, forbidden: 2),
      NoiseDesign(bound: 5, variance: 3, forbidden: 2, stay: 0.5),
      NoiseDesign(bound: 9, variance: 7, forbidden: 4),
    ] {
      for (count, row) in try design.table().rows.enumerated() {
        #expect(row.total == 1 << 32, "row \(count) of \(design)")
        #expect(row.moment == 0, "row \(count) of \(design)")
        if count > 0 { #expect(abs(row.variance - design.variance) < 1e-6, "row \(count) of \(design)") }
        #expect(
          row.values.allSatisfy {
            abs($0) <= design.bound && !(1...max(1, design.forbidden)).contains(count + $0)
          })
      }
    }
  }

  @Test func `the vignette of ptable comes out`() throws {
    let design = NoiseDesign(bound: 2, variance: 1.08, forbidden: 1)
    try near(design.probabilities(1), [0.513333, 0.46, 0.026667])
    try near(design.probabilities(2), [0.165608, 0.54635, 0.244867, 0.043175])
    try near(
      NoiseDesign(bound: 2, variance: 1.08, forbidden: 1, monotone: false).probabilities(3),
      [0.420785, 0.277646, 0.182354, 0.119215])
    try near(design.probabilities(4), [0.073947, 0.244213, 0.36368, 0.244213, 0.073947])
    try near(NoiseDesign(bound: 2, variance: 0.9).probabilities(1), [0.3625, 0.3625, 0.1875, 0.0875])
  }

  private func near(_ made: [Double], _ expected: [Double], within tolerance: Double = 1e-6) {
    #expect(made.count == expected.count)
    for (a, b) in zip(made, expected) { #expect(abs(a - b) < tolerance, "\(made) is not \(expected)") }
  }

  @Test func `a variance out of reach is refused`() {
    for (forbidden, least) in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 6.0)] {
      #expect(throws: (any Error).self) {
        _ = try NoiseDesign(bound: 6, variance: least, forbidden: forbidden).table()
      }
    }
    #expect(throws: (any Error).self) { _ = try NoiseDesign(bound: 5, variance: 5, forbidden: 2).table() }
    #expect(throws: (any Error).self) { _ = try NoiseDesign(bound: 2, variance: 2, forbidden: 1).table() }
    #expect(throws: Never.self) {
      _ = try NoiseDesign(bound: 5, variance: 4.9, forbidden: 2, monotone: false).table()
    }
  }

  @Test func `a tie on the left keeps the variance that ptable misses`() throws {
    // ptable takes the variance as an upper bound and stays below it in this row.
    try near(NoiseDesign(bound: 2, variance: 1).probabilities(1), [0.375, 0.375, 0.125, 0.125])
  }

  @Test func `the wide layers are the frozen ones, and of the most entropy`() throws {
    let frozen = try JSON(parsing: try Vectors.bytes("sums.json"))["ptables"]
    for (table, name, bound, variance) in [
      (NoiseTable.wideContributors, "broad layer 1 D16 V43.2", 16, 43.2),
      (NoiseTable.wideLabel, "broad layer 2 D25 V100.8", 25, 100.8),
    ] {
      let half = try #require(frozen?[name]?.array).compactMap { $0.int }
      #expect(half.count == bound + 1)
      #expect(table.row(0).values == [0])
      for count in [1, 20, 1000] {
        let row = table.row(count)
        #expect(row.values == Array(-bound...bound))
        #expect(row.weights == row.values.map { UInt64(half[abs($0)]) })
        #expect(row.total == 1 << 32 && row.moment == 0)
        #expect(abs(row.variance - variance) < 1e-6)
      }
      try near(
        NoiseDesign(bound: bound, variance: variance).probabilities(1000),
        (-bound...bound).map { table.row(20).probability(of: $0) }, within: 1e-8)
    }
  }

  @Test(arguments: [
    (ProtectionProfile.CountNoise.two, "2.02", 4, 7), (ProtectionProfile.CountNoise.twelve, "12", 24, 41),
  ]) func `what is said of counts is what their tables give`(
    _ noise: ProtectionProfile.CountNoise, _ deviation: String, _ usual: Int, _ largest: Int
  ) {
    let layers = CountLayers.of(noise)
    #expect(layers.text() == deviation && layers.usual == usual && layers.largest == largest)
    var within = 0.0, variance = 0.0
    let first = layers.contributors.row(50), second = layers.label.row(50)
    for a in first.values {
      for b in second.values {
        let share = first.probability(of: a) * second.probability(of: b)
        variance += share * Double((a + b) * (a + b))
        if abs(a + b) <= usual { within += share }
      }
    }
    #expect(within >= 0.95)
    #expect(abs(variance.squareRoot() - layers.deviation) < 0.005)
  }

  @Test func `the two layers together have the tabulated error`() {
    var combined: [Int: Double] = [:]
    let first = NoiseTable.contributors.row(50), second = NoiseTable.label.row(50)
    for a in first.values {
      for b in second.values {
        combined[a + b, default: 0] += first.probability(of: a) * second.probability(of: b)
      }
    }
    for (value, share) in [
      0: 0.195619, 1: 0.173723, 2: 0.121521, 3: 0.066705, 4: 0.02851, 5: 0.009298, 6: 0.002153, 7: 0.00028,
    ] {
      #expect(abs((combined[value] ?? 0) - share) < 1e-6)
      #expect(abs((combined[-value] ?? 0) - share) < 1e-6)
    }
    #expect(abs(combined.reduce(0) { $0 + Double($1.key * $1.key) * $1.value } - 4.08) < 1e-6)
    let within = combined.filter { abs($0.key) <= 4 }.reduce(0) { $0 + $1.value }
    #expect(abs(within - 0.9765) < 0.0005)
  }

  @Test func `twenty-one cells of cellKey are perturbed as the R package does`() throws {
    let table = try NoiseDesign(bound: 5, variance: 3, forbidden: 2, stay: 0.5).table()
    for line in try Vectors.lines("cellkey_total_21.csv").dropFirst() {
      let fields = line.split(separator: ",")
      let count = try #require(Int(fields[2])), key = try #require(Double(fields[3]))
      let noise = table.row(count).draw(UInt32(min(4_294_967_295, key * 4_294_967_296)))
      #expect(noise == Int(fields[4]), "count \(count), key \(key)")
    }
  }
}
