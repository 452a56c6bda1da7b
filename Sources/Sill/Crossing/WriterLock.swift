import Bytes
import Glibc
import Releases
import System

/// Held by whoever changes `releases/`. The system lets go of it when the process ends, however it ends.
final class WriterLock {
  /// The outside folder, in which all is done while the lock is held.
  let outside: Folder
  private let file: Int32

  init(outside path: String) throws {
    outside = try Folder(making: path)
    try outside.makeFolder(Layout.parts)
    file = try outside.openLock(Layout.writerLock)
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw CrossingError(
        .busy, path, "another publish, import or withdrawal is at work on \(path)",
        hint: "try again when it is done")
    }
  }

  deinit {
    // Given back in so many words: a child between fork and exec still has the descriptor, and with it the lock.
    flock(file, LOCK_UN)
    close(file)
  }
}
