import Bytes

/// What the cells of a dataset are made of: its dimensions with their closed code lists, declared once.
package struct Shape: Sendable {
  package let dataset: String
  package let keyFamily: String
  package private(set) var dimensions: [ReleasedDimension]
  /// The same under the names by which they were drawn first; nil where those are no others.
  private var drawn: [ReleasedDimension]?
  /// For each dimension and code the place of the code above it, or -1.
  package let parents: [[Int32]]
  /// For each dimension and code how many codes are above it.
  package let depths: [[Int32]]
  /// For each dimension whether a code has none below it.
  package let leaves: [[Bool]]
  /// Places of the dimensions whose codes are periods of time, each level of them in the order of time.
  package let periods: Set<Int>
  /// The last dimensions, where there are some that no answer tells: every cell that may be released lies at the first
  /// code of each. The rows at other codes are there for the guard and the budget, which look at everybody who is in
  /// the sources a derived dataset is joined from.
  package let hidden: DimensionSet
  /// Dimensions before those that no answer tells either, and that no cell has a condition on: who is in tables that the
  /// dataset is compared with, and in those in which a partner may be missing. The guard alone looks at them.
  package let beside: DimensionSet
  /// Those among them in which a partner may be missing.
  package let optional: DimensionSet
  /// Whom other datasets tell of, made of the same tables in another way.
  package let others: [OtherPopulation]
  /// How far apart the numbers of two rows are that differ by one code in a dimension; empty where there are too many
  /// combinations for 64 bits.
  private let rowStrides: [UInt64]

  /// Whom another dataset tells of.
  package struct OtherPopulation: Sendable, Hashable {
    /// For dimensions that no answer tells the code that its units have.
    package let codes: [Int: Int32]
    /// The dimensions that its cells have conditions on.
    package let dimensions: DimensionSet

    package init(codes: [Int: Int32], dimensions: DimensionSet) {
      self.codes = codes
      self.dimensions = dimensions
    }

    var set: DimensionSet { DimensionSet(codes.keys) }
  }

  /// - Parameters:
  ///   - hidden: how many dimensions, the last ones, no answer tells.
  ///   - beside: how many before them are looked at by the guard alone; `optional` are among them.
  /// - Throws: `DisclosureError` where a code is given twice, a parent is missing, or codes form a ring.
  package init(
    dataset: String, keyFamily: String, dimensions: [ReleasedDimension], hidden: Int = 0, beside: Int = 0,
    optional: [Int] = [], others: [OtherPopulation] = []
  ) throws(DisclosureError) {
    periods = Set(dimensions.indices.filter { dimensions[$0].periods > 0 })
    let told = dimensions.count - hidden
    self.hidden = DimensionSet(told..<dimensions.count)
    self.beside = DimensionSet(told - beside..<told)
    self.optional = DimensionSet(optional)
    self.others = others
    self.dataset = dataset
    self.keyFamily = keyFamily
    self.dimensions = dimensions
    var parents: [[Int32]] = []
    var depths: [[Int32]] = []
    var leaves: [[Bool]] = []
    guard dimensions.count <= 64 else {
      throw DisclosureError(.dimensions, "a dataset has at most 64 dimensions")
    }
    for dimension in dimensions {
      var places: [String: Int32] = [:]
      for (place, code) in dimension.codes.enumerated() {
        guard places.updateValue(Int32(place), forKey: code.code) == nil else {
          throw DisclosureError(.dimensions, "dimension \(dimension.name) has the code \(code.code) twice")
        }
      }
      var above: [Int32] = []
      for code in dimension.codes {
        guard let parent = code.parent else {
          above.append(-1)
          continue
        }
        guard let place = places[parent] else {
          throw DisclosureError(
            .dimensions,
            "code \(code.code) of dimension \(dimension.name) is below \(parent), which is no code",
            hint: "add \(parent) to the code list, or take the parent away")
        }
        above.append(place)
      }
      var depth: [Int32] = []
      for start in above.indices {
        var steps: Int32 = 0
        var place = above[start]
        while place >= 0 {
          steps += 1
          guard steps <= 16 else {
            throw DisclosureError(
              .dimensions,
              "the codes of dimension \(dimension.name) above \(dimension.codes[start].code) form a ring")
          }
          place = above[Int(place)]
        }
        depth.append(steps)
      }
      var leaf = [Bool](repeating: true, count: above.count)
      for parent in above where parent >= 0 { leaf[Int(parent)] = false }
      parents.append(above)
      depths.append(depth)
      leaves.append(leaf)
    }
    self.parents = parents
    self.depths = depths
    self.leaves = leaves
    rowStrides = Shape.rowStrides(dimensions)
  }

  private static func rowStrides(_ dimensions: [ReleasedDimension]) -> [UInt64] {
    var strides = [UInt64](repeating: 1, count: dimensions.count)
    var count: UInt64 = 1
    for place in dimensions.indices.reversed() {
      strides[place] = count
      let (product, overflow) = count.multipliedReportingOverflow(
        by: UInt64(dimensions[place].codes.count + 1))
      guard !overflow else { return [] }
      count = product
    }
    return strides
  }

  /// The number of a row by its codes, -1 for none; in the order of the codes. Nil where rows cannot be numbered.
  func place(ofRow codes: [Int32]) -> UInt64? {
    guard rowStrides.count == codes.count else { return nil }
    return zip(codes, rowStrides).reduce(0) { $0 + UInt64($1.0 + 1) * $1.1 }
  }

  /// The code of a dimension in a row of that number.
  func code(of dimension: Int, atPlace place: UInt64) -> Int32 {
    Int32(place / rowStrides[dimension] % UInt64(dimensions[dimension].codes.count + 1)) - 1
  }

  private init(telling shape: Shape) {
    let count = shape.dimensions.count - shape.hidden.count - shape.beside.count
    dataset = shape.dataset
    keyFamily = shape.keyFamily
    dimensions = Array(shape.dimensions.prefix(count))
    drawn = shape.drawn.map { Array($0.prefix(count)) }
    parents = Array(shape.parents.prefix(count))
    depths = Array(shape.depths.prefix(count))
    leaves = Array(shape.leaves.prefix(count))
    periods = shape.periods
    hidden = DimensionSet([])
    beside = hidden
    optional = hidden
    others = []
    rowStrides = Shape.rowStrides(dimensions)
  }

  /// The same with the names that its draws have, beside those that are declared.
  package func named(_ names: LastingNames?) -> Shape {
    var shape = self
    shape.drawn = names.map { names in dimensions.map { names.lasting($0) } }
    return shape
  }

  /// The same as its draws know it: with the names of the first of them.
  package var lasting: Shape {
    guard let drawn else { return self }
    var shape = self
    (shape.dimensions, shape.drawn) = (drawn, nil)
    return shape
  }

  /// The same without what no answer tells.
  package var told: Shape { hidden.bits | beside.bits == 0 ? self : Shape(telling: self) }

  /// The dimensions whose cells stand behind a table: its own and those that no answer tells.
  package func behind(_ table: [Int]) -> DimensionSet {
    DimensionSet(bits: DimensionSet(table).bits | hidden.bits)
  }

  /// The sets beside one of those behind tables, in which values may hide that a join is told apart by.
  package func besides(_ set: DimensionSet) -> [DimensionSet] {
    guard beside.bits != 0 else { return [] }
    return Set(([optional] + others.map(\.set)).map { DimensionSet(bits: set.bits | $0.bits) })
      .subtracting([set]).sorted { $0.bits < $1.bits }
  }

  /// The name of the dimension, told by no answer, that says who is in a source.
  package static func membership(of source: String) -> String { "@" + source }

  /// The place of a dimension by name.
  package func dimension(_ name: String) -> Int? { dimensions.firstIndex { $0.name == name } }

  /// Whether every dimension is identifying, one by one.
  package func isIdentifying(_ dimension: Int) -> Bool { dimensions[dimension].role == .identifying }

  /// The identifying ones of some dimensions.
  package func identifying(_ set: DimensionSet) -> DimensionSet {
    DimensionSet(set.places.filter { isIdentifying($0) })
  }

  /// The period before one, of the same length; nil for the first, and where the dimension has no periods.
  func previous(_ code: Int32, in dimension: Int) -> Int32? {
    guard code < dimensions[dimension].periods else { return nil }
    let depth = depths[dimension][Int(code)]
    return (0..<code).last { depths[dimension][Int($0)] == depth }
  }

  /// The code `steps` above a code, or nil where the tree ends before.
  func climb(_ code: Int32, in dimension: Int, by steps: Int) -> Int32? {
    var code = code
    for _ in 0..<steps {
      code = parents[dimension][Int(code)]
      guard code >= 0 else { return nil }
    }
    return code
  }

  /// Whether `code` is `node` or below it.
  func isWithin(_ code: Int32, _ node: Int32, in dimension: Int) -> Bool {
    var code = code
    while code >= 0 {
      if code == node { return true }
      code = parents[dimension][Int(code)]
    }
    return false
  }
}

/// A set of a shape's dimensions.
package struct DimensionSet: Hashable, Sendable {
  package let bits: UInt64

  package init(bits: UInt64) { self.bits = bits }
  package init(_ places: some Sequence<Int>) { bits = places.reduce(0) { $0 | 1 << UInt64($1) } }

  /// Places of its dimensions, ascending.
  package var places: [Int] { (0..<64).filter { bits >> UInt64($0) & 1 == 1 } }
  package var count: Int { bits.nonzeroBitCount }
  package func contains(_ place: Int) -> Bool { bits >> UInt64(place) & 1 == 1 }

  /// Every subset, from the empty one to itself.
  package var subsets: [DimensionSet] {
    var sets: [DimensionSet] = []
    var part: UInt64 = 0
    repeat {
      sets.append(DimensionSet(bits: part))
      part = (part &- bits) & bits
    } while part != 0
    return sets
  }
}

/// All combinations of codes of some dimensions, numbered.
package struct Grid: Hashable, Sendable {
  /// Places of its dimensions in the shape, ascending.
  package let dimensions: [Int]
  /// Number of codes of each.
  package let sizes: [Int]
  /// How far apart two neighbouring codes of each are.
  package let strides: [Int]
  /// Number of combinations.
  package let count: Int

  /// - Throws: `DisclosureError` for more than 2³¹ combinations.
  package init(_ set: DimensionSet, of shape: Shape) throws(DisclosureError) {
    dimensions = set.places
    sizes = dimensions.map { shape.dimensions[$0].codes.count }
    var strides = [Int](repeating: 1, count: sizes.count)
    var count = 1
    for place in sizes.indices.reversed() {
      strides[place] = count
      let (product, overflow) = count.multipliedReportingOverflow(by: max(1, sizes[place]))
      guard !overflow, product <= Int(Int32.max) else {
        let names = dimensions.map { shape.dimensions[$0].name }.joined(separator: ", ")
        throw DisclosureError(.dimensions, "a table of \(names) would have more than 2147483647 cells")
      }
      count = product
    }
    self.strides = strides
    self.count = count
  }

  /// How far apart two neighbouring codes of a dimension of the shape are.
  /// - Throws: `DisclosureError` where it is none of the grid's: whoever took another stride would read another cell.
  package func stride(of dimension: Int) throws(DisclosureError) -> Int {
    guard let place = dimensions.firstIndex(of: dimension) else {
      throw DisclosureError(
        .dimensions,
        Wording(
          "dimension \(dimension) is not among those of its grid, \(dimensions)",
          "维度 \(dimension) 不在其网格的维度 \(dimensions) 之中"),
        hint: .faultOfTheProgram)
    }
    return strides[place]
  }

  /// The codes of a combination.
  package func codes(at cell: Int) -> [Int32] {
    zip(strides, sizes).map { Int32(cell / $0 % max(1, $1)) }
  }
}
