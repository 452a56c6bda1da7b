/// Sizes of groups, in rows or, where rows name their unit, in distinct units: a person with ten rows is one person.
struct UnitGroups: Sendable {
  private var counts: GroupCounts
  private var pairs: GroupCounts
  private var hasUnits = false

  init(limit: Int) {
    counts = GroupCounts(limit: limit)
    pairs = GroupCounts(limit: limit * 2)
  }

  /// Counts a row of this group; true where its unit is new in it (or no unit is named).
  @discardableResult
  mutating func add(_ group: UInt64, unit: UInt64?) -> Bool {
    guard let unit else {
      counts.add(group)
      return true
    }
    hasUnits = true
    // The low bits decide what a sample keeps: a pair takes its group's, so that groups stay whole.
    let pair = GroupCounts.mix(group ^ GroupCounts.mix(unit)) << 24 | group & 0xFF_FFFF
    guard pairs.keeps(group), counts.keeps(group), pairs.add(pair) else { return false }
    counts.add(group)
    return true
  }

  /// Halvings of what is kept.
  var dropped: Int { max(counts.dropped, pairs.dropped) }

  struct Summary {
    var groups = 0
    var smallest = 0
    /// Rows or units in all groups.
    var total = 0
    var unique = 0.0
    var bySize = [Int](repeating: 0, count: 20)
  }

  /// The sizes, scaled up where only a sample of groups was kept; `rows` is the number of rows given.
  func summary(rows: Int) -> Summary {
    var summary = Summary()
    var smallest = Int.max
    var seen = 0
    var kept = 0
    counts.forEach { group, count in
      guard pairs.keeps(group) else { return }
      kept += 1
      smallest = min(smallest, count)
      seen += count
      if count <= 20 { summary.bySize[count - 1] += count }
    }
    guard seen > 0 else { return summary }
    summary.smallest = smallest
    summary.groups = kept << dropped
    summary.total = hasUnits ? seen << dropped : rows
    if dropped > 0 {
      // From the rows of the sampled groups to all rows.
      summary.bySize = summary.bySize.map {
        Int((Double($0) / Double(seen) * Double(summary.total)).rounded())
      }
      summary.unique = Double(summary.bySize[0]) / Double(summary.total)
    } else {
      summary.unique = Double(summary.bySize[0]) / Double(seen)
    }
    return summary
  }
}

/// Counts distinct units in bounded memory: exactly up to a million, and from a sample beyond.
package struct UnitCounter: Sendable {
  private var units = GroupCounts()

  package init() {}

  /// A unit, by a number that is equal for equal units.
  package mutating func add(_ unit: UInt64) { units.add(GroupCounts.mix(unit)) }

  package var count: Int { units.groups << units.dropped }
}
