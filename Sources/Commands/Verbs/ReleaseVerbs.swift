import Bytes
import Crossing
import Publishing
import Releases
import Serving
import Trust

/// `withdraw` and `release`: what has been published.
enum ReleaseVerbs {
  static let all: [Verb] = [
    Verb(
      "suspend", "SUBJECT",
      Phrase(
        "立即停止提供一个数据集，连同其开放视图与由其关联的数据集；一人即可，恢复须两人",
        "take a dataset out at once, with its open views and what is joined from it: one person may; two bring it back"
      ),
      options: [Option("--reason", "TEXT", Phrase("书面理由", "the reason, in writing")), .portal],
      notes: [
        Phrase("NAME：数据集", "NAME: a dataset"),
        Phrase(
          "family:A+B：收回两个密钥族保持分开的同意，此后不得再有新的共同主体",
          "family:A+B: take back that two key families stay two; from then on no unit more may be in both"),
      ], act: .withdraw,
      example: "doorsill suspend airports --reason '坐标有误' --as wang-wei", run: suspend),
    Verb(
      "withdraw", "DATASET",
      Phrase(
        "立即停止提供一个数据集并提议永久撤回；第二人批准后再次运行即永久撤回",
        "take a dataset out at once and propose it for good; run again once a second person has approved"),
      options: [Option("--reason", "TEXT", Phrase("书面理由", "the reason, in writing")), .yes, .portal],
      act: .withdraw,
      example: "doorsill withdraw airports --reason '坐标有误' --as wang-wei", run: withdraw),
    Verb(
      "release list", "", Phrase("列出保留的发布版本", "list the releases that are kept"),
      options: [.portal, .state, .json],
      example: "doorsill release list", run: list),
    Verb(
      "release show", "[NUMBER]",
      Phrase(
        "显示一个发布版本（缺省：当前）的内容与撤回记录",
        "show what a release holds (default: the one served), and what was withdrawn"),
      options: [.portal, .state, .json], example: "doorsill release show 3", run: show),
    Verb(
      "release diff", "OLDER [NEWER]",
      Phrase("比较两个发布版本（缺省：与当前比较）", "compare two releases (default: with the one served)"),
      options: [.portal, .state, .json], example: "doorsill release diff 2 3", run: diff),
    Verb(
      "release verify", "[NUMBER]",
      Phrase("核验发布版本的签名与每个文件的摘要", "verify a release's signature and every part of it"),
      options: [.portal, .state, .json], example: "doorsill release verify", run: verify),
  ]

  static func store(_ invocation: Invocation) throws -> ReleaseStore {
    let outside = try invocation.outside()
    return try ReleaseStore(folder: outside.folder, key: try outside.releaseKey())
  }

  /// A release by its number; the one that is served where none is given.
  static func release(_ word: String?, of store: ReleaseStore) throws -> Release {
    guard let word else { return try store.current() }
    return try store.release(try number(word))
  }

  static func number(_ word: String) throws -> Int {
    guard let number = Int(word), number > 0 else {
      throw UsageFault(Phrase("版本号须为整数，而不是“\(word)”", "a release is named by its number, not '\(word)'"))
    }
    return number
  }

  private static func withdraw(_ invocation: Invocation) throws -> ExitStatus {
    let dataset = try invocation.operands(1, 1)[0]
    let portal = try invocation.portal()
    let reason = try invocation.required("--reason")
    try invocation.confirm(
      Phrase(
        "将停止提供“\(dataset)”及由其而来的一切，并提议永久撤回；永久撤回不可撤销。请输入其标识以确认：",
        "'\(dataset)' and all that comes from it goes at once, and for good once two people agree; that cannot be undone. Type its name to confirm:"
      ),
      by: dataset)
    let signer = try DecisionVerbs.signer(invocation)
    let outcome = try Withdrawal.withdraw(dataset, portal: portal, reason: reason, by: signer, now: .now())
    let (zh, en) = (outcome.names.joined(separator: "、"), outcome.names.joined(separator: ", "))
    if outcome.isForGood {
      invocation.terminal.note(
        Phrase(
          "已永久撤回 \(zh)：下一次请求起不再提供", "withdrew \(en) for good: gone with the next request"))
    } else {
      invocation.terminal.note(
        Phrase(
          "已停止提供 \(zh)；永久撤回须第二人运行 doorsill approve \(dataset) --as …，然后再次运行 doorsill withdraw \(dataset)",
          "suspended \(en): gone with the next request; for good once a second person runs 'doorsill approve \(dataset) --as …' and you run 'doorsill withdraw \(dataset)' again"
        ))
    }
    invocation.tellSignature()
    return .done
  }

  private static func suspend(_ invocation: Invocation) throws -> ExitStatus {
    let dataset = try invocation.operands(1, 1)[0]
    guard !dataset.hasPrefix("family:") else {
      try Rejoining.close(
        dataset, portal: try invocation.portal(), reason: try invocation.required("--reason"),
        by: try invocation.author(), now: .now())
      invocation.terminal.note(
        Phrase(
          "已收回对 \(dataset) 的同意：此后不得再有新的共同主体",
          "\(dataset) is closed: from the next publication on no unit more may be in both"))
      invocation.tellSignature()
      return .done
    }
    let outcome = try Withdrawal.suspend(
      dataset, portal: try invocation.portal(), reason: try invocation.required("--reason"),
      by: try invocation.author(), now: .now())
    invocation.terminal.note(
      Phrase(
        "已停止提供 \(outcome.names.joined(separator: "、"))：下一次请求起不再提供；恢复须两人（doorsill propose \(dataset)）",
        "suspended \(outcome.names.joined(separator: ", ")): gone with the next request; two people bring it back (doorsill propose \(dataset))"
      ))
    invocation.tellSignature()
    return .done
  }

  private static func list(_ invocation: Invocation) throws -> ExitStatus {
    let releases = try store(invocation).summaries()
    if invocation.has("--json") {
      invocation.terminal.print(bytes: JSON.array(releases.map(\.json)).serialized(pretty: true) + [0x0A])
      return .done
    }
    invocation.terminal.table(
      [
        [
          Phrase("版本", "release").said, Phrase("时间", "made").said, Phrase("数据集", "datasets").said,
          Phrase("文件", "parts").said, Phrase("字节", "bytes").said, Phrase("已撤文件", "holes").said, "",
        ]
      ]
        + releases.map {
          [
            String($0.number), $0.created.rfc3339, String($0.datasets.count), String($0.parts),
            String($0.bytes), String($0.holes), $0.isCurrent ? Phrase("← 当前", "← served").said : "",
          ]
        })
    return .done
  }

  private static func verify(_ invocation: Invocation) throws -> ExitStatus {
    let release = try release(try invocation.operands(0, 1).first, of: try store(invocation))
    let faults = release.faults()
    for fault in faults { invocation.terminal.tell(fault) }
    guard faults.isEmpty else { return .refused }
    invocation.terminal.note(
      Phrase(
        "第 \(release.number) 版完好：签名有效，\(release.manifest.parts.count) 个文件摘要一致",
        "release \(release.number) is whole: the signature is valid, and \(release.manifest.parts.count) parts have their hashes"
      ))
    return .done
  }
}
