package import Bytes
import CLinux
import Glibc

/// A folder held by its descriptor, for work in a place where others may write. Every path is relative to it; no step of
/// it may be a symbolic link or leave the folder (openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS, Linux 5.6), so
/// that a name which was swapped for a link is an error, and what lies behind it is neither read, changed nor removed.
package final class Folder: Sendable, CustomStringConvertible {
  /// As it was opened; for words only.
  package let path: String
  package var description: String { path }
  let descriptor: Int32
  /// O_PATH, which the importer drops.
  private static let pathOnly: Int32 = 0o10000000

  /// What a name stands for.
  package enum Kind: Sendable { case file, folder, link, other }

  /// What is known of a name without opening it.
  package struct Status: Sendable, Equatable {
    package let kind: Kind
    /// In bytes.
    package let size: Int
    /// Names the file has.
    package let links: Int
    /// Changes whenever the file is replaced or written.
    package let stamp: [Int]

    init(_ status: stat) {
      kind =
        switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        case S_IFLNK: .link
        default: .other
        }
      size = Int(status.st_size)
      links = Int(status.st_nlink)
      stamp = [
        Int(truncatingIfNeeded: status.st_dev), Int(truncatingIfNeeded: status.st_ino), size,
        status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
      ]
    }
  }

  /// Opens a folder that exists. Links on the way to it are followed: where the state lies is the operator's choice.
  package init(_ path: String) throws(FilesError) {
    self.path = path
    descriptor = doorsill_open_directory(path)
    guard descriptor >= 0 else { throw FilesError("open the folder", path) }
  }

  /// Makes the folder, and those above it, where there is none.
  package convenience init(making path: String, mode: UInt16 = 0o755) throws(FilesError) {
    try Files.makeDirectory(path, mode: mode)
    try self.init(path)
  }

  private init(_ path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// A folder below this one.
  package func folder(_ name: String) throws(FilesError) -> Folder {
    Folder(full(name), descriptor: try opened(name, Self.pathOnly | O_DIRECTORY, "open the folder"))
  }

  /// Refuses where one of these names is there and no folder: whatever is opened by a path through it would lead elsewhere.
  package func checkFolders(_ names: [String]) throws(FilesError) {
    for name in names {
      switch try status(name)?.kind {
      case nil, .folder: continue
      case .link:
        throw FilesError(
          "open the folder", full(name),
          reason: Wording("it is a symbolic link, which nobody here made", "它是一个并非此处所建的符号链接"),
          hint: Wording(
            "remove the link and put the folder itself there; one that is to lie on another disk is mounted there",
            "请删去该链接，换上文件夹本身；要放在另一磁盘的，请挂载到此处"))
      case .file, .other: throw FilesError("open the folder", full(name), code: ENOTDIR)
      }
    }
  }

  // MARK: Looking

  /// What is there, itself and not what it points at; nil where nothing is.
  package func status(_ name: String) throws(FilesError) -> Status? {
    do throws(FilesError) {
      let place = try place(of: name, "look at")
      var status = stat()
      guard place.call({ fstatat($0, $1, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else {
        throw refusal("look at", name)
      }
      return Status(status)
    } catch {
      guard error.isMissing else { throw error }
      return nil
    }
  }

  package func exists(_ name: String) throws(FilesError) -> Bool { try status(name) != nil }
  package func isFile(_ name: String) throws(FilesError) -> Bool { try status(name)?.kind == .file }
  package func isFolder(_ name: String) throws(FilesError) -> Bool { try status(name)?.kind == .folder }

  /// The names in a folder below this one without `.` and `..`, sorted by bytes; `.` is this one.
  package func list(_ name: String = ".") throws(FilesError) -> [String] {
    let file = try opened(name, O_RDONLY | O_DIRECTORY, "list")
    return try Files.list(opened: file, path: full(name))
  }

  /// The whole file. A file larger than `limit` bytes is refused.
  package func read(_ name: String, limit: Int = .max) throws(FilesError) -> [UInt8] {
    let file = try openFile(name)
    defer { close(file) }
    return try Files.read(opened: file, path: full(name), limit: limit)
  }

  /// Opens a file for reading; what is no file (a folder, a pipe, a device) is refused. The descriptor is the caller's to
  /// close.
  package func openFile(_ name: String) throws(FilesError) -> Int32 {
    let file = try opened(name, O_RDONLY | O_NONBLOCK | O_NOCTTY, "read")
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(file)
      throw FilesError("read", full(name), reason: Files.noFile, hint: Files.somebodyLaid)
    }
    return file
  }

  /// Where a symbolic link points, as written in it.
  package func linkTarget(_ name: String) throws(FilesError) -> String {
    let place = try place(of: name, "read the link")
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = place.call { readlinkat($0, $1, &bytes, bytes.count) }
    guard count >= 0 else { throw FilesError("read the link", full(name)) }
    return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  // MARK: Changing

  /// Opens or makes a file that is only locked, never read; the descriptor is the caller's to close.
  package func openLock(_ name: String) throws(FilesError) -> Int32 {
    let place = try place(of: name, "open")
    let file = place.call { openat($0, $1, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644) }
    guard file >= 0 else { throw FilesError("open", full(name)) }
    return file
  }

  /// Makes a new file, durable but for its name; piece by piece.
  package func create(
    _ name: String, mode: UInt16 = 0o644, _ body: (@escaping ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    let place = try place(of: name, "make")
    let file = place.call {
      openat($0, $1, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(mode))
    }
    guard file >= 0 else { throw FilesError("make", full(name)) }
    defer { close(file) }
    try body { try Files.writeAll($0, to: file, path: self.full(name)) }
    guard fsync(file) == 0 else { throw FilesError("sync", full(name)) }
  }

  /// Makes or replaces a small file atomically and durably, as `Files.write` does.
  package func replace(_ name: String, _ bytes: [UInt8], mode: UInt16 = 0o644) throws {
    let temporary = Files.temporaryPath(beside: name)
    do {
      try create(temporary, mode: mode) { write in try write(bytes) }
      try rename(temporary, name)
    } catch {
      try? remove(temporary)
      throw error
    }
    try sync(Files.parent(of: name))
  }

  /// Makes the symbolic link, or swaps its target atomically and durably.
  package func replaceLink(_ name: String, target: String) throws(FilesError) {
    let temporary = Files.temporaryPath(beside: name)
    let place = try place(of: temporary, "link")
    guard place.call({ symlinkat(target, $0, $1) }) == 0 else { throw FilesError("link", full(name)) }
    do throws(FilesError) { try rename(temporary, name) } catch {
      try? remove(temporary)
      throw error
    }
    try sync(Files.parent(of: name))
  }

  /// Makes a folder and those above it, below this one. One that exists is left as it is.
  package func makeFolder(_ name: String, mode: UInt16 = 0o755) throws(FilesError) {
    if name == "." { return }
    if try isFolder(name) { return }
    try makeFolder(Files.parent(of: name), mode: mode)
    let place = try place(of: name, "make the folder")
    guard place.call({ mkdirat($0, $1, mode_t(mode)) }) == 0 else {
      let failure = FilesError("make the folder", full(name))
      guard failure.code == EEXIST, try isFolder(name) else { throw failure }
      return
    }
  }

  /// Makes a folder that is not there yet; one that is, whoever made it, is refused.
  package func makeNewFolder(_ name: String, mode: UInt16) throws(FilesError) {
    let place = try place(of: name, "make the folder")
    guard place.call({ mkdirat($0, $1, mode_t(mode)) }) == 0 else {
      throw FilesError("make the folder", full(name))
    }
  }

  /// A second name for a file. False when the file has as many names as its file system allows.
  package func link(_ from: String, _ to: String) throws(FilesError) -> Bool {
    let (from, target) = (try place(of: from, "link"), try place(of: to, "link"))
    let result = from.call { one, oneName in target.call { linkat(one, oneName, $0, $1, 0) } }
    if result == 0 { return true }
    if errno == EMLINK { return false }
    throw FilesError("link", full(to))
  }

  /// Renames without making it durable; what stood at `to` is replaced.
  package func rename(_ from: String, _ to: String) throws(FilesError) {
    let (source, target) = (try place(of: from, "rename"), try place(of: to, "rename"))
    let result = source.call { one, oneName in target.call { renameat(one, oneName, $0, $1) } }
    guard result == 0 else { throw FilesError("rename", full(from)) }
  }

  /// Removes a file, a link (not what it points at) or a folder with all it holds. What is not there is removed.
  package func remove(_ name: String) throws(FilesError) {
    guard let status = try status(name) else { return }
    guard status.kind == .folder else {
      let place = try place(of: name, "remove")
      guard place.call({ unlinkat($0, $1, 0) }) == 0 || errno == ENOENT else {
        throw FilesError("remove", full(name))
      }
      return
    }
    try folder(name).empty()
    let place = try place(of: name, "remove")
    guard place.call({ unlinkat($0, $1, AT_REMOVEDIR) }) == 0 || errno == ENOENT else {
      throw FilesError("remove", full(name))
    }
  }

  /// Makes the names in a folder durable.
  package func sync(_ name: String = ".") throws(FilesError) {
    let file = try opened(name, O_RDONLY | O_DIRECTORY, "sync")
    defer { close(file) }
    guard fsync(file) == 0 else { throw FilesError("sync", full(name)) }
  }

  // MARK: Names

  /// For words: where the name lies.
  package func full(_ name: String) -> String { name == "." ? path : Files.join(path, name) }

  private func opened(_ name: String, _ flags: Int32, _ what: String) throws(FilesError) -> Int32 {
    let file = doorsill_open_beneath(descriptor, name, flags)
    guard file >= 0 else { throw refusal(what, name) }
    return file
  }

  private func refusal(_ what: String, _ name: String) -> FilesError {
    switch errno {
    case ELOOP:
      FilesError(
        what, full(name),
        reason: Wording("a symbolic link stands in its way, which nobody here made", "途中有一个并非此处所建的符号链接"),
        hint: Files.somebodyLaid)
    case EXDEV:
      FilesError(
        what, full(name), reason: Wording("it lies outside \(path)", "它在 \(path) 之外"),
        hint: Files.somebodyLaid)
    default: FilesError(what, full(name))
    }
  }

  /// The folder a name lies in, opened, and its last word.
  private func place(of name: String, _ what: String) throws(FilesError) -> Place {
    let word = Files.name(of: name)
    guard !word.isEmpty, word != ".", word != "..", word != "/" else {
      throw FilesError(what, full(name), reason: Wording("that is no name of a file", "那不是文件名"))
    }
    let above = Files.parent(of: name)
    return Place(above == "." ? self : try folder(above), word)
  }

  private struct Place {
    private let folder: Folder
    private let word: String

    init(_ folder: Folder, _ word: String) {
      self.folder = folder
      self.word = word
    }

    func call<R>(_ body: (Int32, UnsafePointer<CChar>) -> R) -> R {
      withExtendedLifetime(folder) { word.withCString { body(folder.descriptor, $0) } }
    }
  }
}
