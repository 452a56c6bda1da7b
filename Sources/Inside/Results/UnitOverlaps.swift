import Disclosure

/// How many units cells of an earlier version and cells of today's have in common, of those that both versions have.
struct UnitOverlaps {
  /// One set of dimensions of either version.
  struct Side {
    fileprivate let finder: CellFinder
    /// Units of each cell.
    fileprivate(set) var units: [Int32]
    fileprivate var found: [Int] = []

    init(_ set: DimensionSet, of shape: Shape) throws(ResultError) {
      let grid = try disclosing { () throws(DisclosureError) in try Grid(set, of: shape) }
      finder = CellFinder(grid, of: shape)
      units = [Int32](repeating: 0, count: grid.count)
    }

    /// Notes the cells of a unit, each once.
    fileprivate mutating func look(_ rows: Range<Int>, _ codes: [[Int32]]) {
      finder.cells(of: rows.lowerBound, codes, into: &found)
      if rows.count > 1 {
        var all = Set(found)
        for row in rows.dropFirst() {
          finder.cells(of: row, codes, into: &found)
          all.formUnion(found)
        }
        found = Array(all)
      }
      for cell in found { units[cell] += 1 }
    }
  }

  /// Units that two cells have in common, for every pair of two sets of dimensions.
  struct Pair {
    let before: Int
    let now: Int
    /// Where there are few cells by place, else by number.
    fileprivate var dense: [Int32] = []
    fileprivate var sparse: [Int: Int32] = [:]
    fileprivate let width: Int

    fileprivate init(_ before: Int, _ now: Int, _ sides: (Side, Side)) {
      (self.before, self.now, width) = (before, now, max(1, sides.1.units.count))
      let (count, overflow) = sides.0.units.count.multipliedReportingOverflow(by: width)
      if !overflow, count <= 1 << 20 { dense = [Int32](repeating: 0, count: count) }
    }

    fileprivate mutating func add(_ old: [Int], _ new: [Int]) {
      for was in old {
        for isNow in new {
          if dense.isEmpty {
            sparse[was * width + isNow, default: 0] += 1
          } else {
            dense[was * width + isNow] += 1
          }
        }
      }
    }

    /// Every two cells with units in common.
    fileprivate func forEach(_ body: (_ before: Int, _ now: Int, _ both: Int) -> Void) {
      for (place, both) in dense.enumerated() where both > 0 { body(place / width, place % width, Int(both)) }
      for (place, both) in sparse { body(place / width, place % width, Int(both)) }
    }
  }

  /// How far cells of two sets of dimensions are the same.
  struct Likeness {
    let before: Int
    let now: Int
    /// By cell of today's the one before with more than half of the units of both, each once.
    var cells: [Int: Int] = [:]
    /// Which part of today's units lies in such a cell.
    var share = 0.0
    /// Whether more than half of the cells of either have one.
    var isWhole = false
    /// Whether there was anybody to judge by.
    var isKnown = false

    /// Whether one goes on as the other. Of two that have nothing to do with one another a cell that holds most of all may
    /// be like another such, but no second one.
    var goesOn: Bool { share >= 0.5 && (isWhole || cells.count > 1) }
  }

  private(set) var before: [Side]
  private(set) var now: [Side]
  private var pairs: [Pair]
  /// For two measures: units with a value of either that is not 0, those for which it is the same, and for which nearly.
  private(set) var measures: [[(either: Int, equal: Int, near: Int)]]
  /// How many units the map has, and how many of them today's rows have too.
  private(set) var all = 0
  private(set) var both = 0

  init(_ before: [Side], _ now: [Side], pairs: [(Int, Int)], measures: (before: Int, now: Int) = (0, 0)) {
    (self.before, self.now) = (before, now)
    self.pairs = pairs.map { Pair($0.0, $0.1, (before[$0.0], now[$0.1])) }
    self.measures = (0..<measures.before).map { _ in (0..<measures.now).map { _ in (0, 0, 0) } }
  }

  /// Counts all units of a map that are in today's rows too.
  /// - Parameter step: of how many units one is looked at; their keys are as good as random.
  mutating func count(
    _ stored: StoredUnits, like former: Microdata, in data: Microdata, every step: UInt64 = 1
  ) throws(ResultError) {
    var reader = try UnitMap.Reader(stored, like: former)
    try data.forEachPart { (part, through) throws(ResultError) in
      let held = try reader.units(through: through, every: step)
      var at = 0
      all += held.unitCount
      for unit in 0..<part.unitCount {
        let rows = Int(part.starts[unit])..<Int(part.starts[unit + 1])
        let key = part.keys[rows.lowerBound]
        guard key % step == 0 else { continue }
        while at < held.unitCount, held.keys[Int(held.starts[at])] < key { at += 1 }
        guard at < held.unitCount, held.keys[Int(held.starts[at])] == key else { continue }
        both += 1
        try add(Int(held.starts[at])..<Int(held.starts[at + 1]), held, rows, part)
      }
    }
  }

  private mutating func add(
    _ old: Range<Int>, _ held: Microdata, _ rows: Range<Int>, _ part: Microdata
  ) throws(ResultError) {
    for place in before.indices { before[place].look(old, held.codes) }
    for place in now.indices { now[place].look(rows, part.codes) }
    for place in pairs.indices {
      pairs[place].add(before[pairs[place].before].found, now[pairs[place].now].found)
    }
    guard !measures.isEmpty else { return }
    var values: [Int64] = []
    for measure in part.measures.indices { values.append(try part.value(of: rows, measure: measure)) }
    for was in measures.indices {
      let value = try held.value(of: old, measure: was)
      for isNow in values.indices {
        // To have none, or 0, is like others.
        guard
          value != Microdata.missing && value != 0 || values[isNow] != Microdata.missing && values[isNow] != 0
        else { continue }
        measures[was][isNow].either += 1
        if value == values[isNow] { measures[was][isNow].equal += 1 }
        if UnitOverlaps.areNear(value, values[isNow]) { measures[was][isNow].near += 1 }
      }
    }
  }

  /// Whether one value is the other within 15 %: the next figure, or a revised one.
  private static func areNear(_ one: Int64, _ other: Int64) -> Bool {
    guard one != Microdata.missing, other != Microdata.missing, (one < 0) == (other < 0) else { return false }
    let (low, high) = (min(one.magnitude, other.magnitude), max(one.magnitude, other.magnitude))
    return UInt128(high) * 20 <= UInt128(low) * 23
  }

  /// How two cells are called.
  enum Names {
    case same
    /// Codes as far below the roots of their trees.
    case level
    case other
    /// They cannot be one.
    case apart
  }

  /// What was found of each pair. Where people are in several cells, as in months, many hold nearly the same: those of one
  /// name go together first, as long as they share more than half of their units.
  func likenesses(_ names: (_ pair: (Int, Int), _ before: Int, _ now: Int) -> Names) -> [Likeness] {
    pairs.map { pair in
      let (old, new) = (before[pair.before].units, now[pair.now].units)
      var candidates: [(before: Int, now: Int, both: Int, share: Double, names: Names)] = []
      pair.forEach { was, isNow, both in
        let all = Int(old[was]) + Int(new[isNow]) - both
        guard 2 * both > all else { return }
        let names = names((pair.before, pair.now), was, isNow)
        guard names != .apart else { return }
        candidates.append((was, isNow, both, Double(both) / Double(all), names))
      }
      candidates.sort { one, other in
        if (one.names == .same) != (other.names == .same) { return one.names == .same }
        if one.share != other.share { return one.share > other.share }
        if (one.names == .level) != (other.names == .level) { return one.names == .level }
        return one.now != other.now ? one.now < other.now : one.before < other.before
      }
      var likeness = Likeness(before: pair.before, now: pair.now)
      var taken: Set<Int> = []
      var both = 0
      for candidate in candidates
      where likeness.cells[candidate.now] == nil && taken.insert(candidate.before).inserted {
        likeness.cells[candidate.now] = candidate.before
        both += candidate.both
      }
      let all = new.reduce(0) { $0 + Int($1) }
      likeness.isKnown = all > 0
      likeness.share = all == 0 ? 0 : Double(both) / Double(all)
      likeness.isWhole =
        2 * taken.count > old.count { $0 > 0 } && 2 * taken.count > new.count { $0 > 0 }
      return likeness
    }
  }
}
