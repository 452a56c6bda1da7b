import COpenSSL

/// Owns one OpenSSL object and frees it once.
///
/// OpenSSL counts references to keys, certificates, stores and contexts atomically, and this room only reads them
/// once they are made.
final class Handle: @unchecked Sendable {  // the pointer never changes; the objects are read-only or behind a lock
  let pointer: OpaquePointer
  private let release: @convention(c) (OpaquePointer?) -> Void

  /// Takes ownership of `pointer`; `release` is called with it exactly once.
  init(takingOwnership pointer: OpaquePointer, release: @escaping @convention(c) (OpaquePointer?) -> Void) {
    self.pointer = pointer
    self.release = release
  }

  deinit { release(pointer) }
}

extension Handle {
  static func key(_ pointer: OpaquePointer) -> Handle { Handle(takingOwnership: pointer, release: EVP_PKEY_free) }
  static func certificate(_ pointer: OpaquePointer) -> Handle { Handle(takingOwnership: pointer, release: X509_free) }
}

/// An OpenSSL memory buffer for the length of one call.
struct MemoryBuffer: ~Copyable {
  let bio: OpaquePointer

  /// An empty buffer to write into.
  init?() {
    guard let made = BIO_new(BIO_s_mem()) else { return nil }
    bio = made
  }

  /// A read-only buffer over a copy of `bytes`.
  init?(_ bytes: [UInt8]) {
    guard let made = BIO_new(BIO_s_mem()) else { return nil }
    bio = made
    guard bytes.isEmpty || BIO_write(bio, bytes, Int32(clamping: bytes.count)) == Int32(clamping: bytes.count) else {
      return nil
    }
  }

  deinit { BIO_free(bio) }

  /// What was written so far.
  var bytes: [UInt8] {
    var start: UnsafePointer<UInt8>?
    let count = doorsill_bio_bytes(bio, &start)
    return Array(UnsafeBufferPointer(start: start, count: max(0, count)))
  }
}
