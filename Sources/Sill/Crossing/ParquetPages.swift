import Bytes

/// The pages of an Apache Parquet file, unpacked one after the other in the order of the file. Only what a search needs
/// is read: each page's header (parquet.thrift, `PageHeader`, in Thrift's compact protocol) says how long it is.
struct ParquetPages {
  static let magic = Array("PAR1".utf8)
  private static let largestHeader = 1 << 16
  private static let piece = 1 << 18

  let file: HeldFile
  let name: String

  /// Calls the body with the unpacked bytes of every page, piece by piece. Throws `altered` for a page that is packed
  /// in another way than gzip: what cannot be opened cannot be searched.
  func forEach(_ body: ([UInt8]) throws -> Void) throws {
    let size = file.count
    guard size >= 12 else { throw damaged("it is too short") }
    let tail = try read(8, at: size - 8)
    let footer = tail[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard tail[4...].elementsEqual(Self.magic), footer <= size - 12 else { throw damaged("it has no footer") }
    let end = size - 8 - footer
    var at = 4
    while at < end {
      let head = try read(min(Self.largestHeader, end - at), at: at)
      guard let page = PageHeader(head), page.packed <= end - at - page.length else {
        throw damaged("the page at byte \(at) has no readable header")
      }
      at += page.length
      try unpack(at, page, body)
      at += page.packed
    }
  }

  private func unpack(_ start: Int, _ page: PageHeader, _ body: ([UInt8]) throws -> Void)
    throws
  {
    guard page.packed > 0 else { return }
    let isGzip = try read(min(3, page.packed), at: start) == [0x1F, 0x8B, 0x08]
    guard isGzip || page.packed == page.unpacked else {
      throw damaged("the page at byte \(start) is packed in a way that is not gzip")
    }
    let inflater = isGzip ? Inflater(framing: .gzip, limit: max(page.unpacked, 1)) : nil
    var at = start
    while at < start + page.packed {
      let bytes = try read(min(Self.piece, start + page.packed - at), at: at)
      at += bytes.count
      guard let inflater else {
        try body(bytes)
        continue
      }
      var out: [UInt8] = []
      try inflater.write(bytes, to: &out)
      try body(out)
    }
    try inflater?.finish()
  }

  private func read(_ count: Int, at offset: Int) throws -> [UInt8] {
    let bytes = try file.bytes(at: offset, count)
    guard bytes.count == count else { throw damaged("it ends before it is whole") }
    return bytes
  }

  private func damaged(_ what: String) -> CrossingError {
    CrossingError(.altered, name, "\(name) looks like a Parquet file but cannot be searched: \(what)")
  }
}

/// How long a page is, from its header.
struct PageHeader: Equatable {
  /// Bytes of the header itself.
  let length: Int
  let unpacked: Int
  let packed: Int

  /// Reads the header at the beginning of the bytes; nil where there is none.
  init?(_ bytes: [UInt8]) {
    var thrift = ThriftReader(bytes)
    var sizes: [Int: Int] = [:]
    guard thrift.readStruct({ field, value in if let value { sizes[field] = value } }),
      let unpacked = sizes[2],
      let packed = sizes[3], unpacked >= 0, packed >= 0
    else { return nil }
    length = thrift.place
    self.unpacked = unpacked
    self.packed = packed
  }
}

/// Thrift's compact protocol (thrift-compact-protocol.md), as far as walking over a struct needs it.
private struct ThriftReader {
  private let bytes: [UInt8]
  private(set) var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Walks over a struct and tells each field's number, and its value where that is an integer. False where the bytes
  /// are none.
  mutating func readStruct(depth: Int = 0, _ body: (Int, Int?) -> Void) -> Bool {
    guard depth < 8 else { return false }
    var field = 0
    while let head = byte() {
      guard head != 0 else { return true }
      if head >> 4 != 0 {
        field &+= Int(head >> 4)
      } else {
        guard let number = zigzag() else { return false }
        field = number
      }
      guard let value = value(type: head & 0x0F, depth: depth) else { return false }
      body(field, value.integer)
    }
    return false
  }

  private enum Value {
    case integer(Int), other
    var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  }

  /// Walks over one value; nil where the bytes are none.
  private mutating func value(type: UInt8, depth: Int) -> Value? {
    switch type {
    case 1, 2: return .other
    case 3: return skip(1)
    case 4, 5, 6: return zigzag().map { .integer($0) }
    case 7: return skip(8)
    case 8: return varint().flatMap { Int(exactly: $0) }.flatMap { skip($0) }
    case 9, 10:
      guard let head = byte() else { return nil }
      let count = head >> 4 == 15 ? varint().flatMap { Int(exactly: $0) } : Int(head >> 4)
      guard let count, count <= bytes.count else { return nil }
      for _ in 0..<count {
        guard (head & 0x0F) < 3 ? skip(1) != nil : value(type: head & 0x0F, depth: depth + 1) != nil else {
          return nil
        }
      }
      return .other
    case 12: return readStruct(depth: depth + 1) { _, _ in } ? .other : nil
    default: return nil
    }
  }

  private mutating func byte() -> UInt8? {
    guard place < bytes.count else { return nil }
    defer { place += 1 }
    return bytes[place]
  }

  private mutating func skip(_ count: Int) -> Value? {
    guard count <= bytes.count - place else { return nil }
    place += count
    return .other
  }

  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let next = byte(), shift < 64 {
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  private mutating func zigzag() -> Int? {
    varint().map { Int(truncatingIfNeeded: $0 >> 1) ^ -Int(truncatingIfNeeded: $0 & 1) }
  }
}
