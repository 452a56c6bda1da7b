import Access
import Bytes
import Publishing
import Releases
import Serving
import Trust

/// `consent`: tokens with which a person agrees to one look-up about them.
enum ConsentVerbs {
  static let all: [Verb] = [
    Verb(
      "consent issue", "DATASET/RESULT FIELD=VALUE…",
      Phrase(
        "由授权受理人（角色 agent）签发一次性授权令牌",
        "sign a one-time consent token, as an agent (role agent) who has asked the person"),
      options: [
        Option("--client", "ID", Phrase("获授权的企业", "the client it is for")),
        Option("--purpose", "ID", Phrase("用途", "the purpose it is for")),
        Option("--minutes", "N", Phrase("有效分钟数（缺省 10）", "minutes it holds (default 10)")), .portal, .state,
      ], act: .consent,
      example:
        "doorsill consent issue residents/hardship-band id_no=459907201112073762 --client acme --purpose public-service --as consent-desk",
      run: issue)
  ]

  private static func issue(_ invocation: Invocation) throws -> ExitStatus {
    let operands = try invocation.operands(2)
    let names = operands[0].split(separator: "/").map(String.init)
    let outside = try invocation.outside()
    let release = try ReleaseStore(folder: outside.folder, key: try outside.releaseKey()).current()
    guard names.count == 2, let stored = try release.result(names[0], names[1]), let tags = stored.tags else {
      let known = release.settings.results.filter { !$0.kind.hasCells }.map {
        "\($0.dataset)/\($0.result)"
      }
      throw UsageFault(
        Phrase("\(operands[0]) 不是核验或评分", "\(operands[0]) is no verify or score"),
        hint: nearest(operands[0], in: known).map { Phrase("是否要用 \($0)？", "did you mean \($0)?") })
    }
    let setting = release.settings.result(stored.dataset, stored.result)
    let longest = setting?.guessing?.consentMinutes ?? 10
    let minutes = try invocation.number("--minutes") ?? longest
    guard minutes <= longest else {
      throw UsageFault(
        Phrase("令牌最长 \(longest) 分钟", "a token holds \(longest) minutes at most"))
    }
    let wanted = Consent.Wanted(
      client: try invocation.required("--client"), dataset: stored.dataset, result: stored.result,
      purpose: try invocation.required("--purpose"), subject: try subject(operands.dropFirst(), tags),
      minutes: longest)
    guard let agent = try invocation.person() else {
      _ = try invocation.required("--as")
      return .usage
    }
    try invocation.entitle(Author(person: agent.id, key: agent.key))
    let payload = wanted.payload(
      from: .now(), minutes: minutes, number: Base64.encodeURL(try Random.bytes(16)))
    if !release.settings.people.contains(where: { $0.id == agent.id && $0.roles.contains("agent") }) {
      invocation.terminal.note(
        Phrase(
          "提示：当前发布版本中 \(agent.id) 没有角色 agent，网关不会接受此令牌",
          "note: \(agent.id) has no role agent in the current release: the gateway will not take this token"))
    }
    invocation.terminal.print(try Consent.sign(payload, with: agent.key))
    return .done
  }

  /// The subject's fields in their normal form.
  private static func subject(
    _ words: ArraySlice<String>, _ tags: StoredTags
  ) throws -> [(name: String, form: TupleForm, value: String)] {
    var subject: [(name: String, form: TupleForm, value: String)] = []
    for field in tags.subject {
      let given = words.compactMap { word -> String? in
        guard word.hasPrefix(field.name + "=") else { return nil }
        return String(word.dropFirst(field.name.count + 1))
      }
      guard given.count == 1, let value = field.form.canonical(given[0]) else {
        throw UsageFault(
          Phrase("缺少 \(field.name)=…", "\(field.name)=… is missing"),
          hint: Phrase("主体的每个字段给一次", "give each of the subject's fields once"))
      }
      subject.append((field.name, field.form, value))
    }
    guard words.count == tags.subject.count else {
      let names = tags.subject.map(\.name).joined(separator: ", ")
      throw UsageFault(Phrase("令牌只写主体：\(names)", "a token names the subject only: \(names)"))
    }
    return subject
  }
}
