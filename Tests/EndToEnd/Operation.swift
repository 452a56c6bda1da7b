import Foundation
import Support
import Testing

extension `End to end` {
  /// The server as the person meets it who keeps it running.
  @Suite struct `The operation` {
    /// A copy of the shared portal, served over TLS with every log.
    private func serve(_ portal: ScratchPortal, _ options: [String] = []) throws -> RunningDoorsill {
      let tls = portal.folder.path + "/tls"
      return try RunningDoorsill(
        portal, gateway: false,
        options: [
          "--tls-certificate", tls + "/server.pem", "--tls-key", tls + "/server.key",
          "--access-log", portal.folder.path + "/logs/access.log", "--log-format", "json",
          "--slow-log", portal.folder.path + "/logs/slow.log", "--slow", "1",
        ] + options, secure: tls + "/ca.pem")
    }

    private func portal() throws -> ScratchPortal {
      let portal = try World.here().portal.copied()
      try portal.must("ca", "issue-server", "--name", "localhost", "--out", portal.folder.path + "/tls")
      try portal.folder.write("", to: "logs/empty")
      return portal
    }

    private func findings(_ portal: ScratchPortal) throws -> [String: [[String: Any]]] {
      let done = try portal.run("doctor", "--json")
      let json = try JSONSerialization.jsonObject(with: Data(done.output)) as? [String: Any]
      return Dictionary(grouping: json?["findings"] as? [[String: Any]] ?? []) { $0["name"] as? String ?? "" }
    }

    private func wait(_ until: () throws -> Bool) rethrows -> Bool {
      for _ in 0..<60 {
        if try until() { return true }
        Thread.sleep(forTimeInterval: 0.1)
      }
      return false
    }

    @Test func `is examined by doctor: the machine, the state, and what the running server says of itself`()
      throws
    {
      let portal = try portal()
      var found = try findings(portal)
      #expect(found["Landlock"]?.count == 1 && found["OpenSSL"]?.count == 1)
      #expect(found["current release"]?.first?["state"] as? String == "good")
      #expect((found["process"]?.first?["detail"] as? String)?.contains("none") == true)
      let server = try serve(portal)
      found = try findings(portal)
      #expect((found["process"]?.first?["detail"] as? String)?.contains(":\(server.port)") == true)
      #expect(found["confinement"]?.isEmpty == false)
      #expect((found["certificate"]?.first?["detail"] as? String)?.contains("valid until") == true)
      if server.log.contains("closed: ") {
        #expect((found["cannot open"]?.first?["detail"] as? String)?.contains("/Catalog") == true)
      }
      server.stop()
      #expect(try (findings(portal)["process"]?.first?["detail"] as? String)?.contains("none") == true)
      #expect(!FileManager.default.fileExists(atPath: portal.outside + "/serving.json"))
      // A key that others may read, and a list that has ended, are said and change the exit status.
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o644], ofItemAtPath: portal.outside + "/keys/pepper")
      let ill = try portal.run("doctor")
      #expect(ill.status == 3 && ill.text.contains("✗ keys") && ill.text.contains("pepper"), "\(ill.said)")
      #expect(try portal.run("doctor", language: "zh_CN.UTF-8").text.contains("✗ 密钥"))
    }

    @Test func `changes certificates and rotates logs on SIGHUP, and no connection is lost`() throws {
      let portal = try portal()
      let server = try serve(portal)
      defer { server.stop() }
      let logs = portal.folder.path + "/logs"
      #expect(try server.curl("/datasets/?a=secret").status == 200)
      try portal.must("ca", "issue-server", "--name", "localhost", "--out", portal.folder.path + "/tls")
      let serial = try OpenSSLTool(folder: portal.folder.path + "/tls").must(
        "x509", "-in", "server.pem", "-noout", "-serial"
      ).text.trimmingCharacters(in: .whitespacesAndNewlines)
      try FileManager.default.moveItem(atPath: logs + "/access.log", toPath: logs + "/access.log.1")
      server.signal("HUP")
      #expect(
        try wait {
          let shown = try OpenSSLTool(folder: portal.path).run([
            "s_client", "-connect", "127.0.0.1:\(server.port)",
          ])
          let file = portal.folder.path + "/shown.pem"
          try Data(shown.text.utf8).write(to: URL(filePath: file))
          return try OpenSSLTool(folder: portal.path).run(["x509", "-in", file, "-noout", "-serial"]).text
            .contains(serial)
        })
      #expect(try server.curl("/organizations/").status != 0)
      #expect(
        wait {
          (try? String(contentsOfFile: logs + "/access.log", encoding: .utf8))?.contains("/organizations/")
            == true
        })
      // Lines still in a loop's hands when the file was moved stand in the new one; none is lost.
      let old = try ["/access.log.1", "/access.log"].map {
        try String(contentsOfFile: logs + $0, encoding: .utf8)
      }
      .joined()
      #expect(
        old.contains("\"path\":\"/datasets/\"") && !old.contains("secret") && old.contains("\"request\":\""))
      #expect(old.contains("\"address\":\"127.0.0.0\""))
    }

    @Test func `is prepared by serve: units for systemd, and front servers`() throws {
      let unit = try Doorsill.run(["serve", "--print-unit", "doorsill.service"])
      for line in ["Type=notify", "NoNewPrivileges=yes", "PrivateNetwork=yes", "CapabilityBoundingSet="] {
        #expect(unit.text.contains("\n\(line)\n"), "\(unit.text)")
      }
      for name in ["portal", "gateway"] {
        let socket = try Doorsill.run(["serve", "--print-unit", "doorsill-\(name).socket"])
        #expect(socket.text.contains("FileDescriptorName=\(name)\n") && socket.status == 0)
      }
      #expect(
        try Doorsill.run(["serve", "--print-front", "nginx"]).text.contains(
          "proxy_pass http://127.0.0.1:8080;"))
      #expect(try Doorsill.run(["serve", "--print-front", "apache"]).status == 2)
      guard Subprocess.find("systemd-analyze") != nil else {
        print("skipped: there is no systemd-analyze to judge the unit")
        return
      }
      let folder = try TemporaryFolder()
      try folder.write(unit.text, to: "doorsill.service")
      let judged = try Subprocess.run(
        "systemd-analyze", ["security", "--offline=yes", "--threshold=15", folder.path + "/doorsill.service"])
      #expect(judged.status == 0, "\(judged.said)")
    }

    @Test func `of a bare folder asks for certificates where it is told to`() throws {
      let portal = try portal()
      let tls = portal.folder.path + "/tls"
      let world = try World.here()
      guard let port = FreePort.find() else { throw Failure("no free port") }
      let shell = try Interactive(
        "bash",
        [
          "-c", "exec \"$0\" \"$@\"", Doorsill.path, "serve", "--site", portal.outside + "/current/site",
          "--listen", "127.0.0.1:\(port)", "--tls-certificate", tls + "/server.pem", "--tls-key",
          tls + "/server.key",
          "--client-ca", portal.outside + "/authority/ca.pem", "--client-crl",
          portal.outside + "/authority/crl.der",
        ], environment: Doorsill.environment(home: portal.home))
      defer { shell.end(within: 5) }
      let url = "https://localhost:\(port)/"
      let options = ["--cacert", tls + "/ca.pem"]
      #expect(
        try wait { try HTTPAnswer.curl(url, options + world.acme.identity, seconds: 5).status == 200 },
        "\(shell.errors)")
      #expect(try HTTPAnswer.curl(url, options, seconds: 5).status == 0)
      #expect(try Doorsill.run(["serve", "--site", ".", "--client-ca", "x"]).status == 2)
    }
  }
}
