import Policies

/// What may be shown of one table before the budget is asked.
struct DraftTable {
  /// Places of its dimensions, in declared order.
  let dimensions: [Int]
  let set: DimensionSet
  /// In the order they will be listed.
  var cells: [DraftCell]
  var withheld: [CompilerReport.Reason: Int] = [:]
  /// Noise of sums in percent of the sum.
  var sumErrors: [Double] = []
  var carried = 0
}

/// One cell of a draft.
struct DraftCell {
  /// One code for each of the table's dimensions, in declared order.
  let codes: [Int32]
  /// Its place in the grid of the table's identifying dimensions.
  let population: Int
  let label: CellLabel
  var count: Int128?
  /// For each measure of the request.
  var measures: [DraftMeasure]

  /// Names of the quantities that would be out if the cell were written (means cost nothing).
  func quantities(_ names: [MeasureShape]) -> [String] {
    var out: [String] = []
    if count != nil { out.append("n") }
    for (measure, name) in zip(measures, names) {
      if measure.valued != nil { out.append(name.name + ".n") }
      if measure.sum != nil { out.append(name.name + ".sum") }
      if measure.squares != nil { out.append(name.name + ".squares") }
      for (band, count) in measure.bands.enumerated() where count != nil {
        out.append("\(name.name).band\(band + 1)")
      }
    }
    return out
  }
}

/// The perturbed quantities of one measure in one cell.
struct DraftMeasure {
  /// n̂ of units with a value; nil where it is withheld or where every unit has one by declaration.
  var valued: Int128?
  /// X̂.
  var sum: Int128?
  /// Q̂, the perturbed Σx².
  var squares: Int128?
  /// n̂ of each declared band; empty where there are none.
  var bands: [Int128?] = []
}

extension Sealer {
  /// Guard, threshold, noise, dominance and carry-over of one table.
  func draft(
    _ table: [Int], in cube: TrueCube, verdicts: [DifferencingGuard.Verdict], draws: inout DrawBook
  ) throws(DisclosureError) -> DraftTable {
    let set = DimensionSet(table)
    var draft = DraftTable(dimensions: table, set: set, cells: [])
    let populationSet = shape.identifying(set)
    guard let cuboid = cube.cuboids[set], let populations = cube.cuboids[populationSet] else { return draft }
    var sumsDiffer: [[Bool]] = []
    for measure in request.measures {
      sumsDiffer.append(try differencing.sumsDiffer(set, measure: measure, in: cube))
    }
    let order = ListedGrid(table, grid: cuboid.grid, of: shape)
    draft.cells.reserveCapacity(order.count)
    for listed in 0..<order.count {
      let codes = order.codes(listed)
      let cell = order.cell(codes)
      let population = order.population(codes, in: populations.grid)
      let label = CellLabel(
        dataset: shape.dataset,
        pairs: zip(table, codes).map { dimension, code in
          (shape.dimensions[dimension].name, shape.dimensions[dimension].codes[Int(code)].code)
        })
      draft.cells.append(
        judge(
          cell, codes: codes, population: population, label: label, verdict: verdicts[population], in: cuboid,
          sumsDiffer: sumsDiffer.map { $0[cell] }, draft: &draft, draws: &draws))
    }
    return draft
  }

  /// One cell through threshold, noise and dominance. What an earlier version drew stays where fewer than k units
  /// changed since.
  private func judge(
    _ cell: Int, codes: [Int32], population: Int, label: CellLabel, verdict: DifferencingGuard.Verdict,
    in cuboid: TrueCuboid, sumsDiffer: [Bool], draft: inout DraftTable, draws: inout DrawBook
  ) -> DraftCell {
    let k = request.profile.k
    var reason: CompilerReport.Reason?
    let units = Int(cuboid.units[cell])
    // Of a cell that was always empty there is nothing to draw, and nothing to remember.
    if units == 0, !draws.holds(label) {
      draft.withheld[.empty, default: 0] += 1
      let nothing = request.measures.map { _ in DraftMeasure() }
      return DraftCell(codes: codes, population: population, label: label, count: nil, measures: nothing)
    }
    let count = draws.value(label, "n", k: k, kept: &draft.carried) {
      switch verdict {
      case .empty: reason = .empty
      case .small: reason = .small
      case .differs: reason = .differencing
      case .passes:
        guard let shown = noise.shownCount(units, key: cuboid.keys[cell], label: label) else {
          reason = units == 0 ? .empty : .threshold
          return nil
        }
        return Int128(shown)
      }
      return nil
    }
    if let reason { draft.withheld[reason, default: 0] += 1 }
    var drafted = DraftCell(codes: codes, population: population, label: label, count: count, measures: [])
    for (place, index) in request.measures.enumerated() {
      let measure = measures[index]
      let totals = cuboid.totals[index][cell]
      var made = DraftMeasure()
      if !measure.complete {
        made.valued = draws.value(label, measure.name + ".n", k: k, kept: &draft.carried) {
          guard count != nil else { return nil }
          return noise.shownCount(totals.units, key: totals.key, of: .valued(measure.name), label: label)
            .map { Int128($0) }
        }
      }
      let enough = count != nil && (measure.complete || made.valued != nil)
      made.sum = draws.value(label, measure.name + ".sum", k: k, kept: &draft.carried) {
        guard enough else { return nil }
        guard !Dominance(totals).fails(request.profile) else {
          draft.withheld[.dominance, default: 0] += 1
          return nil
        }
        guard !sumsDiffer[place] else {
          draft.withheld[.sumDifferencing, default: 0] += 1
          return nil
        }
        let sum = noise.sum(totals, of: measure, label: label)
        if totals.sum != 0 {
          let share = request.profile.topNoise
          let deviation =
            1.414_213_562 * Double(totals.first) * Double(share.numerator) / Double(share.denominator)
          draft.sumErrors.append(100 * deviation / abs(Double(totals.sum)))
        }
        return sum
      }
      if !enough { made.sum = nil }
      if measure.statistics.contains(.variance) {
        made.squares = draws.value(label, measure.name + ".squares", k: k, kept: &draft.carried) {
          squares(totals, of: measure, count: made.valued ?? count, sum: made.sum, label: label)
        }
        if made.sum == nil { made.squares = nil }
      }
      let bands = measure.percentiles.isEmpty || cuboid.bands[index].isEmpty ? 0 : measure.bands.count
      for band in 0..<bands {
        let inside = cuboid.bands[index][cell * bands + band]
        let shown = draws.value(label, "\(measure.name).band\(band + 1)", k: k, kept: &draft.carried) {
          guard enough else { return nil }
          return noise.shownCount(
            Int(inside.units), key: inside.key, of: .band(measure.name, band), label: label
          ).map { Int128($0) }
        }
        made.bands.append(enough ? shown : nil)
      }
      drafted.measures.append(made)
    }
    return drafted
  }
}

extension Sealer {
  /// Q̂ of a cell whose sum is shown. The count must be so large that fewer than 3k units cannot be behind it,
  /// whatever the noise: a bound on the true count itself would tell it (DISCLOSURE a.6).
  private func squares(
    _ totals: CellTotals, of measure: MeasureShape, count: Int128?, sum: Int128?, label: CellLabel
  ) -> Int128? {
    let top = Int128(totals.first) * Int128(totals.first)
    let second = Int128(totals.second) * Int128(totals.second)
    guard let count, sum != nil, count >= Int128(3 * request.profile.k + Sealer.largestNoise),
      // Larger sums of squares leave the exact arithmetic of their noise.
      totals.squares < 1 << 116,
      !Dominance(total: totals.squares, largest: [top, second]).fails(request.profile)
    else { return nil }
    return noise.squares(totals, of: measure, label: label)
  }

  /// The largest noise of a count: five and two.
  static let largestNoise = 7
}

/// The cells of a grid in the order of a declared table, whose dimensions may stand in any order.
struct ListedGrid {
  private let table: [Int]
  private let sizes: [Int]
  /// For each dimension of the table its stride in the grid.
  private let strides: [Int]
  let count: Int

  init(_ table: [Int], grid: Grid, of shape: Shape) {
    self.table = table
    sizes = table.map { shape.dimensions[$0].codes.count }
    strides = table.map { dimension in
      grid.dimensions.firstIndex(of: dimension).map { grid.strides[$0] } ?? 0
    }
    count = grid.count
  }

  func codes(_ listed: Int) -> [Int32] {
    var rest = listed
    var codes = [Int32](repeating: 0, count: sizes.count)
    for place in sizes.indices.reversed() {
      codes[place] = Int32(rest % sizes[place])
      rest /= sizes[place]
    }
    return codes
  }

  func cell(_ codes: [Int32]) -> Int { zip(codes, strides).reduce(0) { $0 + Int($1.0) * $1.1 } }

  /// The place in another grid over some of the table's dimensions.
  func population(_ codes: [Int32], in grid: Grid) -> Int {
    var index = 0
    for (place, dimension) in grid.dimensions.enumerated() {
      if let at = table.firstIndex(of: dimension) { index += Int(codes[at]) * grid.strides[place] }
    }
    return index
  }
}
