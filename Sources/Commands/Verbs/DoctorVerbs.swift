import Bytes
import Glibc
import HTTP
import Publishing
import Releases
import SQLite
import Serving
import System
import Trust

/// `doctor`: what this machine, this state and the server that runs over it have, and what they lack.
enum DoctorVerbs {
  static let all: [Verb] = [
    Verb(
      "doctor", "", Phrase("检查本机、状态文件夹与运行中的服务", "examine the machine, the state and the running server"),
      options: [
        Option(
          "--insiders",
          Phrase(
            "改为检查一个内部人员单独能做什么：权限、密钥、日志、授权",
            "look instead at what a single insider could do: files, keys, logs, agreements")),
        .portal, .state, .json,
      ], example: "doorsill doctor --state .doorsill/outside", run: examine)
  ]

  private static func examine(_ invocation: Invocation) throws -> ExitStatus {
    let findings = try invocation.has("--insiders") ? InsiderPage(invocation).findings() : common(invocation)
    let worst = findings.map(\.mark).max() ?? .good
    if invocation.has("--json") {
      let json: JSON = [
        "state": .string(worst.rawValue), "findings": .array(findings.map(\.json)),
      ]
      invocation.terminal.print(bytes: json.serialized() + [0x0A])
    } else {
      show(findings, invocation.terminal)
    }
    return worst == .bad ? .environment : .done
  }

  private static func common(_ invocation: Invocation) throws -> [Finding] {
    guard let state = try stateFolder(invocation) else { return Machine.findings }
    return Machine.findings + StateFolder(path: state).findings + Service(state: state).findings
  }

  /// The outside state of `--state` or of the portal here; nil where there is none: then only the machine is examined.
  private static func stateFolder(_ invocation: Invocation) throws -> String? {
    if let given = invocation.value("--state") { return try Files.resolved(given) }
    if invocation.has("--portal") { return try invocation.portal().outside }
    return (try? Portal.find(from: "."))?.outside
  }

  private static func show(_ findings: [Finding], _ terminal: Terminal) {
    var group: String?
    let width = findings.map { Terminal.width($0.name.said) }.max() ?? 0
    for finding in findings {
      if group != finding.group.en {
        if group != nil { terminal.print() }
        terminal.print(terminal.styled(finding.group.said, .bold))
        group = finding.group.en
      }
      let mark =
        switch finding.mark {
        case .good: terminal.styled("✓", .green)
        case .doubtful: terminal.styled("!", .yellow)
        case .bad: terminal.styled("✗", .red)
        }
      let name = finding.name.said
      let pad = String(repeating: " ", count: width - Terminal.width(name) + 2)
      terminal.paragraph(finding.detail.said, after: "  \(mark) \(name)\(pad)")
      if let hint = finding.hint {
        terminal.paragraph(hint.said, after: String(repeating: " ", count: width + 6), .dim)
      }
    }
  }
}

/// One thing `doctor` looked at.
struct Finding {
  enum Mark: String, Comparable {
    case good, doubtful, bad

    private var rank: Int { self == .good ? 0 : self == .doubtful ? 1 : 2 }
    static func < (left: Mark, right: Mark) -> Bool { left.rank < right.rank }
  }

  let group: Phrase
  let name: Phrase
  let mark: Mark
  let detail: Phrase
  let hint: Phrase?

  /// - Parameter hint: what to do about it; shown only where something is to be done.
  init(_ group: Phrase, _ name: Phrase, _ mark: Mark, _ detail: Phrase, hint: Phrase? = nil) {
    self.group = group
    self.name = name
    self.mark = mark
    self.detail = detail
    self.hint = mark == .good ? nil : hint
  }

  /// Names are the English ones, so that programs can rely on them.
  var json: JSON {
    var json: JSON = [
      "group": .string(group.en), "name": .string(name.en), "state": .string(mark.rawValue),
      "detail": .string(detail.said),
    ]
    if let hint { json["hint"] = .string(hint.said) }
    return json
  }
}

/// What the kernel and the libraries offer.
private enum Machine {
  private static let group = Phrase("本机", "machine")

  static var findings: [Finding] {
    [
      kernel, landlock, seccomp, kernelTLS, descriptors, library("OpenSSL", OpenSSLLibrary.version),
      library("SQLite", SQLiteLibrary.version),
    ]
  }

  private static var kernel: Finding {
    var names = utsname()
    uname(&names)
    let release = withUnsafeBytes(of: names.release) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    // Files are opened by openat2, which came with 5.6.
    let serves = numbers.count == 2 && (numbers[0], numbers[1]) >= (5, 6)
    return Finding(
      group, Phrase("内核", "kernel"), serves ? .good : .bad, Phrase(release, release),
      hint: Phrase("提供服务需要 Linux 5.6 或更高版本", "serving needs Linux 5.6 or later"))
  }

  private static var landlock: Finding {
    let version = Confinement.landlockVersion
    let name = Phrase("文件约束（Landlock）", "Landlock")
    switch version {
    case 0:
      return Finding(
        group, name, .bad, Phrase("没有", "absent"),
        hint: Phrase(
          "服务进程无法把自己关在门外：换用启用 Landlock 的内核（5.13 起）",
          "the server cannot shut itself out: use a kernel (5.13 or later) that has Landlock switched on"))
    case 1...3:
      return Finding(
        group, name, .doubtful, Phrase("接口版本 \(version)", "interface \(version)"),
        hint: Phrase("6.7 起的内核还能禁止对外连接", "kernels from 6.7 on can also forbid outgoing connections"))
    default: return Finding(group, name, .good, Phrase("接口版本 \(version)", "interface \(version)"))
    }
  }

  private static var seccomp: Finding {
    let isThere = Confinement.hasFilter
    return Finding(
      group, Phrase("系统调用过滤（seccomp）", "seccomp"), isThere ? .good : .bad,
      isThere ? Phrase("有", "present") : Phrase("没有", "absent"),
      hint: Phrase("服务进程无法禁止自己启动程序", "the server cannot forbid itself to start programs"))
  }

  private static var kernelTLS: Finding {
    let list = (try? Files.read("/proc/sys/net/ipv4/tcp_available_ulp", limit: 4096)) ?? []
    let isThere = String(decoding: list, as: UTF8.self).split(whereSeparator: \.isWhitespace).contains("tls")
    return Finding(
      group, Phrase("内核 TLS", "kernel TLS"), isThere ? .good : .doubtful,
      isThere ? Phrase("有", "present") : Phrase("没有", "absent"),
      hint: Phrase(
        "大文件的加密改由服务进程完成，较慢；可运行 modprobe tls",
        "large files over TLS are encrypted by the server itself, which is slower; 'modprobe tls' loads it"))
  }

  private static var descriptors: Finding {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let most = Int(clamping: limit.rlim_max)
    return Finding(
      group, Phrase("可打开的文件", "open files"), most >= 16_384 ? .good : .doubtful,
      Phrase("最多 \(most)", "up to \(most)"),
      hint: Phrase(
        "每个连接占一个；请提高上限（LimitNOFILE=65536）", "each connection takes one: raise the limit (LimitNOFILE=65536)"))
  }

  private static func library(_ name: String, _ version: String) -> Finding {
    Finding(group, Phrase(name, name), .good, Phrase(version, version))
  }
}
