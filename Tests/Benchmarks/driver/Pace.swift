import Glibc

/// A well-behaved client: requests at a fixed pace on a few connections, each measured from the moment it was due, so
/// that a server that stalls cannot hide it by delaying the next request.
struct Pace {
  let port: UInt16
  let isSecure: Bool
  let path: String
  let rate: Double
  let seconds: Double
  let connections: Int

  private struct Line {
    var socket: Socket?
    var dueAt = 0.0
    var isBusy = false
    var left = -1
    var head: [UInt8] = []
    /// The server has said that this answer is the last on this connection.
    var isLast = false
  }

  private func connect() -> Socket? { isSecure ? Socket(securePort: port) : Socket(port: port) }

  func run() {
    let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
    var lines = (0..<connections).map { _ in Line(socket: connect()) }
    var times: [Double] = []
    var errors = 0
    let start = now() + 0.05
    let end = start + seconds
    var due = 0
    var waiting: [Double] = []
    var buffer = [UInt8](repeating: 0, count: 256 * 1024)
    while true {
      let time = now()
      while time < end, Double(due) / rate + start <= time {
        waiting.append(Double(due) / rate + start)
        due += 1
      }
      if time > end + 2 || (time >= end && waiting.isEmpty && !lines.contains(where: \.isBusy)) { break }
      var next = 0
      for index in lines.indices where !lines[index].isBusy && next < waiting.count {
        if lines[index].socket == nil { lines[index].socket = connect() }
        guard let socket = lines[index].socket else { continue }
        switch socket.send(request) {
        case request.count:
          lines[index].isBusy = true
          lines[index].dueAt = waiting[next]
          lines[index].left = -1
          lines[index].head = []
          next += 1
        case 0: continue
        default:
          socket.close()
          lines[index].socket = nil
        }
      }
      waiting.removeFirst(next)
      var polls = lines.map { line in
        pollfd(fd: line.socket?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
      }
      waitFor(&polls, until: min(end + 2, max(time + 0.0005, Double(due) / rate + start)))
      for index in lines.indices where polls[index].revents != 0 {
        read(&lines[index], &buffer, &times, &errors)
      }
    }
    errors += lines.count { $0.isBusy } + waiting.count
    times.sort()
    func quantile(_ part: Double) -> Double {
      times.isEmpty ? 0 : times[min(times.count - 1, Int(Double(times.count) * part))] * 1000
    }
    print(
      "{\"requests\":\(times.count),\"errors\":\(errors),\"p50\":\(quantile(0.5)),\"p99\":\(quantile(0.99)),\"max\":\(quantile(1))}"
    )
  }

  private func read(
    _ line: inout Line, _ buffer: inout [UInt8], _ times: inout [Double], _ errors: inout Int
  ) {
    while let socket = line.socket, let count = socket.receive(into: &buffer) {
      guard count > 0 else {
        if line.isBusy { errors += 1 }
        socket.close()
        line = Line(socket: connect())
        return
      }
      guard line.isBusy else { continue }
      if line.left >= 0 {
        line.left -= count
      } else if line.head.isEmpty, let found = Self.parse(buffer, count) {
        take(found, of: count, &line, &errors)
      } else {
        line.head += buffer[..<count]
        if let found = Self.parse(line.head, line.head.count) {
          take(found, of: line.head.count, &line, &errors)
          line.head = []
        }
      }
      if line.left == 0 {
        times.append(now() - line.dueAt)
        line.isBusy = false
        if line.isLast {
          socket.close()
          line = Line(socket: connect())
          return
        }
      }
    }
  }

  private func take(
    _ found: (length: Int, end: Int, isGood: Bool, isLast: Bool), of count: Int, _ line: inout Line,
    _ errors: inout Int
  ) {
    if !found.isGood { errors += 1 }
    line.isLast = found.isLast
    line.left = found.length - (count - found.end)
  }

  /// The body's length, where the head ends, whether the status is 200, and whether the connection ends with it; nil
  /// where the head is not whole. No strings: what the driver computes must not stand in the server's times.
  private static func parse(
    _ bytes: [UInt8], _ count: Int
  ) -> (length: Int, end: Int, isGood: Bool, isLast: Bool)? {
    bytes.withUnsafeBufferPointer { bytes in
      let name: StaticString = "\nContent-Length: "
      let last: StaticString = "\nConnection: close"
      var length = 0
      var isLast = false
      var at = 12
      while at + 3 < count {
        guard bytes[at] == 10 else {
          at += 1
          continue
        }
        if bytes[at + 1] == 13, bytes[at + 2] == 10 {
          return (length, at + 3, bytes[9] == 0x32 && bytes[11] == 0x30, isLast)
        }
        if at + 17 < count, (0..<17).allSatisfy({ bytes[at + $0] == name.utf8Start[$0] }) {
          length = 0
          at += 17
          while at < count, bytes[at] &- 0x30 < 10 {
            length = length * 10 + Int(bytes[at] - 0x30)
            at += 1
          }
        } else {
          if at + 18 < count, (0..<18).allSatisfy({ bytes[at + $0] == last.utf8Start[$0] }) { isLast = true }
          at += 1
        }
      }
      return nil
    }
  }
}
