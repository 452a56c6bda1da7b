package import Bytes
import COpenSSL

/// Why a certificate was taken back (RFC 5280 §5.3.1).
package enum RevocationReason: Int32, Sendable, CaseIterable {
  case unspecified = 0
  case keyCompromise = 1
  case caCompromise = 2
  case affiliationChanged = 3
  case superseded = 4
  case cessationOfOperation = 5
  case privilegeWithdrawn = 9
}

/// A certificate revocation list (RFC 5280 §5).
package struct RevocationList: Sendable {
  let handle: Handle
  /// The list's DER bytes (`application/pkix-crl`).
  package let der: [UInt8]
  /// The issuer's name, for display only.
  package let issuer: String
  package let thisUpdate: Timestamp
  /// When the list ends. What that means is said by `ClientTrust.Standing`.
  package let nextUpdate: Timestamp
  /// The CRL number, if the list has one.
  package let number: Int?
  /// Serial numbers (lower-case hex) with the time of revocation.
  package let revoked: [(serial: String, at: Timestamp)]

  init(takingOwnership pointer: OpaquePointer) throws(TrustError) {
    handle = Handle(takingOwnership: pointer, release: X509_CRL_free)
    guard let der = encoded({ i2d_X509_CRL(pointer, $0) }),
      let thisUpdate = timestamp(X509_CRL_get0_lastUpdate(pointer)),
      let nextUpdate = timestamp(X509_CRL_get0_nextUpdate(pointer))
    else { throw .drained(.revocationList, "the revocation list has no time of the next update") }
    self.der = der
    self.thisUpdate = thisUpdate
    self.nextUpdate = nextUpdate
    issuer = text(X509_CRL_get_issuer(pointer))
    var revoked: [(serial: String, at: Timestamp)] = []
    for place in 0..<doorsill_revoked_count(pointer) {
      let entry = doorsill_revoked_at(pointer, place)
      guard let time = timestamp(X509_REVOKED_get0_revocationDate(entry)) else { continue }
      revoked.append((hex(X509_REVOKED_get0_serialNumber(entry)), time))
    }
    self.revoked = revoked
    if let value = X509_CRL_get_ext_d2i(pointer, NID_crl_number, nil, nil) {
      let integer = value.assumingMemoryBound(to: ASN1_INTEGER.self)
      var wide: Int64 = 0
      number = ASN1_INTEGER_get_int64(&wide, integer) == 1 ? Int(wide) : nil
      ASN1_INTEGER_free(integer)
    } else {
      number = nil
    }
  }

  /// Reads one list in DER.
  package init(der: [UInt8]) throws(TrustError) {
    ERR_clear_error()
    let read = der.withUnsafeBufferPointer { bytes in
      var place = bytes.baseAddress
      return d2i_X509_CRL(nil, &place, bytes.count)
    }
    guard let read else { throw .drained(.revocationList, "not a revocation list in DER") }
    try self.init(takingOwnership: read)
  }

  /// Reads all lists of a file: one in DER, or any number in PEM. Throws when there is none.
  package static func all(_ bytes: [UInt8]) throws(TrustError) -> [RevocationList] {
    guard bytes.first != 0x30 else { return [try RevocationList(der: bytes)] }
    ERR_clear_error()
    guard let buffer = MemoryBuffer(bytes) else { throw .drained(.revocationList, "the file is too large") }
    var lists: [RevocationList] = []
    while let read = PEM_read_bio_X509_CRL(buffer.bio, nil, { _, _, _, _ in -1 }, nil) {
      lists.append(try RevocationList(takingOwnership: read))
    }
    let last = ERR_peek_last_error()
    guard !lists.isEmpty, last == 0 || doorsill_reason(last) == PEM_R_NO_START_LINE else {
      throw .drained(.revocationList, "revocation list \(lists.count + 1) of the file is damaged or missing")
    }
    ERR_clear_error()
    return lists
  }

  /// Whether `issuer` signed this list.
  package func isSigned(by issuer: Certificate) -> Bool {
    defer { ERR_clear_error() }
    return X509_CRL_verify(handle.pointer, X509_get0_pubkey(issuer.handle.pointer)) == 1
  }

  /// Whether the list bears the issuer's name, signed by it or not.
  func isIssued(by issuer: Certificate) -> Bool {
    X509_NAME_cmp(X509_CRL_get_issuer(handle.pointer), X509_get_subject_name(issuer.handle.pointer)) == 0
  }

  /// Whether this list takes a certificate back, which its issuer must have signed: the handshake has proved that.
  package func revokes(_ certificate: Certificate) -> Bool {
    defer { ERR_clear_error() }
    var entry: OpaquePointer?
    let (list, leaf) = (handle.pointer, certificate.handle.pointer)
    return X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(leaf)) == 0
      && X509_CRL_get0_by_cert(list, &entry, leaf) == 1
  }

  /// Whether the list may be relied on at `time`.
  package func isCurrent(at time: Timestamp) -> Bool { thisUpdate <= time && time < nextUpdate }
}

extension CertificateAuthority {
  /// Makes the list of revoked certificates in DER, with CRL number and authority key identifier.
  package func crl(
    revoked: [(serial: String, at: Timestamp, reason: RevocationReason)], number: Int, nextUpdate: Timestamp,
    now: Timestamp = .now()
  ) throws(TrustError) -> [UInt8] {
    ERR_clear_error()
    guard now < nextUpdate else { throw TrustError(.revocationList, "the next update lies in the past") }
    guard let list = X509_CRL_new() else {
      throw .drained(.revocationList, "no memory for a revocation list")
    }
    defer { X509_CRL_free(list) }
    guard X509_CRL_set_version(list, 1) == 1,
      X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate.handle.pointer)) == 1,
      CertificateAuthority.set(
        now.adding(seconds: -CertificateAuthority.clockSkew), { X509_CRL_set1_lastUpdate(list, $0) }),
      CertificateAuthority.set(nextUpdate, { X509_CRL_set1_nextUpdate(list, $0) })
    else { throw .drained(.revocationList, "the revocation list cannot be filled in") }
    for (serial, time, reason) in revoked { try CertificateAuthority.add(serial, time, reason, to: list) }
    let numberInHex = "0x" + String(max(0, number), radix: 16)
    for (nid, value) in [(NID_authority_key_identifier, "keyid:always"), (NID_crl_number, numberInHex)] {
      guard let made = CertificateAuthority.crlExtension(nid, value, issuer: certificate, list: list) else {
        throw .drained(.revocationList, "the revocation list cannot say “\(value)”")
      }
      defer { X509_EXTENSION_free(made) }
      guard X509_CRL_add_ext(list, made, -1) == 1 else { throw .drained(.revocationList, "no memory") }
    }
    guard X509_CRL_sort(list) == 1, X509_CRL_sign(list, key.handle.pointer, key.signatureDigest) > 0,
      let der = encoded({ i2d_X509_CRL(list, $0) })
    else { throw .drained(.revocationList, "the revocation list cannot be signed") }
    return der
  }

  private static func set(_ time: Timestamp, _ store: (UnsafePointer<ASN1_TIME>?) -> Int32) -> Bool {
    guard let made = ASN1_TIME_set(nil, Int(time.secondsSince1970)) else { return false }
    defer { ASN1_STRING_free(made) }
    return store(made) == 1
  }

  private static func crlExtension(
    _ nid: Int32, _ value: String, issuer: Certificate, list: OpaquePointer
  ) -> OpaquePointer? {
    // OpenSSL has no text form of the CRL number.
    guard nid == NID_crl_number else {
      return doorsill_extension(issuer.handle.pointer, nil, list, nid, value)
    }
    guard let integer = s2i_ASN1_INTEGER(nil, value) else { return nil }
    defer { ASN1_INTEGER_free(integer) }
    return X509V3_EXT_i2d(nid, 0, integer)
  }

  private static func add(
    _ serial: String, _ time: Timestamp, _ reason: RevocationReason, to list: OpaquePointer
  ) throws(TrustError) {
    guard let bytes = Hex.decode(serial), !bytes.isEmpty, bytes.count <= 20 else {
      throw TrustError(.revocationList, "“\(serial)” is not a serial number in hex")
    }
    guard let entry = X509_REVOKED_new() else { throw .drained(.revocationList, "no memory") }
    let number = BN_bin2bn(bytes, Int32(bytes.count), nil)
    let integer = BN_to_ASN1_INTEGER(number, nil)
    var ready =
      integer != nil && X509_REVOKED_set_serialNumber(entry, integer) == 1
      && set(time) { X509_REVOKED_set_revocationDate(entry, UnsafeMutablePointer(mutating: $0)) }
    BN_free(number)
    ASN1_INTEGER_free(integer)
    // "Unspecified" is said by leaving the reason out (RFC 5280 §5.3.1).
    if ready, reason != .unspecified, let why = ASN1_ENUMERATED_new() {
      ready =
        ASN1_ENUMERATED_set(why, Int(reason.rawValue)) == 1
        && X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, why, 0, 0) == 1
      ASN1_ENUMERATED_free(why)
    }
    guard ready, X509_CRL_add0_revoked(list, entry) == 1 else {
      X509_REVOKED_free(entry)
      throw .drained(.revocationList, "serial \(serial) cannot be listed")
    }
  }
}
