import Bytes
import Disclosure
import Policies
import Testing

@testable import Results

/// Answers that are written as numbers: 1 for yes and 2 for no, or one to five. Their sums are counts of answers.
@Suite struct `Sums of coded answers` {
  private typealias Firms = `Sums that keep their secret`

  private static func coded(
    _ name: String, _ lower: Int64, _ upper: Int64, step: Int128 = 1, complete: Bool = true,
    boundsUnit: Bool = true, statistics: Set<MeasureShape.Statistic> = [.sum, .mean]
  ) -> MeasureShape {
    MeasureShape(
      name: name, title: Text(name), unit: nil, scale: 0, step: step, lower: lower, upper: upper,
      complete: complete, boundsUnit: boundsUnit, statistics: statistics)
  }

  private static let codes: [(Int64, Int64)] = [(0, 1), (1, 2), (0, 5), (-1, 1), (5, 9)]

  /// One answer in five codings.
  private static func answers(
    units: Int = 900, statistics: Set<MeasureShape.Statistic> = [.sum, .mean],
    isTrue: @escaping (Int) -> Bool = { $0 / 6 % 3 == 0 }
  ) throws -> Microdata {
    let measures = codes.map { coded("m\($0.0)to\($0.1)", $0.0, $0.1, statistics: statistics) }
    return try Firms.firms(units: units, measures) { unit, measure, _ in
      isTrue(unit) ? codes[measure].1 : codes[measure].0
    }
  }

  private static func values(_ name: String, _ released: Released) throws -> [Double?] {
    let place = try #require(released.columns.firstIndex { $0.name == name })
    return try #require(released.tables.first).cells.map { $0.values[place].flatMap { Double($0) } }
  }

  @Test func `tell one number of those who gave an answer, however it is coded`() throws {
    let data = try Self.answers()
    var shown = 0, exact = 0
    for seed in 0..<30 {
      let released = try Firms.target(data, tables: [[0]]).redrawn(UInt64(seed)).publish().released
      let counts = try Self.values("count", released)
      let plain = try Self.values("m0to1.sum", released)
      for (low, high) in Self.codes {
        let sums = try Self.values("m\(low)to\(high).sum", released)
        for zone in 0..<6 {
          let (count, sum) = (try #require(counts[zone]), try #require(sums[zone]))
          // What anybody computes of it: were these different draws of one number, they could be averaged.
          #expect((sum - Double(low) * count) / Double(high - low) == plain[zone])
        }
      }
      for (zone, told) in plain.enumerated() {
        let truth = data.keys.indices.count { data.codes[0][$0] == Int32(zone) && data.values[0][$0] == 1 }
        shown += 1
        if told == Double(truth) { exact += 1 }
      }
    }
    #expect(Double(exact) <= 0.35 * Double(shown), "\(exact) of \(shown)")
  }

  @Test func `are withheld where few gave the other answer, and of a small population`() throws {
    // Four of zone 0 say yes.
    let few = try Self.answers { unit in unit % 6 == 0 ? unit < 24 : unit / 6 % 3 == 0 }
    let out = try Firms.target(few, tables: [[0]]).publish().released
    for (low, high) in Self.codes {
      let sums = try Self.values("m\(low)to\(high).sum", out)
      let means = try Self.values("m\(low)to\(high).mean", out)
      #expect(sums[0] == nil && means[0] == nil && sums.dropFirst().allSatisfy { $0 != nil })
      #expect(means.dropFirst().allSatisfy { ($0.map { (Double(low)...Double(high)).contains($0) }) == true })
    }
    let small = Samples.profile(divisor: 1, floor: 200)
    let none = try Firms.target(try Self.answers(), tables: [[0]], profile: small).publish().released
    for (low, high) in Self.codes {
      #expect(try Self.values("m\(low)to\(high).sum", none).allSatisfy { $0 == nil })
    }
    #expect(try Self.values("count", none).allSatisfy { $0 != nil })
  }

  @Test func `have the variance of the two counts that are out, whatever the codes`() throws {
    let data = try Self.answers(statistics: [.sum, .mean, .variance])
    let profile = Samples.profile(divisor: 1, variance: true)
    let released = try Firms.target(data, tables: [[0]], profile: profile).publish().released
    let plain = try Self.values("m0to1.variance", released)
    for (low, high) in Self.codes {
      let span = Double(high - low)
      for (one, other) in zip(plain, try Self.values("m\(low)to\(high).variance", released)) {
        let (one, other) = (try #require(one), try #require(other))
        #expect(abs(other / span / span - one) < 0.01 * max(1, one) + 0.5)
      }
    }
  }

  @Test func `of rows that are added count those with a row, where none has two`() throws {
    let data = try Firms.firms([Self.coded("died", 0, 1, boundsUnit: false)]) { unit, _, _ in
      unit % 6 == 0 ? unit < 24 ? 1 : 0 : unit / 6 % 3 == 0 ? 1 : 0
    }
    let out = try Firms.published(Firms.target(data, tables: [[0]]))
    #expect(out.sums[DimensionSet([0])]?[0][0] == nil && out.sums[DimensionSet([0])]?[0][1] != nil)
    let small = Samples.profile(divisor: 1, floor: 200)
    let none = try Firms.target(data, tables: [[0]], profile: small).publish().released
    #expect(try Self.values("died.sum", none).allSatisfy { $0 == nil })
  }

  @Test func `of one to five do not tell one answer to who knows all the others`() throws {
    // Nearly all say one: then the sum was hardly disturbed at all.
    let measure = Self.coded("rating", 1, 5)
    var right = 0, tried = 0, exact = 0
    for answer in [Int64(1), 5] {
      let data = try Firms.firms([measure]) { unit, _, _ in
        unit == 0 ? answer : unit / 6 % 10 == 1 ? Int64(2 + unit % 4) : 1
      }
      for seed in 0..<150 {
        let target = Firms.target(data, tables: [[0]]).redrawn(UInt64(seed))
        let released = try target.publish().released
        guard let sum = try Self.values("rating.sum", released)[0] else { continue }
        let known = data.keys.indices.filter { data.codes[0][$0] == 0 }.reduce(0.0) {
          $0 + Double(data.values[0][$1])
        }
        tried += 1
        if sum == known { exact += 1 }
        let others = known - Double(answer)
        if (abs(sum - others - 5) < abs(sum - others - 1)) == (answer == 5) { right += 1 }
      }
    }
    // One answer among counts with noise of 2.02: .60.
    let most = 0.6 * Double(tried) + 3 * (0.24 * Double(tried)).squareRoot()
    #expect(tried > 250 && Double(right) <= most, "\(right) of \(tried)")
    #expect(Double(exact) <= 0.35 * Double(tried), "\(exact) of \(tried)")
  }

  @Test func `keep their numbers over versions, and read back from the history`() throws {
    let data = try Self.answers()
    let first = try Firms.target(data, tables: [[0], [0, 2]]).publish()
    var values = data.values
    for measure in values.indices {
      for unit in 0..<3 {
        values[measure][unit] =
          values[measure][unit] == Self.codes[measure].0 ? Self.codes[measure].1 : Self.codes[measure].0
      }
    }
    let changed = Microdata(
      shape: data.shape, measures: data.measures, perUnit: data.perUnit, keys: data.keys, codes: data.codes,
      values: values)
    let read = try ResultHistory(
      json: JSON(parsing: first.history.json.serialized()), packed: Samples.packed(first.history),
      unitMaps: first.history.unitMaps)
    let second = try Firms.target(changed, tables: [[0], [0, 2]]).publish(read, version: 1)
    #expect(second.released.tables == first.released.tables)
    let target = Firms.target(changed, tables: [[0], [0, 2]])
    #expect(
      try Attacks.deterministic(
        second.released, target: target, draws: (first.history, second.history)
      ).passes)
  }
}

/// Measures that go together: of two factors on nearly one value the mean would tell more than either.
@Suite struct `Giants with several measures` {
  private typealias Firms = `Sums that keep their secret`

  /// Two measures of which the second is the first times a ratio of so wide a spread, and how often the first of a giant is
  /// found within p % by who knows everything else, and takes the best of what both say.
  private static func found(
    spread: Double, lasting: ProtectionProfile.FactorRatio, yearly: ProtectionProfile.FactorRatio, p: Int,
    knowing isKnown: Bool = false, others: Int64 = 1500
  ) throws -> (close: Int, tried: Int) {
    var ratios: [Int: Double] = [:]
    let measures = ["net", "gross"].map { Samples.measure($0, upper: 10_000_000) }
    let data = try Firms.firms(measures) { unit, measure, random in
      if measure == 0 { return unit < 12 ? 60_000 : Int64.random(in: 1..<1000, using: &random) }
      // Evenly over the spread, the same in every run.
      let at = Double(unit * 7 % 12) / 11 - 0.5
      if unit >= 12, others > 1500 { return Int64.random(in: 1..<others, using: &random) }
      ratios[unit] = unit < 12 ? 2 * (1 + spread * at) : Double.random(in: 1...3, using: &random)
      return Int64((unit < 12 ? 60_000 : 500) * (ratios[unit] ?? 1))
    }
    let profile = ProtectionProfile(
      name: "p", k: 10, jitterWeights: [8, 4, 4], maxIdentifying: 3, maxResponse: 1, pPercent: p,
      factors: .init(lasting, yearly), budgetDivisor: 1, populationFloor: 1, variance: false,
      percentiles: false, minimumRefresh: "P1D")
    var guesses: [(first: Double, second: Double)] = []
    let giants = data.keys.indices.filter { data.values[0][$0] == 60_000 }
    for seed in 0..<20 {
      let target = Firms.target(data, tables: [[], [0, 2], [0], [1, 2], [2], [0, 3]], profile: profile)
        .redrawn(UInt64(seed))
      let out = try Firms.published(target)
      for giant in giants {
        guard let one = try Firms.guess(giant, out, target),
          let other = try Firms.guess(giant, out, target, measure: 1)
        else { continue }
        guesses.append(
          (one / 60_000, other / 60_000 / (isKnown ? Double(data.values[1][giant]) / 60_000 : 2)))
      }
    }
    var close = 0
    for weight in [0, 0.25, 0.5, 1] {
      close = max(
        close,
        guesses.count { guess in
          let estimate =
            isKnown ? guess.first / guess.second : guess.first * (1 - weight) + guess.second * weight
          return abs(estimate - 1) <= Double(p) / 100
        })
    }
    return (close, guesses.count)
  }

  @Test(arguments: [0.1, 0.5, 1.2]) func `are not found from both`(spread: Double) throws {
    for (lasting, yearly, p) in [
      (ProtectionProfile.FactorRatio.four, ProtectionProfile.FactorRatio.five, 15), (.eight, .eight, 20),
    ] {
      let (close, tried) = try Self.found(spread: spread, lasting: lasting, yearly: yearly, p: p)
      #expect(tried > 200)
      #expect(
        Double(close) <= 0.20 * Double(tried) + 3 * (0.16 * Double(tried)).squareRoot(),
        "\(close) of \(tried)")
    }
  }

  @Test func `are not found from a measure in which they do not stand out`() throws {
    let (close, tried) = try Self.found(spread: 0.1, lasting: .four, yearly: .five, p: 15, others: 30_000)
    #expect(
      Double(close) <= 0.20 * Double(tried) + 3 * (0.16 * Double(tried)).squareRoot(), "\(close) of \(tried)")
  }

  @Test func `are not found by who knows the other measure, unless it tells the first by itself`() throws {
    for (lasting, yearly, p) in [
      (ProtectionProfile.FactorRatio.four, ProtectionProfile.FactorRatio.five, 15), (.eight, .eight, 20),
    ] {
      let (close, tried) = try Self.found(
        spread: 1.8, lasting: lasting, yearly: yearly, p: p, knowing: true)
      #expect(
        Double(close) <= 0.20 * Double(tried) + 3 * (0.16 * Double(tried)).squareRoot(),
        "\(close) of \(tried)")
    }
  }
}
