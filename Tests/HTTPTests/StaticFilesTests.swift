import Bytes
import Foundation
import Support
import Testing
import Trust

@testable import HTTP

@Suite struct `Static files` {
  let folder: TemporaryFolder
  let site: TestSite

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(String(repeating: "<p>page</p>", count: 500), to: "root/page/index.html")
    try folder.write([UInt8]("coded bytes".utf8), to: "root/page/index.html.gz")
    try folder.write("security", to: "root/.well-known/security.txt")
    try folder.write("<p>nothing here</p>", to: "root/404.html")
    try folder.write("<p>nothing there</p>", to: "root/en/404.html")
    site = try TestSite(folder: folder)
  }

  @Test func `have validators, a type, a digest and no guessing`() throws {
    let answer = try site.get("/t/ten.txt")
    #expect(answer.status == 200 && answer.text == "0123456789")
    #expect(
      answer["content-type"] == "text/plain; charset=utf-8" && answer["x-content-type-options"] == "nosniff")
    #expect(answer["last-modified"] == "Tue, 14 Nov 2023 22:13:20 GMT" && answer["accept-ranges"] == "bytes")
    let digest = Base64.encode(Digest.sha256(Array("0123456789".utf8)))
    #expect(answer["repr-digest"] == "sha-256=:\(digest):")
    #expect(answer["etag"]?.hasPrefix("\"") == true && answer["vary"] == nil)
    #expect(answer["content-security-policy"]?.contains("unsafe") == false)
  }

  @Test func `come in the coding that was asked for, each with its own tag and digest`() throws {
    let plain = try site.get("/page/")
    let coded = try site.get("/page/", "Accept-Encoding: br, gzip;q=0.8")
    #expect(plain["content-encoding"] == nil && coded["content-encoding"] == "gzip")
    #expect(coded.text == "coded bytes" && coded["content-type"] == plain["content-type"])
    #expect(plain["vary"] == "Accept-Encoding" && coded["vary"] == "Accept-Encoding")
    #expect(plain["etag"] != coded["etag"] && plain["repr-digest"] != coded["repr-digest"])
    #expect(try site.get("/page/", "Accept-Encoding: gzip;q=0")["content-encoding"] == nil)
    #expect(try site.get("/page/", "Accept-Encoding: gzip;q=0.5, identity")["content-encoding"] == nil)
    let unchanged = try site.get("/page/", "Accept-Encoding: gzip", "If-None-Match: \(coded["etag"] ?? "")")
    #expect(
      unchanged.status == 304 && unchanged["vary"] == "Accept-Encoding" && unchanged["etag"] == coded["etag"])
    #expect(try site.get("/page/index.html.gz")["content-type"] == "application/gzip")
  }

  @Test func `of a folder are its index, and the folder without a slash is redirected`() throws {
    #expect(try site.get("/").text == "<h1>ok</h1>")
    let moved = try site.get("/page")
    #expect(moved.status == 308 && moved["location"] == "/page/")
    #expect(try site.get("/page?q=a%20b&n=1")["location"] == "/page/?q=a%20b&n=1")
    #expect(try site.get("/page?")["location"] == "/page/?")
    #expect(try site.get("/t/").status == 404 && site.get("/t").status == 404)
    #expect(try site.get("/.well-known/security.txt").text == "security")
  }

  @Test(arguments: [
    "/t/.hidden", "/.git/config", "/t/ten.txt~", "/t/link-out", "/t/linkdir/secret.txt", "/t/linkdir",
    "//t/ten.txt",
    "/t//ten.txt", "/t/ten.txt/", "/t/ten.txt%00", "/%2e%2e/secret.txt", "/t/..%2fsecret.txt", "/T/TEN.TXT",
  ])
  func `never leave their folder, follow a link or show what is hidden`(path: String) throws {
    let answer = try site.get(path)
    #expect(answer.status == 404 && !answer.text.contains("CANARY"))
  }

  @Test func `that are not there are a page for people and a problem for programs`() throws {
    let page = try site.get("/nothing", "Accept: text/html,*/*;q=0.1")
    #expect(page.status == 404 && page.text == "<p>nothing here</p>" && page["vary"] == "Accept")
    for path in ["/en/nothing", "/en/datasets/none/", "/%65n/x", "/en/404.htm", "/en"] {
      let page = try site.get(path, "Accept: text/html")
      #expect(page.status == 404 && page.text == "<p>nothing there</p>", "\(path)")
    }
    for path in ["/fr/nothing", "/page/nothing", "//en/x", "/.git/x"] {
      #expect(try site.get(path, "Accept: text/html").text == "<p>nothing here</p>", "\(path)")
    }
    let problem = try site.get("/nothing")
    #expect(problem["content-type"] == "application/problem+json" && problem.status == 404)
    #expect(problem["vary"] == "Accept")
    #expect(try JSON(parsing: problem.body)["code"]?.string == "not-found")
  }

  @Test func `answer other methods with 405 and what is allowed`() throws {
    for method in ["DELETE", "PUT", "POST", "TRACE", "PATCH", "QUERY"] {
      let answer = try site.ask("\(method) /t/ten.txt HTTP/1.1\r\nHost: localhost").first
      #expect(answer?.status == 405 && answer?["allow"] == "GET, HEAD, OPTIONS")
    }
    #expect(try site.ask("BREW / HTTP/1.1\r\nHost: localhost").first?.status == 501)
    let options = try site.ask("OPTIONS /t/ten.txt HTTP/1.1\r\nHost: localhost").first
    #expect(options?.status == 204 && options?["allow"] == "GET, HEAD, OPTIONS")
  }

  @Test func `answer HEAD like GET without the body`() throws {
    let get = try site.get("/t/kilo.bin")
    let request = "HEAD /t/kilo.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close"
    let head = try #require(try site.ask(request, methods: ["HEAD"]).first)
    let names = get.headers.map(\.name).filter { $0 != "date" }
    #expect(head.headers.map(\.name).filter { $0 != "date" } == names)
    #expect(names.allSatisfy { head[$0] == get[$0] } && head.body.isEmpty)
  }

  @Test func `that are large are sent from the file, whole and in parts`() throws {
    let whole = try site.get("/t/big.bin")
    #expect(whole.isWhole && whole.body.count == 3 << 20 && whole.body.allSatisfy { $0 == 7 })
    let part = try site.get("/t/big.bin", "Range: bytes=1000000-1999999")
    #expect(part.status == 206 && part.body.count == 1_000_000)
    #expect(
      part["content-range"] == "bytes 1000000-1999999/3145728" && part["repr-digest"] == whole["repr-digest"])
    let parts = try site.get("/t/big.bin", "Range: bytes=0-9,-10")
    #expect(
      parts.status == 206 && parts.isWhole && parts["content-type"]?.hasPrefix("multipart/byteranges") == true
    )
  }

  @Test func `of a changing folder are seen changed`() throws {
    #expect(try site.get("/note.txt").status == 404)
    try folder.write("one", to: "root/note.txt")
    let first = try site.get("/note.txt")
    try folder.write("two", to: "root/note.txt")
    Thread.sleep(forTimeInterval: 1.2)
    let second = try site.get("/note.txt")
    #expect(first.text == "one" && second.text == "two" && first["etag"] != second["etag"])
    try FileManager.default.removeItem(atPath: folder.path + "/root/note.txt")
    Thread.sleep(forTimeInterval: 1.2)
    #expect(try site.get("/note.txt").status == 404)
  }

  @Test func `flip to another folder between two requests, and answers under way finish from the old one`()
    throws
  {
    let both = try TemporaryFolder()
    try both.write("old", to: "1/a.txt")
    try both.write([UInt8](repeating: 1, count: 8 << 20), to: "1/big.bin")
    try both.write("new", to: "2/a.txt")
    try both.write([UInt8](repeating: 2, count: 8 << 20), to: "2/big.bin")
    let root = try SiteRoot(folder: both.path + "/1", key: "1")
    let site = try TestSite { _ in StaticFiles(root: root) }
    let connection = try RawConnection(port: site.port, receiveBuffer: 4096)
    #expect(
      Answer.parse(connection.ask("GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n").bytes).first?.text
        == "old")
    connection.send(
      "GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\nGET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
    Thread.sleep(forTimeInterval: 0.2)
    try root.replace(folder: both.path + "/2", key: "2")
    #expect(root.key == "2")
    let answers = Answer.parse(connection.exchange([], idle: 500).bytes)
    #expect(answers.count == 2 && answers[0].isWhole && answers[0].body.allSatisfy { $0 == 1 })
    #expect(try site.get("/a.txt").text == "new")
    #expect(try site.get("/big.bin").body.first == 2)
  }

  @Test func `obey the policy: fields, types, known digests, what is answered instead`() throws {
    var policy = StaticFiles.Policy()
    policy.cacheControl = { $0.hasPrefix("v/") ? "public, max-age=31536000, immutable" : "no-cache" }
    policy.headers = { _ in ["Link": "</license>; rel=\"license\""] }
    policy.mediaType = { $0 == "feed.json" ? "application/feed+json" : nil }
    policy.instead = { $0.path == "/gone.txt" ? .problem(410, code: "withdrawn") : nil }
    let folder = try TemporaryFolder()
    try folder.write("{}", to: "root/feed.json")
    try folder.write("x", to: "root/v/1.txt")
    try folder.write("x", to: "root/gone.txt")
    let chosen = policy
    let site = try TestSite(
      folder: folder, digests: ["feed.json": Array(repeating: 1, count: 32)]
    ) { StaticFiles(root: $0, policy: chosen) }
    let feed = try site.get("/feed.json")
    #expect(feed["content-type"] == "application/feed+json" && feed["cache-control"] == "no-cache")
    #expect(feed["repr-digest"] == "sha-256=:\(Base64.encode(Array(repeating: 1, count: 32))):")
    #expect(feed["link"] == "</license>; rel=\"license\"")
    #expect(try site.get("/v/1.txt")["cache-control"] == "public, max-age=31536000, immutable")
    #expect(try site.get("/gone.txt").status == 410)
  }
}

@Suite struct `Ranges and codings` {
  private func ranges(_ text: String, size: Int = 1000) -> ByteRanges {
    let bytes = Array(text.utf8)
    return ByteRanges(bytes, 0..<bytes.count, size: size, limit: 10)
  }

  @Test(arguments: [
    ("bytes=0-9", [0..<10]), ("BYTES=990-", [990..<1000]), ("bytes=-1", [999..<1000]),
    ("bytes=-9999", [0..<1000]),
    ("bytes=0-0, 5-5,,7-7", [0..<1, 5..<6, 7..<8]), ("bytes=0-99999999999999999999999", [0..<1000]),
    ("bytes=0-9,5000-", [0..<10]),
  ])
  func `are clipped to what is there`(text: String, wanted: [Range<Int>]) {
    #expect(ranges(text) == .parts(wanted))
  }

  @Test(arguments: [
    "bytes=", "bytes=-", "bytes=9-0", "bytes=a-b", "bytes=0-9;", "bytes 0-9", "lines=0-9", "bytes=0 - 9",
    "bytes=+0-9",
    "bytes=0-9-20", "bytes=99999999999999999999-88888888888888888888", "bytes=0x0-0x9", "bytes=0-,0-",
    "bytes=9999999999999999999999x-",
    "bytes=0-1,2-3,4-5,6-7,8-9,10-11,12-13,14-15,16-17,18-19,20-21",
  ])
  func `that mean nothing or cost more than the whole get the whole`(text: String) {
    #expect(ranges(text) == .whole)
  }

  @Test(arguments: ["bytes=1000-", "bytes=-0", "bytes=5000-6000,7000-", "bytes=99999999999999999999-"])
  func `that ask for nothing that is there are unsatisfiable`(text: String) {
    #expect(ranges(text) == .unsatisfiable)
  }

  @Test(arguments: [
    ("gzip", true), ("GZIP;q=0.001", true), ("*", true), ("br, *;q=0.1", true), ("gzip;q=0", false),
    ("", false),
    ("br", false), ("*;q=0", false), ("gzip;q=0, *", false), ("identity, gzip;q=0.9", false),
    ("gzip;q=2", false),
    ("gzip;level=9", false), ("x-gzip", true),
  ])
  func `gzip is sent to those who want it`(text: String, wanted: Bool) {
    let bytes = Array(text.utf8)
    #expect(AcceptEncoding.wantsGzip(bytes, [0..<bytes.count]) == wanted)
  }
}

@Suite struct `A problem` {
  @Test(arguments: [200, 204, 304, 0, -1, 600]) func `is never a success`(status: Int) {
    #expect(Problem(status: status).status == 500 && Problem(status: status).response().status == 500)
    #expect(Problem(status: 404).status == 404)
  }
}
