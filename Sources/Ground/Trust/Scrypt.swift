import COpenSSL

/// The memory-hard function scrypt (RFC 7914): each guess costs 128 · N · r bytes and about N · r · p hash steps.
package enum Scrypt {
  /// Most memory one call may use, in bytes.
  package static let memoryLimit: UInt64 = 1 << 30

  /// Derives `length` bytes. `n` is a power of two above 1.
  package static func derive(
    password: [UInt8], salt: [UInt8], n: Int, r: Int, p: Int, length: Int
  ) throws(TrustError) -> [UInt8] {
    ERR_clear_error()
    guard n > 1, r > 0, p > 0, length > 0 else {
      throw TrustError(.derivation, "scrypt needs n > 1, r, p, length > 0")
    }
    var done = false
    let bytes = [UInt8](unsafeUninitializedCapacity: length) { out, count in
      done = password.withUnsafeBytes { password in
        EVP_PBE_scrypt(
          password.baseAddress?.assumingMemoryBound(to: CChar.self), password.count, salt, salt.count,
          UInt64(n), UInt64(r), UInt64(p), memoryLimit,
          out.baseAddress, length) == 1
      }
      count = done ? length : 0
    }
    guard done else { throw .drained(.derivation, "scrypt with n=\(n), r=\(r), p=\(p) failed") }
    return bytes
  }
}
