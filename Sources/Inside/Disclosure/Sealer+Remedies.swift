import Policies

/// How a table stands to the release budget.
struct Budgeting {
  /// Cells it would show alone, where some do not fit.
  let alone: Int?
  /// What the tables before it took.
  let spent: [(table: [String], numbers: Int)]
  /// What other results of the family have out.
  let others: Int
}

/// What a custodian can do about cells that are not shown. It is worked out in a rehearsal only, from exact cells.
extension Sealing {
  /// What would show more of a table: the two best things for the leading reason, the best for a second one that is behind
  /// a fifth of the cells, and one for each measure.
  func remedies(
    for draft: DraftTable, in cube: TrueCube, _ budgeting: Budgeting
  ) throws(DisclosureError) -> [TableRemedy] {
    guard let places = draft.places else { return [] }
    let open = places.cells.filter { $0.key != .empty }
    let ranked = CompilerReport.Reason.allCases.compactMap { reason in open[reason].map { (reason, $0) } }
      .sorted { $0.1.count > $1.1.count }
    let all = ranked.reduce(0) { $0 + $1.1.count }
    var remedies: [TableRemedy] = []
    for (place, (reason, cells)) in ranked.prefix(2).enumerated() where place == 0 || 5 * cells.count >= all {
      let found: [TableRemedy] =
        switch reason {
        case .small: try sized(cells, draft, cube, atLeast: request.profile.k, populations: true)
        case .threshold: try sized(cells, draft, cube, atLeast: request.profile.k, populations: false)
        case .smallPopulation:
          try sized(cells, draft, cube, atLeast: request.profile.populationFloor, populations: true)
        case .differencing: try rare(cells, draft, cube)
        case .budget: room(draft, budgeting)
        case .empty, .fewCases, .dominance, .kept: []
        }
      let room = place == 0 ? 2 : 1
      remedies += found.filter { !remedies.contains($0) }.prefix(room)
    }
    for index in request.measures {
      guard let sums = places.sums[index] else { continue }
      let name = measures[index].name
      if let cells = sums[.fewCases] {
        let (dimension, codes) = codes(of: cells, draft, cube)
        remedies.append(.fewCases(measure: name, dimension: dimension, codes: codes))
      }
      if let cells = sums[.dominance] {
        let (dimension, codes) = codes(of: cells, draft, cube)
        remedies.append(.dominated(measure: name, dimension: dimension, codes: codes))
      }
      // Where cells are withheld for the same reason it is told already.
      if let cells = sums[.smallPopulation], open[.smallPopulation] == nil {
        let found = try sized(
          cells, draft, cube, atLeast: request.profile.populationFloor, populations: true)
        remedies += found.filter { !remedies.contains($0) }.prefix(1)
      }
    }
    return remedies
  }

  /// What makes a table dense enough to be looked at.
  func denser(_ table: [Int], sizes: inout PopulationSizes) -> [TableRemedy] {
    let most = sizes.size(everybody) / 5
    let enough = table.filter { dimension in
      !isTooSparse(table.filter { $0 != dimension }, sizes: &sizes)
    }
    // The one that tells least is missed least.
    let drop = enough.min { codes(of: $0) < codes(of: $1) }
    return [.denser(atMost: most, drop: drop.map { shape.dimensions[$0].name })]
  }

  private func codes(of dimension: Int) -> Int { shape.leaves[dimension].count { $0 } }

  // MARK: Too few units

  /// Cells, or populations, that hold fewer units than are asked for.
  private func sized(
    _ cells: [Int32], _ draft: DraftTable, _ cube: TrueCube, atLeast size: Int, populations: Bool
  ) throws(DisclosureError) -> [TableRemedy] {
    let able = draft.dimensions.filter { !populations || shape.isIdentifying($0) }
    var remedies = merging(cells, draft, able, cube)
    let now = try reached(draft.dimensions, cube, atLeast: size, populations)
    // Of a few cells a whole dimension is not worth it.
    guard draft.dimensions.count > 1, 5 * cells.count >= now.cells else { return remedies }
    var best: (dimension: Int, reached: Int, cells: Int)?
    for dimension in able {
      let rest = draft.dimensions.filter { $0 != dimension }
      let (reached, cells) = try reached(rest, cube, atLeast: size, populations)
      let isMore = reached * now.cells > now.reached * cells
      if isMore, best.map({ reached > $0.reached }) ?? true { best = (dimension, reached, cells) }
    }
    if let best {
      remedies.append(
        .dropDimension(
          shape.dimensions[best.dimension].name, reached: best.reached, cells: best.cells, size: size))
    }
    return remedies
  }

  /// How many cells of a table hold so many units, or lie in populations that do.
  private func reached(
    _ table: [Int], _ cube: TrueCube, atLeast size: Int, _ populations: Bool
  ) throws(DisclosureError) -> (reached: Int, cells: Int) {
    let set = shape.behind(table)
    let grid = try Grid(set, of: shape)
    let listed = try ListedGrid(table, grid: grid, of: shape)
    let judged = try cube.cuboid(populations ? shape.identifying(set) : set)
    var codes = [Int32](repeating: 0, count: table.count)
    var reached = 0
    for place in 0..<listed.count {
      listed.codes(place, into: &codes)
      if Int(judged.units[listed.population(codes, in: judged.grid)]) >= size { reached += 1 }
    }
    return (reached, listed.count)
  }

  /// The first codes that are to be merged where sums are withheld, with their dimension.
  private func codes(of cells: [Int32], _ draft: DraftTable, _ cube: TrueCube) -> (
    dimension: String?, codes: [String]
  ) {
    guard
      case .mergeCodes(let dimension, let codes, _, _)? = merging(cells, draft, draft.dimensions, cube).first
    else { return (nil, []) }
    return (dimension, codes)
  }

  /// The dimension whose rarest codes hold most of the cells, and these codes.
  private func merging(_ cells: [Int32], _ draft: DraftTable, _ dimensions: [Int], _ cube: TrueCube)
    -> [TableRemedy]
  {
    var best: (dimension: Int, codes: [Int], share: Double, cells: Int)?
    var codes = [Int32](repeating: 0, count: draft.dimensions.count)
    for dimension in dimensions {
      let count = shape.dimensions[dimension].codes.count
      guard count > 2, let at = draft.dimensions.firstIndex(of: dimension),
        let single = cube.cuboids[shape.behind([dimension])],
        let place = single.grid.dimensions.firstIndex(of: dimension)
      else { continue }
      var tally = [Int](repeating: 0, count: count)
      for cell in cells {
        draft.listed.codes(Int(cell), into: &codes)
        tally[Int(codes[at])] += 1
      }
      let units = (0..<count).map { single.units[$0 * single.grid.strides[place]] }
      // What is above others is merged with them.
      let ranked = tally.indices.filter { tally[$0] > 0 && shape.leaves[dimension][$0] }
        .sorted { (units[$0], $0) < (units[$1], $1) }
      var taken: [Int] = []
      var held = 0
      for code in ranked where 2 * held < cells.count {
        taken.append(code)
        held += tally[code]
      }
      let share = Double(taken.count) / Double(count)
      if !taken.isEmpty, best.map({ share < $0.share }) ?? true { best = (dimension, taken, share, held) }
    }
    guard let best else { return [] }
    let declared = shape.dimensions[best.dimension]
    let named = best.codes.prefix(3)
    return [
      .mergeCodes(
        dimension: declared.name, codes: named.map { declared.codes[$0].code },
        more: best.codes.count > named.count, cells: best.cells)
    ]
  }

  // MARK: Differencing

  /// The dimension along which most of the cells differ by few from what they generalise to.
  private func rare(
    _ cells: [Int32], _ draft: DraftTable, _ cube: TrueCube
  ) throws(DisclosureError) -> [TableRemedy] {
    let populations = try cube.cuboid(shape.identifying(draft.set))
    let lattice = try Lattice(populations.grid, of: shape)
    var blamed: [Int: Int] = [:]
    var codes = [Int32](repeating: 0, count: draft.dimensions.count)
    for place in cells {
      draft.listed.codes(Int(place), into: &codes)
      let cell = draft.listed.population(codes, in: populations.grid)
      guard let way = try differencing.offence(cell, populations, lattice, in: cube) else { continue }
      for (dimension, steps) in zip(populations.grid.dimensions, lattice.ways[way].steps)
      where steps != 0 && !shape.hidden.contains(dimension) {
        blamed[dimension, default: 0] += 1
      }
    }
    guard let most = blamed.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return [] }
    return [.rareCodes(dimension: shape.dimensions[most.key].name, cells: most.value)]
  }

  // MARK: Budget

  private func room(_ draft: DraftTable, _ budgeting: Budgeting) -> [TableRemedy] {
    let perCell = draft.quantities.count - (draft.isIdentifying ? 1 : 0)
    let fewer: [TableRemedy] = perCell > 1 ? [.fewerNumbers(perCell: perCell)] : []
    guard let alone = budgeting.alone, alone > draft.shown else {
      return [.tooFine(unitsPerNumber: request.profile.budgetDivisor)] + fewer
    }
    var remedies: [TableRemedy] =
      budgeting.spent.contains { $0.numbers > 0 } ? [.moveFirst(written: alone)] : []
    if let most = budgeting.spent.max(by: { $0.numbers < $1.numbers }), most.numbers > 0 {
      remedies.append(.leaveOut(most.table, frees: most.numbers))
    }
    if budgeting.others > 0 { remedies.append(.othersSpent(budgeting.others)) }
    return remedies + fewer
  }
}
