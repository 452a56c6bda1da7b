import Foundation
import Support
import Testing

/// Whoever approves reads the catalogue, the rules and the signed state, and nothing inside.
@Suite struct `An insider who approves` {
  @Test func `needs nothing of the inside, and leaves nothing there`() throws {
    let office = try Office()
    let portal = office.portal
    try office.write()
    try office.edit("Policies/access.json5", "callsPerDay: 1000", "callsPerDay: 2000")
    // The inside is somebody else's: here it is not even on this machine.
    let away = portal.folder.path + "/inside"
    try FileManager.default.moveItem(atPath: portal.inside, toPath: away)
    for subject in ["contacts", "policy"] {
      try portal.propose(subject).wanted(0, "propose")
      let signed = try portal.approve(subject).wanted(0, "approve")
      #expect(signed.errorText.contains("signature of li-na"), "\(signed.said)")
    }
    #expect(!FileManager.default.fileExists(atPath: portal.inside))
    try FileManager.default.moveItem(atPath: away, toPath: portal.inside)
    try portal.publish().wanted(0, "publish")
    let mode = try FileManager.default.attributesOfItem(atPath: portal.path + "/.doorsill/authority.json")
    #expect((mode[.posixPermissions] as? NSNumber)?.intValue == 0o644)
  }

  @Test func `does not take the publisher's lock`() throws {
    let office = try Office()
    let portal = office.portal
    try office.write()
    let lock = try Interactive("flock", [portal.inside + "/lock", "sleep", "60"])
    defer { lock.kill() }
    Thread.sleep(forTimeInterval: 0.3)
    try portal.agree("contacts")
    #expect(lock.isRunning)
  }

  @Test func `sees in words what it changes`() throws {
    let office = try Office()
    let portal = office.portal
    try office.write()
    try portal.propose("contacts").wanted(0, "propose")
    let shown = try portal.must("authority")
    #expect(shown.contains("proposed by wang-wei, waits for a second person"), "\(shown)")
    let signed = try portal.approve("contacts").wanted(0, "approve")
    for words in ["first published, at level L1", "mobile: mobile", "rows may be added", "until "] {
      #expect(signed.errorText.contains(words), "\(words): \(signed.said)")
    }
    let json = try portal.must("authority", "--json")
    let state = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let open = try #require(state["open"] as? [[String: Any]])
    #expect(open.first?["approvers"] as? [String] == ["li-na"])
  }

  @Test func `twice in one second writes two files`() throws {
    let office = try Office()
    let portal = office.portal
    try office.edit("Policies/access.json5", "callsPerDay: 1000", "callsPerDay: 2000")
    try portal.write("body { }\n", "Public/levels.css")
    for subject in ["policy", "theme"] { try portal.propose(subject).wanted(0, "propose") }
    let folder = portal.path + "/Policies/approvals"
    let before = try FileManager.default.contentsOfDirectory(atPath: folder).count
    let words = { (subject: String) in
      [
        "approve", subject, "--reason", "at once", "--as", "li-na", "--passphrase-file",
        portal.home + "/passphrase",
        "--portal", portal.path,
      ]
    }
    let both = try ["policy", "theme"].map {
      try Interactive(Doorsill.path, words($0), environment: Doorsill.environment(home: portal.home))
    }
    for run in both { #expect(run.end(within: 60) == 0, "\(run.errors)") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == before + 2)
    try portal.publish().wanted(0, "both count")
  }

  @Test func `is warned where the log is shorter than what they saw`() throws {
    let office = try Office()
    let portal = office.portal
    let file = ".doorsill/authority.json"
    let earlier = try portal.read(file)
    try office.write()
    try portal.agree("contacts")
    try portal.publish().wanted(0, "publish")
    try office.edit("Policies/access.json5", "callsPerDay: 1000", "callsPerDay: 2000")
    try portal.propose("policy").wanted(0, "sees the log")
    try portal.write(earlier, file)
    office.expectRefused(try portal.propose("policy"), "it was put back", 3)

    // Nor is a memory that cannot be read the same as having seen nothing.
    let homes = portal.home + "/portals"
    for name in try FileManager.default.contentsOfDirectory(atPath: homes) {
      try "{".write(toFile: homes + "/" + name, atomically: true, encoding: .utf8)
    }
    office.expectRefused(try portal.propose("policy"), "cannot be read", 3)
  }
}
