import Disclosure

/// Collects the exact cells over one set of dimensions, from base cells and from single units that lie in several of
/// them, in any order.
final class CuboidBuilder {
  let set: DimensionSet
  let grid: Grid
  /// Measures whose totals are wanted.
  let measures: [Int]
  /// Ways to generalise a cell, where the guard will judge this set.
  let lattice: Lattice?
  let shape: Shape
  /// For each measure the bands that its values are counted in here, or none.
  let edges: [[Int64]]
  let finder: CellFinder
  var cuboid: TrueCuboid
  /// For each level of its cells and each way: the builder and level that it leads to.
  var targets: [[(builder: Int, level: Int)?]] = []
  /// What the units of the last chunk have in each cell.
  var grouped: [GroupedUnits] = []
  /// The measure whose values were too large for one unit of the last chunk.
  var overflow: Int?

  init(
    _ set: DimensionSet, of shape: Shape, measures: [Int], of declared: [MeasureShape], judged: Bool,
    banded: Bool, keeping kept: TotalsColumn.Kept
  ) throws(DisclosureError) {
    self.set = set
    self.measures = measures
    self.shape = shape
    grid = try Grid(set, of: shape)
    lattice = judged ? try Lattice(grid, of: shape) : nil
    finder = CellFinder(grid, of: shape)
    let count = grid.count
    let wanted = declared.indices.map { measures.contains($0) }
    edges = declared.indices.map { measure in
      banded && wanted[measure] && !declared[measure].percentiles.isEmpty ? declared[measure].bands : []
    }
    cuboid = TrueCuboid(
      grid: grid, units: [Int32](repeating: 0, count: count), keys: [UInt64](repeating: 0, count: count),
      totals: declared.indices.map { measure in
        var kept = kept
        if declared[measure].statistics.contains(.variance) { kept.insert(.squares) }
        return TotalsColumn(count: wanted[measure] ? count : 0, keeping: kept)
      },
      bands: edges.map { [BandTotals](repeating: BandTotals(), count: $0.count * count) },
      lone: [Int32](repeating: 0, count: judged ? count : 0), onlyHere: [])
  }

  /// Finds where each way leads among the builders of all sets.
  func link(_ builders: [CuboidBuilder]) {
    guard let lattice else { return }
    targets = finder.levels.map { level in
      lattice.ways.map { way in
        guard let builder = builders.firstIndex(where: { $0.set == way.kept }) else { return nil }
        var depths: [Int] = []
        for (depth, steps) in zip(level.depths, way.steps) where steps >= 0 {
          guard depth >= steps else { return nil }
          depths.append(depth - steps)
        }
        return builders[builder].finder.levels.firstIndex { $0.depths == depths }.map { (builder, $0) }
      }
    }
  }

  // MARK: Units whose rows lie together

  /// Where its dimensions and measures are among those of base cells.
  private var places: [Int] = []
  private var measured: [Int] = []

  /// Looks for its dimensions and measures in base cells, before they are added.
  func find(in base: BaseCells) throws(ResultError) {
    places = try grid.dimensions.map { dimension throws(ResultError) in
      try base.place(ofDimension: dimension)
    }
    measured = try measures.map { measure throws(ResultError) in try base.place(ofMeasure: measure) }
  }

  /// Adds base cells in which it has found its places.
  func add(_ base: BaseCells) {
    let width = base.dimensions.count
    let step = 1 << 14
    var cells = [Int32](repeating: 0, count: min(step, base.count))
    for start in stride(from: 0, to: base.count, by: step) {
      let count = min(step, base.count - start)
      for level in finder.levels {
        for index in 0..<count { cells[index] = 0 }
        for (place, parts) in zip(places, level.parts) {
          base.codes.withUnsafeBufferPointer { codes in
            parts.withUnsafeBufferPointer { parts in
              for index in 0..<count {
                let part = parts[Int(codes[(start + index) * width + place]) + 1]
                cells[index] = part < 0 || cells[index] < 0 ? -1 : cells[index] &+ part
              }
            }
          }
        }
        add(base, from: start, count, cells)
      }
    }
  }

  private func add(_ base: BaseCells, from start: Int, _ count: Int, _ cells: [Int32]) {
    cuboid.units.withUnsafeMutableBufferPointer { units in
      for index in 0..<count where cells[index] >= 0 {
        units[Int(cells[index])] &+= base.units[start + index]
      }
    }
    cuboid.keys.withUnsafeMutableBufferPointer { keys in
      for index in 0..<count where cells[index] >= 0 { keys[Int(cells[index])] &+= base.keys[start + index] }
    }
    if lattice != nil {
      cuboid.lone.withUnsafeMutableBufferPointer { lone in
        for index in 0..<count where cells[index] >= 0 {
          lone[Int(cells[index])] &+= base.units[start + index]
        }
      }
    }
    for (measure, place) in zip(measures, measured) {
      let totals = base.totals[place]
      cuboid.totals[measure].merge(totals[start..<start + count], into: cells[..<count])
      let bands = edges[measure].count
      if bands > 0 {
        let counted = base.bands[place]
        for index in 0..<count where cells[index] >= 0 {
          for band in 0..<bands {
            let more = counted[(start + index) * bands + band]
            cuboid.bands[measure][Int(cells[index]) * bands + band].add(units: more.units, key: more.key)
          }
        }
      }
    }
  }
}
