import Glibc

/// Rows in a file, parted by the leading bits of their unit's record key, so that each part holds whole units and
/// fits into memory. Restricted values leave no trace: the file has no name, and is gone with the process.
final class StoredRows: Sendable {
  static let parts = 256
  private let file: NamelessFile
  private let chunks: [[Chunk]]
  private let packing: RowPacking
  let rowCount: Int
  var folder: String { file.folder }

  /// A run of packed rows in the file.
  struct Chunk: Sendable {
    let offset: Int
    let length: Int
  }

  init(_ file: NamelessFile, chunks: [[Chunk]], packing: RowPacking, rowCount: Int) {
    self.file = file
    self.chunks = chunks
    self.packing = packing
    self.rowCount = rowCount
  }

  /// The greatest key a part may have.
  static func greatestKey(_ part: Int) -> UInt64 { UInt64(part) << 56 | (1 << 56 - 1) }

  /// The rows of one part, in the order of the source.
  func rows(
    _ part: Int
  ) throws(ResultError) -> (keys: [UInt64], codes: [[Int32]], values: [[Int64]]) {
    var rows = (
      keys: [UInt64](), codes: packing.widths.map { _ in [Int32]() },
      values: (0..<packing.measures).map { _ in [Int64]() }
    )
    for chunk in chunks[part] { packing.unpack(try file.read(chunk.offset, chunk.length), into: &rows) }
    return rows
  }
}

/// Takes rows in any number and writes them down part by part.
struct RowSpill {
  private let file: NamelessFile
  private let packing: RowPacking
  private var buffers: [[UInt8]]
  private var chunks: [[StoredRows.Chunk]]
  private var written = 0
  private var rowCount = 0
  private static let chunk = 1 << 16

  /// - Parameter codes: how many codes each dimension has.
  init(folder: String, codes: [Int], measures: Int) throws(ResultError) {
    file = try NamelessFile(in: folder)
    packing = RowPacking(codes: codes, measures: measures)
    buffers = (0..<StoredRows.parts).map { _ in [] }
    chunks = buffers.map { _ in [] }
  }

  mutating func append(
    _ keys: [UInt64], _ codes: [[Int32]], _ values: [[Int64]]
  ) throws(ResultError) {
    for row in keys.indices {
      let part = Int(keys[row] >> 56)
      packing.pack(row, keys, codes, values, into: &buffers[part])
      if buffers[part].count >= RowSpill.chunk { try flush(part) }
    }
    rowCount += keys.count
  }

  private mutating func flush(_ part: Int) throws(ResultError) {
    try file.write(buffers[part], at: written)
    chunks[part].append(StoredRows.Chunk(offset: written, length: buffers[part].count))
    written += buffers[part].count
    buffers[part].removeAll(keepingCapacity: true)
  }

  mutating func finish() throws(ResultError) -> StoredRows {
    for part in buffers.indices where !buffers[part].isEmpty { try flush(part) }
    buffers = []
    return StoredRows(file, chunks: chunks, packing: packing, rowCount: rowCount)
  }
}

/// One row as bytes: its key, each code in as few bytes as the dimension needs (0 for none), each value.
struct RowPacking: Sendable {
  /// Bytes of a code, for each dimension.
  let widths: [Int]
  let measures: Int
  let stride: Int

  init(codes: [Int], measures: Int) {
    widths = codes.map { $0 < 1 << 8 ? 1 : $0 < 1 << 16 ? 2 : 4 }
    self.measures = measures
    stride = 8 + widths.reduce(0, +) + 8 * measures
  }

  func pack(
    _ row: Int, _ keys: [UInt64], _ codes: [[Int32]], _ values: [[Int64]], into bytes: inout [UInt8]
  ) {
    RowPacking.append(keys[row], 8, to: &bytes)
    for (place, width) in widths.enumerated() {
      RowPacking.append(UInt64(UInt32(bitPattern: codes[place][row] &+ 1)), width, to: &bytes)
    }
    for column in values { RowPacking.append(UInt64(bitPattern: column[row]), 8, to: &bytes) }
  }

  private static func append(_ number: UInt64, _ width: Int, to bytes: inout [UInt8]) {
    for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte))) }
  }

  func unpack(
    _ bytes: [UInt8], into rows: inout (keys: [UInt64], codes: [[Int32]], values: [[Int64]])
  ) {
    bytes.withUnsafeBytes { bytes in
      for start in Swift.stride(from: 0, to: bytes.count, by: stride) {
        var at = start
        func number(_ width: Int) -> UInt64 {
          var number: UInt64 = 0
          for byte in 0..<width { number |= UInt64(bytes[at + byte]) << UInt64(8 * byte) }
          at += width
          return number
        }
        rows.keys.append(number(8))
        for (place, width) in widths.enumerated() {
          rows.codes[place].append(Int32(truncatingIfNeeded: number(width)) &- 1)
        }
        for place in 0..<measures { rows.values[place].append(Int64(bitPattern: number(8))) }
      }
    }
  }
}

/// A file that lives as long as it is open and that nobody else can open.
final class NamelessFile: Sendable {
  private let descriptor: Int32
  let folder: String

  init(in folder: String) throws(ResultError) {
    self.folder = folder
    var path = Array((folder + "/rows-XXXXXX").utf8CString)
    descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw NamelessFile.fault(folder) }
    unlink(path)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8], at offset: Int) throws(ResultError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        pwrite(descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw NamelessFile.fault(folder) }
      done += count
    }
  }

  func read(_ offset: Int, _ length: Int) throws(ResultError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: length)
    var done = 0
    while done < length {
      let count = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress.map { $0 + done }, length - done, off_t(offset + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw NamelessFile.fault(folder) }
      done += count
    }
    return bytes
  }

  private static func fault(_ folder: String) -> ResultError {
    ResultError(
      .environment, "rows cannot be kept in a file under \(folder): \(String(cString: strerror(errno)))",
      hint: "make room on that disk")
  }
}
