import Bytes

/// Pulls tags and text out of the XML of a workbook's parts, in memory of one tag. A document type declaration is
/// refused, and with it every entity beyond the five of XML.
struct XMLScanner {
  enum Event { case start, end, empty, text, finish }

  private let stream: ZipStream
  private let part: String
  private let file: String
  private var buffer: [UInt8] = []
  private var at = 0
  private var isAtEnd = false
  private var tag = 0..<0
  private var nameRange = 0..<0
  private var textRange = 0..<0
  private var isRaw = false

  /// Bytes of the longest tag or text.
  private static let longest = 16 << 20

  init(_ stream: ZipStream, part: String, file: String) {
    self.stream = stream
    self.part = part
    self.file = file
  }

  func fault(_ what: String) -> TableError {
    TableError(.malformed, file: file, Wording("\(part): \(what)", "工作簿的 \(part) 已损坏：\(what)"))
  }

  private mutating func more() throws(TableError) {
    buffer.removeFirst(at)
    at = 0
    guard buffer.count < Self.longest else { throw fault("a tag or text is longer than 16 MiB") }
    do throws(ZipError) {
      if let piece = try stream.next() { buffer += piece } else { isAtEnd = true }
    } catch {
      throw fault(error.message)
    }
  }

  /// The place of `byte` from `from` bytes behind `at` on, as an offset from `at`.
  private mutating func find(_ byte: UInt8, from: Int) throws(TableError) -> Int? {
    var offset = from
    while true {
      if at + offset < buffer.count, let found = buffer[(at + offset)...].firstIndex(of: byte) {
        return found - at
      }
      offset = max(from, buffer.count - at)
      if isAtEnd { return nil }
      try more()
    }
  }

  mutating func next() throws(TableError) -> Event {
    while true {
      if at >= buffer.count {
        if isAtEnd { return .finish }
        try more()
        continue
      }
      guard buffer[at] == UInt8(ascii: "<") else {
        let end = try find(UInt8(ascii: "<"), from: 0) ?? buffer.count - at
        textRange = at..<(at + end)
        isRaw = false
        at += end
        return .text
      }
      // The longest mark to tell apart is `<![CDATA[`.
      while buffer.count - at < 9, !isAtEnd { try more() }
      if starts("<!--") {
        try skip(past: "-->")
        continue
      }
      if starts("<?") {
        try skip(past: "?>")
        continue
      }
      if starts("<![CDATA[") {
        let from = 9
        try locate("]]>", from: from)
        textRange = (at + from)..<(at + found)
        isRaw = true
        at += found + 3
        return .text
      }
      if starts("<!") {
        throw TableError(
          .refused, file: file,
          Wording(
            "\(part): a document type declaration is not allowed", "\(part)：不允许文档类型声明（DOCTYPE）"))
      }
      return try readTag()
    }
  }

  private var found = 0

  private mutating func locate(_ mark: StaticString, from: Int) throws(TableError) {
    var offset = from
    while let place = try find(mark.withUTF8Buffer { $0[0] }, from: offset) {
      while buffer.count - at < place + mark.utf8CodeUnitCount, !isAtEnd { try more() }
      if matches(mark, at + place) {
        found = place
        return
      }
      offset = place + 1
    }
    throw fault("it ends in the middle")
  }

  private mutating func skip(past mark: StaticString) throws(TableError) {
    try locate(mark, from: 2)
    at += found + mark.utf8CodeUnitCount
  }

  private func starts(_ mark: StaticString) -> Bool { matches(mark, at) }

  private func matches(_ mark: StaticString, _ place: Int) -> Bool {
    mark.withUTF8Buffer { mark in
      guard place + mark.count <= buffer.count else { return false }
      for index in 0..<mark.count where buffer[place + index] != mark[index] { return false }
      return true
    }
  }

  private mutating func readTag() throws(TableError) -> Event {
    var offset = 1
    var quote: UInt8 = 0
    scan: while true {
      while at + offset < buffer.count {
        let byte = buffer[at + offset]
        if quote != 0 {
          if byte == quote { quote = 0 }
        } else if byte == Byte.quote || byte == 0x27 {
          quote = byte
        } else if byte == UInt8(ascii: ">") {
          break scan
        }
        offset += 1
      }
      if isAtEnd { throw fault("it ends inside a tag") }
      try more()
    }
    let isEnd = buffer[at + 1] == UInt8(ascii: "/")
    let isEmpty = !isEnd && buffer[at + offset - 1] == UInt8(ascii: "/")
    let first = at + (isEnd ? 2 : 1)
    let last = at + offset - (isEmpty ? 1 : 0)
    var place = first
    var local = first
    while place < last, buffer[place] > 0x20 {
      if buffer[place] == 0x3A { local = place + 1 }
      place += 1
    }
    guard place > first else { throw fault("a tag has no name") }
    nameRange = local..<place
    tag = place..<last
    at += offset + 1
    return isEnd ? .end : isEmpty ? .empty : .start
  }

  /// Whether the tag's name, without its namespace prefix, is this one.
  func isNamed(_ name: StaticString) -> Bool {
    nameRange.count == name.utf8CodeUnitCount && matches(name, nameRange.lowerBound)
  }

  /// The text of an attribute, by its name without prefix, or nil.
  func attribute(_ name: StaticString) -> [UInt8]? {
    var place = tag.lowerBound
    while place < tag.upperBound {
      while place < tag.upperBound, buffer[place] <= 0x20 { place += 1 }
      var local = place
      while place < tag.upperBound, buffer[place] != 0x3D, buffer[place] > 0x20 {
        if buffer[place] == 0x3A { local = place + 1 }
        place += 1
      }
      let end = place
      while place < tag.upperBound, buffer[place] != Byte.quote, buffer[place] != 0x27 { place += 1 }
      guard place < tag.upperBound else { return nil }
      let quote = buffer[place]
      let from = place + 1
      place = from
      while place < tag.upperBound, buffer[place] != quote { place += 1 }
      if end - local == name.utf8CodeUnitCount, matches(name, local) {
        var text: [UInt8] = []
        decode(from..<place, to: &text)
        return text
      }
      place += 1
    }
    return nil
  }

  func attributeText(_ name: StaticString) -> String? {
    attribute(name).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Adds the text of the last event.
  func appendText(to bytes: inout [UInt8]) {
    if isRaw { bytes += buffer[textRange] } else { decode(textRange, to: &bytes) }
  }

  private func decode(_ range: Range<Int>, to bytes: inout [UInt8]) {
    var place = range.lowerBound
    while place < range.upperBound {
      let byte = buffer[place]
      if byte == Byte.carriageReturn {
        // XML 1.0 §2.11: a line end is LF.
        bytes.append(Byte.lineFeed)
        place += place + 1 < range.upperBound && buffer[place + 1] == Byte.lineFeed ? 2 : 1
        continue
      }
      // No reference is longer than `&#x10FFFF;`; looking further would make a text of ampersands a trap.
      guard byte == UInt8(ascii: "&"),
        let end = buffer[place..<min(place + 12, range.upperBound)].firstIndex(of: 0x3B)
      else {
        bytes.append(byte)
        place += 1
        continue
      }
      let name = String(decoding: buffer[(place + 1)..<end], as: UTF8.self)
      switch name {
      case "lt": bytes.append(UInt8(ascii: "<"))
      case "gt": bytes.append(UInt8(ascii: ">"))
      case "amp": bytes.append(UInt8(ascii: "&"))
      case "quot": bytes.append(Byte.quote)
      case "apos": bytes.append(0x27)
      default:
        let value =
          name.hasPrefix("#x")
          ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
        if let value, let scalar = Unicode.Scalar(value) {
          bytes += String(scalar).utf8
        } else {
          bytes += buffer[place...end]
        }
      }
      place = end + 1
    }
  }
}
