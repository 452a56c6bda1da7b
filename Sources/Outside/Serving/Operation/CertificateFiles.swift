import Bytes
import HTTP
import Synchronization
import Trust

/// The certificate, key and revocation files of both listeners, and the contexts made of them.
final class CertificateFiles: Sendable {
  private let portalCertificate: String?
  private let portalKey: String?
  private let gatewayCertificate: String?
  private let gatewayKey: String?
  private let anchors: String
  private let list: String
  private let seen = Mutex<[String: Timestamp]>([:])

  init(options: ServeOptions, authority: String) {
    portalCertificate = options.tlsCertificate
    portalKey = options.tlsKey
    gatewayCertificate = options.gatewayCertificate
    gatewayKey = options.gatewayKey
    anchors = authority + "/ca.pem"
    list = authority + "/crl.der"
  }

  /// Every file that is read again while the server runs.
  var paths: [String] {
    [portalCertificate, portalKey, gatewayCertificate, gatewayKey, anchors, list].compactMap { $0 }
  }

  func portal() throws -> TLSHolder? { try portalContext().map { TLSHolder($0) } }
  func gateway() throws -> TLSHolder? { try gatewayContext().map { TLSHolder($0) } }

  /// TLS 1.2 and 1.3 for the public, with resumption.
  func portalContext() throws -> TLSContext? {
    guard let portalCertificate, let portalKey else { return nil }
    return try TLSContext(
      TLSConfiguration(
        role: .portal, certificateChainPEM: try Files.read(portalCertificate),
        privateKeyPEM: try Files.read(portalKey)))
  }

  /// TLS 1.3 alone for companies: a client certificate with the clientAuth usage, of our authority and not on its
  /// list, and neither tickets nor resumption.
  func gatewayContext() throws -> TLSContext? {
    guard let gatewayCertificate, let gatewayKey else { return nil }
    let trust = try ClientTrust(anchorsPEM: try Files.read(anchors), crls: [try Files.read(list)])
    return try TLSContext(
      TLSConfiguration(
        role: .gateway(trust), certificateChainPEM: try Files.read(gatewayCertificate),
        privateKeyPEM: try Files.read(gatewayKey)))
  }

  /// True where a file has another time of change than at the last look.
  func haveChanged() -> Bool {
    var now: [String: Timestamp] = [:]
    for path in paths { now[path] = try? Files.modified(path) }
    return seen.withLock { seen in
      defer { seen = now }
      return !seen.isEmpty && seen != now
    }
  }
}
