import Support
import Testing

@testable import HTTP

@Suite struct `A front server` {
  private func head(_ lines: [String]) throws -> RequestHead {
    var reader = RequestReader(limits: Limits())
    let text = (["GET / HTTP/1.1", "Host: localhost"] + lines).joined(separator: "\r\n") + "\r\n\r\n"
    _ = try reader.read(Array(text.utf8).span, limits: Limits())
    let taken = reader.take(limits: Limits())
    return try #require(taken).head
  }

  private func caller(
    _ address: String, _ lines: [String], field: TrustedProxies.Field = .xForwardedFor
  ) throws -> String {
    let proxies = try #require(TrustedProxies(["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"], field: field))
    return proxies.caller(try #require(NetworkAddress(text: address)), try head(lines)).text
  }

  @Test(
    arguments: [
      ("127.0.0.1", ["X-Forwarded-For: 198.51.100.7"], "198.51.100.7"),
      ("10.200.3.4", ["X-Forwarded-For: 198.51.100.7:4711"], "198.51.100.7"),
      ("2001:db8::5", ["x-forwarded-for: 2001:db9::1"], "2001:db9::1"),
      ("127.0.0.1", ["X-Forwarded-For: [2001:db9::1]:80"], "2001:db9::1"),
      // What the caller wrote stands before what the front server saw.
      ("127.0.0.1", ["X-Forwarded-For: 1.1.1.1, 198.51.100.7"], "198.51.100.7"),
      ("127.0.0.1", ["X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 198.51.100.7, 10.0.0.9"], "198.51.100.7"),
      ("127.0.0.1", ["X-Forwarded-For: 198.51.100.7, unknown, 10.0.0.9"], "10.0.0.9"),
      ("127.0.0.1", ["X-Forwarded-For: nonsense"], "127.0.0.1"), ("127.0.0.1", [], "127.0.0.1"),
      // What a caller began and left open does not swallow what the front server wrote.
      ("127.0.0.1", [#"X-Forwarded-For: [6.6.6.6]", 198.51.100.7"#], "198.51.100.7"),
      ("127.0.0.1", [#"X-Forwarded-For: 6.6.6.7:", 198.51.100.7"#], "198.51.100.7"),
      ("127.0.0.1", [#"X-Forwarded-For: ", 198.51.100.7"#], "198.51.100.7"),
      ("127.0.0.1", [#"X-Forwarded-For: [6.6.6.9]""#, "X-Forwarded-For: 198.51.100.7"], "198.51.100.7"),
      ("127.0.0.1", ["X-Forwarded-For: [2001:db9::1]junk"], "127.0.0.1"),
      ("127.0.0.1", ["X-Forwarded-For: [6.6.6.6]"], "127.0.0.1"),
      ("127.0.0.1", ["X-Forwarded-For: 6.6.6.6:x"], "127.0.0.1"),
      ("127.0.0.1", ["X-Forwarded-For: 6.6.6.6:"], "127.0.0.1"),
      // The other field is the caller's own, and strangers are believed nothing.
      ("127.0.0.1", ["Forwarded: for=1.1.1.1"], "127.0.0.1"),
      ("11.0.0.1", ["X-Forwarded-For: 198.51.100.7"], "11.0.0.1"),
      ("198.51.100.9", ["X-Forwarded-For: 127.0.0.1"], "198.51.100.9"),
    ] as [(String, [String], String)])
  func `says for whom it asks, and nobody else does`(address: String, lines: [String], caller: String) throws
  {
    #expect(try self.caller(address, lines) == caller)
  }

  @Test(
    arguments: [
      ("for=198.51.100.7;proto=https", "198.51.100.7"), ("proto=https; For=198.51.100.7", "198.51.100.7"),
      (#"for="[2001:db9::1]:4711""#, "2001:db9::1"), ("for=1.1.1.1, for=198.51.100.7", "198.51.100.7"),
      (#"for="1.1.1.1, for=2.2.2.2", for=198.51.100.7;by=10.0.0.1"#, "198.51.100.7"),
      ("for=198.51.100.7, for=10.0.0.3", "198.51.100.7"), ("for=_hidden", "127.0.0.1"),
      ("for=1.1.1.1;for=2.2.2.2", "127.0.0.1"), ("by=1.1.1.1", "127.0.0.1"),
      (#"for=6.6.6.6;x=", for=198.51.100.7"#, "198.51.100.7"),
      ("for=_hidden, for=198.51.100.7", "198.51.100.7"),
      (#"for=198.51.100.7;host="a\", for=6.6.6.6;x=\"""#, "198.51.100.7"),
    ])
  func `may say it as RFC 7239 has it`(field: String, caller: String) throws {
    let lines = ["Forwarded: \(field)", "X-Forwarded-For: 9.9.9.9"]
    #expect(try self.caller("127.0.0.1", lines, field: .forwarded) == caller)
  }

  @Test func `is named by address or network, and by nothing else`() {
    for text in ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "example.org", "10.0.0"] {
      #expect(TrustedProxies([text]) == nil, "\(text)")
    }
    let everybody = TrustedProxies(["0.0.0.0/0"])
    #expect(NetworkAddress(text: "203.0.113.9").map { everybody?.trusts($0) == true } == true)
    #expect(NetworkAddress(text: "2001:db8::1").map { everybody?.trusts($0) == false } == true)
  }

  @Test func `has its callers in the access log and in the limits`() throws {
    let folder = try TemporaryFolder()
    let log = try AccessLog(path: folder.path + "/log", format: .json, truncatesAddresses: false)
    var limits = Limits()
    limits.requestsPerSecond = 1
    limits.requestBurst = 2
    let site = try TestSite(
      limits: limits, loops: 1, log: log, proxies: try #require(TrustedProxies(["127.0.0.1"])))
    func ask(_ times: Int, _ address: String) throws -> [Int] {
      let request = "GET /t/ten.txt HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: \(address)\r\n\r\n"
      let bytes = try site.connect().ask(String(repeating: request, count: times)).bytes
      return Answer.parse(bytes).map(\.status)
    }
    #expect(try ask(40, "198.51.100.7").contains(429))
    #expect(try ask(1, "198.51.100.8") == [200])
    site.server.stop()
    log.close()
    let text = String(decoding: try folder.read("log"), as: UTF8.self)
    #expect(text.contains("\"198.51.100.7\"") && text.contains("\"198.51.100.8\""))
    #expect(!text.contains("127.0.0.1\""))
  }
}
