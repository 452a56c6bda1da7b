package import Access
import Bytes
package import HTTP
package import Releases

/// The gateway: computed results for companies, over mutual TLS. Every call is judged by certificate, key, grant
/// and quota; every answer is in the log before it leaves and carries a signed receipt; of the refusals of
/// a client that could be identified the first of a minute is an entry too, and the others are counted in one.
package final class Gateway: Handler {
  private let router: Router

  package init(releases: ReleaseStore, access: AccessStore, answers: Answers, desk: TupleDesk) {
    let core = GatewayCore(releases: releases, access: access, answers: answers, desk: desk)
    var router = Router()
    router.get("/v1/me") { core.me($0) }
    router.get("/v1/results") { core.results($0) }
    router.get("/v1/results/{dataset}/{result}") { Self.response(core.statistic($0)) }
    router.post("/v1/results/{dataset}/{result}") { Self.response(core.tuples($0)) }
    router.get("/v1/receipts/{index}") { core.proof($0) }
    router.post("/v1/keys") { core.makeKey($0) }
    router.on(.delete, "/v1/keys/{id}", Action { core.revokeKey($0) })
    let document = GatewayDocument.json.serialized()
    router.get("/openapi.json", atOnce: true) { _ in
      .bytes(document, type: "application/json", headers: ["Cache-Control": "max-age=3600"])
    }
    self.router = router
  }

  private static func response(_ result: Result<Receipted, GatewayRefusal>) -> Response {
    switch result {
    case .success(let receipted): receipted.response
    case .failure(let refusal): refusal.response
    }
  }

  /// The routes, as documentation and tests read them.
  package var routes: [Router.Route] { router.routes }

  package func work(for request: Request) -> Work { .gateway }

  package func respond(to request: Request) -> Response { router.respond(to: request) }
}
