/// Facts about the text of a number.
enum DecimalText {
  /// Digits that carry information: without zeros before the first other digit. 15 or fewer survive a Double.
  static func significantDigits(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    if text.count <= 15 { return text.count }
    var digits = 0
    for byte in text {
      if byte | 0x20 == 0x65 { break }
      guard byte &- Byte.zero < 10 else { continue }
      if digits > 0 || byte != Byte.zero { digits += 1 }
    }
    return digits
  }
}
