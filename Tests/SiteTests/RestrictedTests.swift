import Bytes
import Catalogs
import Disclosure
import Foundation
import Policies
import Tables
import Testing

@testable import Site

@Suite struct `A restricted dataset` {
  /// Values handed over by mistake: rows, reports and files of restricted data.
  static func pages(closing: Bool) throws -> [Page] {
    let whole = try SampleSite.result.get()
    let canary = "CANARY-7391"
    var report = try #require(whole.published.lazy.compactMap { $0.reports.values.first }.first)
    report.file = canary
    for column in report.columns.indices {
      report.columns[column].minimum = canary
      report.columns[column].maximum = canary
      report.columns[column].top = [(canary, 73_919_173), (canary, 1)]
    }
    report.rows = 73_919_173
    let published = try whole.published.map { item -> PublishedDataset in
      guard item.openness != .unconditional else { return item }
      var item = item
      if closing { item.level = try #require(whole.scale.level("L4")) }
      for resource in item.dataset.resources {
        item.reports[resource.name] = report
        item.files.append(
          PublishedFile(
            resource: resource.name, format: .csv, path: "data/\(canary).csv", bytes: 1, sha256: canary,
            mediaType: "text/csv", rows: 73_919_173))
      }
      for (index, resource) in item.dataset.resources.enumerated() {
        for place in resource.schema.fields.indices {
          item.dataset.resources[index].schema.fields[place].example = canary
        }
      }
      return item
    }
    var previews = whole.previews
    var pictures = whole.pictures
    let sketch = try #require(pictures["mauna-loa-co2-weekly"]?.values.first)
    for item in published where item.openness != .unconditional {
      for resource in item.dataset.resources {
        pictures[item.dataset.name, default: [:]][resource.name] = sketch
        previews[item.dataset.name, default: [:]][resource.name] = [
          resource.schema.fields.map { _ in canary }
        ]
      }
    }
    return SiteBuilder(
      catalog: whole.catalog, scale: whole.scale, published: published, released: whole.released,
      previews: previews,
      pictures: pictures, release: 1, created: Samples.created, theme: [:]
    ).pages()
  }

  @Test(arguments: [false, true]) func `shows no row, no figure and no file, whatever is handed over`(
    closing: Bool
  ) throws {
    for page in try Self.pages(closing: closing) {
      let text = String(decoding: page.bytes, as: UTF8.self)
      #expect(!text.contains("CANARY-7391"), "\(page.path)")
      if let name = page.dataset, try SampleSite.isRestricted(name) {
        #expect(!text.contains("class=\"trace\""), "\(page.path)")
      }
      #expect(!text.contains("73,919,173") && !text.contains("73919173"), "\(page.path)")
    }
  }

  @Test func `says how to apply, why it is restricted and who answers for it`() throws {
    let pages = try SampleSite.pages()
    let page = try #require(pages.first { $0.path == "en/datasets/rand-health/index.html" })
    let text = String(decoding: page.bytes, as: UTF8.self)
    for part in ["How to apply", "Legal basis", "Who provides, answers", "Medical spending", "L3 sensitive"] {
      #expect(text.contains(part), "\(part)")
    }
    for part in ["/data/rand-health", "SHA-256", "id=\"preview\"", "id=\"quality\"", "id=\"chart\""] {
      #expect(!text.contains(part), "\(part)")
    }
  }

  @Test func `that is closed has no fields and no results`() throws {
    let pages = try Self.pages(closing: true)
    #expect(!pages.contains { $0.path.contains("results/") })
    let page = try #require(pages.first { $0.path == "datasets/residents/index.html" })
    let text = String(decoding: page.bytes, as: UTF8.self)
    #expect(!text.contains("id_no"))
    #expect(text.contains("法律依据"))
  }

  /// The sample with its restricted datasets at a level whose grants one person may give.
  static func atL2() throws -> SiteBuilder {
    let whole = try SampleSite.result.get()
    let level = try #require(whole.scale.level("L2"))
    let published = whole.published.map { item in
      var item = item
      if item.openness == .conditional { item.level = level }
      return item
    }
    return SiteBuilder(
      catalog: whole.catalog, scale: whole.scale, published: published, released: whole.released,
      previews: whole.previews, pictures: whole.pictures, release: 1, created: Samples.created, theme: [:])
  }

  @Test func `shows no value of a result whose grants need a second person`() throws {
    let site = try SampleSite.result.get()
    for page in site.pages() where page.path.contains("results/") {
      // Of the sample's restricted datasets only the hotline is at a level whose grants one person may give.
      let isShown = page.path.contains("results/hotline/")
      let hasTable = String(decoding: page.bytes, as: UTF8.self).contains("<table class=\"cells\">")
      #expect(hasTable == isShown, "\(page.path)")
    }
  }

  @Test func `shows a withheld cell as withheld and never as a number`() throws {
    let site = try Self.atL2()
    let released = try #require(site.released.first { $0.dataset == "rand-health" })
    let table = try #require(Frame.shown(of: released))
    let withheld = table.cells.count { $0.withheld }
    let page = try #require(
      site.pages().first { $0.path == "en/results/rand-health/medical-spending/index.html" })
    let text = String(decoding: page.bytes, as: UTF8.self)
    #expect(withheld > 0)
    #expect(
      text.components(separatedBy: "class=\"number withheld\"").count - 1 == withheld * released.columns.count
    )
  }

  @Test func `shows the values of one small table, and names the others`() throws {
    let site = try Self.atL2()
    let released = try #require(site.released.first { $0.dataset == "residents" })
    let shown = try #require(Frame.shown(of: released))
    #expect(released.tables.count > 1 && shown.cells.count <= Frame.largestTable)
    let page = try #require(site.pages().first { $0.path == "en/results/residents/population/index.html" })
    let rows = String(decoding: page.bytes, as: UTF8.self)
    let values = rows.components(separatedBy: "<table class=\"cells\">")
    #expect(values.count == 2)
    #expect(
      values[1].components(separatedBy: "</table>")[0].components(separatedBy: "<tr>").count - 2
        == shown.cells.count)
    for table in released.tables {
      #expect(rows.contains("<code>\(table.dimensions.joined(separator: ","))</code>"))
    }
  }

  @Test func `shows its grounds without a count of its values`() throws {
    let whole = try SampleSite.result.get()
    let item = try #require(whole.published.first { $0.dataset.name == "residents" })
    #expect(item.verdict.items.contains { $0.values > 0 })
    let shown = String(decoding: Frame(whole, "en").judgement(item).bytes, as: UTF8.self)
    #expect(shown.contains("Field id_no is declared L3"))
    #expect(!shown.contains("1000"))
  }
}
