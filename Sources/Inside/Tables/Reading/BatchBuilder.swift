/// Makes a batch cell by cell, for formats that are not delimited text.
struct BatchBuilder {
  let storage = BatchStorage(byteCapacity: 1 << 16)
  private let firstLine: Int

  /// Enough for one hand-over.
  static let rowsPerBatch = 8192
  static let bytesPerBatch = 1 << 19

  /// `firstLine` is the line after the records handed out before.
  init(firstLine: Int) { self.firstLine = firstLine }

  var isFull: Bool { storage.rowCount >= Self.rowsPerBatch || storage.byteCount >= Self.bytesPerBatch }

  func append(_ text: UnsafeBufferPointer<UInt8>) {
    let start = storage.byteCount
    storage.appendBytes(text.count) { place in
      if let base = text.baseAddress { place.update(from: base, count: text.count) }
      return text.count
    }
    storage.append(cell: BatchStorage.cell(start: start, length: text.count))
  }

  func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  func append(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { append($0) } }

  func appendNull() { storage.append(cell: BatchStorage.nullFlag) }

  /// Ends a record that began on `line` of the file.
  func endRow(line: Int) { storage.endRow(line: max(0, line - firstLine)) }

  /// The piece; the next one begins on line `nextLine`.
  func finish(nextLine: Int) -> Piece {
    storage.seal(at: storage.byteCount)
    storage.lineCount = max(0, nextLine - firstLine)
    return Piece(storage: storage, splitter: nil)
  }
}
