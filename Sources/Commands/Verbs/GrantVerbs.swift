import Access
import Bytes
import Publishing
import Releases
import Serving
import Trust

/// `grant`: who may call which result, for what purpose, until when, how often.
enum GrantVerbs {
  static let all: [Verb] = [
    Verb(
      "grant add", "", Phrase("提出一项授权，输出其编号", "propose a grant; prints its number"),
      options: [
        Option("--client", "ID", Phrase("企业标识", "the client")),
        Option("--dataset", "NAME", Phrase("数据集", "the dataset")),
        Option("--result", "NAME", Phrase("结果服务", "the result")),
        Option("--purpose", "ID", Phrase("用途（access.json5 中的用途）", "a purpose of access.json5")),
        Option(
          "--until", "DATE",
          Phrase(
            "截止日期（含当日，UTC），或确切时刻如 2027-06-30T12:00:00Z",
            "its last day, UTC, or the moment it ends, such as 2027-06-30T12:00:00Z")),
        Option("--from", "DATE", Phrase("开始日期或时刻（缺省：即刻）", "its first day or moment (default: now)")),
        Option("--calls-per-day", "N", Phrase("每日调用次数（缺省 1000）", "calls a day (default 1000)")), .portal,
        .state,
      ], act: .propose,
      example:
        "doorsill grant add --client acme --dataset residents --result population --purpose research --until 2027-06-30 --as zhang-min",
      run: add),
    Verb(
      "grant approve", "NUMBER", Phrase("以第二人身份签署授权", "sign a grant as the second person"),
      options: [.portal, .state], act: .grant,
      example: "doorsill grant approve 1 --as li-na", run: approve),
    Verb(
      "grant revoke", "NUMBER", Phrase("撤销授权（立即生效）", "revoke a grant, at once"),
      options: [.portal, .state], act: .administer,
      example: "doorsill grant revoke 1", run: revoke),
    Verb(
      "grant list", "", Phrase("列出授权", "list the grants"), options: [.portal, .state, .json],
      example: "doorsill grant list", run: list),
  ]

  /// What the current release says about people, purposes and results.
  private static func settings(_ outside: OutsideState) throws -> Settings {
    try ReleaseStore(folder: outside.folder, key: try outside.releaseKey()).current().settings
  }

  /// A moment: as given in RFC 3339, or the beginning of a day, UTC, so many days later.
  private static func moment(_ text: String, _ option: String, daysLater: Int = 0) throws -> Timestamp {
    if let time = Timestamp(rfc3339: text) { return time }
    guard let date = CalendarDate(iso: text) else {
      throw UsageFault(
        Phrase(
          "\(option) 须为日期，如 2027-06-30，而不是“\(text)”",
          "\(option) takes a date such as 2027-06-30, not '\(text)'"))
    }
    return Timestamp(date.adding(days: daysLater))
  }

  private static func add(_ invocation: Invocation) throws -> ExitStatus {
    let outside = try invocation.outside()
    let settings = try settings(outside)
    let dataset = try invocation.required("--dataset")
    let result = try invocation.required("--result")
    guard let setting = settings.results.first(where: { $0.dataset == dataset && $0.result == result }) else {
      let known = settings.results.map { "\($0.dataset)/\($0.result)" }
      throw UsageFault(
        Phrase("当前发布版本没有结果服务 \(dataset)/\(result)", "the current release has no result \(dataset)/\(result)"),
        hint: nearest("\(dataset)/\(result)", in: known).map { Phrase("是否要用 \($0)？", "did you mean \($0)?") })
    }
    let purpose = try invocation.required("--purpose")
    guard settings.purposes.contains(where: { $0.id == purpose }) else {
      let near = nearest(purpose, in: settings.purposes.map(\.id))
      throw UsageFault(
        Phrase("access.json5 没有用途“\(purpose)”", "access.json5 knows no purpose '\(purpose)'"),
        hint: near.map { Phrase("是否要用 \($0)？", "did you mean \($0)?") })
    }
    let now = Timestamp.now()
    let number = try outside.accessStore().addGrant(
      client: try invocation.required("--client"), dataset: dataset, result: result, purpose: purpose,
      starts: try invocation.value("--from").map { try moment($0, "--from") } ?? now,
      ends: try moment(try invocation.required("--until"), "--until", daysLater: 1),
      callsPerDay: try invocation.number("--calls-per-day") ?? 1000, level: setting.level,
      portal: settings.answersLog,
      proposer: try invocation.entitledAuthor(on: dataset),
      needsSecondPerson: setting.needsSecondPerson, now: now)
    invocation.terminal.note(
      setting.needsSecondPerson
        ? Phrase(
          "授权 \(number) 待第二人签署：doorsill grant approve \(number) --as …",
          "grant \(number) waits for a second person: 'doorsill grant approve \(number) --as …'")
        : Phrase("授权 \(number) 已生效", "grant \(number) is in force"))
    invocation.terminal.print(String(number))
    return .done
  }

  private static func approve(_ invocation: Invocation) throws -> ExitStatus {
    let word = try invocation.operands(1, 1)[0]
    guard let number = Int(word) else {
      throw UsageFault(Phrase("授权编号须为整数，而不是“\(word)”", "a grant is named by its number, not '\(word)'"))
    }
    guard let person = try invocation.person() else {
      _ = try invocation.required("--as")
      return .usage
    }
    let outside = try invocation.outside()
    let store = try outside.accessStore()
    let grant = try store.existingGrant(number)
    let author = Author(person: person.id, key: person.key)
    try invocation.entitle(author, on: grant.dataset)
    let approvers = try settings(outside).people.filter { $0.roles.contains("approver") }.compactMap {
      person in
      try person.key.map { Approver(id: person.id, key: try VerifyingKey(raw: Base64.decodeURL($0) ?? [])) }
    }
    try store.approveGrant(
      number, approval: JWS.sign(try grant.terms.canonical(), with: person.key), approvers: approvers,
      by: author, now: .now())
    invocation.terminal.note(Phrase("授权 \(number) 已生效", "grant \(number) is in force"))
    return .done
  }

  private static func revoke(_ invocation: Invocation) throws -> ExitStatus {
    let word = try invocation.operands(1, 1)[0]
    guard let number = Int(word) else {
      throw UsageFault(Phrase("授权编号须为整数，而不是“\(word)”", "a grant is named by its number, not '\(word)'"))
    }
    let store = try invocation.outside().accessStore()
    let grant = try store.existingGrant(number)
    try store.revokeGrant(number, by: try invocation.entitledAuthor(on: grant.dataset), now: .now())
    invocation.terminal.note(Phrase("已撤销授权 \(number)", "revoked grant \(number)"))
    return .done
  }

  private static func list(_ invocation: Invocation) throws -> ExitStatus {
    let outside = try invocation.outside()
    let store = try outside.accessStore()
    let grants = try store.grants()
    // What was entered by nobody, changed since, or signed by nobody serves nothing, whatever its row says.
    let refused = Dictionary(
      try outside.refusals(in: store).map { ($0.row, $0.words) }, uniquingKeysWith: { first, _ in first })
    if invocation.has("--json") {
      let items: [JSON] = grants.map { grant in
        guard var members = grant.terms.members else { return grant.terms }
        members.append(JSON.Member("status", .string(grant.status.rawValue)))
        members.append(JSON.Member("approver", grant.approver.map { .string($0) } ?? .null))
        members.append(JSON.Member("refused", JSON(refused[.grant(grant.id)]?.said(in: Phrase.language))))
        return .object(members)
      }
      invocation.terminal.print(bytes: JSON.array(items).serialized(pretty: true) + [0x0A])
      return .done
    }
    invocation.terminal.table(
      [
        [
          Phrase("编号", "grant").said, Phrase("企业", "client").said, Phrase("结果", "result").said,
          Phrase("用途", "purpose").said, Phrase("截止", "ends").said, Phrase("每日", "a day").said,
          Phrase("状态", "state").said,
        ]
      ]
        + grants.map {
          [
            String($0.id), $0.client, "\($0.dataset)/\($0.result)", $0.purpose,
            $0.ends.adding(seconds: -1).date.iso, String($0.callsPerDay),
            refused[.grant($0.id)] == nil ? word($0.status).said : Phrase("不予承认", "refused").said,
          ]
        })
    for grant in grants {
      guard let words = refused[.grant(grant.id)] else { continue }
      invocation.terminal.note(words.said(in: Phrase.language))
    }
    return .done
  }

  private static func word(_ status: Grant.Status) -> Phrase {
    switch status {
    case .pending: Phrase("待第二人签署", "pending")
    case .active: Phrase("有效", "active")
    case .revoked: Phrase("已撤销", "revoked")
    }
  }
}
