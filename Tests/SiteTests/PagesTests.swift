import Bytes
import Catalogs
import Foundation
import Policies
import Support
import Tables
import Testing

@testable import Site

/// The sample site, made once for all tests.
enum SampleSite {
  /// Whether a dataset of the sample is not open to all.
  static func isRestricted(_ name: String) throws -> Bool {
    try result.get().published.contains { $0.dataset.name == name && $0.openness != .unconditional }
  }

  static let result = Result { try Samples.site() }
  static func pages() throws -> [Page] { try result.get().pages() }
}

@Suite struct `The pages of a release` {
  @Test func `can be written out to look at`() throws {
    guard let folder = ProcessInfo.processInfo.environment["DOORSILL_SITE_OUT"] else { return }
    try Samples.write(try SampleSite.pages(), to: folder)
  }

  @Test func `are each there once, in every language`() throws {
    let paths = try SampleSite.pages().map(\.path)
    #expect(Set(paths).count == paths.count)
    for page in [
      "index.html", "datasets/index.html", "datasets/airports/index.html", "datasets/residents/index.html",
      "results/rand-health/medical-spending/index.html", "organizations/data-bureau/index.html",
      "themes/health/index.html", "levels/L3/index.html", "developers/index.html", "policies/index.html",
      "404.html",
      "feed.atom", "feed.json", "datasets/airports/feed.atom",
    ] {
      #expect(paths.contains(page))
      #expect(paths.contains("en/" + page))
    }
    for file in [
      "robots.txt", "sitemap.xml", ".well-known/security.txt", "assets/theme.css", "assets/levels.css",
      "assets/door.svg",
      "assets/search.js", "search/index.json", "search/terms/0.json", "search/zh/0.json",
    ] {
      #expect(paths.contains(file))
    }
  }

  @Test func `name the dataset whose clearance lets them out`() throws {
    for page in try SampleSite.pages() {
      let parts = page.path.split(separator: "/").map(String.init).drop { $0 == "en" }
      let isAbout = parts.count > 2 && ["datasets", "results"].contains(parts.first ?? "")
      #expect(page.dataset == (isAbout ? parts.dropFirst().first : nil), "\(page.path)")
    }
  }

  @Test func `need no style, no script and no address of others to be shown`() throws {
    for page in try SampleSite.pages() where page.mediaType == MediaType.html {
      let skeleton = Skeleton(page.bytes)
      for tag in skeleton.tags {
        #expect(tag.name != "style" && tag.name != "iframe" && tag.name != "base", "\(page.path)")
        #expect(!tag.attributes.contains { $0 == "style" || $0.hasPrefix("on") }, "\(page.path): \(tag)")
        if tag.name == "script" {
          #expect(tag.attributes.contains("src") || tag.attributes == ["type"], "\(page.path)")
        }
      }
      for (tag, name, value) in skeleton.values {
        if tag == "script", name == "type" { #expect(value == "application/ld+json") }
        if name == "src" || tag == "link" && name == "href" && value.hasSuffix(".css") {
          #expect(value.hasPrefix("/assets/"))
        }
      }
    }
  }

  @Test func `are whole documents with language, title, one main heading and ids of their own`() throws {
    for page in try SampleSite.pages() where page.mediaType == MediaType.html {
      let skeleton = Skeleton(page.bytes)
      let language = skeleton.values.first { $0.tag == "html" && $0.name == "lang" }?.value
      #expect(language == (page.path.hasPrefix("en/") ? "en" : "zh-Hans"))
      for name in ["title", "h1", "main", "/html"] {
        #expect(skeleton.tags.count { $0.name == name } == 1, "\(page.path): \(name)")
      }
      let ids = skeleton.values.filter { $0.name == "id" }.map(\.value)
      #expect(Set(ids).count == ids.count, "\(page.path)")
      for (_, name, value) in skeleton.values where name == "aria-labelledby" || name == "for" {
        #expect(ids.contains(value), "\(page.path): \(value)")
      }
      var open: [String] = []
      let empty: Set = ["meta", "link", "br", "input", "path", "circle", "rect", "!doctype"]
      for tag in skeleton.tags {
        if tag.name.hasPrefix("/") {
          #expect(open.popLast() == String(tag.name.dropFirst()), "\(page.path)")
        } else if !empty.contains(tag.name) {
          open.append(tag.name)
        }
      }
      #expect(open.isEmpty, "\(page.path): \(open)")
    }
  }

  @Test func `lead only to what is there`() throws {
    let site = try SampleSite.result.get()
    let pages = try SampleSite.pages()
    var known = Set(pages.map { "/" + $0.path }).union([
      "/catalog.jsonld", "/data.json", "/.well-known/jwks.json",
    ])
    for item in site.published where item.openness == .unconditional {
      known.formUnion(item.files.map { "/" + $0.path } + ["/data/\(item.dataset.name)/datapackage.json"])
    }
    var ids: [String: Set<String>] = [:]
    for page in pages where page.mediaType == MediaType.html {
      ids["/" + page.path] = Set(Skeleton(page.bytes).values.filter { $0.name == "id" }.map(\.value))
    }
    for page in pages where page.mediaType == MediaType.html {
      for (_, name, value) in Skeleton(page.bytes).values where ["href", "src", "action"].contains(name) {
        guard value.hasPrefix("/") || value.hasPrefix("#") else { continue }
        let parts = value.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(
          String.init)
        let path =
          parts[0].isEmpty ? "/" + page.path : parts[0].hasSuffix("/") ? parts[0] + "index.html" : parts[0]
        #expect(known.contains(path), "\(page.path) → \(value)")
        if parts.count > 1 { #expect(ids[path]?.contains(parts[1]) == true, "\(page.path) → \(value)") }
      }
    }
  }

  @Test func `say in which language a text is that is not there in the page's own`() throws {
    let frame = Frame(try SampleSite.result.get(), "en")
    #expect(frame.text(Text([("zh", "机场")])).bytes == Array("<span lang=\"zh-Hans\">机场</span>".utf8))
    #expect(frame.text(Text([("zh", "机场"), ("en", "Airport")])).bytes == Array("Airport".utf8))
  }

  @Test func `stay below the path of the base address`() throws {
    let whole = try SampleSite.result.get()
    var catalog = whole.catalog
    catalog.baseURL = "https://city.example/open"
    catalog.datasets = []
    let site = SiteBuilder(
      catalog: catalog, scale: whole.scale, published: [], released: [], previews: [:], release: 1,
      created: Samples.created, theme: [:])
    for page in site.pages() where page.mediaType == MediaType.html {
      for (_, name, value) in Skeleton(page.bytes).values where ["href", "src", "action"].contains(name) {
        if value.hasPrefix("/") { #expect(value.hasPrefix("/open/"), "\(page.path) → \(value)") }
      }
    }
  }
}
