import Access
import Bytes
import Catalogs
import Ledgers
import Policies
import Publishing
import Releases
import Serving
import System
import Trust

/// `authority`: who may do what, and what waits for whom.
enum AuthorityVerbs {
  static let all: [Verb] = [
    Verb(
      "authority", "",
      Phrase("谁可以做什么、什么在等待谁、为什么", "who may do what, what waits for whom, and why"),
      options: [.portal, .json], example: "doorsill authority", run: show),
    Verb(
      "authority begin", "",
      Phrase(
        "接管此前已发布过的门户：写入决策日志的起点，并说明信任了什么",
        "take over a portal that published before: writes the beginning of its decisions log, and says what it trusted"
      ),
      options: [
        Option(
          "--recovery", "FILE",
          Phrase("生成恢复密钥并写入此文件（封存）", "make a recovery key and write it here, for a sealed envelope")),
        .portal,
      ], act: .begin, example: "doorsill authority begin --as zhang-min --recovery sealed.pem", run: begin),
    Verb(
      "authority recovery", "FILE",
      Phrase(
        "生成恢复密钥（写入此文件，打印封存后删去），丢失的密钥凭它更换；已有两人时须另一人批准 key:recovery",
        "make the recovery key that replaces lost ones, into a file to print, seal and remove; of two people the other approves key:recovery"
      ),
      options: [.portal], act: .suggest, example: "doorsill authority recovery sealed.pem --as zhang-min",
      run: recovery),
    Verb(
      "authority repair", "",
      Phrase(
        "据决策日志修复其旁的缓存：版本链接、撤回清单、authority.json",
        "mend what lies beside the decisions log by what it says: the link to the release, the list of what was taken out"
      ),
      options: [.portal], act: .begin, example: "doorsill authority repair --as zhang-min", run: repair),
    Verb(
      "authority recover", "",
      Phrase(
        "声明答复日志有条目丢失（只能从旧备份恢复）：服务将从余下的条目起，以新的日志名继续",
        "declare that entries of the answers log are lost, as after restoring an older backup: the server goes on from what is left, under a new name of the log"
      ),
      options: [
        Option(
          "--reason", "TEXT",
          Phrase("发生了什么；记入两本日志", "what happened; both logs keep it")),
        Option(
          "--yes",
          Phrase(
            "即使别处没有更多记录也声明", "also where nothing remembers more entries than are left")),
        .portal,
      ], act: .recover,
      example: "doorsill authority recover --reason 'disk failed on 30 November' --as zhang-min", run: recover
    ),
  ]

  private static func begin(_ invocation: Invocation) throws -> ExitStatus {
    let signer = try DecisionVerbs.signer(invocation)
    let terminal = invocation.terminal
    let recovery = try invocation.value("--recovery").map { [try newRecoveryKey($0, terminal)] } ?? []
    let trusted = try Takeover.begin(
      try invocation.portal(), by: signer.author, recovery: recovery, now: .now())
    if recovery.isEmpty {
      terminal.note(
        Phrase(
          "没有恢复密钥：两人的门户中一人丢失密钥后将无法更换。请趁人人都有密钥时运行 doorsill authority recovery FILE --as \(signer.id)",
          "there is no recovery key: of two people, one who loses a key cannot replace it. While both have theirs: doorsill authority recovery FILE --as \(signer.id)"
        ))
    }
    terminal.note(
      Phrase(
        "以 \(signer.id) 的签名写入起点；信任了：", "wrote the beginning with the signature of \(signer.id); it trusted:"))
    terminal.note(
      Phrase(
        "  人员：\(trusted.people.joined(separator: "、"))", "  people: \(trusted.people.joined(separator: "; "))"
      ))
    terminal.note(
      Phrase(
        "  当前版本：\(trusted.release.map(String.init) ?? "–")，及其规则",
        "  the release that is served: \(trusted.release.map(String.init) ?? "–"), and its rules"))
    for (name, words) in trusted.datasets {
      terminal.note("  \(name): \(words.said(in: Phrase.language))")
    }
    if !trusted.changed.isEmpty {
      terminal.note(
        Phrase(
          "  此后有改动、下次发布前须由两人确认的：\(trusted.changed.joined(separator: "、"))",
          "  changed since, and where anything of it is restricted, for two people to look at: \(trusted.changed.joined(separator: ", "))"
        ))
    }
    return .done
  }

  /// Makes a recovery key, whose private half lies in this file and nowhere else.
  static func newRecoveryKey(_ file: String, _ terminal: Terminal) throws -> VerifyingKey {
    guard !Files.exists(file) else {
      throw UsageFault(Phrase("\(file) 已存在", "\(file) is there already"))
    }
    let key = try SigningKey.generate()
    try Files.write(try key.pem(), to: file, mode: 0o600)
    terminal.note(
      Phrase(
        "恢复密钥已写入 \(file)：请打印封存，并删去该文件",
        "the recovery key is in \(file): print it into a sealed envelope, and remove the file"))
    return key.publicKey
  }

  private static func recovery(_ invocation: Invocation) throws -> ExitStatus {
    let file = try invocation.operands(1, 1)[0]
    let signer = try DecisionVerbs.signer(invocation)
    try invocation.review(by: signer) { review in
      let key = try newRecoveryKey(file, invocation.terminal)
      let signed: Review.Signed
      do { signed = try review.proposeRecovery(key, by: signer) } catch {
        // A key that nobody asked for is in nobody's way.
        try? Files.remove(file)
        throw error
      }
      for words in signed.words { invocation.terminal.note("  \(words.said(in: Phrase.language))") }
      let isAlone = review.file.authority.registered.count == 1
      invocation.terminal.note(
        isAlone
          ? Phrase(
            "已以 \(signer.id) 的签名提出：\(signed.path)；下次 doorsill publish 时计入日志",
            "asked for with the signature of \(signer.id): \(signed.path); the next 'doorsill publish' takes it into the log"
          )
          : Phrase(
            "已以 \(signer.id) 的签名提议：\(signed.path)；由另一人运行 doorsill approve \(Motion.recovery) --as …，下次 doorsill publish 时计入日志",
            "proposed with the signature of \(signer.id): \(signed.path); another person runs 'doorsill approve \(Motion.recovery) --as …', and the next 'doorsill publish' takes it into the log"
          ))
    }
    return .done
  }

  private static func repair(_ invocation: Invocation) throws -> ExitStatus {
    let signer = try DecisionVerbs.signer(invocation)
    let mended = try Repair.run(try invocation.portal(), by: signer.author, now: .now())
    for words in mended { invocation.terminal.note(words.said(in: Phrase.language)) }
    if mended.isEmpty {
      invocation.terminal.note(Phrase("没有需要修复的", "there was nothing to mend"))
    }
    return .done
  }

  private static func recover(_ invocation: Invocation) throws -> ExitStatus {
    let reason = try invocation.required("--reason")
    let signer = try DecisionVerbs.signer(invocation)
    let portal = try invocation.portal()
    let (remembered, seen) = try remembered(by: signer.id, portal)
    let outcome = try Recovering.run(
      portal, by: signer.author, reason: reason, remembered: remembered, seen: seen,
      isCertain: invocation.has("--yes"), now: .now())
    let (left, terminal) = (outcome.recovery.left, invocation.terminal)
    terminal.note(
      outcome.isNew
        ? Phrase(
          "以 \(signer.id) 的签名声明：答复日志余 \(left.size) 条，已知曾有 \(outcome.recovery.known) 条",
          "declared with the signature of \(signer.id): \(left.size) entries of the answers log are left of \(outcome.recovery.known) that are known"
        )
        : Phrase(
          "此前已由 \(outcome.recovery.by) 声明：余 \(left.size) 条",
          "declared before by \(outcome.recovery.by): \(left.size) entries are left"))
    terminal.note(
      Phrase(
        "服务下次启动时以 \(outcome.next) 继续：doorsill serve",
        "the server goes on as \(outcome.next) at its next start: doorsill serve"))
    terminal.note(
      Phrase(
        "丢失期间的授权须重新提议与批准；企业、证书与密钥按访问数据库所存重新录入",
        "grants that were agreed to meanwhile are proposed and approved again; companies, certificates and keys are entered again as the access database has them"
      ))
    return .done
  }

  /// Who, beside the portal's own records, remembers how many entries of the answers log.
  private static func remembered(
    by person: String, _ portal: Portal
  ) throws -> (places: [(name: String, size: Int)], names: Set<String>) {
    let outside = try OutsideState(folder: portal.outside)
    var places: [(name: String, size: Int)] = []
    var names: Set<String> = []
    if let size = Ledger.marked(outside.answers) { places.append(("answers.head", size)) }
    if Files.exists(outside.accessDatabase),
      let size = try AccessStore.remembered(in: outside.accessDatabase)
    {
      places.append(("access.sqlite", size))
    }
    let keyFile = outside.keys + "/checkpoint"
    if Files.exists(keyFile),
      let key = try? SigningKey(pem: Folder(outside.folder).read("keys/checkpoint", limit: 1 << 16)),
      let settings = try ReleaseStore(folder: outside.folder, key: outside.releaseKey()).served()?.settings
    {
      let book = SeenBook(home: try PersonKeys.home())
      let first = settings.answersLog
      for epoch in 1...(1 + (try AuthorityFile(portal).authority.losses.count)) {
        let name = LogNames.name(first, epoch: epoch)
        guard let seen = try book.last(origin: name, key: key.publicKey) else { continue }
        places.append(("home of \(person), \(name)", seen.size))
        names.insert(name)
      }
    }
    return (places, names)
  }

  private static func show(_ invocation: Invocation) throws -> ExitStatus {
    try invocation.review { review in
      let authority = review.desk.authority
      if invocation.has("--json") {
        invocation.terminal.print(bytes: try review.json().serialized(pretty: true) + [0x0A])
        return
      }
      let terminal = invocation.terminal
      terminal.print(
        Phrase(
          "门户 \(authority.portal.prefix(8))，管理方 \(authority.manager)，第 \(authority.release.map(String.init) ?? "–") 版",
          "portal \(authority.portal.prefix(8)), managed by \(authority.manager), release \(authority.release.map(String.init) ?? "–")"
        ).said)
      terminal.print()
      terminal.table(
        [
          [
            Phrase("人员", "person").said, Phrase("机构", "organization").said, Phrase("角色", "roles").said,
            Phrase("自", "since").said,
          ]
        ]
          + authority.registered.map {
            [
              $0.terms.id, $0.terms.organization, $0.terms.roles.joined(separator: ", "), "#\($0.since)",
            ]
          })
      // Who loses a key should hear of it while there is still somebody to sign.
      let lostKey = InsiderLook.lostKey(authority)
      if lostKey.state != .good {
        terminal.print("! " + lostKey.detail.said(in: Phrase.language))
        terminal.print("  " + (lostKey.advice?.said(in: Phrase.language) ?? ""))
      }
      terminal.print()
      terminal.table(
        [
          [
            Phrase("数据集", "dataset").said, Phrase("密级", "level").said, Phrase("最高曾为", "peak").said,
            Phrase("状态", "state").said, Phrase("同意的范围", "agreed to").said,
          ]
        ]
          + authority.datasets.sorted { $0.key < $1.key }.map { name, standing in
            [
              name, standing.level, review.peak(of: standing), word(standing.status).said,
              standing.envelope == nil
                ? "–"
                : standing.envelope?.until.map { Phrase("至 \($0)", "until \($0)").said }
                  ?? Phrase("有", "yes").said,
            ]
          })
      for loss in authority.losses {
        terminal.print()
        terminal.print(
          Phrase(
            "答复日志：\(loss.by) 于 \(loss.time) 声明自第 \(loss.size) 条起丢失（已知曾有 \(loss.known) 条）：\(loss.reason)",
            "answers log: entries from \(loss.size) on were lost, of \(loss.known) known, as \(loss.by) declared on \(loss.time): \(loss.reason)"
          ).said)
      }
      for (pair, apart) in authority.apart.sorted(by: { $0.key < $1.key }) where apart.most > 0 {
        terminal.print(
          Phrase(
            "family:\(pair)：保持分开，共同主体至多 \(apart.most) 个（收回：doorsill suspend family:\(pair)）",
            "family:\(pair): stay two with up to \(apart.most) units in common (one person closes: doorsill suspend family:\(pair))"
          ).said)
      }
      for (name, given) in authority.mandates.sorted(by: { $0.key < $1.key }) {
        let holds = authority.mandate(name, at: Timestamp.now().rfc3339) != nil
        terminal.print(
          Phrase(
            "委托 \(name)：\(given.by) 给予，每 \(given.mandate.every)，至 \(given.mandate.until)\(holds ? "" : "（已失效）")",
            "mandate \(name): given by \(given.by), every \(given.mandate.every), until \(given.mandate.until)\(holds ? "" : " (holds no more)")"
          ).said)
      }
      if let unread = review.unread {
        terminal.print()
        terminal.print(
          Phrase(
            "! 目录中有无法读取之处，以下未计在内，修正前不能发布：",
            "! part of the catalogue cannot be read and is not counted here; nothing is published before it is mended:"
          ).said)
        terminal.print(unread.message(in: Phrase.language))
      }
      let waiting = review.open
      terminal.print()
      guard !waiting.isEmpty || !review.ignored.isEmpty else {
        return terminal.print(Phrase("没有待批的提议", "no proposal waits").said)
      }
      for agreement in waiting {
        let signed = agreement.votes.map(\.person).joined(separator: ", ")
        if !signed.isEmpty, agreement.isAboutPeople {
          // What is signed enough is not waiting any more.
          terminal.print(
            Phrase(
              "\(agreement.motion.subject)：\(signed) 已签署，还须另一人（doorsill approve \(agreement.motion.subject)），至 \(agreement.motion.expires)",
              "\(agreement.motion.subject): signed by \(signed), waits for another person (doorsill approve \(agreement.motion.subject)), until \(agreement.motion.expires)"
            ).said)
          for line in review.said(agreement) { terminal.print("  \(line.said(in: Phrase.language))") }
          continue
        }
        terminal.print(
          Phrase(
            "\(agreement.motion.subject)（\(agreement.hash.prefix(12))）：\(agreement.proposer) 提议，\(signed.isEmpty ? "等待第二人（doorsill approve \(agreement.motion.name)）" : "\(signed) 已批准，等待 doorsill publish")，至 \(agreement.motion.expires)",
            "\(agreement.motion.subject) (\(agreement.hash.prefix(12))): proposed by \(agreement.proposer), \(signed.isEmpty ? "waits for a second person (doorsill approve \(agreement.motion.name))" : "approved by \(signed), waits for doorsill publish"), until \(agreement.motion.expires)"
          ).said)
        for line in review.said(agreement) { terminal.print("  \(line.said(in: Phrase.language))") }
      }
      for (file, fault) in review.ignored {
        let message = fault.message
        terminal.print("\(file): \(message[Phrase.language] ?? message["en"] ?? "")")
      }
    }
    return .done
  }

  private static func word(_ status: Standing.Status) -> Phrase {
    switch status {
    case .open: Phrase("开放中", "out")
    case .suspended: Phrase("已暂停", "suspended")
    case .retired: Phrase("已撤回", "withdrawn")
    }
  }
}
