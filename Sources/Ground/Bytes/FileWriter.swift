internal import Glibc

/// Writes a large file piece by piece, atomically and durably: a temporary file beside it, which `commit` syncs and
/// renames. Without `commit` nothing remains. Not for two threads at once.
package final class FileWriter {
  package let path: String
  private let temporary: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 18
  /// Bytes given so far.
  package private(set) var count = 0

  package init(_ path: String, mode: UInt16 = 0o644) throws(FilesError) {
    self.path = path
    temporary = Files.temporaryPath(beside: path)
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(mode))
    guard descriptor >= 0 else { throw FilesError("write", path) }
    buffer.reserveCapacity(FileWriter.bufferSize)
  }

  deinit { abandon() }

  package func write(_ bytes: [UInt8]) throws(FilesError) {
    guard descriptor >= 0 else { throw FilesError("write", path, reason: Wording("it is closed", "文件已关闭")) }
    count += bytes.count
    if buffer.count + bytes.count > FileWriter.bufferSize {
      try flush()
      if bytes.count >= FileWriter.bufferSize { return try Files.writeAll(bytes, to: descriptor, path: path) }
    }
    buffer += bytes
  }

  private func flush() throws(FilesError) {
    try Files.writeAll(buffer, to: descriptor, path: path)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Makes the file appear under its name. After a failure the old file is as it was; it is not to be tried again.
  package func commit() throws(FilesError) {
    guard descriptor >= 0 else { throw FilesError("write", path, reason: Wording("it is closed", "文件已关闭")) }
    do throws(FilesError) {
      try flush()
      guard fsync(descriptor) == 0 else { throw FilesError("write", path) }
      let closed = close(descriptor)
      descriptor = -1
      guard closed == 0, rename(temporary, path) == 0 else {
        let failure = FilesError("write", path)
        unlink(temporary)
        throw failure
      }
    } catch {
      abandon()
      throw error
    }
    try Files.syncDirectory(Files.parent(of: path))
  }

  /// Closes and removes the temporary file.
  package func abandon() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    unlink(temporary)
  }
}
