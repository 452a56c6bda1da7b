import Bytes

/// One stream of records, whatever the format.
///
/// Cells are UTF-8 text as in the source; typed formats give their canonical text. Memory is a few batches.
package final class TableReader {
  private let source: any RecordSource
  private var nextRecord = 1
  private var nextLine: Int

  /// Names of the columns as the source has them; without a header `column1`, `column2` …
  package var header: [String] { source.header }
  /// The same made usable: none empty, none twice.
  package var columnNames: [String] { HeaderEvidence.usable(source.header) }
  /// Texts of the records above the header that were left out as its owner declared.
  package var above: [String] { source.above }
  /// Every column as text, but the geometry of features.
  var schema: Schema {
    var schema = Schema.text(columnNames)
    if let geometry = source.featureColumns?.geometry, let place = source.header.lastIndex(of: geometry) {
      schema.fields[place].type = .geojson
    }
    return schema
  }
  /// The column with the ids of GeoJSON features, and whether they are numbers.
  var featureColumns: FeatureColumns? { source.featureColumns }
  /// What was seen of format, encoding and dialect. Complete when the last batch has been read.
  package var seen: Seen { source.seen }
  /// Bytes of the source read so far.
  package var bytesRead: Int { source.bytesRead }

  /// Opens a table. Throws where it cannot be opened or its beginning cannot be read.
  package convenience init(_ source: TableSource) throws(TableError) {
    try self.init(source, blockSize: BlockStream.defaultSize)
  }

  init(_ source: TableSource, blockSize: Int) throws(TableError) {
    self.source = try openRecords(source, blockSize: blockSize)
    nextLine = 1
  }

  /// The next records, or nil at the end. Throws at what cannot be read rightly; nothing is repaired.
  package func next() throws(TableError) -> Batch? {
    while true {
      guard let piece = try nextPiece() else { return nil }
      do {
        try piece.split()
      } catch {
        throw error.moved(line: nextLine)
      }
      if piece.storage.rowCount == 0 {
        nextLine += piece.storage.lineCount
        continue
      }
      return number(piece)
    }
  }

  /// Serial half of `next`: a piece still to be split. Errors have their place in the file already.
  func nextPiece() throws(TableError) -> Piece? {
    do {
      return try source.nextPiece()
    } catch {
      throw error.moved(line: nextLine)
    }
  }

  /// The same, but the line in an error is still to be counted from the pieces that are under way.
  func nextPieceUnplaced() throws(TableError) -> Piece? { try source.nextPiece() }

  /// Gives a split piece its place in the table. To be called in the order of the pieces.
  func number(_ piece: Piece) -> Batch {
    var batch = Batch(storage: piece.storage, columnCount: source.header.count)
    batch.firstRecord = nextRecord
    batch.firstLine = nextLine
    nextRecord += piece.storage.rowCount
    nextLine += piece.storage.lineCount
    return batch
  }

  /// Line on which the next batch begins.
  var line: Int { nextLine }
}

/// Opens the reader of a source's format.
func openRecords(_ source: TableSource, blockSize: Int) throws(TableError) -> any RecordSource {
  var input = try InputFile(source)
  let evidence = try FormatEvidence(source, &input)
  let records: any RecordSource
  switch evidence.format {
  case .csv, .csvExcel, .tsv:
    records = try DelimitedSource(source, format: evidence.format, input: input, blockSize: blockSize)
  case .json, .ndjson, .geojson:
    records = try JSONSource(source, format: evidence.format, input: input)
  case .sqlite:
    try check(source, input)
    records = try SQLiteSource(source, size: input.size ?? 0)
  case .xlsx:
    try check(source, input)
    records = try SpreadsheetSource(source, size: input.size ?? 0)
  case .xml, .parquet, .turtle:
    let known = TableFormat.allCases.filter(\.canRead).map(\.rawValue)
    throw TableError(
      .unsupported, file: source.name,
      Wording("\(evidence.format.rawValue) cannot be read", "不能读取 \(evidence.format.rawValue) 格式"),
      hint: Wording("readable are \(known.joined(separator: ", "))", "可读取：\(known.joined(separator: "、"))"))
  }
  records.seen.formatCertainty = evidence.certainty
  if let note = evidence.note { records.seen.notes.insert(note, at: 0) }
  if source.hasHeader { records.seen.notes += HeaderEvidence.renamed(records.header) }
  return records
}

/// Refuses a stream where a file is needed.
private func check(_ source: TableSource, _ input: borrowing InputFile) throws(TableError) {
  guard input.isSeekable, source.path != "-" else {
    throw TableError(
      .unreadableFile, file: input.name,
      Wording("this format is read from a file, not from a stream", "此格式须从文件读取，不能从数据流读取"),
      hint: Wording("save it first", "请先存成文件"))
  }
}
