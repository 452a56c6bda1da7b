package import Bytes

/// What a handler answers. The server adds Date, Content-Length, Connection and the listener's own headers, and
/// leaves out the body where the method or the status has none.
package struct Response: Sendable {
  /// What follows the head.
  package enum Body: Sendable {
    case none
    case bytes([UInt8])
    case file(FileSlice)
    /// Bytes and parts of files, one after the other.
    case pieces([Piece])
    /// Rendered before; the way of small hot files.
    case prepared(PreparedResponse)
    /// Made piece by piece on a worker, as fast as the reader takes it.
    case stream(BodyStream)
  }

  /// One part of a composed body.
  package enum Piece: Sendable {
    case bytes([UInt8])
    case file(FileSlice)

    var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .file(let slice): slice.count
      }
    }
  }

  package var status: Int
  package var headers: Headers
  package var body: Body
  /// Close the connection after this answer.
  package var closes = false
  /// Pages of other origins may read it where the listener lets them; false for what is not meant for the public.
  package var crossOrigin = true

  package init(status: Int, headers: Headers = [:], body: Body = .none) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Bytes with their media type.
  package static func bytes(
    _ bytes: [UInt8], type: String, status: Int = 200, headers: Headers = [:]
  ) -> Response {
    var headers = headers
    headers.setDefault("Content-Type", type)
    return Response(status: status, headers: headers, body: .bytes(bytes))
  }

  /// Text in UTF-8.
  package static func text(_ text: String, type: String = "text/plain; charset=utf-8", status: Int = 200)
    -> Response
  {
    .bytes(Array(text.utf8), type: type, status: status)
  }

  /// A JSON document.
  package static func json(_ json: JSON, status: Int = 200, headers: Headers = [:]) -> Response {
    .bytes(json.serialized(), type: "application/json", status: status, headers: headers)
  }

  /// Another place (RFC 9110 §15.4). `location` must be a path of this server that was found, perhaps with the query
  /// as it came, or a fixed address; never another address a caller sent.
  package static func redirect(to location: String, status: Int = 308) -> Response {
    Response(status: status, headers: ["Location": location], body: .none)
  }

  /// Bytes of the body where they are known before it is sent.
  var contentLength: Int? {
    switch body {
    case .none: 0
    case .bytes(let bytes): bytes.count
    case .file(let slice): slice.count
    case .pieces(let pieces): pieces.reduce(0) { $0 + $1.count }
    case .prepared(let prepared): prepared.contentLength
    case .stream(let stream): stream.length
    }
  }
}

/// A response whose head has been written once and is sent many times.
package final class PreparedResponse: Sendable {
  package let status: Int
  /// Status line and fields with their line ends, without Date, Connection and the empty line.
  let head: [UInt8]
  let body: [UInt8]
  /// A large body, instead of the bytes.
  let file: FileSlice?
  let contentLength: Int

  init(status: Int, headers: Headers, body: [UInt8], file: FileSlice?, contentLength: Int?) {
    self.status = status
    self.body = body
    self.file = file
    self.contentLength = contentLength ?? body.count
    var head: [UInt8] = []
    StatusLine.render(status, into: &head)
    headers.render(into: &head)
    if let contentLength { ContentLength.render(contentLength, into: &head) }
    self.head = head
  }
}

/// A body made while it is sent: each call gives the next piece, nil ends it. Called on one worker at a time.
package final class BodyStream: Sendable {
  /// What one call gives.
  package enum Next: Sendable { case bytes([UInt8]), end, failed }

  /// The whole length where it is known; else the body goes in chunks.
  package let length: Int?
  let next: @Sendable () -> Next

  package init(length: Int? = nil, next: @escaping @Sendable () -> Next) {
    self.length = length
    self.next = next
  }
}
