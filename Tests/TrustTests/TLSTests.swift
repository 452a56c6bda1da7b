import Bytes
import Foundation
import Support
import Synchronization
import Testing

@testable import Trust

@Suite struct `The portal's TLS` {
  let tool: OpenSSLTool
  let folder: TemporaryFolder
  let authority: CertificateAuthority
  var configuration: TLSConfiguration
  let server: LoopbackServer

  init() throws {
    folder = try TemporaryFolder()
    tool = OpenSSLTool(folder: folder.path)
    let made = try CertificateAuthority.create(name: "Root", lifetimeDays: 10)
    authority = try CertificateAuthority(certificate: made.certificate, keyPEM: made.key)
    let key = try TLSKey.generate()
    let csr = try CertificateRequest.create(subject: Subject(commonName: "portal"), key: key)
    let certificate = try authority.issue(csrPEM: csr, days: 5, usage: .server(["localhost", "127.0.0.1"]))
    configuration = TLSConfiguration(
      role: .portal, certificateChainPEM: certificate.pem, privateKeyPEM: try key.pem())
    server = try LoopbackServer()
    try tool.write(made.certificate.pem, "root.pem")
  }

  private var trusting: [String] {
    ["-CAfile", "root.pem", "-verify_return_error", "-servername", "localhost"]
  }

  @Test(arguments: ["-tls1_3", "-tls1_2"]) func `speaks TLS 1.3 and 1.2`(version: String) throws {
    let (visit, said) = try server.visit(TLSContext(configuration), by: tool, trusting + [version])
    #expect(visit.handshake == .done(0))
    #expect(said.text.contains("HTTP/1.1 200 OK") && said.text.contains("Verify return code: 0 (ok)"))
    #expect(visit.heard.hasPrefix("GET / HTTP/1.1") && visit.serverName == "localhost")
    #expect(visit.certificate == nil)
    if version == "-tls1_2" {
      #expect(
        said.text.contains("Secure Renegotiation IS supported") && said.text.contains("Compression: NONE"))
    }
  }

  @Test(arguments: [
    ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
    ["-tls1_2", "-cipher", "AES128-GCM-SHA256"], ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"],
    ["-tls1_2", "-cipher", "DHE-RSA-AES256-GCM-SHA384"], ["-tls1_3", "-groups", "P-521"],
    ["-tls1_3", "-groups", "X448"], ["-tls1_3", "-alpn", "h2"],
  ])
  func `refuses old versions, suites without forward secrecy or AEAD, other groups and protocols`(
    arguments: [String]
  ) throws {
    let (visit, said) = try server.visit(TLSContext(configuration), by: tool, trusting + arguments)
    #expect(visit.handshake == .failed(TrustError(.handshake, "")))
    #expect(!said.text.contains("HTTP/1.1 200 OK"))
  }

  @Test(arguments: ["X25519", "P-256", "P-384"]) func `agrees on good groups`(group: String) throws {
    let (visit, _) = try server.visit(TLSContext(configuration), by: tool, trusting + ["-groups", group])
    #expect(visit.handshake == .done(0))
  }

  @Test func `chooses http 1.1 among the client's protocols, and its own order of suites`() throws {
    let (visit, said) = try server.visit(
      TLSContext(configuration), by: tool,
      trusting + [
        "-alpn", "h2,http/1.1", "-tls1_2", "-cipher",
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256",
      ])
    #expect(visit.applicationProtocol == "http/1.1" && said.text.contains("ALPN protocol: http/1.1"))
    #expect(visit.suite == "ECDHE-ECDSA-AES128-GCM-SHA256")
  }

  @Test(arguments: ["-tls1_3", "-tls1_2"])
  func `resumes sessions, also after a reload and a change of keys, but not for ever`(version: String) throws
  {
    var configuration = configuration
    let keys = try TicketKeys()
    configuration.ticketKeys = keys
    let (first, _) = try server.visit(
      TLSContext(configuration), by: tool, trusting + [version, "-sess_out", "session.pem"])
    #expect(first.handshake == .done(0) && !first.wasResumed)
    let resuming = trusting + [version, "-sess_in", "session.pem"]
    #expect(try server.visit(TLSContext(configuration), by: tool, resuming).visit.wasResumed)
    _ = keys.current(now: Timestamp.now().adding(seconds: TicketKeys.period + 1))
    let old = try #require(keys.key(named: keys.current().name))
    #expect(!old.isOld)
    configuration.ticketKeys = try TicketKeys()
    #expect(try !server.visit(TLSContext(configuration), by: tool, resuming).visit.wasResumed)
  }

  @Test func `ticket keys live two periods and no longer`() throws {
    let start = Timestamp.now()
    let keys = try TicketKeys(now: start)
    let first = keys.current(now: start).name
    #expect(keys.key(named: first, now: start)?.isOld == false)
    let second = start.adding(seconds: TicketKeys.period)
    #expect(keys.current(now: second).name != first)
    #expect(keys.key(named: first, now: second)?.isOld == true)
    let third = start.adding(seconds: TicketKeys.period * 2)
    #expect(keys.key(named: first, now: third) == nil)
    // A clock that jumps back makes a new key and forgets the others.
    let name = keys.current(now: third).name
    #expect(keys.current(now: start).name != name)
    #expect(keys.key(named: name, now: start) == nil)
  }

  @Test func `staples an OCSP response to those who ask`() throws {
    var configuration = configuration
    // The status is delivered as it is; OpenSSL's client prints that it could not read this one.
    configuration.ocspStaple = Array("not a response".utf8)
    let asking = trusting + ["-status"]
    #expect(try server.visit(TLSContext(configuration), by: tool, asking).said.text.contains("OCSP response"))
    configuration.ocspStaple = nil
    let plain = try server.visit(TLSContext(configuration), by: tool, asking).said.text
    #expect(plain.contains("OCSP response: no response sent"))
  }

  @Test func `tells when a client asks for another host`() throws {
    var configuration = configuration
    configuration.acceptedServerNames = ["localhost"]
    let context = try TLSContext(configuration)
    #expect(try !server.visit(context, by: tool, ["-servername", "LOCALHOST"]).visit.isMisdirected)
    #expect(try server.visit(context, by: tool, ["-servername", "other.example"]).visit.isMisdirected)
    #expect(try !server.visit(context, by: tool, ["-noservername"]).visit.isMisdirected)
  }

  @Test func `does not renegotiate`() throws {
    let (visit, said) = try server.visit(
      TLSContext(configuration), by: tool, ["-tls1_2", "-servername", "localhost"], input: "R\n",
      ignoresEnd: false)
    #expect(visit.handshake == .done(0))
    #expect(
      said.text.contains("RENEGOTIATING") && said.text.contains("no renegotiation") && visit.heard.isEmpty)
  }

  @Test func `says what does not fit when a context cannot be made`() throws {
    var wrong = configuration
    wrong.privateKeyPEM = try TLSKey.generate().pem()
    #expect(throws: TrustError(.tlsConfiguration, "")) { try TLSContext(wrong) }
    wrong.privateKeyPEM = []
    #expect(throws: TrustError(.keyFormat, "")) { try TLSContext(wrong) }
    wrong = configuration
    wrong.certificateChainPEM = []
    #expect(throws: TrustError(.tlsConfiguration, "")) { try TLSContext(wrong) }
    #expect(throws: TrustError(.tlsConfiguration, "")) { try ClientTrust(anchorsPEM: [], crls: []) }
  }
}

@Suite struct `A TLS session` {
  /// Both ends of a connection in this process, over non-blocking sockets.
  final class Ends {
    var server: TLSSession
    var client: TLSSession
    let descriptors: (server: Int32, client: Int32)

    init(server: TLSContext, client: TLSContext) throws {
      var pair: [Int32] = [0, 0]
      guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &pair) == 0
      else {
        throw OpenSSLTool.Failure("no socket pair")
      }
      signal(SIGPIPE, SIG_IGN)
      descriptors = (pair[0], pair[1])
      self.server = try TLSSession(server, descriptor: pair[0])
      self.client = try TLSSession(client, descriptor: pair[1])
    }
    deinit {
      close(descriptors.server)
      close(descriptors.client)
    }

    /// Steps both ends by turns until both are done or one fails.
    func shakeHands() -> (server: TLSOutcome, client: TLSOutcome) {
      var outcomes: (server: TLSOutcome, client: TLSOutcome) = (.wantRead, .wantRead)
      for _ in 0..<20 {
        if case .failed = outcomes.client {} else { outcomes.client = client.handshake() }
        if case .failed = outcomes.server {} else { outcomes.server = server.handshake() }
        if case .failed = outcomes.server { break }
        if outcomes == (.done(0), .done(0)) { break }
      }
      return outcomes
    }
  }

  let authority: CertificateAuthority
  let serverIdentity: (chain: [UInt8], key: [UInt8])
  let clientIdentity: (chain: [UInt8], key: [UInt8])
  let certificate: Certificate

  init() throws {
    let made = try CertificateAuthority.create(name: "Root", lifetimeDays: 10)
    authority = try CertificateAuthority(certificate: made.certificate, keyPEM: made.key)
    let serverKey = try TLSKey.generate()
    let clientKey = try TLSKey.generate()
    serverIdentity = (
      try authority.issue(
        csrPEM: CertificateRequest.create(subject: Subject(commonName: "s"), key: serverKey), days: 5,
        usage: .server(["gateway.example"])
      ).pem, try serverKey.pem()
    )
    certificate = try authority.issue(
      csrPEM: CertificateRequest.create(subject: Subject(commonName: "c"), key: clientKey), days: 5,
      usage: .client)
    clientIdentity = (certificate.pem, try clientKey.pem())
  }

  private func gateway(revoked: [Certificate] = []) throws -> TLSContext {
    try gateway(ClientTrust(anchorsPEM: authority.certificate.pem, crls: [list(revoked)]))
  }

  /// A list of one day that was signed this many days ago.
  private func list(_ revoked: [Certificate] = [], daysAgo: Int = 0) throws -> [UInt8] {
    let now = Timestamp.now().adding(days: -daysAgo)
    return try authority.crl(
      revoked: revoked.map { ($0.serial, now, .superseded) }, number: 1, nextUpdate: now.adding(days: 1),
      now: now)
  }

  private func gateway(_ trust: ClientTrust) throws -> TLSContext {
    try TLSContext(
      TLSConfiguration(
        role: .gateway(trust), certificateChainPEM: serverIdentity.chain, privateKeyPEM: serverIdentity.key))
  }

  private func client(host: String = "gateway.example", isNamed: Bool = true) throws -> TLSContext {
    try TLSContext(
      TLSConfiguration(
        role: .client(anchorsPEM: authority.certificate.pem, host: host),
        certificateChainPEM: isNamed ? clientIdentity.chain : [],
        privateKeyPEM: isNamed ? clientIdentity.key : []))
  }

  @Test func `carries bytes both ways over non-blocking sockets, however much, and ends cleanly`() throws {
    let ends = try Ends(server: gateway(), client: client())
    #expect(ends.shakeHands() == (.done(0), .done(0)))
    let (peer, issuer) = (ends.server.peerCertificate, ends.server.peerIssuerKeyHash)
    let (isEstablished, version) = (ends.server.isEstablished, ends.server.version)
    #expect(peer == certificate && issuer == authority.certificate.publicKeyHash)
    #expect(isEstablished && version == "TLSv1.3")

    let message = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    var sent = 0
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 40_000)
    var sawFullSocket = false
    while received.count < message.count {
      if sent < message.count {
        switch message[sent...].withUnsafeBytes({ ends.server.write($0) }) {
        case .done(let count): sent += count
        case .wantWrite: sawFullSocket = true
        case let other: Issue.record("\(other)")
        }
      }
      reading: while true {
        switch buffer.withUnsafeMutableBytes({ ends.client.read(into: $0) }) {
        case .done(let count): received += buffer.prefix(count)
        case .wantRead: break reading
        case let other:
          Issue.record("\(other)")
          return
        }
        if sent % 3 == 0 { break }
      }
    }
    #expect(received == message)
    #expect(sawFullSocket || sent == message.count)
    #expect(ends.server.shutdown() == .done(0))
    #expect(buffer.withUnsafeMutableBytes { ends.client.read(into: $0) } == .closed)
    let isClean = ends.client.wasClosedCleanly
    #expect(isClean)
  }

  @Test func `tells an end without goodbye from a clean one`() throws {
    let ends = try Ends(server: gateway(), client: client())
    #expect(ends.shakeHands() == (.done(0), .done(0)))
    shutdown(ends.descriptors.client, Int32(SHUT_RDWR))
    var buffer = [UInt8](repeating: 0, count: 100)
    #expect(buffer.withUnsafeMutableBytes { ends.server.read(into: $0) } == .closed)
    let isClean = ends.server.wasClosedCleanly
    #expect(!isClean)
    #expect(ends.server.shutdown() == .closed)
  }

  @Test func `fails on bytes that are no TLS, naming the reason`() throws {
    let ends = try Ends(server: gateway(), client: client())
    send(ends.descriptors.client, "GET / HTTP/1.1\r\n\r\n", 18, 0)
    guard case .failed(let error) = ends.server.handshake() else {
      Issue.record("the handshake went on")
      return
    }
    #expect(error.code == .handshake && error.message.contains("http request"))
  }

  @Test func `is refused to a revoked client by a rebuilt context, and to one without a certificate`() throws
  {
    let revoked = try Ends(server: gateway(revoked: [certificate]), client: client()).shakeHands().server
    guard case .failed(let error) = revoked else {
      Issue.record("a revoked client got in")
      return
    }
    #expect(error.message.contains("certificate revoked"))
    let nameless = try Ends(server: gateway(), client: client(isNamed: false)).shakeHands().server
    #expect(nameless == .failed(TrustError(.handshake, "")))
  }

  @Test
  func
    `is refused where the list of an outside authority has ended or is missing, and given where it is ours`()
    throws
  {
    let pem = authority.certificate.pem
    for crls in [[try list(daysAgo: 30)], [try list(daysAgo: -30)], []] {
      let outside = try ClientTrust(anchorsPEM: pem, crls: crls, standing: .outside)
      let own = try ClientTrust(anchorsPEM: pem, crls: crls, standing: .own)
      let refused = try Ends(server: gateway(outside), client: client()).shakeHands().server
      #expect(refused == .failed(TrustError(.handshake, "")))
      let ends = try Ends(server: gateway(own), client: client())
      #expect(ends.shakeHands() == (.done(0), .done(0)))
      let peer = ends.server.peerCertificate
      #expect(peer == certificate)
      #expect(try own.judge(certificate) == .trusted(issuer: authority.certificate))
      #expect(
        own.complaints(at: .now()).count == 1 && outside.complaints(at: .now()) == own.complaints(at: .now()))
    }
  }

  @Test func `goes by the list that is in force, whatever list is to follow it`() throws {
    let pem = authority.certificate.pem
    for crls in [[try list(), try list(daysAgo: -30)], [try list(daysAgo: 30), try list()]] {
      let trust = try ClientTrust(anchorsPEM: pem, crls: crls, standing: .outside)
      #expect(try trust.judge(certificate) == .trusted(issuer: authority.certificate))
      let complaints = trust.complaints(at: .now())
      #expect(complaints.count == 1, "\(complaints)")
      if case .listEndsSoon = complaints.first { continue }
      Issue.record("\(complaints)")
    }
  }

  @Test func `is refused to who stands on our list, though it has ended`() throws {
    let own = try ClientTrust(
      anchorsPEM: authority.certificate.pem, crls: [list([certificate], daysAgo: 30)], standing: .own)
    guard case .failed(let error) = try Ends(server: gateway(own), client: client()).shakeHands().server
    else {
      Issue.record("a revoked client got in")
      return
    }
    #expect(error.message.contains("certificate revoked"))
    #expect(try own.judge(certificate) == .refused(because: "certificate revoked"))
  }

  @Test func `judges by our own authority all that is not about its list`() throws {
    let other = try CertificateAuthority.create(name: "Root", lifetimeDays: 10)
    let stranger = try CertificateAuthority(certificate: other.certificate, keyPEM: other.key)
    let own = try ClientTrust(
      anchorsPEM: authority.certificate.pem,
      crls: [stranger.crl(revoked: [], number: 1, nextUpdate: .now().adding(days: 1))], standing: .own)
    #expect(
      own.revocationLists.isEmpty && own.complaints(at: .now()).count == 1, "a list signed by another is none"
    )
    let csr = try CertificateRequest.create(subject: Subject(commonName: "c"), key: TLSKey.generate())
    let forged = try stranger.issue(csrPEM: csr, days: 5, usage: .client)
    let server = try authority.issue(csrPEM: csr, days: 5, usage: .server(["c"]))
    for certificate in [forged, server] {
      guard case .refused = try own.judge(certificate) else {
        Issue.record("\(certificate.subject) got in")
        continue
      }
    }
    guard case .refused = try own.judge(certificate, at: .now().adding(days: 6)) else {
      Issue.record("an ended certificate got in")
      return
    }
  }

  @Test func `is refused by a client that expected another host`() throws {
    let outcome = try Ends(server: gateway(), client: client(host: "other.example")).shakeHands().client
    #expect(outcome == .failed(TrustError(.handshake, "")))
  }
}
