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
    let tags = released.tags?.tags ?? []
    let stored = try StoredResult(released)
    let bytes = stored.json.serialized()
    _ = try StoredResult(parsing: bytes, cells: { _ in stored.cells }, tags: tags, part: path)
    try add(path, bytes, .result, released.dataset)
    if released.kind == .statistic {
      try add(
        Layout.cellsPart(released.dataset, released.result), stored.cells.bytes, .result, released.dataset)
    }
    if released.tags != nil {
      try add(Layout.tagsPart(released.dataset, released.result), tags, .result, released.dataset)
    }
  }
}

extension StoredResult {
  /// What Disclosure released in the form that is stored, without its time and key family.
  package convenience init(_ released: Released) throws {
    let part = Layout.resultPart(released.dataset, released.result)
    guard let kind = ResultSetting.Kind(rawValue: released.kind.rawValue) else {
      throw CrossingError(.altered, part, "\(part): releases know no kind \(released.kind.rawValue)")
    }
    try self.init(
      dataset: released.dataset, result: released.result, kind: kind, title: released.title,
      dimensions: released.dimensions.map { dimension in
        Dimension(
          name: dimension.name, title: dimension.title, role: dimension.role.rawValue,
          codes: dimension.codes.map { Code(code: $0.code, label: $0.label, parent: $0.parent) },
          periods: dimension.periods)
      },
      columns: released.columns.map { Column(name: $0.name, title: $0.title, unit: $0.unit, sd: $0.sd) },
      tables: released.tables.map { table in
        (table.dimensions, table.cells.map { Cell(codes: $0.codes, values: $0.values) })
      },
      tags: try released.tags.map { tags in
        guard let stored = StoredTags(json: tags.json, bytes: tags.tags) else {
          throw CrossingError(.altered, part, "\(part): its tags do not fit together")
        }
        return stored
      }, protection: released.protection.json, note: released.note)
  }
}
