import Bytes
import Catalogs
import Foundation
import FoundationXML
import Policies
import Support
import Tables
import Testing

@testable import Site

/// A text that means harm, from `Tests/Vectors/site/hostile.jsonl`.
struct HostileText: Sendable {
  let name: String
  let text: String
  /// Of a class that is about addresses.
  let isAddress: Bool

  static func all() throws -> [HostileText] {
    try Places.vectorBytes("site/hostile.jsonl").split(separator: 0x0A).map { line in
      let json = try JSON(parsing: Array(line))
      let bytes = try #require(Base64.decode(json["payload"]?.string ?? ""))
      return HostileText(
        name: json["name"]?.string ?? "", text: String(decoding: bytes, as: UTF8.self),
        isAddress: ["url-scheme", "ssrf"].contains(json["class"]?.string))
    }
  }
}

@Suite struct `Hostile text` {
  /// Hands out texts one after the other, from a place on.
  final class Source {
    private let texts: [String]
    private var place: Int

    init(_ texts: [String], from place: Int = 0) {
      self.texts = texts
      self.place = place
    }

    func text() -> String {
      place += 1
      return texts[place % texts.count]
    }

    func both() -> Text { Text([("zh", text()), ("en", text())]) }
  }

  /// A small site with an open and a restricted dataset, in which every text that people write comes from the source.
  static func site(_ source: Source, address: String = "https://example.org/") throws -> SiteBuilder {
    let whole = try SampleSite.result.get()
    var catalog = whole.catalog
    catalog.title = source.both()
    catalog.description = source.both()
    catalog.themes = catalog.themes.map { Theme(id: $0.id, title: source.both()) }
    catalog.organizations = catalog.organizations.map {
      Organization(
        id: $0.id, name: source.both(), email: "a@b.example", url: address, creditCode: source.text())
    }
    catalog.licenses = catalog.licenses.map { License(id: $0.id, title: source.both(), url: address) }
    for (id, list) in catalog.codeLists.sorted(by: { $0.key < $1.key }) {
      catalog.codeLists[id] = CodeList(
        id: id, title: source.both(),
        codes: list.codes.map { Code(code: $0.code, label: source.both(), parent: $0.parent) })
    }
    catalog.datasets = catalog.datasets.filter { ["penguins", "rand-health"].contains($0.name) }.map {
      dataset($0, source)
    }
    let scale = try Scale(
      levels: whole.scale.levels.map {
        Level(
          id: $0.id, rank: $0.rank, openness: $0.openness, title: ["zh": source.text(), "en": source.text()],
          color: source.text(),
          grantNeedsSecondPerson: $0.grantNeedsSecondPerson)
      }, flagsForcingClosed: whole.scale.flagsForcingClosed, approvals: whole.scale.approvals)
    let published = catalog.datasets.compactMap { dataset -> PublishedDataset? in
      guard var item = whole.published.first(where: { $0.dataset.name == dataset.name }) else { return nil }
      item.dataset = dataset
      item.reports = [:]
      item.level = scale.level(item.level.id) ?? scale.lowest
      return item
    }
    let fields = catalog.dataset("penguins")?.resources.first?.schema.fields ?? []
    let released = catalog.datasets.flatMap { dataset in dataset.results.map { Samples.released(dataset, $0) }
    }
    return SiteBuilder(
      catalog: catalog, scale: scale, published: published, released: released,
      previews: ["penguins": ["penguins": [fields.map { _ in "x" }, fields.map { _ in source.text() }]]],
      release: 1,
      created: Samples.created, theme: [:])
  }

  private static func dataset(_ original: Dataset, _ source: Source) -> Dataset {
    var dataset = original
    dataset.title = source.both()
    dataset.description = source.both()
    dataset.keywords = [source.both()]
    dataset.origin = source.both()
    dataset.spatial = Spatial(name: source.both())
    dataset.classification.legalBasis = dataset.classification.legalBasis.map { _ in source.both() }
    dataset.classification.reason = source.both()
    for place in dataset.dimensions.indices {
      dataset.dimensions[place].title = source.both()
      dataset.dimensions[place].codes = dataset.dimensions[place].codes.map {
        Code(code: $0.code, label: source.both(), parent: $0.parent)
      }
    }
    for place in dataset.results.indices {
      dataset.results[place].title = source.both()
      dataset.results[place].description = source.both()
      for measure in dataset.results[place].measures.indices {
        dataset.results[place].measures[measure].title = source.both()
        dataset.results[place].measures[measure].unit = source.text()
      }
    }
    for place in dataset.resources.indices {
      dataset.resources[place].title = source.both()
      dataset.resources[place].schema.fields = dataset.resources[place].schema.fields.prefix(8).map { field in
        var field = field
        field.title = source.both()
        field.description = source.both()
        field.unit = source.text()
        return field
      }
      // A name that must become part of no query and no page.
      dataset.resources[place].schema.fields[0].name = source.text()
    }
    return dataset
  }

  @Test func `changes no element and no attribute of any page`() throws {
    let plain = try Self.site(Source(["plain words"])).pages()
    let skeletons = Dictionary(uniqueKeysWithValues: plain.map { ($0.path, Skeleton($0.bytes)) })
    #expect(plain.filter { $0.mediaType == MediaType.html }.count > 40)
    let texts = try HostileText.all()
    // Steps that bring each text to other places each time.
    for start in stride(from: 0, to: texts.count, by: 23) {
      for page in try Self.site(Source(texts.map(\.text), from: start)).pages() {
        switch page.mediaType {
        case MediaType.html, MediaType.atom, MediaType.xml:
          let skeleton = Skeleton(page.bytes)
          let isSame = skeleton == skeletons[page.path]
          let difference = zip(skeleton.tags, skeletons[page.path]?.tags ?? []).first { $0 != $1 }
          #expect(isSame, "from \(start) in \(page.path): \(String(describing: difference))")
        case MediaType.json, MediaType.jsonFeed:
          #expect(throws: Never.self) { try JSON(parsing: page.bytes) }
        default: break
        }
      }
    }
  }

  @Test func `leaves feeds and sitemaps well-formed`() throws {
    let texts = try HostileText.all()
    for start in texts.indices {
      let site = try Self.site(Source(texts.map(\.text), from: start))
      let frame = Frame(site, "zh")
      for page in [frame.feed()] + site.published.map({ frame.feed(of: $0) }) + site.sitemaps() {
        let parser = XMLParser(data: Data(page.bytes))
        let isWhole = parser.parse()
        #expect(isWhole, "from \(start) in \(page.path): \(String(describing: parser.parserError))")
      }
    }
  }

  @Test func `never becomes an address that runs`() throws {
    for hostile in try HostileText.all() where hostile.isAddress {
      let site = try Self.site(Source(["x"]), address: hostile.text)
      let frame = Frame(site, "en")
      for page in frame.lists() + site.published.map({ frame.dataset($0) }) {
        for (tag, name, value) in Skeleton(page.bytes).values where ["href", "src", "action"].contains(name) {
          let isOurs = value.hasPrefix("/") && !value.hasPrefix("//") || value.hasPrefix("#")
          let isHarmless = ["https://", "http://", "mailto:"].contains { value.lowercased().hasPrefix($0) }
          #expect(isOurs || isHarmless, "\(hostile.name): <\(tag) \(name)=\"\(value)\">")
        }
      }
    }
  }

  @Test func `does not leave the quotation marks of a command`() throws {
    let whole = try SampleSite.result.get()
    let item = try #require(whole.published.first { $0.dataset.name == "penguins" })
    let resource = try #require(item.dataset.resources.first)
    for hostile in try HostileText.all() {
      let row = resource.schema.fields.map { _ -> String? in hostile.text }
      for example in RowExample.of(resource, item, [row]) {
        let isPlain = example.query.utf8.allSatisfy { byte in
          switch byte {
          case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
          default: "_.-~%=&,()".utf8.contains(byte)
          }
        }
        #expect(isPlain, "\(hostile.name): \(example.query)")
      }
    }
  }

  @Test func `that turns the writing direction is isolated`() {
    let page: HTML = "<p>\("a\u{202E}b")</p><p title=\"\(value: "a\u{202E}b")\">\("plain")</p>"
    #expect(page.bytes == Array("<p><bdi>a\u{202E}b</bdi></p><p title=\"a\u{202E}b\">plain</p>".utf8))
  }

  @Test func `does not reach a style sheet`() throws {
    let page = try Self.site(Source(["red;} body{display:none", "#12345;", "#gggggg", "url(x)"]))
      .levelColours()
    #expect(page.bytes.isEmpty)
  }

  @Test(arguments: [
    ("https://a.example/x", true), ("HTTP://a.example", true), ("mailto:a@b.example", true),
    ("/datasets/", true),
    ("#apply", true), ("?q=1", true), ("javascript:alert(1)", false), ("JaVaScRiPt:alert(1)", false),
    ("java\tscript:alert(1)", false), (" javascript:alert(1)", false), ("\u{1}javascript:alert(1)", false),
    ("data:text/html,x", false), ("vbscript:x", false), ("//evil.example/", false),
    ("/\\evil.example/", false),
    ("evil", false), ("", false), ("https://a.example/\nx", false),
  ])
  func `is followed only where an address is harmless`(address: String, isSafe: Bool) {
    #expect(Address.isSafe(address) == isSafe)
  }
}
