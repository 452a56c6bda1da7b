import Policies

/// Which cells hold the same units: one population has one number, whatever it is called and whichever dataset of the family
/// tells of it (DISCLOSURE 00, rules 2 and 8). Were each label drawn for, the labels of one set could be averaged.
///
/// Units are told by how many they are and by the sum of their record keys. The eldest label of a set is the canonical one,
/// and of those the coarsest: without a measure before with one, then that of fewest conditions, of codes highest up, first
/// by its bytes.
/// What tells of a response is a set of its own: that everybody in a population has it must not show.
struct SetIdentity: Sendable {
  /// The cell that a set has its label from.
  struct Canonical: Sendable {
    let first: Member
    let label: CellLabel
  }

  /// Of which units of a cell a set consists: all, or those among them with a value of a measure of its dataset, with
  /// another value than 0, or with one in a band.
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
    /// The place of its dataset among those of the family.
    let dataset: Int32
    let part: Part
  }

  /// A cell in which some units sum to a number, and by which measure of its dataset.
  struct Summed: Sendable {
    let member: Member
    let measure: Int
  }

  /// One dataset whose cells were compared.
  struct Source: Sendable {
    let shape: Shape
    let measures: [MeasureShape]
  }

  private struct Units: Hashable {
    let key: UInt64
    let count: Int
    let responds: Bool
  }

  /// Units with a value of a measure, by the number of its identity, and what they sum to.
  private struct Sum: Hashable {
    let measure: Int
    let units: Units
    let sum: Int128
  }

  /// The datasets of the family, in the order in which they were given.
  let sources: [Source]
  /// Numbers of the measures' identities.
  private let numbers: [String: Int]
  /// Of sets that stand in more than one cell.
  private var canonical: [Units: Canonical] = [:]
  /// Where each of them stands, and where with which sum.
  private var members: [Units: [Member]] = [:]
  private var sums: [Sum: [Summed]] = [:]

  /// Of the datasets of one family.
  /// - Parameter counted: the identities of measures whose sums are counts of their cases.
  /// - Parameter roots: what the labels of each begin with.
  /// - Parameter ages: how old they are.
  init(_ cubes: [TrueCube], counted: Set<String>, roots: [String], ages: [LabelAges]) {
    sources = cubes.map { Source(shape: $0.shape.lasting, measures: $0.measures) }
    let names = Set(cubes.flatMap { $0.measures.map(\.identity) }).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    self.numbers = numbers
    var keys: [UInt64] = []
    for cube in cubes { SetIdentity.forEach(cube, counted) { units, _, _, _ in keys.append(units.key) } }
    keys.sort()
    var twice: Set<UInt64> = []
    for (one, other) in zip(keys, keys.dropFirst()) where one == other { twice.insert(one) }
    guard !twice.isEmpty else { return }
    var ranks: [Units: [Int]] = [:]
    for (place, cube) in cubes.enumerated() {
      let measured = cube.measures.map { numbers[$0.identity] ?? 0 }
      SetIdentity.forEach(cube, counted) { units, part, cuboid, cell in
        guard twice.contains(units.key) else { return }
        let member = Member(
          set: DimensionSet(cuboid.grid.dimensions), cell: Int32(cell), dataset: Int32(place), part: part)
        members[units, default: []].append(member)
        for (measure, column) in cuboid.totals.enumerated() where !column.isEmpty {
          guard part == (cube.measures[measure].complete ? .all : .valued(measure)) else { continue }
          sums[Sum(measure: measured[measure], units: units, sum: column[cell].sum), default: []].append(
            Summed(member: member, measure: measure))
        }
        let (rank, label) = SetIdentity.rank(
          member, cuboid.grid.codes(at: cell), in: sources[place], root: roots[place], ages[place])
        if let held = canonical[units], let best = ranks[units] {
          guard
            rank.lexicographicallyPrecedes(best)
              || rank == best && label.canonical.utf8.lexicographicallyPrecedes(held.label.canonical.utf8)
          else { return }
        }
        canonical[units] = Canonical(first: member, label: label)
        ranks[units] = rank
      }
    }
  }

  /// The place of a dataset; nil for one that was not compared.
  func place(of dataset: String) -> Int? { sources.firstIndex { $0.shape.dataset == dataset } }

  /// The canonical cell of some units; nil where they stand in one cell only.
  /// - Parameter responds: whether the set tells of a response.
  func canonical(_ count: Int, key: UInt64, responds: Bool) -> Canonical? {
    canonical[Units(key: key, count: count, responds: responds)]
  }

  /// All cells in which some units stand, where they are more than one.
  func members(_ count: Int, key: UInt64, responds: Bool) -> [Member] {
    (members[Units(key: key, count: count, responds: responds)] ?? []).sorted(by: SetIdentity.isBefore)
  }

  /// Those in which their values of a measure sum to the same.
  /// - Parameter measure: its identity.
  func members(_ count: Int, key: UInt64, responds: Bool, measure: String, sum: Int128) -> [Summed] {
    guard let number = numbers[measure] else { return [] }
    let units = Units(key: key, count: count, responds: responds)
    return (sums[Sum(measure: number, units: units, sum: sum)] ?? [])
      .sorted { SetIdentity.isBefore($0.member, $1.member) }
  }

  /// Cells of two datasets that hold the same units, one pair for each set.
  func shared(_ one: Int, _ other: Int) -> [(one: Member, other: Member)] {
    members.values.compactMap { members in
      func first(_ dataset: Int) -> Member? {
        members.first { Int($0.dataset) == dataset && $0.part == .all }
      }
      guard let left = first(one), let right = first(other) else { return nil }
      return (left, right)
    }
  }

  /// In an order that hangs on nothing but where they are.
  private static func isBefore(_ one: Member, _ other: Member) -> Bool {
    if one.dataset != other.dataset { return one.dataset < other.dataset }
    return one.set.bits != other.set.bits ? one.set.bits < other.set.bits : one.cell < other.cell
  }

  /// How coarse a label is, and the label.
  private static func rank(
    _ member: Member, _ codes: [Int32], in source: Source, root: String, _ ages: LabelAges
  ) -> ([Int], CellLabel) {
    let (shape, measures) = (source.shape, source.measures)
    let told = zip(member.set.places, codes).filter { !shape.hidden.contains($0.0) }
      .map { (dimension: $0, code: $1) }
    let rank = [
      ages.age(member, told), member.part == .all ? 0 : 1, told.count,
      told.reduce(0) { $0 + Int(shape.depths[$1.dimension][Int($1.code)]) },
    ]
    let pairs = told.map {
      (
        dimension: shape.dimensions[$0.dimension].name,
        code: shape.dimensions[$0.dimension].codes[Int($0.code)].code
      )
    }
    let label = CellLabel(root: root, pairs: pairs)
    switch member.part {
    case .all: return (rank, label)
    case .valued(let measure): return (rank, label.valued(measures[measure].identity))
    case .cases(let measure): return (rank, label.cases(measures[measure].identity))
    case .band(let measure, let band): return (rank, label.band(measures[measure].identity, band))
    }
  }

  /// Every set of two units and more of every cell that answers may tell of.
  private static func forEach(
    _ cube: TrueCube, _ counted: Set<String>, _ body: (Units, Part, TrueCuboid, Int) -> Void
  ) {
    let isCounted = cube.measures.map { counted.contains($0.identity) }
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
