import COpenSSL

/// Hash functions. SHA-256 (FIPS 180-4) is the one this house relies on; the others exist because standards or
/// other people's files name them.
package enum Digest {
  /// The 32-byte SHA-256 of `bytes`.
  package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { once(Algorithms.sha256, $0) }
  }

  /// The 32-byte SHA-256 of a piece of memory, without a copy.
  package static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { once(Algorithms.sha256, bytes) }

  /// The 64-byte SHA-512 of `bytes`.
  package static func sha512(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { once(Algorithms.sha512, $0) }
  }

  /// The 32-byte SM3 of `bytes` (GB/T 32905-2016).
  package static func sm3(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { once(Algorithms.sm3, $0) } }

  /// The 20-byte SHA-1 of `bytes`: to recognise other people's digests, never to protect anything.
  package static func sha1(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { once(Algorithms.sha1, $0) }
  }

  /// The 16-byte MD5 of `bytes`: to recognise other people's digests, never to protect anything.
  package static func md5(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { once(Algorithms.md5, $0) } }

  /// HMAC-SHA-256 (RFC 2104), 32 bytes. For many messages under one key use `HMACKey`.
  package static func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8] {
    HMACKey(key).authenticate(message)
  }

  private static func once(_ algorithm: Handle?, _ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 64) { out, count in
      var written: UInt32 = 0
      let done = EVP_Digest(
        bytes.baseAddress, bytes.count, out.baseAddress, &written, algorithm?.pointer, nil)
      // A wrong digest would be worse than none: this happens only without memory or without the algorithm.
      precondition(done == 1, "OpenSSL cannot compute a digest; is its default provider installed?")
      count = Int(written)
    }
  }

  /// SHA-256 over bytes that arrive in pieces. `finish` gives the digest and starts anew.
  package struct SHA256: ~Copyable, Sendable {
    private let context: Handle

    package init() {
      let made = EVP_MD_CTX_new()
      guard let made, EVP_DigestInit_ex2(made, Algorithms.sha256?.pointer, nil) == 1 else {
        preconditionFailure("OpenSSL has no SHA-256; is its default provider installed?")
      }
      context = Handle(takingOwnership: made, release: EVP_MD_CTX_free)
    }

    /// Adds bytes.
    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// Adds a piece of memory.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      let done = EVP_DigestUpdate(context.pointer, bytes.baseAddress, bytes.count)
      precondition(done == 1, "OpenSSL cannot continue a digest")
    }

    /// The digest of everything added since the start or the last `finish`, 32 bytes.
    package mutating func finish() -> [UInt8] {
      let digest = [UInt8](unsafeUninitializedCapacity: 32) { out, count in
        let done = EVP_DigestFinal_ex(context.pointer, out.baseAddress, nil)
        precondition(done == 1, "OpenSSL cannot finish a digest")
        count = 32
      }
      let again = EVP_DigestInit_ex2(context.pointer, Algorithms.sha256?.pointer, nil)
      precondition(again == 1, "OpenSSL cannot restart a digest")
      return digest
    }
  }
}

/// Algorithms fetched once: a fetch costs more than a short hash. Nil where OpenSSL lacks one.
enum Algorithms {
  static let sha256 = digest("SHA256")
  static let sha512 = digest("SHA512")
  static let sm3 = digest("SM3")
  static let sha1 = digest("SHA1")
  static let md5 = digest("MD5")
  static let hmac = EVP_MAC_fetch(nil, "HMAC", nil).map { Handle(takingOwnership: $0, release: EVP_MAC_free) }
  static let aes256GCM = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
    .map { Handle(takingOwnership: $0, release: EVP_CIPHER_free) }

  private static func digest(_ name: String) -> Handle? {
    EVP_MD_fetch(nil, name, nil).map { Handle(takingOwnership: $0, release: EVP_MD_free) }
  }
}
