package import Policies

/// What simpler systems would show of the same cells, so that the attack suite can set them side by side with ours.
/// These are plain numbers: none of them can become a `Released`.
package struct Comparison: Sendable {
  package enum System: String, CaseIterable, Sendable {
    /// The exact count where it reaches k.
    case thresholdOnly = "threshold only"
    /// One layer of noise by the contributors, as ONS, ABS and τ-Argus publish.
    case cellKey = "cell key"
    /// Both layers, and sums with noise of the largest contribution in two layers, as 0.1 had them; without guard and
    /// budget.
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
        return noise.shownCount(units, key: cuboid.keys[cell], label: label(cuboid, cell, cube))
      }
    }
  }

  /// The sums a system shows of every cell over a set of dimensions: exact, or with top-contributor noise in as many
  /// layers as its counts have; no dominance rule. Nil where it shows none.
  /// - Parameter share: m, the share of the largest contribution that scales the noise.
  package func sums(
    _ system: System, measure: Int, _ set: DimensionSet, in cube: TrueCube,
    share: Magnitudes.Share = Comparison.topNoise
  ) -> [Int128?] {
    guard let cuboid = cube.cuboids[set], cuboid.totals.indices.contains(measure),
      !cuboid.totals[measure].isEmpty
    else { return [] }
    let shape = cube.measures[measure]
    let noise = CellNoise(profile, keys: keys, family: cube.shape.keyFamily)
    let first = Magnitudes(share: share, step: shape.step)
    return (0..<cuboid.grid.count).map { cell in
      let totals = cuboid.totals[measure][cell]
      func perturbed(label: UInt32) -> Int128 {
        first.perturbed(
          sum: totals.sum, top: Int128(totals.first), positive: shape.positive,
          contributors: noise.draws.contributors("sum", shape.name, units: totals.units, cellKey: totals.key),
          label: label)
      }
      guard Int(cuboid.units[cell]) >= profile.k, totals.units >= profile.k else { return nil }
      switch system {
      case .thresholdOnly: return totals.sum
      // A draw of one half shows the label layer's middle row, which is no noise.
      case .cellKey: return perturbed(label: 1 << 31)
      case .twoLayers:
        return perturbed(label: noise.draws.label("sum", shape.name, self.label(cuboid, cell, cube)))
      }
    }
  }

  /// m as profile `standard` of the first edition had it, and as `strict` had it.
  package static let topNoise = Magnitudes.Share(7, 100)
  package static let strictTopNoise = Magnitudes.Share(10, 100)

  /// The standard deviation of the noise of a cell's sum.
  package static func deviation(_ system: System, _ totals: CellTotals) -> Double {
    let layers: Double =
      switch system {
      case .thresholdOnly: 0
      case .cellKey: 1
      case .twoLayers: 2
      }
    return 0.07 * layers.squareRoot() * Double(totals.first)
  }

  /// The variance of the noise of a count.
  package static func countVariance(_ system: System) -> Double {
    switch system {
    case .thresholdOnly: 0
    case .cellKey: 3
    case .twoLayers: 4.08
    }
  }

  private func label(_ cuboid: TrueCuboid, _ cell: Int, _ cube: TrueCube) -> CellLabel {
    let pairs = zip(cuboid.grid.dimensions, cuboid.grid.codes(at: cell)).map { dimension, code in
      (cube.shape.dimensions[dimension].name, cube.shape.dimensions[dimension].codes[Int(code)].code)
    }
    return CellLabel(root: cube.shape.dataset, pairs: pairs)
  }
}
