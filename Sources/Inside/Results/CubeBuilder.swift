package import Disclosure
import Dispatch
import Synchronization

/// Computes exact cells from rows: every set of dimensions that the declared tables and their judgement need.
///
/// One pass over the rows makes base cells; all others are rolled up from those. Units whose rows lie in several
/// base cells are followed one by one, because their counts cannot be added (DISCLOSURE a.7). Nothing depends on
/// the order of units, the number of parts they come in, or the number of workers.
package enum CubeBuilder {
  /// - Parameters:
  ///   - tables: the sets of dimensions of the declared tables.
  ///   - measures: measures that are released with them.
  ///   - factors: for each measure the factors of its prominent units.
  ///   - kept: what else is kept of each cell's totals.
  ///   - beside: further sets of which totals are wanted, and that nothing is judged by.
  ///   - workers: how many cores may work side by side; 0 stands for all there are.
  /// - Throws: `ResultError` where a table is too large or values too long.
  package static func cube(
    _ data: Microdata, tables: [DimensionSet], measures: [Int], factors: [ProminentFactors]? = nil,
    keeping kept: TotalsColumn.Kept = [], beside: [DimensionSet] = [], workers: Int = 0
  ) throws(ResultError) -> TrueCube {
    let builders = try self.builders(data, tables: tables, measures: measures, keeping: kept, beside: beside)
    let factors = factors ?? data.measures.map { _ in ProminentFactors() }
    let shares = workers > 0 ? workers : Workers.available
    var base = self.base(for: builders, measures: measures, of: data)
    try data.forEachPart { (part, _) throws(ResultError) in
      for first in stride(from: 0, to: part.unitCount, by: chunk) {
        try add(
          part, units: first..<min(first + chunk, part.unitCount), factors, to: &base, builders,
          workers: shares)
        if base.size > baseLimit {
          try roll(up: base, into: builders, workers: shares)
          base.removeAll()
        }
      }
    }
    try roll(up: base, into: builders, workers: shares)
    return cube(of: builders, data)
  }

  /// What has to be known of all declared tables of a dataset that is alone in its family before one is protected.
  /// - Parameters:
  ///   - tables: the sets of dimensions of every table that any result declares.
  ///   - history: who was prominent before, and under which names factors were drawn.
  package static func survey(
    _ data: Microdata, tables: [DimensionSet], history: ResultHistory
  ) throws(ResultError) -> Survey {
    try survey([(data, try part(data, tables: tables))], history: history)
  }

  /// The same of several datasets of a family.
  /// - Parameter isFamily: whether they are all that the family publishes.
  static func survey(
    _ surveyed: [(data: Microdata, part: Survey.Part)], history: ResultHistory, isFamily: Bool = false
  ) throws(ResultError) -> Survey {
    var parts = surveyed.map(\.part)
    let prominent = try disclosing { () throws(DisclosureError) in
      try Survey.prominent(in: parts, history: history)
    }
    let declared = Set(surveyed.flatMap { $0.data.measures.map(\.identity) })
    let wanted = Set(prominent.values.joined())
    // Those that are out, and whose factors have a name, need no comparison with what was before.
    let isKnown = declared.isSubset(of: history.factorNames.keys)
    let former =
      isKnown && (!isFamily || declared.isSubset(of: history.measuresOut))
      ? [] : try UnitMap.former(history, besides: declared, wanted)
    for place in parts.indices { parts[place].units = try surveyed[place].data.surveyed(wanted) }
    return try disclosing { () throws(DisclosureError) in
      try Survey(parts, prominent: prominent, history: history, former: former, isFamily: isFamily)
    }
  }

  /// The cells of one dataset that a survey is made from.
  static func part(_ data: Microdata, tables: [DimensionSet]) throws(ResultError) -> Survey.Part {
    let beside = tables.flatMap { data.shape.besides($0) }
    let cube = try cube(
      data, tables: tables, measures: Array(data.measures.indices), keeping: [.squares, .giants],
      beside: beside)
    return Survey.Part(cube, tables: tables + beside)
  }

  /// Bytes of base cells after which they are rolled up and begun anew.
  private static let baseLimit = 64 << 20

  /// Units whose base cells are made side by side and then merged.
  private static let chunk = 1 << 18

  /// Empty builders for every needed set.
  static func builders(
    _ data: Microdata, tables: [DimensionSet], measures: [Int], keeping kept: TotalsColumn.Kept = [],
    beside: [DimensionSet] = []
  ) throws(ResultError) -> [CuboidBuilder] {
    let shape = data.shape
    let needed = TrueCube.needed(for: tables, of: shape).union(beside)
    let populations = Set(
      tables.flatMap { table in
        let identifying = shape.identifying(table)
        return [identifying, DimensionSet(bits: identifying.bits | shape.optional.bits)]
      })
    let listed = Set(tables)
    // A table's totals and those of its generalisations: same response, fewer identifying dimensions.
    var summed = Set(beside)
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
            set, of: shape, measures: summed.contains(set) ? measures : [], of: data.measures,
            judged: listed.contains(set) || populations.contains(set),
            banded: listed.contains(set) && shape.identifying(set) == set, keeping: kept)
        })
    }
    for builder in builders { builder.link(builders) }
    return builders
  }

  /// Base cells over every dimension that the builders use.
  static func base(for builders: [CuboidBuilder], measures: [Int], of data: Microdata) -> BaseCells {
    let used = builders.reduce(UInt64(0)) { $0 | $1.set.bits }
    return BaseCells(
      dimensions: DimensionSet(bits: used).places, measures: measures,
      edges: measures.map { data.measures[$0].percentiles.isEmpty ? [] : data.measures[$0].bands })
  }

  /// Adds units to base cells, or where their rows lie apart to the builders.
  static func add(
    _ data: Microdata, units wanted: Range<Int>? = nil, _ factors: [ProminentFactors],
    to base: inout BaseCells, _ builders: [CuboidBuilder], workers: Int
  ) throws(ResultError) {
    let wanted = wanted ?? 0..<data.unitCount
    var scattered: [Int32] = []
    // A share must be worth the merging of its cells.
    let shares = max(1, min(workers, wanted.count / 20_000))
    if shares == 1 {
      scattered = try base.add(wanted, of: data, factors)
    } else {
      let empty = base.emptied
      let made = try Workers.sideBySide(shares) { (share) throws(ResultError) in
        var cells = empty
        let first = wanted.lowerBound + wanted.count * share / shares
        let left = try cells.add(
          first..<wanted.lowerBound + wanted.count * (share + 1) / shares, of: data, factors)
        return (cells, left)
      }
      for (cells, left) in made {
        base.merge(cells)
        scattered.append(contentsOf: left)
      }
    }
    let step = 1 << 14
    var from = 0
    while from < scattered.count {
      let chunk = ScatteredUnits(scattered, from: &from, rows: step, of: data)
      together(builders, workers) { builder, _ in builder.group(chunk, of: data) }
      if let measure = builders.compactMap(\.overflow).first { throw data.tooLarge(measure) }
      together(builders, workers) { builder, all in builder.add(chunk, of: data, factors, beside: all) }
    }
  }

  /// Adds base cells to all builders.
  static func roll(
    up base: BaseCells, into builders: [CuboidBuilder], workers: Int
  ) throws(ResultError) {
    for builder in builders { try builder.find(in: base) }
    together(builders, workers) { builder, _ in builder.add(base) }
  }

  /// Work on every builder, which writes to that builder alone.
  private static func together(
    _ builders: [CuboidBuilder], _ workers: Int, _ work: @Sendable (CuboidBuilder, [CuboidBuilder]) -> Void
  ) {
    guard workers > 1 else {
      for builder in builders { work(builder, builders) }
      return
    }
    // Builders share nothing that is written, so each goes to whichever core is free.
    nonisolated(unsafe) let independent = builders
    DispatchQueue.concurrentPerform(iterations: independent.count) { index in
      work(independent[index], independent)
    }
  }

  static func cube(of builders: [CuboidBuilder], _ data: Microdata) -> TrueCube {
    var cuboids: [DimensionSet: TrueCuboid] = [:]
    for builder in builders { cuboids[builder.set] = builder.cuboid }
    return TrueCube(shape: data.shape, measures: data.measures, cuboids: cuboids)
  }
}
