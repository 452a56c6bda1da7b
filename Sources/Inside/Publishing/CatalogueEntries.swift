import Bytes
import Catalogs
import Disclosure
import Policies
import Releases
import Tables

extension CatalogueEntry {
  /// The public metadata of a dataset, once for each language of the catalogue.
  static func entries(of published: PublishedDataset, results: [Released], catalog: Catalog)
    -> [CatalogueEntry]
  {
    catalog.languages.map { language in
      let dataset = published.dataset
      let fields = dataset.resources.flatMap(\.schema.fields)
      return CatalogueEntry(
        dataset: dataset.name, language: language, title: dataset.title(language),
        description: dataset.description(language), keywords: dataset.keywords.map { $0(language) },
        words: [catalog.providerNames(of: dataset)(language)]
          + dataset.themes.compactMap { catalog.theme($0)?.title(language) }
          + fields.map(\.name) + fields.compactMap { $0.title?(language) },
        organization: dataset.provider.organization, themes: dataset.themes, level: published.level.id,
        openness: published.openness.rawValue,
        formats: Array(Set(published.files.map(\.format.rawValue))).sorted(),
        modified: published.modified,
        json: json(of: published, results: results, catalog: catalog, language: language))
    }
  }

  /// What the API answers for a dataset: metadata for all, files and fields for open ones, how to apply for the others.
  private static func json(
    of published: PublishedDataset, results: [Released], catalog: Catalog, language: String
  ) -> JSON {
    let dataset = published.dataset
    var members: [JSON.Member] = [
      .init("name", .string(dataset.name)), .init("title", .string(dataset.title(language))),
      .init("description", .string(dataset.description(language))),
      .init("keywords", JSON(dataset.keywords.map { $0(language) })), .init("themes", JSON(dataset.themes)),
      .init("license", .string(dataset.license)), .init("level", .string(published.level.id)),
      .init("openness", .string(published.openness.rawValue)), .init("synthetic", .bool(dataset.synthetic)),
      .init(
        "provider",
        [
          "organization": .string(dataset.provider.organization),
          "name": .string(catalog.providerNames(of: dataset)(language)),
          "person": .string(dataset.provider.person),
        ]),
      .init("manager", .string(catalog.manager)),
      .init("release", JSON(published.release)), .init("modified", .string(published.modified.rfc3339)),
      .init("page", .string("\(catalog.baseURL)\(catalog.page(dataset.name, language))")),
    ]
    if let join = dataset.join {
      members.append(
        .init(
          "derivedFrom",
          .array(
            join.sides.map { side in
              [
                "name": .string(side.dataset), "provider": .string(side.provider.organization),
                "page": .string("\(catalog.baseURL)\(catalog.page(side.dataset, language))"),
              ]
            })))
    }
    if let frequency = dataset.updateFrequency {
      members.append(.init("updateFrequency", .string(frequency.text)))
    }
    if let period = dataset.temporal { members.append(.init("temporal", .string(period.text))) }
    if let basis = dataset.classification.legalBasis {
      members.append(.init("legalBasis", .string(basis(language))))
    }
    if published.openness == .unconditional {
      members.append(
        .init(
          "resources",
          .array(
            dataset.resources.map { resource in
              [
                "name": .string(resource.name), "title": .string(resource.title?(language) ?? resource.name),
                "schema": resource.schema.json,
                "rows": .string(
                  "\(catalog.baseURL)/api/v1/datasets/\(dataset.name)/rows?resource=\(resource.name)"),
                "files": .array(
                  published.files.filter { $0.resource == resource.name }.map { file in
                    [
                      "format": .string(file.format.rawValue),
                      "url": .string("\(catalog.baseURL)/\(file.path)"),
                      "mediaType": .string(file.mediaType), "bytes": JSON(file.bytes),
                      "sha256": .string(file.sha256),
                      "rows": JSON(file.rows),
                    ]
                  }),
              ]
            })))
    } else if published.openness == .conditional {
      members.append(
        .init(
          "results",
          .array(
            results.map { result in
              [
                "name": .string(result.result), "title": .string(result.title(language)),
                "page": .string(
                  "\(catalog.baseURL)\(catalog.page(dataset.name, result: result.result, language))"),
                "columns": JSON(result.columns.map(\.name)),
                "tables": .array(result.tables.map { JSON($0.dimensions) }),
              ]
            })))
    }
    return .object(members)
  }
}

extension Catalog {
  private func prefix(_ language: String) -> String { language == firstLanguage ? "" : "/\(language)" }

  /// The path of a dataset's page: the first language at the root, the others below their code.
  func page(_ dataset: String, _ language: String) -> String { "\(prefix(language))/datasets/\(dataset)/" }

  func page(_ dataset: String, result: String, _ language: String) -> String {
    "\(prefix(language))/results/\(dataset)/\(result)/"
  }
}
