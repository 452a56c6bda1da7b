import Foundation
import Support
import Testing

extension `End to end` {
  /// The revocation list of the portal's own authority: a courtesy to others. The server itself goes by its database.
  @Suite struct `Our own revocation list` {
    private static let target = "/v1/results/patients/costs?select=sex,count"

    /// Puts a list without entries in place that ended long ago.
    private func putEndedList(in portal: ScratchPortal) throws {
      try putList(in: portal, from: "20260101000000Z", until: "20260131000000Z")
    }

    /// Signs a list without entries by the authority's own key, and puts it in place.
    private func putList(in portal: ScratchPortal, from begin: String, until end: String) throws {
      let tool = OpenSSLTool(folder: try portal.folder.file("lists"))
      try FileManager.default.createDirectory(atPath: tool.folder, withIntermediateDirectories: true)
      for name in ["index.txt", "index.txt.attr"] { try tool.write("", name) }
      try tool.write("01\n", "crlnumber")
      try tool.write(
        """
        [ca]
        default_ca=own
        [own]
        database=index.txt
        crlnumber=crlnumber
        default_md=sha256
        crl_extensions=ext
        [ext]
        authorityKeyIdentifier=keyid:always
        """, "ca.cnf")
      try tool.must(
        "ca", "-config", "ca.cnf", "-cert", portal.outside + "/authority/ca.pem", "-keyfile",
        portal.path + "/.doorsill/inside/keys/ca", "-gencrl", "-crl_lastupdate", begin, "-crl_nextupdate",
        end,
        "-out", "ended.pem")
      try tool.must("crl", "-in", "ended.pem", "-outform", "DER", "-out", "ended.der")
      let list = portal.outside + "/authority/crl.der"
      try FileManager.default.removeItem(atPath: list)
      try FileManager.default.moveItem(atPath: tool.folder + "/ended.der", toPath: list)
    }

    private func wait(_ until: () throws -> Bool) rethrows -> Bool {
      for _ in 0..<60 {
        if try until() { return true }
        Thread.sleep(forTimeInterval: 0.1)
      }
      return false
    }

    @Test func `may end or get lost: it is said everywhere, nobody is refused but who was revoked`() throws {
      let portal = try World.here().portal.copied()
      try portal.must("ca", "issue-server", "--name", "localhost", "--out", portal.folder.path + "/tls")
      let honest = try Company.register("honest", at: portal)
      let thief = try Company.register("thief", at: portal)
      try putEndedList(in: portal)
      let server = try RunningDoorsill(portal)
      defer { server.stop() }

      // Said at the start, by doctor and in the numbers; refused is nobody.
      #expect(wait { server.log.contains("doorsill ca crl") }, "\(server.log)")
      #expect(
        server.log.contains("WARNING") && server.log.contains("ended 2026-01-31T00:00:00Z"), "\(server.log)")
      for company in [honest, thief] {
        let answer = try server.ask(Self.target, as: company)
        #expect(answer.status == 200, "\(answer.said)")
      }
      for (language, words) in [("C.UTF-8", "! revocation list"), ("zh_CN.UTF-8", "! 吊销列表")] {
        let told = try portal.run("doctor", language: language)
        #expect(told.text.contains(words) && told.text.contains("doorsill ca crl"), "\(told.said)")
      }
      let ends = 1_769_817_600
      #expect(
        try server.curl("/metrics").text.contains("doorsill_revocation_list_ends_timestamp_seconds \(ends)\n")
      )

      // Revoked by the database alone: the list that names the thief is replaced by one that does not.
      try portal.must("ca", "revoke", thief.serial)
      try putEndedList(in: portal)
      #expect(try server.ask(Self.target, as: thief).status != 200, "from the next request on")
      #expect(
        try wait {
          let answer = try server.ask(Self.target, as: thief)
          return answer.status == 401 && answer.code == "key-invalid"
        })
      let made = try server.gateway("/v1/keys", thief.identity + ["-X", "POST"])
      #expect(made.status == 403 && made.code == "certificate-revoked", "\(made.said)")
      #expect(try server.ask(Self.target, as: honest).status == 200)

      // Without any list it is the same, and so it is for a server that starts without one.
      try FileManager.default.removeItem(atPath: portal.outside + "/authority/crl.der")
      #expect(wait { server.log.contains("no revocation list") }, "\(server.log)")
      #expect(try server.ask(Self.target, as: honest).status == 200)
      #expect(try server.ask(Self.target, as: thief).status == 401)
      #expect(
        try server.curl("/metrics").text.contains("doorsill_revocation_list_ends_timestamp_seconds 0\n"))
      server.stop()
      let next = try RunningDoorsill(portal)
      defer { next.stop() }
      #expect(wait { next.log.contains("no revocation list") }, "\(next.log)")
      #expect(try next.ask(Self.target, as: honest).status == 200)
      #expect(try next.ask(Self.target, as: thief).status == 401)

      // A new list ends the complaints, and the thief does not even get a connection.
      try portal.must("ca", "crl")
      #expect(try wait { try next.ask(Self.target, as: thief).status == 0 })
      #expect(try next.ask(Self.target, as: honest).status == 200)
      let told = try portal.run("doctor")
      #expect(told.text.contains("✓ revocation list"), "\(told.said)")
    }

    @Test func `is told by doctor as by the server where it is not in force yet`() throws {
      let portal = try World.here().portal.copied()
      try putList(in: portal, from: "20300101000000Z", until: "20310101000000Z")
      let told = try portal.run("doctor").text
      #expect(told.contains("! revocation list") && told.contains("begins only 2030-01-01"), "\(told)")
    }

    @Test func `is told a week before it ends`() throws {
      let portal = try World.here().portal.copied()
      try portal.must("ca", "issue-server", "--name", "localhost", "--out", portal.folder.path + "/tls")
      try portal.must("ca", "crl", "--days", "6")
      let server = try RunningDoorsill(portal)
      defer { server.stop() }
      #expect(wait { server.log.contains("the revocation list of") }, "\(server.log)")
      #expect(server.log.contains("ends 20"), "\(server.log)")
      #expect(try portal.run("doctor").text.contains("! revocation list"))
    }

    @Test func `of an outside authority that is none is told with its file and where another comes from`()
      throws
    {
      let portal = try World.here().portal.copied()
      let tls = portal.folder.path + "/tls"
      try portal.must("ca", "issue-server", "--name", "localhost", "--out", tls)
      let list = try portal.folder.file("garbled.crl")
      try "0 is no list".write(toFile: list, atomically: true, encoding: .utf8)
      let told = try Doorsill.run(
        [
          "serve", "--site", portal.outside + "/current/site", "--listen", "127.0.0.1:0", "--tls-certificate",
          tls + "/server.pem", "--tls-key", tls + "/server.key", "--client-ca",
          portal.outside + "/authority/ca.pem",
          "--client-crl", list,
        ], home: portal.home, seconds: 10)
      #expect(told.status == 3, "\(told.said)")
      #expect(told.errorText.contains("\(list) is no revocation list"), "\(told.said)")
      #expect(told.errorText.contains("--client-ca") && !told.errorText.contains("ca crl"), "\(told.said)")
    }

    @Test func `of an outside authority lets nobody in once it has ended, and the start says so`() throws {
      let portal = try World.here().portal.copied()
      let tls = portal.folder.path + "/tls"
      try portal.must("ca", "issue-server", "--name", "localhost", "--out", tls)
      let company = try Company.register("foreign", at: portal)
      let list = portal.outside + "/authority/crl.der"
      for options in [["--client-crl", list], []] {
        try putEndedList(in: portal)
        guard let port = FreePort.find() else { throw Failure("no free port") }
        let shell = try Interactive(
          "bash",
          [
            "-c", "exec \"$0\" \"$@\"", Doorsill.path, "serve", "--site", portal.outside + "/current/site",
            "--listen", "127.0.0.1:\(port)", "--tls-certificate", tls + "/server.pem", "--tls-key",
            tls + "/server.key", "--client-ca", portal.outside + "/authority/ca.pem",
          ] + options, environment: Doorsill.environment(home: portal.home))
        defer { shell.end(within: 5) }
        #expect(wait { shell.errors.contains("https://") }, "\(shell.errors)")
        #expect(wait { shell.errors.contains("all its clients are refused") }, "\(shell.errors)")
        let answer = try HTTPAnswer.curl(
          "https://localhost:\(port)/", ["--cacert", tls + "/ca.pem"] + company.identity, seconds: 5)
        #expect(answer.status == 0, "\(answer.said)")
      }
    }
  }
}
