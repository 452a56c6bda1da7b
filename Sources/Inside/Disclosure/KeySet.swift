/// Many record keys. They are as good as random, so a key is looked for where it should stand.
package struct KeySet: Sendable, Equatable {
  /// Ascending, none twice.
  package private(set) var keys: [UInt64]
  /// For each beginning of a key where the first of that beginning stands; and the end.
  private var starts: [Int32]
  private var shift: UInt64

  /// - Parameter keys: in any order, some perhaps twice.
  package init(_ keys: some Sequence<UInt64> = []) {
    var sorted = keys.sorted()
    var kept = 0
    for key in sorted where kept == 0 || sorted[kept - 1] != key {
      sorted[kept] = key
      kept += 1
    }
    sorted.removeSubrange(kept...)
    self.keys = sorted
    // Some eight keys of each beginning.
    var bits: UInt64 = 0
    while bits < 24, kept >> (Int(bits) + 3) > 0 { bits += 1 }
    shift = 64 - bits
    starts = [Int32](repeating: 0, count: 1 << Int(bits) + 1)
    for key in sorted { starts[Int(key >> shift) + 1] += 1 }
    for place in starts.indices.dropFirst() { starts[place] += starts[place - 1] }
  }

  package var count: Int { keys.count }

  package func contains(_ key: UInt64) -> Bool {
    let place = Int(key >> shift)
    for index in Int(starts[place])..<Int(starts[place + 1]) where keys[index] >= key {
      return keys[index] == key
    }
    return false
  }

  package func union(_ others: [UInt64]) -> KeySet { others.isEmpty ? self : KeySet(keys + others) }
}
