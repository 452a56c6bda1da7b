import Access
package import Bytes
package import HTTP
import Ledgers
import Releases
import Synchronization
import Trust

/// The serving process: portal and gateway over one outside state.
package final class RunningServer: Sendable {
  package let portalAddress: String
  package let gatewayAddress: String?
  /// What holds of the confinement, line by line, for the log and for `doctor`.
  package let confinement: [Wording]
  /// What else is amiss, or soon will be.
  package let warnings: [Wording]

  private let server: Server
  private let housekeeper: Housekeeper
  private let flag: ReadyFlag
  private let supervisor: Supervisor
  private let logs: [AccessLog]
  private let record: ServingRecord

  /// Opens the sockets and reads the keys, gives up root, closes the door behind itself, proves that it is closed,
  /// opens the state, and starts to answer.
  package init(_ options: ServeOptions, supervisor: Supervisor) throws {
    self.supervisor = supervisor
    let state = try OutsideState(folder: options.state)
    let sockets = try Self.sockets(options, supervisor)
    let certificates = try CertificateFiles(options: options, authority: state.authority)
    let portalTLS = try certificates.portal()
    let gatewayTLS = try certificates.gateway()
    guard sockets.gateway == nil || gatewayTLS != nil else {
      throw ServingError(
        .noAuthority,
        Wording(
          "the gateway needs a certificate of its own and an authority for its clients",
          "接口需要自己的证书，以及签发客户证书的机构"),
        hint: Wording(
          "make them with 'doorsill ca init' and 'doorsill ca issue-server', and name them with --gateway-certificate and --gateway-key",
          "请用 doorsill ca init 与 doorsill ca issue-server 生成，并以 --gateway-certificate 和 --gateway-key 指明"))
    }
    confinement = try Doorstep(
      // What lies in the state is open to it anyway.
      readable: Set(certificates.paths.map { Doorstep.folder(of: $0) }).filter {
        $0 != state.folder && !$0.hasPrefix(state.folder + "/")
      }.sorted(),
      writable: [state.folder] + options.logs.folders, growing: [state.answers], user: options.user,
      ownedBy: state.folder,
      mustBeClosed: options.mustBeClosed, readAgain: certificates.paths,
      requireSandbox: options.requireSandbox
    ).close()

    let access = try state.accessStore()
    let releaseGuard = try ReleaseGuard(access)
    let releases = try ReleaseStore(folder: state.folder, key: try state.releaseKey()) {
      (release) throws(ReleaseError) in try releaseGuard.check(release)
    }
    let release = try releases.current()
    let portal = release.settings.answersLog
    let people = try Answers.signers(of: release.settings)
    let recoveries = try state.recoveries(by: people)
    let ledger = try state.answersLedger(origin: portal, access: access, recoveries: recoveries)
    let answers = Answers(
      ledger: ledger, origin: ledger.origin, receiptKey: try state.receiptKey(), portal: portal)
    if let reason = options.clockRanAhead {
      try answers.goBack(to: .now(), reason: reason)
    } else {
      try answers.checkClock(.now())
    }
    var amiss = try answers.replay(into: access, recoveries: recoveries)
    try answers.drain(access)
    try answers.tellGaps(access, people: people)
    try releaseGuard.record(release, access: access, answers: answers)
    try answers.recognise(release, in: access)
    try answers.closeBooks(access)
    amiss += access.refusedRows

    let metrics = Metrics()
    let desk = TupleDesk(key: { state.verifyKey() }, seats: ProcessorCount.online)
    desk.tell(metrics)
    certificates.tell(metrics)
    warnings = (amiss + certificates.warnings(at: .now())).map { .warning($0) }
    let files = try SiteRoot(release)
    flag = ReadyFlag()
    let routes = PortalRoutes(
      releases: releases, answers: answers, state: state, metrics: metrics,
      isReady: { [flag] in flag.isReady })
    var listeners = [
      Listener(
        .opened(sockets.portal),
        handler: routes.handler(
          files: StaticFiles(root: files, policy: SitePolicy(releases: releases, files: files).policy)),
        tls: portalTLS, hosts: options.hosts.isEmpty ? .any : .names(Set(options.hosts)), crossOrigin: true)
    ]
    if let gateway = sockets.gateway {
      // Companies have their quotas; a rate for addresses would only punish those that share one.
      listeners.append(
        Listener(
          .opened(gateway),
          handler: Gateway(releases: releases, access: access, answers: answers, desk: desk),
          tls: gatewayTLS, limitsRate: false))
    }
    let (log, slowLog) = try options.logs.open()
    logs = [log, slowLog].compactMap { $0 }
    var limits = options.logs.limits
    limits.requestsPerSecond = options.requestsPerSecond
    limits.requestBurst = options.requestsPerSecond * 2
    server = Server(
      listeners: listeners, limits: limits, log: log, slowLog: slowLog, metrics: metrics,
      proxies: options.proxies)
    try server.start()
    portalAddress = sockets.portal.address.description
    gatewayAddress = sockets.gateway?.address.description
    housekeeper = Housekeeper(
      releases: releases, access: access, answers: answers, files: files, certificates: certificates,
      portalTLS: portalTLS, gatewayTLS: gatewayTLS, server: server, releaseGuard: releaseGuard,
      told: certificates.warnings(at: .now()))
    housekeeper.start()
    record = ServingRecord(
      folder: state.folder, portal: portalAddress, gateway: gatewayAddress, confinement: confinement,
      certificates: certificates.certificates)
    record.write()
    flag.set(true)
    supervisor.ready(status)
  }

  /// One line for `systemctl status`.
  private var status: String {
    "portal on \(portalAddress)" + (gatewayAddress.map { ", gateway on \($0)" } ?? "")
      + (confinement.contains(where: \.isWarning)
        ? "; NOT WHOLLY CONFINED, see the log" : "; confined")
  }

  /// The sockets of portal and gateway: those systemd hands over (named `portal` and `gateway`; without names in this
  /// order), or new ones.
  private static func sockets(
    _ options: ServeOptions, _ supervisor: Supervisor
  ) throws -> (portal: OpenedSockets, gateway: OpenedSockets?) {
    func inherited(_ name: String, _ place: Int) throws -> OpenedSockets? {
      let all = supervisor.inherited
      let isNamed = all.contains { ["portal", "gateway"].contains($0.name) }
      let found = isNamed ? all.first { $0.name == name } : place < all.count ? all[place] : nil
      return try found.map { try OpenedSockets(inherited: $0.descriptor) }
    }
    func opened(_ text: String, _ example: String) throws -> OpenedSockets {
      guard let address = ListenAddress(text) else {
        throw ServingError(
          .address, Wording("'\(text)' is not an address", "“\(text)”不是地址"),
          hint: Wording("write it as \(example)", "请写成 \(example)"))
      }
      return try OpenedSockets(address)
    }
    return (
      try inherited("portal", 0) ?? opened(options.listen, "127.0.0.1:8080"),
      try inherited("gateway", 1) ?? options.gateway.map { try opened($0, "127.0.0.1:8443") }
    )
  }

  /// Reads certificates, revocation list and release again, and opens the logs anew, and returns when it is done: SIGHUP.
  package func reload() {
    supervisor.reloading()
    housekeeper.reload()
    supervisor.ready(status)
  }

  /// Stops taking requests, lets those in flight finish, and closes the books: SIGTERM.
  package func stop() {
    supervisor.stopping()
    flag.set(false)
    server.drain()
    housekeeper.stop()
    for log in logs { log.close() }
    record.remove()
  }
}

extension Release {
  /// What the manifest says of the site's files: no file has to be read to know its digest.
  fileprivate var siteDigests: SiteRoot.Digests {
    { [self] path in part("\(Layout.site)/\(path)").flatMap { Hex.decode($0.sha256) } }
  }
}

extension SiteRoot {
  /// The site of a release, with the digests its manifest knows.
  convenience init(_ release: Release) throws {
    try self.init(folder: release.siteFolder, key: String(release.number), digests: release.siteDigests)
  }

  func replace(with release: Release) throws {
    try replace(folder: release.siteFolder, key: String(release.number), digests: release.siteDigests)
  }
}

/// Whether the server takes requests.
final class ReadyFlag: Sendable {
  private let state = Atomic(false)
  var isReady: Bool { state.load(ordering: .relaxed) }
  func set(_ value: Bool) { state.store(value, ordering: .relaxed) }
}
