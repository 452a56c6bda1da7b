import Bytes
import Catalogs
import Foundation
import Support
import Testing

@Suite struct `A name that the site itself uses` {
  /// The one fault there is, which names the word, why, and what to do.
  private func fault(_ planted: Planted, _ path: String, _ word: String) throws {
    let faults = try planted.faults()
    #expect(faults.count == 1, "\(faults.map(\.message))")
    let fault = try #require(faults.first)
    #expect(fault.path == path)
    #expect(fault.reason.contains("\"\(word)\"") && fault.reason.contains("the site uses that address"))
    #expect(fault.message(in: "zh").contains("网站自身使用该地址"))
    #expect(fault.hint?.contains("choose another name") == true)
  }

  @Test(arguments: ["data", "datasets", "results"]) func `is no theme and no organization`(_ word: String)
    throws
  {
    try fault(
      try Planted(
        catalog: Planted.catalog.replacing(
          "themes: [", with: "themes: [{id: \"\(word)\", title: \"X\"}, ")), "themes[0].id", word)
    try fault(
      try Planted(
        catalog: Planted.catalog.replacing(
          "organizations: [", with: "organizations: [{id: \"\(word)\", name: \"X\", email: \"a@b.example\"}, "
        )),
      "organizations[0].id", word)
  }

  @Test func `is no language, and no language is there twice`() throws {
    try fault(
      try Planted(catalog: Planted.catalog.replacing("\"en\"]", with: "\"en\", \"api\"]")), "languages[2]",
      "api")
    let twice = try Planted(catalog: Planted.catalog.replacing("\"en\"]", with: "\"en\", \"EN\"]"))
    #expect(!(try twice.faults()).isEmpty)
    let mixed = try Planted(catalog: Planted.catalog.replacing("\"en\"]", with: "\"zh-hant\", \"zh-Hant\"]"))
    #expect(try mixed.faults().contains { $0.reason.contains("zh-hant") && $0.reason.contains("twice") })
  }

  @Test func `is no resource`() throws {
    try fault(
      try Planted(
        dataset: Planted.dataset.replacing("name: \"people\", path", with: "name: \"datapackage\", path")),
      "resources[0].name", "datapackage")
  }

  @Test func `is no word of the query grammar`() throws {
    let planted = try Planted(
      dataset: Planted.dataset.replacing("name: \"age\"", with: "name: \"lang\"").replacing(
        "\"region\", \"age\"", with: "\"region\", \"lang\""))
    #expect(try planted.faults().contains { $0.reason.contains("word of the query grammar") })
  }

  @Test(arguments: ["page", "datapackage"]) func `is no dataset and no view`(_ word: String) throws {
    let planted = try Planted()
    let files = FileManager.default
    try files.moveItem(
      atPath: planted.folder.path + "/Catalog/people", toPath: planted.folder.path + "/Catalog/\(word)")
    _ = try planted.folder.write(
      Planted.dataset.replacing("name: \"people\",\n  title", with: "name: \"\(word)\",\n  title"),
      to: "Catalog/\(word)/dataset.json5")
    try fault(planted, "name", word)
    let view = """
      views: [{name: "\(word)", columns: [{field: "born", prefix: 4}], promise: {kAnonymity: 5}}],
      subject: ["id"]
      """
    let viewed = try Planted(dataset: Planted.dataset.replacing("subject: [\"id\"]", with: view))
    #expect(
      try viewed.faults().contains { $0.path == "views[0].name" && $0.reason.contains("\"\(word)\"") })
  }

  @Test(arguments: ["data", "DATASETS", "Results"]) func `is no level, in any case`(_ word: String) throws {
    var files = PolicySet.defaults
    let text = String(decoding: try #require(files["levels.json5"]), as: UTF8.self)
    files["levels.json5"] = Array(text.replacing("\"L2\"", with: "\"\(word)\"").utf8)
    #expect {
      _ = try PolicySet.parse(files: files)
    } throws: { error in
      "\(error)".contains("the site uses that address")
        || "\((error as? CatalogError)?.errors ?? [])".contains("site uses")
    }
  }
}
