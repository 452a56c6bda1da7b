import Bytes
import Glibc

/// Reads the members of a tar file one after the other.
final class ArchiveReader {
  private let path: String
  private let file: Int32
  private var heads: [(block: [UInt8], head: TapeHeader)] = []

  init(_ path: String) throws {
    self.path = path
    file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw CrossingError(.storage, path, "cannot open \(path): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(file) }

  /// The next member's header; nil at the end, behind which nothing may stand. The member's content must be read or
  /// skipped before the next call.
  func next() throws -> TapeHeader? {
    let block = try read(TapeHeader.block)
    if let head = try TapeHeader.parse(block) {
      heads.append((block, head))
      return head
    }
    guard try read(TapeHeader.block).allSatisfy({ $0 == 0 }), try isAtEnd() else {
      throw foreign("behind its end")
    }
    return nil
  }

  /// Refuses headers that the export of a release would not have written: other owners, dates or kinds, or bytes that
  /// nobody reads, in which something else could be carried over the gap.
  func checkHeads(modified: Int64) throws {
    for (block, head) in heads where block != head.encoded(modified: modified) {
      throw foreign("in the header of \(head.name)")
    }
    heads.removeAll(keepingCapacity: true)
  }

  private func foreign(_ place: String) -> CrossingError {
    CrossingError(
      .altered, "archive", "\(path) holds something \(place) that no export writes; nothing is taken over",
      hint: "carry the file that 'doorsill release export' wrote, unchanged")
  }

  private func isAtEnd() throws -> Bool {
    var byte: UInt8 = 0
    while true {
      let got = Glibc.read(file, &byte, 1)
      if got < 0, errno == EINTR { continue }
      return got == 0
    }
  }

  /// A small member's content.
  func bytes(_ head: TapeHeader) throws -> [UInt8] {
    let bytes = try read(head.size)
    try readPadding(head)
    return bytes
  }

  private func readPadding(_ head: TapeHeader) throws {
    guard try read(TapeHeader.padding(head.size)).allSatisfy({ $0 == 0 }) else {
      throw foreign("behind \(head.name)")
    }
  }

  func forEachPiece(_ head: TapeHeader, _ body: ([UInt8]) throws -> Void) throws {
    var left = head.size
    while left > 0 {
      let piece = try read(min(left, 1 << 18))
      left -= piece.count
      try body(piece)
    }
    try readPadding(head)
  }

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
