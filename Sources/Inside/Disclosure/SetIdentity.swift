/// Which cells hold the same units: one population has one number, whatever it is called (DISCLOSURE 00, rule 2). Were each
/// label drawn for, the labels of one set could be averaged.
///
/// Units are told by how many they are and by the sum of their record keys. The coarsest label of a set is the canonical
/// one: without a measure before with one, then that of fewest conditions, of codes highest up, first by its bytes.
/// What tells of a response is a set of its own: that everybody in a population has it must not show.
struct SetIdentity: Sendable {
  /// The cell that a set has its label from.
  struct Canonical: Sendable {
    let set: DimensionSet
    let cell: Int
    /// Its units, or those among them with a value of a measure, with another value than 0, or with one in a band.
    let part: Part
    /// Its dimensions that answers tell of, by name, with its codes.
    let pairs: [(dimension: String, code: String)]
    let label: CellLabel
  }

  /// Of which units of a cell a set consists.
  enum Part: Hashable, Sendable {
    case all
    case valued(Int)
    case cases(Int)
    case band(Int, Int)
  }

  /// One of the cells in which a set stands.
  struct Member: Hashable, Sendable {
    let set: DimensionSet
    let cell: Int32
    let part: Part
  }

  private struct Units: Hashable {
    let key: UInt64
    let count: Int
    let responds: Bool
  }

  /// Units with a value of a measure, and what they sum to.
  private struct Sum: Hashable {
    let measure: Int
    let units: Units
    let sum: Int128
  }

  /// Of sets that stand in more than one cell.
  private var canonical: [Units: Canonical] = [:]
  /// Where each of them stands, and where with which sum.
  private var members: [Units: [Member]] = [:]
  private var sums: [Sum: [Member]] = [:]

  /// Of no cells.
  init() {}

  /// - Parameter counted: the measures whose sums are counts of their cases.
  init(_ cube: TrueCube, counted: Set<String>) {
    let shape = cube.shape
    var keys: [UInt64] = []
    SetIdentity.forEach(cube, counted) { units, _, _, _ in keys.append(units.key) }
    keys.sort()
    var twice: Set<UInt64> = []
    for (one, other) in zip(keys, keys.dropFirst()) where one == other { twice.insert(one) }
    guard !twice.isEmpty else { return }
    var ranks: [Units: [Int]] = [:]
    SetIdentity.forEach(cube, counted) { units, part, cuboid, cell in
      guard twice.contains(units.key) else { return }
      let member = Member(set: DimensionSet(cuboid.grid.dimensions), cell: Int32(cell), part: part)
      members[units, default: []].append(member)
      for (measure, column) in cuboid.totals.enumerated() where !column.isEmpty {
        guard part == (cube.measures[measure].complete ? .all : .valued(measure)) else { continue }
        sums[Sum(measure: measure, units: units, sum: column[cell].sum), default: []].append(member)
      }
      let codes = cuboid.grid.codes(at: cell)
      let told = zip(cuboid.grid.dimensions, codes).filter { !shape.hidden.contains($0.0) }
      let rank = [
        part == .all ? 0 : 1, told.count, told.reduce(0) { $0 + Int(shape.depths[$1.0][Int($1.1)]) },
      ]
      let pairs = told.map {
        (dimension: shape.dimensions[$0].name, code: shape.dimensions[$0].codes[Int($1)].code)
      }
      let made = Canonical(
        set: DimensionSet(cuboid.grid.dimensions), cell: cell, part: part, pairs: pairs,
        label: SetIdentity.label(pairs, part, cube))
      if let held = canonical[units], let best = ranks[units] {
        guard
          rank.lexicographicallyPrecedes(best)
            || rank == best
              && made.label.canonical.utf8.lexicographicallyPrecedes(held.label.canonical.utf8)
        else { return }
      }
      canonical[units] = made
      ranks[units] = rank
    }
  }

  /// The canonical cell of some units; nil where they stand in one cell only.
  /// - Parameter responds: whether the set tells of a response.
  func canonical(_ count: Int, key: UInt64, responds: Bool) -> Canonical? {
    canonical[Units(key: key, count: count, responds: responds)]
  }

  /// All cells in which some units stand, where they are more than one.
  func members(_ count: Int, key: UInt64, responds: Bool) -> [Member] {
    SetIdentity.sorted(members[Units(key: key, count: count, responds: responds)] ?? [])
  }

  /// Those in which their values of a measure sum to the same.
  func members(_ count: Int, key: UInt64, responds: Bool, measure: Int, sum: Int128) -> [Member] {
    let units = Units(key: key, count: count, responds: responds)
    return SetIdentity.sorted(sums[Sum(measure: measure, units: units, sum: sum)] ?? [])
  }

  /// In an order that hangs on nothing but where they are.
  private static func sorted(_ members: [Member]) -> [Member] {
    members.sorted { $0.set.bits != $1.set.bits ? $0.set.bits < $1.set.bits : $0.cell < $1.cell }
  }

  private static func label(
    _ pairs: [(dimension: String, code: String)], _ part: Part, _ cube: TrueCube
  ) -> CellLabel {
    let label = CellLabel(dataset: cube.shape.dataset, pairs: pairs)
    switch part {
    case .all: return label
    case .valued(let measure): return label.valued(cube.measures[measure].name)
    case .cases(let measure): return label.cases(cube.measures[measure].name)
    case .band(let measure, let band): return label.band(cube.measures[measure].name, band)
    }
  }

  /// Every set of two units and more of every cell that answers may tell of.
  private static func forEach(
    _ cube: TrueCube, _ counted: Set<String>, _ body: (Units, Part, TrueCuboid, Int) -> Void
  ) {
    let isCounted = cube.measures.map { counted.contains($0.name) }
    let shape = cube.shape
    for (set, cuboid) in cube.cuboids
    where set.bits & (shape.hidden.bits | shape.beside.bits) == shape.hidden.bits {
      let told = DimensionSet(bits: set.bits & ~shape.hidden.bits)
      let responds = shape.identifying(told) != told
      let hidden = cuboid.grid.dimensions.indices.filter { shape.hidden.contains(cuboid.grid.dimensions[$0]) }
      for cell in 0..<cuboid.grid.count where cuboid.units[cell] > 1 {
        if !hidden.isEmpty {
          let codes = cuboid.grid.codes(at: cell)
          guard hidden.allSatisfy({ codes[$0] == 0 }) else { continue }
        }
        let all = Units(key: cuboid.keys[cell], count: Int(cuboid.units[cell]), responds: responds)
        body(all, .all, cuboid, cell)
        for (measure, column) in cuboid.totals.enumerated() where !column.isEmpty {
          let totals = column[cell]
          if totals.units > 1, !cube.measures[measure].complete {
            body(
              Units(key: totals.key, count: totals.units, responds: responds), .valued(measure), cuboid, cell)
          }
          if isCounted[measure], totals.cases > 1 {
            body(
              Units(key: totals.caseKey, count: totals.cases, responds: true), .cases(measure), cuboid, cell)
          }
        }
        for (measure, counted) in cuboid.bands.enumerated() where !counted.isEmpty {
          let bands = cube.measures[measure].bands.count
          for (band, inside) in counted[cell * bands..<(cell + 1) * bands].enumerated() where inside.units > 1
          {
            let units = Units(key: inside.key, count: Int(inside.units), responds: true)
            body(units, .band(measure, band), cuboid, cell)
          }
        }
      }
    }
  }
}
