import Disclosure

/// One declared table with its true cells.
struct UtilityTable {
  /// Which of the results declares it, and its dimensions in declared order.
  let result: Int
  let dimensions: [Int]
  let set: DimensionSet
  let cuboid: TrueCuboid
  /// The measures of its result of which a sum or a mean is declared.
  let measures: [UtilityMeasure]
}

/// What of a measure is declared.
struct UtilityMeasure {
  let index: Int
  let hasSum: Bool
  let hasMean: Bool
}

/// A system's numbers for the declared tables; nil is what it does not show.
protocol UtilitySystem {
  func count(_ table: Int, _ cell: Int) -> Double?
  /// Of a measure by its place among those of the table.
  func sum(_ table: Int, _ cell: Int, _ measure: Int) -> Double?
  func mean(_ table: Int, _ cell: Int, _ measure: Int) -> Double?
}

/// What was released, read by cell.
struct ReleasedNumbers: UtilitySystem {
  private struct Table {
    var counts: [Double?] = []
    var sums: [[Double?]] = []
    var means: [[Double?]] = []
  }

  private var tables: [Table]

  /// - Parameter released: for each result what was released of it; nil where nothing was.
  init(_ released: [Released?], _ declared: [UtilityTable], _ shape: Shape, _ measures: [MeasureShape]) {
    tables = declared.map { table in
      var made = Table()
      guard let result = released[table.result],
        let written = result.tables.first(where: {
          $0.dimensions == table.dimensions.map { shape.dimensions[$0].name }
        })
      else { return made }
      let listed = ListedCodes(table.dimensions, table: written, of: shape)
      func column(_ name: String, scale: Int) -> [Double?] {
        var values = [Double?](repeating: nil, count: table.cuboid.grid.count)
        guard let at = result.columns.firstIndex(where: { $0.name == name }) else { return values }
        let unit = Double(Decimal.power(written.digits[at])) / Double(Decimal.power(scale))
        for cell in 0..<written.values[at].count {
          if let value = written.values[at][cell], let place = listed.place(of: cell, in: table.cuboid.grid) {
            values[place] = Double(value) / unit
          }
        }
        return values
      }
      made.counts = column("count", scale: 0)
      for measure in table.measures {
        let shape = measures[measure.index]
        made.sums.append(measure.hasSum ? column(shape.name + ".sum", scale: shape.scale) : [])
        made.means.append(measure.hasMean ? column(shape.name + ".mean", scale: shape.scale) : [])
      }
      return made
    }
  }

  func count(_ table: Int, _ cell: Int) -> Double? {
    tables[table].counts.isEmpty ? nil : tables[table].counts[cell]
  }

  func sum(_ table: Int, _ cell: Int, _ measure: Int) -> Double? {
    guard tables[table].sums.indices.contains(measure), !tables[table].sums[measure].isEmpty else {
      return nil
    }
    return tables[table].sums[measure][cell]
  }

  func mean(_ table: Int, _ cell: Int, _ measure: Int) -> Double? {
    guard tables[table].means.indices.contains(measure), !tables[table].means[measure].isEmpty else {
      return nil
    }
    return tables[table].means[measure][cell]
  }
}
