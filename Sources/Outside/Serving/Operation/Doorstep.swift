package import Bytes
import Glibc
import HTTP
import System

/// Closes the door behind a starting server: gives up root, then the right to open anything but what it serves, and
/// proves both. Called when the sockets are open and before any thread is made.
struct Doorstep {
  /// Folders and files that may be read.
  var readable: [String]
  /// Folders in which files may be made and changed.
  var writable: [String]
  /// Folders in which folders may be made too; made here where they are not there.
  var growing: [String] = []
  /// Whom to become where the process is root: by name, or whoever owns `ownedBy`.
  var user: String?
  var ownedBy: String
  var mustBeClosed: [String] = []
  /// Files that are read again while the server runs.
  var readAgain: [String] = []
  var requireSandbox: Bool

  /// Returns what holds, one line each, for the log and for `doctor`; what does not hold begins with `WARNING`.
  func close() throws -> [Wording] {
    var lines = try giveUpRoot()
    for folder in readable + writable where access(folder, R_OK | X_OK) != 0 {
      let reason = String(cString: strerror(errno))
      throw ServingError(
        .user,
        Wording(
          "the user of this process cannot read the folder \(folder): \(reason)",
          "本进程的用户无法读取文件夹 \(folder)：\(reason)"),
        hint: Wording(
          "give it to that user, and let the folders above it be passed through (chmod o+x)",
          "请将其交给该用户，并允许穿过其上级文件夹（chmod o+x）"))
    }
    for folder in growing { try Files.makeDirectory(folder, mode: 0o700) }
    let outcome = Confinement.apply(readable: readable, writable: writable, growing: growing)
    lines += outcome.lines.map { name, measure in
      let line = Wording("\(name.en): \(measure.words.en)", "\(name.zh)：\(measure.words.zh)")
      return measure.isWhole ? line : .warning(line)
    }
    let open = mustBeClosed.filter { Confinement.probe($0) == .opens }
    lines += mustBeClosed.filter { Files.exists($0) && !open.contains($0) }.map {
      Wording("closed: \($0)", "已关闭：\($0)")
    }
    lines += open.map {
      .warning(Wording("still open to this process: \($0)", "本进程仍可打开：\($0)"))
    }
    lines += readAgain.filter { Confinement.probe($0) == .denied }.map {
      .warning(
        Wording(
          "\($0) cannot be read again by the user this process has become: a change of it needs a restart",
          "\($0) 无法由本进程现在的用户重新读取：更换后须重新启动"))
    }
    guard !requireSandbox || (outcome.isConfined && open.isEmpty && !Privileges.isRoot) else {
      let lacks = lines.filter(\.isWarning)
      throw ServingError(
        .sandbox,
        Wording(
          "--require-sandbox refuses to start: \(lacks.map { $0.bare.en }.joined(separator: "; "))",
          "--require-sandbox 拒绝启动：\(lacks.map { $0.bare.zh }.joined(separator: "；"))"),
        hint: Wording(
          "what is missing of the kernel comes with 6.7 and Landlock switched on; root is given up for --user NAME, or for whoever owns the folder; without --require-sandbox it starts and only warns",
          "内核所缺者，6.7 起并启用 Landlock 即有；root 改为 --user 所指或文件夹属主；不带 --require-sandbox 则只警告"))
    }
    return lines
  }

  private func giveUpRoot() throws -> [Wording] {
    guard Privileges.isRoot else {
      guard user == nil else {
        throw ServingError(
          .user, Wording("only root can become another user", "只有 root 能改为其他用户"),
          hint: Wording("start as root, or leave --user out", "请以 root 启动，或去掉 --user"))
      }
      return []
    }
    let chosen = user.map { Privileges.User(named: $0) } ?? Privileges.User(owning: ownedBy)
    guard let chosen else {
      throw ServingError(
        .user, Wording("there is no user '\(user ?? ownedBy)'", "没有用户“\(user ?? ownedBy)”"),
        hint: Wording("make it with 'useradd --system', or name another", "请用 useradd --system 创建，或指定其他用户"))
    }
    if user == nil, chosen.isRoot {
      return [
        .warning(
          Wording(
            "this process stays root: name a user with --user, or give \(ownedBy) to one",
            "本进程仍以 root 运行：请用 --user 指定用户，或把 \(ownedBy) 交给某个用户"))
      ]
    }
    if let reason = Privileges.drop(to: chosen) {
      throw ServingError(
        .user,
        Wording("cannot become the user '\(chosen.name)': \(reason)", "无法改为用户“\(chosen.name)”：\(reason)"),
        hint: Wording(
          "give the folder to a user and their group: chown -R USER: \(ownedBy)",
          "请把文件夹交给某个用户及其用户组：chown -R USER: \(ownedBy)"))
    }
    return [Wording("user: \(chosen.name)", "用户：\(chosen.name)")]
  }

  /// The folder a file lies in, absolute where it can be found.
  static func folder(of path: String) -> String {
    let parent = Files.parent(of: path)
    let folder = parent.isEmpty ? "." : parent
    return (try? Files.resolved(folder)) ?? folder
  }
}

extension Wording {
  /// A line of what does not hold.
  static func warning(_ line: Wording) -> Wording { Wording("WARNING: \(line.en)", "警告：\(line.zh)") }
  /// The same without the word ahead.
  fileprivate var bare: Wording {
    Wording(
      en.hasPrefix("WARNING: ") ? String(en.dropFirst("WARNING: ".count)) : en,
      zh.hasPrefix("警告：") ? String(zh.dropFirst("警告：".count)) : zh)
  }
  /// Whether a line says what does not hold.
  package var isWarning: Bool { en.hasPrefix("WARNING") }
}
