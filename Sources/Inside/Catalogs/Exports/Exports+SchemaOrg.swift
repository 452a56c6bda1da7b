package import Bytes
import Policies
import Tables

extension Exports {
  /// schema.org `Dataset` for the page of a dataset in one language, as Google Dataset Search reads it. Write it into a
  /// page by `JSON.serializedForScript`.
  package func schemaOrg(_ item: PublishedDataset, language: String) -> JSON {
    let dataset = item.dataset
    var members: [JSON.Member] = [
      .init("@context", "https://schema.org/"), .init("@type", "Dataset"),
      .init("@id", .string(iri(dataset))),
      .init("name", .string(dataset.title(language))),
      .init("description", .string(longDescription(dataset, language))),
      .init("url", .string(page(dataset))), .init("identifier", .string(iri(dataset))),
      .init("version", .string(String(item.release))), .init("dateModified", .string(item.modified.rfc3339)),
      .init("inLanguage", JSON(catalog.languages)),
      .init("isAccessibleForFree", JSON(item.openness == .unconditional)),
      .init("includedInDataCatalog", portal(language)),
    ]
    let others = catalog.languages.filter { $0 != language }.compactMap { dataset.title.exact($0) }
    if !others.isEmpty { members.append(.init("alternateName", JSON(others))) }
    if let issued = dataset.issued { members.append(.init("datePublished", .string(issued.iso))) }
    if !dataset.keywords.isEmpty {
      members.append(.init("keywords", JSON(dataset.keywords.map { $0(language) })))
    }
    if let license = catalog.license(dataset.license) {
      members.append(.init("license", .string(license.url)))
    }
    if let origin = dataset.origin { members.append(.init("creditText", .string(origin(language)))) }
    let agencies = dataset.providers.compactMap { catalog.organization($0) }.map { organization -> JSON in
      [
        "@type": "Organization", "@id": .string(organizationIRI(organization.id)),
        "name": .string(organization.name(language)), "email": .string(organization.email),
      ]
    }
    if let agency = agencies.first {
      members += [
        .init("creator", agencies.count > 1 ? .array(agencies) : agency), .init("publisher", agency),
      ]
    }
    if let join = dataset.join {
      let sources = join.sources.compactMap { catalog.dataset($0) }
      members.append(.init("isBasedOn", JSON(sources.map { iri($0) })))
    }
    if let temporal = dataset.temporal { members.append(.init("temporalCoverage", .string(temporal.text))) }
    if let spatial = dataset.spatial { members.append(.init("spatialCoverage", place(spatial, language))) }
    if let conditions = conditions(item) {
      members.append(.init("conditionsOfAccess", .string(conditions(language))))
    }
    if item.openness != .closed {
      members.append(.init("variableMeasured", .array(variables(dataset, language))))
    }
    let files = files(item)
    if !files.isEmpty { members.append(.init("distribution", .array(files.map(download)))) }
    return .object(members)
  }

  /// Google asks for 50 characters at least: the source stands behind a shorter one.
  private func longDescription(_ dataset: Dataset, _ language: String) -> String {
    let text = dataset.description(language)
    guard text.count < 50 else { return String(text.prefix(5000)) }
    return [
      text, dataset.origin?(language) ?? "", catalog.providerNames(of: dataset)(language),
      catalog.title(language),
    ]
    .filter { !$0.isEmpty }.joined(separator: " — ")
  }

  private func portal(_ language: String) -> JSON {
    [
      "@type": "DataCatalog", "name": .string(catalog.title(language)), "url": .string(catalog.baseURL + "/"),
    ]
  }

  private func place(_ spatial: Spatial, _ language: String) -> JSON {
    var members: [JSON.Member] = [.init("@type", "Place")]
    if let name = spatial.name { members.append(.init("name", .string(name(language)))) }
    if let uri = spatial.uri { members.append(.init("sameAs", .string(uri))) }
    if let code = spatial.code { members.append(.init("identifier", .string(code))) }
    if let box = spatial.box, box.count == 4 {
      // schema.org writes south west north east.
      members.append(
        .init("geo", ["@type": "GeoShape", "box": .string("\(box[1]) \(box[0]) \(box[3]) \(box[2])")]))
    }
    return .object(members)
  }

  private func variables(_ dataset: Dataset, _ language: String) -> [JSON] {
    dataset.resources.flatMap(\.schema.fields).map { field in
      var members: [JSON.Member] = [
        .init("@type", "PropertyValue"), .init("name", .string(field.title?(language) ?? field.name)),
        .init("identifier", .string(field.name)),
      ]
      if let text = field.description { members.append(.init("description", .string(text(language)))) }
      if let unit = field.unit { members.append(.init("unitText", .string(unit))) }
      return .object(members)
    }
  }

  private func download(_ file: PublishedFile) -> JSON {
    [
      "@type": "DataDownload", "contentUrl": .string(url(file)), "encodingFormat": .string(file.mediaType),
      "contentSize": .string("\(file.bytes) B"), "sha256": .string(file.sha256),
    ]
  }
}
