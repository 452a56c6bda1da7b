import Bytes
import Glibc
package import System
import Trust

/// Files of a release, read and hashed without following a link.
package enum PartFile {
  /// Size and SHA-256 (hex) of a file below a folder, read in pieces.
  package static func hash(_ name: String, in folder: Folder) throws -> (bytes: Int, sha256: String) {
    try hash(open(name, in: folder), folder.full(name), pieces: false) { _ in }
  }

  /// The same; each piece also goes to `sink`.
  package static func hash(
    _ name: String, in folder: Folder, sink: ([UInt8]) throws -> Void
  ) throws -> (bytes: Int, sha256: String) {
    try hash(open(name, in: folder), folder.full(name), pieces: true, sink: sink)
  }

  /// The same of a file that lies anywhere; a link at its name is not followed.
  package static func hash(_ path: String) throws -> (bytes: Int, sha256: String) {
    try hash(open(path), path, pieces: false) { _ in }
  }

  package static func hash(
    _ path: String, sink: ([UInt8]) throws -> Void
  ) throws -> (bytes: Int, sha256: String) {
    try hash(open(path), path, pieces: true, sink: sink)
  }

  private static func open(_ name: String, in folder: Folder) throws -> Int32 {
    do { return try folder.openFile(name) } catch {
      let path = folder.full(name)
      throw error.isMissing
        ? ReleaseError.lost(path, Wording(error.message, error.message(in: "zh")))
        : ReleaseError(.altered, part: path, error)
    }
  }

  private static func open(_ path: String) throws -> Int32 {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else {
      throw ReleaseError.lost(
        path, Wording("\(path) cannot be opened: \(reason())", "\(path) 无法打开：\(reason())"))
    }
    return file
  }

  /// Closes the file.
  private static func hash(
    _ file: Int32, _ path: String, pieces: Bool, sink: ([UInt8]) throws -> Void
  ) throws -> (bytes: Int, sha256: String) {
    defer { close(file) }
    var digest = Digest.SHA256()
    var total = 0
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = piece.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw ReleaseError(
          .storage, part: path, Wording("\(path) cannot be read: \(reason())", "\(path) 无法读取：\(reason())"))
      }
      if count == 0 { break }
      piece.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      total += count
      if pieces { try sink(Array(piece[..<count])) }
    }
    return (total, Hex.encode(digest.finish()))
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
