/// Status lines and the few fields every answer has, written as bytes.
enum StatusLine {
  static func render(_ status: Int, into bytes: inout [UInt8]) {
    if status == 200 {
      append("HTTP/1.1 200 OK\r\n", to: &bytes)
      return
    }
    append("HTTP/1.1 ", to: &bytes)
    bytes.append(contentsOf: String(status).utf8)
    bytes.append(Octet.space)
    bytes.append(contentsOf: reason(status).utf8)
    append("\r\n", to: &bytes)
  }

  static func append(_ text: StaticString, to bytes: inout [UInt8]) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  /// The reason phrase (RFC 9110 §15): for people reading along, no program needs it.
  package static func reason(_ status: Int) -> String {
    switch status {
    case 100: "Continue"
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 206: "Partial Content"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 411: "Length Required"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 416: "Range Not Satisfiable"
    case 417: "Expectation Failed"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 428: "Precondition Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 451: "Unavailable For Legal Reasons"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    default: "Status"
    }
  }
}

/// The Content-Length field.
enum ContentLength {
  static func render(_ length: Int, into bytes: inout [UInt8]) {
    StatusLine.append("Content-Length: ", to: &bytes)
    bytes.append(contentsOf: String(length).utf8)
    StatusLine.append("\r\n", to: &bytes)
  }
}
