/// A run of records, whole and in order. Cells are UTF-8 as in the source; typed sources give canonical text.
///
/// Records may have fewer or more cells than the header: nothing is padded or cut here.
package struct Batch: Sendable {
  let storage: BatchStorage
  /// Number of the first record, counted from 1 without the header.
  package internal(set) var firstRecord = 1
  /// Line of the file on which the first record begins, counted from 1.
  package internal(set) var firstLine = 1
  /// Columns of the table (not of each record).
  package internal(set) var columnCount: Int
  /// Where column `c` is found in a record, if not in its own place; -1 where the source has no such column.
  var columnMap: [Int32]?
  /// Columns of the source's own header.
  var sourceWidth = 0

  init(storage: BatchStorage, columnCount: Int) {
    self.storage = storage
    self.columnCount = columnCount
    sourceWidth = columnCount
  }

  /// Records in this batch.
  package var rowCount: Int { storage.rowCount }

  /// Cells the source has in record `row` of this batch.
  package func cellCount(ofRow row: Int) -> Int { storage.cellRange(ofRow: row).count }

  /// Line of the file, from 1, on which record `row` of this batch begins.
  package func line(ofRow row: Int) -> Int { firstLine + Int(storage.rowLines[row]) }

  /// Calls `body` with the bytes of a cell; a cell that is not there is empty.
  package func withCell<R, E: Error>(
    _ row: Int, _ column: Int, _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    try body(bytes(row, column))
  }

  /// The cell as written.
  package func text(_ row: Int, _ column: Int) -> String {
    String(decoding: bytes(row, column), as: UTF8.self)
  }

  /// Whether the source says there is no value (JSON `null`, SQL NULL), or the record has no such cell.
  /// In text formats an empty cell is not null: the schema's missing values judge it.
  package func isNull(_ row: Int, _ column: Int) -> Bool {
    guard let cell = cell(row, column) else { return true }
    return BatchStorage.isNull(cell)
  }

  /// Calls `body` with every cell that stands in no column, and its place in the record, from 0: what lies beyond the
  /// header and, with `undeclared`, in columns that the schema does not name.
  package func forEachStray(undeclared: Bool, _ body: (Int, UnsafeBufferPointer<UInt8>) -> Void) {
    let places = Set((columnMap ?? []).map(Int.init))
    let isInColumn = { (place: Int) in
      columnMap == nil ? place < columnCount : places.contains(place) || !undeclared && place < sourceWidth
    }
    guard !storage.isEven || undeclared && columnMap != nil && places.count < sourceWidth else { return }
    for row in 0..<rowCount {
      let cells = storage.cellRange(ofRow: row)
      for (place, cell) in cells.enumerated()
      where !isInColumn(place) && BatchStorage.isFilled(storage.cells[cell]) {
        body(place, storage.bytes(of: storage.cells[cell]))
      }
    }
  }

  func cell(_ row: Int, _ column: Int) -> UInt64? {
    var place = column
    if let columnMap {
      place = Int(columnMap[column])
      if place < 0 { return nil }
    }
    let range = storage.cellRange(ofRow: row)
    return place < range.count ? storage.cells[range.lowerBound + place] : nil
  }

  /// Valid while the batch is alive.
  func bytes(_ row: Int, _ column: Int) -> UnsafeBufferPointer<UInt8> {
    guard let cell = cell(row, column) else { return UnsafeBufferPointer(start: nil, count: 0) }
    return storage.bytes(of: cell)
  }

  /// Bytes of the cell at `place` of the record, in the source's own order.
  func sourceBytes(_ row: Int, _ place: Int) -> UnsafeBufferPointer<UInt8> {
    storage.bytes(of: storage.cells[storage.cellRange(ofRow: row).lowerBound + place])
  }
}

/// The bytes and the index of a batch.
///
/// A cell is one word: its first byte in the low half, its length above, and the top bit for null.
// Unchecked: written by one builder before it is shared, only read after.
final class BatchStorage: @unchecked Sendable {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private(set) var byteCount: Int
  private var byteCapacity: Int
  private(set) var cells: UnsafeMutablePointer<UInt64>
  private(set) var cellCount = 0
  private var cellCapacity: Int
  /// Cell count after each record.
  private(set) var rowEnds: UnsafeMutablePointer<UInt32>
  /// Lines between the first line of the batch and the record's own.
  private(set) var rowLines: UnsafeMutablePointer<UInt32>
  private(set) var rowCount = 0
  private var rowCapacity: Int
  /// Whether every record has the same number of cells.
  private(set) var isEven = true
  /// Lines the batch spans.
  var lineCount = 0

  static let nullFlag: UInt64 = 1 << 63
  /// Zero bytes kept after the text, so that whole words can be read to its end.
  static let padding = 16

  init(byteCapacity: Int, cellCapacity: Int = 1024, rowCapacity: Int = 256) {
    self.byteCapacity = byteCapacity
    byteCount = 0
    base = .allocate(capacity: byteCapacity + Self.padding)
    self.cellCapacity = cellCapacity
    cells = .allocate(capacity: cellCapacity)
    self.rowCapacity = rowCapacity
    rowEnds = .allocate(capacity: rowCapacity)
    rowLines = .allocate(capacity: rowCapacity)
  }

  deinit {
    base.deallocate()
    cells.deallocate()
    rowEnds.deallocate()
    rowLines.deallocate()
  }

  static func isNull(_ cell: UInt64) -> Bool { cell & nullFlag != 0 }
  @inline(__always) static func length(_ cell: UInt64) -> Int {
    Int(truncatingIfNeeded: (cell >> 32) & 0x7FFF_FFFF)
  }
  static func cell(start: Int, length: Int) -> UInt64 { UInt64(truncatingIfNeeded: start | length << 32) }

  func bytes(of cell: UInt64) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
      start: base + Int(truncatingIfNeeded: cell & 0xFFFF_FFFF),
      count: Int(truncatingIfNeeded: (cell >> 32) & 0x7FFF_FFFF))
  }

  func cellRange(ofRow row: Int) -> Range<Int> {
    (row == 0 ? 0 : Int(rowEnds[row - 1]))..<Int(rowEnds[row])
  }

  /// Room for `more` bytes after those in use, then `used` of it is taken by `fill`.
  func appendBytes<E: Error>(_ more: Int, _ fill: (UnsafeMutablePointer<UInt8>) throws(E) -> Int) throws(E) {
    if byteCount + more > byteCapacity { growBytes(byteCount + more) }
    byteCount += try fill(base + byteCount)
  }

  private func growBytes(_ needed: Int) {
    byteCapacity = max(needed, byteCapacity * 2)
    let wider = UnsafeMutablePointer<UInt8>.allocate(capacity: byteCapacity + Self.padding)
    wider.update(from: base, count: byteCount)
    base.deallocate()
    base = wider
  }

  /// Forgets the bytes from `count` on and clears the padding behind it.
  func seal(at count: Int) {
    byteCount = count
    (base + count).update(repeating: 0, count: Self.padding)
  }

  @inline(__always) func append(cell: UInt64) {
    if cellCount == cellCapacity { growCells() }
    cells[cellCount] = cell
    cellCount &+= 1
  }

  @inline(never) private func growCells() {
    cellCapacity *= 2
    let wider = UnsafeMutablePointer<UInt64>.allocate(capacity: cellCapacity)
    wider.update(from: cells, count: cellCount)
    cells.deallocate()
    cells = wider
  }

  @inline(__always) func endRow(line: Int) {
    if rowCount == rowCapacity { growRows() }
    rowEnds[rowCount] = UInt32(truncatingIfNeeded: cellCount)
    rowLines[rowCount] = UInt32(truncatingIfNeeded: line)
    rowCount &+= 1
  }

  @inline(never) private func growRows() {
    rowCapacity *= 2
    let ends = UnsafeMutablePointer<UInt32>.allocate(capacity: rowCapacity)
    let lines = UnsafeMutablePointer<UInt32>.allocate(capacity: rowCapacity)
    ends.update(from: rowEnds, count: rowCount)
    lines.update(from: rowLines, count: rowCount)
    rowEnds.deallocate()
    rowLines.deallocate()
    rowEnds = ends
    rowLines = lines
  }

  /// Drops the first record (a header that was read with the data).
  func dropFirstRow() {
    guard rowCount > 0 else { return }
    let dropped = Int(rowEnds[0])
    for index in 0..<(cellCount - dropped) { cells[index] = cells[index + dropped] }
    cellCount -= dropped
    for row in 1..<max(rowCount, 1) {
      rowEnds[row - 1] = rowEnds[row] - UInt32(dropped)
      rowLines[row - 1] = rowLines[row]
    }
    rowCount -= 1
  }

  /// Notes whether all records have `columns` cells, so that cell `(r, c)` is at `r * columns + c`.
  func measure(columns: Int) {
    isEven = true
    guard cellCount == rowCount * columns else {
      isEven = false
      return
    }
    var expected = columns
    for row in 0..<rowCount {
      if Int(rowEnds[row]) != expected {
        isEven = false
        return
      }
      expected += columns
    }
  }
}
