import Disclosure

/// Units whose rows lie in several base cells, a chunk of them.
struct ScatteredUnits: Sendable {
  /// Their rows, unit by unit.
  private(set) var rows: [Int32] = []
  /// Where in `rows` each unit begins, and the number of rows at the end.
  private(set) var starts: [Int32] = [0]

  /// Takes units until there are `limit` rows, at least one.
  init(_ units: [Int32], from next: inout Int, rows limit: Int, of data: Microdata) {
    while next < units.count, rows.count < limit {
      let unit = Int(units[next])
      for row in data.starts[unit]..<data.starts[unit + 1] { rows.append(row) }
      starts.append(Int32(rows.count))
      next += 1
    }
  }
}

/// The rows of a chunk's units gathered by the cell they lie in, on one level of a grid.
struct GroupedUnits {
  /// For each row of the chunk its cell; -1 where it lies in none.
  var cells: [Int32] = []
  /// For each row the first row of its unit in the same cell; -1 where it lies in none.
  var first: [Int32] = []
  /// For each such first row how many there are.
  var counts: [Int32] = []
  /// For each measure of the builder and each such first row the unit's one value, or `Microdata.missing`.
  var values: [[Int64]] = []
}

extension CuboidBuilder {
  /// Gathers the rows of each unit by cell and makes one value of them.
  func group(_ chunk: ScatteredUnits, of data: Microdata) {
    overflow = nil
    if grouped.isEmpty { grouped = finder.levels.map { _ in GroupedUnits() } }
    let count = chunk.rows.count
    for (index, level) in finder.levels.enumerated() {
      var cells = [Int32](repeating: 0, count: count)
      for (dimension, parts) in zip(grid.dimensions, level.parts) {
        data.codes[dimension].withUnsafeBufferPointer { codes in
          parts.withUnsafeBufferPointer { parts in
            for (place, row) in chunk.rows.enumerated() {
              let part = parts[Int(codes[Int(row)]) + 1]
              cells[place] = part < 0 || cells[place] < 0 ? -1 : cells[place] &+ part
            }
          }
        }
      }
      let (first, counts) = CuboidBuilder.firsts(cells, chunk)
      grouped[index].values = measures.map { measure in
        values(measure, chunk, first, of: data)
      }
      grouped[index].cells = cells
      grouped[index].first = first
      grouped[index].counts = counts
    }
  }

  private static func firsts(_ cells: [Int32], _ chunk: ScatteredUnits) -> (first: [Int32], counts: [Int32]) {
    var first = [Int32](repeating: -1, count: cells.count)
    var counts = [Int32](repeating: 0, count: cells.count)
    var seen: [Int32] = []
    for unit in 0..<chunk.starts.count - 1 {
      let rows = Int(chunk.starts[unit])..<Int(chunk.starts[unit + 1])
      if rows.count > 64 {
        var places: [Int32: Int32] = [:]
        for row in rows where cells[row] >= 0 {
          let place = places[cells[row]] ?? Int32(row)
          places[cells[row]] = place
          first[row] = place
          counts[Int(place)] += 1
        }
        continue
      }
      seen.removeAll(keepingCapacity: true)
      next: for row in rows where cells[row] >= 0 {
        for place in seen where cells[Int(place)] == cells[row] {
          first[row] = place
          counts[Int(place)] += 1
          continue next
        }
        seen.append(Int32(row))
        first[row] = Int32(row)
        counts[row] = 1
      }
    }
    return (first, counts)
  }

  private func values(
    _ measure: Int, _ chunk: ScatteredUnits, _ first: [Int32], of data: Microdata
  ) -> [Int64] {
    var made = [OneValue](repeating: OneValue(), count: first.count)
    let perUnit = data.perUnit[measure]
    data.values[measure].withUnsafeBufferPointer { values in
      for place in first.indices where first[place] >= 0 {
        made[Int(first[place])].take(values[Int(chunk.rows[place])])
      }
    }
    var values = [Int64](repeating: Microdata.missing, count: first.count)
    for place in first.indices where first[place] == Int32(place) {
      if let value = made[place].value(perUnit) { values[place] = value } else { overflow = measure }
    }
    return values
  }

  /// Adds the units of a chunk that every builder has grouped: to the cells they touch, and to those that have no row
  /// elsewhere in a generalisation.
  func add(
    _ chunk: ScatteredUnits, of data: Microdata, _ factors: [ProminentFactors],
    beside builders: [CuboidBuilder]
  ) {
    let bases = measures.map { data.measures[$0].base }
    for level in grouped.indices {
      let groups = grouped[level]
      for unit in 0..<chunk.starts.count - 1 {
        let rows = Int(chunk.starts[unit])..<Int(chunk.starts[unit + 1])
        let key = data.keys[Int(chunk.rows[rows.lowerBound])]
        for row in rows where groups.first[row] == Int32(row) {
          let cell = Int(groups.cells[row])
          cuboid.units[cell] &+= 1
          cuboid.keys[cell] &+= key
          for (position, measure) in measures.enumerated() {
            let value = groups.values[position][row]
            guard value != Microdata.missing else { continue }
            cuboid.totals[measure][cell].add(
              value - bases[position], key: key, factor: factors[measure].factor(of: key))
            if let band = edges[measure].lastIndex(where: { $0 <= value }) {
              cuboid.bands[measure][cell * edges[measure].count + band].add(units: 1, key: key)
            }
          }
        }
      }
      if lattice != nil { addOnlyHere(groups, targets[level], beside: builders) }
    }
  }

  private func addOnlyHere(
    _ groups: GroupedUnits, _ targets: [(builder: Int, level: Int)?], beside builders: [CuboidBuilder]
  ) {
    let ways = targets.count
    if cuboid.onlyHere.isEmpty {
      cuboid.onlyHere = [Int32](repeating: 0, count: grid.count * ways)
    }
    for (way, target) in targets.enumerated() {
      guard let target else { continue }
      let whole = builders[target.builder].grouped[target.level]
      cuboid.onlyHere.withUnsafeMutableBufferPointer { onlyHere in
        for row in groups.first.indices where groups.first[row] == Int32(row) {
          let all = whole.first[row]
          if all >= 0, whole.counts[Int(all)] == groups.counts[row] {
            onlyHere[Int(groups.cells[row]) * ways + way] &+= 1
          }
        }
      }
    }
  }
}
