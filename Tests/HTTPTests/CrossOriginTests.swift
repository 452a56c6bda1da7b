import Support
import Testing

@testable import HTTP

@Suite struct `Pages of other origins` {
  private func site(crossOrigin: Bool) throws -> TestSite {
    try TestSite(crossOrigin: crossOrigin) { root in
      var router = Router(fallback: StaticFiles(root: root))
      router.get("/api") { _ in .text("rows") }
      router.get("/metrics", atOnce: true, crossOrigin: false) { _ in .text("numbers") }
      router.get("/inside/{name}", crossOrigin: false) { _ in .notFound }
      return router
    }
  }

  private static let names = [
    "access-control-allow-origin", "access-control-expose-headers", "access-control-allow-methods",
    "access-control-allow-headers", "access-control-max-age",
  ]

  @Test(arguments: [
    ("/t/ten.txt", 200), ("/t/big.bin", 200), ("/api", 200), ("/nothing", 404), ("/t/../x", 404),
    ("/t/.hidden", 404),
  ]) func `may read what is public and why it is not there, with the fields they need`(
    path: String, status: Int
  )
    throws
  {
    let answer = try site(crossOrigin: true).get(path, "Origin: https://example.org")
    #expect(answer.status == status && answer["access-control-allow-origin"] == "*")
    let exposed = answer["access-control-expose-headers"]?.split(separator: ", ").map(String.init) ?? []
    for name in [
      "Link", "ETag", "Accept-Ranges", "Content-Range", "Content-Length", "RateLimit", "RateLimit-Policy",
      "Retry-After",
    ] { #expect(exposed.contains(name)) }
    #expect(answer.headers.count { $0.name == "access-control-allow-origin" } == 1)
  }

  @Test func `may read parts, what is unchanged, and refusals of every kind`() throws {
    let site = try site(crossOrigin: true)
    let whole = try site.get("/t/ten.txt")
    let part = try site.get("/t/ten.txt", "Range: bytes=0-3")
    let same = try site.get("/t/ten.txt", "If-None-Match: \(whole["etag"] ?? "")")
    let beyond = try site.get("/t/ten.txt", "Range: bytes=99-")
    #expect([part.status, same.status, beyond.status] == [206, 304, 416])
    let posted = try site.ask("POST /t/ten.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0").first
    let elsewhere = try site.ask("GET / HTTP/1.1\r\nHost: other.example").first
    let broken = try site.ask("GET / HTTP/1.1\r\nHost : localhost").first
    #expect([posted?.status, elsewhere?.status, broken?.status] == [405, 421, 400])
    for answer in [part, same, beyond, posted, elsewhere, broken] {
      #expect(answer?["access-control-allow-origin"] == "*")
    }
  }

  @Test(arguments: ["/t/ten.txt", "/api", "/nothing"]) func `are answered when they ask beforehand`(
    path: String
  ) throws {
    let answer = try #require(
      try site(crossOrigin: true).ask(
        "OPTIONS \(path) HTTP/1.1\r\nHost: localhost\r\nOrigin: https://example.org\r\n"
          + "Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: if-none-match,range"
      ).first)
    #expect(answer.status == 204 && answer.body.isEmpty)
    #expect(answer["access-control-allow-origin"] == "*" && answer["access-control-max-age"] == "86400")
    #expect(answer["access-control-allow-methods"]?.contains("GET") == true)
    let fields = answer["access-control-allow-headers"]?.lowercased() ?? ""
    for name in ["if-none-match", "range", "if-range", "accept", "content-type"] {
      #expect(fields.contains(name))
    }
  }

  @Test(arguments: ["/metrics", "/%6detrics", "/inside/x"])
  func `are told nothing where a route is not for them`(
    path: String
  ) throws {
    let site = try site(crossOrigin: true)
    for method in ["GET", "OPTIONS", "POST"] {
      let answer = try site.ask("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0").first
      #expect(answer != nil && Self.names.allSatisfy { answer?[$0] == nil }, "\(method) \(path)")
    }
  }

  @Test func `are told nothing by a listener that is not open to them`() throws {
    let site = try site(crossOrigin: false)
    for request in ["GET /t/ten.txt", "OPTIONS /t/ten.txt", "GET /nothing", "OPTIONS *"] {
      let answer = try site.ask("\(request) HTTP/1.1\r\nHost: localhost\r\nOrigin: https://example.org").first
      #expect(answer != nil && Self.names.allSatisfy { answer?[$0] == nil }, "\(request)")
    }
  }
}
