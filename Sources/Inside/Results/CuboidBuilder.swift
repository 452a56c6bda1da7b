import Disclosure

/// Collects the exact cells over one set of dimensions, unit by unit. Builders of different units merge in any
/// order.
final class CuboidBuilder {
  let set: DimensionSet
  let grid: Grid
  /// Measures whose totals are wanted.
  let measures: [Int]
  /// Ways to generalise a cell, where the guard will judge this set.
  let lattice: Lattice?
  /// Whether the guard asks who is largest here.
  let wantsTops: Bool
  private(set) var cuboid: TrueCuboid
  private let finder: CellFinder
  /// For each measure and cell the size that one of the largest must exceed.
  private var least: [[Int64]]
  private var scratch = UnitGroups()
  private let limit: Int

  init(
    _ set: DimensionSet, of shape: Shape, measures: [Int], measureCount: Int, judged: Bool, wantsTops: Bool,
    topLimit: Int = Top.limit
  ) throws(DisclosureError) {
    self.set = set
    self.measures = measures
    self.wantsTops = wantsTops && !measures.isEmpty
    limit = topLimit
    grid = try Grid(set, of: shape)
    lattice = judged ? try Lattice(grid, of: shape) : nil
    finder = CellFinder(grid, of: shape)
    let count = grid.count
    let wanted = (0..<measureCount).map { measures.contains($0) }
    least = wanted.map { $0 && wantsTops ? [Int64](repeating: -1, count: count) : [] }
    cuboid = TrueCuboid(
      grid: grid, units: [Int32](repeating: 0, count: count), keys: [UInt64](repeating: 0, count: count),
      totals: wanted.map { $0 ? [CellTotals](repeating: CellTotals(), count: count) : [] },
      lone: [Int32](repeating: 0, count: count), onlyHere: [],
      loneAbsolute: wanted.map { $0 && judged ? [Int128](repeating: 0, count: count) : [] },
      outside: wanted.map { _ in [] },
      tops: wanted.map { $0 && wantsTops ? [[Top]](repeating: [], count: count) : [] })
  }

  // MARK: Units with one row

  /// Adds units that have one row each, given by their rows: column by column, without a look at single rows.
  func add(lone rows: [Int32], of data: Microdata) {
    let step = 1 << 16
    for start in stride(from: 0, to: rows.count, by: step) {
      let part = Array(rows[start..<min(start + step, rows.count)])
      for climbs in finder.climbs {
        var cells = [Int32](repeating: 0, count: part.count)
        for (dimension, climb) in zip(grid.dimensions, climbs) {
          CuboidBuilder.locate(part, data.codes[dimension], climb, in: &cells)
        }
        count(part, cells, keys: data.keys)
        for measure in measures { total(measure, part, cells, of: data) }
      }
    }
  }

  /// Adds one dimension's part to the place of each row's cell; -1 is a row that lies in none.
  private static func locate(_ rows: [Int32], _ codes: [Int32], _ climb: [Int32], in cells: inout [Int32]) {
    codes.withUnsafeBufferPointer { codes in
      climb.withUnsafeBufferPointer { climb in
        for index in rows.indices {
          let part = climb[Int(codes[Int(rows[index])])]
          cells[index] = part < 0 || cells[index] < 0 ? -1 : cells[index] &+ part
        }
      }
    }
  }

  private func count(_ rows: [Int32], _ cells: [Int32], keys: [UInt64]) {
    cuboid.units.withUnsafeMutableBufferPointer { units in
      for cell in cells where cell >= 0 { units[Int(cell)] &+= 1 }
    }
    cuboid.lone.withUnsafeMutableBufferPointer { lone in
      for cell in cells where cell >= 0 { lone[Int(cell)] &+= 1 }
    }
    cuboid.keys.withUnsafeMutableBufferPointer { sums in
      for index in rows.indices where cells[index] >= 0 {
        sums[Int(cells[index])] &+= keys[Int(rows[index])]
      }
    }
  }

  private func total(_ measure: Int, _ rows: [Int32], _ cells: [Int32], of data: Microdata) {
    let values = data.values[measure]
    cuboid.totals[measure].withUnsafeMutableBufferPointer { totals in
      for index in rows.indices where cells[index] >= 0 {
        let row = Int(rows[index])
        let value = values[row]
        if value != Microdata.missing { totals[Int(cells[index])].add(value, key: data.keys[row]) }
      }
    }
    if lattice != nil {
      cuboid.loneAbsolute[measure].withUnsafeMutableBufferPointer { sums in
        for index in rows.indices where cells[index] >= 0 {
          let value = values[Int(rows[index])]
          if value != Microdata.missing { sums[Int(cells[index])] += Int128(value.magnitude) }
        }
      }
    }
    guard wantsTops else { return }
    for index in rows.indices where cells[index] >= 0 {
      let row = Int(rows[index])
      let value = values[row]
      guard value != Microdata.missing else { continue }
      insert(
        Int64(clamping: value.magnitude), in: Int(cells[index]), measure: measure, rows: row..<row + 1,
        of: data)
    }
  }

  // MARK: Units with several rows

  /// Adds one unit with several rows; its groups stay available until the next one.
  func add(rows: Range<Int>, of data: Microdata) throws(ResultError) {
    scratch.removeAll()
    var cells: [Int] = []
    for row in rows {
      finder.cells(of: row, data.codes, into: &cells)
      for cell in cells { scratch.pairs.append((cell, row)) }
    }
    scratch.group()
    let key = data.keys[rows.lowerBound]
    for group in scratch.groups.indices {
      let cell = scratch.groups[group].cell
      cuboid.units[cell] &+= 1
      cuboid.keys[cell] &+= key
      for measure in measures {
        let value = try scratch.value(of: group, measure: measure, in: data)
        scratch.values.append(value)
        guard value != Microdata.missing else { continue }
        cuboid.totals[measure][cell].add(value, key: key)
        if wantsTops {
          insert(Int64(clamping: value.magnitude), in: cell, measure: measure, rows: rows, of: data)
        }
      }
    }
  }

  /// What the last added unit has outside each of its cells, for every way. `others` are the builders of all sets.
  func pair(with others: (DimensionSet) -> Int?, in builders: [CuboidBuilder]) {
    guard let lattice else { return }
    let ways = lattice.ways.count
    if cuboid.onlyHere.isEmpty {
      cuboid.onlyHere = [Int32](repeating: 0, count: grid.count * ways)
      for measure in measures {
        cuboid.outside[measure] = [OutsideTotals](repeating: OutsideTotals(), count: grid.count * ways)
      }
    }
    for way in 0..<ways {
      guard let index = others(lattice.ways[way].kept) else { continue }
      for (place, group) in scratch.groups.enumerated() {
        guard let target = lattice.target(of: group.cell, way: way) else { continue }
        let whole = builders[index]
        guard let found = whole.scratch.find(target) else { continue }
        if whole.scratch.groups[found].rows == group.rows { cuboid.onlyHere[group.cell * ways + way] &+= 1 }
        for (position, measure) in measures.enumerated() {
          guard let other = whole.measures.firstIndex(of: measure) else { continue }
          let all = whole.scratch.values[found * whole.measures.count + other]
          guard all != Microdata.missing else { continue }
          let here = scratch.values[place * measures.count + position]
          let part = here == Microdata.missing ? all : all - here
          cuboid.outside[measure][group.cell * ways + way].add(
            whole: Int64(clamping: all.magnitude), part: Int64(clamping: part.magnitude))
        }
      }
    }
  }

  // MARK: The largest

  private func insert(
    _ size: Int64, in cell: Int, measure: Int, rows: Range<Int>, of data: Microdata
  ) {
    guard size > least[measure][cell] else { return }
    var places: [Int32] = []
    places.reserveCapacity(rows.count * data.codes.count)
    for row in rows { for column in data.codes { places.append(column[row]) } }
    insert(Top(size: size, rows: places), in: cell, measure: measure)
  }

  private func insert(_ top: Top, in cell: Int, measure: Int) {
    let at = cuboid.tops[measure][cell].firstIndex { $0.size < top.size } ?? cuboid.tops[measure][cell].count
    guard at < limit else { return }
    cuboid.tops[measure][cell].insert(top, at: at)
    if cuboid.tops[measure][cell].count > limit { cuboid.tops[measure][cell].removeLast() }
    if cuboid.tops[measure][cell].count == limit {
      least[measure][cell] = cuboid.tops[measure][cell][limit - 1].size
    }
  }

  /// Adds what another builder of the same set collected from other units.
  func merge(_ other: CuboidBuilder) {
    for cell in 0..<grid.count {
      cuboid.units[cell] &+= other.cuboid.units[cell]
      cuboid.lone[cell] &+= other.cuboid.lone[cell]
      cuboid.keys[cell] &+= other.cuboid.keys[cell]
    }
    for measure in measures {
      for cell in 0..<grid.count { cuboid.totals[measure][cell].merge(other.cuboid.totals[measure][cell]) }
      for cell in cuboid.loneAbsolute[measure].indices {
        cuboid.loneAbsolute[measure][cell] += other.cuboid.loneAbsolute[measure][cell]
      }
      for cell in other.cuboid.tops[measure].indices {
        for top in other.cuboid.tops[measure][cell] { insert(top, in: cell, measure: measure) }
      }
    }
    guard !other.cuboid.onlyHere.isEmpty else { return }
    guard !cuboid.onlyHere.isEmpty else {
      cuboid.onlyHere = other.cuboid.onlyHere
      cuboid.outside = other.cuboid.outside
      return
    }
    for index in cuboid.onlyHere.indices { cuboid.onlyHere[index] &+= other.cuboid.onlyHere[index] }
    for measure in measures {
      for index in cuboid.outside[measure].indices {
        cuboid.outside[measure][index].merge(other.cuboid.outside[measure][index])
      }
    }
  }
}

/// The cells that one unit's rows lie in.
struct UnitGroups {
  /// Cell and row.
  var pairs: [(cell: Int, row: Int)] = []
  /// One for each cell, ascending.
  var groups: [(cell: Int, first: Int, rows: Int)] = []
  /// For each group and measure of the builder the unit's one value, or `Microdata.missing`.
  var values: [Int64] = []

  mutating func removeAll() {
    pairs.removeAll(keepingCapacity: true)
    groups.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
  }

  mutating func group() {
    pairs.sort { $0.cell == $1.cell ? $0.row < $1.row : $0.cell < $1.cell }
    for (index, pair) in pairs.enumerated() {
      if let last = groups.indices.last, groups[last].cell == pair.cell {
        groups[last].rows += 1
      } else {
        groups.append((pair.cell, index, 1))
      }
    }
  }

  /// The group of a cell, or nil where the unit has no row in it.
  func find(_ cell: Int) -> Int? {
    var low = 0, high = groups.count
    while low < high {
      let middle = (low + high) / 2
      if groups[middle].cell < cell { low = middle + 1 } else { high = middle }
    }
    return low < groups.count && groups[low].cell == cell ? low : nil
  }

  /// One value out of the unit's rows in a cell, as the measure declares.
  func value(of group: Int, measure: Int, in data: Microdata) throws(ResultError) -> Int64 {
    var sum: Int64 = 0
    var count: Int64 = 0
    var last = Microdata.missing
    for pair in pairs[groups[group].first..<groups[group].first + groups[group].rows] {
      let value = data.values[measure][pair.row]
      guard value != Microdata.missing else { continue }
      let (total, overflow) = sum.addingReportingOverflow(value)
      guard !overflow else {
        throw ResultError(
          .value, "the values of \(data.measures[measure].name) of one unit add up to more than 64 bits hold",
          hint: "declare a smaller scale")
      }
      sum = total
      count += 1
      last = value
    }
    guard count > 0 else { return Microdata.missing }
    switch data.perUnit[measure] {
    case .sum: return sum
    case .last: return last
    case .mean:
      let (quotient, rest) = sum.quotientAndRemainder(dividingBy: count)
      return quotient + (2 * rest.magnitude >= count.magnitude ? (sum < 0 ? -1 : 1) : 0)
    }
  }
}
