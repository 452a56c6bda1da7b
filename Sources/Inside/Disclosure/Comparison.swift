package import Policies

/// What simpler systems would show of the same cells, so that the attack suite can set them side by side with ours.
/// These are plain numbers: none of them can become a `Released`.
package struct Comparison: Sendable {
  package enum System: String, CaseIterable, Sendable {
    /// The exact count where it reaches k.
    case thresholdOnly = "threshold only"
    /// One layer of noise by the contributors, as ONS, ABS and τ-Argus publish.
    case cellKey = "cell key"
    /// Both layers, without guard and budget.
    case twoLayers = "two layers, no guard"
  }

  private let profile: ProtectionProfile
  private let keys: ProtectionKeys

  package init(_ profile: ProtectionProfile, keys: ProtectionKeys) {
    self.profile = profile
    self.keys = keys
  }

  /// The counts a system shows of every cell over a set of dimensions; nil where it shows none.
  package func counts(_ system: System, _ set: DimensionSet, in cube: TrueCube) -> [Int?] {
    guard let cuboid = cube.cuboids[set] else { return [] }
    let noise = CellNoise(profile, keys: keys, family: cube.shape.keyFamily)
    return (0..<cuboid.grid.count).map { cell in
      let units = Int(cuboid.units[cell])
      guard units >= profile.k else { return nil }
      let first = NoiseTable.contributors.noise(
        count: units, draw: noise.draws.contributors("count", "n", units: units, cellKey: cuboid.keys[cell]))
      switch system {
      case .thresholdOnly: return units
      case .cellKey: return units + first
      case .twoLayers:
        let pairs = zip(cuboid.grid.dimensions, cuboid.grid.codes(at: cell)).map { dimension, code in
          (cube.shape.dimensions[dimension].name, cube.shape.dimensions[dimension].codes[Int(code)].code)
        }
        return noise.shownCount(
          units, key: cuboid.keys[cell], label: CellLabel(dataset: cube.shape.dataset, pairs: pairs))
      }
    }
  }
}
