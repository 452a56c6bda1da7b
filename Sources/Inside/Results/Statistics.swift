package import Bytes
package import Catalogs
package import Disclosure
package import Policies

/// One result, computed and protected.
package struct Computed: Sendable {
  package let released: Released
  /// What the next computation has to know.
  package let history: ResultHistory
  package var report: CompilerReport
  /// The exact cells behind it, for the attacks to judge it by; nil where it was carried over whole, or where they hold
  /// more than answers tell.
  package let cube: TrueCube?
}

/// Computes the `statistic` results of a dataset: reads its table, makes exact cells, has them protected.
package enum Statistics {
  /// Reads the dataset's table and computes one result. For several results of one dataset read `Microdata` once and
  /// call the other form.
  package static func compute(
    dataset: Dataset, result: ResultDeclaration, profile: ProtectionProfile, keys: ProtectionKeys,
    policyHash: String, history: ResultHistory, now: Timestamp = .now(), codeLists: [String: CodeList] = [:]
  ) throws(ResultError) -> Computed {
    let plan = try IngestPlan(dataset)
    let sealer = try sealer(
      result, of: dataset, shape: plan.shape, measures: plan.measures, profile: profile, keys: keys,
      policyHash: policyHash, now: now)
    if let held = sealer.carried(from: history) {
      return Computed(released: held, history: history, report: sealer.report(carried: held), cube: nil)
    }
    let data = try Microdata.read(dataset, codeLists: codeLists, keys: keys)
    return try compute(
      data, try survey(data, of: dataset, history: history), dataset: dataset, result: result,
      profile: profile,
      keys: keys, policyHash: policyHash, history: history, now: now)
  }

  /// What has to be known of everything a dataset declares before one of its results is computed.
  package static func survey(
    _ data: Microdata, of dataset: Dataset, history: ResultHistory
  ) throws(ResultError) -> Survey {
    let data = data.named(in: history)
    return try CubeBuilder.survey([(data, try part(data, of: dataset, history: history))], history: history)
  }

  static func part(
    _ data: Microdata, of dataset: Dataset, history: ResultHistory
  ) throws(ResultError) -> Survey.Part {
    let data = data.named(in: history)
    var sets: [DimensionSet] = []
    for result in dataset.results where result.kind.hasCells {
      sets += try tables(result, of: dataset, shape: data.shape).map { data.shape.behind($0) }
    }
    return try part(data, sets, history: history)
  }

  /// The same of some tables, and of those that were drawn earlier: what is out of a set of units is looked for there.
  private static func part(
    _ data: Microdata, _ tables: [DimensionSet], history: ResultHistory
  ) throws(ResultError) -> Survey.Part {
    let shape = data.shape
    let earlier = history.drawn[shape.dataset]?.tables(of: shape) ?? []
    return try CubeBuilder.part(data, tables: tables + earlier)
  }

  /// Computes one result from microdata that are read and surveyed already.
  /// - Parameters:
  ///   - isCompared: whether the history has the changes since the last version, as that of a `FamilySurvey` has.
  ///   - explains: whether the report says of every table what would show more of it.
  package static func compute(
    _ data: Microdata, _ survey: Survey, dataset: Dataset, result: ResultDeclaration,
    profile: ProtectionProfile, keys: ProtectionKeys, policyHash: String, history: ResultHistory,
    isCompared: Bool = false, now: Timestamp = .now(), explains: Bool = false
  ) throws(ResultError) -> Computed {
    let data = data.named(in: history)
    let sealer = try sealer(
      result, of: dataset, shape: data.shape, measures: data.measures, profile: profile, keys: keys,
      policyHash: policyHash, now: now, explains: explains)
    if let held = sealer.carried(from: history) {
      return Computed(released: held, history: history, report: sealer.report(carried: held), cube: nil)
    }
    return try compute(data, survey, sealer: sealer, history: history, isCompared: isCompared)
  }

  /// What the attack suite attacks for a declared result.
  package static func target(
    _ data: Microdata, dataset: Dataset, result: ResultDeclaration, profile: ProtectionProfile,
    keys: ProtectionKeys
  ) throws(ResultError) -> Target {
    let data = data.told
    return Target(
      data, tables: try tables(result, of: dataset, shape: data.shape),
      measures: try measures(result, of: dataset, in: data.measures), profile: profile, keys: keys)
  }

  /// The same where the sealer's tables are all there are.
  static func compute(
    _ data: Microdata, sealer: Sealer, history: ResultHistory
  ) throws(ResultError) -> Computed {
    let survey = try CubeBuilder.survey(
      [(data, try part(data, sealer.tables, history: history))], history: history)
    return try compute(data, survey, sealer: sealer, history: history)
  }

  /// The common path: cells, changes since earlier draws, sealing.
  static func compute(
    _ data: Microdata, _ survey: Survey, sealer: Sealer, history: ResultHistory, isCompared: Bool = false
  ) throws(ResultError) -> Computed {
    let factors = try disclosing { () throws(DisclosureError) in try sealer.factors(survey, history) }
    let cube = try CubeBuilder.cube(
      data, tables: sealer.tables, measures: sealer.releasedMeasures, factors: factors)
    // What was drawn is of those who are told of.
    let (changes, maps): (Changes?, [String: StoredUnits]) =
      isCompared
      ? (history.drawn[data.shape.dataset].map { Changes($0) }, history.unitMaps)
      : try CarryOver.compare(data.told, with: history, k: sealer.k, folder: data.folder)
    let sealed = try disclosing { () throws(DisclosureError) in
      try sealer.seal(cube, survey: survey, history: history, changes: changes)
    }
    var kept = sealed.history
    kept.unitMaps = maps
    return Computed(
      released: sealed.released, history: kept, report: sealed.report,
      cube: data.shape.told.dimensions.count == data.shape.dimensions.count ? cube : nil)
  }

  private static func sealer(
    _ result: ResultDeclaration, of dataset: Dataset, shape: Shape, measures: [MeasureShape],
    profile: ProtectionProfile, keys: ProtectionKeys, policyHash: String, now: Timestamp,
    explains: Bool = false
  ) throws(ResultError) -> Sealer {
    let tables = try tables(result, of: dataset, shape: shape)
    // The microdata know what all results together ask of a measure; each releases what it declares itself.
    // Of one that this result does not declare it releases nothing.
    let own = measures.map { shape in
      shape.releasing(
        Set((result.measures.first { $0.field == shape.name }?.statistics ?? []).map(\.shape)))
    }
    var request = Sealer.Request(
      dataset: dataset.name, result: result.name, keyFamily: dataset.keyFamily, title: result.title,
      tables: tables,
      measures: try self.measures(result, of: dataset, in: measures),
      profile: profile, policyHash: policyHash, refresh: result.refresh, now: now,
      derived: Set(result.derived.map(\.sealed)),
      kin: dataset.kin.mapValues { Sealer.Kin(names: $0.names, isPart: $0.isPart, tables: $0.tables) })
    request.explains = explains
    return try disclosing { () throws(DisclosureError) in
      try Sealer(request, shape: shape, measures: own, keys: keys)
    }
  }

  /// Declared tables as places of dimensions.
  static func tables(
    _ result: ResultDeclaration, of dataset: Dataset, shape: Shape
  ) throws(ResultError) -> [[Int]] {
    var tables: [[Int]] = []
    for table in result.tables {
      var places: [Int] = []
      for name in table {
        guard let place = shape.dimension(name) else {
          throw ResultError(
            .declaration,
            "result \(result.name) of \(dataset.name) has a table over \(name), which is no dimension",
            hint: nearest(name, in: shape.dimensions.map(\.name)).map { "did you mean \($0)?" })
        }
        places.append(place)
      }
      tables.append(places)
    }
    return tables
  }

  /// Places of the measures a result releases.
  private static func measures(
    _ result: ResultDeclaration, of dataset: Dataset, in measures: [MeasureShape]
  ) throws(ResultError) -> [Int] {
    try result.measures.map { measure throws(ResultError) in
      guard let place = measures.firstIndex(where: { $0.name == measure.field }) else {
        throw ResultError(
          .declaration,
          Wording(
            "result \(result.name) of \(dataset.name) has the measure \(measure.field), which was not read",
            "\(dataset.name) 的结果 \(result.name) 的度量 \(measure.field) 没有读入"),
          hint: Wording("correct its measures in \(dataset.file)", "请改正 \(dataset.file) 中的度量"))
      }
      return place
    }
  }
}
