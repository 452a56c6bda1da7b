import Bytes

/// The full tiles of a log on disk (c2sp.org/tlog-tiles), and where in the file of entries each of them begins.
struct TileStore: Sendable {
  let folder: String

  private func path(_ tile: TileName) -> String { "\(folder)/tile/\(tile.path)" }
  private var offsetsPath: String { folder + "/offsets" }

  /// A full tile; nil if it is not there or not whole.
  func read(_ tile: TileName) -> [UInt8]? {
    guard let bytes = try? Files.read(path(tile), limit: TileName.width * Merkle.hashSize, from: .held),
      bytes.count == TileName.width * Merkle.hashSize
    else { return nil }
    return bytes
  }

  /// Writes a full tile durably.
  func write(_ tile: TileName, _ bytes: [UInt8]) throws(LedgerError) {
    do {
      try Files.makeDirectory(Files.parent(of: path(tile)), mode: 0o700)
      try Files.write(bytes, to: path(tile), mode: 0o600)
    } catch { throw LedgerError(error) }
  }

  /// Where each full tile of leaves ends: eight bytes each, big-endian. What is not whole is left out.
  func readOffsets() -> [Int] {
    guard let bytes = try? Files.read(offsetsPath, from: .held) else { return [] }
    return stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
      Int(truncatingIfNeeded: bytes[start..<(start + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
  }

  /// Writes all offsets.
  func writeOffsets(_ offsets: [Int]) throws(LedgerError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(offsets.count * 8)
    for offset in offsets { withUnsafeBytes(of: UInt64(offset).bigEndian) { bytes += $0 } }
    do { try Files.write(bytes, to: offsetsPath, mode: 0o600) } catch { throw LedgerError(error) }
  }

  /// The signed checkpoint as it was last written; nil if there is none.
  func readCheckpoint() throws(LedgerError) -> String? {
    do {
      let bytes = try Files.read(folder + "/checkpoint", limit: 1 << 20, from: .held)
      guard let note = stringValidating(bytes) else {
        throw LedgerError(.damaged, Wording("the checkpoint is not UTF-8", "检查点不是 UTF-8"))
      }
      return note
    } catch let error as FilesError {
      guard error.isMissing else { throw LedgerError(error) }
      return nil
    } catch let error as LedgerError {
      throw error
    } catch {
      throw LedgerError(.storage, Wording("\(error)", "\(error)"))
    }
  }

  func writeCheckpoint(_ note: String) throws(LedgerError) {
    do { try Files.write(Array(note.utf8), to: folder + "/checkpoint", mode: 0o600) } catch {
      throw LedgerError(error)
    }
  }
}
