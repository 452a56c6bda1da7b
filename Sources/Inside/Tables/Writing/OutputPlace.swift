import Bytes
import Glibc

/// What stands at a path that somebody named for output, and so how it is written to.
enum OutputPlace: Equatable {
  /// A file, or nothing yet: written beside and renamed over the path, which is that of a link's target. The
  /// permissions of a file that is there stay.
  case file(path: String, mode: mode_t)
  /// A device or a FIFO: written into, and never replaced.
  case stream(String)
  /// An open descriptor of this process, written on from where it stands.
  case open(Int32)

  init(_ path: String) throws(TableError) {
    if let number = Self.descriptor(path) {
      self = .open(number)
      return
    }
    var status = stat()
    // What other processes have open is written into, file or not.
    let isDescriptor = path.hasPrefix("/proc/")
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

  /// The open descriptor that a path names. To open the path of one that is a file would begin at the file's start.
  private static func descriptor(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdout": return 1
    case "/dev/stderr": return 2
    default:
      let folders = ["/dev/fd/", "/proc/self/fd/"]
      guard let folder = folders.first(where: path.hasPrefix) else { return nil }
      return Int32(path.dropFirst(folder.count))
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
