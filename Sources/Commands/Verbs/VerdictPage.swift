import Bytes
import Disclosure
import Policies
import Publishing

/// How a level and its evidence are shown on a terminal.
enum VerdictPage {
  static func said(_ texts: [String: String]) -> String {
    texts[Phrase.language] ?? texts["en"] ?? texts.values.sorted().first ?? ""
  }

  static func show(_ verdict: Verdict, _ terminal: Terminal) {
    let level = "\(verdict.level.id) \(said(verdict.level.title)) · \(word(for: verdict.openness).said)"
    terminal.print(
      "\(terminal.styled(verdict.dataset, .bold))  \(terminal.styled(level, verdict.openness == .unconditional ? .green : .yellow))"
    )
    for item in verdict.items {
      var line = "  \(terminal.styled(item.level, .cyan))  "
      line += item.field.map { "\($0): " } ?? ""
      line += said(item.explanation)
      if item.values > 0 { line += terminal.styled("  \(item.matches)/\(item.values)", .dim) }
      if !item.examples.isEmpty { line += terminal.styled("  \(item.examples.joined(separator: " "))", .dim) }
      terminal.print(line)
    }
    for change in verdict.wouldChange { terminal.print("  ↳ \(said(change))") }
    for problem in verdict.problems { tell(problem, terminal) }
    terminal.print()
  }

  static func tell(_ objection: Objection, _ terminal: Terminal) {
    terminal.note(terminal.styled(objection.dataset, .bold))
    for reason in objection.reasons { tell(reason, terminal) }
    for need in objection.needs where need.blocking {
      terminal.note(
        Phrase(
          "  需要“\(need.role)”签署：doorsill approve \(need.dataset) --as … --reason …",
          "  needs the signature of a person with the role '\(need.role)': doorsill approve \(need.dataset) --as … --reason …"
        ))
    }
  }

  private static func tell(_ problem: Problem, _ terminal: Terminal) {
    terminal.note("  \(terminal.styled("✗", .red)) \(said(problem.message))")
    if !said(problem.hint).isEmpty { terminal.note("    \(said(problem.hint))") }
  }

  static func word(for openness: Openness) -> Phrase {
    switch openness {
    case .unconditional: Phrase("无条件开放", "open without condition")
    case .conditional: Phrase("有条件开放", "open under condition: results only")
    case .closed: Phrase("不予开放", "closed")
    }
  }
}

/// How a publication is shown.
enum PublicationPage {
  static func show(_ publication: Publication, json: Bool, _ terminal: Terminal) {
    if json {
      terminal.print(bytes: publication.json.serialized(pretty: true) + [0x0A])
      return
    }
    terminal.table(
      [
        [
          Phrase("数据集", "dataset").said, Phrase("密级", "level").said, Phrase("行", "rows").said,
          Phrase("变化", "change").said,
        ]
      ]
        + publication.datasets.map { dataset in
          [dataset.name, dataset.level, String(dataset.rows), word(for: dataset.change).said]
        })
    for report in publication.reports {
      terminal.print()
      for line in report.lines { terminal.print(line) }
    }
    for place in publication.listed { terminal.note(Phrase("提示：\(place)", "note: \(place)")) }
    terminal.print()
    switch publication.outcome {
    case .published:
      terminal.print(
        terminal.styled(
          Phrase("已发布第 \(publication.release ?? 0) 版", "published release \(publication.release ?? 0)").said,
          .green))
    case .unchanged:
      terminal.print(
        Phrase(
          "没有变化：仍为第 \(publication.release ?? 0) 版",
          "nothing has changed: release \(publication.release ?? 0) stays"
        ).said)
    case .rehearsed:
      terminal.print(
        Phrase("以上是将会发布的内容；未写入任何文件", "this is what would be published; nothing was written").said)
    }
  }

  private static func word(for change: Publication.Change?) -> Phrase {
    switch change {
    case .new: Phrase("新增", "new")
    case .changed: Phrase("更新", "changed")
    case .gone: Phrase("移除", "gone")
    case .level(let from): Phrase("密级由 \(from) 变更", "level was \(from)")
    case nil: Phrase("–", "–")
    }
  }
}
