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
  /// Whether every dimension is identifying: then its counts tell of no response, and cost nothing.
  let isIdentifying: Bool
  var withheld: [CompilerReport.Reason: Int] = [:]
  var sumsWithheld: [CompilerReport.Reason: Int] = [:]
  /// Which cells are withheld for which reason, and of which measure sums are; nil where nobody asks.
  var places: WithheldPlaces?
  /// Noise of sums in percent of the sum, a part of them.
  var sumErrors = Sample()
  var carried = 0

  var count: Int { listed.count }

  /// Cells that are shown.
  var shown: Int { values[0].present }

  func isShown(_ cell: Int) -> Bool { values[0][cell] != nil }

  /// n̂ of a cell, or of those with a value of a measure.
  func units(_ cell: Int, of measure: DraftMeasure? = nil) -> Int128? { values[measure?.valued ?? 0][cell] }

  /// The quantities that would be charged if the cell were written: means cost nothing, nor do counts of populations
  /// (DISCLOSURE 00, rule 12).
  func charged(_ cell: Int) -> [Int] {
    values.indices.filter { values[$0][cell] != nil && !(isIdentifying && $0 == 0) }
  }

  mutating func withhold(_ cell: Int) {
    for column in values.indices { values[column][cell] = nil }
  }

  /// Notes why a cell is withheld, or the sum of a measure of it.
  mutating func note(_ reason: CompilerReport.Reason, at cell: Int, measure: Int? = nil) {
    if let measure {
      sumsWithheld[reason, default: 0] += 1
      places?.sums[measure, default: [:]][reason, default: []].append(Int32(cell))
    } else {
      withheld[reason, default: 0] += 1
      places?.cells[reason, default: []].append(Int32(cell))
    }
  }
}

/// The withheld cells of a table by reason, and by measure those whose sum is withheld.
struct WithheldPlaces {
  var cells: [CompilerReport.Reason: [Int32]] = [:]
  var sums: [Int: [CompilerReport.Reason: [Int32]]] = [:]
}

/// Where the perturbed quantities of one measure are among those of a table.
struct DraftMeasure {
  /// n̂ of units with a value; nil where every unit has one by declaration.
  let valued: Int?
  /// X̂ without the measure's base.
  let sum: Int
  /// Q̂, the perturbed Σx².
  let squares: Int?
  /// n̂ of each declared band; empty where there are none.
  let bands: Range<Int>
}

extension Sealing {
  /// The quantities of a table: names, and for each measure where they are.
  private func quantities(banded: [Bool]) -> (names: [String], measures: [DraftMeasure]) {
    var names = ["n"]
    func add(_ name: String) -> Int {
      names.append(name)
      return names.count - 1
    }
    let places = zip(request.measures, banded).map { index, isBanded in
      let measure = measures[index]
      let valued = measure.complete ? nil : add(measure.lasting + ".n")
      let sum = add(measure.sumQuantity)
      let squares = measure.statistics.contains(.variance) ? add(measure.lasting + ".squares") : nil
      let first = names.count
      if isBanded { for band in measure.bands.indices { _ = add("\(measure.lasting).band\(band + 1)") } }
      return DraftMeasure(valued: valued, sum: sum, squares: squares, bands: first..<names.count)
    }
    return (names, places)
  }

  /// Guard, threshold, noise, dominance and carry-over of one table.
  func draft(
    _ table: [Int], in cube: TrueCube, verdicts: [DifferencingGuard.Verdict], draws: inout DrawBook,
    sizes: inout PopulationSizes
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
      values: names.map { _ in NumberColumn(count: listed.count) }, isIdentifying: set == populationSet,
      places: request.explains ? WithheldPlaces() : nil)
    let labels = CellLabels(table, of: lasting, root: root)
    // What is drawn is told: it has no place in dimensions that no answer tells.
    let told = try Grid(DimensionSet(table), of: shape)
    let toldCells = try ListedGrid(table, grid: told, of: shape)
    var drawn = try draws.take(told, of: lasting, quantities: names)
    var codes = [Int32](repeating: 0, count: table.count)
    for place in 0..<listed.count {
      listed.codes(place, into: &codes)
      let cell = listed.cell(codes)
      let population = listed.population(codes, in: populations.grid)
      let at = JudgedCell(
        place: place, set: set, cell: cell,
        drawn: drawn.place(of: shape.hidden.bits == 0 ? cell : toldCells.cell(codes)),
        verdict: verdicts[population],
        population: ReleaseBudget.Population(set: populationSet, cell: population))
      judge(
        at, codes: codes, labels: labels, in: cube, cuboid, draft: &draft, draws: &drawn, book: draws,
        sizes: &sizes)
    }
    draws.put(drawn)
    return draft
  }
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
