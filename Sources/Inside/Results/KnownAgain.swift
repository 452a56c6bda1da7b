import Disclosure

/// Knows units again that have other identifiers than in the version before, by what is told of them: codes and values. Under
/// new record keys the same people would be other sets, with draws and factors of their own, and draws of several versions can
/// be averaged (DISCLOSURE 00, rule 2).
///
/// A unit that goes on as another has its record key. Whoever is taken for somebody with the same codes and values changes no
/// number by it, so it does no harm where they are two people.
struct KnownAgain {
  /// Rows of a dataset, as draws know them, and what they were.
  struct Source {
    let stored: StoredUnits
    let data: Microdata
  }

  /// A unit that is not in both versions as it was.
  private struct Unit {
    let key: UInt64
    var before: UnitContent?
    var now: UnitContent?
  }

  /// By today's key of a unit the one it had.
  private(set) var pairs: [UInt64: UInt64] = [:]
  /// Whether what is told of units had to be compared without dimensions: then only who is alone with it is known again.
  private(set) var isPartial = false

  /// - Parameters:
  ///   - prominent: the units with factors: of these one is known again that has nearly what the other had.
  ///   - today: which of some keys stand in today's rows of each dataset.
  init(
    _ sources: [Source], prominent: Set<UInt64>,
    today: (Set<UInt64>) throws(ResultError) -> [Set<UInt64>]
  ) throws(ResultError) {
    var comparisons: [UnitComparison] = []
    for source in sources { comparisons.append(try UnitComparison(source.stored, source.data)) }
    guard comparisons.contains(where: \.hasMeasures) else { return }
    isPartial = !comparisons.allSatisfy(\.isWhole)
    let units = try KnownAgain.changed(comparisons)
    match(units, prominent)
    try matchEach(comparisons, units)
    if pairs.isEmpty, units.count(where: { $0.now == nil }) >= KnownAgain.enough,
      units.count(where: { $0.before == nil }) >= KnownAgain.enough,
      comparisons.contains(where: { !$0.dimensions.isEmpty })
    {
      // Codes may be others as well: who is alone with some values is known by those.
      isPartial = true
      var blind = comparisons
      for place in blind.indices { blind[place].dimensions = [] }
      match(try KnownAgain.changed(blind), prominent)
      if !pairs.isEmpty { comparisons = blind }
    }
    try matchGiants(comparisons, prominent)
    try drop(units, today)
  }

  private static let enough = 30

  /// Every unit whose codes or values are others than they were; of several datasets with what all of them tell.
  private static func changed(_ comparisons: [UnitComparison]) throws(ResultError) -> [Unit] {
    var units: [Unit] = []
    for comparison in comparisons {
      try comparison.forEach { key, before, now in
        if before != now { units.append(Unit(key: key, before: before, now: now)) }
      }
    }
    guard comparisons.count > 1 else { return units }
    let wanted = KeySet(units.map(\.key))
    units.removeAll()
    for (place, comparison) in comparisons.enumerated() {
      try comparison.forEach { key, before, now in
        guard wanted.contains(key) else { return }
        units.append(Unit(key: key, before: before?.of(place), now: now?.of(place)))
      }
    }
    units.sort { $0.key < $1.key }
    var merged: [Unit] = []
    for unit in units {
      guard let last = merged.last, last.key == unit.key else {
        merged.append(unit)
        continue
      }
      merged[merged.count - 1] = Unit(
        key: unit.key, before: UnitContent.sum(last.before, unit.before),
        now: UnitContent.sum(last.now, unit.now))
    }
    return merged
  }

  /// First those who are gone with those who have come, then also those who are somebody else than before.
  private mutating func match(_ units: [Unit], _ prominent: Set<UInt64>) {
    // Who comes back has the factor that they had.
    let all = units.filter { $0.before != nil || !prominent.contains($0.key) }
    match(all.filter { $0.now == nil }, all.filter { $0.before == nil })
    let taken = Set(pairs.values)
    match(
      units.filter { $0.before != $0.now && !taken.contains($0.key) }, all.filter { pairs[$0.key] == nil })
  }

  /// In one dataset of several a unit may have another identifier, and in others that of old.
  private mutating func matchEach(_ comparisons: [UnitComparison], _ units: [Unit]) throws(ResultError) {
    guard comparisons.count > 1, units.contains(where: { $0.before == nil && pairs[$0.key] == nil }) else {
      return
    }
    let known = Set(units.lazy.filter { $0.before != nil }.map(\.key))
    for comparison in comparisons {
      let taken = Set(pairs.values)
      let own = try KnownAgain.changed([comparison])
      match(
        own.filter { $0.now == nil && !taken.contains($0.key) },
        own.filter { $0.before == nil && pairs[$0.key] == nil && !known.contains($0.key) })
    }
  }

  /// Pairs who have come with somebody who is gone, where more of them have what the latter had than chance would let: as many
  /// of the latter as are not alone with it would be met by anybody.
  private mutating func match(_ gone: [Unit], _ come: [Unit]) {
    var before = gone.compactMap { unit in unit.before.flatMap { $0.isTold ? ($0.hash, unit.key) : nil } }
    var now = come.compactMap { unit in unit.now.flatMap { $0.isTold ? ($0.hash, unit.key) : nil } }
    guard !before.isEmpty, !now.isEmpty else { return }
    before.sort { $0 < $1 }
    now.sort { $0 < $1 }
    var found: [(now: UInt64, before: UInt64)] = []
    var alone = 0, met = 0
    var old = 0, new = 0
    while old < before.count {
      let hash = before[old].0
      var end = old + 1
      while end < before.count, before[end].0 == hash { end += 1 }
      while new < now.count, now[new].0 < hash { new += 1 }
      var last = new
      while last < now.count, now[last].0 == hash { last += 1 }
      if end == old + 1 { alone += 1 }
      met += last - new
      if !isPartial || (end == old + 1 && last == new + 1) {
        for place in 0..<min(end - old, last - new) {
          found.append((now[new + place].1, before[old + place].1))
        }
      }
      (old, new) = (end, last)
    }
    let chance = 1 - Double(alone) / Double(before.count)
    guard 2 * Double(met) > Double(now.count) * (1 + chance) else { return }
    for pair in found { pairs[pair.now] = pair.before }
  }

  /// A giant that is gone from its cell, or has other values by far.
  private struct Giant {
    let key: UInt64
    let comparison: Int
    let measure: Int
    let codes: UInt64
    let value: Int64
    let isThere: Bool
  }

  /// Of giants, who came nearest to what they had, in the same cell, is known again. By half they may differ: that a new giant
  /// is taken for one whose values are public tells no more of it than that.
  private mutating func matchGiants(
    _ comparisons: [UnitComparison], _ prominent: Set<UInt64>
  ) throws(ResultError) {
    guard !prominent.isEmpty else { return }
    let taken = Set(pairs.values)
    var giants: [Giant] = []
    for (place, comparison) in comparisons.enumerated() {
      try comparison.forEachValue { (unit, measure) in
        guard prominent.contains(unit.key), !taken.contains(unit.key), pairs[unit.key] == nil,
          let before = unit.before, before.value != 0, !unit.isNear
        else { return }
        giants.append(
          Giant(
            key: unit.key, comparison: place, measure: measure, codes: before.codes, value: before.value,
            isThere: unit.now != nil))
      }
    }
    guard !giants.isEmpty else { return }
    let cells = Dictionary(grouping: giants.indices) { giants[$0].codes }
    var found: [(giant: Int, key: UInt64, off: Double)] = []
    for (place, comparison) in comparisons.enumerated() {
      try comparison.forEachValue { (unit, measure) in
        guard let now = unit.now, let near = cells[now.codes], pairs[unit.key] == nil, !unit.isNear,
          unit.before != nil || !prominent.contains(unit.key)
        else { return }
        for index in near {
          let giant = giants[index]
          guard giant.comparison == place, giant.measure == measure, giant.key != unit.key,
            !giant.isThere || unit.before != nil, UnitComparison.areNear(giant.value, now.value)
          else { continue }
          let (one, other) = (Double(giant.value.magnitude), Double(now.value.magnitude))
          found.append((index, unit.key, max(one, other) / min(one, other)))
        }
      }
    }
    found.sort { ($0.off, $0.key, $0.giant) < ($1.off, $1.key, $1.giant) }
    var used: Set<UInt64> = []
    for candidate in found
    where pairs[candidate.key] == nil && !used.contains(giants[candidate.giant].key) {
      used.insert(giants[candidate.giant].key)
      pairs[candidate.key] = giants[candidate.giant].key
    }
  }

  /// Takes back who would be one with somebody beside them in some dataset. Where both were there before, the other has now a
  /// key that is free.
  private mutating func drop(
    _ units: [Unit], _ today: (Set<UInt64>) throws(ResultError) -> [Set<UInt64>]
  ) throws(ResultError) {
    guard !pairs.isEmpty else { return }
    let known = Set(units.lazy.filter { $0.before != nil }.map(\.key))
    while true {
      let others = Set(pairs.values).subtracting(pairs.keys)
      let there = try today(others.union(pairs.keys))
      let beside = pairs.filter { key, other in
        others.contains(other) && there.contains { $0.contains(key) && $0.contains(other) }
      }
      let lost = beside.filter { !known.contains($0.key) }
      guard lost.isEmpty else {
        for key in lost.keys { pairs[key] = nil }
        continue
      }
      let taken = Set(pairs.values)
      let free = pairs.keys.filter { !taken.contains($0) }.sorted()
      for (key, other) in zip(Set(beside.values).sorted(), free) { pairs[key] = other }
      return
    }
  }
}
