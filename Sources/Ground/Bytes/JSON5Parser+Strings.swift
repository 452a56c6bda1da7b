extension JSON5Parser {
  /// A quoted string or an identifier (ECMAScript 5.1 IdentifierName).
  mutating func key(_ path: String) throws(DocumentError) -> String {
    if peek() == UInt8(ascii: "\"") || peek() == UInt8(ascii: "'") { return try string(path) }
    var name = ""
    while !atEnd {
      if isWordByte(peek()) {
        if name.isEmpty, peek() &- 0x30 < 10 { break }
        name.unicodeScalars.append(Unicode.Scalar(peek()))
        offset += 1
        continue
      }
      let start = offset
      let scalar: Unicode.Scalar
      if peek() == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") {
        offset += 2
        guard let escaped = Unicode.Scalar(try hexadecimal(4, path)) else {
          throw fault(Wording("no character", "不是有效字符"), path)
        }
        scalar = escaped
      } else if peek() >= 0x80 {
        scalar = try self.scalar(path)
      } else {
        break
      }
      let properties = scalar.properties
      let fits =
        name.isEmpty
        ? properties.isIDStart || scalar == "_" || scalar == "$"
        : properties.isIDContinue || scalar == "$" || scalar.value == 0x200C || scalar.value == 0x200D
      guard fits else {
        offset = start
        break
      }
      name.unicodeScalars.append(scalar)
    }
    guard !name.isEmpty else { throw unexpected(Wording("a key", "键名"), path) }
    return name
  }

  /// One character beyond ASCII.
  private mutating func scalar(_ path: String) throws(DocumentError) -> Unicode.Scalar {
    let count = peek() < 0xE0 ? 2 : peek() < 0xF0 ? 3 : 4
    let end = min(offset + count, input.count)
    guard let text = stringValidating(UnsafeBufferPointer(rebasing: input[offset..<end])),
      let scalar = text.unicodeScalars.first,
      text.unicodeScalars.count == 1
    else {
      throw fault(
        Wording("the document is not UTF-8", "文件不是 UTF-8 编码"), path,
        hint: Wording("save it as UTF-8", "请另存为 UTF-8"))
    }
    offset = end
    return scalar
  }

  mutating func string(_ path: String) throws(DocumentError) -> String {
    let start = place()
    let quote = peek()
    offset += 1
    var bytes: [UInt8] = []
    while !atEnd {
      let byte = peek()
      switch byte {
      case quote:
        offset += 1
        guard let text = stringValidating(bytes) else {
          throw fault(
            Wording("the string is not UTF-8", "字符串不是 UTF-8 编码"), path, at: start,
            hint: Wording("save the file as UTF-8", "请将文件另存为 UTF-8"))
        }
        return text
      case UInt8(ascii: "\\"):
        offset += 1
        try escape(into: &bytes, path)
      case 0x0A, 0x0D:
        throw fault(
          Wording("the string is not closed on its line", "字符串没有在本行结束"), path, at: start,
          hint: Wording("end the line with \\ to go on", "须跨行时，请以 \\ 结束本行"))
      default:
        bytes.append(byte)
        offset += 1
      }
    }
    throw fault(Wording("the string is not closed", "字符串没有结束"), path, at: start)
  }

  private mutating func escape(into bytes: inout [UInt8], _ path: String) throws(DocumentError) {
    guard !atEnd else { return }
    if isSeparator {  // a line continuation
      offset += 3
      return
    }
    let byte = peek()
    offset += 1
    switch byte {
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "v"): bytes.append(0x0B)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "0"):
      guard peek() &- 0x30 >= 10 else {
        throw fault(Wording("octal escapes are not allowed", "不允许八进制转义"), path)
      }
      bytes.append(0)
    case 0x31...0x39:
      offset -= 1
      throw fault(Wording("'\\' may not be followed by a digit", "“\\”之后不得为数字"), path)
    case 0x0A: break
    case 0x0D: if peek() == 0x0A { offset += 1 }
    case UInt8(ascii: "x"): append(try hexadecimal(2, path), to: &bytes)
    case UInt8(ascii: "u"): append(try codePoint(path), to: &bytes)
    default: bytes.append(byte)
    }
  }

  private func append(_ code: UInt32, to bytes: inout [UInt8]) {
    guard let scalar = Unicode.Scalar(code), let encoded = UTF8.encode(scalar) else { return }
    bytes.append(contentsOf: encoded)
  }

  /// After `\u`: a code point, from two escapes where they form a surrogate pair.
  private mutating func codePoint(_ path: String) throws(DocumentError) -> UInt32 {
    let high = try hexadecimal(4, path)
    guard high & 0xF800 == 0xD800 else { return high }
    guard high & 0xFC00 == 0xD800, peek() == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") else {
      throw fault(Wording("half of a surrogate pair stands alone", "代理对只有一半"), path)
    }
    offset += 2
    let low = try hexadecimal(4, path)
    guard low & 0xFC00 == 0xDC00 else {
      throw fault(Wording("half of a surrogate pair stands alone", "代理对只有一半"), path)
    }
    return 0x10000 + (high & 0x3FF) << 10 + low & 0x3FF
  }

  private mutating func hexadecimal(_ count: Int, _ path: String) throws(DocumentError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<count {
      guard let digit = Hex.value(peek()) else {
        throw unexpected(Wording("\(count) hexadecimal digits", " \(count) 位十六进制数字"), path)
      }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }
}
