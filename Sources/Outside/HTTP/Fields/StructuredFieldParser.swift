import Bytes

/// Reads structured fields by the algorithms of RFC 9651 §4.2. The lines of one field are joined by commas before.
package struct StructuredFieldParser {
  private let bytes: [UInt8]
  private var at = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  package static func item(_ bytes: [UInt8]) throws(StructuredFieldError) -> FieldItem {
    try whole(bytes) { (parser) throws(StructuredFieldError) in try parser.item() }
  }

  package static func list(_ bytes: [UInt8]) throws(StructuredFieldError) -> [FieldMember] {
    try whole(bytes) { (parser) throws(StructuredFieldError) in
      var members: [FieldMember] = []
      while parser.at < parser.bytes.count {
        members.append(try parser.member())
        try parser.separate()
      }
      return members
    }
  }

  package static func dictionary(_ bytes: [UInt8]) throws(StructuredFieldError) -> FieldDictionary {
    try whole(bytes) { (parser) throws(StructuredFieldError) in
      var members = FieldDictionary()
      while parser.at < parser.bytes.count {
        let name = try parser.key()
        if parser.take(Octet.equals) {
          members[name] = try parser.member()
        } else {
          members[name] = .item(FieldItem(.boolean(true), try parser.parameters()))
        }
        try parser.separate()
      }
      return members
    }
  }

  private static func whole<T>(
    _ bytes: [UInt8], _ body: (inout StructuredFieldParser) throws(StructuredFieldError) -> T
  ) throws(StructuredFieldError) -> T {
    var parser = StructuredFieldParser(bytes)
    parser.skip { $0 == Octet.space }
    let value = try body(&parser)
    parser.skip { $0 == Octet.space }
    guard parser.at == bytes.count else { throw parser.fault }
    return value
  }

  private var fault: StructuredFieldError { StructuredFieldError(position: at) }
  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    at += 1
    return true
  }

  private mutating func need(_ byte: UInt8) throws(StructuredFieldError) {
    guard take(byte) else { throw fault }
  }

  private mutating func skip(_ isSkipped: (UInt8) -> Bool) {
    while let byte = next, isSkipped(byte) { at += 1 }
  }

  private mutating func run(_ belongs: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let start = at
    skip(belongs)
    return bytes[start..<at]
  }

  /// Between members: a comma with space around it, and something after it.
  private mutating func separate() throws(StructuredFieldError) {
    skip { $0 == Octet.space || $0 == Octet.tab }
    guard at < bytes.count else { return }
    try need(Octet.comma)
    skip { $0 == Octet.space || $0 == Octet.tab }
    guard at < bytes.count else { throw fault }
  }

  private mutating func member() throws(StructuredFieldError) -> FieldMember {
    guard take(0x28) else { return .item(try item()) }
    var items: [FieldItem] = []
    while true {
      skip { $0 == Octet.space }
      if take(0x29) { return .inner(items, try parameters()) }
      items.append(try item())
      guard next == Octet.space || next == 0x29 else { throw fault }
    }
  }

  private mutating func item() throws(StructuredFieldError) -> FieldItem {
    let value = try bareItem()
    return FieldItem(value, try parameters())
  }

  private mutating func parameters() throws(StructuredFieldError) -> FieldParameters {
    var found: FieldParameters = [:]
    while take(Octet.semicolon) {
      skip { $0 == Octet.space }
      let name = try key()
      found[name] = take(Octet.equals) ? try bareItem() : .boolean(true)
    }
    return found
  }

  private mutating func key() throws(StructuredFieldError) -> String {
    guard let first = next, StructuredSyntax.isLower(first) || first == 0x2A else { throw fault }
    return String(decoding: run(StructuredSyntax.isKey), as: UTF8.self)
  }

  private mutating func bareItem() throws(StructuredFieldError) -> BareItem {
    guard let first = next else { throw fault }
    switch first {
    case 0x2D, 0x30...0x39: return try number()
    case Octet.quote: return .string(try string())
    case Octet.colon: return .bytes(try byteSequence())
    case Octet.question: return .boolean(try boolean())
    case 0x40:
      at += 1
      guard case .integer(let seconds) = try number() else { throw fault }
      return .date(seconds)
    case Octet.percent: return .display(try displayString())
    default:
      guard StructuredSyntax.isAlpha(first) || first == 0x2A else { throw fault }
      return .token(String(decoding: run(StructuredSyntax.isToken), as: UTF8.self))
    }
  }

  private mutating func number() throws(StructuredFieldError) -> BareItem {
    let isNegative = take(0x2D)
    let digits = run(Octet.isDigit)
    guard !digits.isEmpty else { throw fault }
    let whole = digits.prefix(16).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    guard take(0x2E) else {
      guard digits.count <= 15 else { throw fault }
      return .integer(isNegative ? -whole : whole)
    }
    let fraction = run(Octet.isDigit)
    guard digits.count <= 12, (1...3).contains(fraction.count) else { throw fault }
    let part = fraction.reduce(0) { $0 * 10 + Int($1 - 0x30) } * [100, 10, 1][fraction.count - 1]
    let thousandths = whole * 1000 + part
    return .decimal(thousandths: isNegative ? -thousandths : thousandths)
  }

  private mutating func string() throws(StructuredFieldError) -> String {
    try need(Octet.quote)
    var text: [UInt8] = []
    while let byte = next {
      at += 1
      switch byte {
      case Octet.backslash:
        guard let escaped = next, escaped == Octet.quote || escaped == Octet.backslash else { throw fault }
        at += 1
        text.append(escaped)
      case Octet.quote: return String(decoding: text, as: UTF8.self)
      default:
        guard (0x20...0x7E).contains(byte) else { throw fault }
        text.append(byte)
      }
    }
    throw fault
  }

  private mutating func byteSequence() throws(StructuredFieldError) -> [UInt8] {
    try need(Octet.colon)
    var text = Array(
      run { StructuredSyntax.isAlpha($0) || Octet.isDigit($0) || [0x2B, 0x2F, 0x3D].contains($0) })
    try need(Octet.colon)
    // Padding may be left out (§4.2.7).
    if !text.contains(0x3D) { text += Array(repeating: 0x3D, count: (4 - text.count % 4) % 4) }
    guard let decoded = Base64.decode(String(decoding: text, as: UTF8.self)) else { throw fault }
    return decoded
  }

  private mutating func boolean() throws(StructuredFieldError) -> Bool {
    try need(Octet.question)
    if take(0x31) { return true }
    try need(0x30)
    return false
  }

  private mutating func displayString() throws(StructuredFieldError) -> String {
    try need(Octet.percent)
    try need(Octet.quote)
    var text: [UInt8] = []
    while let byte = next {
      at += 1
      switch byte {
      case Octet.percent:
        guard at + 1 < bytes.count, let high = StructuredSyntax.lowerHexadecimal(bytes[at]),
          let low = StructuredSyntax.lowerHexadecimal(bytes[at + 1])
        else { throw fault }
        text.append(high << 4 | low)
        at += 2
      case Octet.quote:
        guard let decoded = String(validating: text, as: UTF8.self) else { throw fault }
        return decoded
      default:
        guard (0x20...0x7E).contains(byte) else { throw fault }
        text.append(byte)
      }
    }
    throw fault
  }
}

/// The character classes of RFC 9651.
enum StructuredSyntax {
  static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
  static func isAlpha(_ byte: UInt8) -> Bool { Octet.lowercased(byte) &- 0x61 < 26 }
  static func isKey(_ byte: UInt8) -> Bool {
    isLower(byte) || Octet.isDigit(byte) || [0x5F, 0x2D, 0x2E, 0x2A].contains(byte)
  }
  static func isToken(_ byte: UInt8) -> Bool {
    Octet.isToken(byte) || byte == Octet.colon || byte == Octet.slash
  }
  static func lowerHexadecimal(_ byte: UInt8) -> UInt8? {
    byte &- 0x41 < 6 ? nil : Octet.hexadecimal(byte)
  }
}
