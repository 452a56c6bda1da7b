import Foundation
import Support
import Testing

/// Who may do what, by role, organization and key.
@Suite struct `Authority` {
  /// A published portal with people of several organizations, and a home in which others have made keys of the same names.
  private struct Town {
    let portal: ScratchPortal

    init() throws {
      portal = try ScratchPortal.begin()
      for (id, role, organization) in [
        ("an-hui", "administrator", "data-bureau"), ("lu-bo", "auditor", "transport-bureau"),
        ("he-tao", "custodian", "transport-bureau"), ("he-xin", "custodian", "health-commission"),
        ("bai-lu", "approver", "health-commission"),
      ] { try portal.addPerson(id, role: role, organization: organization) }
      try portal.publish().wanted(0, "publish")
    }

    /// The same words with the key that somebody else made under the same name.
    func forged(by person: String, _ words: String...) throws -> Subprocess {
      let other = try ScratchPortal.begin()
      if person != "wang-wei", person != "li-na" { try other.addPerson(person, role: "custodian") }
      return try Doorsill.run(
        words + [
          "--as", person, "--passphrase-file", other.home + "/passphrase", "--portal", portal.path,
        ], home: other.home)
    }

    func expect(_ done: Subprocess, _ status: Int32, _ words: String) {
      #expect(done.status == status && done.errorText.contains(words), "\(done.said)")
    }
  }

  @Test func `to publish is a custodian's, of the manager or of the provider of all that changed`() throws {
    let town = try Town()
    let portal = town.portal
    let before = try portal.outsideListing()
    try portal.write(
      try portal.text("Catalog/bike-counts/bike-counts.csv").replacing(",987", with: ",988"),
      "Catalog/bike-counts/bike-counts.csv")
    town.expect(try portal.run("publish"), 2, "--as")
    town.expect(try portal.publish(as: "nobody"), 2, "no key")
    town.expect(try town.forged(by: "wang-wei", "publish"), 1, "with this key")
    town.expect(try portal.publish(as: "lu-bo"), 1, "needs one of: custodian")
    town.expect(try portal.publish(as: "li-na"), 1, "needs one of: custodian")
    town.expect(try portal.publish(as: "he-xin"), 1, "bike-counts")
    // Nor does who provides or manages change by saying so in the files that are to be published.
    let descriptor = try portal.text("Catalog/bike-counts/dataset.json5")
    try portal.write(
      descriptor.replacing("transport-bureau", with: "health-commission"), "Catalog/bike-counts/dataset.json5"
    )
    town.expect(try portal.publish(as: "he-xin"), 1, "transport-bureau")
    try portal.write(descriptor, "Catalog/bike-counts/dataset.json5")
    let catalogue = try portal.text("Catalog/catalog.json5")
    try portal.write(
      catalogue.replacing(#"manager: "data-bureau""#, with: #"manager: "health-commission""#),
      "Catalog/catalog.json5")
    town.expect(try portal.publish(as: "he-xin"), 1, "doorsill propose theme")
    try portal.write(catalogue, "Catalog/catalog.json5")
    #expect(try portal.outsideListing() == before, "nothing is written")
    try portal.publish(as: "he-tao").wanted(0, "the provider's own custodian")
    // What every page shows is for the manager.
    try portal.write(
      try portal.text("Catalog/catalog.json5").replacing("Example open data portal", with: "Another"),
      "Catalog/catalog.json5")
    town.expect(try portal.publish(as: "he-tao"), 1, "manages the portal")
    try portal.publish().wanted(0, "the manager's custodian")
    town.expect(
      try portal.signed(by: "lu-bo", "release", "rollback", "1", "--reason", "x"), 1, "custodian")
  }

  @Test func `to approve is for those whose signature counts`() throws {
    let town = try Town()
    let portal = town.portal
    try portal.write(
      Descriptors.register(
        level: "L1", extra: #"by: "wang-wei", reason: { zh: "合成号码", en: "The numbers are made up" }"#),
      "Catalog/register/dataset.json5")
    let rows = World.microdata.persons.prefix(12).enumerated().map { "\($0),ID \($1.residentID),\($0)\n" }
    try portal.write("number,remark,amount\n" + rows.joined(), "Catalog/register/register.csv")
    func approve(_ person: String) throws -> Subprocess { try portal.approve("register", by: person) }
    town.expect(try portal.propose("register", by: "he-tao"), 1, "transport-bureau")
    town.expect(try portal.propose("register", by: "lu-bo"), 1, "needs one of")
    town.expect(
      try town.forged(by: "wang-wei", "propose", "register", "--reason", "Made up"), 1, "with this key")
    #expect(!FileManager.default.fileExists(atPath: portal.path + "/Catalog/register/approvals"))
    try portal.propose("register").wanted(0, "propose")
    town.expect(try approve("he-tao"), 1, "civil-affairs")
    town.expect(try approve("an-hui"), 1, "needs one of: approver")
    town.expect(try approve("bai-lu"), 1, "civil-affairs")
    town.expect(
      try town.forged(by: "li-na", "approve", "register", "--reason", "Made up"), 1, "with this key")
    // What is changed after it was proposed is not what was proposed: another provider, too.
    let descriptor = try portal.text("Catalog/register/dataset.json5")
    try portal.write(
      descriptor.replacing("civil-affairs", with: "health-commission"), "Catalog/register/dataset.json5")
    town.expect(try approve("bai-lu"), 1, "changed since")
    try portal.write(descriptor, "Catalog/register/dataset.json5")
    town.expect(try portal.publish(), 1, "doorsill approve register")
    try approve("li-na").wanted(0, "approve")
    town.expect(try approve("li-na"), 1, "waits for a signature")
    try portal.publish().wanted(0, "publish")
  }

  @Test func `over the policy files is for the manager's approver, where there is one`() throws {
    let town = try Town()
    let portal = town.portal
    try portal.write(
      try portal.text("Policies/access.json5").replacing("callsPerDay: 1000", with: "callsPerDay: 2000"),
      "Policies/access.json5")
    try portal.propose("policy").wanted(0, "propose")
    town.expect(try portal.approve("policy", by: "bai-lu"), 1, "manages the portal")
    try portal.approve("policy").wanted(0, "approve")
    try portal.publish().wanted(0, "publish")
    // With the manager's approver gone, the others sign: a portal is never without anybody who could.
    let access = try portal.text("Policies/access.json5")
    let line = try #require(access.split(separator: "\n").first { $0.contains(#"id: "li-na""#) })
    try portal.write(access.replacing(line + "\n", with: ""), "Policies/access.json5")
    town.expect(try portal.publish(), 1, "person:li-na")
    try portal.agree("person:li-na")
    try portal.publish().wanted(0, "publish")
    try portal.write(
      try portal.text("Policies/access.json5").replacing("callsPerDay: 2000", with: "callsPerDay: 3000"),
      "Policies/access.json5")
    try portal.propose("policy").wanted(0, "propose")
    town.expect(try portal.approve("policy"), 1, "with this key")
    try portal.approve("policy", by: "bai-lu").wanted(0, "approve")
    try portal.publish().wanted(0, "publish")
    // The last approver does not go.
    let rest = try portal.text("Policies/access.json5")
    let last = try #require(rest.split(separator: "\n").first { $0.contains(#"id: "bai-lu""#) })
    try portal.write(rest.replacing(last + "\n", with: ""), "Policies/access.json5")
    try portal.agree("person:bai-lu", and: "bai-lu")
    town.expect(try portal.publish(), 1, "last approver")
  }

  @Test func `to withdraw is confirmed, and a custodian's or an administrator's`() throws {
    let town = try Town()
    let portal = town.portal
    let before = try portal.outsideListing()
    func withdraw(_ person: String) throws -> Subprocess {
      try portal.signed(by: person, "withdraw", "bike-counts", "--reason", "wrong", "--yes")
    }
    town.expect(try portal.run("withdraw", "bike-counts", "--reason", "wrong", "--yes"), 2, "--as")
    town.expect(
      try portal.signed(by: "wang-wei", "withdraw", "bike-counts", "--reason", "wrong"), 2, "--yes")
    town.expect(
      try town.forged(by: "wang-wei", "withdraw", "bike-counts", "--reason", "wrong", "--yes"), 1,
      "with this key")
    town.expect(try withdraw("lu-bo"), 1, "needs one of: administrator, custodian")
    town.expect(try withdraw("he-xin"), 1, "transport-bureau")
    // Whoever can write access.json5 makes themselves a custodian of the working copy, not of the release.
    try portal.addPerson("mallory", role: "custodian")
    town.expect(try withdraw("mallory"), 1, "with this key")
    #expect(try portal.outsideListing() == before, "nothing is written")
    let first = try withdraw("he-tao").wanted(0, "the provider's own custodian")
    #expect(first.errorText.contains("doorsill approve bike-counts"), "\(first.said)")
    town.expect(try portal.approve("bike-counts", by: "he-tao"), 1, "cannot approve it too")
    try portal.approve("bike-counts").wanted(0, "approve")
    #expect(try withdraw("he-tao").wanted(0, "for good").errorText.contains("for good"))
    try portal.signed(by: "an-hui", "withdraw", "stations", "--reason", "wrong", "--yes").wanted(
      0, "an administrator")
  }

  @Test func `to withdraw is asked for on a terminal by the dataset's name`() throws {
    let town = try Town()
    let portal = town.portal
    func typed(_ name: String) throws -> Subprocess {
      let words = [
        Doorsill.path, "withdraw", "stations", "--reason", "wrong", "--as", "wang-wei", "--passphrase-file",
        portal.home + "/passphrase", "--portal", portal.path,
      ]
      return try Subprocess.run(
        "script", ["-qec", words.map { "'\($0)'" }.joined(separator: " "), "/dev/null"],
        input: Array("\(name)\n".utf8), environment: Doorsill.environment(home: portal.home))
    }
    let other = try typed("station")
    #expect(other.status == 2 && other.text.contains("Type its name"), "\(other.said)")
    #expect(try portal.run("release", "show").text.contains("stations"))
    let done = try typed("stations")
    #expect(done.status == 0 && done.text.contains("suspended stations"), "\(done.said)")
  }

  @Test func `over companies is the manager's, and what is signed is signed by who is registered`() throws {
    let town = try Town()
    let portal = town.portal
    let add = ["client", "add", "acme", "--name", "Acme", "--contact", "a@example.com"]
    func added(_ person: String) throws -> Subprocess {
      try Doorsill.run(
        add + ["--as", person, "--passphrase-file", portal.home + "/passphrase", "--portal", portal.path],
        home: portal.home)
    }
    town.expect(try added("lu-bo"), 1, "needs one of: administrator, custodian")
    town.expect(try added("he-tao"), 1, "manages the portal")
    town.expect(
      try town.forged(
        by: "wang-wei", "client", "add", "acme", "--name", "Acme", "--contact", "a@example.com"),
      1, "with this key")
    try added("an-hui").wanted(0, "an administrator")
    // Taking away is anybody's at the shell, as before, and the log says so.
    try portal.must("client", "suspend", "acme")
  }

  @Test func `of certificates is not made anew while the server has the old one's`() throws {
    let portal = try ScratchPortal.begin()
    try portal.publish().wanted(0, "publish")
    try portal.run("ca", "init", "--name", "Authority of a test").wanted(0, "ca init")
    let keys = portal.path + "/.doorsill/inside/keys"
    let certificate = try Data(contentsOf: URL(fileURLWithPath: keys + "/ca.pem"))
    try FileManager.default.removeItem(atPath: keys + "/ca.pem")
    let copied = try portal.run("ca", "crl")
    #expect(copied.status == 3 && copied.errorText.contains("authority/ca.pem"), "\(copied.said)")
    let key = try Data(contentsOf: URL(fileURLWithPath: keys + "/ca"))
    try FileManager.default.removeItem(atPath: keys + "/ca")
    let again = try portal.run("ca", "init", "--name", "Another")
    #expect(again.status == 3 && again.errorText.contains("authority/ca.pem"), "\(again.said)")
    try key.write(to: URL(fileURLWithPath: keys + "/ca"))
    try certificate.write(to: URL(fileURLWithPath: keys + "/ca.pem"))
    try portal.run("ca", "crl").wanted(0, "ca crl")
  }

  @Test func `is never asked about words that are too many`() throws {
    let portal = try ScratchPortal.begin()
    let done = try portal.signed(by: "wang-wei", "publish", "stations")
    #expect(done.status == 2 && done.errorText.contains("usage: doorsill publish [options]"), "\(done.said)")
    #expect(try portal.currentRelease() == nil)
  }
}
