package import Bytes
package import Catalogs
package import Disclosure
package import Policies

/// Computes the `statistic` results of a dataset: reads its table, makes exact cells, has them protected.
package enum Statistics {
  /// Reads the dataset's table and computes one result. For several results of one dataset read `Microdata` once and
  /// call the other form.
  package static func compute(
    dataset: Dataset, result: ResultDeclaration, profile: ProtectionProfile, keys: ProtectionKeys,
    policyHash: String, history: ResultHistory, now: Timestamp = .now(), codeLists: [String: CodeList] = [:]
  ) throws(ResultError) -> (released: Released, history: ResultHistory, report: CompilerReport) {
    let plan = try IngestPlan(dataset)
    let sealer = try sealer(
      result, of: dataset, shape: plan.shape, measures: plan.measures, profile: profile, keys: keys,
      policyHash: policyHash, now: now)
    if let held = sealer.carried(from: history) { return (held, history, sealer.report(carried: held)) }
    let data = try Microdata.read(dataset, codeLists: codeLists, keys: keys)
    return try compute(
      data, dataset: dataset, result: result, profile: profile, keys: keys, policyHash: policyHash,
      history: history,
      now: now)
  }

  /// Computes one result from microdata that are read already.
  package static func compute(
    _ data: Microdata, dataset: Dataset, result: ResultDeclaration, profile: ProtectionProfile,
    keys: ProtectionKeys, policyHash: String, history: ResultHistory, now: Timestamp = .now()
  ) throws(ResultError) -> (released: Released, history: ResultHistory, report: CompilerReport) {
    let sealer = try sealer(
      result, of: dataset, shape: data.shape, measures: data.measures, profile: profile, keys: keys,
      policyHash: policyHash, now: now)
    if let held = sealer.carried(from: history) { return (held, history, sealer.report(carried: held)) }
    return try compute(data, sealer: sealer, history: history)
  }

  /// What the attack suite attacks for a declared result.
  package static func target(
    _ data: Microdata, dataset: Dataset, result: ResultDeclaration, profile: ProtectionProfile,
    keys: ProtectionKeys
  ) throws(ResultError) -> Target {
    Target(
      data, tables: try tables(result, of: dataset, shape: data.shape),
      measures: measures(result, in: data.measures), profile: profile, keys: keys)
  }

  /// The common path: cells, changes since earlier draws, sealing.
  static func compute(
    _ data: Microdata, sealer: Sealer, history: ResultHistory
  ) throws(ResultError) -> (released: Released, history: ResultHistory, report: CompilerReport) {
    let tables = sealer.tables
    let cube = try CubeBuilder.cube(data, tables: tables, measures: sealer.releasedMeasures, workers: 1)
    let (changes, map) = try CarryOver.compare(data, with: history)
    let sealed = try disclosing { () throws(DisclosureError) in
      try sealer.seal(cube, history: history, changes: changes)
    }
    var kept = sealed.history
    kept.unitMaps[data.shape.dataset] = map
    return (sealed.released, kept, sealed.report)
  }

  private static func sealer(
    _ result: ResultDeclaration, of dataset: Dataset, shape: Shape, measures: [MeasureShape],
    profile: ProtectionProfile, keys: ProtectionKeys, policyHash: String, now: Timestamp
  ) throws(ResultError) -> Sealer {
    let tables = try tables(result, of: dataset, shape: shape)
    let request = Sealer.Request(
      dataset: dataset.name, result: result.name, keyFamily: dataset.keyFamily, title: result.title,
      tables: tables,
      measures: self.measures(result, in: measures),
      profile: profile, policyHash: policyHash, refresh: result.refresh, now: now)
    return try disclosing { () throws(DisclosureError) in
      try Sealer(request, shape: shape, measures: measures, keys: keys)
    }
  }

  /// Declared tables as places of dimensions.
  private static func tables(
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
  private static func measures(_ result: ResultDeclaration, in measures: [MeasureShape]) -> [Int] {
    result.measures.compactMap { measure in measures.firstIndex { $0.name == measure.field } }
  }
}
