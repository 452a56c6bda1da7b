/// Measures how far quasi-identifiers single people out, row by row, in memory that does not grow with the table.
///
/// Feed every row's cells in the order of `quasi` and then of `sensitive`. Groups are told apart by a 64-bit hash of
/// their cells' bytes, so nothing of the table is kept. Beyond `limit` groups a sample of whole groups is measured,
/// and `RiskMeasures.sampled` says so.
package struct RiskMeter: Sendable {
  package let quasi: [String]
  package let sensitive: [String]
  private let declared: Bool
  private var rows = 0
  private var whole: GroupCounts
  private var without: [GroupCounts]
  /// For each sensitive field, pairs of group and value.
  private var pairs: [GroupCounts]
  private var distinct: [GroupCounts]
  private var rowHash: UInt64 = 0
  private var parts: [UInt64]
  private var position = 0

  /// A meter over these fields; `declared` says whether the descriptor named them or they were found by name.
  package init(quasi: [String], sensitive: [String] = [], declared: Bool, limit: Int = 1 << 20) {
    self.quasi = quasi
    self.sensitive = sensitive
    self.declared = declared
    whole = GroupCounts(limit: limit)
    // One field alone has nothing left without it.
    without = quasi.count > 1 ? quasi.map { _ in GroupCounts(limit: limit) } : []
    pairs = sensitive.map { _ in GroupCounts(limit: limit * 2) }
    distinct = sensitive.map { _ in GroupCounts(limit: limit) }
    parts = Array(repeating: 0, count: quasi.count)
  }

  /// The next cell of the row at hand; after the last one, call `endRow`.
  package mutating func cell(_ bytes: UnsafeBufferPointer<UInt8>) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(truncatingIfNeeded: bytes.count)
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    code(hash)
  }

  /// The next cell as a code that is equal for equal cells of its column.
  package mutating func code(_ value: UInt64) {
    defer { position += 1 }
    // Each field's hash is salted by its place, so that the sum tells fields apart and each can be taken out again.
    let mixed = GroupCounts.mix(value &+ UInt64(truncatingIfNeeded: position + 1) &* 0x9E37_79B9_7F4A_7C15)
    if position < quasi.count {
      parts[position] = mixed
      rowHash = rowHash &+ mixed
    } else if position < quasi.count + sensitive.count {
      let field = position - quasi.count
      let group = GroupCounts.mix(rowHash)
      guard distinct[field].keeps(group) else { return }
      // The low bits decide what a sample keeps: a pair takes its group's, so that groups stay whole.
      let pair = GroupCounts.mix(group ^ mixed) << 24 | group & 0xFF_FFFF
      if pairs[field].add(pair) { distinct[field].add(group) }
    }
  }

  /// Ends a row whose quasi-identifiers have all been given.
  package mutating func endRow() {
    rows += 1
    whole.add(GroupCounts.mix(rowHash))
    for field in without.indices { without[field].add(GroupCounts.mix(rowHash &- parts[field])) }
    rowHash = 0
    position = 0
  }

  /// The figures over the rows so far.
  package func measures() -> RiskMeasures {
    let all = Self.summary(whole, rows: rows)
    var diversity: [RiskMeasures.Diversity] = []
    for (field, counts) in distinct.enumerated() {
      var fewest = Int.max
      counts.forEach { group, values in
        if pairs[field].keeps(group) { fewest = min(fewest, values) }
      }
      diversity.append(.init(field: sensitive[field], fewestValues: fewest == Int.max ? 0 : fewest))
    }
    let left = without.enumerated().map { field, counts in
      let summary = Self.summary(counts, rows: rows)
      return RiskMeasures.WithoutField(
        field: quasi[field], smallestGroup: summary.smallest, uniqueShare: summary.unique,
        rowsInGroupsOfSize: summary.bySize)
    }
    return RiskMeasures(
      quasiIdentifiers: quasi, declared: declared, rows: rows, groups: all.groups,
      smallestGroup: all.smallest,
      uniqueShare: all.unique, rowsInGroupsOfSize: all.bySize, diversity: diversity, withoutField: left,
      sampled: whole.dropped > 0)
  }

  private static func summary(
    _ counts: GroupCounts, rows: Int
  ) -> (groups: Int, smallest: Int, unique: Double, bySize: [Int]) {
    var smallest = Int.max
    var bySize = [Int](repeating: 0, count: 20)
    var seen = 0
    counts.forEach { _, count in
      smallest = min(smallest, count)
      seen += count
      if count <= 20 { bySize[count - 1] += count }
    }
    guard seen > 0 else { return (0, 0, 0, bySize) }
    if counts.dropped > 0 {
      // From the rows of the sampled groups to all rows.
      bySize = bySize.map { Int((Double($0) / Double(seen) * Double(rows)).rounded()) }
    }
    let unique = counts.dropped > 0 ? Double(bySize[0]) / Double(rows) : Double(bySize[0]) / Double(seen)
    return (counts.groups << counts.dropped, smallest, unique, bySize)
  }
}
