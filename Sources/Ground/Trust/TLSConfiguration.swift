/// How a listener speaks TLS. Make one with `portal`, `gateway` or `client`; each is a whole, safe choice.
package struct TLSConfiguration: Sendable {
  /// Which end of the connection this is, and what follows from that.
  package enum Role: Sendable {
    /// The public port: TLS 1.2 (ECDHE with AEAD only) and 1.3, tickets under rotating keys.
    case portal
    /// The companies' port: TLS 1.3 only, a client certificate demanded, no tickets, resumption or early data.
    case gateway(ClientTrust)
    /// A client of a gateway or portal that trusts these authorities and expects this host name.
    case client(anchorsPEM: [UInt8], host: String)
  }
  package var role: Role
  /// The server's certificate and those between it and the root, PEM. May be empty for a client.
  package var certificateChainPEM: [UInt8]
  /// Its private key, PEM.
  package var privateKeyPEM: [UInt8]
  /// The key's passphrase, if it has one.
  package var passphrase: String?
  /// Application protocols offered or accepted (RFC 7301), most wanted first.
  package var alpn: [String] = ["http/1.1"]
  /// A DER OCSP response to staple (RFC 6066 §8), where one was fetched.
  package var ocspStaple: [UInt8]?
  /// Host names (lower case) this listener answers to; empty means any. `TLSSession.isMisdirected` tells when a
  /// client asked for another one (421, RFC 9110 §15.5.20).
  package var acceptedServerNames: [String] = []
  /// Whether to let the kernel encrypt where it can (kTLS), so that files are sent without a copy.
  package var usesKernelTLS = true
  /// Lets certified clients come by TLS 1.2 too (ECDHE with AEAD, still without tickets or resumption): for a bare
  /// folder, never for a gateway.
  package var takesCertifiedTLS12 = false
  /// Ticket keys of a portal; give the same ones to a rebuilt context, so that clients keep their sessions.
  package var ticketKeys: TicketKeys?

  package init(
    role: Role, certificateChainPEM: [UInt8], privateKeyPEM: [UInt8], passphrase: String? = nil
  ) {
    self.role = role
    self.certificateChainPEM = certificateChainPEM
    self.privateKeyPEM = privateKeyPEM
    self.passphrase = passphrase
  }
}
