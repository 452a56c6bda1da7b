import Disclosure

/// The cells of the declared tables with what a unit contributes bounded, for noise that hides any one of them.
struct BoundedCells {
  /// Most cells a unit counts in, over all tables.
  private(set) var most = 1
  /// Into how many quantities the budget is split.
  let quantities: Int
  /// For each measure the largest value that is not cut off; at least 1.
  private(set) var clips: [Int64]
  private var places: [DimensionSet: Int] = [:]
  private var counts: [[Int32]]
  /// For each measure and set, of each cell: units with a value, and for each clip the sum.
  private var withValue: [[[Int32]]]
  private var sums: [[[[Double]]]]
  private var chosen: [Int]
  private let complete: [Bool]

  /// Percentiles of the units' largest values of which one is taken.
  private static let percentiles = [75, 90, 95, 99, 100]

  /// - Parameters:
  ///   - measures: those of which something is declared.
  ///   - k: the fewest units of a cell that is asked for.
  init(
    _ data: Microdata, _ tables: [UtilityTable], measures: Set<Int>, k: Int, epsilon: Double, seed: UInt64
  ) throws(ResultError) {
    var sets: [DimensionSet] = []
    for table in tables where !sets.contains(table.set) { sets.append(table.set) }
    places = Dictionary(
      sets.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    var finders: [CellFinder] = []
    for set in sets {
      finders.append(
        CellFinder(
          try disclosing { () throws(DisclosureError) in try Grid(set, of: data.shape) }, of: data.shape))
    }
    complete = data.measures.map(\.complete)
    quantities = 1 + measures.reduce(0) { $0 + (data.measures[$1].complete ? 1 : 2) }
    clips = data.measures.map { _ in 1 }
    chosen = data.measures.map { _ in 0 }
    counts = finders.map { [Int32](repeating: 0, count: $0.grid.count) }
    withValue = data.measures.indices.map { [complete] measure in
      complete[measure] || !measures.contains(measure)
        ? [] : finders.map { [Int32](repeating: 0, count: $0.grid.count) }
    }
    sums = data.measures.indices.map { measure in
      measures.contains(measure)
        ? finders.map { finder in
          Self.percentiles.map { _ in [Double](repeating: 0, count: finder.grid.count) }
        } : []
    }
    let options = try bound(data, finders, measures)
    try add(data, finders, measures, options, seed: seed)
    choose(tables, options, measures, k: k, epsilon: epsilon)
  }

  /// Sets the most cells of a unit, and gives for each measure the largest values among which one is chosen.
  private mutating func bound(
    _ data: Microdata, _ finders: [CellFinder], _ measures: Set<Int>
  ) throws(ResultError) -> [[Int64]] {
    var cells: [Int] = []
    var largest: [[Int64]] = data.measures.map { _ in [] }
    try Self.forEachUnit(data, finders) { (_, entries, data) throws(ResultError) in
      cells.append(entries.count)
      for measure in measures {
        var most: Int64 = 0
        for entry in entries {
          let value = try data.value(of: entry.rows, measure: measure)
          if value != Microdata.missing { most = max(most, Int64(clamping: value.magnitude)) }
        }
        if most > 0 { largest[measure].append(most) }
      }
    }
    func percentile(_ sorted: [some BinaryInteger], _ percent: Int) -> Int {
      sorted.isEmpty ? 1 : max(1, Int(clamping: sorted[(sorted.count - 1) * percent / 100]))
    }
    most = percentile(cells.sorted(), 95)
    return largest.map { values in
      let sorted = values.sorted()
      return Self.percentiles.map { Int64(percentile(sorted, $0)) }
    }
  }

  private mutating func add(
    _ data: Microdata, _ finders: [CellFinder], _ measures: Set<Int>, _ options: [[Int64]], seed: UInt64
  ) throws(ResultError) {
    let (limit, complete) = (most, complete)
    var (counts, withValue, sums) = (counts, withValue, sums)
    (self.counts, self.withValue, self.sums) = ([], [], [])
    try Self.forEachUnit(data, finders) { (key, entries, data) throws(ResultError) in
      var kept = entries
      if entries.count > limit {
        var generator = AttackGenerator(seed ^ key)
        kept = Array(entries.shuffled(using: &generator).prefix(limit))
      }
      for entry in kept {
        counts[entry.set][entry.cell] += 1
        for measure in measures {
          let value = try data.value(of: entry.rows, measure: measure)
          guard value != Microdata.missing else { continue }
          if !complete[measure] { withValue[measure][entry.set][entry.cell] += 1 }
          for (place, clip) in options[measure].enumerated() {
            sums[measure][entry.set][place][entry.cell] += Double(min(max(value, -clip), clip))
          }
        }
      }
    }
    (self.counts, self.withValue, self.sums) = (counts, withValue, sums)
  }

  /// Takes for each measure the clip with the least expected error over the asked cells.
  private mutating func choose(
    _ tables: [UtilityTable], _ options: [[Int64]], _ measures: Set<Int>, k: Int, epsilon: Double
  ) {
    let scale = Double(most * quantities) / epsilon
    for measure in measures {
      var best = Double.infinity
      for (place, clip) in options[measure].enumerated() {
        var errors: [Double] = []
        for table in tables where table.measures.contains(where: { $0.index == measure }) {
          guard let set = places[table.set] else { continue }
          for (cell, units) in table.cuboid.units.enumerated() where Int(units) >= k {
            let truth = Double(table.cuboid.totals[measure][cell].sum)
            guard truth != 0 else { continue }
            let biased = sums[measure][set][place][cell] - truth
            errors.append((abs(biased) + scale * Double(clip)) / abs(truth))
          }
        }
        let median = errors.isEmpty ? 0 : errors.sorted()[errors.count / 2]
        guard median < best else { continue }
        best = median
        chosen[measure] = place
        clips[measure] = clip
      }
    }
  }

  /// Units counted in a cell.
  func units(_ set: DimensionSet, _ cell: Int) -> Int32 { places[set].map { counts[$0][cell] } ?? 0 }

  /// Those with a value; nil where everybody has one.
  func valued(_ set: DimensionSet, _ cell: Int, _ measure: Int) -> Int32? {
    guard !complete[measure], let place = places[set] else { return nil }
    return withValue[measure][place][cell]
  }

  /// The sum of values that are cut off.
  func sum(_ set: DimensionSet, _ cell: Int, _ measure: Int) -> Double {
    places[set].map { sums[measure][$0][chosen[measure]][cell] } ?? 0
  }

  private struct Entry {
    let set: Int
    let cell: Int
    let rows: [Int]
  }

  /// Gives every unit's cells with its rows in each.
  private static func forEachUnit(
    _ data: Microdata, _ finders: [CellFinder],
    _ body: (_ key: UInt64, _ entries: [Entry], _ data: Microdata) throws(ResultError) -> Void
  ) throws(ResultError) {
    try data.forEachPart { (part, _) throws(ResultError) in
      var cells: [Int] = []
      for unit in 0..<part.unitCount {
        let rows = Int(part.starts[unit])..<Int(part.starts[unit + 1])
        var entries: [Entry] = []
        for (set, finder) in finders.enumerated() {
          var groups = UnitGroups()
          for row in rows {
            finder.cells(of: row, part.codes, into: &cells)
            for cell in cells { groups.pairs.append((cell, row)) }
          }
          groups.group()
          for group in groups.groups {
            entries.append(
              Entry(
                set: set, cell: group.cell,
                rows: groups.pairs[group.first..<group.first + group.rows].map { $0.row }))
          }
        }
        try body(part.keys[rows.lowerBound], entries, part)
      }
    }
  }
}
