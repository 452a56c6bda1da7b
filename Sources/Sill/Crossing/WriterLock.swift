import Bytes
import Glibc
import Releases

/// Held by whoever changes `releases/`. The system lets go of it when the process ends, however it ends.
final class WriterLock {
  private let file: Int32

  init(outside: String) throws {
    try Files.makeDirectory(Files.join(outside, Layout.parts))
    let path = Files.join(outside, Layout.writerLock)
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard file >= 0 else {
      throw CrossingError(.storage, path, "cannot open \(path): \(String(cString: strerror(errno)))")
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw CrossingError(
        .busy, path, "another publish, import or withdrawal is at work on \(outside)",
        hint: "try again when it is done")
    }
  }

  deinit {
    // Given back in so many words: a child between fork and exec still has the descriptor, and with it the lock.
    flock(file, LOCK_UN)
    close(file)
  }
}
