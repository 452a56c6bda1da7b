import Bytes
import Foundation
import Glibc
import Support
import Synchronization
import Testing

@testable import HTTP

@Suite struct `A port` {
  private func address(_ port: UInt16 = 0) -> ListenAddress { ListenAddress(host: "127.0.0.1", port: port) }

  private func close(_ sockets: OpenedSockets) {
    for descriptor in sockets.descriptors { Glibc.close(descriptor) }
  }

  @Test(arguments: [1, 2]) func `on which a server listens is refused to another one`(loops: Int) throws {
    let first = try OpenedSockets(address(), loops: loops)
    defer { close(first) }
    for host in ["127.0.0.1", "0.0.0.0", "::"] {
      let error = #expect(throws: ServerError.self) {
        try OpenedSockets(ListenAddress(host: host, port: first.address.port), loops: 2)
      }
      #expect(
        error?.code == .listenFailed && error?.errorNumber == EADDRINUSE && error?.blame == .environment)
      for language in ["en", "zh"] {
        #expect(error?.hint(in: language)?.contains("ss -ltnp sport = :\(first.address.port)") == true)
      }
    }
  }

  @Test func `goes to one of those that start at once`() throws {
    for _ in 0..<20 {
      let port = try #require(FreePort.find())
      let opened = Mutex<[OpenedSockets]>([])
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        if let sockets = try? OpenedSockets(address(port), loops: 2) {
          opened.withLock { $0.append(sockets) }
        }
      }
      let all = opened.withLock { $0 }
      #expect(all.count <= 1, "\(all.count) servers on one port")
      for sockets in all { close(sockets) }
    }
  }

  @Test func `is shared by the loops of one server, so that each gets connections`() throws {
    let sockets = try OpenedSockets(address(), loops: 2)
    defer { close(sockets) }
    var clients: [Int32] = []
    defer { for client in clients { Glibc.close(client) } }
    for _ in 0..<100 { clients.append(try Self.connect(sockets.address.port)) }
    let taken = sockets.descriptors.map { descriptor in
      var count = 0
      while let (accepted, _) = Sockets.accept(descriptor) {
        count += 1
        Glibc.close(accepted)
      }
      return count
    }
    #expect(taken.reduce(0, +) == 100 && taken.allSatisfy { $0 > 15 }, "\(taken)")
  }

  @Test func `is free again as soon as its server has ended, connections or not`() throws {
    let first = try OpenedSockets(address(), loops: 2)
    let client = try Self.connect(first.address.port)
    defer { Glibc.close(client) }
    for descriptor in first.descriptors {
      // The server closes first: its end of the connection waits a minute in the kernel.
      if let (accepted, _) = Sockets.accept(descriptor) { Glibc.close(accepted) }
    }
    close(first)
    close(try OpenedSockets(address(first.address.port), loops: 2))
  }

  private static func connect(_ port: UInt16) throws -> Int32 {
    let (storage, length) = try #require(
      ListenAddress(host: "127.0.0.1", port: port).socketAddress(port: port))
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let connected = withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(client, $0, length) }
    }
    try #require(connected == 0)
    return client
  }
}
