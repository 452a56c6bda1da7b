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
  private var whole: UnitGroups
  private var without: [UnitGroups]
  /// For each sensitive field, pairs of group and value.
  private var pairs: [GroupCounts]
  private var distinct: [GroupCounts]
  private var rowHash: UInt64 = 0
  private var parts: [UInt64]
  private var position = 0
  private var search: RemedySearch?
  private var coarse: [UInt64]

  /// A meter over these fields; `declared` says whether the descriptor named them or they were found by name.
  ///
  /// `remediesFor` is the k that changes to the quasi-identifiers are sought for; nil seeks none.
  package init(
    quasi: [String], sensitive: [String] = [], declared: Bool, limit: Int = 1 << 20, remediesFor: Int? = nil
  ) {
    self.quasi = quasi
    self.sensitive = sensitive
    self.declared = declared
    whole = UnitGroups(limit: limit)
    // One field alone has nothing left without it. All of these together take the room of the whole.
    let share = max(1 << 16, limit / max(1, quasi.count))
    without = quasi.count > 1 ? quasi.map { _ in UnitGroups(limit: min(limit, share)) } : []
    pairs = sensitive.map { _ in GroupCounts(limit: limit * 2) }
    distinct = sensitive.map { _ in GroupCounts(limit: limit) }
    parts = Array(repeating: 0, count: quasi.count)
    coarse = parts
    search = remediesFor.map { RemedySearch(fields: quasi, wantedK: $0) }
  }

  /// The next cell of the row at hand; after the last one, call `endRow`.
  package mutating func cell(_ bytes: UnsafeBufferPointer<UInt8>) {
    if search != nil, position < quasi.count {
      let found = RemedySearch.coarser(bytes)
      search?.note(found?.how, field: position)
      coarse[position] = found.map { salted($0.value &* 0x2545_F491_4F6C_DD1D &+ 1) } ?? 0
    }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(truncatingIfNeeded: bytes.count)
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    code(hash)
  }

  /// Each field's hash is salted by its place, so that the sum tells fields apart and each can be taken out again.
  private func salted(_ value: UInt64) -> UInt64 {
    GroupCounts.mix(value &+ UInt64(truncatingIfNeeded: position + 1) &* 0x9E37_79B9_7F4A_7C15)
  }

  /// The next cell as a code that is equal for equal cells of its column.
  package mutating func code(_ value: UInt64) {
    defer { position += 1 }
    let mixed = salted(value)
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
  ///
  /// `unit` is a number that is equal for the rows of one unit: a group then counts each unit once. Nil counts rows.
  package mutating func endRow(unit: UInt64? = nil) {
    rows += 1
    let group = GroupCounts.mix(rowHash)
    let isNew = whole.add(group, unit: unit)
    for field in without.indices {
      without[field].add(GroupCounts.mix(rowHash &- parts[field]), unit: unit)
    }
    if search != nil, isNew {
      for field in coarse.indices where coarse[field] == 0 { coarse[field] = parts[field] }
      search?.add(group, fine: parts, coarse: coarse)
    }
    for field in coarse.indices { coarse[field] = 0 }
    rowHash = 0
    position = 0
  }

  /// The figures over the rows so far.
  package func measures() -> RiskMeasures {
    let all = whole.summary(rows: rows)
    var diversity: [RiskMeasures.Diversity] = []
    for (field, counts) in distinct.enumerated() {
      var fewest = Int.max
      counts.forEach { group, values in
        if pairs[field].keeps(group) { fewest = min(fewest, values) }
      }
      diversity.append(.init(field: sensitive[field], fewestValues: fewest == Int.max ? 0 : fewest))
    }
    let left = without.enumerated().map { field, groups in
      let summary = groups.summary(rows: rows)
      return RiskMeasures.WithoutField(
        field: quasi[field], smallestGroup: summary.smallest, uniqueShare: summary.unique,
        rowsInGroupsOfSize: summary.bySize)
    }
    return RiskMeasures(
      quasiIdentifiers: quasi, declared: declared, rows: all.total, groups: all.groups,
      smallestGroup: all.smallest, uniqueShare: all.unique, rowsInGroupsOfSize: all.bySize,
      diversity: diversity, withoutField: left, sampled: whole.dropped > 0,
      remedies: search?.remedies() ?? [])
  }
}
