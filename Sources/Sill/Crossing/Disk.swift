import Bytes
import Glibc

/// The file operations of a writer, one small step at a time. Before each step the hook is asked; tests throw from it
/// to stop the writer there, as a kill would.
struct Disk {
  /// Told what comes next: `write site/index.html`, `sync releases/parts`.
  var hook: ((String) throws -> Void)?

  private func step(_ what: String) throws { try hook?(what) }

  /// Makes a new file, durable but for its name.
  func create(_ path: String, _ bytes: [UInt8]) throws {
    try create(path) { write in try write(bytes) }
  }

  /// The same, piece by piece.
  func create(_ path: String, _ body: (@escaping ([UInt8]) throws -> Void) throws -> Void) throws {
    try step("create \(path)")
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard file >= 0 else { throw failure("make", path) }
    defer { close(file) }
    try step("write \(path)")
    try body { try Files.writeAll($0, to: file, path: path) }
    try step("sync \(path)")
    guard fsync(file) == 0 else { throw failure("sync", path) }
  }

  func makeDirectory(_ path: String) throws {
    guard !Files.isDirectory(path) else { return }
    try step("make folder \(path)")
    try Files.makeDirectory(path)
  }

  /// A second name for a file. False when the file has as many names as its file system allows.
  func link(_ from: String, _ to: String) throws -> Bool {
    try step("link \(to)")
    if Glibc.link(from, to) == 0 { return true }
    if errno == EMLINK { return false }
    throw failure("link", to)
  }

  func syncDirectory(_ path: String) throws {
    try step("sync \(path)")
    try Files.syncDirectory(path)
  }

  /// Renames without making it durable.
  func rename(_ from: String, _ to: String) throws {
    try step("rename to \(to)")
    guard Glibc.rename(from, to) == 0 else { throw failure("rename", to) }
  }

  /// Replaces a small file atomically and durably.
  func replace(_ path: String, _ bytes: [UInt8]) throws {
    try step("replace \(path)")
    try Files.write(bytes, to: path)
  }

  func replaceSymlink(_ path: String, target: String) throws {
    try step("point \(path)")
    try Files.replaceSymlink(at: path, target: target)
  }

  func remove(_ path: String) throws {
    try step("remove \(path)")
    try Files.remove(path)
  }

  private func failure(_ operation: String, _ path: String) -> CrossingError {
    let reason = String(cString: strerror(errno))
    return CrossingError(.storage, path, "cannot \(operation) \(path): \(reason)")
  }

  /// How many names a file has.
  static func linkCount(_ path: String) -> Int? {
    var status = stat()
    return lstat(path, &status) == 0 ? Int(status.st_nlink) : nil
  }
}
