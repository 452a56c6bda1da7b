/// Escaping for the formats text is written into. Each has a form for strings and one that appends to bytes.
package enum Escape {
  private static let htmlBytes = ByteSet("&<>\"'\u{7F}").union(controls: {
    $0 != 0x09 && $0 != 0x0A && $0 != 0x0D
  })
  private static let xmlBytes = ByteSet("&<>\"").union(controls: { $0 != 0x09 && $0 != 0x0A })
  private static let attributeBytes = ByteSet("&<>\"").union(controls: { _ in true })
  private static let turtleBytes = ByteSet("\"\\\u{7F}").union(controls: { _ in true })
  private static let iriBytes = ByteSet(" <>\"{}|^`\\\u{7F}").union(controls: { _ in true })

  /// HTML text and quoted attribute values: `&`, `<`, `>`, `"`, `'`. Code points that a page must not hold, controls but
  /// for white space and noncharacters (WHATWG HTML §13.2.3.5), become U+FFFD.
  package static func html(_ text: String) -> String { make(text, html) }

  package static func html(_ text: String, to bytes: inout [UInt8]) { append(text, to: &bytes, html) }

  package static func html(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    if let clean = withoutUnseen(text) {
      return clean.withUnsafeBufferPointer { html($0, to: &bytes) }
    }
    runs(text, htmlBytes, to: &bytes) { byte, bytes in
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "\""): bytes += "&quot;".utf8
      case UInt8(ascii: "'"): bytes += "&#39;".utf8
      default: bytes += "\u{FFFD}".utf8
      }
    }
  }

  /// The text with U+FFFD for each C1 control and noncharacter; nil where it has none, as nearly every text.
  private static func withoutUnseen(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    // C2 80…9F are the controls; noncharacters begin with EF or end in BE or BF behind a byte of F0 to F4.
    guard text.contains(where: { $0 == 0xC2 || $0 >= 0xEF }) else { return nil }
    let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
    func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
      (0x80...0x9F).contains(scalar.value) || scalar.properties.isNoncharacterCodePoint
    }
    guard scalars.contains(where: isUnseen) else { return nil }
    var clean = String.UnicodeScalarView()
    for scalar in scalars { clean.append(isUnseen(scalar) ? "\u{FFFD}" : scalar) }
    return Array(String(clean).utf8)
  }

  /// XML 1.0 character data. Characters XML forbids even escaped (§2.2) become U+FFFD; a carriage return is
  /// written as a reference, since a reader would turn it into a line feed (§2.11).
  package static func xml(_ text: String) -> String { make(text, xml) }

  package static func xml(_ text: String, to bytes: inout [UInt8]) { append(text, to: &bytes, xml) }

  package static func xml(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    xml(text, to: &bytes, attribute: false)
  }

  /// A quoted attribute value: besides, tab and line feed are references, since a reader would make them spaces
  /// (§3.3.3).
  package static func xmlAttribute(_ text: String) -> String { make(text, xmlAttribute) }

  package static func xmlAttribute(_ text: String, to bytes: inout [UInt8]) {
    append(text, to: &bytes, xmlAttribute)
  }

  package static func xmlAttribute(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    xml(text, to: &bytes, attribute: true)
  }

  private static func xml(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8], attribute: Bool) {
    let start = bytes.count
    runs(text, attribute ? attributeBytes : xmlBytes, to: &bytes) { byte, bytes in
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "\""): bytes += "&quot;".utf8
      case 0x0D: bytes += "&#13;".utf8
      case 0x09: bytes += "&#9;".utf8
      case 0x0A: bytes += "&#10;".utf8
      default: bytes += "\u{FFFD}".utf8
      }
    }
    guard text.contains(0xEF) else { return }
    // U+FFFE and U+FFFF are EF BF BE and EF BF BF; U+FFFD is as long.
    var at = start
    while at + 2 < bytes.count {
      if bytes[at] == 0xEF, bytes[at + 1] == 0xBF, bytes[at + 2] >= 0xBE { bytes[at + 2] = 0xBD }
      at += 1
    }
  }

  /// The inside of a Turtle or N-Triples string in double quotes (RDF 1.1 Turtle §6.4).
  package static func turtle(_ text: String) -> String { make(text, turtle) }

  package static func turtle(_ text: String, to bytes: inout [UInt8]) { append(text, to: &bytes, turtle) }

  package static func turtle(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    runs(text, turtleBytes, to: &bytes) { byte, bytes in
      switch byte {
      case UInt8(ascii: "\""): bytes += "\\\"".utf8
      case UInt8(ascii: "\\"): bytes += "\\\\".utf8
      case 0x08: bytes += "\\b".utf8
      case 0x09: bytes += "\\t".utf8
      case 0x0A: bytes += "\\n".utf8
      case 0x0C: bytes += "\\f".utf8
      case 0x0D: bytes += "\\r".utf8
      default: unicode(byte, to: &bytes, upper: true)
      }
    }
  }

  /// The inside of `<…>` in Turtle: characters no IRI may hold are percent-encoded.
  package static func turtleIRI(_ text: String) -> String {
    make(text) { text, bytes in
      runs(text, iriBytes, to: &bytes) { byte, bytes in Percent.append(byte, to: &bytes) }
    }
  }

  /// The inside of a JSON string; with `markup` also what a script element must not hold.
  package static func json(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8], markup: Bool = false)
  {
    var from = 0
    var at = 0
    let count = text.count
    while at < count {
      let byte = text[at]
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), !markup {
        at += 1
        continue
      }
      var length = 1
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        let separator = byte == 0xE2 && at + 2 < count && text[at + 1] == 0x80 && text[at + 2] & 0xFE == 0xA8
        // U+0080 to U+009F, which steer a terminal.
        let control = byte == 0xC2 && at + 1 < count && text[at + 1] & 0xE0 == 0x80
        guard
          separator || control || byte == 0x7F || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
            || byte == UInt8(ascii: "&")
        else {
          at += 1
          continue
        }
        length = separator ? 3 : control ? 2 : 1
      }
      if from < at { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[from..<at])) }
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x08: bytes += "\\b".utf8
      case 0x09: bytes += "\\t".utf8
      case 0x0A: bytes += "\\n".utf8
      case 0x0C: bytes += "\\f".utf8
      case 0x0D: bytes += "\\r".utf8
      case 0xE2: bytes += (text[at + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8
      case 0xC2: unicode(text[at + 1], to: &bytes, upper: false)
      default: unicode(byte, to: &bytes, upper: false)
      }
      at += length
      from = at
    }
    if from < count { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[from..<count])) }
  }

  private static func unicode(_ byte: UInt8, to bytes: inout [UInt8], upper: Bool) {
    bytes += "\\u00".utf8
    for digit in [byte >> 4, byte & 15] {
      bytes.append(digit < 10 ? 0x30 + digit : (upper ? 0x41 : 0x61) + digit - 10)
    }
  }

  /// Copies runs of plain bytes at once; `replace` writes what stands for a byte of `special`.
  @inline(__always)
  private static func runs(
    _ text: UnsafeBufferPointer<UInt8>, _ special: ByteSet, to bytes: inout [UInt8],
    _ replace: (UInt8, inout [UInt8]) -> Void
  ) {
    var from = 0
    for at in 0..<text.count where special.contains(text[at]) {
      if from < at { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[from..<at])) }
      replace(text[at], &bytes)
      from = at + 1
    }
    if from < text.count { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[from...])) }
  }

  private static func append(
    _ text: String, to bytes: inout [UInt8], _ escape: (UnsafeBufferPointer<UInt8>, inout [UInt8]) -> Void
  ) {
    var text = text
    text.withUTF8 { escape($0, &bytes) }
  }

  private static func make(
    _ text: String, _ escape: (UnsafeBufferPointer<UInt8>, inout [UInt8]) -> Void
  ) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 16)
    append(text, to: &bytes, escape)
    return String(decoding: bytes, as: UTF8.self)
  }
}
