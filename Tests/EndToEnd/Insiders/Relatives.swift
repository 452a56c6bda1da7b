import Foundation
import Support
import Testing

/// Units in common make one family, unless two people say otherwise.
@Suite struct `An insider with two registers of the same units` {
  private static func write(
    _ portal: ScratchPortal, _ name: String, _ persons: Range<Int>, family: String? = nil
  ) throws {
    try portal.write(
      #"""
      {
        name: "\#(name)", title: { zh: "登记册", en: "A register" }, description: { zh: "虚构。", en: "Invented." },
        keywords: [{ zh: "登记", en: "register" }], themes: ["population"], license: "CC0-1.0", synthetic: true,
        provider: { organization: "data-bureau", person: "lin-hai" }, updateFrequency: "monthly",
        \#(family.map { #"keyFamily: "\#($0)","# } ?? "")
        classification: { level: "L3", legalBasis: { zh: "测试用法", en: "A law" }, reason: { zh: "个人", en: "Persons" } },
        resources: [{
          name: "rows", title: { zh: "行", en: "Rows" }, path: "rows.csv", format: "csv", encoding: "utf-8",
          schema: { fields: [
            { name: "id", type: "string", role: "identifier", constraints: { required: true } },
            { name: "area", type: "string", constraints: { required: true, enum: ["north", "south"] } },
          ] },
        }],
        subject: ["id"], dimensions: [{ name: "area", role: "identifying", title: { zh: "片区", en: "Area" } }],
        results: [{
          name: "areas", kind: "statistic", title: { zh: "片区", en: "Areas" }, profile: "strict", refresh: "P1Y",
          tables: [["area"]],
        }],
      }
      """#, "Catalog/\(name)/dataset.json5")
    try portal.write(
      "id,area\n" + persons.map { "P\(100_000 + $0),\($0 % 2 == 0 ? "north" : "south")\n" }.joined(),
      "Catalog/\(name)/rows.csv")
  }

  @Test func `separates them by no name, and only with a second person`() throws {
    let office = try Office()
    let portal = office.portal
    try Self.write(portal, "persons", 0..<1000)
    try portal.publish().wanted(0, "publish persons")
    try Self.write(portal, "clients", 980..<2000)
    office.expectRefused(try portal.propose("family:clients+persons"), "no publication was refused")
    office.expectRefused(try portal.publish(), "doorsill propose family:clients+persons")
    // Other names for dataset, family and field are the same units.
    try Self.write(portal, "clients", 980..<2000, family: "others")
    office.expectRefused(try portal.publish(), "doorsill propose family:others+persons")
    try Self.write(portal, "clients", 980..<2000)
    office.expectRefused(try portal.publish(), "20 units")
    try portal.propose("family:clients+persons").wanted(0, "propose")
    office.expectRefused(try portal.publish(), "20 units")
    office.expectRefused(
      try portal.approve("family:clients+persons", by: "wang-wei"), "cannot approve it too")
    let approved = try portal.approve("family:clients+persons")
    try approved.wanted(0, "approve")
    #expect(approved.errorText.contains("up to 30 units in common"), "\(approved.said)")
    try portal.publish().wanted(0, "publish both")
    // It is for these two, and for so many units, whoever counts them a few at a time.
    try Self.write(portal, "clients", 975..<2000)
    try portal.publish().wanted(0, "publish within what was agreed to")
    try Self.write(portal, "clients", 960..<2000)
    office.expectRefused(try portal.publish(), "doorsill propose family:clients+persons")
    try FileManager.default.removeItem(atPath: portal.path + "/Catalog/clients")
    try Self.write(portal, "customers", 975..<2000)
    office.expectRefused(try portal.publish(), "customers")
    try Self.write(portal, "customers", 975..<2000, family: "clients")
    try portal.publish().wanted(0, "publish under another name in its family")
    // One person closes: what is out stays, and not one unit more may be in both until two agree again.
    #expect(try portal.must("authority").contains("family:clients+persons"))
    office.expectRefused(
      try portal.signed(by: "li-na", "suspend", "family:clients+persons", "--reason", "x"), "custodian")
    try portal.signed(by: "zhao-lei", "suspend", "family:clients+persons", "--reason", "They are the same")
      .wanted(
        0, "close")
    office.expectRefused(
      try portal.signed(by: "zhao-lei", "suspend", "family:clients+persons", "--reason", "x"),
      "nobody has agreed", 2)
    try portal.publish().wanted(0, "nothing is new")
    try Self.write(portal, "customers", 974..<2000, family: "clients")
    office.expectRefused(try portal.publish(), "doorsill propose family:clients+persons")
    try portal.agree("family:clients+persons")
    try portal.publish().wanted(0, "two agree again")
    try portal.must("ledger", "verify")
  }
}
