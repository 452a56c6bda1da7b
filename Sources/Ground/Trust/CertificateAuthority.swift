package import Bytes
import COpenSSL

/// A certificate authority: one self-signed root that signs clients' and servers' certificates and the list of
/// those taken back (RFC 5280).
package final class CertificateAuthority: Sendable {
  /// What an issued certificate may be used for.
  package enum Usage: Sendable, Hashable {
    /// TLS client authentication.
    case client
    /// TLS server authentication for these host names or addresses.
    case server([String])
  }

  /// Allowance for clocks that run behind, in seconds: certificates are valid from this long before now.
  package static let clockSkew: Int64 = 300

  /// The authority's own certificate.
  package let certificate: Certificate
  let key: TLSKey

  /// Opens an authority. Throws `.tlsConfiguration` when key and certificate do not belong together.
  package init(certificate: Certificate, keyPEM: [UInt8], passphrase: String? = nil) throws(TrustError) {
    let key = try TLSKey(pem: keyPEM, passphrase: passphrase)
    ERR_clear_error()
    guard X509_check_private_key(certificate.handle.pointer, key.handle.pointer) == 1 else {
      throw .drained(.tlsConfiguration, "the authority's key does not belong to its certificate")
    }
    guard certificate.isCA else {
      throw TrustError(.tlsConfiguration, "the certificate is not an authority's")
    }
    self.certificate = certificate
    self.key = key
  }

  /// Makes a new authority with a P-256 key. The key comes back as PKCS #8 PEM, encrypted if a passphrase is given.
  package static func create(
    name: String, organization: String? = nil, lifetimeDays: Int, passphrase: String? = nil,
    now: Timestamp = .now()
  ) throws(TrustError) -> (key: [UInt8], certificate: Certificate) {
    let key = try TLSKey.generate()
    let subject = try Subject(commonName: name, organization: organization)
    let draft = try CertificateDraft(
      publicKey: key.handle.pointer, notBefore: now.adding(seconds: -clockSkew),
      notAfter: now.adding(days: lifetimeDays))
    try draft.setSubject(subject)
    try draft.add(
      [
        (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
        (NID_key_usage, "critical,keyCertSign,cRLSign"),
        (NID_subject_key_identifier, "hash"),
      ], issuer: nil)
    return (try key.pem(passphrase: passphrase), try draft.sign(issuer: nil, key: key))
  }

  /// Issues a certificate for a request. Nothing of the request's own extensions is taken over, and it ends no
  /// later than the authority itself.
  ///
  /// - `subject`: replaces the request's subject when given.
  /// - `days`: lifetime in days.
  package func issue(
    csrPEM: [UInt8], subject: Subject? = nil, days: Int, usage: Usage, now: Timestamp = .now()
  ) throws(TrustError) -> Certificate {
    let request = try CertificateRequest(pem: csrPEM)
    guard certificate.isValid(at: now) else {
      throw TrustError(.issuing, "the authority's certificate ended on \(certificate.notAfter.rfc3339)")
    }
    guard days > 0 else { throw TrustError(.issuing, "a certificate lives at least one day") }
    let draft = try CertificateDraft(
      publicKey: X509_REQ_get0_pubkey(request.handle.pointer),
      notBefore: max(certificate.notBefore, now.adding(seconds: -CertificateAuthority.clockSkew)),
      notAfter: min(certificate.notAfter, now.adding(days: days)))
    if let subject {
      try draft.setSubject(subject)
    } else {
      try draft.setSubject(copying: X509_REQ_get_subject_name(request.handle.pointer))
    }
    var extensions: [(Int32, String)] = [
      (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
      (NID_subject_key_identifier, "hash"), (NID_authority_key_identifier, "keyid:always"),
    ]
    switch usage {
    case .client:
      extensions.append((NID_ext_key_usage, "clientAuth"))
    case .server(let names):
      extensions.append((NID_ext_key_usage, "serverAuth"))
      extensions.append((NID_subject_alt_name, try CertificateAuthority.alternativeNames(names)))
    }
    try draft.add(extensions, issuer: certificate)
    return try draft.sign(issuer: certificate, key: key)
  }

  /// `DNS:…,IP:…` of names that hold nothing but letters, digits, `.`, `-`, `:` and a leading `*.`.
  private static func alternativeNames(_ names: [String]) throws(TrustError) -> String {
    guard !names.isEmpty else { throw TrustError(.issuing, "a server certificate needs a host name") }
    var parts: [String] = []
    for name in names {
      if let address = a2i_IPADDRESS(name) {
        ASN1_OCTET_STRING_free(address)
        parts.append("IP:\(name)")
        continue
      }
      let labels = (name.hasPrefix("*.") ? String(name.dropFirst(2)) : name)
        .split(separator: ".", omittingEmptySubsequences: false)
      let isHost =
        name.utf8.count <= 253
        && labels.allSatisfy { label in
          (1...63).contains(label.utf8.count)
            && label.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0 | 0x20) || $0 == 45 }
        }
      guard isHost else { throw TrustError(.issuing, "“\(name)” is not a host name or address") }
      parts.append("DNS:\(name)")
    }
    return parts.joined(separator: ",")
  }
}

/// A certificate on its way to being signed.
struct CertificateDraft: ~Copyable {
  private let pointer: OpaquePointer

  /// Version 3 with a random serial number of 127 bits (RFC 5280 §4.1.2.2).
  init(publicKey: OpaquePointer?, notBefore: Timestamp, notAfter: Timestamp) throws(TrustError) {
    ERR_clear_error()
    guard notBefore < notAfter else {
      throw TrustError(.issuing, "the certificate would end before it begins")
    }
    var serial = try Random.bytes(16)
    serial[0] = serial[0] & 0x7F | 0x40
    guard let made = X509_new() else { throw .drained(.issuing, "no memory for a certificate") }
    let number = BN_bin2bn(serial, 16, nil)
    let ready =
      X509_set_version(made, 2) == 1
      && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made)) != nil
      && ASN1_TIME_set(X509_getm_notBefore(made), Int(notBefore.secondsSince1970)) != nil
      && ASN1_TIME_set(X509_getm_notAfter(made), Int(notAfter.secondsSince1970)) != nil
      && X509_set_pubkey(made, publicKey) == 1
    BN_free(number)
    guard ready else {
      X509_free(made)
      throw .drained(.issuing, "the certificate cannot be filled in")
    }
    pointer = made
  }

  deinit { X509_free(pointer) }

  func setSubject(_ subject: Subject) throws(TrustError) {
    try subject.add(to: X509_get_subject_name(pointer))
  }

  func setSubject(copying name: OpaquePointer?) throws(TrustError) {
    guard X509_set_subject_name(pointer, name) == 1 else {
      throw .drained(.issuing, "the subject cannot be copied")
    }
  }

  /// Adds extensions in OpenSSL's notation. Without an issuer the certificate is its own.
  func add(_ extensions: [(nid: Int32, value: String)], issuer: Certificate?) throws(TrustError) {
    for (nid, value) in extensions {
      guard let made = doorsill_extension(issuer?.handle.pointer ?? pointer, pointer, nil, nid, value) else {
        throw .drained(.issuing, "the certificate cannot say “\(value)”")
      }
      defer { X509_EXTENSION_free(made) }
      guard X509_add_ext(pointer, made, -1) == 1 else {
        throw .drained(.issuing, "no memory for an extension")
      }
    }
  }

  /// Signs. Without an issuer the certificate is self-signed.
  func sign(issuer: Certificate?, key: TLSKey) throws(TrustError) -> Certificate {
    let name = X509_get_subject_name(issuer?.handle.pointer ?? pointer)
    guard X509_set_issuer_name(pointer, name) == 1,
      X509_sign(pointer, key.handle.pointer, key.signatureDigest) > 0
    else { throw .drained(.issuing, "the certificate cannot be signed") }
    guard let der = encoded({ i2d_X509(pointer, $0) }) else {
      throw .drained(.issuing, "the certificate is empty")
    }
    return try Certificate(der: der)
  }
}
