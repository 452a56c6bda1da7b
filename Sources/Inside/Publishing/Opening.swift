import Bytes
import Catalogs
import Crossing
import Policies
import Releases
import Site
import Tables

/// The open form of a dataset: its files in every format, and its rows for queries. Written only under the gate's
/// clearance for rows; a restricted dataset has none.
struct Opening {
  var files: [PublishedFile] = []
  /// Formats that cannot hold a table.
  var leftOut: [LeftOut] = []
  /// The first rows of each resource, for its page.
  var previews: [String: [[String?]]] = [:]
  /// What the picture of each resource is drawn from.
  var pictures: [String: Sketch] = [:]

  /// The formats every open table is offered in.
  static let formats: [TableFormat] = [.csv, .csvExcel, .tsv, .json, .ndjson, .xml, .xlsx, .sqlite, .parquet]
  /// Rows shown on a dataset's page.
  static let previewRows = 10

  /// Reads each source once and writes all of its forms, first beside the release and then, with the clearance, into it.
  static func write(_ judgement: Judgement, to writer: ReleaseWriter, work: String) throws -> Opening {
    var opening = Opening()
    guard let clearance = judgement.pass.rows else { return opening }
    let dataset = judgement.examination.dataset
    for resource in dataset.resources {
      _ = try resource.heldFile()
      let folder = "\(work)/\(dataset.name).\(resource.name)"
      try? Files.remove(folder)
      try Files.makeDirectory(folder, mode: 0o700)
      defer { try? Files.remove(folder) }
      let known = judgement.examination.reports[resource.name]
      let rows = try RowsFile.Builder(path: "\(folder)/rows", fields: rowFields(of: resource, report: known))
      var preview: [[String?]] = []
      var picture = Sketch(resource, rows: known?.rows ?? 0)
      let fields = resource.schema.fields
      var options = ConvertOptions()
      options.check.statistics = false
      options.leavesOut = true
      func place(_ format: TableFormat) -> String { "\(folder)/\(format.fileExtension)" }
      let exported = try export(
        resource.source, schema: resource.schema, to: formats.map { ($0, .file(place($0))) }, options: options
      ) { batch, columns in
        try rows.append { inserter in try store(batch, columns, resource.schema, &inserter) }
        picture.take(batch, columns)
        for row in 0..<min(batch.rowCount, previewRows - preview.count) {
          preview.append(fields.indices.map { batch.canonical(row, $0, columns, fields[$0]) })
        }
      }
      try rows.finish()
      opening.leftOut += exported.leftOut.map {
        LeftOut(resource: resource.name, format: $0.format, reason: $0.why.reason)
      }
      for format in formats where !exported.leftOut.contains(where: { $0.format == format }) {
        let path = "data/\(dataset.name)/\(resource.name).\(format.fileExtension)"
        let source = place(format)
        try writer.file(path, from: source, clearance)
        opening.files.append(
          PublishedFile(
            resource: resource.name, format: format, path: path, bytes: try Files.size(source),
            sha256: try hash(file: source), mediaType: format.mediaType, rows: exported.report.rows))
      }
      try writer.rows(dataset.name, resource.name, from: "\(folder)/rows", clearance)
      opening.previews[resource.name] = preview
      opening.pictures[resource.name] = picture
    }
    return opening
  }

  /// The fields as rows are queried by them; those with few different values get an index.
  private static func rowFields(of resource: Resource, report: TableReport?) -> [RowField] {
    resource.schema.fields.enumerated().map { place, field in
      let distinct =
        report.flatMap { $0.columns.indices.contains(place) ? $0.columns[place].distinct : nil } ?? 0
      let isKey = resource.schema.primaryKey.contains(field.name)
      return RowField(
        name: field.name, type: field.type.rowType, title: field.title,
        unit: field.unit, indexed: isKey || (2...2000).contains(distinct))
    }
  }

  /// Stores a batch's records by type.
  private static func store(
    _ batch: Batch, _ columns: TypedColumns, _ schema: Schema, _ inserter: inout RowsFile.Inserter
  ) throws {
    for row in 0..<batch.rowCount {
      for (place, field) in schema.fields.enumerated() {
        let column = columns[place]
        guard column.isValid(row) else {
          try inserter.null()
          continue
        }
        switch field.type {
        case .integer, .year: try inserter.integer(column.integers[row])
        case .boolean: try inserter.boolean(column.integers[row] == 1)
        case .number: try inserter.number(batch.canonical(row, place, columns, field) ?? "")
        default: try inserter.text(batch.canonical(row, place, columns, field) ?? "")
        }
      }
      try inserter.endRow()
    }
  }
}
