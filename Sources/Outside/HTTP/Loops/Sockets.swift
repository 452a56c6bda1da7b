import CLinux
import Glibc

/// The few socket calls the loops need, with EINTR handled.
enum Sockets {
  enum Outcome: Equatable { case done(Int), again, ended, failed }

  /// Makes a listening socket. What accepted sockets should have (no delay) they inherit from it.
  ///
  /// - Parameter joins: listens beside sockets of this process that were opened to more by `share`. Without it a port
  ///   on which anybody listens is refused, also where he would share it: two servers that answer one port in turn
  ///   are nobody's wish.
  static func listen(
    _ address: ListenAddress, port: UInt16, backlog: Int32, joins: Bool = false
  ) throws(ServerError) -> Int32 {
    guard let (storage, length) = address.socketAddress(port: port) else {
      throw ServerError(code: .badAddress, subject: "\(address)", errorNumber: EINVAL)
    }
    let descriptor = doorsill_socket(Int32(storage.ss_family))
    guard descriptor >= 0 else {
      throw ServerError(code: .listenFailed, subject: "\(address)", errorNumber: errno)
    }
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
    if joins { share(descriptor) }
    setOptions(descriptor)
    let bound = withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard bound == 0, Glibc.listen(descriptor, backlog) == 0 else {
      let number = errno
      close(descriptor)
      throw ServerError(code: .listenFailed, subject: "\(address)", errorNumber: number)
    }
    return descriptor
  }

  /// Lets further sockets of this user listen on the port (SO_REUSEPORT). Set on the first socket only when it
  /// listens already: until then it is refused where somebody else does, and of two that start at once one is.
  static func share(_ descriptor: Int32) {
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  /// What accepted sockets inherit: nothing waits to be sent together with more, and the kernel takes no more
  /// from us for a slow reader than it can soon send. Without the second, two thousand slow readers of a large
  /// file hold megabytes each, and filling them stalls the loop for seconds.
  static func setOptions(_ descriptor: Int32) {
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    setUnsent(descriptor, bytes: 256 * 1024)
  }

  /// Bytes the kernel holds for one connection beyond what is on its way; -1: as many as it likes.
  static func setUnsent(_ descriptor: Int32, bytes: Int32) {
    var bytes = bytes
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &bytes, socklen_t(MemoryLayout<Int32>.size))
  }

  /// The port a socket is bound to.
  static func port(of descriptor: Int32) -> UInt16? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let got = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return got == 0 ? NetworkAddress(storage).port : nil
  }

  /// Takes one waiting connection; nil with errno where there is none.
  static func accept(_ listener: Int32) -> (descriptor: Int32, address: NetworkAddress)? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let descriptor = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { doorsill_accept(listener, $0, &length) }
    }
    return descriptor >= 0 ? (descriptor, NetworkAddress(storage)) : nil
  }

  static func receive(_ descriptor: Int32, into buffer: inout [UInt8]) -> Outcome {
    while true {
      let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
      if count > 0 { return .done(count) }
      if count == 0 { return .ended }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .again : .failed
    }
  }

  static func send(_ descriptor: Int32, _ bytes: [UInt8], from offset: Int, more: Bool) -> Outcome {
    let flags = more ? doorsill_msg_more() : doorsill_msg_nosignal()
    while true {
      let count = bytes.withUnsafeBytes { all in
        let rest = UnsafeRawBufferPointer(rebasing: all[offset...])
        return Glibc.send(descriptor, rest.baseAddress, rest.count, flags)
      }
      if count >= 0 { return .done(count) }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .again : .failed
    }
  }

  /// Sends a part of a file without copying it through this process.
  static func send(_ descriptor: Int32, file: Int32, offset: Int, count: Int) -> Outcome {
    while true {
      var position = Int64(offset)
      let sent = doorsill_sendfile(descriptor, file, &position, count)
      if sent > 0 { return .done(sent) }
      if sent == 0 { return .ended }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .again : .failed
    }
  }

  /// Reads a part of a file.
  static func read(_ file: Int32, offset: Int, count: Int) -> [UInt8]? {
    var total = 0
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while total < count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[total...])
        let got = pread(file, rest.baseAddress, rest.count, off_t(offset + total))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else {
          failed = got < 0
          break
        }
        total += got
      }
      initialized = total
    }
    return failed ? nil : bytes
  }
}
