import Bytes
import HTTP
import Synchronization
import Trust

/// The certificate, key, staple and revocation files of both listeners, and the contexts made of them.
final class CertificateFiles: Sendable {
  private let portalCertificate: String?
  private let portalKey: String?
  private let ocspStaple: String?
  private let gatewayCertificate: String?
  private let gatewayKey: String?
  private let anchors: String
  private let list: String
  /// One ring of ticket keys for every context that is made: a reload ends nobody's session.
  private let ticketKeys: TicketKeys
  private let seen = Mutex<[String: Timestamp]>([:])
  /// Whom the gateway's present context believes.
  private let trusted = Mutex<ClientTrust?>(nil)

  init(options: ServeOptions, authority: String) throws {
    portalCertificate = options.tlsCertificate
    portalKey = options.tlsKey
    ocspStaple = options.ocspStaple
    gatewayCertificate = options.gatewayCertificate
    gatewayKey = options.gatewayKey
    anchors = authority + "/ca.pem"
    list = authority + "/crl.der"
    ticketKeys = try TicketKeys()
    _ = haveChanged()
  }

  /// Every file that is read again while the server runs.
  var paths: [String] {
    let gateway = gatewayCertificate == nil ? [] : [gatewayCertificate, gatewayKey, anchors, list]
    return ([portalCertificate, portalKey, ocspStaple] + gateway).compactMap { $0 }
  }

  /// The certificates that are shown to callers.
  var certificates: [String] { Set([portalCertificate, gatewayCertificate].compactMap { $0 }).sorted() }

  func portal() throws -> TLSHolder? { try portalContext().map { TLSHolder($0) } }
  func gateway() throws -> TLSHolder? { try gatewayContext().map { TLSHolder($0) } }

  /// TLS 1.2 and 1.3 for the public, with resumption.
  func portalContext() throws -> TLSContext? {
    guard let portalCertificate, let portalKey else { return nil }
    return try Self.open(
      certificate: portalCertificate, key: portalKey, staple: ocspStaple, ticketKeys: ticketKeys)
  }

  /// A context for the public.
  static func open(
    certificate: String, key: String, staple: String?, ticketKeys: TicketKeys
  ) throws -> TLSContext {
    var configuration = TLSConfiguration(
      role: .portal, certificateChainPEM: try Files.read(certificate, limit: 1 << 20),
      privateKeyPEM: try Files.read(key, limit: 1 << 20))
    configuration.ticketKeys = ticketKeys
    // A staple is worth having, but none is no reason not to serve: it is missing until it was fetched once.
    configuration.ocspStaple = staple.flatMap { try? Files.read($0, limit: 1 << 16) }
    return try TLSContext(configuration)
  }

  /// TLS 1.3 alone for companies: a client certificate with the clientAuth usage, of our authority and not on its
  /// list, and neither tickets nor resumption.
  func gatewayContext() throws -> TLSContext? {
    guard let gatewayCertificate, let gatewayKey else { return nil }
    let trust = try ownTrust()
    let context = try Self.mutual(certificate: gatewayCertificate, key: gatewayKey, trust)
    trusted.withLock { $0 = trust }
    return context
  }

  /// Our own authority, with its list where there is a sound one. That there is none is told, and refuses nobody: what
  /// was revoked is known from the access database.
  private func ownTrust() throws -> ClientTrust {
    guard Files.exists(anchors) else {
      throw ServingError(
        .noAuthority,
        Wording(
          "\(anchors) is missing: without it the gateway knows no client's certificate",
          "缺少 \(anchors)：没有它，接口认不出任何客户证书"),
        hint: Wording(
          "make an authority with 'doorsill ca init'; where there was one, copy its ca.pem from .doorsill/inside/keys, or from a backup, and run 'doorsill ca crl'",
          "请用 doorsill ca init 建立证书机构；如曾建立，请从 .doorsill/inside/keys 或备份复制其 ca.pem，再运行 doorsill ca crl"))
    }
    let pem = try Files.read(anchors, limit: 1 << 20, from: .held)
    let bytes = try? Files.read(list, limit: 64 << 20, from: .held)
    return try (try? ClientTrust(anchorsPEM: pem, crls: bytes.map { [$0] } ?? [], standing: .own))
      ?? ClientTrust(anchorsPEM: pem, crls: [], standing: .own)
  }

  /// What is amiss with the gateway's authority and its list, or soon will be.
  func warnings(at time: Timestamp) -> [Wording] { trusted.withLock { $0 }?.warnings(at: time) ?? [] }

  /// Tells when the authority's list ends: 0 where there is none, nothing where no gateway is served.
  func tell(_ metrics: Metrics) {
    metrics.add(
      "doorsill_revocation_list_ends_timestamp_seconds",
      help: "When the revocation list of the built-in authority ends; 0: there is none.", kind: .gauge
    ) { [self] in
      trusted.withLock { $0 }.map { [("", Double($0.listsEnd?.secondsSince1970 ?? 0))] } ?? []
    }
  }

  /// A context that demands a client certificate of one of the anchors.
  static func mutual(
    certificate: String, key: String, _ trust: ClientTrust, takesTLS12: Bool = false
  ) throws -> TLSContext {
    var configuration = TLSConfiguration(
      role: .gateway(trust), certificateChainPEM: try Files.read(certificate, limit: 1 << 20),
      privateKeyPEM: try Files.read(key, limit: 1 << 20))
    configuration.takesCertifiedTLS12 = takesTLS12
    return try TLSContext(configuration)
  }

  /// True where a file has another time of change than at the last look.
  func haveChanged() -> Bool {
    var now: [String: Timestamp] = [:]
    for path in paths { now[path] = try? Files.modified(path) }
    return seen.withLock { seen in
      defer { seen = now }
      return seen != now
    }
  }
}
