/// Numbers made of protected numbers alone (DISCLOSURE a.6): whoever holds the release could make them as well.
package enum Derivations {
  /// s² = (Q̂ − X̂²/n̂) / (n̂ − 1), at least 0, with three significant digits, in units of 10⁻²ˢᶜᵃˡᵉ. Nil where a part
  /// is withheld, or too large for exact arithmetic.
  package static func variance(squares: Int128?, sum: Int128?, count: Int128?) -> Int128? {
    guard let squares, let sum, let count, count > 1 else { return nil }
    // X̂²/n̂ for X̂ = q n̂ + r is q² n̂ + 2 q r + r²/n̂, whose last part is below n̂.
    let (quotient, rest) = sum.quotientAndRemainder(dividingBy: count)
    let (square, over) = quotient.multipliedReportingOverflow(by: quotient)
    let (whole, beyond) = square.multipliedReportingOverflow(by: count)
    let (twice, far) = (2 * quotient).multipliedReportingOverflow(by: rest)
    guard !over, !beyond, !far else { return nil }
    let (part, off) = squares.subtractingReportingOverflow(whole)
    let (left, gone) = part.subtractingReportingOverflow(twice)
    guard !off, !gone else { return nil }
    let value = Magnitudes.rounded(left - rest * rest / count, toMultipleOf: count - 1)
    return threeDigits(max(0, value))
  }

  /// The nearest number with three significant digits, halves up.
  static func threeDigits(_ value: Int128) -> Int128 {
    var unit: Int128 = 1
    while value / unit >= 1000 { unit *= 10 }
    return (value + unit / 2) / unit * unit
  }

  /// A percentile by linear interpolation in the cumulative counts of the bands, rounded to the measure's step. Of
  /// the withheld bands it is only known that they hold what the others leave, and less than k each; that is
  /// shared evenly. Nil where n̂·min(q, 1−q) < k, and where it falls into a withheld or the last, open band.
  package static func percentile(
    _ percent: Int, bands: [Int128?], count: Int128?, of measure: MeasureShape, k: Int
  ) -> Int128? {
    guard let count, !bands.isEmpty, bands.count == measure.bands.count,
      count * Int128(min(percent, 100 - percent)) >= 100 * Int128(k)
    else { return nil }
    let withheld = Int128(bands.count { $0 == nil })
    let rest = max(0, count - bands.reduce(0) { $0 + ($1 ?? 0) })
    // Counts in parts of a unit, as many as there are withheld bands, so that nothing is rounded.
    let parts = max(1, withheld)
    let each = min(rest, Int128(k - 1) * parts)
    let sizes = bands.map { $0.map { $0 * parts } ?? each }
    let wanted = Int128(percent) * sizes.reduce(0, +)
    var below: Int128 = 0
    for (band, size) in sizes.enumerated() {
      if 100 * (below + size) >= wanted, size > 0 {
        guard bands[band] != nil, band + 1 < bands.count else { return nil }
        let low = Int128(measure.bands[band]), width = Int128(measure.bands[band + 1]) - low
        let value = low * 100 * size + width * (wanted - 100 * below)
        return Magnitudes.rounded(value, toMultipleOf: 100 * size * measure.step) * measure.step
      }
      below += size
    }
    return nil
  }
}
