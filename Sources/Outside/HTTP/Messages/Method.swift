/// A request method, as sent: methods are case-sensitive (RFC 9110 §9.1).
package struct Method: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }

  package static let get = Method(rawValue: "GET")
  package static let head = Method(rawValue: "HEAD")
  package static let post = Method(rawValue: "POST")
  package static let put = Method(rawValue: "PUT")
  package static let delete = Method(rawValue: "DELETE")
  package static let patch = Method(rawValue: "PATCH")
  package static let options = Method(rawValue: "OPTIONS")
  package static let trace = Method(rawValue: "TRACE")
  package static let connect = Method(rawValue: "CONNECT")
  package static let query = Method(rawValue: "QUERY")

  /// Methods that are known and therefore answered 405 where they do not apply; any other is answered 501.
  package static let known: Set<Method> = [
    .get, .head, .post, .put, .delete, .patch, .options, .trace, .connect, .query,
  ]

  package var description: String { rawValue }
}
