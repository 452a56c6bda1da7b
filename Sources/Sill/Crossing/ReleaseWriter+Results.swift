import Bytes
package import Disclosure
package import Policies
import Releases

extension ReleaseWriter {
  /// A protected result. The clearance must be for the dataset's results; what is stored is read back once before it
  /// counts.
  package func result(_ released: Released, _ clearance: Clearance) throws {
    let path = Layout.resultPart(released.dataset, released.result)
    try require(clearance, path, dataset: released.dataset, scopes: [.results])
    guard released.protection.policyHash == clearance.policyHash else {
      throw CrossingError(
        .clearance, path, "\(path) was protected under another policy than the one that cleared it",
        hint: "compute the result again")
    }
    let tags = HeldBytes(released.tags?.tags ?? [])
    let stored = try StoredResult(released)
    let bytes = stored.json.serialized()
    _ = try StoredResult(parsing: bytes, cells: { _ in stored.cells }, tags: tags, part: path)
    try add(path, bytes, .result, released.dataset)
    if released.kind.hasCells {
      try withScratch("cells") { path in
        let file = try FileWriter(path)
        try stored.cells.forEachPiece { try file.write($0) }
        try file.commit()
        let part = Layout.cellsPart(released.dataset, released.result)
        _ = try add(part, from: path, .result, released.dataset)
      }
    }
    if let tags = released.tags?.tags {
      try add(Layout.tagsPart(released.dataset, released.result), tags, .result, released.dataset)
    }
  }
}

extension StoredResult {
  /// What Disclosure released in the form that is stored, without its time and key family.
  package convenience init(_ released: Released) throws {
    let part = Layout.resultPart(released.dataset, released.result)
    let kind: ResultSetting.Kind =
      switch released.kind {
      case .statistic: .statistic
      case .verify: .verify
      case .score: .score
      }
    let columns = StoredColumns(released.tables, columns: released.columns.count)
    try self.init(
      dataset: released.dataset, result: released.result, kind: kind, title: released.title,
      dimensions: released.dimensions.map { dimension in
        Dimension(
          name: dimension.name, title: dimension.title, role: dimension.role.rawValue,
          codes: dimension.codes.map { Code(code: $0.code, label: $0.label, parent: $0.parent) },
          periods: dimension.periods)
      },
      columns: released.columns.map { column in
        Column(
          name: column.name, title: column.title, unit: column.unit, sd: column.sd,
          band: column.band.map {
            Band(percent: $0.percent, most: $0.most, rounding: $0.rounding, count: $0.count)
          })
      },
      tables: released.tables.map(\.dimensions), digits: columns.digits, cells: columns.cells,
      tags: try released.tags.map { tags in
        guard let stored = StoredTags(json: tags.json, bytes: tags.tags) else {
          throw CrossingError(.altered, part, "\(part): its tags do not fit together")
        }
        return stored
      }, protection: released.protection.json, note: released.note)
  }
}

/// The columns of a result's tables in the order in which they are stored.
private struct StoredColumns {
  let cells: StoredCells
  /// Digits after the point of each column: as few as its values need.
  let digits: [Int]

  init(_ tables: [ReleasedTable], columns: Int) {
    var digits = [Int](repeating: 0, count: columns)
    var divisors = [Int128](repeating: 1, count: columns)
    for column in 0..<columns {
      let declared = tables.first?.digits[column] ?? 0
      let needed = tables.reduce(0) { StoredColumns.needed($1.values[column], of: declared, least: $0) }
      digits[column] = needed
      for _ in needed..<declared { divisors[column] *= 10 }
    }
    self.digits = digits
    // Where each table's values begin.
    var starts: [Int] = []
    var count = 0
    for table in tables {
      starts.append(count)
      count += table.cells.count * columns
    }
    let (first, scale) = (starts, divisors)
    let width = tables.flatMap(\.values).map(\.width).max() ?? 4
    cells = StoredCells(width: width, count: count) { place in
      let table = (first.lastIndex { $0 <= place }) ?? 0
      let (cell, column) = (place - first[table]).quotientAndRemainder(dividingBy: columns)
      return tables[table].values[column][cell].map { $0 / scale[column] }
    }
  }

  /// How many of a column's digits its values need, at least so many.
  private static func needed(_ values: NumberColumn, of declared: Int, least: Int) -> Int {
    var needed = least
    for place in 0..<values.count {
      guard needed < declared, var value = values[place] else { continue }
      var digits = declared
      while digits > needed, value % 10 == 0 {
        value /= 10
        digits -= 1
      }
      needed = max(needed, digits)
    }
    return needed
  }
}
