import Bytes
import Ledgers
import Publishing
import Releases
import Serving

extension LedgerVerbs {
  /// `ledger verify`: first whether the bytes are those that were written, then whose word the entries are.
  static func verify(_ invocation: Invocation) throws -> ExitStatus {
    var reports: [JSON] = []
    var status = ExitStatus.done
    let terminal = invocation.terminal
    for log in try chosen(invocation, try invocation.operands(0, 1).first) {
      let report = try Ledger.verify(folder: log.folder, origin: log.origin, key: log.key)
      var json: JSON = [
        "log": .string(log.name), "entries": JSON(report.entries), "sound": .bool(report.isSound),
        "root": report.checkpoint.map { .string(Hex.encode($0.root)) } ?? .null,
        "faults": JSON(report.faults.map(\.description)),
      ]
      guard report.isSound else {
        // A damaged log is for whoever runs the machine.
        status = .environment
        reports.append(json)
        for fault in report.faults where !invocation.has("--json") {
          terminal.note(
            "\(terminal.styled("✗", .red)) \(log.name): \(fault.said(in: Phrase.language))")
        }
        continue
      }
      let ledger = try Ledger(reading: log.folder, origin: log.origin, key: log.key)
      let behind = try remembered(log, ledger, invocation)
      let (audit, acts) = try audit(log, ledger, invocation)
      for member in audit.json.members ?? [] { json[member.key] = member.value }
      if !acts.isEmpty {
        if status == .done { status = .refused }
        json["sound"] = false
        json["acts"] = .array(
          acts.map { ["index": JSON($0.index), "fault": .string($0.words.en)] })
      }
      if let behind {
        status = .environment
        json["sound"] = false
        json["faults"] = [.string(behind.message)]
      }
      reports.append(json)
      guard !invocation.has("--json") else { continue }
      if let behind {
        terminal.note(
          "\(terminal.styled("✗", .red)) \(log.name): \(behind.message(in: Phrase.language))")
        if let hint = behind.hint(in: Phrase.language) { terminal.note(hint) }
        continue
      }
      for fault in acts {
        terminal.note(
          "\(terminal.styled("✗", .red)) \(log.name): \(Phrase("第 \(fault.index) 条不算数：", "entry \(fault.index) does not count: ").said)\(fault.words.said(in: Phrase.language))"
        )
      }
      if acts.isEmpty {
        terminal.note(
          Phrase(
            "\(log.name)：\(report.entries) 条全部核验一致，签名有效",
            "\(log.name): all \(report.entries) entries hold, and the checkpoint is signed"))
      }
      terminal.note(audit.words)
    }
    if invocation.has("--json") {
      terminal.print(bytes: JSON.array(reports).serialized(pretty: true) + [0x0A])
    }
    return status
  }

  /// Why the server's log is an older copy by what else remembers it; nil where it is not.
  private static func remembered(
    _ log: Log, _ ledger: Ledger, _ invocation: Invocation
  ) throws -> LedgerError? {
    guard log.name == "answers" else { return nil }
    let outside = try invocation.outside()
    let release = try? ReleaseStore(folder: outside.folder, key: outside.releaseKey()).current()
    do {
      try outside.compare(ledger, with: release)
      return nil
    } catch let error as LedgerError { return error }
  }

  /// Who signed what, and what of it does not count: every act is by who was registered then, nothing is opened without
  /// two, and nothing is lost that nobody declared.
  private static func audit(
    _ log: Log, _ ledger: Ledger, _ invocation: Invocation
  ) throws -> (audit: SignatureAudit, faults: [(index: Int, words: Wording)]) {
    let outside = try invocation.outside()
    let settings = try ReleaseStore(folder: outside.folder, key: try outside.releaseKey()).current().settings
    var people = try Answers.signers(of: settings)
    var declared: [Recovery]?
    var acts: [(index: Int, words: Wording)] = []
    // The decisions log knows of more people than the release does that was made before they came.
    if invocation.value("--state") == nil,
      let decisions = try chosen(invocation, "decisions").first, Files.exists(decisions.folder)
    {
      let decided =
        log.name == "decisions"
        ? ledger
        : try Ledger(reading: decisions.folder, origin: decisions.origin, key: decisions.key)
      let authority = try AuthorityLog(decided)
      if let known = authority.authority { people = try Answers.signers(known.registrations(in: decided)) }
      declared = try AuthorityLog.recoveries(in: decided)
      acts = authority.faults.map { fault in
        (fault.index, Wording(fault.message["en"] ?? "", fault.message["zh"] ?? ""))
      }
    }
    guard log.name == "answers" else {
      return (try SignatureAudit(counting: ledger, people: people), acts)
    }
    let audit = try SignatureAudit(ledger, people: people, declared: declared, losses: log.losses)
    return (audit, audit.faults)
  }
}
