/// Strict UTF-8 (Unicode 16 table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
enum UTF8Check {
  /// Offset of the first byte that is not part of a valid character; nil: all is valid.
  static func firstInvalid(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int? {
    var at = 0
    while at < count {
      if bytes[at] < 0x80 {
        while at &+ 8 <= count,
          UnsafeRawPointer(bytes + at).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        { at &+= 8 }
        while at < count, bytes[at] < 0x80 { at &+= 1 }
        continue
      }
      let length = characterLength(bytes + at, count - at)
      if length == 0 { return at }
      at &+= length
    }
    return nil
  }

  /// Bytes of the character at `start`, or 0 where it is none.
  @inline(__always)
  static func characterLength(_ start: UnsafePointer<UInt8>, _ left: Int) -> Int {
    let first = start[0]
    if first < 0x80 { return 1 }
    if first & 0xF0 == 0xE0 {  // most of Chinese text
      guard left >= 3, start[1] & 0xC0 == 0x80, start[2] & 0xC0 == 0x80 else { return 0 }
      if first == 0xE0, start[1] < 0xA0 { return 0 }
      if first == 0xED, start[1] > 0x9F { return 0 }
      return 3
    }
    if first >= 0xC2, first < 0xE0 {
      return left >= 2 && start[1] & 0xC0 == 0x80 ? 2 : 0
    }
    guard first >= 0xF0, first <= 0xF4, left >= 4, start[1] & 0xC0 == 0x80, start[2] & 0xC0 == 0x80,
      start[3] & 0xC0 == 0x80
    else { return 0 }
    if first == 0xF0, start[1] < 0x90 { return 0 }
    if first == 0xF4, start[1] > 0x8F { return 0 }
    return 4
  }
}
