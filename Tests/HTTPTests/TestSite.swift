import Bytes
import Foundation
import Glibc
import Support
import Trust

@testable import HTTP

/// A folder of fixtures served on a port of its own, plain and over TLS; stopped with the last reference.
final class TestSite: Sendable {
  static let canary = "DOORSILL-CANARY-SECRET\n"
  static let kilobyte = (0..<1000).map { UInt8($0 % 251) }

  let folder: TemporaryFolder
  let server: Server
  let port: UInt16
  let metrics = Metrics()

  /// - Parameters:
  ///   - handler: what answers; the bare folder where nil.
  init(
    limits: Limits = Limits(), loops: Int = 2, tls: TLSHolder? = nil, log: AccessLog? = nil,
    folder: TemporaryFolder? = nil, digests: [String: [UInt8]] = [:], crossOrigin: Bool = false,
    proxies: TrustedProxies = .none, handler: ((SiteRoot) -> any Handler)? = nil
  ) throws {
    self.folder = try folder ?? TemporaryFolder()
    try TestSite.fill(self.folder)
    let root = try SiteRoot(
      folder: self.folder.path + "/root", key: "1", mutable: true, digests: { digests[$0] })
    let listener = Listener(
      ListenAddress(host: "127.0.0.1", port: 0), handler: handler?(root) ?? Server.siteHandler(root),
      tls: tls,
      hosts: .names(["localhost", "127.0.0.1", "[::1]"]), crossOrigin: crossOrigin)
    server = Server(
      listeners: [listener], limits: limits, loops: loops, log: log, metrics: metrics, proxies: proxies)
    try server.start()
    port = server.addresses[0].port
  }

  deinit { server.stop() }

  /// What the corpus expects below the root, and beside it what must never be served.
  static func fill(_ folder: TemporaryFolder) throws {
    try folder.write("0123456789", to: "root/t/ten.txt")
    try folder.write(kilobyte, to: "root/t/kilo.bin")
    try folder.write("", to: "root/t/empty.txt")
    try folder.write([UInt8](repeating: 7, count: 3 << 20), to: "root/t/big.bin")
    try folder.write("<h1>ok</h1>", to: "root/index.html")
    for name in ["root/t/.hidden", "secret.txt", "root/.git/config", "root/t/ten.txt~"] {
      try folder.write(canary, to: name)
    }
    let files = FileManager.default
    for (name, target) in [("link-out", "../../secret.txt"), ("linkdir", "../..")] {
      let path = folder.path + "/root/t/" + name
      if !files.fileExists(atPath: path) {
        try? files.createSymbolicLink(atPath: path, withDestinationPath: target)
      }
    }
    let old = Date(timeIntervalSince1970: 1_700_000_000)
    for name in ["ten.txt", "kilo.bin", "empty.txt", "big.bin"] {
      try files.setAttributes([.modificationDate: old], ofItemAtPath: folder.path + "/root/t/" + name)
    }
  }

  func connect(tls: TLSContext? = nil) throws -> RawConnection { try RawConnection(port: port, tls: tls) }

  /// One request on a connection of its own.
  func ask(_ text: String, methods: [String] = []) throws -> [Answer] {
    let request = text.contains("\r\n\r\n") ? text : text + "\r\n\r\n"
    return Answer.parse(try connect().ask(request).bytes, methods: methods)
  }

  /// A GET with further header lines, answered and closed.
  func get(_ path: String, _ lines: String...) throws -> Answer {
    let head = (["GET \(path) HTTP/1.1", "Host: localhost", "Connection: close"] + lines).joined(
      separator: "\r\n")
    return Answer.parse(try connect().ask(head + "\r\n\r\n", idle: 5000).bytes).first ?? Answer(status: 0)
  }
}

/// An authority, a server's certificate and a client's, made for one test.
struct TestIdentities {
  let authority: CertificateAuthority
  let portal: TLSContext
  let gateway: TLSContext
  let visitor: TLSContext
  let client: TLSContext
  let clientCertificate: Certificate

  init() throws {
    let made = try CertificateAuthority.create(name: "Root", lifetimeDays: 10)
    authority = try CertificateAuthority(certificate: made.certificate, keyPEM: made.key)
    let key = try TLSKey.generate()
    let csr = try CertificateRequest.create(subject: Subject(commonName: "localhost"), key: key)
    let server = try authority.issue(csrPEM: csr, days: 5, usage: .server(["localhost"]))
    let clientKey = try TLSKey.generate()
    let clientCSR = try CertificateRequest.create(subject: Subject(commonName: "acme"), key: clientKey)
    clientCertificate = try authority.issue(csrPEM: clientCSR, days: 5, usage: .client)
    let keyPEM = try key.pem()
    portal = try TLSContext(
      TLSConfiguration(role: .portal, certificateChainPEM: server.pem, privateKeyPEM: keyPEM))
    let crl = try authority.crl(revoked: [], number: 1, nextUpdate: Timestamp.now().adding(days: 1))
    let trust = try ClientTrust(anchorsPEM: made.certificate.pem, crls: [crl])
    gateway = try TLSContext(
      TLSConfiguration(role: .gateway(trust), certificateChainPEM: server.pem, privateKeyPEM: keyPEM))
    let role = TLSConfiguration.Role.client(anchorsPEM: made.certificate.pem, host: "localhost")
    visitor = try TLSContext(TLSConfiguration(role: role, certificateChainPEM: [], privateKeyPEM: []))
    client = try TLSContext(
      TLSConfiguration(
        role: role, certificateChainPEM: clientCertificate.pem, privateKeyPEM: try clientKey.pem()))
  }
}
