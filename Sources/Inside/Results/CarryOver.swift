import Bytes
import Disclosure
import Trust

/// Finds for every cell that was drawn before which units changed since: joined, left, or with another value
/// (DISCLOSURE a.2). A cell with fewer than k of them keeps its value.
enum CarryOver {
  /// The changes since earlier draws, nil where there is nothing to compare with, and the maps for the next version.
  /// - Parameters:
  ///   - k: changes from which on a draw is not kept; no more are listed.
  ///   - folder: where a map is written that is too large for memory.
  static func compare(
    _ data: Microdata, with history: ResultHistory, k: Int, folder: String? = nil
  ) throws(ResultError) -> (changes: Changes?, maps: [String: StoredUnits]) {
    // History knows no other names.
    let data = data.lasting
    let dataset = data.shape.dataset
    var maps = history.unitMaps
    guard let drawn = history.drawn[dataset] else {
      maps[dataset] = try UnitMap.encode(data, folder: folder)
      return (nil, maps)
    }
    guard let stored = history.unitMaps[dataset] else {
      throw ResultError(
        .environment,
        Wording(
          "the history says what was drawn of \(dataset), and has lost where its units were: changes cannot be counted",
          "历史记录中有 \(dataset) 的抽取，却没有其单位所在：无法统计变化"),
        hint: Wording(
          "restore .doorsill/inside/history from a backup", "请从备份恢复 .doorsill/inside/history"))
    }
    // Of a measure or a dimension that is no longer declared the last map that has it is kept, until it is declared again.
    func returned(_ isDeclared: Bool, _ name: String) -> StoredUnits? {
      let key = lastMap(of: name, dataset)
      if isDeclared { return maps.removeValue(forKey: key) }
      maps[key] = maps[key] ?? stored
      return nil
    }
    var measures: [String: StoredUnits] = [:]
    for measure in drawn.measures {
      measures[measure] = returned(data.measures.contains { $0.name == measure }, measure)
    }
    for measure in data.measures where drawn.measures.contains(measure.name) {
      let held = try UnitMap.measures(measures[measure.name] ?? stored, of: dataset)
      guard let old = held.first(where: { $0.shape.name == measure.name }), old.shape.scale != measure.scale
      else { continue }
      throw otherDigits(measure, old.shape.scale, dataset)
    }
    var tables: [[String]: StoredUnits] = [:]
    for table in drawn.cells.keys {
      let isDeclared = table.allSatisfy { data.shape.dimension($0) != nil }
      tables[table] = returned(isDeclared, table.joined(separator: "\n") + "\n")
    }
    var tracked = try Tracked.all(drawn, shape: data.shape, measures: data.measures, k: k)
    try note(data, since: stored, in: &tracked) { table, measure in
      tables[table] == nil && measure.map { measures[$0] == nil } ?? true
    }
    for (measure, held) in measures {
      try note(data, since: held, in: &tracked) { tables[$0] == nil && $1 == measure }
    }
    for (table, held) in tables { try note(data, since: held, in: &tracked) { other, _ in other == table } }
    var changed = drawn
    for grid in tracked { changed.cells[grid.key] = grid.finished() }
    // Last, since it may take the place of the file that was read.
    maps[dataset] = try UnitMap.encode(data, folder: folder)
    return (Changes(changed), maps)
  }

  /// Sums of the same values in other units of their last digit are other numbers, with noise of their own.
  private static func otherDigits(_ measure: MeasureShape, _ scale: Int, _ dataset: String) -> ResultError {
    ResultError(
      .declaration,
      Wording(
        "measure \(measure.name) of \(dataset) is out with scale \(scale), and has \(measure.scale) now: every sum would be drawn a second time, and two draws can be averaged",
        "\(dataset) 的度量 \(measure.name) 已按 scale \(scale) 发布，现为 \(measure.scale)：每个合计会再抽取一次，两次抽取可以取平均"),
      hint: Wording(
        "keep scale: \(scale); values are rounded to it, and sums to fewer digits anyway",
        "请保留 scale: \(scale)；数值按此取整，合计本来就取更少的位数"))
  }

  /// Where the map is kept that has a measure or a table's dimensions, one of which is no longer declared: a name of a file.
  private static func lastMap(of name: String, _ dataset: String) -> String {
    "\(dataset)@\(Hex.encode(Array(Digest.sha256(Array(name.utf8)).prefix(8))))"
  }

  private static func note(
    _ data: Microdata, since stored: StoredUnits, in tracked: inout [Tracked],
    of isWanted: (_ table: [String], _ measure: String?) -> Bool
  ) throws(ResultError) {
    for index in tracked.indices { tracked[index].look(at: isWanted) }
    var reader = try UnitMap.Reader(stored, like: data)
    try data.forEachPart { (now, through) throws(ResultError) in
      let before = try reader.units(through: through)
      for pair in changedUnits(before, now) {
        for index in tracked.indices { try tracked[index].note(pair, before, now) }
      }
    }
  }

  /// A unit whose rows differ between two versions; an empty range is a unit that is not there.
  struct Pair {
    let key: UInt64
    let before: Range<Int>
    let now: Range<Int>
  }

  private static func changedUnits(_ before: Microdata, _ now: Microdata) -> [Pair] {
    var changed: [Pair] = []
    var old = 0, new = 0
    while old < before.unitCount || new < now.unitCount {
      let oldKey = old < before.unitCount ? before.keys[Int(before.starts[old])] : .max
      let newKey = new < now.unitCount ? now.keys[Int(now.starts[new])] : .max
      let takesOld = old < before.unitCount && (new == now.unitCount || oldKey <= newKey)
      let takesNew = new < now.unitCount && (old == before.unitCount || newKey <= oldKey)
      let was = takesOld ? Int(before.starts[old])..<Int(before.starts[old + 1]) : 0..<0
      let isNow = takesNew ? Int(now.starts[new])..<Int(now.starts[new + 1]) : 0..<0
      if !(takesOld && takesNew && same(was, before, isNow, now)) {
        changed.append(Pair(key: takesOld ? oldKey : newKey, before: was, now: isNow))
      }
      if takesOld { old += 1 }
      if takesNew { new += 1 }
    }
    return changed
  }

  private static func same(_ a: Range<Int>, _ old: Microdata, _ b: Range<Int>, _ new: Microdata) -> Bool {
    guard a.count == b.count else { return false }
    for (was, now) in zip(a, b) {
      for column in old.codes.indices where old.codes[column][was] != new.codes[column][now] { return false }
      for column in old.values.indices where old.values[column][was] != new.values[column][now] {
        return false
      }
    }
    return true
  }
}

/// The drawn cells over one set of dimensions, and who changed in them.
private struct Tracked {
  let key: [String]
  private let finder: CellFinder
  private var cells: DrawnCells
  /// For each quantity what a unit adds to it, whether that is looked at, and the units that changed now; of each place at
  /// most k.
  private let kinds: [Contribution?]
  private var isLookedAt: [Bool]
  private var now: [ChangeLog]
  private let k: Int

  /// Drawn cells whose dimensions are still declared, in today's codes.
  static func all(
    _ drawn: ResultHistory.Drawn, shape: Shape, measures: [MeasureShape], k: Int
  ) throws(ResultError) -> [Tracked] {
    var all: [Tracked] = []
    for (key, cells) in drawn.cells.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let places = key.compactMap { shape.dimension($0) }
      guard places.count == key.count else { continue }
      let grid = try disclosing { () throws(DisclosureError) in try Grid(DimensionSet(places), of: shape) }
      guard let aligned = cells.aligned(to: grid, of: shape) else { continue }
      all.append(
        Tracked(
          key: key, finder: CellFinder(grid, of: shape), cells: aligned,
          kinds: aligned.quantities.map { Contribution($0.name, measures) },
          now: aligned.quantities.map { _ in ChangeLog() }, k: k))
    }
    return all
  }

  private init(
    key: [String], finder: CellFinder, cells: DrawnCells, kinds: [Contribution?], now: [ChangeLog], k: Int
  ) {
    self.key = key
    self.finder = finder
    self.cells = cells
    self.kinds = kinds
    isLookedAt = kinds.map { _ in true }
    self.now = now
    self.k = k
  }

  /// The measure of a quantity; nil for the count of all units.
  private static func measure(of quantity: String) -> String? {
    quantity.lastIndex(of: ".").map { String(quantity[..<$0]) }
  }

  /// Looks at some quantities only.
  mutating func look(at isWanted: (_ table: [String], _ measure: String?) -> Bool) {
    isLookedAt = cells.quantities.map { isWanted(key, Tracked.measure(of: $0.name)) }
  }

  /// Notes a unit in every drawn cell it touches or touched.
  mutating func note(_ pair: CarryOver.Pair, _ before: Microdata, _ now: Microdata) throws(ResultError) {
    let old = groups(pair.before, before), new = groups(pair.now, now)
    var left = 0, right = 0
    while left < old.groups.count || right < new.groups.count {
      let was = left < old.groups.count ? old.groups[left].cell : .max
      let isNow = right < new.groups.count ? new.groups[right].cell : .max
      let cell = min(was, isNow)
      let place = cells.place(of: cell, in: finder.grid)
      for (index, kind) in kinds.enumerated() {
        guard isLookedAt[index], let kind, cells.quantities[index].drawn.contains(place) else { continue }
        note(
          pair.key, old: was == cell ? try kind.digest(old, left, before) : 0,
          new: isNow == cell ? try kind.digest(new, right, now) : 0, quantity: index, place: place)
      }
      if was == cell { left += 1 }
      if isNow == cell { right += 1 }
    }
  }

  private func groups(_ rows: Range<Int>, _ data: Microdata) -> UnitGroups {
    var groups = UnitGroups()
    var cells: [Int] = []
    for row in rows {
      finder.cells(of: row, data.codes, into: &cells)
      for cell in cells { groups.pairs.append((cell, row)) }
    }
    groups.group()
    return groups
  }

  /// Records a unit's change against what it contributed when the value was drawn; a change that is undone counts
  /// no longer.
  private mutating func note(_ unit: UInt64, old: UInt64, new: UInt64, quantity: Int, place: Int) {
    if let contribution = cells.quantities[quantity].changed.contribution(of: unit, at: place) {
      if contribution == new { cells.remove(unit, from: quantity, at: place) }
    } else if old != new, now[quantity].count(at: place, limit: k) < k {
      now[quantity].append(ResultHistory.Changed(unit: unit, contribution: old), at: place)
    }
  }

  /// The draws with all their changes.
  consuming func finished() -> DrawnCells {
    for (index, log) in now.enumerated() {
      for place in log.places {
        for change in log.units(at: place) { cells.append(change, to: index, at: place) }
      }
    }
    return cells
  }
}

/// What a unit adds to a quantity of a cell, as a digest; 0 is nothing.
private enum Contribution {
  case unit
  case valued(Int)
  case value(Int)
  case band(Int, Int)

  /// - Parameter name: the quantity's name in the history.
  init?(_ name: String, _ measures: [MeasureShape]) {
    if name == "n" {
      self = .unit
      return
    }
    for (index, measure) in measures.enumerated() where name.hasPrefix(measure.name + ".") {
      switch name.dropFirst(measure.name.count + 1) {
      case "n": self = .valued(index)
      case "sum", "above", "squares": self = .value(index)
      case let rest where rest.hasPrefix("band"):
        guard let band = Int(rest.dropFirst(4)), band >= 1 else { continue }
        self = .band(index, band - 1)
      default: continue
      }
      return
    }
    return nil
  }

  func digest(_ groups: UnitGroups, _ group: Int, _ data: Microdata) throws(ResultError) -> UInt64 {
    switch self {
    case .unit: return 1
    case .valued(let measure):
      return try groups.value(of: group, measure: measure, in: data) == Microdata.missing ? 0 : 1
    case .value(let measure):
      let value = try groups.value(of: group, measure: measure, in: data)
      // Odd, so never 0; one-to-one for values below 2⁶².
      return value == Microdata.missing ? 0 : UInt64(bitPattern: value) << 1 | 1
    case .band(let measure, let band):
      let value = try groups.value(of: group, measure: measure, in: data)
      return value != Microdata.missing && data.measures[measure].band(of: value) == band ? 1 : 0
    }
  }
}
