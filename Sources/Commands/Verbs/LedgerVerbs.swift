import Bytes
import Ledgers
import Publishing
import Releases
import Serving
import Trust

/// `ledger` and `receipt`: what an auditor and a company check.
enum LedgerVerbs {
  static let all: [Verb] = [
    Verb(
      "ledger verify", "[answers|decisions]",
      Phrase("核验审计日志的每一个条目（缺省：两本都核验）", "verify every entry of a log (default: both)"),
      options: [.portal, .state, .json], example: "doorsill ledger verify", run: verify),
    Verb(
      "ledger show", "answers|decisions",
      Phrase("按序输出条目（每行一条 JSON）", "print the entries in order, one JSON a line"),
      options: [Option("--from", "N", Phrase("起始序号", "the first index")), .portal, .state],
      example: "doorsill ledger show answers --from 100", run: show),
    Verb(
      "ledger prove", "answers|decisions INDEX",
      Phrase("给出一个条目在日志中的证明（tlog-proof）", "the proof that an entry is in the log (tlog-proof)"),
      options: [.portal, .state, .json], example: "doorsill ledger prove answers 41", run: prove),
    Verb(
      "ledger consistency", "answers|decisions",
      Phrase("证明日志自先前的检查点以来只增不改", "prove that a log has only grown since an earlier checkpoint"),
      options: [
        Option(
          "--since", "FILE",
          Phrase(
            "先前保存的检查点 /ledger/checkpoint", "the checkpoint kept from then, as /ledger/checkpoint gave it")),
        .portal, .state, .json,
      ], example: "doorsill ledger consistency answers --since checkpoint-june.txt", run: consistency),
    Verb(
      "ledger report", "[answers|decisions]",
      Phrase("按事件统计条目，供审计阅读", "entries counted by event, for an auditor to read"),
      options: [.portal, .state, .json], example: "doorsill ledger report", run: report),
    Verb(
      "ledger export", "answers|decisions",
      Phrase("将条目与检查点写入文件夹，供移交审计", "write entries and checkpoint into a folder that can be handed over"),
      options: [Option("--out", "DIR", Phrase("目标文件夹", "the folder to make")), .portal, .state],
      example: "doorsill ledger export decisions --out audit-2026", run: export),
    Verb(
      "receipt verify", "FILE",
      Phrase("离线核验回执；可同时核对答复", "check a receipt offline, and the answer it came with"),
      options: [
        Option(
          "--keys", "FILE",
          Phrase("门户公布的公钥 /.well-known/jwks.json", "the portal's published keys, /.well-known/jwks.json")),
        Option("--answer", "FILE", Phrase("答复正文（逐字节）", "the body of the answer, byte for byte")), .json,
      ],
      example: "doorsill receipt verify receipt.jws --keys jwks.json --answer answer.json", run: verifyReceipt
    ),
  ]

  /// A log with the name and the key it is signed under.
  struct Log {
    let name: String
    let folder: String
    let origin: String
    let key: VerifyingKey
    /// How many times entries of it were lost, by its name.
    var losses = 0
  }

  private static func logs(_ invocation: Invocation) throws -> [Log] {
    let outside = try invocation.outside()
    let settings = try ReleaseStore(folder: outside.folder, key: try outside.releaseKey()).current().settings
    let first = settings.answersLog
    let origin = LogNames.current(first, onDisk: Ledger.name(in: outside.answers))
    var logs = [
      Log(
        name: "answers", folder: outside.answers, origin: origin, key: try outside.checkpointKey().publicKey,
        losses: (LogNames.epoch(of: origin, first: first) ?? 1) - 1)
    ]
    if invocation.value("--state") == nil {
      let portal = try invocation.portal()
      logs.append(
        Log(
          name: "decisions", folder: portal.inside + "/decisions",
          origin: settings.decisionsLog,
          key: try outside.releaseKey()))
    }
    return logs
  }

  static func chosen(_ invocation: Invocation, _ word: String?) throws -> [Log] {
    let all = try logs(invocation)
    guard let word else { return all.filter { Files.exists($0.folder) } }
    guard let log = all.first(where: { $0.name == word }) else {
      throw UsageFault(
        Phrase("没有日志“\(word)”", "there is no log '\(word)'"),
        hint: Phrase("answers 或 decisions", "'answers' or 'decisions'"))
    }
    return [log]
  }

  private static func show(_ invocation: Invocation) throws -> ExitStatus {
    let log = try chosen(invocation, try invocation.operands(1, 1).first)[0]
    let first = try invocation.value("--from").map { text in
      guard let number = Int(text), number >= 0 else {
        throw UsageFault(Phrase("--from 须为序号，而不是“\(text)”", "--from takes an index, not '\(text)'"))
      }
      return number
    }
    let ledger = try Ledger(reading: log.folder, origin: log.origin, key: log.key)
    for index in min(first ?? 0, ledger.size)..<ledger.size {
      invocation.terminal.print(bytes: try ledger.line(at: index) + [0x0A])
    }
    return .done
  }

  private static func verifyReceipt(_ invocation: Invocation) throws -> ExitStatus {
    let file = try invocation.operands(1, 1)[0]
    let text = String(decoding: try Files.read(file, limit: 1 << 20, from: .named), as: UTF8.self).filter {
      !$0.isWhitespace
    }
    let keyFile = try invocation.required("--keys")
    let set = try JSON(parsing: try Files.read(keyFile, limit: 1 << 20, from: .named))
    let keys = try (set["keys"]?.array ?? [set]).map { try VerifyingKey(jwk: $0) }
    let answer = try invocation.value("--answer").map { try Files.read($0, from: .named) }
    let claims = try Receipt.verify(text, keys: keys, answer: answer)
    let gaps = try LogGap.all(in: set, keys: keys)
    let gap = LogGap.of(log: claims.ledgerOrigin, index: claims.ledgerIndex, among: gaps)
    if invocation.has("--json") {
      var json = claims.json
      if let gap { json["gap"] = gap.json }
      invocation.terminal.print(bytes: json.serialized(pretty: true) + [0x0A])
      return .done
    }
    invocation.terminal.note(
      Phrase(
        "回执有效\(answer == nil ? "" : "，答复与之相符")",
        "the receipt is valid\(answer == nil ? "" : ", and the answer is the one it was given for")"))
    invocation.terminal.table([
      [Phrase("提供", "provided by").said, claims.provider], [Phrase("管理", "managed by").said, claims.manager],
      [Phrase("使用", "used by").said, claims.consumer], [Phrase("用途", "purpose").said, claims.purpose],
      [Phrase("时间", "time").said, claims.time.rfc3339],
      [Phrase("发布版本", "release").said, String(claims.release)],
      [Phrase("日志序号", "log index").said, "\(claims.ledgerIndex) (\(claims.ledgerOrigin))"],
    ])
    if let gap {
      invocation.terminal.note(gap.words(index: claims.ledgerIndex).said(in: Phrase.language))
    } else if case let last = LogGap.lastName(of: claims.ledgerOrigin, among: gaps),
      last != claims.ledgerOrigin
    {
      invocation.terminal.note(
        Phrase(
          "其他条目曾有丢失，此条目仍在：日志现名 \(last)",
          "other entries were lost, and this one is there still: the log goes by \(last) now"))
    }
    return .done
  }
}
