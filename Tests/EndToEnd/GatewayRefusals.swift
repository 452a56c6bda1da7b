import Foundation
import Support
import Testing

extension `End to end` {
  /// Every reason for which the gateway answers no, each by itself.
  @Suite struct `The gateway refuses` {
    static let target = "/v1/results/patients/costs?select=district,count"

    @Test func `a caller without a certificate`() throws {
      let world = try World.here()
      let answer = try world.server.gateway(Self.target, world.acme.authorization)
      #expect(answer.status == 0 && answer.exit != 0, "the handshake must fail: \(answer.said)")
      #expect(answer.complaint.contains("certificate required"), "\(answer.complaint)")
    }

    @Test func `a certificate of another authority`() throws {
      let world = try World.here()
      let folder = try TemporaryFolder()
      let tool = OpenSSLTool(folder: folder.path)
      // The subject is acme's own, to the letter.
      try Strangers.selfSigned("other", "/CN=Doorsill", with: tool)
      try Strangers.issue("stranger", "/O=Company acme/CN=acme", by: "other", usage: "clientAuth", with: tool)
      let answer = try world.server.gateway(
        Self.target, Strangers.identity("stranger", folder) + world.acme.authorization)
      #expect(answer.status == 0 && answer.exit != 0, "\(answer.said)")
      #expect(answer.complaint.contains("unknown ca"), "\(answer.complaint)")
    }

    @Test func `a certificate of our own authority without the clientAuth usage`() throws {
      let world = try World.here()
      // The gateway's own certificate is good for servers alone.
      let tls = world.portal.folder.path + "/tls"
      let answer = try world.server.gateway(
        Self.target, ["--cert", tls + "/server.pem", "--key", tls + "/server.key"] + world.acme.authorization)
      #expect(answer.status == 0 && answer.exit != 0, "\(answer.said)")
      #expect(answer.complaint.contains("certificate"), "\(answer.complaint)")
    }

    @Test func `a key with the certificate of another company`() throws {
      let world = try World.here()
      let answer = try world.server.gateway(Self.target, world.globex.identity + world.acme.authorization)
      #expect(answer.status == 401 && answer.code == "key-invalid", "\(answer.said)")
      #expect(answer.headers["www-authenticate"] == "Bearer error=\"invalid_token\"")
      // Both pairs are good by themselves.
      #expect(try world.server.ask(Self.target, as: world.acme).status == 200)
      #expect(try world.server.ask(Self.target, as: world.globex).status == 200)
    }

    @Test func `a certificate without a key`() throws {
      let world = try World.here()
      let answer = try world.server.gateway(Self.target, world.acme.identity)
      #expect(answer.status == 401 && answer.code == "key-required", "\(answer.said)")
    }

    @Test func `a grant that has ended`() throws {
      let world = try World.here()
      let ends = Date.now.addingTimeInterval(6)
      let company = try Company.register("brief", at: world.portal, until: ends.formatted(.iso8601))
      let before = try world.server.ask(Self.target, as: company)
      if ends.timeIntervalSinceNow > 1 { #expect(before.status == 200, "\(before.said)") }
      Thread.sleep(forTimeInterval: max(0, ends.timeIntervalSinceNow) + 1)
      let answer = try world.server.ask(Self.target, as: company)
      #expect(answer.status == 403 && answer.code == "grant-expired", "\(answer.said)")
      // On a busy machine it had ended before the first call came through.
      let refused = [before, answer].count { $0.code == "grant-expired" }
      let entries = try world.entries(atLeast: 1) {
        $0["event"] as? String == "refusal" && $0["client"] as? String == "brief"
          && $0["code"] as? String == "grant-expired"
      }
      #expect((1...refused).contains(entries.count))
    }

    @Test func `a quota that is used up`() throws {
      let world = try World.here()
      let company = try Company.register("frugal", at: world.portal, callsPerDay: 2)
      #expect(try world.server.ask(Self.target + "&dry_run=true", as: company).status == 200, "costs nothing")
      let first = try world.server.ask(Self.target, as: company)
      #expect(
        first.status == 200 && first.headers["ratelimit"]?.hasPrefix("\"daily\";r=1;t=") == true,
        "\(first.headers)")
      #expect(try world.server.ask(Self.target, as: company).status == 200)
      let answer = try world.server.ask(Self.target, as: company)
      #expect(answer.status == 429 && answer.code == "quota-exceeded", "\(answer.said)")
      let seconds = try #require(Int(answer.headers["retry-after"] ?? ""))
      #expect((1...86_400).contains(seconds))
    }

    @Test func `a grant that no second person has signed`() throws {
      let world = try World.here()
      let company = try Company.register("alone", at: world.portal, callsPerDay: 3)
      try world.portal.must("grant", "revoke", company.grant)
      let revoked = try world.server.ask(Self.target, as: company)
      #expect(revoked.status == 403 && revoked.code == "grant-revoked", "\(revoked.said)")
      let grant = try world.portal.signed(
        by: "wang-wei", "grant", "add", "--client", "alone", "--dataset", "patients", "--result", "costs",
        "--purpose",
        "research", "--until", "2099-12-31"
      ).wanted(0, "grant add").text.filter(\.isNumber)
      let pending = try world.server.ask(Self.target, as: company)
      #expect(pending.status == 403 && pending.code == "grant-pending", "\(pending.said)")
      let own = try world.portal.signed(by: "wang-wei", "grant", "approve", grant)
      #expect(own.status == 1, "the proposer's own signature: \(own.said)")
      #expect(try world.server.ask(Self.target, as: company).code == "grant-pending")
    }

    @Test func `a result that the caller has no grant for as it does one that is not there`() throws {
      let world = try World.here()
      let folder = world.portal.folder.path + "/companies/nobody"
      try world.portal.must("client", "add", "nobody", "--name", "Nobody", "--contact", "n@example.com")
      try world.portal.must("ca", "issue", "--client", "nobody", "--out", folder)
      let key = try world.portal.must("key", "create", "--client", "nobody")
      let who = [
        "--cert", folder + "/client.pem", "--key", folder + "/client.key", "-H",
        "Authorization: Bearer \(key)",
      ]
      let there = try world.server.gateway(Self.target, who)
      let absent = try world.server.gateway("/v1/results/patients/nothing", who)
      #expect(there.status == 404 && absent.status == 404, "\(there.said) \(absent.said)")
      #expect(there.body == absent.body)
      #expect(try world.server.gateway("/v1/results", who).json["results"] as? [String] == [])
    }

    @Test func `a company that is suspended, until it is let in again`() throws {
      let world = try World.here()
      let company = try Company.register("paused", at: world.portal)
      #expect(try world.server.ask(Self.target, as: company).status == 200)
      try world.portal.must("client", "suspend", "paused")
      let answer = try world.server.ask(Self.target, as: company)
      #expect(answer.status == 403 && answer.code == "client-suspended", "\(answer.said)")
      try world.portal.must("client", "activate", "paused")
      #expect(try world.server.ask(Self.target, as: company).status == 200)
    }

    @Test func `a revoked certificate on a connection that is open`() throws {
      let world = try World.here()
      let company = try Company.register("careless", at: world.portal)
      let line = try world.openConnection(as: company)
      line.send(Self.request(company))
      #expect(line.hears("HTTP/1.1 200"), "\(line.text) \(line.errors)")
      #expect(line.hears("\"cells\""))
      let heard = line.text.count
      try world.portal.must("ca", "revoke", company.serial, "--reason", "keyCompromise")
      line.send(Self.request(company))
      // The keys bound to the certificate went with it, and the key is looked at first.
      #expect(line.hears("HTTP/1.1 401", from: heard), "\(line.text.dropFirst(heard))")
      #expect(line.text.dropFirst(heard).contains("key-invalid"))
      // A new connection does not even come to be, as soon as the server has read the new list.
      var last = try world.server.ask(Self.target, as: company)
      for _ in 0..<240 where last.status != 0 {
        Thread.sleep(forTimeInterval: 0.25)
        last = try world.server.ask(Self.target, as: company)
      }
      #expect(last.status == 0 && last.complaint.contains("revoked"), "\(last.said)")
      // The list is public, and openssl finds the serial number in it.
      let list = try world.server.curl("/crl.der")
      let folder = try TemporaryFolder()
      try folder.write(list.body, to: "crl.der")
      let shown = try OpenSSLTool(folder: folder.path).must(
        "crl", "-inform", "DER", "-in", "crl.der", "-noout", "-text")
      #expect(shown.text.lowercased().contains(company.serial), "\(company.serial) \(shown.text)")
    }

    @Test func `a revoked key on a connection that is open`() throws {
      let world = try World.here()
      let company = try Company.register("leaky", at: world.portal)
      let line = try world.openConnection(as: company)
      line.send(Self.request(company))
      #expect(line.hears("\"cells\""), "\(line.text) \(line.errors)")
      let heard = line.text.count
      try world.portal.must("key", "revoke", company.keyID)
      line.send(Self.request(company))
      #expect(line.hears("HTTP/1.1 401", from: heard), "\(line.text.dropFirst(heard))")
    }

    static func request(_ company: Company) -> String {
      "GET \(target) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(company.key)\r\n\r\n"
    }

    @Test(arguments: [
      "select=district,count,age", "select=district,count&age=eq.1", "select=district,count&district=gt.1",
      "select=district,count&district=lte.3", "select=district,count&cost=gt.100",
      "select=district,count&order=count",
      "select=district,count&order=district.desc", "select=district,count&limit=1",
      "select=district,count&offset=1",
      "select=district,count&select=sex,count", "select=count&district=in.(1,2)&district=eq.1", "nonsense",
      "select=district,count.sum", "select=district,count&district=like.1*",
      "select=district,count&district=not.eq.1",
      "select=district,count&and=(district.eq.1)", "select=*", "select=district,cost",
      "select=district,count%00",
      "select=district,count&district=eq.7", "select=district,count;order=count", "select=district,%FF",
    ])
    func `a question beyond what is declared, in the same words whatever it was`(query: String) throws {
      let world = try World.here()
      let known = try world.server.ask(
        "/v1/results/patients/costs?select=district,count&order=count", as: world.acme)
      let answer = try world.server.ask("/v1/results/patients/costs?" + query, as: world.acme)
      #expect(answer.status == 400, "\(answer.said)")
      #expect(answer.text == known.text)
      #expect(answer.receipt.isEmpty)
    }
  }
}

extension World {
  /// A connection to the gateway that stays open, through openssl.
  func openConnection(as company: Company, _ options: [String] = []) throws -> Interactive {
    try Interactive(
      "openssl",
      [
        "s_client", "-connect", "127.0.0.1:\(server.gatewayPort)", "-servername", "localhost", "-CAfile",
        server.authority, "-verify_return_error", "-cert", company.folder + "/client.pem", "-key",
        company.folder + "/client.key", "-quiet", "-ign_eof",
      ] + options)
  }
}

/// Certificates that our authority never made.
enum Strangers {
  static func selfSigned(_ name: String, _ subject: String, with tool: OpenSSLTool) throws {
    try tool.must(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
      "\(name).key", "-out",
      "\(name).pem", "-subj", subject, "-days", "2")
  }

  static func issue(
    _ name: String, _ subject: String, by authority: String, usage: String, with tool: OpenSSLTool
  ) throws {
    try tool.must(
      "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
      "\(name).key", "-out",
      "\(name).csr", "-subj", subject)
    try tool.write(
      "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=\(usage)\n", "ext")
    try tool.must(
      "x509", "-req", "-in", "\(name).csr", "-CA", "\(authority).pem", "-CAkey", "\(authority).key",
      "-CAcreateserial",
      "-days", "1", "-extfile", "ext", "-out", "\(name).pem")
  }

  static func identity(_ name: String, _ folder: TemporaryFolder) -> [String] {
    ["--cert", "\(folder.path)/\(name).pem", "--key", "\(folder.path)/\(name).key"]
  }
}
