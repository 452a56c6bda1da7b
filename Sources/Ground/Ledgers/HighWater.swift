import Bytes
import Glibc
import Trust

/// How far a log was ever written, beside its folder and not in it: whoever puts yesterday's folder back, or takes the
/// last lines away before the next checkpoint is signed, does not put this back with it.
///
/// One line of fixed length: size, leaf hash of the last entry, and the first eight bytes of SHA-256 over both. It is
/// overwritten in place after each group of entries, without a sync of its own: what it says is durable before, so after
/// a crash it may say less than the log holds and never more.
final class HighWater: Sendable {
  /// What it says: `size` entries, of which the last has this leaf hash.
  struct Mark: Equatable {
    let size: Int
    let leaf: [UInt8]

    /// Refuses a log of fewer entries.
    func check(_ held: Int, in path: String) throws(LedgerError) {
      guard size > held else { return }
      throw LedgerError(
        .behind,
        Wording(
          "\(path) holds \(held) entries, and the mark beside the log (\(HighWater.path(of: Files.parent(of: path)))) says that \(size) were written",
          "\(path) 有 \(held) 条，而日志旁的标记（\(HighWater.path(of: Files.parent(of: path)))）表明曾写入 \(size) 条")
      )
    }
  }

  let path: String
  private let descriptor: Int32

  /// The mark of the log in a folder.
  static func path(of folder: String) -> String { folder + ".head" }

  /// Opens the file of a log's mark, making it durably where there is none.
  init(of folder: String) throws(LedgerError) {
    path = Self.path(of: folder)
    let isNew = !Files.exists(path)
    do { descriptor = try Files.openHeld(path, writing: true, making: true) } catch {
      throw LedgerError(error)
    }
    guard isNew else { return }
    do { try Files.syncDirectory(Files.parent(of: path)) } catch { throw LedgerError(error) }
  }

  deinit { close(descriptor) }

  /// What the file says; nil where nothing was written yet. Throws `.damaged` where it is not as it was written.
  static func read(of folder: String) throws(LedgerError) -> Mark? {
    let path = path(of: folder)
    guard Files.exists(path) else { return nil }
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: 256, from: .held) } catch { throw LedgerError(error) }
    guard !bytes.isEmpty else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard words.count == 3, let size = Int(words[0]), size > 0, let leaf = Hex.decode(String(words[1])),
      bytes == line(Mark(size: size, leaf: leaf))
    else {
      throw LedgerError(
        .damaged,
        Wording("\(path), which says how far the log was written, was changed", "记有日志写到何处的 \(path) 被改动"))
    }
    return Mark(size: size, leaf: leaf)
  }

  /// Writes down how far the log goes now; nil where it is empty.
  func write(_ mark: Mark?) throws(LedgerError) {
    guard let mark else {
      guard ftruncate(descriptor, 0) == 0 else {
        throw LedgerError(.storage, Wording("cannot empty \(path)", "无法清空 \(path)"))
      }
      return
    }
    let bytes = Self.line(mark)
    let done = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard done == bytes.count else {
      throw LedgerError(
        .broken,
        Wording(
          "writing \(path) failed: \(String(cString: strerror(errno)))",
          "写入 \(path) 失败：\(String(cString: strerror(errno)))"))
    }
  }

  private static func line(_ mark: Mark) -> [UInt8] {
    let digits = String(mark.size)
    let said =
      String(repeating: "0", count: max(0, 20 - digits.count)) + digits + " " + Hex.encode(mark.leaf)
    let sum = Hex.encode(Array(Digest.sha256(Array(said.utf8)).prefix(8)))
    return Array("\(said) \(sum)\n".utf8)
  }
}

extension Ledger {
  /// How many entries were ever written to the log of a folder, as its mark says; nil where there is none to be read.
  package static func marked(_ folder: String) -> Int? { (try? HighWater.read(of: folder))?.size }

  /// The name under which the log of a folder signed its last checkpoint; nil where there is none. Nothing is verified: it
  /// says which name to verify by.
  package static func name(in folder: String) -> String? {
    guard let note = try? TileStore(folder: folder).readCheckpoint() else { return nil }
    return (try? Checkpoint(unverified: note))?.origin
  }

  /// Whether anything beside the folder says how far this log was written before it was opened.
  package static func isMarked(_ folder: String) -> Bool { Files.exists(HighWater.path(of: folder)) }

  /// Refuses a log that holds less, or something else, than what was written to it.
  static func compare(
    _ state: State, _ file: EntriesFile, with mark: HighWater.Mark, _ path: String
  ) throws(LedgerError) {
    try mark.check(state.tree.size, in: file.path)
    let tile = (mark.size - 1) / TileName.width
    let start = tile == 0 ? 0 : tile <= state.offsets.count ? state.offsets[tile - 1] : state.length
    var scanner = LineScanner(file, from: start, to: state.length)
    var index = tile * TileName.width
    while let piece = try scanner.next() {
      if index == mark.size - 1 {
        if Merkle.leafHash(piece.bytes) == mark.leaf { return }
        break
      }
      index += 1
    }
    throw LedgerError(
      .damaged,
      Wording(
        "entry \(mark.size - 1) of \(file.path) is not the one that \(path) says was written",
        "\(file.path) 的第 \(mark.size - 1) 条不是 \(path) 所记写入的那一条"))
  }
}
