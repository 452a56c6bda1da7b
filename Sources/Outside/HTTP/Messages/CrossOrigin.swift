/// What pages of other origins are told where a listener is open to them (Fetch standard, CORS protocol). The same for
/// every caller, so that caches need not tell origins apart; nothing here goes by cookies.
enum CrossOrigin {
  /// On every answer, errors too: a page must be able to read why it got none.
  static let answer: Headers = [
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers":
      "Link, ETag, Accept-Ranges, Content-Range, Content-Length, Content-Encoding, Content-Disposition, "
      + "Content-Digest, Repr-Digest, RateLimit, RateLimit-Policy, Retry-After, Doorsill-Release, Request-Id",
  ]

  /// On the answer to OPTIONS beside that: the methods the place allows, the fields a request may carry, and for how
  /// long (a day) nobody has to ask again.
  static func preflight(allow: String) -> Headers {
    [
      "Access-Control-Allow-Methods": allow,
      "Access-Control-Allow-Headers":
        "Accept, Accept-Language, Cache-Control, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, "
        + "If-Unmodified-Since, Range, Want-Content-Digest, Want-Repr-Digest",
      "Access-Control-Max-Age": "86400",
    ]
  }
}
