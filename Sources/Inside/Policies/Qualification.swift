/// What was measured of a profile before anything was published under it (DISCLOSURE, "Profiles"): how many of the coin
/// flips planted in populations the attacks guessed from what was out.
package struct Qualification: Sendable, Hashable {
  /// One attack over so many versions, on the population where it guessed best.
  package struct Run: Sendable, Hashable {
    /// "B5b": coins in a response. "S8": coins that are summed as well.
    package let attack: String
    /// Versions published one after the other, 2 % of the units replaced in each.
    package let versions: Int
    /// The fewest coins of any population.
    package let canaries: Int
    /// Upper 95 % bound of the attacker's accuracy, 0…1; ½ is what guessing gives.
    package let upperAccuracy: Double

    /// Each part as its property says.
    package init(attack: String, versions: Int, canaries: Int, upperAccuracy: Double) {
      self.attack = attack
      self.versions = versions
      self.canaries = canaries
      self.upperAccuracy = upperAccuracy
    }
  }

  /// The populations it was measured on.
  package let populations: [String]
  /// The number that fixed every random choice.
  package let seed: Int
  package let runs: [Run]
  /// The parameters under which the attacks ran, lowercase hex SHA-256.
  package let policyHash: String

  /// Each part as its property says.
  package init(populations: [String], seed: Int, runs: [Run], policyHash: String) {
    self.populations = populations
    self.seed = seed
    self.runs = runs
    self.policyHash = policyHash
  }

  /// What has to be measured: each attack over one version, and over at least twelve.
  package static let needed = ["B5b", "S8"].flatMap {
    [(attack: $0, versions: 1), (attack: $0, versions: 12)]
  }
  /// The fewest coins of each.
  package static let canaries = 5_000
  /// The highest bar that a level can have.
  package static let loosest = 0.55

  /// The highest of all bounds; nil where something that is needed was not measured, or with too few coins.
  package var bound: Double? {
    let judged = runs.filter { $0.canaries >= Qualification.canaries }
    let isWhole = Qualification.needed.allSatisfy { needed in
      judged.contains {
        $0.attack == needed.attack
          && (needed.versions == 1 ? $0.versions == 1 : $0.versions >= needed.versions)
      }
    }
    return isWhole ? runs.map(\.upperAccuracy).max() : nil
  }
}
