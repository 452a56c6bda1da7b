package import Bytes
import CLinux
import Glibc

/// Closes the door behind the server: after `apply` the process can open what it serves and what it writes, and
/// nothing else; it can start no program, gain no right, and leave no core.
///
/// Call it when the listening sockets are open and before any thread is made: Landlock binds the calling thread
/// and the threads it makes afterwards. What the kernel lacks is said in the outcome, never passed over.
package enum Confinement {
  /// Whether one of the measures holds.
  package enum Measure: Sendable, Equatable {
    case holds
    /// It holds in part, or not for every thread.
    case partly(Wording)
    case missing(Wording)

    package var isWhole: Bool { self == .holds }
    /// `holds`, or why not.
    package var words: Wording {
      switch self {
      case .holds: Wording("holds", "生效")
      case .partly(let why): Wording("holds in part: \(why.en)", "部分生效：\(why.zh)")
      case .missing(let why): Wording("does not hold: \(why.en)", "未生效：\(why.zh)")
      }
    }
  }

  /// What holds after `apply`.
  package struct Outcome: Sendable {
    /// No program may gain rights (`no_new_privs`).
    package var noNewPrivileges: Measure
    /// No debugger, no core file.
    package var notDumpable: Measure
    /// Only the listed folders can be opened (Landlock).
    package var files: Measure
    /// No outgoing TCP connection (Landlock from ABI 4).
    package var network: Measure
    /// No execve and its like (seccomp).
    package var systemCalls: Measure
    /// Landlock's interface number; 0 where the kernel has none.
    package var landlockVersion: Int

    /// The file door is shut, which is what serving promises.
    package var isConfined: Bool { files.isWhole && systemCalls.isWhole && noNewPrivileges.isWhole }

    /// One line each, for the log and `doctor`.
    package var lines: [(name: Wording, measure: Measure)] {
      [
        (Wording("no-new-privileges", "不得提升权限"), noNewPrivileges),
        (Wording("not-dumpable", "内存不可转储"), notDumpable), (Wording("files", "文件"), files),
        (Wording("network", "网络"), network), (Wording("system-calls", "系统调用"), systemCalls),
      ]
    }
  }

  /// What trying to open a path came to.
  package enum Probe: Sendable, Equatable { case denied, absent, opens }

  /// Confines this process.
  ///
  /// - Parameters:
  ///   - readable: folders and files that may be read.
  ///   - writable: folders in which files may be made, changed and removed. A path that does not exist is skipped
  ///     and named in the outcome.
  ///   - mayListen: further listening sockets may be opened.
  package static func apply(readable: [String], writable: [String], mayListen: Bool = false) -> Outcome {
    // No core file, no message queue.
    for resource in [__rlimit_resource_t(RLIMIT_CORE.rawValue), doorsill_rlimit_message_queues()] {
      var none = rlimit(rlim_cur: 0, rlim_max: 0)
      setrlimit(resource, &none)
    }
    let dumpable: Measure = doorsill_not_dumpable() == 0 ? .holds : .missing(reason())
    let privileges: Measure = doorsill_no_new_privileges() == 0 ? .holds : .missing(reason())
    let version = landlockVersion
    let (files, network) = restrict(version, readable: readable, writable: writable, mayListen: mayListen)
    return Outcome(
      noNewPrivileges: privileges, notDumpable: dumpable, files: files, network: network,
      systemCalls: forbidCalls(), landlockVersion: version)
  }

  /// Tries to open a path for reading: the proof that the door is shut, or that it is not.
  package static func probe(_ path: String) -> Probe {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    if descriptor >= 0 {
      close(descriptor)
      return .opens
    }
    return errno == EACCES || errno == EPERM ? .denied : .absent
  }

  /// Whether nothing can be read through this path.
  package static func cannotOpen(_ path: String) -> Bool { probe(path) != .opens }

  /// The Landlock interface this kernel speaks; 0 where it has none.
  package static var landlockVersion: Int { max(0, Int(doorsill_landlock_abi())) }

  /// Threads of this process now.
  package static var threadCount: Int {
    guard let folder = opendir("/proc/self/task") else { return 1 }
    defer { closedir(folder) }
    var count = -2
    while readdir(folder) != nil { count += 1 }
    return max(1, count)
  }

  private static func reason() -> Wording {
    let text = String(cString: strerror(errno))
    return Wording(text, text)
  }

  // MARK: Landlock

  /// Rights by the ABI that brought them (linux/landlock.h).
  private enum Right {
    static let writeFile: UInt64 = 1 << 1
    static let readFile: UInt64 = 1 << 2
    static let readFolder: UInt64 = 1 << 3
    static let removeFolder: UInt64 = 1 << 4
    static let removeFile: UInt64 = 1 << 5
    static let makeFolder: UInt64 = 1 << 7
    static let makeFile: UInt64 = 1 << 8
    static let makeLink: UInt64 = 1 << 12
    static let refer: UInt64 = 1 << 13
    static let truncate: UInt64 = 1 << 14
    static let reading = readFile | readFolder
    static let writing =
      reading | writeFile | removeFolder | removeFile | makeFolder | makeFile | makeLink | refer | truncate
    /// What may be said about a path that is no folder.
    static let ofFile = readFile | writeFile | truncate

    static func handled(_ version: Int) -> UInt64 {
      var rights: UInt64 = 0x1FFF
      if version >= 2 { rights |= refer }
      if version >= 3 { rights |= truncate }
      if version >= 5 { rights |= 1 << 15 }
      return rights
    }
  }

  private static func restrict(
    _ version: Int, readable: [String], writable: [String], mayListen: Bool
  ) -> (files: Measure, network: Measure) {
    guard version > 0 else {
      let missing = Measure.missing(Wording("this kernel has no Landlock", "此内核没有 Landlock"))
      return (missing, missing)
    }
    let handled = Right.handled(version)
    let bind: UInt64 = mayListen ? 0 : 1
    let network: UInt64 = version >= 4 ? 2 | bind : 0
    let scoped: UInt64 = version >= 6 ? 3 : 0
    let size = version >= 6 ? 24 : version >= 4 ? 16 : 8
    let ruleset = doorsill_landlock_ruleset(handled, network, scoped, size)
    guard ruleset >= 0 else { return (.missing(reason()), .missing(reason())) }
    defer { close(ruleset) }
    var skipped: [String] = []
    for (paths, rights) in [(readable, Right.reading), (writable, Right.writing)] {
      for path in paths where !allow(ruleset, path, rights & handled) { skipped.append(path) }
    }
    guard doorsill_landlock_enforce(ruleset) == 0 else { return (.missing(reason()), .missing(reason())) }
    let others = threadCount - 1
    let files: Measure =
      others > 0
      ? .partly(Wording("\(others) threads were already running", "已有 \(others) 个线程在运行"))
      : !skipped.isEmpty
        ? .partly(
          Wording(
            "not found: \(skipped.joined(separator: ", "))", "找不到 \(skipped.joined(separator: "、"))"))
        : version < 3
          ? .partly(
            Wording(
              "this kernel cannot forbid truncation (Landlock \(version))", "此内核不能禁止截断文件（Landlock \(version)）"
            )) : .holds
    return (
      files,
      version >= 4
        ? .holds
        : .missing(
          Wording("Landlock \(version) knows no network rules", "Landlock \(version) 没有网络规则"))
    )
  }

  private static func allow(_ ruleset: Int32, _ path: String, _ rights: UInt64) -> Bool {
    let descriptor = doorsill_open_path(path)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    let isFolder = doorsill_is_directory(&status) == 1
    return doorsill_landlock_allow(ruleset, descriptor, isFolder ? rights : rights & Right.ofFile) == 0
  }

  // MARK: seccomp

  private static func forbidCalls() -> Measure {
    var calls = [Int32](repeating: 0, count: 64)
    let count = doorsill_forbidden_calls(&calls, Int32(calls.count))
    return doorsill_seccomp_forbid(calls, count) == 0 ? .holds : .missing(reason())
  }
}

/// Who the process is.
package enum Privileges {
  /// A user to become.
  package struct User: Sendable, Equatable {
    package let name: String
    let uid: uid_t
    let gid: gid_t

    /// A user by name; nil where there is none.
    package init?(named name: String) {
      guard let entry = getpwnam(name) else { return nil }
      self.init(name: name, uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
    }

    /// Whoever owns a folder or file; nil where it cannot be seen.
    package init?(owning path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      let name = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) }
      self.init(name: name ?? "uid \(status.st_uid)", uid: status.st_uid, gid: status.st_gid)
    }

    private init(name: String, uid: uid_t, gid: gid_t) {
      self.name = name
      self.uid = uid
      self.gid = gid
    }

    package var isRoot: Bool { uid == 0 }
  }

  /// Whether the process may do anything.
  package static var isRoot: Bool { geteuid() == 0 }

  /// Gives up root for a user, for good: groups, group, user, and the proof that there is no way back. Nothing
  /// happens where the process is not root.
  /// - Returns: nil when done, or why not.
  package static func drop(to user: User) -> String? {
    guard isRoot else { return nil }
    guard !user.isRoot else { return "the user “\(user.name)” is root itself" }
    guard setgroups(0, nil) == 0, setgid(user.gid) == 0, setuid(user.uid) == 0 else {
      return String(cString: strerror(errno))
    }
    return setuid(0) != 0 && setgid(0) != 0 ? nil : "root could be had again"
  }
}
