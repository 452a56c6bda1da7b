import Bytes

/// The measures of a family by their identity: which of them go together.
struct MeasureKinds {
  private struct Place {
    let dataset: Int
    let measure: Int
  }

  /// Identities, in the order in which they are declared.
  private(set) var names: [String] = []
  private var places: [String: [Place]] = [:]
  private let parts: [Survey.Part]
  let former: [Survey.Former]

  init(_ parts: [Survey.Part], _ former: [Survey.Former] = []) {
    self.parts = parts
    self.former = former
    for (dataset, part) in parts.enumerated() {
      for (place, measure) in part.cube.measures.enumerated() {
        if places[measure.identity] == nil { names.append(measure.identity) }
        places[measure.identity, default: []].append(Place(dataset: dataset, measure: place))
      }
    }
  }

  private func shape(_ place: Place) -> MeasureShape { parts[place.dataset].cube.measures[place.measure] }

  /// For each measure whose name its lasting factors are drawn under: that of one which it nearly goes with.
  /// - Parameters:
  ///   - prominent: by measure its prominent units.
  ///   - known: under which names factors were drawn before.
  func factorNames(_ prominent: [String: Set<UInt64>], _ known: [String: String]) -> [String: String] {
    var found = known
    guard names.contains(where: { known[$0] == nil }) else { return found }
    let gone = former.flatMap(\.measures)
    let isCarried = prominent.contains { !$0.value.isEmpty }
    let values = isCarried && names.count + gone.count > 1 ? self.values() : [:]
    for name in names where found[name] == nil {
      // One that is out first, then one that is declared before.
      let others = (names + gone).filter { $0 != name && found[$0] != nil }
      let ordered = others.filter { known[$0] != nil } + others.filter { known[$0] == nil }
      let like = ordered.first { other in
        let giants = (prominent[name] ?? []).union(prominent[other] ?? [])
        return MeasureKinds.areNearlyProportional(values[name] ?? [:], values[other] ?? [:], giants)
      }
      found[name] = like.flatMap { found[$0] } ?? name
    }
    return found
  }

  /// A measure and a dataset that declares it, as they are declared.
  func said(_ name: String) -> (name: String, dataset: String) {
    guard let place = places[name]?.first else { return (name, "") }
    return (shape(place).name, parts[place.dataset].cube.shape.dataset)
  }

  /// What the units that one source tells of have of a measure.
  struct Column {
    let name: String
    let units: Set<UInt64>
    let values: [UInt64: Int64]
  }

  /// Some measures as each dataset has them, and as all have them together, with those that are out.
  func sources(_ wanted: [String]) -> [[Column]] {
    func columns(_ units: [SurveyedUnit], _ measures: [String]) -> [Column] {
      let keys = Set(units.map(\.key))
      return measures.enumerated().filter { wanted.contains($0.element) }.map { place, name in
        let values = units.compactMap { unit in unit.values[place].map { (unit.key, $0) } }
        return Column(
          name: name, units: keys, values: Dictionary(values, uniquingKeysWith: { first, _ in first }))
      }
    }
    var sources =
      parts.map { columns($0.units, $0.cube.measures.map(\.identity)) }
      + former.map { columns($0.units, $0.measures) }
    guard sources.count > 1 else { return sources }
    var seen: Set<String> = []
    sources.append(sources.joined().filter { seen.insert($0.name).inserted })
    return sources
  }

  /// By measure what the units have of it in the first dataset that says so.
  func values(zeros: Bool = false) -> [String: [UInt64: Int64]] {
    var values: [String: [UInt64: Int64]] = [:]
    for part in parts {
      for (place, measure) in part.cube.measures.enumerated() {
        for unit in part.units {
          guard let value = unit.values[place], zeros || value != 0 else { continue }
          if values[measure.identity]?[unit.key] == nil {
            values[measure.identity, default: [:]][unit.key] = value
          }
        }
      }
    }
    for part in former {
      for (place, measure) in part.measures.enumerated() {
        for unit in part.units {
          guard let value = unit.values[place], zeros || value != 0 else { continue }
          values[measure, default: [:]][unit.key] = value
        }
      }
    }
    return values
  }

  /// Whether one measure tells the other within 15 % for more than half of the units: of two lasting factors on what is
  /// nearly one value the mean would tell more than either, year after year. Giants decide where there are enough of them.
  private static func areNearlyProportional(
    _ one: [UInt64: Int64], _ other: [UInt64: Int64], _ giants: Set<UInt64>
  ) -> Bool {
    let valued = one.keys.filter { other[$0] != nil }
    let large = valued.filter { giants.contains($0) }
    let judged = large.count >= 10 ? large : valued
    var ratios: [Double] = []
    for unit in judged {
      guard let a = one[unit], let b = other[unit], (a < 0) == (b < 0) else { continue }
      ratios.append(Double(a.magnitude) / Double(b.magnitude))
    }
    ratios.sort()
    var first = 0, most = 0
    for last in ratios.indices {
      while ratios[first] * 1.15 < ratios[last] * 0.85 { first += 1 }
      most = max(most, last - first + 1)
    }
    return 2 * most > judged.count
  }

  /// The measures whose sums are counts, in every dataset.
  /// - Throws: `DisclosureError` where a table was not computed.
  func counted() throws(DisclosureError) -> Set<String> {
    var counted: Set<String> = []
    for name in names {
      var isCount = true
      for place in places[name] ?? [] where isCount {
        let part = parts[place.dataset]
        guard shape(place).isCoded else {
          isCount = false
          continue
        }
        for set in part.tables where isCount {
          let totals = try part.cube.cuboid(set).totals[place.measure]
          isCount = !totals.isEmpty && totals.allSatisfy { $0.areAll(shape(place).span) }
        }
      }
      if isCount { counted.insert(name) }
    }
    return counted
  }

  /// Sums from which a base is taken in one dataset and not in the other are two draws of one sum.
  func refuseTwoBases() throws(DisclosureError) {
    for name in names {
      guard let all = places[name], let first = all.first,
        let other = all.first(where: { shape($0).base != shape(first).base })
      else { continue }
      let (one, two) = (parts[first.dataset].cube.shape.dataset, parts[other.dataset].cube.shape.dataset)
      throw DisclosureError(
        .secondDraw,
        Wording(
          "measure \(shape(first).name) has one row for each unit in one of \(one) and \(two), and not in the other: its sums would be drawn in two ways",
          "度量 \(shape(first).name) 在 \(one) 与 \(two) 中的一处每个主体只有一行，另一处则不然：其合计会以两种方式抽取"),
        hint: Wording(
          "declare perUnit: \"last\" or \"mean\" in both", "请在两处都声明 perUnit: \"last\" 或 \"mean\""))
    }
  }

  /// Two names for the same values of the same units are two draws of each sum.
  func refuseTwoNames(_ identity: SetIdentity) throws(DisclosureError) {
    for one in parts.indices {
      for other in parts.indices.dropFirst(one + 1) {
        var cells: [(one: SetIdentity.Member, other: SetIdentity.Member)]?
        for mine in parts[one].cube.measures.indices {
          for theirs in parts[other].cube.measures.indices {
            let (left, right) = (Place(dataset: one, measure: mine), Place(dataset: other, measure: theirs))
            guard shape(left).identity != shape(right).identity else { continue }
            let shared = cells ?? identity.shared(one, other)
            cells = shared
            if areOne(left, right, in: shared) { throw twoNames(left, right) }
          }
        }
      }
    }
  }

  private func twoNames(_ one: Place, _ other: Place) -> DisclosureError {
    let names = (shape(one).name, shape(other).name)
    let datasets = (parts[one.dataset].cube.shape.dataset, parts[other.dataset].cube.shape.dataset)
    return DisclosureError(
      .secondDraw,
      Wording(
        "measure \(names.0) of \(datasets.0) and measure \(names.1) of \(datasets.1) are the same in every set of units that both tell of: each sum would be drawn twice, and two draws can be averaged",
        "\(datasets.0) 的度量 \(names.0) 与 \(datasets.1) 的度量 \(names.1) 在两者共有的每个主体集合中都相同：每个合计会抽取两次，两次抽取可以取平均"),
      hint: Wording(
        "give the field one name in both, or declare the measure in one of them",
        "请在两处使用同一字段名，或只在其中一处声明该度量"))
  }

  /// Whether two measures come to the same, each in units of its last digit, in all cells that hold the same units.
  private func areOne(
    _ one: Place, _ other: Place, in cells: [(one: SetIdentity.Member, other: SetIdentity.Member)]
  ) -> Bool {
    func power(_ digits: Int) -> Int128 { (0..<max(0, digits)).reduce(1) { power, _ in power &* 10 } }
    let (mine, theirs) = (power(shape(one).scale), power(shape(other).scale))
    var isKnown = false
    for cell in cells {
      guard let left = parts[one.dataset].cube.cuboids[cell.one.set]?.totals[one.measure], !left.isEmpty,
        let right = parts[other.dataset].cube.cuboids[cell.other.set]?.totals[other.measure], !right.isEmpty
      else { continue }
      let (a, b) = (left[Int(cell.one.cell)], right[Int(cell.other.cell)])
      guard a.cases == b.cases, a.caseKey == b.caseKey,
        a.absolute.multipliedReportingOverflow(by: theirs) == b.absolute.multipliedReportingOverflow(by: mine)
      else { return false }
      if a.cases > 0 { isKnown = true }
    }
    return isKnown
  }
}
