package import Trust

/// Who is at the other end of a connection.
package final class Peer: Sendable {
  /// The network address.
  package let address: NetworkAddress
  /// The verified client certificate of a mutual TLS listener.
  package let certificate: PeerCertificate?
  /// The server name the client asked for in its handshake (SNI).
  package let serverName: String?
  package let isEncrypted: Bool

  init(
    address: NetworkAddress, certificate: PeerCertificate? = nil, serverName: String? = nil,
    isEncrypted: Bool = false
  ) {
    self.address = address
    self.certificate = certificate
    self.serverName = serverName
    self.isEncrypted = isEncrypted
  }
}

/// What identifies the holder of a verified client certificate: the hashes of keys, never the subject's text.
package struct PeerCertificate: Sendable, Hashable {
  /// SHA-256 of the certificate, base64url (`x5t#S256`, RFC 8705 §3.1).
  package let thumbprint: String
  /// SHA-256 of the subject's public key (SubjectPublicKeyInfo, DER).
  package let publicKeyHash: [UInt8]
  /// SHA-256 of the issuer's public key.
  package let issuerKeyHash: [UInt8]
  /// The certificate itself, for its dates and its display name.
  package let certificate: Certificate

  package init(thumbprint: String, publicKeyHash: [UInt8], issuerKeyHash: [UInt8], certificate: Certificate) {
    self.certificate = certificate
    self.thumbprint = thumbprint
    self.publicKeyHash = publicKeyHash
    self.issuerKeyHash = issuerKeyHash
  }
}
