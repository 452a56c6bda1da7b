import Bytes
import Catalogs
import Support
import Testing

@testable import Site

@Suite struct `A large catalogue` {
  /// Many copies of one dataset under names of their own.
  static func site(_ count: Int) throws -> SiteBuilder {
    let whole = try SampleSite.result.get()
    let model = try #require(whole.published.first { $0.dataset.name == "penguins" })
    let published = (0..<count).map { number in
      var item = model
      item.dataset.name = "penguins-\(number)"
      item.dataset.title = Text([("zh", "企鹅 \(number)"), ("en", "Penguins \(number)")])
      return item
    }
    return SiteBuilder(
      catalog: whole.catalog, scale: whole.scale, published: published, released: [], previews: [:],
      release: 1,
      created: Samples.created, theme: [:])
  }

  @Test func `is listed on pages that lead to one another`() throws {
    let site = try Self.site(120)
    let lists = Frame(site, "en").lists()
    let paths = lists.map(\.path)
    for path in ["en/datasets/index.html", "en/list/2/index.html", "en/list/3/index.html"] {
      #expect(paths.contains(path))
    }
    #expect(!paths.contains("en/list/4/index.html"))
    let all = lists.filter { $0.path.hasPrefix("en/list/") || $0.path == "en/datasets/index.html" }
    let links = all.flatMap { Skeleton($0.bytes).values }.filter {
      $0.name == "href" && $0.value.hasPrefix("/en/datasets/penguins-")
    }
    #expect(Set(links.map(\.value)).count == 120)
  }

  @Test func `changes few pages when nothing but the release is new`() throws {
    let whole = try SampleSite.result.get()
    let later = SiteBuilder(
      catalog: whole.catalog, scale: whole.scale, published: whole.published, released: whole.released,
      previews: whole.previews, pictures: whole.pictures, release: whole.release + 1,
      created: whole.created.adding(days: 3), theme: whole.themeFiles)
    let changed = zip(whole.pages(), later.pages()).filter { $0.bytes != $1.bytes }.map { $0.0.path }
    #expect(Set(changed) == ["index.html", "en/index.html", ".well-known/security.txt"])
  }

  @Test func `keeps its search parts apart, so that one dataset changes few of them`() throws {
    let before = SearchIndex(try Self.site(300)).pages()
    let after = SearchIndex(try Self.site(301)).pages()
    #expect(before.map(\.path) == after.map(\.path))
    let changed = zip(before, after).count { $0.bytes != $1.bytes }
    #expect(before.count > 70)
    #expect(changed < before.count)
    let entries = after.filter { $0.path.hasPrefix("search/en/") }
    let names = try entries.flatMap { try JSON(parsing: $0.bytes).members?.map(\.key) ?? [] }
    #expect(Set(names).count == 301)
  }
}
