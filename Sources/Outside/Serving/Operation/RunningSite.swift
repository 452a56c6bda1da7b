package import Bytes
package import HTTP
import Synchronization
import Trust

/// A bare folder, served by the same code as a portal: a static half on its own, and what conformance suites and
/// benchmarks are run against.
package final class RunningSite: Sendable {
  /// How the folder is to be served.
  package struct Options: Sendable {
    /// Absolute path of the folder.
    package var folder: String
    package var listen: String
    /// Names it answers for beside `localhost` and the address it listens on.
    package var hosts: [String] = []
    /// PEM files; with them the address speaks TLS.
    package var tls: (certificate: String, key: String)?
    /// Authorities (PEM) and revocation lists: with them every client needs a certificate, as on the gateway.
    package var clients: (anchors: String, lists: [String])?
    package var ocspStaple: String?
    package var logs = LogOptions()
    package var user: String?
    package var requestsPerSecond = 200
    package var proxies = TrustedProxies.none
    package var requireSandbox = false

    package init(folder: String, listen: String) {
      self.folder = folder
      self.listen = listen
    }

    /// Every file that is read again while the server runs.
    fileprivate var certificateFiles: [String] {
      [tls?.certificate, tls?.key, clients?.anchors, ocspStaple].compactMap { $0 } + (clients?.lists ?? [])
    }
  }

  package let address: String
  /// What holds of the confinement, line by line.
  package let confinement: [Wording]
  private let options: Options
  private let ticketKeys: TicketKeys
  private let tls: TLSHolder?
  /// Whose clients are let in, where certificates are asked for.
  private let trusted = Mutex<ClientTrust?>(nil)
  private let server: Server
  private let logs: [AccessLog]
  private let supervisor: Supervisor

  /// Opens the socket and reads the certificates, closes the door, and starts to answer.
  package init(_ options: Options, supervisor: Supervisor) throws {
    self.options = options
    self.supervisor = supervisor
    guard let listen = ListenAddress(options.listen) else {
      throw ServingError(
        .address, Wording("'\(options.listen)' is not an address", "“\(options.listen)”不是地址"),
        hint: Wording("write it as 127.0.0.1:8080", "请写成 127.0.0.1:8080"))
    }
    let sockets =
      try supervisor.inherited.first.map { try OpenedSockets(inherited: $0.descriptor) }
      ?? OpenedSockets(listen)
    let keys = try TicketKeys()
    ticketKeys = keys
    let (context, trust) = try Self.context(options, keys)
    tls = context.map { TLSHolder($0) }
    trusted.withLock { $0 = trust }
    let root = try SiteRoot(folder: options.folder, key: options.folder, mutable: true)
    confinement = try Doorstep(
      readable: [options.folder] + Set(options.certificateFiles.map { Doorstep.folder(of: $0) }).sorted(),
      writable: options.logs.folders, user: options.user, ownedBy: options.folder,
      readAgain: options.certificateFiles, requireSandbox: options.requireSandbox
    ).close()
    let (log, slowLog) = try options.logs.open()
    logs = [log, slowLog].compactMap { $0 }
    let host = sockets.address.host
    let names = ["localhost", "127.0.0.1", "[::1]", host.contains(":") ? "[\(host)]" : host] + options.hosts
    var limits = options.logs.limits
    limits.requestsPerSecond = options.requestsPerSecond
    limits.requestBurst = options.requestsPerSecond * 2
    server = Server(
      listeners: [
        Listener(
          .opened(sockets), handler: Server.siteHandler(root), tls: tls, hosts: .names(Set(names)))
      ],
      limits: limits, log: log, slowLog: slowLog, proxies: options.proxies)
    try server.start()
    address = sockets.address.description
    supervisor.ready("site on \(address)")
  }

  private static func context(
    _ options: Options, _ ticketKeys: TicketKeys
  ) throws -> (TLSContext?, ClientTrust?) {
    guard let tls = options.tls else { return (nil, nil) }
    guard let clients = options.clients else {
      let context = try CertificateFiles.open(
        certificate: tls.certificate, key: tls.key, staple: options.ocspStaple, ticketKeys: ticketKeys)
      return (context, nil)
    }
    // No book here knows what was revoked: the lists alone do.
    let trust = try ClientTrust(
      anchorsPEM: try Files.read(clients.anchors, limit: 1 << 20),
      crls: try clients.lists.map(Self.list), standing: .outside)
    let context = try CertificateFiles.mutual(
      certificate: tls.certificate, key: tls.key, trust, takesTLS12: true)
    return (context, trust)
  }

  /// The bytes of a file with revocation lists of others; ours are not the ones to make a new one.
  private static func list(_ path: String) throws -> [UInt8] {
    let bytes = try Files.read(path, limit: 64 << 20)
    do {
      _ = try RevocationList.all(bytes)
    } catch {
      throw ServingError(
        .noList,
        Wording(
          "\(path) is no revocation list: \(error.message)", "\(path) 不是吊销列表：\(error.message)"),
        hint: Wording(
          "fetch the current list of the authority of --client-ca, in DER or PEM",
          "请取得 --client-ca 所示机构的现行列表（DER 或 PEM）"))
    }
    return bytes
  }

  /// What is amiss with the clients' authorities and their lists now, or soon will be.
  package var warnings: [Wording] {
    trusted.withLock { $0 }?.warnings(at: .now()).map { .warning($0) } ?? []
  }

  /// Reads the certificates again and opens the logs anew: SIGHUP.
  package func reload() throws {
    supervisor.reloading()
    defer { supervisor.ready("site on \(address)") }
    server.reopenLog()
    let (context, trust) = try Self.context(options, ticketKeys)
    if let context { tls?.replace(with: context) }
    trusted.withLock { $0 = trust }
    server.closeRevoked(evenIdle: true)
  }

  /// Lets the requests in flight finish: SIGTERM.
  package func stop() {
    supervisor.stopping()
    server.drain()
    for log in logs { log.close() }
  }
}
