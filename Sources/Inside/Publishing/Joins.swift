import Bytes
package import Catalogs
import Glibc
import Policies
import Results

/// Derived datasets with their rows, for as long as somebody works with them.
package enum Joins {
  /// Joins the sources of these datasets inside the door and lends the datasets with their tables, which are removed
  /// when the body is done. Those that are no joins are lent as they are.
  package static func with<R>(
    _ datasets: [Dataset], of catalog: Catalog, in portal: Portal, _ body: ([Dataset]) throws -> R
  ) throws -> R {
    guard datasets.contains(where: { $0.join != nil }) else { return try body(datasets) }
    try portal.makeInside()
    try removeAbandoned(portal)
    let folder = "\(portal.work)/\(prefix)\(getpid())"
    defer { try? Files.remove(folder) }
    var made: [Dataset] = []
    for (number, dataset) in datasets.enumerated() {
      guard let join = dataset.join else {
        made.append(dataset)
        continue
      }
      let place = "\(folder)/\(number)"
      try Files.makeDirectory(place, mode: 0o700)
      made.append(
        try JoinedTables.make(
          dataset, from: join.sources.compactMap { catalog.dataset($0) }, codeLists: catalog.codeLists,
          in: place))
    }
    return try body(made)
  }

  private static let prefix = "joins-"

  /// Removes what runs have left behind that ended before their time.
  private static func removeAbandoned(_ portal: Portal) throws {
    for name in try Files.list(portal.work) where name.hasPrefix(prefix) {
      guard !Files.exists("/proc/\(name.dropFirst(prefix.count))") else { continue }
      try Files.remove("\(portal.work)/\(name)")
    }
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
    var told = 0
    func examine(_ dataset: Dataset) throws -> Examination {
      try Examination(dataset, catalog: catalog, policies: policies, advises: advises)
    }
    for dataset in datasets where dataset.join == nil {
      told += 1
      progress(told, datasets.count, dataset.name)
      made[dataset.name] = try examine(dataset)
    }
    for dataset in datasets {
      guard let join = dataset.join else { continue }
      told += 1
      progress(told, datasets.count, dataset.name)
      var sources: [Examination] = []
      for source in join.sources.compactMap({ catalog.dataset($0) }) {
        sources.append(
          try made[source.name] ?? Examination(source, catalog: catalog, policies: policies))
      }
      guard sources.allSatisfy({ $0.faultCount == 0 }) else { continue }
      made[dataset.name] = try Joins.with([dataset], of: catalog, in: portal) { joined in
        var examination = try examine(joined.first ?? dataset)
        examination.sources = sources.map {
          SourceFacts(name: $0.dataset.name, level: $0.verdict(policies).level.id)
        }
        return examination
      }
    }
    return datasets.compactMap { made[$0.name] }
  }
}

extension Publisher {
  /// What stands against joining the sources of a dataset: each must be judged and be held at a conditional level.
  func objections(toDeriving dataset: Dataset, from judgements: [Judgement]) -> [Objection] {
    let reasons = (dataset.join?.sources ?? []).compactMap { source in
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

  /// The same where nothing has been judged yet: the sources are read and taken to the gate.
  func sources(of dataset: Dataset) throws -> [SourceFacts] {
    var judgements: [Judgement] = []
    for source in (dataset.join?.sources ?? []).compactMap({ catalog.dataset($0) }) {
      let examination = try Examination(source, catalog: catalog, policies: policies)
      switch try judge(examination) {
      case .success(let judgement): judgements.append(judgement)
      case .failure: continue
      }
    }
    let objections = objections(toDeriving: dataset, from: judgements)
    guard objections.isEmpty else { throw Rejection(faults: [], faultCount: 0, objections: objections) }
    return sources(of: dataset, in: judgements)
  }
}
