import Bytes
package import Catalogs
package import Disclosure
package import Policies
import Releases
package import Results
import Trust

/// Opens a portal's results to the attack suite, as `publish` would compute them now. It writes nothing and needs no
/// release: where one is served, its numbers are the ones that are carried over.
package struct Attacking {
  /// One declared statistic, with all that the suite needs.
  package struct Subject: Sendable {
    package let dataset: Dataset
    package let result: ResultDeclaration
    package let profile: ProtectionProfile
    package let target: Target
    /// What would be served.
    package let released: Released
    /// The family's history before it and after.
    package let draws: (before: ResultHistory, after: ResultHistory)
    /// What is got out of a joined dataset by whoever holds its sources too; nothing of any other.
    package let joint: [AttackLine]
    /// `dataset/result`.
    package var name: String { "\(dataset.name)/\(result.name)" }
  }

  let policies: PolicySet
  let catalog: Catalog
  let keys: InsideKeys
  let history: History
  let portal: Portal
  let computed = JointResults()

  /// Reads policies, catalogue and the history of the release that is served.
  package init(_ portal: Portal) throws {
    self.portal = portal
    policies = try PolicySet.load(folder: portal.policies)
    catalog = try Catalog.load(folder: portal.catalog, policies: policies, work: portal.work)
    keys = try InsideKeys(portal: portal)
    let store = try ReleaseStore(folder: portal.outside, key: keys.release.publicKey)
    try Traces(portal).check(against: store)
    history = try History.load(portal, release: try store.served()?.number)
    try keys.check(against: history, of: portal)
  }

  /// Every declared statistic, as `dataset/result`.
  package var statistics: [String] {
    catalog.datasets.flatMap { dataset in
      dataset.results.filter { $0.kind.hasCells }.map { "\(dataset.name)/\($0.name)" }
    }
  }

  /// The statistics of that name: of a dataset, or `dataset/result`; all where none is named. Each is read when its
  /// turn comes.
  /// - Parameter profile: another profile than the declared one, by name.
  package func subjects(named name: String?, profile other: String? = nil) throws -> [() throws -> Subject] {
    if let other, policies.profiles[other] == nil {
      throw PublishingError(
        .refused, Wording("protection.json5 has no profile '\(other)'", "protection.json5 没有方案“\(other)”"),
        hint: Wording(
          "it has \(policies.profiles.keys.sorted().joined(separator: ", "))",
          "现有：\(policies.profiles.keys.sorted().joined(separator: "、"))"), blame: .usage)
    }
    var found: [() throws -> Subject] = []
    for dataset in catalog.datasets {
      for result in dataset.results where result.kind.hasCells {
        let full = "\(dataset.name)/\(result.name)"
        guard name == nil || name == dataset.name || name == full else { continue }
        found.append { try subject(dataset, result, profile: other ?? result.profile) }
      }
    }
    return found
  }

  private func subject(
    _ dataset: Dataset, _ result: ResultDeclaration, profile name: String
  ) throws -> Subject {
    guard let profile = policies.profiles[name] else {
      throw PublishingError(
        .refused,
        Wording(
          "\(dataset.name)/\(result.name) names the profile '\(name)', which protection.json5 does not have",
          "\(dataset.name)/\(result.name) 引用的方案“\(name)”不在 protection.json5 中"))
    }
    let (data, surveyed) = try read(dataset)
    let joint = try joint(dataset, data, profile)
    let target = try Statistics.target(
      data, dataset: dataset, result: result, profile: profile, keys: keys.protection)
    let made = try Statistics.compute(
      data, surveyed.survey, dataset: dataset, result: result, profile: profile, keys: keys.protection,
      policyHash: policies.hash, history: surveyed.history, isCompared: true)
    return Subject(
      dataset: dataset, result: result, profile: profile, target: target, released: made.released,
      draws: (surveyed.history, made.history), joint: joint)
  }

  /// A dataset's rows, and what is known of its family: the datasets of one are surveyed together.
  func read(_ dataset: Dataset) throws -> (data: Microdata, family: FamilySurvey) {
    if let known = computed.families[dataset.keyFamily], let data = known.data[dataset.name] {
      return (data, known.survey)
    }
    let members = catalog.datasets.filter {
      $0.name == dataset.name
        || $0.keyFamily == dataset.keyFamily && $0.results.contains(where: \.kind.hasCells)
    }
    let read = try Joins.with(members, of: catalog, in: portal) { joined in
      try joined.map {
        (dataset: $0, data: try Microdata.read($0, codeLists: catalog.codeLists, keys: keys.protection))
      }
    }
    let survey = try FamilySurvey(
      read, history: history.results[dataset.keyFamily] ?? ResultHistory(),
      k: policies.profiles.values.map(\.k).max() ?? 1)
    let data = Dictionary(
      zip(read.map(\.dataset.name), survey.data), uniquingKeysWith: { first, _ in first })
    guard let own = data[dataset.name] else { throw PublishingError.unjudged(dataset.name) }
    // One family is held at a time.
    computed.families = [dataset.keyFamily: JointResults.Family(data: data, survey: survey)]
    return (own, survey)
  }
}
