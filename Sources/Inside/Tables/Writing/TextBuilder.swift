import Bytes
import Glibc

/// Bytes that grow at their end, without the checks an array makes at each: for the loops over all cells of a batch.
///
/// Cells lie in a batch's storage, behind which `BatchStorage.padding` bytes may be read, so whole words are copied.
struct TextBuilder: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = max(64, capacity)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// What was written.
  var bytes: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Room for `more` bytes, and a word beyond them.
  @inline(__always) private mutating func reserve(_ more: Int) {
    if count &+ more &+ 8 > capacity { grow(count + more + 8) }
  }

  @inline(never) private mutating func grow(_ needed: Int) {
    capacity = max(needed, capacity * 2)
    let wider = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    wider.update(from: base, count: count)
    base.deallocate()
    base = wider
  }

  @inline(__always) mutating func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count &+= 1
  }

  mutating func append(_ bytes: [UInt8]) {
    reserve(bytes.count)
    bytes.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { memcpy(base + count, start, source.count) }
    }
    count &+= bytes.count
  }

  mutating func append(_ text: StaticString) {
    reserve(text.utf8CodeUnitCount)
    memcpy(base + count, text.utf8Start, text.utf8CodeUnitCount)
    count &+= text.utf8CodeUnitCount
  }

  mutating func append(_ value: Int64) {
    reserve(20)
    var rest = value.magnitude
    if value < 0 {
      base[count] = Byte.minus
      count &+= 1
    }
    var digits = 1
    var limit: UInt64 = 10
    while digits < 20, rest >= limit {
      digits &+= 1
      if digits < 20 { limit &*= 10 }
    }
    var place = count &+ digits
    count = place
    repeat {
      place &-= 1
      base[place] = Byte.zero &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
  }

  /// A cell of a batch as it is.
  @inline(__always) mutating func append(cell: UnsafeBufferPointer<UInt8>) {
    guard let from = cell.baseAddress else { return }
    reserve(cell.count)
    let to = UnsafeMutableRawPointer(base + count)
    var at = 0
    while at < cell.count {
      to.storeBytes(
        of: UnsafeRawPointer(from + at).loadUnaligned(as: UInt64.self), toByteOffset: at, as: UInt64.self)
      at &+= 8
    }
    count &+= cell.count
  }

  /// A cell of a batch as a JSON string with its quotes.
  @inline(__always) mutating func append(jsonString cell: UnsafeBufferPointer<UInt8>) {
    reserve(cell.count &+ 2)
    base[count] = Byte.quote
    count &+= 1
    if let from = cell.baseAddress {
      let to = UnsafeMutableRawPointer(base + count)
      var at = 0
      var found: UInt64 = 0
      while at < cell.count {
        let word = UnsafeRawPointer(from + at).loadUnaligned(as: UInt64.self)
        to.storeBytes(of: word, toByteOffset: at, as: UInt64.self)
        found |= Words.specialInJSON(word) & Words.mask(cell.count &- at)
        at &+= 8
      }
      if found == 0 { count &+= cell.count } else { appendEscaped(cell) }
    }
    append(Byte.quote)
  }

  @inline(never) private mutating func appendEscaped(_ cell: UnsafeBufferPointer<UInt8>) {
    var escaped: [UInt8] = []
    escaped.reserveCapacity(cell.count + 16)
    Escape.json(cell, to: &escaped)
    append(escaped)
  }

  /// A cell of a batch as a cell of delimited text, in quotes where it holds the delimiter, a quote or a line end.
  @inline(__always) mutating func append(
    delimitedCell cell: UnsafeBufferPointer<UInt8>, delimiters: UInt64
  ) {
    guard let from = cell.baseAddress else { return }
    reserve(cell.count)
    let to = UnsafeMutableRawPointer(base + count)
    var at = 0
    var found: UInt64 = 0
    while at < cell.count {
      let word = UnsafeRawPointer(from + at).loadUnaligned(as: UInt64.self)
      to.storeBytes(of: word, toByteOffset: at, as: UInt64.self)
      found |= Words.specialInDelimited(word, delimiters) & Words.mask(cell.count &- at)
      at &+= 8
    }
    if found == 0 { count &+= cell.count } else { append(quotedCell: cell) }
  }

  /// A cell in quotes, the quotes inside doubled, behind `lead`.
  @inline(never) mutating func append(quotedCell cell: UnsafeBufferPointer<UInt8>, lead: UInt8? = nil) {
    reserve(cell.count * 2 + 3)
    append(Byte.quote)
    if let lead { append(lead) }
    for byte in cell {
      if byte == Byte.quote { append(byte) }
      append(byte)
    }
    append(Byte.quote)
  }
}

/// Eight bytes at once.
enum Words {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// The byte eight times.
  static func repeating(_ byte: UInt8) -> UInt64 { UInt64(byte) &* ones }

  /// Bits of the first `count` bytes.
  @inline(__always) static func mask(_ count: Int) -> UInt64 {
    count >= 8 ? .max : (1 &<< (UInt64(count) &* 8)) &- 1
  }

  /// Not zero where a byte of `word` is that of `pattern`; also, harmlessly, right above such a byte.
  @inline(__always) private static func equal(_ word: UInt64, _ pattern: UInt64) -> UInt64 {
    let x = word ^ pattern
    return (x &- ones) & ~x & highs
  }

  /// Not zero where a byte needs an escape in JSON.
  @inline(__always) static func specialInJSON(_ word: UInt64) -> UInt64 {
    let controls = (word &- 0x2020_2020_2020_2020) & ~word & highs
    return controls | equal(word, 0x2222_2222_2222_2222) | equal(word, 0x5C5C_5C5C_5C5C_5C5C)
  }

  /// Not zero where a byte needs quotes around it in delimited text.
  @inline(__always) static func specialInDelimited(_ word: UInt64, _ delimiters: UInt64) -> UInt64 {
    equal(word, delimiters) | equal(word, 0x2222_2222_2222_2222) | equal(word, 0x0A0A_0A0A_0A0A_0A0A)
      | equal(word, 0x0D0D_0D0D_0D0D_0D0D)
  }
}
