@testable import HTTP

/// What must hold of what a caller sends whatever bytes they are. Each returns what does not, or nil. The fuzz targets
/// and the tests over their seeds share it.
enum Hostile {
  /// Bytes of a connection, by the first of them in pieces: the verdict may not depend on how they are cut, and a path
  /// that was accepted can be decoded.
  static func requests(_ bytes: [UInt8]) -> String? {
    guard let first = bytes.first else { return nil }
    let input = Array(bytes.dropFirst())
    let whole = verdict(input, pieces: max(1, input.count))
    if whole.contains("half") { return "a path half refused" }
    for pieces in [1, 2 + Int(first) % 61] where verdict(input, pieces: pieces) != whole {
      return "another verdict in pieces of \(pieces)"
    }
    return nil
  }

  private static func verdict(_ bytes: [UInt8], pieces: Int) -> [String] {
    let read = read(bytes, pieces: pieces) { head, body in
      let acceptable = PathSegments.areAcceptable(head.bytes, head.path)
      let isHalf = acceptable != (PathSegments.decoded(head.bytes, head.path) != nil)
      if let query = head.query { _ = FormPairs.decoded(head.bytes, query) }
      return (isHalf ? ["half"] : []) + ["\(head.method) \(head.path) \(head.fields.count) \(body)"]
    }
    return read.verdict + [read.refusal?.code ?? (read.isAtStart ? "" : "more")]
  }

  /// What the parser makes of bytes that come in pieces: what is said of each request, the refusal that ended them, and
  /// whether the next request has not begun.
  static func read(
    _ bytes: [UInt8], pieces: Int, limits: Limits = Limits(), say: (RequestHead, [UInt8]) -> [String]
  ) -> (verdict: [String], refusal: Refusal?, isAtStart: Bool) {
    var reader = RequestReader(limits: limits)
    var verdict: [String] = []
    var pending: [UInt8] = []
    var at = 0
    while at < bytes.count {
      let end = min(bytes.count, at + pieces)
      pending += bytes[at..<end]
      at = end
      var used = 0
      while used < pending.count {
        do throws(Refusal) {
          let (consumed, complete) = try reader.read(
            pending.span.extracting(used..<pending.count), limits: limits)
          used += consumed
          guard complete, let (head, body) = reader.take(limits: limits) else { break }
          verdict += say(head, body)
        } catch {
          return (verdict, error, false)
        }
      }
      pending.removeFirst(used)
    }
    return (verdict, nil, reader.isAtStart && pending.isEmpty)
  }

  /// The value of a field that selects, behind two bytes with the size of the file: ranges stay inside it and are never
  /// more than it, and only a tag that is there matches.
  static func fields(_ bytes: [UInt8]) -> String? {
    guard bytes.count > 2 else { return nil }
    let size = Int(bytes[0]) << 8 | Int(bytes[1])
    let value = 2..<bytes.count
    let prefixed = Array("bytes=".utf8) + bytes[value]
    for (bytes, range) in [(bytes, value), (prefixed, 0..<prefixed.count)] {
      guard case .parts(let parts) = ByteRanges(bytes, range, size: size, limit: 10) else { continue }
      guard !parts.isEmpty, parts.count <= 10,
        parts.allSatisfy({ !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= size })
      else { return "ranges \(parts) of \(size)" }
      if parts.reduce(0, { $0 + $1.count }) > max(size, parts[0].count) { return "more than the whole" }
    }
    _ = AcceptEncoding.wantsGzip(bytes, [value])
    _ = Conditions.date(bytes, value)
    let tag = Array("\"abc\"".utf8)
    var fields = SelectingFields()
    fields.ifNoneMatch = [value]
    if Conditions.judge(fields, in: bytes, etag: tag, modified: 0, isRead: true) == .notModified,
      value.count != 1, !String(decoding: bytes[value], as: UTF8.self).contains("\"abc\"")
    {
      return "matched a tag that is not there"
    }
    _ = Conditions.rangeStillFits(bytes, value, etag: tag, modified: 0, now: 1_000_000)
    _ = FormPairs.decoded(bytes, value)
    return nil
  }

  /// A structured field (RFC 9651): what was read is written, and reads as the same again.
  static func structured(_ bytes: [UInt8]) -> String? {
    if let item = try? StructuredFieldParser.item(bytes) {
      guard let written = StructuredFieldWriter.item(item),
        (try? StructuredFieldParser.item(Array(written.utf8))) == item
      else { return "another item" }
    }
    if let list = try? StructuredFieldParser.list(bytes) {
      guard let written = StructuredFieldWriter.list(list),
        (try? StructuredFieldParser.list(Array(written.utf8))) == list
      else { return "another list" }
    }
    if let members = try? StructuredFieldParser.dictionary(bytes) {
      guard let written = StructuredFieldWriter.dictionary(members),
        (try? StructuredFieldParser.dictionary(Array(written.utf8))) == members
      else { return "another dictionary" }
    }
    return nil
  }
}
