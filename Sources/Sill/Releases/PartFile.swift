import Bytes
import Glibc
import Trust

/// Files of a release, read and hashed without following a link at their name.
package enum PartFile {
  /// Size and SHA-256 (hex) of a file, read in pieces.
  package static func hash(_ path: String) throws -> (bytes: Int, sha256: String) {
    try hash(path, pieces: false) { _ in }
  }

  /// The same; each piece also goes to `sink`.
  package static func hash(
    _ path: String, sink: ([UInt8]) throws -> Void
  ) throws -> (bytes: Int, sha256: String) {
    try hash(path, pieces: true, sink: sink)
  }

  private static func hash(
    _ path: String, pieces: Bool, sink: ([UInt8]) throws -> Void
  ) throws -> (bytes: Int, sha256: String) {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { throw ReleaseError.lost(path, "\(path) cannot be opened: \(reason())") }
    defer { close(file) }
    var digest = Digest.SHA256()
    var total = 0
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = piece.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw ReleaseError(.storage, part: path, "\(path) cannot be read: \(reason())")
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
