/// Brings text to one spelling, so that a value is found however it is dressed: full-width forms become ordinary ones,
/// ASCII letters small, spaces, hyphens and brackets go; HTML entities, JSON escapes and percent escapes become what
/// they stand for. Its buffers are used again from piece to piece.
package final class TextFold {
  /// A fold with buffers of its own.
  package init() {}

  /// For each folded byte, where it began in the piece; the top bit says that something was left out before it.
  static let gap: UInt32 = 1 << 31

  private var folded = UnsafeMutablePointer<UInt8>.allocate(capacity: 64)
  private var places = UnsafeMutablePointer<UInt32>.allocate(capacity: 64)
  private var capacity = 64
  /// How many bytes the folded text has.
  package private(set) var count = 0
  private var gapBefore = false

  deinit {
    folded.deallocate()
    places.deallocate()
  }

  /// The folded bytes; eight readable zeros follow them. Valid until the next call.
  package var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: folded, count: count + 8) }

  /// Where each began.
  var origins: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: places, count: count) }

  /// Folds a whole value.
  static func fold(_ value: some Collection<UInt8>) -> [UInt8] {
    let fold = TextFold()
    Array(value).withUnsafeBufferPointer { fold.take($0) }
    return Array(fold.bytes[..<fold.count])
  }

  /// Folds a piece anew. Nothing grows by it: no escape is shorter than what it stands for.
  package func take(_ piece: UnsafeBufferPointer<UInt8>) {
    if capacity < piece.count + 16 {
      folded.deallocate()
      places.deallocate()
      capacity = piece.count + 16
      folded = .allocate(capacity: capacity)
      places = .allocate(capacity: capacity)
    }
    count = 0
    gapBefore = false
    let (folded, places) = (folded, places)
    TextFold.classes.withUnsafeBufferPointer { classes in
      var at = 0
      var done = 0
      var mark: UInt32 = 0
      while at < piece.count {
        let byte = piece[at]
        let kind = classes[Int(byte)]
        if kind <= 1 {
          folded[done] = byte | kind << 5
          places[done] = UInt32(truncatingIfNeeded: at) | mark
          mark = 0
          done &+= 1
          at &+= 1
        } else if kind == 2 {
          mark = TextFold.gap
          at &+= 1
        } else {
          (count, gapBefore) = (done, mark != 0)
          let (used, scalar) = TextFold.escape(piece, at)
          if let scalar { put(scalar, at) } else { put(byte, at) }
          (done, mark) = (count, gapBefore ? TextFold.gap : 0)
          at += used
        }
      }
      count = done
    }
    for place in count..<count + 8 { folded[place] = 0 }
  }

  /// 0 as it is, 1 capital letter, 2 left out, 3 may begin an escape or a character to look at.
  private static let classes: [UInt8] = {
    var classes = [UInt8](repeating: 0, count: 256)
    for byte in UInt8(ascii: "A")...UInt8(ascii: "Z") { classes[Int(byte)] = 1 }
    for character in " -_()".utf8 { classes[Int(character)] = 2 }
    for byte in [0x26, 0x5C, 0x25, 0xC2, 0xE2, 0xE3, 0xEF] { classes[byte] = 3 }
    return classes
  }()

  @inline(__always)
  private func put(_ byte: UInt8, _ at: Int) {
    folded[count] = byte
    places[count] = UInt32(truncatingIfNeeded: at) & ~TextFold.gap | (gapBefore ? TextFold.gap : 0)
    count += 1
    gapBefore = false
  }

  /// A scalar that an escape or a wide character stood for.
  private func put(_ scalar: UInt32, _ at: Int) {
    switch scalar {
    case 0x20, 0x2D, 0x5F, 0x28, 0x29, 0xA0, 0xAD, 0xB7, 0x2000...0x2015, 0x202F, 0x2060, 0x2212, 0x3000,
      0xFEFF:
      gapBefore = true
    case 0x41...0x5A: put(UInt8(scalar) | 0x20, at)
    case 0..<0x80: put(UInt8(scalar), at)
    // One byte of a percent escape above ASCII: the rest of its character follows in the same way.
    case 0x11_0000...0x11_00FF: put(UInt8(scalar & 0xFF), at)
    case 0xFF01...0xFF5E: put(scalar - 0xFEE0, at)
    default:
      guard let scalar = Unicode.Scalar(scalar) else { return }
      for unit in UTF8.encode(scalar).map({ Array($0) }) ?? [] { put(unit, at) }
    }
  }

  /// How many bytes the escape or character at that place takes, and what it stands for; nil for the byte itself.
  private static func escape(_ piece: UnsafeBufferPointer<UInt8>, _ at: Int) -> (Int, UInt32?) {
    let left = piece.count - at
    switch piece[at] {
    case 0x25:  // %41
      guard left >= 3, let high = hex(piece[at + 1]), let low = hex(piece[at + 2]) else { return (1, nil) }
      let byte = high << 4 | low
      return (3, byte < 0x80 ? byte : 0x11_0000 | byte)
    case 0x5C: return backslash(piece, at)
    case 0x26: return entity(piece, at)
    case 0xC2:  // U+00A0 and its like
      guard left >= 2, [0xA0, 0xAD, 0xB7].contains(piece[at + 1]) else { return (1, nil) }
      return (2, UInt32(piece[at + 1]))
    default:  // three bytes
      guard left >= 3, piece[at + 1] & 0xC0 == 0x80, piece[at + 2] & 0xC0 == 0x80 else { return (1, nil) }
      let scalar =
        UInt32(piece[at] & 0x0F) << 12 | UInt32(piece[at + 1] & 0x3F) << 6 | UInt32(piece[at + 2] & 0x3F)
      switch scalar {
      case 0x2000...0x2015, 0x202F, 0x2060, 0x2212, 0x3000, 0xFEFF, 0xFF01...0xFF5E: return (3, scalar)
      default: return (1, nil)
      }
    }
  }

  private static func backslash(_ piece: UnsafeBufferPointer<UInt8>, _ at: Int) -> (Int, UInt32?) {
    let left = piece.count - at
    guard left >= 2 else { return (1, nil) }
    switch piece[at + 1] {
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      guard let high = number(piece, at + 2, digits: 4) else { return (1, nil) }
      guard (0xD800..<0xDC00).contains(high) else { return (6, high) }
      guard left >= 12, piece[at + 6] == 0x5C, let low = number(piece, at + 8, digits: 4),
        (0xDC00..<0xE000).contains(low)
      else { return (6, 0x20) }
      return (12, 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    case UInt8(ascii: "/"), UInt8(ascii: "\""), UInt8(ascii: "\\"): return (2, UInt32(piece[at + 1]))
    default: return (1, nil)
    }
  }

  private static let named: [(name: [UInt8], scalar: UInt32)] = [
    (Array("&amp;".utf8), 0x26), (Array("&lt;".utf8), 0x3C), (Array("&gt;".utf8), 0x3E),
    (Array("&quot;".utf8), 0x22), (Array("&apos;".utf8), 0x27), (Array("&nbsp;".utf8), 0xA0),
  ]

  private static func entity(_ piece: UnsafeBufferPointer<UInt8>, _ at: Int) -> (Int, UInt32?) {
    for (name, scalar) in named where piece.count - at >= name.count {
      if name.indices.allSatisfy({ piece[at + $0] == name[$0] }) { return (name.count, scalar) }
    }
    guard piece.count - at >= 4, piece[at + 1] == UInt8(ascii: "#") else { return (1, nil) }
    let isHex = piece[at + 2] | 0x20 == UInt8(ascii: "x")
    var place = at + (isHex ? 3 : 2)
    var value: UInt32 = 0
    let start = place
    while place < piece.count, place - start < 7, let digit = hex(piece[place]), isHex || digit < 10 {
      value = value &* (isHex ? 16 : 10) &+ digit
      place += 1
    }
    guard place > start, place < piece.count, piece[place] == UInt8(ascii: ";"), value < 0x11_0000 else {
      return (1, nil)
    }
    return (place + 1 - at, value)
  }

  private static func number(_ piece: UnsafeBufferPointer<UInt8>, _ at: Int, digits: Int) -> UInt32? {
    guard at + digits <= piece.count else { return nil }
    var value: UInt32 = 0
    for place in at..<at + digits {
      guard let digit = hex(piece[place]) else { return nil }
      value = value << 4 | digit
    }
    return value
  }

  private static func hex(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x37)
    case 0x61...0x66: UInt32(byte - 0x57)
    default: nil
    }
  }
}
