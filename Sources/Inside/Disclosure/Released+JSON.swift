package import Bytes

extension Released {
  /// What describes it, deterministic and public. Tags and the numbers of cells are not in it: they are stored as bytes
  /// beside it.
  package var json: JSON {
    [
      "dataset": .string(dataset), "result": .string(result), "kind": .string(kind.rawValue),
      "keyFamily": .string(keyFamily), "title": title.json, "computed": .string(computed.rfc3339),
      "dimensions": .array(dimensions.map(\.json)), "columns": .array(columns.map(\.json)),
      "tables": .array(tables.map(\.json)), "tags": tags?.json ?? .null, "protection": protection.json,
      "note": note.json,
    ]
  }

  /// Reads back what an earlier publication stored inside the door. Only this room's history calls it.
  init?(json: JSON, packed: inout PackedReader, tags: [UInt8] = []) {
    guard let dataset = json["dataset"]?.string, let result = json["result"]?.string,
      let kind = json["kind"]?.string.flatMap(ReleasedKind.init(rawValue:)),
      let keyFamily = json["keyFamily"]?.string, let title = json["title"].flatMap(Text.init(json:)),
      let computed = json["computed"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
      let dimensions = json["dimensions"]?.array?.mapAll(ReleasedDimension.init(json:)),
      let columns = json["columns"]?.array?.mapAll(ReleasedColumn.init(json:)),
      let tables = json["tables"]?.array?.mapAll({ ReleasedTable(json: $0, of: dimensions, packed: &packed) }
      ),
      let protection = json["protection"].flatMap(ProtectionRecord.init(json:)),
      let note = json["note"].flatMap(Text.init(json:))
    else { return nil }
    var held: ReleasedTags?
    if let described = json["tags"], !described.isNull {
      guard let read = ReleasedTags(json: described, tags: tags) else { return nil }
      held = read
    }
    self.init(
      dataset: dataset, result: result, kind: kind, keyFamily: keyFamily, title: title,
      dimensions: dimensions,
      columns: columns, tables: tables, tags: held, computed: computed, protection: protection, note: note)
  }
}

extension Array {
  /// All elements transformed, or nil where one cannot be.
  func mapAll<T>(_ transform: (Element) -> T?) -> [T]? {
    var out: [T] = []
    out.reserveCapacity(count)
    for element in self {
      guard let made = transform(element) else { return nil }
      out.append(made)
    }
    return out
  }
}

extension ReleasedDimension {
  package var json: JSON {
    var json: JSON = [
      "name": .string(name), "title": title.json, "role": .string(role.rawValue),
      "codes": .array(
        codes.map { code in
          var members: [JSON.Member] = [.init("code", .string(code.code)), .init("label", code.label.json)]
          if let parent = code.parent { members.append(.init("parent", .string(parent))) }
          return .object(members)
        }),
    ]
    if periods > 0 { json["periods"] = .number(String(periods)) }
    return json
  }

  init?(json: JSON) {
    guard let name = json["name"]?.string, let title = json["title"].flatMap(Text.init(json:)),
      let role = json["role"]?.string.flatMap(DimensionRole.init(rawValue:)),
      let codes = json["codes"]?.array?.mapAll({ code -> ReleasedCode? in
        guard let text = code["code"]?.string, let label = code["label"].flatMap(Text.init(json:)) else {
          return nil
        }
        return ReleasedCode(code: text, label: label, parent: code["parent"]?.string)
      })
    else { return nil }
    // Not written where there are none.
    guard let periods = json["periods"].map(\.int) ?? 0 else { return nil }
    self.init(name: name, title: title, role: role, codes: codes, periods: periods)
  }
}

extension ReleasedColumn {
  package var json: JSON {
    var json: JSON = ["name": .string(name), "title": title.json, "unit": JSON(unit), "sd": JSON(sd)]
    if let band { json["band"] = band.json }
    return json
  }

  init?(json: JSON) {
    guard let name = json["name"]?.string, let title = json["title"].flatMap(Text.init(json:)) else {
      return nil
    }
    var band: ReleasedBand?
    if let stored = json["band"] {
      guard let read = ReleasedBand(json: stored) else { return nil }
      band = read
    }
    self.init(name: name, title: title, unit: json["unit"]?.string, sd: json["sd"]?.string, band: band)
  }
}

extension ReleasedTable {
  package var json: JSON {
    ["dimensions": JSON(dimensions), "digits": .array(digits.map { JSON($0) })]
  }

  func pack(into packed: inout PackedWriter) throws {
    for column in values { try column.pack(into: &packed) }
  }

  init?(json: JSON, of known: [ReleasedDimension], packed: inout PackedReader) {
    guard let dimensions = json["dimensions"]?.array?.mapAll(\.string),
      let digits = json["digits"]?.array?.mapAll(\.int),
      let codes = dimensions.mapAll({ name in known.first { $0.name == name }?.codes.map(\.code) })
    else { return nil }
    var values: [NumberColumn] = []
    for _ in digits {
      guard let column = NumberColumn(&packed) else { return nil }
      values.append(column)
    }
    self.init(dimensions: dimensions, codes: codes, values: values, digits: digits)
    guard values.allSatisfy({ $0.count == cells.count }) else { return nil }
  }
}

extension ProtectionRecord {
  /// The record that goes into stored results, answers and receipts.
  package var json: JSON {
    [
      "profile": .string(profile), "policy": .string(policyHash),
      "controls": .object(controls.map { .init($0.control, JSON($0.cells)) }),
      "budget": ["used": JSON(budgetUsed), "limit": JSON(budgetLimit)],
      "notWritten": .array(notWritten.map { JSON($0) }),
    ]
  }

  init?(json: JSON) {
    guard let profile = json["profile"]?.string, let policy = json["policy"]?.string,
      let controls = json["controls"]?.members?.mapAll({ member in
        member.value.int.map { ControlCount(member.key, $0) }
      }),
      let used = json["budget"]?["used"]?.int, let limit = json["budget"]?["limit"]?.int,
      let notWritten = json["notWritten"]?.array?.mapAll({ $0.array?.mapAll(\.string) })
    else { return nil }
    self.init(
      profile: profile, policyHash: policy, controls: controls, budgetUsed: used, budgetLimit: limit,
      notWritten: notWritten)
  }
}
