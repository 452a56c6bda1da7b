/// What kinds of bytes a cell is made of: one pass, eight bytes at a time, so that most cells cost no more than this.
struct CellShape {
  /// ASCII digits.
  private(set) var digits = 0
  /// ASCII full stops.
  private(set) var dots = 0
  /// Some byte is outside ASCII.
  private(set) var hasHigh = false
  private(set) var hasAt = false
  private(set) var hasStar = false

  @inline(__always)
  init(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    var high: UInt64 = 0
    var at: UInt64 = 0
    var star: UInt64 = 0
    let raw = UnsafeRawPointer(bytes)
    var offset = 0
    while offset < count {
      let left = count - offset
      var word: UInt64
      if left >= 8 {
        word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      } else if count >= 8 {
        // The last bytes again with those before them, which are shifted out.
        word = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self) >> UInt64(64 - left * 8)
      } else if count >= 4 {
        let low = raw.loadUnaligned(as: UInt32.self)
        let high = raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self) >> UInt32(64 - count * 8)
        word = UInt64(low) | UInt64(high) << 32
      } else {
        word = 0
        for index in 0..<count { word |= UInt64(bytes[index]) << UInt64(index * 8) }
      }
      high |= word
      digits += Self.below(word ^ 0x3030_3030_3030_3030, 10).nonzeroBitCount
      dots += Self.below(word ^ 0x2E2E_2E2E_2E2E_2E2E, 1).nonzeroBitCount
      at |= Self.below(word ^ 0x4040_4040_4040_4040, 1)
      star |= Self.below(word ^ 0x2A2A_2A2A_2A2A_2A2A, 1)
      offset += 8
    }
    hasHigh = high & 0x8080_8080_8080_8080 != 0
    hasAt = at != 0
    hasStar = star != 0
  }

  /// The top bit of each byte that is less than `limit` (1…128); no byte carries into the next.
  @inline(__always)
  private static func below(_ word: UInt64, _ limit: UInt64) -> UInt64 {
    let add = (0x80 &- limit) &* 0x0101_0101_0101_0101
    return ~(((word & 0x7F7F_7F7F_7F7F_7F7F) &+ add) | word) & 0x8080_8080_8080_8080
  }
}

/// Classes of single bytes, by arithmetic rather than by table.
enum Byte {
  @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  @inline(__always) static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
  @inline(__always) static func isWord(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }
  @inline(__always) static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
  @inline(__always) static func upper(_ byte: UInt8) -> UInt8 { byte &- 0x61 < 26 ? byte & 0xDF : byte }
  @inline(__always) static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
