import Bytes

/// Hashes over ranges of leaves, from the tiles of a tree: of a log at work, or of one that travels as tiles.
package struct TileHashes {
  /// Hashes of a tile by level and number, as far as it goes; nil where it is missing.
  private let tile: (Int, Int) -> [UInt8]?

  init(tile: @escaping (Int, Int) -> [UInt8]?) { self.tile = tile }

  /// The tree of `size` leaves whose tiles (c2sp.org/tlog-tiles) the closure reads.
  package init(size: Int, _ read: @escaping (TileName) -> [UInt8]?) {
    tile = { level, index in
      let count = TileTree.count(size, level: level)
      guard index >= 0, index <= count / TileName.width else { return nil }
      let width = index < count / TileName.width ? TileName.width : count % TileName.width
      guard width > 0, let bytes = read(TileName(level: level, index: index, count: width)),
        bytes.count == width * Merkle.hashSize
      else { return nil }
      return bytes
    }
  }

  /// The Merkle root over the first `size` leaves.
  package func root(atSize size: Int) throws(LedgerError) -> [UInt8] {
    size == 0 ? Merkle.root(of: []) : try hash(0, size)
  }

  /// The hash over leaves `low..<high`.
  func hash(_ low: Int, _ high: Int) throws(LedgerError) -> [UInt8] {
    let count = high - low
    guard count & (count - 1) == 0, low % count == 0 else {
      let middle = low + Merkle.split(count)
      return Merkle.nodeHash(try hash(low, middle), try hash(middle, high))
    }
    // A whole subtree: in the tile of the level whose hashes are just small enough.
    let height = count.trailingZeroBitCount
    let level = height / 8
    let first = low >> (level * 8)
    let width = 1 << (height % 8)
    let name = { TileName(level: level, index: first / TileName.width).path }
    guard let bytes = tile(level, first / TileName.width) else {
      throw LedgerError(.damaged, Wording("tile \(name()) is missing", "缺少哈希块 \(name())"))
    }
    let start = first % TileName.width
    guard (start + width) * Merkle.hashSize <= bytes.count else {
      throw LedgerError(.damaged, Wording("tile \(name()) is too short", "哈希块 \(name()) 过短"))
    }
    return TileTree.subtree(bytes, start, width)
  }
}
