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
          Phrase(
            "与仅设阈值、普通单元格密钥及第一版的噪声并列比较",
            "side by side with threshold only, plain cell key and the noise of the first edition")),
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
            "测量保护方案：以 B5b 与 S8 攻击两个生成的人群（及所指定的结果），一个版本与逐版变动 2 % 的多个版本，各至少 5000 个金丝雀，并给出 qualified 条目",
            "measure profiles: attack two generated populations, and the result that is named, with B5b and S8, over one version and over several with 2 % changed in each, with at least 5000 canaries, and print the 'qualified' entry"
          )),
        Option(
          "--tables", "N",
          Phrase(
            "每次植入后只发布随机抽取的 N 个表，顺序也随机",
            "publish N tables drawn at random, in random order, with each planting of canaries")),
        Option(
          "--versions", "N",
          Phrase("发布多少个版本（B4v 缺省 52，--qualify 缺省 12）", "versions published (52 for B4v, 12 with --qualify)")),
        Option(
          "--unjudged", "LINE", repeats: true,
          Phrase(
            "声明该项（如 S4）在此结果上案例不足 30、无法判定，可以接受",
            "declare that this line, such as S4, has fewer than 30 cases here and may stay unjudged")),
        Option("--seed", "N", Phrase("随机选择的种子（缺省 1）", "the seed of every random choice (1)")),
        .portal, .json,
      ],
      example: "doorsill result attack rand-health/medical-spending --compare", run: attack)
  ]

  private static func attack(_ invocation: Invocation) throws -> ExitStatus {
    let name = try invocation.operands(0, 1).first
    let seed = UInt64(try invocation.number("--seed") ?? 1)
    if invocation.has("--qualify") { return try qualify(name, seed: seed, invocation) }
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
    let effort = Attacks.Effort(
      versions: try invocation.number("--versions") ?? 52,
      canaries: try invocation.number("--canaries") ?? 1000, seed: seed)
    var others: [AttackedSystem] = []
    if invocation.has("--compare") { others += Comparison.System.allCases.map { .simpler($0) } }
    let declared = Set(invocation.all("--unjudged"))
    if let other = declared.sorted().first(where: { $0.wholeMatch(of: /[BS][0-9]+[a-z]?/) == nil }) {
      throw UsageFault(
        Phrase("--unjudged \(other)：不是攻击项的名称", "--unjudged \(other) is no line's name"),
        hint: Phrase("写攻击表第一列中的名称，如 S4", "write a name of the table's first column, such as S4"))
    }
    if let connection = invocation.value("--sql") { others.append(SQLSystem.make(connection)) }
    var passes = true
    var items: [JSON] = []
    for open in subjects {
      let subject = try open()
      var reports: [AttackReport] = []
      for system in [.doorsill] + others {
        let isOurs = reports.isEmpty
        var report = try Attacks.suite(
          subject.target, system: system, served: isOurs ? subject.released : nil,
          draws: isOurs ? subject.draws : nil, effort: effort,
          canaries: try canaries(subject, invocation)
        ) { invocation.terminal.progress("\(subject.name) · \(system.name) · \($0)") }
        if isOurs {
          report.lines = AttackLine.sorted(
            report.lines + (try Attacking.answers(subject)) + Attacking.declaration(subject) + subject.joint)
        }
        reports.append(report)
      }
      invocation.terminal.clearProgress()
      passes = passes && reports[0].failed.isEmpty && reports[0].notJudged(declared: declared).isEmpty
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
      var report = AttackReport(lines: try attack.lines())
      report.lines += try Attacks.storedParts()
      invocation.terminal.clearProgress()
      passes = passes && report.failed.isEmpty
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
}
