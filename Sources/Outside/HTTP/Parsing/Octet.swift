/// The character classes of RFC 9110 and RFC 3986, tested on bytes, never on characters.
///
/// Each class is two 64-bit masks, one bit for each of the 128 ASCII codes.
enum Octet {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20
  static let quote: UInt8 = 0x22
  static let percent: UInt8 = 0x25
  static let comma: UInt8 = 0x2C
  static let slash: UInt8 = 0x2F
  static let colon: UInt8 = 0x3A
  static let semicolon: UInt8 = 0x3B
  static let equals: UInt8 = 0x3D
  static let question: UInt8 = 0x3F
  static let backslash: UInt8 = 0x5C

  /// `tchar` of RFC 9110 §5.6.2.
  @inline(__always) static func isToken(_ byte: UInt8) -> Bool {
    isIn(byte, 0x03ff_6cfa_0000_0000, 0x57ff_ffff_c7ff_fffe)
  }

  /// What a path may hold: `pchar`, `/` and `%` (RFC 3986 §3.3); the query may also hold `?`.
  @inline(__always) static func isPath(_ byte: UInt8) -> Bool {
    isIn(byte, 0x2fff_fff2_0000_0000, 0x47ff_fffe_87ff_ffff)
  }

  /// A registered name or IPv4 address (RFC 3986 §3.2.2).
  @inline(__always) static func isRegisteredName(_ byte: UInt8) -> Bool {
    isIn(byte, 0x2bff_6ff2_0000_0000, 0x47ff_fffe_87ff_fffe)
  }

  /// What stands between the brackets of an IPv6 address.
  @inline(__always) static func isAddress6(_ byte: UInt8) -> Bool {
    isIn(byte, 0x07ff_4000_0000_0000, 0x0000_007e_0000_007e)
  }

  /// Field content: horizontal tab, space, visible ASCII, and obs-text (RFC 9110 §5.5).
  @inline(__always) static func isFieldContent(_ byte: UInt8) -> Bool {
    (byte >= 0x20 && byte != 0x7F) || byte == tab
  }

  @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  /// The value of one hexadecimal digit, or nil.
  @inline(__always) static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte &- 0x30
    case 0x41...0x46: byte &- 0x37
    case 0x61...0x66: byte &- 0x57
    default: nil
    }
  }

  @inline(__always) static func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }

  @inline(__always) private static func isIn(_ byte: UInt8, _ low: UInt64, _ high: UInt64) -> Bool {
    guard byte < 128 else { return false }
    return ((byte < 64 ? low : high) &>> UInt64(byte & 63)) & 1 == 1
  }
}
