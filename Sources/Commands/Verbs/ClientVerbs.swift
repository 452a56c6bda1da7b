import Access
import Bytes
import Publishing
import Serving

/// `client`: the companies that may be granted results.
enum ClientVerbs {
  static let all: [Verb] = [
    Verb(
      "client add", "ID", Phrase("登记一家企业", "add a company"),
      options: [
        Option("--name", "TEXT", Phrase("企业名称", "its name")),
        Option("--contact", "TEXT", Phrase("联系方式", "where a person of it is reached")),
        .portal, .state,
      ], act: .administer,
      example: "doorsill client add acme --name 'Acme Insurance' --contact data@acme.example", run: add),
    Verb(
      "client list", "", Phrase("列出企业", "list the companies"), options: [.portal, .state, .json],
      example: "doorsill client list", run: list),
    Verb(
      "client suspend", "ID", Phrase("暂停一家企业的全部调用", "stop every call of a company"),
      options: [.portal, .state], act: .administer,
      example: "doorsill client suspend acme",
      run: { try set(.suspended, $0) }),
    Verb(
      "client activate", "ID", Phrase("恢复一家企业的调用", "let a suspended company call again"),
      options: [.portal, .state], act: .administer,
      example: "doorsill client activate acme",
      run: { try set(.active, $0) }),
  ]

  private static func add(_ invocation: Invocation) throws -> ExitStatus {
    let id = try invocation.operands(1, 1)[0]
    // Who may is asked before anything is opened.
    let author = try invocation.entitledAuthor()
    try invocation.outside().accessStore().addClient(
      id: id, name: try invocation.required("--name"), contact: try invocation.required("--contact"),
      by: author, now: .now())
    invocation.terminal.note(Phrase("已登记企业 \(id)", "added the client \(id)"))
    return .done
  }

  private static func set(_ status: Client.Status, _ invocation: Invocation) throws -> ExitStatus {
    let id = try invocation.operands(1, 1)[0]
    let author = try invocation.entitledAuthor()
    try invocation.outside().accessStore().setStatus(
      status, ofClient: id, by: author, now: .now())
    invocation.terminal.note(
      status == .active
        ? Phrase("\(id) 已恢复", "\(id) may call again") : Phrase("\(id) 已暂停", "\(id) is suspended"))
    return .done
  }

  private static func list(_ invocation: Invocation) throws -> ExitStatus {
    let clients = try invocation.outside().accessStore().clients()
    if invocation.has("--json") {
      let items: [JSON] = clients.map {
        [
          "id": .string($0.id), "name": .string($0.name), "contact": .string($0.contact),
          "status": .string($0.status.rawValue), "created": .string($0.created.rfc3339),
        ]
      }
      invocation.terminal.print(bytes: JSON.array(items).serialized(pretty: true) + [0x0A])
      return .done
    }
    invocation.terminal.table(
      [
        [
          Phrase("标识", "id").said, Phrase("名称", "name").said, Phrase("联系方式", "contact").said,
          Phrase("状态", "state").said,
        ]
      ]
        + clients.map { [$0.id, $0.name, $0.contact, $0.status.rawValue] })
    return .done
  }
}
