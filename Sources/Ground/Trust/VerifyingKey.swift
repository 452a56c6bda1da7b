package import Bytes
import COpenSSL

/// An Ed25519 public key (RFC 8032).
package struct VerifyingKey: Sendable, Hashable, CustomStringConvertible {
  /// The key's 32 bytes.
  package let raw: [UInt8]

  /// Takes the key's 32 bytes.
  package init(raw: [UInt8]) throws(TrustError) {
    guard raw.count == 32 else {
      throw TrustError(.keyFormat, "an Ed25519 key has 32 bytes, not \(raw.count)")
    }
    self.raw = raw
  }

  init(handle: Handle) throws(TrustError) {
    ERR_clear_error()
    guard EVP_PKEY_is_a(handle.pointer, "ED25519") == 1 else {
      throw TrustError(.keyFormat, "the key is not an Ed25519 key")
    }
    var count = 32
    var raw = [UInt8](repeating: 0, count: 32)
    guard EVP_PKEY_get_raw_public_key(handle.pointer, &raw, &count) == 1, count == 32 else {
      throw .drained(.keyFormat, "the key has no public half")
    }
    self.raw = raw
  }

  /// Reads a SubjectPublicKeyInfo PEM file (`-----BEGIN PUBLIC KEY-----`).
  package init(pem: [UInt8]) throws(TrustError) {
    ERR_clear_error()
    guard let buffer = MemoryBuffer(pem),
      let key = PEM_read_bio_PUBKEY(buffer.bio, nil, { _, _, _, _ in -1 }, nil)
    else { throw .drained(.keyFormat, "not a public key in PEM") }
    try self.init(handle: .key(key))
  }

  /// Reads a JSON Web Key: `kty` OKP, `crv` Ed25519 (RFC 8037 §2). A `kid`, where given, must be the thumbprint.
  package init(jwk: JSON) throws(TrustError) {
    guard jwk["kty"]?.string == "OKP", jwk["crv"]?.string == "Ed25519", jwk["d"] == nil,
      let raw = jwk["x"]?.string.flatMap(Base64.decodeURL)
    else { throw TrustError(.keyFormat, "not a public Ed25519 key in JWK form (kty OKP, crv Ed25519, x)") }
    try self.init(raw: raw)
    if let kid = jwk["kid"]?.string, kid != thumbprint {
      throw TrustError(.keyFormat, "the kid “\(kid)” is not the key's thumbprint \(thumbprint)")
    }
  }

  /// The key as a SubjectPublicKeyInfo PEM file.
  package var pem: [UInt8] {
    guard let key = makeHandle(), let buffer = MemoryBuffer(),
      PEM_write_bio_PUBKEY(buffer.bio, key.pointer) == 1
    else { preconditionFailure("OpenSSL cannot write an Ed25519 key") }  // only without memory
    return buffer.bytes
  }

  /// The key as a JSON Web Key with `kid`, `alg` Ed25519 (RFC 9864) and `use` sig.
  package var jwk: JSON {
    [
      "kty": "OKP", "crv": "Ed25519", "alg": "Ed25519", "use": "sig", "kid": .string(thumbprint),
      "x": .string(Base64.encodeURL(raw)),
    ]
  }

  /// The key's name everywhere: SHA-256 thumbprint in base64url (RFC 7638, RFC 8037 appendix A.3).
  package var thumbprint: String {
    Base64.encodeURL(
      Digest.sha256(Array(#"{"crv":"Ed25519","kty":"OKP","x":"\#(Base64.encodeURL(raw))"}"#.utf8)))
  }

  /// Whether `signature` is this key's over `bytes`.
  package func verify(signature: [UInt8], over bytes: [UInt8]) -> Bool {
    guard signature.count == 64, let key = makeHandle() else { return false }
    let context = EVP_MD_CTX_new()
    defer {
      EVP_MD_CTX_free(context)
      ERR_clear_error()
    }
    return EVP_DigestVerifyInit_ex(context, nil, nil, nil, nil, key.pointer, nil) == 1
      && EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
  }

  package var description: String { thumbprint }

  private func makeHandle() -> Handle? {
    EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, raw, raw.count).map { Handle.key($0) }
  }
}
