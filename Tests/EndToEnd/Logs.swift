import Foundation
import Support
import Testing

extension `End to end` {
  /// The two logs as an auditor meets them.
  @Suite struct `The logs` {
    /// A copy of the shared portal whose answers log has a few entries.
    private func portal() throws -> ScratchPortal {
      let world = try World.here()
      for _ in 0..<3 {
        _ = try world.server.ask("/v1/results/patients/costs?select=sex,count", as: world.acme)
      }
      _ = try world.entries(atLeast: 3) { $0["event"] as? String == "answer" }
      return try world.portal.copied()
    }

    @Test func `hold from the first entry to the last`() throws {
      let portal = try portal()
      let done = try portal.run("ledger", "verify")
      #expect(done.status == 0, "\(done.said)")
      #expect(
        done.errorText.contains("answers: all") && done.errorText.contains("decisions: all"),
        "\(done.errorText)")
      let outside = try Doorsill.run(["ledger", "verify", "answers", "--state", portal.outside, "--json"])
      #expect(outside.status == 0 && outside.text.contains("\"sound\": true"), "\(outside.said)")
    }

    @Test(arguments: ["outside/answers", "inside/decisions"])
    func `betray one flipped byte, wherever it is`(log: String) throws {
      let portal = try portal()
      let entries = ".doorsill/\(log)/entries.jsonl"
      let bytes = try portal.read(entries)
      let name = String(log.split(separator: "/")[1])
      for place in [5, bytes.count / 3, bytes.count / 2, bytes.count - 4] {
        var flipped = bytes
        flipped[place] ^= 0x04
        try portal.write(flipped, entries)
        let done = try portal.run("ledger", "verify", name)
        #expect(done.status == 3, "byte \(place): \(done.said)")
        #expect(done.errorText.contains(name), "\(done.errorText)")
      }
      try portal.write(bytes, entries)
      #expect(try portal.run("ledger", "verify", name).status == 0)
    }

    @Test func `betray a lost entry, one too many, and two that changed places`() throws {
      let portal = try portal()
      let entries = ".doorsill/inside/decisions/entries.jsonl"
      let text = try portal.text(entries)
      let lines = text.split(separator: "\n").map(String.init)
      #expect(lines.count > 3)
      let lost = lines.dropFirst()
      let doubled = [lines[0]] + lines
      var swapped = lines
      swapped.swapAt(0, 1)
      for forged in [Array(lost), doubled, swapped, Array(lines.dropLast())] {
        try portal.write(forged.joined(separator: "\n") + "\n", entries)
        let done = try portal.run("ledger", "verify", "decisions")
        #expect(done.status == 3, "\(done.said)")
      }
    }

    @Test func `say who did what: a signature where a person did, unsigned where none did`() throws {
      let world = try World.here()
      let entries = try world.entries {
        $0["event"] as? String == "grant.added" && $0["client"] as? String == "acme"
      }
      #expect(
        entries.first?["by"] as? String == "wang-wei" && entries.first?["signature"] is String, "\(entries)")
      let decisions = try world.portal.entries(of: "decisions")
      #expect(decisions.map { $0["event"] as? String }.first == "genesis")
      #expect(
        decisions.contains { $0["event"] as? String == "publication" && $0["by"] as? String == "wang-wei" })
      try world.portal.must("client", "add", "initech", "--name", "Initech", "--contact", "i@example.com")
      let unsigned = try world.entries {
        $0["event"] as? String == "client.added" && $0["client"] as? String == "initech"
      }
      let by = unsigned.first?["by"] as? String
      #expect(by?.hasPrefix("unsigned:") == true && unsigned.first?["signature"] == nil, "\(unsigned)")
    }

    @Test func `show a checkpoint to everybody that openssl finds signed`() throws {
      let world = try World.here()
      let note = try world.server.curl("/ledger/checkpoint").text
      let lines = note.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      #expect(
        lines.count >= 5 && lines[0].hasSuffix("/answers") && Int(lines[1]) != nil && lines[3].isEmpty,
        "\(note)")
      let signature = try #require(Data(base64Encoded: String(lines[4].split(separator: " ").last ?? "")))
      let folder = try TemporaryFolder()
      try folder.write(Array(signature.dropFirst(4)), to: "signature")
      try folder.write(lines[0...2].joined(separator: "\n") + "\n", to: "text")
      let tool = OpenSSLTool(folder: folder.path)
      try tool.must("pkey", "-in", world.portal.outside + "/keys/checkpoint", "-pubout", "-out", "key.pem")
      let judged = try tool.run(
        [
          "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "text", "-sigfile",
          "signature",
        ])
      #expect(judged.text.contains("Verified Successfully"), "\(judged.text)")
    }
  }
}
