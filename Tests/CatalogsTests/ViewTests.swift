import Bytes
import Catalogs
import Foundation
import Policies
import Support
import Testing

@Suite struct `Views in a descriptor` {
  /// The planted dataset without its results, with these views.
  static func dataset(_ views: String, results: Bool = false) -> String {
    var text = Planted.dataset
    if !results, let start = text.range(of: "  results: [{") { text = text[..<start.lowerBound] + "}" }
    let end = text.lastIndex(of: "}") ?? text.endIndex
    return text[..<end] + "  views: [\(views)],\n}"
  }

  @Test func `say what becomes of each column`() throws {
    let views = """
      {name: "people-open", title: "Open", requires: {kAnonymity: 10, lDiversity: 3}, select: [
        "region", "age", {field: "born", name: "born_year", prefix: 4}, {field: "income", topCode: 90000},
      ]}
      """
    let catalog = try Planted(dataset: Self.dataset(views)).load()
    let view = try #require(catalog.datasets.first?.views.first)
    #expect(view.promise == ViewPromise(kAnonymity: 10, lDiversity: 3))
    #expect(view.columns.map(\.name) == ["region", "age", "born_year", "income"])
    #expect(view.columns.map(\.field) == ["region", "born", "born", "income"])
    // A dimension with the role response is what is to be learnt of a group.
    #expect(view.columns.map(\.isSensitive) == [false, true, false, false])
    #expect(view.columns[2].form == .prefix(4) && view.columns[3].form == .topCode("90000"))
  }

  @Test func `are refused beside statistics over the same fields, naming both`() throws {
    for (select, field) in [(#"["region"]"#, "region"), (#"[{field: "income", topCode: 10}]"#, "income")] {
      let views = "{name: \"people-open\", requires: {kAnonymity: 10}, select: \(select)}"
      let faults = try Planted(dataset: Self.dataset(views, results: true)).faults()
      let fault = try #require(faults.first)
      #expect(faults.count == 1 && fault.path == "views[0].select")
      #expect(
        fault.reason.hasPrefix("the view \"people-open\" and the result \"income\" both use \"\(field)\""))
    }
    let other = Self.dataset("{name: \"people-open\", requires: {kAnonymity: 10}, select: [\"region\"]}")
    #expect(try Planted(dataset: other).faults().isEmpty)
  }

  @Test func `are refused beside statistics of another dataset of their family`() throws {
    let view = "{name: \"people-open\", requires: {kAnonymity: 10}, select: [\"region\"]}"
    let planted = try Planted(dataset: Self.dataset(view))
    let sister = Planted.dataset.replacing(
      "name: \"people\"", with: "name: \"sisters\", keyFamily: \"people\"", maxReplacements: 1)
    _ = try planted.folder.write(sister, to: "Catalog/sisters/dataset.json5")
    _ = try planted.folder.write("id,region,born,income\n", to: "Catalog/sisters/people.csv")
    let faults = try planted.faults()
    #expect(faults.map(\.path) == ["views"])
    #expect(
      faults.first?.reason.contains("\"sisters/income\" of the same family both use \"region\"") == true)
  }

  @Test(arguments: [
    (
      #"{name: "people", requires: {kAnonymity: 10}, select: ["region"]}"#, "views",
      "has a name that \"people\" uses"
    ),
    (#"{name: "v", requires: {kAnonymity: 10}, select: ["id"]}"#, "views[0].select[0]", "identifies units"),
    (
      #"{name: "v", requires: {kAnonymity: 10}, select: [{field: "id", mask: 3}]}"#,
      "views[0].select[0].field", "identifies units"
    ),
    (
      #"{name: "v", requires: {kAnonymity: 10}, select: ["regoin"]}"#, "views[0].select[0]",
      "there is no dimension or field \"regoin\""
    ),
    (
      #"{name: "v", requires: {kAnonymity: 1}, select: ["region"]}"#, "views[0].requires.kAnonymity",
      "outside 2…"
    ),
    (#"{name: "v", select: ["region"]}"#, "views[0]", "requires"),
    (
      #"{name: "v", requires: {kAnonymity: 10}, select: ["region", "age"]}"#,
      "views[0].requires", "sensitive"
    ),
    (#"{name: "v", requires: {kAnonymity: 10}, select: []}"#, "views[0].select", "at least one"),
    (
      #"{name: "v", requires: {kAnonymity: 10}, select: ["region", "region"]}"#, "views[0].select[1]",
      "there twice"
    ),
    (
      #"{name: "v", requires: {kAnonymity: 10}, select: [{field: "born", topCode: 3}]}"#,
      "views[0].select[0]", "no greatest number"
    ),
    (
      #"{name: "v", requires: {kAnonymity: 10}, select: [{field: "income", prefix: 1, mask: 1}]}"#,
      "views[0].select[0].mask", "not two"
    ),
    (
      #"{name: "v", requires: {kAnonymity: 10}, select: [{field: "born", bands: [0, 30]}]}"#,
      "views[0].select[0]", "need asOf"
    ),
  ]) func `are refused with the place of the fault`(_ view: String, _ path: String, _ reason: String) throws {
    let faults = try Planted(dataset: Self.dataset(view)).faults()
    #expect(faults.contains { $0.path == path && $0.reason.contains(reason) }, "\(faults)")
  }
}
