import Access
import Bytes
import HTTP
import Ledgers
import Releases
import Synchronization
import Trust

/// The serving process: portal and gateway over one outside state.
package final class RunningServer: Sendable {
  package let portalAddress: String
  package let gatewayAddress: String?
  /// What holds of the confinement, line by line, for the log and for `doctor`.
  package let confinement: [String]

  private let server: Server
  private let housekeeper: Housekeeper

  /// Opens everything, closes the door behind itself, proves that it is closed, and starts to listen.
  package init(_ options: ServeOptions) throws {
    let state = try OutsideState(folder: options.state)
    let releases = try ReleaseStore(folder: state.folder, key: try state.releaseKey())
    let release = try releases.current()
    let access = try state.accessStore()
    let origin = LogNames.answers(baseURL: release.settings.baseURL)
    let answers = Answers(
      ledger: try Ledger(folder: state.answers, origin: origin, key: try state.checkpointKey()),
      origin: origin,
      receiptKey: try state.receiptKey())
    try answers.replay(into: access)
    try answers.drain(access)

    let metrics = Metrics()
    let files = try SiteRoot(folder: release.siteFolder, key: String(release.number))
    let certificates = CertificateFiles(options: options, authority: state.authority)
    let portalTLS = try certificates.portal()
    let gatewayTLS = try certificates.gateway()

    confinement = try Self.closeTheDoor(options, state: state, certificates: certificates)

    let flag = ReadyFlag()
    let routes = PortalRoutes(
      releases: releases, answers: answers, state: state, metrics: metrics, isReady: { flag.isReady })
    let policy = SitePolicy(releases: releases).policy
    let portal = routes.handler(files: StaticFiles(root: files, policy: policy))
    guard let listen = ListenAddress(options.listen) else {
      throw ServingError(
        .address, "'\(options.listen)' is not an address", hint: "write it as 127.0.0.1:8080")
    }
    var listeners = [
      Listener(
        listen, handler: portal, tls: portalTLS,
        hosts: options.hosts.isEmpty ? .any : .names(Set(options.hosts)))
    ]
    if let address = options.gateway {
      guard let gateway = ListenAddress(address) else {
        throw ServingError(.address, "'\(address)' is not an address", hint: "write it as 127.0.0.1:8443")
      }
      guard let gatewayTLS else {
        throw ServingError(
          .noAuthority, "the gateway needs a certificate of its own and an authority for its clients",
          hint:
            "make them with 'doorsill ca init' and 'doorsill ca issue-server', and name them with --gateway-certificate and --gateway-key"
        )
      }
      listeners.append(
        Listener(
          gateway, handler: Gateway(releases: releases, access: access, answers: answers), tls: gatewayTLS))
    }
    let log = try options.accessLog.map { try AccessLog(path: $0, format: .combined) }
    server = Server(listeners: listeners, log: log, metrics: metrics)
    try server.start()
    let addresses = server.addresses.map(\.description)
    portalAddress = addresses[0]
    gatewayAddress = addresses.count > 1 ? addresses[1] : nil
    housekeeper = Housekeeper(
      releases: releases, access: access, answers: answers, files: files, certificates: certificates,
      portalTLS: portalTLS, gatewayTLS: gatewayTLS, log: log)
    housekeeper.start()
    flag.set(true)
  }

  /// Reads certificates, revocation list and release again, and opens the access log anew: SIGHUP.
  package func reload() { housekeeper.reload() }

  /// Stops taking requests, lets those in flight finish, and closes the books: SIGTERM.
  package func stop() {
    server.drain()
    housekeeper.stop()
  }
}

/// Whether the server takes requests.
final class ReadyFlag: Sendable {
  private let state = Mutex(false)
  var isReady: Bool { state.withLock { $0 } }
  func set(_ value: Bool) { state.withLock { $0 = value } }
}
