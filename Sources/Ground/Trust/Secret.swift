import COpenSSL

/// Bytes that do not print, are compared in constant time, and are overwritten when no longer needed.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private final class Storage: @unchecked Sendable {  // written in init only, wiped in deinit
    let memory: UnsafeMutableRawBufferPointer
    init(_ bytes: UnsafeRawBufferPointer) {
      memory = .allocate(byteCount: bytes.count, alignment: 1)
      memory.copyMemory(from: bytes)
    }
    deinit {
      OPENSSL_cleanse(memory.baseAddress, memory.count)
      memory.deallocate()
    }
  }
  private let storage: Storage

  /// Keeps a copy of `bytes`. The caller's array is its own affair: see `init(wiping:)`.
  package init(_ bytes: [UInt8]) { storage = bytes.withUnsafeBytes { Storage($0) } }

  /// Keeps a copy of `bytes` and overwrites the caller's.
  package init(wiping bytes: inout [UInt8]) {
    storage = bytes.withUnsafeBytes { Storage($0) }
    bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    bytes = []
  }

  /// `count` random bytes.
  package static func random(_ count: Int = 32) throws(TrustError) -> Secret {
    var bytes = try Random.bytes(count)
    return Secret(wiping: &bytes)
  }

  /// Number of bytes.
  package var count: Int { storage.memory.count }

  /// Lends the bytes for the length of one call. Do not keep them.
  package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeRawBufferPointer(storage.memory))
  }

  package static func == (left: Secret, right: Secret) -> Bool {
    left.count == right.count
      && CRYPTO_memcmp(left.storage.memory.baseAddress, right.storage.memory.baseAddress, left.count) == 0
  }

  package var description: String { "‹secret›" }
  package var debugDescription: String { "‹secret›" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
package func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}

/// Bytes no one can foresee, from OpenSSL's generator (seeded by the kernel).
package enum Random {
  /// `count` random bytes.
  package static func bytes(_ count: Int) throws(TrustError) -> [UInt8] {
    ERR_clear_error()
    var done = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { out, made in
      done = count == 0 || RAND_bytes(out.baseAddress, Int32(clamping: count)) == 1
      made = done ? count : 0
    }
    guard done else { throw .drained(.randomness, "no random bytes") }
    return bytes
  }
}
