import CLinux
import Glibc

/// What systemd and the server tell each other: sockets handed over (sd_listen_fds), states (sd_notify).
///
/// Make it early: it takes its address from the environment and connects before the door is shut.
package final class Supervisor: Sendable {
  /// Sockets handed over, already listening, with their names (`FileDescriptorName=`).
  package let inherited: [(name: String, descriptor: Int32)]
  private let socket: Int32

  package init() {
    inherited = Supervisor.takeSockets()
    socket = Supervisor.connect()
  }

  deinit { if socket >= 0 { close(socket) } }

  /// Whether somebody listens.
  package var isSupervised: Bool { socket >= 0 }

  /// The server answers from now on.
  package func ready(_ status: String = "") { notify("READY=1\nSTATUS=\(line(status))") }
  /// A reload begins; `ready` ends it.
  package func reloading() { notify("RELOADING=1\nMONOTONIC_USEC=\(Clock.microseconds())") }
  /// The server finishes what is in flight and goes.
  package func stopping() { notify("STOPPING=1") }
  /// One line for `systemctl status`.
  package func status(_ text: String) { notify("STATUS=\(line(text))") }

  private func line(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }

  private func notify(_ message: String) {
    guard socket >= 0 else { return }
    let bytes = Array(message.utf8)
    _ = bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, doorsill_msg_nosignal()) }
  }

  private static func takeSockets() -> [(name: String, descriptor: Int32)] {
    defer {
      unsetenv("LISTEN_PID")
      unsetenv("LISTEN_FDS")
      unsetenv("LISTEN_FDNAMES")
    }
    guard environment("LISTEN_PID") == String(getpid()), let text = environment("LISTEN_FDS"),
      let count = Int32(text), (1...64).contains(count)
    else { return [] }
    let names = environment("LISTEN_FDNAMES")?.split(separator: ":", omittingEmptySubsequences: false) ?? []
    return (0..<count).map { index in
      let descriptor = 3 + index
      _ = doorsill_set_close_on_exec(descriptor)
      return (Int(index) < names.count ? String(names[Int(index)]) : "unknown", descriptor)
    }
  }

  private static func connect() -> Int32 {
    defer { unsetenv("NOTIFY_SOCKET") }
    guard let path = environment("NOTIFY_SOCKET"), path.hasPrefix("/") || path.hasPrefix("@") else {
      return -1
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return -1 }
    if name[0] == 0x40 { name[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let descriptor = doorsill_datagram_socket()
    guard descriptor >= 0 else { return -1 }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count + (name[0] == 0 ? 0 : 1))
    let connected = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, length) }
    }
    guard connected == 0 else {
      close(descriptor)
      return -1
    }
    return descriptor
  }

  private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
