/// Counts of 64-bit keys in bounded memory.
///
/// While the keys fit, every one is counted. When they do not, half of the keys are dropped, those whose hash has one
/// more low bit set, and the rest go on being counted exactly: a sample of whole groups, never of rows.
struct GroupCounts: Sendable {
  private var keys: [UInt64]
  private var counts: [UInt32]
  private(set) var groups = 0
  /// Keys are kept whose hash has this many low zero bits.
  private(set) var dropped = 0
  private let limit: Int

  /// Room for up to `limit` groups, at least 1,024.
  init(limit: Int = 1 << 20) {
    self.limit = max(1024, limit)
    keys = Array(repeating: 0, count: 2048)
    counts = Array(repeating: 0, count: 2048)
  }

  /// A hash whose bits all depend on all bits of the key (the finaliser of SplitMix64).
  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  @inline(__always)
  private static func isKept(_ key: UInt64, _ dropped: Int) -> Bool {
    key & ((1 << UInt64(dropped)) &- 1) == 0
  }

  /// Counts one row of this key, or several; true where the key is new. Keys are expected to be mixed.
  @discardableResult
  mutating func add(_ key: UInt64, times: UInt32 = 1) -> Bool {
    guard Self.isKept(key, dropped) else { return false }
    let new = put(key, times)
    if groups * 2 > keys.count { grow() }
    return new
  }

  /// Whether a key of this hash is among those that are kept.
  func keeps(_ key: UInt64) -> Bool { Self.isKept(key, dropped) }

  private mutating func put(_ key: UInt64, _ count: UInt32) -> Bool {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: key >> 20) & mask
    while counts[slot] != 0 {
      if keys[slot] == key {
        counts[slot] = counts[slot] &+ count
        return false
      }
      slot = (slot + 1) & mask
    }
    keys[slot] = key
    counts[slot] = count
    groups += 1
    return true
  }

  private mutating func grow() {
    let (oldKeys, oldCounts) = (keys, counts)
    if groups < limit {
      keys = Array(repeating: 0, count: oldKeys.count * 2)
      counts = Array(repeating: 0, count: oldKeys.count * 2)
    } else {
      dropped += 1
      keys = Array(repeating: 0, count: oldKeys.count)
      counts = Array(repeating: 0, count: oldKeys.count)
    }
    groups = 0
    for (key, count) in zip(oldKeys, oldCounts) where count != 0 && Self.isKept(key, dropped) {
      _ = put(key, count)
    }
  }

  /// Calls `body` with every kept key and its count.
  func forEach(_ body: (_ key: UInt64, _ count: Int) -> Void) {
    for (key, count) in zip(keys, counts) where count != 0 { body(key, Int(count)) }
  }
}
