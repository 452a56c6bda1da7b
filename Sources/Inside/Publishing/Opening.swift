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
  /// The first rows of each resource, for its page.
  var previews: [String: [[String?]]] = [:]

  /// Rows evenly spaced over the whole of each table, for its charts.
  var series: [String: [[String?]]] = [:]

  /// The formats every open table is offered in.
  static let formats: [TableFormat] = [.csv, .csvExcel, .tsv, .json, .ndjson, .xml, .xlsx, .sqlite, .parquet]
  /// Rows shown on a dataset's page.
  static let previewRows = 10
  /// About how many rows a chart is drawn from.
  static let seriesRows = 400

  /// Reads each source once and writes all of its forms, first beside the release and then, with the clearance, into it.
  static func write(_ judgement: Judgement, to writer: ReleaseWriter, work: String) throws -> Opening {
    var opening = Opening()
    guard let clearance = judgement.pass.rows else { return opening }
    let dataset = judgement.examination.dataset
    for resource in dataset.resources {
      let folder = "\(work)/\(dataset.name).\(resource.name)"
      try? Files.remove(folder)
      try Files.makeDirectory(folder, mode: 0o700)
      defer { try? Files.remove(folder) }
      let writers = try formats.map { format in
        try makeWriter(format, to: .file("\(folder)/\(format.fileExtension)"))
      }
      let fields = rowFields(of: resource, report: judgement.examination.reports[resource.name])
      let rows = try RowsFile.Builder(path: "\(folder)/rows", fields: fields)
      var preview: [[String?]] = []
      var series: [[String?]] = []
      let stride = max(1, (judgement.examination.reports[resource.name]?.rows ?? 0) / seriesRows)
      let fieldList = resource.schema.fields
      for writer in writers { try writer.begin(resource.schema) }
      let report = try TableCheck.run(
        resource.source, schema: resource.schema, options: TableCheck.Options(statistics: false)
      ) { batch, columns in
        for writer in writers { try writer.write(batch, columns) }
        try rows.append { inserter in try store(batch, columns, resource.schema, &inserter) }
        for row in 0..<batch.rowCount {
          let isInSeries = (batch.firstRecord + row - 1) % stride == 0
          guard isInSeries || preview.count < previewRows else { continue }
          let values = fieldList.indices.map { batch.canonical(row, $0, columns, fieldList[$0]) }
          if preview.count < previewRows { preview.append(values) }
          if isInSeries { series.append(values) }
        }
      }
      for writer in writers { try writer.finish() }
      try rows.finish()
      for format in formats {
        let path = "data/\(dataset.name)/\(resource.name).\(format.fileExtension)"
        let source = "\(folder)/\(format.fileExtension)"
        try writer.file(path, from: source, clearance)
        opening.files.append(
          PublishedFile(
            resource: resource.name, format: format, path: path, bytes: try Files.size(source),
            sha256: try hash(file: source), mediaType: format.mediaType, rows: report.rows))
      }
      try writer.rows(dataset.name, resource.name, from: "\(folder)/rows", clearance)
      opening.previews[resource.name] = preview
      opening.series[resource.name] = series
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
