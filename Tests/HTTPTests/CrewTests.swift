import Dispatch
import Glibc
import Synchronization
import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(3))) struct `The crews` {
  private static let head = "HTTP/1.1\r\nHost: localhost\r\n\r\n"

  @Test func `that query rows may all be busy, and files and gateway are answered`() throws {
    let begun = DispatchSemaphore(value: 0)
    let go = DispatchSemaphore(value: 0)
    var limits = Limits()
    limits.rowWorkers = 2
    let site = try TestSite(limits: limits) { _ in
      var router = Router()
      router.get("/rows", work: .rows) { _ in
        begun.signal()
        go.wait()
        return .text("rows")
      }
      router.get("/file") { _ in .text("file") }
      router.get("/gateway", work: .gateway) { _ in .text("gateway") }
      return router
    }
    let waiting = try (0..<6).map { _ in try site.connect() }
    for connection in waiting { connection.send("GET /rows " + Self.head) }
    for _ in 0..<limits.rowWorkers { begun.wait() }
    #expect(try site.get("/file").status == 200)
    #expect(try site.get("/gateway").status == 200)
    for _ in waiting { go.signal() }
    for connection in waiting {
      #expect(Answer.parse(connection.exchange([], first: 60_000).bytes).first?.status == 200)
    }
  }

  @Test func `learn that the caller has gone, whether its query runs or waits`() throws {
    let begun = DispatchSemaphore(value: 0)
    let ended = DispatchSemaphore(value: 0)
    let calls = Atomic(0)
    var limits = Limits()
    limits.rowWorkers = 1
    let site = try TestSite(limits: limits) { _ in
      var router = Router()
      router.get("/rows", work: .rows) { request in
        calls.add(1, ordering: .relaxed)
        begun.signal()
        while !request.caller.isGone { usleep(1000) }
        ended.signal()
        return .text("rows")
      }
      router.get("/last", work: .rows) { _ in .text("last") }
      return router
    }
    do {
      let running = try site.connect()
      running.send("GET /rows " + Self.head)
      begun.wait()
      let waiting = try site.connect()
      waiting.send("GET /rows " + Self.head)
      while site.metrics.openConnections < 2 { usleep(1000) }
    }
    ended.wait()
    while site.metrics.openConnections > 0 { usleep(1000) }
    #expect(try site.get("/last").status == 200)
    // The one that waited may have begun before its end was seen, and then it ended too.
    #expect((1...2).contains(calls.load(ordering: .relaxed)))
  }

  @Test func `answer 503 to what has waited too long, and do not begin it`() throws {
    let calls = Atomic(0)
    var limits = Limits()
    limits.waitMilliseconds = -1
    let site = try TestSite(limits: limits) { _ in
      var router = Router()
      router.get("/rows", work: .rows) { _ in
        calls.add(1, ordering: .relaxed)
        return .text("rows")
      }
      return router
    }
    let answer = try site.get("/rows")
    #expect(answer.status == 503 && answer["retry-after"] != nil)
    #expect(calls.load(ordering: .relaxed) == 0)
  }

  @Test func `let an address have few row queries at once, whatever others have`() {
    let seats = Seats(limit: 2)
    let (one, two) = (NetworkAddress(high: 1, low: 1, port: 7), NetworkAddress(high: 2, low: 1, port: 7))
    #expect(seats.enter(one) && seats.enter(NetworkAddress(high: 1, low: 9, port: 8)), "a /64 is one caller")
    #expect(!seats.enter(one) && seats.enter(two))
    seats.leave(one)
    #expect(seats.enter(one) && !seats.enter(one))
    #expect(Limits().rowQueriesPerAddress < Limits().rowWorkers)
  }
}
