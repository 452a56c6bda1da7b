/// Why a request is not taken. Each refusal answers with its status and closes the connection, because after it
/// nobody knows where the next request begins (RFC 9112 §6.3, §9.3).
package enum Refusal: Error, Sendable, Equatable, CaseIterable {
  case badRequestLine
  case badVersion
  case unsupportedVersion
  case unknownMethod
  case methodNotAllowed
  case requestLineTooLong
  case badField
  case fieldsTooLarge
  case badHost
  case badTarget
  case bothLengthAndChunked
  case badContentLength
  case badTransferEncoding
  case unknownTransferEncoding
  case bodyTooLarge
  case badChunk
  case unknownExpectation
  case endedTooSoon
  case tooSlow

  /// The status of the answer (RFC 9110 §15).
  package var status: Int {
    switch self {
    case .badRequestLine, .badVersion, .badField, .badHost, .badTarget, .bothLengthAndChunked,
      .badContentLength,
      .badTransferEncoding, .badChunk, .endedTooSoon:
      400
    case .methodNotAllowed: 405
    case .tooSlow: 408
    case .bodyTooLarge: 413
    case .requestLineTooLong: 414
    case .unknownExpectation: 417
    case .fieldsTooLarge: 431
    case .unknownMethod, .unknownTransferEncoding: 501
    case .unsupportedVersion: 505
    }
  }

  /// A stable code for the problem body and the metrics.
  package var code: String {
    switch self {
    case .badRequestLine: "bad-request-line"
    case .badVersion: "bad-version"
    case .unsupportedVersion: "unsupported-version"
    case .unknownMethod: "unknown-method"
    case .methodNotAllowed: "method-not-allowed"
    case .requestLineTooLong: "request-line-too-long"
    case .badField: "bad-field"
    case .fieldsTooLarge: "fields-too-large"
    case .badHost: "bad-host"
    case .badTarget: "bad-target"
    case .bothLengthAndChunked: "length-and-chunked"
    case .badContentLength: "bad-content-length"
    case .badTransferEncoding: "bad-transfer-encoding"
    case .unknownTransferEncoding: "unknown-transfer-encoding"
    case .bodyTooLarge: "body-too-large"
    case .badChunk: "bad-chunk"
    case .unknownExpectation: "unknown-expectation"
    case .endedTooSoon: "ended-too-soon"
    case .tooSlow: "too-slow"
    }
  }

  /// What the sender should change, in one sentence.
  package var detail: String {
    switch self {
    case .badRequestLine: "The request line is not `method SP target SP version CRLF`."
    case .badVersion: "The protocol version is not `HTTP/` digit `.` digit."
    case .unsupportedVersion: "This server speaks HTTP/1.1 and HTTP/1.0."
    case .unknownMethod: "This server does not know the method."
    case .methodNotAllowed: "The method is not allowed here."
    case .requestLineTooLong: "The request line is longer than this server reads."
    case .badField: "A header or trailer field breaks the grammar of RFC 9112 section 5."
    case .fieldsTooLarge: "The header fields are larger or more numerous than this server reads."
    case .badHost: "Exactly one valid Host field is needed."
    case .badTarget: "The request target breaks the grammar of RFC 3986."
    case .bothLengthAndChunked: "Content-Length and Transfer-Encoding may not be sent together."
    case .badContentLength: "Content-Length is not one decimal number."
    case .badTransferEncoding: "Transfer-Encoding is not exactly `chunked`."
    case .unknownTransferEncoding: "The only transfer coding this server takes is `chunked`."
    case .bodyTooLarge: "The body is larger than this server reads."
    case .badChunk: "The chunked body breaks the grammar of RFC 9112 section 7.1."
    case .unknownExpectation: "The only expectation this server meets is `100-continue`."
    case .endedTooSoon: "The connection ended before the request did."
    case .tooSlow: "The request did not arrive within the time this server waits."
    }
  }
}
