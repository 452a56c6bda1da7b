import Bytes
import Disclosure

/// Attack S8: the coin is a measure of 0 and 1 that is summed.
extension Canaries {
  /// S8 on a target that sums a measure of 0 and 1; nil where it sums none.
  package init?(sums target: Target, versions: Int = 1) {
    let data = target.data
    guard data.unitCount == data.rowCount,
      let measure = target.measures.first(where: {
        data.measures[$0].isIndicator && data.measures[$0].complete
      })
    else { return nil }
    let used = Set(target.tables.joined()).filter { data.shape.isIdentifying($0) }
    self.init(secret: nil, measure: measure, unique: used.sorted(), versions: versions)
  }

  /// The same coins, summed as well, and the target that sums them: each of its tables with the response that holds the
  /// coin and without it.
  package func summed(_ target: Target) -> (canaries: Canaries, target: Target)? {
    guard let secret, target.data.unitCount == target.data.rowCount else { return nil }
    let data = target.data.indicating(secret, code: sides.yes)
    var canaries = self
    canaries.measure = data.measures.count - 1
    var tables: [[Int]] = []
    for table in target.tables {
      let without = table.filter { $0 != secret }
      for table in [without, table] where !tables.contains(table) { tables.append(table) }
    }
    return (
      canaries,
      Target(
        data, tables: tables, measures: [data.measures.count - 1], profile: target.profile, keys: target.keys)
    )
  }

  /// What the attack is called.
  package var attack: String { measure == nil ? "B5b" : "S8" }

  /// The same of sums: each tells how many of a population have the secret, as the count of those who answer so would. The
  /// two are one number, of one label, where both are out.
  func collect(
    _ published: Published, _ data: Microdata, _ last: Published, sumsOf measure: Int,
    into equations: inout LinearAttack
  ) throws(ResultError) {
    let step = data.measures[measure].step
    for (set, all) in published.sums.sorted(by: { $0.key.bits < $1.key.bits }) {
      guard all.indices.contains(measure), secret.map({ !set.contains($0) }) ?? true else { continue }
      let sums = all[measure]
      let old = last.sums[set].flatMap { $0.indices.contains(measure) ? $0[measure] : nil }
      let finer = secret.map { DimensionSet(bits: set.bits | 1 << UInt64($0)) } ?? set
      let (grid, wide) = try disclosing { () throws(DisclosureError) in
        (try Grid(set, of: data.shape), try Grid(finer, of: data.shape))
      }
      let finder = CellFinder(grid, of: data.shape)
      var members: [Int: [Int32]] = [:]
      var cells: [Int] = []
      for unit in 0..<data.unitCount {
        let row = Int(data.starts[unit])
        finder.cells(of: row, data.codes, into: &cells)
        for cell in cells where cell < sums.count && sums[cell] != nil && old?[cell] != sums[cell] {
          members[cell, default: []].append(equations.place(of: data.keys[row]))
        }
      }
      for (cell, units) in members.sorted(by: { $0.key < $1.key }) {
        guard let sum = sums[cell] else { continue }
        let count = Int(clamping: sum / step)
        let place = zip(wide.dimensions, wide.strides).reduce(0) { place, axis in
          let own = grid.dimensions.firstIndex(of: axis.0).map { grid.codes(at: cell)[$0] } ?? sides.yes
          return place + Int(own) * axis.1
        }
        if secret != nil, published.counts[finer]?[place] == count { continue }
        equations.add(units, [(Double(count), "\(finer.bits)/\(place)")])
      }
    }
  }
}

extension Microdata {
  /// The same with other values of one measure.
  func revalued(_ measure: Int, _ column: [Int64]) -> Microdata {
    var values = values
    values[measure] = column
    return Microdata(
      shape: shape, measures: measures, perUnit: perUnit, keys: keys, codes: codes, values: values)
  }

  /// The same with one more measure, which is 1 in rows of a code and 0 in others.
  func indicating(_ dimension: Int, code: Int32) -> Microdata {
    let measure = MeasureShape(
      name: "@indicator", title: "indicator", unit: nil, scale: 0, step: 1, lower: 0, upper: 1,
      complete: true,
      boundsUnit: true,
      statistics: [.sum], bands: [])
    return Microdata(
      shape: shape, measures: measures + [measure], perUnit: perUnit + [.last], keys: keys, codes: codes,
      values: values + [codes[dimension].map { $0 == code ? 1 : 0 }])
  }
}
