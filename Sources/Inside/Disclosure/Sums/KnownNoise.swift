import Glibc
package import Policies

/// What the attack suite gives an attacker of the noise of sums: how large it is in each cell, never a draw of it.
package struct KnownNoise {
  private let sums: [SumNoise]
  /// The variance of the noise of a count.
  package let countVariance: Double
  /// The variance of a giant's factor, whose mean is 1.
  package let factorVariance: Double
  private let profile: ProtectionProfile

  /// - Parameter measures: all that the dataset declares.
  package init(
    _ profile: ProtectionProfile, keys: ProtectionKeys, family: String, measures: [MeasureShape]
  ) {
    self.profile = profile
    sums = measures.map {
      SumNoise(keys, family: family, $0, measures: measures.count, counts: profile.countNoise)
    }
    countVariance = CountLayers.of(profile.countNoise).variance
    factorVariance = UnitFactors.variance(profile.factors)
  }

  /// The standard deviation of what a cell's sum carries beside factors, in units of the sum.
  package func deviation(_ totals: CellTotals, of measure: Int) -> Double {
    Double(sums[measure].scale(totals)) / 1_048_576 * (5.0 / 12).squareRoot()
  }

  /// The steps of the grid that a largest value may be rounded up to: one for each place where the grid may lie, all of
  /// them equally likely.
  package static func steps(above largest: Int64) -> [Double] {
    SumScale.grid.map { base in
      var step = Int128(base)
      while step < Int128(largest) << 20 { step *= 3 }
      return Double(step) / 1_048_576
    }
  }

  /// Factors of a giant as an attacker expects them are log-uniform around a middle below 1: what an estimate is multiplied
  /// with so that most guesses come within so many percent of the truth.
  package func bestMultiplier(within percent: Int) -> Double {
    func middle(_ ratio: Double) -> Double { ratio.squareRoot() * log(ratio) / (ratio - 1) }
    let factors = profile.factors
    let typical = middle(Double(factors.lasting.rawValue)) * middle(Double(factors.yearly.rawValue))
    let share = Double(percent) / 100
    return ((1 + share) * (1 - share)).squareRoot() / typical
  }
}
