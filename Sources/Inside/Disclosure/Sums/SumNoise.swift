import Policies
import Trust

/// The noise of sums of one measure: X̂ = Σ x·f + T·(v₁ + ½ v₂), rounded (DISCLOSURE 00, rule 3). Integers only, so that a
/// sum is the same on every machine.
struct SumNoise {
  private let key: HMACKey
  private let family: String
  private let measure: MeasureShape
  var scale: SumScale

  /// - Parameters:
  ///   - measures: how many measures the family declares.
  ///   - counts: the noise of counts.
  init(
    _ keys: ProtectionKeys, family: String, _ measure: MeasureShape, measures: Int,
    counts: ProtectionProfile.CountNoise
  ) {
    let key = HMACKey(keys.draw)
    self.key = key
    self.family = family
    self.measure = measure
    let draw = Message("doorsill/go/1", family, measure.identity).bytes
    scale = SumScale(
      draw: UInt8(truncatingIfNeeded: draw.withUnsafeBytes { key.authenticate64($0) } >> 56),
      measures: measures, counts: counts)
  }

  /// T of a cell, in units of 2⁻²⁰.
  func scale(_ totals: CellTotals) -> Int128 {
    scale.scale(
      largest: totals.largest, absolute: totals.absolute - totals.prominent.absolute,
      cases: totals.cases - totals.prominent.cases, span: span)
  }

  private var span: Int128 { measure.isCoded ? measure.span : 0 }

  /// X̂ of a cell that may be shown.
  /// - Parameter label: the canonical label of the units that have a value.
  func sum(_ totals: CellTotals, label: CellLabel) -> Int128 {
    let scale = scale(totals)
    return rounded(
      totals.sum,
      beside: (totals.prominent.moved << 21) + scale * (2 * ofSet(totals, "", totals.sum) + ofLabel(label)),
      scale: scale)
  }

  /// Q̂, the same of Σx², whose prominent units carry the squares of their factors: with the factor itself the quotient of
  /// the two would give the unit's value away. Binary places that 128 bits have no room for are cut off.
  func squares(_ totals: CellTotals, label: CellLabel) -> Int128 {
    let largest = Int128(totals.largest) * Int128(totals.largest)
    var step = Int128(scale.gridBase)
    while step >> 20 < largest { step *= 3 }
    let cases = totals.cases - totals.prominent.cases
    let rest = max(0, totals.squares - totals.prominent.squares)
    let mean = max(cases > 0 ? rest / Int128(cases) : 0, span * span)
    let noise = max(largest == 0 ? 0 : step >> 21, (Int128(scale.share) * (mean >> 10)) >> 10)
    let draw =
      (2 * ofSet(totals, "squares", totals.squares) + ofLabel(label, "squares")) >> 16
    return max(0, totals.squares + totals.prominent.movedSquares + (noise * draw) >> 17)
  }

  /// The standard deviation of X̂ in percent of the sum; nil where that is 0.
  /// - Parameter factors: those of the profile.
  func error(_ totals: CellTotals, _ factors: ProtectionProfile.Factors) -> Double? {
    let sum = totals.sum + Int128(measure.base) * Int128(totals.units)
    guard sum != 0 else { return nil }
    let noise = Double(scale(totals)) / 1_048_576
    let moved = Double(totals.prominent.squares) * UnitFactors.variance(factors)
    return 100 * (5.0 / 12 * noise * noise + moved).squareRoot() / abs(Double(sum))
  }

  /// v₁, exactly uniform in (−1, 1), in units of 2⁻³²: of the units and what they sum to. Were it a function of the units
  /// alone, a change of one value between releases would show in the difference.
  private func ofSet(_ totals: CellTotals, _ suffix: String, _ sum: Int128) -> Int128 {
    var message = Message(
      "doorsill/sk/1", suffix.isEmpty ? measure.identity : "\(measure.identity)/\(suffix)")
    message.append(UInt64(totals.units))
    message.append(totals.key)
    message.append(sum)
    return uniform(message)
  }

  /// v₂, the same of the label alone, so that it stays when the units change.
  private func ofLabel(_ label: CellLabel, _ suffix: String = "") -> Int128 {
    uniform(
      Message(
        "doorsill/sl/1", family, suffix.isEmpty ? measure.identity : "\(measure.identity)/\(suffix)",
        label.canonical + "|" + measure.identity))
  }

  private func uniform(_ message: Message) -> Int128 {
    2 * Int128(message.bytes.withUnsafeBytes { key.authenticate64($0) } >> 32) + 1 - (1 << 32)
  }

  /// The nearest multiple of the declared step or of the last of three significant digits of T, whichever is larger;
  /// halves go away from zero.
  /// - Parameter noise: what is added to the sum, in units of 2⁻⁵³.
  private func rounded(_ sum: Int128, beside noise: Int128, scale: Int128) -> Int128 {
    var unit: Int128 = 1
    while unit * 1000 <= scale >> 20 { unit *= 10 }
    unit = max(measure.step, unit)
    // Whole units apart first: a sum of many large values does not fit beside 53 binary places.
    var (whole, part) = sum.quotientAndRemainder(dividingBy: unit)
    if part < 0 { (whole, part) = (whole - 1, part + unit) }
    let rest = (part << 53) + noise
    let wide = unit << 53
    let isNegative = whole + SumNoise.floored(rest, wide) < 0
    let multiple =
      isNegative
      ? whole - SumNoise.floored(wide / 2 - rest, wide)
      : whole + SumNoise.floored(rest + wide / 2, wide)
    return measure.positive ? max(0, multiple * unit) : multiple * unit
  }

  private static func floored(_ value: Int128, _ unit: Int128) -> Int128 {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: unit)
    return rest < 0 ? quotient - 1 : quotient
  }
}
