import Foundation
import Support
import Testing

/// What a city office does every day is not hindered.
@Suite struct `A city office` {
  @Test func `updates what two people agreed to every month for a year, alone`() throws {
    let office = try Office.open()
    var (names, first) = (Office.names, 0)
    for month in 1...12 {
      // Two newcomers a month, and one telephone that changes.
      names += ["新人甲\(month)", "新人乙\(month)"].map { String($0.prefix(3)) }
      var rows = Office.table(names).split(separator: "\n").map(String.init)
      for changed in 1...month { rows[changed] = rows[changed].replacing("1381234", with: "1381239") }
      first += 1
      try office.write(Office.contacts(), rows.joined(separator: "\n") + "\n")
      try office.portal.publish().wanted(0, "month \(month)")
    }
    #expect(try office.portal.currentRelease() == 14)
  }

  @Test func `publishes a clean set on its first day by one person, and a second one joins`() throws {
    let folder = try TemporaryFolder()
    try folder.write("correct horse battery staple\n", to: "home/passphrase")
    let home = folder.path + "/home"
    let made = try Doorsill.run(
      [
        "init", folder.path + "/portal", "--person", "zhang-min", "--name", "张敏", "--passphrase-file",
        home + "/passphrase",
      ],
      home: home
    ).wanted(0, "init")
    #expect(made.text.contains("BEGIN PRIVATE KEY"), "the recovery key: \(made.said)")
    try folder.write(made.text, to: "sealed.pem")
    let portal = try ScratchPortal.at(folder, "portal")
    let office = Office(portal)
    try portal.publish(as: "zhang-min").wanted(0, "publish")
    try portal.write(Descriptors.stations, "Catalog/stations/dataset.json5")
    try portal.write(Descriptors.stationsBytes, "Catalog/stations/stations.csv")
    try portal.publish(as: "zhang-min").wanted(0, "a clean set, alone")
    // What takes two says what is missing.
    try office.write()
    office.expectRefused(try portal.publish(as: "zhang-min"), "doorsill propose contacts")
    try portal.propose("contacts", by: "zhang-min").wanted(0, "propose")
    try portal.addPerson("li-na", role: "approver")
    office.expectRefused(try portal.publish(as: "zhang-min"), "doorsill person accept li-na")
    try portal.signed(by: "zhang-min", "person", "accept", "li-na").wanted(0, "accept")
    try FileManager.default.removeItem(atPath: portal.path + "/Catalog/contacts")
    try portal.publish(as: "zhang-min").wanted(0, "publish")
    #expect(try portal.must("person", "list").contains("li-na"))
    // With two, a first opening is for both (firstOpening of a portal made by init).
    try portal.write(Descriptors.register(level: "L1"), "Catalog/register/dataset.json5")
    try portal.write("number,remark,amount\n1,first,10\n", "Catalog/register/register.csv")
    office.expectRefused(try portal.publish(as: "zhang-min"), "a first publication")
    try portal.agree("register", by: "zhang-min")
    try portal.publish(as: "zhang-min").wanted(0, "publish")
    // A lost key is replaced by the other and the recovery key, and what it signed stays.
    try Doorsill.run(
      ["person", "renew", "li-na", "--passphrase-file", home + "/passphrase", "--portal", portal.path],
      home: home
    ).wanted(0, "renew")
    try office.edit("Policies/access.json5", "callsPerDay: 1000", "callsPerDay: 2000")
    try portal.propose("policy", by: "zhang-min").wanted(0, "propose")
    office.expectRefused(try portal.approve("policy"), "with this key")
    try portal.signed(by: "zhang-min", "person", "accept", "li-na").wanted(0, "accept")
    office.expectRefused(try portal.publish(as: "zhang-min"), "person:li-na")
    try portal.run("person", "accept", "li-na", "--recovery", folder.path + "/sealed.pem").wanted(
      0, "recovery")
    office.expectRefused(try portal.publish(as: "zhang-min"), "doorsill approve policy")
    try portal.propose("policy", by: "zhang-min").wanted(0, "propose")
    try portal.approve("policy").wanted(0, "with the new key")
    try portal.publish(as: "zhang-min").wanted(0, "publish")
    try portal.must("ledger", "verify")
  }

  @Test func `has a recovery key made while everybody has theirs, and hears in time that there is none`()
    throws
  {
    let portal = try ScratchPortal.begin()
    let office = Office(portal)
    let first = try portal.publish().wanted(0, "publish")
    #expect(first.errorText.contains("doorsill authority recovery FILE"), "\(first.said)")
    #expect(try portal.must("authority").contains("no recovery key"))
    // The agent leaves: then there are two, and neither could replace the other's key alone.
    let access = try portal.text("Policies/access.json5")
    let line = try #require(access.split(separator: "\n").first { $0.contains(#"id: "desk""#) })
    try portal.write(access.replacing(line + "\n", with: ""), "Policies/access.json5")
    try portal.agree("person:desk")
    try portal.publish().wanted(0, "publish")
    func renew() throws -> Subprocess {
      try Doorsill.run(
        [
          "person", "renew", "li-na", "--passphrase-file", portal.home + "/passphrase", "--portal",
          portal.path,
        ], home: portal.home)
    }
    let before = try portal.text("Policies/access.json5")
    office.expectRefused(try renew(), "nobody could accept a new key of 'li-na'", 2)
    #expect(try portal.text("Policies/access.json5") == before)
    // Not by one of two.
    let sealed = portal.folder.path + "/sealed.pem"
    let asked = try portal.signed(by: "wang-wei", "authority", "recovery", sealed).wanted(0, "recovery")
    #expect(asked.errorText.contains("doorsill approve key:recovery"), "\(asked.said)")
    try portal.publish().wanted(0, "publish")
    office.expectRefused(try renew(), "nobody could accept", 2)
    let signed = try portal.approve("key:recovery").wanted(0, "approve")
    #expect(signed.errorText.contains("there was none"), "\(signed.said)")
    try portal.publish().wanted(0, "publish")
    #expect(!(try portal.must("authority").contains("no recovery key")))
    try renew().wanted(0, "renew")
    try portal.run("person", "accept", "li-na", "--recovery", sealed).wanted(0, "with the sealed key")
    office.expectRefused(try portal.publish(), "person:li-na")
    try portal.signed(by: "wang-wei", "person", "accept", "li-na").wanted(0, "and with a person")
    try portal.publish().wanted(0, "publish")
    try portal.must("ledger", "verify")
  }

  @Test func `closes a set in seconds by one person, and opens it again by two`() throws {
    let office = try Office()
    let portal = office.portal
    let done = try portal.signed(by: "zhao-lei", "suspend", "stations", "--reason", "A mistake")
    #expect(done.status == 0 && done.errorText.contains("signature of zhao-lei"), "\(done.said)")
    #expect(!office.isOut("data/stations/stations.csv"))
    try portal.publish().wanted(0, "publish without it")
    #expect(try portal.must("authority").contains("suspended"))
    office.expectRefused(
      try portal.signed(by: "wang-wei", "suspend", "stations", "--reason", "x"), "out already")
    try portal.agree("stations")
    try portal.publish().wanted(0, "publish with it")
    #expect(office.isOut("data/stations/stations.csv"))
  }

  @Test func `hears from every verb whose signature it used`() throws {
    let office = try Office()
    let added = try office.portal.signed(
      by: "wang-wei", "client", "add", "acme", "--name", "Acme", "--contact", "a@example.com")
    #expect(added.errorText.contains("signature of wang-wei"), "\(added.said)")
    let unsigned = try office.portal.run("client", "suspend", "acme")
    #expect(unsigned.errorText.contains("without a signature"), "\(unsigned.said)")
  }
}
