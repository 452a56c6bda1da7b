import Bytes
import Publishing
import Results

/// `result utility`: how much of what is declared would be written, and how far off, beside three peers.
enum UtilityVerb {
  static let all: [Verb] = [
    Verb(
      "result utility", "DATASET[/RESULT]",
      Phrase(
        "可用性：所求单元公布多少、误差多大，并与三种做法并列；误差对照真值，不得外传",
        "how much of what is declared is written and how far off, beside three peers; errors are true ones and stay inside"
      ),
      options: [
        Option(
          "--profile", "NAME", repeats: true,
          Phrase("只看这些保护方案（缺省为全部）", "under these profiles of protection.json5 only (all)")),
        Option(
          "--draws", "N", Phrase("全部噪声抽取多少次（缺省 10）", "how often all noise is drawn (10)")),
        Option("--seed", "N", Phrase("随机选择的种子（缺省 1）", "the seed of every random choice (1)")),
        Option("--markdown", Phrase("输出 Markdown 表格", "print a table in Markdown")),
        .portal, .json,
      ],
      example: "doorsill result utility rand-health", run: measure)
  ]

  private static func measure(_ invocation: Invocation) throws -> ExitStatus {
    let name = try invocation.operands(1, 1)[0]
    let measuring = try Measuring(try invocation.portal())
    guard measuring.names.contains(name) else {
      throw UsageFault(
        Phrase("没有统计结果“\(name)”", "there is no dataset or result '\(name)' with statistics"),
        hint: nearest(name, in: measuring.names).map { Phrase("是否要用 \($0)？", "did you mean \($0)?") })
    }
    let draws = try invocation.number("--draws") ?? 10
    let seed = UInt64(try invocation.number("--seed") ?? 1)
    let terminal = invocation.terminal
    let measured = try measuring.measure(
      name, profiles: invocation.all("--profile"), draws: draws, seed: seed
    ) { profile, draw in terminal.progress("\(name) · \(profile) · \(draw + 1)/\(max(1, draws))") }
    terminal.clearProgress()
    if invocation.has("--json") {
      terminal.print(bytes: JSON.array(measured.map(\.json)).serialized(pretty: true) + [0x0A])
    } else if invocation.has("--markdown") {
      UtilityPage.markdown(name, measured, terminal)
    } else {
      UtilityPage.show(name, measured, terminal)
    }
    return .done
  }
}

/// The figures for a person.
enum UtilityPage {
  static func show(_ name: String, _ measured: [Measuring.Measured], _ terminal: Terminal) {
    for (place, one) in measured.enumerated() {
      let report = one.report
      if place > 0 { terminal.print() }
      terminal.print(
        terminal.styled(name, .bold) + "  " + Phrase("方案 \(report.profile)", "profile \(report.profile)").said
          + (one.isDeclared ? Phrase("（已声明）", " (declared)").said : ""))
      for sentence in sentences(one) { terminal.paragraph(sentence.said, after: "  ", .dim) }
      let head = head(report).map { terminal.styled($0.said, .dim) }
      terminal.table([head] + report.systems.map { row($0, report) }, indent: 2)
    }
    terminal.print()
    for note in notes { terminal.paragraph(note.said, after: "", .dim) }
  }

  /// One table over all profiles, with the same columns for every dataset.
  static func markdown(_ name: String, _ measured: [Measuring.Measured], _ terminal: Terminal) {
    for (place, one) in measured.enumerated() {
      let report = one.report
      if place == 0 {
        let head = self.head(report, always: true, general: true).dropFirst().map(\.said)
        terminal.print(
          "| \(Phrase("数据集，方案", "dataset, profile").said) | " + ([""] + head).joined(separator: " | ") + " |")
        terminal.print("|" + String(repeating: "---|", count: head.count + 2))
      }
      for (number, system) in report.systems.enumerated() {
        let first = number == 0 ? "`\(name)`, \(report.profile)" : ""
        terminal.print(
          "| " + ([first] + row(system, report, always: true)).joined(separator: " | ") + " |")
      }
    }
  }

  private static func sentences(_ one: Measuring.Measured) -> [Phrase] {
    let report = one.report
    var sentences = [
      Phrase(
        "\(report.tables) 个表，\(report.cells) 个单元：非空 \(report.nonEmpty) 个，达到 \(report.k) 个个体的 \(report.asked) 个",
        "\(report.tables) tables, \(report.cells) cells: \(report.nonEmpty) with any unit, \(report.asked) with \(report.k) or more"
      )
    ]
    if report.leftOut > 0 {
      sentences.append(
        Phrase(
          "其中 \(report.leftOut) 个表或统计量为此方案所不许",
          "the profile does not allow \(report.leftOut) of the tables or statistics"))
    }
    if !one.serves {
      sentences.append(
        Phrase("此方案不得用于密级 \(one.level)", "the profile may not serve level \(one.level)"))
    }
    if let epsilon = report.epsilon, let bound = report.cellBound {
      sentences.append(
        Phrase(
          "拉普拉斯：全部数字合计 ε = \(Rounded.text(epsilon, digits: 3))，每个个体至多计入 \(bound) 个单元",
          "Laplace: ε = \(Rounded.text(epsilon, digits: 3)) over everything, a unit counts in at most \(bound) cells"
        ))
    } else {
      sentences.append(
        Phrase("此方案未经测定，没有等风险的拉普拉斯", "the profile is not qualified, so there is no Laplace at equal risk"))
    }
    return sentences
  }

  private static let notes = [
    Phrase(
      "公布的份额：达到 k 的单元、非空的单元、其合计与均值（数值）。误差为中位数与第 95 百分位，均取 Doorsill 所公布的那些单元。",
      "Shares written: of cells with k units or more, of cells with any, of their sums and means (values). Errors are median and 95th percentile on the cells that Doorsill writes."
    ),
    Phrase(
      "风险：至多以多大概率猜对一个个体的二选一秘密；Doorsill 为实测上界，拉普拉斯取相同的值，对任何攻击者均已证明。误差对照真值算出，请勿公布。",
      "Risk: the most anybody is right about one unit; measured for Doorsill, and for Laplace the same figure proved against everybody. Errors are against true values: do not publish them."
    ),
  ]

  private static func head(_ report: UtilityReport, always: Bool = false, general: Bool = false) -> [Phrase] {
    let k = general ? "k" : String(report.k)
    var head = [
      Phrase("", ""), Phrase("风险", "risk"), Phrase("≥ \(k)", "≥ \(k)"), Phrase("非空", "any"),
      Phrase("数量 ±", "counts ±"),
    ]
    if always || report.systems.contains(where: { $0.writtenValues != nil }) {
      head += [Phrase("数值", "values"), Phrase("合计 ±%", "sums ±%"), Phrase("均值 ±%", "means ±%")]
    }
    return head
  }

  private static func row(_ system: SystemUtility, _ report: UtilityReport, always: Bool = false) -> [String]
  {
    var row = [
      name(system.system).said, system.risk.map { "≤ " + Rounded.text($0, digits: 3) } ?? "–",
      percent(system.writtenAsked), percent(system.writtenNonEmpty), spread(system.same.counts),
    ]
    if always || report.systems.contains(where: { $0.writtenValues != nil }) {
      row += [
        system.writtenValues.map { percent($0) } ?? "–", spread(system.same.sums), spread(system.same.means),
      ]
    }
    return row
  }

  private static func name(_ system: SystemUtility.System) -> Phrase {
    switch system {
    case .doorsill: Phrase("Doorsill", "Doorsill")
    case .cellKey: Phrase("单元格密钥", "cell key")
    case .laplace: Phrase("拉普拉斯", "Laplace")
    case .rounding: Phrase("舍入到 5", "rounding to 5")
    }
  }

  private static func percent(_ share: Double) -> String {
    Rounded.text(100 * share, digits: share > 0 && share < 0.1 ? 1 : 0) + "\u{A0}%"
  }

  private static func spread(_ errors: UtilityErrors.Spread?) -> String {
    errors.map { "\(figure($0.median)) / \(figure($0.most))" } ?? "–"
  }

  /// Two or three digits that say something.
  private static func figure(_ value: Double) -> String {
    Rounded.text(value, digits: value < 1 ? 2 : value < 100 ? 1 : 0)
  }
}
