import Glibc

/// Every request of a file (one a line, in base64) on a connection of its own; what is answered is not judged here, only
/// that something is, or that the connection is closed, before its time is up.
struct Corpus {
  let port: UInt16
  let path: String

  private struct Line {
    let socket: Socket
    let out: [UInt8]
    var sent = 0
    let until: Double
  }

  func run() {
    guard let file = fopen(path, "r") else {
      print("cannot read \(path)")
      exit(2)
    }
    defer { fclose(file) }
    var text: UnsafeMutablePointer<CChar>?
    var room = 0
    var left = true
    var (fired, answered, silent) = (0, 0, 0)
    var lines: [Line] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while left || !lines.isEmpty {
      while left, lines.count < 32 {
        let count = getline(&text, &room, file)
        guard count > 0, let text else {
          left = false
          break
        }
        let raw = Self.decoded(UnsafeRawBufferPointer(start: text, count: count))
        guard let socket = Socket(port: port) else { break }
        fired += 1
        lines.append(Line(socket: socket, out: raw, until: now() + 1.5))
      }
      var polls = lines.map { line in
        pollfd(
          fd: line.socket.descriptor, events: Int16(line.sent < line.out.count ? POLLIN | POLLOUT : POLLIN),
          revents: 0)
      }
      waitFor(&polls, until: now() + 0.05)
      var kept: [Line] = []
      for (index, line) in lines.enumerated() {
        var line = line
        if polls[index].revents & Int16(POLLOUT) != 0, line.sent < line.out.count {
          line.sent += max(0, line.socket.send(line.out, from: line.sent))
        }
        let isAnswered = polls[index].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0
        if isAnswered { _ = line.socket.receive(into: &buffer) }
        if isAnswered || now() > line.until {
          if isAnswered { answered += 1 } else { silent += 1 }
          line.socket.close()
        } else {
          kept.append(line)
        }
      }
      lines = kept
    }
    free(text)
    print("{\"fired\":\(fired),\"answered\":\(answered),\"silent\":\(silent)}")
  }

  private static func decoded(_ text: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes: [UInt8] = []
    var (bits, count) = (UInt32(0), 0)
    for byte in text {
      let value: UInt32
      switch byte {
      case 0x41...0x5A: value = UInt32(byte) - 0x41
      case 0x61...0x7A: value = UInt32(byte) - 0x47
      case 0x30...0x39: value = UInt32(byte) + 4
      case 0x2B: value = 62
      case 0x2F: value = 63
      default: continue
      }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }
}
