/// Percent-encoding of URLs (RFC 3986 §2.1).
package enum Percent {
  /// Everything but unreserved characters (letters, digits, `-._~`) and those in `allowing`.
  package static func encode(_ text: String, allowing: String = "") -> String {
    let allowed = Set(allowing.utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        bytes.append(byte)
      default: if allowed.contains(byte) { bytes.append(byte) } else { append(byte, to: &bytes) }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes behind `%XX`; nil for a `%` without two digits and for bytes that are not UTF-8. `+` stays as it is.
  package static func decode(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    let text = Array(text.utf8)
    var at = 0
    while at < text.count {
      guard text[at] == UInt8(ascii: "%") else {
        bytes.append(text[at])
        at += 1
        continue
      }
      guard at + 2 < text.count, let high = Hex.value(text[at + 1]), let low = Hex.value(text[at + 2]) else {
        return nil
      }
      bytes.append(high << 4 | low)
      at += 3
    }
    return stringValidating(bytes)
  }

  static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "%"))
    for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? 0x30 + digit : 0x41 + digit - 10) }
  }
}
