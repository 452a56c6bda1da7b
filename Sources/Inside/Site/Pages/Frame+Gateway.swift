import Bytes
import Catalogs
import Disclosure
import Policies

extension Frame {
  private func code(_ text: String) -> HTML { "<code>\(text)</code>" }
  private func words(_ zh: String, _ en: String) -> HTML { "\(t(zh, en))" }

  /// Calls of companies over mutual TLS.
  func gateway() -> HTML {
    let address = catalog.gatewayURL ?? "https://gateway.example"
    let example = site.released.first { $0.kind.hasCells && !$0.tables.isEmpty }
    let call = example.map { released -> HTML in
      let select = (released.tables[0].dimensions + released.columns.map(\.name)).joined(separator: ",")
      return command(
        "curl --cert client.pem --key client.key \\\n  -H 'Authorization: Bearer dsk_…' -D headers.txt -o answer.json \\\n"
          + "  '\(address)/v1/results/\(released.dataset)/\(released.result)?select=\(select)'",
        t("调用一个结果", "Call a result"))
    }
    return """
      <p>\(t("网关在单独的端口，只接受 TLS 1.3 与客户端证书。每次调用依次核对：证书 → 密钥（与证书公钥绑定）→ 授权（结果、目的、期限）→ 配额；然后记日志，再答复。",
        "The gateway has its own port, and takes only TLS 1.3 with a client certificate. Each call is judged in order: certificate, key (bound to the certificate's public key), grant (result, purpose, dates), quota; then it is put on record, and then it is answered."))</p>
      \(catalog.gatewayURL.map { "<p>\(t("地址", "Address")): <code>\($0)</code></p>" as HTML })
      \(manual(
        t("网关接口", "Calls of the gateway"), [t("调用", "Call"), t("作用", "What it does")],
        [
          [code("GET /v1/me"), words("本单位的证书、密钥、授权与余量", "Your certificate, key, grants and what is left of them")],
          [code("GET /v1/results"), words("可调用的结果", "The results you may call")],
          [code("GET /v1/results/{dataset}/{result}"), words("一个统计结果的单元", "Cells of a statistic")],
          [code("POST /v1/results/{dataset}/{result}"), words("比对核验或评分：一组字段，或至多 100 组", "Checks one tuple against a verify or score, or up to 100")],
          [code("GET /v1/receipts/{index}"), words("某次答复在日志中的包含证明", "Proof that an answer is in the log")],
          [code("POST /v1/keys"), words("为本证书生成新密钥（只显示一次；首个只需证书）", "A new API key for your certificate, shown once; the first needs the certificate alone")],
          [code("DELETE /v1/keys/{id}"), words("吊销自己的密钥", "Revokes a key of your own")],
          [code("GET /openapi.json"), words("网关接口的 OpenAPI 3.1 描述", "The gateway described as OpenAPI 3.1")],
        ]))
      \(call)
      <p>\(t("对同一结果持有多个目的的授权时，用 Doorsill-Purpose 字段指明目的。", "Whoever holds grants for several purposes on one result names the purpose in the Doorsill-Purpose field."))</p>
      """
  }

  /// What may be asked of a statistic.
  func resultGrammar() -> HTML {
    """
    \(manual(
      t("结果查询", "Query of a result"), [t("参数", "Parameter"), t("含义", "Meaning"), t("例", "Example")],
      [
        [code("select"), words("已声明的维度与数值", "Declared dimensions and values"), code("select=sex,count")],
        [words("维度名", "a dimension's name"), words("eq. 一个代码，或 in.( ) 若干代码：逐个列出单元，从不合并", "eq. one code, or in.( ) several: cells are listed one by one, never merged"), code("sex=eq.1")],
        [code("format"), words("json（默认）、csv 或 svg（图表）；也可用 Accept 字段：application/json、text/csv、image/svg+xml", "json (where not given), csv, or svg, a chart; an Accept field does as well: application/json, text/csv, image/svg+xml"), code("format=svg")],
        [code("lang"), words("zh 或 en：列名与图表的文字（缺省为门户的第一语言）", "zh or en: the words of columns and chart (where not given, the portal's first language)"), code("lang=en")],
        [code("dry_run"), words("只说明将会如何，不给答案，不耗配额", "Tells what would happen; gives no answer and costs no quota"), code("dry_run=true")],
      ]))
    <p>\(t("其他一切——排序、行数、范围、数值条件、重复的参数——得到同一个 400。不公布的单元为 null，并标 \"withheld\": true。",
      "Everything else (order, limits, ranges, conditions on values, repeated parameters) gets one identical 400. A withheld cell is null and bears \"withheld\": true."))</p>
    """
  }

  /// What is sent to a `verify` or `score`, and what comes back.
  func tupleGrammar() -> HTML {
    """
    \(manual(
      t("核验与评分的请求体", "Body of a verify or score"), [t("键", "Key"), t("含义", "Meaning")],
      [
        [code("fields"), words("全部声明字段：主体与核验项，缺一不可", "Every declared field: the subject and all claims")],
        [code("consent"), words("授权令牌：要求时才需要", "A consent token, where the result asks for it")],
        [code("batch"), words("代替以上两项：至多 100 组，逐组计入配额", "Instead of these two: up to 100 tuples, each counted")],
      ]))
    <p>\(t("答案只有三种：match 一致、no-match 不一致、unavailable 无法核验（已锁定，或授权令牌不成立；reason 说明）。查无此人与不一致答复相同；同一主体 24 小时内三次不一致即锁定。答复的长度与时间不透露内容。",
      "There are three answers: match, no-match, and unavailable (locked, or the consent token does not hold; reason says which). An unknown subject is answered like a difference. Three failed tuples about one subject within 24 hours lock it for you. Neither the length nor the time of an answer tells what it says."))</p>
    <p>\(t("提交与登记按同一规则统一写法：全角转半角、繁体转简体、大写转小写，去空格与不可见字符，统一连字符与间隔号；日期可写作 2015-03-02、2015/3/2、2015.3.2、20150302 或 2015年3月2日；数字去多余的零。",
      "What you send and what is on record are brought to one spelling by the same rules: width and compatibility forms (Unicode NFKC), traditional to simplified characters, small letters, no spaces or invisible characters, one form for dashes and middle dots; a day may be written 2015-03-02, 2015/3/2, 2015.3.2, 20150302 or 2015年3月2日; numbers lose superfluous zeros."))</p>
    <p>\(t("授权令牌是授权受理人签名的 JWS（Ed25519，typ 为 doorsill-consent+jws），载荷含 client、dataset、result、purpose、subject、iat、exp（至多 10 分钟）与 jti，只能用一次。",
      "A consent token is a JWS (Ed25519, typ doorsill-consent+jws) signed by a registered agent, with client, dataset, result, purpose, subject, iat, exp (10 minutes at most) and jti; it is good for one use."))</p>
    """
  }

  /// How an answer is proved afterwards.
  func receipts() -> HTML {
    """
    <p>\(t("每个答案在 Doorsill-Receipt 字段带一份回执：JWS，算法 Ed25519（RFC 9864）。其中有请求与答案的 SHA-256、发布版本、策略、保护记录、密钥与证书、提供方、管理方、使用方、目的、时间、日志序号。核验与评分的请求哈希加盐：requestSalt 之后接请求。",
      "Each answer carries a receipt in the Doorsill-Receipt field: a JWS with algorithm Ed25519 (RFC 9864) over the SHA-256 of request and answer, release, policy, protection record, key and certificate, the provider, manager and consumer, purpose, time, and place in the log. The request of a verify or score is hashed with a salt: requestSalt, then the request."))</p>
    \(command(
      "sed -n 's/^[Dd]oorsill-[Rr]eceipt: *//p' headers.txt | tr -d '\\r' > receipt.jws\ncurl -o jwks.json '\(Frame.base(catalog))/.well-known/jwks.json'\ndoorsill receipt verify receipt.jws --keys jwks.json --answer answer.json",
      t("离线核验", "Check it offline")))
    <p>\(t("日志只增不改：RFC 9162 的默克尔树，按 C2SP tlog-tiles 存放，任何人可凭检查点核对一致性。",
      "The log only grows: a Merkle tree by RFC 9162, stored as C2SP tlog-tiles, whose consistency anybody can check by its checkpoints."))</p>
    """
  }

  /// Problem documents and their codes.
  func errors() -> HTML {
    let codes: [(Int, String, String, String)] = [
      (
        400, "query", "查询不在语法之内；parameter 与 position 指出位置",
        "not in the grammar; parameter and position point at the place"
      ),
      (
        400, "body", "请求体不合规定；pointer 指出位置，hint 说明应写什么",
        "the body is not as it should be; pointer says where, hint what to write"
      ),
      (400, "purpose-required", "须用 Doorsill-Purpose 指明目的", "name the purpose in Doorsill-Purpose"),
      (401, "key-required", "缺少 API 密钥", "there is no API key"),
      (401, "key-invalid", "密钥与此证书不匹配、已过期或已吊销", "the key is not valid with this certificate"),
      (403, "certificate-required", "缺少客户端证书", "there is no client certificate"),
      (403, "certificate-unknown", "证书未登记", "the certificate is not registered"),
      (403, "certificate-revoked", "证书已吊销", "the certificate has been revoked"),
      (403, "certificate-expired", "证书已到期", "the certificate has ended"),
      (403, "client-suspended", "使用方已暂停", "the client is suspended"),
      (403, "grant-pending", "授权待第二人复核", "the grant waits for a second person"),
      (403, "grant-not-started", "授权尚未生效", "the grant is not in force yet"),
      (403, "grant-expired", "授权已到期", "the grant has ended"),
      (403, "grant-revoked", "授权已撤销", "the grant has been revoked"),
      (404, "not-found", "没有，或无权知道有没有", "not there, or not for you to know"),
      (405, "method-not-allowed", "统计用 GET，核验与评分用 POST", "GET for a statistic, POST for verify and score"),
      (409, "too-many-keys", "此证书已有两个有效密钥，先吊销一个", "this certificate has two live keys; revoke one first"),
      (410, "withdrawn", "数据集已撤回", "the dataset has been withdrawn"),
      (429, "quota-exceeded", "配额用尽，见 Retry-After", "the quota is used up; see Retry-After"),
      (
        429, "minute-exceeded", "本分钟的次数已用尽，见 Retry-After",
        "the calls of this minute are used up; see Retry-After"
      ),
      (429, "too-fast", "近期核验失败过多，每秒只答一次", "too many recent checks failed: one call a second"),
      (
        500, "receipt-unsigned", "答复已入日志，但回执无法签名，故不答复；请告知运营者",
        "the answer is logged, but its receipt could not be signed, so it is not given: tell the operator"
      ),
      (503, "busy", "待核验过多，稍后再试", "more checks wait than are taken; try again"),
      (503, "no-verify-key", "服务器缺少核验密钥", "the server lacks the key of the tags"),
      (503, "log-unavailable", "日志无法写入，故不答复", "the answer could not be logged, so it is not given"),
      (503, "no-release", "尚无发布", "nothing is published yet"),
      (503, "rows-unavailable", "数据行暂不可读", "the rows cannot be read now"),
      (503, "catalogue-unavailable", "目录暂不可读", "the catalogue cannot be read now"),
    ]
    return """
      <p>\(t("错误为 RFC 9457 问题文档（application/problem+json），code 字段稳定不变。", "Errors are problem documents by RFC 9457 (application/problem+json); the code stays the same for good."))</p>
      \(manual(
        t("错误", "Errors"), [t("代码", "Code"), t("状态", "Status"), t("含义", "Meaning")],
        codes.map { [code($0.1), "\($0.0)", words($0.2, $0.3)] }))
      """
  }
}
