import Foundation
import Support
import Testing

/// A portal folder of a test, with the keys of its two people beside it. All of it goes with the last reference.
final class ScratchPortal: Sendable {
  let folder: TemporaryFolder
  let path: String
  let home: String

  private init(_ folder: TemporaryFolder, _ name: String = "portal") {
    self.folder = folder
    path = "\(folder.path)/\(name)"
    home = folder.path + "/home"
  }

  /// A portal folder that is there already.
  static func at(_ folder: TemporaryFolder, _ name: String) throws -> ScratchPortal {
    ScratchPortal(folder, name)
  }

  /// A portal that 0.1 made, of `Tests/Vectors/portal-0.1`, with the home of its people.
  static func unpacked(_ archive: String) throws -> ScratchPortal {
    let folder = try TemporaryFolder()
    try Subprocess.run(
      "tar", ["-xzf", Places.vector("portal-0.1/\(archive)"), "-C", folder.path, "--no-same-owner"]
    ).wanted(0, "tar")
    if !FileManager.default.fileExists(atPath: folder.path + "/home") {
      try folder.write("correct horse battery staple\n", to: "home/passphrase")
    }
    return ScratchPortal(folder)
  }

  /// Takes over a portal of 0.1 with the protection profiles of this version, which wang-wei proposes and publishes, and
  /// li-na approves.
  func takeOverProfiles() throws {
    try begin()
    try agreeToProfiles()
  }

  func agreeToProfiles() throws {
    let profiles = try String(contentsOfFile: Places.root + "/Policies/protection.json5", encoding: .utf8)
    try write(profiles, "Policies/protection.json5")
    try agree("policy")
    try publish().wanted(0, "publish under the profiles of this version")
  }

  /// A portal as `init` makes it, with a table in GB18030, optionally the restricted register, and two people:
  /// wang-wei publishes, li-na is the second person. Nothing is published yet.
  static func begin(microdata: Microdata? = nil) throws -> ScratchPortal {
    let portal = ScratchPortal(try TemporaryFolder())
    try Doorsill.run(["init", portal.path], home: portal.home).wanted(0, "init")
    try portal.oneOpensFirst()
    // The suites share a company and are faster than any.
    try portal.write(
      portal.text("Policies/access.json5").replacing("callsPerMinute: 60", with: "callsPerMinute: 1000000"),
      "Policies/access.json5")
    try portal.write(Descriptors.stations, "Catalog/stations/dataset.json5")
    try portal.write(Descriptors.stationsBytes, "Catalog/stations/stations.csv")
    if let microdata {
      try portal.write(Descriptors.patients, "Catalog/patients/dataset.json5")
      try portal.write(microdata.csv, "Catalog/patients/patients.csv")
    }
    try portal.folder.write("correct horse battery staple\n", to: "home/passphrase")
    try portal.addPerson("wang-wei", role: "custodian")
    try portal.addPerson("li-na", role: "approver")
    try portal.addPerson("desk", role: "agent")
    return portal
  }

  func addPerson(_ id: String, role: String..., organization: String = "data-bureau") throws {
    let roles = role.flatMap { ["--role", $0] }
    try Doorsill.run(
      ["person", "add", id, "--name", id, "--organization", organization] + roles + [
        "--passphrase-file", home + "/passphrase", "--portal", path,
      ], home: home
    ).wanted(0, "person add \(id)")
  }

  /// Leaves a first publication to one person: most tests are about something else than what two look at twice.
  func oneOpensFirst() throws {
    let levels = try text("Policies/levels.json5")
    let line = try #require(levels.split(separator: "\n").first { $0.contains("firstOpening:") })
    try write(levels.replacing(line + "\n", with: ""), "Policies/levels.json5")
  }

  /// Writes the beginning of the decisions log where a portal has none: of one that published before, or before anything is
  /// published.
  func begin() throws {
    guard !FileManager.default.fileExists(atPath: path + "/.doorsill/authority.json") else { return }
    try signed(by: "wang-wei", "authority", "begin").wanted(0, "authority begin")
  }

  func propose(_ subject: String, by person: String = "wang-wei") throws -> Subprocess {
    try signed(by: person, "propose", subject, "--reason", "As agreed")
  }

  func approve(_ subject: String, by person: String = "li-na", reason: String = "Checked") throws
    -> Subprocess
  {
    try signed(by: person, "approve", subject, "--reason", reason)
  }

  /// One proposes and another approves.
  func agree(
    _ subject: String, by proposer: String = "wang-wei", and approver: String = "li-na",
    reason: String = "Checked"
  ) throws {
    try begin()
    try propose(subject, by: proposer).wanted(0, "propose \(subject)")
    try approve(subject, by: approver, reason: reason).wanted(0, "approve \(subject)")
  }

  /// Somebody joins, and two who are registered accept them.
  func join(_ id: String, role: String..., organization: String = "data-bureau") throws {
    let roles = role.flatMap { ["--role", $0] }
    try Doorsill.run(
      ["person", "add", id, "--name", id, "--organization", organization] + roles + [
        "--passphrase-file", home + "/passphrase", "--portal", path,
      ], home: home
    ).wanted(0, "person add \(id)")
    try accept(id)
  }

  /// Two who are registered accept a person: an approver among them.
  func accept(_ id: String, by people: String...) throws {
    for person in people.isEmpty ? ["wang-wei", "li-na"] : people {
      try signed(by: person, "person", "accept", id).wanted(0, "person accept \(id)")
    }
  }

  /// Takes out for good: one proposes, the other agrees.
  @discardableResult
  func withdraw(
    _ dataset: String, reason: String = "wrong", by person: String = "wang-wei",
    and approver: String = "li-na"
  ) throws -> Subprocess {
    try signed(by: person, "withdraw", dataset, "--reason", reason, "--yes").wanted(0, "withdraw")
    try approve(dataset, by: approver).wanted(0, "approve")
    return try signed(by: person, "withdraw", dataset, "--reason", reason, "--yes").wanted(
      0, "withdraw for good")
  }

  /// A copy with everything: people, release, logs. What a test does to it touches no other test.
  func copied() throws -> ScratchPortal {
    let copy = ScratchPortal(try TemporaryFolder())
    // What remembers how far a log goes is copied before the log, where a server writes meanwhile: a log that is further
    // than they know is as after a crash, and one that is behind them is refused.
    let memories = ["answers.head", "access.sqlite", "access.sqlite-wal"].map { name in
      (name: ".doorsill/outside/\(name)", bytes: try? folder.read("portal/.doorsill/outside/\(name)"))
    }
    let tls = folder.path + "/tls"
    let parts = [path, home] + (FileManager.default.fileExists(atPath: tls) ? [tls] : [])
    try Subprocess.run("cp", ["-a"] + parts + [copy.folder.path]).wanted(0, "cp")
    for memory in memories {
      if let bytes = memory.bytes {
        try copy.write(bytes, memory.name)
      } else {
        try? FileManager.default.removeItem(atPath: "\(copy.path)/\(memory.name)")
      }
    }
    // The index of that write-ahead log is made anew.
    try? FileManager.default.removeItem(atPath: "\(copy.path)/.doorsill/outside/access.sqlite-shm")
    return copy
  }

  /// Puts a copy of some of its files in place of what is there now.
  func putBack(_ names: String..., from copy: ScratchPortal) throws {
    for name in names {
      try Subprocess.run("rm", ["-rf", "\(path)/\(name)"]).wanted(0, "rm")
      try Subprocess.run("cp", ["-a", "\(copy.path)/\(name)", "\(path)/\(name)"]).wanted(0, "cp")
    }
  }

  var outside: String { path + "/.doorsill/outside" }
  var inside: String { path + "/.doorsill/inside" }
  /// The path without links in it, as the program says it.
  var resolved: String { get throws { URL(filePath: path).resolvingSymlinksInPath().path } }

  func write(_ text: String, _ name: String) throws { try folder.write(text, to: "portal/\(name)") }
  func write(_ bytes: [UInt8], _ name: String) throws { try folder.write(bytes, to: "portal/\(name)") }
  func read(_ name: String) throws -> [UInt8] { try folder.read("portal/\(name)") }
  func text(_ name: String) throws -> String { String(decoding: try read(name), as: UTF8.self) }

  /// A verb of this portal.
  func run(_ words: String..., language: String = "C.UTF-8") throws -> Subprocess {
    try Doorsill.run(words + ["--portal", path], home: home, folder: folder.path, language: language)
  }

  /// A verb that has to succeed; gives its standard output without the line feed at its end.
  @discardableResult
  func must(_ words: String...) throws -> String {
    let done = try Doorsill.run(words + ["--portal", path], home: home, folder: folder.path)
    try done.wanted(0, words.joined(separator: " "))
    return done.text.trimmingCharacters(in: .newlines)
  }

  /// What a verb of a person needs.
  func signed(by person: String, _ words: String...) throws -> Subprocess {
    try Doorsill.run(
      words + ["--as", person, "--passphrase-file", home + "/passphrase", "--portal", path], home: home,
      folder: folder.path)
  }

  @discardableResult
  func publish(as person: String = "wang-wei") throws -> Subprocess {
    try Doorsill.run(publishWords(as: person), home: home, folder: folder.path)
  }

  func publishWords(as person: String = "wang-wei") -> [String] {
    ["publish", "--as", person, "--passphrase-file", home + "/passphrase", "--portal", path]
  }

  /// Every name below the outside folder with its size and time of change; two equal lists mean nothing was written.
  func outsideListing() throws -> String {
    try Subprocess.run("find", [".", "-printf", "%p %y %s %T@ %l\n"], folder: outside).wanted(0, "find").text
      .split(separator: "\n").sorted().joined(separator: "\n")
  }

  /// The number of the release that is served, from the link.
  func currentRelease() throws -> Int? {
    guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: outside + "/current") else {
      return nil
    }
    return Int(target.split(separator: "/").last ?? "")
  }

  /// The entries of a log as JSON objects, without the frame the log puts around each.
  func entries(of log: String) throws -> [[String: Any]] {
    try must("ledger", "show", log).split(separator: "\n").compactMap {
      let line = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      return line?["entry"] as? [String: Any]
    }
  }
}
