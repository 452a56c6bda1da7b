import Bytes
import Catalogs
import Ledgers
package import Policies
package import Trust

/// `.doorsill/authority.json`: the fold of the decisions log, signed by the publisher and readable by everybody who may
/// read the portal's files, so that whoever proposes or approves never goes inside.
package struct AuthorityFile: Sendable {
  package let authority: Authority
  /// What it was folded from.
  package let seen: Paper.Seen
  /// The publisher's key, which is the release key.
  package let key: VerifyingKey
  /// The rules in force, by file.
  package let policyFiles: [String: [UInt8]]
  /// The hash of every entry, 32 bytes each: by them whoever is not inside sees that the log goes on from what they saw.
  private let leaves: [[UInt8]]

  /// Writes the state of a log down, mode 0644.
  static func write(
    _ authority: Authority, of ledger: Ledger, policyFiles: [String: [UInt8]], key: SigningKey,
    to portal: Portal
  ) throws {
    let head = ledger.head
    var json: JSON = [
      "v": 1, "authority": authority.json, "key": .string(key.publicKey.text),
      "seen": Paper.Seen(size: head.size, root: Hex.encode(head.root)).json,
      "entries": .string(
        Base64.encodeURL(ledger.tileNames.filter { $0.level == 0 }.flatMap { ledger.tile($0) ?? [] })),
      "policyFiles": .object(
        policyFiles.sorted { $0.key < $1.key }.map {
          JSON.Member($0.key, .string(String(decoding: $0.value, as: UTF8.self)))
        }),
    ]
    json["signature"] = .string(
      JWS.sign(
        Digest.sha256(try json.canonical()), with: key, header: [JSON.Member("typ", .string(type))]))
    try Files.write(json.serialized(pretty: true) + [0x0A], to: portal.authority, mode: 0o644)
  }

  private static let type = "doorsill-authority"

  /// Reads and verifies it. `known` is what a person's home remembers of this portal: the file must be of the same
  /// publisher, and of a log that is not shorter than the one they saw last.
  /// - Parameter home: the folder in which the person's home remembers portals; nil where nobody acts.
  package init(_ portal: Portal, home: String? = nil) throws {
    guard Files.exists(portal.authority) else {
      throw PublishingError(
        .refused,
        Wording(
          "\(portal.authority) is not there: this portal's decisions log has no beginning yet",
          "没有 \(portal.authority)：本门户的决策日志尚无起点"),
        hint: Wording(
          "a new portal begins with its first 'doorsill publish --as ID'; one that published before, with 'doorsill authority begin --as ID'",
          "新门户由首次 doorsill publish --as ID 开始；此前已发布过的，运行 doorsill authority begin --as ID"))
    }
    func damaged(_ en: String, _ zh: String) -> PublishingError {
      PublishingError(
        .damaged, Wording("\(portal.authority) \(en)", "\(portal.authority) \(zh)"),
        hint: Wording(
          "the publisher's next 'doorsill publish' writes it anew from the log",
          "发布人下次运行 doorsill publish 时会据日志重写"),
        blame: .environment)
    }
    guard let json = try? JSON(parsing: try Files.read(portal.authority)),
      let signature = json["signature"]?.string,
      let key = json["key"]?.string.flatMap({ VerifyingKey(text: $0) }),
      let told = try? JWS.verify(signature, keys: [key]), told.header["typ"]?.string == Self.type,
      case let rest = JSON.object((json.members ?? []).filter { $0.key != "signature" }),
      told.payload == Digest.sha256(try rest.canonical()), json["v"]?.int == 1,
      let seen = Paper.Seen(json: json["seen"]), let state = json["authority"],
      let authority = try Authority(json: state), let files = json["policyFiles"]?.members,
      let hashes = json["entries"]?.string.flatMap({ Base64.decodeURL($0) }),
      hashes.count == seen.size * Merkle.hashSize
    else { throw damaged("is damaged", "已损坏") }
    leaves = (0..<seen.size).map { Array(hashes[$0 * Merkle.hashSize..<($0 + 1) * Merkle.hashSize]) }
    guard Hex.encode(Merkle.root(of: leaves)) == seen.root else { throw damaged("is damaged", "已损坏") }
    self.authority = authority
    self.seen = seen
    self.key = key
    policyFiles = Dictionary(
      files.compactMap { file in file.value.string.map { (file.key, Array($0.utf8)) } },
      uniquingKeysWith: { first, _ in first })
    guard let home else { return }
    try Self.remember(self, in: home)
  }

  /// Compares with what a home remembers of the portal, and remembers it anew.
  private static func remember(_ file: AuthorityFile, in home: String) throws {
    let path = Files.join(home, "\(file.authority.portal.filter(\.isHexDigit)).json")
    if Files.exists(path) {
      guard let known = try? JSON(parsing: try Files.read(path)), let size = known["size"]?.int, size >= 0,
        let root = known["root"]?.string, let key = known["key"]?.string
      else {
        throw PublishingError(
          .damaged,
          Wording(
            "\(path), which remembers what you saw of this portal, cannot be read",
            "\(path) 记着您此前所见的本门户，却无法读取"),
          hint: Wording(
            "take it from a backup of your home; without one, ask the publisher for the size of the decisions log, compare it with \(file.seen.size), and remove the file",
            "请从您的个人目录备份中恢复；没有备份时，请向发布方核对决策日志的条数是否为 \(file.seen.size)，再删去该文件"),
          blame: .environment)
      }
      guard key == file.key.text else {
        throw PublishingError(
          .damaged,
          Wording(
            "this portal's publisher has another key than you saw before (\(path))",
            "本门户发布方的密钥与此前所见不同（\(path)）"),
          hint: Wording(
            "ask the publisher, in person; if the key was changed rightly, remove that file",
            "请当面询问发布方；如确已更换，删去该文件"), blame: .environment)
      }
      guard file.seen.size >= size, Hex.encode(Merkle.root(of: Array(file.leaves.prefix(size)))) == root
      else {
        throw PublishingError(
          .damaged,
          Wording(
            "the decisions log has \(file.seen.size) entries and does not go on from the \(size) you saw (\(path)): it was put back",
            "决策日志有 \(file.seen.size) 条，与您此前所见的 \(size) 条（\(path)）不相承接：日志被倒回"),
          hint: Wording(
            "do not sign; ask the publisher what happened to .doorsill/inside/decisions",
            "请勿签署；请询问发布方 .doorsill/inside/decisions 发生了什么"), blame: .environment)
      }
    }
    try Files.makeDirectory(home, mode: 0o700)
    let json: JSON = [
      "key": .string(file.key.text), "root": .string(file.seen.root), "size": JSON(file.seen.size),
    ]
    try Files.write(json.serialized(), to: path, mode: 0o600)
  }
}
