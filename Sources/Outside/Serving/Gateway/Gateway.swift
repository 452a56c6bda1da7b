package import Access
package import HTTP
package import Releases

/// The gateway: computed results for companies, over mutual TLS. Every call is judged by certificate, key, grant
/// and quota; every answer is in the log before it leaves and carries a signed receipt; every refusal of a client
/// that could be identified is an entry too.
package final class Gateway: Handler {
  private let router: Router

  package init(releases: ReleaseStore, access: AccessStore, answers: Answers) {
    let core = GatewayCore(releases: releases, access: access, answers: answers)
    var router = Router()
    router.get("/v1/me") { core.me($0) }
    router.get("/v1/results") { core.results($0) }
    router.get("/v1/results/{dataset}/{result}") { request in
      switch core.statistic(request) {
      case .success(let receipted): receipted.response
      case .failure(let refusal): refusal.response
      }
    }
    router.get("/v1/receipts/{index}") { core.proof($0) }
    self.router = router
  }

  /// The routes, as documentation and tests read them.
  package var routes: [Router.Route] { router.routes }

  package func respond(to request: Request) -> Response { router.respond(to: request) }
}
