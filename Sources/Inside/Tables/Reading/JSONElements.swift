import Bytes

/// The elements of one array inside a JSON text, one by one, in memory of one element.
///
/// The array is found by a path of keys, or is the first whose first element is an object or an array.
final class JSONElements {
  private var input: InputFile
  private let path: [String]
  private let isLines: Bool
  private var buffer: [UInt8] = []
  private var at = 0
  private var isAtEnd = false
  private var isInside = false
  private var isOver = false
  /// Line on which the next byte stands, from 1.
  private(set) var line = 1
  /// Keys that lead to the array that was found.
  private(set) var foundPath: [String] = []

  /// Bytes of the longest element.
  private static let longest = 128 << 20

  init(_ input: consuming InputFile, path: [String], isLines: Bool) throws(TableError) {
    self.input = input
    self.path = path
    self.isLines = isLines
    try more()
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
  }

  var name: String { input.name }
  var bytesRead: Int { input.offset }

  private func fault(_ what: String) -> TableError {
    TableError(.malformed, file: input.name, line: line, what)
  }

  /// Reads more behind what is there; what lies before `at` is dropped.
  private func more() throws(TableError) {
    buffer.removeFirst(at)
    at = 0
    guard buffer.count <= Self.longest else {
      throw TableError(.tooLarge, file: input.name, line: line, "one value is longer than 128 MiB")
    }
    var block = [UInt8](repeating: 0, count: max(1 << 18, buffer.count))
    let got = try block.withUnsafeMutableBufferPointer { (target) throws(TableError) in
      guard let base = target.baseAddress else { return 0 }
      return try input.read(into: base, count: target.count)
    }
    if got < block.count { isAtEnd = true }
    buffer += block[..<got]
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

  /// The text of the value that begins here, with the line it begins on.
  private func value() throws(TableError) -> (text: [UInt8], line: Int) {
    guard try peek() != nil else { throw fault("the JSON ends in the middle") }
    let start = line
    var depth = 0
    var inString = false
    var isEscaped = false
    var place = at
    scan: while true {
      while place < buffer.count {
        let byte = buffer[place]
        if inString {
          if isEscaped {
            isEscaped = false
          } else if byte == 0x5C {
            isEscaped = true
          } else if byte == Byte.quote {
            inString = false
            if depth == 0 {
              place += 1
              break scan
            }
          } else if byte == Byte.lineFeed {
            throw fault("a line end inside a string")
          }
        } else {
          switch byte {
          case Byte.quote: inString = true
          case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
          case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            if depth < 0 { break scan }
            if depth == 0 {
              place += 1
              break scan
            }
          case Byte.comma where depth == 0: break scan
          case Byte.lineFeed:
            if depth == 0 { break scan }
            line += 1
          case Byte.space, Byte.tab, Byte.carriageReturn: if depth == 0 { break scan }
          default: break
          }
        }
        place += 1
      }
      if isAtEnd {
        if depth > 0 || inString { throw fault("the JSON ends in the middle of a value") }
        break
      }
      let offset = place - at
      try more()
      place = at + offset
    }
    let text = Array(buffer[at..<place])
    at = place
    return (text, start)
  }

  private func take(_ byte: UInt8, _ what: String) throws(TableError) {
    guard try peek() == byte else { throw fault("\(what) was expected") }
    at += 1
  }

  private func parsed(_ value: (text: [UInt8], line: Int)) throws(TableError) -> JSON {
    do throws(JSONError) {
      return try JSON(parsing: value.text)
    } catch {
      throw TableError(
        .malformed, file: input.name, line: value.line + error.line - 1, "no JSON: \(error.message)")
    }
  }

  /// Goes to the array's first element.
  private func find() throws(TableError) -> Bool {
    var keys: [String] = []
    // Objects are entered key by key, other values skipped, until an array of records opens.
    func enter(_ depth: Int) throws(TableError) -> Bool {
      switch try peek() {
      case UInt8(ascii: "["):
        let isWanted = path.isEmpty || keys == path
        if isWanted {
          at += 1
          let first = try peek()
          if !path.isEmpty || first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || depth == 0 {
            return true
          }
          while let next = try peek(), next != UInt8(ascii: "]") {
            _ = try value()
            if try peek() == Byte.comma { at += 1 }
          }
          try take(UInt8(ascii: "]"), "]")
          return false
        }
        at += 1
        var index = 0
        while let next = try peek(), next != UInt8(ascii: "]") {
          keys.append(String(index))
          if try enter(depth + 1) { return true }
          keys.removeLast()
          index += 1
          if try peek() == Byte.comma { at += 1 }
        }
        try take(UInt8(ascii: "]"), "]")
        return false
      case UInt8(ascii: "{") where depth < 8:
        at += 1
        while let next = try peek(), next != UInt8(ascii: "}") {
          guard let key = try parsed(try value()).string else { throw fault("a key was expected") }
          try take(UInt8(ascii: ":"), "a colon")
          keys.append(key)
          if try enter(depth + 1) { return true }
          keys.removeLast()
          if try peek() == Byte.comma { at += 1 }
        }
        try take(UInt8(ascii: "}"), "}")
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

  /// The next element, or nil behind the last.
  func next() throws(TableError) -> (value: JSON, line: Int)? {
    if isOver { return nil }
    if isLines {
      guard try peek() != nil else {
        isOver = true
        return nil
      }
      let element = try value()
      guard !element.text.isEmpty else { throw fault("a value was expected") }
      return (try parsed(element), element.line)
    }
    if !isInside {
      guard try find() else {
        throw TableError(
          .malformed, file: input.name, "there is no array of records in the JSON",
          hint: "name the keys that lead to it")
      }
      isInside = true
    } else {
      switch try peek() {
      case Byte.comma: at += 1
      case UInt8(ascii: "]"): break
      default: throw fault("a comma or ] was expected")
      }
    }
    if try peek() == UInt8(ascii: "]") {
      isOver = true
      at += 1
      return nil
    }
    let element = try value()
    guard !element.text.isEmpty else { throw fault("a value was expected") }
    return (try parsed(element), element.line)
  }
}
