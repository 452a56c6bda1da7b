import Bytes
import Policies
import Tables

extension Exports {
  /// DCAT-US 1.1 (Project Open Data metadata schema), `/data.json`. One language, English where there is some.
  package func dataJSON(language: String? = nil) -> [UInt8] {
    let language = self.language(language)
    let document: JSON = [
      "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
      "@id": .string("\(catalog.baseURL)/data.json"), "@type": "dcat:Catalog",
      "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
      "describedBy": "https://project-open-data.cio.gov/v1.1/schema/catalog.json",
      "dataset": .array(published.map { entry($0, language) }),
    ]
    return document.serialized(pretty: true)
  }

  private func entry(_ item: PublishedDataset, _ language: String) -> JSON {
    let dataset = item.dataset
    let organization = catalog.organization(dataset.provider.organization)
    let name = catalog.providerNames(of: dataset)(language)
    var members: [JSON.Member] = [
      .init("@type", "dcat:Dataset"), .init("identifier", .string(iri(dataset))),
      .init("title", .string(dataset.title(language))),
      .init("description", .string(dataset.description(language))),
      .init(
        "keyword", JSON(dataset.keywords.isEmpty ? [dataset.name] : dataset.keywords.map { $0(language) })),
      .init("modified", .string(dataset.modified?.iso ?? item.modified.rfc3339)),
      .init("publisher", ["@type": "org:Organization", "name": .string(name)]),
      .init(
        "contactPoint",
        [
          "@type": "vcard:Contact", "fn": .string(name),
          "hasEmail": .string("mailto:" + (organization?.email ?? "")),
        ]),
      .init("accessLevel", .string(Self.accessLevel(item.openness))),
    ]
    if let conditions = conditions(item) {
      members.append(.init("rights", .string(String(conditions(language).prefix(255)))))
    }
    if let license = catalog.license(dataset.license) {
      members.append(.init("license", .string(license.url)))
    }
    if let issued = dataset.issued { members.append(.init("issued", .string(issued.iso))) }
    if let temporal = dataset.temporal, let end = temporal.end {
      members.append(
        .init("temporal", .string("\(Self.day(temporal.start, last: false))/\(Self.day(end, last: true))")))
    }
    if let spatial = dataset.spatial, let place = spatial.name?(language) ?? spatial.code ?? spatial.uri {
      members.append(.init("spatial", .string(place)))
    }
    if let frequency = dataset.updateFrequency {
      members.append(.init("accrualPeriodicity", .string(frequency.repeating)))
    }
    members.append(.init("language", JSON(catalog.languages)))
    let themes = dataset.themes.compactMap { catalog.theme($0)?.title(language) }
    if !themes.isEmpty { members.append(.init("theme", JSON(themes))) }
    members.append(.init("landingPage", .string(page(dataset))))
    let files = files(item)
    if !files.isEmpty {
      members.append(.init("distribution", .array(files.map { distribution($0, of: dataset, language) })))
    }
    return .object(members)
  }

  private func distribution(_ file: PublishedFile, of dataset: Dataset, _ language: String) -> JSON {
    [
      "@type": "dcat:Distribution",
      "title": .string((dataset.resource(file.resource)?.title ?? dataset.title)(language)),
      "downloadURL": .string(url(file)), "mediaType": .string(file.mediaType),
      "format": .string(file.format.rawValue.uppercased()),
    ]
  }

  private static func accessLevel(_ openness: Openness) -> String {
    switch openness {
    case .unconditional: "public"
    case .conditional: "restricted public"
    case .closed: "non-public"
    }
  }

  /// The first or last day of a year, month or day.
  static func day(_ text: String, last: Bool) -> String {
    switch text.utf8.count {
    case 4: return text + (last ? "-12-31" : "-01-01")
    case 7:
      guard let first = CalendarDate(iso: text + "-01"), last else { return text + "-01" }
      return first.adding(days: CalendarDate.days(in: first.month, of: first.year) - 1).iso
    default: return text
    }
  }
}
