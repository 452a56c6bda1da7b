import Foundation
import Support
import Testing

/// Who signs is who the log knows, and nobody else's name is good for anything.
@Suite struct `An insider with a name` {
  /// The same words with a key that somebody made under this name in another home.
  private func forged(_ office: Office, by person: String, _ words: String...) throws -> Subprocess {
    let other = try ScratchPortal.begin()
    if !["wang-wei", "li-na"].contains(person) { try other.addPerson(person, role: "custodian") }
    return try Doorsill.run(
      words + [
        "--as", person, "--passphrase-file", other.home + "/passphrase", "--portal", office.portal.path,
      ], home: other.home)
  }

  @Test func `that is another's acts with no verb, whatever access.json5 says`() throws {
    let office = try Office()
    let portal = office.portal
    try office.write()
    try portal.propose("contacts").wanted(0, "propose")
    // What was honestly proposed is taken into the log by whoever publishes next, and nothing beside it.
    func acts() throws -> Int {
      try portal.entries(of: "decisions").filter { $0["event"] as? String != "proposal" }.count
    }
    let (entries, listing) = (try acts(), try portal.outsideListing())
    for person in ["wang-wei", "nobody-at-all"] {
      office.expectRefused(try forged(office, by: person, "publish"), "with this key")
      office.expectRefused(
        try forged(office, by: person, "suspend", "stations", "--reason", "x"), "with this key")
      office.expectRefused(
        try forged(office, by: person, "withdraw", "stations", "--reason", "x", "--yes"), "with this key")
      office.expectRefused(
        try forged(office, by: person, "propose", "contacts", "--reason", "x"), "with this key")
      office.expectRefused(
        try forged(office, by: person, "client", "add", "acme", "--name", "A", "--contact", "a@example.com"),
        "with this key")
    }
    office.expectRefused(
      try forged(office, by: "li-na", "approve", "contacts", "--reason", "x"), "with this key")
    // Nor does it help to write the key into access.json5.
    let mallory = try ScratchPortal.begin()
    let line = try #require(
      try mallory.text("Policies/access.json5").split(separator: "\n").first {
        $0.contains(#"id: "wang-wei""#)
      })
    let own = try #require(
      try portal.text("Policies/access.json5").split(separator: "\n").first {
        $0.contains(#"id: "wang-wei""#)
      })
    try office.edit("Policies/access.json5", String(own), String(line))
    let planted = try Doorsill.run(
      [
        "publish", "--as", "wang-wei", "--passphrase-file", mallory.home + "/passphrase", "--portal",
        portal.path,
      ],
      home: mallory.home)
    office.expectRefused(planted, "with this key")
    office.expectRefused(try portal.publish(as: "zhao-lei"), "person:wang-wei")
    #expect(try acts() == entries)
    #expect(try portal.outsideListing() == listing)
    try portal.must("ledger", "verify")
  }

  @Test func `in a descriptor gives nobody authority: the proposer is who signed the proposal`() throws {
    let office = try Office()
    let portal = office.portal
    // li-na writes it, names a colleague as its author, and signs as the second person.
    try office.write()
    office.expectRefused(try portal.approve("contacts"), "proposes it first")
    try portal.propose("contacts", by: "li-na").wanted(0, "propose")
    office.expectRefused(try portal.approve("contacts"), "cannot approve it too")
    // An innocent colleague who publishes is no second person of hers.
    office.expectRefused(try portal.publish(), "contacts")
    #expect(!office.isOut("data/contacts"))
    // Nor of a change of rules.
    try FileManager.default.removeItem(atPath: portal.path + "/Catalog/contacts")
    try office.edit("Policies/access.json5", "callsPerDay: 1000", "callsPerDay: 2000")
    try portal.propose("policy", by: "li-na").wanted(0, "propose")
    office.expectRefused(try portal.approve("policy"), "cannot approve it too")
    office.expectRefused(try portal.publish(), "policy")
  }

  @Test func `cannot be their own publisher of what they approved`() throws {
    let portal = try ScratchPortal.begin()
    try portal.addPerson("both", role: "custodian", "approver")
    try portal.publish().wanted(0, "publish")
    let office = Office(portal)
    try office.write()
    try portal.agree("contacts", and: "both")
    office.expectRefused(try portal.publish(as: "both"), "own change")
    try portal.publish().wanted(0, "another publishes")
  }

  @Test func `of their own second one is nobody, until another person takes it in`() throws {
    let office = try Office.open()
    let portal = office.portal
    // li-na approves; with a second name of hers that proposes she would open alone.
    try portal.addPerson("second", role: "custodian")
    let accepted = try portal.signed(by: "li-na", "person", "accept", "second").wanted(0, "accept")
    #expect(accepted.errorText.contains("another person who is registered signs it too"), "\(accepted.said)")
    office.expectRefused(try portal.publish(as: "second"), "with this key")
    office.expectRefused(try portal.propose("stations", by: "second"), "with this key")
    office.expectRefused(try portal.publish(), "person:second")
    let whole = try portal.signed(by: "zhao-lei", "person", "accept", "second").wanted(0, "accept")
    #expect(!whole.errorText.contains("signs it too"), "\(whole.said)")
    try portal.publish().wanted(0, "publish")
    try portal.publish(as: "second").wanted(0, "and now may publish")
  }
}
