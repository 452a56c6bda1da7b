import COpenSSL
import Synchronization

/// A key for many HMAC-SHA-256 codes (RFC 2104): the key is hashed once, each message costs two short hashes.
///
/// Safe to share between threads; a hot loop that has its own `HMACKey` never waits.
package final class HMACKey: Sendable {
  private let context: Mutex<Handle>

  /// A key of any length; 32 random bytes is right.
  package convenience init(_ key: [UInt8]) {
    self.init(keyBytes: key)
  }

  /// A key kept as a secret.
  package convenience init(_ key: Secret) {
    self.init(keyBytes: key.withBytes { Array($0) })
  }

  private init(keyBytes: [UInt8]) {
    guard let made = HMACKey.newContext() else {
      preconditionFailure("OpenSSL has no HMAC; is its default provider installed?")
    }
    let held = Handle(takingOwnership: made, release: EVP_MAC_CTX_free)
    // OpenSSL takes no empty key; keys are padded with zeros, so one zero byte is the same key (RFC 2104 §2).
    let key = keyBytes.isEmpty ? [0] : keyBytes
    precondition(doorsill_hmac_sha256_key(made, key, key.count) == 1, "OpenSSL cannot start HMAC-SHA-256")
    context = Mutex(held)
  }

  private static func newContext() -> OpaquePointer? {
    Algorithms.hmac.flatMap { EVP_MAC_CTX_new($0.pointer) }
  }

  /// The 32-byte code of `message`.
  package func authenticate(_ message: [UInt8]) -> [UInt8] {
    message.withUnsafeBytes { authenticate($0) }
  }

  /// The 32-byte code of a piece of memory.
  package func authenticate(_ message: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { out, count in
      compute(message, into: out.baseAddress)
      count = 32
    }
  }

  /// The first eight bytes of the code as a big-endian number, without an allocation.
  package func authenticate64(_ message: UnsafeRawBufferPointer) -> UInt64 {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { out in
      compute(message, into: out.baseAddress)
      return out.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  private func compute(_ message: UnsafeRawBufferPointer, into out: UnsafeMutablePointer<UInt8>?) {
    let done = context.withLock { held in
      // Without a key EVP_MAC_init starts over under the old one.
      guard EVP_MAC_init(held.pointer, nil, 0, nil) == 1,
        EVP_MAC_update(held.pointer, message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count)
          == 1
      else { return false }
      var written = 0
      return EVP_MAC_final(held.pointer, out, &written, 32) == 1 && written == 32
    }
    // A wrong code would be worse than none: this happens only without memory.
    precondition(done, "OpenSSL cannot compute HMAC-SHA-256")
  }
}
