import Bytes
import System

/// The file operations of a writer below the outside folder, one small step at a time. Paths are relative to it and no
/// step of one is followed as a link: whoever serves may write there too, and may have been taken over. Before each step
/// the hook is asked; tests throw from it to stop the writer there, as a kill would.
struct Disk {
  /// The outside folder.
  let outside: Folder
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
    try outside.create(path) { write in
      try step("write \(path)")
      try body(write)
      try step("sync \(path)")
    }
  }

  func makeDirectory(_ path: String) throws {
    if try outside.isFolder(path) { return }
    try step("make folder \(path)")
    try outside.makeFolder(path)
  }

  /// Makes the folder that a release is built in. Nobody else looks in before it is sealed and has left it.
  func makeBuilding(_ path: String) throws {
    try makeDirectory(Files.parent(of: path))
    try step("make folder \(path)")
    try outside.makeNewFolder(path, mode: 0o700)
  }

  /// A second name for a file. False when the file has as many names as its file system allows.
  func link(_ from: String, _ to: String) throws -> Bool {
    try step("link \(to)")
    return try outside.link(from, to)
  }

  func syncDirectory(_ path: String) throws {
    try step("sync \(path)")
    try outside.sync(path)
  }

  /// Renames without making it durable.
  func rename(_ from: String, _ to: String) throws {
    try step("rename to \(to)")
    try outside.rename(from, to)
  }

  /// Replaces a small file atomically and durably.
  func replace(_ path: String, _ bytes: [UInt8]) throws {
    try step("replace \(path)")
    try outside.replace(path, bytes)
  }

  func replaceSymlink(_ path: String, target: String) throws {
    try step("point \(path)")
    try outside.replaceLink(path, target: target)
  }

  func remove(_ path: String) throws {
    try step("remove \(path)")
    try outside.remove(path)
  }
}
