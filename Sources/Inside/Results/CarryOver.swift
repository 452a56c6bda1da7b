import Disclosure

/// Finds for every cell that was drawn before which units changed since: joined, left, or with another value
/// (DISCLOSURE a.2). A cell with fewer than k of them keeps its value.
enum CarryOver {
  /// The changes since earlier draws, nil where there is nothing to compare with, and the map for the next version.
  static func compare(
    _ data: Microdata, with history: ResultHistory
  ) throws(ResultError) -> (changes: Changes?, map: [UInt8]) {
    let map = UnitMap.encode(data)
    let dataset = data.shape.dataset
    guard let stored = history.unitMaps[dataset], let drawn = history.drawn[dataset] else {
      return (nil, map)
    }
    guard let before = UnitMap.decode(stored, shape: data.shape, like: data) else {
      throw ResultError(
        .environment, "the unit map of \(dataset) in the history cannot be read",
        hint: "restore .doorsill/inside/history from the backup; without it cells would be drawn anew")
    }
    var changes = Changes()
    for (label, draws) in drawn.cells {
      for (quantity, draw) in draws where !draw.changed.isEmpty {
        changes.units[label, default: [:]][quantity] = draw.changed
      }
    }
    let grids = try labels(drawn, shape: data.shape)
    for pair in changedUnits(before, data) {
      for (finder, labels) in grids {
        let old = try contributions(pair.before, before, finder),
          new = try contributions(pair.now, data, finder)
        for cell in Set(old.keys).union(new.keys) {
          guard let label = labels[cell], let draws = drawn.cells[label] else { continue }
          for quantity in draws.keys {
            note(
              pair.key, old: old[cell]?[quantity] ?? 0, new: new[cell]?[quantity] ?? 0,
              in: &changes.units[label, default: [:]][quantity, default: []])
          }
        }
      }
    }
    return (changes, map)
  }

  /// Records a unit's change against what it contributed when the value was drawn; a change that is undone counts
  /// no longer.
  private static func note(
    _ unit: UInt64, old: UInt64, new: UInt64, in changed: inout [ResultHistory.Changed]
  ) {
    if let place = changed.firstIndex(where: { $0.unit == unit }) {
      if changed[place].contribution == new { changed.remove(at: place) }
    } else if old != new {
      changed.append(ResultHistory.Changed(unit: unit, contribution: old))
    }
  }

  /// Units whose rows differ between two versions; an empty range is a unit that is not there.
  private static func changedUnits(
    _ before: Microdata, _ now: Microdata
  ) -> [(key: UInt64, before: Range<Int>, now: Range<Int>)] {
    var changed: [(key: UInt64, before: Range<Int>, now: Range<Int>)] = []
    var old = 0, new = 0
    while old < before.unitCount || new < now.unitCount {
      let oldKey = old < before.unitCount ? before.keys[Int(before.starts[old])] : .max
      let newKey = new < now.unitCount ? now.keys[Int(now.starts[new])] : .max
      let takesOld = old < before.unitCount && (new == now.unitCount || oldKey <= newKey)
      let takesNew = new < now.unitCount && (old == before.unitCount || newKey <= oldKey)
      let was = takesOld ? Int(before.starts[old])..<Int(before.starts[old + 1]) : 0..<0
      let isNow = takesNew ? Int(now.starts[new])..<Int(now.starts[new + 1]) : 0..<0
      if !(takesOld && takesNew && same(was, before, isNow, now)) {
        changed.append((takesOld ? oldKey : newKey, was, isNow))
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

  /// For each cell of a grid and each quantity a digest of what one unit contributes; 0 is nothing.
  private static func contributions(
    _ rows: Range<Int>, _ data: Microdata, _ finder: CellFinder
  ) throws(ResultError) -> [Int: [String: UInt64]] {
    var groups = UnitGroups()
    var cells: [Int] = []
    for row in rows {
      finder.cells(of: row, data.codes, into: &cells)
      for cell in cells { groups.pairs.append((cell, row)) }
    }
    groups.group()
    var found: [Int: [String: UInt64]] = [:]
    for (place, group) in groups.groups.enumerated() {
      var quantities: [String: UInt64] = ["n": 1]
      for (index, measure) in data.measures.enumerated() {
        let value = try groups.value(of: place, measure: index, in: data)
        guard value != Microdata.missing else { continue }
        quantities[measure.name + ".n"] = 1
        // Odd, so never 0; one-to-one for values below 2⁶².
        quantities[measure.name + ".sum"] = UInt64(bitPattern: value) << 1 | 1
      }
      found[group.cell] = quantities
    }
    return found
  }

  /// Drawn labels by grid and cell, as far as their dimensions and codes are still declared.
  private static func labels(
    _ drawn: ResultHistory.Drawn, shape: Shape
  ) throws(ResultError) -> [(CellFinder, [Int: String])] {
    var sets: [DimensionSet: (CellFinder, [Int: String])] = [:]
    var places: [[String: Int]] = []
    for dimension in shape.dimensions {
      var codes: [String: Int] = [:]
      for (place, code) in dimension.codes.enumerated() { codes[code.code] = place }
      places.append(codes)
    }
    next: for label in drawn.cells.keys.sorted() {
      var conditions: [(dimension: Int, code: Int)] = []
      for pair in CellLabels.pairs(label) {
        guard let dimension = shape.dimension(pair.dimension), let code = places[dimension][pair.code] else {
          continue next
        }
        conditions.append((dimension, code))
      }
      let set = DimensionSet(conditions.map(\.dimension))
      if sets[set] == nil {
        let grid = try disclosing { () throws(DisclosureError) in try Grid(set, of: shape) }
        sets[set] = (CellFinder(grid, of: shape), [:])
      }
      guard let grid = sets[set]?.0.grid else { continue }
      var cell = 0
      for (place, dimension) in grid.dimensions.enumerated() {
        cell += (conditions.first { $0.dimension == dimension }?.code ?? 0) * grid.strides[place]
      }
      sets[set]?.1[cell] = label
    }
    return sets.sorted { $0.key.bits < $1.key.bits }.map(\.value)
  }
}
