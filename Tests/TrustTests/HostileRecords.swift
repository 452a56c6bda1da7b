import Bytes
import Glibc
import Trust

/// What must hold of a TLS port whatever bytes it is sent, shared by the fuzz target and the test over its seeds.
enum HostileRecords {
  /// A portal and a gateway, made once.
  private static let contexts: [TLSContext] = {
    guard let made = try? CertificateAuthority.create(name: "Root", lifetimeDays: 10),
      let authority = try? CertificateAuthority(certificate: made.certificate, keyPEM: made.key),
      let key = try? TLSKey.generate(),
      let request = try? CertificateRequest.create(subject: Subject(commonName: "localhost"), key: key),
      let server = try? authority.issue(csrPEM: request, days: 5, usage: .server(["localhost"])),
      let keyPEM = try? key.pem(),
      let list = try? authority.crl(revoked: [], number: 1, nextUpdate: Timestamp.now().adding(days: 1)),
      let trust = try? ClientTrust(anchorsPEM: made.certificate.pem, crls: [list])
    else { return [] }
    return [TLSConfiguration.Role.portal, .gateway(trust)].compactMap { role in
      try? TLSContext(TLSConfiguration(role: role, certificateChainPEM: server.pem, privateKeyPEM: keyPEM))
    }
  }()

  /// The session ends in an outcome, hands out no byte before the handshake is over, and never says that it is. Returns
  /// what is otherwise.
  static func complaint(_ bytes: [UInt8]) -> String? {
    guard contexts.count == 2 else { return "no context to speak to" }
    for context in contexts {
      var ends: [Int32] = [0, 0]
      guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0
      else { return nil }
      defer { for end in ends { close(end) } }
      send(ends[0], bytes, bytes.count, Int32(MSG_NOSIGNAL))
      shutdown(ends[0], Int32(SHUT_WR))
      guard var session = try? TLSSession(context, descriptor: ends[1]) else { return "no session" }
      var outcome = session.handshake()
      var turns = 0
      while outcome == .wantRead || outcome == .wantWrite, turns < 8 {
        outcome = session.handshake()
        turns += 1
      }
      if session.isEstablished { return "a handshake with nobody" }
      var buffer = [UInt8](repeating: 0, count: 512)
      if case .done(let read) = buffer.withUnsafeMutableBytes({ session.read(into: $0) }), read > 0 {
        return "bytes of nobody"
      }
      _ = session.shutdown()
    }
    return nil
  }
}
