import Bytes
import Glibc

/// What stands at a path that somebody named for output, and so how it is written to.
enum OutputPlace: Equatable {
  /// A file, or nothing yet: written beside and renamed over the path, which is that of a link's target. The
  /// permissions of a file that is there stay.
  case file(path: String, mode: mode_t)
  /// A device, a FIFO or an open descriptor: written into, and never replaced.
  case stream(String)

  init(_ path: String) throws(TableError) {
    var status = stat()
    // Open descriptors by name: what they lead to is written into where it stands, file or not.
    let isDescriptor =
      ["/dev/stdout", "/dev/stderr"].contains(path) || path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/")
    guard stat(path, &status) == 0 else {
      // A link to what is not there yet makes its target, not a file in its own place.
      self = .file(path: try Self.target(of: path), mode: 0o644)
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG where !isDescriptor:
      let real = Files.isSymlink(path) ? (try? Files.resolved(path)) ?? path : path
      self = .file(path: real, mode: status.st_mode & 0o777)
    case S_IFDIR:
      throw Self.refusal(path, Wording("is a folder, not a file", "是文件夹，不是文件"))
    case S_IFSOCK:
      throw Self.refusal(path, Wording("is a socket, not a file", "是套接字，不是文件"))
    default: self = .stream(path)
    }
  }

  private static func target(of path: String) throws(TableError) -> String {
    var path = path
    for _ in 0..<40 {
      guard Files.isSymlink(path), let target = try? Files.symlinkTarget(path) else { return path }
      path = Files.join(Files.parent(of: path), target)
    }
    throw refusal(path, Wording("is a link that leads in a circle", "是循环的链接"))
  }

  private static func refusal(_ path: String, _ words: Wording) -> TableError {
    TableError(
      .unwritableFile, file: path, words, hint: Wording("name a file", "请指定一个文件"))
  }
}
