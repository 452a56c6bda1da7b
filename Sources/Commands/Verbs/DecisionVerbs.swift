import Bytes
import Catalogs
import Glibc
import Policies
import Publishing
import Trust

/// `propose` and `approve`: the two signatures that open.
enum DecisionVerbs {
  static let all: [Verb] = [
    Verb(
      "propose", "SUBJECT…",
      Phrase(
        "提议一项须第二人批准的变更（数据集、policy、theme、person:ID、family:A+B、fingerprints:NAME）",
        "propose what a second person has to approve: a dataset, policy, theme, person:ID, family:A+B, fingerprints:NAME"
      ),
      options: [
        Option("--reason", "TEXT", Phrase("书面理由", "the reason, in writing")),
        Option("--days", "N", Phrase("有效天数（缺省 30，至多 366）", "days until it lapses (default 30, at most 366)")),
        .portal,
      ], notes: subjects, act: .suggest,
      example: "doorsill propose airports --as zhang-min --reason '坐标为公开的机场基准点'", run: propose),
    Verb(
      "approve", "SUBJECT",
      Phrase(
        "作为第二人签署一项提议，并说明它改变什么；不打开 .doorsill/inside",
        "sign a proposal as the second person, and see in words what it changes; never opens .doorsill/inside"
      ),
      options: [
        Option("--reason", "TEXT", Phrase("书面理由", "the reason, in writing")),
        Option("--refuse", Phrase("否决该提议", "refuse it instead")), .proposal, .yes, .portal,
      ],
      notes: subjects + [
        Phrase("key:recovery：更换丢失密钥所凭的恢复密钥", "key:recovery: the key with which lost ones are replaced")
      ], act: .approve,
      example: "doorsill approve airports --as li-na --reason '坐标为公开的机场基准点'", run: approve),
  ]

  /// What can be proposed, as the page of the verb lists it.
  private static let subjects = [
    Phrase("NAME：数据集的首次开放、降低密级、扩大范围或恢复", "NAME: a dataset, opened, held lower, wider, or brought back"),
    Phrase("policy：Policies/ 中的规则", "policy: the rules of Policies/"),
    Phrase("theme：Public/ 的文件、门户地址与管理方", "theme: the files of Public/, the portal's addresses, its manager"),
    Phrase(
      "person:ID：access.json5 中人员的角色、机构或离任",
      "person:ID: a person's roles or organization in access.json5, or that they leave"),
    Phrase(
      "family:A+B：两个密钥族虽有共同主体，仍保持分开",
      "family:A+B: two key families stay two, although they have units in common"),
    Phrase(
      "fingerprints:NAME：不再记住一个受限数据集的值",
      "fingerprints:NAME: what is remembered of a restricted dataset's values is forgotten"),
  ]

  private static func propose(_ invocation: Invocation) throws -> ExitStatus {
    let subjects = try invocation.operands(1)
    let reason = try invocation.required("--reason")
    let days = try invocation.number("--days") ?? 30
    guard 1...366 ~= days else {
      throw UsageFault(Phrase("--days 须为 1 至 366", "--days is a number from 1 to 366"))
    }
    let signer = try signer(invocation)
    try invocation.review(by: signer) { review in
      for subject in subjects {
        let signed = try PortalVerbs.telling(invocation.terminal) {
          try review.propose(subject, by: signer, reason: reason, days: days)
        }
        tell(signed.words, of: subject, invocation.terminal)
        invocation.terminal.note(
          Phrase(
            "已以 \(signer.id) 的签名提议：\(signed.path)；下一步由另一人运行 doorsill approve \(subject) --as …",
            "proposed with the signature of \(signer.id): \(signed.path); another person now runs 'doorsill approve \(subject) --as …'"
          ))
      }
    }
    return .done
  }

  private static func approve(_ invocation: Invocation) throws -> ExitStatus {
    try approve(try invocation.operands(1, 1)[0], try invocation.required("--reason"), invocation)
  }

  /// Signs as the second person, and says what was signed.
  static func approve(_ subject: String, _ reason: String, _ invocation: Invocation) throws -> ExitStatus {
    let signer = try signer(invocation)
    try invocation.review(by: signer) { review in
      let refuses = invocation.has("--refuse")
      let signed = try PortalVerbs.telling(invocation.terminal) {
        try review.approve(
          subject, by: signer, reason: reason, approves: !refuses, named: invocation.value("--proposal")
        ) { try invocation.consent(to: $0, of: subject) }
      }
      for line in signed.words { invocation.terminal.note(line.said(in: Phrase.language)) }
      invocation.terminal.note(
        refuses
          ? Phrase(
            "已以 \(signer.id) 的签名否决：\(signed.path)",
            "refused with the signature of \(signer.id): \(signed.path)")
          : Phrase(
            "已以 \(signer.id) 的签名批准：\(signed.path)；下次 doorsill publish 时计入日志",
            "approved with the signature of \(signer.id): \(signed.path); the next 'doorsill publish' takes it into the log"
          ))
    }
    return .done
  }

  static func tell(_ words: [Wording], of subject: String, _ terminal: Terminal) {
    terminal.note(terminal.styled(subject, .bold))
    for line in words { terminal.note("  \(line.said(in: Phrase.language))") }
  }

  /// The person of `--as`, without whom nothing is signed.
  static func signer(_ invocation: Invocation) throws -> Review.Signer {
    guard let person = try invocation.person() else {
      throw UsageFault(
        Phrase("此操作须以具名人员的名义进行：请用 --as 指定", "this is done in a person's name: give --as PERSON"))
    }
    return Review.Signer(id: person.id, key: person.key)
  }
}

extension Option {
  static let proposal = Option(
    "--proposal", "HASH",
    Phrase(
      "指明是哪一项提议（doorsill authority 所示）", "which proposal, where several wait (doorsill authority shows them)")
  )
}

extension Invocation {
  /// Tells what is to be signed before it is. On a terminal it is signed only where the person then says yes.
  func consent(to words: [Wording], of subject: String) throws {
    DecisionVerbs.tell(words, of: subject, terminal)
    guard isatty(0) == 1, !has("--yes") else { return }
    terminal.note(Phrase("签署？请输入 yes：", "sign this? type yes:"))
    guard readLine(strippingNewline: true) == "yes" else {
      throw UsageFault(Phrase("未确认：没有签署", "not confirmed: nothing was signed"))
    }
  }

  /// A look at the portal by somebody who never goes inside, with a folder of their own for as long as it lasts.
  func review<R>(by signer: Review.Signer? = nil, _ body: (Review) throws -> R) throws -> R {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let folder = Files.join(base, "doorsill-\(Hex.encode(try Random.bytes(12)))")
    try Files.makeDirectory(folder, mode: 0o700)
    defer { try? Files.remove(folder) }
    let home = signer == nil ? nil : Files.join(Files.parent(of: try PersonKeys.folder()), "portals")
    return try body(try Review(try portal(), person: signer?.id, home: home, work: folder))
  }
}
