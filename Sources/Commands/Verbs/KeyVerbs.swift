import Access
import Bytes
import Publishing
import Serving

/// `key`: API keys, each bound to the public key of one client certificate.
enum KeyVerbs {
  static let all: [Verb] = [
    Verb(
      "key create", "",
      Phrase("为企业的证书生成接口密钥（只显示一次）", "make an API key for a company's certificate; it is shown once"),
      options: [
        Option("--client", "ID", Phrase("企业标识", "the client")),
        Option(
          "--serial", "HEX",
          Phrase("证书序列号（缺省：唯一有效的一张）", "the certificate's serial number (default: its only valid one)")),
        Option("--days", "N", Phrase("有效天数（缺省 365）", "days it lives (default 365)")), .portal, .state,
      ], act: .administer,
      example: "doorsill key create --client acme", run: create),
    Verb(
      "key revoke", "KEY", Phrase("吊销接口密钥（立即生效）", "revoke an API key, at once"),
      options: [.portal, .state], act: .administer,
      example: "doorsill key revoke k_0123456789abcdef", run: revoke),
    Verb(
      "key list", "", Phrase("列出接口密钥", "list the API keys"), options: [.portal, .state, .json],
      example: "doorsill key list", run: list),
  ]

  private static func create(_ invocation: Invocation) throws -> ExitStatus {
    let store = try invocation.outside().accessStore()
    let client = try store.existingClient(try invocation.required("--client"))
    let valid = try store.certificates().filter {
      $0.client == client.id && $0.revoked == nil && Timestamp.now() < $0.notAfter
    }
    let chosen = valid.filter { certificate in
      invocation.value("--serial").map { $0.lowercased() == certificate.serial } ?? true
    }
    guard let certificate = chosen.first else {
      throw UsageFault(
        Phrase("\(client.id) 没有这样的有效证书", "\(client.id) has no such valid certificate"),
        hint: Phrase(
          "先运行 doorsill ca issue --client \(client.id)",
          "issue one with 'doorsill ca issue --client \(client.id)'"))
    }
    guard chosen.count == 1 else {
      throw UsageFault(
        Phrase("\(client.id) 有 \(chosen.count) 张有效证书", "\(client.id) has \(chosen.count) valid certificates"),
        hint: Phrase(
          "用 --serial 选一张：\(chosen.map(\.serial).joined(separator: "、"))",
          "choose one with --serial: \(chosen.map(\.serial).joined(separator: ", "))"))
    }
    let made = try store.createKey(
      thumbprint: certificate.thumbprint, days: try invocation.number("--days") ?? 365,
      by: try invocation.entitledAuthor(), now: .now())
    invocation.terminal.note(
      Phrase(
        "密钥 \(made.id)，绑定证书 \(certificate.serial)；以下只显示这一次：",
        "key \(made.id), bound to certificate \(certificate.serial); shown this once:"))
    invocation.terminal.print(made.text)
    return .done
  }

  private static func revoke(_ invocation: Invocation) throws -> ExitStatus {
    let id = try invocation.operands(1, 1)[0]
    try invocation.outside().accessStore().revokeKey(id, by: try invocation.entitledAuthor(), now: .now())
    invocation.terminal.note(Phrase("已吊销密钥 \(id)", "revoked the key \(id)"))
    return .done
  }

  private static func list(_ invocation: Invocation) throws -> ExitStatus {
    let keys = try invocation.outside().accessStore().keys()
    if invocation.has("--json") {
      let items: [JSON] = keys.map {
        [
          "id": .string($0.id), "client": .string($0.client), "thumbprint": .string($0.thumbprint),
          "expires": .string($0.expires.rfc3339), "revoked": $0.revoked.map { .string($0.rfc3339) } ?? .null,
        ]
      }
      invocation.terminal.print(bytes: JSON.array(items).serialized(pretty: true) + [0x0A])
      return .done
    }
    invocation.terminal.table(
      [
        [
          Phrase("密钥", "key").said, Phrase("企业", "client").said, Phrase("到期", "ends").said,
          Phrase("状态", "state").said,
        ]
      ]
        + keys.map {
          [
            $0.id, $0.client, $0.expires.date.iso,
            $0.revoked == nil ? Phrase("有效", "valid").said : Phrase("已吊销", "revoked").said,
          ]
        })
    return .done
  }
}
