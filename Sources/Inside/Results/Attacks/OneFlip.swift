import Disclosure
import Policies

/// One person of each population flips or does not.
struct OneFlip {
  private let versions: TwoVersions?
  private let set: DimensionSet
  /// For each population the cell, how many are expected to leave it whatever the one does, and whether that one did.
  private let cases: [(cell: Int, leaving: Double, flips: Bool)]

  init(_ copy: Target, _ system: AttackedSystem, unknown: Int, seed: UInt64) throws(ResultError) {
    var generator = AttackGenerator(seed)
    let data = copy.data
    let shape = data.shape
    let responding = copy.sets.filter { shape.identifying($0) != $0 }
    // The table whose cells are most, as long as they hold people.
    set =
      (responding.isEmpty ? copy.sets : responding).filter { set in
        let cells = set.places.reduce(1) { $0 * shape.dimensions[$1].codes.count }
        return cells * 2 * copy.profile.k <= data.unitCount
      }.max { left, right in
        let sizes = [left, right].map { $0.places.reduce(1) { $0 * shape.dimensions[$1].codes.count } }
        return sizes[0] < sizes[1]
      } ?? copy.sets.first ?? DimensionSet([])
    let response = set.places.first { !shape.isIdentifying($0) }
    let grid = try disclosing { [set] () throws(DisclosureError) in try Grid(set, of: shape) }
    let finder = CellFinder(grid, of: shape)
    // Units by the cell of one of their rows.
    var units: [Int: [Int]] = [:]
    var own: [Int] = []
    for unit in 0..<data.unitCount {
      let row = Int.random(in: Int(data.starts[unit])..<Int(data.starts[unit + 1]), using: &generator)
      finder.cells(of: row, data.codes, into: &own)
      if let cell = own.first { units[cell, default: []].append(unit) }
    }
    var column = response.map { data.codes[$0] } ?? []
    var later = column
    var newKeys: [UInt64] = [], newRows: [Int] = [], newCodes: [Int32] = [], laterCodes: [Int32] = []
    var gone: Set<UInt64> = []
    var cases: [(cell: Int, leaving: Double, flips: Bool)] = []
    var populations: Set<Int> = []
    let planted = copy.profile.k + 2
    for (cell, members) in units.sorted(by: { $0.key < $1.key }).shuffled(using: &generator)
    where members.count >= copy.profile.k {
      let stride = try response.map { dimension throws(ResultError) in
        try disclosing { () throws(DisclosureError) in try grid.stride(of: dimension) }
      }
      let code = stride.flatMap { stride in response.map { cell / stride % shape.dimensions[$0].codes.count }
      }
      // One cell of each population.
      guard populations.insert(cell - (code ?? 0) * (stride ?? 0)).inserted else { continue }
      let other = response.flatMap { dimension in
        shape.leaves[dimension].indices.first { $0 != code && shape.leaves[dimension][$0] }
      }
      let chosen = members.shuffled(using: &generator)
      let flips = Bool.random(using: &generator)
      for (place, unit) in chosen.prefix(1 + unknown).enumerated() {
        guard place == 0 ? flips : Bool.random(using: &generator) else { continue }
        if let other {
          // In other cells all stays as it is: there others are asked about.
          for row in Int(data.starts[unit])..<Int(data.starts[unit + 1]) {
            finder.cells(of: row, data.codes, into: &own)
            if own.first == cell { later[row] = Int32(other) }
          }
        } else {
          gone.insert(data.keys[Int(data.starts[unit])])
        }
      }
      let rows = Int(data.starts[chosen[0]])..<Int(data.starts[chosen[0] + 1])
      let model =
        rows.first { row in
          finder.cells(of: row, data.codes, into: &own)
          return own.first == cell
        } ?? rows.lowerBound
      for _ in 0..<planted {
        let key = generator.next()
        newKeys.append(key)
        newRows.append(model)
        if let other, let code {
          newCodes.append(Int32(code))
          laterCodes.append(Int32(other))
        } else {
          gone.insert(key)
        }
      }
      cases.append((cell, Double(planted) + Double(min(unknown, members.count - 1)) / 2, flips))
    }
    self.cases = cases
    guard !cases.isEmpty else {
      versions = nil
      return
    }
    column += newCodes
    later += laterCodes
    func rows(_ codes: [Int32]) -> Microdata {
      Microdata(
        shape: shape, measures: data.measures, perUnit: data.perUnit, keys: data.keys + newKeys,
        codes: data.codes.enumerated().map { place, old in
          place == response ? codes : old + newRows.map { old[$0] }
        }, values: data.values.map { old in old + newRows.map { old[$0] } })
    }
    let target = Target(
      rows(column), tables: copy.tables, measures: [], profile: copy.profile,
      keys: system.drawsByKeys ? copy.redrawn(seed).keys : copy.keys)
    versions = try TwoVersions(target, rows(later).without(gone), system)
  }

  /// Whether each was guessed rightly, from one cell of the person's.
  func guesses() throws(ResultError) -> [Bool] {
    guard let versions, let before = versions.before.counts[set], let after = versions.after.counts[set]
    else {
      return []
    }
    return cases.compactMap { own in
      guard let was = before[own.cell], let now = after[own.cell] else { return nil }
      return (Double(now - was) + own.leaving <= -0.5) == own.flips
    }
  }
}

extension Microdata {
  /// Without some units.
  func without(_ units: Set<UInt64>) -> Microdata {
    units.isEmpty ? self : picking((0..<rowCount).filter { !units.contains(keys[$0]) })
  }
}
