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

  package var message: String { words.en }
  package var hint: String? { advice?.en }
  package func message(in language: String) -> String { words.said(in: language) }
  package func hint(in language: String) -> String? { advice?.said(in: language) }

  private var words: Wording {
    let reason = String(cString: strerror(errorNumber))
    return switch code {
    case .badAddress: Wording("\(subject) is no address to listen on", "\(subject) 不是可监听的地址")
    case .listenFailed: Wording("cannot listen on \(subject): \(reason)", "无法监听 \(subject)：\(reason)")
    case .noThreads: Wording("the system makes no more threads: \(reason)", "系统无法再创建线程：\(reason)")
    case .noRoot: Wording("cannot open the folder \(subject): \(reason)", "无法打开文件夹 \(subject)：\(reason)")
    case .badLog: Wording("cannot open the access log \(subject): \(reason)", "无法打开访问日志 \(subject)：\(reason)")
    case .noLoop: Wording("cannot make an event loop: \(reason)", "无法创建事件循环：\(reason)")
    }
  }

  private var port: Substring {
    subject[(subject.lastIndex(of: ":").map(subject.index(after:)) ?? subject.startIndex)...]
  }

  private var advice: Wording? {
    switch code {
    case .badAddress:
      Wording("write it as 127.0.0.1:8080, [::1]:8080 or :8080", "请写成 127.0.0.1:8080、[::1]:8080 或 :8080")
    case .listenFailed where errorNumber == EADDRINUSE:
      Wording(
        "another program listens there, perhaps an earlier server: 'ss -ltnp sport = :\(port)' shows which; stop it, or "
          + "choose another port",
        "已有其他程序监听该处，或许是先前启动的服务：可用 ss -ltnp sport = :\(port) 查看；请先停止它，或换一个端口")
    case .listenFailed where errorNumber == EACCES:
      Wording(
        "ports below 1024 need a right (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE)",
        "1024 以下的端口需要权限（systemd：AmbientCapabilities=CAP_NET_BIND_SERVICE）")
    case .noThreads, .noLoop:
      Wording("raise the limits on tasks and open files for this user", "请提高该用户的任务数与打开文件数上限")
    default: nil
    }
  }

  package var blame: Blame { code == .badAddress ? .usage : .environment }
}
