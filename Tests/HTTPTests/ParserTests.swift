import Bytes
import Support
import Testing

@testable import HTTP

@Suite struct `The request parser` {
  let limits = Limits()

  /// What the parser makes of bytes that come in pieces: requests, then `refused` or `more`.
  private func verdict(_ bytes: [UInt8], pieces: Int) -> [String] {
    let read = Hostile.read(bytes, pieces: pieces, limits: limits) { head, body in
      let path = String(decoding: head.bytes[head.path].map { UInt16($0) }, as: UTF16.self)
      return ["\(head.method) \(path) \(body.count)"]
    }
    if read.refusal != nil { return read.verdict + ["refused"] }
    return read.isAtStart ? read.verdict : read.verdict + ["more"]
  }

  @Test func `agrees with an independent strict parser on mutated requests, under every split`() throws {
    let lines = try Places.vectorBytes("http/verdicts.jsonl").split(separator: 10)
    #expect(lines.count > 2900)
    var differences: [String] = []
    for (number, line) in lines.enumerated() {
      let json = try JSON(parsing: Array(line))
      let raw = Base64.decode(json["raw"]?.string ?? "") ?? []
      let wanted = json["verdict"]?.array?.compactMap(\.string) ?? []
      for pieces in [raw.count, 1, 2 + number % 11] where verdict(raw, pieces: max(1, pieces)) != wanted {
        differences.append("line \(number + 1) in pieces of \(pieces): wanted \(wanted)")
      }
    }
    #expect(differences == [])
  }

  private func refusal(_ text: String) -> Refusal? {
    var reader = RequestReader(limits: limits)
    let bytes = Array(text.utf8)
    do throws(Refusal) {
      _ = try reader.read(bytes.span, limits: limits)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    (
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      Refusal.bothLengthAndChunked
    ),
    ("GET / HTTP/1.1\r\n\r\n", .badHost), ("GET / HTTP/2.0\r\n", .unsupportedVersion),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", .bodyTooLarge),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", .badContentLength),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", .unknownTransferEncoding),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", .badTransferEncoding),
    ("GET / HTTP/1.1\nHost: a\r\n\r\n", .badVersion), ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .badField),
    ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", .methodNotAllowed),
    ("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", .unknownExpectation),
    ("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", .badHost),
    ("GET http://a:81/ HTTP/1.1\r\nHost: a\r\n\r\n", .badHost),
    ("GET https://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n", .badHost),
    ("GET / HTTP/1.1\r\nHost: a%\r\n\r\n", .badHost), ("GET / HTTP/1.1\r\nHost: a%2\r\n\r\n", .badHost),
    ("GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
  ])
  func `says what is wrong`(text: String, wanted: Refusal) { #expect(refusal(text) == wanted) }

  @Test(arguments: [
    ("GET", "http://a", "/", nil), ("GET", "http://a/", "/", nil), ("GET", "HTTPS://a?x=1", "/", "x=1"),
    ("GET", "http://a/b?", "/b", ""), ("GET", "http://A:80/b", "/b", nil),
    ("GET", "https://a:443/", "/", nil),
    ("GET", "http://a:0080", "/", nil), ("OPTIONS", "*", "", nil), ("OPTIONS", "http://a", "", nil),
    ("OPTIONS", "http://a?x", "/", "x"), ("GET", "/b?c?d", "/b", "c?d"), ("GET", "//b/", "//b/", nil),
  ])
  func `knows what each form of a target asks for`(
    method: String, target: String, path: String, query: String?
  ) throws {
    var reader = RequestReader(limits: limits)
    let bytes = Array("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    _ = try reader.read(bytes.span, limits: limits)
    let taken = reader.take(limits: limits)
    let head = try #require(taken).head
    #expect(String(decoding: head.bytes[head.path], as: UTF8.self) == path)
    #expect(head.query.map { String(decoding: head.bytes[$0], as: UTF8.self) } == query)
  }

  @Test func `has a status, a code and a sentence for every refusal`() {
    #expect(Set(Refusal.allCases.map(\.code)).count == Refusal.allCases.count)
    #expect(Refusal.allCases.allSatisfy { (400...599).contains($0.status) && $0.detail.hasSuffix(".") })
  }

  @Test func `stops at each limit exactly, however the bytes come`() {
    let line = "GET /" + String(repeating: "a", count: limits.requestLineBytes - 14) + " HTTP/1.1"
    #expect(line.utf8.count == limits.requestLineBytes)
    #expect(refusal(line + "\r\nHost: a\r\n\r\n") == nil)
    #expect(refusal(line.replacing("/a", with: "/aa") + "\r\nHost: a\r\n\r\n") == .requestLineTooLong)
    let fields = (0..<99).map { "X-\($0): v\r\n" }.joined()
    #expect(refusal("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n") == nil)
    #expect(refusal("GET / HTTP/1.1\r\nHost: a\r\nY: v\r\n\(fields)\r\n") == .fieldsTooLarge)
    let room = limits.headerBytes - "Host: a\r\nX: \r\n".utf8.count
    let value = String(repeating: "v", count: room)
    #expect(refusal("GET / HTTP/1.1\r\nHost: a\r\nX: \(value)\r\n\r\n") == nil)
    #expect(refusal("GET / HTTP/1.1\r\nHost: a\r\nX: \(value)v\r\n\r\n") == .fieldsTooLarge)
    let long = Array("GET / HTTP/1.1\r\nHost: a\r\nX: \(value)vvvv\r\n\r\n".utf8)
    #expect(verdict(long, pieces: 1) == ["refused"] && verdict(long, pieces: 1000) == ["refused"])
  }

  @Test(arguments: [
    ("/a/b%20c/", ["a", "b c", ""]), ("/", [""]), ("/%E5%BC%80", ["开"]),
    ("/.well-known/x", [".well-known", "x"]),
  ])
  func `decodes paths once`(path: String, wanted: [String]) {
    let bytes = Array(path.utf8)
    #expect(PathSegments.decoded(bytes, 0..<bytes.count) == wanted)
    #expect(PathSegments.areAcceptable(bytes, 0..<bytes.count))
  }

  @Test(arguments: ["/..", "/a/./b", "/%2e%2e/x", "/a%2Fb", "/a%5Cb", "/%00", "/%FF", "/%c0%ae", "/a%0d%0a"])
  func `refuses paths that would mean something else decoded`(path: String) {
    let bytes = Array(path.utf8)
    #expect(PathSegments.decoded(bytes, 0..<bytes.count) == nil)
    #expect(!PathSegments.areAcceptable(bytes, 0..<bytes.count))
  }

  @Test func `decodes queries in order, and refuses what is no text`() {
    func pairs(_ text: String) -> [String]? {
      let bytes = Array(text.utf8)
      return FormPairs.decoded(bytes, 0..<bytes.count)?.map { "\($0.name)=\($0.value)" }
    }
    #expect(pairs("a=1&b=%E5%BC%80&a=x+y&c") == ["a=1", "b=开", "a=x y", "c="])
    #expect(pairs("a=%FF") == nil && pairs("a=%0A") == nil && pairs("a=%4") == nil)
  }
}
