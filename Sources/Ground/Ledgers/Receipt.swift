package import Bytes
package import Trust

/// The signed statement that goes with an answer: a JWS (`alg` Ed25519) that anyone can check offline.
package struct Receipt: Sendable {
  /// What a receipt states.
  package struct Claims: Sendable, Equatable {
    /// SHA-256 of the request in lower-case hex; of salt and request where there is a salt.
    package var requestHash: String
    /// 16 bytes in lower-case hex, for a request that names a person: only who has the receipt can tell the request
    /// by its hash. nil for all others.
    package var requestSalt: String?
    /// SHA-256 of the answer's bytes in lower-case hex.
    package var answerHash: String
    /// The release the answer is from.
    package var release: Int
    /// The policy's hash.
    package var policy: String
    /// Which controls acted, on how many cells.
    package var protection: JSON
    /// Which API key asked.
    package var keyID: String
    /// The client certificate's thumbprint (`x5t#S256`).
    package var certificateThumbprint: String
    /// 数据提供方, 数据管理方, 数据使用方.
    package var provider: String
    package var manager: String
    package var consumer: String
    /// What the grant allows the answer to be used for.
    package var purpose: String
    package var time: Timestamp
    /// The entry's place in the log, and the log's name.
    package var ledgerIndex: Int
    package var ledgerOrigin: String
    /// The leaf hash of the entry, hex; nil in receipts of 0.1.
    package var ledgerLeaf: String?
    /// The last head of the log that was signed before: size and root, hex. Two receipts that name one size with two
    /// roots prove that there are two logs.
    package var ledgerHead: Head?

    package struct Head: Sendable, Equatable {
      package let size: Int
      package let root: String
    }

    package init(
      requestHash: String, answerHash: String, release: Int, policy: String, protection: JSON, keyID: String,
      certificateThumbprint: String, provider: String, manager: String, consumer: String, purpose: String,
      time: Timestamp, ledgerIndex: Int, ledgerOrigin: String, requestSalt: String? = nil,
      ledgerLeaf: String? = nil, ledgerHead: (size: Int, root: String)? = nil
    ) {
      self.requestHash = requestHash
      self.requestSalt = requestSalt
      self.answerHash = answerHash
      self.release = release
      self.policy = policy
      self.protection = protection
      self.keyID = keyID
      self.certificateThumbprint = certificateThumbprint
      self.provider = provider
      self.manager = manager
      self.consumer = consumer
      self.purpose = purpose
      self.time = time
      self.ledgerIndex = ledgerIndex
      self.ledgerOrigin = ledgerOrigin
      self.ledgerLeaf = ledgerLeaf
      self.ledgerHead = ledgerHead.map { Head(size: $0.size, root: $0.root) }
    }

    /// The claims as the receipt's payload says them.
    package var json: JSON {
      var json: JSON = [
        "requestHash": .string(requestHash), "answerHash": .string(answerHash), "release": JSON(release),
        "policy": .string(policy), "protection": protection, "keyId": .string(keyID),
        "x5t#S256": .string(certificateThumbprint), "provider": .string(provider),
        "manager": .string(manager),
        "consumer": .string(consumer), "purpose": .string(purpose), "time": .string(time.rfc3339),
      ]
      var ledger: JSON = ["origin": .string(ledgerOrigin), "index": JSON(ledgerIndex)]
      if let ledgerLeaf { ledger["leaf"] = .string(ledgerLeaf) }
      if let ledgerHead {
        ledger["head"] = ["size": JSON(ledgerHead.size), "root": .string(ledgerHead.root)]
      }
      json["ledger"] = ledger
      if let requestSalt { json["requestSalt"] = .string(requestSalt) }
      return json
    }

    private static func head(_ json: JSON?) throws(LedgerError) -> (size: Int, root: String)? {
      guard let json else { return nil }
      guard let size = json["size"]?.int, size >= 0, let root = json["root"]?.string else {
        throw LedgerError(.proof, Wording("the head of the log in the receipt is malformed", "回执中的日志头格式有误"))
      }
      return (size, root)
    }

    /// Reads a payload; a missing or malformed claim is named.
    package init(json: JSON) throws(LedgerError) {
      func text(_ name: String) throws(LedgerError) -> String {
        guard let value = json[name]?.string else {
          throw LedgerError(.proof, Wording("the receipt does not say “\(name)”", "回执缺少“\(name)”"))
        }
        return value
      }
      guard let time = Timestamp(rfc3339: try text("time")) else {
        throw LedgerError(.proof, Wording("the receipt's time is malformed", "回执的时间格式有误"))
      }
      guard let release = json["release"]?.int, let protection = json["protection"],
        let ledger = json["ledger"],
        let index = ledger["index"]?.int, let origin = ledger["origin"]?.string
      else {
        throw LedgerError(
          .proof,
          Wording("the receipt does not say release, protection or place in the log", "回执缺少发布版本、保护记录或日志位置"))
      }
      self.init(
        requestHash: try text("requestHash"), answerHash: try text("answerHash"), release: release,
        policy: try text("policy"), protection: protection, keyID: try text("keyId"),
        certificateThumbprint: try text("x5t#S256"), provider: try text("provider"),
        manager: try text("manager"),
        consumer: try text("consumer"), purpose: try text("purpose"), time: time, ledgerIndex: index,
        ledgerOrigin: origin, requestSalt: json["requestSalt"]?.string, ledgerLeaf: ledger["leaf"]?.string,
        ledgerHead: try Self.head(ledger["head"]))
    }
  }

  /// The `typ` of the JWS header.
  package static let type = "doorsill-receipt+jws"

  /// The compact JWS, for the header `Doorsill-Receipt`.
  package let compact: String

  /// Signs the claims. Throws `.entry` if they hold text or numbers that canonical JSON cannot.
  package init(_ claims: Claims, signedWith key: SigningKey) throws(LedgerError) {
    let payload: [UInt8]
    do { payload = try claims.json.canonical() } catch {
      throw LedgerError(
        .entry, Wording("the receipt cannot be written: \(error.message)", "回执无法写出：\(error.message)"))
    }
    compact = JWS.sign(payload, with: key, header: [JSON.Member("typ", .string(Receipt.type))])
  }

  /// Checks a receipt against the keys that are trusted and, when given, the answer's bytes.
  package static func verify(
    _ compact: String, keys: [VerifyingKey], answer: [UInt8]? = nil
  ) throws(LedgerError) -> Claims {
    let opened: (header: JSON, payload: [UInt8], key: VerifyingKey)
    do { opened = try JWS.verify(compact, keys: keys) } catch { throw LedgerError(.proof, error.words) }
    guard opened.header["typ"]?.string == Receipt.type else {
      throw LedgerError(.proof, Wording("this JWS is not a receipt", "此 JWS 不是回执"))
    }
    let json: JSON
    do { json = try JSON(parsing: opened.payload) } catch {
      throw LedgerError(.proof, Wording("the receipt is not JSON", "回执不是 JSON"))
    }
    let claims = try Claims(json: json)
    if let answer, Hex.encode(Digest.sha256(answer)) != claims.answerHash {
      throw LedgerError(.proof, Wording("the receipt belongs to another answer", "回执对应的是另一个答复"))
    }
    return claims
  }
}
