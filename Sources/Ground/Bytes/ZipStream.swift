/// One entry, unpacked piece by piece. Its size and checksum are checked at the end. Not for two threads at once.
package final class ZipStream {
  private let source: ZipSource
  private let entry: ZipEntry
  private let inflater: Inflater?
  private var at: Int
  private var left: Int
  private var produced = 0
  private var checksum: UInt32 = 0
  private var finished = false

  init(_ source: ZipSource, _ entry: ZipEntry, start: Int) {
    self.source = source
    self.entry = entry
    inflater = entry.method == 8 ? Inflater(framing: .raw, limit: entry.size) : nil
    at = start
    left = entry.packedSize
  }

  /// The next piece, of packed 64 KiB; nil at the end.
  package func next() throws(ZipError) -> [UInt8]? {
    var piece: [UInt8] = []
    while piece.isEmpty {
      guard left > 0 else {
        try finish()
        return nil
      }
      let count = min(left, 65_536)
      let packed = try source.read(at, count)
      at += count
      left -= count
      guard let inflater else {
        piece = packed
        break
      }
      do throws(CompressionError) {
        try inflater.write(packed, to: &piece)
      } catch {
        let code = error == .tooLarge(limit: entry.size) ? ZipError.Code.bomb : .damaged
        throw ZipError(code, error.message, entry: entry.name)
      }
    }
    produced += piece.count
    checksum = CRC32.of(piece, after: checksum)
    return piece
  }

  private func finish() throws(ZipError) {
    guard !finished else { return }
    finished = true
    guard produced == entry.size, checksum == entry.checksum, inflater?.atEnd ?? true else {
      throw ZipError(.damaged, "its content is not what the directory says", entry: entry.name)
    }
  }
}
