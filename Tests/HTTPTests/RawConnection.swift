import Bytes
import Glibc
import Trust

@testable import HTTP

/// A caller that sends exactly the bytes it is told to, in the pieces it is told to, plain or over TLS.
final class RawConnection {
  /// What came back, and how the connection stood when nothing more came.
  struct Exchange {
    var bytes: [UInt8] = []
    var isClosed = false
    /// Ended by a reset, or over TLS without a goodbye.
    var isRude = false
  }

  private let descriptor: Int32
  private var session: TLSSession?

  init(port: UInt16, tls: TLSContext? = nil, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
    if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, size) }
    guard let (storage, length) = ListenAddress(host: "127.0.0.1", port: port).socketAddress(port: port)
    else {
      throw Failure("no address")
    }
    let connected = withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
    }
    guard connected == 0 else { throw Failure("cannot connect: \(errno)") }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    if let tls {
      session = try TLSSession(tls, descriptor: descriptor)
      try handshake()
    }
  }

  deinit { close(descriptor) }

  struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ text: String) { description = text }
  }

  private func handshake() throws {
    while true {
      switch session?.handshake() {
      case .done: return
      case .wantRead: guard wait(POLLIN, 5000) else { throw Failure("handshake stalls") }
      case .wantWrite: guard wait(POLLOUT, 5000) else { throw Failure("handshake stalls") }
      default: throw Failure("handshake failed")
      }
    }
  }

  private func wait(_ events: Int32, _ milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    return poll(&entry, 1, milliseconds) > 0
  }

  /// Sends what the socket takes now; -1 where it is gone.
  private func write(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.withUnsafeBytes { buffer in
      guard session != nil else {
        let count = Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
        return count >= 0 ? count : errno == EAGAIN ? 0 : -1
      }
      switch session?.write(buffer) {
      case .done(let count): return count
      case .wantRead, .wantWrite: return 0
      default: return -1
      }
    }
  }

  enum Read { case bytes([UInt8]), nothing, end(rude: Bool) }

  func read() -> Read {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    if session != nil {
      switch buffer.withUnsafeMutableBytes({ session?.read(into: $0) }) {
      case .done(let count): return .bytes(Array(buffer[..<count]))
      case .wantRead, .wantWrite: return .nothing
      case .closed: return .end(rude: session?.wasClosedCleanly != true)
      default: return .end(rude: true)
      }
    }
    let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
    if count > 0 { return .bytes(Array(buffer[..<count])) }
    if count == 0 { return .end(rude: false) }
    return errno == EAGAIN ? .nothing : .end(rude: true)
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = write(rest)
      guard count >= 0 else { return }
      rest = rest.dropFirst(count)
      if count == 0, !wait(POLLOUT, 5000) { return }
    }
  }

  /// Says that nothing more will be sent.
  func endSending() {
    _ = session?.shutdown()
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Sends the pieces one after the other while reading, and goes on reading until nothing comes for `idle`
  /// milliseconds, or `until` is content with what came.
  func exchange(
    _ pieces: [ArraySlice<UInt8>], endsAfter: Bool = false, first: Int32 = 2000, idle: Int32 = 300,
    until: ([UInt8]) -> Bool = { _ in false }
  ) -> Exchange {
    var result = Exchange()
    var waiting = pieces
    var mayWrite = true
    var ended = false
    var index = 0
    while true {
      if index < waiting.count, mayWrite {
        let count = write(waiting[index])
        if count < 0 {
          mayWrite = false
        } else {
          waiting[index] = waiting[index].dropFirst(count)
          if waiting[index].isEmpty {
            index += 1
            if waiting.count > 1 { usleep(waiting.count > 600 ? 20 : 300) }
          }
        }
      }
      if index == waiting.count, endsAfter, !ended {
        ended = true
        endSending()
      }
      let isWriting = index < waiting.count && mayWrite
      if session == nil {
        let events = POLLIN | (isWriting ? POLLOUT : 0)
        if !wait(events, result.bytes.isEmpty ? first : idle) { return result }
      }
      switch read() {
      case .bytes(let bytes):
        result.bytes += bytes
        if until(result.bytes) { return result }
      case .nothing:
        if session != nil, !wait(POLLIN | (isWriting ? POLLOUT : 0), result.bytes.isEmpty ? first : idle) {
          return result
        }
      case .end(let rude):
        result.isClosed = true
        result.isRude = rude
        return result
      }
    }
  }

  /// Sends one text and reads until the other side is still.
  func ask(_ text: String, idle: Int32 = 300) -> Exchange {
    exchange([Array(text.utf8)[...]], first: max(2000, idle), idle: idle)
  }
}
