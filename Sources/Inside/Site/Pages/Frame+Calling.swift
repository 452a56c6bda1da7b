import Bytes
import Catalogs
import Disclosure

extension Frame {
  /// How a company calls a result.
  func call(_ released: Released?, _ result: ResultDeclaration, _ item: PublishedDataset) -> HTML {
    let gateway = catalog.gatewayURL ?? "https://gateway.example"
    let address = "\(gateway)/v1/results/\(item.dataset.name)/\(result.name)"
    let client = "--cert client.pem --key client.key -H 'Authorization: Bearer dsk_…'"
    var commands: [HTML] = []
    switch result.kind {
    case .statistic:
      let table = released?.tables.first { !$0.dimensions.isEmpty }
      let columns = released?.columns.map(\.name) ?? ["count"]
      let select = ((table?.dimensions ?? []) + columns).joined(separator: ",")
      commands.append(command("curl \(client) \\\n  '\(address)?select=\(select)'", t("一张表", "One table")))
      if let table, let dimension = table.dimensions.first, let code = table.cells.first?.codes.first {
        commands.append(
          command(
            "curl \(client) \\\n  '\(address)?select=\(select)&\(dimension)=eq.\(Percent.encode(code))&format=csv'",
            t("只取一个代码，输出 CSV", "One code only, as CSV")))
      }
    case .verify, .score:
      let names =
        (released?.tags).map { ($0.subject + $0.claims).map(\.name) } ?? item.dataset.subject + result.claims
      let fields = names.map { "\"\($0)\": \"…\"" }.joined(separator: ", ")
      let consent = result.consent ? ", \"consent\": \"eyJ…\"" : ""
      let tuple = "{\"fields\": {\(fields)}\(consent)}"
      func post(_ body: String, _ label: String) -> HTML {
        command("curl \(client) -H 'Content-Type: application/json' \\\n  -d '\(body)' '\(address)'", label)
      }
      commands.append(post(tuple, t("核验一组", "One tuple")))
      commands.append(
        post("{\"batch\": [\(tuple), …]}", t("一次至多 100 组，逐组计数", "Up to 100 at once, each counted")))
    }
    return section(
      "call", t("调用示例", "Calling it"),
      """
      <p>\(t("需要客户端证书、API 密钥与有效授权。", "You need a client certificate, an API key and a grant in force.")) \
      <a href="\(address: self.link(Frame.path(dataset: item.dataset.name) + "#apply"))">\(t("如何申请", "How to apply"))</a></p>
      \(commands)
      """)
  }

  /// How anybody checks what a gateway answered.
  func receipt() -> HTML {
    section(
      "receipt", t("核验回执", "Checking the receipt"),
      """
      <p>\(t("每个答案的 Doorsill-Receipt 字段是一份签名回执：请求与答案的哈希、发布版本、保护记录、三方名称、目的、时间与日志序号。可离线核验：",
        "The Doorsill-Receipt field of each answer is a signed statement of the hashes of request and answer, the release, the protection, the three parties, the purpose, the time and the place in the log. It can be checked offline:"))</p>
      \(command("doorsill receipt verify receipt.jws --answer answer.json --keys jwks.json", t("离线核验", "Offline")))
      <p>\(t("公钥", "Public keys")): <a href="\(address: shared(".well-known/jwks.json"))">/.well-known/jwks.json</a></p>
      """)
  }
}
