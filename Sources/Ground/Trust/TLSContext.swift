import COpenSSL

/// The library below: what `doctor` tells, since the system's own updates mend it.
package enum OpenSSLLibrary {
  /// The version of the library this process runs with, such as `OpenSSL 3.0.19 27 Jan 2026`.
  package static var version: String { String(cString: OpenSSL_version(OPENSSL_VERSION)) }
}

/// Everything a listener's sessions share. Immutable and cheap to make (a few milliseconds): to change a
/// certificate, an authority or a revocation list, make a new one and give it to the next connections.
package final class TLSContext: Sendable {
  let handle: Handle
  let settings: Settings
  /// The lists of a gateway's trust; no other context has any.
  private let revocationLists: [RevocationList]

  /// What the callbacks of a context read.
  final class Settings: Sendable {
    let alpn: [UInt8]
    let ocspStaple: [UInt8]?
    let acceptedServerNames: Set<String>
    let ticketKeys: TicketKeys?
    let host: String?

    init(_ configuration: TLSConfiguration, ticketKeys: TicketKeys?) throws(TrustError) {
      var wire: [UInt8] = []
      for name in configuration.alpn {
        guard (1...255).contains(name.utf8.count) else {
          throw TrustError(.tlsConfiguration, "an application protocol's name has 1 to 255 bytes")
        }
        wire += [UInt8(name.utf8.count)] + Array(name.utf8)
      }
      alpn = wire
      ocspStaple = configuration.ocspStaple
      acceptedServerNames = Set(configuration.acceptedServerNames)
      self.ticketKeys = ticketKeys
      if case .client(_, let host) = configuration.role { self.host = host } else { host = nil }
    }
  }

  /// Builds a context. Throws `.tlsConfiguration` naming what does not fit.
  package init(_ configuration: TLSConfiguration) throws(TrustError) {
    ERR_clear_error()
    let isClient = if case .client = configuration.role { true } else { false }
    guard let made = SSL_CTX_new(isClient ? TLS_client_method() : TLS_server_method()) else {
      throw .drained(.tlsConfiguration, "TLS is not available")
    }
    handle = Handle(takingOwnership: made, release: SSL_CTX_free)
    var ticketKeys: TicketKeys?
    if case .portal = configuration.role {
      ticketKeys = configuration.ticketKeys
      if ticketKeys == nil { ticketKeys = try TicketKeys() }
    }
    settings = try Settings(configuration, ticketKeys: ticketKeys)
    if case .gateway(let trust) = configuration.role {
      revocationLists = trust.revocationLists
    } else {
      revocationLists = []
    }
    guard SSL_CTX_set_ex_data(made, TLSContext.index, Unmanaged.passUnretained(settings).toOpaque()) == 1
    else {
      throw .drained(.tlsConfiguration, "no memory for TLS")
    }
    try setStrength(configuration)
    if !configuration.certificateChainPEM.isEmpty || !isClient { try setIdentity(configuration) }
    switch configuration.role {
    case .portal: try setPortal()
    case .gateway(let trust): try setGateway(trust)
    case .client(let anchors, _): try setClient(anchors)
    }
  }

  /// Whether a certificate that was trusted by an earlier context is on one of this one's lists.
  package func revokes(_ certificate: Certificate) -> Bool {
    revocationLists.contains { $0.revokes(certificate) }
  }

  private func fail(_ what: String) -> TrustError { .drained(.tlsConfiguration, what) }

  /// Versions, suites and groups: everything offered has forward secrecy and authenticated encryption.
  private func setStrength(_ configuration: TLSConfiguration) throws(TrustError) {
    let context = handle.pointer
    let isGateway =
      if case .gateway = configuration.role { !configuration.takesCertifiedTLS12 } else { false }
    let low = isGateway ? TLS1_3_VERSION : TLS1_2_VERSION
    SSL_CTX_set_security_level(context, 2)
    guard doorsill_set_versions(context, low, TLS1_3_VERSION) == 1 else {
      throw fail("TLS 1.3 is not available")
    }
    let suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    let older = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"]
      .flatMap { ["ECDHE-ECDSA-\($0)", "ECDHE-RSA-\($0)"] }.joined(separator: ":")
    guard SSL_CTX_set_ciphersuites(context, suites) == 1, SSL_CTX_set_cipher_list(context, older) == 1,
      doorsill_set_groups(context, "X25519:P-256:P-384") == 1
    else { throw fail("OpenSSL lacks a cipher or group that is needed") }
    SSL_CTX_set_options(context, doorsill_op_always())
    if configuration.usesKernelTLS { SSL_CTX_set_options(context, doorsill_op_kernel_tls()) }
    SSL_CTX_set_max_early_data(context, 0)
    doorsill_set_mode(context)
    doorsill_set_read_ahead(context)
  }

  private func setIdentity(_ configuration: TLSConfiguration) throws(TrustError) {
    let context = handle.pointer
    let chain = try Certificate.all(pem: configuration.certificateChainPEM)
    guard let leaf = chain.first else {
      throw TrustError(.tlsConfiguration, "no certificate in the PEM file")
    }
    let key = try TLSKey(pem: configuration.privateKeyPEM, passphrase: configuration.passphrase)
    ERR_clear_error()
    guard SSL_CTX_use_certificate(context, leaf.handle.pointer) == 1 else {
      throw fail("the certificate \(leaf.subject) cannot be used")
    }
    guard SSL_CTX_use_PrivateKey(context, key.handle.pointer) == 1, SSL_CTX_check_private_key(context) == 1
    else {
      throw fail("the private key does not belong to the certificate \(leaf.subject)")
    }
    doorsill_clear_chain(context)
    for link in chain.dropFirst() {
      guard doorsill_add_chain(context, link.handle.pointer) == 1 else {
        throw fail("the certificate \(link.subject) cannot be sent along")
      }
    }
  }

  private func setServer() {
    let context = handle.pointer
    doorsill_set_servername_callback(context) { _, _, _ in SSL_TLSEXT_ERR_OK }
    if !settings.alpn.isEmpty { SSL_CTX_set_alpn_select_cb(context, chooseProtocol, nil) }
    if settings.ocspStaple != nil { doorsill_set_status_callback(context, stapleResponse, nil) }
  }

  private func setPortal() throws(TrustError) {
    setServer()
    let context = handle.pointer
    // Tickets carry the session, so the server keeps none.
    doorsill_set_session_cache(context, 0)
    guard SSL_CTX_set_session_id_context(context, Array("doorsill-portal".utf8), 15) == 1,
      SSL_CTX_set_num_tickets(context, 1) == 1, doorsill_set_ticket_callback(context, answerTicketKey) == 1
    else { throw fail("session tickets cannot be set up") }
    SSL_CTX_set_timeout(context, Int(TicketKeys.period))
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
  }

  private func setGateway(_ trust: ClientTrust) throws(TrustError) {
    setServer()
    let context = handle.pointer
    SSL_CTX_set_options(context, doorsill_op_no_ticket())
    doorsill_set_session_cache(context, 0)
    let store = try trust.makeStore()
    SSL_CTX_set1_cert_store(context, store.pointer)
    guard SSL_CTX_set_num_tickets(context, 0) == 1, SSL_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT) == 1
    else { throw fail("the demand for client certificates cannot be set up") }
    for anchor in trust.anchors {
      guard SSL_CTX_add_client_CA(context, anchor.handle.pointer) == 1 else {
        throw fail("no memory for TLS")
      }
    }
    SSL_CTX_set_verify_depth(context, ClientTrust.depth)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, trust.judgement)
  }

  private func setClient(_ anchorsPEM: [UInt8]) throws(TrustError) {
    let context = handle.pointer
    for anchor in try Certificate.all(pem: anchorsPEM) {
      guard X509_STORE_add_cert(SSL_CTX_get_cert_store(context), anchor.handle.pointer) == 1 else {
        throw fail("the authority \(anchor.subject) cannot be trusted")
      }
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    // Unlike every other call this one returns 0 for success.
    guard
      settings.alpn.isEmpty
        || SSL_CTX_set_alpn_protos(context, settings.alpn, UInt32(settings.alpn.count)) == 0
    else { throw fail("the application protocols cannot be offered") }
  }

  /// Where a context keeps its `Settings`.
  private static let index = doorsill_context_index()

  /// The settings of the context OpenSSL calls back for. They live as long as the `TLSContext`, which every
  /// session holds.
  static func settings(of context: OpaquePointer?) -> Settings? {
    guard let context, let found = SSL_CTX_get_ex_data(context, index) else { return nil }
    return Unmanaged<Settings>.fromOpaque(found).takeUnretainedValue()
  }
}

/// Picks the application protocol; without a common one the handshake ends (RFC 7301 §3.2).
private let chooseProtocol:
  @convention(c) (
    OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
    UnsafePointer<UInt8>?,
    UInt32, UnsafeMutableRawPointer?
  ) -> Int32 = { session, chosen, length, offered, count, _ in
    guard let settings = TLSContext.settings(of: SSL_get_SSL_CTX(session)), let offered, let chosen,
      let length
    else {
      return SSL_TLSEXT_ERR_ALERT_FATAL
    }
    let offer = UnsafeBufferPointer(start: offered, count: Int(count))
    // Both lists are names with a length byte before each; ours decides the order. The answer points into the offer.
    var mine = 0
    while mine < settings.alpn.count {
      let wanted = settings.alpn[mine...(mine + Int(settings.alpn[mine]))]
      var theirs = 0
      while theirs < offer.count, theirs + Int(offer[theirs]) < offer.count {
        if offer[theirs...(theirs + Int(offer[theirs]))].elementsEqual(wanted) {
          chosen.pointee = offered + theirs + 1
          length.pointee = offer[theirs]
          return SSL_TLSEXT_ERR_OK
        }
        theirs += Int(offer[theirs]) + 1
      }
      mine += Int(settings.alpn[mine]) + 1
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
  }

/// Staples the OCSP response to the handshake of a client that asked for one.
private let stapleResponse: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = {
  session, _ in
  guard let staple = TLSContext.settings(of: SSL_get_SSL_CTX(session))?.ocspStaple, !staple.isEmpty,
    let copy = doorsill_malloc(staple.count)
  else { return SSL_TLSEXT_ERR_NOACK }
  copy.copyMemory(from: staple, byteCount: staple.count)
  // OpenSSL frees the copy with the session.
  doorsill_set_status(session, copy.assumingMemoryBound(to: UInt8.self), staple.count)
  return SSL_TLSEXT_ERR_OK
}
