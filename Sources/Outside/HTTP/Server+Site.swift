extension Server {
  /// A server for a bare folder, without a release behind it: a static half on its own, and what conformance suites
  /// and benchmarks are run against.
  ///
  /// - Parameters:
  ///   - hosts: names it answers for beside `localhost` and the addresses it listens on.
  ///   - tls: with a context the addresses speak TLS.
  package static func site(
    folder: String, addresses: [ListenAddress], hosts: [String] = [], tls: TLSHolder? = nil,
    limits: Limits = Limits(), loops: Int? = nil, log: AccessLog? = nil, metrics: Metrics = Metrics()
  ) throws(ServerError) -> Server {
    let root = try SiteRoot(folder: folder, key: folder, mutable: true)
    let handler = siteHandler(root)
    let named = addresses.map { $0.host.contains(":") ? "[\($0.host)]" : $0.host }
    let policy = HostPolicy.names(Set(["localhost", "127.0.0.1", "[::1]"] + named + hosts))
    return Server(
      listeners: addresses.map { Listener($0, handler: handler, tls: tls, hosts: policy) }, limits: limits,
      loops: loops, log: log, metrics: metrics)
  }

  /// The routes of a bare folder: its files, and a place that takes any body and forgets it.
  package static func siteHandler(_ root: SiteRoot) -> Router {
    var router = Router(fallback: StaticFiles(root: root))
    router.on(.post, "/__sink__", Action(atOnce: true) { _ in .text("ok\n") })
    return router
  }
}
