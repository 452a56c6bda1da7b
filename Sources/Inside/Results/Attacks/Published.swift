import Bytes
package import Disclosure
package import Policies
import Trust

/// What an attacker holds: every number that is out, by dimensions and cell.
struct Published: Equatable {
  /// For each table that is out, by its set of dimensions, the count of each cell of its grid.
  var counts: [DimensionSet: [Int?]] = [:]
  /// The same for the sum of each measure, in the measure's own unit times its scale, and without its base: everybody's is
  /// as much as they are.
  var sums: [DimensionSet: [[Int128?]]] = [:]

  init() {}

  /// The places of a released table's dimensions; nil where one of them is no longer declared.
  static func places(of table: ReleasedTable, in shape: Shape) -> [Int]? {
    let dimensions = table.dimensions.compactMap { shape.dimension($0) }
    return dimensions.count == table.dimensions.count ? dimensions : nil
  }

  /// Reads a released result. Of an earlier one the tables are left out whose dimensions are no longer declared.
  init(_ released: Released, shape: Shape, measures: [MeasureShape]) throws(ResultError) {
    for table in released.tables {
      guard let dimensions = Published.places(of: table, in: shape) else { continue }
      let grid = try disclosing { () throws(DisclosureError) in
        try Grid(DimensionSet(dimensions), of: shape)
      }
      let listed = ListedCodes(dimensions, table: table, of: shape)
      let means = Published.means(released, measures)
      var counts = [Int?](repeating: nil, count: grid.count)
      var sums = measures.map { _ in [Int128?](repeating: nil, count: grid.count) }
      // Of measures that not every unit has, how many have a value.
      var valued = measures.map { _ in [Int128?]() }
      for (column, (values, digits)) in zip(released.columns, zip(table.values, table.digits)) {
        let measure = measures.firstIndex { column.name == $0.name + ".sum" }
        let counted = measures.firstIndex { column.name == $0.name + ".count" }
        guard column.name == "count" || measure != nil || counted != nil else { continue }
        if let counted { valued[counted] = [Int128?](repeating: nil, count: grid.count) }
        for cell in table.cells.indices {
          guard let value = values[cell], let index = listed.place(of: cell, in: grid) else { continue }
          if let counted {
            valued[counted][index] = value
          } else if let measure {
            let scale = measures[measure].scale
            sums[measure][index] =
              digits == scale
              ? value : Decimal.scaled(Decimal.text(value, scale: digits), scale: scale).map { Int128($0) }
          } else {
            counts[index] = Int(value)
          }
        }
      }
      for (measure, column) in means {
        for cell in table.cells.indices {
          guard let mean = table.values[column.mean][cell], let count = table.values[column.count][cell],
            let index = listed.place(of: cell, in: grid)
          else { continue }
          // A mean is a sum over a count that stands beside it, with digits to spare.
          let shape = measures[measure]
          let spare = Int128(Decimal.power(max(0, table.digits[column.mean] - shape.scale)))
          let steps = Double(mean * count) / Double(spare * shape.step)
          guard steps.magnitude < 1e18 else { continue }
          sums[measure][index] = Int128(steps.rounded()) * shape.step
        }
      }
      for (place, measure) in measures.enumerated() where measure.base != 0 {
        for cell in sums[place].indices {
          guard let sum = sums[place][cell] else { continue }
          let units = valued[place].isEmpty ? counts[cell].map { Int128($0) } : valued[place][cell]
          sums[place][cell] = units.map { sum - Int128(measure.base) * $0 }
        }
      }
      self.counts[DimensionSet(dimensions)] = counts
      self.sums[DimensionSet(dimensions)] = sums
    }
  }

  /// Of measures whose means are out and whose sums are not: where the means are, and the counts they are of.
  private static func means(
    _ released: Released, _ measures: [MeasureShape]
  ) -> [(measure: Int, column: (mean: Int, count: Int))] {
    let names = released.columns.map(\.name)
    return measures.enumerated().compactMap { place, measure in
      guard !names.contains(measure.name + ".sum"),
        let mean = names.firstIndex(of: measure.name + ".mean"),
        let count = names.firstIndex(of: measure.complete ? "count" : measure.name + ".count")
      else { return nil }
      return (place, (mean, count))
    }
  }

  /// Takes out every value that another release shows in the same cell.
  mutating func forget(_ other: Published) {
    for (set, known) in other.counts where counts[set]?.count == known.count {
      for (cell, value) in known.enumerated() where value != nil && counts[set]?[cell] == value {
        counts[set]?[cell] = nil
      }
    }
    for (set, known) in other.sums {
      for (measure, values) in known.enumerated() where sums[set]?[measure].count == values.count {
        for (cell, value) in values.enumerated() where value != nil && sums[set]?[measure][cell] == value {
          sums[set]?[measure][cell] = nil
        }
      }
    }
  }

  /// Number of counts that are out.
  var shown: Int { counts.values.reduce(0) { $0 + $1.count { $0 != nil } } }
}

/// Where the cells of a released table are in a grid.
struct ListedCodes {
  private let dimensions: [Int]
  /// For each dimension the place of each of the table's codes in the shape; -1 where it is not there.
  private let places: [[Int]]

  init(_ dimensions: [Int], table: ReleasedTable, of shape: Shape) {
    self.dimensions = dimensions
    places = zip(dimensions, table.codes).map { dimension, codes in
      let known = Dictionary(
        shape.dimensions[dimension].codes.enumerated().map { ($0.element.code, $0.offset) },
        uniquingKeysWith: { first, _ in first })
      return codes.map { known[$0] ?? -1 }
    }
  }

  /// Nil where a code of the cell is no longer declared.
  func place(of cell: Int, in grid: Grid) -> Int? {
    var rest = cell
    var index = 0
    for position in dimensions.indices.reversed() {
      let code = places[position][rest % places[position].count]
      rest /= places[position].count
      guard code >= 0, let at = grid.dimensions.firstIndex(of: dimensions[position]) else { return nil }
      index += code * grid.strides[at]
    }
    return index
  }
}

/// What the attack suite attacks: some tables over some microdata, published again and again.
package struct Target: Sendable {
  package let data: Microdata
  /// Tables in order of importance, in places of the shape's dimensions.
  package let tables: [[Int]]
  package let measures: [Int]
  package let profile: ProtectionProfile
  package let keys: ProtectionKeys

  package init(
    _ data: Microdata, tables: [[Int]], measures: [Int], profile: ProtectionProfile, keys: ProtectionKeys
  ) {
    self.data = data
    self.tables = tables
    self.measures = measures
    self.profile = profile
    self.keys = keys
  }

  var sets: [DimensionSet] { tables.map { DimensionSet($0) } }

  /// The same target over other rows.
  func over(_ data: Microdata) -> Target {
    Target(data, tables: tables, measures: measures, profile: profile, keys: keys)
  }

  /// Publishes one version as `publish` would, after those in the history.
  package func publish(
    _ history: ResultHistory = ResultHistory(), version: Int = 0
  ) throws(ResultError) -> (released: Released, history: ResultHistory, report: CompilerReport) {
    let made = try compute(history, version: version)
    return (made.released, made.history, made.report)
  }

  /// The same with the exact cells behind it.
  func compute(_ history: ResultHistory, version: Int) throws(ResultError) -> Computed {
    try Statistics.compute(data, sealer: try sealer(version: version), history: history)
  }

  /// What seals a version.
  /// - Parameter other: another profile than the target's.
  func sealer(version: Int = 0, profile other: ProtectionProfile? = nil) throws(ResultError) -> Sealer {
    let profile = other ?? self.profile
    guard let refresh = Refresh(profile.minimumRefresh)?.shortestDays else {
      throw ResultError(
        .declaration,
        Wording(
          "profile \(profile.name): its minimum refresh \(profile.minimumRefresh) is no duration",
          "方案 \(profile.name)：最短更新周期 \(profile.minimumRefresh) 不是时间段"),
        hint: Wording("write for example P3M in protection.json5", "请在 protection.json5 中写成 P3M 一类的形式"))
    }
    let request = Sealer.Request(
      dataset: data.shape.dataset, result: "attacked", keyFamily: data.shape.keyFamily, title: "attacked",
      tables: tables, measures: measures, profile: profile, policyHash: "", refresh: profile.minimumRefresh,
      now: Timestamp(secondsSince1970: 1_700_000_000).adding(days: version * (refresh + 5)))
    return try disclosing { () throws(DisclosureError) in
      try Sealer(request, shape: data.shape, measures: data.measures, keys: keys)
    }
  }

  package func cube() throws(ResultError) -> TrueCube {
    try CubeBuilder.cube(data, tables: sets, measures: measures)
  }

  /// The same target with some of its tables, in an order that chance decides.
  func drawing(_ count: Int, _ generator: inout AttackGenerator) -> Target {
    Target(
      data, tables: Array(tables.shuffled(using: &generator).prefix(max(1, count))), measures: measures,
      profile: profile, keys: keys)
  }

  /// The same target with noise that a number decides: in a copy every run draws anew.
  func redrawn(_ seed: UInt64) -> Target {
    var generator = AttackGenerator(seed &* 7919)
    let secret = Secret((0..<32).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 24) })
    return Target(
      data, tables: tables, measures: measures, profile: profile,
      keys: ProtectionKeys(record: keys.record, draw: secret))
  }
}
