package import Disclosure
import Policies

/// A cell that is withheld, and why: known inside only.
package struct WithheldCell: Sendable {
  package enum Reason: Sendable {
    /// Nobody is in it.
    case empty
    /// Fewer than k units.
    case small
    /// Enough units: guard, threshold's jitter or budget.
    case guarded
  }

  package let dimensions: [String]
  package let codes: [String]
  package let reason: Reason
}

extension Attacks {
  /// The withheld cells of a release with their reasons.
  package static func withheld(
    _ released: Released, _ target: Target
  ) throws(ResultError) -> [WithheldCell] {
    let cube = try target.cube()
    let shape = target.data.shape
    var found: [WithheldCell] = []
    for table in released.tables {
      let dimensions = table.dimensions.compactMap { shape.dimension($0) }
      guard dimensions.count == table.dimensions.count, let cuboid = cube.cuboids[DimensionSet(dimensions)]
      else {
        continue
      }
      let listed = ListedCodes(dimensions, table: table, of: shape)
      for (place, cell) in table.cells.enumerated() where cell.withheld {
        guard let index = listed.place(of: place, in: cuboid.grid) else { continue }
        let units = Int(cuboid.units[index])
        found.append(
          WithheldCell(
            dimensions: table.dimensions, codes: cell.codes,
            reason: units == 0 ? .empty : units < target.profile.k ? .small : .guarded))
      }
    }
    return found
  }

  /// How well a score tells two classes apart: ½ is not at all.
  package static func auc(_ scores: [(score: Double, isTrue: Bool)]) -> Double { Guessing.auc(scores) }
}
