import Policies

/// T, the scale of a sum's noise (DISCLOSURE 00, rules 3 and 4), in units of 2⁻²⁰ of the measure's last digit: as large as
/// half the largest value that nobody's factor hides, and so large that sums tell a count no better than counts do.
struct SumScale {
  /// Where the steps of the grid lie that the largest value is rounded up to, in 2²⁰ ..< 3·2²⁰. It hangs on family and
  /// measure alone: of one cell it tells nothing that another does not.
  let gridBase: UInt64
  /// How many measures the family declares; together they may not tell a count either.
  var measures: Int

  private let counts: ProtectionProfile.CountNoise

  /// - Parameters:
  ///   - draw: the first byte of the family's and measure's own draw.
  ///   - counts: the noise of counts, than which sums may tell a count no better.
  init(draw: UInt8, measures: Int, counts: ProtectionProfile.CountNoise) {
    gridBase = SumScale.grid[Int(draw >> 3)]
    self.measures = measures
    self.counts = counts
  }

  /// T of the units of a cell that are not prominent.
  /// - Parameters:
  ///   - largest: their largest |x|.
  ///   - absolute: their Σ|x|.
  ///   - cases: how many of them have another value than 0.
  ///   - span: of a coded measure how far one unit's answer can move the sum; 0 of others.
  func scale(largest: Int64, absolute: Int128, cases: Int, span: Int128 = 0) -> Int128 {
    max(half(largest), floor(absolute: absolute, cases: cases), Int128(share) * span)
  }

  /// Half of the step of the grid that a value is rounded up to. Steps are a factor of three apart: with two, the value
  /// could be guessed from a step that is known.
  func half(_ largest: Int64) -> Int128 {
    guard largest > 0 else { return 0 }
    let least = Int128(largest) << 20
    var step = Int128(gridBase)
    while step < least { step *= 3 }
    return step >> 1
  }

  /// φ_q times the mean of the values that are not 0. With zeros in the mean, a rare measure would tell its cases.
  func floor(absolute: Int128, cases: Int) -> Int128 {
    guard cases > 0 else { return 0 }
    return Int128(share) * absolute / Int128(cases)
  }

  /// φ_q in units of 2⁻²⁰.
  var share: UInt64 {
    let shares = SumScale.shares(counts)
    return shares[min(max(measures, 1), shares.count) - 1]
  }

  /// 2²⁰ · 3^(i/32).
  static let grid: [UInt64] = [
    1_048_576, 1_085_200, 1_123_104, 1_162_332, 1_202_929, 1_244_945, 1_288_428, 1_333_430, 1_380_004,
    1_428_204, 1_478_088, 1_529_714, 1_583_144, 1_638_440, 1_695_667, 1_754_892, 1_816_187, 1_879_622,
    1_945_273, 2_013_217, 2_083_535, 2_156_308, 2_231_623, 2_309_568, 2_390_236, 2_473_722, 2_560_124,
    2_649_543, 2_742_086, 2_837_861, 2_936_981, 3_039_563,
  ]

  /// φ_q in units of 2⁻²⁰ for one measure, two, …: √V · √max(1, q/2) / √(5/12), the deviation of a count over that of
  /// v₁ + ½ v₂. V is 4.08 or 144: were it not that of the counts themselves, sums would tell what their noise hides.
  private static func shares(_ counts: ProtectionProfile.CountNoise) -> [UInt64] {
    switch counts {
    case .two: sharesOfTwo
    case .twelve: sharesOfTwelve
    }
  }

  private static let sharesOfTwo: [UInt64] = [
    3_281_222, 3_281_222, 4_018_660, 4_640_349, 5_188_068, 5_683_243, 6_138_604, 6_562_444, 6_960_523,
    7_337_035, 7_695_148, 8_037_320, 8_365_508, 8_681_297, 8_985_997, 9_280_697,
  ]

  private static let sharesOfTwelve: [UInt64] = [
    19_493_363, 19_493_363, 23_874_397, 27_567_779, 30_821_714, 33_763_496, 36_468_744, 38_986_727,
    41_351_668, 43_588_486, 45_715_990, 47_748_794, 49_698_520, 51_574_592, 53_384_774, 55_135_558,
  ]
}
