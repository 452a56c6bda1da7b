import COpenSSL

/// An Ed25519 private key (RFC 8032): signs receipts, checkpoints, releases and approvals. It does not print.
package final class SigningKey: Sendable, CustomStringConvertible {
  private let handle: Handle
  /// The key others verify with.
  package let publicKey: VerifyingKey

  private init(_ handle: Handle) throws(TrustError) {
    guard EVP_PKEY_is_a(handle.pointer, "ED25519") == 1 else {
      throw TrustError(.keyFormat, "the key is not an Ed25519 key")
    }
    self.handle = handle
    publicKey = try VerifyingKey(handle: handle)
  }

  /// Makes a new key from the system's randomness.
  package static func generate() throws(TrustError) -> SigningKey {
    ERR_clear_error()
    guard let key = doorsill_generate_ed25519() else {
      throw .drained(.keyGeneration, "no Ed25519 key was made")
    }
    return try SigningKey(.key(key))
  }

  /// The key of a 32-byte seed (RFC 8032 §5.1.5).
  package convenience init(seed: Secret) throws(TrustError) {
    ERR_clear_error()
    let key = seed.withBytes { seed in
      EVP_PKEY_new_raw_private_key_ex(
        nil, "ED25519", nil, seed.baseAddress?.assumingMemoryBound(to: UInt8.self), seed.count)
    }
    guard let key else { throw .drained(.keyFormat, "an Ed25519 seed has 32 bytes, not \(seed.count)") }
    try self.init(.key(key))
  }

  /// Reads a PKCS #8 PEM file, encrypted or not. Never asks on the terminal.
  package convenience init(pem: [UInt8], passphrase: String? = nil) throws(TrustError) {
    try self.init(PrivateKeyFile.read(pem, passphrase: passphrase))
  }

  /// The key as a PKCS #8 PEM file; with a passphrase it is encrypted (AES-256, scrypt).
  package func pem(passphrase: String? = nil) throws(TrustError) -> [UInt8] {
    try PrivateKeyFile.write(handle, passphrase: passphrase)
  }

  /// The 64-byte signature of `bytes`. The same bytes always give the same signature.
  package func sign(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 64) { out, count in
      var written = 64
      let context = EVP_MD_CTX_new()
      let done =
        EVP_DigestSignInit_ex(context, nil, nil, nil, nil, handle.pointer, nil) == 1
        && EVP_DigestSign(context, out.baseAddress, &written, bytes, bytes.count) == 1
      EVP_MD_CTX_free(context)
      // A key that was read signs unless memory is exhausted; a missing signature must not travel on.
      precondition(done && written == 64, "OpenSSL cannot sign with Ed25519")
      count = written
    }
  }

  package var description: String { "‹signing key \(publicKey.thumbprint)›" }
}
