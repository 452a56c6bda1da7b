package import Bytes

/// One request, whole: its head has passed every rule, its body has come and is within the limits.
package struct Request: Sendable {
  package let head: RequestHead
  /// The body, without any transfer coding.
  package let body: [UInt8]
  package let peer: Peer
  package let identity: RequestIdentity
  /// When the head had been read.
  package let receivedAt: Timestamp
  /// Who waits for the answer.
  package let caller: Caller
  /// What the router's pattern caught, by name.
  package var parameters: [String: String] = [:]

  package init(
    head: RequestHead, body: [UInt8], peer: Peer, identity: RequestIdentity, receivedAt: Timestamp,
    caller: Caller = Caller()
  ) {
    self.caller = caller
    self.head = head
    self.body = body
    self.peer = peer
    self.identity = identity
    self.receivedAt = receivedAt
  }

  package var method: Method { head.method }
  /// A name for this request in logs and answers.
  package var id: String { identity.description }
  package var headers: RequestHeaders { RequestHeaders(head: head) }
  /// The path as sent, percent-encoded, without the query.
  package var path: String { String(decoding: head.bytes[head.path], as: UTF8.self) }
  /// The query as sent, without its question mark.
  package var query: String? { head.query.map { String(decoding: head.bytes[$0], as: UTF8.self) } }
  /// The host asked for, without the port, as sent.
  package var host: String? { head.host.map { String(decoding: head.bytes[$0], as: UTF8.self) } }

  /// The decoded segments of the path: `/a/b%20c/` is `["a", "b c", ""]`. A request whose path has a segment `.`
  /// or `..`, a control character, an encoded slash or backslash or bad UTF-8 never reaches a handler.
  package var pathSegments: [String] { PathSegments.decoded(head.bytes, head.path) ?? [] }

  /// The query's pairs, decoded (`+` is a space); nil where one is no UTF-8 or holds a control character.
  package func queryItems() -> [(name: String, value: String)]? {
    guard let query = head.query else { return [] }
    return FormPairs.decoded(head.bytes, query)
  }
}

/// A number that no other request of this server has: random for the process, then counted.
package struct RequestIdentity: Sendable, Hashable, CustomStringConvertible {
  package let process: UInt64
  package let number: UInt64

  package init(process: UInt64, number: UInt64) {
    self.process = process
    self.number = number
  }

  package var description: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(24)
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes the field an answer names its request in.
  func render(into bytes: inout [UInt8]) {
    StatusLine.append("Request-Id: ", to: &bytes)
    append(to: &bytes)
    StatusLine.append("\r\n", to: &bytes)
  }

  private func append(to bytes: inout [UInt8]) {
    for shift in stride(from: 60, through: 20, by: -4) {
      bytes.append(RequestIdentity.digit(process >> UInt64(shift)))
    }
    bytes.append(0x2D)
    for shift in stride(from: 44, through: 0, by: -4) {
      bytes.append(RequestIdentity.digit(number >> UInt64(shift)))
    }
  }

  private static func digit(_ value: UInt64) -> UInt8 {
    let nibble = UInt8(truncatingIfNeeded: value & 15)
    return nibble < 10 ? nibble + 0x30 : nibble + 0x57
  }
}
