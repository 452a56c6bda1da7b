import Foundation
import Glibc
import Testing

@testable import HTTP

@Suite struct `The limits` {
  /// Milliseconds until the other side has closed, and what it said.
  private func waitForClose(_ connection: RawConnection, limit: Int32 = 6000) -> (
    milliseconds: Int64, status: Int?
  ) {
    let start = Clock.milliseconds()
    let exchange = connection.exchange([], first: limit, idle: limit)
    #expect(exchange.isClosed)
    return (Clock.milliseconds() - start, Answer.parse(exchange.bytes).first?.status)
  }

  @Test func `cut off headers that come too slowly, by the whole and not by the byte`() throws {
    var limits = Limits()
    limits.headerSeconds = 1
    let site = try TestSite(limits: limits)
    let connection = try site.connect()
    connection.send("GET / HTTP/1.1\r\nX-")
    let thread = ServerThread("drip") { [connection = Held(connection)] in
      for _ in 0..<12 {
        usleep(100_000)
        connection.value.send("a")
      }
    }
    let (milliseconds, status) = waitForClose(connection)
    thread?.join()
    #expect((700...2200).contains(milliseconds) && status == 408)
  }

  @Test func `cut off bodies below the least rate, and let others take their time`() throws {
    var limits = Limits()
    limits.bodyGraceSeconds = 1
    limits.bodyBytesPerSecond = 100
    let site = try TestSite(limits: limits)
    let head = "POST /__sink__ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
    let slow = try site.connect()
    slow.send(head + "a")
    let (milliseconds, status) = waitForClose(slow)
    #expect((700...2200).contains(milliseconds) && status == 408)
    let steady = try site.connect()
    steady.send(head)
    for _ in 0..<10 {
      steady.send(String(repeating: "a", count: 100))
      usleep(150_000)
    }
    #expect(Answer.parse(steady.exchange([]).bytes).first?.status == 200)
  }

  @Test func `close idle connections quietly`() throws {
    var limits = Limits()
    limits.idleSeconds = 1
    let site = try TestSite(limits: limits)
    let fresh = try site.connect()
    #expect(waitForClose(fresh).status == nil)
    let used = try site.connect()
    #expect(Answer.parse(used.ask("GET /t/ten.txt HTTP/1.1\r\nHost: localhost\r\n\r\n").bytes).count == 1)
    #expect(waitForClose(used).status == nil)
    for _ in 0..<100 where site.metrics.openConnections > 0 { usleep(10_000) }
    #expect(site.metrics.openConnections == 0)
  }

  @Test func `cut off readers that take too little`() throws {
    var limits = Limits()
    limits.drainSeconds = 1
    limits.drainBytesPerSecond = 1_000_000
    let site = try TestSite(limits: limits)
    let connection = try RawConnection(port: site.port, receiveBuffer: 2048)
    connection.send(String(repeating: "GET /t/big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 4))
    var open = 1
    for _ in 0..<60 where open > 0 {
      usleep(100_000)
      open = site.metrics.openConnections
    }
    #expect(open == 0)
    #expect(String(decoding: site.metrics.prometheus(), as: UTF8.self).contains("slow_readers_total 1\n"))
  }

  @Test func `bound a handshake that never comes`() throws {
    var limits = Limits()
    limits.handshakeSeconds = 1
    let identities = try TestIdentities()
    let site = try TestSite(limits: limits, tls: TLSHolder(identities.portal))
    let connection = try site.connect()
    connection.send([0x16])
    #expect((700...2200).contains(waitForClose(connection).milliseconds))
  }

  @Test func `pause accepting when there is no room, and live on`() throws {
    var limits = Limits()
    limits.connections = 4
    let site = try TestSite(limits: limits, loops: 1)
    var open = try (0..<4).map { _ in try site.connect() }
    usleep(100_000)
    let waiting = try site.connect()
    waiting.send("GET /t/ten.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(waiting.exchange([], first: 400).bytes.isEmpty)
    let inside = open[0].ask("GET /t/ten.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(Answer.parse(inside.bytes).first?.status == 200)
    open.removeLast()
    #expect(Answer.parse(waiting.exchange([]).bytes).first?.status == 200)
  }

  @Test func `count connections by network, and leave loopback alone`() {
    var limits = Limits()
    limits.connectionsPerNetwork = 2
    let census = Census(limits: limits)
    func four(_ low: UInt64) -> NetworkAddress {
      NetworkAddress(high: 0, low: 0xFFFF_0000_0000 | low, port: 1)
    }
    #expect(census.enter(four(0xC000_0201)) && census.enter(four(0xC000_02FE)))
    #expect(!census.enter(four(0xC000_0203)) && census.enter(four(0xC000_0303)))
    census.leave(four(0xC000_0201))
    #expect(census.enter(four(0xC000_0203)))
    for _ in 0..<10 { #expect(census.enter(four(0x7F00_0001))) }
    let six = NetworkAddress(high: 0x2001_0db8_0000_0001, low: 5, port: 1)
    #expect(six.network == NetworkAddress(high: 0x2001_0db8_0000_00FF, low: 9, port: 2).network)
  }

  @Test func `give each address a burst and then its rate`() {
    var table = RateTable(perSecond: 10, burst: 20)
    let (one, two) = (NetworkAddress(high: 1, low: 1, port: 0), NetworkAddress(high: 2, low: 1, port: 0))
    func admitted(_ times: Int, _ address: NetworkAddress, _ now: Int64) -> Int {
      (0..<times).count { _ in table.admits(address, now: now) }
    }
    let counts = [
      admitted(30, one, 1000), admitted(1, two, 1000), admitted(30, one, 1500), admitted(30, one, 60_000),
    ]
    #expect(counts == [20, 1, 5, 20])
    let told = table.refusal
    #expect(told.status == 429 && told.headers["retry-after"] == "1")
    #expect(told.headers["ratelimit-policy"] == "\"address\";q=10;w=1")
    #expect(told.headers["ratelimit"] == "\"address\";r=0;t=1")
  }

  @Test func `keep their deadlines in a wheel that never comes late`() {
    var wheel = TimerWheel(now: 12_345)
    var due: [UInt64] = []
    #expect(wheel.wait(from: 12_345) == -1)
    for token in UInt64(1)...50 { _ = wheel.add(token, deadline: 12_345 + Int64(token) * 90) }
    var now: Int64 = 12_345
    while wheel.count > 0 {
      now += Int64(max(1, wheel.wait(from: now)))
      wheel.advance(to: now, &due)
      for token in due {
        #expect(now >= 12_345 + Int64(token) * 90 && now < 12_345 + Int64(token) * 90 + 250)
      }
      due.removeAll()
    }
    let early = wheel.add(7, deadline: now + 10_000_000)
    #expect(early <= now + 103_000)
    wheel.advance(to: now + 20_000_000, &due)
    #expect(due == [7])
  }
}

/// Carries a test's connection to its helper thread: both only call the socket.
struct Held: @unchecked Sendable {
  let value: RawConnection
  init(_ value: RawConnection) { self.value = value }
}
