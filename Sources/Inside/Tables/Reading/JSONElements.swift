import Bytes

/// The elements of one array inside a JSON text, one by one, in memory of one element.
///
/// The array is found by a path of keys, or is the first whose first element is an object or an array. Behind the last
/// element the text is read to its end, so that nothing that follows goes unseen.
final class JSONElements {
  private var input: InputFile
  private let path: [String]
  private let isLines: Bool
  private var transcoder: Transcoder?
  /// Name of the encoding the text came in.
  let encoding: TextEncoding
  private var buffer: [UInt8] = []
  private var at = 0
  /// Bytes of the text before `buffer`.
  private var dropped = 0
  private var isAtEnd = false
  private var isInside = false
  private var isOver = false
  /// Line on which the next byte stands, from 1.
  private(set) var line = 1
  /// Keys that lead to the array that was found.
  private(set) var foundPath: [String] = []
  /// The member `crs` beside the records, which names the system of their coordinates (GeoJSON of 2008).
  private(set) var coordinateSystem: JSON?
  /// Whether each of those keys is a place in an array.
  private var foundIndices: [Bool] = []

  /// Bytes of the longest element.
  private static let longest = 128 << 20
  /// Members of data packages, CKAN answers and their like that describe the records and are not them.
  private static let descriptions = [
    "schema", "fields", "sources", "licenses", "contributors", "columns", "links",
  ]

  /// `declared` is the encoding its owner names; without it a byte order mark decides, else it is UTF-8 (RFC 8259 §8.1).
  init(
    _ input: consuming InputFile, path: [String], isLines: Bool, declared: TextEncoding? = nil
  ) throws(TableError) {
    var input = input
    let first = try input.peek(4096)
    let mark = TextEncoding.marks.first { first.starts(with: $0.bytes) }
    encoding =
      mark.map(\.encoding) ?? declared ?? EncodingEvidence.wide(first) ?? .utf8
    try input.skip(mark?.bytes.count ?? 0)
    dropped = input.offset
    self.path = path
    self.isLines = isLines
    if encoding.converterName != nil {
      do {
        transcoder = try Transcoder(from: encoding, skipped: input.offset)
      } catch {
        throw TableError.noConverter(encoding, input.name)
      }
    } else {
      transcoder = nil
    }
    self.input = input
    try more()
  }

  var name: String { input.name }
  var bytesRead: Int { input.offset }

  private func fault(_ en: String, _ zh: String, line place: Int? = nil) -> TableError {
    TableError(
      .malformed, file: input.name, line: place ?? line, Wording("no JSON: " + en, "不是合格的 JSON：" + zh))
  }

  /// Reads more behind what is there; what lies before `at` is dropped.
  private func more() throws(TableError) {
    buffer.removeFirst(at)
    dropped += at
    at = 0
    guard buffer.count <= Self.longest else {
      throw TableError(
        .tooLarge, file: input.name, line: line,
        Wording("one value is longer than 128 MiB", "有一个值超过 128 MiB"))
    }
    var block = [UInt8](repeating: 0, count: max(1 << 18, buffer.count))
    let got = try block.withUnsafeMutableBufferPointer { (target) throws(TableError) in
      guard let base = target.baseAddress else { return 0 }
      return try input.read(into: base, count: target.count)
    }
    if got < block.count { isAtEnd = true }
    if transcoder == nil { buffer += block[..<got] } else { try decode(block[..<got]) }
  }

  private func decode(_ block: ArraySlice<UInt8>) throws(TableError) {
    let capacity = Transcoder.bound(block.count + 4)
    var refusal: Transcoder.Refusal?
    let text = [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
      guard let base = target.baseAddress else { return }
      do throws(Transcoder.Refusal) {
        count = try block.withUnsafeBufferPointer { (bytes) throws(Transcoder.Refusal) in
          try transcoder?.convert(bytes, into: base, capacity: capacity) ?? 0
        }
        if isAtEnd { try transcoder?.finish() }
      } catch {
        refusal = error
        count = error.made
      }
    }
    buffer += text
    guard let refusal else { return }
    throw TableError(
      .invalidByte, file: input.name, line: line + buffer[at...].count { $0 == Byte.lineFeed },
      offset: refusal.offset, .noCharacter(of: encoding), hint: .damagedOrOther)
  }

  /// The next byte that is no white space, not taken.
  private func peek() throws(TableError) -> UInt8? {
    while true {
      while at < buffer.count {
        let byte = buffer[at]
        switch byte {
        case Byte.lineFeed:
          line += 1
          at += 1
        case Byte.space, Byte.tab, Byte.carriageReturn: at += 1
        default: return byte
        }
      }
      if isAtEnd { return nil }
      try more()
    }
  }

  /// The text of a value, and where it stands.
  struct Element {
    var text: [UInt8]
    /// Line on which it begins.
    var line: Int
    /// Bytes of the text before it.
    var offset: Int
  }

  /// The text of the value that begins here.
  private func value() throws(TableError) -> Element {
    guard try peek() != nil else { throw fault("the text ends in the middle", "文件中途结束") }
    let start = line
    var reach = ValueReach()
    var place = at
    while true {
      let isDone = buffer.withUnsafeBufferPointer { reach.scan($0, &place) }
      line = start + reach.lines
      if reach.hasLineInString { throw fault("a line end inside a string", "字符串中有换行") }
      if isDone { break }
      if isAtEnd {
        guard reach.isBare else { throw fault("a value is not finished", "有一个值没有结束", line: start) }
        break
      }
      let offset = place - at
      try more()
      place = at + offset
    }
    let element = Element(text: Array(buffer[at..<place]), line: start, offset: dropped + at)
    guard !element.text.isEmpty else { throw fault("a value is missing", "缺少一个值") }
    at = place
    return element
  }

  private func take(_ byte: UInt8) throws(TableError) {
    guard try peek() == byte else {
      let mark = String(Character(Unicode.Scalar(byte)))
      throw fault("\(mark) was expected", "此处应为 \(mark)")
    }
    at += 1
  }

  /// Behind a member or an element: takes the comma (true), or sees the closing mark (false).
  private func goesOn(_ closing: UInt8) throws(TableError) -> Bool {
    let next = try peek()
    if next == closing { return false }
    let mark = String(Character(Unicode.Scalar(closing)))
    guard next == Byte.comma else { throw fault("a comma or \(mark) was expected", "此处应为逗号或 \(mark)") }
    at += 1
    guard try peek() != closing else { throw fault("a value is missing after a comma", "逗号之后缺少一个值") }
    return true
  }

  /// The value of an element's text.
  func parsed(_ element: Element) throws(TableError) -> JSON {
    do throws(JSONError) {
      return try JSON(parsing: element.text)
    } catch {
      // The place in bytes, from line and column of the element.
      var place = 0
      for _ in 1..<max(1, error.line) {
        place += element.text[place...].prefix { $0 != Byte.lineFeed }.count + 1
      }
      var column = 1
      while place < element.text.count, column < error.column {
        place += 1
        while place < element.text.count, element.text[place] & 0xC0 == 0x80 { place += 1 }
        column += 1
      }
      throw TableError(
        .malformed, file: input.name, line: element.line + max(1, error.line) - 1,
        offset: encoding.converterName == nil ? element.offset + place : nil,
        Wording("no JSON: \(error.reason)", "不是合格的 JSON：\(error.reason)"))
    }
  }

  /// Goes to the array's first element.
  private func find() throws(TableError) -> Bool {
    var keys: [String] = []
    // Objects are entered key by key, other values skipped, until an array of records opens.
    func enter(_ depth: Int) throws(TableError) -> Bool {
      switch try peek() {
      case UInt8(ascii: "["):
        at += 1
        let first = try peek()
        // A data package keeps its records inside its resources.
        let isPackage = path.isEmpty && keys == ["resources"]
        if keys == path || path.isEmpty && !isPackage {
          let isDescription = path.isEmpty && keys.last.map(Self.descriptions.contains) ?? false
          let isRecords = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
          if !path.isEmpty || depth == 0 || isRecords && !isDescription { return true }
          if first != UInt8(ascii: "]") {
            repeat { _ = try value() } while try goesOn(UInt8(ascii: "]"))
          }
        } else if first != UInt8(ascii: "]") {
          var index = 0
          repeat {
            keys.append(String(index))
            foundIndices.append(true)
            if try enter(depth + 1) { return true }
            keys.removeLast()
            foundIndices.removeLast()
            index += 1
          } while try goesOn(UInt8(ascii: "]"))
        }
        try take(UInt8(ascii: "]"))
        return false
      case UInt8(ascii: "{") where depth < 8:
        at += 1
        if try peek() != UInt8(ascii: "}") {
          repeat {
            keys.append(try key())
            foundIndices.append(false)
            if depth == 0, keys.last == "crs" {
              coordinateSystem = try parsed(try value())
            } else if path.isEmpty, Self.descriptions.contains(keys.last ?? "") {
              _ = try value()
            } else if try enter(depth + 1) {
              return true
            }
            keys.removeLast()
            foundIndices.removeLast()
          } while try goesOn(UInt8(ascii: "}"))
        }
        try take(UInt8(ascii: "}"))
        return false
      default:
        _ = try value()
        return false
      }
    }
    let isFound = try enter(0)
    foundPath = keys
    return isFound
  }

  private func key() throws(TableError) -> String {
    guard try peek() == Byte.quote, let key = try parsed(try value()).string else {
      throw fault("a key was expected", "此处应为键名")
    }
    try take(0x3A)
    return key
  }

  /// Behind the array: whatever closes around it, and nothing more.
  private func close() throws(TableError) {
    for (depth, isArray) in foundIndices.enumerated().reversed() {
      let closing = isArray ? UInt8(ascii: "]") : UInt8(ascii: "}")
      while try goesOn(closing) {
        let name = isArray ? nil : try key()
        let member = try value()
        if depth == 0, name == "crs" { coordinateSystem = try parsed(member) }
      }
      try take(closing)
    }
    guard try peek() == nil else { throw fault("something follows the end", "结束之后还有内容") }
  }

  /// The next element's text, or nil behind the last.
  func nextElement() throws(TableError) -> Element? {
    if isOver { return nil }
    if isLines {
      guard try peek() != nil else {
        isOver = true
        return nil
      }
      return try value()
    }
    if !isInside {
      guard try peek() != nil else {
        isOver = true  // an empty file has no records
        return nil
      }
      guard try find() else {
        throw TableError(
          .malformed, file: input.name,
          Wording("there is no array of records in the JSON", "JSON 中没有记录的数组"),
          hint: Wording(
            "name the keys that lead to it, as --path result.records", "请指出到达它的键，如 --path result.records"))
      }
      isInside = true
      if try peek() != UInt8(ascii: "]") { return try value() }
    } else if try goesOn(UInt8(ascii: "]")) {
      return try value()
    }
    isOver = true
    at += 1
    try close()
    return nil
  }

  /// The next element, or nil behind the last.
  func next() throws(TableError) -> (value: JSON, line: Int)? {
    guard let element = try nextElement() else { return nil }
    return (try parsed(element), element.line)
  }
}

/// How far a value reaches, whatever the pieces its bytes come in.
private struct ValueReach {
  private(set) var lines = 0
  private(set) var hasLineInString = false
  private var depth = 0
  private var inString = false
  private var isEscaped = false

  /// Whether what was scanned may be a whole number or word.
  var isBare: Bool { depth == 0 && !inString }

  /// Goes on from `place` until the value ends (true) or the bytes do.
  mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int) -> Bool {
    while place < bytes.count {
      let byte = bytes[place]
      if inString {
        if isEscaped {
          isEscaped = false
        } else if byte == 0x5C {
          isEscaped = true
        } else if byte == Byte.quote {
          inString = false
          if depth == 0 {
            place += 1
            return true
          }
        } else if byte == Byte.lineFeed {
          hasLineInString = true
          return true
        }
      } else {
        switch byte {
        case Byte.quote: inString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          depth -= 1
          if depth < 0 { return true }
          if depth == 0 {
            place += 1
            return true
          }
        case Byte.comma, 0x3A: if depth == 0 { return true }
        case Byte.lineFeed:
          if depth == 0 { return true }
          lines += 1
        case Byte.space, Byte.tab, Byte.carriageReturn: if depth == 0 { return true }
        default: break
        }
      }
      place += 1
    }
    return false
  }
}
