import Bytes
import Policies
import Tables

extension Exports {
  /// Data Package (version 2, readable by version 1) of an open dataset, to lie beside its files as
  /// `data/<dataset>/datapackage.json`; nil for others, which have no files to list. One language.
  package func dataPackage(_ item: PublishedDataset, language: String? = nil) -> [UInt8]? {
    let language = self.language(language)
    let dataset = item.dataset
    let resources = files(item).filter { $0.format == .csv }.compactMap {
      resource($0, of: dataset, language)
    }
    guard !resources.isEmpty else { return nil }
    let organization = catalog.organization(dataset.provider.organization)
    var members: [JSON.Member] = [
      .init("$schema", "https://datapackage.org/profiles/2.0/datapackage.json"),
      .init("name", .string(dataset.name)), .init("id", .string(iri(dataset))),
      .init("title", .string(dataset.title(language))),
      .init("description", .string(dataset.description(language))),
      .init("homepage", .string(page(dataset))), .init("version", .string(String(item.release))),
      .init("created", .string(item.modified.rfc3339)),
    ]
    if !dataset.keywords.isEmpty {
      members.append(.init("keywords", JSON(dataset.keywords.map { $0(language) })))
    }
    if let license = catalog.license(dataset.license) {
      members.append(
        .init(
          "licenses",
          [
            [
              "name": .string(license.id), "path": .string(license.url),
              "title": .string(license.title(language)),
            ]
          ]))
    }
    if let origin = dataset.origin {
      members.append(.init("sources", [["title": .string(origin(language))]]))
    }
    if let organization {
      members.append(
        .init(
          "contributors",
          [
            [
              "title": .string(organization.name(language)), "email": .string(organization.email),
              "role": "publisher", "roles": ["publisher"],
            ]
          ]))
    }
    members.append(.init("resources", .array(resources)))
    return JSON.object(members).serialized(pretty: true)
  }

  private func resource(_ file: PublishedFile, of dataset: Dataset, _ language: String) -> JSON? {
    guard let resource = dataset.resource(file.resource) else { return nil }
    let title = (resource.title ?? dataset.title)(language)
    return [
      "name": .string(resource.name), "type": "table", "title": .string(title),
      "path": .string(Files.name(of: file.path)), "format": "csv", "mediatype": "text/csv",
      "encoding": "utf-8",
      "bytes": JSON(file.bytes), "hash": .string("sha256:" + file.sha256),
      "schema": Self.flat(resource.schema.json, language),
    ]
  }

  /// Language maps of titles and descriptions as plain text: Table Schema knows one language.
  private static func flat(_ json: JSON, _ language: String) -> JSON {
    switch json {
    case .array(let elements): return .array(elements.map { flat($0, language) })
    case .object(let members):
      // Downloads have exactly these columns in this order, which is what a schema without `fieldsMatch` says.
      return .object(
        members.filter { $0.key != "fieldsMatch" }.map { member in
          if ["title", "description"].contains(member.key), let text = Text(json: member.value) {
            return JSON.Member(member.key, .string(text(language)))
          }
          return JSON.Member(member.key, flat(member.value, language))
        })
    default: return json
    }
  }
}
