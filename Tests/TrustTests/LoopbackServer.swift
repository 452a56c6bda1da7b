import Foundation
import Support
import Synchronization
import Trust

/// A listener on a free port of this machine that takes one TLS connection at a time and answers the first bytes.
final class LoopbackServer: Sendable {
  let port: UInt16
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = descriptor
    let isBound = withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 16) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else { throw OpenSSLTool.Failure("no free port: \(errno)") }
    port = UInt16(bigEndian: address.sin_port)
    signal(SIGPIPE, SIG_IGN)
  }

  deinit { close(descriptor) }

  /// What the server saw of one connection.
  struct Visit: Sendable {
    var handshake: TLSOutcome
    var heard = ""
    var version = ""
    var suite = ""
    var wasResumed = false
    var applicationProtocol: String?
    var serverName: String?
    var isMisdirected = false
    var certificate: Certificate?
    var issuerKeyHash: [UInt8]?
  }

  /// Takes one connection: handshake, read once, answer, goodbye. Blocking: for a thread of its own.
  func serveOne(_ context: TLSContext, answer: String = "HTTP/1.1 200 OK\r\n\r\n") throws -> Visit {
    let client = accept(descriptor, nil, nil)
    defer { close(client) }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var session = try TLSSession(context, descriptor: client)
    var visit = Visit(handshake: session.handshake())
    guard visit.handshake == .done(0) else { return visit }
    visit.version = session.version
    visit.suite = session.cipherSuite
    visit.wasResumed = session.wasResumed
    visit.applicationProtocol = session.applicationProtocol
    visit.serverName = session.serverName
    visit.isMisdirected = session.isMisdirected
    visit.certificate = session.peerCertificate
    visit.issuerKeyHash = session.peerIssuerKeyHash
    var buffer = [UInt8](repeating: 0, count: 4096)
    if case .done(let count) = buffer.withUnsafeMutableBytes({ session.read(into: $0) }) {
      visit.heard = String(decoding: buffer.prefix(count), as: UTF8.self)
      _ = Array(answer.utf8).withUnsafeBytes { session.write($0) }
    }
    _ = session.shutdown()
    // Wait until the client has read everything before the socket goes.
    Glibc.shutdown(client, Int32(SHUT_WR))
    _ = recv(client, &buffer, buffer.count, 0)
    return visit
  }

  /// Serves one connection on a thread while `openssl s_client` calls with these arguments.
  func visit(
    _ context: TLSContext, by tool: OpenSSLTool, _ arguments: [String],
    answer: String = "HTTP/1.1 200 OK\r\n\r\n",
    input: String = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", ignoresEnd: Bool = true
  ) throws -> (visit: Visit, said: OpenSSLTool.Answer) {
    let done = DispatchSemaphore(value: 0)
    let box = SharedVisit()
    Thread.detachNewThread {
      let result = Result { try self.serveOne(context, answer: answer) }
      box.result.withLock { $0 = result }
      done.signal()
    }
    let said = try tool.run(
      ["s_client", "-connect", "127.0.0.1:\(port)", ignoresEnd ? "-ign_eof" : "-no_ign_eof"] + arguments,
      input: input)
    done.wait()
    guard let result = box.result.withLock({ $0 }) else { throw OpenSSLTool.Failure("no visit") }
    return (try result.get(), said)
  }
}

private final class SharedVisit: Sendable {
  let result = Mutex<Result<LoopbackServer.Visit, any Error>?>(nil)
}
