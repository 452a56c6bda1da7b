/// The request target in its four forms (RFC 9112 §3.2): origin, absolute, and `*` for OPTIONS; the authority
/// form belongs to CONNECT, which this server does not serve.
struct RequestTarget {
  let path: Range<Int>
  let query: Range<Int>?
  /// The host of an absolute form; nil in the other forms.
  let host: Range<Int>?

  init(
    _ bytes: [UInt8], range: Range<Int>, method: Method, hostField: Range<Int>?
  ) throws(Refusal) {
    var start = range.lowerBound
    let end = range.upperBound
    if range.count == 1, bytes[start] == 0x2A {
      guard method == .options else { throw .badTarget }
      path = start..<start
      query = nil
      host = nil
      return
    }
    var authority: Range<Int>?
    if bytes[start] != Octet.slash {
      guard let after = RequestTarget.afterScheme(bytes, range) else { throw .badTarget }
      start = after
      while start < end, bytes[start] != Octet.slash, bytes[start] != Octet.question { start += 1 }
      authority = after..<start
    }
    var at = start
    while at < end, Octet.isPath(bytes[at]) { at += 1 }
    let pathEnd = at
    var found: Range<Int>?
    if at < end, bytes[at] == Octet.question {
      at += 1
      while at < end, Octet.isPath(bytes[at]) || bytes[at] == Octet.question { at += 1 }
      found = (pathEnd + 1)..<at
    }
    guard at == end, bytes.percentsAreComplete(start..<end) else { throw .badTarget }
    if let authority {
      guard let name = RequestHead.hostName(bytes, authority) else { throw .badTarget }
      // Two different hosts in one request are how a front and a back are made to disagree.
      let usualPort =
        bytes[authority.lowerBound - 4] == 0x73 || bytes[authority.lowerBound - 4] == 0x53 ? 443 : 80
      if let hostField,
        !RequestHead.isSameAuthority(bytes, authority, hostField, usualPort: usualPort)
      {
        throw .badHost
      }
      host = name
    } else {
      host = nil
    }
    // An absolute form without a path asks for `/` (RFC 9112 §3.2.1): the last slash before the authority stands for
    // it. For OPTIONS it means the server as a whole, as `*` does (§3.2.4).
    let standsForRoot =
      authority.map { start == pathEnd && (method != .options || found != nil) ? $0 : nil } ?? nil
    path = standsForRoot.map { ($0.lowerBound - 1)..<$0.lowerBound } ?? start..<pathEnd
    query = found
  }

  private static func afterScheme(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    for scheme: StaticString in ["http://", "https://"] {
      let length = scheme.utf8CodeUnitCount
      guard range.count >= length else { continue }
      if bytes.matches(range.lowerBound..<(range.lowerBound + length), ignoringCaseOf: scheme) {
        return range.lowerBound + length
      }
    }
    return nil
  }
}

extension [UInt8] {
  /// Whether two hexadecimal digits follow each percent sign (RFC 3986 §2.1).
  func percentsAreComplete(_ range: Range<Int>) -> Bool {
    var at = range.lowerBound
    while at < range.upperBound {
      if self[at] == Octet.percent {
        guard at + 2 < range.upperBound, Octet.hexadecimal(self[at + 1]) != nil,
          Octet.hexadecimal(self[at + 2]) != nil
        else { return false }
        at += 3
      } else {
        at += 1
      }
    }
    return true
  }
}
