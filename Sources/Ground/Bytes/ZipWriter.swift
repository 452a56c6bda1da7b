/// Writes zip files, deterministically: every time stamp is 1980-01-01, names are UTF-8, no attributes.
///
/// What is ready lies in `output`; for a large file the caller takes it from there as it grows (`takeOutput`). Sizes
/// beyond 32 bits are written as zip64.
package struct ZipWriter: ~Copyable {
  /// Bytes not yet taken.
  package private(set) var output: [UInt8] = []
  private var taken = 0
  private var records: [Record] = []
  private var names: Set<ByteKey> = []
  private var open: Open?
  private let level: Int
  /// Where 64-bit fields begin; smaller in tests.
  var largeFrom = Int(UInt32.max)

  private struct Record {
    let name: [UInt8]
    let offset: Int
    let flags: UInt16
    let method: UInt16
    let large: Bool
    var checksum: UInt32 = 0
    var packedSize = 0
    var size = 0
  }

  private struct Open {
    var record: Record
    let deflater: Deflater?
  }

  /// Compression level 0…9; 0 stores.
  package init(level: Int = 6) { self.level = level }

  private var position: Int { taken + output.count }

  /// Hands over what has been written and forgets it.
  package mutating func takeOutput() -> [UInt8] {
    taken += output.count
    let bytes = output
    output = []
    return bytes
  }

  /// A whole file. A name that is unsafe or stands already is refused.
  package mutating func add(_ name: String, _ bytes: [UInt8], compress: Bool = true) throws(ZipError) {
    try check(name)
    let packed = compress && level > 0 ? Deflater.compress(bytes, level: level, framing: .raw) : bytes
    let deflated = packed.count < bytes.count
    var record = Record(
      name: Array(name.utf8), offset: position, flags: 0x0800, method: deflated ? 8 : 0,
      large: bytes.count >= largeFrom)
    record.checksum = CRC32.of(bytes)
    record.size = bytes.count
    record.packedSize = deflated ? packed.count : bytes.count
    writeHeader(record, sizesKnown: true)
    output += deflated ? packed : bytes
    records.append(record)
  }

  /// Begins a file whose content comes in pieces. `large` must be said beforehand where it may reach 4 GiB.
  package mutating func begin(_ name: String, large: Bool = false) throws(ZipError) {
    try check(name)
    let record = Record(
      name: Array(name.utf8), offset: position, flags: 0x0808, method: level > 0 ? 8 : 0, large: large)
    writeHeader(record, sizesKnown: false)
    open = Open(record: record, deflater: level > 0 ? Deflater(framing: .raw, level: level) : nil)
  }

  /// The next piece of the begun file.
  package mutating func write(_ bytes: [UInt8]) throws(ZipError) {
    guard var entry = open else { throw ZipError(.damaged, "no file was begun") }
    entry.record.checksum = CRC32.of(bytes, after: entry.record.checksum)
    entry.record.size += bytes.count
    let before = output.count
    if let deflater = entry.deflater { deflater.write(bytes, to: &output) } else { output += bytes }
    entry.record.packedSize += output.count - before
    open = entry
  }

  /// Ends the begun file.
  package mutating func end() throws(ZipError) {
    guard var entry = open else { throw ZipError(.damaged, "no file was begun") }
    open = nil
    let before = output.count
    entry.deflater?.finish(to: &output)
    entry.record.packedSize += output.count - before
    let record = entry.record
    guard record.large || record.size < largeFrom && record.packedSize < largeFrom else {
      throw ZipError(.unsupported, "reached 4 GiB without being begun as large", entry: name(record))
    }
    put(0x0807_4B50 as UInt32)
    put(record.checksum)
    if record.large {
      put(UInt64(record.packedSize))
      put(UInt64(record.size))
    } else {
      put(UInt32(record.packedSize))
      put(UInt32(record.size))
    }
    records.append(record)
  }

  /// Writes the directory. Nothing may be added afterwards.
  package mutating func finish() throws(ZipError) {
    guard open == nil else { throw ZipError(.damaged, "a file was begun and not ended") }
    let start = position
    for record in records { writeDirectoryEntry(record) }
    let size = position - start
    let large = records.count >= 0xFFFF || start >= largeFrom || size >= largeFrom
    if large {
      let end = position
      put(0x0606_4B50 as UInt32)
      put(44 as UInt64)
      put(45 as UInt16)
      put(45 as UInt16)
      put(0 as UInt32)
      put(0 as UInt32)
      put(UInt64(records.count))
      put(UInt64(records.count))
      put(UInt64(size))
      put(UInt64(start))
      put(0x0706_4B50 as UInt32)
      put(0 as UInt32)
      put(UInt64(end))
      put(1 as UInt32)
    }
    put(0x0605_4B50 as UInt32)
    put(0 as UInt32)
    put(large ? .max : UInt16(records.count))
    put(large ? .max : UInt16(records.count))
    put(large ? .max : UInt32(size))
    put(large ? .max : UInt32(start))
    put(0 as UInt16)
  }

  private func name(_ record: Record) -> String { String(decoding: record.name, as: UTF8.self) }

  private mutating func check(_ name: String) throws(ZipError) {
    guard open == nil else { throw ZipError(.damaged, "a file was begun and not ended", entry: name) }
    guard ZipReader.isSafe(name), name.utf8.count < 0xFFFF else {
      throw ZipError(.unsafeName, "unsafe name", entry: name)
    }
    guard names.insert(ByteKey(name)).inserted else {
      throw ZipError(.unsafeName, "its name stands twice", entry: name)
    }
  }

  private mutating func writeHeader(_ record: Record, sizesKnown: Bool) {
    put(0x0403_4B50 as UInt32)
    put(record.large ? 45 : 20 as UInt16)
    put(record.flags)
    put(record.method)
    put(0 as UInt16)
    put(0x0021 as UInt16)  // 1980-01-01
    put(record.checksum)
    put(record.large ? .max : UInt32(sizesKnown ? record.packedSize : 0))
    put(record.large ? .max : UInt32(sizesKnown ? record.size : 0))
    put(UInt16(record.name.count))
    put(record.large ? 20 : 0 as UInt16)
    output += record.name
    guard record.large else { return }
    put(1 as UInt16)
    put(16 as UInt16)
    put(UInt64(sizesKnown ? record.size : 0))
    put(UInt64(sizesKnown ? record.packedSize : 0))
  }

  private mutating func writeDirectoryEntry(_ record: Record) {
    let far = record.offset >= largeFrom
    let large = record.large || far
    put(0x0201_4B50 as UInt32)
    put(large ? 45 : 20 as UInt16)
    put(large ? 45 : 20 as UInt16)
    put(record.flags)
    put(record.method)
    put(0 as UInt16)
    put(0x0021 as UInt16)
    put(record.checksum)
    put(record.large ? .max : UInt32(record.packedSize))
    put(record.large ? .max : UInt32(record.size))
    put(UInt16(record.name.count))
    put(UInt16(large ? 4 + (record.large ? 16 : 0) + (far ? 8 : 0) : 0))
    put(0 as UInt16)
    put(0 as UInt16)
    put(0 as UInt16)
    put(0 as UInt32)
    put(far ? .max : UInt32(record.offset))
    output += record.name
    guard large else { return }
    put(1 as UInt16)
    put(UInt16((record.large ? 16 : 0) + (far ? 8 : 0)))
    if record.large {
      put(UInt64(record.size))
      put(UInt64(record.packedSize))
    }
    if far { put(UInt64(record.offset)) }
  }

  private mutating func put<T: FixedWidthInteger>(_ value: T) {
    for index in 0..<T.bitWidth / 8 { output.append(UInt8(truncatingIfNeeded: value >> T(8 * index))) }
  }
}
