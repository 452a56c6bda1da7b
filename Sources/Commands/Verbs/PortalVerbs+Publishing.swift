import Bytes
import Policies
import Publishing
import Trust

/// `publish`.
extension PortalVerbs {
  static func publish(_ invocation: Invocation) throws -> ExitStatus {
    guard !invocation.has("--mandate") || invocation.value("--as") == nil else {
      throw UsageFault(
        Phrase("--mandate 与 --as 只能给其一", "give --mandate or --as, not both"),
        hint: Phrase("委托之下无人签名", "under a mandate nobody signs"))
    }
    let publisher = try publisher(invocation)
    if let file = invocation.value("--recovery") { try begin(publisher, recovery: file, invocation) }
    let publication: Publication
    do { publication = try telling(invocation.terminal) { try publisher.publish() } } catch {
      // A key that the log does not know is in nobody's way.
      if publisher.isBeginning, let file = invocation.value("--recovery") { try? Files.remove(file) }
      throw error
    }
    PublicationPage.show(publication, json: invocation.has("--json"), invocation.terminal)
    if publication.outcome == .published, invocation.has("--mandate") {
      invocation.terminal.note(Phrase("依委托发布，没有签名", "published under mandates, without a signature"))
    } else if publication.outcome == .published {
      invocation.tellSignature()
    }
    if !publication.trusted.isEmpty {
      let (zh, en) = (
        publication.trusted.joined(separator: "、"), publication.trusted.joined(separator: ", ")
      )
      invocation.terminal.note(
        Phrase(
          "决策日志由此开始，信任了：\(zh)，以及现有规则。此后人员与规则由两人变更。",
          "the decisions log begins here; it trusts \(en), and the rules as they are. From now on two people change either."
        ))
      if !invocation.has("--recovery") {
        let verb = "doorsill authority recovery FILE --as \(invocation.value("--as") ?? "ID")"
        invocation.terminal.note(
          Phrase(
            "没有恢复密钥，丢失的密钥可能无法更换：请趁人人都有密钥时运行 \(verb)",
            "There is no recovery key, and a lost key may be lost for good: while everybody has theirs, run '\(verb)'"
          ))
      }
    }
    for name in publication.suspended {
      invocation.terminal.note(
        Phrase(
          "提示：\(name) 已暂停，不在其中；恢复：doorsill propose \(name)",
          "note: \(name) is suspended and not in it; to bring it back: doorsill propose \(name)"))
    }
    return .done
  }

  /// Has a portal begin with a recovery key.
  private static func begin(_ publisher: Publisher, recovery file: String, _ invocation: Invocation) throws {
    guard publisher.isBeginning, !invocation.has("--dry-run") else {
      throw UsageFault(
        Phrase("--recovery 只用于首次发布", "--recovery is for the first publication"),
        hint: Phrase(
          "此后用 doorsill authority recovery FILE --as ID",
          "after it: doorsill authority recovery FILE --as ID"))
    }
    publisher.begin(recovery: try AuthorityVerbs.newRecoveryKey(file, invocation.terminal))
  }

  /// A publication of the portal that the options name.
  static func publisher(_ invocation: Invocation) throws -> Publisher {
    let terminal = invocation.terminal
    return try Publisher(
      try invocation.portal(),
      options: PublishOptions(
        author: invocation.has("--mandate") ? Author(rule: "mandate") : try invocation.author(),
        dryRun: invocation.has("--dry-run"), underMandate: invocation.has("--mandate"))
    ) { stage in terminal.progress(words(for: stage)) }
  }

  /// Runs a publication; where it is rejected, every fault and objection is told before the error goes on.
  static func telling<R>(_ terminal: Terminal, _ body: () throws -> R) throws -> R {
    defer { terminal.clearProgress() }
    do { return try body() } catch let rejection as Rejection {
      terminal.clearProgress()
      tell(rejection.faults, count: rejection.faultCount, terminal)
      for objection in rejection.objections { VerdictPage.tell(objection, terminal) }
      throw rejection
    }
  }

  private static func words(for stage: Stage) -> String {
    switch stage {
    case .reading(let dataset, let number, let count):
      Phrase("[\(number)/\(count)] 读取并检查 \(dataset)", "[\(number)/\(count)] reading and checking \(dataset)")
        .said
    case .computing(let dataset, let result):
      Phrase("计算并保护 \(dataset)/\(result)", "computing and protecting \(dataset)/\(result)").said
    case .trying(let dataset, let profile):
      Phrase("试算方案 \(profile) 下的 \(dataset)", "trying \(dataset) under profile \(profile)").said
    case .writing(let dataset, let number, let count):
      Phrase("[\(number)/\(count)] 写入 \(dataset)", "[\(number)/\(count)] writing \(dataset)").said
    case .scanning: Phrase("泄漏检查", "scanning for leaks").said
    case .sealing: Phrase("签名并切换", "signing and flipping").said
    }
  }
}
