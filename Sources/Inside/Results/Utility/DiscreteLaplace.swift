/// Whole numbers with P(x) ∝ e^(−|x|/scale), drawn exactly with integers alone (Canonne, Kamath and Steinke 2020,
/// algorithm 2), so that a seed gives the same numbers on every machine.
struct DiscreteLaplace {
  /// The scale is `numerator / denominator`.
  private let numerator: Int
  private let denominator: Int

  /// - Parameter scale: above 0; taken to a thousandth, from 10⁹ on to a whole number, and at most 2⁵⁰.
  init(scale: Double) {
    let isLarge = !(scale < 1e9)
    denominator = isLarge ? 1 : 1000
    let wanted = scale.isFinite ? scale * Double(denominator) : .infinity
    numerator = max(1, Int(min(wanted.rounded(.up), Double(1 << 50))))
  }

  func draw(_ generator: inout AttackGenerator) -> Int {
    while true {
      let rest = Int.random(in: 0..<numerator, using: &generator)
      guard Self.coin(rest, of: numerator, &generator) else { continue }
      var whole = 0
      while Self.coin(1, of: 1, &generator) { whole += 1 }
      let size = (rest + numerator * whole) / denominator
      let isNegative = Bool.random(using: &generator)
      if isNegative && size == 0 { continue }
      return isNegative ? -size : size
    }
  }

  /// True with chance e^(−part/whole), for a part of at most the whole.
  private static func coin(_ part: Int, of whole: Int, _ generator: inout AttackGenerator) -> Bool {
    var tries = 1
    while Int.random(in: 0..<whole * tries, using: &generator) < part { tries += 1 }
    return tries % 2 == 1
  }
}
