package import Bytes
import COpenSSL

/// An X.509 certificate (RFC 5280). It never changes: its signature would be void.
///
/// Who a certificate stands for is `publicKeyHash` together with the issuer's, never the subject, which is text
/// that somebody typed.
package struct Certificate: Sendable, Hashable, CustomStringConvertible {
  let handle: Handle
  /// The certificate's DER bytes.
  package let der: [UInt8]
  /// SHA-256 of the DER bytes in base64url: `x5t#S256` of RFC 8705.
  package let thumbprint: String
  /// SHA-256 of the SubjectPublicKeyInfo, 32 bytes: the same after a renewal with the same key.
  package let publicKeyHash: [UInt8]
  /// The serial number in lower-case hex, without leading zeros beyond whole bytes.
  package let serial: String
  /// RFC 4514 text, for display only. Control characters are escaped.
  package let subject: String
  /// The issuer's name as it stands in this certificate, for display only.
  package let issuer: String
  package let notBefore: Timestamp
  package let notAfter: Timestamp
  /// Whether the extended key usage is present and names clientAuth.
  package let hasClientAuth: Bool
  /// Whether the basic constraints say that this certificate may sign others.
  package let isCA: Bool

  init(takingOwnership pointer: OpaquePointer) throws(TrustError) {
    let handle = Handle.certificate(pointer)
    guard let der = encoded({ i2d_X509(pointer, $0) }),
      let key = encoded({ i2d_X509_PUBKEY(X509_get_X509_PUBKEY(pointer), $0) }),
      let notBefore = timestamp(X509_get0_notBefore(pointer)),
      let notAfter = timestamp(X509_get0_notAfter(pointer))
    else { throw .drained(.certificateFormat, "the certificate cannot be read") }
    self.handle = handle
    self.der = der
    self.notBefore = notBefore
    self.notAfter = notAfter
    thumbprint = Base64.encodeURL(Digest.sha256(der))
    publicKeyHash = Digest.sha256(key)
    serial = hex(X509_get0_serialNumber(pointer))
    subject = text(X509_get_subject_name(pointer))
    issuer = text(X509_get_issuer_name(pointer))
    isCA = X509_check_ca(pointer) == 1
    hasClientAuth =
      X509_get_extension_flags(pointer) & UInt32(EXFLAG_XKUSAGE) != 0
      && X509_get_extended_key_usage(pointer) & UInt32(XKU_SSL_CLIENT) != 0
  }

  /// Reads one certificate; bytes after it are refused.
  package init(der: [UInt8]) throws(TrustError) {
    ERR_clear_error()
    let (read, rest) = der.withUnsafeBufferPointer { bytes in
      var place = bytes.baseAddress
      let read = d2i_X509(nil, &place, bytes.count)
      return (read, place.map { $0 - (bytes.baseAddress ?? $0) } ?? 0)
    }
    guard let read else { throw .drained(.certificateFormat, "not a certificate in DER") }
    guard rest == der.count else {
      X509_free(read)
      throw TrustError(.certificateFormat, "\(der.count - rest) bytes follow the certificate")
    }
    try self.init(takingOwnership: read)
  }

  /// Reads the first certificate of a PEM file.
  package init(pem: [UInt8]) throws(TrustError) {
    guard let first = try Certificate.all(pem: pem).first else {
      throw TrustError(.certificateFormat, "no certificate in this PEM file")
    }
    self = first
  }

  /// Reads every certificate of a PEM file, in order. Other PEM blocks are passed over; a damaged one is refused.
  package static func all(pem: [UInt8]) throws(TrustError) -> [Certificate] {
    ERR_clear_error()
    guard let buffer = MemoryBuffer(pem) else { throw .drained(.certificateFormat, "the file is too large") }
    var certificates: [Certificate] = []
    while let read = PEM_read_bio_X509(buffer.bio, nil, { _, _, _, _ in -1 }, nil) {
      certificates.append(try Certificate(takingOwnership: read))
    }
    let last = ERR_peek_last_error()
    guard last == 0 || doorsill_reason(last) == PEM_R_NO_START_LINE else {
      throw .drained(.certificateFormat, "certificate \(certificates.count + 1) of the PEM file is damaged")
    }
    ERR_clear_error()
    return certificates
  }

  /// The certificate as PEM.
  package var pem: [UInt8] {
    guard let buffer = MemoryBuffer(), PEM_write_bio_X509(buffer.bio, handle.pointer) == 1 else {
      preconditionFailure("OpenSSL cannot write a certificate")  // only without memory
    }
    return buffer.bytes
  }

  /// Whether `time` lies within the validity.
  package func isValid(at time: Timestamp) -> Bool { notBefore <= time && time <= notAfter }

  /// Whether `issuer` signed this certificate. Says nothing about validity, usage or revocation.
  package func isSigned(by issuer: Certificate) -> Bool {
    defer { ERR_clear_error() }
    return X509_check_issued(issuer.handle.pointer, handle.pointer) == X509_V_OK
      && X509_verify(handle.pointer, X509_get0_pubkey(issuer.handle.pointer)) == 1
  }

  /// Whether a server with this certificate may call itself `host` (RFC 6125, alternative names only).
  package func covers(host: String) -> Bool {
    let flags = UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
    return X509_check_host(handle.pointer, host, host.utf8.count, flags, nil) == 1
      || X509_check_ip_asc(handle.pointer, host, 0) == 1
  }

  package static func == (left: Certificate, right: Certificate) -> Bool { left.der == right.der }
  package func hash(into hasher: inout Hasher) { hasher.combine(der) }
  package var description: String { "\(subject) [\(serial)]" }
}

/// The bytes an `i2d_…` function writes: called once for the length, once for the bytes.
func encoded(_ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8]? {
  let count = write(nil)
  guard count > 0 else { return nil }
  return [UInt8](unsafeUninitializedCapacity: Int(count)) { out, made in
    var place = out.baseAddress
    made = Int(write(&place))
  }
}

/// An ASN.1 time as a timestamp; nil if it is not a time.
func timestamp(_ time: UnsafePointer<ASN1_TIME>?) -> Timestamp? {
  guard let time, let epoch = ASN1_TIME_set(nil, 0) else { return nil }
  defer { ASN1_STRING_free(epoch) }
  var days: Int32 = 0
  var seconds: Int32 = 0
  guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
  return Timestamp(secondsSince1970: Int64(days) * 86_400 + Int64(seconds))
}

/// An integer in lower-case hex, whole bytes.
func hex(_ integer: UnsafePointer<ASN1_INTEGER>?) -> String {
  guard let number = ASN1_INTEGER_to_BN(integer, nil) else { return "" }
  defer { BN_free(number) }
  let count = (BN_num_bits(number) + 7) / 8
  let bytes = [UInt8](unsafeUninitializedCapacity: max(1, Int(count))) { out, made in
    out.initialize(repeating: 0)
    BN_bn2bin(number, out.baseAddress)
    made = max(1, Int(count))
  }
  return (BN_is_negative(number) == 1 ? "-" : "") + Hex.encode(bytes)
}

/// A distinguished name as RFC 4514 text with control characters escaped.
func text(_ name: OpaquePointer?) -> String {
  guard let name, let buffer = MemoryBuffer(),
    X509_NAME_print_ex(buffer.bio, name, 0, doorsill_name_flags()) >= 0
  else { return "" }
  return String(decoding: buffer.bytes, as: UTF8.self)
}
