import Policies

/// The perturbed quantities of one cell and whether each may be shown (DISCLOSURE a.4–a.6). Stateless: the same
/// contributors under the same label give the same numbers.
struct CellNoise {
  let profile: ProtectionProfile
  let draws: Draws
  private let layers: CountLayers

  init(_ profile: ProtectionProfile, keys: ProtectionKeys, family: String) {
    self.profile = profile
    draws = Draws(keys, family: family)
    layers = CountLayers.of(profile.countNoise)
  }

  /// n̂ = n + v₁ + v₂, whatever its size.
  /// - Parameter label: the canonical label of the units that are counted.
  func count(_ units: Int, key: UInt64, label: CellLabel) -> Int {
    units
      + layers.noise(
        count: units, set: draws.contributors("count", "n", units: units, cellKey: key),
        label: draws.label("count", "n", label))
  }

  /// The jittered threshold of a set of contributors: k plus 0, 1, 2 … by the profile's weights.
  func threshold(key: UInt64) -> Int {
    let total = UInt64(max(1, profile.jitterWeights.reduce(0, +)))
    let place = (UInt64(draws.threshold(cellKey: key)) * total) >> 32
    var sum: UInt64 = 0
    for (raise, weight) in profile.jitterWeights.enumerated() {
      sum += UInt64(max(0, weight))
      if place < sum { return profile.k + raise }
    }
    return profile.k
  }

  /// n̂, or nil where the cell is too small.
  func shownCount(_ units: Int, key: UInt64, label: CellLabel) -> Int? {
    guard units >= threshold(key: key) else { return nil }
    let noisy = count(units, key: key, label: label)
    return noisy >= profile.k ? noisy : nil
  }
}
