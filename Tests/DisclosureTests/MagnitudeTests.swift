import Policies
import Testing

@testable import Disclosure

@Suite struct `Sums and their noise` {
  // MARK: Primary rules (Handbook chapter 4, sdcTable)

  @Test func `one large contributor is no danger to the dominance rule but to the p % rule`() {
    let cell = Dominance(total: 100_000, largest: [50_000, 49_000])
    #expect(!cell.failsShare(of: 1, percent: 90))
    #expect(cell.failsPPercent(10))
  }

  @Test func `two large contributors fail the dominance rule and pass the p % rule`() {
    let cell = Dominance(total: 110_000, largest: [52_000, 50_000])
    #expect(!cell.failsPPercent(10))
    // (2, 90.9): 102 000 is more than 99 990.
    let two = cell.largest[0] + cell.largest[1]
    #expect(two * 1000 > cell.total * 909)
    #expect(cell.failsShare(of: 2, percent: 90))
  }

  @Test func `a dominated cell needs its protection level`() {
    let cell = Dominance(total: 330, largest: [300, 20, 10])
    #expect(cell.failsShare(of: 1, percent: 85))
    // 100/85 · 300 = 352.94, so 22.94 above the total.
    let level = 100.0 / 85 * 300 - 330
    #expect(abs(level - 22.94) < 0.01)
    #expect(Dominance(total: 100, largest: [80, 15]).protectionLevel(p: 10) == 8 * 100 - 5 * 100)
  }

  @Test func `a profile's (n, k) rule holds sums back beside its p % rule`() {
    func profile(_ dominance: ProtectionProfile.Dominance?) -> ProtectionProfile {
      ProtectionProfile(
        name: "x", k: 10, jitterWeights: [16], maxIdentifying: 3, maxResponse: 1, pPercent: 10,
        factors: .init(.four, .five), budgetDivisor: 40, populationFloor: 200, variance: false,
        percentiles: false,
        minimumRefresh: "P1M",
        dominance: dominance)
    }
    let two = Dominance(total: 110_000, largest: [52_000, 50_000])
    #expect(!two.fails(profile(nil)) && two.fails(profile(.init(2, percent: 90))))
    #expect(!two.fails(profile(.init(1, percent: 90))))
    #expect(Dominance(total: 100_000, largest: [50_000, 49_000]).fails(profile(.init(1, percent: 90))))
    #expect(Sealer.fingerprint(profile(nil)) != Sealer.fingerprint(profile(.init(2, percent: 90))))
    #expect(profile(nil).parameters != profile(.init(2, percent: 90)).parameters)
  }

  @Test func `weights repeat a contributor`() {
    // Four units stand for 100 each, seven for 10 each.
    var cell = CellTotals()
    for unit in 0..<4 { cell.add(100, key: UInt64(unit)) }
    for unit in 4..<11 { cell.add(10, key: UInt64(unit)) }
    #expect(cell.absolute == 470)
    #expect(cell.first == 100 && cell.second == 100)
  }

  @Test func `a cell of zeros tells every value and fails`() {
    #expect(Dominance(total: 0, largest: [0, 0]).failsPPercent(15))
  }

  // MARK: Top-contributor noise

  @Test func `half-step noise has the tabulated weights`() {
    let row = Magnitudes.halves.row(1000)
    let expected = [
      0.19947083, 0.17603246, 0.12098538, 0.06475894, 0.02699562, 0.00876423, 0.00221595, 0.00043635,
      6.692e-5,
      7.99e-6, 7.4e-7,
    ]
    for (value, share) in expected.enumerated() {
      #expect(abs(row.probability(of: value) - share) < 1e-8)
      #expect(abs(row.probability(of: -value) - share) < 1e-8)
    }
    #expect(row.moment == 0 && row.total == 1 << 32)
  }

  /// The Handbook's small table: 1 becomes 0 or 2; 2 stays or becomes 3; larger by one down, same, one up.
  static let handbook = NoiseTable(rows: [
    .init([(0, 1 << 32)]), .init([(-1, 1 << 31), (1, 1 << 31)]),
    .init([(0, 3_435_973_837), (1, 858_993_459)]),
    .init([(-1, 1_288_490_189), (0, 1_717_986_918), (1, 1_288_490_189)]),
  ])

  /// The Handbook takes the first value whose cumulative share is not below the key.
  private func handbook(_ row: NoiseTable.Row, key: Double) -> Int128 {
    var sum = 0.0
    for (value, weight) in zip(row.values, row.weights) {
      sum += Double(weight) / NoiseTable.unit
      if key <= sum + 1e-9 { return Int128(value) }
    }
    return 0
  }

  @Test func `the Handbook's magnitudes come out`() {
    // x = 300 with the largest 200; noise of half the largest gives 3 steps, of 0.6 of it 2.5 steps.
    let whole = Magnitudes.interpolated(Self.handbook, steps: 300 * 10, of: 5 * 200, positive: true) {
      handbook($0, key: 0.8)
    }
    #expect(300 + whole / 10 == 400)
    let between = Magnitudes.interpolated(Self.handbook, steps: 300 * 10, of: 6 * 200, positive: true) {
      handbook($0, key: 0.8)
    }
    #expect(300 + between / 10 == 360)
    // A count of 3 with record keys .9, .3 and .6, whose sum ends in .8.
    #expect(
      3 + handbook(Self.handbook.row(3), key: (0.9 + 0.3 + 0.6).truncatingRemainder(dividingBy: 1)) == 4)
  }

  @Test func `sums are multiples of the step and stay within the noise's bound`() {
    let magnitudes = Magnitudes(share: .init(7, 100), step: 50)
    for draw in stride(from: UInt32(0), to: .max - 50_000_000, by: 40_000_000) {
      let sum = magnitudes.perturbed(
        sum: 123_456, top: 20_000, positive: true, contributors: draw, label: ~draw)
      #expect(sum % 50 == 0)
      // 7 % of 20 000 times at most 5 + 5, and half a step.
      #expect((sum - 123_456).magnitude <= 14_000 + 25)
    }
    #expect(magnitudes.perturbed(sum: -75, top: 0, positive: false, contributors: 1, label: 1) == -100)
  }

  @Test func `the mean of the noise over all draws is zero`() {
    var sum = 0.0
    for row in [Magnitudes.halves.row(Int.max), NoiseTable.contributors.row(99), NoiseTable.label.row(99)] {
      for (value, weight) in zip(row.values, row.weights) { sum += Double(value) * Double(weight) }
    }
    #expect(sum == 0)
  }

  // MARK: Totals

  @Test func `totals merge in any order`() {
    let values: [(Int64, UInt64)] = (0..<50).map {
      (Int64($0 * 37 % 101) - 40, UInt64($0) &* 0x9E37_79B9_7F4A_7C15)
    }
    var whole = CellTotals()
    for (value, key) in values { whole.add(value, key: key) }
    for cut in [1, 20, 49] {
      var left = CellTotals(), right = CellTotals()
      for (value, key) in values[..<cut] { left.add(value, key: key) }
      for (value, key) in values[cut...] { right.add(value, key: key) }
      var merged = right
      merged.merge(left)
      left.merge(right)
      #expect(merged == whole && left == whole)
    }
  }

  @Test func `the largest declared values of two billion units stay within 128 bits`() {
    let most = Int128(1) << 47
    #expect(Int128.max / (most * most) > Int128(Int32.max))
    var cell = CellTotals()
    cell.add(.min + 1, key: 1)
    cell.add(.max, key: 2)
    #expect(cell.sum == 0)
    #expect(cell.absolute == 2 * Int128(Int64.max))
  }

  // MARK: Means

  @Test func `means of protected parts do not single out the true counts`() throws {
    // Handbook: n = (8, 12, 20) published as (9, 14, 19) with sums (90, 95, 185) and noise of at most 2.
    let shown = [9, 14, 19], sums: [Int128] = [90, 95, 185]
    let means = zip(sums, shown).map { Decimal.quotient($0, Int128($1), digits: 4) }
    #expect(means == [100_000, 67_857, 97_368])
    func candidates(_ fits: (Int, Int) -> Bool) -> Int {
      var count = 0
      for a in 7...11 {
        for b in 12...16 {
          for c in 17...21 where a + b + c == 40 {
            if fits(0, a), fits(1, b), fits(2, c) { count += 1 }
          }
        }
      }
      return count
    }
    // An exact mean, as text of four digits, is met by one count only; ours by every one.
    let exact = zip(sums, [8, 12, 20]).map { Decimal.quotient($0, Int128($1), digits: 4) }
    #expect(candidates { Decimal.quotient(sums[$0], Int128($1), digits: 4) == exact[$0] } == 1)
    #expect(candidates { _, _ in true } > 1)
  }

  @Test(
    arguments: [
      ("0", 2, 0), ("12.345", 2, 1235), ("-12.345", 2, -1235), ("12", 3, 12000), (".5", 0, 1), ("1e", 0, nil),
      ("", 0, nil), ("-", 0, nil), ("1.2.3", 1, nil), ("nan", 0, nil), ("0x1", 0, nil),
      ("9223372036854775807", 0, .max),
      ("9223372036854775808", 0, nil), ("+7", 1, 70), ("1,000", 0, nil), ("5.", 0, nil),
    ] as [(String, Int, Int64?)])
  func `decimal text is read exactly`(text: String, scale: Int, value: Int64?) {
    #expect(Decimal.scaled(text, scale: scale) == value)
  }

  @Test func `exponents are read exactly`() {
    #expect(Decimal.scaled(exponent: "1.5e3", scale: 0) == 1500)
    #expect(Decimal.scaled(exponent: "-2.5E-2", scale: 3) == -25)
    #expect(Decimal.scaled(exponent: "12", scale: 3) == nil)
    for exponent in ["-9223372036854775808", "9223372036854775807", "-99999999999999999999"] {
      #expect(Decimal.scaled(exponent: "1e\(exponent)", scale: 3) == nil)
    }
    #expect(Decimal.scaled(exponent: "1e99", scale: 0) == nil)
  }

  @Test func `decimal text is written without loss`() {
    #expect(Decimal.text(-5, scale: 2) == "-0.05")
    #expect(Decimal.text(12_300, scale: 2) == "123")
    #expect(Decimal.text(Int128.max, scale: 0) == "170141183460469231731687303715884105727")
    #expect(Decimal.text(1, scale: 9) == "0.000000001")
  }
}
