package import Bytes

/// What a portal offers: its own card (`Catalog/catalog.json5`) and its datasets (`Catalog/<name>/dataset.json5`).
package struct Catalog: Sendable {
  /// The `Catalog` folder, absolute.
  package var folder: String
  package var title: Text
  package var description: Text
  /// Organization that publishes the catalogue.
  package var publisher: String
  /// Organization that runs the portal and answers for level and protection.
  package var manager: String
  /// BCP 47 tags; pages of the first are at `/`.
  package var languages: [String]
  /// Absolute address of the portal, without a final slash.
  package var baseURL: String
  /// Absolute address of the gateway for results, without a final slash; nil where it is not announced.
  package var gatewayURL: String?
  /// Licence of a dataset that names none.
  package var license: String
  package var licenses: [License]
  package var themes: [Theme]
  package var organizations: [Organization]
  package var codeLists: [String: CodeList]
  /// By name.
  package var datasets: [Dataset]
  /// Its own descriptor and those of its datasets as they were read, by their paths below the folder.
  package var texts: [String: [UInt8]] = [:]

  package init(
    folder: String, title: Text, description: Text, publisher: String, manager: String, languages: [String],
    baseURL: String, gatewayURL: String? = nil, license: String, licenses: [License], themes: [Theme],
    organizations: [Organization], codeLists: [String: CodeList], datasets: [Dataset]
  ) {
    self.folder = folder
    self.title = title
    self.description = description
    self.publisher = publisher
    self.manager = manager
    self.languages = languages
    self.baseURL = baseURL
    self.gatewayURL = gatewayURL
    self.license = license
    self.licenses = licenses
    self.themes = themes
    self.organizations = organizations
    self.codeLists = codeLists
    self.datasets = datasets
  }

  /// The descriptor of a path that a dataset names as its own or as that of a source: as it was read with the catalogue.
  package func text(of file: String) throws(FilesError) -> [UInt8] {
    guard file.hasPrefix(folder + "/"), let text = texts[String(file.dropFirst(folder.count + 1))] else {
      throw FilesError("read", file, reason: Wording("it is no descriptor of this catalogue", "它不是本目录的描述文件"))
    }
    return text
  }

  package func dataset(_ name: String) -> Dataset? { datasets.first { $0.name == name } }
  package func organization(_ id: String) -> Organization? { organizations.first { $0.id == id } }
  package func theme(_ id: String) -> Theme? { themes.first { $0.id == id } }
  package func license(_ id: String) -> License? { licenses.first { $0.id == id } }

  /// The names of a dataset's providers, as people read them: those of a derived dataset are several.
  package func providerNames(of dataset: Dataset) -> Text {
    let names = dataset.providers.map { organization($0)?.name ?? Text($0) }
    guard names.count > 1 else { return names.first ?? Text(dataset.provider.organization) }
    return Text(
      languages.map { language in
        (language, names.map { $0(language) }.joined(separator: language.hasPrefix("zh") ? "、" : ", "))
      })
  }

  /// The language of `/`; the others are below `/<language>/`.
  package var firstLanguage: String { languages.first ?? "en" }
}

/// A subject heading of the catalogue.
package struct Theme: Sendable, Hashable {
  package var id: String
  package var title: Text
  /// Code in the EU data-theme authority list (`TRAN`, `HEAL` …), for harvesters.
  package var euTheme: String?

  package init(id: String, title: Text, euTheme: String? = nil) {
    self.id = id
    self.title = title
    self.euTheme = euTheme
  }
}

/// Terms under which data may be used.
package struct License: Sendable, Hashable {
  package var id: String
  package var title: Text
  package var url: String

  package init(id: String, title: Text, url: String) {
    self.id = id
    self.title = title
    self.url = url
  }
}

/// An agency: provider, publisher or manager.
package struct Organization: Sendable, Hashable {
  package var id: String
  package var name: Text
  package var email: String
  package var url: String?
  /// Unified social credit code (GB 32100).
  package var creditCode: String?

  package init(id: String, name: Text, email: String, url: String? = nil, creditCode: String? = nil) {
    self.id = id
    self.name = name
    self.email = email
    self.url = url
    self.creditCode = creditCode
  }
}
