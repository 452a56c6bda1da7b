import Bytes
import Catalogs
import Disclosure
import Policies
import Publishing
import Tables

/// How a level and its evidence are shown on a terminal.
enum VerdictPage {
  static func said(_ texts: [String: String]) -> String {
    texts[Phrase.language] ?? texts["en"] ?? texts.values.sorted().first ?? ""
  }

  /// One dataset or bare table: its level, why, and what would change it.
  static func show(_ verdict: Verdict, _ terminal: Terminal) {
    let colour: Terminal.Style =
      switch verdict.openness {
      case .unconditional: .green
      case .conditional: .yellow
      case .closed: .red
      }
    let level = "\(title(of: verdict.level)) · \(word(for: verdict.openness).said)"
    terminal.print("\(terminal.styled(verdict.dataset, .bold))  \(terminal.styled(level, colour))")
    evidence(of: verdict, terminal)
    if !verdict.wouldChange.isEmpty {
      terminal.print("  " + terminal.styled(Phrase("怎样会改变", "What would change it").said, .dim))
      for change in verdict.wouldChange { terminal.paragraph(said(change), after: "    · ") }
    }
    if verdict.declared.isEmpty { proposal(verdict, terminal) }
    for problem in verdict.problems {
      terminal.paragraph(said(problem.message), after: "  \(terminal.styled("✗", .red)) ")
      if !said(problem.hint).isEmpty { terminal.paragraph(said(problem.hint), after: "    ") }
    }
    for need in verdict.requiresApproval where need.blocking { ask(for: need, terminal.print) }
    terminal.print()
  }

  /// `L3 敏感`, and not `L3 L3 敏感` where the title begins with the id.
  private static func title(of level: Level) -> String {
    let title = said(level.title)
    return title.lowercased().hasPrefix(level.id.lowercased()) ? title : "\(level.id) \(title)"
  }

  private static func evidence(of verdict: Verdict, _ terminal: Terminal) {
    guard !verdict.items.isEmpty else {
      let nothing = Phrase(
        "没有发现个人或敏感信息：按规则可无条件开放", "nothing personal or sensitive was found: by the rules it is open")
      terminal.print("  \(nothing.said)")
      return
    }
    terminal.print("  " + terminal.styled(Phrase("依据", "Evidence").said, .dim))
    let width = verdict.items.map { Terminal.width($0.level) }.max() ?? 0
    // What is declared stands first, whatever the levels that were found.
    let order =
      verdict.items.filter { $0.rule == "declared" } + verdict.items.filter { $0.rule != "declared" }
    for item in order where item.rule != "field-level" {
      let pad = String(repeating: " ", count: width - Terminal.width(item.level))
      terminal.paragraph(said(item.explanation), after: "    \(terminal.styled(item.level, .cyan))\(pad)  ")
      if item.rule == "declared" { declaredFields(of: verdict, width: width, terminal) }
      if !item.examples.isEmpty {
        let label = Phrase("例：", "e.g. ").said
        terminal.paragraph(
          label + item.examples.joined(separator: "  "), after: String(repeating: " ", count: width + 6), .dim
        )
      }
    }
  }

  /// Fields whose level the descriptor declares, a line for each level.
  private static func declaredFields(of verdict: Verdict, width: Int, _ terminal: Terminal) {
    let declared = verdict.items.filter { $0.rule == "field-level" }
    var levels: [String] = []
    for item in declared where !levels.contains(item.level) { levels.append(item.level) }
    for level in levels {
      let names = declared.filter { $0.level == level }.compactMap(\.field)
      let pad = String(repeating: " ", count: width - Terminal.width(level))
      terminal.paragraph(
        Phrase(
          "\(names.count) 个信息项申报为 \(level)：\(names.joined(separator: "、"))。",
          "\(names.count) field\(names.count == 1 ? " is" : "s are") declared \(level): \(names.joined(separator: ", "))."
        ).said, after: "    \(terminal.styled(level, .cyan))\(pad)  ")
    }
  }

  /// What the descriptor of a bare table would say.
  private static func proposal(_ verdict: Verdict, _ terminal: Terminal) {
    guard verdict.problems.isEmpty else { return }
    let basis = verdict.openness == .unconditional ? "" : ", legalBasis: \"…\""
    terminal.print("  " + terminal.styled(Phrase("描述文件中可写", "Its descriptor would say").said, .dim))
    terminal.print("    classification: { level: \"\(verdict.level.id)\"\(basis) }")
  }

  private static func ask(for need: ApprovalNeed, _ print: (String) -> Void) {
    let name = need.dataset
    print(
      need.isProposed
        ? Phrase(
          "  需要“\(need.role)”签署：doorsill approve \(name) --as … --reason …",
          "  needs the signature of a person with the role '\(need.role)': doorsill approve \(name) --as … --reason …"
        ).said
        : Phrase(
          "  须先提议：doorsill propose \(name) --as … --reason …；再由“\(need.role)”签署：doorsill approve \(name)",
          "  is proposed first: doorsill propose \(name) --as … --reason …; then a person with the role '\(need.role)' signs: doorsill approve \(name)"
        ).said)
  }

  /// What stands against publishing, on standard error.
  static func tell(_ problems: [Problem], of dataset: String, _ terminal: Terminal) {
    guard !problems.isEmpty else { return }
    terminal.note(terminal.styled(dataset, .bold))
    for problem in problems { tell(problem, terminal) }
  }

  static func tell(_ objection: Objection, _ terminal: Terminal) {
    tell(objection.reasons, of: objection.dataset, terminal)
    for need in objection.needs where need.blocking { ask(for: need) { terminal.note($0) } }
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
    for report in publication.reports { CompilerPage.show(report, terminal) }
    for report in publication.tagReports {
      terminal.print()
      for line in TagPage.lines(report) { terminal.print(line.said) }
    }
    for (dataset, file) in publication.leftOut {
      let place = "\(dataset)/\(file.resource).\(file.format.fileExtension)"
      terminal.note(
        Phrase("提示：未提供 \(place)：\(file.reason.zh)", "note: \(place) is left out: \(file.reason.en)"))
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
