import Bytes
import Glibc
import Trust

/// Files of fingerprints: a line that says what it is, then each fingerprint in eight bytes, big-endian, rising, each once.
enum MarkFile {
  static let head = Array("doorsill fingerprints 1\n".utf8)

  static func lost(_ path: String) -> PublishingError {
    PublishingError(
      .damaged,
      Wording(
        "\(path) is lost or damaged: what is restricted could not be known again",
        "\(path) 缺失或已损坏：无法再认出受限数据"), hint: .restoreFromBackup, blame: .environment)
  }
}

/// Reads a file of fingerprints from its beginning; one piece of it is in memory.
final class MarkReader {
  private let path: String
  private let wanted: String?
  private let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var at = 0
  private var end = 0
  private var digest = Digest.SHA256()
  private var last: UInt64?

  /// - Parameter hash: the SHA-256 that the file must have, which is known once it has been read to its end; nil for a file
  ///   of this very run.
  init(_ path: String, hash: String?) throws {
    self.path = path
    wanted = hash
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw MarkFile.lost(path) }
    try fill()
    guard end >= MarkFile.head.count, Array(buffer[..<MarkFile.head.count]) == MarkFile.head else {
      throw MarkFile.lost(path)
    }
    at = MarkFile.head.count
  }

  deinit { close(descriptor) }

  /// Moves what is left to the front and reads on.
  private func fill() throws {
    let left = Array(buffer[at..<end])
    for (place, byte) in left.enumerated() { buffer[place] = byte }
    at = 0
    end = left.count
    while end < buffer.count {
      let count = buffer.withUnsafeMutableBytes { bytes in
        bytes.baseAddress.map { Glibc.read(descriptor, $0 + end, bytes.count - end) } ?? 0
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw MarkFile.lost(path) }
      if count == 0 { return }
      digest.update(Array(buffer[end..<end + count]))
      end += count
    }
  }

  /// The next fingerprint; nil at the end. Throws `damaged` there where the file is not the one that is wanted.
  func next() throws -> UInt64? {
    if end - at < 8 { try fill() }
    guard end - at >= 8 else {
      guard end == at, wanted == nil || Hex.encode(digest.finish()) == wanted else {
        throw MarkFile.lost(path)
      }
      return nil
    }
    var mark: UInt64 = 0
    for place in at..<at + 8 { mark = mark << 8 | UInt64(buffer[place]) }
    at += 8
    if let last, mark <= last { throw MarkFile.lost(path) }
    last = mark
    return mark
  }
}

/// Gathers fingerprints in any order and of any number; of those that do not fit, runs wait in files of the working folder.
final class MarkRuns {
  private let most: Int
  private let work: String
  private var marks: [UInt64] = []
  private var runs: [String] = []
  private let name = "marks-\(getpid())-\(UInt64.random(in: 0 ..< .max))"

  /// - Parameter columns: how many are gathered at once, which share two million places in memory.
  init(work: String, columns: Int) {
    self.work = work
    most = max(1 << 14, (1 << 21) / max(1, columns))
  }

  deinit { for run in runs { unlink(run) } }

  func add(_ mark: UInt64) throws {
    if marks.last == mark { return }
    marks.append(mark)
    if marks.count >= most { try spill() }
  }

  private func spill() throws {
    marks.sort()
    let path = Files.join(work, "\(name)-\(runs.count)")
    runs.append(path)
    let writer = try MarkWriter(path)
    for mark in marks { try writer.write(mark) }
    _ = try writer.commit()
    marks.removeAll(keepingCapacity: true)
  }

  /// Writes all of them, with those of a file from before, into a folder under the hash of the file, and returns that.
  func finish(with earlier: MarkReader?, into folder: String) throws -> String {
    try spill()
    var readers = try runs.map { try MarkReader($0, hash: nil) }
    if let earlier { readers.append(earlier) }
    var heads = try readers.map { try $0.next() }
    let path = Files.join(work, "\(name)-whole")
    let writer = try MarkWriter(path)
    while let least = heads.compactMap({ $0 }).min() {
      try writer.write(least)
      for place in heads.indices where heads[place] == least { heads[place] = try readers[place].next() }
    }
    let hash = try writer.commit()
    try Files.makeDirectory(folder, mode: 0o700)
    try Files.move(from: path, to: Files.join(folder, hash))
    return hash
  }
}

/// Writes a file of fingerprints that come in rising order.
private final class MarkWriter {
  private let file: FileWriter
  private var digest = Digest.SHA256()
  private var buffer = MarkFile.head
  private var last: UInt64?

  init(_ path: String) throws { file = try FileWriter(path, mode: 0o600) }

  func write(_ mark: UInt64) throws {
    guard mark != last else { return }
    last = mark
    for shift in stride(from: 56, through: 0, by: -8) {
      buffer.append(UInt8(truncatingIfNeeded: mark >> UInt64(shift)))
    }
    if buffer.count >= 1 << 16 { try flush() }
  }

  private func flush() throws {
    digest.update(buffer)
    try file.write(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Returns the SHA-256 of the file.
  func commit() throws -> String {
    try flush()
    try file.commit()
    return Hex.encode(digest.finish())
  }
}
