/// Writes one table in one format. `begin` once, `write` for each batch in order, `finish` once.
///
/// The output is the same for the same input, whenever and wherever it is written.
package protocol TableWriter: AnyObject {
  /// Writes what stands before the records.
  func begin(_ schema: Schema) throws
  /// Writes records. `columns` are the batch's values in the schema's order, as `TableCheck` gives them.
  func write(_ batch: Batch, _ columns: TypedColumns) throws
  /// Writes what stands behind the records and closes the output. Without it nothing stays of a file.
  func finish() throws
}

/// What a writer may be told.
package struct WriterOptions: Sendable {
  /// Title of the table, for formats that show one (a sheet's name).
  package var title: String?
  /// Language of field titles, where a format shows them.
  package var language = "zh"
  /// IRI of the table, for RDF: records and columns are named under it.
  package var baseIRI = ""
  /// Whether the first record names the columns (delimited text), or objects are written (JSON); if not, arrays.
  package var hasHeader = true
  /// Level of compression (0–9) of formats that compress.
  package var compression = 6
  /// Digits of the number fields that Parquet keeps as exact decimals; `export` measures those not given.
  package var decimals: [String: Decimals] = [:]

  /// The field that holds the ids of GeoJSON features, and whether those that read as numbers are; `export` sets it.
  package var featureID: (field: String, isNumber: Bool)?

  package init() {}
}

/// The writer of a format.
package func makeWriter(
  _ format: TableFormat, to sink: OutputSink, options: WriterOptions = WriterOptions()
) throws -> any TableWriter {
  switch format {
  case .csv, .csvExcel, .tsv: DelimitedWriter(format, try Output(sink), options)
  case .json, .ndjson: JSONTableWriter(format, try Output(sink), options)
  case .sqlite: try SQLiteTableWriter(sink)
  case .geojson: GeoJSONWriter(try Output(sink), options)
  case .xml: XMLTableWriter(try Output(sink))
  case .turtle: TurtleTableWriter(try Output(sink), options)
  case .xlsx: SpreadsheetWriter(try Output(sink), options)
  case .parquet: ParquetWriter(try Output(sink), options)
  }
}
