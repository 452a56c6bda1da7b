import Bytes
import Glibc

/// Reads the members of a tar file one after the other.
final class ArchiveReader {
  private let path: String
  private let file: Int32

  init(_ path: String) throws {
    self.path = path
    file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw CrossingError(.storage, path, "cannot open \(path): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(file) }

  /// The next member's header; nil at the end. The member's content must be read or skipped before the next call.
  func next() throws -> TapeHeader? { try TapeHeader.parse(read(TapeHeader.block)) }

  /// A small member's content.
  func bytes(_ head: TapeHeader) throws -> [UInt8] {
    let bytes = try read(head.size)
    _ = try read(TapeHeader.padding(head.size))
    return bytes
  }

  func forEachPiece(_ head: TapeHeader, _ body: ([UInt8]) throws -> Void) throws {
    var left = head.size
    while left > 0 {
      let piece = try read(min(left, 1 << 18))
      left -= piece.count
      try body(piece)
    }
    _ = try read(TapeHeader.padding(head.size))
  }

  func skip(_ head: TapeHeader) throws { try forEachPiece(head) { _ in } }

  private func read(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes {
        Glibc.read(file, $0.baseAddress.map { $0 + done }, count - done)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw CrossingError(.altered, "archive", "\(path) ends before it is whole") }
      done += got
    }
    return bytes
  }
}
