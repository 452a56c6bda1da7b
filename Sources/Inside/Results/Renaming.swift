import Bytes
import Catalogs
import Disclosure

/// Finds by which names the dimensions, codes and measures of a dataset were drawn first: by the units that they hold and
/// the values that these have, whatever they are called now (DISCLOSURE 00, rule 2). What moves between two versions is
/// left aside; of two conditions that go on as one another each keeps more than half of its units.
struct Renaming {
  /// What a dataset was when a map of it was written.
  private struct Former {
    let stored: StoredUnits
    /// Its dimensions and measures, without rows.
    let data: Microdata
  }

  private let dataset: Dataset
  private let data: Microdata
  private let known: LastingNames
  private let drawn: ResultHistory.Drawn
  private var formers: [Former] = []

  /// Notes in a history the names that draws of a dataset have.
  /// - Throws: `ResultError.declaration` where cells that are out go on as others of several dimensions, of which no name
  ///   can be told.
  static func note(
    _ dataset: Dataset, _ data: Microdata, in history: inout ResultHistory
  ) throws(ResultError) {
    guard let drawn = history.drawn[dataset.name], history.unitMaps[dataset.name] != nil else { return }
    let renaming = try Renaming(dataset, data.told, drawn, history)
    try renaming.note(in: &history)
  }

  private init(
    _ dataset: Dataset, _ data: Microdata, _ drawn: ResultHistory.Drawn, _ history: ResultHistory
  ) throws(ResultError) {
    (self.dataset, self.data, self.drawn) = (dataset, data, drawn)
    known = history.names[dataset.name] ?? LastingNames()
    // The last map, then those of what was declared before.
    var dimensions = Set(drawn.cells.keys.joined())
    var measures = drawn.measures
    let maps = history.unitMaps.filter { $0.key == dataset.name || $0.key.hasPrefix(dataset.name + "@") }
    for (_, stored) in maps.sorted(by: { $0.key < $1.key }) where !dimensions.isEmpty || !measures.isEmpty {
      let former = try UnitMap.former(
        stored, of: data.shape.named(history.names[dataset.name]).lasting, dimensions, measures)
      guard !former.shape.dimensions.isEmpty || !former.measures.isEmpty else { continue }
      formers.append(Former(stored: stored, data: former))
      dimensions.subtract(former.shape.dimensions.map(\.name))
      measures.subtract(former.measures.map(\.name))
    }
  }

  /// One that goes on: what it was called, and its codes by their places today.
  private struct Going {
    let name: String
    let codes: [Int: String]
    /// All that it had.
    let all: Set<String>
  }

  private func note(in history: inout ResultHistory) throws(ResultError) {
    var dimensions: [Int: Going] = [:]
    var measures: [Int: MeasureShape] = [:]
    for former in formers { try compare(former, &dimensions, &measures) }
    var names = known
    var used = Set(dimensions.values.map(\.name))
    for (place, dimension) in data.shape.dimensions.enumerated() {
      if let going = dimensions[place] {
        names.dimensions[dimension.name] = lasting(dimension, as: going)
      } else {
        let wanted = known.dimension(dimension.name)
        let name = Renaming.unique(wanted, besides: used)
        if name != wanted { names.dimensions[dimension.name] = .init(name) }
        used.insert(name)
      }
    }
    let declared = Set(data.shape.dimensions.map(\.name))
    names.dimensions = names.dimensions.filter { name, dimension in
      (declared.contains(name) || !used.contains(dimension.name))
        && (dimension.name != name || !dimension.codes.isEmpty)
    }
    note(measures, in: &names, &history.identities)
    history.names[dataset.name] = names == LastingNames() ? nil : names
    try refuseOtherParts(Set(dimensions.keys), used)
  }

  /// What goes on of a map under which name.
  private func compare(
    _ former: Former, _ dimensions: inout [Int: Going], _ measures: inout [Int: MeasureShape]
  ) throws(ResultError) {
    let (old, new) = (former.data.shape.dimensions, data.shape.dimensions)
    func isAsEver(_ before: Int, _ now: Int) -> Bool { known.dimension(new[now].name) == old[before].name }
    let all = old.indices.flatMap { before in new.indices.map { (before, $0) } }
    let same = all.filter { isAsEver($0.0, $0.1) }
    // Where every name is known, others are looked at only if one does not hold what it held.
    let isSettled = same.count == old.count && same.count == new.count
    var found = try compare(former, isSettled ? same : all)
    var likenesses = likenesses(found, former.data.shape)
    if isSettled, likenesses.contains(where: { $0.isKnown && $0.share < 0.5 }) {
      found = try compare(former, all)
      likenesses = self.likenesses(found, former.data.shape)
    }
    var taken: Set<Int> = []
    func take(_ likeness: UnitOverlaps.Likeness) {
      guard dimensions[likeness.now] == nil, taken.insert(likeness.before).inserted else { return }
      let codes = old[likeness.before].codes.map(\.code)
      dimensions[likeness.now] = Going(
        name: old[likeness.before].name, codes: likeness.cells.mapValues { codes[$0] }, all: Set(codes))
    }
    for likeness in likenesses
    where isAsEver(likeness.before, likeness.now) && (likeness.share >= 0.5 || !likeness.isKnown) {
      take(likeness)
    }
    for likeness in likenesses.sorted(by: { $0.share > $1.share })
    where likeness.goesOn { take(likeness) }
    compareMeasures(found, former.data, &measures)
  }

  /// Which measures go on as which; one that was revised as well, under its own name before others.
  private func compareMeasures(
    _ found: UnitOverlaps, _ former: Microdata, _ measures: inout [Int: MeasureShape]
  ) {
    let shapes = former.measures
    var pairs: [(before: Int, now: Int, share: Double, rank: Int)] = []
    for (before, row) in found.measures.enumerated() {
      for (now, units) in row.enumerated() where data.perUnit[now] == former.perUnit[before] {
        let measure = data.measures[now]
        let isAsEver = (known.measures[measure.name] ?? measure.name) == shapes[before].name
        let share = units.either == 0 ? 0 : Double(units.equal) / Double(units.either)
        let near = units.either == 0 ? 0 : Double(units.near) / Double(units.either)
        // Another digit is told by `CarryOver`.
        let isOther = measure.scale != shapes[before].scale
        guard isAsEver || (!isOther && units.either >= 10) else { continue }
        let rank: Int
        if isAsEver, units.either == 0 || share >= 0.5 || isOther {
          rank = 0
        } else if !isAsEver, share >= 0.8 {
          rank = 1
        } else if near > 0.5 {
          rank = isAsEver ? 2 : 3
        } else {
          continue
        }
        pairs.append((before, now, rank < 2 ? share : near, rank))
      }
    }
    // Under its own name with the same values, then those under another, then what was revised.
    pairs.sort { $0.rank != $1.rank ? $0.rank < $1.rank : $0.share > $1.share }
    var gone: Set<Int> = []
    for pair in pairs where measures[pair.now] == nil && gone.insert(pair.before).inserted {
      measures[pair.now] = shapes[pair.before]
    }
  }

  private func compare(_ former: Former, _ pairs: [(Int, Int)]) throws(ResultError) -> UnitOverlaps {
    func sides(_ shape: Shape) throws(ResultError) -> [UnitOverlaps.Side] {
      var sides: [UnitOverlaps.Side] = []
      for place in shape.dimensions.indices { sides.append(try .init(DimensionSet([place]), of: shape)) }
      return sides
    }
    var overlaps = UnitOverlaps(
      try sides(former.data.shape), try sides(data.shape), pairs: pairs,
      measures: (former.data.measures.count, data.measures.count))
    try overlaps.count(former.stored, like: former.data, in: data)
    return overlaps
  }

  private func likenesses(_ overlaps: UnitOverlaps, _ former: Shape) -> [UnitOverlaps.Likeness] {
    overlaps.likenesses { pair, before, now in
      let dimension = data.shape.dimensions[pair.1]
      let code = known.code(dimension.codes[now].code, of: dimension.name)
      if code == former.dimensions[pair.0].codes[before].code { return .same }
      // What a period is called follows from when it was; the next one is not the last under another name.
      if now < dimension.periods { return .apart }
      return former.depths[pair.0][before] == data.shape.depths[pair.1][now] ? .level : .other
    }
  }

  /// A code that goes on as none before is a new one, and has no name that another of them has.
  private func lasting(_ dimension: ReleasedDimension, as going: Going) -> LastingNames.Dimension {
    var used = Set(going.codes.values)
    var lasting = LastingNames.Dimension(going.name)
    for (place, code) in dimension.codes.enumerated() {
      var name = going.codes[place]
      if name == nil {
        name = Renaming.unique(known.code(code.code, of: dimension.name), besides: used, going.all)
        used.insert(name ?? code.code)
      }
      if name != code.code { lasting.codes[code.code] = name }
    }
    let declared = Set(dimension.codes.map(\.code))
    for (code, name) in known.dimensions[dimension.name]?.codes ?? [:]
    where !declared.contains(code) && !used.contains(name) { lasting.codes[code] = name }
    return lasting
  }

  private func note(
    _ going: [Int: MeasureShape], in names: inout LastingNames, _ identities: inout [String: String]
  ) {
    var used = Set(going.values.map(\.name))
    var drawn = Set(going.values.map(\.identity))
    for (place, measure) in data.measures.enumerated() {
      let lasting: String, identity: String
      if let held = going[place] {
        (lasting, identity) = (held.name, held.identity)
      } else {
        let wanted = (
          known.measures[measure.name] ?? measure.name, identities[measure.origin] ?? measure.origin
        )
        lasting = Renaming.unique(wanted.0, besides: used, self.drawn.measures)
        identity = lasting == wanted.0 ? wanted.1 : Renaming.unique(wanted.1, besides: drawn)
        used.insert(lasting)
        drawn.insert(identity)
      }
      names.measures[measure.name] = lasting == measure.name ? nil : lasting
      identities[measure.origin] = identity == measure.origin ? nil : identity
    }
    let declared = Set(data.measures.map(\.name))
    names.measures = names.measures.filter { declared.contains($0.key) || !used.contains($0.value) }
  }

  /// The name itself, or where another has it one that is like it.
  private static func unique(
    _ name: String, besides used: Set<String>, _ known: Set<String> = []
  ) -> String {
    guard used.contains(name) else { return name }
    var number = 2
    while used.contains("\(name)~\(number)") || known.contains("\(name)~\(number)") { number += 1 }
    return "\(name)~\(number)"
  }

  /// Refuses tables whose cells are those of a table that is out, over dimensions of which none goes on alone: two that are
  /// made one, or one that is made two.
  /// - Parameter going: places of the dimensions that go on.
  private func refuseOtherParts(_ going: Set<Int>, _ used: Set<String>) throws(ResultError) {
    let fresh = DimensionSet(data.shape.dimensions.indices.filter { !going.contains($0) })
    guard fresh.bits != 0 else { return }
    var tables: Set<DimensionSet> = []
    for result in dataset.results where result.kind.hasCells {
      for table in try Statistics.tables(result, of: dataset, shape: data.shape) {
        tables.insert(DimensionSet(table))
      }
    }
    let today = tables.filter { $0.bits & fresh.bits != 0 }.sorted { $0.bits < $1.bits }
    for former in formers where !today.isEmpty {
      let shape = former.data.shape
      let out = drawn.cells.keys.compactMap { names -> DimensionSet? in
        let places = names.compactMap { shape.dimension($0) }
        guard places.count == names.count, !used.isSuperset(of: names) else { return nil }
        return DimensionSet(places)
      }.sorted { $0.bits < $1.bits }
      guard !out.isEmpty else { continue }
      var (before, now): ([UnitOverlaps.Side], [UnitOverlaps.Side]) = ([], [])
      for set in out { before.append(try .init(set, of: shape)) }
      for set in today { now.append(try .init(set, of: data.shape)) }
      var overlaps = UnitOverlaps(
        before, now, pairs: before.indices.flatMap { place in now.indices.map { (place, $0) } })
      try overlaps.count(former.stored, like: former.data, in: data)
      guard
        let same = overlaps.likenesses({ _, _, _ in .other }).first(where: { $0.isWhole && $0.share >= 0.5 })
      else { continue }
      throw otherParts(
        out[same.before].places.map { shape.dimensions[$0].name },
        today[same.now].places.map { data.shape.dimensions[$0].name })
    }
  }

  private func otherParts(_ out: [String], _ today: [String]) -> ResultError {
    let (before, now) = (out.joined(separator: ", "), today.joined(separator: ", "))
    return ResultError(
      .declaration,
      Wording(
        "the table [\(before)] of \(dataset.name) is out, and [\(now)] has the same cells under other names: each number would be drawn a second time, and two draws can be averaged",
        "\(dataset.name) 的数据表 [\(before)] 已经发布，而 [\(now)] 以别的名称含有相同的单元格：每个数字会再抽取一次，两次抽取可以取平均"),
      hint: Wording(
        "keep the dimensions \(before) declared beside the new ones; cells of the same units then keep their numbers",
        "请在新维度之外保留维度 \(before) 的声明；主体相同的单元格便沿用原来的数字"))
  }
}
