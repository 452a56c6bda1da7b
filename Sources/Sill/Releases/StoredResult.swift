package import Bytes

/// A protected result as a release stores it, in the form Disclosure gave it: declared dimensions and columns, and the
/// tables that were written. Everything in it may be known by anybody; nothing else is known here.
package final class StoredResult: Sendable {
  /// A code of a dimension.
  package struct Code: Sendable, Equatable {
    package let code: String
    package let label: Text
    package let parent: String?

    package init(code: String, label: Text, parent: String?) {
      self.code = code
      self.label = label
      self.parent = parent
    }
  }

  package struct Dimension: Sendable, Equatable {
    package let name: String
    package let title: Text
    /// `identifying` or `response`.
    package let role: String
    package let codes: [Code]
    /// How many of its codes, from the first on, are periods of time.
    package let periods: Int

    package init(name: String, title: Text, role: String, codes: [Code], periods: Int = 0) {
      self.name = name
      self.title = title
      self.role = role
      self.codes = codes
      self.periods = periods
    }
  }

  /// A statistic: `count`, `income.sum`, `income.mean`.
  package struct Column: Sendable, Equatable {
    package let name: String
    package let title: Text
    package let unit: String?
    /// Standard deviation of the noise, in plain words or as a number.
    package let sd: String?
    /// Where there is no `sd`: how far values may be off, as far as that may be told.
    package let band: Band?

    package init(name: String, title: Text, unit: String?, sd: String?, band: Band? = nil) {
      self.name = name
      self.title = title
      self.unit = unit
      self.sd = sd
      self.band = band
    }

    /// Whether it compares with the period before: then a value that is not there says that there is nothing to
    /// compare, and not that something is withheld.
    package var isComparison: Bool { name.hasSuffix(".change") }
  }

  /// One cell as it is given in.
  package struct Cell: Sendable, Equatable {
    package let codes: [String]
    /// Decimal texts, one a column; nil for a value that is withheld.
    package let values: [String?]

    package init(codes: [String], values: [String?]) {
      self.codes = codes
      self.values = values
    }
  }

  /// One published table: every combination of its dimensions' codes once, in the order of the codes.
  struct Table: Sendable {
    /// Places in the result's dimensions, in the table's own order.
    let dimensions: [Int]
    /// How many codes each has, and how far apart two neighbouring codes of each are.
    let sizes: [Int]
    let strides: [Int]
    /// Number of cells.
    let count: Int
    /// Cells of the tables before it.
    let start: Int
  }

  package let dataset: String
  package let result: String
  /// Answers are cells for `statistic`; `verify` and `score` have tags and no cells.
  package let kind: ResultSetting.Kind
  package let title: Text
  package let dimensions: [Dimension]
  package let columns: [Column]
  /// The protection record, public.
  package let protection: JSON
  /// What was done to the numbers, in plain words.
  package let note: Text
  /// What recognises a tuple; nil for `statistic`.
  package let tags: StoredTags?
  let tables: [Table]
  /// Digits after the point of each column's values.
  let digits: [Int]
  /// The values of all tables.
  package let cells: StoredCells
  /// Place of each code, a dictionary a dimension.
  let places: [[String: Int32]]

  /// Refuses cells whose codes or columns are not the declared ones, and numbers that are none. A combination of
  /// codes that is not given is withheld.
  package convenience init(
    dataset: String, result: String, kind: ResultSetting.Kind = .statistic, title: Text,
    dimensions: [Dimension],
    columns: [Column], tables: [(dimensions: [String], cells: [Cell])], tags: StoredTags? = nil,
    protection: JSON,
    note: Text
  ) throws(ReleaseError) {
    let part = Layout.resultPart(dataset, result)
    func malformed(_ what: String) -> ReleaseError {
      ReleaseError(.malformed, part: part, detail: "\(part): \(what)")
    }
    let places = try StoredResult.places(dimensions, part: part)
    let laid = try StoredResult.lay(tables.map(\.dimensions), dimensions, part: part)
    var texts = [String?](repeating: nil, count: laid.reduce(0) { $0 + $1.count } * columns.count)
    for (table, given) in zip(laid, tables) {
      for cell in given.cells {
        guard cell.codes.count == table.dimensions.count, cell.values.count == columns.count else {
          throw malformed("a cell with \(cell.codes.count) codes and \(cell.values.count) values")
        }
        var index = table.start
        for (offset, code) in cell.codes.enumerated() {
          guard let place = places[table.dimensions[offset]][code] else {
            throw malformed("code \(code) is not declared for \(dimensions[table.dimensions[offset]].name)")
          }
          index += Int(place) * table.strides[offset]
        }
        for (column, value) in cell.values.enumerated() { texts[index * columns.count + column] = value }
      }
    }
    var digits = [Int](repeating: 0, count: columns.count)
    var values: [(value: Int128, digits: Int)?] = []
    values.reserveCapacity(texts.count)
    for (place, text) in texts.enumerated() {
      guard let text else {
        values.append(nil)
        continue
      }
      guard let number = StoredNumber.parse(text) else { throw malformed("“\(text)” is no number") }
      digits[place % columns.count] = max(digits[place % columns.count], number.digits)
      values.append(number)
    }
    let scaled = try values.enumerated().map { place, number throws(ReleaseError) -> Int128? in
      guard var (value, has) = number else { return nil }
      while has < digits[place % columns.count] {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        guard !overflow else {
          throw malformed("a number of column \(columns[place % columns.count].name) is too long")
        }
        (value, has) = (product, has + 1)
      }
      return value
    }
    try self.init(
      dataset: dataset, result: result, kind: kind, title: title, dimensions: dimensions, columns: columns,
      tables: tables.map(\.dimensions), digits: digits, cells: StoredCells(scaled), tags: tags,
      protection: protection, note: note)
  }

  /// Takes cells as they are stored, which are declared `tables` by the names of their dimensions; refuses them where
  /// their number is not that of the declared combinations.
  package init(
    dataset: String, result: String, kind: ResultSetting.Kind, title: Text, dimensions: [Dimension],
    columns: [Column], tables: [[String]], digits: [Int], cells: StoredCells, tags: StoredTags?,
    protection: JSON, note: Text
  ) throws(ReleaseError) {
    let part = Layout.resultPart(dataset, result)
    self.dataset = dataset
    self.result = result
    self.kind = kind
    self.title = title
    self.dimensions = dimensions
    self.columns = columns
    self.tags = tags
    self.protection = protection
    self.note = note
    self.digits = digits
    self.cells = cells
    places = try StoredResult.places(dimensions, part: part)
    self.tables = try StoredResult.lay(tables, dimensions, part: part)
    let wanted = self.tables.reduce(0) { $0 + $1.count } * columns.count
    guard cells.count == wanted, digits.count == columns.count, digits.allSatisfy({ (0...38).contains($0) })
    else {
      throw ReleaseError(
        .malformed, part: part, detail: "\(part): \(cells.count) values are stored, \(wanted) declared")
    }
  }

  private static func places(
    _ dimensions: [Dimension], part: String
  ) throws(ReleaseError) -> [[String: Int32]] {
    try dimensions.map { dimension throws(ReleaseError) in
      var known: [String: Int32] = [:]
      for (place, code) in dimension.codes.enumerated() {
        guard known.updateValue(Int32(place), forKey: code.code) == nil else {
          throw ReleaseError(
            .malformed, part: part, detail: "\(part): code \(code.code) of \(dimension.name) stands twice")
        }
      }
      return known
    }
  }

  private static func lay(
    _ tables: [[String]], _ dimensions: [Dimension], part: String
  ) throws(ReleaseError) -> [Table] {
    var laid: [Table] = []
    var start = 0
    for names in tables {
      var axes: [Int] = []
      for name in names {
        guard let axis = dimensions.firstIndex(where: { $0.name == name }), !axes.contains(axis) else {
          throw ReleaseError(
            .malformed, part: part,
            detail: "\(part): a table over \(name), which is not declared or stands twice")
        }
        axes.append(axis)
      }
      let sizes = axes.map { dimensions[$0].codes.count }
      var strides = [Int](repeating: 1, count: sizes.count)
      var count = 1
      for place in sizes.indices.reversed() {
        strides[place] = count
        let (product, overflow) = count.multipliedReportingOverflow(by: sizes[place])
        guard !overflow, product <= Int(Int32.max) else {
          throw ReleaseError(.malformed, part: part, detail: "\(part): a table with too many cells")
        }
        count = product
      }
      laid.append(Table(dimensions: axes, sizes: sizes, strides: strides, count: count, start: start))
      start += count
    }
    return laid
  }

  /// Places of the columns that say something in a table: comparisons with the period before only where it has
  /// periods.
  func columns(of table: Table) -> [Int] {
    let hasPeriods = table.dimensions.contains { dimensions[$0].periods > 0 }
    return columns.indices.filter { hasPeriods || !columns[$0].isComparison }
  }

  /// For each published table, in order of importance, a query of all it says.
  package var queries: [String] {
    tables.map { table in
      let names = table.dimensions.map { dimensions[$0].name } + columns(of: table).map { columns[$0].name }
      return "select=" + names.joined(separator: ",")
    }
  }

  /// The published tables by the names of their dimensions, in order of importance.
  package var publishedTables: [[String]] {
    tables.map { table in table.dimensions.map { dimensions[$0].name } }
  }

  /// Cells of all tables.
  package var cellCount: Int { tables.reduce(0) { $0 + $1.count } }

  /// The same result with every value withheld: what a question tells of it, it tells of no data.
  package var blank: StoredResult {
    get throws(ReleaseError) {
      try StoredResult(
        dataset: dataset, result: result, kind: kind, title: title, dimensions: dimensions, columns: columns,
        tables: publishedTables, digits: digits,
        cells: StoredCells(width: cells.width, count: cells.count) { _ in nil }, tags: tags,
        protection: protection, note: note)
    }
  }

  /// The cells that answer a query, as that release says.
  package func answer(_ query: ResultQuery, release: Int) -> ResultAnswer {
    ResultAnswer(self, query: query, release: release)
  }

  /// The value of a column in a cell of a table as decimal text; nil where it is withheld.
  func value(_ table: Table, cell: Int, column: Int) -> String? {
    cells.value((table.start + cell) * columns.count + column).map {
      StoredNumber.text($0, digits: digits[column])
    }
  }

  /// Whether a cell has a value in a column.
  func hasValue(_ table: Table, cell: Int, column: Int) -> Bool {
    cells.value((table.start + cell) * columns.count + column) != nil
  }

  /// The code of a cell in the dimension at that place of its table.
  func code(_ table: Table, cell: Int, offset: Int) -> Code {
    dimensions[table.dimensions[offset]].codes[cell / table.strides[offset] % table.sizes[offset]]
  }
}
