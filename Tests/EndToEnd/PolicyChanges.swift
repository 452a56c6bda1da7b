import Foundation
import Support
import Testing

/// Ways forward for a portal whose people or rules change, none of them a dead end.
@Suite struct `A portal goes on` {
  private func approvals(_ portal: ScratchPortal, _ dataset: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: portal.path + "/Catalog/\(dataset)/approvals").count
  }

  @Test func `when people are added, one after the other, and what was approved in 0.1 stays approved`()
    throws
  {
    let portal = try ScratchPortal.unpacked("portal.tar.gz")
    try portal.takeOverProfiles()
    for person in ["zhao-lei", "qian-yun"] {
      try portal.addPerson(person, role: "custodian")
      let waits = try portal.publish()
      #expect(waits.status == 1 && waits.errorText.contains("doorsill approve policy"), "\(waits.said)")
      try portal.signed(by: "li-na", "approve", "policy", "--reason", "A new colleague").wanted(0, "approve")
      try portal.publish().wanted(0, "publish with \(person)")
    }
    #expect(try approvals(portal, "offices") == 1)
    #expect(try portal.publish(as: "qian-yun").status == 0, "and the new one may publish")
  }

  @Test func `when the rules that judge data change: what was approved is approved again, and passes`() throws
  {
    let portal = try ScratchPortal.unpacked("portal.tar.gz")
    try portal.takeOverProfiles()
    try portal.write(
      try portal.text("Policies/detectors.json5").replacing("minimumK: 5", with: "minimumK: 6"),
      "Policies/detectors.json5")
    try portal.signed(by: "li-na", "approve", "policy", "--reason", "Stricter").wanted(0, "approve policy")
    let stale = try portal.publish()
    #expect(stale.status == 1 && stale.errorText.contains("stale"), "\(stale.said)")
    let signed = try portal.signed(by: "li-na", "approve", "offices", "--reason", "Still offices")
    #expect(signed.status == 0 && signed.errorText.contains("L3 → L1"), "\(signed.said)")
    try portal.publish().wanted(0, "publish")
    // A fresh signature is for this evidence only.
    try portal.write(
      try portal.text("Catalog/offices/offices.csv") + "北街办事处,13700137000\n", "Catalog/offices/offices.csv")
    #expect(try portal.publish().status == 1)
    try portal.signed(by: "li-na", "approve", "offices", "--reason", "One more").wanted(0, "approve")
    try portal.publish().wanted(0, "publish")
  }

  @Test func `from the steps that init prints`() throws {
    let folder = try TemporaryFolder()
    try folder.write("correct horse battery staple\n", to: "home/passphrase")
    let made = try Doorsill.run(["init", folder.path + "/portal"], home: folder.path + "/home").wanted(
      0, "init")
    let steps = made.errorText.split(separator: "\n").filter { $0.hasPrefix("  ") }
      .map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(steps.count >= 3 && steps.contains { $0.hasPrefix("doorsill publish") }, "\(made.errorText)")
    let script = steps.map { step in
      step.hasPrefix("doorsill ")
        ? "'\(Doorsill.path)' \(step.dropFirst("doorsill ".count)) --passphrase-file ../home/passphrase"
        : step
    }.joined(separator: " && ")
    let done = try Subprocess.run(
      "bash", ["-c", script], environment: Doorsill.environment(home: folder.path + "/home"))
    try done.wanted(0, script)
    // And on: the second person who was registered signs the next change.
    let portal = try ScratchPortal.at(folder, "portal")
    try portal.addPerson("zhao-lei", role: "custodian")
    try portal.signed(by: "li-na", "approve", "policy", "--reason", "A new colleague").wanted(0, "approve")
    try portal.publish(as: "zhang-min").wanted(0, "publish")
  }

  @Test func `that nobody has a key for is not published, and says what to do`() throws {
    let folder = try TemporaryFolder()
    try Doorsill.run(["init", folder.path + "/portal"]).wanted(0, "init")
    let portal = try ScratchPortal.at(folder, "portal")
    let done = try portal.run("publish")
    #expect(done.status == 2 && done.errorText.contains("doorsill person add"), "\(done.said)")
    #expect(try portal.currentRelease() == nil)
    try portal.run("publish", "--dry-run").wanted(0, "a rehearsal is anybody's")
  }

  @Test func `that 0.1 published without a person: the first keys are taken on trust, and the log says so`()
    throws
  {
    let portal = try ScratchPortal.unpacked("unsigned.tar.gz")
    try portal.addPerson("wang-wei", role: "custodian")
    try portal.addPerson("li-na", role: "approver")
    // Nothing else may come with them.
    let access = try portal.text("Policies/access.json5")
    try portal.write(
      access.replacing("callsPerDay: 1000", with: "callsPerDay: 2000"), "Policies/access.json5")
    let more = try portal.publish()
    #expect(more.status == 1 && more.errorText.contains("put the other changes back"), "\(more.said)")
    try portal.write(access, "Policies/access.json5")
    try portal.publish().wanted(0, "publish")
    let change = try #require(
      try portal.entries(of: "decisions").first { $0["event"] as? String == "policy.changed" })
    let keys = try #require(change["firstKeys"] as? [[String: Any]])
    #expect(Set(keys.compactMap { $0["person"] as? String }) == ["wang-wei", "li-na"])
    #expect((change["approvals"] as? [Any])?.isEmpty == true && change["by"] as? String == "wang-wei")
    // From now on there is somebody to sign, and nothing passes without.
    try portal.addPerson("zhao-lei", role: "approver")
    #expect(try portal.publish().status == 1)
    let self_signed = try portal.signed(by: "zhao-lei", "approve", "policy", "--reason", "Let me in")
    #expect(self_signed.status == 1, "\(self_signed.said)")
    try portal.signed(by: "li-na", "approve", "policy", "--reason", "A new colleague").wanted(0, "approve")
    try portal.publish().wanted(0, "publish")
  }

  @Test func `that has a custodian and no approver yet, where that custodian brings one and no stranger`()
    throws
  {
    let folder = try TemporaryFolder()
    try folder.write("correct horse battery staple\n", to: "home/passphrase")
    try Doorsill.run(["init", folder.path + "/portal"]).wanted(0, "init")
    let portal = try ScratchPortal.at(folder, "portal")
    try portal.addPerson("wang-wei", role: "custodian")
    try portal.publish().wanted(0, "publish")
    try portal.addPerson("mallory", role: "custodian")
    try portal.addPerson("li-na", role: "approver")
    let stranger = try portal.publish(as: "mallory")
    #expect(stranger.status == 1 && stranger.errorText.contains("policy"), "\(stranger.said)")
    try portal.publish().wanted(0, "publish")
  }
}
