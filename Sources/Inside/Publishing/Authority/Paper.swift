import Bytes
package import Policies
package import Trust

/// A signed proposal or a signature under one: a compact JWS (RFC 7515, alg Ed25519) over canonical JSON, one a file. It
/// lies beside the descriptor it is about, or in `Policies`, and travels by git or mail; `publish` copies it into the log.
package struct Paper: Sendable {
  /// The header member `typ`, so that nothing else a person signs can pass for one.
  static let type = "doorsill-decision"
  /// The folder beside a descriptor, or in `Policies`.
  package static let folderName = "approvals"
  private static let sizeLimit = 60 << 10

  /// The signed text.
  package let text: String
  /// Where it was read; empty where it stands in the log.
  package let file: String
  package let deed: Deed
  /// A person's id, or `recovery`.
  package let signer: String
  /// Of the key that signed, as `Registration.Terms.key`.
  package let key: String
  /// What its author had seen of the log.
  package let seen: Seen
  package let reason: String

  /// Lower-case hex SHA-256 of the signed text: what a proposal is called by.
  package var hash: String { Publishing.hash(Array(text.utf8)) }

  /// A beginning of the decisions log: how many entries, and their Merkle root in hex.
  package struct Seen: Sendable, Hashable {
    package let size: Int
    package let root: String

    package init(size: Int, root: String) {
      self.size = size
      self.root = root
    }

    var json: JSON { ["size": JSON(size), "root": .string(root)] }

    init?(json: JSON?) {
      guard let size = json?["size"]?.int, size >= 0, let root = json?["root"]?.string else { return nil }
      self.init(size: size, root: root)
    }
  }

  /// Signs a proposal, or a signature under one, whose members are these.
  static func sign(
    _ json: JSON, by signer: String, with key: SigningKey, seen: Seen, now: Timestamp
  ) throws -> String {
    var json = json
    json["by"] = ["person": .string(signer), "key": .string(key.publicKey.text)]
    json["seen"] = seen.json
    json["time"] = .string(now.rfc3339)
    let text = JWS.sign(try json.canonical(), with: key, header: [JSON.Member("typ", .string(type))])
    guard text.utf8.count <= sizeLimit else {
      throw PublishingError(
        .refused,
        Wording(
          "the proposal has \(text.utf8.count) bytes, the log takes \(sizeLimit): give a shorter reason",
          "提议有 \(text.utf8.count) 字节，日志至多 \(sizeLimit)：请简短说明理由"), blame: .usage)
    }
    return text
  }

  /// Reads one and checks its signature against the key that it names; whose that key is, is the log's to say.
  package init(_ text: String, file: String = "") throws {
    func refuse(_ en: String, _ zh: String) -> PublishingError {
      PublishingError(
        .refused, Wording("\(file): \(en)", "\(file)：\(zh)"),
        hint: Wording(
          "remove the file, and have its author sign again", "请删去该文件，由签署人重新签署"))
    }
    let (header, payload, signed): (JSON, [UInt8], VerifyingKey)
    do {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 3, let body = Base64.decodeURL(String(parts[1])),
        let key = try JSON(parsing: body)["by"]?["key"]?.string.flatMap({ VerifyingKey(text: $0) })
      else { throw refuse("this is no signed proposal or approval", "不是签名的提议或批准") }
      (header, payload, signed) = try JWS.verify(text, keys: [key])
    } catch let error as TrustError {
      throw refuse(error.message, "签名无效")
    } catch is JSONError { throw refuse("it cannot be read", "无法读取") }
    guard header["typ"]?.string == Self.type else {
      throw refuse("this is signed, but is neither proposal nor approval", "有签名，但既不是提议也不是批准")
    }
    let json = try JSON(parsing: payload)
    guard let signer = json["by"]?["person"]?.string, let seen = Seen(json: json["seen"]),
      let reason = json["reason"]?.string
    else { throw refuse("it does not have the members it must have", "缺少必需的成员") }
    if let motion = try Motion(json: json) {
      deed = .proposal(motion, hash: Publishing.hash(Array(text.utf8)))
    } else if json["event"]?.string == "approval", json["v"]?.int == 1,
      let proposal = json["proposal"]?.string, let verdict = json["verdict"]?.string,
      verdict == "approve" || verdict == "refuse"
    {
      deed = .vote(proposal: proposal, approves: verdict == "approve")
    } else {
      throw refuse("it does not have the members it must have", "缺少必需的成员")
    }
    self.text = text
    self.file = file
    self.signer = signer
    key = signed.text
    self.seen = seen
    self.reason = reason
  }

  /// Writes a signed text into a folder as a file of its own: its name has the hash of what is in it, so that two that
  /// are signed in one second never meet.
  static func write(_ text: String, by signer: String, into folder: String, now: Timestamp) throws -> String {
    let time = String(now.rfc3339.filter { $0 != ":" && $0 != "-" })
    let path = Files.join(
      folder, "\(time)-\(signer)-\(Publishing.hash(Array(text.utf8)).prefix(8)).jws")
    try Files.makeDirectory(folder)
    try Files.write(Array((text + "\n").utf8), to: path)
    return path
  }

  /// Every paper beside a descriptor and in `Policies`, proposals first.
  ///
  /// One that is forged or misshaped is an error that names the file, not a paper less: somebody put it there. Approvals
  /// of versions before 0.2 named no proposal; they count for nothing and are passed over.
  package static func all(of portal: Portal) throws -> [Paper] {
    var folders = ["\(portal.policies)/\(folderName)"]
    for name in try Files.list(portal.catalog) { folders.append("\(portal.catalog)/\(name)/\(folderName)") }
    var papers: [Paper] = []
    for folder in folders where Files.isDirectory(folder) {
      for name in try Files.list(folder) where name.hasSuffix(".jws") {
        let path = Files.join(folder, name)
        let bytes = try Files.read(path, limit: 1 << 20)
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        if isOfEarlierVersion(text) { continue }
        papers.append(try Paper(text, file: path))
      }
    }
    func isProposal(_ paper: Paper) -> Bool { if case .proposal = paper.deed { true } else { false } }
    return papers.filter(isProposal) + papers.filter { !isProposal($0) }
  }

  private static func isOfEarlierVersion(_ text: String) -> Bool {
    guard let head = text.split(separator: ".").first, let bytes = Base64.decodeURL(String(head)) else {
      return false
    }
    return (try? JSON(parsing: bytes))?["typ"]?.string == "doorsill-approval"
  }
}

extension VerifyingKey {
  /// As access.json5 and the log have it.
  package var text: String { "ed25519:" + Base64.encodeURL(raw) }

  /// Reads what `text` says; nil for anything else.
  package init?(text: String) {
    guard text.hasPrefix("ed25519:"), let raw = Base64.decodeURL(String(text.dropFirst(8))),
      let key = try? VerifyingKey(raw: raw)
    else { return nil }
    self = key
  }
}
