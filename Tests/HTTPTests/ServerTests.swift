import Bytes
import Foundation
import Glibc
import Support
import Synchronization
import Testing

@testable import HTTP

@Suite struct `The server` {
  private static let get = "GET /t/ten.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"

  @Test func `answers pipelined requests in order, though workers finish out of order`() throws {
    let site = try TestSite { _ in
      var router = Router()
      router.get("/slow") { _ in
        Thread.sleep(forTimeInterval: 0.15)
        return .text("slow")
      }
      router.get("/quick") { _ in .text("quick") }
      router.get("/now", atOnce: true) { _ in .text("now") }
      return router
    }
    let paths = ["slow", "quick", "now", "slow", "now", "quick"]
    let text = paths.map { "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined()
    #expect(Answer.parse(try site.connect().ask(text).bytes).map(\.text) == paths)
  }

  @Test func `reads no further than it answers, and loses nothing of a thousand pipelined requests`() throws {
    var limits = Limits()
    limits.requestsPerConnection = 10_000
    let site = try TestSite(limits: limits)
    let request = "GET /t/kilo.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"
    let connection = try RawConnection(port: site.port, receiveBuffer: 4096)
    connection.send(String(repeating: request, count: 1500))
    Thread.sleep(forTimeInterval: 0.3)
    let answers = Answer.parse(connection.exchange([], idle: 2000).bytes)
    #expect(answers.count == 1500 && answers.allSatisfy { $0.isWhole && $0.body.count == 1000 })
  }

  @Test func `closes after the number of requests it says`() throws {
    var limits = Limits()
    limits.requestsPerConnection = 3
    let site = try TestSite(limits: limits)
    let exchange = try site.connect().ask(String(repeating: Self.get, count: 5))
    let answers = Answer.parse(exchange.bytes)
    #expect(answers.count == 3 && exchange.isClosed && !exchange.isRude)
    #expect(answers.map { $0["connection"] } == [nil, nil, "close"])
  }

  @Test func `answers what was sent before the other side stopped sending`() throws {
    let site = try TestSite { root in
      var router = Router(fallback: StaticFiles(root: root))
      router.get("/slow") { _ in
        Thread.sleep(forTimeInterval: 0.1)
        return .text("slow")
      }
      return router
    }
    let connection = try site.connect()
    let text = Self.get + "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n" + Self.get
    let exchange = connection.exchange([Array(text.utf8)[...]], endsAfter: true)
    #expect(
      Answer.parse(exchange.bytes).map(\.text) == ["0123456789", "slow", "0123456789"] && exchange.isClosed)
  }

  @Test func `speaks HTTP 1.0 as it was`() throws {
    let site = try TestSite()
    let once = try site.connect().ask("GET /t/ten.txt HTTP/1.0\r\n\r\n")
    #expect(once.isClosed && Answer.parse(once.bytes).first?["connection"] == "close")
    let kept = try site.connect().ask("GET /t/ten.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(!kept.isClosed && Answer.parse(kept.bytes).first?["connection"] == "keep-alive")
  }

  @Test func `tells who waits to go on, once`() throws {
    let site = try TestSite()
    let connection = try site.connect()
    let head =
      "POST /__sink__ HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    #expect(Answer.parse(connection.ask(head).bytes).map(\.status) == [100])
    #expect(connection.ask("he").bytes.isEmpty)
    #expect(Answer.parse(connection.ask("llo").bytes).map(\.status) == [200])
  }

  @Test func `answers only for its own hosts`() throws {
    let site = try TestSite()
    #expect(try site.ask("GET / HTTP/1.1\r\nHost: evil.example").first?.status == 421)
    #expect(try site.ask("GET / HTTP/1.1\r\nHost: LOCALHOST:99").first?.status == 200)
    #expect(try site.ask("GET http://evil.example/ HTTP/1.1\r\nHost: evil.example").first?.status == 421)
    #expect(try site.ask("OPTIONS * HTTP/1.1\r\nHost: localhost").first?.status == 204)
  }

  @Test func `streams bodies in chunks, whole for HTTP 1.0, and cuts those that fail`() throws {
    let site = try TestSite { _ in
      var router = Router()
      router.get("/stream") { request in
        let left = Countdown(300)
        return Response(
          status: 200,
          body: .stream(
            BodyStream {
              guard left.take() else { return request.query == "fails" ? .failed : .end }
              return .bytes(Array(repeating: 65, count: 10_000))
            }))
      }
      return router
    }
    let whole = try site.get("/stream")
    #expect(whole.isWhole && whole.body.count == 3_000_000 && whole["transfer-encoding"] == "chunked")
    #expect(try site.get("/stream?fails").isWhole == false)
    let old = try site.connect().ask("GET /stream HTTP/1.0\r\n\r\n", idle: 5000)
    let answer = try #require(Answer.parse(old.bytes).first)
    #expect(old.isClosed && answer.body.count == 3_000_000 && answer["transfer-encoding"] == nil)
    let pair = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\nGET /stream HTTP/1.0\r\n\r\n"
    let two = Answer.parse(try site.connect().ask(pair, idle: 5000).bytes)
    #expect(two.count == 2 && two.allSatisfy { $0.isWhole && $0.body.count == 3_000_000 })
    let head = try site.ask("HEAD /stream HTTP/1.1\r\nHost: localhost", methods: ["HEAD"])
    #expect(head.count == 1 && head[0].status == 200 && head[0].body.isEmpty)
  }

  @Test func `says 503 when too many wait for a worker`() throws {
    var limits = Limits()
    limits.workers = 1
    limits.waitingRequests = 1
    let site = try TestSite(limits: limits) { _ in
      Action { _ in
        Thread.sleep(forTimeInterval: 0.4)
        return .text("done")
      }
    }
    let callers = try (0..<4).map { _ in try site.connect() }
    for caller in callers {
      caller.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
      Thread.sleep(forTimeInterval: 0.05)
    }
    let statuses = callers.map { Answer.parse($0.exchange([]).bytes).first?.status }
    #expect(statuses == [200, 200, 503, 503])
  }

  @Test func `drains: answers what is in flight, refuses new connections, and ends`() throws {
    let site = try TestSite { _ in
      Action { _ in
        Thread.sleep(forTimeInterval: 0.5)
        return .text("in flight")
      }
    }
    let (busy, idle) = (try site.connect(), try site.connect())
    busy.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    Thread.sleep(forTimeInterval: 0.1)
    let drained = Mutex(false)
    let thread = ServerThread("drain") {
      site.server.drain()
      drained.withLock { $0 = true }
    }
    Thread.sleep(forTimeInterval: 0.1)
    #expect(throws: (any Error).self) { try site.connect() }
    let last = idle.exchange([])
    #expect(last.isClosed && !last.isRude && last.bytes.isEmpty)
    let answer = busy.exchange([], first: 5000)
    #expect(Answer.parse(answer.bytes).first?.text == "in flight" && answer.isClosed && !answer.isRude)
    thread?.join()
    #expect(drained.withLock { $0 })
  }

  @Test func `answers while it drains who is connected and has not asked yet`() throws {
    var limits = Limits()
    limits.drainIdleMilliseconds = 20_000
    let get = "GET /t/ten.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
    // The loop is kept from its work while one more comes, so that the drain finds it waiting.
    let site = try TestSite(limits: limits, loops: 1) { root in
      var router = Router(fallback: StaticFiles(root: root))
      router.on(
        .get, "/slow",
        Action(atOnce: true) { _ in
          Thread.sleep(forTimeInterval: 0.6)
          return .text("slow")
        })
      return router
    }
    let (kept, silent, slow) = (try site.connect(), try site.connect(), try site.connect())
    #expect(Answer.parse(kept.ask(get).bytes).first?.status == 200)
    slow.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
    Thread.sleep(forTimeInterval: 0.2)
    let waiting = try site.connect()
    waiting.send(get)
    let thread = ServerThread("drain") { site.server.drain() }
    Thread.sleep(forTimeInterval: 0.8)
    kept.send(get)
    silent.send(get)
    for caller in [kept, silent, waiting] {
      let last = caller.exchange([], first: 5000)
      let answer = Answer.parse(last.bytes).first
      #expect(answer?.text == "0123456789" && answer?["connection"] == "close")
      #expect(last.isClosed && !last.isRude)
    }
    thread?.join()
  }

  @Test func `hands its socket over to another server, and nobody is turned away`() throws {
    let folder = try TemporaryFolder()
    try TestSite.fill(folder)
    let root = try SiteRoot(folder: folder.path + "/root", key: "1")
    let sockets = try OpenedSockets(ListenAddress(host: "127.0.0.1", port: 0), loops: 1)
    let port = sockets.address.port
    func server() throws -> Server {
      let socket = try OpenedSockets(inherited: dup(sockets.descriptors[0]))
      let server = Server(
        listeners: [Listener(.opened(socket), handler: Server.siteHandler(root))], loops: 2)
      try server.start()
      return server
    }
    var serving = try server()
    let shared = Handovers()
    let callers = (0..<4).compactMap { _ in
      ServerThread("caller") {
        while !shared.ends.load(ordering: .relaxed) {
          let request = "GET /t/ten.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
          let got = try? RawConnection(port: port).ask(request, idle: 10_000)
          let isWhole = got.map { !$0.isRude && Answer.parse($0.bytes).first?.text == "0123456789" } ?? false
          if isWhole {
            shared.answered.add(1, ordering: .relaxed)
          } else {
            shared.failed.add(1, ordering: .relaxed)
          }
        }
      }
    }
    for _ in 0..<8 {
      let next = try server()
      serving.drain()
      serving = next
    }
    shared.ends.store(true, ordering: .relaxed)
    for caller in callers { caller.join() }
    serving.stop()
    close(sockets.descriptors[0])
    #expect(shared.failed.load(ordering: .relaxed) == 0 && shared.answered.load(ordering: .relaxed) > 8)
  }

  @Test func `refuses a HEAD request without a body`() throws {
    let site = try TestSite()
    for request in [
      "HEAD * HTTP/1.1\r\nHost: localhost\r\n\r\n", "HEAD / HTTP/1.1\r\n\r\n", "HEAD / HTTP/9.1\r\n",
    ] {
      let got = try site.connect().ask(request)
      #expect(got.isClosed && got.bytes.suffix(4) == Array("\r\n\r\n".utf8), "\(request)")
    }
  }

  @Test func `counts what it does`() throws {
    let site = try TestSite()
    _ = try site.get("/t/ten.txt")
    _ = try site.get("/nothing")
    _ = try site.ask("GET / HTTP/9.9\r\n")
    site.metrics.add("doorsill_test", help: "A number of another room.", kind: .gauge) {
      [("kind=\"x\"", 4.5)]
    }
    let text = String(decoding: site.metrics.prometheus(), as: UTF8.self)
    for line in [
      "doorsill_http_requests_total 2", "doorsill_http_refusals_total 1", "doorsill_test{kind=\"x\"} 4.5",
      "doorsill_http_responses_total{class=\"2xx\"} 1", "doorsill_http_responses_total{class=\"4xx\"} 1",
      "doorsill_http_responses_total{class=\"5xx\"} 1", "doorsill_http_answer_seconds_count 2",
      "# TYPE doorsill_http_connections_open gauge",
    ] { #expect(text.contains(line + "\n"), "\(line)") }
  }

  @Test func `says why it cannot listen`() throws {
    let site = try TestSite()
    let taken = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(taken) }
    #expect(
      ListenAddress("127.0.0.1:65536") == nil && ListenAddress("nowhere:80") == nil
        && ListenAddress("80") == nil)
    #expect(ListenAddress("[::1]:80")?.description == "[::1]:80" && ListenAddress(":80")?.host == "::")
    let elsewhere = Server(
      listeners: [Listener(ListenAddress(host: "192.0.2.1", port: 0), handler: Router())],
      metrics: site.metrics)
    let error = #expect(throws: ServerError.self) { try elsewhere.start() }
    #expect(error?.code == .listenFailed && error?.message.contains("192.0.2.1") == true)
    #expect(throws: ServerError(code: .noRoot, subject: "", errorNumber: 0)) {
      try SiteRoot(folder: "/nowhere/at/all", key: "")
    }
  }
}

/// Counts down to nothing, for closures.
final class Countdown: Sendable {
  private let left: Atomic<Int>
  init(_ count: Int) { left = Atomic(count) }
  func take() -> Bool { left.subtract(1, ordering: .relaxed).newValue >= 0 }
}

/// What the callers of a server that changes under them have seen.
private final class Handovers: Sendable {
  let answered = Atomic(0)
  let failed = Atomic(0)
  let ends = Atomic(false)
}
