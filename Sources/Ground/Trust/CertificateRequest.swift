import Bytes
import COpenSSL

/// Names for a certificate's subject. They are for people; identity is the key (see `Certificate`).
package struct Subject: Sendable, Hashable {
  package let commonName: String
  package let organization: String?
  /// Two letters (ISO 3166-1).
  package let country: String?

  /// Refuses names that are no plain line and more than 64 characters (RFC 5280 appendix A.1).
  package init(commonName: String, organization: String? = nil, country: String? = nil) throws(TrustError) {
    for value in [commonName, organization].compactMap({ $0 }) {
      guard value.unicodeScalars.count <= 64, PlainLine.problem(in: value) == nil else {
        throw TrustError(.issuing, "a name has 1 to 64 characters and no control characters")
      }
    }
    if let country {
      guard country.utf8.count == 2, country.utf8.allSatisfy({ (65...90).contains($0) }) else {
        throw TrustError(.issuing, "a country is two capital letters, as CN")
      }
    }
    self.commonName = commonName
    self.organization = organization
    self.country = country
  }

  func add(to name: OpaquePointer?) throws(TrustError) {
    let parts = [
      (NID_countryName, country), (NID_organizationName, organization), (NID_commonName, commonName),
    ]
    for case (let nid, let value?) in parts {
      let bytes = Array(value.utf8)
      guard X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0) == 1 else {
        throw .drained(.issuing, "“\(value)” cannot stand in a certificate")
      }
    }
  }
}

/// A PKCS #10 certificate request (RFC 2986) whose own signature holds and whose key is strong enough.
package struct CertificateRequest: Sendable {
  let handle: Handle
  /// RFC 4514 text of the subject the requester wrote, for display only.
  package let subject: String
  /// SHA-256 of the SubjectPublicKeyInfo, 32 bytes.
  package let publicKeyHash: [UInt8]

  /// Reads a PEM request. Throws `.requestRefused` if it is malformed, not signed by its own key, or weak.
  package init(pem: [UInt8]) throws(TrustError) {
    ERR_clear_error()
    guard let buffer = MemoryBuffer(pem),
      let read = PEM_read_bio_X509_REQ(buffer.bio, nil, { _, _, _, _ in -1 }, nil)
    else { throw .drained(.requestRefused, "not a certificate request in PEM") }
    handle = Handle(takingOwnership: read, release: X509_REQ_free)
    let key = X509_REQ_get0_pubkey(read)
    if let weakness = weakness(ofKey: key) { throw TrustError(.requestRefused, weakness) }
    guard X509_REQ_verify(read, key) == 1 else {
      throw .drained(.requestRefused, "the request is not signed by the key it names")
    }
    guard let spki = encoded({ i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(read), $0) }) else {
      throw .drained(.requestRefused, "the request's key cannot be read")
    }
    publicKeyHash = Digest.sha256(spki)
    subject = text(X509_REQ_get_subject_name(read))
  }

  /// Makes a request for `key` in PEM.
  package static func create(subject: Subject, key: TLSKey) throws(TrustError) -> [UInt8] {
    ERR_clear_error()
    guard let request = X509_REQ_new(), let buffer = MemoryBuffer() else {
      throw .drained(.issuing, "no memory for a request")
    }
    defer { X509_REQ_free(request) }
    try subject.add(to: X509_REQ_get_subject_name(request))
    guard X509_REQ_set_version(request, 0) == 1, X509_REQ_set_pubkey(request, key.handle.pointer) == 1,
      X509_REQ_sign(request, key.handle.pointer, key.signatureDigest) > 0,
      PEM_write_bio_X509_REQ(buffer.bio, request) == 1
    else { throw .drained(.issuing, "the request cannot be made") }
    return buffer.bytes
  }
}
