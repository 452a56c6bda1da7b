package import Bytes

extension StoredResult {
  /// The description beside the cells and tags, which are bytes: deterministic, public.
  package var json: JSON {
    [
      "dataset": JSON(dataset), "result": JSON(result), "kind": JSON(kind.rawValue), "title": title.json,
      "dimensions": .array(dimensions.map(\.json)), "columns": .array(columns.map(\.json)),
      "tables": .array(publishedTables.map { JSON($0) }),
      "cells": ["digits": .array(digits.map { JSON($0) }), "width": JSON(cells.width)],
      "tags": tags?.json ?? .null, "protection": protection, "note": note.json,
    ]
  }

  /// Reads the stored form.
  /// - Parameters:
  ///   - cells: gives the cells' part for the width of a value; nil where there is none.
  ///   - tags: the bytes of the tags' part, if the result has one.
  package convenience init(
    parsing bytes: [UInt8], cells: (_ width: Int) -> StoredCells?, tags: HeldBytes, part: String
  ) throws(ReleaseError) {
    func malformed(_ what: String) -> ReleaseError {
      ReleaseError(.malformed, part: part, detail: "\(part): \(what)")
    }
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch { throw malformed(error.message) }
    guard let dataset = json["dataset"]?.string, let result = json["result"]?.string,
      let kind = json["kind"]?.string.flatMap({ ResultSetting.Kind(rawValue: $0) }),
      let title = json["title"].flatMap({ Text(json: $0) }),
      let note = json["note"].flatMap({ Text(json: $0) }),
      let protection = json["protection"], let dimensions = json["dimensions"]?.array,
      let columns = json["columns"]?.array, let tables = json["tables"]?.array,
      let digits = json["cells"]?["digits"]?.array?.every(\.int),
      let width = json["cells"]?["width"]?.int
    else { throw malformed("this is not the stored form of a result") }
    guard let declared = dimensions.every(Dimension.init(json:)),
      let measured = columns.every(Column.init(json:))
    else {
      throw malformed("a dimension or column is not readable")
    }
    guard let names = tables.every({ $0.array?.every(\.string) }), StoredCells.widths.contains(width) else {
      throw malformed("a table is not readable")
    }
    guard let values = cells(width) else {
      throw ReleaseError(
        .missing, part: part, Wording("\(part): its cells cannot be read", "\(part)：单元格无法读取"))
    }
    var held: StoredTags?
    if let described = json["tags"], !described.isNull {
      guard let read = StoredTags(json: described, held: tags) else {
        throw malformed("its tags do not fit")
      }
      held = read
    }
    guard kind.hasCells == (held == nil) else { throw malformed("tags belong to verify and score") }
    try self.init(
      dataset: dataset, result: result, kind: kind, title: title, dimensions: declared, columns: measured,
      tables: names, digits: digits, cells: values, tags: held, protection: protection, note: note)
  }
}

extension StoredResult.Dimension {
  var json: JSON {
    var json: JSON = [
      "name": JSON(name), "title": title.json, "role": JSON(role),
      "codes": .array(
        codes.map { code in
          var json: JSON = ["code": JSON(code.code), "label": code.label.json]
          if let parent = code.parent { json["parent"] = JSON(parent) }
          return json
        }),
    ]
    if periods > 0 { json["periods"] = .number(String(periods)) }
    return json
  }

  init?(json: JSON) {
    guard let name = json["name"]?.string, let title = json["title"].flatMap({ Text(json: $0) }),
      let role = json["role"]?.string,
      let codes = json["codes"]?.array?.every({ code -> StoredResult.Code? in
        guard let text = code["code"]?.string, let label = code["label"].flatMap({ Text(json: $0) }) else {
          return nil
        }
        return StoredResult.Code(code: text, label: label, parent: code["parent"]?.string)
      }),
      // Not written where there are none.
      let periods = json["periods"].map(\.int) ?? 0
    else { return nil }
    self.init(name: name, title: title, role: role, codes: codes, periods: periods)
  }
}

extension StoredResult.Column {
  var json: JSON {
    var json: JSON = ["name": JSON(name), "title": title.json, "unit": JSON(unit), "sd": JSON(sd)]
    if let band { json["band"] = band.json }
    return json
  }

  init?(json: JSON) {
    guard let name = json["name"]?.string, let title = json["title"].flatMap({ Text(json: $0) }) else {
      return nil
    }
    var band: StoredResult.Band?
    if let stored = json["band"] {
      guard let read = StoredResult.Band(json: stored) else { return nil }
      band = read
    }
    self.init(name: name, title: title, unit: json["unit"]?.string, sd: json["sd"]?.string, band: band)
  }
}

extension Array {
  /// All elements transformed, or nil where one cannot be: a list that lost one would be another list.
  func every<T>(_ transform: (Element) -> T?) -> [T]? {
    var made: [T] = []
    made.reserveCapacity(count)
    for element in self {
      guard let one = transform(element) else { return nil }
      made.append(one)
    }
    return made
  }
}
