import COpenSSL

/// A private key for a certificate: P-256 when made here; what was read may also be P-384, Ed25519 or RSA of at
/// least 2048 bits. It does not print.
package final class TLSKey: Sendable, CustomStringConvertible {
  let handle: Handle

  private init(_ handle: Handle) { self.handle = handle }

  /// Makes a P-256 key (FIPS 186-5).
  package static func generate() throws(TrustError) -> TLSKey {
    ERR_clear_error()
    guard let key = doorsill_generate_p256() else { throw .drained(.keyGeneration, "no P-256 key was made") }
    return TLSKey(.key(key))
  }

  /// Reads a PEM file, encrypted or not. Never asks on the terminal.
  package convenience init(pem: [UInt8], passphrase: String? = nil) throws(TrustError) {
    let handle = try PrivateKeyFile.read(pem, passphrase: passphrase)
    if let weakness = weakness(ofKey: handle.pointer) { throw TrustError(.keyFormat, weakness) }
    self.init(handle)
  }

  /// The key as a PKCS #8 PEM file; with a passphrase it is encrypted (AES-256, scrypt).
  package func pem(passphrase: String? = nil) throws(TrustError) -> [UInt8] {
    try PrivateKeyFile.write(handle, passphrase: passphrase)
  }

  package var description: String { "‹TLS key›" }

  /// The digest a signature with this key uses: none for Ed25519, which has its own.
  var signatureDigest: OpaquePointer? {
    EVP_PKEY_is_a(handle.pointer, "ED25519") == 1 ? nil : EVP_sha256()
  }
}

/// Why a public key is not accepted, or nil: P-256, P-384, P-521, Ed25519 and RSA from 2048 bits are.
func weakness(ofKey key: OpaquePointer?) -> String? {
  guard let key else { return "the key is of a kind OpenSSL does not know" }
  if EVP_PKEY_is_a(key, "ED25519") == 1 { return nil }
  if EVP_PKEY_is_a(key, "RSA") == 1 {
    let bits = EVP_PKEY_get_bits(key)
    return bits >= 2048 ? nil : "an RSA key of \(bits) bits is too weak, 2048 are needed"
  }
  guard EVP_PKEY_is_a(key, "EC") == 1 else { return "the key is neither P-256, P-384, Ed25519 nor RSA" }
  var name = [CChar](repeating: 0, count: 64)
  var count = 0
  guard EVP_PKEY_get_group_name(key, &name, name.count, &count) == 1 else {
    return "the key's curve has no name"
  }
  let curve = String(decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  return ["prime256v1", "secp384r1", "secp521r1", "P-256", "P-384", "P-521"].contains(curve)
    ? nil : "keys on the curve \(curve) are not accepted, P-256 or P-384 are"
}
