import Glibc

/// Cuts a text into blocks of whole records, decoded to UTF-8. Memory is one block, unless a record is longer.
struct BlockStream: ~Copyable {
  private var input: InputFile
  private let dialect: Dialect
  private let encoding: TextEncoding
  private var transcoder: Transcoder?
  private let size: Int
  private var carry: [UInt8] = []
  private var isAtEnd = false
  /// Byte of the source at which the next block begins; only for UTF-8.
  private(set) var blockOffset: Int
  /// Whether a DOS end-of-file byte was dropped.
  private(set) var hadEndOfFileByte = false

  /// Bytes read at a time. Small enough for the second-level cache, large enough that a hand-over costs nothing.
  static let defaultSize = 1 << 20
  /// Bytes of the longest record.
  static let longestRecord = 128 << 20

  init(
    _ input: consuming InputFile, encoding: TextEncoding, dialect: Dialect,
    size: Int = BlockStream.defaultSize
  ) throws(TableError) {
    self.dialect = dialect
    self.encoding = encoding
    self.size = size
    blockOffset = input.offset
    if encoding.converterName != nil {
      do {
        transcoder = try Transcoder(from: encoding, skipped: input.offset)
      } catch {
        throw TableError.noConverter(encoding, input.name)
      }
    } else {
      transcoder = nil
    }
    self.input = input
  }

  var name: String { input.name }

  /// Bytes of the source read so far.
  var bytesRead: Int { input.offset }

  /// The next whole records, with the offset of the first; nil at the end.
  mutating func next() throws(TableError) -> (storage: BatchStorage, offset: Int)? {
    var wanted = size
    while true {
      if isAtEnd, carry.isEmpty { return nil }
      let storage = BatchStorage(
        byteCapacity: carry.count + (transcoder == nil ? wanted : Transcoder.bound(wanted)),
        cellCapacity: max(1024, (carry.count + wanted) / 6), rowCapacity: max(64, (carry.count + wanted) / 40)
      )
      carry.withUnsafeBufferPointer { kept in
        storage.appendBytes(kept.count) { place in
          if let base = kept.baseAddress { place.update(from: base, count: kept.count) }
          return kept.count
        }
      }
      if !isAtEnd { try fill(storage, wanted) }
      if isAtEnd { dropEndOfFileByte(storage) }
      storage.seal(at: storage.byteCount)
      let text = UnsafeBufferPointer(start: UnsafePointer(storage.base), count: storage.byteCount)
      let cut = isAtEnd ? storage.byteCount : RecordCutter.cut(text, dialect: dialect)
      if cut == 0, !isAtEnd {
        carry = Array(text)
        wanted = max(size, carry.count)  // a longer record: twice as much each time
        // What is too long to be a record is handed out as it is, so that splitting says what is wrong with it.
        if carry.count <= Self.longestRecord { continue }
        carry = []
        return (storage, blockOffset)
      }
      carry = Array(text[cut...])
      let offset = blockOffset
      blockOffset += cut
      storage.seal(at: cut)
      if cut == 0 { return nil }
      return (storage, offset)
    }
  }

  private mutating func fill(_ storage: BatchStorage, _ wanted: Int) throws(TableError) {
    if transcoder == nil {
      var got = 0
      try storage.appendBytes(wanted) { (place) throws(TableError) in
        got = try input.read(into: place, count: wanted)
        return got
      }
      isAtEnd = got < wanted
      return
    }
    var raw = [UInt8](repeating: 0, count: wanted)
    let got = try raw.withUnsafeMutableBufferPointer { (buffer) throws(TableError) in
      guard let base = buffer.baseAddress else { return 0 }
      return try input.read(into: base, count: wanted)
    }
    isAtEnd = got < wanted
    do throws(Transcoder.Refusal) {
      try storage.appendBytes(Transcoder.bound(got + 4)) { (place) throws(Transcoder.Refusal) in
        try raw.withUnsafeBufferPointer { (buffer) throws(Transcoder.Refusal) in
          try transcoder?.convert(
            UnsafeBufferPointer(rebasing: buffer[..<got]), into: place, capacity: Transcoder.bound(got + 4))
            ?? 0
        }
      }
      if isAtEnd { try transcoder?.finish() }
    } catch {
      // Counted from the block; the reader adds the rest.
      let line = Lines.count(storage.base, storage.byteCount + error.made)
      throw TableError(
        .invalidByte, file: name, line: line, offset: error.offset,
        .noCharacter(of: encoding), hint: .damagedOrOther)
    }
  }

  private mutating func dropEndOfFileByte(_ storage: BatchStorage) {
    let count = storage.byteCount
    guard count > 0, storage.base[count - 1] == Byte.endOfFile else { return }
    guard
      count == 1 || storage.base[count - 2] == Byte.lineFeed || storage.base[count - 2] == Byte.carriageReturn
    else { return }
    storage.seal(at: count - 1)
    hadEndOfFileByte = true
  }
}

/// Finds where the last whole record of a block ends, from quote to quote and not byte by byte.
enum RecordCutter {
  static func cut(_ block: UnsafeBufferPointer<UInt8>, dialect: Dialect) -> Int {
    guard let base = block.baseAddress, !block.isEmpty else { return 0 }
    guard dialect.isPlain else { return PatientScanner.cut(block, dialect: dialect) }
    let count = block.count
    guard let quote = dialect.quote, memchr(base, Int32(quote), count) != nil else {
      return lastLineEnd(base, 0, count, isBlockEnd: true)
    }
    let delimiter = dialect.delimiter[0]
    // The last line end outside quotes is the cut. Short stretches are looked at at once, long ones kept.
    var best = 0
    var long: [(Int, Int)] = []
    var at = 0
    var bareFrom = 0
    while at < count {
      guard let found = memchr(base + at, Int32(quote), count - at) else { break }
      let place = UnsafeRawPointer(found) - UnsafeRawPointer(base)
      let opens: Bool
      if place == 0 {
        opens = true
      } else {
        let before = base[place - 1]
        opens = (before == delimiter && place > bareFrom) || (place > bareFrom && isLineEnd(before))
      }
      guard opens else {
        at = place + 1
        continue
      }
      if place > bareFrom + 32 {
        long.append((bareFrom, place))
      } else {
        best = max(best, lastLineEnd(base, bareFrom, place, isBlockEnd: false))
      }
      var inside = place + 1
      var closed = false
      while inside < count, let next = memchr(base + inside, Int32(quote), count - inside) {
        let end = UnsafeRawPointer(next) - UnsafeRawPointer(base)
        if end + 1 == count {  // the next byte decides whether it is doubled
          inside = count
          break
        }
        if base[end + 1] == quote {
          inside = end + 2
          continue
        }
        at = end + 1
        closed = true
        break
      }
      if !closed {
        bareFrom = count
        break
      }
      bareFrom = at
    }
    if bareFrom < count { long.append((bareFrom, count)) }
    for (from, to) in long.reversed() where to > best {
      let found = lastLineEnd(base, from, to, isBlockEnd: to == count)
      if found > 0 { return max(best, found) }
    }
    return best
  }

  @inline(__always) private static func isLineEnd(_ byte: UInt8) -> Bool {
    byte == Byte.lineFeed || byte == Byte.carriageReturn
  }

  /// Place behind the last line end of the stretch, or 0. A CR at the block's end may be half a CRLF.
  private static func lastLineEnd(_ base: UnsafePointer<UInt8>, _ from: Int, _ to: Int, isBlockEnd: Bool)
    -> Int
  {
    var at = to
    while at > from {
      let byte = base[at - 1]
      if byte == Byte.lineFeed { return at }
      if byte == Byte.carriageReturn, !(isBlockEnd && at == to) {
        if base[at] != Byte.lineFeed { return at }
      }
      at -= 1
    }
    return 0
  }
}
