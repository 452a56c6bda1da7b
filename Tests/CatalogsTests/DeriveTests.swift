import Bytes
import Catalogs
import Foundation
import Support
import Tables
import Testing

@Suite struct `A derived dataset in the catalogue` {
  static let derived = """
    {
      name: "both", title: "Both", description: "Joined", themes: ["people"],
      provider: {organization: "bureau", person: "chen-jing"},
      classification: {level: "L3", legalBasis: "A law"},
      derive: {left: "people", right: "visits"},
      results: [{
        name: "r", kind: "statistic", title: "R", profile: "strict", refresh: "P1Y",
        measures: [{field: "cost", perUnit: "sum", bounds: [0, 100], statistics: ["sum"]}],
        tables: [["region"], ["region", "ward"]],
      }],
    }
    """
  static let visits = """
    {
      name: "visits", title: "Visits", description: "Visits", themes: ["people"], synthetic: true,
      provider: {organization: "clinic", person: "chen-jing"}, keyFamily: "people",
      availableFrom: "2030-01-01", classification: {level: "L2", legalBasis: "A law"},
      resources: [{
        name: "visits", path: "visits.csv",
        schema: {fields: [
          {name: "id", type: "string", level: "L2", role: "identifier", constraints: {required: true}},
          {name: "ward", type: "string", role: "sensitive", constraints: {required: true, enum: ["a", "b"]}},
          {name: "cost", type: "number", decimalChar: ",", unit: "CNY"},
          {name: "on", type: "date", format: "%d.%m.%Y"},
        ]},
      }],
      subject: ["id"],
      dimensions: [{name: "ward", role: "response"}],
    }
    """

  static func planted(
    _ derived: String = derived, visits: String = visits, people: String = Planted.dataset
  ) throws -> Planted {
    let catalog = Planted.catalog.replacing(
      "organizations: [",
      with: "organizations: [{id: \"clinic\", name: \"Clinic\", email: \"c@example.org\"}, ")
    let planted = try Planted(catalog: catalog, dataset: people)
    _ = try planted.folder.write(derived, to: "Catalog/both/dataset.json5")
    _ = try planted.folder.write(visits, to: "Catalog/visits/dataset.json5")
    _ = try planted.folder.write("id,ward,cost,on\n1,a,\"1,5\",01.02.2025\n", to: "Catalog/visits/visits.csv")
    return planted
  }

  @Test func `has the fields, subject and dimensions of its sources, and belongs to their family`() throws {
    let catalog = try Self.planted().load()
    #expect(catalog.datasets.map(\.name) == ["both", "people", "visits"])
    let both = try #require(catalog.dataset("both"))
    let table = try #require(both.resources.first)
    #expect(table.schema.fields.map(\.name) == ["id", "region", "born", "income", "ward", "cost", "on"])
    #expect(table.schema.fields.map(\.type) == [.string, .string, .date, .integer, .string, .number, .date])
    // Canonical texts: no manners of the source's file.
    #expect(table.schema["cost"]?.decimalChar == "." && table.schema["on"]?.format == nil)
    #expect(table.schema["cost"]?.unit == "CNY" && table.schema["ward"]?.constraints.required == true)
    #expect(table.schema["id"]?.constraints.required == true && table.schema.primaryKey.isEmpty)
    #expect(table.fields["region"]?.codeList == "regions" && table.fields["ward"]?.role == "sensitive")
    #expect(both.subject == ["id"] && both.keyFamily == "people" && both.synthetic)
    #expect(both.dimensions.map(\.name) == ["region", "age", "ward"])
    #expect(
      both.providers == ["bureau", "clinic"] && catalog.providerNames(of: both)("en") == "Bureau, Clinic")
    #expect(catalog.providerNames(of: both)("zh") == "Bureau、Clinic")
    // Not before the later of its sources.
    #expect(both.availableFrom == catalog.dataset("visits")?.availableFrom && both.availableFrom != nil)
    #expect(both.kin["visits"] == Kin(names: ["ward": "ward"], isPart: false))
    #expect(
      catalog.dataset("people")?.kin["both"] == Kin(names: ["region": "region", "age": "age"], isPart: true))
  }

  @Test func `renames what both have and leaves out what it is told to`() throws {
    let visits = Self.visits.replacing("name: \"ward\"", with: "name: \"region\"")
      .replacing("\"id\"", with: "\"patient\"").replacing("[\"patient\"]", with: "[\"patient\"]")
    let derived = Self.derived.replacing(
      "right: \"visits\"",
      with: "right: {dataset: \"visits\", rename: {patient: \"id\", region: \"ward\"}, without: [\"on\"]}")
    let both = try #require(try Self.planted(derived, visits: visits).load().dataset("both"))
    #expect(
      both.resources.first?.schema.fields.map(\.name) == ["id", "region", "born", "income", "ward", "cost"])
    #expect(both.dimensions.map(\.name) == ["region", "age", "ward"] && both.dimensions[2].field == "ward")
    #expect(
      both.join?.right.fields == [Join.Renamed("region", as: "ward"), Join.Renamed("cost", as: "cost")])
    #expect(both.kin["visits"]?.names == ["region": "ward"])
  }

  /// What is changed in which file, where the fault stands, and words of it in both languages.
  static let mistakes: [(String, String, String, String, String, String)] = [
    (
      "both", "right: \"visits\"", "right: \"visit\"", "derive.right", "there is no dataset \"visit\"",
      "没有数据集“visit”"
    ),
    ("both", "right: \"visits\"", "right: \"people\"", "derive.right", "both sides are \"people\"", "两侧都是"),
    ("both", "right: \"visits\"", "right: \"both\"", "derive.right", "not derived from itself", "不能由自身派生"),
    (
      "both", "right: \"visits\"", "right: {dataset: \"visits\", rename: {wart: \"w\"}}",
      "derive.right.rename.wart", "has no field \"wart\"", "没有字段“wart”"
    ),
    (
      "both", "right: \"visits\"", "right: {dataset: \"visits\", without: [\"id\"]}",
      "derive.right.without[0]", "is the subject", "是主体"
    ),
    (
      "both", "right: \"visits\"", "right: {dataset: \"visits\", rename: {cost: \"income\"}}", "derive.right",
      "two fields are called \"income\"", "两个字段名为“income”"
    ),
    (
      "both", "classification", "keyFamily: \"mine\", classification", "keyFamily",
      "of the key family \"people\"", "属于密钥族“people”"
    ),
    (
      "both", "derive:", "subject: [\"id\"], derive:", "subject", "has no subject of its own", "没有自己的 subject"
    ),
    ("visits", "keyFamily: \"people\",", "", "derive", "of \"visits\"", "属于“visits”"),
    ("visits", "level: \"L2\", legalBasis", "level: \"L4\", legalBasis", "derive.right", "is closed", "不予开放"),
    (
      "visits", "legalBasis: \"A law\"", "flags: [\"core\"], legalBasis: \"A law\"", "derive.right",
      "is closed", "不予开放"
    ),
    (
      "visits", "level: \"L2\", legalBasis: \"A law\"", "level: \"L1\"", "derive.right", "declared open",
      "无条件开放"
    ),
    ("visits", "subject: [\"id\"],", "", "derive.right", "declares no subject", "没有声明用于关联的主体"),
    (
      "visits", "{name: \"id\", type: \"string\"", "{name: \"id\", type: \"integer\"", "derive.right",
      "is a string in \"people\" and a integer in \"visits\"", "是 integer"
    ),
    ("visits", "\"id\"", "\"patient\"", "derive.right", "the subject of \"people\" is id", "的主体是 id"),
  ]

  @Test(arguments: mistakes.indices) func `is refused with file, key path and what to do`(index: Int) throws {
    let (file, old, new, path, english, chinese) = Self.mistakes[index]
    func changed(_ name: String, _ text: String) -> String {
      name == file ? text.replacing(old, with: new) : text
    }
    let faults = try Self.planted(
      changed("both", Self.derived), visits: changed("visits", Self.visits)
    ).faults()
    let fault = try #require(faults.first)
    #expect(
      faults.count == 1 && fault.file == "Catalog/both/dataset.json5" && fault.path == path, "\(faults)")
    #expect(fault.message.contains(english), "\(fault.message)")
    #expect(fault.message(in: "zh").contains(chinese), "\(fault.message(in: "zh"))")
    #expect(fault.hint != nil && fault.hint(in: "zh") != nil && fault.hint(in: "zh") != fault.hint)
    let all = CatalogError(faults)
    #expect(all.message.contains(english) && all.message(in: "zh").contains(chinese))
  }

  @Test func `is not joined from another one, and two are not joined from one source`() throws {
    let planted = try Self.planted()
    let second = Self.derived.replacing("name: \"both\"", with: "name: \"chain\"")
    _ = try planted.folder.write(
      second.replacing("left: \"people\"", with: "left: \"both\""), to: "Catalog/chain/dataset.json5")
    #expect(try planted.faults().map(\.path) == ["derive.left"])
    #expect(try planted.faults().first?.message.contains("\"both\" is itself derived") == true)
    _ = try planted.folder.write(second, to: "Catalog/chain/dataset.json5")
    let faults = try planted.faults()
    #expect(faults.map(\.path) == ["derive.left"])
    #expect(faults.first?.message.contains("is joined in \"both\" already") == true)
  }

  @Test func `declares measures as its sources do, and checks only with consent`() throws {
    let measured = Self.derived.replacing(
      "field: \"cost\", perUnit: \"sum\"", with: "field: \"income\", perUnit: \"sum\"")
    let faults = try Self.planted(measured).faults()
    #expect(faults.map(\.path) == ["results[0]"])
    #expect(
      faults.first?.message.contains("\"people\" declares the measure \"income\" in another way") == true)
    #expect(faults.first?.message(in: "zh").contains("相减") == true)
    let check = Self.derived.replacing(
      "results: [{",
      with:
        "results: [{name: \"c\", kind: \"verify\", title: \"C\", profile: \"verify\", claims: [\"ward\"]}, {")
    #expect(try Self.planted(check).faults().map(\.path) == ["results[0]"])
    let consented = check.replacing("claims: [\"ward\"]", with: "claims: [\"ward\"], consent: true")
    #expect(try Self.planted(consented).faults().isEmpty)
  }

  @Test func `bars its fields from open views of its sources, whatever they are called`() throws {
    let view = "views: [{name: \"visits-open\", select: [\"cost\"], requires: {kAnonymity: 10}}],\n}"
    let visits = Self.visits.dropLast(2) + view
    let renamed = Self.derived.replacing(
      "right: \"visits\"", with: "right: {dataset: \"visits\", rename: {cost: \"paid\"}}"
    ).replacing("field: \"cost\"", with: "field: \"paid\"")
    for derived in [Self.derived, renamed] {
      let faults = try Self.planted(derived, visits: String(visits)).faults()
      #expect(faults.map(\.path) == ["views"])
      #expect(faults.first?.message.contains("\"both/r\" of the same family both use \"cost\"") == true)
    }
  }

  @Test func `says in catalogues what it is joined from`() throws {
    let catalog = try Self.planted().load()
    let policies = try Planted.policies()
    let published = try catalog.datasets.map { try `What harvesters read`.publish($0, policies) }
    let exports = Exports(
      catalog: catalog, published: published, created: Timestamp(secondsSince1970: 1_800_000_000))
    let turtle = String(decoding: exports.graph().turtle(), as: UTF8.self)
    #expect(turtle.components(separatedBy: "dct:source").count == 2)
    #expect(turtle.contains("dct:creator"))
    let both = try #require(published.first { $0.dataset.name == "both" })
    let page = String(decoding: exports.schemaOrg(both, language: "en").serialized(), as: UTF8.self)
    #expect(page.contains("isBasedOn") && page.contains("Clinic"))
  }
}
