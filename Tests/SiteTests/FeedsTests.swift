import Bytes
import Catalogs
import Foundation
import Policies
import Testing

@testable import Site

@Suite struct `Feeds and files for machines` {
  private func text(_ path: String) throws -> String {
    let page = try #require(SampleSite.pages().first { $0.path == path })
    return String(decoding: page.bytes, as: UTF8.self)
  }

  @Test func `the feed names itself, its entries and when they changed`() throws {
    let feed = try text("feed.atom")
    #expect(feed.contains("<id>https://data.yunlan.example/feed.atom</id>"))
    #expect(
      feed.contains(
        "rel=\"self\" type=\"application/atom+xml\" href=\"https://data.yunlan.example/feed.atom\""))
    #expect(
      feed.components(separatedBy: "<entry>").count - 1 == (try SampleSite.result.get()).published.count)
    #expect(try text("en/feed.atom").contains("https://data.yunlan.example/en/datasets/airports/"))
  }

  @Test func `the sitemap has every page once`() throws {
    let sitemap = try text("sitemap.xml")
    let places = try SampleSite.pages().filter { $0.path.hasSuffix("index.html") }.map {
      "<loc>https://data.yunlan.example/\($0.path.dropLast("index.html".utf8.count))</loc>"
    }
    for place in places { #expect(sitemap.components(separatedBy: place).count == 2, "\(place)") }
    #expect(sitemap.components(separatedBy: "<loc>").count - 1 == places.count)
  }

  @Test func `robots keep to pages and files`() throws {
    #expect(
      try text("robots.txt")
        == "User-agent: *\nDisallow: /api/\nDisallow: /v1/\nAllow: /\n\nSitemap: https://data.yunlan.example/sitemap.xml\n"
    )
  }

  @Test func `security.txt has a contact and runs out within a year`() throws {
    let lines = try text(".well-known/security.txt").split(separator: "\n")
    #expect(lines.contains("Contact: mailto:open-data@yunlan.example"))
    #expect(lines.contains("Expires: \(Samples.created.adding(days: 365).rfc3339)"))
    #expect(lines.contains("Canonical: https://data.yunlan.example/.well-known/security.txt"))
  }

  @Test func `a contact with a line break is left out`() throws {
    let whole = try SampleSite.result.get()
    var catalog = whole.catalog
    catalog.organizations = catalog.organizations.map {
      Organization(id: $0.id, name: $0.name, email: "a@b.example\nExpires: never")
    }
    let site = SiteBuilder(
      catalog: catalog, scale: whole.scale, published: [], released: [], previews: [:], release: 1,
      created: Samples.created, theme: [:])
    #expect(site.securityContact().isEmpty)
  }
}

@Suite struct `Search without a server` {
  @Test(arguments: [
    ("Airports of the World", ["airports", "of", "the", "world"]), ("机场", ["机", "场", "机场"]),
    ("人均 GDP（美元）", ["人", "均", "人均", "gdp", "美", "元", "美元"]), ("ＣＳＶ１", ["csv1"]), ("", []), ("<b>", ["b"]),
  ])
  func `cuts a text into terms`(text: String, terms: [String]) {
    #expect(SearchTerms.of(text) == terms)
  }

  /// Values of the FNV authors, which the script computes too.
  @Test(arguments: [("", 0x811C_9DC5), ("a", 0xE40C_292C), ("foobar", 0xBF9C_F968)] as [(String, UInt32)])
  func `finds the part of a name by FNV-1a`(name: String, part: UInt32) {
    #expect(SearchIndex.part(of: name) == part)
  }

  @Test func `finds a dataset by words of both languages, its title before its fields`() throws {
    let pages = try SampleSite.pages()
    let terms = try JSON(parsing: try #require(pages.first { $0.path == "search/terms/0.json" }).bytes)
    #expect(terms["机场"]?["airports"]?.int ?? 0 > terms["tz"]?["airports"]?.int ?? 0)
    #expect(terms["airports"]?["airports"] != nil)
    #expect(terms["医疗"]?["rand-health"] != nil)
    let facets = try JSON(parsing: try #require(pages.first { $0.path == "search/facets.json" }).bytes)
    let restricted = facets["level"]?["L3"]?.array?.compactMap(\.string)
    #expect(
      restricted == [
        "enterprises", "incomes", "medical-costs", "medical-hardship", "rand-health", "residents",
      ])
    let entries = try JSON(parsing: try #require(pages.first { $0.path == "search/en/0.json" }).bytes)
    #expect(entries["airports"]?["address"]?.string == "/en/datasets/airports/")
  }
}
