import Access
import Bytes
import Glibc
import Ledgers
import Policies
import Publishing
import Releases
import Serving
import Trust

/// `doctor --insiders`: what a single insider could try on this very portal, and whether it holds. It writes nothing and
/// shows no secret: names of files, people and accounts alone.
struct InsiderPage {
  let invocation: Invocation
  let portal: Portal

  init(_ invocation: Invocation) throws {
    self.invocation = invocation
    guard invocation.value("--state") == nil else {
      throw UsageFault(
        Phrase(
          "--insiders 检查整个门户，不能与 --state 同用", "--insiders looks at the whole portal, and not at --state alone"
        ),
        hint: Phrase("用 --portal 指定门户文件夹", "name the portal's folder with --portal"))
    }
    portal = try invocation.portal()
  }

  func findings() throws -> [Finding] {
    let custody = Custody(portal)
    var found = custody.boundaries + custody.confinement + custody.files
    guard Files.exists(portal.authority) else {
      return found + [
        Finding(
          Self.people, Phrase("起点", "beginning"), .doubtful,
          Phrase("决策日志尚无起点：不信任任何人", "the decisions log has no beginning yet: nobody is trusted"),
          hint: Phrase(
            "doorsill authority begin --as ID --recovery FILE",
            "doorsill authority begin --as ID --recovery FILE"))
      ]
    }
    do {
      found += try invocation.review { review in
        let attempts = Phrase("一人单独尝试", "tried alone")
        let registered = review.file.authority.registered.map(\.terms.id)
        return Self.findings(InsiderLook.attempts(review), attempts)
          + Self.findings(InsiderLook.people(review), Self.people) + Home(registered).findings
          + Self.findings(
            try InsiderLook.datasets(review) { invocation.terminal.progress($0) },
            Phrase("规则与数据集", "rules and datasets"))
      }
    } catch let fault as any Fault {
      found.append(Self.failure(fault, Self.people, Phrase("门户", "portal")))
    }
    invocation.terminal.clearProgress()
    return found + logs
  }

  static let people = Phrase("人员与密钥", "people and keys")
  private static let logs = Phrase("日志与所见", "logs, and what others remember")

  private static func findings(_ looks: [InsiderLook.Observation], _ group: Phrase) -> [Finding] {
    looks.map { look in
      Finding(
        group, Phrase(look.name.zh, look.name.en),
        look.state == .good ? .good : look.state == .bad ? .bad : .doubtful,
        Phrase(look.detail.zh, look.detail.en), hint: look.advice.map { Phrase($0.zh, $0.en) })
    }
  }

  private static func failure(_ fault: any Fault, _ group: Phrase, _ name: Phrase) -> Finding {
    Finding(
      group, name, .bad, Phrase(fault.message(in: "zh"), fault.message(in: "en")),
      hint: fault.hint(in: "en").map { Phrase(fault.hint(in: "zh") ?? $0, $0) })
  }

  // MARK: Logs

  private var logs: [Finding] {
    var found: [Finding] = []
    do { try Witnessing(invocation).check() } catch let fault as any Fault {
      found.append(Self.failure(fault, Self.logs, Phrase("本人所见", "your own home")))
    } catch {}
    guard let file = try? AuthorityFile(portal) else { return found }
    var remembered: [(place: String, size: Int, root: [UInt8])] = []
    let store = try? ReleaseStore(folder: portal.outside, key: file.key)
    let release = (try? store?.served()) ?? nil
    if let release, let note = release.manifest.decisions, let head = try? Checkpoint(unverified: note) {
      remembered.append(("release \(release.number)", head.size, head.root))
    }
    let outside = try? OutsideState(folder: portal.outside)
    let access = Files.exists(portal.outside + "/access.sqlite") ? try? outside?.accessStore() : nil
    if let seen = (try? access?.head("decisions")) ?? nil {
      remembered.append(("access.sqlite", seen.size, seen.root))
    }
    found += Self.findings(InsiderLook.log(portal, file, remembered: remembered), Self.logs)
    if let outside, let release { found += answers(outside, release) }
    return found + StateFolder(path: portal.outside).rows
  }

  /// The server's log against what the release and the access database saw of it.
  private func answers(
    _ outside: OutsideState, _ release: Release
  ) -> [Finding] {
    let name = Phrase("答复日志", "answers log")
    do {
      guard let log = try outside.readAnswers(origin: release.settings.answersLog) else {
        return [Finding(Self.logs, name, .good, Phrase("尚无答复", "there is none yet"))]
      }
      let places = try outside.compare(log, with: release)
      return [
        Finding(
          Self.logs, name, .good,
          Phrase(
            "\(log.size) 条，接续 \(places) 处所见",
            "\(log.size) entries, which go on from what \(places) places saw"))
      ]
    } catch {
      let fault = error as? any Fault
      return [
        Finding(
          Self.logs, name, .bad,
          Phrase(fault?.message(in: "zh") ?? "\(error)", fault?.message(in: "en") ?? "\(error)"),
          hint: Phrase(Wording.oneMoment.zh, Wording.oneMoment.en))
      ]
    }
  }
}

/// The keys in the home of whoever sits here.
private struct Home {
  let registered: [String]

  init(_ registered: [String]) { self.registered = registered }

  var findings: [Finding] {
    guard let folder = try? PersonKeys.folder(), Files.isDirectory(folder) else { return [] }
    let name = Phrase("此处的私钥", "keys in this home")
    let here = registered.filter { Files.exists("\(folder)/\($0).pem") }.sorted()
    var found = [
      Finding(
        InsiderPage.people, name, here.count > 1 ? .bad : .good,
        here.isEmpty
          ? Phrase("没有已登记人员的私钥", "none of a registered person")
          : Phrase(
            "\(here.joined(separator: "、"))（\(folder)）", "\(here.joined(separator: ", ")) (\(folder))"),
        hint: Phrase(
          "一人持有两人的私钥，两人之约形同虚设：请各人在自己的系统用户下保管；曾放在一处的，用 doorsill person renew ID 更换",
          "whoever has two people's keys can be both: each keeps their own under a system user of their own; those that lay together are renewed (doorsill person renew ID)"
        ))
    ]
    for id in here {
      let path = "\(folder)/\(id).pem"
      let bytes = (try? Files.read(path, limit: 1 << 16)) ?? []
      let isLocked = String(decoding: bytes, as: UTF8.self).contains("BEGIN ENCRYPTED PRIVATE KEY")
      let mode = ((try? Files.mode(path)) ?? 0o777) & 0o777
      guard mode & 0o077 != 0 || !isLocked else { continue }
      found.append(
        Finding(
          InsiderPage.people, name, .bad,
          isLocked
            ? Phrase("\(path) 可由他人读取", "\(path) can be read by others")
            : Phrase("\(path) 没有口令", "\(path) has no passphrase"),
          hint: isLocked
            ? Phrase("chmod 600 \(path)", "chmod 600 \(path)")
            : Phrase("doorsill person renew \(id)", "doorsill person renew \(id)")))
    }
    return found
  }
}
