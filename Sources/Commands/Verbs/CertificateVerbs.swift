import Access
import Bytes
import Publishing
import Serving
import System
import Trust

/// `ca`: the built-in certificate authority. Its key stays inside the door; the server gets the certificate and
/// the revocation list.
enum CertificateVerbs {
  static let all: [Verb] = [
    Verb(
      "ca init", "", Phrase("建立证书机构", "make the certificate authority"),
      options: [
        Option("--name", "TEXT", Phrase("证书机构名称", "the authority's name")),
        Option("--days", "N", Phrase("有效天数（缺省 3650）", "days it lives (default 3650)")), .portal,
      ],
      example: "doorsill ca init --name 'Data Bureau Authority'", run: initialise),
    Verb(
      "ca issue", "", Phrase("为企业签发客户端证书", "issue a client certificate to a company"),
      options: [
        Option("--client", "ID", Phrase("企业标识", "the client")),
        Option(
          "--csr", "FILE", Phrase("企业自己的证书请求（私钥不离开企业）", "the company's own request: its key never leaves it")),
        Option(
          "--out", "DIR",
          Phrase(
            "写证书的文件夹；无 --csr 时也在此生成私钥", "where the certificate goes; without --csr a key is made there too")),
        Option("--days", "N", Phrase("有效天数（缺省 365）", "days it lives (default 365)")), .portal, .state,
      ], act: .administer,
      example: "doorsill ca issue --client acme --csr acme.csr --out acme/", run: issue),
    Verb(
      "ca issue-server", "", Phrase("为接口服务器签发证书", "issue a certificate to the gateway itself"),
      options: [
        Option("--name", "HOST", repeats: true, Phrase("主机名或地址", "a host name or address")),
        Option("--out", "DIR", Phrase("写证书与私钥的文件夹", "where certificate and key go")),
        Option("--days", "N", Phrase("有效天数（缺省 365）", "days it lives (default 365)")), .portal,
      ], example: "doorsill ca issue-server --name api.example.gov --out tls/", run: issueServer),
    Verb(
      "ca revoke", "SERIAL", Phrase("吊销证书（立即生效）", "revoke a certificate, at once"),
      options: [
        Option("--reason", "WORD", Phrase("原因，如 keyCompromise", "why, such as keyCompromise")), .portal,
        .state,
      ], act: .administer,
      example: "doorsill ca revoke 4f… --reason keyCompromise", run: revoke),
    Verb(
      "ca crl", "", Phrase("重新签发吊销列表", "sign the revocation list anew"),
      options: [
        Option("--days", "N", Phrase("有效天数（缺省 30）", "days until the next (default 30)")), .portal, .state,
      ],
      example: "doorsill ca crl",
      run: { invocation in
        try renewList(invocation, days: try invocation.number("--days") ?? 30)
        return .done
      }),
    Verb(
      "ca list", "", Phrase("列出已登记的证书", "list the registered certificates"),
      options: [.portal, .state, .json],
      example: "doorsill ca list", run: list),
  ]

  private static func initialise(_ invocation: Invocation) throws -> ExitStatus {
    let portal = try invocation.portal()
    try portal.makeInside()
    let keyPath = portal.inside + "/keys/ca"
    guard !Files.exists(keyPath) else {
      throw UsageFault(
        Phrase("已有证书机构：\(keyPath)", "there is an authority already: \(keyPath)"),
        hint: Phrase(
          "它签发的证书仍要用它；如要更换，请先备份并移走该文件与同处的 ca.pem",
          "certificates depend on it; to replace it, back it up and move it away, with the ca.pem beside it"))
    }
    try refuseLost(portal)
    let made = try CertificateAuthority.create(
      name: invocation.value("--name") ?? "Doorsill", lifetimeDays: try invocation.number("--days") ?? 3650)
    try Files.write(made.key, to: keyPath, mode: 0o600)
    try Files.write(made.certificate.pem, to: portal.inside + "/keys/ca.pem", mode: 0o644)
    let outside = try invocation.outside()
    let folder = try Folder(outside.folder)
    try folder.makeFolder("authority", mode: 0o700)
    try folder.replace("authority/ca.pem", made.certificate.pem)
    try renewList(invocation, days: 30)
    invocation.terminal.note(
      Phrase("证书机构已建立：\(made.certificate.subject)", "made the authority \(made.certificate.subject)"))
    return .done
  }

  /// Refuses where the authority's certificate is there and its key is not: the key is lost, and another one would know
  /// none of the certificates that companies hold.
  private static func refuseLost(_ portal: Portal) throws {
    let key = portal.inside + "/keys/ca"
    let certificates = [portal.inside + "/keys/ca.pem", portal.outside + "/authority/ca.pem"]
    guard !Files.exists(key), let certificate = certificates.first(where: { Files.exists($0) }) else {
      return
    }
    throw PublishingError(
      .damaged,
      Wording(
        "\(key) is lost, and \(certificate) says that certificates were signed with it: under another key every company would need a new one",
        "缺少 \(key)，而 \(certificate) 表明曾用它签发证书：换用别的密钥，所有企业都须重新领证"),
      hint: Wording(
        "restore .doorsill/inside/keys from a backup; to begin anew, move \(certificate) away",
        "请从备份恢复 .doorsill/inside/keys；若要重新建立，请移走 \(certificate)"),
      blame: .environment)
  }

  private static func authority(_ portal: Portal) throws -> CertificateAuthority {
    let keyPath = portal.inside + "/keys/ca"
    guard Files.exists(keyPath) else {
      try refuseLost(portal)
      throw UsageFault(
        Phrase("还没有证书机构", "there is no authority yet"),
        hint: Phrase("先运行 doorsill ca init", "make one with 'doorsill ca init'"))
    }
    let certificate = portal.inside + "/keys/ca.pem"
    guard Files.exists(certificate) else {
      let copy = portal.outside + "/authority/ca.pem"
      throw PublishingError(
        .damaged,
        Wording(
          "\(certificate) is lost: without it nothing can be signed that belongs to the certificates of before",
          "缺少 \(certificate)：没有它就无法签发与以往证书相配的证书与列表"),
        hint: Files.exists(copy)
          ? Wording(
            "the server has a copy: cp '\(copy)' '\(certificate)'", "服务器存有副本：cp '\(copy)' '\(certificate)'")
          : .restoreFromBackup, blame: .environment)
    }
    return try CertificateAuthority(
      certificate: try Certificate(pem: try Files.read(certificate)),
      keyPEM: try Files.read(keyPath))
  }

  private static func issue(_ invocation: Invocation) throws -> ExitStatus {
    let portal = try invocation.portal()
    let authority = try authority(portal)
    let client = try invocation.required("--client")
    let store = try invocation.outside().accessStore()
    let record = try store.existingClient(client)
    let folder = try invocation.required("--out")
    let author = try invocation.entitledAuthor()
    try Files.makeDirectory(folder, mode: 0o700)
    let request: [UInt8]
    if let csr = invocation.value("--csr") {
      request = try Files.read(csr, limit: 1 << 16, from: .named)
    } else {
      let key = try TLSKey.generate()
      try Files.write(try key.pem(), to: folder + "/client.key", mode: 0o600)
      request = try CertificateRequest.create(subject: try Subject(commonName: client), key: key)
    }
    let certificate = try authority.issue(
      csrPEM: request, subject: try Subject(commonName: client, organization: record.name),
      days: try invocation.number("--days") ?? 365, usage: .client)
    try store.register(
      certificate, issuerKeyHash: authority.certificate.publicKeyHash, for: client,
      by: author, now: .now())
    try Files.write(certificate.pem, to: folder + "/client.pem")
    try Files.write(authority.certificate.pem, to: folder + "/ca.pem")
    invocation.terminal.note(
      Phrase(
        "已签发证书 \(certificate.serial)，有效至 \(certificate.notAfter.rfc3339)：\(folder)/client.pem",
        "issued certificate \(certificate.serial), valid until \(certificate.notAfter.rfc3339): \(folder)/client.pem"
      ))
    return .done
  }

  private static func issueServer(_ invocation: Invocation) throws -> ExitStatus {
    let names = invocation.all("--name")
    guard let first = names.first else {
      _ = try invocation.required("--name")
      return .usage
    }
    let authority = try authority(try invocation.portal())
    let folder = try invocation.required("--out")
    try Files.makeDirectory(folder, mode: 0o700)
    let key = try TLSKey.generate()
    let request = try CertificateRequest.create(subject: try Subject(commonName: first), key: key)
    let certificate = try authority.issue(
      csrPEM: request, days: try invocation.number("--days") ?? 365, usage: .server(names))
    try Files.write(try key.pem(), to: folder + "/server.key", mode: 0o600)
    try Files.write(certificate.pem, to: folder + "/server.pem")
    try Files.write(authority.certificate.pem, to: folder + "/ca.pem")
    invocation.terminal.note(
      Phrase("已签发服务器证书：\(folder)/server.pem", "issued the server certificate \(folder)/server.pem"))
    return .done
  }

  private static func revoke(_ invocation: Invocation) throws -> ExitStatus {
    let serial = try invocation.operands(1, 1)[0]
    let reason = invocation.value("--reason") ?? "unspecified"
    let certificate = try invocation.outside().accessStore().revokeCertificate(
      serial: serial, reason: reason, by: try invocation.entitledAuthor(), now: .now())
    try renewList(invocation, days: 30)
    invocation.terminal.note(
      Phrase(
        "已吊销 \(certificate.client) 的证书 \(certificate.serial) 及以其签发的密钥",
        "revoked certificate \(certificate.serial) of \(certificate.client), and the keys bound to it"))
    return .done
  }

  /// Signs the list of all revoked certificates and puts it where the server reads it. One at a time: of two that
  /// overlap, the later one must read what the earlier one revoked, and take the next number.
  private static func renewList(_ invocation: Invocation, days: Int) throws {
    let portal = try invocation.portal()
    let authority = try authority(portal)
    let lock = try FileLock(portal.inside + "/ca.lock", wait: true)
    defer { withExtendedLifetime(lock) {} }
    let outside = try invocation.outside()
    let now = Timestamp.now()
    let revoked = try outside.accessStore().certificates().compactMap { certificate in
      certificate.revoked.map { (serial: certificate.serial, at: $0, reason: RevocationReason.unspecified) }
    }
    let folder = try Folder(outside.folder)
    let name = "authority/crl.der"
    var number = 1
    if try folder.exists(name) {
      let last = try RevocationList(der: folder.read(name, limit: 64 << 20)).number ?? 0
      guard last < Int.max else {
        throw PublishingError(
          .damaged, Wording("\(folder.full(name)) has no next number", "\(folder.full(name)) 没有下一个编号"),
          hint: .restoreFromBackup, blame: .environment)
      }
      number = last + 1
    }
    try folder.makeFolder("authority", mode: 0o700)
    try folder.replace(
      name, try authority.crl(revoked: revoked, number: number, nextUpdate: now.adding(days: days)))
  }

  private static func list(_ invocation: Invocation) throws -> ExitStatus {
    let certificates = try invocation.outside().accessStore().certificates()
    if invocation.has("--json") {
      let items: [JSON] = certificates.map {
        [
          "client": .string($0.client), "serial": .string($0.serial), "thumbprint": .string($0.thumbprint),
          "notAfter": .string($0.notAfter.rfc3339),
          "revoked": $0.revoked.map { .string($0.rfc3339) } ?? .null,
        ]
      }
      invocation.terminal.print(bytes: JSON.array(items).serialized(pretty: true) + [0x0A])
      return .done
    }
    invocation.terminal.table(
      [
        [
          Phrase("企业", "client").said, Phrase("序列号", "serial").said, Phrase("到期", "ends").said,
          Phrase("状态", "state").said,
        ]
      ]
        + certificates.map {
          [
            $0.client, $0.serial, $0.notAfter.date.iso,
            $0.revoked == nil ? Phrase("有效", "valid").said : Phrase("已吊销", "revoked").said,
          ]
        })
    return .done
  }
}
