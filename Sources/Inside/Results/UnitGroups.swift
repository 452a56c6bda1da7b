/// The cells that one unit's rows lie in.
struct UnitGroups {
  /// Cell and row.
  var pairs: [(cell: Int, row: Int)] = []
  /// One for each cell, ascending.
  var groups: [(cell: Int, first: Int, rows: Int)] = []

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

  /// One value out of the unit's rows in a cell, as the measure declares.
  func value(of group: Int, measure: Int, in data: Microdata) throws(ResultError) -> Int64 {
    let rows = pairs[groups[group].first..<groups[group].first + groups[group].rows].lazy.map { $0.row }
    return try data.value(of: rows, measure: measure)
  }
}
