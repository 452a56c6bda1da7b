import Bytes
import Policies

/// What sealing gives: the result, what the history becomes, and what the custodian is told.
package struct Sealed: Sendable {
  package let released: Released
  package let history: ResultHistory
  package let report: CompilerReport
}

extension Sealer {
  /// Takes exact cells through every control and mints the result.
  /// - Parameters:
  ///   - cube: the cells of all sets that `TrueCube.needed` names.
  ///   - survey: what is known of everything the dataset declares; the cube's totals have its factors.
  ///   - changes: how units changed since earlier draws; nil where there is no earlier version to compare with.
  /// - Throws: `DisclosureError` where grids or lattices are too large, and where a number of the family is out that was
  ///   drawn under another profile.
  package func seal(
    _ cube: TrueCube, survey: Survey, history: ResultHistory, changes: Changes?
  ) throws(DisclosureError) -> Sealed {
    try Sealing(self, survey, history).seal(cube, history: history, changes: changes)
  }

  /// The report of a result that is carried over whole.
  package func report(carried released: Released) -> CompilerReport {
    CompilerReport(
      dataset: released.dataset, result: released.result, profile: released.protection.profile,
      tables: released.tables.map { table in
        CompilerReport.TableLine(
          dimensions: table.dimensions, cells: table.cells.count, written: table.shown,
          withheld: [:])
      }, budgetUsed: released.protection.budgetUsed, budgetLimit: released.protection.budgetLimit,
      countDeviation: layers.deviation, carried: 0, carriedWhole: true)
  }
}

/// One sealing: a sealer, and what is known of everything its family declares. Without a survey there is none.
struct Sealing {
  let request: Sealer.Request
  let shape: Shape
  /// The same as its draws know it.
  let lasting: Shape
  let measures: [MeasureShape]
  let noise: CellNoise
  let layers: CountLayers
  let differencing: DifferencingGuard
  let declaration: String
  let survey: Survey
  /// For each measure whether its sum is a count.
  let isCounted: [Bool]
  /// The dataset's place in it.
  let place: Int
  /// What its cells' labels begin with.
  let root: String
  /// The noise of each measure's sums. A measure keeps its first scale: the same draws on two scales would give the exact
  /// sum. Those of all datasets of the family tell of the same units.
  let sums: [SumNoise]
  /// With which values prominent units are in the sums of the family, this result's among them.
  private let entered: EnteredValues

  /// - Throws: `DisclosureError` for a dataset that was not surveyed.
  init(_ sealer: Sealer, _ survey: Survey, _ history: ResultHistory) throws(DisclosureError) {
    let dataset = sealer.request.dataset
    guard let place = survey.identity.place(of: dataset) else {
      throw DisclosureError(
        .dimensions, Wording("\(dataset) was not surveyed", "\(dataset) 未经普查"),
        hint: .faultOfTheProgram)
    }
    self.place = place
    root = history.firstName(of: dataset)
    entered = try sealer.entering(survey, history).entered
    request = sealer.request
    shape = sealer.shape
    lasting = sealer.shape.lasting
    measures = sealer.measures
    noise = sealer.noise
    layers = sealer.layers
    differencing = sealer.differencing
    declaration = sealer.declaration
    self.survey = survey
    isCounted = sealer.measures.map { survey.counted.contains($0.identity) }
    sums = zip(sealer.sums, sealer.measures).map { sum, measure in
      var sum = sum
      sum.scale.measures = history.declared[measure.identity] ?? survey.measures
      return sum
    }
  }

  fileprivate func seal(
    _ cube: TrueCube, history: ResultHistory, changes: Changes?
  ) throws(DisclosureError) -> Sealed {
    try refuseSecondDraw(history)
    try refuseOtherCounts(history)
    let profile = request.profile
    let fingerprint = Sealer.fingerprint(profile)
    var draws = DrawBook(history, dataset: request.dataset, fingerprint: fingerprint, changes: changes)
    var budget = ReleaseBudget(divisor: profile.budgetDivisor)
    for other in history.others(than: request.dataset, request.result)
    where other.keyFamily == request.keyFamily {
      try charge(other, history, to: &budget)
    }
    let othersBudget = budget
    var sizes = PopulationSizes(cube: cube, noise: noise, identity: survey.identity, root: root)
    var report = CompilerReport(
      dataset: request.dataset, result: request.result, profile: profile.name, tables: [], budgetUsed: 0,
      budgetLimit: 0, countDeviation: layers.deviation, carried: 0, carriedWhole: false, k: profile.k)
    var verdicts: [DimensionSet: [DifferencingGuard.Verdict]] = [:]
    var drafts: [DraftTable] = []
    var notWritten: [[String]] = []
    let out = try populationsOut(history)
    /// What each table before took of the budget.
    var spent: [(table: [String], numbers: Int)] = []

    for table in request.tables {
      let names = table.map { shape.dimensions[$0].name }
      let populations = shape.identifying(shape.behind(table))
      var line = CompilerReport.TableLine(dimensions: names, cells: 0, written: 0, withheld: [:])
      if let cuboid = cube.cuboids[shape.behind(table)] {
        let listed = try ListedGrid(table, grid: cuboid.grid, of: shape)
        (line.cells, line.asked, line.nonEmpty) = counted(listed, in: cuboid)
      }
      if isTooSparse(table, sizes: &sizes) {
        line.notWritten = .tooSparse
        if request.explains { line.remedies = denser(table, sizes: &sizes) }
      } else {
        var judged: [DifferencingGuard.Verdict]
        if let known = verdicts[populations] {
          judged = known
        } else {
          judged = try differencing.verdicts(populations, in: cube)
          try withhold(&judged, populations, beside: out)
        }
        verdicts[populations] = judged
        var draft = try draft(table, in: cube, verdicts: judged, draws: &draws, sizes: &sizes)
        report.carried += draft.carried
        let drafted = draft.shown
        let before = budget.used(everybody)
        let alone = try spend(&budget, on: &draft, sizes: &sizes, others: othersBudget)
        line.withheld = draft.withheld
        let explained = draft.withheld.values.reduce(draft.shown, +)
        if explained < line.cells { line.withheld[.kept] = line.cells - explained }
        line.sumsWithheld = draft.sumsWithheld
        if request.explains {
          line.remedies = try remedies(
            for: draft, in: cube,
            Budgeting(alone: alone, spent: spent, others: othersBudget.used(everybody)))
        }
        spent.append((names, budget.used(everybody) - before))
        report.sumsWritten += draft.measures.reduce(0) { $0 + draft.values[$1.sum].present }
        line.sumErrorPercent = draft.sumErrors.median
        line.written = draft.shown
        if line.written == 0 {
          line.notWritten = drafted > 0 ? .overBudget : .nothingLeft
        } else {
          drafts.append(draft)
        }
      }
      if line.notWritten != nil { notWritten.append(names) }
      report.tables.append(line)
    }

    let tables = try released(drafts)
    report.margins = try margins(drafts, of: cube)
    report.budgetUsed = budget.used(everybody)
    report.budgetLimit = budget.limit(sizes.size(everybody))
    let released = Released(
      dataset: request.dataset, result: request.result, kind: .statistic, keyFamily: request.keyFamily,
      title: request.title, dimensions: usedDimensions(tables), columns: columns, tables: tables, tags: nil,
      computed: request.now,
      protection: ProtectionRecord(
        profile: profile.name, policyHash: request.policyHash, controls: controls(tables, report),
        budgetUsed: report.budgetUsed, budgetLimit: report.budgetLimit, notWritten: notWritten),
      note: note)
    var kept = history
    kept.counts = profile.countNoise.rawValue
    kept.entered = entered
    kept.results[request.dataset + "/" + request.result] = ResultHistory.Stored(
      released: released, declaration: declaration, refresh: request.refresh)
    kept.drawn[request.dataset] = ResultHistory.Drawn(
      cells: draws.finished(k: profile.k), fingerprint: fingerprint)
    for place in request.measures {
      let name = measures[place].identity
      kept.profiles[name] = Sealer.draw(profile)
      // Before a factor is drawn, nothing binds its name.
      if survey.prominent[name]?.isEmpty == false { kept.factorNames[name] = survey.factorNames[name] }
      kept.declared[name] = sums[place].scale.measures
    }
    for (measure, units) in survey.prominent { kept.prominent[measure, default: []].formUnion(units) }
    return Sealed(released: released, history: kept, report: report)
  }

  /// Refuses to draw a measure's sums anew under another profile: two draws that differ in their factors alone give the
  /// exact sum (DISCLOSURE 00, rule 1).
  private func refuseSecondDraw(_ history: ResultHistory) throws(DisclosureError) {
    for place in request.measures {
      let (name, identity) = (measures[place].name, measures[place].identity)
      // Nor those of a multiple of it, whose giants have the same factors.
      let factors = survey.factorNames[identity] ?? identity
      let drawn = history.profiles.filter {
        $0.key == identity || (history.factorNames[$0.key] ?? $0.key) == factors
      }
      guard let known = drawn.values.sorted().first(where: { $0 != Sealer.draw(request.profile) }) else {
        continue
      }
      throw DisclosureError(
        .secondDraw,
        Wording(
          "measure \(name) of the key family \(request.keyFamily) is out with other factors (\(known)) than those of profile \(request.profile.name) (\(Sealer.draw(request.profile))): the two together would give every sum away",
          "密钥族 \(request.keyFamily) 的度量 \(name) 已按另一组因子（\(known)）发布，与方案 \(request.profile.name)（\(Sealer.draw(request.profile))）不同：两组数字合在一起会泄露每个合计"
        ),
        hint: Wording(
          "name the profile under which the measure was released, in every result of the family; to show less from now on keep factors: [\(known)] and raise k, pPercent or populationFloor, which draws nothing anew",
          "请在该密钥族的每个结果中使用该度量首次发布时的方案；若要从此少公布，请保留 factors: [\(known)]，提高 k、pPercent 或 populationFloor：不会重新抽取"))
    }
  }

  /// Refuses to draw counts of the family with another noise: the draws are those of the first, and two numbers that
  /// differ in their tables alone give the count.
  func refuseOtherCounts(_ history: ResultHistory) throws(DisclosureError) {
    let asked = request.profile.countNoise.rawValue
    guard let known = history.countNoise, known != asked else { return }
    throw DisclosureError(
      .secondDraw,
      Wording(
        "counts of the key family \(request.keyFamily) are out with noise of deviation \(known), and profile \(request.profile.name) has \(asked): the two together would give every count away",
        "密钥族 \(request.keyFamily) 的数量已按标准差 \(known) 的误差发布，而方案 \(request.profile.name) 为 \(asked)：两组数字合在一起会泄露每个数量"
      ),
      hint: Wording(
        "in every result of the family name profiles whose countNoise is \(known)",
        "请在该密钥族的每个结果中使用 countNoise 为 \(known) 的方案"))
  }

  /// Fewer than five units for each combination of codes on average, responses included (DISCLOSURE a.9).
  func isTooSparse(_ table: [Int], sizes: inout PopulationSizes) -> Bool {
    var cells = 1
    for place in table { cells *= max(1, shape.leaves[place].count { $0 }) }
    return sizes.size(everybody) < 5 * cells
  }

  /// All units that answers tell of.
  var everybody: ReleaseBudget.Population { ReleaseBudget.Population(set: shape.hidden, cell: 0) }

  /// How many cells of a table there are, with at least k units, and with any.
  private func counted(_ listed: ListedGrid, in cuboid: TrueCuboid) -> (cells: Int, asked: Int, nonEmpty: Int)
  {
    var codes = listed.codes(0)
    var (asked, nonEmpty) = (0, 0)
    for place in 0..<listed.count {
      listed.codes(place, into: &codes)
      let units = Int(cuboid.units[listed.cell(codes)])
      if units > 0 { nonEmpty += 1 }
      if units >= request.profile.k { asked += 1 }
    }
    return (listed.count, asked, nonEmpty)
  }

  /// Asks the budget for every cell that may be shown and withholds what does not fit.
  /// - Parameter others: the budget before this result.
  /// - Returns: how many cells it would have room for alone, where some do not fit and the report is to explain it.
  private func spend(
    _ budget: inout ReleaseBudget, on draft: inout DraftTable, sizes: inout PopulationSizes,
    others: ReleaseBudget
  ) throws(DisclosureError) -> Int? {
    let populations = try Grid(shape.identifying(draft.set), of: shape)
    let lattice = try Lattice(populations, of: shape)
    let asked = (0..<draft.count).filter { draft.isShown($0) }.map { Int32($0) }
    var codes = [Int32](repeating: 0, count: draft.dimensions.count)
    var cells: [ReleaseBudget.Asked] = []
    cells.reserveCapacity(asked.count)
    let labels =
      budget.knowsOthers
      ? CellLabels(draft.dimensions, of: lasting, root: root) : nil
    for place in asked {
      draft.listed.codes(Int(place), into: &codes)
      let charged = draft.charged(Int(place))
      var cost = charged.count
      if let label = labels?.label(codes) {
        cost = budget.cost(label, quantities: charged.map { draft.quantities[$0] })
      }
      cells.append(
        ReleaseBudget.Asked(
          population: Int32(draft.listed.population(codes, in: populations)), cost: Int32(cost)))
    }
    let written = budget.write(cells, lattice: lattice) { sizes.size($0) }
    for (place, isWritten) in zip(asked, written) where !isWritten {
      draft.withhold(Int(place))
      draft.note(.budget, at: Int(place))
    }
    guard request.explains, written.contains(false) else { return nil }
    var alone = others
    return alone.write(cells, lattice: lattice) { sizes.size($0) }.count { $0 }
  }

  /// Charges what another result of the family has out.
  private func charge(
    _ other: Released, _ history: ResultHistory, to budget: inout ReleaseBudget
  ) throws(DisclosureError) {
    let root = history.firstName(of: other.dataset)
    var grids: [DimensionSet: Grid] = [:]
    for table in other.tables {
      let identifying = table.dimensions.indices.filter { place in
        other.dimensions.first { $0.name == table.dimensions[place] }?.role == .identifying
      }
      let columns = other.columns.map { quantity(ofColumn: $0.name) }
      for cell in table.cells where !cell.withheld {
        let pairs = zip(table.dimensions, cell.codes).map { (dimension: $0.0, code: $0.1) }
        let label = CellLabel(root: root, pairs: history.lasting(pairs, of: other.dataset))
        let populations = try generalisations(
          conditions(identifying.map { pairs[$0] }, of: other.dataset), grids: &grids)
        var quantities: Set<String> = []
        for (column, value) in zip(columns, cell.values) where value != nil {
          if let quantity = column { quantities.insert(quantity) }
        }
        for quantity in quantities where quantity != "n" || identifying.count < table.dimensions.count {
          budget.charge(other: label, quantity: quantity, to: populations)
        }
      }
    }
  }

  /// The predicate of another result's cell as it is said here. Who is in a source of ours need not be in the other one;
  /// who is in a dataset joined from ours is somebody of ours, under a condition that we have no dimension for; and who is
  /// in another join of our source counts as if all of them were ours.
  private func conditions(
    _ pairs: [(dimension: String, code: String)], of dataset: String
  ) -> [(dimension: String, code: String)] {
    let kin = request.kin[dataset]
    var pairs = pairs
    if let kin { pairs = pairs.map { (dimension: kin.names[$0.dimension] ?? "", code: $0.code) } }
    if kin?.isPart == true { pairs.append((dimension: "", code: "")) }
    for place in shape.hidden.places {
      let dimension = shape.dimensions[place]
      guard kin?.tables.contains(where: { dimension.name == Shape.membership(of: $0) }) ?? true else {
        continue
      }
      pairs.append((dimension: dimension.name, code: dimension.codes[0].code))
    }
    return pairs
  }

  /// The quantity a released column comes from: means cost nothing beside their sum. Nil for what is made of other
  /// columns alone.
  private func quantity(ofColumn name: String) -> String? {
    if name == "count" { return "n" }
    guard let dot = name.lastIndex(of: ".") else { return nil }
    let known = measures.first { $0.name == name[..<dot] }
    let measure = known?.lasting ?? String(name[..<dot])
    switch name[name.index(after: dot)...] {
    case "count": return measure + ".n"
    case "sum", "mean":
      return known?.sumQuantity ?? measure + ".sum"
    case "variance": return measure + ".squares"
    case let rest where rest.hasPrefix("band"): return measure + "." + rest
    default: return nil
    }
  }

  /// Proper generalisations of a predicate that may be of another time: conditions on codes that are no longer
  /// declared cannot stay, and are left out.
  private func generalisations(
    _ pairs: [(dimension: String, code: String)], grids: inout [DimensionSet: Grid]
  ) throws(DisclosureError) -> [ReleaseBudget.Population] {
    var found: Set<ReleaseBudget.Population> = []
    var chains: [[(dimension: Int, code: Int32)?]] = []
    for pair in pairs {
      var chain: [(dimension: Int, code: Int32)?] = [nil]
      if let dimension = shape.dimension(pair.dimension),
        let code = shape.dimensions[dimension].codes.firstIndex(where: { $0.code == pair.code })
      {
        var place = Int32(code)
        while place >= 0 {
          chain.append((dimension, place))
          place = shape.parents[dimension][Int(place)]
        }
      }
      chains.append(chain)
    }
    var choices: [[(dimension: Int, code: Int32)?]] = [[]]
    for chain in chains { choices = choices.flatMap { head in chain.map { head + [$0] } } }
    for choice in choices {
      let isItself = zip(choice, chains).allSatisfy { chosen, chain in
        chain.count > 1 && chosen?.code == chain[1]?.code && chosen != nil
      }
      guard !(isItself && !choice.isEmpty) else { continue }
      let kept = choice.compactMap { $0 }
      let set = DimensionSet(kept.map(\.dimension))
      guard set.count == kept.count else { continue }
      // A population that cannot be numbered cannot be charged: then nothing is released.
      let grid: Grid
      if let known = grids[set] { grid = known } else { grid = try Grid(set, of: shape) }
      grids[set] = grid
      var cell = 0
      for chosen in kept { cell += try Int(chosen.code) * grid.stride(of: chosen.dimension) }
      found.insert(ReleaseBudget.Population(set: set, cell: cell))
    }
    // The table of everybody has no proper generalisation.
    if pairs.isEmpty { return [] }
    return Array(found)
  }
}

/// Perturbed sizes of populations, drawn as a count of them would be, each once.
struct PopulationSizes {
  let cube: TrueCube
  let noise: CellNoise
  let identity: SetIdentity
  let root: String
  private var known: [ReleaseBudget.Population: Int] = [:]

  init(cube: TrueCube, noise: CellNoise, identity: SetIdentity, root: String) {
    self.root = root
    self.cube = cube
    self.noise = noise
    self.identity = identity
  }

  mutating func size(_ population: ReleaseBudget.Population) -> Int {
    if let size = known[population] { return size }
    var size = 0
    if let cuboid = cube.cuboids[population.set] {
      let shape = cube.shape.lasting
      let conditions = zip(cuboid.grid.dimensions, cuboid.grid.codes(at: population.cell))
      // Those that answers tell of have the label that a cell of them has, and with it the same noise.
      let isTold = conditions.count { shape.hidden.contains($0.0) && $0.1 == 0 } == shape.hidden.count
      let pairs = conditions.filter { !isTold || !shape.hidden.contains($0.0) }.map { dimension, code in
        (shape.dimensions[dimension].name, shape.dimensions[dimension].codes[Int(code)].code)
      }
      let (units, key) = (Int(cuboid.units[population.cell]), cuboid.keys[population.cell])
      let canonical = isTold ? identity.canonical(units, key: key, responds: false) : nil
      size = noise.count(
        units, key: key, label: canonical?.label ?? CellLabel(root: root, pairs: pairs))
    }
    known[population] = size
    return size
  }
}
