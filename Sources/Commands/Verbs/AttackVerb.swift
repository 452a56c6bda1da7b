import Bytes
import Catalogs
import Disclosure
import Policies
import Publishing
import Releases
import Results
import Serving

/// `result attack`: the attack suite against what would be served.
enum AttackVerb {
  static let all: [Verb] = [
    Verb(
      "result attack", "[DATASET[/RESULT]]",
      Phrase(
        "公布之前先攻击：对将要服务的结果运行整套攻击，并列出可用性",
        "attack what would be served with the whole suite, and print utility beside protection"),
      options: [
        Option(
          "--compare",
          Phrase("与仅设阈值、普通单元格密钥并列比较", "side by side with threshold only and plain cell key")),
        Option(
          "--sql", "CONNECTION",
          Phrase(
            "一并比较此 PostgreSQL（psql 的连接字符串；用临时表）",
            "compare this PostgreSQL too (a connection string for psql; uses temporary tables)")),
        Option(
          "--profile", "NAME",
          Phrase("改用 protection.json5 的另一保护方案", "under another profile of protection.json5")),
        Option(
          "--canaries", "N",
          Phrase("至少植入多少个掷硬币的金丝雀（缺省 1000）", "plant at least so many coin-flip canaries (1000)")),
        Option(
          "--among", "DIMENSION=CODE", repeats: true,
          Phrase("只在这些人当中植入金丝雀", "plant canaries among these people only")),
        Option(
          "--qualify",
          Phrase(
            "只运行 B5b：一个版本，再加逐版变动 2 % 的多个版本，各至少 5000 个金丝雀，并给出 qualified 条目",
            "run B5b only, over one version and over several with 2 % changed in each, with at least 5000 canaries, and print the profile's 'qualified' entry"
          )),
        Option(
          "--tables", "N",
          Phrase(
            "每次植入后只发布随机抽取的 N 个表，顺序也随机",
            "publish N tables drawn at random, in random order, with each planting of canaries")),
        Option(
          "--versions", "N",
          Phrase("发布多少个版本（B4v 缺省 52，--qualify 缺省 12）", "versions published (52 for B4v, 12 with --qualify)")),
        Option("--seed", "N", Phrase("随机选择的种子（缺省 1）", "the seed of every random choice (1)")),
        .portal, .json,
      ],
      example: "doorsill result attack rand-health/medical-spending --compare", run: attack)
  ]

  private static func attack(_ invocation: Invocation) throws -> ExitStatus {
    let name = try invocation.operands(0, 1).first
    let attacking = try Attacking(try invocation.portal())
    let subjects = try attacking.subjects(named: name, profile: invocation.value("--profile"))
    let tuples = try tuples(named: name, invocation)
    guard !subjects.isEmpty || !tuples.isEmpty else {
      throw UsageFault(
        name.map { Phrase("没有结果服务“\($0)”", "there is no result '\($0)'") }
          ?? Phrase("目录中没有声明结果服务", "the catalogue declares no result"),
        hint: name.flatMap { nearest($0, in: attacking.statistics) }.map {
          Phrase("是否要用 \($0)？", "did you mean \($0)?")
        })
    }
    let seed = UInt64(try invocation.number("--seed") ?? 1)
    if invocation.has("--qualify") { return try qualify(subjects, seed: seed, invocation) }
    let effort = Attacks.Effort(
      versions: try invocation.number("--versions") ?? 52,
      canaries: try invocation.number("--canaries") ?? 1000, seed: seed)
    var others: [AttackedSystem] = []
    if invocation.has("--compare") { others += [.simpler(.thresholdOnly), .simpler(.cellKey)] }
    if let connection = invocation.value("--sql") { others.append(SQLSystem.make(connection)) }
    var passes = true
    var items: [JSON] = []
    for open in subjects {
      let subject = try open()
      var reports: [AttackReport] = []
      for system in [.doorsill] + others {
        let isOurs = reports.isEmpty
        var report = try Attacks.suite(
          subject.target, system: system, served: isOurs ? subject.released : nil, effort: effort,
          canaries: try canaries(subject, invocation)
        ) { invocation.terminal.progress("\(subject.name) · \(system.name) · \($0)") }
        if isOurs { report.lines = merged(report.lines, try Attacking.answers(subject) + subject.joint) }
        reports.append(report)
      }
      invocation.terminal.clearProgress()
      passes = passes && reports[0].passes
      if invocation.has("--json") {
        items.append(
          [
            "dataset": .string(subject.dataset.name), "result": .string(subject.result.name),
            "profile": .string(subject.profile.name), "systems": .array(reports.map(\.json)),
          ])
      } else {
        AttackPage.print(subject.name, subject.profile.name, reports, invocation.terminal)
      }
    }
    for attack in tuples {
      let name = "\(attack.stored.dataset)/\(attack.stored.result)"
      invocation.terminal.progress("\(name) · B8")
      let report = AttackReport(lines: try attack.lines())
      invocation.terminal.clearProgress()
      passes = passes && report.passes
      if invocation.has("--json") {
        items.append(
          [
            "dataset": .string(attack.stored.dataset), "result": .string(attack.stored.result),
            "profile": .string(attack.profile), "systems": [report.json],
          ])
      } else {
        AttackPage.print(name, attack.profile, [report], invocation.terminal)
      }
    }
    if invocation.has("--json") {
      invocation.terminal.print(bytes: JSON.array(items).serialized(pretty: true) + [0x0A])
    }
    return passes ? .done : .refused
  }

  /// The checks of single records in the current release; none before the first.
  private static func tuples(named name: String?, _ invocation: Invocation) throws -> [GuessingAttack] {
    let portal = try invocation.portal()
    guard Files.exists(portal.outside) else { return [] }
    let outside = try OutsideState(folder: portal.outside)
    guard
      let release = try ReleaseStore(folder: outside.folder, key: try outside.releaseKey()).served()
    else { return [] }
    return try release.settings.results.compactMap { setting in
      guard name == nil || name == setting.dataset || name == "\(setting.dataset)/\(setting.result)",
        let limits = setting.guessing, let stored = try release.result(setting.dataset, setting.result),
        let tags = stored.tags
      else { return nil }
      return GuessingAttack(stored: stored, tags: tags, limits: limits, profile: setting.profile)
    }
  }

  /// Where coins are planted: as suits the target, and as the options say.
  static func canaries(_ subject: Attacking.Subject, _ invocation: Invocation) throws -> Canaries? {
    guard var canaries = Canaries(for: subject.target) else { return nil }
    let shape = subject.target.data.shape
    for word in invocation.all("--among") {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let dimension = shape.dimension(parts[0]),
        let code = shape.dimensions[dimension].codes.firstIndex(where: { $0.code == parts[1] })
      else {
        throw UsageFault(
          Phrase("--among \(word)：没有这个维度或代码", "--among \(word): there is no such dimension or code"),
          hint: Phrase(
            "维度：\(shape.dimensions.map(\.name).joined(separator: "、"))",
            "the dimensions are \(shape.dimensions.map(\.name).joined(separator: ", "))"))
      }
      canaries.populations.append((dimension, Int32(code)))
    }
    canaries.tablesDrawn = try invocation.number("--tables")
    return canaries
  }

  /// Lines in the order of their names.
  private static func merged(_ lines: [AttackLine], _ others: [AttackLine]) -> [AttackLine] {
    func order(_ line: AttackLine) -> (String, Int, String) {
      let digits = line.attack.dropFirst().prefix { $0.isNumber }
      return (String(line.attack.prefix(1)), Int(digits) ?? 0, line.attack)
    }
    return (lines + others).enumerated().sorted { left, right in
      let (a, b) = (order(left.element), order(right.element))
      return a == b ? left.offset < right.offset : a < b
    }.map(\.element)
  }
}

/// The attack table for a person.
enum AttackPage {
  static func print(_ name: String, _ profile: String, _ reports: [AttackReport], _ terminal: Terminal) {
    let ours = reports[0]
    terminal.print(
      terminal.styled(name, .bold) + "  " + Phrase("保护方案 \(profile)", "profile \(profile)").said)
    var head = [
      Phrase("攻击", "attack").said, "", Phrase("指标", "metric").said, Phrase("及格线", "bar").said,
    ]
    head += reports.map { "  " + said($0.system) }
    // One system leaves room for what its figures rest on; several stand side by side.
    let isAlone = reports.count == 1
    let left = utility(reports)
    terminal.table(
      [head.map { terminal.styled($0, .dim) }] + attacks(reports, details: isAlone, terminal)
        + (left.isEmpty ? [] : [[]] + left))
    terminal.print()
    for report in reports {
      let failed = report.lines.count { !$0.passes }
      let outcome =
        failed == 0
        ? Phrase("抵御了全部攻击", "withstands every attack")
        : Phrase("\(failed) 项攻击得逞", failed == 1 ? "1 attack gets through" : "\(failed) attacks get through")
      terminal.print(
        (isAlone ? "" : said(report.system) + Phrase("：", ": ").said)
          + (report.system == ours.system
            ? terminal.styled(outcome.said, failed == 0 ? .green : .red) : outcome.said))
    }
    terminal.print()
  }

  private static func said(_ system: String) -> String {
    switch system {
    case "threshold only": Phrase("仅设阈值", "threshold only").said
    case "cell key": Phrase("单元格密钥", "cell key").said
    default: system
    }
  }

  private static func attacks(_ reports: [AttackReport], details: Bool, _ terminal: Terminal) -> [[String]] {
    let language = Phrase.language
    return reports[0].lines.enumerated().map { place, line in
      var row = [line.attack, line.name(language), line.metric(language), line.bar(language)]
      // The same attack: the first, second … line of that name.
      let number = reports[0].lines[..<place].count { $0.attack == line.attack }
      for report in reports {
        let same = report.lines.filter { $0.attack == line.attack }
        row.append(number < same.count ? outcome(same[number], terminal) : "  –")
      }
      if details { row.append(terminal.styled(line.detail(language), .dim)) }
      return row
    }
  }

  /// What is left to use, in the columns of the systems.
  private static func utility(_ reports: [AttackReport]) -> [[String]] {
    let figures = reports.map { $0.utility?.figures ?? [] }
    return figures[0].indices.map { place in
      ["", figures[0][place].name(Phrase.language), figures[0][place].unit(Phrase.language), ""]
        + figures.map { place < $0.count ? "  " + $0[place].value : "  –" }
    }
  }

  private static func outcome(_ line: AttackLine, _ terminal: Terminal) -> String {
    guard line.value != nil else { return terminal.styled("  –", .dim) }
    return line.passes
      ? terminal.styled("✓", .green) + " " + line.measured
      : terminal.styled("✗", .red) + " " + terminal.styled(line.measured, .bold)
  }
}
