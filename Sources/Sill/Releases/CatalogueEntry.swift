package import Bytes

/// The public metadata of one dataset in one language, as the catalogue keeps and searches it.
package struct CatalogueEntry: Sendable {
  package let dataset: String
  /// BCP 47.
  package let language: String
  package let title: String
  package let description: String
  package let keywords: [String]
  /// Anything else that should be found: names of fields, of the agency, of themes.
  package let words: [String]
  package let organization: String
  package let themes: [String]
  package let level: String
  /// `unconditional`, `conditional`, `closed`.
  package let openness: String
  /// File formats offered; empty for restricted datasets.
  package let formats: [String]
  package let modified: Timestamp
  /// What the API answers for the dataset.
  package let json: JSON

  package init(
    dataset: String, language: String, title: String, description: String, keywords: [String],
    words: [String] = [],
    organization: String, themes: [String], level: String, openness: String, formats: [String],
    modified: Timestamp,
    json: JSON
  ) {
    self.dataset = dataset
    self.language = language
    self.title = title
    self.description = description
    self.keywords = keywords
    self.words = words
    self.organization = organization
    self.themes = themes
    self.level = level
    self.openness = openness
    self.formats = formats
    self.modified = modified
    self.json = json
  }
}

/// Which datasets of the catalogue are meant. What is nil or empty does not restrict.
package struct CatalogueFilter: Sendable {
  package enum Order: String, Sendable, CaseIterable { case relevance, title, modified, name }

  package var text: String?
  package var organization: String?
  package var theme: String?
  package var level: String?
  package var openness: String?
  package var format: String?
  package var order = Order.relevance
  package var limit = 20
  package var offset = 0

  package init() {}
}

/// A page of the catalogue.
package struct CataloguePage: Sendable {
  /// Datasets that the filter lets through, on all pages.
  package let total: Int
  package let datasets: [JSON]
  /// For each kind (`organization`, `theme`, `level`, `openness`, `format`), how many of them have which value.
  package let facets: [(kind: String, counts: [(value: String, count: Int)])]
}
