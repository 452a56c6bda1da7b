package import Bytes

/// The cells that answer a results query. It is a list of published cells, nothing is computed.
package struct ResultAnswer: Sendable {
  package let result: StoredResult
  package let query: ResultQuery
  /// Number of the release that answers.
  package let release: Int
  /// Places of the cells in their table.
  let cells: [Int]
  let table: StoredResult.Table

  /// Each cell's place follows from its codes: what it takes grows with the answer, not with the table.
  init(_ result: StoredResult, query: ResultQuery, release: Int) {
    self.result = result
    self.query = query
    self.release = release
    table = result.tables[query.table]
    var cells = [0]
    for (offset, axis) in table.dimensions.enumerated() {
      let stride = table.strides[offset]
      let codes = query.codes[axis] ?? (0..<Int32(table.sizes[offset])).map { $0 }
      cells = cells.flatMap { head in codes.map { head + Int($0) * stride } }
    }
    self.cells = cells
  }

  /// The dimensions of the answering table.
  package var dimensions: [StoredResult.Dimension] { table.dimensions.map { result.dimensions[$0] } }
  package var columns: [StoredResult.Column] { query.columns.map { result.columns[$0] } }
  package var cellCount: Int { cells.count }

  /// How many of the cells bear the marker.
  package var withheldCount: Int { cells.count { isWithheld($0) } }

  /// One marker, whatever was withheld of what was asked for.
  func isWithheld(_ cell: Int) -> Bool {
    query.columns.contains { value(cell, $0) == nil && !result.columns[$0].isComparison }
  }

  func value(_ cell: Int, _ column: Int) -> String? { result.value(table, cell: cell, column: column) }

  func code(_ cell: Int, _ offset: Int) -> StoredResult.Code {
    result.code(table, cell: cell, offset: offset)
  }

  /// The whole answer in a format. The language is that of labels and note.
  package func body(_ format: ResultQuery.Format = .json, language: String) -> [UInt8] {
    switch format {
    case .json: json(language: language)
    case .csv: csv(language: language)
    case .svg: ResultChart(self, language: language).bytes
    }
  }

  /// What was done to the numbers, and what they are counted in, in plain words.
  package func note(_ language: String) -> String {
    let units = columns.compactMap { column in column.unit.map { (column.name, $0) } }
    guard !units.isEmpty else { return result.note(language) }
    let list = units.map { "\($0) \($1)" }.joined(separator: Text([("zh", "，"), ("en", ", ")])(language))
    return result.note(language)
      + Text([("zh", "单位：\(list)。"), ("en", " Units: \(list).")])(language)
  }

  /// `{"dataset","result","release","cells":[{…codes, …values, "withheld":true}],"protection","note"}`.
  func json(language: String) -> [UInt8] {
    var writer = JSONWriter(reserving: 1024 + cells.count * 96)
    writer.beginObject()
    for (key, text) in [("dataset", result.dataset), ("result", result.result)] {
      writer.key(key)
      writer.string(text)
    }
    writer.key("release")
    writer.int(release)
    writer.key("cells")
    writer.beginArray()
    let dimensionKeys = dimensions.map { JSONWriter.prepared(key: $0.name) }
    let columnKeys = columns.map { JSONWriter.prepared(key: $0.name) }
    for cell in cells {
      writer.beginObject()
      for (offset, key) in dimensionKeys.enumerated() {
        writer.key(prepared: key)
        writer.string(code(cell, offset).code)
      }
      for (key, column) in zip(columnKeys, query.columns) {
        writer.key(prepared: key)
        if let value = value(cell, column) { writer.rawNumber(value) } else { writer.null() }
      }
      if isWithheld(cell) {
        writer.key("withheld")
        writer.bool(true)
      }
      writer.endObject()
    }
    writer.endArray()
    writer.key("protection")
    writer.value(result.protection)
    writer.key("note")
    writer.string(note(language))
    writer.endObject()
    return writer.bytes
  }

  /// RFC 4180 with a header. Beside each code stands its label, beside each value the ends of its 95 % band and its
  /// unit where there are any; `withheld` says `true` where something is; the note stands once, in the first row.
  func csv(language: String) -> [UInt8] {
    var head: [String] = []
    for dimension in dimensions { head += [dimension.name, dimension.name + "_label"] }
    let bands = query.columns.map { result.band(of: $0) }
    for (column, band) in zip(columns, bands) {
      head.append(column.name)
      if band != nil { head += [column.name + "_low95", column.name + "_high95"] }
      if column.unit != nil { head.append(column.name + "_unit") }
    }
    var out: [UInt8] = []
    CSVLine.append(head + ["withheld", "release", "note"], to: &out)
    for (row, cell) in cells.enumerated() {
      var line: [String] = []
      for offset in table.dimensions.indices {
        let code = code(cell, offset)
        line += [code.code, code.label(language)]
      }
      for (column, band) in zip(query.columns, bands) {
        line.append(value(cell, column) ?? "")
        if let band {
          let ends = self.ends(cell, column, band: band)
          line += [ends?.low ?? "", ends?.high ?? ""]
        }
        if let unit = result.columns[column].unit { line.append(unit) }
      }
      line += [isWithheld(cell) ? "true" : "", String(release), row == 0 ? note(language) : ""]
      CSVLine.append(line, to: &out)
    }
    return out
  }

  /// The ends of a value's band as decimal texts; nil where it is withheld.
  func ends(_ cell: Int, _ column: Int, band: Int128) -> (low: String, high: String)? {
    guard let value = result.cells.value((table.start + cell) * result.columns.count + column) else {
      return nil
    }
    let digits = result.digits[column]
    return (
      StoredNumber.text(value - band, digits: digits), StoredNumber.text(value + band, digits: digits)
    )
  }
}

/// Lines of RFC 4180.
enum CSVLine {
  static func append(_ cells: [String], to out: inout [UInt8]) {
    for (place, cell) in cells.enumerated() {
      if place > 0 { out.append(UInt8(ascii: ",")) }
      var cell = cell
      cell.withUTF8 { append($0, to: &out) }
    }
    out += [0x0D, 0x0A]
  }

  /// One cell, quoted where it must be.
  static func append(_ cell: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
    guard cell.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else {
      return out.append(contentsOf: cell)
    }
    out.append(0x22)
    for byte in cell {
      if byte == 0x22 { out.append(0x22) }
      out.append(byte)
    }
    out.append(0x22)
  }
}

extension ResultAnswer {
  /// The answer as a person reads it: a line of titles with units, then for each cell its labels and its values with
  /// their bands, thousands set apart.
  package func table(language: String) -> [[String]] {
    let titles =
      dimensions.map { $0.title(language) }
      + columns.map { column in column.title(language) + (column.unit.map { " (\($0))" } ?? "") }
    let bands = query.columns.map { column in
      result.band(of: column).map { " ± " + StoredNumber.text($0, digits: result.digits[column]) } ?? ""
    }
    let rows = cells.map { cell in
      table.dimensions.indices.map { code(cell, $0).label(language) }
        + zip(query.columns, bands).map { column, band in
          shown(cell, column, language) + (value(cell, column) == nil ? "" : band)
        }
    }
    return [titles] + rows
  }

  /// A value as a person reads it, with thousands set apart: a dash where there is nothing to compare.
  func shown(_ cell: Int, _ column: Int, _ language: String) -> String {
    if let value = value(cell, column) { return LinearScale.grouped(value) }
    return result.columns[column].isComparison
      ? "–" : Text([("zh", "不予公布"), ("en", "withheld")])(language)
  }

  /// How many values there are in all cells, and how many of them are withheld.
  package var numbers: (all: Int, withheld: Int) {
    let columns = query.columns.filter { !result.columns[$0].isComparison }
    return (
      cells.count * columns.count,
      cells.reduce(0) { sum, cell in sum + columns.count { value(cell, $0) == nil } }
    )
  }

  /// Whether some column has a band of its own.
  package var hasBands: Bool { query.columns.contains { result.band(of: $0) != nil } }
}

extension StoredResult {
  /// What each column says: `{"name", "title", "unit", "band95"}`, the last half the width of its 95 % band, null where
  /// the noise depends on a cell.
  package func statistics(_ language: String) -> [JSON] {
    columns.enumerated().map { place, column in
      [
        "name": .string(column.name), "title": .string(column.title(language)), "unit": JSON(column.unit),
        "band95": band(of: place).map { .number(StoredNumber.text($0, digits: digits[place])) } ?? .null,
      ]
    }
  }

  /// Half the width of a column's 95 % band, in units of its last digit: 1.96 standard deviations, rounded up; nil
  /// where the noise depends on a cell.
  func band(of column: Int) -> Int128? {
    guard let sd = columns[column].sd.flatMap({ Double($0) }), sd > 0, sd < 1e15 else { return nil }
    let unit = (0..<digits[column]).reduce(1.0) { scale, _ in scale * 10 }
    let width = (1.96 * sd * unit).rounded(.up)
    return width < 1e30 ? Int128(width) : nil
  }
}
