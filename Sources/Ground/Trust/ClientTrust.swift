package import Bytes
import COpenSSL

/// Whom a gateway believes: the authorities, and their lists of revoked certificates.
///
/// Whoever stands on a list is refused, also where the list has ended. What an ended or missing list means for the others
/// is a matter of `standing`.
package struct ClientTrust: Sendable {
  /// Whose the authorities are.
  package enum Standing: Sendable {
    /// Ours: what was taken back stands in the server's own book, which is asked for every request. An ended or missing
    /// list is a fault to mend, and refuses nobody.
    case own
    /// Somebody else's: nothing but their list tells what was taken back, so every certificate of a chain must be
    /// covered by a current list of its issuer. A missing or ended one refuses everyone below it (fail closed).
    case outside
  }

  package let standing: Standing
  /// The trusted authorities.
  package let anchors: [Certificate]
  /// Their revocation lists and those of authorities below them.
  package let revocationLists: [RevocationList]
  /// The lists that each anchor signed.
  let signed: [[RevocationList]]

  /// Reads authorities (PEM, one or more) and revocation lists (each DER, or PEM with any number of lists).
  package init(
    anchorsPEM: [UInt8], crls: [[UInt8]], standing: Standing = .outside
  ) throws(TrustError) {
    let anchors = try Certificate.all(pem: anchorsPEM)
    guard !anchors.isEmpty else {
      throw TrustError(.tlsConfiguration, "no authority to trust in the PEM file")
    }
    var lists: [RevocationList] = []
    for crl in crls { lists += try RevocationList.all(crl) }
    self.init(anchors: anchors, revocationLists: lists, standing: standing)
  }

  package init(
    anchors: [Certificate], revocationLists: [RevocationList], standing: Standing = .outside
  ) {
    self.standing = standing
    self.anchors = anchors
    signed = anchors.map { anchor in revocationLists.filter { $0.isSigned(by: anchor) } }
    // What pretends to be our list is as good as none; elsewhere it may be that of an authority below the anchors.
    self.revocationLists = standing == .own ? signed.flatMap { $0 } : revocationLists
  }

  /// An OpenSSL store of this trust, with everything that does not depend on the connection.
  func makeStore() throws(TrustError) -> Handle {
    ERR_clear_error()
    guard let made = X509_STORE_new() else {
      throw .drained(.tlsConfiguration, "no memory for the authorities")
    }
    let store = Handle(takingOwnership: made, release: X509_STORE_free)
    for anchor in anchors {
      guard X509_STORE_add_cert(made, anchor.handle.pointer) == 1 else {
        throw .drained(.tlsConfiguration, "the authority \(anchor.subject) cannot be trusted")
      }
    }
    for list in revocationLists {
      guard X509_STORE_add_crl(made, list.handle.pointer) == 1 else {
        throw .drained(.tlsConfiguration, "the revocation list of \(list.issuer) cannot be used")
      }
    }
    guard X509_STORE_set_flags(made, ClientTrust.flags) == 1,
      X509_STORE_set_depth(made, ClientTrust.depth) == 1
    else {
      throw .drained(.tlsConfiguration, "the checks on certificates cannot be switched on")
    }
    return store
  }

  /// Authorities between a client's certificate and the root.
  static let depth: Int32 = 2
  /// RFC 5280 to the letter, and every certificate of the chain looked up in its issuer's list.
  static let flags = UInt(X509_V_FLAG_X509_STRICT | X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL)
}

extension ClientTrust {
  /// What became of a client's certificate.
  package enum Verdict: Sendable, Equatable {
    /// Trusted; `issuer` signed it.
    case trusted(issuer: Certificate)
    /// Not trusted. The reason is for logs, not for the client.
    case refused(because: String)
  }

  /// Judges a client certificate as the gateway's handshake does: chain, validity, purpose (clientAuth must be
  /// named), strength (112 bits; named curves only), revocation.
  ///
  /// - `intermediates`: what the client sent along; none of it is believed by itself.
  /// - `time`: when; now if not given.
  package func judge(
    _ leaf: Certificate, intermediates: [Certificate] = [], at time: Timestamp? = nil
  ) throws(TrustError) -> Verdict {
    let store = try makeStore()
    guard let context = X509_STORE_CTX_new(), let others = doorsill_certificates_new() else {
      throw .drained(.session, "no memory to judge a certificate")
    }
    defer {
      X509_STORE_CTX_free(context)
      doorsill_certificates_free(others)
      ERR_clear_error()
    }
    for certificate in intermediates { _ = doorsill_certificates_push(others, certificate.handle.pointer) }
    guard X509_STORE_CTX_init(context, store.pointer, leaf.handle.pointer, others) == 1,
      X509_STORE_CTX_set_default(context, "ssl_client") == 1
    else { throw .drained(.session, "the check cannot be set up") }
    let parameters = X509_STORE_CTX_get0_param(context)
    X509_STORE_CTX_set_verify_cb(context, judgement)
    X509_VERIFY_PARAM_set_auth_level(parameters, 2)
    if let time { X509_VERIFY_PARAM_set_time(parameters, Int(time.secondsSince1970)) }
    guard X509_verify_cert(context) == 1 else {
      let error = X509_STORE_CTX_get_error(context)
      return .refused(because: String(cString: X509_verify_cert_error_string(Int(error))))
    }
    let chain = X509_STORE_CTX_get0_chain(context)
    // A trusted self-signed leaf is its own issuer.
    guard let issuer = try Certificate(at: min(1, doorsill_certificates_count(chain) - 1), ofChain: chain)
    else {
      return .refused(because: "the chain is empty")
    }
    return .trusted(issuer: issuer)
  }
}

extension Certificate {
  /// The certificate at a place of a verified chain (0 is the leaf), or nil past its end.
  init?(at place: Int32, ofChain chain: OpaquePointer?) throws(TrustError) {
    guard place >= 0, place < doorsill_certificates_count(chain),
      let found = doorsill_certificates_at(chain, place),
      X509_up_ref(found) == 1
    else { return nil }
    try self.init(takingOwnership: found)
  }
}

extension ClientTrust {
  typealias Judgement = @convention(c) (Int32, OpaquePointer?) -> Int32

  /// What is asked about each certificate of a chain.
  var judgement: Judgement { standing == .own ? judgeOwnClientCertificate : judgeClientCertificate }
}

/// For our own authority: a list that is missing, out of its time or not to be relied on stops nobody; who stands on it
/// is refused all the same, because OpenSSL goes on to look for him.
private let judgeOwnClientCertificate: ClientTrust.Judgement = { ok, context in
  let lapses = [
    X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_CRL_HAS_EXPIRED, X509_V_ERR_CRL_NOT_YET_VALID,
    X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, X509_V_ERR_CRL_SIGNATURE_FAILURE, X509_V_ERR_KEYUSAGE_NO_CRL_SIGN,
    X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION, X509_V_ERR_DIFFERENT_CRL_SCOPE,
  ]
  guard ok == 0, lapses.contains(X509_STORE_CTX_get_error(context)) else {
    return judgeClientCertificate(ok, context)
  }
  X509_STORE_CTX_set_error(context, X509_V_OK)
  return 1
}

/// What OpenSSL's own checks leave open for a client's certificate, called for each certificate of a chain that is
/// otherwise in order: the usage clientAuth must be named (OpenSSL accepts a certificate that names none), the key
/// must be of an accepted kind, and an authority's own certificate does not act as a client.
private let judgeClientCertificate: ClientTrust.Judgement = { ok, context in
  guard ok == 1, let certificate = X509_STORE_CTX_get_current_cert(context) else { return ok }
  if weakness(ofKey: X509_get0_pubkey(certificate)) != nil {
    X509_STORE_CTX_set_error(context, X509_V_ERR_EE_KEY_TOO_SMALL)
    return 0
  }
  guard X509_STORE_CTX_get_error_depth(context) == 0 else { return ok }
  let namesUsage = X509_get_extension_flags(certificate) & UInt32(EXFLAG_XKUSAGE) != 0
  let isClient = X509_get_extended_key_usage(certificate) & UInt32(XKU_SSL_CLIENT) != 0
  if !namesUsage || !isClient || X509_check_ca(certificate) == 1 {
    X509_STORE_CTX_set_error(context, X509_V_ERR_INVALID_PURPOSE)
    return 0
  }
  return ok
}
