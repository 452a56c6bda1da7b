import Bytes
import Catalogs
import Foundation
import Policies
import Support
import Tables

@testable import Disclosure
@testable import Site

/// The sample catalogue as a release would hold it, made without crossing the sill.
enum Samples {
  static let created = Timestamp(secondsSince1970: 1_795_266_000)

  static func policies() throws -> PolicySet { try PolicySet.load(folder: Places.root + "/Policies") }

  static func catalog() throws -> Catalog {
    try Catalog.load(folder: Places.root + "/Catalog", policies: policies())
  }

  static func verdict(_ dataset: Dataset, _ policies: PolicySet) -> Verdict {
    let fields = dataset.resources.flatMap { resource in
      resource.schema.fields.map { field in
        FieldFacts(
          name: field.name, declaredLevel: resource.fields[field.name]?.level,
          role: resource.fields[field.name]?.role)
      }
    }
    return classify(
      DatasetFacts(
        name: dataset.name, declaredLevel: dataset.classification.level, flags: dataset.classification.flags,
        hasLegalBasis: dataset.classification.legalBasis != nil,
        hasReason: dataset.classification.reason != nil,
        fields: fields, findings: [], unread: [], rows: 1000),
      scale: policies.scale, policy: policies.detectors)
  }

  /// Report of an open table, its first ten rows, and what its picture is drawn from.
  static func read(_ resource: Resource, rows: Int = 0) throws -> (
    report: TableReport, first: [[String?]], sketch: Sketch
  ) {
    var first: [[String?]] = []
    var sketch = Sketch(resource, rows: rows)
    let fields = resource.schema.fields
    let report = try TableCheck.run(resource.source, schema: resource.schema) { batch, columns in
      sketch.take(batch, columns)
      for row in 0..<min(batch.rowCount, 10 - first.count) {
        first.append(fields.indices.map { batch.canonical(row, $0, columns, fields[$0]) })
      }
    }
    return (report, first, sketch)
  }

  static func published(_ dataset: Dataset, _ policies: PolicySet, reports: [String: TableReport] = [:])
    -> PublishedDataset
  {
    let verdict = verdict(dataset, policies)
    var item = PublishedDataset(
      dataset: dataset, level: verdict.level, verdict: verdict, release: 1,
      modified: created.adding(days: -dataset.name.utf8.count), reports: reports)
    guard item.openness == .unconditional else { return item }
    for resource in dataset.resources {
      for format: TableFormat in [.csv, .csvExcel, .tsv, .json, .ndjson] {
        item.files.append(
          PublishedFile(
            resource: resource.name, format: format,
            path: "data/\(dataset.name)/\(resource.name).\(format.fileExtension)", bytes: 1_234_567,
            sha256: String(repeating: "ab12cd34", count: 8), mediaType: format.mediaType,
            rows: reports[resource.name]?.rows ?? 0))
      }
    }
    return item
  }

  /// A released statistic with invented numbers, in the shape the sealer gives it.
  static func released(_ dataset: Dataset, _ result: ResultDeclaration) -> Released {
    let columns =
      [ReleasedColumn(name: "count", title: Text([("zh", "数量"), ("en", "Count")]), unit: nil, sd: "2.02")]
      + result.measures.flatMap { measure in
        [
          ReleasedColumn(
            name: measure.field + ".sum",
            title: Text([("zh", measure.title("zh") + "（合计）"), ("en", measure.title("en") + ", sum")]),
            unit: measure.unit, sd: nil),
          ReleasedColumn(
            name: measure.field + ".mean",
            title: Text([("zh", measure.title("zh") + "（均值）"), ("en", measure.title("en") + ", mean")]),
            unit: measure.unit, sd: nil),
        ]
      }
    let dimensions = dataset.dimensions.map { dimension in
      ReleasedDimension(
        name: dimension.name, title: dimension.title,
        role: dimension.role == .identifying ? .identifying : .response,
        codes: dimension.codes.map { ReleasedCode(code: $0.code, label: $0.label, parent: $0.parent) })
    }
    var seed = 7
    func random(_ most: Int) -> Int {
      seed = (seed * 1_103_515_245 + 12345) & 0x7FFF_FFFF
      return seed % most
    }
    let tables = result.tables.prefix(4).map { names -> ReleasedTable in
      let axes = names.compactMap { name in dimensions.first { $0.name == name } }
      let count = axes.reduce(1) { $0 * $1.codes.count }
      let digits = columns.indices.map { $0 > 0 && $0 % 2 == 0 ? 2 : 0 }
      var values = columns.map { _ in NumberColumn(count: count) }
      for cell in 0..<count where random(9) > 0 {
        let people = 300 + random(2000)
        for column in columns.indices {
          values[column][cell] = Int128(
            column == 0
              ? people
              : column % 2 == 1 ? people * (500 + random(900)) : (500 + random(900)) * 100 + 10 + random(90))
        }
      }
      return ReleasedTable(
        dimensions: names, codes: axes.map { $0.codes.map(\.code) }, values: values, digits: digits)
    }
    return Released(
      dataset: dataset.name, result: result.name, kind: .statistic, keyFamily: dataset.keyFamily,
      title: result.title,
      dimensions: dimensions, columns: columns, tables: Array(tables), tags: nil, computed: created,
      protection: ProtectionRecord(
        profile: result.profile, policyHash: String(repeating: "5e", count: 32),
        controls: [
          ControlCount("threshold", 45), ControlCount("differencing-guard", 45),
          ControlCount("two-layer-noise", 40),
          ControlCount("dominance", 80), ControlCount("sum-noise", 80),
          ControlCount("release-budget", 40),
          ControlCount("withheld", 5),
        ], budgetUsed: 40, budgetLimit: 73, notWritten: result.tables.dropFirst(4).map { $0 }),
      note: Text([
        ("zh", "为保护个体，每个数量都加入了固定的随机误差（标准差 2.02，95 % 的误差在 ±4 以内，最大 ±7），同一数字无论何人何时查询都不变。"),
        (
          "en",
          "To protect individuals every count carries fixed random noise (standard deviation 2.02; 95 % of counts are within ±4, all within ±7)."
        ),
      ]))
  }

  /// The whole sample site.
  static func site() throws -> SiteBuilder {
    let policies = try policies()
    let catalog = try catalog()
    var previews: [String: [String: [[String?]]]] = [:]
    var pictures: [String: [String: Sketch]] = [:]
    var published: [PublishedDataset] = []
    var released: [Released] = []
    for dataset in catalog.datasets {
      var reports: [String: TableReport] = [:]
      let isOpen = verdict(dataset, policies).openness == .unconditional
      for resource in dataset.resources where isOpen {
        let read = try read(resource)
        reports[resource.name] = read.report
        previews[dataset.name, default: [:]][resource.name] = read.first
        pictures[dataset.name, default: [:]][resource.name] = read.sketch
      }
      published.append(Samples.published(dataset, policies, reports: reports))
      for result in dataset.results where result.kind == .statistic && !isOpen {
        released.append(Samples.released(dataset, result))
      }
    }
    return SiteBuilder(
      catalog: catalog, scale: policies.scale, published: published, released: released, previews: previews,
      pictures: pictures, release: 12, created: created, theme: SiteBuilder.theme)
  }

  static func write(_ pages: [Page], to folder: String) throws {
    for page in pages {
      let path = folder + "/" + page.path
      try Files.makeDirectory(Files.parent(of: path))
      try Files.write(page.bytes, to: path)
    }
  }
}
