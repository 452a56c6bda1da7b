import Bytes
import Policies
import Testing
import Trust

@testable import Disclosure

/// The frozen law of sums: tables and vectors with all intermediate numbers, `Vectors/disclosure/sums.json`.
@Suite struct `The law of sums` {
  private let vectors: JSON
  private let keys: ProtectionKeys

  init() throws {
    let vectors = try JSON(parsing: try Vectors.bytes("sums.json"))
    func secret(_ name: String) throws -> Secret {
      let text = try #require(vectors[name]?.string)
      var bytes = try #require(Hex.decode(text))
      return Secret(wiping: &bytes)
    }
    keys = ProtectionKeys(record: try secret("K_rec"), draw: try secret("K_draw"))
    self.vectors = vectors
  }

  @Test(arguments: ProtectionProfile.FactorRatio.allCases)
  func `tables of factors are the frozen ones, with a mean of exactly 1`(
    _ ratio: ProtectionProfile.FactorRatio
  )
    throws
  {
    let steps = FactorTable.of(ratio).steps
    let frozen = try #require(vectors["tables"]?["\(ratio.rawValue)"])
    #expect(steps.reduce(0, +) == 1 << 48)
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 <= $1 })
    for member in try #require(frozen["at"]?.members) {
      #expect(Int(member.key).map { steps[$0] } == member.value.int.map { UInt64($0) })
    }
    let bytes = steps.flatMap { step in (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) } }
    #expect(Hex.encode(Digest.sha256(bytes)) == frozen["sha256"]?.string)
  }

  @Test func `the variance of factors is that of their tables`() {
    for lasting in ProtectionProfile.FactorRatio.allCases {
      for yearly in ProtectionProfile.FactorRatio.allCases {
        func second(_ ratio: ProtectionProfile.FactorRatio) -> Double {
          FactorTable.of(ratio).steps.reduce(0.0) { $0 + Double($1) * Double($1) } / 0x1p80
        }
        let exact = second(lasting) * second(yearly) - 1
        #expect(abs(UnitFactors.variance(.init(lasting, yearly)) - exact) < 1e-6)
      }
    }
  }

  @Test
  func `a factor is nowhere close to 1 more often than one time in five, whatever it is multiplied with`() {
    // By the tables themselves, with the attacker's best correction.
    func share(_ lasting: ProtectionProfile.FactorRatio, _ yearly: ProtectionProfile.FactorRatio, _ p: Double)
      -> Double
    {
      let (a, b) = (FactorTable.of(lasting).steps, FactorTable.of(yearly).steps)
      let factors: [Float] = stride(from: 0, to: a.count, by: 256).flatMap { i in
        stride(from: 128, to: b.count, by: 256).map { Float(Double(a[i]) * Double(b[$0]) / 0x1p64) }
      }
      let sorted = factors.sorted()
      var best = 0
      var low = 0
      for high in sorted.indices {
        // Within p of one number: of ratio (1 + p) / (1 − p).
        while Double(sorted[high]) > Double(sorted[low]) * (1 + p) / (1 - p) { low += 1 }
        best = max(best, high - low + 1)
      }
      return Double(best) / Double(sorted.count)
    }
    #expect(share(.four, .five, 0.15) <= 0.20)
    #expect(share(.eight, .eight, 0.20) <= 0.20)
    // One factor alone would not do, whoever knows the other.
    #expect(share(.four, .four, 0.15) > share(.eight, .eight, 0.15))
  }

  @Test(arguments: ProtectionProfile.CountNoise.allCases)
  func `sums together tell a count no better than the counts themselves do`(
    _ counts: ProtectionProfile.CountNoise
  ) {
    let layers = CountLayers.of(counts)
    for measures in 1...20 {
      let scale = SumScale(draw: 0, measures: measures, counts: counts)
      // Of values that are all 1 a sum is the count, with noise of variance φ² · 5/12; the mean of q such sums has 1/q of it.
      let deviation = Double(scale.share) / 0x1p20 * (5.0 / 12).squareRoot()
      let known = deviation / Double(max(1, min(measures, 16))).squareRoot()
      #expect(known > 0.999 * layers.deviation / 2.0.squareRoot(), "\(measures) measures: \(known)")
      #expect(measures > 1 || abs(known - layers.deviation) < 0.001)
    }
    if counts == .two { #expect(vectors["PHI"]?.array?.compactMap(\.int) == phi(.two)) }
    #expect(
      zip(phi(.twelve), phi(.two)).allSatisfy { abs(Double($0) / Double($1) - 12 / 4.08.squareRoot()) < 1e-5 }
    )
  }

  private func phi(_ counts: ProtectionProfile.CountNoise) -> [Int] {
    (1...16).map { Int(SumScale(draw: 0, measures: $0, counts: counts).share) }
  }

  private struct Vector {
    let name: String
    let input: JSON
    let output: JSON
  }

  private func all() throws -> [Vector] {
    try #require(vectors["vectors"]?.array).map {
      Vector(
        name: try #require($0["name"]?.string), input: try #require($0["input"]),
        output: try #require($0["output"]))
    }
  }

  @Test func `every vector comes out with all that leads to it`() throws {
    let family = try #require(vectors["family"]?.string)
    var records = RecordKeys(keys, family: family)
    let all = try all()
    #expect(all.count == 15)
    for vector in all {
      let input = vector.input
      let name = try #require(input["measure"]?.string)
      let strict = input["profile"]?.string == "strict"
      let factors = UnitFactors(keys, family: family, strict ? .init(.eight, .eight) : .init(.four, .five))
      let prominent = Set(try #require(input["prominent"]?.array).compactMap(\.string))
      var totals = CellTotals()
      let units = try #require(input["units"]?.array), values = try #require(input["x"]?.array)
      for (unit, value) in zip(units, values) {
        let id = try #require(unit.string)
        let key = records.key(of: id)
        let factor =
          prominent.contains(id)
          ? factors.factor(
            key, of: name, year: input["year"]?.string ?? "2026", yearlyName: name) : nil
        totals.add(Int64(try #require(value.int)), key: key, factor: factor)
      }
      let measure = MeasureShape(
        name: name, title: "x", unit: nil, scale: 0, step: Int128(input["step"]?.int ?? 1),
        lower: input["nonnegative"] == .bool(false) ? -1 << 40 : 0, upper: 1 << 40, complete: true,
        statistics: [.sum])
      let noise = SumNoise(keys, family: family, measure, measures: input["q"]?.int ?? 1, counts: .two)
      // The law appends the measure to the label itself.
      let label = try #require(input["label"]?.string)
      #expect(label.hasSuffix("|" + name))
      let cell = CellLabel(root: String(label.dropLast(name.count + 1)), pairs: [])
      let output = vector.output
      #expect(Int128(noise.scale.gridBase) == output["gridBase"].flatMap(\.int).map { Int128($0) })
      #expect(
        noise.scale.half(totals.largest) == output["Tgrid"].flatMap(\.int).map { Int128($0) },
        "\(vector.name)")
      #expect(noise.scale(totals) == output["T"].flatMap(\.int).map { Int128($0) }, "\(vector.name)")
      #expect(totals.prominent.moved == output["F"].flatMap(\.int).map { Int128($0) }, "\(vector.name)")
      #expect(
        noise.sum(totals, label: cell) == output["published"].flatMap(\.int).map { Int128($0) },
        "\(vector.name)")
    }
  }

  @Test func `sums of many large values are rounded as small ones are`() {
    // 2⁷⁸ does not fit beside 53 binary places; its noise is that of a small sum of the same scale.
    var totals = CellTotals()
    totals.add(1 << 40, key: 1)
    totals.units = 1 << 31
    totals.cases = totals.units
    totals.absolute = 1 << 78
    totals.sum = 1 << 78
    let measure = MeasureShape(
      name: "x", title: "x", unit: nil, scale: 0, step: 1, lower: 0, upper: 1 << 46, complete: true,
      statistics: [.sum])
    let noise = SumNoise(keys, family: "f", measure, measures: 1, counts: .two)
    let label = CellLabel(root: "d", pairs: [])
    let off = noise.sum(totals, label: label) - totals.sum
    #expect(off != 0 && off.magnitude <= UInt128((noise.scale(totals) >> 20) * 2))
  }

  @Test func `squares of a prominent unit carry the square of its factor`() {
    let measure = MeasureShape(
      name: "x", title: "x", unit: nil, scale: 0, step: 1, lower: 0, upper: 1 << 46, complete: true,
      statistics: [.sum, .variance])
    let noise = SumNoise(keys, family: "f", measure, measures: 1, counts: .two)
    let label = CellLabel(root: "d", pairs: [])
    // Alone with zeros there is no other noise; the quotient of the two tells no value.
    for (unit, factor) in [(UInt64(1), UInt64(3) << 31), (2, 1 << 31), (3, 5 << 31)] {
      var totals = CellTotals()
      totals.add(1_000_000, key: unit, factor: factor)
      let share = Double(factor) / 0x1p32
      #expect(abs(Double(noise.squares(totals, label: label)) / (1e12 * share * share) - 1) < 1e-4)
      #expect(abs(Double(noise.sum(totals, label: label)) / (1e6 * share) - 1) < 1e-4)
    }
  }
}
