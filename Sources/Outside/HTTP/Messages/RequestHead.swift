/// A request head that has passed every rule of framing, host and target: immutable, one copy of its bytes and
/// positions into them.
package final class RequestHead: Sendable {
  /// How the body's length is known (RFC 9112 §6.3).
  enum Framing: Sendable, Equatable { case none, length(Int), chunked }

  let bytes: [UInt8]
  let fields: [FieldPosition]
  package let method: Method
  /// The digit after `HTTP/1.`
  package let minorVersion: UInt8
  /// The path within `bytes`, still percent-encoded; empty for `OPTIONS *`.
  let path: Range<Int>
  /// The query within `bytes`, without its question mark.
  let query: Range<Int>?
  /// The host within `bytes`, without the port; nil where HTTP/1.0 sent none.
  let host: Range<Int>?
  let framing: Framing
  /// `close` or `keep-alive` in Connection (RFC 9112 §9.3).
  let wantsClose: Bool
  let expectsContinue: Bool
  let hasUnknownExpectation: Bool

  /// Judges a head that `parser` has read whole from `bytes` (a prefix of it, `parser.position` long).
  init(_ parser: borrowing HeadParser, bytes source: borrowing Span<UInt8>, limits: Limits) throws(Refusal) {
    let end = parser.position
    let fields = parser.fields
    let bytes = [UInt8](unsafeUninitializedCapacity: end) { buffer, count in
      source.withUnsafeBufferPointer { from in
        if let start = from.baseAddress { buffer.baseAddress?.initialize(from: start, count: end) }
      }
      count = end
    }
    let known = KnownFields(fields, in: bytes)
    let isHTTP10 = parser.minorVersion == 0
    let method = RequestHead.method(bytes[parser.lineStart..<parser.methodEnd])
    let host = try RequestHead.host(known, in: bytes, required: !isHTTP10, fields: fields)
    framing = try RequestHead.framing(
      known, in: bytes, isHTTP10: isHTTP10, limits: limits, fields: fields)
    guard method != .connect else { throw .methodNotAllowed }
    let target = try RequestTarget(
      bytes, range: (parser.methodEnd + 1)..<parser.targetEnd, method: method, hostField: host?.whole)
    path = target.path
    query = target.query
    self.host = target.host ?? host?.name
    var closes = isHTTP10
    if let first = known.connection {
      let wanted = RequestHead.connectionOptions(from: first, fields, in: bytes)
      closes = wanted.close || (isHTTP10 && !wanted.keepAlive)
    }
    wantsClose = closes
    var expects = false
    var unknown = false
    if let expect = known.expect {
      expects = bytes.matches(fields[expect].value, ignoringCaseOf: "100-continue")
      unknown = !expects && !fields[expect].value.isEmpty
    }
    expectsContinue = expects && !isHTTP10
    hasUnknownExpectation = unknown
    minorVersion = parser.minorVersion
    self.method = method
    self.bytes = bytes
    self.fields = fields
  }

  /// The method without a new string for the common ones.
  private static func method(_ bytes: ArraySlice<UInt8>) -> Method {
    if bytes.elementsEqual("GET".utf8) { return .get }
    if bytes.elementsEqual("HEAD".utf8) { return .head }
    if bytes.elementsEqual("POST".utf8) { return .post }
    return Method(rawValue: String(decoding: bytes, as: UTF8.self))
  }
}

/// The fields that decide framing and persistence, found in one pass.
struct KnownFields {
  var host: Int?
  var hosts = 0
  var contentLength: Int?
  var contentLengths = 0
  var transferEncoding: Int?
  var transferEncodings = 0
  var connection: Int?
  var expect: Int?

  init(_ fields: [FieldPosition], in bytes: [UInt8]) {
    for index in fields.indices {
      let name = fields[index].name
      switch name.count {
      case 4 where bytes.matches(name, ignoringCaseOf: "host"):
        host = index
        hosts += 1
      case 6 where expect == nil && bytes.matches(name, ignoringCaseOf: "expect"): expect = index
      case 10 where connection == nil && bytes.matches(name, ignoringCaseOf: "connection"): connection = index
      case 14 where bytes.matches(name, ignoringCaseOf: "content-length"):
        contentLength = index
        contentLengths += 1
      case 17 where bytes.matches(name, ignoringCaseOf: "transfer-encoding"):
        transferEncoding = index
        transferEncodings += 1
      default: break
      }
    }
  }
}

extension [UInt8] {
  /// Compares a range of these bytes with a lower-case ASCII word.
  @inline(__always)
  func matches(_ range: Range<Int>, ignoringCaseOf word: StaticString) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { word in
      for offset in 0..<range.count where Octet.lowercased(self[range.lowerBound + offset]) != word[offset] {
        return false
      }
      return true
    }
  }
}
