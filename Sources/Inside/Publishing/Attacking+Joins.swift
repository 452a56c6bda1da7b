import Catalogs
import Disclosure
import Policies
import Results

/// Results of datasets that are attacked together, computed once.
final class JointResults {
  /// The datasets of one family with their rows.
  struct Family {
    let data: [String: Microdata]
    let survey: FamilySurvey
  }

  var families: [String: Family] = [:]
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
    let (data, family) = try read(dataset)
    var made: [Released] = []
    for result in statistics {
      guard let profile = policies.profiles[result.profile] else { continue }
      made.append(
        try Statistics.compute(
          data, family.survey, dataset: dataset, result: result, profile: profile, keys: keys.protection,
          policyHash: policies.hash, history: family.history, isCompared: true
        ).released)
    }
    computed.byDataset[dataset.name] = made
    return made
  }
}
