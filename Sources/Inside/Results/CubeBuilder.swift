package import Disclosure
import Dispatch

/// Computes exact cells from rows: every set of dimensions that the declared tables and their judgement need.
package enum CubeBuilder {
  /// - Parameters:
  ///   - tables: the sets of dimensions of the declared tables.
  ///   - measures: measures that are released with them.
  ///   - workers: how many parts of the units are computed side by side.
  /// - Throws: `ResultError` where a table is too large or values too long.
  package static func cube(
    _ data: Microdata, tables: [DimensionSet], measures: [Int], workers: Int = 1
  ) throws(ResultError) -> TrueCube {
    var parts: [[CuboidBuilder]] = []
    let shares = max(1, min(workers, data.unitCount))
    for share in 0..<shares {
      let units = data.unitCount * share / shares..<data.unitCount * (share + 1) / shares
      let builders = try self.builders(data, tables: tables, measures: measures)
      try fill(builders, units: units, of: data)
      parts.append(builders)
    }
    return cube(merging: parts, data)
  }

  /// Empty builders for every needed set.
  static func builders(
    _ data: Microdata, tables: [DimensionSet], measures: [Int], topLimit: Int = Top.limit
  ) throws(ResultError) -> [CuboidBuilder] {
    let shape = data.shape
    let needed = TrueCube.needed(for: tables, of: shape)
    let populations = Set(tables.map { shape.identifying($0) })
    let listed = Set(tables)
    // A table's totals and those of its generalisations: same response, fewer identifying dimensions.
    var summed: Set<DimensionSet> = []
    for table in tables {
      let identifying = shape.identifying(table)
      for part in identifying.subsets {
        summed.insert(DimensionSet(bits: part.bits | (table.bits & ~identifying.bits)))
      }
    }
    var builders: [CuboidBuilder] = []
    for set in needed.sorted(by: { $0.bits < $1.bits }) {
      builders.append(
        try disclosing { () throws(DisclosureError) in
          try CuboidBuilder(
            set, of: shape, measures: summed.contains(set) ? measures : [], measureCount: data.measures.count,
            judged: listed.contains(set) || populations.contains(set), wantsTops: summed.contains(set),
            topLimit: topLimit)
        })
    }
    return builders
  }

  /// Adds a part of the units to builders.
  static func fill(
    _ builders: [CuboidBuilder], units: Range<Int>, of data: Microdata
  ) throws(ResultError) {
    var lone: [Int32] = []
    var places: [DimensionSet: Int] = [:]
    for (index, builder) in builders.enumerated() { places[builder.set] = index }
    for unit in units {
      let rows = Int(data.starts[unit])..<Int(data.starts[unit + 1])
      if rows.count == 1 {
        lone.append(data.starts[unit])
        continue
      }
      for index in builders.indices { try builders[index].add(rows: rows, of: data) }
      for index in builders.indices where builders[index].lattice != nil {
        builders[index].pair(with: { places[$0] }, in: builders)
      }
    }
    // Builders share nothing, so each goes to whichever core is free; `lone` and `data` are only read.
    nonisolated(unsafe) let independent = builders
    let rows = lone
    DispatchQueue.concurrentPerform(iterations: independent.count) { index in
      independent[index].add(lone: rows, of: data)
    }
  }

  /// Merges parts that hold different units.
  static func cube(merging parts: [[CuboidBuilder]], _ data: Microdata) -> TrueCube {
    var cuboids: [DimensionSet: TrueCuboid] = [:]
    for index in (parts.first ?? []).indices {
      let merged = parts[0][index]
      for part in parts.dropFirst() { merged.merge(part[index]) }
      cuboids[merged.set] = merged.cuboid
    }
    return TrueCube(shape: data.shape, measures: data.measures, cuboids: cuboids)
  }
}
