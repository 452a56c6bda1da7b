import Bytes
import Glibc
import Publishing
import Releases
import System

/// Who may read and change what, by owners and modes: which of the three promises hold in this layout, and which files
/// somebody could change who should not.
struct Custody {
  private let portal: Portal

  init(_ portal: Portal) { self.portal = portal }

  private static let group = Phrase("边界", "boundary")
  private static let filesGroup = Phrase("文件", "files")

  /// Owner and mode of one file or folder; nil where this user may not even look.
  private struct Status {
    let owner: uid_t
    let group: gid_t
    let mode: UInt32

    init?(_ path: String) {
      var status = stat()
      guard lstat(path, &status) == 0 else { return nil }
      owner = status.st_uid
      group = status.st_gid
      mode = UInt32(status.st_mode)
    }

    /// Whether a folder above it keeps this user from looking.
    static func isHidden(_ path: String) -> Bool {
      var status = stat()
      return lstat(path, &status) != 0 && errno == EACCES
    }

    var isLink: Bool { mode & 0o170000 == 0o120000 }
    /// A folder in which nobody takes away what is another's.
    var isSticky: Bool { mode & 0o1000 != 0 }
  }

  static func account(_ user: uid_t) -> String {
    getpwuid(user).flatMap { $0.pointee.pw_name.map { String(cString: $0) } } ?? "uid \(user)"
  }

  private static func group(_ id: gid_t) -> String {
    getgrgid(id).flatMap { $0.pointee.gr_name.map { String(cString: $0) } } ?? "gid \(id)"
  }

  // MARK: Which promises hold

  var boundaries: [Finding] {
    guard let catalog = Status(portal.catalog), let inside = Status(portal.inside) else {
      return [
        Finding(
          Self.group, Phrase("门内", "inside"), .doubtful,
          Status.isHidden(portal.inside)
            ? Phrase("此用户无法查看", "cannot be seen by this user")
            : Phrase("尚未建立", "is not there yet"),
          hint: Phrase(
            "首次发布即会建立；已有的，请以 root 或发布方的系统用户运行",
            "the first publication makes it; where it is there, run this as root or as the publisher's system user"
          ))
      ]
    }
    let publisher = Self.account(inside.owner)
    let isShared = catalog.owner != inside.owner || catalog.mode & 0o022 != 0
    let isClosed = inside.mode & 0o077 == 0
    let open = Phrase(
      "他人可进入 .doorsill/inside（\(String(inside.mode & 0o777, radix: 8))）",
      ".doorsill/inside is open to others (\(String(inside.mode & 0o777, radix: 8)))")
    let close = Phrase("chmod 700 '\(portal.inside)'", "chmod 700 '\(portal.inside)'")
    var found = [
      Finding(
        Self.group, Phrase("编辑者（P1）", "editors (P1)"),
        isShared && isClosed ? .good : .doubtful,
        isShared && !isClosed
          ? open
          : isShared
            ? Phrase(
              "编辑 Catalog 的人不是发布方用户 \(publisher)：任何一人都不能单独开放",
              "who edits Catalog is not the publisher's user \(publisher): nobody opens anything alone")
            : Phrase(
              "只有一个系统用户 \(publisher) 拥有 Catalog 与 .doorsill/inside：能以该用户登录的人可抄走数据行",
              "one system user, \(publisher), has Catalog and .doorsill/inside: whoever works as that user can copy rows"
            ),
        hint: isShared
          ? close
          : Phrase(
            "把 .doorsill/inside 交给专门的系统用户，人员经由用户组编辑 Catalog、Policies 与 Public",
            "give .doorsill/inside to a system user of its own, and let people edit Catalog, Policies and Public through a group"
          ))
    ]
    guard let outside = Status(portal.outside) else { return found }
    let server = Self.account(outside.owner)
    let isApart = outside.owner != inside.owner
    found.append(
      Finding(
        Self.group, Phrase("发布方（P2）", "publisher (P2)"), isApart ? .good : .doubtful,
        isApart
          ? Phrase(
            "服务方用户 \(server) 记得发布方的日志：改写历史会被发现",
            "the server's user \(server) remembers the publisher's log: history is not rewritten unseen")
          : Phrase(
            "两本日志都属 \(server)：只有各人的主目录与门户之外的人记得另一段历史",
            "both logs belong to \(server): only people's homes, and whoever is outside, remember another history"
          ),
        hint: Phrase(
          "让服务进程用自己的系统用户（chown -R USER: \(portal.outside)），并请他人定期保存 /ledger/checkpoint",
          "give the server a system user of its own (chown -R USER: \(portal.outside)), and have others keep /ledger/checkpoint now and then"
        )))
    found.append(
      Finding(
        Self.group, Phrase("服务方（P3）", "server (P3)"),
        isApart && isClosed ? .good : .doubtful,
        isApart && !isClosed
          ? open
          : isApart
            ? Phrase("用户 \(server) 打不开门内的任何文件", "the user \(server) opens nothing inside")
            : Phrase(
              "用户 \(server) 也拥有门内的文件：只有服务进程的自我约束（Landlock）挡住它",
              "the user \(server) has the inside too: nothing but the server's own confinement (Landlock) keeps it out"
            ),
        hint: isApart
          ? close : Phrase("同上，并用 serve --require-sandbox", "as above, and serve --require-sandbox")))
    return found
  }

  // MARK: Which files somebody else could read or change

  var files: [Finding] {
    let (inside, outside) = (portal.inside, portal.outside)
    return [
      finding(Phrase("门户文件夹", "portal folder"), [portal.folder, Files.parent(of: inside)], isSecret: false),
      finding(Phrase("authority.json", "authority.json"), [portal.authority], isSecret: false),
      finding(Phrase("门内密钥", "inside keys"), [inside] + Self.all(inside + "/keys"), isSecret: true),
      finding(
        Phrase("决策日志与历史", "decisions and history"),
        [inside + "/decisions", inside + "/decisions.head", inside + "/history"]
          + Self.all(inside + "/decisions"), isSecret: true),
      finding(
        Phrase("服务方密钥", "server's keys"),
        Self.all(outside + "/keys").filter { !$0.hasSuffix(".pub") }
          + [outside + "/" + Layout.verifyKey, outside + "/authority"], isSecret: true),
      finding(
        Phrase("访问数据库", "access database"),
        ["", "-wal", "-shm"].map { outside + "/access.sqlite" + $0 }, isSecret: true),
      finding(
        Phrase("答复日志", "answers log"),
        [outside + "/answers", outside + "/answers.head"] + Self.all(outside + "/answers"), isSecret: true),
      finding(
        Phrase("现行版本与撤回清单", "current and withdrawn"),
        [
          outside, outside + "/" + Layout.current, outside + "/" + Layout.releases,
          outside + "/" + Layout.withdrawn, outside + "/" + Layout.releaseKey,
        ], isSecret: false),
    ].compactMap { $0 }
  }

  private static func all(_ folder: String) -> [String] {
    ((try? Files.list(folder)) ?? []).sorted().map { "\(folder)/\($0)" }
  }

  /// One finding about files of a kind; nil where there are none. Only what can be reached counts: what lies in a folder that
  /// others may not pass is as closed as that.
  private func finding(_ name: Phrase, _ paths: [String], isSecret: Bool) -> Finding? {
    let there = paths.compactMap { path in Status(path).map { (path, $0) } }
    guard !there.isEmpty else {
      guard paths.contains(where: Status.isHidden) else { return nil }
      return Finding(
        Self.filesGroup, name, .doubtful, Phrase("此用户无法查看", "cannot be seen by this user"),
        hint: Phrase("请以 root 或发布方的系统用户运行", "run it as root or as the publisher's system user"))
    }
    var faults: [(zh: String, en: String, path: String)] = []
    for (path, status) in there where !status.isLink {
      let short = path.hasPrefix(portal.folder + "/") ? String(path.dropFirst(portal.folder.count + 1)) : path
      for (shift, who) in [(3, Self.group(status.group)), (0, "")] {
        let bits = status.mode >> UInt32(shift) & 0o7
        guard passes(path, shift: shift) else { continue }
        let canWrite = bits & 0o2 != 0 && !(status.isSticky && path == portal.folder)
        guard canWrite || isSecret && bits & 0o4 != 0 else { continue }
        let (zh, en) =
          who.isEmpty ? ("任何用户", "every user") : ("用户组 \(who)", "the group \(who)")
        faults.append(
          canWrite
            ? ("\(short)：\(zh)可改动", "\(short): \(en) may change it", path)
            : ("\(short)：\(zh)可读取", "\(short): \(en) may read it", path))
        break
      }
    }
    let owners = Set(there.map { Self.account($0.1.owner) }).sorted().joined(separator: ", ")
    guard let first = faults.first else {
      return Finding(
        Self.filesGroup, name, .good,
        isSecret
          ? Phrase("仅 \(owners) 可读写", "read and written by \(owners) alone")
          : Phrase("仅 \(owners) 可改动", "changed by \(owners) alone"))
    }
    let rest = faults.count > 3 ? (zh: "；等 \(faults.count) 处", en: "; \(faults.count) in all") : ("", "")
    return Finding(
      Self.filesGroup, name, .bad,
      Phrase(
        faults.prefix(3).map(\.zh).joined(separator: "；") + rest.0,
        faults.prefix(3).map(\.en).joined(separator: "; ") + rest.1),
      hint: Phrase(
        "chmod \(isSecret ? "go-rwx" : "go-w") '\(first.path)'",
        "chmod \(isSecret ? "go-rwx" : "go-w") '\(first.path)'"))
  }

  /// Whether group or others may pass every folder between the portal and this file.
  private func passes(_ path: String, shift: Int) -> Bool {
    var folder = Files.parent(of: path)
    while folder.hasPrefix(portal.folder + "/") || folder == portal.folder {
      guard let status = Status(folder) else { return false }
      // Somebody of a group may pass where everybody may.
      let bits = status.mode >> UInt32(shift) & 0o7 | (shift == 3 ? status.mode & 0o1 : 0)
      guard bits & 0o1 != 0 else { return false }
      guard folder != portal.folder else { return true }
      folder = Files.parent(of: folder)
    }
    return true
  }
}

/// What a server that was taken over could still do on this kernel, and the layout that keeps it from that.
extension Custody {
  private static let kernel = Phrase("服务进程的约束", "the server's confinement")

  var confinement: [Finding] { [landlock, sockets, names].compactMap { $0 } }

  private var landlock: Finding {
    let version = Confinement.landlockVersion
    let name = Phrase("Landlock", "Landlock")
    let lacks: [(since: Int, what: Phrase)] = [
      (1, Phrase("读写其他文件", "reading and writing other files")),
      (3, Phrase("截断无权写入的文件", "cutting files that it may not write")),
      (4, Phrase("TCP 连接与监听", "TCP connections and ports")),
      (5, Phrase("对设备的控制（ioctl）", "controls of devices (ioctl)")),
      (6, Phrase("发信号与抽象 unix 套接字", "signals and abstract unix sockets")),
    ]
    // From 4 on it is the filter of system calls that refuses all of it, on any kernel.
    let open = lacks.filter { version < $0.since }
    let isHeld = open.allSatisfy { $0.since >= 4 } && Confinement.hasFilter
    func list(_ phrases: [Phrase]) -> Phrase {
      Phrase(phrases.map(\.zh).joined(separator: "、"), phrases.map(\.en).joined(separator: ", "))
    }
    let missing = list(open.map(\.what))
    return Finding(
      Self.kernel, name, open.isEmpty || isHeld ? .good : version == 0 ? .bad : .doubtful,
      open.isEmpty
        ? Phrase("接口版本 \(version)，有全部规则", "interface \(version), with a rule for all of it")
        : isHeld
          ? Phrase(
            "接口版本 \(version)，没有规则、由系统调用过滤拒绝：\(missing.zh)",
            "interface \(version); without a rule and refused by the filter of system calls: \(missing.en)")
          : Phrase(
            "接口版本 \(version)，此内核挡不住：\(missing.zh)",
            "interface \(version); this kernel does not hold: \(missing.en)"),
      hint: Phrase(
        "6.2 起的内核启用 Landlock 即可；在此之前，服务进程用专门的系统用户，并置于只含 outside 文件夹的挂载命名空间",
        "a kernel from 6.2 on with Landlock switched on; until then a system user of its own, in a mount namespace that holds the outside folder alone"
      ))
  }

  private var sockets: Finding {
    Finding(
      Self.kernel, Phrase("套接字", "sockets"), Confinement.hasFilter ? .good : .bad,
      Confinement.hasFilter
        ? Phrase(
          "任何种类都不能新建（TCP、MPTCP、UDP、raw、packet、netlink、unix、vsock）；只留下启动时打开的端口及其连接",
          "none of any kind is made (TCP, MPTCP, UDP, raw, packet, netlink, unix, vsock); what stays are the ports that were opened at the start, and whoever connects to them"
        )
        : Phrase(
          "此内核没有系统调用过滤：可新建任何套接字", "this kernel has no filter of system calls: any can be made"),
      hint: Phrase(
        "换用启用 seccomp 的内核；或置于没有网络的命名空间（PrivateNetwork=yes，由 systemd 交来端口）",
        "use a kernel with seccomp, or a network namespace of its own with sockets handed over (PrivateNetwork=yes)"
      ))
  }

  /// No Landlock has a rule for looking at a path: whether it is there, its size and dates.
  private var names: Finding? {
    guard let outside = Status(portal.outside) else { return nil }
    let server = Self.account(outside.owner)
    let seen = [portal.catalog, portal.policies, portal.inside].filter { canLook(into: $0, outside) }
    let (zh, en) = (seen.joined(separator: "、"), seen.joined(separator: ", "))
    return Finding(
      Self.kernel, Phrase("名称与大小（stat）", "names and sizes (stat)"), seen.isEmpty ? .good : .doubtful,
      seen.isEmpty
        ? Phrase(
          "Landlock 没有相应规则；用户 \(server) 进不了 Catalog、Policies 与门内",
          "Landlock has no rule for it; the user \(server) passes into neither Catalog, Policies nor the inside"
        )
        : Phrase(
          "Landlock 没有相应规则：服务进程仍可得知其中文件是否存在、大小与日期：\(zh)",
          "Landlock has no rule for it: the server still learns whether a file is there, its size and dates, in \(en)"
        ),
      hint: Phrase(
        "服务进程用专门的系统用户，并对其他用户关闭这些文件夹（chmod o-x）；或置于挂载命名空间：在 serve --print-unit 的单元中写 InaccessiblePaths=\(seen.joined(separator: " "))",
        "give the server a system user of its own and close these folders to others (chmod o-x), or use a mount namespace: InaccessiblePaths=\(seen.joined(separator: " ")) in the unit of serve --print-unit"
      ))
  }

  /// Whether whoever owns the outside folder may pass into a folder, by owners and modes from the portal on.
  private func canLook(into folder: String, _ server: Status) -> Bool {
    var path = folder
    while path.hasPrefix(portal.folder) {
      guard let status = Status(path) else { return false }
      let shift: UInt32 = status.owner == server.owner ? 6 : status.group == server.group ? 3 : 0
      guard server.owner == 0 || status.mode >> shift & 0o1 != 0 else { return false }
      path = Files.parent(of: path)
    }
    return true
  }
}
