import Bytes
import Testing

@testable import HTTP

@Suite struct `The router` {
  let site: TestSite

  init() throws {
    site = try TestSite { root in
      var router = Router(fallback: StaticFiles(root: root))
      router.get("/api/{id}/rows") { .text("rows of \($0.parameters["id"] ?? "")") }
      router.get("/api/all/rows", atOnce: true) { _ in .text("all") }
      router.post("/api/{id}/rows") { .text("took \($0.body.count)") }
      router.get("/tiles/{rest...}") { .text($0.parameters["rest"] ?? "") }
      router.post("/only-post") { _ in .text("posted") }
      return router
    }
  }

  @Test func `finds literals before names, and hands over what names caught`() throws {
    #expect(try site.get("/api/population/rows").text == "rows of population")
    #expect(try site.get("/api/a%20b/rows").text == "rows of a b")
    #expect(try site.get("/%61pi/x/rows").text == "rows of x")
    #expect(try site.get("/api/all/rows").text == "all")
    #expect(try site.get("/tiles/0/x123/045.p/6").text == "0/x123/045.p/6")
  }

  @Test func `leaves to the fallback what no pattern matches`() throws {
    #expect(try site.get("/t/ten.txt").text == "0123456789")
    #expect(try site.get("/api//rows").status == 404 && site.get("/api/x/rows/more").status == 404)
    #expect(try site.get("/api").status == 404)
  }

  @Test func `answers HEAD by GET, OPTIONS itself, and others with 405 and Allow`() throws {
    let head = try site.ask("HEAD /api/x/rows HTTP/1.1\r\nHost: localhost", methods: ["HEAD"]).first
    #expect(head?.status == 200 && head?["content-length"] == "9" && head?.body.isEmpty == true)
    let options = try site.ask("OPTIONS /api/x/rows HTTP/1.1\r\nHost: localhost").first
    #expect(options?.status == 204 && options?["allow"] == "GET, POST, HEAD, OPTIONS")
    let other = try site.ask("DELETE /api/x/rows HTTP/1.1\r\nHost: localhost").first
    #expect(other?.status == 405 && other?["allow"] == "GET, POST, HEAD, OPTIONS")
    let get = try site.get("/only-post")
    #expect(get.status == 405 && get["allow"] == "POST, OPTIONS")
    #expect(try site.ask("TRACE /api/x/rows HTTP/1.1\r\nHost: localhost").first?.status == 405)
  }

  @Test func `lists its routes`() {
    var router = Router()
    router.get("/a/{b}") { _ in .notFound }
    router.post("/a/{b}") { _ in .notFound }
    #expect(
      router.routes == [
        Router.Route(method: .get, pattern: "/a/{b}"), Router.Route(method: .post, pattern: "/a/{b}"),
      ])
  }

  @Test func `writes problems by RFC 9457, and no value can begin a field`() throws {
    let response = Problem(
      status: 429, code: "quota", detail: "too many", extensions: [JSON.Member("limit", 5)]
    )
    .response(headers: ["Retry-After": "1\r\nX-Injected: yes"])
    var bytes: [UInt8] = []
    response.headers.render(into: &bytes)
    #expect(!String(decoding: bytes, as: UTF8.self).contains("\nX-Injected"))
    guard case .bytes(let body) = response.body else { return #expect(Bool(false)) }
    let json = try JSON(parsing: body)
    #expect(
      json["status"]?.int == 429 && json["title"]?.string == "Too Many Requests" && json["limit"]?.int == 5)
    #expect(response.headers["content-type"] == "application/problem+json")
  }
}
