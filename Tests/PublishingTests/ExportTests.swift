import Bytes
import Catalogs
import Support
import Tables
import Testing

@testable import Publishing

@Suite struct `The files of an open dataset` {
  private func place(_ name: String, _ fields: String, _ table: String) throws -> SmallPortal {
    let place = try SmallPortal()
    try place.folder.write(
      """
      {
        name: "\(name)", title: "Table", description: "A table", themes: ["population"], license: "CC0-1.0",
        synthetic: true, provider: { organization: "civil-affairs", person: "zhang-lei" },
        updateFrequency: "never", classification: { level: "L1", by: "zhang-lei" },
        resources: [{
          name: "rows", path: "rows.csv", format: "csv", encoding: "utf-8", schema: { fields: [\(fields)] },
        }],
      }
      """, to: "portal/Catalog/\(name)/dataset.json5")
    try place.folder.write(table, to: "portal/Catalog/\(name)/rows.csv")
    return place
  }

  private func file(_ place: SmallPortal, _ path: String) throws -> [UInt8] {
    try Files.read(place.portal.outside + "/current/site/" + path)
  }

  @Test func `are those that convert writes, so that Parquet keeps every digit`() throws {
    let table = "n,s\n1234567890123456.78,a\n0.05,b\n"
    let place = try place("exact", "{name: \"n\", type: \"number\"}, {name: \"s\"}", table)
    #expect(try place.publish().leftOut.isEmpty)
    let source = TableSource(path: place.portal.catalog + "/exact/rows.csv", format: .csv, encoding: "utf-8")
    var number = Field(name: "n")
    number.type = .number
    let schema = Schema(fields: [number, Field(name: "s")])
    for format in Opening.formats {
      let out = place.folder.path + "/out.\(format.fileExtension)"
      _ = try convert(source, schema: schema, to: format, output: .file(out))
      let published = try file(place, "data/exact/rows.\(format.fileExtension)")
      #expect(published == (try Files.read(out)), "\(format)")
    }
    // 123456789012345678 hundredths.
    let parquet = try file(place, "data/exact/rows.parquet")
    let digits = withUnsafeBytes(of: Int64(123_456_789_012_345_678).littleEndian) { Array($0) }
    #expect(parquet.indices.contains { parquet[$0...].starts(with: digits) })
  }

  @Test func `leave out the workbook that cannot hold a cell, say so, and are otherwise published`() throws {
    let long = String(repeating: "字", count: 40_000)
    let place = try place("long", "{name: \"n\", type: \"integer\"}, {name: \"s\"}", "n,s\n1,\(long)\n2,b\n")
    let publication = try place.publish()
    #expect(publication.release == 1)
    #expect(publication.leftOut.map(\.dataset) == ["long"])
    let left = try #require(publication.leftOut.first?.file)
    #expect(left.format == .xlsx && left.resource == "rows" && left.reason.en.contains("32767"))
    #expect(publication.json["leftOut"]?[0]?["format"]?.string == "xlsx")
    for format in Opening.formats {
      let path = place.portal.outside + "/current/site/data/long/rows.\(format.fileExtension)"
      #expect(Files.exists(path) == (format != .xlsx), "\(format)")
    }
    let page = String(decoding: try file(place, "en/datasets/long/index.html"), as: UTF8.self)
    #expect(page.contains("not offered: ") && page.contains("32767") && !page.contains("rows.xlsx"))
    let chinese = String(decoding: try file(place, "datasets/long/index.html"), as: UTF8.self)
    #expect(chinese.contains("未提供：") && chinese.contains("Excel"))
  }

  @Test(arguments: ["themes", "organizations"]) func `lie where no theme and no organization is called so`(
    _ kind: String
  ) throws {
    let place = try place("plain", "{name: \"n\", type: \"integer\"}", "n\n1\n")
    try place.edit(
      "Catalog/catalog.json5", "\(kind): [",
      "\(kind): [{id: \"data\", \(kind == "themes" ? "title" : "email: \"a@b.example\", name"): \"X\"}, ")
    #expect(throws: CatalogError.self) { try place.publish() }
    try place.edit("Catalog/catalog.json5", "id: \"data\"", "id: \"open-data\"")
    #expect(try place.publish().release == 1)
  }

  @Test func `have the theme of the portal, its own level colours too`() throws {
    let place = try place("plain", "{name: \"n\", type: \"integer\"}", "n\n1\n")
    try place.folder.write(
      "@import \"own.css\"; .level-L1 { --level: #123456; }", to: "portal/Public/levels.css")
    try place.folder.write("body {}", to: "portal/Public/own.css")
    try place.folder.write("x", to: "portal/Public/own.css.gz")
    guard Files.isDirectory(place.portal.theme) else { return }
    #expect(try place.publish().release == 1)
    #expect(String(decoding: try file(place, "assets/levels.css"), as: UTF8.self).contains("#123456"))
  }

  @Test(arguments: [("page", "page-table"), ("datapackage", "datapackage-table"), ("pages", "pages")])
  func `get a name that may be used from the name of a file`(_ stem: String, _ name: String) {
    #expect(Proposal.name(from: stem) == name)
  }
}
