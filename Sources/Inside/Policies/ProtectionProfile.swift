/// A named protection of results, a value read from protection.json5; `Disclosure` applies it.
package struct ProtectionProfile: Sendable, Hashable {
  /// How far the largest factor of a prominent unit's values is above the smallest. Tables of factors are frozen for these
  /// ratios and no others (DISCLOSURE 00, rule 3).
  package enum FactorRatio: Int, CaseIterable, Sendable {
    case four = 4
    case five = 5
    case eight = 8
  }

  /// The standard deviation of a count, in whole units: of two layers of noise whose tables are frozen, one by who is
  /// counted and one by the cell's label (DISCLOSURE 00, profiles).
  package enum CountNoise: Int, CaseIterable, Sendable {
    /// Variances 3 and 1.08.
    case two = 2
    /// Variances 43.2 and 100.8.
    case twelve = 12
  }

  /// What a prominent unit's values are multiplied with: a factor that lasts, times one that is drawn each year.
  package struct Factors: Sendable, Hashable {
    package let lasting: FactorRatio
    package let yearly: FactorRatio

    /// Each part as its property says.
    package init(_ lasting: FactorRatio, _ yearly: FactorRatio) {
      self.lasting = lasting
      self.yearly = yearly
    }
  }

  /// The (n, k) rule: the n largest contributors may not make up more than k percent of a sum.
  package struct Dominance: Sendable, Hashable {
    /// 1 or 2.
    package let contributors: Int
    package let percent: Int

    /// Each part as its property says.
    package init(_ contributors: Int, percent: Int) {
      self.contributors = contributors
      self.percent = percent
    }
  }

  package var name: String
  /// Fewest distinct units behind a published cell, before jitter.
  package let k: Int
  /// Weights of raising k by 0, 1, 2 …; they sum to 16.
  package let jitterWeights: [Int]
  package let maxIdentifying: Int
  package let maxResponse: Int
  /// The p of the p % rule.
  package let pPercent: Int
  /// The (n, k) rule beside the p % rule; nil where it is off.
  package let dominance: Dominance?
  /// The noise of counts, from which the least noise of sums follows.
  package let countNoise: CountNoise
  /// The factors of prominent units in sums.
  package var factors: Factors
  /// Released cells within a population are at most its perturbed size divided by this.
  package var budgetDivisor: Int
  /// Fewest units of a population of which anything is told that they do not all share: in a small one even an exact sum of
  /// coins tells single ones (DISCLOSURE 00, rule 11).
  package var populationFloor: Int
  package let variance: Bool
  package let percentiles: Bool
  /// ISO 8601 duration, such as "P1M".
  package let minimumRefresh: String
  /// What was measured under these very parameters.
  package var qualified: Qualification?

  /// Each part as its property says.
  package init(
    name: String, k: Int, jitterWeights: [Int], maxIdentifying: Int, maxResponse: Int, pPercent: Int,
    factors: Factors, budgetDivisor: Int, populationFloor: Int, variance: Bool, percentiles: Bool,
    minimumRefresh: String, countNoise: CountNoise = .two, qualified: Qualification? = nil,
    dominance: Dominance? = nil
  ) {
    self.name = name
    self.k = k
    self.jitterWeights = jitterWeights
    self.maxIdentifying = maxIdentifying
    self.maxResponse = maxResponse
    self.pPercent = pPercent
    self.countNoise = countNoise
    self.factors = factors
    self.budgetDivisor = budgetDivisor
    self.populationFloor = populationFloor
    self.variance = variance
    self.percentiles = percentiles
    self.minimumRefresh = minimumRefresh
    self.qualified = qualified
    self.dominance = dominance
  }

  /// The profile for ordinary conditional data (DISCLOSURE, "Profiles").
  package static let standard = ProtectionProfile(
    name: "standard", k: 10, jitterWeights: [8, 4, 4], maxIdentifying: 3, maxResponse: 1, pPercent: 15,
    factors: Factors(.four, .five), budgetDivisor: 80, populationFloor: 200, variance: true,
    percentiles: true, minimumRefresh: "P1M")

  /// The profile that shows most of what is asked for, with more noise (DISCLOSURE 00, "Budget and profiles").
  package static let broad = ProtectionProfile(
    name: "broad", k: 20, jitterWeights: [8, 4, 4], maxIdentifying: 3, maxResponse: 1, pPercent: 15,
    factors: Factors(.four, .five), budgetDivisor: 10, populationFloor: 100, variance: true,
    percentiles: true, minimumRefresh: "P1M", countNoise: .twelve)

  /// The profile for sensitive data (DISCLOSURE, "Profiles").
  package static let strict = ProtectionProfile(
    name: "strict", k: 20, jitterWeights: [8, 4, 4], maxIdentifying: 2, maxResponse: 1, pPercent: 20,
    factors: Factors(.eight, .eight), budgetDivisor: 80, populationFloor: 200, variance: false,
    percentiles: false, minimumRefresh: "P1Y")

  /// Everything that decides what the profile lets out, as one line: two profiles of equal parameters protect alike,
  /// whatever they are called and however seldom they refresh.
  package var parameters: String {
    let jitter = jitterWeights.map(String.init).joined(separator: ",")
    return "doorsill/profile/3 k=\(k) jitter=\(jitter) identifying=\(maxIdentifying) response=\(maxResponse)"
      + " p=\(pPercent) counts=\(countNoise.rawValue) factors=\(factors.lasting.rawValue),\(factors.yearly.rawValue)"
      + " divisor=\(budgetDivisor) floor=\(populationFloor) variance=\(variance) percentiles=\(percentiles)"
      + (dominance.map { " dominance=\($0.contributors),\($0.percent)" } ?? "")
  }
}
