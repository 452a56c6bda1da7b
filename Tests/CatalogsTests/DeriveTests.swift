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
    #expect(both.kin["visits"] == Kin(names: ["ward": "ward"], isPart: false, tables: ["visits"]))
    #expect(
      catalog.dataset("people")?.kin["both"]
        == Kin(names: ["region": "region", "age": "age"], isPart: true, tables: ["people"]))
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

  /// A third table about the same persons.
  static let wages = visits.replacing("name: \"visits\"", with: "name: \"wages\"")
    .replacing("path: \"visits.csv\"", with: "path: \"wages.csv\"")
    .replacing("{name: \"ward\", type", with: "{name: \"trade\", type")
    .replacing("{name: \"ward\", role", with: "{name: \"trade\", role")
    .replacing("name: \"cost\"", with: "name: \"wage\"").replacing("name: \"on\"", with: "name: \"since\"")

  static func chained(_ derive: String, name: String = "chain", results: Bool = true) throws -> Planted {
    let planted = try planted()
    _ = try planted.folder.write(wages, to: "Catalog/wages/dataset.json5")
    _ = try planted.folder.write(
      "id,trade,wage,since\n1,a,\"1,5\",01.02.2025\n", to: "Catalog/wages/wages.csv")
    var text = derived.replacing("name: \"both\"", with: "name: \"\(name)\"")
      .replacing("derive: {left: \"people\", right: \"visits\"}", with: "derive: \(derive)")
    if !results, let from = text.firstRange(of: "results: [{"), let to = text.firstRange(of: "}],\n}") {
      text = text[..<from.lowerBound] + "results: [],\n}" + text[to.upperBound...]
    }
    _ = try planted.folder.write(text, to: "Catalog/\(name)/dataset.json5")
    return planted
  }

  @Test func `is joined from another one, and two are joined from one source`() throws {
    let catalog = try Self.chained("{left: \"both\", right: \"wages\"}").load()
    let chain = try #require(catalog.dataset("chain"))
    #expect(
      chain.resources.first?.schema.fields.map(\.name) == [
        "id", "region", "born", "income", "ward", "cost", "on", "trade", "wage", "since",
      ])
    #expect(
      chain.join?.required == ["people", "visits", "wages"] && chain.join?.sources == ["both", "wages"])
    #expect(chain.join?.tree == .pair(.pair(.table(0), .table(1)), .table(2)))
    #expect(chain.join?.files.count == 4)
    #expect(chain.providers == ["bureau", "clinic"] && chain.dimensions.map(\.name).contains("trade"))
    #expect(chain.kin["both"]?.tables == ["people", "visits"] && chain.kin["both"]?.isPart == false)
    #expect(catalog.dataset("both")?.kin["chain"]?.isPart == true)
    // A second join of one source: both know whom the other tells of.
    let second = try Self.chained("{left: \"people\", right: \"wages\"}", name: "second", results: false)
      .load()
    #expect(second.dataset("both")?.kin["second"]?.populations == [["people": true, "wages": true]])
    #expect(second.dataset("second")?.kin["both"]?.populations == [["people": true, "visits": true]])
    #expect(second.dataset("second")?.besideTables == ["visits"])
    #expect(second.dataset("people")?.kin["both"]?.populations == [])
  }

  @Test func `keeps rows without a partner where it says so`() throws {
    let kept = Self.derived.replacing("right: \"visits\"", with: "right: \"visits\", keep: \"left\"")
    let both = try #require(try Self.planted(kept).load().dataset("both"))
    #expect(
      both.join?.required == ["people"] && both.join?.optional == ["visits"] && both.join?.keep == .left)
    #expect(both.resources.first?.schema["ward"]?.constraints.required == false)
    #expect(both.resources.first?.schema["id"]?.constraints.required == true)
    #expect(both.populations.count == 3)
    let wrong = Self.derived.replacing("right: \"visits\"", with: "right: \"visits\", keep: \"right\"")
    let fault = try #require(try Self.planted(wrong).faults().first)
    #expect(fault.path == "derive.keep" && fault.message.contains("matched, left"))
    // What is missing could be any of several tables.
    let faults = try Self.chained("{left: \"wages\", right: \"both\", keep: \"left\"}").faults()
    #expect(faults.map(\.path) == ["derive.keep"] && faults.first?.hint(in: "zh") != nil)
    #expect(faults.first?.message(in: "zh").contains("派生数据集") == true)
  }

  @Test
  func `is refused where its chain comes back to itself, joins a table twice, or has a name for two draws`()
    throws
  {
    let ring = try Self.chained("{left: \"both\", right: \"wages\"}")
    _ = try ring.folder.write(
      Self.derived.replacing("left: \"people\"", with: "left: \"chain\""), to: "Catalog/both/dataset.json5")
    let faults = try ring.faults()
    #expect(faults.map(\.path) == ["derive.left", "derive.left"])
    #expect(Set(faults.map(\.file)) == ["Catalog/both/dataset.json5", "Catalog/chain/dataset.json5"])
    #expect(faults.contains { $0.message.contains("\"both\" → \"chain\" → \"both\"") }, "\(faults)")
    #expect(faults.allSatisfy { $0.message(in: "zh").contains("绕回了自身") && $0.hint(in: "zh") != nil })

    let twice = try Self.chained("{left: \"both\", right: \"visits\"}").faults()
    #expect(twice.map(\.path) == ["derive.right"])
    #expect(twice.first?.message.contains("\"visits\" is on both sides") == true)

    let missing = try Self.chained("{left: \"bot\", right: \"wages\"}").faults()
    #expect(missing.map(\.path) == ["derive.left"] && missing.first?.hint?.contains("both") == true)

    // The first join has sums of cost; under another name they would be drawn a second time.
    let renamed = try Self.chained(
      "{left: \"wages\", right: {dataset: \"visits\", rename: {cost: \"paid\"}}}", name: "second")
    let text = String(decoding: try renamed.folder.read("Catalog/second/dataset.json5"), as: UTF8.self)
    _ = try renamed.folder.write(
      text.replacing("field: \"cost\"", with: "field: \"paid\"").replacing(
        "[[\"region\"], [\"region\", \"ward\"]]", with: "[[\"ward\"]]"
      )
      .replacing("name: \"on\"", with: "name: \"on\""), to: "Catalog/second/dataset.json5")
    let drawn = try renamed.faults()
    #expect(drawn.map(\.path) == ["results[0]"], "\(drawn)")
    #expect(drawn.first?.message.contains("two names are two draws") == true)
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
