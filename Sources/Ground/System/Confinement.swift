package import Bytes
import CLinux
import Glibc

/// Closes the door behind the server: after `apply` the process can open what it serves and what it writes, and
/// nothing else; it has the system calls that serving needs, no capability, and no socket but those it has open; it can
/// start no program, gain no right, and leave no core.
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
    /// Only the system calls that serving needs, none of which starts a program, makes a socket or reaches another
    /// process (seccomp).
    package var systemCalls: Measure
    /// No capability is left (capset), even where the process stays root.
    package var capabilities: Measure
    /// Landlock's interface number; 0 where the kernel has none.
    package var landlockVersion: Int

    /// Everything holds that this kernel's interfaces can hold: what an older Landlock has no rule for is not counted.
    package var isConfined: Bool {
      files.isWhole && systemCalls.isWhole && capabilities.isWhole && noNewPrivileges.isWhole
        && notDumpable.isWhole && (network.isWhole || landlockVersion < 4)
    }

    /// One line each, for the log and `doctor`.
    package var lines: [(name: Wording, measure: Measure)] {
      [
        (Wording("no-new-privileges", "不得提升权限"), noNewPrivileges),
        (Wording("not-dumpable", "内存不可转储"), notDumpable), (Wording("files", "文件"), files),
        (Wording("network", "网络"), network), (Wording("system-calls", "系统调用"), systemCalls),
        (Wording("capabilities", "特权能力"), capabilities),
      ]
    }
  }

  /// What trying to open a path came to.
  package enum Probe: Sendable, Equatable { case denied, absent, opens }

  /// Confines this process.
  ///
  /// - Parameters:
  ///   - readable: folders and files that may be read.
  ///   - writable: folders in which files may be made, changed and removed, but no folders or links. A path that does
  ///     not exist is skipped and named in the outcome.
  ///   - growing: folders in which folders may be made too.
  package static func apply(readable: [String], writable: [String], growing: [String] = []) -> Outcome {
    // No core file, no message queue.
    for resource in [__rlimit_resource_t(RLIMIT_CORE.rawValue), doorsill_rlimit_message_queues()] {
      var none = rlimit(rlim_cur: 0, rlim_max: 0)
      setrlimit(resource, &none)
    }
    let dumpable: Measure = doorsill_not_dumpable() == 0 ? .holds : .missing(reason())
    let privileges: Measure = doorsill_no_new_privileges() == 0 ? .holds : .missing(reason())
    let capabilities: Measure = doorsill_drop_capabilities() == 0 ? .holds : .missing(reason())
    let version = landlockVersion
    let (files, network) = restrict(version, readable: readable, writable: writable, growing: growing)
    return Outcome(
      noNewPrivileges: privileges, notDumpable: dumpable, files: files, network: network,
      systemCalls: doorsill_seccomp_allow() == 0 ? .holds : .missing(reason()), capabilities: capabilities,
      landlockVersion: version)
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

  /// What a server that was taken over would try, and the system's error number for each; 0 where it got through.
  ///
  /// - Parameters:
  ///   - state: a folder that is writable, with a file `mine` and the folders `releases/parts` and `releases/empty`.
  ///   - outer: a file that may not be reached.
  package static func attempts(state: String, outer: String) -> [(what: String, error: Int32)] {
    var made: [(String, Int32)] = []
    while true {
      var name: UnsafePointer<CChar>?
      let error = doorsill_attempt(Int32(made.count), state, outer, &name)
      guard error >= 0, let name else { return made }
      made.append((String(cString: name), error))
    }
  }

  /// Whether nothing can be read through this path.
  package static func cannotOpen(_ path: String) -> Bool { probe(path) != .opens }

  /// The Landlock interface this kernel speaks; 0 where it has none.
  package static var landlockVersion: Int { max(0, Int(doorsill_landlock_abi())) }

  /// Whether this kernel filters system calls (seccomp).
  package static var hasFilter: Bool { access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0 }

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
    static let removeFile: UInt64 = 1 << 5
    static let makeFolder: UInt64 = 1 << 7
    static let makeFile: UInt64 = 1 << 8
    static let refer: UInt64 = 1 << 13
    static let truncate: UInt64 = 1 << 14
    static let reading = readFile | readFolder
    /// Files are made, changed, renamed within their folder and removed; no folder, link, pipe or socket is made.
    static let writing = reading | writeFile | removeFile | makeFile | truncate
    /// Folders too, where a log grows.
    static let growing = writing | makeFolder
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
    _ version: Int, readable: [String], writable: [String], growing: [String]
  ) -> (files: Measure, network: Measure) {
    guard version > 0 else {
      let missing = Measure.missing(Wording("this kernel has no Landlock", "此内核没有 Landlock"))
      return (missing, missing)
    }
    let handled = Right.handled(version)
    let network: UInt64 = version >= 4 ? 3 : 0
    let scoped: UInt64 = version >= 6 ? 3 : 0
    let size = version >= 6 ? 24 : version >= 4 ? 16 : 8
    let ruleset = doorsill_landlock_ruleset(handled, network, scoped, size)
    guard ruleset >= 0 else { return (.missing(reason()), .missing(reason())) }
    defer { close(ruleset) }
    var skipped: [String] = []
    for (paths, rights) in [
      (readable, Right.reading), (writable, Right.writing), (growing, Right.growing),
    ] {
      // Where folders are made, a link would grant what it points at.
      let isItself = rights == Right.growing
      for path in paths where !allow(ruleset, path, rights & handled, isItself: isItself) {
        skipped.append(path)
      }
    }
    // Afterwards the list of threads cannot be opened any more.
    let others = threadCount - 1
    guard doorsill_landlock_enforce(ruleset) == 0 else { return (.missing(reason()), .missing(reason())) }
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

  private static func allow(_ ruleset: Int32, _ path: String, _ rights: UInt64, isItself: Bool) -> Bool {
    let descriptor = isItself ? doorsill_open_path_itself(path) : doorsill_open_path(path)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    let isFolder = doorsill_is_directory(&status) == 1
    return doorsill_landlock_allow(ruleset, descriptor, isFolder ? rights : rights & Right.ofFile) == 0
  }
}
