import Bytes
import Synchronization
import Trust

/// What a client may do about its own keys, over the gateway.
extension AccessStore {
  /// Live keys that one certificate may have: the one in use, and the one that takes its place.
  package static let keysPerCertificate = 2

  /// Who may make a key by itself: a registered, live certificate of an active client. The first key needs the
  /// certificate alone, every further one a live key as well, so that a stolen certificate opens nothing by itself.
  /// - Returns: the client, its certificate, and the live keys bound to that certificate's public key and issuer.
  package func keyMaker(_ call: Call) throws(Denial) -> (
    client: Client, certificate: ClientCertificate, live: [APIKey]
  ) {
    if call.bearer != nil {
      let identity = try identify(call)
      return (identity.client, identity.certificate, live(identity.certificate, at: call.now))
    }
    refresh()
    let (certificate, client) = book.withLock { book in
      let certificate = book.certificates[call.thumbprint]
      return (certificate, certificate.flatMap { book.clients[$0.client] })
    }
    guard let certificate, let client, constantTimeEqual(certificate.publicKeyHash, call.publicKeyHash),
      constantTimeEqual(certificate.issuerKeyHash, call.issuerKeyHash)
    else { throw Denial(.certificateUnknown) }
    guard certificate.revoked == nil else { throw Denial(.certificateRevoked, client: client.id) }
    guard call.now <= certificate.notAfter else { throw Denial(.certificateExpired, client: client.id) }
    guard client.status == .active else { throw Denial(.clientSuspended, client: client.id) }
    guard live(certificate, at: call.now).isEmpty else { throw Denial(.keyRequired, client: client.id) }
    return (client, certificate, [])
  }

  private func live(_ certificate: ClientCertificate, at now: Timestamp) -> [APIKey] {
    book.withLock { book in
      book.keys.values.filter { $0.isLive(for: certificate, at: now) }
    }
  }
}

extension APIKey {
  /// Whether it opens something with this certificate: neither revoked nor ended, and bound to its key and issuer.
  func isLive(for certificate: ClientCertificate, at now: Timestamp) -> Bool {
    client == certificate.client && revoked == nil && now < expires
      && publicKeyHash == certificate.publicKeyHash && issuerKeyHash == certificate.issuerKeyHash
  }
}
