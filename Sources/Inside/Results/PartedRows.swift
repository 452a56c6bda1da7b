import Bytes
import Catalogs
import Disclosure
import Tables

/// The rows of one source, parted by a hash of their unit; each its unit, the subject's cells and the others as CSV.
struct PartedRows {
  static let parts = 256
  private static let chunk = 1 << 16
  private let file: NamelessFile
  private var buffers: [[UInt8]]
  private var chunks: [[StoredRows.Chunk]]
  private var written = 0

  private init(folder: String) throws(ResultError) {
    file = try NamelessFile(in: folder)
    buffers = (0..<PartedRows.parts).map { _ in [] }
    chunks = buffers.map { _ in [] }
  }

  /// - Parameter fields: those that are kept, by their names in the source; of one that is only looked at none.
  static func read(
    _ fields: [String], of source: Dataset, _ codeLists: [String: CodeList], folder: String
  ) throws(ResultError) -> PartedRows {
    guard let table = source.resources.first else { throw ResultError.notJoined(source) }
    let columns = try fields.map { field throws(ResultError) in try table.column(field, of: source) }
    let subject = try source.subject.map { field throws(ResultError) in try table.column(field, of: source) }
    var rows = try PartedRows(folder: folder)
    var row = Row()
    try table.checked(for: source.name, codeLists) { batch, typed in
      for index in 0..<batch.rowCount {
        row.removeAll()
        let isThere = UnitReader.parts(batch, typed, row: index, subject) { part in
          row.add(key: part)
        }
        guard isThere else {
          throw ResultError(
            .value,
            Wording(
              "\(table.source.path):\(batch.line(ofRow: index)): record \(batch.firstRecord + index) names no unit",
              "\(table.source.path):\(batch.line(ofRow: index))：第 \(batch.firstRecord + index) 条记录没有主体"),
            hint: Wording("every row needs its subject's fields", "每条记录都须填写主体字段"))
        }
        for column in columns {
          let field = table.schema.fields[column]
          row.cells.append(UInt8(ascii: ","))
          if typed[column].storage == .text, typed[column].isValid(index) {
            batch.withCell(index, column) { CSVRecord.append($0, to: &row.cells) }
          } else if var text = batch.canonical(index, column, typed, field) {
            text.withUTF8 { CSVRecord.append($0, to: &row.cells) }
          }
        }
        try rows.append(row, record: batch.firstRecord + index)
      }
    }
    return rows
  }

  /// One row on its way: unit, the subject's cells, and the others, each after a comma.
  struct Row {
    var unit: [UInt8] = []
    var key: [UInt8] = []
    var cells: [UInt8] = []

    mutating func removeAll() {
      unit.removeAll(keepingCapacity: true)
      key.removeAll(keepingCapacity: true)
      cells.removeAll(keepingCapacity: true)
    }

    mutating func add(key part: UnsafeBufferPointer<UInt8>) {
      RecordKeys.append(part, to: &unit)
      if !key.isEmpty { key.append(UInt8(ascii: ",")) }
      CSVRecord.append(part, to: &key)
    }
  }

  private mutating func append(_ row: Row, record: Int) throws(ResultError) {
    let hash = PartedRows.hash(row.unit)
    let part = Int(truncatingIfNeeded: hash >> 56)
    for number in [
      hash, UInt64(truncatingIfNeeded: record), UInt64(row.unit.count), UInt64(row.key.count),
      UInt64(row.cells.count),
    ] {
      withUnsafeBytes(of: number) { buffers[part].append(contentsOf: $0) }
    }
    buffers[part].append(contentsOf: row.unit)
    buffers[part].append(contentsOf: row.key)
    buffers[part].append(contentsOf: row.cells)
    guard buffers[part].count >= PartedRows.chunk else { return }
    try file.write(buffers[part], at: written)
    chunks[part].append(StoredRows.Chunk(offset: written, length: buffers[part].count))
    written += buffers[part].count
    buffers[part].removeAll(keepingCapacity: true)
  }

  /// FNV-1a, 64 bits, mixed so that its leading bits part well.
  private static func hash(_ bytes: [UInt8]) -> UInt64 {
    var hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    hash = (hash ^ (hash >> 32)) &* 0xBF58_476D_1CE4_E5B9
    return hash ^ (hash >> 29)
  }

  /// All rows of one part, in the order of the source.
  func bytes(_ part: Int) throws(ResultError) -> [UInt8] {
    var bytes: [UInt8] = []
    for chunk in chunks[part] { bytes += try file.read(chunk.offset, chunk.length) }
    return bytes + buffers[part]
  }
}
