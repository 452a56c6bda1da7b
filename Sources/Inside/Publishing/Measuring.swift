package import Bytes
import Catalogs
import Policies
package import Results

/// Measures what is left to use of declared statistics, from the rows, with keys of its own: it reads no key and no history
/// of the portal, and writes nothing.
package struct Measuring {
  /// The figures of one dataset under one profile.
  package struct Measured: Sendable {
    package let report: UtilityReport
    /// Whether one of the results declares the profile, and whether it may serve the dataset's declared level.
    package let isDeclared: Bool
    package let serves: Bool
    package let level: String

    package var json: JSON {
      var json = report.json
      json["declared"] = .bool(isDeclared)
      json["serves"] = .bool(serves)
      json["level"] = .string(level)
      return json
    }
  }

  private let policies: PolicySet
  private let catalog: Catalog
  private let portal: Portal

  /// Reads policies and catalogue.
  package init(_ portal: Portal) throws {
    self.portal = portal
    policies = try PolicySet.load(folder: portal.policies)
    catalog = try Catalog.load(folder: portal.catalog, policies: policies, work: portal.work)
  }

  /// Datasets with statistics, and each of these as `dataset/result`.
  package var names: [String] {
    catalog.datasets.flatMap { dataset in
      let results = dataset.results.filter { $0.kind.hasCells }.map { "\(dataset.name)/\($0.name)" }
      return results.isEmpty ? [] : [dataset.name] + results
    }
  }

  /// The figures of a dataset's statistics, or of one of them, under every profile or those that are named.
  package func measure(
    _ name: String, profiles wanted: [String], draws: Int, seed: UInt64,
    progress: (_ profile: String, _ draw: Int) -> Void = { _, _ in }
  ) throws -> [Measured] {
    for other in wanted where policies.profiles[other] == nil {
      throw PublishingError(
        .refused, Wording("protection.json5 has no profile '\(other)'", "protection.json5 没有方案“\(other)”"),
        hint: Wording(
          "it has \(policies.profiles.keys.sorted().joined(separator: ", "))",
          "现有：\(policies.profiles.keys.sorted().joined(separator: "、"))"), blame: .usage)
    }
    let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
    guard let dataset = parts.first.flatMap({ catalog.dataset($0) }) else { return [] }
    let results = dataset.results.filter { $0.kind.hasCells && (parts.count == 1 || $0.name == parts[1]) }
    guard !results.isEmpty else { return [] }
    let declared = results.map(\.profile)
    let level = policies.scale.level(dataset.classification.level)
    let serving = level.map { policies.profiles(serving: $0).map(\.name) } ?? []
    let others = policies.profiles.keys.filter { !declared.contains($0) }.sorted()
    let ordered = policies.profiles.keys.filter { declared.contains($0) }.sorted() + others
    return try Joins.with([dataset], of: catalog, in: portal) { joined in
      let lent = joined.first ?? dataset
      let data = try Microdata.read(lent, codeLists: catalog.codeLists, keys: Utility.keys(seed))
      return try (wanted.isEmpty ? ordered : wanted).compactMap { policies.profiles[$0] }.map { profile in
        Measured(
          report: try Utility.measure(
            data, dataset: lent, results: results, profile: profile, draws: draws, seed: seed
          ) { progress(profile.name, $0) },
          isDeclared: declared.contains(profile.name), serves: serving.contains(profile.name),
          level: dataset.classification.level)
      }
    }
  }
}
