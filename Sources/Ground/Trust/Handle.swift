import COpenSSL

/// Owns one OpenSSL object and frees it once.
///
/// Unchecked because the pointer never changes, OpenSSL counts references atomically, and this room only reads the
/// objects once they are made, or holds them behind a lock.
final class Handle: @unchecked Sendable {
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
  static func key(_ pointer: OpaquePointer) -> Handle {
    Handle(takingOwnership: pointer, release: EVP_PKEY_free)
  }
  static func certificate(_ pointer: OpaquePointer) -> Handle {
    Handle(takingOwnership: pointer, release: X509_free)
  }
}

/// An OpenSSL memory buffer for the length of one call.
struct MemoryBuffer: ~Copyable {
  let bio: OpaquePointer

  /// An empty buffer to write into.
  init?() {
    guard let made = BIO_new(BIO_s_mem()) else { return nil }
    bio = made
  }

  /// A buffer that holds a copy of `bytes`.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= Int(Int32.max), let made = BIO_new(BIO_s_mem()) else { return nil }
    guard bytes.isEmpty || BIO_write(made, bytes, Int32(bytes.count)) == bytes.count else {
      BIO_free(made)
      return nil
    }
    bio = made
  }

  deinit { BIO_free(bio) }

  /// What was written so far.
  var bytes: [UInt8] {
    var start: UnsafePointer<UInt8>?
    let count = doorsill_bio_bytes(bio, &start)
    return Array(UnsafeBufferPointer(start: start, count: max(0, count)))
  }
}
