import Bytes
import Dispatch
import Synchronization

/// Apache Parquet: row groups of gzip-compressed pages, dictionary-encoded text where few values recur, statistics,
/// logical types. Read by pyarrow, DuckDB and all others.
///
/// Numbers are exact DECIMAL where `WriterOptions.decimals` gives their digits, as `export` does for every column of
/// plain decimals; else DOUBLE, the nearest to what was written.
final class ParquetWriter: TableWriter {
  private let output: Output
  private let options: WriterOptions
  private var fields: [Field] = []
  private var kinds: [ParquetKind] = []
  private var columns: [ParquetColumn] = []
  private var rows = 0
  private var groups: [Group] = []
  private var total = 0
  /// Whether timestamps were given with a zone: all of them, or none.
  private var hasZone: [Bool] = []
  private var hasLocal: [Bool] = []
  private var described = Schema(fields: [])

  private struct Group {
    var rows: Int
    var chunks: [Chunk]
  }

  private struct Chunk {
    var offset: Int
    var dictionaryOffset: Int?
    var dataOffset: Int
    var values: Int
    var nulls: Int
    var packed: Int
    var unpacked: Int
    var bounds: (least: [UInt8], greatest: [UInt8])?
  }

  /// Records of a row group, and bytes of one in memory.
  private static let groupRows = 1 << 17
  private static let groupBytes = 48 << 20

  init(_ output: Output, _ options: WriterOptions) {
    self.output = output
    self.options = options
  }

  func begin(_ schema: Schema) throws {
    described = schema
    fields = schema.fields
    kinds = fields.map { ParquetKind($0, decimals: options.decimals[$0.name]) }
    columns = kinds.map { ParquetColumn(kind: $0) }
    hasZone = fields.map { _ in false }
    hasLocal = hasZone
    try output.write("PAR1")
  }

  func write(_ batch: Batch, _ values: TypedColumns) throws {
    for index in fields.indices {
      try columns[index].append(batch, index, values.columns[index], fields[index], file: output.name)
      if kinds[index] == .timestamp { noteZones(batch, values.columns[index], index) }
    }
    rows += batch.rowCount
    if rows >= Self.groupRows || columns.reduce(0, { $0 + $1.weight }) >= Self.groupBytes { try flush() }
  }

  private func noteZones(_ batch: Batch, _ typed: TypedColumn, _ column: Int) {
    for row in 0..<batch.rowCount where typed.states[row] == 0 {
      let text = batch.bytes(row, column)
      let isZoned =
        fields[column].format == nil
        ? text.last == UInt8(ascii: "Z")
          || text.count > 19 && text[text.count - 3] == 0x3A && text[text.count - 6] != 0x3A
        : fields[column].format?.contains("%z") ?? false
      if isZoned { hasZone[column] = true } else { hasLocal[column] = true }
    }
  }

  /// The bytes of a column's pages, made on any thread.
  private struct Pages: Sendable {
    var dictionary: [UInt8] = []
    var data: [UInt8] = []
    var unpacked = 0
    var bounds: (least: [UInt8], greatest: [UInt8])?
  }

  private func flush() throws {
    guard rows > 0 else { return }
    let columns = columns
    let level = max(1, options.compression / 2)
    let made = Mutex([Pages](repeating: Pages(), count: columns.count))
    DispatchQueue.concurrentPerform(iterations: columns.count) { index in
      let pages = Self.pages(columns[index], level: level)
      made.withLock { $0[index] = pages }
    }
    var chunks: [Chunk] = []
    for (index, pages) in made.withLock({ $0 }).enumerated() {
      let offset = output.written
      try output.write(pages.dictionary)
      let dataOffset = output.written
      try output.write(pages.data)
      chunks.append(
        Chunk(
          offset: offset, dictionaryOffset: pages.dictionary.isEmpty ? nil : offset, dataOffset: dataOffset,
          values: columns[index].present.count, nulls: columns[index].present.count - columns[index].count,
          packed: output.written - offset, unpacked: pages.unpacked, bounds: pages.bounds))
    }
    groups.append(Group(rows: rows, chunks: chunks))
    total += rows
    rows = 0
    self.columns = kinds.map { ParquetColumn(kind: $0) }
  }

  private static func pages(_ column: ParquetColumn, level: Int) -> Pages {
    var pages = Pages()
    let dictionary = column.dictionaryPage
    if let dictionary {
      let packed = Deflater.compress(dictionary.bytes, level: level, framing: .gzip)
      var header = ThriftWriter()
      header.element { header in
        header.int32(1, 2)  // DICTIONARY_PAGE
        header.int32(2, dictionary.bytes.count)
        header.int32(3, packed.count)
        header.structure(7) { page in
          page.int32(1, dictionary.count)
          page.int32(2, 0)  // PLAIN
        }
      }
      pages.dictionary = header.bytes + packed
      pages.unpacked += header.bytes.count + dictionary.bytes.count
    }
    let data = column.dataPage()
    let packed = Deflater.compress(data, level: level, framing: .gzip)
    var header = ThriftWriter()
    header.element { header in
      header.int32(1, 0)  // DATA_PAGE
      header.int32(2, data.count)
      header.int32(3, packed.count)
      header.structure(5) { page in
        page.int32(1, column.present.count)
        page.int32(2, dictionary == nil ? 0 : 8)  // PLAIN or RLE_DICTIONARY
        page.int32(3, 3)  // RLE
        page.int32(4, 3)
      }
    }
    pages.data = header.bytes + packed
    pages.unpacked += header.bytes.count + data.count
    pages.bounds = column.bounds
    return pages
  }

  func finish() throws {
    try flush()
    var footer = ThriftWriter()
    footer.element { writeFooter(&$0) }
    try output.write(footer.bytes)
    try output.write(withUnsafeBytes(of: UInt32(footer.bytes.count).littleEndian) { Array($0) })
    try output.write("PAR1")
    try output.finish()
  }

  private func writeFooter(_ file: inout ThriftWriter) {
    file.int32(1, 2)
    file.list(2, .structure, count: fields.count + 1) { list in
      list.element { root in
        root.string(4, "schema")
        root.int32(5, fields.count)
      }
      for index in fields.indices { list.element { describe(index, &$0) } }
    }
    file.int64(3, total)
    file.list(4, .structure, count: groups.count) { list in
      for group in groups {
        list.element { element in
          element.list(1, .structure, count: group.chunks.count) { chunks in
            for (index, chunk) in group.chunks.enumerated() { chunks.element { describe(chunk, index, &$0) } }
          }
          element.int64(2, group.chunks.reduce(0) { $0 + $1.unpacked })
          element.int64(3, group.rows)
        }
      }
    }
    file.list(5, .structure, count: 1) { list in
      list.element { pair in
        pair.string(1, "tableschema")
        pair.binary(2, described.json.serialized())
      }
    }
    file.string(6, "doorsill")
    file.list(7, .structure, count: fields.count) { list in
      for _ in fields { list.element { order in order.structure(1) { _ in } } }
    }
  }

  private func describe(_ index: Int, _ element: inout ThriftWriter) {
    let kind = kinds[index]
    let isUTC = hasZone[index] && !hasLocal[index]
    element.int32(1, kind.physical)
    if case .wideDecimal = kind { element.int32(2, ParquetKind.wideLength) }
    element.int32(3, 1)  // OPTIONAL
    element.string(4, fields[index].name)
    switch kind {
    case .text(let isJSON):
      element.int32(6, isJSON ? 19 : 0)
      element.structure(10) { union in union.structure(isJSON ? 12 : 1) { _ in } }
    case .date:
      element.int32(6, 6)
      element.structure(10) { union in union.structure(6) { _ in } }
    case .time:
      element.structure(10) { union in
        union.structure(7) { time in
          time.bool(1, false)
          time.structure(2) { unit in unit.structure(2) { _ in } }
        }
      }
    case .timestamp:
      if isUTC { element.int32(6, 10) }
      element.structure(10) { union in
        union.structure(8) { time in
          time.bool(1, isUTC)
          time.structure(2) { unit in unit.structure(2) { _ in } }
        }
      }
    case .decimal(let scale), .wideDecimal(let scale):
      let precision = kind == .decimal(scale: scale) ? 18 : 38
      element.int32(6, 5)
      element.int32(7, scale)
      element.int32(8, precision)
      element.structure(10) { union in
        union.structure(5) { decimal in
          decimal.int32(1, scale)
          decimal.int32(2, precision)
        }
      }
    case .int64, .int32Year, .boolean, .double: break
    }
  }

  private func describe(_ chunk: Chunk, _ index: Int, _ element: inout ThriftWriter) {
    element.int64(2, chunk.offset)
    element.structure(3) { data in
      data.int32(1, kinds[index].physical)
      let encodings = chunk.dictionaryOffset == nil ? [0, 3] : [0, 3, 8]
      data.list(2, .int32, count: encodings.count) { list in
        for encoding in encodings { list.element(int32: encoding) }
      }
      data.list(3, .binary, count: 1) { $0.element(string: fields[index].name) }
      data.int32(4, 2)  // GZIP
      data.int64(5, chunk.values)
      data.int64(6, chunk.unpacked)
      data.int64(7, chunk.packed)
      data.int64(9, chunk.dataOffset)
      if let offset = chunk.dictionaryOffset { data.int64(11, offset) }
      data.structure(12) { statistics in
        statistics.int64(3, chunk.nulls)
        if let bounds = chunk.bounds {
          statistics.binary(5, bounds.greatest)
          statistics.binary(6, bounds.least)
        }
      }
    }
  }
}
