import Foundation
import SQLite
import Support
import Testing

extension `End to end` {
  /// `doctor --insiders`: what one insider could try, tried on the portal it is asked about.
  @Suite struct `A look for insiders` {
    private struct Found {
      let status: Int32
      let items: [[String: String]]

      /// Whether something of this name is found so, and says this.
      func says(_ name: String, _ state: String, _ words: String = "") -> Bool {
        items.contains {
          $0["name"] == name && $0["state"] == state
            && (words.isEmpty || ($0["detail"] ?? "").contains(words) || ($0["hint"] ?? "").contains(words))
        }
      }

      var bad: [String] {
        items.filter { $0["state"] == "bad" }.map { "\($0["name"] ?? ""): \($0["detail"] ?? "")" }
      }
    }

    private func look(_ portal: ScratchPortal, home: String? = nil) throws -> Found {
      let done = try Doorsill.run(
        ["doctor", "--insiders", "--json", "--portal", portal.path], home: home ?? portal.home)
      for secret in ["PRIVATE KEY", "correct horse", "1381234", World.microdata.persons[0].residentID] {
        #expect(!done.text.contains(secret) && !done.errorText.contains(secret))
      }
      let json = try JSONSerialization.jsonObject(with: Data(done.output)) as? [String: Any]
      let items = (json?["findings"] as? [[String: Any]] ?? []).map { $0.compactMapValues { $0 as? String } }
      #expect(!items.isEmpty, "\(done.said)")
      return Found(status: done.status, items: items)
    }

    /// A home with the key of one person alone.
    private func homeOfOne(_ portal: ScratchPortal) throws -> String {
      let home = portal.folder.path + "/own"
      try Subprocess.run("mkdir", ["-p", home + "/people"]).wanted(0, "mkdir")
      try Subprocess.run("cp", ["-a", portal.home + "/people/wang-wei.pem", home + "/people/"]).wanted(
        0, "cp")
      return home
    }

    private func remove(_ portal: ScratchPortal, _ path: String) throws {
      try FileManager.default.removeItem(atPath: "\(portal.path)/.doorsill/\(path)")
    }

    private func setMode(_ portal: ScratchPortal, _ path: String, _ mode: Int) throws {
      try FileManager.default.setAttributes(
        [.posixPermissions: mode], ofItemAtPath: "\(portal.path)/.doorsill/\(path)")
    }

    @Test func `finds nothing to mend where two people, a sealed key and closed files are there`() throws {
      let portal = try World.here().portal.copied()
      try portal.signed(by: "wang-wei", "authority", "recovery", portal.folder.path + "/sealed.pem").wanted(
        0, "authority recovery")
      try portal.approve("key:recovery").wanted(0, "approve")
      try portal.publish().wanted(0, "publish")
      let found = try look(portal, home: try homeOfOne(portal))
      #expect(found.status == 0 && found.bad.isEmpty, "\(found.bad)")
      for name in [
        "lower a level", "change the rules", "invent a person", "replace a key", "approve their own",
      ] {
        #expect(found.says(name, "good"), "\(name): \(found.items)")
      }
      #expect(found.says("lower a level", "good", "refused"))
      #expect(found.says("lost key", "good") && found.says("access rows", "good"))
      #expect(found.says("what others saw", "good", "access.sqlite") && found.says("answers log", "good"))
      // One system user has all of it here, and it says which promise that leaves.
      #expect(found.says("editors (P1)", "doubtful", "one system user"))
      #expect(found.says("approvers", "doubtful", "li-na alone"))
      // What the kernel under it holds and what it does not, with the layout that does.
      #expect(found.says("sockets", "good", "MPTCP") && found.items.contains { $0["name"] == "Landlock" })
      #expect(found.says("names and sizes (stat)", "doubtful", "InaccessiblePaths="), "\(found.items)")
      let screen = try Doorsill.run(
        ["doctor", "--insiders", "--portal", portal.path], home: portal.home, language: "zh_CN.UTF-8")
      #expect(screen.text.contains("✓ 降低密级") && screen.text.contains("✗ 此处的私钥"), "\(screen.said)")
    }

    @Test func `says whose keys lie together, who is missing, and that a lost key would be lost`() throws {
      let portal = try World.here().plain.copied()
      let found = try look(portal)
      #expect(found.status == 3)
      #expect(found.says("keys in this home", "bad", "desk, li-na, wang-wei"), "\(found.items)")
      // Three are registered: two of them replace a key.
      #expect(found.says("lost key", "doubtful", "doorsill authority recovery"), "\(found.items)")
      let path = portal.home + "/people/li-na.pem"
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
      #expect(try look(portal).says("keys in this home", "bad", "can be read by others"))
    }

    @Test func `finds what somebody did to files, rows and logs`() throws {
      let world = try World.here()
      func found(_ change: (ScratchPortal) throws -> Void) throws -> Found {
        let portal = try world.portal.copied()
        try change(portal)
        return try look(portal, home: try homeOfOne(portal))
      }
      #expect(
        try found {
          try setMode($0, "outside", 0o755)
          try setMode($0, "outside/access.sqlite", 0o666)
        }.says("access database", "bad", "may change it"))
      #expect(
        try found {
          try setMode($0, "inside", 0o755)
          try setMode($0, "inside/keys", 0o755)
          try setMode($0, "inside/keys/release", 0o644)
        }.says("inside keys", "bad", "release"))
      #expect(
        try found { try setMode($0, "authority.json", 0o666) }.says("authority.json", "bad", "chmod go-w"))
      #expect(
        try found { portal in
          try Database(path: portal.outside + "/access.sqlite", mode: .readWrite).use { (connection) throws in
            try connection.execute("UPDATE grants SET calls_per_day = 1000000 WHERE client = 'acme'")
          }
        }.says("access rows", "bad", "was changed since it was entered"))
      #expect(
        try found { portal in
          let name = ".doorsill/inside/decisions/entries.jsonl"
          let lines = try portal.text(name).split(separator: "\n")
          try portal.write(lines.dropLast().joined(separator: "\n") + "\n", name)
        }.says("decisions log", "bad"))
      #expect(
        try found { portal in
          try portal.write(
            try portal.text("Catalog/patients/dataset.json5").replacing(
              "cost\", perUnit", with: "cost\" , perUnit"
            )
            .replacing("step: 100", with: "step: 200"), "Catalog/patients/dataset.json5")
        }.says("patients", "doubtful", "declared results have changed"))
      #expect(
        try found { portal in
          let yesterday = try portal.copied()
          try portal.write(
            try portal.text("Catalog/stations/dataset.json5").replacing(
              "Two invented", with: "Three invented"),
            "Catalog/stations/dataset.json5")
          try portal.publish().wanted(0, "publish")
          try portal.putBack(".doorsill/inside", from: yesterday)
        }.says("what others saw", "bad", "has seen"))
      #expect(
        try found { portal in
          try portal.withdraw("stations")
          try remove(portal, "outside/withdrawn")
        }.says("beside the log", "bad", "lacks 'stations'"))
    }
  }
}
