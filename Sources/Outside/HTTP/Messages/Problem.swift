package import Bytes

/// A problem for machines and people: `application/problem+json` (RFC 9457). It is never a success: a status below 400
/// cannot be put into one.
package struct Problem: Sendable {
  /// A page that explains the kind of problem; `about:blank` where the status says it all.
  package var type: String
  package let status: Int
  package var title: String
  package var detail: String?
  /// A stable word for programs.
  package var code: String?
  package var extensions: [JSON.Member]

  package init(
    status: Int, code: String? = nil, title: String? = nil, detail: String? = nil,
    type: String = "about:blank",
    extensions: [JSON.Member] = []
  ) {
    self.type = type
    self.status = (400...599).contains(status) ? status : 500
    self.title = title ?? StatusLine.reason(self.status)
    self.detail = detail
    self.code = code
    self.extensions = extensions
  }

  package var json: JSON {
    var members = [
      JSON.Member(key: "type", value: .string(type)), JSON.Member(key: "title", value: .string(title)),
      JSON.Member(key: "status", value: .number(String(status))),
    ]
    if let detail { members.append(JSON.Member(key: "detail", value: .string(detail))) }
    if let code { members.append(JSON.Member(key: "code", value: .string(code))) }
    return .object(members + extensions)
  }

  package func response(headers: Headers = [:]) -> Response {
    var headers = headers
    headers.setDefault("Cache-Control", "no-store")
    return .bytes(json.serialized(), type: "application/problem+json", status: status, headers: headers)
  }
}

extension Problem {
  /// What is not there, and what the caller may not know is there: one answer for both.
  package static var notFound: Problem {
    Problem(status: 404, code: "not-found", detail: "There is nothing at this address.")
  }

  /// A method that the address does not take; one that nobody knows is 501.
  package static func notAllowed(_ method: Method) -> Problem {
    Method.known.contains(method)
      ? Problem(
        status: 405, code: "method-not-allowed", detail: "The method \(method) is not allowed here.")
      : Problem(status: 501, code: "unknown-method", detail: "This server does not know the method.")
  }
}

extension Response {
  /// A problem as an answer.
  package static func problem(
    _ status: Int, code: String? = nil, detail: String? = nil, headers: Headers = [:]
  ) -> Response {
    Problem(status: status, code: code, detail: detail).response(headers: headers)
  }

  package static var notFound: Response { Problem.notFound.response() }
}
