package import Bytes
import Glibc

/// Why the server could not start or open what it serves.
package struct ServerError: Fault, Equatable {
  package enum Code: Sendable { case badAddress, listenFailed, noThreads, noRoot, badLog, noLoop }

  package let code: Code
  /// What it was about: an address, or a path.
  package let subject: String
  package let errorNumber: Int32

  init(code: Code, subject: String, errorNumber: Int32) {
    self.code = code
    self.subject = subject
    self.errorNumber = errorNumber
  }

  package static func == (left: ServerError, right: ServerError) -> Bool { left.code == right.code }

  package var message: String {
    let reason = String(cString: strerror(errorNumber))
    return switch code {
    case .badAddress: "\(subject) is no address to listen on"
    case .listenFailed: "cannot listen on \(subject): \(reason)"
    case .noThreads: "the system makes no more threads: \(reason)"
    case .noRoot: "cannot open the folder \(subject): \(reason)"
    case .badLog: "cannot open the access log \(subject): \(reason)"
    case .noLoop: "cannot make an event loop: \(reason)"
    }
  }

  package var hint: String? {
    switch code {
    case .badAddress: "write it as 127.0.0.1:8080, [::1]:8080 or :8080"
    case .listenFailed where errorNumber == EADDRINUSE: "another program listens there; choose another port"
    case .listenFailed where errorNumber == EACCES:
      "ports below 1024 need a right (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE)"
    case .noThreads, .noLoop: "raise the limits on tasks and open files for this user"
    default: nil
    }
  }

  package var blame: Blame { code == .badAddress ? .usage : .environment }
}
