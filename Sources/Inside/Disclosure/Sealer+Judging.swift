import Policies

/// Where one cell is: in the list, in the grid, among the draws; and what stands before it.
struct JudgedCell {
  let place: Int
  let set: DimensionSet
  let cell: Int
  let drawn: Int
  let verdict: DifferencingGuard.Verdict
  /// Everybody who fits its identifying conditions.
  let population: ReleaseBudget.Population
}

/// Some units that are counted or summed, and where.
private struct CountedSet {
  let part: SetIdentity.Part
  let count: Int
  let key: UInt64
  /// Whether to be among them tells something that not everybody of the population shares.
  let responds: Bool
}

extension Sealing {
  /// One cell through threshold, noise and dominance. What an earlier version drew stays where fewer than k units
  /// changed since, and cells of the same units have the same numbers.
  func judge(
    _ at: JudgedCell, codes: [Int32], labels: CellLabels, in cube: TrueCube, _ cuboid: TrueCuboid,
    draft: inout DraftTable, draws: inout TableDraws, book: DrawBook, sizes: inout PopulationSizes
  ) {
    let k = request.profile.k
    let units = Int(cuboid.units[at.cell])
    // Of a cell that was always empty there is nothing to draw, and nothing to remember.
    if units == 0, !draws.holds(at.drawn) {
      draft.note(.empty, at: at.place)
      return
    }
    // Its text is made only where something is drawn by it.
    lazy var label = labels.label(codes)
    let responds = !draft.isIdentifying
    var reason: CompilerReport.Reason?
    let all = CountedSet(part: .all, count: units, key: cuboid.keys[at.cell], responds: responds)
    let count = draws.value(at.drawn, 0, k: k, kept: &draft.carried) { draws in
      switch at.verdict {
      case .empty: reason = .empty
      case .small: reason = .small
      case .differs: reason = .differencing
      case .passes:
        guard units >= k else {
          reason = units == 0 ? .empty : .threshold
          return nil
        }
        guard !responds || sizes.size(at.population) >= request.profile.populationFloor else {
          reason = .smallPopulation
          return nil
        }
        guard let shown = shownCount(all, at, label, draws, book) else {
          reason = .threshold
          return nil
        }
        return Int128(shown)
      }
      return nil
    }
    if let reason { draft.note(reason, at: at.place) }
    if let count { draft.values[0][at.place] = count }
    // To have a value, or one between others, is no more than a response of one's own.
    let isLarge = responds || Int(clamping: count ?? 0) >= request.profile.populationFloor
    for (place, index) in request.measures.enumerated() {
      let measure = measures[index]
      let made = draft.measures[place]
      let totals = cuboid.totals[index][at.cell]
      var valued: Int128?
      if let column = made.valued {
        let set = CountedSet(part: .valued(index), count: totals.units, key: totals.key, responds: responds)
        valued = draws.value(at.drawn, column, k: k, kept: &draft.carried) { draws in
          guard count != nil, isLarge else { return nil }
          return shownCount(set, at, label, draws, book).map { Int128($0) }
        }
        if let valued { draft.values[column][at.place] = valued }
      }
      let enough = count != nil && (made.valued == nil || valued != nil)
      var missing: CompilerReport.Reason?
      let isCounted = isCounted[index]
      let drawnSum = draws.value(at.drawn, made.sum, k: k, kept: &draft.carried) { draws in
        guard count != nil else { return nil }
        guard isLarge || made.valued == nil && !measure.isCoded else {
          missing = .smallPopulation
          return nil
        }
        guard enough else { return nil }
        if isCounted {
          let set = CountedSet(part: .cases(index), count: totals.cases, key: totals.caseKey, responds: true)
          guard let shown = shownCount(set, at, label, draws, book) else {
            missing = .fewCases
            return nil
          }
          return Int128(shown) * measure.span
        }
        guard totals.cases >= noise.threshold(key: totals.caseKey) else {
          missing = .fewCases
          return nil
        }
        guard !Dominance(totals).fails(request.profile) else {
          missing = .dominance
          return nil
        }
        let set = CountedSet(part: .valued(index), count: totals.units, key: totals.key, responds: responds)
        return sum(of: index, set, at, totals, label, draws, book)
      }
      if let missing { draft.note(missing, at: at.place, measure: index) }
      let shownSum = enough ? drawnSum : nil
      if let shownSum {
        draft.values[made.sum][at.place] = shownSum
        if !isCounted, let error = sums[index].error(totals, request.profile.factors) {
          draft.sumErrors.take(error)
        }
      }
      if let column = made.squares {
        let squares = draws.value(at.drawn, column, k: k, kept: &draft.carried) { _ in
          self.squares(
            totals, of: index, count: valued ?? count, sum: shownSum, responds: responds, label: label)
        }
        if shownSum != nil, let squares { draft.values[column][at.place] = squares }
      }
      for (band, column) in made.bands.enumerated() {
        let inside = cuboid.bands[index][at.cell * made.bands.count + band]
        let set = CountedSet(
          part: .band(index, band), count: Int(inside.units), key: inside.key, responds: true)
        let shown = draws.value(at.drawn, column, k: k, kept: &draft.carried) { draws in
          guard enough, isLarge else { return nil }
          return shownCount(set, at, label, draws, book).map { Int128($0) }
        }
        if enough, let shown { draft.values[column][at.place] = shown }
      }
    }
  }

  /// n̂ of some units of a cell, by their canonical label; what was drawn of the same units under any label stays.
  private func shownCount(
    _ set: CountedSet, _ at: JudgedCell, _ label: @autoclosure () -> CellLabel, _ draws: TableDraws,
    _ book: DrawBook
  ) -> Int? {
    guard set.count >= request.profile.k else { return nil }
    let canonical = survey.identity.canonical(set.count, key: set.key, responds: set.responds)
    if let canonical {
      let own = member(at, set.part)
      let first = canonical.first
      if first != own, let held = held(first, at, draws, book) { return held.map { Int(clamping: $0) } }
      // A set keeps its first number while it lives, also where another label has become the coarsest since.
      if book.hasEarlier, set.count >= noise.threshold(key: set.key) {
        let members = survey.identity.members(set.count, key: set.key, responds: set.responds)
        for member in members where member != own && member != first {
          if let held = held(member, at, draws, book), let held, held >= Int128(request.profile.k) {
            return Int(clamping: held)
          }
        }
      }
    }
    return noise.shownCount(
      set.count, key: set.key, label: canonical?.label ?? partLabel(set.part, label()))
  }

  /// What was drawn of the units of another cell, as a count; nil where nothing was.
  private func held(
    _ member: SetIdentity.Member, _ at: JudgedCell, _ draws: TableDraws, _ book: DrawBook
  ) -> Int128?? {
    let measures = survey.identity.sources[Int(member.dataset)].measures
    let (quantity, step): (String, Int128) =
      switch member.part {
      case .all: ("n", 1)
      case .valued(let measure): (measures[measure].lasting + ".n", 1)
      case .cases(let measure): (measures[measure].sumQuantity, measures[measure].span)
      case .band(let measure, let band): ("\(measures[measure].lasting).band\(band + 1)", 1)
      }
    return held(member, quantity, at, draws, book).map { $0.map { $0 / step } }
  }

  private func held(
    _ member: SetIdentity.Member, _ quantity: String, _ at: JudgedCell, _ draws: TableDraws, _ book: DrawBook
  ) -> Int128?? {
    let shape = survey.identity.sources[Int(member.dataset)].shape
    // The sets of the survey can be numbered: its cells were.
    guard let grid = try? Grid(member.set, of: shape) else { return nil }
    let pairs = zip(grid.dimensions, grid.codes(at: Int(member.cell)))
      .filter { !shape.hidden.contains($0.0) }
      .map { (dimension: shape.dimensions[$0].name, code: shape.dimensions[$0].codes[Int($1)].code) }
    let k = request.profile.k
    guard Int(member.dataset) == place else { return book.held(of: shape.dataset, pairs, quantity, k: k) }
    return member.set == at.set ? draws.held(pairs, quantity, k: k) : book.held(pairs, quantity, k: k)
  }

  private func member(_ at: JudgedCell, _ part: SetIdentity.Part) -> SetIdentity.Member {
    SetIdentity.Member(set: at.set, cell: Int32(at.cell), dataset: Int32(place), part: part)
  }

  private func partLabel(_ part: SetIdentity.Part, _ label: CellLabel) -> CellLabel {
    switch part {
    case .all: label
    case .valued(let measure): measures[measure].complete ? label : label.valued(measures[measure].identity)
    case .cases(let measure): label.cases(measures[measure].identity)
    case .band(let measure, let band): label.band(measures[measure].identity, band)
    }
  }

  /// X̂ of a cell that may be shown: where the same units stand in another cell with the same sum, the number that stays there.
  private func sum(
    of index: Int, _ set: CountedSet, _ at: JudgedCell, _ totals: CellTotals,
    _ label: @autoclosure () -> CellLabel, _ draws: TableDraws, _ book: DrawBook
  ) -> Int128? {
    let canonical = survey.identity.canonical(set.count, key: set.key, responds: set.responds)
    // Drawn now, the others have this very number.
    if canonical != nil, book.hasEarlier {
      let own = member(at, measures[index].complete ? .all : .valued(index))
      for other in survey.identity.members(
        set.count, key: set.key, responds: set.responds, measure: measures[index].identity, sum: totals.sum)
      where other.member != own {
        let quantity = survey.identity.sources[Int(other.member.dataset)].measures[other.measure].sumQuantity
        if let held = held(other.member, quantity, at, draws, book), let held { return held }
      }
    }
    return sums[index].sum(totals, label: canonical?.label ?? partLabel(set.part, label()))
  }

  /// Q̂ of a cell whose sum is shown. The count must be so large that fewer than 3k units cannot be behind it,
  /// whatever the noise: a bound on the true count itself would tell it (DISCLOSURE a.6).
  private func squares(
    _ totals: CellTotals, of index: Int, count: Int128?, sum: Int128?, responds: Bool,
    label: @autoclosure () -> CellLabel
  ) -> Int128? {
    let p = request.profile.pPercent
    let top = Int128(totals.first) * Int128(totals.first)
    let second = Int128(totals.second) * Int128(totals.second)
    // A square known within 2p + p² tells its root within p.
    guard let count, let sum, count >= Int128(3 * request.profile.k + layers.largest),
      // Larger sums of squares leave the exact arithmetic of their noise.
      totals.squares < 1 << 110,
      !Dominance(total: totals.squares, largest: [top, second]).failsPPercent(2 * p + p * p / 100)
    else { return nil }
    // With another draw of its own, one count could be averaged of two.
    if isCounted[index] { return sum * measures[index].span }
    let canonical = survey.identity.canonical(totals.units, key: totals.key, responds: responds)
    return sums[index].squares(totals, label: canonical?.label ?? partLabel(.valued(index), label()))
  }
}
