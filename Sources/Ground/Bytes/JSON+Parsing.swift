extension JSON {
  /// Arrays and objects may be nested this deep.
  package static let depthLimit = 128

  /// Reads one JSON text (RFC 8259, strictly): duplicate keys, bytes that are not UTF-8, lone surrogates, a byte
  /// order mark, nesting beyond `depthLimit` and anything after the value are refused with line and column.
  package init(parsing bytes: [UInt8]) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
      var parser = JSONParser(input: buffer)
      return try parser.document()
    }
  }

  /// Reads one JSON text from a string.
  package init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }
}

/// Strict recursive descent over bytes. A string is made once, from the run of bytes between its quotes.
struct JSONParser {
  let input: UnsafeBufferPointer<UInt8>
  var offset = 0
  var depth = 0
  /// Members of the object read last: rows of a table have the same number.
  private var likelyMembers = 0

  init(input: UnsafeBufferPointer<UInt8>) { self.input = input }

  mutating func document() throws(JSONError) -> JSON {
    skipSpace()
    let value = try value()
    skipSpace()
    guard offset == input.count else { throw fault("expected the end of the text after the value") }
    return value
  }

  func fault(_ reason: String, at place: Int? = nil) -> JSONError {
    let end = min(place ?? offset, input.count)
    var line = 1
    var start = 0
    for index in 0..<end where input[index] == 0x0A {
      line += 1
      start = index + 1
    }
    var column = 1
    for index in start..<end where input[index] & 0xC0 != 0x80 { column += 1 }
    return JSONError(line: line, column: column, reason: reason)
  }

  @inline(__always)
  mutating func skipSpace() {
    while offset < input.count {
      switch input[offset] {
      case 0x20, 0x0A, 0x0D, 0x09: offset += 1
      default: return
      }
    }
  }

  mutating func value() throws(JSONError) -> JSON {
    guard offset < input.count else { throw fault("the text ends where a value is expected") }
    switch input[offset] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw fault("expected a value, found \(shown(offset))")
    }
  }

  func shown(_ place: Int) -> String {
    guard place < input.count else { return "the end of the text" }
    let byte = input[place]
    return byte > 0x20 && byte < 0x7F
      ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(String(byte, radix: 16, uppercase: true))"
  }

  mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    let count = text.utf8CodeUnitCount
    guard input.count - offset >= count else { throw fault("expected \(text)") }
    for index in 0..<count where input[offset + index] != text.utf8Start[index] {
      throw fault("expected \(text)")
    }
    offset += count
    return value
  }

  mutating func enter() throws(JSONError) {
    depth += 1
    guard depth <= JSON.depthLimit else { throw fault("nested deeper than \(JSON.depthLimit) levels") }
    offset += 1
    skipSpace()
  }

  mutating func array() throws(JSONError) -> JSON {
    try enter()
    var elements: [JSON] = []
    if offset < input.count, input[offset] == UInt8(ascii: "]") {
      offset += 1
      depth -= 1
      return .array([])
    }
    while true {
      elements.append(try value())
      skipSpace()
      guard offset < input.count else { throw fault("the array is not closed") }
      switch input[offset] {
      case UInt8(ascii: ","):
        offset += 1
        skipSpace()
      case UInt8(ascii: "]"):
        offset += 1
        depth -= 1
        return .array(elements)
      default: throw fault("expected ',' or ']', found \(shown(offset))")
      }
    }
  }

  mutating func object() throws(JSONError) -> JSON {
    try enter()
    var members: [JSON.Member] = []
    var known: Set<ByteKey>?
    if offset < input.count, input[offset] == UInt8(ascii: "}") {
      offset += 1
      depth -= 1
      return .object([])
    }
    members.reserveCapacity(min(likelyMembers, 64))
    while true {
      guard offset < input.count, input[offset] == UInt8(ascii: "\"") else {
        throw fault("expected a key in double quotes, found \(shown(offset))")
      }
      let place = offset
      let key = try string()
      try refuseRepeated(key, among: members, &known, at: place)
      skipSpace()
      guard offset < input.count, input[offset] == UInt8(ascii: ":") else {
        throw fault("expected ':' after the key, found \(shown(offset))")
      }
      offset += 1
      skipSpace()
      members.append(JSON.Member(key: key, value: try value()))
      skipSpace()
      guard offset < input.count else { throw fault("the object is not closed") }
      switch input[offset] {
      case UInt8(ascii: ","):
        offset += 1
        skipSpace()
      case UInt8(ascii: "}"):
        offset += 1
        depth -= 1
        likelyMembers = members.count
        return .object(members)
      default: throw fault("expected ',' or '}', found \(shown(offset))")
      }
    }
  }

  /// Small objects are compared key by key; from nine members on a set keeps the work linear.
  func refuseRepeated(
    _ key: String, among members: [JSON.Member], _ known: inout Set<ByteKey>?, at place: Int
  ) throws(JSONError) {
    let repeated: Bool
    if members.count < 8 {
      repeated = members.contains { sameBytes($0.key, key) }
    } else {
      var set = known ?? Set(members.map { ByteKey($0.key) })
      known = nil
      repeated = !set.insert(ByteKey(key)).inserted
      known = set
    }
    if repeated { throw fault("the key \"\(key)\" is repeated", at: place) }
  }

  mutating func number() throws(JSONError) -> JSON {
    let start = offset
    if input[offset] == UInt8(ascii: "-") { offset += 1 }
    guard offset < input.count, isDigit(input[offset]) else {
      throw fault("expected a digit, found \(shown(offset))")
    }
    if input[offset] == UInt8(ascii: "0") {
      offset += 1
      if offset < input.count, isDigit(input[offset]) { throw fault("a number may not begin with 0") }
    } else {
      skipDigits()
    }
    if offset < input.count, input[offset] == UInt8(ascii: ".") {
      offset += 1
      guard offset < input.count, isDigit(input[offset]) else {
        throw fault("expected a digit after the point")
      }
      skipDigits()
    }
    if offset < input.count, input[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < input.count, input[offset] == UInt8(ascii: "+") || input[offset] == UInt8(ascii: "-") {
        offset += 1
      }
      guard offset < input.count, isDigit(input[offset]) else {
        throw fault("expected a digit in the exponent")
      }
      skipDigits()
    }
    return .number(String(decoding: UnsafeBufferPointer(rebasing: input[start..<offset]), as: UTF8.self))
  }

  @inline(__always)
  func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  @inline(__always)
  mutating func skipDigits() { while offset < input.count, isDigit(input[offset]) { offset += 1 } }

  mutating func string() throws(JSONError) -> String {
    offset += 1
    let start = offset
    while offset < input.count {
      let byte = input[offset]
      if byte == UInt8(ascii: "\"") {
        let text = try text(UnsafeBufferPointer(rebasing: input[start..<offset]), at: start)
        offset += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      guard byte >= 0x20 else { throw fault("a control character must be escaped, found \(shown(offset))") }
      offset += 1
    }
    throw fault("the string is not closed", at: start - 1)
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) throws(JSONError) -> String {
    guard let text = stringValidating(bytes) else {
      throw fault("the string is not UTF-8", at: start)
    }
    return text
  }

  mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var bytes = Array(input[start..<offset])
    while offset < input.count {
      let byte = input[offset]
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = stringValidating(bytes) else {
          throw fault("the string is not UTF-8", at: start)
        }
        offset += 1
        return text
      case UInt8(ascii: "\\"):
        offset += 1
        guard offset < input.count else { break }
        try escape(into: &bytes)
      case 0..<0x20: throw fault("a control character must be escaped, found \(shown(offset))")
      default:
        bytes.append(byte)
        offset += 1
      }
    }
    throw fault("the string is not closed", at: start - 1)
  }

  mutating func escape(into bytes: inout [UInt8]) throws(JSONError) {
    let byte = input[offset]
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"):
      let place = offset - 2
      var code = try fourHexDigits()
      if code & 0xFC00 == 0xD800 {
        guard offset + 1 < input.count, input[offset] == UInt8(ascii: "\\"),
          input[offset + 1] == UInt8(ascii: "u")
        else { throw fault("half of a surrogate pair stands alone", at: place) }
        offset += 2
        let low = try fourHexDigits()
        guard low & 0xFC00 == 0xDC00 else { throw fault("half of a surrogate pair stands alone", at: place) }
        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
      }
      guard let scalar = Unicode.Scalar(code) else {
        throw fault("half of a surrogate pair stands alone", at: place)
      }
      bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw fault("'\\' is followed by \(shown(offset - 1)), which is no escape", at: offset - 2)
    }
  }

  mutating func fourHexDigits() throws(JSONError) -> UInt32 {
    guard offset + 4 <= input.count else { throw fault("\\u needs four hexadecimal digits") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Hex.value(input[offset]) else { throw fault("\\u needs four hexadecimal digits") }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }
}
