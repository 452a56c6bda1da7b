package import Bytes
package import Catalogs
import Policies
import Tables

/// Derives the open table of a view. Its rows are sorted, so that their order tells nothing of the source's.
package enum OpenView {
  /// Different rows a view may have: more cannot be anonymous in groups worth the name.
  package static let rowLimit = 1 << 20

  /// Writes the view's table (CSV, RFC 4180) into a file without a name, and returns it as a dataset of its own, at the
  /// level `open`.
  ///
  /// The risk is measured over the units of the subject, of which one may have several rows. Throws `ResultError`
  /// where the source cannot be read or the view has too many different rows. Cells that have no code in a declared
  /// dimension are left empty; `check` tells of them.
  package static func derive(
    _ view: ViewDeclaration, of dataset: Dataset, level open: String, into store: UnnamedFile
  ) throws -> Dataset {
    guard let resource = dataset.resources.first else {
      throw ResultError(.declaration, "\(dataset.name) has no table that a view could be derived from")
    }
    let columns = try view.columns.map { column in
      guard let place = resource.schema.index(of: column.field) else {
        throw ResultError(
          .declaration, "\(dataset.name)/\(view.name): there is no field '\(column.field)'")
      }
      return (column: column, place: place, field: resource.schema.fields[place])
    }
    let quasi = columns.indices.filter { !columns[$0].column.isSensitive }
    let sensitive = columns.indices.filter { columns[$0].column.isSensitive }
    // Rows counted as persons would promise a larger k than there is.
    let subject = try dataset.subject.map { try resource.column($0, of: dataset) }
    var meter = RiskMeter(
      quasi: quasi.map { columns[$0].column.name }, sensitive: sensitive.map { columns[$0].column.name },
      declared: true)
    var rows: [[UInt8]: Int] = [:]
    // By field: what two columns tell of one, they tell together.
    let fields = Dictionary(grouping: columns.indices) { columns[$0].place }
    var coarseness = fields.mapValues { _ in Coarseness(least: view.promise.kAnonymity) }
    var units = 0
    _ = try TableCheck.run(
      resource.source, schema: resource.schema, options: TableCheck.Options(statistics: false)
    ) { batch, typed in
      for row in 0..<batch.rowCount {
        units += 1
        let unit = subject.isEmpty ? UInt64(units) : batch.mark(row, subject)
        let cells = columns.indices.map { index in
          let item = columns[index]
          guard let whole = batch.canonical(row, item.place, typed, item.field),
            let cell = item.column.form.applied(to: whole)
          else { return "" }
          return cell
        }
        for (place, told) in fields {
          guard let whole = batch.canonical(row, place, typed, columns[told[0]].field) else { continue }
          coarseness[place]?.take(told.map { cells[$0] }, of: whole, unit: unit)
        }
        for index in quasi + sensitive {
          var cell = cells[index]
          cell.withUTF8 { meter.cell($0) }
        }
        meter.endRow(unit: subject.isEmpty ? nil : unit)
        rows[CSVRecord.line(cells), default: 0] += 1
        guard rows.count <= rowLimit else {
          throw ResultError(
            .declaration, "\(dataset.name)/\(view.name) has more than \(rowLimit) different rows",
            hint: "make its columns coarser: bands, prefix, topCode")
        }
      }
    }
    let name = "\(view.name).csv"
    let held = try store.make(name) { write in
      var piece = CSVRecord.line(columns.map(\.column.name))
      for (line, count) in rows.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        for _ in 0..<count { piece += line }
        guard piece.count >= 1 << 18 else { continue }
        try write(piece)
        piece.removeAll(keepingCapacity: true)
      }
      try write(piece)
    }
    let source = TableSource(path: name, held: HeldSource(held), format: .csv, encoding: "utf-8")
    let kept = columns.filter { coarseness[$0.place]?.isCoarse != true }.map(\.column.name)
    return described(
      view, of: dataset, columns.map { ($0.column, $0.field) }, open, source, meter.measures(), Set(kept))
  }

  /// The derived dataset: described like its parent, with the view's own words and columns.
  private static func described(
    _ view: ViewDeclaration, of parent: Dataset, _ columns: [(column: ViewColumn, field: Field)],
    _ open: String, _ source: TableSource, _ risk: RiskMeasures, _ uncoarse: Set<String>
  ) -> Dataset {
    var schema = Schema(fields: columns.map { $0.column.derived(from: $0.field) })
    schema.missingValues = [""]
    let roles = Dictionary(
      uniqueKeysWithValues: columns.map { item in
        // Only what was made coarser is judged anew; a field that stays as it is keeps its declared level, and so does
        // one whose way of being coarser changes nothing, until two people lower it.
        let keeps = uncoarse.contains(item.column.name)
        let level = keeps ? parent.resources.first?.fields[item.field.name]?.level : nil
        return (
          item.column.name, FieldMeta(level: level, role: item.column.isSensitive ? "sensitive" : "quasi")
        )
      })
    let k = view.promise.kAnonymity
    var derived = Dataset(
      name: view.name, folder: "\(parent.folder)/views/\(view.name)", file: parent.file,
      title: view.title ?? parent.title.map { $0 == "zh" ? "\($1)（开放视图）" : "\($1) (open view)" },
      description: view.description ?? parent.description, keywords: parent.keywords, themes: parent.themes,
      license: parent.license, provider: parent.provider, updateFrequency: parent.updateFrequency,
      temporal: parent.temporal, spatial: parent.spatial, synthetic: parent.synthetic,
      classification: Classification(
        level: open, reason: view.reason, proposer: parent.classification.proposer ?? parent.provider.person),
      resources: [Resource(name: view.name, title: view.title, source: source, schema: schema, fields: roles)]
    )
    derived.origin = Text([
      ("zh", "由受限数据集“\(parent.title("zh"))”派生：只选取部分信息项并加以归并，每组不少于 \(k) 个单位"),
      (
        "en",
        "Derived from the restricted dataset “\(parent.title("en"))”: some fields only, made coarser, at least \(k) units in each group"
      ),
    ])
    derived.availableFrom = parent.availableFrom
    derived.derivation = Derivation(parent: parent.name, promise: view.promise, risk: risk)
    return derived
  }
}

/// Whether what a view tells of a field is coarser than the field: most rows are told by values that stand for several of the
/// field's, and each value for as many units as a group must have.
private struct Coarseness {
  let least: Int
  private var values: [[String]: Value] = [:]

  private struct Value {
    /// The first of the field's values that it stood for.
    let first: String
    var isMerged = false
    var rows = 0
    /// Marks of its units, as far as they are needed.
    var units: Set<UInt64> = []
  }

  init(least: Int) { self.least = least }

  /// What the view's columns of the field show of one of its values.
  mutating func take(_ told: [String], of whole: String, unit: UInt64) {
    var value = values[told] ?? Value(first: whole)
    if value.first != whole { value.isMerged = true }
    value.rows += 1
    if value.units.count < least { value.units.insert(unit) }
    values[told] = value
  }

  var isCoarse: Bool {
    let rows = values.values.reduce(0) { $0 + $1.rows }
    let merged = values.values.reduce(0) { $0 + ($1.isMerged ? $1.rows : 0) }
    return merged * 2 > rows && values.values.allSatisfy { $0.units.count >= least }
  }
}

extension Text {
  /// The same in each language, changed.
  fileprivate func map(_ change: (_ language: String, _ text: String) -> String) -> Text {
    Text(byLanguage.map { ($0.language, change($0.language, $0.text)) })
  }
}

extension ViewColumn.Form {
  /// A cell's canonical text in this form; nil where it has none.
  func applied(to cell: String) -> String? {
    switch self {
    case .whole: return cell
    case .coded(let dimension): return dimension.code(of: cell)
    case .prefix(let count): return String(cell.prefix(count))
    case .mask(let count):
      return String(cell.prefix(count)) + String(repeating: "*", count: max(0, cell.count - count))
    case .topCode(let top):
      guard let value = Scan.decimal(cell), let limit = Scan.decimal(top) else { return nil }
      return value > limit ? top : cell
    }
  }
}

extension ViewColumn {
  /// The column's own field: that of the source where cells stay numbers or texts as they are, else a text.
  func derived(from field: Field) -> Field {
    var made = Field(name: name, type: .string, title: title)
    made.description = field.description
    switch form {
    case .whole, .topCode:
      made.type = field.type
      made.unit = field.unit
      if case .topCode(let top) = form {
        made.description = Text([("zh", "\(top) 表示 \(top) 及以上"), ("en", "\(top) stands for \(top) and more")])
      }
    case .coded(let dimension):
      made.constraints.enumeration = dimension.codes.map(\.code)
    case .prefix, .mask: break
    }
    return made
  }
}
