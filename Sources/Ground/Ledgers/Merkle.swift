import Trust

/// Merkle tree hashing and proofs (RFC 9162 §2.1, the same as RFC 6962): SHA-256, leaves under 0x00, nodes under 0x01.
package enum Merkle {
  /// Bytes in a hash.
  package static let hashSize = 32

  /// The hash of an entry's bytes.
  package static func leafHash(_ entry: [UInt8]) -> [UInt8] { Digest.sha256([0] + entry) }

  /// The hash over two subtrees.
  package static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1 + 2 * hashSize)
    bytes.append(1)
    bytes += left
    bytes += right
    return Digest.sha256(bytes)
  }

  /// The root over leaf hashes; of none, the hash of nothing.
  package static func root(of leaves: [[UInt8]]) -> [UInt8] {
    leaves.isEmpty ? Digest.sha256([]) : root(0, leaves.count) { leaves[$0] }
  }

  /// The hashes that lead from a leaf to the root. Empty if there is no such leaf.
  package static func inclusionProof(index: Int, leaves: [[UInt8]]) -> [[UInt8]] {
    guard leaves.indices.contains(index) else { return [] }
    return path(index, 0, leaves.count) { low, high in root(low, high) { leaves[$0] } }
  }

  /// The hashes that lead from the root over the first `size` leaves to the root over all. Empty if there is none.
  package static func consistencyProof(from size: Int, leaves: [[UInt8]]) -> [[UInt8]] {
    guard size > 0, size <= leaves.count else { return [] }
    return consistency(size, 0, leaves.count, isWhole: true) { low, high in root(low, high) { leaves[$0] } }
  }

  /// Whether the leaf stands at `index` of the tree with this size and root (RFC 9162 §2.1.3.2).
  package static func verifyInclusion(
    index: Int, size: Int, leafHash: [UInt8], proof: [[UInt8]], root: [UInt8]
  ) -> Bool {
    guard index >= 0, index < size, leafHash.count == hashSize, root.count == hashSize,
      proof.allSatisfy({ $0.count == hashSize })
    else { return false }
    var node = index
    var last = size - 1
    var hash = leafHash
    for step in proof {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        hash = nodeHash(step, hash)
        while node & 1 == 0, node > 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        hash = nodeHash(hash, step)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }

  /// Whether the tree of size `from` is the beginning of the tree of size `to` (RFC 9162 §2.1.4.2).
  /// From size 0 nothing can be proven, so the answer is no.
  package static func verifyConsistency(
    from: Int, to: Int, proof: [[UInt8]], fromRoot: [UInt8], toRoot: [UInt8]
  ) -> Bool {
    guard from > 0, from <= to else { return false }
    if from == to { return proof.isEmpty && fromRoot == toRoot }
    guard fromRoot.count == hashSize, toRoot.count == hashSize, proof.allSatisfy({ $0.count == hashSize })
    else {
      return false
    }
    // A size that is a power of two is a subtree of the larger tree, whose hash the caller knows already.
    var steps = proof[...]
    if from & (from - 1) == 0 { steps = [fromRoot] + steps }
    guard let first = steps.first else { return false }
    var node = from - 1
    var last = to - 1
    while node & 1 == 1 {
      node >>= 1
      last >>= 1
    }
    var old = first
    var new = first
    for step in steps.dropFirst() {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        old = nodeHash(step, old)
        new = nodeHash(step, new)
        while node & 1 == 0, node > 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        new = nodeHash(new, step)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && old == fromRoot && new == toRoot
  }

  // The recursions below take the hash of leaves `low..<high` from a function, so that a log on disk answers them
  // from its tiles.

  /// The root over leaves `low..<high`, not empty.
  static func root<E: Error>(_ low: Int, _ high: Int, _ leaf: (Int) throws(E) -> [UInt8]) throws(E) -> [UInt8]
  {
    guard high - low > 1 else { return try leaf(low) }
    let middle = low + split(high - low)
    return nodeHash(try root(low, middle, leaf), try root(middle, high, leaf))
  }

  /// RFC 9162 §2.1.3.1.
  static func path<E: Error>(
    _ index: Int, _ low: Int, _ high: Int, _ hash: (Int, Int) throws(E) -> [UInt8]
  ) throws(E) -> [[UInt8]] {
    guard high - low > 1 else { return [] }
    let middle = low + split(high - low)
    return index < middle
      ? try path(index, low, middle, hash) + [try hash(middle, high)]
      : try path(index, middle, high, hash) + [try hash(low, middle)]
  }

  /// RFC 9162 §2.1.4.1.
  static func consistency<E: Error>(
    _ size: Int, _ low: Int, _ high: Int, isWhole: Bool, _ hash: (Int, Int) throws(E) -> [UInt8]
  ) throws(E) -> [[UInt8]] {
    if size == high { return isWhole ? [] : [try hash(low, high)] }
    let middle = low + split(high - low)
    return size <= middle
      ? try consistency(size, low, middle, isWhole: isWhole, hash) + [try hash(middle, high)]
      : try consistency(size, middle, high, isWhole: false, hash) + [try hash(low, middle)]
  }

  /// The largest power of two smaller than `count`, which is at least 2.
  static func split(_ count: Int) -> Int { 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount) }
}
