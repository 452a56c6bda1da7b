import Trust

/// The root over a release's list, with the hashing of RFC 9162 section 2.1.1. (`Ledgers` has the growing tree with
/// its proofs; a release's list is written once, and needs the root only.)
package enum MerkleList {
  /// SHA-256 root of the leaves in order; of none, the hash of nothing.
  package static func root(of leaves: [[UInt8]]) -> [UInt8] {
    guard !leaves.isEmpty else { return Digest.sha256([]) }
    return root(of: leaves.map { Digest.sha256([0x00] + $0) }[...])
  }

  private static func root(of hashes: ArraySlice<[UInt8]>) -> [UInt8] {
    if let only = hashes.first, hashes.count == 1 { return only }
    var half = 1
    while half * 2 < hashes.count { half *= 2 }
    let middle = hashes.startIndex + half
    return Digest.sha256([0x01] + root(of: hashes[..<middle]) + root(of: hashes[middle...]))
  }
}
