import Bytes

/// Where a tile stands (c2sp.org/tlog-tiles): level, number, and how many hashes it holds, 1 to 256.
package struct TileName: Hashable, Sendable {
  /// Hashes in a full tile.
  package static let width = 256

  package let level: Int
  package let index: Int
  package let count: Int

  package init(level: Int, index: Int, count: Int = TileName.width) {
    self.level = level
    self.index = index
    self.count = count
  }

  /// `0/x001/234` or, for a tile that is not full, `0/x001/234.p/17`.
  package var path: String {
    var groups: [String] = []
    var rest = index
    repeat {
      let digits = String(rest % 1000)
      groups.append(String(repeating: "0", count: 3 - digits.count) + digits)
      rest /= 1000
    } while rest > 0
    let number = groups.reversed().enumerated()
      .map { $0.offset < groups.count - 1 ? "x" + $0.element : $0.element }.joined(separator: "/")
    return "\(level)/\(number)" + (count == TileName.width ? "" : ".p/\(count)")
  }

  /// Reads a path as `path` writes it; nil for any other form.
  package init?(path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 2, parts.count <= 8, let level = Int(parts[0]), (0..<8).contains(level) else {
      return nil
    }
    var number = parts.dropFirst()
    var count = TileName.width
    if let last = number.last, let width = Int(last), number.dropLast().last?.hasSuffix(".p") == true {
      guard (1..<TileName.width).contains(width) else { return nil }
      count = width
      number = number.dropLast()
    }
    var index = 0
    for part in number {
      guard let digits = Int(part.drop { $0 == "x" }.prefix { $0 != "." }), (0...999).contains(digits) else {
        return nil
      }
      let (thousands, isOver) = index.multipliedReportingOverflow(by: 1000)
      guard !isOver, thousands <= Int.max - 999 else { return nil }
      index = thousands + digits
    }
    self.init(level: level, index: index, count: count)
    // Only one spelling is right.
    guard self.path == path else { return nil }
  }
}

/// The growing right edge of a tiled Merkle tree: what is not yet in a full tile, level by level.
struct TileTree {
  /// Leaves so far.
  private(set) var size = 0
  /// For each level the hashes of the tile that is not full, 32 bytes each. One hash of level L is the root of 256
  /// hashes of level L - 1.
  private(set) var edge: [[UInt8]] = []

  init() {}

  /// Takes up a tree of `size` leaves whose tiles that are not full are these.
  init(size: Int, edge: [[UInt8]]) {
    self.size = size
    self.edge = edge
  }

  /// Adds a leaf; gives out each tile that it fills, lowest first.
  mutating func append<E: Error>(_ leaf: [UInt8], filled: (TileName, [UInt8]) throws(E) -> Void) throws(E) {
    size += 1
    var hash = leaf
    var level = 0
    var count = size
    while true {
      if edge.count == level { edge.append([]) }
      edge[level] += hash
      guard count % TileName.width == 0 else { return }
      count /= TileName.width
      try filled(TileName(level: level, index: count - 1), edge[level])
      hash = TileTree.subtree(edge[level], 0, TileName.width)
      edge[level] = []
      level += 1
    }
  }

  /// How many hashes level `level` of a tree of `size` leaves has.
  static func count(_ size: Int, level: Int) -> Int { level * 8 >= Int.bitWidth ? 0 : size >> (level * 8) }

  /// The hash over a whole subtree within a tile: `count` hashes, a power of two, from `first`.
  static func subtree(_ tile: [UInt8], _ first: Int, _ count: Int) -> [UInt8] {
    Merkle.root(first, first + count) { Array(tile[($0 * 32)..<($0 * 32 + 32)]) }
  }

  /// The root over all leaves.
  func root() -> [UInt8] {
    // Whole subtrees from right (small) to left (large), each joined to what is right of it.
    var right: [UInt8]?
    for (level, tile) in edge.enumerated() where !tile.isEmpty {
      var end = TileTree.count(size, level: level) % TileName.width
      var width = 1
      while end > 0 {
        if end & width != 0 {
          let left = TileTree.subtree(tile, end - width, width)
          right = right.map { Merkle.nodeHash(left, $0) } ?? left
          end -= width
        }
        width <<= 1
      }
    }
    return right ?? Merkle.root(of: [])
  }
}
