extension Server {
  /// The routes of a bare folder: its files, and a place that takes any body and forgets it.
  package static func siteHandler(_ root: SiteRoot) -> Router {
    var router = Router(fallback: StaticFiles(root: root))
    router.on(.post, "/__sink__", Action(atOnce: true) { _ in .text("ok\n") })
    return router
  }
}
