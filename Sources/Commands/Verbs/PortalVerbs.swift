import Bytes
import Catalogs
import Policies
import Publishing
import Results
import Tables
import Trust

/// The custodian's verbs: from an empty folder to a published release.
enum PortalVerbs {
  static let all: [Verb] = [
    Verb(
      "init", "DIR", Phrase("建立一个门户文件夹，有了人员即可发布", "make a portal folder that publishes once it has people"),
      options: [
        Option(
          "--scale", "cn|uk|plain",
          Phrase(
            "密级表：cn 四级 L1–L4（缺省），uk 英国 OFFICIAL 体系，plain 开放／有条件／不予开放",
            "the secrecy scale: cn L1–L4 (default), uk OFFICIAL and up, plain open/conditional/closed")),
        Option(
          "--person", "ID",
          Phrase(
            "登记首位人员并写入决策日志的起点；恢复密钥输出到标准输出，请封存",
            "register the first person and begin the decisions log; the recovery key is printed, for a sealed envelope"
          )),
        Option("--name", "TEXT", Phrase("其姓名", "that person's name")), .passphraseFile,
      ],
      example: "doorsill init my-portal --scale cn", run: initialise),
    Verb(
      "check", "[DATASET…|FILE…]",
      Phrase("检查数据与描述，列出每一处错误；不改动任何文件", "read everything and list every fault; changes nothing"),
      options: TableVerbs.declarations + [.portal, .json], example: "doorsill check airports", run: check),
    Verb(
      "classify", "[DATASET…]",
      Phrase("按规则与证据定级，并说明怎样会改变", "the level with its evidence, and what would change it"),
      options: [
        Option("--file", "TABLE", Phrase("对没有描述文件的数据表定级", "classify a bare table without a descriptor"))
      ] + TableVerbs.readings + [.portal, .json], example: "doorsill classify residents",
      run: classifyDatasets),
    Verb(
      "publish", "", Phrase("检查、定级、把关、保护、发布", "check, classify, gate, protect, and release"),
      options: [
        Option(
          "--dry-run",
          Phrase(
            "只说明将会改变什么、哪些不公布及如何才能公布", "only say what would change, what is not shown, and what would show it")
        ),
        Option(
          "--mandate",
          Phrase(
            "不以任何人的名义：只发布有委托（mandate give）且到期的新行，其余一概拒绝",
            "in nobody's name: publish new rows that a mandate covers and that are due, and refuse everything else"
          )),
        Option(
          "--recovery", "FILE",
          Phrase(
            "仅首次发布：生成用于更换丢失密钥的恢复密钥并写入此文件，打印封存后删去",
            "in the first publication: make the recovery key that replaces lost ones, into a file to print, seal and remove"
          )), .portal, .json,
      ], act: .publish,
      example: "doorsill publish --as zhang-min", run: publish),
  ]

  private static func initialise(_ invocation: Invocation) throws -> ExitStatus {
    let folder = try invocation.operands(1, 1)[0]
    let word = invocation.value("--scale") ?? StarterScale.cn.rawValue
    guard let scale = StarterScale(rawValue: word) else {
      let known = StarterScale.allCases.map(\.rawValue)
      throw UsageFault(
        Phrase("没有密级表“\(word)”", "there is no scale '\(word)'"),
        hint: Phrase(
          "可选：\(known.joined(separator: "、"))", "one of \(known.joined(separator: ", "))"))
    }
    let portal = try Beginning.make(folder, scale: scale)
    if let person = invocation.value("--person") {
      try PersonVerbs.first(person, portal, invocation)
      return .done
    }
    invocation.terminal.note(
      Phrase(
        "门户已建立：\(portal.folder)。下一步（换成自己的姓名；第二人由其本人登记；恢复密钥用于更换丢失的密钥，请打印封存并删去该文件）：",
        "made the portal \(portal.folder); next (with names of your own, the second person at their own shell; the recovery key replaces a lost one: print it into a sealed envelope, and remove the file):"
      ))
    let (person, second) = (Phrase("张敏", "Zhang Min").said, Phrase("李娜", "Li Na").said)
    for line in [
      "cd '\(folder)'",
      "doorsill person add zhang-min --name '\(person)' --organization data-bureau --role custodian",
      "doorsill person add li-na --name '\(second)' --organization data-bureau --role approver",
      "doorsill publish --as zhang-min --recovery ../recovery.pem",
    ] { invocation.terminal.note("  " + line) }
    return .done
  }

  // MARK: check

  private static func check(_ invocation: Invocation) throws -> ExitStatus {
    // A dataset's name has neither a dot nor a slash, a file's nearly always has one; both in one call are a mistake.
    let words = invocation.operands
    if !words.isEmpty, words.allSatisfy({ $0 == "-" || $0.contains(".") || $0.contains("/") }) {
      return try TableVerbs.check(words, invocation)
    }
    try refuseDeclarations(TableVerbs.declarations, invocation)
    let portal = try invocation.portal()
    let examinations = try examine(invocation, portal)
    let catalog = try Catalog.load(
      folder: portal.catalog, policies: PolicySet.load(folder: portal.policies))
    let scores = try examinations.map { examination -> [any Fault] in
      let dataset = examination.dataset
      guard dataset.results.contains(where: { $0.output != nil }) else { return [] }
      return try Joins.with([dataset], of: catalog, in: portal) { joined in
        try ScoreCheck.faults(
          in: joined.first ?? dataset, codeLists: catalog.codeLists, readsRows: examination.faultCount == 0)
      }
    }
    // A table without a fault may be unread all the same: what no detector saw is a fault of its own.
    let unread = examinations.map { $0.faultCount == 0 ? $0.unread : [] }
    let counts = examinations.indices.map {
      examinations[$0].faultCount + scores[$0].count + unread[$0].count
    }
    if invocation.has("--json") {
      let items: [JSON] = examinations.indices.map { place in
        let examination = examinations[place]
        return [
          "dataset": .string(examination.dataset.name), "rows": JSON(examination.rows),
          "faults": JSON(counts[place]),
          "results": .array(
            scores[place].map { fault in
              [
                "message": .string(fault.message(in: Phrase.language)),
                "hint": JSON(fault.hint(in: Phrase.language)),
              ]
            }),
          "resources": .object(
            examination.dataset.resources.map {
              JSON.Member($0.name, examination.reports[$0.name]?.json ?? .null)
            }),
        ]
      }
      invocation.terminal.print(bytes: JSON.array(items).serialized(pretty: true) + [0x0A])
    } else {
      for gap in unread.joined() {
        invocation.terminal.note("\(gap.place): \(VerdictPage.said(gap.reason))")
      }
      for (examination, scores) in zip(examinations, scores) {
        tell(examination.faults, count: examination.faultCount, invocation.terminal)
        for fault in scores {
          invocation.terminal.note(fault.message(in: Phrase.language))
          if let hint = fault.hint(in: Phrase.language) { invocation.terminal.note("  " + hint) }
        }
      }
      invocation.terminal.table(
        [[Phrase("数据集", "dataset").said, Phrase("行", "rows").said, Phrase("错误", "faults").said]]
          + zip(examinations, counts).map { examination, count in
            [
              examination.dataset.name, String(examination.rows),
              count == 0
                ? invocation.terminal.styled("✓", .green) : invocation.terminal.styled(String(count), .red),
            ]
          })
    }
    return counts.allSatisfy { $0 == 0 } ? .done : .refused
  }

  private static func refuseDeclarations(_ options: [Option], _ invocation: Invocation) throws {
    for option in options where invocation.has(option.name) {
      throw UsageFault(
        Phrase(
          "\(option.name) 只用于文件；数据集的声明在其描述文件中",
          "\(option.name) is for files; a dataset's descriptor declares it"))
    }
  }

  /// Reads the named datasets, or all.
  private static func examine(
    _ invocation: Invocation, _ portal: Portal, advises: Bool = false
  ) throws -> [Examination] {
    let policies = try PolicySet.load(folder: portal.policies)
    let catalog = try Catalog.load(folder: portal.catalog, policies: policies, work: portal.work)
    let wanted = invocation.operands
    let known = catalog.datasets.flatMap { [$0.name] + $0.views.map(\.name) }
    for name in wanted where !known.contains(name) {
      throw UsageFault(
        Phrase("目录中没有数据集“\(name)”", "the catalogue has no dataset '\(name)'"),
        hint: nearest(name, in: known).map {
          Phrase("是否要用 \($0)？", "did you mean \($0)?")
        })
    }
    let isWanted = { (name: String) in wanted.isEmpty || wanted.contains(name) }
    let datasets =
      catalog.datasets.filter { isWanted($0.name) }
      + (try Views.derived(from: catalog.datasets, of: portal, scale: policies.scale, named: isWanted))
    defer { invocation.terminal.clearProgress() }
    return try Examination.all(datasets, of: catalog, in: portal, policies: policies, advises: advises) {
      invocation.terminal.progress("\($0)/\($1) \($2)")
    }
  }

  static func tell(_ faults: [CellFault], count: Int, _ terminal: Terminal) {
    for fault in faults { terminal.note(fault.description(in: Phrase.language)) }
    if count > faults.count {
      terminal.note(Phrase("……另有 \(count - faults.count) 处", "… and \(count - faults.count) more"))
    }
  }

  // MARK: classify

  private static func classifyDatasets(_ invocation: Invocation) throws -> ExitStatus {
    let verdicts: [Verdict]
    if let file = invocation.value("--file") {
      guard invocation.operands.isEmpty else {
        throw UsageFault(
          Phrase("--file 与数据集只能给其一", "give --file or datasets, not both"),
          hint: Phrase("用法见 doorsill classify --help", "see doorsill classify --help"))
      }
      let policies =
        try (try? invocation.portal()).map { try PolicySet.load(folder: $0.policies) }
        ?? PolicySet.parse(files: PolicySet.defaults)
      verdicts = [try Examination.verdict(of: TableVerbs.source(file, invocation), policies: policies)]
    } else {
      try refuseDeclarations(TableVerbs.readings, invocation)
      let portal = try invocation.portal()
      let policies = try PolicySet.load(folder: portal.policies)
      verdicts = try examine(invocation, portal, advises: true).map { $0.verdict(policies) }
    }
    if invocation.has("--json") {
      let items = verdicts.map(\.json)
      // One table or dataset that was named is one object; the whole catalogue is a list.
      let one = invocation.has("--file") || invocation.operands.count == 1
      let json = one && items.count == 1 ? items[0] : .array(items)
      invocation.terminal.print(bytes: json.serialized(pretty: true) + [0x0A])
      for verdict in verdicts { VerdictPage.tell(verdict.problems, of: verdict.dataset, invocation.terminal) }
    } else {
      for verdict in verdicts { VerdictPage.show(verdict, invocation.terminal) }
    }
    // A bare file declares nothing, so nothing but a secrecy marking can stand against it.
    return verdicts.allSatisfy { $0.problems.isEmpty } ? .done : .refused
  }
}
