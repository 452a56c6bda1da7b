import Catalogs
import Disclosure

/// Finds the populations of two datasets of a family that differ by few units, whatever their conditions are called.
///
/// Each population is told by sums of its units' record keys, in groups that the keys make. Fewer than k units that differ
/// touch fewer than k groups, so of twice as many coarse ones some are the same in both: populations are looked up by
/// those, and what that costs grows with the populations and not with their pairs. How many of the fine groups differ is
/// then never more than how many units do.
struct SiblingSketches {
  private let k: Int
  private let fine: Int
  private let coarse: Int
  private var populations: [SiblingPopulation] = []
  private var units: [Int] = []
  /// Of each population the sums of its fine groups, one after the other.
  private var sums: [UInt64] = []

  /// For each population those of other datasets that differ by 1 to about k−1 units.
  static func nearby(
    _ members: [(dataset: Dataset, data: Microdata)], history: ResultHistory, k: Int
  ) throws(ResultError) -> [SiblingPopulation: [NearPopulation]] {
    guard members.count > 1, k > 1 else { return [:] }
    var told: [(data: Microdata, sets: Set<DimensionSet>)] = []
    for (dataset, data) in members {
      let shape = data.told.shape
      var sets = Set(history.drawn[dataset.name]?.tables(of: shape) ?? [])
      for result in dataset.results where result.kind.hasCells {
        for table in try Statistics.tables(result, of: dataset, shape: shape) {
          sets.insert(DimensionSet(table))
        }
      }
      told.append((data.told, sets))
    }
    return try nearby(told, k: k) { members[$0].dataset.kin[members[$1].dataset.name] != nil }
  }

  /// The same of rows and sets of dimensions whose cells are out.
  /// - Parameter areKin: whether two datasets are made of one table.
  static func nearby(
    _ members: [(data: Microdata, sets: Set<DimensionSet>)], k: Int, areKin: (Int, Int) -> Bool
  ) throws(ResultError) -> [SiblingPopulation: [NearPopulation]] {
    var sketches: [SiblingSketches] = []
    for (data, sets) in members { sketches.append(try SiblingSketches(data, sets, k: k)) }
    var near: [SiblingPopulation: [NearPopulation]] = [:]
    for (place, one) in sketches.enumerated() {
      let index = one.index
      for (other, sketch) in sketches.enumerated().dropFirst(place + 1) {
        // Made of one table they are compared with everybody in it (`Compared`).
        guard !areKin(place, other) else { continue }
        one.compare(index, with: sketch, &near)
      }
    }
    return near
  }

  private init(_ data: Microdata, _ sets: Set<DimensionSet>, k: Int) throws(ResultError) {
    self.k = k
    (fine, coarse) = (8 * k, 2 * k)
    let populations = Set(sets.map { data.shape.identifying($0) })
    for set in populations.sorted(by: { $0.bits < $1.bits }) { try add(set, data) }
  }

  /// Sketches the populations over one set of dimensions that have k units and more.
  private mutating func add(_ set: DimensionSet, _ data: Microdata) throws(ResultError) {
    let shape = data.shape
    let grid = try disclosing { () throws(DisclosureError) in try Grid(set, of: shape) }
    let finder = CellFinder(grid, of: shape)
    var counts = [Int32](repeating: 0, count: grid.count)
    try SiblingSketches.forEachUnit(data, finder) { _, cells in for cell in cells { counts[cell] += 1 } }
    var places = [Int32](repeating: -1, count: grid.count)
    for cell in counts.indices where Int(counts[cell]) >= k {
      places[cell] = Int32(clamping: populations.count)
      populations.append(SiblingPopulation(dataset: shape.dataset, set: set, cell: cell))
      units.append(Int(counts[cell]))
    }
    sums += [UInt64](repeating: 0, count: populations.count * fine - sums.count)
    let fine = fine
    try SiblingSketches.forEachUnit(data, finder) { key, cells in
      let group = Int(key % UInt64(fine))
      for cell in cells where places[cell] >= 0 { sums[Int(places[cell]) * fine + group] &+= key }
    }
  }

  /// The cells of each unit, each cell once.
  private static func forEachUnit(
    _ data: Microdata, _ finder: CellFinder, _ body: (_ key: UInt64, _ cells: [Int]) -> Void
  ) throws(ResultError) {
    try data.forEachPart { part, _ in
      var (cells, all): ([Int], [Int]) = ([], [])
      for unit in 0..<part.unitCount {
        let rows = Int(part.starts[unit])..<Int(part.starts[unit + 1])
        finder.cells(of: rows.lowerBound, part.codes, into: &cells)
        if rows.count > 1 {
          all = cells
          for row in rows.dropFirst() {
            finder.cells(of: row, part.codes, into: &cells)
            all += cells
          }
          cells = Array(Set(all))
        }
        body(part.keys[rows.lowerBound], cells)
      }
    }
  }

  private struct Group: Hashable {
    let number: Int
    let sum: UInt64
  }

  /// The coarse groups of a population in which somebody is.
  private func groups(_ place: Int) -> [Group] {
    (0..<coarse).compactMap { number in
      var sum: UInt64 = 0
      for group in stride(from: number, to: fine, by: coarse) { sum &+= sums[place * fine + group] }
      return sum == 0 ? nil : Group(number: number, sum: sum)
    }
  }

  private var index: [Group: [Int32]] {
    var index: [Group: [Int32]] = [:]
    for place in populations.indices {
      for group in groups(place) { index[group, default: []].append(Int32(clamping: place)) }
    }
    return index
  }

  private func compare(
    _ index: [Group: [Int32]], with other: SiblingSketches,
    _ near: inout [SiblingPopulation: [NearPopulation]]
  ) {
    for theirs in other.populations.indices {
      var seen: Set<Int32> = []
      for group in other.groups(theirs) {
        for mine in index[group] ?? [] where seen.insert(mine).inserted {
          let own = Int(mine)
          guard abs(units[own] - other.units[theirs]) < k else { continue }
          let differing = (0..<fine).count { sums[own * fine + $0] != other.sums[theirs * fine + $0] }
          guard (1..<k).contains(differing) else { continue }
          near[populations[own], default: []].append(
            NearPopulation(other.populations[theirs], differing: differing))
          near[other.populations[theirs], default: []].append(
            NearPopulation(populations[own], differing: differing))
        }
      }
    }
  }
}
