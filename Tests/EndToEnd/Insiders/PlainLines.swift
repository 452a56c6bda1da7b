import Foundation
import Support
import Testing

extension `End to end` {
  /// One rule for every name and text that others read in logs, lists, receipts and certificates.
  @Suite struct `A name that is no plain line` {
    @Test(arguments: [
      "Acme\nInc", "Acme\u{1B}[31m", "Acme\u{202E}cnI", "Acme\rInc", "Acme\u{2028}Inc", "Acme\u{85}",
    ])
    func `is taken by no verb`(name: String) throws {
      let portal = try World.here().plain.copied()
      for words in [
        ["client", "add", "acme", "--name", name, "--contact", "a@example.com"],
        ["client", "add", "acme", "--name", "Acme", "--contact", name],
        ["person", "add", "he-xi", "--name", name, "--organization", "data-bureau", "--role", "auditor"],
        ["person", "add", name, "--name", "He Xi", "--organization", "data-bureau", "--role", "auditor"],
        ["ca", "init", "--name", name], ["ca", "revoke", "00", "--reason", name],
        ["withdraw", "stations", "--yes", "--as", "wang-wei", "--reason", name],
        ["approve", "stations", "--as", "li-na", "--reason", name],
      ] {
        let done = try Doorsill.run(
          words + ["--passphrase-file", portal.home + "/passphrase", "--portal", portal.path],
          home: portal.home)
        let isRefused = done.status == 2 && !done.errorText.contains(name)
        #expect(isRefused, "\(words.prefix(2)): \(done.said)")
      }
      let clients = try portal.must("client", "list", "--json")
      #expect(!clients.contains("Acme"), "\(clients)")
      let entries = (try? portal.text(".doorsill/outside/answers/entries.jsonl")) ?? ""
      #expect(!entries.contains("Acme"))
    }
  }
}
