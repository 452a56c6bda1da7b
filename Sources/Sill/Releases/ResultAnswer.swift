import Bytes

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
    query.columns.contains { !hasValue(cell, $0) && !result.columns[$0].isComparison }
  }

  func hasValue(_ cell: Int, _ column: Int) -> Bool {
    result.hasValue(table, cell: cell, column: column)
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
    let note = result.note(language) + bandNote(language)
    let units = columns.compactMap { column in column.unit.map { (column.name, $0) } }
    guard !units.isEmpty else { return note }
    let list = units.map { "\($0) \($1)" }.joined(separator: Text([("zh", "，"), ("en", ", ")])(language))
    return note + Text([("zh", "单位：\(list)。"), ("en", " Units: \(list).")])(language)
  }

  /// `{"dataset","result","release","cells":[{…codes, …values, "withheld":true}],"units","band95","protection",
  /// "note"}`; units and bands by column.
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
    writer.key("units")
    writer.value(.object(columns.compactMap { column in column.unit.map { .init(column.name, JSON($0)) } }))
    writer.key("band95")
    writer.value(
      .object(query.columns.map { .init(result.columns[$0].name, result.bandJSON($0, language)) }))
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
    let banded = query.columns.map { result.hasBand($0) }
    for (column, isBanded) in zip(columns, banded) {
      head.append(column.name)
      if isBanded { head += [column.name + "_low95", column.name + "_high95"] }
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
      for (column, isBanded) in zip(query.columns, banded) {
        line.append(value(cell, column) ?? "")
        if isBanded {
          let ends = self.ends(cell, column)
          line += [ends?.low ?? "", ends?.high ?? ""]
        }
        if let unit = result.columns[column].unit { line.append(unit) }
      }
      line += [isWithheld(cell) ? "true" : "", String(release), row == 0 ? note(language) : ""]
      CSVLine.append(line, to: &out)
    }
    return out
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
    let rows = cells.map { cell in
      table.dimensions.indices.map { code(cell, $0).label(language) }
        + query.columns.map { column in shown(cell, column, language) + band(cell, column) }
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
      cells.reduce(0) { sum, cell in sum + columns.count { !hasValue(cell, $0) } }
    )
  }

  /// Whether some column has a band of its own.
  package var hasBands: Bool { query.columns.contains { result.hasBand($0) } }

  /// A value's band as a person reads it beside the value.
  private func band(_ cell: Int, _ column: Int) -> String {
    guard let ends = ends(cell, column) else { return "" }
    if let width = result.band(of: column) {
      return " ± " + StoredNumber.text(width, digits: result.digits[column])
    }
    return " [\(LinearScale.grouped(ends.low)) … \(LinearScale.grouped(ends.high))]"
  }
}
