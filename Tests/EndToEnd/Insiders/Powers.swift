import Foundation
import SQLite
import Support
import Testing

extension `End to end` {
  /// Somebody with the server's own file in an editor: a row gives a power only where it was entered, and a grant only where
  /// two people signed it.
  @Suite struct `An insider at the access database` {
    static let target = "/v1/results/patients/costs?select=sex,count"

    /// Does to the database what a program that knows nothing of the log could do.
    private func tamper(_ portal: ScratchPortal, _ statements: SQL...) throws {
      try Database(path: portal.outside + "/access.sqlite", mode: .readWrite).use { (connection) throws in
        for statement in statements { try connection.execute(statement) }
      }
    }

    private func purpose(_ name: String) -> [String] { ["-H", "Doorsill-Purpose: \(name)"] }

    /// Until the server has said it on standard error.
    private func hears(_ server: RunningDoorsill, _ words: String) -> Bool {
      for _ in 0..<100 where !server.log.contains(words) { Thread.sleep(forTimeInterval: 0.05) }
      return server.log.contains(words)
    }

    @Test func `opens nothing by a grant that nobody signed, before and after the start`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      let forged: SQL = """
        INSERT INTO grants(id, client, dataset, result, purpose, starts, ends, calls_per_day, status, proposer, approver,
          approval, created)
        VALUES(901, 'acme', 'patients', 'costs', 'underwriting', '2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z', 1000000,
          'active', 'wang-wei', 'li-na', 'forged', '2020-01-01T00:00:00Z')
        """
      try tamper(portal, forged)
      let server = try RunningDoorsill(portal)
      defer { server.stop() }
      let refused = try server.ask(Self.target, as: world.acme, purpose("underwriting"))
      #expect(refused.status == 404, "\(refused.said)")
      #expect(hears(server, "grants/901 was entered by nobody"), "\(server.log)")
      #expect(try server.ask(Self.target, as: world.acme, purpose("research")).status == 200)
      // The approval of another grant does not open this one either.
      try tamper(
        portal,
        """
        INSERT INTO grants SELECT 902, 'acme', dataset, result, 'underwriting', starts, ends, calls_per_day, status,
          proposer, approver, approval, created, level, portal, proposal FROM grants WHERE client = 'globex'
        """)
      #expect(try server.ask(Self.target, as: world.acme, purpose("underwriting")).status == 404)
      #expect(hears(server, "grants/902"), "\(server.log)")
      server.stop()
      // Where grants are listed and the state is examined, it stands too.
      let shown = try portal.run("grant", "list")
      #expect(shown.text.split(separator: "\n").count { $0.hasSuffix("refused") } == 2, "\(shown.said)")
      #expect(shown.errorText.contains("grants/901 was entered by nobody"), "\(shown.said)")
      let json = try JSONSerialization.jsonObject(with: Data(try portal.must("grant", "list", "--json").utf8))
      let refusals = (json as? [[String: Any]] ?? []).filter { $0["refused"] is String }
      #expect(refusals.compactMap { $0["grant"] as? Int } == [901, 902], "\(json)")
      let ill = try portal.run("doctor")
      #expect(ill.status == 3 && ill.text.contains("✗ access rows"), "\(ill.said)")
    }

    @Test func `raises no quota, moves no date, and reaches no other dataset with a signed grant`() throws {
      let world = try World.here()
      for change: SQL in [
        "UPDATE grants SET calls_per_day = 1000000 WHERE client = 'acme'",
        "UPDATE grants SET ends = '2199-01-01T00:00:00Z' WHERE client = 'acme'",
        "UPDATE grants SET client = 'acme' WHERE client = 'globex'",
      ] {
        let portal = try world.portal.copied()
        let server = try RunningDoorsill(portal)
        defer { server.stop() }
        #expect(try server.ask(Self.target, as: world.acme).status == 200)
        try tamper(portal, change)
        let answer = try server.ask(Self.target, as: world.acme)
        let limit = answer.headers["ratelimit-policy"] ?? ""
        #expect(answer.status == 404 || limit.contains("q=1000;"), "\(answer.said) \(limit)")
        #expect(try server.ask(Self.target, as: world.globex).status != 500)
        #expect(hears(server, "was changed since it was entered"), "\(server.log)")
      }
    }

    @Test func `brings back no revoked certificate, key or grant, and lends nobody's to another`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      try portal.must("ca", "revoke", world.acme.serial, "--reason", "keyCompromise")
      try portal.signed(by: "wang-wei", "grant", "revoke", world.globex.grant).wanted(0, "grant revoke")
      var server = try RunningDoorsill(portal)
      #expect(try server.ask(Self.target, as: world.acme).status != 200)
      #expect(try server.ask(Self.target, as: world.globex).code == "grant-revoked")
      server.stop()
      try tamper(
        portal, "UPDATE certificates SET revoked = NULL", "UPDATE keys SET revoked = NULL",
        "UPDATE grants SET status = 'active'")
      server = try RunningDoorsill(portal)
      let (acme, globex) = (
        try server.ask(Self.target, as: world.acme), try server.ask(Self.target, as: world.globex)
      )
      #expect(acme.status != 200 && globex.status != 200, "\(acme.said) \(globex.said)")
      #expect(server.log.contains("was revoked, and its row says otherwise"), "\(server.log)")
      server.stop()
      // What stood for another company's certificate stands for nobody's.
      let lent = try world.portal.copied()
      try tamper(
        lent, "UPDATE certificates SET client = 'globex' WHERE client = 'acme'",
        "UPDATE keys SET client = 'globex' WHERE client = 'acme'")
      server = try RunningDoorsill(lent)
      defer { server.stop() }
      #expect(try server.ask(Self.target, as: world.acme).status == 401)
    }

    @Test func `takes no entry out of what waits for the log`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      // The server that drains is another one's: here the entries wait.
      let server = try RunningDoorsill(portal)
      server.stop()
      try portal.must("ca", "revoke", world.acme.serial, "--reason", "keyCompromise")
      try tamper(
        portal, "DELETE FROM outbox", "UPDATE certificates SET revoked = NULL",
        "UPDATE keys SET revoked = NULL")
      let failure = #expect(throws: Failure.self) { _ = try RunningDoorsill(portal) }
      #expect(failure?.description.contains("administrative entry") == true, "\(failure?.description ?? "")")
    }

    @Test func `gives no call back by emptying the counts`() throws {
      let portal = try World.here().portal.copied()
      let company = try Company.register("frugal-two", at: portal, callsPerDay: 3)
      var server = try RunningDoorsill(portal)
      for _ in 0..<3 { #expect(try server.ask(Self.target, as: company).status == 200) }
      server.stop()
      try tamper(portal, "DELETE FROM usage", "UPDATE state SET value = value + 1 WHERE name = 'ledger'")
      server = try RunningDoorsill(portal)
      defer { server.stop() }
      let answer = try server.ask(Self.target, as: company)
      #expect(answer.code == "quota-exceeded", "\(answer.said)")
      #expect(server.log.contains("counted again from the log"), "\(server.log)")
    }

    @Test func `is not in the way of a portal of 0.1, whose rows are taken over and told`() throws {
      let portal = try ScratchPortal.unpacked("portal.tar.gz")
      let server = try RunningDoorsill(portal, gateway: false)
      server.stop()
      let entries = try portal.entries(of: "answers")
      let taken = try #require(entries.first { $0["event"] as? String == "access.adopted" })
      #expect(!(taken["rows"] as? [String: String] ?? [:]).isEmpty, "\(taken)")
      #expect(!server.log.contains("refused"), "\(server.log)")
      try portal.must("ledger", "verify")
      // Only once.
      let again = try RunningDoorsill(portal, gateway: false)
      again.stop()
      let number = try portal.entries(of: "answers").count { $0["event"] as? String == "access.adopted" }
      #expect(number == 1)
    }
  }
}
