import Catalogs
import Disclosure
import Policies
import Results

/// Results of datasets that are attacked together, computed once.
final class JointResults {
  var byDataset: [String: [Released]] = [:]
}

extension Attacking {
  /// Attacks a joined dataset together with its sources, theirs, and whatever else is made of them.
  func joint(_ dataset: Dataset, _ data: Microdata, _ profile: ProtectionProfile) throws -> [AttackLine] {
    guard let join = dataset.join else { return [] }
    let names = Dictionary(
      dataset.dimensions.map { ($0.name, $0.name) }, uniquingKeysWith: { first, _ in first })
    var results = try released(dataset).map {
      JointResult($0, names: names, tables: join.required, made: join.tables.map(\.dataset))
    }
    for other in catalog.datasets {
      guard let kin = dataset.kin[other.name] else { continue }
      let tables = other.tables.filter(\.isRequired).map(\.dataset)
      results += try released(other).map {
        JointResult($0, names: kin.names, tables: tables, made: other.tables.map(\.dataset))
      }
    }
    return try Attacks.joint(data, results, profile: profile)
  }

  /// The statistics of a dataset as they would be served.
  private func released(_ dataset: Dataset) throws -> [Released] {
    if let known = computed.byDataset[dataset.name] { return known }
    let statistics = dataset.results.filter(\.kind.hasCells)
    guard !statistics.isEmpty else { return [] }
    let data = try Joins.with([dataset], of: catalog, in: portal) { joined in
      try Microdata.read(joined.first ?? dataset, codeLists: catalog.codeLists, keys: keys.protection)
    }
    let before = history.results[dataset.keyFamily] ?? ResultHistory()
    let survey = try Statistics.survey(data, of: dataset, history: before)
    var made: [Released] = []
    for result in statistics {
      guard let profile = policies.profiles[result.profile] else { continue }
      made.append(
        try Statistics.compute(
          data, survey, dataset: dataset, result: result, profile: profile, keys: keys.protection,
          policyHash: policies.hash, history: before
        ).released)
    }
    computed.byDataset[dataset.name] = made
    return made
  }
}
