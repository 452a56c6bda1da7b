import Bytes
package import Disclosure

/// A result of one of several datasets that are made of the same tables, for an attacker who holds all of them.
package struct JointResult: Sendable {
  package let released: Released
  /// What its dimensions are called in the dataset that is attacked.
  package let names: [String: String]
  /// The tables that all of its units are in.
  package let tables: [String]
  /// All tables that it is made of.
  package let made: Set<String>

  /// Each part as its property says.
  package init(_ released: Released, names: [String: String], tables: [String], made: [String]) {
    self.released = released
    self.names = names
    self.tables = tables
    self.made = Set(made)
  }
}

/// Everything that is out of them, said in the dimensions of one that is joined, and the truth behind it.
struct JointTables {
  /// One table that is out.
  struct Table {
    let dataset: String
    let made: Set<String>
    let set: DimensionSet
    /// Codes of its units in dimensions that no answer tells.
    let population: [Int: Int32]
    let grid: Grid
    var counts: [Int?]
    /// By the names of measures: sums in units of their scale.
    var sums: [String: [Int128?]]
  }

  let shape: Shape
  let measures: [MeasureShape]
  var tables: [Table]
  private let cube: TrueCube
  /// Dimensions that say who is in which table.
  private let members: DimensionSet

  init(_ data: Microdata, _ results: [JointResult]) throws(ResultError) {
    shape = data.shape
    measures = data.measures
    members = DimensionSet(bits: shape.hidden.bits | shape.beside.bits)
    var tables: [Table] = []
    for result in results { tables += try JointTables.read(result, shape, measures) }
    self.tables = tables
    var sets: Set<DimensionSet> = []
    for table in tables {
      sets.insert(DimensionSet(bits: table.set.bits | members.bits))
      sets.insert(DimensionSet(bits: data.shape.identifying(table.set).bits | members.bits))
    }
    cube = try CubeBuilder.cube(
      data, tables: [], measures: Array(measures.indices), keeping: [.giants],
      beside: sets.sorted { $0.bits < $1.bits })
  }

  private static func read(
    _ result: JointResult, _ shape: Shape, _ measures: [MeasureShape]
  ) throws(ResultError) -> [Table] {
    let places = result.tables.compactMap { shape.dimension(Shape.membership(of: $0)) }
    // Of units in a table that the rows do not tell of nothing can be judged here.
    guard places.count == result.tables.count else { return [] }
    var tables: [Table] = []
    for table in result.released.tables {
      let dimensions = table.dimensions.compactMap { result.names[$0].flatMap { shape.dimension($0) } }
      guard dimensions.count == table.dimensions.count else { continue }
      let set = DimensionSet(dimensions)
      let grid = try disclosing { () throws(DisclosureError) in try Grid(set, of: shape) }
      let listed = ListedCodes(dimensions, table: table, of: shape)
      var made = Table(
        dataset: result.released.dataset, made: result.made, set: set,
        population: Dictionary(uniqueKeysWithValues: places.map { ($0, 0) }), grid: grid,
        counts: [Int?](repeating: nil, count: grid.count), sums: [:])
      for (column, (values, digits)) in zip(result.released.columns, zip(table.values, table.digits)) {
        let measure = measures.first { column.name == $0.name + ".sum" }
        guard column.name == "count" || measure != nil else { continue }
        var sums = [Int128?](repeating: nil, count: measure == nil ? 0 : grid.count)
        for cell in table.cells.indices {
          guard let value = values[cell], let index = listed.place(of: cell, in: grid) else { continue }
          if let measure {
            sums[index] =
              digits == measure.scale
              ? value
              : Decimal.scaled(Decimal.text(value, scale: digits), scale: measure.scale).map { Int128($0) }
          } else {
            made.counts[index] = Int(value)
          }
        }
        if let measure { made.sums[measure.name] = sums }
      }
      tables.append(made)
    }
    return tables
  }

  /// What is behind a cell of a table, for each pattern of who is in which table: its place in the cells of `cuboid`.
  private func cells(_ set: DimensionSet, _ codes: [Int: Int32]) throws(ResultError) -> (TrueCuboid, [Int]) {
    guard let cuboid = cube.cuboids[DimensionSet(bits: set.bits | members.bits)] else {
      throw ResultError.unjudged(set.places.map { shape.dimensions[$0].name })
    }
    var places = [0]
    for (dimension, stride) in zip(cuboid.grid.dimensions, cuboid.grid.strides) {
      if let code = codes[dimension] {
        for index in places.indices { places[index] += Int(code) * stride }
      } else {
        places = places.flatMap { [$0, $0 + stride] }
      }
    }
    return (cuboid, places)
  }

  /// Units of a population that meet the conditions.
  func units(_ set: DimensionSet, _ codes: [Int: Int32], _ population: [Int: Int32]) throws(ResultError)
    -> Int
  {
    let (cuboid, places) = try cells(set, codes.merging(population) { first, _ in first })
    return places.reduce(0) { $0 + Int(cuboid.units[$1]) }
  }

  /// Totals of a measure over the units of a cell that are in one of two populations and not in the other; the first
  /// holds the largest value of all of them.
  func between(
    _ set: DimensionSet, _ codes: [Int: Int32], _ one: [Int: Int32], _ other: [Int: Int32], measure: Int
  ) throws(ResultError) -> (largest: Int64, absolute: Int128, units: Int) {
    let (cuboid, places) = try cells(set, codes)
    var (largest, absolute, units) = (0 as Int64, 0 as Int128, 0)
    for place in places {
      let all = cuboid.grid.codes(at: place)
      func isIn(_ population: [Int: Int32]) -> Bool {
        zip(cuboid.grid.dimensions, all).allSatisfy { population[$0.0] ?? $0.1 == $0.1 }
      }
      guard isIn(one) != isIn(other) else { continue }
      let totals = cuboid.totals[measure][place]
      largest = max(largest, totals.first)
      absolute += totals.absolute
      units += totals.units
    }
    return (largest, absolute, units)
  }
}
