import Bytes
import Catalogs
import Policies
import Support
import Tables
import Testing

@Suite struct `What harvesters read` {
  let exports: Exports
  let catalog: Catalog
  let published: [PublishedDataset]

  init() throws {
    let policies = try PolicySet.parse(files: PolicySet.defaults)
    catalog = try Catalog.load(folder: Places.root + "/Catalog", policies: policies)
    published = try catalog.datasets.map { try Self.publish($0, policies) }
    exports = Exports(
      catalog: catalog, published: published,
      created: try #require(Timestamp(rfc3339: "2026-11-21T13:00:00Z")))
  }

  /// As a release would hold it; with files, whatever the level, so that the exports themselves are tried.
  static func publish(_ dataset: Dataset, _ policies: PolicySet) throws -> PublishedDataset {
    let facts = DatasetFacts(
      name: dataset.name, declaredLevel: dataset.classification.level,
      hasLegalBasis: dataset.classification.legalBasis != nil, hasReason: true, fields: [], findings: [],
      unread: [],
      rows: 9)
    let verdict = classify(facts, scale: policies.scale, policy: policies.detectors)
    let files = dataset.resources.flatMap { resource in
      [TableFormat.csv, .json].map { format in
        PublishedFile(
          resource: resource.name, format: format,
          path: "data/\(dataset.name)/\(resource.name).\(format.fileExtension)", bytes: 123,
          sha256: String(repeating: "ab", count: 32), mediaType: format.mediaType, rows: 9)
      }
    }
    return PublishedDataset(
      dataset: dataset, level: verdict.level, verdict: verdict, release: 7,
      modified: try #require(Timestamp(rfc3339: "2026-11-20T08:00:00Z")), files: files)
  }

  var restricted: [PublishedDataset] { published.filter { $0.openness != .unconditional } }

  @Test func `never give a file of a restricted dataset, even where one is handed over`() throws {
    #expect(
      restricted.map(\.dataset.name) == [
        "enterprises", "hotline", "incomes", "medical-costs", "medical-hardship", "rand-health", "residents",
      ])
    let texts = [
      exports.graph().turtle(), exports.graph().jsonLD(), exports.graph().rdfXML(), exports.dataJSON(),
    ].map { String(decoding: $0, as: UTF8.self) }
    for item in restricted {
      #expect(exports.dataPackage(item) == nil)
      let page = String(decoding: exports.schemaOrg(item, language: "zh").serialized(), as: UTF8.self)
      for text in texts + [page] {
        #expect(!text.contains("data/\(item.dataset.name)/"))
        #expect(text.contains("datasets/\(item.dataset.name)/#apply"))
      }
      #expect(exports.schemaOrg(item, language: "en")["distribution"] == nil)
      #expect(exports.schemaOrg(item, language: "en")["isAccessibleForFree"] == false)
    }
  }

  @Test func `give every file of an open dataset with its size and digest`() throws {
    let graph = try JSON(parsing: exports.graph().jsonLD())
    let nodes = try #require(graph["@graph"]?.array)
    let distributions = nodes.filter { $0["@type"]?.array == ["dcat:Distribution"] }
    #expect(distributions.count == 8 * 2)
    #expect(
      distributions.allSatisfy { $0["dcat:byteSize"]?["@value"] == "123" && $0["spdx:checksum"] != nil })
    let datasets = nodes.filter { $0["@type"]?.array == ["dcat:Dataset"] }
    #expect(datasets.count == published.count)
    #expect(datasets.filter { $0["dcat:distribution"] == nil }.count == published.count - 8)
    let services = nodes.filter { $0["@type"]?.array == ["dcat:DataService"] }
    // One for each open table's rows and one for each result.
    #expect(services.count == 8 + published.reduce(0) { $0 + $1.dataset.results.count })
  }

  @Test func `say access and law of a restricted dataset`() throws {
    let list = try #require(try JSON(parsing: exports.dataJSON())["dataset"]?.array)
    let health = try #require(list.first { $0["landingPage"]?.string?.contains("rand-health") == true })
    #expect(health["accessLevel"] == "restricted public")
    #expect(health["rights"]?.string?.contains("Personal Information Protection Law") == true)
    #expect(list.allSatisfy { ($0["rights"]?.string?.count ?? 0) <= 255 })
    #expect(list.filter { $0["accessLevel"] == "public" }.count == 8)
  }

  @Test func `give a Data Package in one language with the digest of its file`() throws {
    let airports = try #require(published.first { $0.dataset.name == "airports" })
    let package = try JSON(parsing: try #require(exports.dataPackage(airports, language: "zh")))
    #expect(package["title"] == "世界机场")
    let resource = try #require(package["resources"]?[0])
    #expect(resource["path"] == "airports.csv")
    #expect(resource["hash"]?.string == "sha256:" + String(repeating: "ab", count: 32))
    let fields = try #require(resource["schema"]?["fields"]?.array)
    #expect(
      fields.count == 11
        && fields.allSatisfy { $0["title"]?.string != nil && $0["description"]?.string != nil })
    #expect(package["resources"]?.array?.count == 1)
    // The profile says a list, frictionless a string: the file needs neither.
    #expect(resource["schema"]?["fieldsMatch"] == nil)
  }

  @Test func `describe a dataset in at least fifty characters, as Google asks`() {
    for item in published {
      for language in ["zh", "en"] {
        let page = exports.schemaOrg(item, language: language)
        #expect((50...5000).contains(page["description"]?.string?.count ?? 0))
        #expect(page["name"]?.string == item.dataset.title(language))
      }
    }
  }

  @Test func `are the same bytes for the same catalogue`() {
    #expect(exports.graph().turtle() == exports.graph().turtle())
    #expect(exports.graph() == exports.graph())
  }

  @Test func `carry hostile texts unbroken`() throws {
    var item = try #require(published.first)
    let hostile = "\"\\ \n\t<b>&amp;</b> ]]> \u{1F427} '''"
    item.dataset.title = Text(hostile)
    let exports = Exports(catalog: catalog, published: [item], created: item.modified)
    let nodes = try #require(try JSON(parsing: exports.graph().jsonLD())["@graph"]?.array)
    #expect(nodes.contains { $0["dct:title"]?.string == hostile })
    let turtle = String(decoding: exports.graph().turtle(), as: UTF8.self)
    #expect(turtle.contains("dct:title \"\\\"\\\\ \\n\\t<b>"))
    let xml = String(decoding: exports.graph().rdfXML(), as: UTF8.self)
    #expect(xml.contains("&lt;b&gt;&amp;amp;&lt;/b&gt; ]]&gt;"))
  }
}
