import Bytes
import Catalogs
import Foundation
import Support
import Tables
import Testing

/// One fault put into a descriptor by replacing a text, and how it must be told.
struct Plant: CustomTestStringConvertible, Sendable {
  let old: String
  let new: String
  let path: String
  let reason: String
  let hint: String?
  var testDescription: String { "\(new) → \(reason)" }

  init(_ old: String, _ new: String, _ path: String, _ reason: String, hint: String? = nil) {
    self.old = old
    self.new = new
    self.path = path
    self.reason = reason
    self.hint = hint
  }
}

@Suite struct `The loader of descriptors` {
  static let datasetPlants: [Plant] = [
    Plant(
      "updateFrequency:", "updateFrequencey:", "", "unknown key \"updateFrequencey\"", hint: "updateFrequency"
    ),
    Plant("title: \"People\",", "title: \"People\", title: \"Again\",", "title", "title"),
    Plant("name: \"people\",\n  title", "name: \"People\",\n  title", "name", "is no name", hint: "a-z"),
    Plant("name: \"people\",\n  title", "name: \"persons\",\n  title", "name", "its folder \"people\""),
    Plant("title: \"People\"", "title: 5", "title", "expected a string"),
    Plant(
      "organization: \"bureau\"", "organization: \"burau\"", "provider.organization", "\"burau\"",
      hint: "bureau"),
    Plant("chen-jing", "chen-jin", "provider.person", "no person", hint: "chen-jing"),
    Plant("themes: [\"people\"]", "themes: [\"peopel\"]", "themes[0]", "no theme \"peopel\"", hint: "people"),
    Plant("temporal:", "license: \"CC0\", temporal:", "license", "no licence \"CC0\""),
    Plant("\"monthly\"", "\"montly\"", "updateFrequency", "is no frequency", hint: "monthly"),
    Plant("2024/2025", "2025/2024", "temporal", "is no period", hint: "2025-01-01"),
    Plant("level: \"L3\", legal", "level: \"L9\", legal", "classification.level", "no level", hint: "L"),
    Plant(
      "legalBasis:", "flags: [\"importent\"], legalBasis:", "classification.flags[0]", "flag",
      hint: "important"),
    Plant("people.csv", "peeple.csv", "resources[0].path", "no file \"peeple.csv\"", hint: "people.csv"),
    Plant("people.csv", "../people/people.csv", "resources[0].path", "leads out"),
    Plant("people.csv", "/etc/hostname", "resources[0].path", "not beside", hint: "a copy"),
    Plant(
      "path: \"people.csv\"", "source: \"/etc/passwd\"", "resources[0].source", "is not read", hint: "`path`"),
    Plant("path: \"people.csv\"", "format: \"csv\"", "resources[0]", "\"path\" is missing"),
    Plant("path:", "format: \"cvs\", path:", "resources[0].format", "no format", hint: "csv"),
    Plant(
      "primaryKey: [\"id\"]", "primaryKey: [\"di\"]", "resources[0].schema.primaryKey[0]", "\"di\"",
      hint: "id"),
    Plant("type: \"date\"", "type: \"dat\"", "resources[0].schema.fields[2].type", "\"dat\"", hint: "date"),
    Plant("level: \"L3\", role", "level: \"L0\", role", "resources[0].schema.fields[0].level", "no level"),
    Plant(
      "role: \"identifier\"", "role: \"identifer\"", "resources[0].schema.fields[0].role", "no role",
      hint: "identifier"),
    Plant(
      "codeList: \"regions\"", "codeList: \"region\"", "resources[0].schema.fields[1].codeList",
      "no code list", hint: "regions"),
    Plant("subject: [\"id\"]", "subject: [\"idd\"]", "subject[0]", "no field \"idd\"", hint: "id"),
    Plant("subject: [\"id\"],", "", "results", "results need a subject"),
    Plant("from: \"born\"", "from: \"bron\"", "dimensions[1].from", "no field", hint: "born"),
    Plant(
      "hierarchy: \"regions\"", "hierarchy: \"regoins\"", "dimensions[0].hierarchy", "no code list",
      hint: "regions"),
    Plant("role: \"response\"", "role: \"responce\"", "dimensions[1].role", "not one of", hint: "response"),
    Plant("name: \"age\"", "name: \"count\"", "dimensions[1].name", "word of the query grammar"),
    Plant("asOf: \"2025-12-31\", ", "", "dimensions[1].bands", "need asOf"),
    Plant("[0, 15, 60]", "[0, 60, 15]", "dimensions[1].bands[2]", "not greater"),
    Plant("2025-12-31", "2025-02-30", "dimensions[1].asOf", "no day of the calendar"),
    Plant(
      "profile: \"strict\"", "profile: \"strikt\"", "results[0].profile", "no statistic profile",
      hint: "strict"),
    Plant("\"P1Y\"", "\"P1M\"", "results[0].refresh", "oftener", hint: "P1Y"),
    Plant("\"P1Y\"", "\"P0D\"", "results[0].refresh", "no time after which", hint: "P1M"),
    Plant("\"P1Y\"", "\"PT1H\"", "results[0].refresh", "no time after which", hint: "P1M"),
    Plant(
      "field: \"income\"", "field: \"incom\"", "results[0].measures[0].field", "no field", hint: "income"),
    Plant("field: \"income\"", "field: \"region\"", "results[0].measures[0].field", "cannot be summed"),
    Plant(
      "perUnit: \"last\"", "perUnit: \"lats\"", "results[0].measures[0].perUnit", "not one of", hint: "last"),
    Plant("[0, 100000]", "[100000, 0]", "results[0].measures[0].bounds[1]", "not greater"),
    Plant("step: 10", "step: 0.5", "results[0].measures[0].step", "finer than the scale"),
    Plant("[\"sum\"]", "[\"summ\"]", "results[0].measures[0].statistics[0]", "not one of", hint: "sum"),
    Plant("[[\"region\"],", "[[\"regio\"],", "results[0].tables[0][0]", "no dimension", hint: "region"),
    Plant("[\"region\", \"age\"]", "[\"region\", \"region\"]", "results[0].tables[1][1]", "there twice"),
    Plant("tables:", "claims: [\"id\"], tables:", "results[0].claims", "kind verify"),
  ]

  @Test(arguments: datasetPlants) func `tells each fault of a dataset at its place`(_ plant: Plant) throws {
    #expect(Planted.dataset.contains(plant.old))
    let text = Planted.dataset.replacing(plant.old, with: plant.new, maxReplacements: 1)
    let faults = try Planted(dataset: text).faults()
    let fault = try #require(faults.first { $0.reason.contains(plant.reason) }, "\(faults.map(\.message))")
    #expect(fault.file == "Catalog/people/dataset.json5")
    #expect(fault.path == plant.path || plant.path == "title" && fault.reason.contains("title"))
    if let hint = plant.hint { #expect(fault.hint?.contains(hint) == true, "\(fault)") }
    // The place lies within the text that was put in, or at the object that lacks a key.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    try #require(fault.line <= lines.count)
    #expect(fault.column <= lines[fault.line - 1].unicodeScalars.count)
    if !plant.new.isEmpty, !plant.reason.contains("missing"), let at = text.range(of: plant.new) {
      let before = text[..<at.lowerBound]
      let line = before.count(where: { $0 == "\n" }) + 1
      let last = line + plant.new.count(where: { $0 == "\n" })
      #expect((line...last).contains(fault.line), "\(fault.message)")
    }
  }

  static let catalogPlants: [Plant] = [
    Plant("publisher:", "publischer:", "", "unknown key", hint: "publisher"),
    Plant("publisher: \"bureau\"", "publisher: \"burau\"", "publisher", "no organization", hint: "bureau"),
    Plant("license: \"CC0-1.0\"", "license: \"CC0-1\"", "license", "no licence", hint: "CC0-1.0"),
    Plant("\"https://data.example.org/\"", "\"data.example.org\"", "baseURL", "is no address"),
    Plant("[\"zh\", \"en\"]", "[\"chinese!\"]", "languages[0]", "no language tag"),
    Plant("data@example.org", "data", "organizations[0].email", "is no mail address"),
    Plant("parent: \"1\"", "parent: \"2\"", "codeLists.regions.codes[1].parent", "no code \"2\""),
    Plant("parent: \"1\"", "parent: \"11\"", "codeLists.regions.codes[1]", "circle"),
    Plant("{code: \"11\", label", "{code: \"1\", label", "codeLists.regions.codes[1]", "there twice"),
    Plant(
      "title: \"People\"}]", "title: \"People\"}, {id: \"people\", title: \"P\"}]", "themes[1].id",
      "there twice"
    ),
  ]

  @Test(arguments: catalogPlants) func `tells each fault of the catalogue at its place`(_ plant: Plant) throws
  {
    #expect(Planted.catalog.contains(plant.old))
    let text = Planted.catalog.replacing(plant.old, with: plant.new, maxReplacements: 1)
    let faults = try Planted(catalog: text).faults()
    let fault = try #require(faults.first { $0.reason.contains(plant.reason) }, "\(faults.map(\.message))")
    #expect(fault.file == "Catalog/catalog.json5")
    #expect(fault.path == plant.path)
    if let hint = plant.hint { #expect(fault.hint?.contains(hint) == true) }
  }

  @Test func `gives line, column and key path as an editor shows them`() throws {
    let text = Planted.dataset.replacing("codeList: \"regions\"", with: "codeList: \"region\"")
    let fault = try #require(try Planted(dataset: text).faults().first)
    #expect(
      fault.message == "Catalog/people/dataset.json5:16:52: resources[0].schema.fields[1].codeList: "
        + "there is no code list \"region\" in catalog.json5")
    #expect(fault.hint == "did you mean \"regions\"?")
  }

  @Test func `gathers the faults of a file instead of stopping at the first`() throws {
    var text = Planted.dataset
    for (old, new) in [("chen-jing", "nobody"), ("\"monthly\"", "\"sometimes\""), ("perUnit", "perunit")] {
      text = text.replacing(old, with: new)
    }
    let faults = try Planted(dataset: text).faults()
    #expect(
      Set(faults.map(\.path)).isSuperset(of: ["provider.person", "updateFrequency", "results[0].measures[0]"])
    )
  }

  @Test func `loads what has no fault`() throws {
    let catalog = try Planted().load()
    let dataset = try #require(catalog.dataset("people"))
    #expect(catalog.baseURL == "https://data.example.org")
    #expect(catalog.manager == "bureau")
    #expect(dataset.license == "CC0-1.0" && dataset.keyFamily == "people")
    #expect(dataset.resources[0].source.path.hasSuffix("/Catalog/people/people.csv"))
    #expect(dataset.resources[0].fields["id"] == FieldMeta(level: "L3", role: "identifier"))
    #expect(dataset.dimension("age")?.codes.map(\.code) == ["0-14", "15-59", "60+"])
    #expect(dataset.dimension("region")?.codes.last?.parent == "1")
    #expect(dataset.results[0].measures[0].upperBound == "100000")
  }

  @Test func `refuses a link, wherever it leads`() throws {
    for target in ["secret.csv", "Catalog/people/other.csv"] {
      let planted = try Planted()
      let path = planted.folder.path + "/Catalog/people/people.csv"
      let other = try planted.folder.write("id\n", to: target)
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: other)
      #expect(
        try planted.faults().map(\.reason) == [
          "\"people.csv\" is a symbolic link, and what it leads to may be another's"
        ])
    }
  }

  @Test func `holds a table as it was read first, and no database that a program has open`() throws {
    let planted = try Planted()
    let path = planted.folder.path + "/Catalog/people/people.csv"
    let source = try #require(try planted.load().dataset("people")?.resources[0].source)
    let before = try Files.read(path)
    let file = try #require(try source.held?.file())
    try Files.write(Array("id\n9\n".utf8), to: path)
    #expect(try file.bytes(at: 0, file.count) == before)
    #expect(try source.held?.file().count == before.count)
    try Files.write(Array("SQLite format 3\0".utf8), to: path)
    try Files.write([1], to: path + "-wal")
    let open = try #require(try planted.load().dataset("people")?.resources[0].source.held)
    #expect(throws: TableError.self) { try open.file() }
  }

  @Test func `names a folder that has no descriptor`() throws {
    let planted = try Planted()
    try FileManager.default.createDirectory(
      atPath: planted.folder.path + "/Catalog/lost", withIntermediateDirectories: false)
    #expect(try planted.faults().map(\.file) == ["Catalog/lost/dataset.json5"])
  }

  @Test func `refuses people of an agency that is not there`() throws {
    let planted = try Planted()
    let policies = try PolicySet.parse(files: PolicySet.defaults)
    let error = #expect(throws: CatalogError.self) {
      try Catalog.load(folder: planted.folder.path + "/Catalog", policies: policies)
    }
    let first = try #require(error?.errors.first)
    #expect(first.file == "Policies/access.json5" && first.path == "people[0].organization")
  }
}

@Suite struct `A verify or score in a descriptor` {
  private func faults(_ result: String) throws -> [DocumentError] {
    try Planted(dataset: Planted.dataset.replacing("results: [{", with: "results: [\(result), {")).faults()
  }

  @Test func `takes claims, consent, meaning and who answers for it`() throws {
    #expect(
      try faults(
        #"{name: "check", kind: "verify", title: "t", profile: "verify", claims: ["born"], consent: true, meaning: "m", responsible: "bureau"}"#
      ).isEmpty)
    #expect(
      try faults(
        #"{name: "band", kind: "score", title: "t", profile: "verify", claims: ["born"], consent: true, output: {expression: "'A'", values: ["A", "B"]}}"#
      ).isEmpty)
  }

  @Test(arguments: [
    (#"{name: "c", kind: "verify", title: "t", profile: "verify", claims: ["id"]}"#, "subject"),
    (#"{name: "c", kind: "verify", title: "t", profile: "verify", claims: ["born", "born"]}"#, "twice"),
    (#"{name: "c", kind: "verify", title: "t", profile: "verify", claims: ["bron"]}"#, "bron"),
    (#"{name: "c", kind: "verify", title: "t", profile: "verify", claims: []}"#, "at least one"),
    (#"{name: "c", kind: "verify", title: "t", profile: "strict", claims: ["born"]}"#, "verify profile"),
    (
      #"{name: "c", kind: "verify", title: "t", profile: "verify", claims: ["born"], responsible: "nobody"}"#,
      "organization"
    ),
    (
      #"{name: "c", kind: "verify", title: "t", profile: "verify", claims: ["born"], output: {expression: "1", values: ["1"]}}"#,
      "kind score"
    ),
    (
      #"{name: "c", kind: "score", title: "t", profile: "verify", output: {expression: "1", values: ["1", "1"]}}"#,
      "twice"
    ),
  ])
  func `is refused with the place where it cannot be`(result: String, word: String) throws {
    let found = try faults(result)
    #expect(found.contains { $0.message.contains(word) && $0.line > 0 }, "\(found.map(\.message))")
  }
}
