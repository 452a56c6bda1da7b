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
      #expect(
        waits.status == 1 && waits.errorText.contains("doorsill person accept \(person)"), "\(waits.said)")
      try portal.accept(person)
      try portal.publish().wanted(0, "publish with \(person)")
    }
    #expect(try approvals(portal, "offices") == 1)
    #expect(try portal.publish(as: "qian-yun").status == 0, "and the new one may publish")
  }

  @Test func `when the rules that judge data change: asked again is only what no longer fits`() throws {
    let portal = try ScratchPortal.unpacked("portal.tar.gz")
    try portal.takeOverProfiles()
    try portal.write(
      try portal.text("Policies/detectors.json5").replacing("minimumK: 5", with: "minimumK: 6"),
      "Policies/detectors.json5")
    try portal.agree("policy")
    try portal.publish().wanted(0, "the telephones were agreed to, and still are")
    try portal.write(
      try portal.text("Catalog/offices/offices.csv") + "北街办事处,13700137000\n", "Catalog/offices/offices.csv")
    try portal.publish().wanted(0, "so is one more")
    try portal.write(
      try portal.text("Catalog/offices/dataset.json5").replacing(
        "Two invented offices", with: "Of two persons"),
      "Catalog/offices/dataset.json5")
    let other = try portal.publish()
    #expect(other.status == 1 && other.errorText.contains("public words have changed"), "\(other.said)")
    try portal.agree("offices")
    try portal.publish().wanted(0, "publish")
  }

  @Test func `from the steps that init prints`() throws {
    let folder = try TemporaryFolder()
    try folder.write("correct horse battery staple\n", to: "home/passphrase")
    let made = try Doorsill.run(["init", folder.path + "/portal"], home: folder.path + "/home").wanted(
      0, "init")
    let steps = made.errorText.split(separator: "\n").filter { $0.hasPrefix("  ") }
      .map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(steps.contains { $0.contains("--recovery") }, "a lost key is thought of before it is lost")
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
    try portal.signed(by: "li-na", "person", "accept", "zhao-lei").wanted(0, "accept")
    // Nobody makes a second person of their own.
    let early = try portal.publish(as: "zhang-min")
    #expect(early.status == 1 && early.errorText.contains("person:zhao-lei"), "\(early.said)")
    #expect(
      try portal.must("authority").contains("signed by li-na, waits for another person"))
    try portal.signed(by: "zhang-min", "person", "accept", "zhao-lei").wanted(0, "accept")
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
    let early = try portal.publish()
    #expect(early.status == 1 && early.errorText.contains("doorsill authority begin"), "\(early.said)")
    let begun = try portal.signed(by: "wang-wei", "authority", "begin").wanted(0, "begin")
    #expect(
      begun.errorText.contains("wang-wei (data-bureau: custodian)") && begun.errorText.contains("li-na"),
      "\(begun.said)")
    #expect(try portal.signed(by: "wang-wei", "authority", "begin").status == 2, "a log begins once")
    let genesis = try #require(
      try portal.entries(of: "decisions").first { $0["event"] as? String == "genesis" })
    #expect((genesis["people"] as? [[String: Any]])?.count == 2 && genesis["by"] as? String == "wang-wei")
    try portal.agreeToProfiles()
    // From now on there is somebody to sign, and nothing passes without.
    try portal.addPerson("zhao-lei", role: "approver")
    #expect(try portal.publish().status == 1)
    let selfSigned = try portal.signed(by: "zhao-lei", "person", "accept", "zhao-lei")
    #expect(selfSigned.status == 1, "\(selfSigned.said)")
    try portal.accept("zhao-lei")
    try portal.publish().wanted(0, "publish")
  }

  @Test func `that has a custodian and no approver yet, where that custodian brings one and no stranger`()
    throws
  {
    let folder = try TemporaryFolder()
    try folder.write("correct horse battery staple\n", to: "home/passphrase")
    try Doorsill.run(["init", folder.path + "/portal"], home: folder.path + "/home").wanted(0, "init")
    let portal = try ScratchPortal.at(folder, "portal")
    try portal.addPerson("wang-wei", role: "custodian")
    try portal.publish().wanted(0, "publish")
    try portal.addPerson("mallory", role: "custodian")
    try portal.addPerson("li-na", role: "approver")
    for stranger in ["mallory", "li-na"] {
      let done = try portal.signed(by: stranger, "person", "accept", "li-na")
      #expect(done.status == 1 && done.errorText.contains("with this key"), "\(done.said)")
    }
    #expect(try portal.publish(as: "mallory").status == 1)
    try portal.signed(by: "wang-wei", "person", "accept", "li-na").wanted(0, "accept")
    let waits = try portal.publish()
    #expect(waits.status == 1 && waits.errorText.contains("person:mallory"), "\(waits.said)")
    // Now there is an approver, and it is for her to take people in.
    try portal.signed(by: "wang-wei", "person", "accept", "mallory").wanted(
      0, "a signature that is not enough")
    #expect(try portal.publish().status == 1)
    try portal.signed(by: "li-na", "person", "accept", "mallory").wanted(0, "accept")
    try portal.publish().wanted(0, "publish")
  }
}
