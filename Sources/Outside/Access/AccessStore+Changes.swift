package import Bytes
import SQLite
package import Trust

extension AccessStore {
  /// Adds a company. `id` is its permanent name: lower-case letters, digits and `-`.
  package func addClient(id: String, name: String, contact: String, by author: Author, now: Timestamp) throws
  {
    guard Self.isName(id) else {
      throw AccessError(
        .invalid, Wording("'\(id)' cannot name a client", "“\(id)”不能作客户名称"),
        hint: Wording(
          "use 2 to 64 lower-case letters, digits and '-', a letter first", "请用 2 至 64 个小写字母、数字和 -，以字母开头"))
    }
    try AccessError.check(name, Wording("the client's name", "企业名称"))
    try AccessError.check(contact, Wording("the client's contact", "联系方式"))
    guard try client(id) == nil else {
      throw AccessError(.duplicateClient, Wording("there is a client '\(id)' already", "已有客户“\(id)”"))
    }
    try change(
      by: author, touching: [.client(id)],
      ["event": "client.added", "client": .string(id), "name": .string(name), "time": .string(now.rfc3339)]
    ) {
      (connection) throws in
      try connection.execute(
        "INSERT INTO clients VALUES(\(id), \(name), \(contact), \(Client.Status.active.rawValue), \(now.rfc3339))"
      )
    }
  }

  /// Suspends a client, or lets it call again.
  package func setStatus(_ status: Client.Status, ofClient id: String, by author: Author, now: Timestamp)
    throws
  {
    _ = try existingClient(id)
    try change(
      by: author, touching: [.client(id)],
      ["event": .string("client.\(status.rawValue)"), "client": .string(id), "time": .string(now.rfc3339)]
    ) {
      (connection) throws in
      try connection.execute("UPDATE clients SET status = \(status.rawValue) WHERE id = \(id)")
    }
  }

  /// Registers a certificate of a client.
  package func register(
    _ certificate: Certificate, issuerKeyHash: [UInt8], for client: String, by author: Author, now: Timestamp
  ) throws {
    _ = try existingClient(client)
    let thumbprint = certificate.thumbprint
    try change(
      by: author, touching: [.certificate(thumbprint)],
      [
        "event": "certificate.registered", "client": .string(client), "thumbprint": .string(thumbprint),
        "serial": .string(certificate.serial), "notAfter": .string(certificate.notAfter.rfc3339),
        "time": .string(now.rfc3339),
      ]
    ) { (connection) throws in
      try connection.execute(
        """
        INSERT INTO certificates VALUES(\(thumbprint), \(client), \(certificate.publicKeyHash), \(issuerKeyHash),
          \(certificate.serial), \(certificate.notAfter.rfc3339), NULL)
        ON CONFLICT(thumbprint) DO NOTHING
        """)
    }
  }

  /// Revokes the certificate with the serial number, and every key issued with it. Takes effect with the next call.
  package func revokeCertificate(serial: String, reason: String, by author: Author, now: Timestamp) throws
    -> ClientCertificate
  {
    guard let certificate = try certificates().first(where: { $0.serial == serial.lowercased() }) else {
      throw AccessError(
        .unknownCertificate,
        Wording("no registered certificate has the serial number \(serial)", "没有序列号为 \(serial) 的已登记证书"),
        hint: Wording("'doorsill ca list' shows them", "可用 doorsill ca list 查看"))
    }
    try AccessError.check(reason, Wording("the reason", "理由"))
    let bound = try keys().filter { $0.thumbprint == certificate.thumbprint }.map { RowName.key($0.id) }
    try change(
      by: author, touching: [.certificate(certificate.thumbprint)] + bound,
      [
        "event": "certificate.revoked", "client": .string(certificate.client),
        "thumbprint": .string(certificate.thumbprint),
        "serial": .string(serial), "reason": .string(reason), "time": .string(now.rfc3339),
      ]
    ) { (connection) throws in
      try connection.execute(
        "UPDATE certificates SET revoked = \(now.rfc3339) WHERE thumbprint = \(certificate.thumbprint) AND revoked IS NULL"
      )
      try connection.execute(
        "UPDATE keys SET revoked = \(now.rfc3339) WHERE thumbprint = \(certificate.thumbprint) AND revoked IS NULL"
      )
    }
    return certificate
  }

  /// Makes a key bound to a registered certificate's public key and issuer. The text is returned once and stored
  /// nowhere.
  /// - Parameter limit: live keys that the certificate may have with this one, counted in the transaction that makes it:
  ///   of calls that come at once no more succeed than there is room for. nil: any number.
  package func createKey(
    thumbprint: String, days: Int, by author: Author, now: Timestamp, limit: Int? = nil
  ) throws -> (id: String, text: String) {
    guard let certificate = try certificates().first(where: { $0.thumbprint == thumbprint }) else {
      throw AccessError(
        .unknownCertificate, Wording("no registered certificate has this thumbprint", "没有此指纹的已登记证书"),
        hint: Wording("register it with 'doorsill ca issue'", "请用 doorsill ca issue 登记"))
    }
    guard certificate.revoked == nil else {
      throw AccessError(
        .unknownCertificate, Wording("this certificate is revoked", "此证书已吊销"),
        hint: Wording("issue a new one with 'doorsill ca issue'", "请用 doorsill ca issue 重新签发"))
    }
    let text = try KeyText.make()
    let id = "k_" + Hex.encode(try Random.bytes(8))
    let expires = now.adding(days: days)
    let mac = pepper.authenticate(Array(text.utf8))
    try change(
      by: author, touching: [.key(id)],
      [
        "event": "key.created", "key": .string(id), "client": .string(certificate.client),
        "thumbprint": .string(thumbprint),
        "expires": .string(expires.rfc3339), "time": .string(now.rfc3339),
      ]
    ) { (connection) throws in
      if let limit {
        let live = try connection.query(Book.keys, APIKey.init(row:)).count {
          $0.isLive(for: certificate, at: now)
        }
        guard live < limit else {
          throw AccessError(
            .tooManyKeys,
            Wording("this certificate has \(live) live keys already", "此证书已有 \(live) 个有效密钥"),
            hint: Wording("revoke one with 'doorsill key revoke'", "请先用 doorsill key revoke 撤销一个"))
        }
      }
      try connection.execute(
        """
        INSERT INTO keys VALUES(\(id), \(certificate.client), \(mac), \(thumbprint), \(certificate.publicKeyHash),
          \(certificate.issuerKeyHash), \(now.rfc3339), \(expires.rfc3339), NULL)
        """)
    }
    return (id, text)
  }

  package func revokeKey(_ id: String, by author: Author, now: Timestamp) throws {
    guard let key = try keys().first(where: { $0.id == id }) else {
      throw AccessError(
        .unknownKey, Wording("there is no key '\(id)'", "没有密钥“\(id)”"),
        hint: Wording("'doorsill key list' shows them", "可用 doorsill key list 查看"))
    }
    try change(
      by: author, touching: [.key(id)],
      [
        "event": "key.revoked", "key": .string(id), "client": .string(key.client),
        "time": .string(now.rfc3339),
      ]
    ) {
      (connection) throws in
      try connection.execute("UPDATE keys SET revoked = \(now.rfc3339) WHERE id = \(id) AND revoked IS NULL")
    }
  }

  static func isName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard (2...64).contains(bytes.count), let first = bytes.first, (0x61...0x7A).contains(first) else {
      return false
    }
    return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }
}
