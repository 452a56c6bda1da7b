import COpenSSL

/// What a step of a TLS session came to. Wait for what it wants on the descriptor, then call again.
package enum TLSOutcome: Sendable, Equatable {
  /// The step is done; for reads, writes and `sendFile` the number of bytes moved.
  case done(Int)
  /// Call again when the descriptor is readable.
  case wantRead
  /// Call again when the descriptor is writable.
  case wantWrite
  /// The other side closed; `TLSSession.wasClosedCleanly` tells whether it said so.
  case closed
  /// The session is broken; close the descriptor. For logs.
  case failed(TrustError)
}

/// One TLS connection over a non-blocking socket, for an event loop. Not for two threads at once.
///
/// The descriptor stays the caller's: it is neither made non-blocking nor closed here. The process must ignore
/// SIGPIPE, because OpenSSL writes with `write`.
package struct TLSSession: ~Copyable, Sendable {
  private let context: TLSContext
  private let handle: Handle
  private var isBroken: Bool

  /// Starts a session on a connected socket: as the accepting side, or as the calling one for a client context.
  package init(_ context: TLSContext, descriptor: Int32) throws(TrustError) {
    handle = try TLSSession.connect(context, descriptor)
    isBroken = false
    self.context = context
  }

  private static func connect(_ context: TLSContext, _ descriptor: Int32) throws(TrustError) -> Handle {
    ERR_clear_error()
    guard let made = SSL_new(context.handle.pointer) else {
      throw .drained(.session, "no memory for a TLS session")
    }
    let handle = Handle(takingOwnership: made, release: SSL_free)
    guard SSL_set_fd(made, descriptor) == 1 else { throw .drained(.session, "the socket cannot carry TLS") }
    guard let host = context.settings.host else {
      SSL_set_accept_state(made)
      return handle
    }
    SSL_set_connect_state(made)
    guard
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(made), host) == 1
        || (SSL_set1_host(made, host) == 1 && doorsill_set_host_name(made, host) == 1)
    else { throw .drained(.tlsConfiguration, "“\(host)” is not a host name") }
    ERR_clear_error()
    return handle
  }

  /// Moves the handshake on.
  package mutating func handshake() -> TLSOutcome {
    ERR_clear_error()
    let result = SSL_do_handshake(handle.pointer)
    return result == 1 ? .done(0) : outcome(of: result, .handshake, "the TLS handshake failed")
  }

  /// Reads up to `buffer.count` bytes. Read until `wantRead`, also when the descriptor is not readable: bytes may
  /// already be here (`hasBuffered`).
  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> TLSOutcome {
    guard buffer.count > 0 else { return .done(0) }
    ERR_clear_error()
    var moved = 0
    let result = SSL_read_ex(handle.pointer, buffer.baseAddress, buffer.count, &moved)
    return result == 1 ? .done(moved) : outcome(of: result, .session, "reading failed")
  }

  /// Writes some of `bytes`; the number done may be smaller. After `wantWrite` call again with the same bytes
  /// (they may have moved in memory).
  package mutating func write(_ bytes: UnsafeRawBufferPointer) -> TLSOutcome {
    guard bytes.count > 0 else { return .done(0) }
    ERR_clear_error()
    var moved = 0
    let result = SSL_write_ex(handle.pointer, bytes.baseAddress, bytes.count, &moved)
    return result == 1 ? .done(moved) : outcome(of: result, .session, "writing failed")
  }

  /// Sends part of a file without copying it through the process. Only while `canSendFile`.
  package mutating func sendFile(_ file: Int32, offset: Int, count: Int) -> TLSOutcome {
    ERR_clear_error()
    let moved = SSL_sendfile(handle.pointer, file, offset, count, 0)
    return moved > 0 ? .done(moved) : outcome(of: Int32(clamping: moved), .session, "sending a file failed")
  }

  /// Says goodbye (close_notify). Done once it is sent; the other side's answer is not awaited.
  package mutating func shutdown() -> TLSOutcome {
    guard !isBroken else { return .closed }
    ERR_clear_error()
    let result = SSL_shutdown(handle.pointer)
    return result >= 0 ? .done(0) : outcome(of: result, .session, "closing failed")
  }

  /// Whether the kernel encrypts for this session, so that `sendFile` works.
  package var canSendFile: Bool { doorsill_kernel_sends(handle.pointer) == 1 }

  /// Whether bytes were taken off the socket that `read` has not yet handed out.
  package var hasBuffered: Bool { SSL_has_pending(handle.pointer) == 1 }

  /// Whether the handshake is over.
  package var isEstablished: Bool { SSL_is_init_finished(handle.pointer) == 1 }

  /// Whether the other side said goodbye before it closed; without that the end may be an attacker's cut.
  package var wasClosedCleanly: Bool { SSL_get_shutdown(handle.pointer) & SSL_RECEIVED_SHUTDOWN != 0 }

  /// Whether this session continued an earlier one.
  package var wasResumed: Bool { SSL_session_reused(handle.pointer) == 1 }

  /// `TLSv1.3` or `TLSv1.2`.
  package var version: String { String(cString: SSL_get_version(handle.pointer)) }

  /// The cipher suite's name.
  package var cipherSuite: String {
    SSL_get_current_cipher(handle.pointer).flatMap { SSL_CIPHER_get_name($0) }.map { String(cString: $0) }
      ?? ""
  }

  /// The host name the client asked for (SNI, RFC 6066 §3), in lower case.
  package var serverName: String? {
    SSL_get_servername(handle.pointer, TLSEXT_NAMETYPE_host_name).map { String(cString: $0).lowercased() }
  }

  /// Whether the client asked for a host name this listener does not answer to: 421 is due.
  package var isMisdirected: Bool {
    guard !context.settings.acceptedServerNames.isEmpty, let serverName else { return false }
    return !context.settings.acceptedServerNames.contains(serverName)
  }

  /// The application protocol agreed on (RFC 7301), if any.
  package var applicationProtocol: String? {
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    SSL_get0_alpn_selected(handle.pointer, &name, &count)
    return name.map { String(decoding: UnsafeBufferPointer(start: $0, count: Int(count)), as: UTF8.self) }
  }

  /// The other side's certificate, proven and trusted, once the handshake is done; nil without one.
  package var peerCertificate: Certificate? {
    guard SSL_get_verify_result(handle.pointer) == X509_V_OK,
      let found = SSL_get1_peer_certificate(handle.pointer)
    else { return nil }
    return try? Certificate(takingOwnership: found)
  }

  /// The certificate that signed the peer's, as verified; nil without one.
  package var peerIssuer: Certificate? {
    guard SSL_get_verify_result(handle.pointer) == X509_V_OK else { return nil }
    let chain = SSL_get0_verified_chain(handle.pointer)
    return try? Certificate(at: min(1, doorsill_certificates_count(chain) - 1), ofChain: chain)
  }

  /// SHA-256 of the public key that signed the peer's certificate.
  package var peerIssuerKeyHash: [UInt8]? { peerIssuer?.publicKeyHash }

  /// Turns OpenSSL's answer into an outcome; the error queue is empty afterwards.
  private mutating func outcome(of result: Int32, _ code: TrustError.Code, _ what: String) -> TLSOutcome {
    let kind = SSL_get_error(handle.pointer, result)
    switch kind {
    case SSL_ERROR_WANT_READ: return .wantRead
    case SSL_ERROR_WANT_WRITE: return .wantWrite
    case SSL_ERROR_ZERO_RETURN: return .closed
    default:
      // After these two OpenSSL forbids any further call, shutdown included.
      isBroken = true
      let isEnd =
        kind == SSL_ERROR_SYSCALL
        || doorsill_reason(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING
      var reasons = TrustError.drainReasons()
      if isEnd, code != .handshake || reasons.isEmpty { return .closed }
      let verified = SSL_get_verify_result(handle.pointer)
      if code == .handshake, verified != X509_V_OK {
        reasons.append(String(cString: X509_verify_cert_error_string(verified)))
      }
      return .failed(TrustError(code, what, reasons: reasons))
    }
  }
}
