import Foundation
import Support
import Testing

/// The same rows under another name are the same rows.
@Suite struct `An insider with a copy` {
  /// A restricted register of invented persons that no detector knows: numbers, names, a town and an amount.
  private static let count = 600

  private static func rows(_ range: Range<Int> = 0..<count, columns: Set<Int> = [0, 1, 2, 3]) -> String {
    let header = ["person", "holder", "town", "amount"]
    let lines = range.map { number in
      ["R\(7_000_000 + number * 7919)", "Quy\(letters(number))", "T\(number % 5)", "\(number % 90)"]
    }
    return ([header] + lines).map { line in
      line.indices.filter(columns.contains).map { line[$0] }.joined(separator: ",") + "\n"
    }.joined()
  }

  private static func letters(_ number: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    return String((0..<6).map { letters[(number * 31 + 17 * $0 * number + $0) % 26] }) + "\(number)"
  }

  private static func descriptor(
    _ name: String, level: String, columns: [String] = ["person", "holder", "town", "amount"]
  ) -> String {
    let held =
      level == "L1"
      ? "" : #", legalBasis: { zh: "测试用法", en: "A law" }, reason: { zh: "个人", en: "Persons" }"#
    let fields = columns.map { #"{ name: "\#($0)", type: "\#($0 == "amount" ? "integer" : "string")" },"# }
    return #"""
      {
        name: "\#(name)", title: { zh: "登记册", en: "A register" }, description: { zh: "虚构。", en: "Invented." },
        keywords: [{ zh: "登记", en: "register" }], themes: ["population"], license: "CC0-1.0", synthetic: true,
        provider: { organization: "data-bureau", person: "lin-hai" }, updateFrequency: "monthly",
        classification: { level: "\#(level)"\#(held) },
        resources: [{
          name: "rows", title: { zh: "行", en: "Rows" }, path: "rows.csv", format: "csv", encoding: "utf-8",
          schema: { fields: [\#(fields.joined(separator: "\n"))] },
        }],
      }
      """#
  }

  private static func write(
    _ portal: ScratchPortal, _ name: String, level: String, _ table: String = rows()
  ) throws {
    let header = table.prefix { $0 != "\n" }.split(separator: ",").map(String.init)
    try portal.write(descriptor(name, level: level, columns: header), "Catalog/\(name)/dataset.json5")
    try portal.write(table, "Catalog/\(name)/rows.csv")
  }

  private static func remove(_ portal: ScratchPortal, _ name: String) throws {
    try FileManager.default.removeItem(atPath: portal.path + "/Catalog/\(name)")
  }

  /// With `members` published at L3.
  private static func begin() throws -> Office {
    let office = try Office()
    try write(office.portal, "members", level: "L3")
    try office.portal.publish().wanted(0, "publish members")
    return office
  }

  @Test func `of a restricted set opens it under no other name`() throws {
    let office = try Self.begin()
    let portal = office.portal
    let kept = try FileManager.default.contentsOfDirectory(atPath: portal.inside + "/fingerprints")
    #expect(kept.count == 2, "one file a column that tells persons apart: \(kept)")
    for name in kept {
      let file = try FileManager.default.attributesOfItem(atPath: portal.inside + "/fingerprints/" + name)
      #expect(file[.posixPermissions] as? Int == 0o600)
    }
    func expectRefused(_ what: Comment, field: String = "rows.person") throws {
      let done = try portal.publish()
      #expect(
        done.status == 1 && done.errorText.contains("“members”") && done.errorText.contains("“\(field)”"),
        what)
      #expect(done.errorText.contains("doorsill propose copy"), "\(what): \(done.said)")
      #expect(!done.errorText.contains("R7000000") && !done.errorText.contains("Quya"), what)
      #expect(!office.isOut("data/copy"), what)
    }
    // A symlink to its table, and the same bytes.
    try portal.write(Self.descriptor("copy", level: "L1"), "Catalog/copy/dataset.json5")
    let copy = portal.path + "/Catalog/copy/rows.csv"
    try FileManager.default.createSymbolicLink(
      atPath: copy, withDestinationPath: portal.path + "/Catalog/members/rows.csv")
    office.expectRefused(try portal.publish(), "is a symbolic link")
    try FileManager.default.removeItem(atPath: copy)
    try portal.write(try portal.text("Catalog/members/rows.csv"), "Catalog/copy/rows.csv")
    try expectRefused("the same file")
    #expect(try portal.publish().errorText.contains("byte for byte"))
    try Self.remove(portal, "copy")
    // The same rows without the number, in another order, dressed otherwise, in part.
    try Self.write(portal, "copy", level: "L1", Self.rows(columns: [1, 2, 3]))
    try expectRefused("without the number", field: "rows.holder")
    let lines = Self.rows().split(separator: "\n").map(String.init)
    try Self.write(
      portal, "copy", level: "L1",
      ([lines[0]] + lines.dropFirst().reversed().map { " " + $0.lowercased() }).joined(separator: "\n") + "\n"
    )
    try expectRefused("another order and spelling")
    try Self.write(portal, "copy", level: "L1", Self.rows(100..<350))
    try expectRefused("a part")
    // Each of them said three times among other words.
    try Self.write(
      portal, "copy", level: "L1",
      Self.rows() + lines.dropFirst().joined(separator: "\n") + "\n"
        + lines.dropFirst().joined(separator: "\n") + "\n")
    try expectRefused("said thrice")
    // In other signs, and in pieces none of which is a register.
    let dressed = Self.rows(columns: [0, 2]).split(separator: "\n").dropFirst().map { "#" + $0 + "\n" }
      .joined()
    try Self.write(portal, "copy", level: "L1", "person,town\n" + dressed)
    try expectRefused("a mark before each")
    let persons = lines.dropFirst().map { $0.prefix { $0 != "," } }
    let pieces = (0..<150).map { row in
      (0..<4).map { String(persons[row + 150 * $0]) }.joined(separator: ",") + "\n"
    }
    try Self.write(portal, "copy", level: "L1", "a,b,c,d\n" + pieces.joined())
    try expectRefused("four columns of 150", field: "rows.a")
    // As the names of columns.
    try Self.write(
      portal, "copy", level: "L1",
      persons.joined(separator: ",") + "\n" + persons.map { _ in "1" }.joined(separator: ",") + "\n")
    try expectRefused("names of columns", field: "rows (field names)")
    // Within the set that is open already.
    try portal.write(
      "code,station,tracks\n" + (0..<600).map { "R\(7_000_000 + $0 * 7919),S\($0),3\n" }.joined(),
      "Catalog/stations/stations.csv")
    try Self.remove(portal, "copy")
    let done = try portal.publish()
    #expect(
      done.status == 1 && done.errorText.contains("stations.code") && done.errorText.contains("100 %"),
      "\(done.said)")
  }

  @Test func `is known when what it is of was renamed, or is gone`() throws {
    let office = try Self.begin()
    let portal = office.portal
    // Renamed, and open at once.
    try Self.remove(portal, "members")
    try Self.write(portal, "people", level: "L1")
    office.expectRefused(try portal.publish(), "“members”")
    // Deleted, published, and put back.
    try Self.remove(portal, "people")
    try portal.publish().wanted(0, "publish without it")
    try Self.write(portal, "people", level: "L1")
    office.expectRefused(try portal.publish(), "“members”")
    try Self.write(portal, "members", level: "L1")
    try Self.remove(portal, "people")
    office.expectRefused(try portal.publish(), "doorsill propose members")
    // Both new in one publication.
    let other = try Office()
    try Self.write(other.portal, "members", level: "L3")
    try Self.write(other.portal, "copy", level: "L1")
    other.expectRefused(try other.portal.publish(), "“members”")
    // Nor does it help to lose what is remembered.
    try Self.remove(portal, "members")
    let folder = portal.inside + "/fingerprints"
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      try FileManager.default.removeItem(atPath: folder + "/" + name)
    }
    try Self.write(portal, "people", level: "L1", Self.rows(columns: [0]))
    office.expectRefused(try portal.publish(), "backup", 3)
  }

  @Test func `is seen through no view of another set either`() throws {
    let office = try Self.begin()
    let portal = office.portal
    func write(_ rows: String) throws {
      let text = Self.descriptor("birds", level: "L3", columns: ["person", "town"])
        .replacing(
          #"{ name: "person", type: "string" }"#,
          with: #"{ name: "person", type: "string", role: "sensitive" }"#
        )
        .replacing(
          "resources:",
          with:
            #"views: [{ name: "birds-open", title: { zh: "视图", en: "View" }, select: ["person"], requires: { kAnonymity: 5, lDiversity: 2 }, reason: { zh: "鸟", en: "Birds" } }], resources:"#
        )
      try portal.write(text, "Catalog/birds/dataset.json5")
      try portal.write(rows, "Catalog/birds/rows.csv")
    }
    try write("person,town\n" + (0..<600).map { "B\($0),T1\n" }.joined())
    try portal.publish().wanted(0, "publish birds and their view")
    // What is free within a restricted set is not free in what everybody reads of it.
    try write(Self.rows(columns: [0, 2]))
    office.expectRefused(try portal.publish(), "doorsill propose birds-open")
    try portal.propose("birds-open").wanted(0, "propose")
    office.expectRefused(try portal.publish(), "doorsill approve birds-open")
    let approved = try portal.approve("birds-open").wanted(0, "approve")
    #expect(approved.errorText.contains("also stand in the restricted set “members”"), "\(approved.said)")
    try portal.publish().wanted(0, "publish")
    // Agreed to once, and for so many values.
    try write(Self.rows(0..<590, columns: [0, 2]))
    try portal.publish().wanted(0, "publish fewer")
  }

  @Test func `in the words of the catalogue is no public one`() throws {
    let office = try Office()
    let portal = office.portal
    try Self.write(portal, "members", level: "L3")
    try office.edit(
      "Catalog/members/dataset.json5", #"{ name: "person", type: "string" }"#,
      #"{ name: "person", type: "string", role: "identifier" }"#)
    try portal.publish().wanted(0, "publish members")
    let persons = Self.rows(columns: [0]).split(separator: "\n").dropFirst().map(String.init)
    let (catalogue, stations) = (
      try portal.text("Catalog/catalog.json5"), try portal.text("Catalog/stations/dataset.json5")
    )
    let access = try portal.text("Policies/access.json5")
    let list = persons.map { #"{ code: "\#($0)", label: { zh: "甲", en: "A" } },"# }.joined(separator: "\n")
    let mark = try #require(catalogue.range(of: "codeLists: {"))
    var coded = catalogue
    coded.insert(
      contentsOf: #" listed: { title: { zh: "表", en: "List" }, codes: [\#(list)] },"#, at: mark.upperBound)
    let field = try #require(stations.range(of: "fields: ["))
    var noted = stations
    noted.insert(
      contentsOf:
        #"{ name: "note", type: "string", constraints: { enum: ["none", "\#(persons.joined(separator: "\", \""))"] } },"#,
      at: field.upperBound)
    let rows = try portal.text("Catalog/stations/stations.csv").split(separator: "\n")
    let table =
      (["note,\(rows[0])"] + rows.dropFirst().map { "none,\($0)" }).joined(separator: "\n") + "\n"
    try portal.write(noted, "Catalog/stations/dataset.json5")
    try portal.write(table, "Catalog/stations/stations.csv")
    office.expectRefused(try portal.publish(), "a value of members/rows, field person")
    // Codes that no dataset has, and the names of people who sign nothing, excuse no register.
    try portal.write(coded, "Catalog/catalog.json5")
    office.expectRefused(try portal.publish(), "a value of members/rows, field person")
    try portal.write(catalogue, "Catalog/catalog.json5")
    let people = persons.enumerated().map {
      #"{ id: "p\#($0)", organization: "data-bureau", roles: ["custodian"], name: "\#($1)" },"#
    }
    let place = try #require(access.range(of: "people: ["))
    var named = access
    named.insert(contentsOf: people.joined(separator: "\n"), at: place.upperBound)
    try portal.write(named, "Policies/access.json5")
    office.expectRefused(try portal.publish(), "a value of members/rows, field person")
    #expect(!(try portal.text(".doorsill/outside/current/settings.json").contains(persons[5])))
  }

  @Test func `is agreed to once by two, and is no monthly obstacle`() throws {
    let office = try Self.begin()
    let portal = office.portal
    let open = Self.rows(0..<400, columns: [0, 2])
    try Self.write(portal, "register", level: "L1", open)
    office.expectRefused(try portal.publish(), "doorsill propose register")
    try portal.propose("register").wanted(0, "propose")
    office.expectRefused(try portal.publish(), "doorsill approve register")
    let approved = try portal.approve("register")
    try approved.wanted(0, "approve")
    #expect(
      approved.errorText.contains("“rows.person” also stand in the restricted set “members”"),
      "\(approved.said)")
    try portal.publish().wanted(0, "publish")
    #expect(office.isOut("data/register/rows.csv"))
    // Both grow, and rows of both change.
    for month in 1...4 {
      try Self.write(portal, "members", level: "L3", Self.rows(0..<Self.count + 10 * month))
      try Self.write(
        portal, "register", level: "L1", Self.rows(10 * month..<400 + 30 * month, columns: [0, 2]))
      try portal.publish().wanted(0, "month \(month)")
    }
    // Another column, and more than was agreed to, are not in it.
    try Self.write(portal, "register", level: "L1", Self.rows(0..<400, columns: [0, 1, 2]))
    office.expectRefused(try portal.publish(), "“rows.holder”")
    try Self.write(portal, "members", level: "L3", Self.rows(0..<1200))
    try Self.write(portal, "register", level: "L1", Self.rows(0..<900, columns: [0, 2]))
    office.expectRefused(try portal.publish(), "“rows.person”")
    // What is no register of the same persons was never asked about: serial numbers, days, towns.
    try Self.write(portal, "register", level: "L1", open)
    let start = Date(timeIntervalSince1970: 1_700_000_000)
    let days = (0..<500).map { start.addingTimeInterval(Double($0) * 86_400).ISO8601Format().prefix(10) }
    let plain = "number,day,town\n" + (0..<500).map { "\($0),\(days[$0]),T\($0 % 5)\n" }.joined()
    try Self.write(portal, "one", level: "L3", plain)
    try portal.publish().wanted(0, "publish")
    try Self.write(portal, "two", level: "L1", plain.replacing("number", with: "nr"))
    try portal.publish().wanted(0, "publish plain numbers")
  }

  @Test func `is forgotten by two people and not by one`() throws {
    let office = try Self.begin()
    let portal = office.portal
    try Self.remove(portal, "members")
    try portal.publish().wanted(0, "publish without it")
    try Self.write(portal, "people", level: "L1")
    try portal.propose("fingerprints:members").wanted(0, "propose")
    office.expectRefused(try portal.publish(), "“members”")
    office.expectRefused(try portal.approve("fingerprints:members", by: "wang-wei"), "cannot approve it too")
    try portal.approve("fingerprints:members").wanted(0, "approve")
    try portal.publish().wanted(0, "publish")
    #expect(office.isOut("data/people/rows.csv"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: portal.inside + "/fingerprints").isEmpty)
    try portal.must("ledger", "verify")
  }
}
