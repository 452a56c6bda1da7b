internal import Glibc

/// Bytes that can be read at any place: memory or an open file.
final class ZipSource: Sendable {
  private let bytes: [UInt8]
  private let descriptor: Int32
  let count: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    descriptor = -1
    count = bytes.count
  }

  init(path: String) throws(ZipError) {
    bytes = []
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ZipError(.file, FilesError("read", path).message) }
    count = Int(lseek(descriptor, 0, SEEK_END))
    guard count >= 0 else {
      let failure = FilesError("read", path)
      close(descriptor)
      throw ZipError(.file, failure.message)
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Exactly `length` bytes at `offset`.
  func read(_ offset: Int, _ length: Int) throws(ZipError) -> [UInt8] {
    guard offset >= 0, length >= 0, offset <= count - length else {
      throw ZipError(.damaged, "it ends too early")
    }
    guard descriptor >= 0 else { return Array(bytes[offset..<offset + length]) }
    var out = [UInt8](repeating: 0, count: length)
    var done = 0
    while done < length {
      let count = out.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress.map { $0 + done }, length - done, off_t(offset + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw ZipError(.file, count == 0 ? "it became shorter" : String(cString: strerror(errno)))
      }
      done += count
    }
    return out
  }
}

/// Little-endian numbers in a record.
struct ZipFields {
  let bytes: [UInt8]

  func short(_ at: Int) -> UInt16 { UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8 }
  func word(_ at: Int) -> UInt32 { UInt32(short(at)) | UInt32(short(at + 2)) << 16 }
  func long(_ at: Int) -> UInt64 { UInt64(word(at)) | UInt64(word(at + 4)) << 32 }
}
