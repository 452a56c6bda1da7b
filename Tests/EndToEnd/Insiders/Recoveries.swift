import Foundation
import Support
import Testing

extension `End to end` {
  /// A disk died, and the answers log of yesterday is all there is: the right way on, which nobody can take unseen.
  @Suite struct `An operator who lost entries` {
    static let target = "/v1/results/patients/costs?select=sex,count"
    private let papers: TemporaryFolder

    init() throws { papers = try TemporaryFolder() }

    private func keep(_ text: String, _ name: String) throws -> String {
      try papers.write(text, to: name)
      return papers.path + "/" + name
    }

    private func receipt(_ words: String...) throws -> Subprocess {
      try Doorsill.run(["receipt"] + words + ["--keys", papers.path + "/jwks.json"])
    }

    private func place(_ file: String) throws -> (log: String, index: Int) {
      let shown = try receipt("verify", file, "--json").wanted(0, "receipt verify")
      let json = try JSONSerialization.jsonObject(with: Data(shown.text.utf8)) as? [String: Any]
      let ledger = try #require(json?["ledger"] as? [String: Any])
      return (try #require(ledger["origin"] as? String), try #require(ledger["index"] as? Int))
    }

    private func remaining(_ answer: HTTPAnswer) throws -> Int {
      let field = try #require(answer.headers["ratelimit"])
      return try #require(Int(field.split(separator: "=")[1].prefix { $0.isNumber }))
    }

    private func refusal(_ portal: ScratchPortal) throws -> String {
      let failure = #expect(throws: Failure.self) { _ = try RunningDoorsill(portal) }
      return failure?.description ?? ""
    }

    @Test func `goes on from what is left, and no place in the log ever means two entries`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      var server = try RunningDoorsill(portal)
      _ = try keep(try server.curl("/.well-known/jwks.json").text, "jwks.json")
      let kept = try keep(try server.ask(Self.target, as: world.acme).receipt, "kept.jws")
      server.stop()
      let yesterday = try portal.copied()
      server = try RunningDoorsill(portal)
      let last = try server.ask(Self.target, as: world.acme)
      let lost = try keep(last.receipt, "lost.jws")
      // Meanwhile a company joins and another loses its key.
      try portal.signed(
        by: "wang-wei", "client", "add", "hooli", "--name", "Hooli", "--contact", "h@example.com"
      ).wanted(0, "client add")
      try portal.must("key", "revoke", world.globex.keyID)
      server.stop()
      try portal.putBack(".doorsill/outside/answers", from: yesterday)
      let refused = try refusal(portal)
      #expect(refused.contains("answers.head") && refused.contains("ended with 3"), "\(refused)")

      // Who has no part in running the portal declares nothing; nor does anybody without a name.
      let other = try portal.signed(by: "li-na", "authority", "recover", "--reason", "no reason")
      #expect(other.status == 1, "\(other.said)")
      let declared = try portal.signed(by: "wang-wei", "authority", "recover", "--reason", "the disk died")
      #expect(declared.status == 0 && declared.errorText.contains("/answers/2"), "\(declared.said)")
      let again = try portal.signed(by: "wang-wei", "authority", "recover", "--reason", "the disk died")
      #expect(again.status == 0 && again.errorText.contains("declared before"), "\(again.said)")

      server = try RunningDoorsill(portal)
      defer { server.stop() }
      #expect(server.log.contains("goes on as") && server.log.contains("clients/hooli"), "\(server.log)")
      #expect(try server.ask(Self.target, as: world.globex).status == 401, "what was revoked stays revoked")
      let next = try server.ask(Self.target, as: world.acme)
      let new = try keep(next.receipt, "new.jws")
      #expect(try remaining(next) == remaining(last) - 1, "no call is given back")

      // The keys tell of the gap from now on.
      _ = try keep(try server.curl("/.well-known/jwks.json").text, "jwks.json")
      let (before, after) = (try place(lost), try place(new))
      #expect(after.log == before.log + "/2")
      #expect(try place(kept).log == before.log)
      let told = try receipt("verify", lost)
      #expect(told.status == 0 && told.errorText.contains("declared gap"), "\(told.said)")
      #expect(told.errorText.contains("the disk died") && told.errorText.contains("wang-wei"))
      #expect(try !receipt("verify", kept).errorText.contains("declared gap"))
      let compared = try receipt("compare", lost, new)
      #expect(compared.status == 3 && compared.errorText.contains("declared gap"), "\(compared.said)")
      // What was not lost is proven under the new name.
      let vkey = try server.curl("/ledger/vkey").text.trimmingCharacters(in: .newlines)
      let proofs = try [kept, new].enumerated().map { number, file in
        try keep(try server.ask("/v1/receipts/\(place(file).index)", as: world.acme).text, "proof-\(number)")
      }
      let proven = try receipt(
        "compare", kept, new, "--proof", proofs[0], "--proof", proofs[1], "--vkey", vkey)
      #expect(proven.status == 0, "\(proven.said)")

      server.stop()
      let verified = try portal.run("ledger", "verify")
      #expect(verified.status == 0, "\(verified.said)")
      #expect(try portal.must("authority").contains("the disk died"))
      // The people's homes and the publisher go on with it.
      try portal.write(
        try portal.text("Catalog/stations/dataset.json5").replacing("Two invented", with: "Three invented"),
        "Catalog/stations/dataset.json5")
      try portal.publish().wanted(0, "publish")
      server = try RunningDoorsill(portal)
      #expect(try server.ask(Self.target, as: world.acme).status == 200)
    }

    @Test func `cannot go back behind a loss that was declared, and declares the next one`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      var server = try RunningDoorsill(portal)
      server.stop()
      let old = try portal.copied()
      server = try RunningDoorsill(portal)
      _ = try server.ask(Self.target, as: world.acme)
      server.stop()
      try portal.putBack(".doorsill/outside/answers", from: old)
      try portal.signed(by: "wang-wei", "authority", "recover", "--reason", "the disk died").wanted(
        0, "recover")
      server = try RunningDoorsill(portal)
      let second = try keep(try server.ask(Self.target, as: world.acme).receipt, "second.jws")
      server.stop()
      // The home of whoever signs sees the log's new name.
      try portal.publish().wanted(0, "publish")
      // Everything of the server but its releases is put back to before the first loss.
      try portal.putBack(
        ".doorsill/outside/answers", ".doorsill/outside/answers.head", ".doorsill/outside/access.sqlite",
        from: old)
      for end in ["-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: portal.outside + "/access.sqlite" + end)
      }
      let signed = try portal.publish()
      #expect(signed.status == 3 && signed.errorText.contains("authority recover"), "\(signed.said)")
      let again = try portal.signed(by: "wang-wei", "authority", "recover", "--reason", "once more")
      #expect(again.status == 0 && again.errorText.contains("/answers/3"), "\(again.said)")
      server = try RunningDoorsill(portal)
      defer { server.stop() }
      let third = try keep(try server.ask(Self.target, as: world.acme).receipt, "third.jws")
      _ = try keep(try server.curl("/.well-known/jwks.json").text, "jwks.json")
      let (lost, now) = (try place(second), try place(third))
      #expect(lost.log.hasSuffix("/answers/2") && now.log.hasSuffix("/answers/3"))
      #expect(try receipt("verify", second).errorText.contains("declared gap"))
      #expect(try receipt("compare", second, third).errorText.contains("declared gap"))
      server.stop()
      try portal.must("ledger", "verify")
      try portal.publish().wanted(0, "publish")
    }

    @Test func `begins with nothing where nothing is left`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      var server = try RunningDoorsill(portal)
      let last = try server.ask(Self.target, as: world.acme)
      server.stop()
      for name in ["answers", "answers.head"] {
        try FileManager.default.removeItem(atPath: "\(portal.outside)/\(name)")
      }
      #expect(try refusal(portal).contains("entries are lost"))
      try portal.signed(by: "wang-wei", "authority", "recover", "--reason", "no backup").wanted(0, "recover")
      server = try RunningDoorsill(portal)
      defer { server.stop() }
      // The company is known, and its grant is not: whoever agreed to it stood in what was lost.
      #expect(try server.ask("/v1/me", as: world.acme).status == 200, "\(server.log)")
      #expect(try server.ask(Self.target, as: world.acme).status == 404)
      let grant = try portal.signed(
        by: "wang-wei", "grant", "add", "--client", "acme", "--dataset", "patients", "--result", "costs",
        "--purpose", "research", "--until", "2099-12-31", "--calls-per-day", "1000"
      ).wanted(0, "grant add").text.filter(\.isNumber)
      try portal.signed(by: "li-na", "grant", "approve", grant).wanted(0, "grant approve")
      let answer = try server.ask(Self.target, as: world.acme)
      #expect(answer.status == 200 && last.status == 200, "\(answer.said)")
      server.stop()
      try portal.must("ledger", "verify", "answers")
    }

    @Test func `is believed by nobody without a signed declaration`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      var server = try RunningDoorsill(portal)
      server.stop()
      let yesterday = try portal.copied()
      server = try RunningDoorsill(portal)
      #expect(try server.ask(Self.target, as: world.acme).status == 200)
      server.stop()
      try portal.putBack(".doorsill/outside/answers", from: yesterday)
      try portal.signed(by: "wang-wei", "authority", "recover", "--reason", "the disk died").wanted(
        0, "recover")
      // In another name, or in other words, it is no declaration.
      let name = ".doorsill/outside/recovered"
      let declared = try portal.text(name)
      for (old, new) in [
        ("wang-wei", "li-na"), ("the disk died", "the disk dried"), (#""size":"#, #""size":1"#),
      ] {
        try portal.write(declared.replacing(old, with: new), name)
        let refused = try refusal(portal)
        #expect(refused.contains("is not signed by"), "\(new): \(refused)")
      }
      try portal.write(declared, name)
      server = try RunningDoorsill(portal)
      server.stop()
      try portal.must("ledger", "verify")
      // A decisions log that declares nothing: neither an auditor nor whoever signs next takes it for a recovery.
      try portal.putBack(".doorsill/inside", ".doorsill/authority.json", from: yesterday)
      let audited = try portal.run("ledger", "verify", "answers")
      #expect(
        audited.status == 1 && audited.errorText.contains("nobody who might has declared"), "\(audited.said)")
      try FileManager.default.removeItem(atPath: portal.home + "/seen")
      let signed = try portal.publish()
      #expect(signed.status == 3, "\(signed.said)")
    }
  }
}
