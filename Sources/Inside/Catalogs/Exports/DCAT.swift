import Bytes
import Policies
import Tables

/// Builds the DCAT 3 graph of a catalogue. Classes of everything that is referred to are in the graph, as the shapes of
/// DCAT-AP 3.0.1 want it.
struct DCAT {
  let exports: Exports
  private(set) var graph = Graph()

  private static let eu = "http://publications.europa.eu/resource/authority/"
  private var catalog: Catalog { exports.catalog }

  init(_ exports: Exports) {
    self.exports = exports
    addCatalog()
    for theme in catalog.themes { add(theme) }
    for item in exports.published { add(item) }
    // Agencies and licences that something refers to.
    let providers = Set(exports.published.flatMap(\.dataset.providers) + [catalog.publisher])
    for organization in catalog.organizations where providers.contains(organization.id) { add(organization) }
    let terms = Set(exports.published.map(\.dataset.license) + [catalog.license])
    for license in catalog.licenses where terms.contains(license.id) {
      graph.type(license.url, "dct:LicenseDocument")
      graph.say(license.url, "dct:title", license.title)
    }
  }

  private var catalogIRI: String { "\(catalog.baseURL)/#catalog" }
  private var schemeIRI: String { "\(catalog.baseURL)/themes/#scheme" }
  private func themeIRI(_ id: String) -> String { "\(catalog.baseURL)/themes/\(id)/#theme" }

  private mutating func addCatalog() {
    let home = "\(catalog.baseURL)/"
    graph.type(catalogIRI, "dcat:Catalog")
    graph.say(catalogIRI, "dct:title", catalog.title)
    graph.say(catalogIRI, "dct:description", catalog.description)
    graph.link(catalogIRI, "dct:publisher", exports.organizationIRI(catalog.publisher))
    graph.link(catalogIRI, "foaf:homepage", home)
    graph.type(home, "foaf:Document")
    graph.say(home, "dct:title", catalog.title)
    graph.say(catalogIRI, "dct:modified", moment(exports.created))
    if let license = catalog.license(catalog.license) { graph.link(catalogIRI, "dct:license", license.url) }
    languages(of: catalogIRI)
    graph.link(catalogIRI, "dcat:themeTaxonomy", schemeIRI)
    graph.link(catalogIRI, "dcat:themeTaxonomy", Self.eu + "data-theme")
    graph.type(Self.eu + "data-theme", "skos:ConceptScheme")
    graph.say(Self.eu + "data-theme", "dct:title", .text("Data theme", language: "en"))
    graph.type(schemeIRI, "skos:ConceptScheme")
    graph.say(schemeIRI, "dct:title", Text([("zh", "主题"), ("en", "Themes")]))
  }

  private mutating func add(_ theme: Theme) {
    graph.type(themeIRI(theme.id), "skos:Concept")
    graph.say(themeIRI(theme.id), "skos:prefLabel", theme.title)
    graph.link(themeIRI(theme.id), "skos:inScheme", schemeIRI)
    if let code = theme.euTheme {
      graph.link(themeIRI(theme.id), "skos:broadMatch", Self.eu + "data-theme/" + code)
    }
  }

  private mutating func add(_ organization: Organization) {
    let iri = exports.organizationIRI(organization.id)
    graph.type(iri, "foaf:Agent", "foaf:Organization")
    // A plain name: DCAT-US wants no language tag, DCAT-AP allows none.
    graph.say(iri, "foaf:name", .text(organization.name(catalog.firstLanguage), language: nil))
    graph.link(iri, "foaf:mbox", "mailto:" + organization.email)
    if let code = organization.creditCode { graph.say(iri, "dct:identifier", .text(code, language: nil)) }
  }

  // MARK: Datasets

  private mutating func add(_ item: PublishedDataset) {
    let dataset = item.dataset
    let iri = exports.iri(dataset)
    graph.link(catalogIRI, "dcat:dataset", iri)
    graph.type(iri, "dcat:Dataset")
    graph.say(iri, "dct:identifier", .text(dataset.name, language: nil))
    common(iri, item, title: dataset.title, description: dataset.description)
    graph.link(iri, "dcat:landingPage", exports.page(dataset))
    graph.type(exports.page(dataset), "foaf:Document")
    graph.say(iri, "dcat:version", .text(String(item.release), language: nil))
    if let issued = dataset.issued { graph.say(iri, "dct:issued", day(issued)) }
    let modified = dataset.modified.map(day) ?? moment(item.modified)
    graph.say(iri, "dct:modified", modified)
    if let frequency = dataset.updateFrequency {
      graph.link(iri, "dct:accrualPeriodicity", frequency.euIRI)
      graph.type(frequency.euIRI, "dct:Frequency")
    }
    languages(of: iri)
    coverage(iri, dataset)
    if let origin = dataset.origin {
      let source = exports.page(dataset) + "#origin"
      graph.link(iri, "dct:provenance", source)
      graph.type(source, "dct:ProvenanceStatement")
      graph.say(source, "rdfs:label", origin)
    }
    if let join = dataset.join {
      for id in dataset.providers { graph.link(iri, "dct:creator", exports.organizationIRI(id)) }
      for source in join.sources.compactMap({ catalog.dataset($0) }) {
        graph.link(iri, "dct:source", exports.iri(source))
      }
    }
    for file in exports.files(item) { add(file, of: item) }
    if item.openness == .unconditional { addRowService(item) }
    if item.openness == .conditional {
      for result in dataset.results { add(result, of: item) }
    }
  }

  /// What datasets and services have in common.
  private mutating func common(_ iri: String, _ item: PublishedDataset, title: Text, description: Text) {
    let dataset = item.dataset
    graph.say(iri, "dct:title", title)
    graph.say(iri, "dct:description", description)
    graph.link(iri, "dct:publisher", exports.organizationIRI(dataset.provider.organization))
    let contact = "\(catalog.baseURL)/organizations/\(dataset.provider.organization)/#contact"
    if let organization = catalog.organization(dataset.provider.organization) {
      graph.link(iri, "dcat:contactPoint", contact)
      graph.type(contact, "vcard:Kind", "vcard:Organization")
      graph.say(contact, "vcard:fn", .text(organization.name(catalog.firstLanguage), language: nil))
      graph.link(contact, "vcard:hasEmail", "mailto:" + organization.email)
    }
    for keyword in dataset.keywords { graph.say(iri, "dcat:keyword", keyword) }
    for id in dataset.themes {
      graph.link(iri, "dcat:theme", themeIRI(id))
      if let code = catalog.theme(id)?.euTheme {
        graph.link(iri, "dcat:theme", Self.eu + "data-theme/" + code)
      }
    }
    let access = Self.eu + "access-right/" + Self.accessRight(item.openness)
    graph.link(iri, "dct:accessRights", access)
    graph.type(access, "dct:RightsStatement")
    if let conditions = exports.conditions(item) {
      let rights = exports.page(dataset) + "#rights"
      graph.link(iri, "dct:rights", rights)
      graph.type(rights, "dct:RightsStatement")
      graph.say(rights, "rdfs:label", conditions)
    }
  }

  private static func accessRight(_ openness: Openness) -> String {
    switch openness {
    case .unconditional: "PUBLIC"
    case .conditional: "RESTRICTED"
    case .closed: "NON_PUBLIC"
    }
  }

  private mutating func coverage(_ iri: String, _ dataset: Dataset) {
    if let temporal = dataset.temporal {
      let period = exports.page(dataset) + "#temporal"
      graph.link(iri, "dct:temporal", period)
      graph.type(period, "dct:PeriodOfTime")
      graph.say(period, "dcat:startDate", calendar(temporal.start))
      if let end = temporal.end { graph.say(period, "dcat:endDate", calendar(end)) }
    }
    guard let spatial = dataset.spatial else { return }
    let place = spatial.uri ?? exports.page(dataset) + "#spatial"
    graph.link(iri, "dct:spatial", place)
    graph.type(place, "dct:Location")
    if let name = spatial.name { graph.say(place, "skos:prefLabel", name) }
    if let code = spatial.code { graph.say(place, "dct:identifier", .text(code, language: nil)) }
    if let box = spatial.box, box.count == 4 {
      let (w, s, e, n) = (box[0], box[1], box[2], box[3])
      let polygon = "POLYGON((\(w) \(s),\(e) \(s),\(e) \(n),\(w) \(n),\(w) \(s)))"
      graph.say(place, "dcat:bbox", .typed(polygon, datatype: "geo:wktLiteral"))
    }
  }

  // MARK: Distributions and services

  private mutating func add(_ file: PublishedFile, of item: PublishedDataset) {
    let dataset = item.dataset
    let iri = exports.page(dataset) + "#\(file.resource).\(file.format.fileExtension)"
    let resource = dataset.resource(file.resource)
    graph.link(exports.iri(dataset), "dcat:distribution", iri)
    graph.type(iri, "dcat:Distribution")
    graph.say(iri, "dct:title", resource?.title ?? dataset.title)
    graph.say(
      iri, "dct:description",
      Text([
        ("zh", "\(file.format.rawValue.uppercased())，\(file.rows) 行"),
        ("en", "\(file.format.rawValue.uppercased()), \(file.rows) rows"),
      ]))
    graph.link(iri, "dcat:accessURL", exports.url(file))
    graph.link(iri, "dcat:downloadURL", exports.url(file))
    graph.type(exports.url(file), "rdfs:Resource")
    let media = "https://www.iana.org/assignments/media-types/" + file.mediaType
    graph.link(iri, "dcat:mediaType", media)
    graph.type(media, "dct:MediaType")
    if let code = Self.fileType(file.format) {
      graph.link(iri, "dct:format", Self.eu + "file-type/" + code)
      graph.type(Self.eu + "file-type/" + code, "dct:MediaTypeOrExtent")
    }
    if let license = catalog.license(dataset.license) { graph.link(iri, "dct:license", license.url) }
    graph.say(iri, "dcat:byteSize", .typed(String(file.bytes), datatype: "xsd:nonNegativeInteger"))
    let stable = Self.eu + "planned-availability/STABLE"
    graph.link(iri, "dcatap:availability", stable)
    graph.say(iri, "dct:modified", moment(item.modified))
    let sum = iri + ".sha256"
    graph.link(iri, "spdx:checksum", sum)
    graph.type(sum, "spdx:Checksum")
    graph.link(sum, "spdx:algorithm", "http://spdx.org/rdf/terms#checksumAlgorithm_sha256")
    graph.say(sum, "spdx:checksumValue", .typed(file.sha256, datatype: "xsd:hexBinary"))
  }

  /// Codes of the EU file-type authority list; nil where it has none.
  private static func fileType(_ format: TableFormat) -> String? {
    switch format {
    case .csv, .csvExcel: "CSV"
    case .tsv: "TSV"
    case .json: "JSON"
    case .xml: "XML"
    case .xlsx: "XLSX"
    case .sqlite: "SQLITE"
    case .parquet: "PARQUET"
    case .geojson: "GEOJSON"
    case .turtle: "RDF_TURTLE"
    case .ndjson: nil
    }
  }

  /// The row queries of an open dataset.
  private mutating func addRowService(_ item: PublishedDataset) {
    let dataset = item.dataset
    let title = Text([("zh", "行查询：\(dataset.title("zh"))"), ("en", "Row queries: \(dataset.title("en"))")])
    service(
      exports.page(dataset) + "#rows", item, title: title, description: dataset.description,
      endpoint: "\(catalog.baseURL)/api/v1/datasets/\(dataset.name)/rows")
  }

  /// A result of a restricted dataset: how it is called, and where one applies.
  private mutating func add(_ result: ResultDeclaration, of item: PublishedDataset) {
    let page = "\(catalog.baseURL)/results/\(item.dataset.name)/\(result.name)/"
    service(
      page + "#service", item, title: result.title, description: result.description,
      endpoint: "\(catalog.gatewayURL ?? catalog.baseURL)/v1/results/\(item.dataset.name)/\(result.name)")
    graph.link(page + "#service", "dcat:landingPage", page)
    graph.type(page, "foaf:Document")
  }

  private mutating func service(
    _ iri: String, _ item: PublishedDataset, title: Text, description: Text, endpoint: String
  ) {
    graph.link(catalogIRI, "dcat:service", iri)
    graph.type(iri, "dcat:DataService")
    common(iri, item, title: title, description: description)
    graph.link(iri, "dcat:endpointURL", endpoint)
    graph.type(endpoint, "rdfs:Resource")
    graph.link(iri, "dcat:endpointDescription", "\(catalog.baseURL)/openapi.json")
    graph.type("\(catalog.baseURL)/openapi.json", "rdfs:Resource")
    graph.link(iri, "dcat:servesDataset", exports.iri(item.dataset))
    graph.link(iri, "dct:conformsTo", "https://spec.openapis.org/oas/v3.1.0")
    graph.type("https://spec.openapis.org/oas/v3.1.0", "dct:Standard")
    if let license = catalog.license(item.dataset.license), item.openness == .unconditional {
      graph.link(iri, "dct:license", license.url)
    }
  }

  // MARK: Values

  private func moment(_ time: Timestamp) -> Term { .typed(time.rfc3339, datatype: "xsd:dateTime") }
  private func day(_ date: CalendarDate) -> Term { .typed(date.iso, datatype: "xsd:date") }

  /// A year, month or day of ISO 8601.
  private func calendar(_ text: String) -> Term {
    switch text.utf8.count {
    case 4: .typed(text, datatype: "xsd:gYear")
    case 7: .typed(text, datatype: "xsd:gYearMonth")
    default: .typed(text, datatype: "xsd:date")
    }
  }

  /// Languages by the EU authority list, where it is known how that calls them.
  private mutating func languages(of iri: String) {
    let codes = [
      "zh": "ZHO", "en": "ENG", "fr": "FRA", "de": "DEU", "es": "SPA", "pt": "POR", "ru": "RUS", "ja": "JPN",
      "ko": "KOR", "ar": "ARA",
    ]
    for language in catalog.languages {
      guard let code = codes[String(language.prefix { $0 != "-" })] else { continue }
      graph.link(iri, "dct:language", Self.eu + "language/" + code)
      graph.type(Self.eu + "language/" + code, "dct:LinguisticSystem")
    }
  }
}
