import Policies

/// What may be shown of one table before the budget is asked: for each quantity a column over the table's cells, in
/// the order they will be listed.
struct DraftTable {
  /// Places of its dimensions, in declared order.
  let dimensions: [Int]
  let set: DimensionSet
  let listed: ListedGrid
  /// Names of the quantities: `n`, then those of each measure.
  let quantities: [String]
  /// For each measure of the request where its quantities are.
  let measures: [DraftMeasure]
  /// For each quantity the perturbed values; nothing is withheld.
  var values: [NumberColumn]
  var withheld: [CompilerReport.Reason: Int] = [:]
  /// Noise of sums in percent of the sum, a part of them.
  var sumErrors = Sample()
  var carried = 0

  var count: Int { listed.count }

  /// Cells that are shown.
  var shown: Int { values[0].present }

  func isShown(_ cell: Int) -> Bool { values[0][cell] != nil }

  /// n̂ of a cell, or of those with a value of a measure.
  func units(_ cell: Int, of measure: DraftMeasure? = nil) -> Int128? { values[measure?.valued ?? 0][cell] }

  /// How many quantities would be out if the cell were written (means cost nothing).
  func cost(_ cell: Int) -> Int { values.count { $0[cell] != nil } }

  mutating func withhold(_ cell: Int) {
    for column in values.indices { values[column][cell] = nil }
  }
}

/// Where the perturbed quantities of one measure are among those of a table.
struct DraftMeasure {
  /// n̂ of units with a value; nil where every unit has one by declaration.
  let valued: Int?
  /// X̂.
  let sum: Int
  /// Q̂, the perturbed Σx².
  let squares: Int?
  /// n̂ of each declared band; empty where there are none.
  let bands: Range<Int>
}

/// An even part of a long run of numbers, enough to know its median.
struct Sample {
  private var numbers: [Double] = []
  private var seen = 0
  private var step = 1
  private static let limit = 1 << 16

  mutating func take(_ number: Double) {
    if seen % step == 0 { numbers.append(number) }
    seen += 1
    guard numbers.count == Sample.limit else { return }
    numbers = stride(from: 0, to: numbers.count, by: 2).map { numbers[$0] }
    step *= 2
  }

  var median: Double? { numbers.isEmpty ? nil : numbers.sorted()[numbers.count / 2] }
}

extension Sealer {
  /// The quantities of a table: names, and for each measure where they are.
  private func quantities(banded: [Bool]) -> (names: [String], measures: [DraftMeasure]) {
    var names = ["n"]
    func add(_ name: String) -> Int {
      names.append(name)
      return names.count - 1
    }
    let places = zip(request.measures, banded).map { index, isBanded in
      let measure = measures[index]
      let valued = measure.complete ? nil : add(measure.name + ".n")
      let sum = add(measure.name + ".sum")
      let squares = measure.statistics.contains(.variance) ? add(measure.name + ".squares") : nil
      let first = names.count
      if isBanded { for band in measure.bands.indices { _ = add("\(measure.name).band\(band + 1)") } }
      return DraftMeasure(valued: valued, sum: sum, squares: squares, bands: first..<names.count)
    }
    return (names, places)
  }

  /// Guard, threshold, noise, dominance and carry-over of one table.
  func draft(
    _ table: [Int], in cube: TrueCube, verdicts: [DifferencingGuard.Verdict], draws: inout DrawBook
  ) throws(DisclosureError) -> DraftTable {
    let set = shape.behind(table)
    let populationSet = shape.identifying(set)
    guard let cuboid = cube.cuboids[set], let populations = cube.cuboids[populationSet] else {
      throw DisclosureError(.dimensions, "a table of the result was not computed")
    }
    let listed = try ListedGrid(table, grid: cuboid.grid, of: shape)
    let (names, places) = quantities(
      banded: request.measures.map { !measures[$0].percentiles.isEmpty && !cuboid.bands[$0].isEmpty })
    var draft = DraftTable(
      dimensions: table, set: set, listed: listed, quantities: names, measures: places,
      values: names.map { _ in NumberColumn(count: listed.count) })
    var sumsDiffer: [[Bool]] = []
    for measure in request.measures {
      sumsDiffer.append(try differencing.sumsDiffer(set, measure: measure, in: cube))
    }
    let labels = CellLabels(table, of: shape)
    // What is drawn is told: it has no place in dimensions that no answer tells.
    let told = try Grid(DimensionSet(table), of: shape)
    let toldCells = try ListedGrid(table, grid: told, of: shape)
    var drawn = try draws.take(told, of: shape, quantities: names)
    var codes = [Int32](repeating: 0, count: table.count)
    for place in 0..<listed.count {
      listed.codes(place, into: &codes)
      let cell = listed.cell(codes)
      let verdict = verdicts[listed.population(codes, in: populations.grid)]
      judge(
        Judged(
          place: place, cell: cell,
          drawn: drawn.place(of: shape.hidden.bits == 0 ? cell : toldCells.cell(codes)), verdict: verdict),
        codes: codes, labels: labels,
        in: cuboid, sumsDiffer: sumsDiffer, draft: &draft, draws: &drawn)
    }
    draws.put(drawn)
    return draft
  }

  /// Where one cell is: in the list, in the grid, among the draws.
  private struct Judged {
    let place: Int
    let cell: Int
    let drawn: Int
    let verdict: DifferencingGuard.Verdict
  }

  /// One cell through threshold, noise and dominance. What an earlier version drew stays where fewer than k units
  /// changed since.
  private func judge(
    _ at: Judged, codes: [Int32], labels: CellLabels, in cuboid: TrueCuboid, sumsDiffer: [[Bool]],
    draft: inout DraftTable, draws: inout TableDraws
  ) {
    let k = request.profile.k
    var reason: CompilerReport.Reason?
    let units = Int(cuboid.units[at.cell])
    // Of a cell that was always empty there is nothing to draw, and nothing to remember.
    if units == 0, !draws.holds(at.drawn) {
      draft.withheld[.empty, default: 0] += 1
      return
    }
    // Its text is made only where something is drawn by it.
    lazy var label = labels.label(codes)
    let count = draws.value(at.drawn, 0, k: k, kept: &draft.carried) {
      switch at.verdict {
      case .empty: reason = .empty
      case .small: reason = .small
      case .differs: reason = .differencing
      case .passes:
        guard units >= k, let shown = noise.shownCount(units, key: cuboid.keys[at.cell], label: label) else {
          reason = units == 0 ? .empty : .threshold
          return nil
        }
        return Int128(shown)
      }
      return nil
    }
    if let reason { draft.withheld[reason, default: 0] += 1 }
    if let count { draft.values[0][at.place] = count }
    for (place, index) in request.measures.enumerated() {
      let measure = measures[index]
      let made = draft.measures[place]
      let totals = cuboid.totals[index][at.cell]
      var valued: Int128?
      if let column = made.valued {
        valued = draws.value(at.drawn, column, k: k, kept: &draft.carried) {
          guard count != nil else { return nil }
          return noise.shownCount(totals.units, key: totals.key, of: .valued(measure.name), label: label)
            .map { Int128($0) }
        }
        if let valued { draft.values[column][at.place] = valued }
      }
      let enough = count != nil && (made.valued == nil || valued != nil)
      let drawnSum = draws.value(at.drawn, made.sum, k: k, kept: &draft.carried) {
        guard enough else { return nil }
        guard !Dominance(totals).fails(request.profile) else {
          draft.withheld[.dominance, default: 0] += 1
          return nil
        }
        guard !sumsDiffer[place][at.cell] else {
          draft.withheld[.sumDifferencing, default: 0] += 1
          return nil
        }
        let sum = noise.sum(totals, of: measure, label: label)
        if totals.sum != 0 {
          let share = request.profile.topNoise
          let deviation =
            1.414_213_562 * Double(totals.first) * Double(share.numerator) / Double(share.denominator)
          draft.sumErrors.take(100 * deviation / abs(Double(totals.sum)))
        }
        return sum
      }
      let sum = enough ? drawnSum : nil
      if let sum { draft.values[made.sum][at.place] = sum }
      if let column = made.squares {
        let squares = draws.value(at.drawn, column, k: k, kept: &draft.carried) {
          self.squares(totals, of: measure, count: valued ?? count, sum: sum, label: label)
        }
        if sum != nil, let squares { draft.values[column][at.place] = squares }
      }
      for (band, column) in made.bands.enumerated() {
        let inside = cuboid.bands[index][at.cell * made.bands.count + band]
        let shown = draws.value(at.drawn, column, k: k, kept: &draft.carried) {
          guard enough else { return nil }
          return noise.shownCount(
            Int(inside.units), key: inside.key, of: .band(measure.name, band), label: label
          ).map { Int128($0) }
        }
        if enough, let shown { draft.values[column][at.place] = shown }
      }
    }
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

/// The cells of a grid in the order of a declared table, whose dimensions may stand in any order. In dimensions of the
/// grid that the table does not have they lie at the first code.
struct ListedGrid {
  private let table: [Int]
  private let sizes: [Int]
  /// For each dimension of the table its stride in the grid.
  private let strides: [Int]
  let count: Int

  /// - Throws: `DisclosureError` where the grid lacks one of the table's dimensions.
  init(_ table: [Int], grid: Grid, of shape: Shape) throws(DisclosureError) {
    self.table = table
    sizes = table.map { shape.dimensions[$0].codes.count }
    var strides: [Int] = []
    for dimension in table { strides.append(try grid.stride(of: dimension)) }
    self.strides = strides
    count = sizes.reduce(1) { $0 * max(1, $1) }
  }

  func codes(_ listed: Int) -> [Int32] {
    var codes = [Int32](repeating: 0, count: sizes.count)
    self.codes(listed, into: &codes)
    return codes
  }

  /// The same without making a new array.
  func codes(_ listed: Int, into codes: inout [Int32]) {
    var rest = listed
    for place in sizes.indices.reversed() {
      codes[place] = Int32(rest % sizes[place])
      rest /= sizes[place]
    }
  }

  /// The place in the list of the cell with these codes.
  func listed(_ codes: [Int32]) -> Int { zip(codes, sizes).reduce(0) { $0 * $1.1 + Int($1.0) } }

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
