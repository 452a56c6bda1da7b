import COpenSSL

/// Private keys as PEM files: PKCS #8 (RFC 5958), in clear or encrypted under a passphrase with AES-256-CBC and
/// scrypt (RFC 7914, PBES2 of RFC 8018), as the openssl command reads them.
enum PrivateKeyFile {
  /// scrypt's cost: 16 MiB and five passes, the most that OpenSSL reads back with its default memory limit.
  static let cost = (n: UInt64(1 << 14), r: UInt64(8), p: UInt64(5))

  /// Reads any private key OpenSSL knows. Never asks on the terminal.
  static func read(_ pem: [UInt8], passphrase: String?) throws(TrustError) -> Handle {
    ERR_clear_error()
    guard let buffer = MemoryBuffer(pem) else { throw .drained(.keyFormat, "the key is too large to read") }
    var asked = PassphraseRequest(passphrase: passphrase.map { Array($0.utf8) })
    let key = withUnsafeMutablePointer(to: &asked) { asked in
      PEM_read_bio_PrivateKey(buffer.bio, nil, answerPassphrase, asked)
    }
    if let key {
      ERR_clear_error()
      return .key(key)
    }
    if asked.wasAsked {
      let detail =
        passphrase == nil ? "the key is protected by a passphrase" : "the passphrase does not open the key"
      ERR_clear_error()
      throw TrustError(.wrongPassphrase, detail)
    }
    throw .drained(.keyFormat, "not a private key in PEM")
  }

  /// Writes PKCS #8, encrypted when there is a passphrase.
  static func write(_ key: Handle, passphrase: String?) throws(TrustError) -> [UInt8] {
    ERR_clear_error()
    guard let buffer = MemoryBuffer() else { throw .drained(.keyGeneration, "no memory to write a key") }
    guard let passphrase else {
      guard PEM_write_bio_PKCS8PrivateKey(buffer.bio, key.pointer, nil, nil, 0, nil, nil) == 1 else {
        throw .drained(.keyGeneration, "the key cannot be written")
      }
      return buffer.bytes
    }
    guard !passphrase.isEmpty else {
      throw TrustError(.wrongPassphrase, "a passphrase has at least one character")
    }
    guard let plain = EVP_PKEY2PKCS8(key.pointer) else {
      throw .drained(.keyGeneration, "the key cannot be written")
    }
    defer { PKCS8_PRIV_KEY_INFO_free(plain) }
    var salt = try Random.bytes(16)
    guard
      let algorithm = PKCS5_pbe2_set_scrypt(
        EVP_aes_256_cbc(), &salt, Int32(salt.count), nil, cost.n, cost.r, cost.p)
    else { throw .drained(.keyGeneration, "the passphrase protection cannot be set up") }
    let secret = Array(passphrase.utf8)
    let sealed = secret.withUnsafeBytes {
      PKCS8_set0_pbe($0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), plain, algorithm)
    }
    guard let sealed else {
      X509_ALGOR_free(algorithm)
      throw .drained(.keyGeneration, "the key cannot be encrypted")
    }
    defer { X509_SIG_free(sealed) }
    guard PEM_write_bio_PKCS8(buffer.bio, sealed) == 1 else {
      throw .drained(.keyGeneration, "the key cannot be written")
    }
    return buffer.bytes
  }
}

/// What OpenSSL's passphrase callback is given.
private struct PassphraseRequest {
  let passphrase: [UInt8]?
  var wasAsked = false
}

/// Gives OpenSSL the passphrase; without one it answers "none" instead of prompting on the terminal.
private let answerPassphrase:
  @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
    buffer, size, _, user in
    guard let buffer, let asked = user?.assumingMemoryBound(to: PassphraseRequest.self) else { return -1 }
    asked.pointee.wasAsked = true
    guard let secret = asked.pointee.passphrase, secret.count <= Int(size) else { return -1 }
    for (place, byte) in secret.enumerated() { buffer[place] = CChar(bitPattern: byte) }
    return Int32(secret.count)
  }
