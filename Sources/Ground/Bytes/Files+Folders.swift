internal import Glibc

extension Files {
  /// Makes a folder and those above it. One that exists is left as it is.
  package static func makeDirectory(_ path: String, mode: UInt16 = 0o755) throws(FilesError) {
    if mkdir(path, mode_t(mode)) == 0 { return }
    if errno == EEXIST {
      guard isDirectory(path) else { throw FilesError("make the folder", path, code: ENOTDIR) }
      return
    }
    let above = parent(of: path)
    guard errno == ENOENT, above != path else { throw FilesError("make the folder", path) }
    try makeDirectory(above, mode: mode)
    guard mkdir(path, mode_t(mode)) == 0 || errno == EEXIST else { throw FilesError("make the folder", path) }
  }

  /// The names in a folder without `.` and `..`, sorted by bytes.
  package static func list(_ path: String) throws(FilesError) -> [String] {
    let file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw FilesError("list", path) }
    return try list(opened: file, path: path)
  }

  /// The same of an open folder, whose descriptor is closed afterwards; `path` is how errors call it.
  package static func list(opened file: Int32, path: String) throws(FilesError) -> [String] {
    try names(opened: file, path: path).map {
      String(decoding: $0.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The same as the system has them, each with the zero byte at its end, in no order: a name need not be UTF-8.
  package static func names(opened file: Int32, path: String) throws(FilesError) -> [[CChar]] {
    guard let folder = fdopendir(file) else {
      let failure = FilesError("list", path)
      close(file)
      throw failure
    }
    defer { closedir(folder) }
    var names: [[CChar]] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else {
        guard errno == 0 else { throw FilesError("list", path) }
        break
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) {
          Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
        }
      }
      if name != [0x2E, 0], name != [0x2E, 0x2E, 0] { names.append(name) }
    }
    return names
  }

  /// What a path is, following links; nil where nothing is.
  private static func status(_ path: String, follow: Bool = true) -> stat? {
    var status = stat()
    return (follow ? stat(path, &status) : lstat(path, &status)) == 0 ? status : nil
  }

  package static func exists(_ path: String) -> Bool { status(path) != nil }

  package static func isDirectory(_ path: String) -> Bool {
    status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
  }

  package static func isFile(_ path: String) -> Bool {
    status(path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false
  }

  package static func isSymlink(_ path: String) -> Bool {
    status(path, follow: false).map { $0.st_mode & S_IFMT == S_IFLNK } ?? false
  }

  /// In bytes.
  package static func size(_ path: String) throws(FilesError) -> Int {
    guard let status = status(path) else { throw FilesError("look at", path) }
    return Int(status.st_size)
  }

  /// When its content last changed.
  package static func modified(_ path: String) throws(FilesError) -> Timestamp {
    guard let status = status(path) else { throw FilesError("look at", path) }
    return Timestamp(
      secondsSince1970: Int64(status.st_mtim.tv_sec), nanoseconds: Int32(status.st_mtim.tv_nsec))
  }

  /// The permission bits, as 0o600.
  package static func mode(_ path: String) throws(FilesError) -> UInt16 {
    guard let status = status(path) else { throw FilesError("look at", path) }
    return UInt16(status.st_mode & 0o7777)
  }

  package static func setMode(_ path: String, _ mode: UInt16) throws(FilesError) {
    guard chmod(path, mode_t(mode)) == 0 else { throw FilesError("set permissions of", path) }
  }

  /// Removes a file, a link (not what it points at) or a folder with all it holds. What is not there is removed.
  package static func remove(_ path: String) throws(FilesError) {
    guard let status = status(path, follow: false) else {
      guard errno == ENOENT || errno == ENOTDIR else { throw FilesError("remove", path) }
      return
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in try list(path) { try remove(join(path, name)) }
      guard rmdir(path) == 0 || errno == ENOENT else { throw FilesError("remove", path) }
    } else {
      guard unlink(path) == 0 || errno == ENOENT else { throw FilesError("remove", path) }
    }
  }

  /// Renames within one file system and makes it durable; what stood at `to` is replaced.
  package static func move(from: String, to: String) throws(FilesError) {
    guard rename(from, to) == 0 else { throw FilesError("move", "\(from) to \(to)") }
    try syncDirectory(parent(of: to))
    if parent(of: from) != parent(of: to) { try syncDirectory(parent(of: from)) }
  }

  /// A second name for the same file.
  package static func hardLink(from: String, to: String) throws(FilesError) {
    guard link(from, to) == 0 else { throw FilesError("link", "\(from) to \(to)") }
  }

  /// Makes the symbolic link, or swaps its target atomically and durably.
  package static func replaceSymlink(at path: String, target: String) throws(FilesError) {
    let temporary = temporaryPath(beside: path)
    guard symlink(target, temporary) == 0 else { throw FilesError("link", path) }
    guard rename(temporary, path) == 0 else {
      let failure = FilesError("link", path)
      unlink(temporary)
      throw failure
    }
    try syncDirectory(parent(of: path))
  }

  /// Where a symbolic link points, as written in it.
  package static func symlinkTarget(_ path: String) throws(FilesError) -> String {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &bytes, bytes.count)
    guard count >= 0 else { throw FilesError("read the link", path) }
    return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The absolute path without links, `.` and `..`; the file must exist.
  package static func resolved(_ path: String) throws(FilesError) -> String {
    guard let real = realpath(path, nil) else { throw FilesError("find", path) }
    defer { free(real) }
    return String(cString: real)
  }

  package static func currentDirectory() throws(FilesError) -> String { try resolved(".") }

  /// The folder of a path: `/a/b` for `/a/b/c`, `.` for `c`.
  package static func parent(of path: String) -> String {
    let path = trimmed(path)
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of a path.
  package static func name(of path: String) -> String {
    let path = trimmed(path)
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(path[path.utf8.index(after: slash)...])
  }

  private static func trimmed(_ path: String) -> String {
    var path = path
    while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
    return path
  }

  /// `folder/name`; an absolute name stands alone.
  package static func join(_ folder: String, _ name: String) -> String {
    if name.utf8.first == UInt8(ascii: "/") || folder.isEmpty { return name }
    return folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
  }
}
