import COpenSSL
import Glibc

/// A connection of the driver: never blocking, loopback only.
struct Socket {
  let descriptor: Int32
  /// The TLS session over it, where there is one.
  private var session: OpaquePointer?

  /// Begins to connect to a port of this machine; nil where descriptors have run out.
  init?(port: UInt16, receiveBuffer: Int32? = nil) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
    if var bytes = receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, 4) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if status != 0, errno != EINPROGRESS {
      Glibc.close(descriptor)
      return nil
    }
  }

  /// Connects and shakes hands, waiting for both. Whom it meets is not asked: it is this machine.
  init?(securePort port: UInt16) {
    self.init(port: port)
    var polls = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
    poll(&polls, 1, 5000)
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
    let context = SSL_CTX_new(TLS_client_method())
    session = SSL_new(context)
    SSL_CTX_free(context)
    guard SSL_set_fd(session, descriptor) == 1, SSL_connect(session) == 1 else {
      close()
      return nil
    }
    _ = fcntl(descriptor, F_SETFL, flags)
  }

  /// Bytes taken by the kernel; -1 where the connection is gone, 0 where it takes none now.
  func send(_ bytes: [UInt8], from offset: Int = 0) -> Int {
    if let session {
      let count = SSL_write(session, bytes, Int32(bytes.count))
      return count > 0 ? Int(count) : SSL_get_error(session, count) == SSL_ERROR_WANT_WRITE ? 0 : -1
    }
    let count = bytes.withUnsafeBytes { all in
      Glibc.send(
        descriptor, all.baseAddress.map { $0 + offset }, all.count - offset, Int32(MSG_NOSIGNAL))
    }
    return count >= 0 ? count : errno == EAGAIN || errno == ENOTCONN ? 0 : -1
  }

  /// Reads what has come into a buffer: the number of bytes, 0 where the other side has closed, nil where nothing is
  /// here.
  func receive(into buffer: inout [UInt8], most: Int = .max) -> Int? {
    buffer.withUnsafeMutableBytes { buffer in
      if let session {
        let got = SSL_read(session, buffer.baseAddress, Int32(min(most, buffer.count)))
        return got <= 0 && SSL_get_error(session, got) == SSL_ERROR_WANT_READ ? nil : max(0, Int(got))
      }
      let got = recv(descriptor, buffer.baseAddress, min(most, buffer.count), 0)
      return got < 0 && (errno == EAGAIN || errno == ENOTCONN) ? nil : max(0, got)
    }
  }

  func close() {
    if let session { SSL_free(session) }
    Glibc.close(descriptor)
  }
}

/// Seconds of the monotonic clock.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Waits until one of the descriptors has something, or the time is up.
func waitFor(_ polls: inout [pollfd], until end: Double) {
  // Rounded up: waiting a little too long costs half a millisecond, waiting too short spins.
  let milliseconds = Int32(max(0, min(((end - now()) * 1000).rounded(.up), 1000)))
  poll(&polls, nfds_t(polls.count), milliseconds)
}
