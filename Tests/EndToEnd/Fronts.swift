import Foundation
import Support
import Testing

extension `End to end` {
  /// What stands before the portal and beside it.
  @Suite struct `Beside other servers` {
    private static let nginx = ["/usr/sbin/nginx", "/usr/local/sbin/nginx"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test func `the printed configuration loads into nginx, which passes the portal on and not its numbers`()
      throws
    {
      let printed = try Doorsill.run(["serve", "--print-front", "nginx"]).wanted().text
      #expect(printed.contains("location = /metrics { return 404; }"))
      guard let nginx = Self.nginx ?? Subprocess.find("nginx") else {
        print("skipped: there is no nginx to load the printed configuration")
        return
      }
      let world = try World.here()
      guard let port = FreePort.find() else { throw Failure("no free port") }
      let folder = try TemporaryFolder()
      let configuration = printed.replacing("443", with: "\(port)")
        .replacing("/etc/ssl/data.example.org.pem", with: world.portal.folder.path + "/tls/server.pem")
        .replacing("/etc/ssl/data.example.org.key", with: world.portal.folder.path + "/tls/server.key")
        .replacing("127.0.0.1:8080", with: "127.0.0.1:\(world.server.port)")
      let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
        "\($0)_temp_path \(folder.path)/\($0);"
      }
      try folder.write(
        "master_process off;\npid \(folder.path)/nginx.pid;\nerror_log stderr;\n\(geteuid() == 0 ? "user root;" : "")\nevents {}\n"
          + "http {\naccess_log off;\n\(temporary.joined(separator: "\n"))\n\(configuration)}\n",
        to: "nginx.conf")
      let words = ["-p", folder.path, "-c", folder.path + "/nginx.conf"]
      let judged = try Subprocess.run(nginx, ["-t"] + words)
      #expect(judged.status == 0 && !judged.errorText.contains("[emerg]"), "\(judged.said)")

      let shell = try Interactive("bash", ["-c", "exec \"$0\" \"$@\"", nginx, "-g", "daemon off;"] + words)
      defer { shell.end(within: 5) }
      func get(_ path: String) throws -> HTTPAnswer {
        try HTTPAnswer.curl("https://127.0.0.1:\(port)\(path)", ["-k", "--path-as-is"], seconds: 10)
      }
      for _ in 0..<50 where try get("/healthz").status == 0 { Thread.sleep(forTimeInterval: 0.1) }
      #expect(
        try get("/").status == 200 && get("/api/v1/datasets").json["total"] as? Int != nil, "\(shell.errors)")
      #expect(try world.server.curl("/metrics").text.contains("doorsill_http_requests_total"))
      for path in [
        "/metrics", "/metrics?x=1", "/%6detrics", "//metrics", "/./metrics", "/a/../metrics", "/metrics/",
      ] {
        let answer = try get(path)
        #expect(answer.status == 404 && !answer.text.contains("doorsill_http"), "\(path): \(answer.said)")
      }
    }

    @Test func `its numbers are kept from whoever asks through a front server, of whatever kind`() throws {
      let server = try World.here().server
      for field in [
        "X-Forwarded-For: 203.0.113.7", "Forwarded: for=203.0.113.7", "Via: 2.0 front",
        "X-Real-IP: 203.0.113.7",
      ] {
        let answer = try server.curl("/metrics", ["-H", field])
        #expect(answer.status == 404 && !answer.text.contains("doorsill_http"), "\(field)")
      }
      #expect(try server.curl("/metrics").status == 200)
      let caddy = try Doorsill.run(["serve", "--print-front", "caddy"]).wanted().text
      #expect(caddy.contains("respond /metrics 404"))
    }

    @Test func `a second one is refused on its port, in both languages`() throws {
      let world = try World.here()
      let portal = try world.plain.copied()
      for (language, words) in [
        ("C.UTF-8", ["cannot listen on", "Address already in use", "ss -ltnp"]),
        ("zh_CN.UTF-8", ["无法监听", "ss -ltnp"]),
      ] {
        let second = try Doorsill.run(
          ["serve", "--state", portal.outside, "--listen", "127.0.0.1:\(world.server.port)"],
          home: portal.home,
          language: language, seconds: 20)
        #expect(second.status == 3, "\(second.said)")
        for word in words + ["127.0.0.1:\(world.server.port)"] {
          #expect(second.errorText.contains(word), "\(second.said)")
        }
      }
      #expect(try world.server.curl("/healthz").status == 200)
    }
  }
}
