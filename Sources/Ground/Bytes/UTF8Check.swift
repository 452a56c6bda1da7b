/// UTF-8 by table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing beyond U+10FFFF.
package enum UTF8Check {
  /// Whether all bytes are UTF-8.
  package static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { firstFault(bytes) == nil }

  package static func isValid(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { firstFault($0) == nil }
  }

  /// Where the first byte stands that belongs to no character, or nil where all do.
  package static func firstFault(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var at = skipASCII(bytes, 0)
    let count = bytes.count
    while at < count {
      let lead = bytes[at]
      guard lead >= 0x80 else {
        at = skipASCII(bytes, at)
        continue
      }
      let length: Int
      let second: ClosedRange<UInt8>
      switch lead {
      case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
      case 0xE0: (length, second) = (3, 0xA0...0xBF)
      case 0xED: (length, second) = (3, 0x80...0x9F)
      case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
      case 0xF0: (length, second) = (4, 0x90...0xBF)
      case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
      case 0xF4: (length, second) = (4, 0x80...0x8F)
      default: return at
      }
      guard at + length <= count, second.contains(bytes[at + 1]) else { return at }
      if length > 2, bytes[at + 2] & 0xC0 != 0x80 { return at }
      if length > 3, bytes[at + 3] & 0xC0 != 0x80 { return at }
      at += length
    }
    return nil
  }

  /// The first byte from `from` on that is not ASCII, or the end; eight at a time.
  package static func skipASCII(_ bytes: UnsafeBufferPointer<UInt8>, _ from: Int) -> Int {
    var at = from
    let raw = UnsafeRawBufferPointer(bytes)
    while at + 8 <= bytes.count {
      let word = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian & 0x8080_8080_8080_8080
      if word != 0 { return at + word.trailingZeroBitCount / 8 }
      at += 8
    }
    while at < bytes.count, bytes[at] < 0x80 { at += 1 }
    return at
  }
}
