/// The attack run that shows a profile holds (DISCLOSURE, "Profiles").
package struct Qualification: Sendable, Hashable {
  /// The attack's name, such as "B5b".
  package let attack: String
  package let canaries: Int
  /// Upper 95 % bound of the attacker's accuracy, 0…1.
  package let upperAccuracy: Double
  /// The parameters under which the attack ran, lowercase hex SHA-256.
  package let policyHash: String

  /// Each part as its property says.
  package init(attack: String, canaries: Int, upperAccuracy: Double, policyHash: String) {
    self.attack = attack
    self.canaries = canaries
    self.upperAccuracy = upperAccuracy
    self.policyHash = policyHash
  }
}

/// A named protection of results, a value read from protection.json5; `Disclosure` applies it.
package struct ProtectionProfile: Sendable, Hashable {
  /// How far the largest factor of a prominent unit's values is above the smallest. Tables of factors are frozen for these
  /// ratios and no others (DISCLOSURE 00, rule 3).
  package enum FactorRatio: Int, CaseIterable, Sendable {
    case four = 4
    case five = 5
    case eight = 8
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
  /// The attack run that these very parameters withstood.
  package var qualified: Qualification?

  /// Each part as its property says.
  package init(
    name: String, k: Int, jitterWeights: [Int], maxIdentifying: Int, maxResponse: Int, pPercent: Int,
    factors: Factors, budgetDivisor: Int, populationFloor: Int, variance: Bool, percentiles: Bool,
    minimumRefresh: String, qualified: Qualification? = nil, dominance: Dominance? = nil
  ) {
    self.name = name
    self.k = k
    self.jitterWeights = jitterWeights
    self.maxIdentifying = maxIdentifying
    self.maxResponse = maxResponse
    self.pPercent = pPercent
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

  /// The profile for sensitive data (DISCLOSURE, "Profiles").
  package static let strict = ProtectionProfile(
    name: "strict", k: 20, jitterWeights: [8, 4, 4], maxIdentifying: 2, maxResponse: 1, pPercent: 20,
    factors: Factors(.eight, .eight), budgetDivisor: 80, populationFloor: 200, variance: false,
    percentiles: false, minimumRefresh: "P1Y")

  /// Everything that decides what the profile lets out, as one line: two profiles of equal parameters protect alike,
  /// whatever they are called and however seldom they refresh.
  package var parameters: String {
    let jitter = jitterWeights.map(String.init).joined(separator: ",")
    return "doorsill/profile/2 k=\(k) jitter=\(jitter) identifying=\(maxIdentifying) response=\(maxResponse)"
      + " p=\(pPercent) factors=\(factors.lasting.rawValue),\(factors.yearly.rawValue)"
      + " divisor=\(budgetDivisor) floor=\(populationFloor) variance=\(variance) percentiles=\(percentiles)"
      + (dominance.map { " dominance=\($0.contributors),\($0.percent)" } ?? "")
  }

  /// Whether an attack with at least 5,000 canaries stayed at or below 0.55 (DISCLOSURE, "Profiles").
  package var isQualified: Bool {
    guard let qualified else { return false }
    return qualified.canaries >= 5_000 && qualified.upperAccuracy <= 0.55
  }

  private func isDominanceAtLeastAsStrong(as other: ProtectionProfile) -> Bool {
    guard let least = other.dominance else { return true }
    guard let dominance else { return false }
    return dominance.contributors >= least.contributors && dominance.percent <= least.percent
  }

  /// Whether no control of this profile is weaker than the other's; the refresh is left to the calendar's owner.
  package func isAtLeastAsStrong(as other: ProtectionProfile) -> Bool {
    let (mine, its) = (factors, other.factors)
    return k >= other.k && maxIdentifying <= other.maxIdentifying && maxResponse <= other.maxResponse
      && pPercent >= other.pPercent && budgetDivisor >= other.budgetDivisor
      && mine.lasting.rawValue >= its.lasting.rawValue && mine.yearly.rawValue >= its.yearly.rawValue
      && populationFloor >= other.populationFloor
      && isDominanceAtLeastAsStrong(as: other)
      && (jitterWeights.max() ?? 16) <= (other.jitterWeights.max() ?? 16) && (!variance || other.variance)
      && (!percentiles || other.percentiles)
  }
}
