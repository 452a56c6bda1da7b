import Bytes
import Catalogs
import Foundation
import Support
import Testing

extension DocumentError {
  /// Whether both what is wrong and what to do are told in Chinese: with Han characters, and with no three English words
  /// in a row that are not a command.
  var isToldInChinese: Bool {
    ([words] + [advice].compactMap { $0 }).allSatisfy { said in
      let text = said.zh.replacing(/doorsill [-a-z ]+/, with: "")
      return text.contains(/\p{Han}/) && !text.contains(/[A-Za-z]{2,} [A-Za-z]+ [A-Za-z]{2,}/)
    }
  }
}

/// A small portal in a temporary folder, whose files tests change one at a time.
struct Planted {
  let folder: TemporaryFolder
  static let catalog = """
    {
      title: {zh: "目录", en: "Catalogue"},
      description: "For tests",
      publisher: "bureau",
      languages: ["zh", "en"],
      baseURL: "https://data.example.org/",
      license: "CC0-1.0",
      organizations: [{id: "bureau", name: "Bureau", email: "data@example.org"}],
      licenses: [{id: "CC0-1.0", title: "CC0", url: "https://creativecommons.org/publicdomain/zero/1.0/"}],
      themes: [{id: "people", title: "People"}],
      codeLists: {regions: {title: "Regions", codes: [{code: "1", label: "One"}, {code: "11", label: "One one", parent: "1"}]}},
    }
    """
  static let dataset = """
    {
      name: "people",
      title: "People",
      description: "People for tests",
      themes: ["people"],
      provider: {organization: "bureau", person: "chen-jing"},
      updateFrequency: "monthly",
      temporal: "2024/2025",
      classification: {level: "L3", legalBasis: "A law"},
      resources: [{
        name: "people", path: "people.csv",
        schema: {
          primaryKey: ["id"],
          fields: [
            {name: "id", type: "string", level: "L3", role: "identifier"},
            {name: "region", type: "string", codeList: "regions"},
            {name: "born", type: "date"},
            {name: "income", type: "integer", unit: "CNY"},
          ],
        },
      }],
      subject: ["id"],
      dimensions: [
        {name: "region", role: "identifying", hierarchy: "regions"},
        {name: "age", role: "response", from: "born", asOf: "2025-12-31", bands: [0, 15, 60]},
      ],
      results: [{
        name: "income", kind: "statistic", title: "Income", profile: "strict", refresh: "P1Y",
        measures: [{field: "income", perUnit: "last", bounds: [0, 100000], scale: 0, step: 10, statistics: ["sum"]}],
        tables: [["region"], ["region", "age"]],
      }],
    }
    """

  /// The files as above, with access.json5 of the sample and people that belong to the one agency here.
  init(catalog: String = catalog, dataset: String = dataset) throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/Catalog/people", withIntermediateDirectories: true)
    _ = try folder.write(catalog, to: "Catalog/catalog.json5")
    _ = try folder.write(dataset, to: "Catalog/people/dataset.json5")
    _ = try folder.write("id,region,born,income\n1,11,2000-02-29,10\n", to: "Catalog/people/people.csv")
  }

  static func policies() throws -> PolicySet {
    var policies = try PolicySet.parse(files: PolicySet.defaults)
    for index in policies.access.people.indices { policies.access.people[index].organization = "bureau" }
    return policies
  }

  func load() throws -> Catalog {
    try Catalog.load(folder: folder.path + "/Catalog", policies: try Self.policies())
  }

  /// The faults that loading meets, none where it succeeds. Each is told in Chinese too, whatever the test looks for.
  func faults() throws -> [DocumentError] {
    do {
      _ = try load()
      return []
    } catch let error as CatalogError {
      for fault in error.errors {
        #expect(fault.isToldInChinese, "\(fault.words) \(String(describing: fault.advice))")
      }
      return error.errors
    }
  }
}
