import Foundation
import Support
import Testing

extension `End to end` {
  /// What `publish` refuses: it ends with 1, says what to do, and writes nothing.
  @Suite struct `Publication is refused` {
    /// A published portal with a dataset `register` that a test describes.
    private func portal(_ descriptor: String, _ table: String) throws -> ScratchPortal {
      let portal = try World.here().plain.copied()
      try portal.write(descriptor, "Catalog/register/dataset.json5")
      try portal.write("number,remark,amount\n" + table, "Catalog/register/register.csv")
      return portal
    }

    private func expectRefused(_ portal: ScratchPortal, _ words: String..., as person: String = "wang-wei")
      throws
    {
      let before = try portal.outsideListing()
      let done = try portal.publish(as: person)
      #expect(done.status == 1, "\(done.said)")
      for word in words { #expect(done.errorText.contains(word), "'\(word)' in: \(done.errorText)") }
      #expect(done.errorText.contains("nothing was published"))
      #expect(try portal.outsideListing() == before, "nothing is written")
    }

    /// Twelve rows whose remarks hold resident IDs.
    static let identified = World.microdata.persons.prefix(12).enumerated().map { index, person in
      "\(index),ID \(person.residentID),\(index)\n"
    }.joined()
    static let plain = "1,first,10\n2,second,20\n"

    @Test func `for a table declared open that holds resident IDs`() throws {
      let portal = try portal(Descriptors.register(level: "L1"), Self.identified)
      try expectRefused(portal, "register", "remark")
      let classified = try portal.run("classify", "register")
      #expect(classified.status == 1 && classified.text.contains("remark"), "\(classified.said)")
      for person in World.microdata.persons.prefix(12) {
        #expect(!classified.text.contains(person.residentID), "examples are masked")
      }
    }

    @Test func `for a restriction without a legal basis`() throws {
      let portal = try portal(
        Descriptors.register(level: "L2", extra: #"reason: { zh: "内部", en: "Internal" }"#), Self.plain)
      try expectRefused(portal, "register", "legal")
    }

    @Test func `for an approval of one's own proposal`() throws {
      // Whoever the descriptor names as its author: who signs the proposal is the proposer.
      let descriptor = Descriptors.register(
        level: "L1", extra: #"by: "wang-wei", reason: { zh: "合成号码", en: "The numbers are made up" }"#)
      let portal = try portal(descriptor, Self.identified)
      let alone = try portal.approve("register")
      #expect(alone.status == 1 && alone.errorText.contains("proposes it first"), "\(alone.said)")
      try portal.propose("register", by: "li-na").wanted(0, "propose")
      let approved = try portal.approve("register")
      #expect(approved.status == 1 && approved.errorText.contains("second person"), "\(approved.said)")
      try expectRefused(portal, "register")
    }

    @Test func `for a signature without the role`() throws {
      let portal = try portal(
        Descriptors.register(
          level: "L1", extra: #"by: "li-na", reason: { zh: "合成号码", en: "The numbers are made up" }"#),
        Self.identified)
      try portal.propose("register", by: "li-na").wanted(0, "propose")
      let signed = try portal.approve("register", by: "wang-wei")
      #expect(signed.status == 1 && signed.errorText.contains("approver"), "\(signed.said)")
      try expectRefused(portal, "register")
    }

    @Test func `for an approval of other evidence than there is now`() throws {
      let portal = try portal(
        Descriptors.register(
          level: "L1", extra: #"by: "wang-wei", reason: { zh: "合成号码", en: "The numbers are made up" }"#),
        Self.identified)
      try portal.agree("register")
      let more = World.microdata.persons[12]
      try portal.write(
        "number,remark,amount\n" + Self.identified + "99,ID \(more.residentID),9\n",
        "Catalog/register/register.csv")
      try expectRefused(portal, "register")
    }

    @Test func `for a forged approval`() throws {
      let portal = try portal(
        Descriptors.register(
          level: "L1", extra: #"by: "wang-wei", reason: { zh: "合成号码", en: "The numbers are made up" }"#),
        Self.identified)
      try portal.agree("register")
      let folder = portal.path + "/Catalog/register/approvals"
      let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
      var bytes = try portal.read("Catalog/register/approvals/\(name)")
      bytes[bytes.count / 2] ^= 1
      try portal.write(bytes, "Catalog/register/approvals/\(name)")
      let before = try portal.outsideListing()
      let done = try portal.publish()
      #expect(done.status == 1 && done.errorText.contains(name), "\(done.said)")
      #expect(try portal.outsideListing() == before)
    }

    @Test func `for policy files changed to do away with the second person`() throws {
      let portal = try World.here().plain.copied()
      let levels = try portal.text("Policies/levels.json5")
      let changed = levels.replacing("policyChange: \"approver\",", with: "")
      #expect(changed != levels)
      try portal.write(changed, "Policies/levels.json5")
      try expectRefused(portal, "policy")
      // Not even when the second person signs it.
      try portal.agree("policy")
      try expectRefused(portal, "second person")
      // Nor when the same change comes in two steps: first the role of another …
      try portal.write(
        levels.replacing("lowering: \"approver\"", with: "lowering: \"custodian\""), "Policies/levels.json5")
      try expectRefused(portal, "policy")
      // … and putting the file back heals it.
      try portal.write(levels, "Policies/levels.json5")
      #expect(try portal.publish().status == 0)
    }

    @Test func `for a policy signed by somebody whom only the new policy makes an approver`() throws {
      let portal = try World.here().plain.copied()
      try portal.addPerson("mallory", role: "approver")
      let accepted = try portal.signed(by: "mallory", "person", "accept", "mallory")
      #expect(accepted.status == 1 && accepted.errorText.contains("with this key"), "\(accepted.said)")
      // Nor does the custodian take her in, where there is an approver.
      let taken = try portal.signed(by: "wang-wei", "person", "accept", "mallory")
      try taken.wanted(0, "it is a signature, and not enough")
      try expectRefused(portal, "person:mallory")
    }

    @Test func `for policy files changed and signed by the one who publishes`() throws {
      let portal = try World.here().plain.copied()
      try portal.join("both", role: "custodian", "approver")
      try portal.publish().wanted(0, "publish")
      let text = try portal.text("Policies/access.json5")
      try portal.write(
        text.replacing("callsPerDay: 1000", with: "callsPerDay: 2000"), "Policies/access.json5")
      try portal.agree("policy", and: "both")
      try expectRefused(portal, "policy", as: "both")
      #expect(try portal.publish(as: "wang-wei").status == 0, "the other person may")
    }

    @Test func `for faults in a table, told with their places, all of them counted`() throws {
      var table = ""
      for row in 0..<30 { table += "\(row),row \(row),\(row < 25 ? "x\(row)" : "5")\n" }
      let portal = try portal(Descriptors.register(level: "L1"), table)
      try expectRefused(portal, "25 faults")
      for done in [try portal.run("check"), try portal.publish()] {
        #expect(done.status == 1)
        let lines = done.errorText.split(separator: "\n").filter { $0.contains("register.csv:") }
        #expect(lines.count == 20, "\(done.errorText)")
        let first = try #require(lines.first)
        #expect(
          first.hasSuffix("/register.csv:2: column 3 (amount): \"x0\" is not a whole number"), "\(first)")
        #expect(done.errorText.contains("… and 5 more"))
      }
      let json = try portal.run("check", "register", "--json")
      #expect(json.status == 1)
      let reports = try #require(
        try JSONSerialization.jsonObject(with: Data(json.output)) as? [[String: Any]])
      #expect(reports.first?["faults"] as? Int == 25)
      #expect(json.text.contains("\"rule\": \"type\""), "\(json.text)")
    }

    @Test(arguments: [
      ("1,a,10\n1,b,20\n", "the key \"1\" is there already on line 2"),
      ("1,a,101\n", "\"101\" is more than 100"),
      (",a,1\n", "a value is missing"), ("1,a\n", "has 2 cells"), ("1,a,1.5\n", "is not a whole number"),
    ])
    func `for each kind of fault`(table: String, words: String) throws {
      let portal = try portal(Descriptors.register(level: "L1"), table)
      try expectRefused(portal, words, "1 fault in the data")
    }

    @Test func `for descriptors with unknown keys, naming the nearest and its place`() throws {
      let descriptor = Descriptors.register(level: "L1").replacing("keywords:", with: "keyword:")
      let portal = try portal(descriptor, Self.plain)
      let done = try portal.publish()
      #expect(done.status == 1)
      #expect(
        done.errorText.contains("register/dataset.json5:4:") && done.errorText.contains("keywords"),
        "\(done.said)")
    }

    @Test func `for a source with a secrecy marking`() throws {
      let portal = try portal(Descriptors.register(level: "L1"), "1,绝密★30年,10\n2,second,20\n")
      try expectRefused(portal, "register")
    }
  }

  /// What a second person's signature opens, and what goes on after.
  @Suite struct `Publication goes through` {
    @Test func `when a second person signs that the detectors are mistaken`() throws {
      let portal = try World.here().plain.copied()
      try portal.write(
        Descriptors.register(
          level: "L1", extra: #"by: "wang-wei", reason: { zh: "合成号码", en: "The numbers are made up" }"#),
        "Catalog/register/dataset.json5")
      try portal.write(
        "number,remark,amount\n" + `Publication is refused`.identified, "Catalog/register/register.csv")
      let without = try portal.publish()
      #expect(
        without.status == 1 && without.errorText.contains("doorsill propose register"), "\(without.said)")
      try portal.propose("register").wanted(0, "propose")
      let waits = try portal.publish()
      #expect(waits.status == 1 && waits.errorText.contains("doorsill approve register"), "\(waits.said)")
      let signed = try portal.approve("register", reason: "Made up by a program").wanted(0, "approve")
      #expect(
        signed.errorText.contains("residentID") && signed.errorText.contains("signature of li-na"),
        "\(signed.said)")
      let done = try portal.publish()
      #expect(done.status == 0, "\(done.said)")
      #expect(
        try portal.text(".doorsill/outside/current/site/data/register/rows.csv").contains(
          World.microdata.persons[0].residentID))
      // The decision and its evidence are in the log, with the signature's reason.
      let decision = try #require(
        try portal.entries(of: "decisions").last {
          $0["event"] as? String == "level" && $0["dataset"] as? String == "register"
        })
      #expect((decision["agreement"] as? [String])?.first?.count == 64)
      let events = try portal.entries(of: "decisions").compactMap { $0["event"] as? String }
      #expect(events.contains("proposal") && events.contains("approval"))
      #expect((decision["items"] as? [Any])?.isEmpty == false)
    }

    @Test func `when a second person signs a lowered level, and only then`() throws {
      let portal = try World.here().plain.copied()
      let restricted = Descriptors.register(
        level: "L2",
        extra:
          #"by: "wang-wei", legalBasis: { zh: "测试用法第一条", en: "A law" }, reason: { zh: "内部", en: "Internal" }"#
      )
      try portal.write(restricted, "Catalog/register/dataset.json5")
      try portal.write(
        "number,remark,amount\n" + `Publication is refused`.plain, "Catalog/register/register.csv")
      try portal.publish().wanted(0, "publish restricted")
      #expect(!FileManager.default.fileExists(atPath: portal.outside + "/current/site/data/register"))
      let open = Descriptors.register(
        level: "L1", extra: #"by: "wang-wei", reason: { zh: "已公开", en: "Public now" }"#)
      try portal.write(open, "Catalog/register/dataset.json5")
      let without = try portal.publish()
      #expect(without.status == 1, "\(without.said)")
      try portal.agree("register", reason: "The list is public")
      let done = try portal.publish()
      #expect(done.status == 0, "\(done.said)")
      #expect(FileManager.default.fileExists(atPath: portal.outside + "/current/site/data/register/rows.csv"))
      // Closing it again is one person's, and what was agreed then does not open it once more.
      try portal.write(restricted, "Catalog/register/dataset.json5")
      try portal.publish().wanted(0, "close")
      try portal.write(open, "Catalog/register/dataset.json5")
      #expect(try portal.publish().status == 1)
    }

    @Test func `when a second person of the previous policy signs a change of policy`() throws {
      let portal = try World.here().portal.copied()
      let text = try portal.text("Policies/access.json5")
      try portal.write(
        text.replacing("callsPerDay: 1000", with: "callsPerDay: 2000"), "Policies/access.json5")
      #expect(try portal.publish().status == 1)
      try portal.agree("policy", reason: "More calls")
      let done = try portal.publish()
      #expect(done.status == 0, "\(done.said)")
      let last = try #require(
        try portal.entries(of: "decisions").last { $0["event"] as? String == "publication" })
      #expect((last["agreements"] as? [String])?.count == 1)
    }

    @Test func `only once: an unchanged catalogue makes no release`() throws {
      let portal = try World.here().plain.copied()
      let before = try portal.outsideListing()
      let again = try portal.publish()
      #expect(again.status == 0 && again.text.contains("nothing has changed"), "\(again.said)")
      #expect(try portal.outsideListing() == before)
      // A rehearsal tells and writes nothing.
      try portal.write(
        try portal.text("Catalog/bike-counts/bike-counts.csv").replacing(",987", with: ",988"),
        "Catalog/bike-counts/bike-counts.csv")
      let rehearsed = try portal.run("publish", "--dry-run")
      #expect(rehearsed.status == 0 && rehearsed.text.contains("bike-counts"), "\(rehearsed.said)")
      #expect(try portal.outsideListing() == before)
      #expect(try portal.publish().status == 0)
      #expect(try portal.currentRelease() == 2)
    }

    @Test func `while the server runs, which then serves the new release`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      try Subprocess.run("cp", ["-a", world.portal.folder.path + "/tls", portal.folder.path]).wanted(0, "cp")
      let server = try RunningDoorsill(portal)
      defer { server.stop() }
      #expect(try server.curl("/data/bike-counts/counts.csv").text.contains(",987"))
      try portal.write(
        try portal.text("Catalog/bike-counts/bike-counts.csv").replacing(",987", with: ",988"),
        "Catalog/bike-counts/bike-counts.csv")
      try portal.publish().wanted(0, "publish")
      var text = ""
      for _ in 0..<40 where !text.contains(",988") {
        text = try server.curl("/data/bike-counts/counts.csv").text
        Thread.sleep(forTimeInterval: 0.1)
      }
      #expect(text.contains(",988"))
      // The statistic is carried over: the same cells as before, though the release is another.
      let before = try world.server.ask(
        "/v1/results/patients/costs?select=sex,count,cost.mean", as: world.acme)
      let after = try server.ask("/v1/results/patients/costs?select=sex,count,cost.mean", as: world.acme)
      #expect(after.status == 200, "\(after.said)")
      #expect(after.json["release"] as? Int == 2)
      #expect(after.json["cells"] as? NSArray == before.json["cells"] as? NSArray)
      try portal.signed(by: "wang-wei", "suspend", "stations", "--reason", "A mistake").wanted(0, "suspend")
      #expect([404, 410].contains(try server.curl("/data/stations/stations.csv").status))
      #expect(try server.curl("/api/v1/datasets/stations/rows").status == 404)
    }
  }
}

extension World {
  /// The register of the shared portal, which is the same in every run.
  static let microdata = Microdata()
}
