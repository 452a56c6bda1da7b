import Bytes
import Foundation
import Glibc
import Support
import Testing
import Trust

@testable import HTTP

@Suite struct `Over TLS` {
  private static let get = "GET /t/ten.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"

  @Test func `a handler learns who the client proved to be`() throws {
    let identities = try TestIdentities()
    let site = try TestSite(tls: TLSHolder(identities.gateway)) { _ in
      Action { request in
        let certificate = request.peer.certificate
        let words = [
          certificate?.thumbprint, certificate.map { Hex.encode($0.publicKeyHash) }, request.peer.serverName,
        ]
        return .text(words.map { $0 ?? "-" }.joined(separator: " "))
      }
    }
    let answer = try site.connect(tls: identities.client).ask(Self.get)
    let own = identities.clientCertificate
    #expect(
      Answer.parse(answer.bytes).first?.text
        == "\(own.thumbprint) \(Hex.encode(own.publicKeyHash)) localhost")
    let stranger = try site.connect(tls: identities.visitor).ask(Self.get)
    #expect(stranger.bytes.isEmpty && stranger.isClosed)
  }

  @Test func `a session opened for one name may not ask for another`() throws {
    let identities = try TestIdentities()
    let site = try TestSite(tls: TLSHolder(identities.portal))
    let other = try site.connect(tls: identities.visitor).ask("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    #expect(Answer.parse(other.bytes).first?.status == 421)
  }

  @Test func `large files come whole, and the connection ends with a goodbye`() throws {
    let identities = try TestIdentities()
    let site = try TestSite(tls: TLSHolder(identities.portal))
    let request = "GET /t/big.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    let exchange = try site.connect(tls: identities.visitor).ask(request)
    let answer = try #require(Answer.parse(exchange.bytes).first)
    #expect(answer.isWhole && answer.body.count == 3 << 20 && answer.body.allSatisfy { $0 == 7 })
    #expect(exchange.isClosed && !exchange.isRude)
  }

  @Test func `a new certificate serves new connections, and open ones go on`() throws {
    let (first, second) = (try TestIdentities(), try TestIdentities())
    let holder = TLSHolder(first.portal)
    let site = try TestSite(tls: holder)
    let open = try site.connect(tls: first.visitor)
    #expect(Answer.parse(open.ask(Self.get).bytes).first?.status == 200)
    holder.replace(with: second.portal)
    #expect(throws: (any Error).self) { try site.connect(tls: first.visitor) }
    #expect(Answer.parse(try site.connect(tls: second.visitor).ask(Self.get).bytes).first?.status == 200)
    #expect(Answer.parse(open.ask(Self.get).bytes).first?.status == 200)
  }

  @Test func `pipelined requests behind a slow one are not forgotten in the session`() throws {
    let identities = try TestIdentities()
    let site = try TestSite(tls: TLSHolder(identities.portal)) { _ in
      Action { request in
        Thread.sleep(forTimeInterval: 0.05)
        return .text(request.path)
      }
    }
    let connection = try site.connect(tls: identities.visitor)
    let texts = (0..<8).map { "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }
    connection.send(texts[..<4].joined())
    connection.send(texts[4...].joined())
    #expect(Answer.parse(connection.exchange([], idle: 500).bytes).map(\.text) == (0..<8).map { "/\($0)" })
  }
}

@Suite struct `The access log` {
  @Test(arguments: AccessLog.Format.allCases)
  func `has a line for each answer, no query and no whole address`(format: AccessLog.Format) throws {
    let folder = try TemporaryFolder()
    let log = try AccessLog(path: folder.path + "/access.log", format: format)
    let site = try TestSite(loops: 1, log: log)
    _ = try site.get("/t/ten.txt?token=secret", "User-Agent: a\"b", "Referer: https://x.example/?key=secret")
    let missing = try site.get("/nothing")
    _ = try site.ask("GET / HTTP/7.0\r\n")
    site.server.stop()
    log.close()
    let lines = String(decoding: try folder.read("access.log"), as: UTF8.self).split(separator: "\n").map(
      String.init)
    #expect(lines.count == 3 && !lines.joined().contains("secret") && !lines.joined().contains("127.0.0.1"))
    switch format {
    case .json:
      let json = try JSON(parsing: Array(lines[0].utf8))
      #expect(json["status"]?.int == 200 && json["path"]?.string == "/t/ten.txt" && json["bytes"]?.int == 10)
      #expect(json["request"]?.string?.isEmpty == false)
      // Who asks about an answer names what the log names.
      #expect(try JSON(parsing: Array(lines[1].utf8))["request"]?.string == missing["request-id"])
    case .common:
      #expect(
        lines[0].hasPrefix("127.0.0.0 - - [") && lines[0].hasSuffix("\"GET /t/ten.txt HTTP/1.1\" 200 10"))
    case .combined: #expect(lines[0].hasSuffix("\"https://x.example/\" \"a\\x22b\""))
    }
    if format != .json { #expect(lines[2].contains("\"-\" 505")) }
  }

  @Test func `goes on in a new file after a rotation, with no line lost or doubled`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/access.log"
    let log = try AccessLog(path: path, format: .common)
    let site = try TestSite(log: log)
    for round in 0..<4 {
      let request = "GET /t/ten.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
      _ = try site.connect().ask(String(repeating: request, count: 100))
      if round < 3 {
        try FileManager.default.moveItem(atPath: path, toPath: "\(path).\(round)")
        site.server.reopenLog()
        Thread.sleep(forTimeInterval: 0.2)
      }
    }
    site.server.stop()
    log.close()
    let counts = try ["access.log", "access.log.0", "access.log.1", "access.log.2"].map { name in
      try folder.read(name).count { $0 == 10 }
    }
    #expect(counts.reduce(0, +) == 400 && counts[0] >= 100)
  }
}

@Suite(.serialized) struct `The supervisor` {
  @Test func `is told when the server is ready, reloads and stops`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/notify"
    let receiver = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(receiver) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(receiver, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    setenv("NOTIFY_SOCKET", path, 1)
    let supervisor = Supervisor()
    #expect(getenv("NOTIFY_SOCKET") == nil && supervisor.isSupervised && supervisor.inherited.isEmpty)
    supervisor.ready("serving\n3 listeners")
    supervisor.reloading()
    supervisor.stopping()
    let said = (0..<3).map { _ in
      var buffer = [UInt8](repeating: 0, count: 512)
      let count = recv(receiver, &buffer, buffer.count, 0)
      return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    }
    #expect(said[0] == "READY=1\nSTATUS=serving 3 listeners" && said[2] == "STOPPING=1")
    #expect(said[1].hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
  }

  @Test func `hands over sockets, which the loops share`() throws {
    let descriptor = try Sockets.listen(ListenAddress(host: "127.0.0.1", port: 0), port: 0, backlog: 16)
    defer { close(descriptor) }
    let listener = Listener(
      .opened(try OpenedSockets(inherited: descriptor)),
      handler: Action(atOnce: true) { _ in .text("handed over") })
    let server = Server(listeners: [listener], loops: 2)
    try server.start()
    let port = server.addresses[0].port
    for _ in 0..<10 {
      let answer = try RawConnection(port: port).ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      #expect(Answer.parse(answer.bytes).first?.text == "handed over")
    }
    server.stop()
  }

  @Test(
    arguments: [
      (0, 0xFFFF_7F00_0001, "127.0.0.1", "127.0.0.0"),
      (0x2001_0db8_0000_0000, 1, "2001:db8::1", "2001:db8::"),
      (0, 1, "::1", "::"),
      (0x2001_0db8_00a1_0001, 0x0001_0000_0000_0001, "2001:db8:a1:1:1::1", "2001:db8:a1::"),
    ] as [(UInt64, UInt64, String, String)])
  func `addresses are written by RFC 5952, and cut for logs`(
    high: UInt64, low: UInt64, whole: String, cut: String
  ) {
    let address = NetworkAddress(high: high, low: low, port: 1)
    #expect(address.text == whole && address.truncatedText == cut)
  }
}
