import CLinux
import Glibc

/// Sockets that listen on one address, before anybody serves them: made while the process has the right to, so that
/// it can give up its rights and shut the door before it opens anything else.
package struct OpenedSockets: Sendable, Equatable {
  /// Where they listen, with the port the system chose.
  package let address: ListenAddress
  let descriptors: [Int32]
  /// One socket for all loops, which somebody else made and keeps.
  let isShared: Bool

  /// One socket for each loop, all on the same port, which nobody else may listen on.
  package init(_ address: ListenAddress, loops: Int = Server.usualLoops) throws(ServerError) {
    var port = address.port
    var descriptors: [Int32] = []
    for loop in 0..<max(1, loops) {
      do throws(ServerError) {
        let descriptor = try Sockets.listen(address, port: port, backlog: 4096, joins: loop > 0)
        descriptors.append(descriptor)
        if loop == 0, loops > 1 { Sockets.share(descriptor) }
        if port == 0 { port = Sockets.port(of: descriptor) ?? 0 }
      } catch {
        for descriptor in descriptors { close(descriptor) }
        throw error
      }
    }
    self.address = ListenAddress(host: address.host, port: port)
    self.descriptors = descriptors
    isShared = false
  }

  /// A listening socket that systemd handed over (sd_listen_fds); it outlives this process, so that no connection is
  /// refused while another takes its place.
  package init(inherited descriptor: Int32) throws(ServerError) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var listens: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    let got = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    guard got == 0, getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0, listens != 0
    else {
      throw ServerError(
        code: .badAddress, subject: "the socket handed over as descriptor \(descriptor)", errorNumber: EINVAL)
    }
    _ = doorsill_set_nonblocking(descriptor)
    Sockets.setOptions(descriptor)
    let bound = NetworkAddress(storage)
    address = ListenAddress(host: bound.text, port: bound.port)
    descriptors = [descriptor]
    isShared = true
  }
}
