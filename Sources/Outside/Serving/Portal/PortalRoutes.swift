import Bytes
package import HTTP
import Ledgers
import Releases
import System
import Trust

/// The public side: the site's files, and the calls that need the server. No account, nothing but the release.
package struct PortalRoutes: Sendable {
  let releases: ReleaseStore
  let answers: Answers
  let state: OutsideState
  let metrics: Metrics
  /// Whether the server takes requests; false while it drains.
  let isReady: @Sendable () -> Bool

  /// The whole public handler, with the static files of the site behind the routes.
  package func handler(files: any Handler) -> any Handler { router(files: files) }

  func router(files: (any Handler)?) -> Router {
    var router = Router(fallback: files)
    router.get("/healthz", atOnce: true, crossOrigin: false) { _ in .text("ok\n") }
    router.get("/readyz", atOnce: true, crossOrigin: false) { _ in
      isReady() ? .text("ready\n") : .problem(503, code: "draining")
    }
    // For this machine alone; behind a front server everybody seems to be here.
    router.get("/metrics", atOnce: true, crossOrigin: false) { request in
      guard request.peer.address.isLoopback, !Self.isForwarded(request) else { return .notFound }
      return .bytes(metrics.prometheus(), type: "text/plain; version=0.0.4; charset=utf-8")
    }
    router.get("/api/v1/datasets") { datasets($0) }
    router.get("/api/v1/datasets/{id}") { dataset($0) }
    router.get("/api/v1/datasets/{id}/rows", work: .rows) { rows($0) }
    router.get("/api/v1/search") { search($0) }
    router.get("/.well-known/jwks.json") { _ in
      var set: JSON = ["keys": [answers.receiptKey.publicKey.jwk]]
      // Members that nobody knows are passed over (RFC 7517, section 5).
      if !answers.gaps.isEmpty { set["gaps"] = JSON(answers.gaps) }
      return .json(set, headers: Self.brief)
    }
    router.get("/crl.der") { _ in
      guard let list = try? Folder(state.folder).read("authority/crl.der", limit: 64 << 20) else {
        return .notFound
      }
      return .bytes(list, type: "application/pkix-crl", headers: Self.brief)
    }
    router.get("/ledger/checkpoint") { _ in
      guard let checkpoint = try? answers.ledger.checkpoint() else {
        return .problem(503, code: "log-unavailable")
      }
      return .bytes(
        Array(checkpoint.utf8), type: "text/plain; charset=utf-8", headers: ["Cache-Control": "no-cache"])
    }
    router.get("/ledger/vkey") { _ in
      guard let key = answers.ledger.vkey else { return .notFound }
      return .bytes(Array("\(key)\n".utf8), type: "text/plain; charset=utf-8", headers: Self.brief)
    }
    router.get("/ledger/tile/{path...}") { tile($0) }
    return router
  }

  /// What may be kept a minute, so that a change is seen soon.
  static let brief: Headers = ["Cache-Control": "public, max-age=60, must-revalidate"]

  /// Whether a front server says that it asks for somebody else.
  private static func isForwarded(_ request: Request) -> Bool {
    ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"].contains { request.headers.count($0) > 0 }
  }

  /// A tile of the log by its path of C2SP tlog-tiles: hashes only, never entries.
  private func tile(_ request: Request) -> Response {
    guard let tile = answers.ledger.tile(path: request.parameters["path"] ?? "") else { return .notFound }
    return .bytes(
      tile, type: "application/octet-stream",
      headers: ["Cache-Control": "public, max-age=31536000, immutable"])
  }
}
