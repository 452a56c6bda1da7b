package import Bytes
package import Catalogs
import Policies
import Results

/// Derived datasets with their rows, for as long as somebody works with them.
package enum Joins {
  /// Joins the sources of these datasets inside the door and lends the datasets with their tables, which have no name and
  /// are gone when the body is done. Those that are no joins are lent as they are. With datasets whose time has not come by `now`
  /// they are not compared.
  package static func with<R>(
    _ datasets: [Dataset], of catalog: Catalog, in portal: Portal, now: Timestamp = .now(),
    _ body: ([Dataset]) throws -> R
  ) throws -> R {
    guard datasets.contains(where: { $0.join != nil }) else { return try body(datasets) }
    try portal.makeWork()
    let stores = try (UnnamedFile(in: [portal.work]), UnnamedFile(in: [portal.work]))
    var made: [Dataset] = []
    for var dataset in datasets {
      for name in dataset.kin.keys where catalog.dataset(name)?.availableFrom.map({ now < $0 }) ?? false {
        dataset.kin[name]?.populations = []
      }
      guard dataset.join != nil else {
        made.append(dataset)
        continue
      }
      made.append(
        try JoinedTables.make(
          dataset, from: catalog.datasets, codeLists: catalog.codeLists, in: portal.work,
          into: stores))
    }
    return try body(made)
  }
}

extension Catalog {
  /// Datasets with tables of their own first, then what is derived, each after its sources.
  func inOrder(_ datasets: [Dataset]) -> [Dataset] {
    func depth(_ dataset: Dataset) -> Int {
      // A catalogue with a ring is not read.
      1 + (dataset.join?.sources.compactMap { self.dataset($0).map(depth) }.max() ?? -1)
    }
    let depths = datasets.map(depth)
    return datasets.indices.sorted { (depths[$0], $0) < (depths[$1], $1) }.map { datasets[$0] }
  }
}

extension Examination {
  /// Reads datasets of a catalogue one after the other, derived ones last and with the levels of their sources. A
  /// derived dataset of which a source has faults is left out: they are told with the source.
  package static func all(
    _ datasets: [Dataset], of catalog: Catalog, in portal: Portal, policies: PolicySet, advises: Bool = false,
    progress: (_ number: Int, _ count: Int, _ name: String) -> Void = { _, _, _ in }
  ) throws -> [Examination] {
    var made: [String: Examination] = [:]
    func examine(_ dataset: Dataset, advises: Bool) throws -> Examination? {
      guard let join = dataset.join else {
        return try Examination(dataset, catalog: catalog, policies: policies, advises: advises)
      }
      for name in join.sources where made[name] == nil {
        guard let source = catalog.dataset(name) else { continue }
        made[name] = try examine(source, advises: false)
      }
      let sources = join.sources.compactMap { made[$0] }
      guard sources.count == join.sources.count, sources.allSatisfy({ $0.faultCount == 0 }) else {
        return nil
      }
      return try Joins.with([dataset], of: catalog, in: portal) { joined in
        var examination = try Examination(
          joined.first ?? dataset, catalog: catalog, policies: policies, advises: advises)
        examination.sources = sources.map {
          SourceFacts(name: $0.dataset.name, level: $0.verdict(policies).level.id)
        }
        return examination
      }
    }
    for (told, dataset) in catalog.inOrder(datasets).enumerated() {
      progress(told + 1, datasets.count, dataset.name)
      made[dataset.name] = try examine(dataset, advises: advises)
    }
    return datasets.compactMap { made[$0.name] }
  }
}

extension Desk {
  /// What stands against joining the sources of a dataset: each must be judged and be held at a conditional level.
  func objections(toDeriving dataset: Dataset, from judgements: [Judgement]) -> [Objection] {
    objections(toDeriving: dataset, from: dataset.join?.sources ?? [], judgements)
  }

  /// The same of the tables at the ends of its chain, before what lies between has been read.
  func objections(toJoining dataset: Dataset, from judgements: [Judgement]) -> [Objection] {
    objections(toDeriving: dataset, from: dataset.join?.tables.map(\.dataset) ?? [], judgements)
  }

  private func objections(
    toDeriving dataset: Dataset, from sources: [String], _ judgements: [Judgement]
  ) -> [Objection] {
    let reasons = sources.compactMap { source in
      Gate.objection(
        toDeriving: dataset.name, from: source,
        at: judgements.first { $0.examination.dataset.name == source }?.pass.level)
    }
    return reasons.isEmpty ? [] : [Objection(dataset: dataset.name, reasons: reasons, needs: [])]
  }

  /// The effective levels of a derived dataset's sources, by the judgements on them.
  func sources(of dataset: Dataset, in judgements: [Judgement]) -> [SourceFacts] {
    (dataset.join?.sources ?? []).compactMap { source in
      judgements.first { $0.examination.dataset.name == source }.map {
        SourceFacts(name: source, level: $0.pass.level.id)
      }
    }
  }

  /// Takes derived datasets to the gate, each after its sources, whose levels are its evidence.
  /// - Parameter examinations: of the joined datasets.
  func judge(
    derived examinations: [Examination], after judgements: [Judgement]
  ) throws -> (judgements: [Judgement], objections: [Objection]) {
    var known = judgements
    var objections: [Objection] = []
    for dataset in catalog.inOrder(examinations.map(\.dataset)) {
      guard var examination = examinations.first(where: { $0.dataset.name == dataset.name }) else { continue }
      let problems = self.objections(toDeriving: dataset, from: known)
      guard problems.isEmpty else {
        objections += problems
        continue
      }
      examination.sources = sources(of: dataset, in: known)
      let (judged, refused) = try judge([examination])
      known += judged
      objections += refused
    }
    return (known, objections)
  }

  /// The same where nothing has been judged yet: the sources are read and taken to the gate, and theirs before them.
  func sources(of dataset: Dataset) throws -> [SourceFacts] {
    var wanted: [Dataset] = []
    var next = dataset.join?.sources ?? []
    while let name = next.popLast() {
      guard let source = catalog.dataset(name), !wanted.contains(where: { $0.name == name }) else { continue }
      wanted.append(source)
      next += source.join?.sources ?? []
    }
    let tables = try wanted.filter { $0.join == nil }.map {
      try Examination($0, catalog: catalog, policies: policies)
    }
    let judged = try judge(tables).0
    let judgements = try Joins.with(wanted.filter { $0.join != nil }, of: catalog, in: portal) { joined in
      let examinations = try joined.map { try Examination($0, catalog: catalog, policies: policies) }
      return try judge(derived: examinations, after: judged).judgements
    }
    let objections = objections(toDeriving: dataset, from: judgements)
    guard objections.isEmpty else { throw Rejection(faults: [], faultCount: 0, objections: objections) }
    return sources(of: dataset, in: judgements)
  }
}
