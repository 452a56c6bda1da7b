import Bytes

/// The cells that answer a results query. It is a list of published cells, nothing is computed.
package struct ResultAnswer: Sendable {
  package let result: StoredResult
  package let query: ResultQuery
  /// Number of the release that answers.
  package let release: Int
  /// Places of the cells in their table.
  private let cells: [Int]

  init(_ result: StoredResult, query: ResultQuery, release: Int) {
    self.result = result
    self.query = query
    self.release = release
    let table = result.tables[query.table]
    let stride = table.dimensions.count
    let conditions = table.dimensions.enumerated().compactMap { offset, axis in
      query.codes[axis].map { (offset, $0) }
    }
    cells = (0..<table.count).filter { cell in
      conditions.allSatisfy { offset, wanted in wanted.contains(table.codes[cell * stride + offset]) }
    }
  }

  /// The dimensions of the answering table.
  package var dimensions: [StoredResult.Dimension] {
    result.tables[query.table].dimensions.map { result.dimensions[$0] }
  }

  package var columns: [StoredResult.Column] { query.columns.map { result.columns[$0] } }
  package var cellCount: Int { cells.count }

  /// How many of the cells bear the marker.
  package var withheldCount: Int { cells.count { isWithheld($0) } }

  /// One marker, whatever was withheld of what was asked for.
  private func isWithheld(_ cell: Int) -> Bool {
    query.columns.contains { value(cell, $0) == nil }
  }

  private func value(_ cell: Int, _ column: Int) -> String? {
    result.tables[query.table].values[cell * result.columns.count + column]
  }

  private func codes(of cell: Int) -> [StoredResult.Code] {
    let table = result.tables[query.table]
    return table.dimensions.enumerated().map { offset, axis in
      result.dimensions[axis].codes[Int(table.codes[cell * table.dimensions.count + offset])]
    }
  }

  /// The whole answer in the query's format. The language is that of the note.
  package func body(language: String) -> [UInt8] {
    switch query.format {
    case .json: json(language: language)
    case .csv: csv()
    }
  }

  /// `{"dataset","result","release","cells":[{…codes, …values, "withheld":true}],"protection","note"}`.
  package func json(language: String) -> [UInt8] {
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
      for (key, code) in zip(dimensionKeys, codes(of: cell)) {
        writer.key(prepared: key)
        writer.string(code.code)
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
    writer.string(result.note(language))
    writer.endObject()
    return writer.bytes
  }

  /// RFC 4180 with a header; the last column says `true` where something is withheld.
  package func csv() -> [UInt8] {
    var out: [UInt8] = []
    CSVLine.append(dimensions.map(\.name) + columns.map(\.name) + ["withheld"], to: &out)
    for cell in cells {
      CSVLine.append(
        codes(of: cell).map(\.code) + query.columns.map { value(cell, $0) ?? "" }
          + [isWithheld(cell) ? "true" : ""], to: &out)
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
