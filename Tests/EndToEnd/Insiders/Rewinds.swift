import Foundation
import Support
import Testing

extension `End to end` {
  /// Somebody who puts yesterday's files back, or shows others another history: each place remembers what another forgets.
  @Suite struct `An insider who rewinds` {
    static let target = "/v1/results/patients/costs?select=sex,count"

    private func refusal(_ portal: ScratchPortal, gateway: Bool = true) throws -> String {
      let failure = #expect(throws: Failure.self) { _ = try RunningDoorsill(portal, gateway: gateway) }
      return failure?.description ?? ""
    }

    /// Ends a server as a power failure does.
    private func kill(_ server: RunningDoorsill) {
      server.signal("KILL")
      for _ in 0..<100 where !server.log.contains("ended with") { Thread.sleep(forTimeInterval: 0.02) }
    }

    @Test func `cannot have yesterday's answers log served`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      var server = try RunningDoorsill(portal)
      #expect(try server.ask(Self.target, as: world.acme).status == 200)
      // What the running server wrote since its last checkpoint is no older copy.
      try portal.run("ledger", "verify", "answers").wanted(0, "ledger verify while it serves")
      server.stop()
      let yesterday = try portal.copied()
      server = try RunningDoorsill(portal)
      let last = try server.ask(Self.target, as: world.acme)
      #expect(last.status == 200)
      kill(server)
      try portal.putBack(".doorsill/outside/answers", from: yesterday)
      #expect(try refusal(portal).contains("answers.head"))
      // With the mark of yesterday too, the database remembers.
      server = try RunningDoorsill(yesterday)
      _ = try server.ask(Self.target, as: world.acme)
      server.stop()
      let older = try world.portal.copied()
      try yesterday.putBack(".doorsill/outside/answers", ".doorsill/outside/answers.head", from: older)
      let told = try refusal(yesterday)
      #expect(told.contains("entries") && told.contains("doorsill authority recover"), "\(told)")
      // An older copy holds by itself; what else remembers it does not.
      let verified = try yesterday.run("ledger", "verify", "answers")
      #expect(verified.status == 3 && verified.errorText.contains("access.sqlite"), "\(verified.said)")
      let state = try Doorsill.run(["doctor", "--state", yesterday.outside], home: yesterday.home)
      #expect(state.status == 3 && state.text.contains("access.sqlite"), "\(state.said)")
      // And without any mark.
      try FileManager.default.removeItem(atPath: portal.outside + "/answers.head")
      #expect(try refusal(portal).contains("answers.head"))
    }

    @Test func `cannot take the last line away before the next checkpoint`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      let server = try RunningDoorsill(portal)
      #expect(try server.ask(Self.target, as: world.acme).status == 200)
      kill(server)
      let name = ".doorsill/outside/answers/entries.jsonl"
      let lines = try portal.text(name).split(separator: "\n")
      try portal.write(lines.dropLast().joined(separator: "\n") + "\n", name)
      let refusal = try refusal(portal)
      #expect(refusal.contains("answers.head") || refusal.contains("signed a checkpoint"), "\(refusal)")
    }

    @Test func `writes nothing more once the log was cut or replaced under the server`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      let server = try RunningDoorsill(portal)
      defer { server.stop() }
      #expect(try server.ask(Self.target, as: world.acme).status == 200)
      let yesterday = try portal.copied()
      try portal.putBack(".doorsill/outside/answers", from: yesterday)
      let answer = try server.ask(Self.target, as: world.acme)
      #expect(answer.status == 503 && answer.code == "log-unavailable", "\(answer.said)")
    }

    @Test func `has nobody sign into a decisions log that is shorter than they saw`() throws {
      let portal = try World.here().plain.copied()
      try portal.write(
        try portal.text("Catalog/stations/dataset.json5").replacing("Two invented", with: "Three invented"),
        "Catalog/stations/dataset.json5")
      let yesterday = try portal.copied()
      try portal.publish().wanted(0, "publish")
      // Inside and outside together, so that each of them fits the other.
      try portal.putBack(".doorsill", from: yesterday)
      let refused = try portal.publish()
      #expect(refused.status == 3 && refused.errorText.contains("does not go on from"), "\(refused.said)")
      #expect(refused.errorText.contains("/seen/"), "it says what to do: \(refused.said)")
      // Where all know that it was restored, the home forgets by hand.
      try FileManager.default.removeItem(atPath: portal.home + "/seen")
      try portal.publish().wanted(0, "publish again")
      // The last line alone, before anybody looked again.
      let name = ".doorsill/inside/decisions/entries.jsonl"
      let lines = try portal.text(name).split(separator: "\n")
      try portal.write(lines.dropLast().joined(separator: "\n") + "\n", name)
      let cut = try portal.publish()
      #expect(cut.status != 0 && cut.errorText.contains("entries"), "\(cut.said)")
    }

    @Test func `has no older release served, and no release of another history`() throws {
      let portal = try World.here().plain.copied()
      let fork = try portal.copied()
      func change(_ portal: ScratchPortal, _ word: String) throws {
        try portal.write(
          try portal.text("Catalog/stations/dataset.json5").replacing(" invented", with: " invented \(word)"),
          "Catalog/stations/dataset.json5")
        try portal.publish().wanted(0, "publish")
      }
      let first = try #require(try portal.currentRelease())
      try change(portal, "imagined")
      var server = try RunningDoorsill(portal, gateway: false)
      let link = portal.outside + "/current"
      func point(_ number: Int) throws {
        try Subprocess.run("ln", ["-sfn", "releases/\(number)", link]).wanted(0, "ln")
      }
      func hears(_ words: String) -> Bool {
        for _ in 0..<100 where !server.log.contains(words) { Thread.sleep(forTimeInterval: 0.05) }
        return server.log.contains(words)
      }
      try point(first)
      #expect(hears("points at release \(first)"), "\(server.log)")
      #expect(
        try server.curl("/en/datasets/stations/").text.contains("imagined"), "the newer one is served on")
      server.stop()
      #expect(try refusal(portal, gateway: false).contains("points at release \(first)"))
      try point(first + 1)
      // The same publisher's key signs a second history, whose next release is brought here.
      try change(fork, "forged")
      try change(fork, "again")
      let archive = fork.folder.path + "/fork.tar"
      try fork.must("release", "export", "--out", archive)
      server = try RunningDoorsill(portal, gateway: false)
      defer { server.stop() }
      try Doorsill.run(["release", "import", archive, "--state", portal.outside]).wanted(0, "import")
      #expect(hears("does not prove that its decisions log goes on"), "\(server.log)")
      #expect(!(try server.curl("/en/datasets/stations/").text.contains("forged")))
    }

    @Test func `cannot publish over a server's log that is older than the publisher knows`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      let yesterday = try portal.copied()
      let server = try RunningDoorsill(portal)
      for _ in 0..<2 { #expect(try server.ask(Self.target, as: world.acme).status == 200) }
      server.stop()
      try portal.write(
        try portal.text("Catalog/stations/dataset.json5").replacing("Two invented", with: "Three invented"),
        "Catalog/stations/dataset.json5")
      try portal.publish().wanted(0, "publish")
      let told = try portal.entries(of: "decisions").last { $0["event"] as? String == "publication" }
      let head = told?["answers"] as? [String: Any]
      #expect((head?["size"] as? Int ?? 0) > 0, "\(told ?? [:])")
      // Everything of the server but its releases goes back: the release that is served remembers.
      try portal.putBack(
        ".doorsill/outside/answers", ".doorsill/outside/answers.head", ".doorsill/outside/access.sqlite",
        from: yesterday)
      for end in ["-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: portal.outside + "/access.sqlite" + end)
      }
      #expect(try refusal(portal).contains("has seen"))
    }

    @Test func `gives himself away by two receipts of one company`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      let fork = try portal.copied()
      let folder = try TemporaryFolder()
      func keep(_ text: String, _ name: String) throws -> String {
        try folder.write(text, to: name)
        return folder.path + "/" + name
      }
      func compare(_ words: String...) throws -> Subprocess {
        try Doorsill.run(["receipt", "compare"] + words + ["--keys", folder.path + "/jwks.json"])
      }
      let server = try RunningDoorsill(portal)
      defer { server.stop() }
      _ = try keep(try server.curl("/.well-known/jwks.json").text, "jwks.json")
      let one = try server.ask(Self.target, as: world.acme)
      let two = try server.ask(Self.target, as: world.acme)
      let (a, b) = (try keep(one.receipt, "a.jws"), try keep(two.receipt, "b.jws"))
      let open = try compare(a, b)
      #expect(open.status == 3 && open.errorText.contains("not decided"), "\(open.said)")
      // With the proofs of one moment it is one log.
      let vkey = try server.curl("/ledger/vkey").text.trimmingCharacters(in: .newlines)
      func index(_ file: String) throws -> Int {
        let shown = try Doorsill.run([
          "receipt", "verify", file, "--keys", folder.path + "/jwks.json", "--json",
        ]).wanted(0, "verify")
        let json = try JSONSerialization.jsonObject(with: Data(shown.text.utf8)) as? [String: Any]
        return try #require((json?["ledger"] as? [String: Any])?["index"] as? Int)
      }
      let proofs = try [a, b].enumerated().map { place, file in
        try keep(
          try server.ask("/v1/receipts/\(index(file))", as: world.acme).text, "proof-\(place)")
      }
      let proven = try compare(a, b, "--proof", proofs[0], "--proof", proofs[1], "--vkey", vkey)
      #expect(proven.status == 0 && proven.errorText.contains("one log"), "\(proven.said)")
      // The other history gives the same places to other answers.
      let other = try RunningDoorsill(fork)
      defer { other.stop() }
      var forged: Subprocess?
      for _ in 0..<8 {
        let answer = try other.ask("/v1/results/patients/costs?select=district,count", as: world.acme)
        let file = try keep(answer.receipt, "c.jws")
        guard try index(file) == index(a) else { continue }
        forged = try compare(a, file)
        break
      }
      #expect(
        forged?.status == 1 && forged?.errorText.contains("twice") == true,
        "\(forged?.said ?? "no index met")")
    }
  }
}
