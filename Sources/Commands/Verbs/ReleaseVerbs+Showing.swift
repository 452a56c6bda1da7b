import Bytes
import Releases

extension ReleaseVerbs {
  static func show(_ invocation: Invocation) throws -> ExitStatus {
    let store = try store(invocation)
    let release = try release(try invocation.operands(0, 1).first, of: store)
    let summary = ReleaseSummary(
      release.manifest, isCurrent: release.number == (try store.current().number))
    let withdrawals = try store.withdrawals().entries
    var parts: [String: Int] = [:]
    for part in release.manifest.parts {
      if let dataset = part.dataset { parts[dataset, default: 0] += 1 }
    }
    let datasets = try release.datasets().compactMap { name in
      try release.dataset(name, language: Phrase.language).map { entry in
        Shown(
          name: name, entry: entry, isWithdrawn: store.isWithdrawn(name, release: release.number),
          parts: parts[name] ?? 0)
      }
    }
    if invocation.has("--json") {
      var json = summary.json
      json["root"] = .string(release.manifest.root)
      json["contents"] = .array(datasets.map(\.json))
      json["withdrawals"] = .array(withdrawals.map(Self.json))
      invocation.terminal.print(bytes: json.serialized(pretty: true) + [0x0A])
      return .done
    }
    let terminal = invocation.terminal
    let served = summary.isCurrent ? Phrase("（当前）", " (served)").said : ""
    terminal.table([
      [Phrase("版本", "release").said, "\(summary.number)\(served)"],
      [Phrase("时间", "made").said, summary.created.rfc3339],
      [Phrase("文件", "parts").said, "\(summary.parts), \(summary.bytes) \(Phrase("字节", "bytes").said)"],
      [Phrase("已撤文件", "holes").said, String(summary.holes)],
      [Phrase("政策", "policy").said, summary.policyHash],
      [Phrase("根哈希", "root").said, release.manifest.root],
    ])
    terminal.print()
    terminal.table(
      [
        [
          Phrase("数据集", "dataset").said, Phrase("密级", "level").said, Phrase("开放属性", "openness").said,
          Phrase("文件", "parts").said, Phrase("名称", "title").said,
        ]
      ] + datasets.map(\.row))
    // What two people brought back since is out again, whatever the list says of releases before.
    let holding = withdrawals.filter { $0.through.map { $0 >= release.number } ?? true }
    guard !holding.isEmpty else { return .done }
    terminal.print()
    terminal.table(
      [
        [
          Phrase("撤回", "withdrawn").said, Phrase("时间", "when").said, Phrase("截至版本", "through").said,
          Phrase("理由", "reason").said,
        ]
      ]
        + holding.map { entry in
          [
            entry.dataset, entry.time.rfc3339,
            entry.through.map(String.init) ?? Phrase("永久", "for good").said,
            entry.reason(Phrase.language),
          ]
        })
    return .done
  }

  private static func json(_ entry: Withdrawals.Entry) -> JSON {
    [
      "dataset": .string(entry.dataset), "through": entry.through.map { JSON($0) } ?? .null,
      "time": .string(entry.time.rfc3339), "reason": entry.reason.json,
    ]
  }

  /// A dataset of a release.
  private struct Shown {
    let name: String
    let entry: JSON
    let isWithdrawn: Bool
    let parts: Int

    var json: JSON {
      [
        "dataset": .string(name), "level": entry["level"] ?? .null, "openness": entry["openness"] ?? .null,
        "parts": JSON(parts), "withdrawn": .bool(isWithdrawn),
      ]
    }

    var row: [String] {
      let openness =
        switch entry["openness"]?.string {
        case "unconditional": Phrase("无条件开放", "unconditional").said
        case "conditional": Phrase("有条件开放", "conditional").said
        default: Phrase("不予开放", "closed").said
        }
      return [
        name, entry["level"]?.string ?? "", isWithdrawn ? Phrase("已撤回", "withdrawn").said : openness,
        String(parts), entry["title"]?.string ?? "",
      ]
    }
  }

  static func diff(_ invocation: Invocation) throws -> ExitStatus {
    let words = try invocation.operands(1, 2)
    let store = try store(invocation)
    let older = try release(words[0], of: store)
    let newer = try release(words.count > 1 ? words[1] : nil, of: store)
    let difference = ManifestDifference(from: older.manifest, to: newer.manifest)
    if invocation.has("--json") {
      invocation.terminal.print(bytes: difference.json.serialized(pretty: true) + [0x0A])
      return .done
    }
    let terminal = invocation.terminal
    func list(_ sign: String, _ style: Terminal.Style, _ parts: [Part]) {
      for part in parts { terminal.print("\(terminal.styled(sign, style)) \(part.path)  \(part.bytes)") }
    }
    list("+", .green, difference.added)
    list("-", .red, difference.removed)
    list("~", .yellow, difference.changed)
    let (added, removed, changed) = (
      difference.added.count, difference.removed.count, difference.changed.count
    )
    terminal.note(
      Phrase(
        "第 \(older.number) 版 → 第 \(newer.number) 版：新增 \(added)，删去 \(removed)，改变 \(changed) 个文件",
        "release \(older.number) → \(newer.number): \(added) parts added, \(removed) removed, \(changed) changed"
      ))
    return .done
  }
}
