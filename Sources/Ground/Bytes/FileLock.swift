internal import Glibc

/// An advisory lock on a file, for one writer among processes. It is held until the object goes; the system frees it
/// when a process dies. The file stays, and holds the number of the process that has the lock.
package final class FileLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock, making the file where there is none. Held by another, it waits, or throws and names that process.
  package init(_ path: String, wait: Bool = false) throws(FilesError) {
    let file = try Files.openHeld(path, writing: true, making: true)
    var taken = flock(file, LOCK_EX | (wait ? 0 : LOCK_NB))
    while taken != 0, errno == EINTR { taken = flock(file, LOCK_EX | (wait ? 0 : LOCK_NB)) }
    guard taken == 0 else {
      let code = errno
      close(file)
      guard code == EWOULDBLOCK else { throw FilesError("lock", path, code: code) }
      let holder = (try? Files.read(path, limit: 32)).flatMap { stringValidating($0) } ?? ""
      throw FilesError("lock", path, reason: Self.held(by: holder))
    }
    descriptor = file
    do throws(FilesError) {
      guard ftruncate(file, 0) == 0 else { throw FilesError("lock", path) }
      try Files.writeAll(Array(String(getpid()).utf8), to: file, path: path)
    } catch {
      close(file)
      throw error
    }
  }

  private static func held(by process: String) -> Wording {
    process.isEmpty
      ? Wording("process (unknown) holds it", "另一进程持有它")
      : Wording("process \(process) holds it", "进程 \(process) 持有它")
  }

  deinit {
    // Given back in so many words: a child between fork and exec still has the descriptor, and with it the lock.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
