/// Top-contributor noise on sums: X̂ = X + m · x₁ · (v₁ + v₂), exact integers until the final rounding
/// (DISCLOSURE a.5). Nothing is released with it any more: the attack suite sets it beside what is.
package struct Magnitudes: Sendable {
  /// An exact fraction, such as 7/100.
  package struct Share: Sendable {
    let numerator: Int
    let denominator: Int

    /// Each part as its property says.
    package init(_ numerator: Int, _ denominator: Int) {
      self.numerator = numerator
      self.denominator = denominator
    }
  }

  /// m, exactly.
  package let share: Share
  /// Released sums are multiples of it, in units of 10⁻ˢᶜᵃˡᵉ; at least 1.
  package let step: Int128

  package init(share: Share, step: Int128) {
    self.share = share
    self.step = max(1, step)
  }

  /// A perturbed sum.
  /// - Parameters:
  ///   - sum: the exact sum.
  ///   - top: the largest |x| of one unit.
  ///   - positive: whether no value is negative; then a small sum takes the noise of its own rows, interpolated.
  ///   - contributors, label: the draws of the two layers.
  package func perturbed(sum: Int128, top: Int128, positive: Bool, contributors: UInt32, label: UInt32)
    -> Int128
  {
    let scale = Int128(share.numerator) * top
    let parts = 2 * Int128(share.denominator)
    let noise =
      Magnitudes.interpolated(
        Magnitudes.halves, steps: parts * sum, of: scale, positive: positive,
        look: { Int128($0.draw(contributors)) })
      + scale * Int128(Magnitudes.halves.noise(count: Int.max, draw: label))
    return Magnitudes.rounded(parts * sum + noise, toMultipleOf: parts * step) * step
  }

  /// `scale` times the noise of a positive total that is `steps / scale` steps high: between two rows of the table
  /// both are looked up with the same draw and weighted (τ-Argus and cellKey do the same).
  package static func interpolated(
    _ table: NoiseTable, steps: Int128, of scale: Int128, positive: Bool, look: (NoiseTable.Row) -> Int128
  ) -> Int128 {
    let last = Int128(table.rows.count - 1)
    guard positive, scale > 0, steps < last * scale else { return scale * look(table.row(Int(last))) }
    let (row, rest) = steps.quotientAndRemainder(dividingBy: scale)
    return (scale - rest) * look(table.row(Int(row))) + rest * look(table.row(Int(row) + 1))
  }

  /// The nearest multiple, counted in multiples; halves away from zero.
  static func rounded(_ value: Int128, toMultipleOf unit: Int128) -> Int128 {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: unit)
    guard 2 * rest.magnitude >= unit.magnitude else { return quotient }
    return quotient + (value < 0 ? -1 : 1)
  }
}
