import COpenSSL

/// Authenticated encryption: AES-256-GCM (NIST SP 800-38D). Sealed bytes are nonce (12), ciphertext, tag (16).
package struct Seal: Sendable {
  private let key: Secret
  private static let nonceSize = 12
  private static let tagSize = 16

  /// A key of 32 bytes.
  package init(key: Secret) throws(TrustError) {
    guard key.count == 32 else {
      throw TrustError(.keyFormat, "a sealing key has 32 bytes, not \(key.count)")
    }
    self.key = key
  }

  /// Seals `plain` under a random nonce (at most 2³² times with one key). `context` is authenticated, not stored.
  package func seal(_ plain: [UInt8], context: [UInt8] = []) throws(TrustError) -> [UInt8] {
    try seal(plain, context: context, uncheckedNonce: Random.bytes(Seal.nonceSize))
  }

  /// As `seal`, with a nonce of 12 bytes that the caller must never use twice with this key.
  package func seal(
    _ plain: [UInt8], context: [UInt8], uncheckedNonce nonce: [UInt8]
  ) throws(TrustError) -> [UInt8] {
    ERR_clear_error()
    guard nonce.count == Seal.nonceSize else { throw TrustError(.keyFormat, "a nonce has 12 bytes") }
    guard let cipher = EVP_CIPHER_CTX_new() else { throw .drained(.session, "no memory to encrypt") }
    defer { EVP_CIPHER_CTX_free(cipher) }
    var sealed = nonce + [UInt8](repeating: 0, count: plain.count + Seal.tagSize)
    var count: Int32 = 0
    let done = key.withBytes { key in
      sealed.withUnsafeMutableBufferPointer { out in
        let body = out.baseAddress.map { $0 + Seal.nonceSize }
        return EVP_EncryptInit_ex2(
          cipher, Algorithms.aes256GCM?.pointer, key.bindMemory(to: UInt8.self).baseAddress, nonce, nil) == 1
          && EVP_EncryptUpdate(cipher, nil, &count, context, Int32(clamping: context.count)) == 1
          && EVP_EncryptUpdate(cipher, body, &count, plain, Int32(clamping: plain.count)) == 1
          && EVP_EncryptFinal_ex(cipher, body.map { $0 + plain.count }, &count) == 1
          && EVP_CIPHER_CTX_ctrl(
            cipher, EVP_CTRL_AEAD_GET_TAG, Int32(Seal.tagSize), body.map { $0 + plain.count }) == 1
      }
    }
    guard done else { throw .drained(.session, "the bytes cannot be encrypted") }
    return sealed
  }

  /// Opens what `seal` made with the same key and context. Throws `.sealBroken` for anything else.
  package func open(_ sealed: [UInt8], context: [UInt8] = []) throws(TrustError) -> [UInt8] {
    ERR_clear_error()
    let size = sealed.count - Seal.nonceSize - Seal.tagSize
    guard size >= 0 else { throw TrustError(.sealBroken, "sealed bytes are cut short") }
    guard let cipher = EVP_CIPHER_CTX_new() else { throw .drained(.session, "no memory to decrypt") }
    defer { EVP_CIPHER_CTX_free(cipher) }
    let nonce = Array(sealed.prefix(Seal.nonceSize))
    let body = Array(sealed[Seal.nonceSize..<Seal.nonceSize + size])
    var tag = Array(sealed.suffix(Seal.tagSize))
    var plain = [UInt8](repeating: 0, count: size + 1)
    var count: Int32 = 0
    var last: Int32 = 0
    let done = key.withBytes { key in
      EVP_DecryptInit_ex2(
        cipher, Algorithms.aes256GCM?.pointer, key.bindMemory(to: UInt8.self).baseAddress, nonce, nil) == 1
        && EVP_DecryptUpdate(cipher, nil, &count, context, Int32(clamping: context.count)) == 1
        && EVP_DecryptUpdate(cipher, &plain, &count, body, Int32(clamping: body.count)) == 1
        && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(Seal.tagSize), &tag) == 1
        && EVP_DecryptFinal_ex(cipher, nil, &last) == 1
    }
    guard done else {
      ERR_clear_error()
      throw TrustError(.sealBroken, "the sealed bytes were changed, or belong to another key")
    }
    plain.removeLast()
    return plain
  }
}
