import Foundation
import Support
import Synchronization
import Testing

extension `End to end` {
  /// What must not be noticed by anybody who is being served.
  @Suite struct `While it serves` {
    @Test func `it stops and another takes its sockets over, and every request is answered`() throws {
      let portal = try World.here().plain.copied()
      try Self.addLarge(to: portal)
      let socket = try KeptSocket()
      var server = try socket.serve(portal)
      defer { server.terminate() }
      let url = "http://127.0.0.1:\(socket.port)"
      let load = Load(threads: 3) {
        let answer = try? HTTPAnswer.curl(url + "/data/bike-counts/counts.csv", [], seconds: 60)
        return answer?.status == 200 && answer?.exit == 0 ? nil : answer?.said ?? "no curl"
      }
      for _ in 0..<3 {
        // Four seconds long, so that the server has to stop in the midst of it.
        let download = Load(threads: 1, times: 1) {
          let answer = try? HTTPAnswer.curl(url + "/large.bin", ["--limit-rate", "2M"], seconds: 60)
          return answer?.status == 200 && answer?.exit == 0 && answer?.body.count == Self.large
            ? nil : answer.map { "\($0.status) \($0.exit) \($0.body.count)" } ?? "no curl"
        }
        Thread.sleep(forTimeInterval: 0.7)
        kill(server.processIdentifier, SIGTERM)
        server.waitUntilExit()
        #expect(server.terminationStatus == 0)
        #expect(download.end() == [])
        server = try socket.serve(portal)
      }
      let failures = load.end()
      #expect(failures == [] && load.count > 3)
    }

    @Test func `its logs are rotated and its certificates changed, and no line is lost or doubled`() throws {
      let portal = try World.here().portal.copied()
      let (tls, logs) = (portal.folder.path + "/tls", portal.folder.path + "/logs")
      try portal.must("ca", "issue-server", "--name", "localhost", "--out", tls)
      try portal.folder.write("", to: "logs/empty")
      let server = try RunningDoorsill(
        portal, gateway: false,
        options: [
          "--tls-certificate", tls + "/server.pem", "--tls-key", tls + "/server.key", "--access-log",
          logs + "/access.log", "--log-format", "json",
        ], secure: tls + "/ca.pem")
      defer { server.stop() }
      // Thirty requests on one connection, each with its own path.
      let load = Load(threads: 3) { number in
        let urls = (0..<30).map { "https://localhost:\(server.port)/none/\(number)/\($0)" }
        let done = try? Subprocess.run(
          "curl",
          ["-q", "-sS", "--noproxy", "*", "--cacert", tls + "/ca.pem", "-w", "%{http_code}\n"]
            + urls.flatMap { ["-o", "/dev/null", $0] })
        let codes = done?.text.split(separator: "\n") ?? []
        return codes.count == 30 && codes.allSatisfy { $0 == "404" } ? nil : done?.said ?? "no curl"
      }
      for rotation in 1...6 {
        try portal.must("ca", "issue-server", "--name", "localhost", "--out", tls)
        try FileManager.default.moveItem(
          atPath: logs + "/access.log", toPath: logs + "/access.log.\(rotation)")
        server.signal("HUP")
        for _ in 0..<200 where !FileManager.default.fileExists(atPath: logs + "/access.log") {
          Thread.sleep(forTimeInterval: 0.05)
        }
      }
      #expect(load.end() == [])
      server.stop()
      let names = (1...6).map { "access.log.\($0)" } + ["access.log"]
      let lines = try names.flatMap {
        String(decoding: try portal.folder.read("logs/\($0)"), as: UTF8.self).split(separator: "\n")
      }
      let requests = try lines.map {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
      }.filter { ($0["path"] as? String)?.hasPrefix("/none/") == true }
      #expect(load.count > 0 && requests.count == load.count * 30)
      #expect(Set(requests.compactMap { $0["request"] as? String }).count == requests.count)
      #expect(Set(requests.compactMap { $0["path"] as? String }).count == requests.count)
    }

    @Test func `a certificate is revoked, and its holder's download is cut off while the others' goes on`()
      throws
    {
      let portal = try World.here().portal.copied()
      let tls = portal.folder.path + "/tls"
      try portal.must("ca", "issue-server", "--name", "localhost", "--out", tls)
      let (careless, careful) = (
        try Company.register("heedless", at: portal), try Company.register("heedful", at: portal)
      )
      guard let port = FreePort.find() else { throw Failure("no free port") }
      let site = portal.folder.path + "/site"
      try FileManager.default.createDirectory(atPath: site, withIntermediateDirectories: true)
      try Subprocess.run("truncate", ["-s", "64M", site + "/large.bin"]).wanted(0, "truncate")
      let shell = try Interactive(
        "bash",
        [
          "-c", "\"$0\" \"$@\" </dev/null & while read -r word; do kill -$word $!; done; kill $!; wait",
          Doorsill.path,
          "serve", "--site", site, "--listen", "127.0.0.1:\(port)", "--tls-certificate", tls + "/server.pem",
          "--tls-key", tls + "/server.key", "--client-ca", portal.outside + "/authority/ca.pem",
          "--client-crl",
          portal.outside + "/authority/crl.der",
        ], environment: Doorsill.environment(home: portal.home))
      defer { shell.end(within: 5) }
      @Sendable func get(_ company: Company, _ options: [String]) throws -> HTTPAnswer {
        try HTTPAnswer.curl(
          "https://localhost:\(port)/large.bin", ["--cacert", tls + "/ca.pem"] + company.identity + options,
          seconds: 120)
      }
      for _ in 0..<100 where try get(careful, ["-r", "0-0"]).status != 206 {
        Thread.sleep(forTimeInterval: 0.1)
      }
      let cut = Load(threads: 1, times: 1) {
        let answer = try? get(careless, ["--limit-rate", "1M"])
        return "\(answer?.exit ?? 0) \((answer?.body.count ?? 0) < 64 << 20)"
      }
      let kept = Load(threads: 1, times: 1) {
        let answer = try? get(careful, ["--limit-rate", "10M"])
        return answer?.exit == 0 && answer?.body.count == 64 << 20 ? nil : answer?.complaint ?? "no curl"
      }
      Thread.sleep(forTimeInterval: 1.5)
      try portal.must("ca", "revoke", careless.serial, "--reason", "keyCompromise")
      shell.send("HUP\n")
      let ends = cut.end()
      #expect(ends == ["18 true"] || ends == ["56 true"], "\(ends) \(shell.errors)")
      #expect(kept.end() == [])
      #expect(try get(careless, []).status == 0)
    }

    static let large = 8 << 20

    /// A file that takes its time, beside the pages of the release that is served.
    private static func addLarge(to portal: ScratchPortal) throws {
      try Subprocess.run("truncate", ["-s", String(large), portal.outside + "/current/site/large.bin"])
        .wanted(
          0, "truncate")
    }
  }
}

/// The same thing again and again on some threads until it is ended, at least once; what went wrong is kept.
private final class Load: Sendable {
  private let state = Mutex((count: 0, failures: [String](), ends: false))
  private let group = DispatchGroup()

  /// `body` gets the number of its turn, and returns what went wrong.
  init(threads: Int, times: Int = .max, _ body: @escaping @Sendable (Int) -> String?) {
    for _ in 0..<threads {
      group.enter()
      Thread { [self] in
        defer { group.leave() }
        var left = times
        repeat {
          left -= 1
          let number = state.withLock {
            $0.count += 1
            return $0.count
          }
          if let failure = body(number) { state.withLock { $0.failures.append(failure) } }
        } while left > 0 && !state.withLock { $0.ends }
      }.start()
    }
  }

  convenience init(threads: Int, times: Int = .max, _ body: @escaping @Sendable () -> String?) {
    self.init(threads: threads, times: times) { _ in body() }
  }

  /// Turns that were taken.
  var count: Int { state.withLock { $0.count } }

  /// Lets the turns that have begun end, and gives what went wrong.
  func end() -> [String] {
    state.withLock { $0.ends = true }
    group.wait()
    return state.withLock { $0.failures }
  }
}

/// A listening socket that outlives the servers it is handed to, as systemd keeps one.
private struct KeptSocket {
  let port: UInt16
  private let descriptor: Int32

  init() throws {
    let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listening, $0, length) != 0 || listen(listening, 512) != 0
          || getsockname(listening, $0, &length) != 0
      }
    }
    guard !failed else { throw Failure("no socket to listen on") }
    descriptor = listening
    port = UInt16(bigEndian: address.sin_port)
  }

  /// Starts a server with this socket; it need not listen anywhere itself.
  func serve(_ portal: ScratchPortal) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: Subprocess.find("bash") ?? "/bin/bash")
    let script = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=portal exec \"$0\" \"$@\""
    process.arguments = ["-c", script, Doorsill.path, "serve", "--state", portal.outside]
    process.environment = ProcessInfo.processInfo.environment.merging(
      Doorsill.environment(home: portal.home)
    ) { _, new in new }
    process.standardInput = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}
