package import Bytes
import Policies

/// What harvesters read: the catalogue in the words of other standards, as pure functions of what is published.
///
/// Restricted datasets are there with their metadata, level, legal basis and how to apply, and never with a file.
package struct Exports: Sendable {
  let catalog: Catalog
  let published: [PublishedDataset]
  let created: Timestamp

  /// `published` holds what the release holds, in the order of names.
  package init(catalog: Catalog, published: [PublishedDataset], created: Timestamp) {
    self.catalog = catalog
    self.published = published
    self.created = created
  }

  /// DCAT 3 (conforms to DCAT-AP 3.0.1) as triples: `catalog.jsonld`, `catalog.ttl`, `catalog.rdf`.
  package func graph() -> Graph { DCAT(self).graph }

  // MARK: Addresses

  /// The page of a dataset.
  func page(_ dataset: Dataset) -> String { "\(catalog.baseURL)/datasets/\(dataset.name)/" }

  /// Where a company applies for a restricted dataset.
  func applyPage(_ dataset: Dataset) -> String { page(dataset) + "#apply" }

  /// The dataset itself, as harvesters name it.
  func iri(_ dataset: Dataset) -> String { page(dataset) + "#dataset" }

  func organizationIRI(_ id: String) -> String { "\(catalog.baseURL)/organizations/\(id)/#org" }

  func url(_ file: PublishedFile) -> String { "\(catalog.baseURL)/\(file.path)" }

  // MARK: Words

  /// The language for formats that know one: the one asked for, else English where there is some, else the first.
  func language(_ wanted: String?) -> String {
    wanted ?? (catalog.languages.contains("en") ? "en" : catalog.firstLanguage)
  }

  /// Files that may be listed: none unless the level is unconditional, whatever the caller hands over.
  func files(_ item: PublishedDataset) -> [PublishedFile] {
    item.openness == .unconditional ? item.files : []
  }

  /// Why it is restricted and how to apply; nil for open datasets.
  func conditions(_ item: PublishedDataset) -> Text? {
    let basis = item.dataset.classification.legalBasis
    func words(_ language: String) -> String {
      let level = item.level.title[language] ?? item.level.id
      let law = basis.map { $0(language) } ?? ""
      let apply = applyPage(item.dataset)
      switch (item.openness, language) {
      case (.unconditional, _): return ""
      case (.conditional, "zh"): return "\(level)。有条件开放：仅提供受保护的统计结果。法律依据：\(law)。申请：\(apply)"
      case (.conditional, _):
        return "\(level). Protected results only, under a grant. Apply: \(apply) Legal basis: \(law)"
      case (.closed, "zh"): return "\(level)。不予开放。法律依据：\(law)"
      case (.closed, _): return "\(level). Not open. Legal basis: \(law)"
      }
    }
    guard item.openness != .unconditional else { return nil }
    return Text(catalog.languages.map { ($0, words($0)) })
  }
}
