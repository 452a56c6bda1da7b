import Glibc

/// Keeps a listening socket and hands it to one server after the other, as systemd does: when one ends, the next is
/// started with the same socket. Prints the number of each process it starts. Ends with its input.
struct Keeper {
  let port: UInt16
  /// The server and its words.
  let words: [String]

  func run() {
    let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var on: Int32 = 1
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, 4)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let failed = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listening, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) != 0
      }
    }
    guard !failed, listen(listening, 4096) == 0 else {
      print("cannot listen on port \(port)")
      exit(2)
    }
    var ends = [pollfd(fd: 0, events: Int16(POLLIN), revents: 0)]
    while true {
      guard let server = start(listening) else {
        print("cannot start \(words[0])")
        exit(2)
      }
      // Not print: whoever reads it must not wait for a full buffer.
      let line = Array("\(server)\n".utf8)
      _ = write(1, line, line.count)
      var status: Int32 = 0
      while waitpid(server, &status, WNOHANG) == 0 {
        poll(&ends, 1, 5)
        if ends[0].revents != 0 {
          kill(server, SIGTERM)
          waitpid(server, &status, 0)
          return
        }
      }
    }
  }

  /// A server with the socket as its descriptor 3.
  private func start(_ listening: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, listening, 3)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    // The process has to know its own number before it begins (sd_listen_fds).
    let script = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\""
    var arguments = (["sh", "-c", script, "sh"] + words).map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    return posix_spawn(&process, "/bin/sh", &actions, nil, arguments, environ) == 0 ? process : nil
  }
}
