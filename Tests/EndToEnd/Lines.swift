import Foundation
import Support
import Testing

extension `End to end` {
  /// The two listeners, as other programs see them.
  @Suite struct `The lines` {
    private func client(_ world: World, _ options: [String], input: String = "") throws -> OpenSSLTool.Answer
    {
      try OpenSSLTool(folder: world.acme.folder).run(
        [
          "s_client", "-connect", "127.0.0.1:\(world.server.gatewayPort)", "-CAfile", world.server.authority,
          "-cert",
          "client.pem", "-key", "client.key",
        ] + options, input: input)
    }

    @Test func `of the gateway are TLS 1.3 and nothing older`() throws {
      let world = try World.here()
      let now = try client(world, ["-tls1_3"])
      #expect(now.status == 0 && now.text.contains("New, TLSv1.3"), "\(now.text)")
      #expect(now.text.contains("Verify return code: 0 (ok)"))
      for old in ["-tls1_2", "-tls1_1", "-tls1"] {
        let before = try client(world, [old, "-cipher", "ALL:@SECLEVEL=0"])
        #expect(before.status != 0 && !before.text.contains("BEGIN SSL SESSION"), "\(old): \(before.text)")
      }
      let curl = try world.server.ask("/v1/me", as: world.acme, ["--tls-max", "1.2"])
      #expect(curl.status == 0 && curl.complaint.contains("protocol version"), "\(curl.said)")
    }

    @Test func `of the gateway are never resumed`() throws {
      let world = try World.here()
      // Tickets of TLS 1.3 arrive after the handshake: the session is written once an answer has been read.
      let first = try world.openConnection(
        as: world.acme, ["-sess_out", world.portal.folder.path + "/session"])
      first.send(`The gateway refuses`.request(world.acme))
      #expect(first.hears("\"cells\""), "\(first.errors)")
      first.end(within: 5)
      let asked = try client(
        world, ["-ign_eof"], input: "GET /v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      #expect(asked.text.contains("HTTP/1.1 401"))
      #expect(!asked.text.contains("New Session Ticket"), "a ticket was given")
      let ticket = world.portal.folder.path + "/session"
      if FileManager.default.fileExists(atPath: ticket) {
        let second = try client(world, ["-sess_in", ticket])
        #expect(second.text.contains("New, TLSv1.3") && !second.text.contains("Reused"), "\(second.text)")
      }
    }

    @Test func `of the portal are resumed where it speaks TLS, so that the test before this one can fail`()
      throws
    {
      let world = try World.here()
      let portal = try world.portal.copied()
      let tls = world.portal.folder.path + "/tls"
      let server = try RunningDoorsill(
        portal, gateway: false,
        options: ["--tls-certificate", tls + "/server.pem", "--tls-key", tls + "/server.key"],
        secure: tls + "/ca.pem")
      defer { server.stop() }
      let answer = try OpenSSLTool(folder: portal.path).run(
        ["s_client", "-connect", "127.0.0.1:\(server.port)", "-CAfile", tls + "/ca.pem", "-ign_eof"],
        input: "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      #expect(
        answer.text.contains("HTTP/1.1 200") && answer.text.contains("New Session Ticket"), "\(answer.text)")
      let older = try OpenSSLTool(folder: portal.path).run(
        ["s_client", "-connect", "127.0.0.1:\(server.port)", "-CAfile", tls + "/ca.pem", "-tls1_2"])
      #expect(older.text.contains("New, TLSv1.2"), "\(older.text)")
    }

    @Test func `of the server cannot reach what lies inside, and it says so when it starts`() throws {
      let world = try World.here()
      let log = world.server.log
      for place in ["Catalog", "Policies", ".doorsill/inside"] {
        #expect(log.contains("closed: \(try world.portal.resolved)/\(place)"), "\(place) in: \(log)")
      }
      // The one thing that depends on who runs the tests: root stays root where root owns the state.
      #expect(!log.contains(/WARNING: (?!this process stays root)/), "\(log)")
      for measure in ["no-new-privileges", "files"] { #expect(log.contains("\(measure): holds"), "\(log)") }
    }

    @Test func `lead to nothing of a restricted dataset, whatever URL is tried`() throws {
      let world = try World.here()
      for ending in [
        "csv", "csv.gz", "json", "json.gz", "tsv", "ndjson", "xlsx", "parquet", "sqlite", "xml", "ttl",
      ] {
        for name in ["years", "patients"] {
          let answer = try world.server.curl("/data/patients/\(name).\(ending)")
          #expect(answer.status == 404, "\(name).\(ending): \(answer.said)")
        }
      }
      for target in [
        "/data/patients/", "/data/patients", "/data/patients/datapackage.json",
        "/data/patients/releases/1/years.csv",
        "/rows/patients.years.sqlite", "/results/patients.costs.json", "/../results/patients.costs.json",
        "/%2e%2e/results/patients.costs.json", "/data/%2e%2e/%2e%2e/results/patients.costs.json",
        "/..%2fresults%2fpatients.costs.json", "/MANIFEST.json", "/settings.json", "/catalogue.sqlite",
        "/../access.sqlite", "/api/v1/datasets/patients/rows", "/api/v1/datasets/patients/rows?select=cost",
        "/api/v1/datasets/patients/rows?resource=years",
      ] {
        let answer = try world.server.curl(target, ["--path-as-is"])
        #expect([400, 404].contains(answer.status), "\(target): \(answer.said)")
        #expect(!answer.text.contains(world.microdata.persons[0].number))
      }
      let unknown = try world.server.curl("/api/v1/datasets/nothing/rows")
      let restricted = try world.server.curl("/api/v1/datasets/patients/rows")
      #expect(unknown.body == restricted.body, "a restricted table looks like absence")
      #expect(try world.server.curl("/data/stations/stations.csv").status == 200)
    }

    @Test func `of the portal give pages, files and rows of what is open`() throws {
      let world = try World.here()
      for page in [
        "/", "/en/", "/datasets/", "/datasets/stations/", "/en/datasets/patients/",
        "/results/patients/costs/",
      ] {
        let answer = try world.server.curl(page)
        #expect(
          answer.status == 200 && answer.headers["content-type"]?.hasPrefix("text/html") == true,
          "\(page) \(answer.said)")
        #expect(
          answer.headers["content-security-policy"] != nil
            && answer.headers["x-content-type-options"] == "nosniff")
      }
      // GB18030 came in, UTF-8 goes out.
      let table = try world.server.curl("/data/stations/stations.csv")
      #expect(
        table.text == "code,station,tracks\nN,北站,12\nS,南站,7\n"
          || table.text == "code,station,tracks\r\nN,北站,12\r\nS,南站,7\r\n", "\(table.text)")
      let entry = try world.server.curl("/api/v1/datasets/stations")
      let folder = try TemporaryFolder()
      try folder.write(table.body, to: "stations.csv")
      let sum = try Subprocess.run("sha256sum", [folder.path + "/stations.csv"]).text.prefix(64)
      #expect(entry.text.contains(sum), "the catalogue names the file's SHA-256")
      let rows = try world.server.curl(
        "/api/v1/datasets/stations/rows?select=station&tracks=gt.8&order=code&limit=5")
      #expect(rows.status == 200 && rows.text.contains("北站") && !rows.text.contains("南站"), "\(rows.said)")
      #expect(try world.server.curl("/catalog.jsonld").json["@context"] != nil)
      let gone = try world.server.curl("/api/v1/datasets/stations/rows?colour=eq.red")
      #expect(gone.status == 400 && gone.json["parameter"] as? String == "colour", "\(gone.said)")
    }
  }
}
