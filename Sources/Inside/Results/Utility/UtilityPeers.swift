import Disclosure

/// Plain cell keys as statistical offices publish them: one layer of noise by the contributors, variance 3, and what then
/// is under ten is not shown; sums with noise of the largest contribution. No guard, no floor, no budget, no p % rule.
struct CellKeyNumbers: UtilitySystem {
  let tables: [UtilityTable]
  let measures: [MeasureShape]
  let seed: UInt64

  /// The usual threshold, of ONS and others, on the perturbed count.
  private static let threshold = 10

  private func counted(_ units: Int, key: UInt64) -> Double? {
    guard units > 0 else { return nil }
    let shown = units + NoiseTable.contributors.noise(count: units, draw: draw(key, UInt64(units)))
    return shown >= Self.threshold ? Double(shown) : nil
  }

  private func draw(_ key: UInt64, _ purpose: UInt64) -> UInt32 {
    var generator = AttackGenerator(seed ^ key &+ purpose &* 0x9E37_79B9_7F4A_7C15)
    return UInt32(truncatingIfNeeded: generator.next() >> 32)
  }

  func count(_ table: Int, _ cell: Int) -> Double? {
    let cuboid = tables[table].cuboid
    return counted(Int(cuboid.units[cell]), key: cuboid.keys[cell])
  }

  func sum(_ table: Int, _ cell: Int, _ measure: Int) -> Double? {
    let index = tables[table].measures[measure].index
    let totals = tables[table].cuboid.totals[index][cell]
    guard count(table, cell) != nil, counted(totals.units, key: totals.key) != nil else { return nil }
    let shape = measures[index]
    return Double(
      Magnitudes(share: .init(7, 100), step: shape.step).perturbed(
        sum: totals.sum, top: Int128(totals.first), positive: shape.positive,
        contributors: draw(totals.key, UInt64(bitPattern: Int64(index) + 1) << 40),
        // The middle row of the label layer, which is no noise.
        label: 1 << 31))
  }

  func mean(_ table: Int, _ cell: Int, _ measure: Int) -> Double? {
    let totals = tables[table].cuboid.totals[tables[table].measures[measure].index][cell]
    guard let sum = sum(table, cell, measure), let units = counted(totals.units, key: totals.key) else {
      return nil
    }
    return sum / units
  }
}

/// Everything rounded to the nearest multiple of five: counts, and sums to five of their steps; a mean is the quotient.
struct RoundedNumbers: UtilitySystem {
  let tables: [UtilityTable]
  let measures: [MeasureShape]

  private func rounded(_ value: Double, to unit: Double) -> Double { (value / unit).rounded() * unit }

  func count(_ table: Int, _ cell: Int) -> Double? {
    rounded(Double(tables[table].cuboid.units[cell]), to: 5)
  }

  func sum(_ table: Int, _ cell: Int, _ measure: Int) -> Double? {
    let index = tables[table].measures[measure].index
    return rounded(
      Double(tables[table].cuboid.totals[index][cell].sum), to: 5 * Double(measures[index].step))
  }

  func mean(_ table: Int, _ cell: Int, _ measure: Int) -> Double? {
    let totals = tables[table].cuboid.totals[tables[table].measures[measure].index][cell]
    let units = rounded(Double(totals.units), to: 5)
    guard units > 0, let sum = sum(table, cell, measure) else { return nil }
    return sum / units
  }
}
