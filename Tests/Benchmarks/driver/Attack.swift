import Glibc

/// Callers that do not mean well, so many at once, for so long.
struct Attack {
  enum Kind: String, CaseIterable {
    /// A header section that grows by a line a second, a body by a byte, an answer read by a few bytes.
    case slowHead, slowBody, slowRead
    /// Answers that are asked for and never read.
    case unread
    /// Connections that say nothing: after one request, or before the TLS handshake.
    case idle, stalledHandshake
    /// New connections, closed at once: `count` a second.
    case churn
    /// TLS handshakes begun and left: `count` a second. The server signs for each.
    case handshakes
    /// Head, target, fields or body larger than any limit, again and again on `count` connections.
    case oversize, headerFlood
    /// A thousand ranges in one request, overlapping.
    case rangeBomb
    /// Random bytes.
    case noise
  }

  let kind: Kind
  let port: UInt16
  let count: Int
  let seconds: Double

  private struct Line {
    var socket: Socket
    var out: [UInt8]
    var sent = 0
    var received = 0
    var nextAt: Double
  }

  func run() {
    switch kind {
    case .churn, .handshakes: flood()
    default: hold()
    }
  }

  /// What a connection says first.
  private func opening(_ number: Int) -> [UInt8] {
    func text(_ text: String) -> [UInt8] { Array(text.utf8) }
    let get = "GET /big.bin HTTP/1.1\r\nHost: localhost\r\n"
    switch kind {
    case .slowHead: return text("GET / HTTP/1.1\r\nHost: localhost\r\n")
    case .slowBody:
      return text("POST /__sink__ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n")
    case .slowRead: return text(get + "\r\n")
    case .unread: return text(String(repeating: get + "\r\n", count: 50))
    case .idle: return text("GET /small.html HTTP/1.1\r\nHost: localhost\r\n\r\n")
    case .stalledHandshake: return []
    case .oversize:
      let long = String(repeating: "a", count: 256 * 1024)
      return switch number % 4 {
      case 0: text("GET /\(long) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      case 1: text("GET / HTTP/1.1\r\nHost: localhost\r\nX: \(long)\r\n\r\n")
      case 2: text("POST /__sink__ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")
      default:
        text("POST /__sink__ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
          + (0..<32).flatMap { _ in text("10000\r\n") + [UInt8](repeating: 0x61, count: 65_536) + text("\r\n")
          }
      }
    case .headerFlood:
      return text(
        "GET / HTTP/1.1\r\nHost: localhost\r\n" + String(repeating: "X: y\r\n", count: 20_000) + "\r\n")
    case .rangeBomb:
      return text(get + "Range: bytes=" + (0..<1000).map { "\($0)-" }.joined(separator: ",") + "\r\n\r\n")
    case .noise: return (0..<4096).map { _ in UInt8.random(in: 0...255) }
    case .churn, .handshakes: return []
    }
  }

  /// Whether a connection that the server has closed is made anew.
  private var comesAgain: Bool { [.oversize, .headerFlood, .rangeBomb, .noise].contains(kind) }

  /// `count` connections, each held as long as the server lets it.
  private func hold() {
    let end = now() + seconds
    var opened = 0
    var cut = 0
    var statuses: [String: Int] = [:]
    func line() -> Line? {
      guard let socket = Socket(port: port, receiveBuffer: kind == .slowRead || kind == .unread ? 4096 : nil)
      else {
        return nil
      }
      defer { opened += 1 }
      return Line(socket: socket, out: opening(opened), nextAt: now() + 1)
    }
    var lines: [Line] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let start = now()
    while now() < end {
      // They come over two seconds, not all at once.
      let wanted = min(count, Int(Double(count) * (now() - start) / 2) + 1)
      while lines.count < wanted, opened < count || comesAgain, let next = line() { lines.append(next) }
      var polls = lines.map { line in
        let writes = line.sent < line.out.count ? POLLOUT : 0
        return pollfd(fd: line.socket.descriptor, events: Int16(writes | (reads ? POLLIN : 0)), revents: 0)
      }
      waitFor(&polls, until: min(end, now() + 0.1))
      var gone: [Int] = []
      for index in lines.indices {
        if polls[index].revents & Int16(POLLOUT) != 0 {
          let sent = lines[index].socket.send(lines[index].out, from: lines[index].sent)
          if sent > 0 { lines[index].sent += sent } else if sent < 0 { gone.append(index) }
        } else if now() >= lines[index].nextAt {
          lines[index].nextAt = now() + 1
          if trickle(&lines[index]) { gone.append(index) }
        }
        guard gone.last != index, polls[index].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0,
          reads || polls[index].revents & Int16(POLLHUP | POLLERR) != 0
        else { continue }
        if let count = lines[index].socket.receive(into: &buffer) {
          if count == 0 {
            gone.append(index)
          } else {
            if lines[index].received == 0, buffer.starts(with: "HTTP/1.1 ".utf8) {
              statuses[String(decoding: buffer[9..<12], as: UTF8.self), default: 0] += 1
            }
            lines[index].received += count
          }
        }
      }
      for index in gone.reversed() {
        lines[index].socket.close()
        lines.remove(at: index)
        cut += 1
      }
    }
    for line in lines { line.socket.close() }
    let said = statuses.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
    print("{\"opened\":\(opened),\"cut\":\(cut),\"kept\":\(lines.count),\"statuses\":{\(said)}}")
  }

  /// Whether answers are read as they come.
  private var reads: Bool { kind != .slowRead && kind != .unread }

  /// What a slow connection does once a second; true where the server has let it go.
  private func trickle(_ line: inout Line) -> Bool {
    switch kind {
    case .slowHead: return line.socket.send(Array("X-a: b\r\n".utf8)) < 0
    case .slowBody: return line.socket.send([0x61]) < 0
    case .slowRead:
      var few = [UInt8](repeating: 0, count: 64)
      return line.socket.receive(into: &few) == 0
    default: return false
    }
  }

  /// `count` connections a second, each closed as soon as the server has answered it or a tenth of a second later.
  private func flood() {
    let hello = kind == .handshakes ? ClientHello.bytes : []
    let start = now()
    let end = start + seconds
    var opened = 0
    var answered = 0
    var open: [(socket: Socket, until: Double, isSent: Bool)] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while now() < end {
      let wanted = Int((now() - start) * Double(count))
      while opened < wanted, open.count < 4000, let socket = Socket(port: port) {
        opened += 1
        open.append((socket, now() + 0.1, false))
      }
      var polls = open.map { line in
        pollfd(
          fd: line.socket.descriptor, events: Int16(line.isSent ? POLLIN : POLLOUT), revents: 0)
      }
      waitFor(&polls, until: min(end, now() + 0.002))
      var kept: [(socket: Socket, until: Double, isSent: Bool)] = []
      for (index, line) in open.enumerated() {
        var line = line
        var isDone = now() > line.until
        if polls[index].revents & Int16(POLLERR | POLLHUP) != 0 { isDone = true }
        if polls[index].revents & Int16(POLLOUT) != 0 {
          if hello.isEmpty {
            isDone = true
            answered += 1
          } else {
            line.isSent = line.socket.send(hello) == hello.count
          }
        } else if polls[index].revents & Int16(POLLIN) != 0 {
          isDone = true
          if line.socket.receive(into: &buffer) ?? 0 > 0 { answered += 1 }
        }
        if isDone { line.socket.close() } else { kept.append(line) }
      }
      open = kept
    }
    for line in open { line.socket.close() }
    print("{\"opened\":\(opened),\"answered\":\(answered)}")
  }
}

/// The first message of a TLS 1.3 handshake with a key share (RFC 8446 §4.1.2): enough to make a server compute and sign.
enum ClientHello {
  static var bytes: [UInt8] {
    func two(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
    func extensionOf(_ type: Int, _ body: [UInt8]) -> [UInt8] { two(type) + two(body.count) + body }
    let random = (0..<32).map { _ in UInt8.random(in: 0...255) }
    let share = (0..<32).map { _ in UInt8.random(in: 0...255) }
    let extensions =
      extensionOf(0x002B, [2, 0x03, 0x04])  // versions: 1.3
      + extensionOf(0x000A, two(2) + [0x00, 0x1D])  // groups: X25519
      + extensionOf(0x000D, two(6) + [0x04, 0x03, 0x08, 0x04, 0x08, 0x05])  // signatures
      + extensionOf(0x0033, two(36) + [0x00, 0x1D] + two(32) + share)  // key share
    let body =
      [0x03, 0x03] + random + [0] + two(2) + [0x13, 0x01] + [1, 0] + two(extensions.count) + extensions
    let message = [1, 0] + two(body.count) + body
    return [0x16, 0x03, 0x01] + two(message.count) + message
  }
}
