import Foundation
import Support
import Testing

extension `End to end` {
  /// A backup as the README says: the portal folder, whole, while neither the server nor `publish` runs; and each person's
  /// home by itself.
  @Suite struct `A backup` {
    static let target = "/v1/results/patients/costs?select=sex,count"

    /// What the README says, word for word in effect: `tar -cpf` of the folder, `tar -xpf` elsewhere.
    private func restored(_ portal: ScratchPortal) throws -> ScratchPortal {
      let folder = try TemporaryFolder()
      let archive = folder.path + "/portal.tar"
      try Subprocess.run("tar", ["-C", portal.folder.path, "-cpf", archive, "portal"]).wanted(0, "tar")
      try Subprocess.run("tar", ["-C", folder.path, "-xpf", archive]).wanted(0, "tar")
      for own in ["home", "tls"] {
        try Subprocess.run("cp", ["-a", "\(portal.folder.path)/\(own)", folder.path]).wanted(0, "cp")
      }
      return try ScratchPortal.at(folder, "portal")
    }

    private func stations(_ portal: ScratchPortal, _ word: String) throws {
      try portal.write(
        try portal.text("Catalog/stations/dataset.json5").replacing("Two invented", with: "\(word) invented"),
        "Catalog/stations/dataset.json5")
    }

    @Test func `that is put back in another folder serves, counts on and publishes`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      var server = try RunningDoorsill(portal)
      let before = try server.ask(Self.target, as: world.acme)
      let keys = try server.curl("/.well-known/jwks.json").text
      server.stop()
      let copy = try restored(portal)
      #expect(copy.path != portal.path)
      server = try RunningDoorsill(copy)
      let after = try server.ask(Self.target, as: world.acme)
      #expect(after.status == 200 && after.body == before.body, "\(after.said)")
      func remaining(_ answer: HTTPAnswer) -> Int? {
        answer.headers["ratelimit"]?.split(separator: "=").dropFirst().first.flatMap {
          Int($0.prefix { $0.isNumber })
        }
      }
      #expect(remaining(before).map { $0 - 1 } == remaining(after) && remaining(after) != nil)
      // Receipts of both are checked with the same keys.
      let papers = try TemporaryFolder()
      try papers.write(keys, to: "jwks.json")
      for answer in [before, after] {
        try papers.write(answer.receipt, to: "r.jws")
        try Doorsill.run([
          "receipt", "verify", papers.path + "/r.jws", "--keys", papers.path + "/jwks.json",
        ]).wanted(0, "receipt verify")
      }
      try stations(copy, "Three")
      try copy.publish().wanted(0, "publish")
      server.stop()
      server = try RunningDoorsill(copy)
      defer { server.stop() }
      #expect(try server.curl("/en/datasets/stations/").text.contains("Three invented"))
      server.stop()
      try copy.must("ledger", "verify")
      try copy.must("release", "verify")
    }

    @Test func `that lacks a part is refused by the name of the part`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      let server = try RunningDoorsill(portal)
      _ = try server.ask(Self.target, as: world.acme)
      server.stop()
      func without(_ part: String) throws -> ScratchPortal {
        let copy = try restored(portal)
        try FileManager.default.removeItem(atPath: "\(copy.path)/.doorsill/\(part)")
        return copy
      }
      for (part, word) in [
        ("outside/answers.head", "answers.head"), ("outside/answers", "answers"),
        ("outside/access.sqlite", "access.sqlite"), ("outside/keys/checkpoint", "keys/checkpoint"),
        ("outside/keys/receipt", "keys/receipt"), ("outside/keys/pepper", "keys/pepper"),
      ] {
        let copy = try without(part)
        let failure = #expect(throws: Failure.self, "\(part)") { _ = try RunningDoorsill(copy) }
        #expect(failure?.description.contains(word) == true, "\(part): \(failure?.description ?? "")")
        #expect(failure?.description.contains("ended with 3") == true, "\(failure?.description ?? "")")
      }
      for (part, word) in [
        ("inside/decisions", "decisions"), ("inside/keys/draw", "keys/draw"), ("inside/history", "history"),
        ("inside/fingerprints", "fingerprints"), ("outside/current", "current"),
      ] {
        let copy = try without(part)
        let codes = (0..<300).map { "station-\($0),\($0 % 9)\n" }.joined()
        try copy.write("code,tracks\n" + codes, "Catalog/more/stations.csv")
        try copy.write(
          Descriptors.stations.replacing("\"stations\", title", with: "\"more\", title").replacing(
            ", encoding: \"gb18030\"", with: ""
          ).replacing(
            "{ name: \"station\", type: \"string\", constraints: { required: true } },", with: ""
          ).replacing("minimum: 1", with: "minimum: 0"), "Catalog/more/dataset.json5")
        let done = try copy.publish()
        #expect(done.status == 3 && done.errorText.contains(word), "\(part): \(done.said)")
      }
    }
  }
}
