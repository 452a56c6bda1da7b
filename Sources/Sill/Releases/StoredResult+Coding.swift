package import Bytes

extension StoredResult {
  /// The stored form, which is the one Disclosure writes (`Released.json`), without its time and key family.
  package var json: JSON {
    [
      "dataset": JSON(dataset), "result": JSON(result), "kind": JSON(kind.rawValue), "title": title.json,
      "dimensions": .array(dimensions.map(\.json)), "columns": .array(columns.map(\.json)),
      "tables": .array(
        tables.map { table in
          [
            "dimensions": JSON(table.dimensions.map { dimensions[$0].name }),
            "cells": .array((0..<table.count).map { json(cell: $0, of: table) }),
          ]
        }),
      "tags": tags?.json ?? .null, "protection": protection, "note": note.json,
    ]
  }

  /// `[[codes], [values]]`; a withheld value is null.
  private func json(cell: Int, of table: Table) -> JSON {
    let stride = table.dimensions.count
    let codes = table.dimensions.enumerated().map { offset, axis in
      JSON(dimensions[axis].codes[Int(table.codes[cell * stride + offset])].code)
    }
    let values = table.values[cell * columns.count..<(cell + 1) * columns.count]
    return [.array(codes), .array(values.map { $0.map { .number($0) } ?? .null })]
  }

  /// Reads the stored form; `tags` are the bytes of the tags' part, if the result has one.
  package convenience init(parsing bytes: [UInt8], tags: [UInt8], part: String) throws(ReleaseError) {
    func malformed(_ what: String) -> ReleaseError {
      ReleaseError(.malformed, part: part, "\(part): \(what)")
    }
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch { throw malformed(error.message) }
    guard let dataset = json["dataset"]?.string, let result = json["result"]?.string,
      let kind = json["kind"]?.string.flatMap({ ResultSetting.Kind(rawValue: $0) }),
      let title = json["title"].flatMap({ Text(json: $0) }),
      let note = json["note"].flatMap({ Text(json: $0) }),
      let protection = json["protection"], let dimensions = json["dimensions"]?.array,
      let columns = json["columns"]?.array, let tables = json["tables"]?.array
    else { throw malformed("this is not the stored form of a result") }
    let declared = dimensions.compactMap(Dimension.init(json:))
    let measured = columns.compactMap(Column.init(json:))
    guard declared.count == dimensions.count, measured.count == columns.count else {
      throw malformed("a dimension or column is not readable")
    }
    var stored: [(dimensions: [String], cells: [Cell])] = []
    for table in tables {
      guard let names = table["dimensions"]?.array?.compactMap(\.string), let cells = table["cells"]?.array
      else {
        throw malformed("a table is not readable")
      }
      let read = cells.compactMap(Cell.init(json:))
      guard read.count == cells.count else { throw malformed("a cell is not readable") }
      stored.append((names, read))
    }
    var held: StoredTags?
    if let described = json["tags"], !described.isNull {
      guard let read = StoredTags(json: described, bytes: tags) else {
        throw malformed("its tags do not fit")
      }
      held = read
    }
    guard (kind == .statistic) == (held == nil) else { throw malformed("tags belong to verify and score") }
    try self.init(
      dataset: dataset, result: result, kind: kind, title: title, dimensions: declared, columns: measured,
      tables: stored, tags: held, protection: protection, note: note)
  }
}

extension StoredResult.Dimension {
  var json: JSON {
    [
      "name": JSON(name), "title": title.json, "role": JSON(role),
      "codes": .array(
        codes.map { code in
          var json: JSON = ["code": JSON(code.code), "label": code.label.json]
          if let parent = code.parent { json["parent"] = JSON(parent) }
          return json
        }),
    ]
  }

  init?(json: JSON) {
    guard let name = json["name"]?.string, let title = json["title"].flatMap({ Text(json: $0) }),
      let role = json["role"]?.string, let codes = json["codes"]?.array
    else { return nil }
    let read = codes.compactMap { code -> StoredResult.Code? in
      guard let text = code["code"]?.string, let label = code["label"].flatMap({ Text(json: $0) }) else {
        return nil
      }
      return StoredResult.Code(code: text, label: label, parent: code["parent"]?.string)
    }
    guard read.count == codes.count else { return nil }
    self.init(name: name, title: title, role: role, codes: read)
  }
}

extension StoredResult.Column {
  var json: JSON { ["name": JSON(name), "title": title.json, "unit": JSON(unit), "sd": JSON(sd)] }

  init?(json: JSON) {
    guard let name = json["name"]?.string, let title = json["title"].flatMap({ Text(json: $0) }) else {
      return nil
    }
    self.init(name: name, title: title, unit: json["unit"]?.string, sd: json["sd"]?.string)
  }
}

extension StoredResult.Cell {
  init?(json: JSON) {
    guard let codes = json[0]?.array?.compactMap(\.string), let values = json[1]?.array else { return nil }
    self.init(codes: codes, values: values.map(\.numberText))
  }
}
