import Foundation
import Support
import Testing

extension `End to end` {
  /// What a page of another origin may read, and what every answer says about itself.
  @Suite struct `A page of another origin` {
    private let origin = ["-H", "Origin: https://example.org"]

    @Test(arguments: [
      ("/", 200), ("/data/bike-counts/counts.csv", 200), ("/api/v1/datasets", 200),
      ("/api/v1/search?q=a", 200),
      ("/api/v1/datasets/bike-counts/rows?limit=1", 200), ("/catalog.jsonld", 200), ("/feed.atom", 200),
      ("/ledger/checkpoint", 200), ("/.well-known/jwks.json", 200), ("/crl.der", 200), ("/nothing", 404),
      ("/data/patients/patients.csv", 404), ("/api/v1/datasets/none", 404), ("/api/v1/datasets?limit=x", 400),
      ("/api/v1/datasets/bike-counts/rows?nmae=eq.1", 400), ("/datasets", 308),
    ]) func `reads what is public, and errors`(path: String, status: Int) throws {
      let server = try World.here().server
      let answer = try server.curl(path, origin)
      #expect(answer.status == status, "\(answer.said)")
      #expect(answer.headers["access-control-allow-origin"] == "*", "\(answer.headers)")
      #expect(answer.headers["access-control-expose-headers"]?.contains("Link") == true)
      let asked = try server.curl(
        path,
        origin + [
          "-X", "OPTIONS", "-H", "Access-Control-Request-Method: GET", "-H",
          "Access-Control-Request-Headers: if-none-match",
        ])
      #expect(asked.status == 204 && asked.headers["access-control-allow-origin"] == "*", "\(asked.said)")
      #expect(asked.headers["access-control-allow-headers"]?.contains("If-None-Match") == true)
    }

    @Test func `reads nothing of the gateway, and no numbers`() throws {
      let world = try World.here()
      var answers = try [
        "/v1/results/patients/costs?select=sex,count", "/v1/none", "/v1/me", "/openapi.json",
      ].map {
        try world.server.ask($0, as: world.acme, origin)
      }
      answers.append(try world.server.ask("/v1/me", as: world.acme, origin + ["-X", "OPTIONS"]))
      answers += try ["/metrics", "/healthz", "/readyz"].map { try world.server.curl($0, origin) }
      for answer in answers {
        #expect(
          answer.status > 0 && !answer.headers.keys.contains { $0.hasPrefix("access-control") },
          "\(answer.said)")
      }
    }

    @Test func `and every other keeps its question where a slash is added, and gets errors in its language`()
      throws
    {
      let server = try World.here().server
      #expect(try server.curl("/datasets?q=airport").headers["location"] == "/datasets/?q=airport")
      let html = ["-H", "Accept: text/html"]
      for path in ["/en/none", "/en/datasets/none/"] {
        let page = try server.curl(path, html)
        #expect(page.status == 404 && page.text.contains("There is nothing behind this door"), "\(page.said)")
      }
      #expect(try server.curl("/none", html).text.contains("这扇门后没有东西"))
    }

    @Test func `and every other is told where an answer depends on the language it accepts`() throws {
      let world = try World.here()
      for path in ["/api/v1/datasets", "/api/v1/datasets/bike-counts", "/api/v1/search?q=a"] {
        #expect(try world.server.curl(path).headers["vary"]?.contains("Accept-Language") == true, "\(path)")
        let fixed = try world.server.curl(path + (path.contains("?") ? "&" : "?") + "lang=en")
        #expect(fixed.status == 200 && fixed.headers["vary"] == nil, "\(fixed.said)")
      }
      for path in ["/v1/results", "/v1/results/patients/costs?select=sex,count"] {
        let answer = try world.server.ask(path, as: world.acme)
        #expect(
          answer.status == 200 && answer.headers["vary"]?.contains("Accept-Language") == true,
          "\(answer.said)")
      }
    }
  }
}
