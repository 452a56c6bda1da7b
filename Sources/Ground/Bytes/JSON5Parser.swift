/// Reads JSON5 (spec.json5.org §§2–8) and keeps the place of every value and key.
struct JSON5Parser {
  let input: UnsafeBufferPointer<UInt8>
  let file: String
  var offset = 0
  var depth = 0
  /// Line and column of `marked`, advanced with it: finding a place costs what lies between two places.
  var line = 1
  var column = 1
  var marked = 0

  init(input: UnsafeBufferPointer<UInt8>, file: String) {
    self.input = input
    self.file = file
  }

  struct Place {
    let line: Int
    let column: Int
  }

  mutating func document() throws(DocumentError) -> Node {
    try skipSpace("")
    let root = try value("")
    try skipSpace("")
    guard offset == input.count else { throw unexpected(Wording("the end of the document", "文件末尾"), "") }
    return root
  }

  /// The place of the next byte.
  mutating func place() -> Place {
    while marked < min(offset, input.count) {
      let byte = input[marked]
      if byte == 0x0A || byte == 0x0D && !(marked + 1 < input.count && input[marked + 1] == 0x0A) {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80, byte != 0x0D {
        column += 1
      }
      marked += 1
    }
    return Place(line: line, column: column)
  }

  mutating func fault(_ reason: Wording, _ path: String, hint: Wording? = nil) -> DocumentError {
    fault(reason, path, at: place(), hint: hint)
  }

  func fault(_ reason: Wording, _ path: String, at place: Place, hint: Wording? = nil) -> DocumentError {
    DocumentError(file: file, line: place.line, column: place.column, path: path, reason: reason, hint: hint)
  }

  /// What was expected and not found.
  mutating func unexpected(_ wanted: Wording, _ path: String, hint: Wording? = nil) -> DocumentError {
    unexpected(wanted, found: shown, path, hint: hint)
  }

  mutating func unexpected(
    _ wanted: Wording, found: Wording, _ path: String, hint: Wording? = nil
  ) -> DocumentError {
    fault(.expected(wanted, found: found), path, hint: hint)
  }

  /// The next character, for an error.
  var shown: Wording {
    guard offset < input.count else { return Wording("the end of the document", "文件末尾") }
    let rest = String(decoding: input[offset..<min(offset + 4, input.count)], as: UTF8.self)
    guard let scalar = rest.unicodeScalars.first, scalar.value >= 0x20 else {
      let code = String(input[offset], radix: 16, uppercase: true)
      return Wording("byte 0x\(code)", "字节 0x\(code)")
    }
    return Wording("'\(scalar)'", "“\(scalar)”")
  }

  @inline(__always)
  func peek(_ ahead: Int = 0) -> UInt8 { offset + ahead < input.count ? input[offset + ahead] : 0 }

  var atEnd: Bool { offset >= input.count }

  /// White space and comments.
  mutating func skipSpace(_ path: String) throws(DocumentError) {
    while !atEnd {
      switch peek() {
      case 0x09...0x0D, 0x20: offset += 1
      case UInt8(ascii: "/"):
        if peek(1) == UInt8(ascii: "/") {
          offset += 2
          while !atEnd, peek() != 0x0A, peek() != 0x0D, !isSeparator { offset += 1 }
        } else if peek(1) == UInt8(ascii: "*") {
          let start = place()
          offset += 2
          while offset + 1 < input.count, !(peek() == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) {
            offset += 1
          }
          guard offset + 1 < input.count else {
            throw fault(Wording("the comment is not closed", "注释没有结束"), path, at: start)
          }
          offset += 2
        } else {
          return
        }
      case 0xC2...0xEF:
        let count = widthOfSpace
        guard count > 0 else { return }
        offset += count
      default: return
      }
    }
  }

  /// U+2028 or U+2029.
  var isSeparator: Bool { peek() == 0xE2 && peek(1) == 0x80 && peek(2) & 0xFE == 0xA8 }

  /// The bytes of a white space beyond ASCII here: U+00A0, U+FEFF, U+2028, U+2029 and category Zs; else 0.
  private var widthOfSpace: Int {
    switch (peek(), peek(1), peek(2)) {
    case (0xC2, 0xA0, _): 2
    case (0xEF, 0xBB, 0xBF), (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8...0xA9),
      (0xE2, 0x80, 0xAF), (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80):
      3
    default: 0
    }
  }

  func node(_ value: Node.Value, _ place: Place, _ path: String) -> Node {
    Node(value: value, file: file, line: place.line, column: place.column, path: path)
  }

  mutating func value(_ path: String) throws(DocumentError) -> Node {
    guard !atEnd else {
      throw fault(Wording("the document ends where a value is expected", "文件在应有值处结束"), path)
    }
    let start = place()
    switch peek() {
    case UInt8(ascii: "{"): return try object(start, path)
    case UInt8(ascii: "["): return try array(start, path)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return node(.string(try string(path)), start, path)
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), 0x30...0x39:
      return node(.number(try number(path)), start, path)
    default:
      let word = wordAhead()
      switch word {
      case "null": return take(word, node(.null, start, path))
      case "true": return take(word, node(.bool(true), start, path))
      case "false": return take(word, node(.bool(false), start, path))
      case "Infinity", "NaN": return take(word, node(.number(word), start, path))
      case "": throw unexpected(Wording("a value", "值"), path)
      default:
        throw unexpected(Wording("a value", "值"), found: Wording(word, "“\(word)”"), path, hint: Self.quotes)
      }
    }
  }

  private static let quotes = Wording("put strings in quotes", "字符串请加引号")

  private mutating func take(_ word: String, _ node: Node) -> Node {
    offset += word.utf8.count
    return node
  }

  /// The run of ASCII letters, digits, `_` and `$` ahead, at most 64 bytes.
  private func wordAhead() -> String {
    var end = offset
    while end < input.count, end - offset < 64, isWordByte(input[end]) { end += 1 }
    return String(decoding: input[offset..<end], as: UTF8.self)
  }

  func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "$"): true
    default: false
    }
  }

  private mutating func enter(_ path: String) throws(DocumentError) {
    depth += 1
    guard depth <= JSON.depthLimit else {
      throw fault(Wording("nested deeper than \(JSON.depthLimit) levels", "嵌套超过 \(JSON.depthLimit) 层"), path)
    }
    offset += 1
  }

  private mutating func array(_ start: Place, _ path: String) throws(DocumentError) -> Node {
    try enter(path)
    var elements: [Node] = []
    while true {
      try skipSpace(path)
      guard !atEnd else { throw fault(Wording("the list is not closed", "列表没有结束"), path, at: start) }
      if peek() == UInt8(ascii: "]") { break }
      elements.append(try value("\(path)[\(elements.count)]"))
      try skipSpace(path)
      if peek() == UInt8(ascii: ",") {
        offset += 1
      } else {
        try expectEnd(UInt8(ascii: "]"), Wording("list", "列表"), start, path)
      }
    }
    offset += 1
    depth -= 1
    return node(.array(elements), start, path)
  }

  /// After a member without a comma only the end may follow.
  private mutating func expectEnd(
    _ bracket: UInt8, _ what: Wording, _ start: Place, _ path: String
  ) throws(DocumentError) {
    guard !atEnd else {
      throw fault(Wording("the \(what.en) is not closed", "\(what.zh)没有结束"), path, at: start)
    }
    guard peek() == bracket else {
      let end = Character(Unicode.Scalar(bracket))
      throw unexpected(Wording("',' or '\(end)'", "“,”或“\(end)”"), path)
    }
  }

  private mutating func object(_ start: Place, _ path: String) throws(DocumentError) -> Node {
    try enter(path)
    var entries: [Node.Entry] = []
    var known: [ByteKey: Int] = [:]
    while true {
      try skipSpace(path)
      guard !atEnd else { throw fault(Wording("the object is not closed", "对象没有结束"), path, at: start) }
      if peek() == UInt8(ascii: "}") { break }
      let at = place()
      let key = try key(path)
      if let first = lineOf(key, among: entries, &known) {
        throw fault(
          Wording("the key \"\(key)\" is repeated", "键“\(key)”重复"), path, at: at,
          hint: Wording("it stands first in line \(first)", "首次出现在第 \(first) 行"))
      }
      try skipSpace(path)
      guard peek() == UInt8(ascii: ":") else {
        throw unexpected(Wording("':' after the key \"\(key)\"", "键“\(key)”之后的“:”"), path)
      }
      offset += 1
      try skipSpace(path)
      let node = try value(path.isEmpty ? key : "\(path).\(key)")
      entries.append(Node.Entry(key: key, line: at.line, column: at.column, node: node))
      try skipSpace(path)
      if peek() == UInt8(ascii: ",") {
        offset += 1
      } else {
        try expectEnd(UInt8(ascii: "}"), Wording("object", "对象"), start, path)
      }
    }
    offset += 1
    depth -= 1
    return node(.object(entries), start, path)
  }

  /// Where a key stands already. Small objects are compared key by key; from nine members on a dictionary keeps the
  /// work linear.
  private func lineOf(_ key: String, among entries: [Node.Entry], _ known: inout [ByteKey: Int]) -> Int? {
    if entries.count < 8 { return entries.first { sameBytes($0.key, key) }?.line }
    if known.isEmpty { for entry in entries { known[ByteKey(entry.key)] = entry.line } }
    return known.updateValue(line, forKey: ByteKey(key))
  }

  private mutating func number(_ path: String) throws(DocumentError) -> String {
    let start = offset
    if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { offset += 1 }
    let word = wordAhead()
    if word == "Infinity" || word == "NaN" {
      offset += word.utf8.count
    } else if peek() == 0x30, peek(1) | 0x20 == UInt8(ascii: "x") {
      offset += 2
      guard Hex.value(peek()) != nil else {
        throw unexpected(Wording("a hexadecimal digit", "十六进制数字"), path)
      }
      while Hex.value(peek()) != nil { offset += 1 }
    } else {
      let whole = digits()
      guard !(whole > 1 && input[offset - whole] == 0x30) else {
        throw fault(Wording("a number may not begin with 0", "数值不得以 0 开头"), path)
      }
      var fraction = 0
      if peek() == UInt8(ascii: ".") {
        offset += 1
        fraction = digits()
      }
      guard whole + fraction > 0 else { throw unexpected(Wording("a digit", "数字"), path) }
      if peek() | 0x20 == UInt8(ascii: "e") {
        offset += 1
        if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { offset += 1 }
        guard digits() > 0 else { throw unexpected(Wording("a digit in the exponent", "指数中的数字"), path) }
      }
    }
    guard !isWordByte(peek()) else {
      throw fault(
        Wording("the number goes on with \(shown.en)", "数值之后又有\(shown.zh)"), path, hint: Self.quotes)
    }
    return String(decoding: input[start..<offset], as: UTF8.self)
  }

  private mutating func digits() -> Int {
    let start = offset
    while peek() &- 0x30 < 10 { offset += 1 }
    return offset - start
  }
}
