import Foundation
import Support
import Testing

/// What was agreed to is these bytes first, and what stays within the envelope after.
@Suite struct `An insider with an approval` {
  @Test func `publishes what was looked at, and not other words, columns or names`() throws {
    let office = try Office()
    let portal = office.portal
    try office.write()
    try portal.agree("contacts")
    // Between the signature and the publication.
    try office.write(
      Office.contacts(
        title: "Registered persons",
        more: ["birth", "address", "income"].map { "\n{ name: \"\($0)\", type: \"string\" }," }.joined()),
      "office,person,mobile,birth,address,income\n"
        + Office.names.enumerated().map { "D\($0),\($1),1391234\(1000 + $0),x,y,z\n" }.joined())
    office.expectRefused(try portal.publish(), "stale")
    try office.write(Office.contacts(), Office.table(Office.names.map { $0 + "甲" }, first: 5000))
    office.expectRefused(try portal.publish(), "stale")
    #expect(!office.isOut("data/contacts"))
    try office.write()
    try portal.publish().wanted(0, "publish what was approved")
    // And after it.
    let others = Array(Office.names.prefix(5)) + Office.names.dropFirst(5).map { $0 + "乙" }
    try office.write(Office.contacts(), Office.table(others))
    office.expectRefused(try portal.publish(), "of the rows that were agreed to")
    try office.write(Office.contacts(title: "Registered persons"))
    office.expectRefused(try portal.publish(), "public words have changed")
    try office.write(
      Office.contacts(more: "\n{ name: \"income\", type: \"integer\" },"),
      Office.table().split(separator: "\n").enumerated().map { "\($1),\($0 == 0 ? "income" : "7")\n" }
        .joined())
    office.expectRefused(try portal.publish(), "rows.income")
    let served = try portal.text(".doorsill/outside/current/site/data/contacts/rows.csv")
    #expect(
      served.filter { $0 != "\r" && $0 != "\r\n" && $0 != "\n" } == Office.table().filter { $0 != "\n" })
  }

  @Test func `opens once: what was closed since stays closed`() throws {
    let office = try Office.open()
    let portal = office.portal
    try office.write(Office.contacts(level: "L3"))
    try portal.publish(as: "zhao-lei").wanted(0, "one person closes")
    #expect(!office.isOut("data/contacts"))
    try office.write()
    office.expectRefused(try portal.publish(), "doorsill propose contacts")
    // Nor with the papers put back from git.
    let folder = portal.path + "/Catalog/contacts/approvals"
    let papers = try FileManager.default.contentsOfDirectory(atPath: folder)
    for name in papers {
      try portal.write(
        try portal.read("Catalog/contacts/approvals/\(name)"), "Catalog/contacts/approvals/again-\(name)")
    }
    office.expectRefused(try portal.publish(), "doorsill propose contacts")
    try portal.agree("contacts")
    try portal.publish().wanted(0, "two open it again")
  }

  @Test func `of a code list agrees to this list, and to no other`() throws {
    let office = try Office()
    let portal = office.portal
    let catalog = "Catalog/catalog.json5"
    try office.edit(
      catalog, "codeLists: {",
      """
      codeLists: {
          kinds: { title: { zh: "类别", en: "Kinds" }, codes: [
            { code: "A", label: { zh: "甲", en: "Of one" } }, { code: "B", label: { zh: "乙", en: "Of none" } },
          ] },
      """)
    let descriptor = Office.contacts(more: "\n{ name: \"kind\", type: \"string\", codeList: \"kinds\" },")
    let table = Office.table().split(separator: "\n").enumerated().map {
      "\($1),\($0 == 0 ? "kind" : $0 % 2 == 0 ? "A" : "B")\n"
    }.joined()
    try office.write(descriptor, table)
    try portal.agree("contacts")
    try portal.publish().wanted(0, "publish")
    // What stands behind the codes is what is published: another label is another content.
    try office.edit(catalog, "Of one", "Of two")
    office.expectRefused(try portal.publish(), "the code list “kinds” has changed")
    try portal.agree("contacts")
    try office.edit(catalog, "Of two", "Of three")
    office.expectRefused(try portal.publish(), "kinds")
    try office.edit(catalog, "Of three", "Of two")
    try portal.publish().wanted(0, "publish what was agreed to")
    try office.edit(catalog, "Of two", "Of one")
    office.expectRefused(try portal.publish(), "the code list “kinds” has changed")
  }

  @Test func `of rules cannot go back and forth by it`() throws {
    let office = try Office()
    let portal = office.portal
    try office.edit("Policies/access.json5", "callsPerDay: 1000", "callsPerDay: 2000")
    try portal.agree("policy")
    try portal.publish().wanted(0, "A to B")
    try office.edit("Policies/access.json5", "callsPerDay: 2000", "callsPerDay: 1000")
    office.expectRefused(try portal.publish(), "policy")
    try portal.agree("policy")
    try portal.publish().wanted(0, "B to A")
    try office.edit("Policies/access.json5", "callsPerDay: 1000", "callsPerDay: 2000")
    office.expectRefused(try portal.publish(), "policy")
  }

  @Test func `finds no way round by theme, code list, subject or names`() throws {
    let office = try Office.open()
    let portal = office.portal
    try portal.write("body { display: none }\n", "Public/levels.css")
    office.expectRefused(try portal.publish(), "doorsill propose theme")
    try FileManager.default.removeItem(atPath: portal.path + "/Public/levels.css")
    try office.edit("Catalog/catalog.json5", #"manager: "data-bureau""#, #"manager: "transport-bureau""#)
    office.expectRefused(try portal.publish(), "doorsill propose theme")
    try office.edit("Catalog/catalog.json5", #"manager: "transport-bureau""#, #"manager: "data-bureau""#)
    // A set that was restricted stays what it was under its name, also when it was away.
    try portal.write(
      Descriptors.register(level: "L3", extra: #"legalBasis: { zh: "法", en: "A law" }"#),
      "Catalog/register/dataset.json5")
    try portal.write("number,remark,amount\n1,first,10\n", "Catalog/register/register.csv")
    try portal.publish().wanted(0, "publish restricted")
    let folder = portal.path + "/Catalog/register"
    let away = portal.folder.path + "/register"
    try FileManager.default.moveItem(atPath: folder, toPath: away)
    try portal.publish().wanted(0, "publish without it")
    try FileManager.default.moveItem(atPath: away, toPath: folder)
    try portal.write(Descriptors.register(level: "L1"), "Catalog/register/dataset.json5")
    office.expectRefused(try portal.publish(), "doorsill propose register")
    let subject = #"subject: ["number"], keyFamily: "others", "#
    try portal.write(
      Descriptors.register(level: "L3", extra: #"legalBasis: { zh: "法", en: "A law" }"#)
        .replacing("updateFrequency: \"never\",", with: "updateFrequency: \"never\", \(subject)"),
      "Catalog/register/dataset.json5")
    office.expectRefused(try portal.publish(), "leaves what was agreed to")
  }
}
