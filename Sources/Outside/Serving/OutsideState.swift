package import Access
package import Bytes
package import Ledgers
import Releases
import System
package import Trust

/// What the server may touch: `.doorsill/outside`, with its own keys. The publisher's keys are not here; of the
/// release key only the public half crosses.
package struct OutsideState: Sendable {
  /// Absolute path without a last slash.
  package let folder: String

  package init(folder: String) throws(FilesError) {
    // The folder above may be the publisher's: the server's user must be able to pass through it.
    try Files.makeDirectory(Files.parent(of: folder), mode: 0o711)
    try Files.makeDirectory(folder, mode: 0o700)
    self.folder = try Files.resolved(folder)
    // Whoever owns this folder may lay links in it; nothing is read or made through one.
    try Folder(self.folder).checkFolders(["keys", "answers", "authority", Layout.releases])
  }

  package var accessDatabase: String { folder + "/access.sqlite" }
  package var answers: String { folder + "/answers" }
  package var authority: String { folder + "/authority" }
  package var keys: String { folder + "/keys" }
  package var releaseKeyFile: String { "\(folder)/\(Layout.releaseKey)" }

  /// The public half of the publisher's release key. It crosses once, by its own step.
  package func releaseKey() throws -> VerifyingKey {
    guard Files.exists(releaseKeyFile) else {
      throw ServingError(
        .noReleaseKey,
        Wording(
          "\(releaseKeyFile) is missing: without it no release can be trusted",
          "缺少 \(releaseKeyFile)：没有它就无法信任任何发布版本"),
        hint: Wording(
          "run 'doorsill publish' beside this folder, or copy the publisher's verify key here",
          "请在此文件夹旁运行 doorsill publish，或把发布方的验证公钥复制到此处"))
    }
    let pem = try Folder(folder).read(Layout.releaseKey, limit: 1 << 16)
    do { return try VerifyingKey(pem: pem) } catch { throw Self.damaged(releaseKeyFile, error) }
  }

  /// What recognises the tuples of `verify` and `score`. It crosses once by its own step; nil until it has, or where
  /// what lies there is no key.
  package func verifyKey() -> Secret? {
    guard var bytes = try? Folder(folder).read(Layout.verifyKey, limit: 64), bytes.count == 32 else {
      return nil
    }
    return Secret(wiping: &bytes)
  }

  /// Signs receipts. Made on first use; lost once the log has an entry.
  package func receiptKey() throws -> SigningKey {
    try signingKey(.receipt)
  }

  /// Signs the checkpoints of the answers log. Made on first use; lost once the log has an entry.
  package func checkpointKey() throws -> SigningKey {
    try signingKey(.checkpoint)
  }

  /// The secret under which API keys are stored. Made on first use; lost once there is a database.
  package func pepper() throws -> Secret {
    let path = keys + "/pepper"
    let place = try Folder(folder)
    try place.makeFolder("keys", mode: 0o700)
    if let loss = pepperLoss { throw loss }
    if try place.exists("keys/pepper") {
      var bytes = try place.read("keys/pepper", limit: 64)
      guard bytes.count == 32 else {
        throw ServingError(
          .damagedKey,
          Wording(
            "\(path) holds \(bytes.count) bytes, not the 32 of a key",
            "\(path) 有 \(bytes.count) 字节，而密钥应为 32 字节"),
          hint: Wording("restore it from a backup", "请从备份恢复"))
      }
      return Secret(wiping: &bytes)
    }
    let secret = try Secret.random(32)
    try place.replace("keys/pepper", secret.withBytes { Array($0) }, mode: 0o600)
    return secret
  }

  /// The access database. Made on first use; lost once the log has an entry.
  package func accessStore() throws -> AccessStore {
    if let loss = try databaseLoss() { throw loss }
    return try AccessStore(path: accessDatabase, pepper: try pepper())
  }

  /// The answers log, opened to be written. Refuses one that holds less than the access database has counted, and one
  /// whose mark is lost while the database says that there was one. Where people have declared that entries are lost, it
  /// goes on from what is left, under its next name.
  /// - Parameters:
  ///   - first: the name it had before any loss.
  ///   - recoveries: what was declared and verified.
  package func answersLedger(
    origin first: String, access: AccessStore, recoveries: [Recovery] = []
  ) throws -> Ledger {
    let name = Ledger.name(in: answers) ?? first
    guard let epoch = LogNames.epoch(of: name, first: first) else {
      throw ServingError(
        .lost,
        Wording("\(answers) is the log of \(name), not of \(first)", "\(answers) 是 \(name) 的日志，而非 \(first)"),
        hint: Wording("restore .doorsill/outside from a backup", "请从备份恢复 .doorsill/outside"))
    }
    // The last of several says what is left now.
    if let last = recoveries.last, last.epoch > epoch {
      return try Ledger(
        recovering: answers, as: LogNames.name(first, epoch: last.epoch), key: try checkpointKey(),
        left: Seen(origin: name, size: last.left.size, root: last.left.root))
    }
    // A log that goes on after a loss may begin with nothing.
    if epoch == 1, let loss = try logLoss() { throw loss }
    let known = try access.head(Self.answersHead(name, first: first))
    if known != nil, !Ledger.isMarked(answers) {
      throw Self.lost(
        answers + ".head", by: accessDatabase,
        stake: Wording(
          "without it nobody would notice that an older copy of the log was put back",
          "没有它，便无从发现日志被换回旧副本"))
    }
    let key = try checkpointKey()
    do throws(LedgerError) {
      let ledger = try Ledger(folder: answers, origin: name, key: key)
      if let known {
        try Seen(origin: name, size: known.size, root: known.root).check(ledger, seenIn: accessDatabase)
      }
      return ledger
    } catch {
      // An older copy, which is put right or declared.
      guard error.code == .behind else { throw error }
      throw ServingError(
        .lost, Wording(error.message(in: "en"), error.message(in: "zh")), hint: Self.recovering)
    }
  }

  /// What the access database calls the head of the answers log under one of its names.
  static func answersHead(_ name: String, first: String) -> String {
    LogNames.name("answers", epoch: LogNames.epoch(of: name, first: first) ?? 1)
  }

  /// What people have declared as lost of the answers log, each signed by somebody who was registered then. Throws where
  /// one is not.
  func recoveries(by people: [Registration]) throws -> [Recovery] {
    let path = "\(folder)/\(Layout.recovered)"
    guard Files.exists(path) else { return [] }
    var recoveries: [Recovery] = []
    for line in try Folder(folder).read(Layout.recovered, limit: 1 << 24).split(separator: 0x0A) {
      guard let recovery = (try? JSON(parsing: Array(line))).flatMap({ Recovery(entry: $0) }),
        Self.isSigned(recovery, by: people)
      else { throw Self.undeclared(path) }
      recoveries.append(recovery)
    }
    return recoveries.sorted { $0.epoch < $1.epoch }
  }

  /// Whether a declaration is signed by somebody who might, and was registered then.
  package static func isSigned(_ recovery: Recovery, by people: [Registration]) -> Bool {
    let able = people.filter {
      $0.person == recovery.by && !declarers.isDisjoint(with: $0.roles) && $0.holds(at: recovery.time)
    }
    return (try? Author.key(of: recovery.entry, among: able.map(\.key))) != nil
  }

  private static let declarers: Set<String> = ["custodian", "administrator"]

  static func undeclared(_ place: String) -> ServingError {
    ServingError(
      .lost,
      Wording(
        "\(place): that entries of the answers log are lost is not signed by a registered custodian or administrator",
        "\(place)：答复日志有条目丢失一事，没有已登记的专员或管理员的签名"),
      hint: Wording(
        "whoever may says so with 'doorsill authority recover --as ID --reason TEXT'",
        "请由有权者运行 doorsill authority recover --as ID --reason 理由"))
  }

  private static func damaged(_ path: String, _ error: TrustError) -> ServingError {
    ServingError(
      .damagedKey, Wording("\(path) is no key: \(error.message)", "\(path) 不是密钥：\(error.message)"),
      hint: Wording("restore it from a backup", "请从备份恢复"))
  }

  private func signingKey(_ kind: SigningKeyKind) throws -> SigningKey {
    let (name, place) = ("keys/\(kind.rawValue)", try Folder(folder))
    try place.makeFolder("keys", mode: 0o700)
    if try place.exists(name) {
      let pem = try place.read(name, limit: 1 << 16)
      do { return try SigningKey(pem: pem) } catch { throw Self.damaged(place.full(name), error) }
    }
    if let loss = try loss(of: kind) { throw loss }
    let key = try SigningKey.generate()
    try place.replace(name, try key.pem(), mode: 0o600)
    return key
  }
}

/// Why the server cannot start or go on.
package struct ServingError: Fault, Equatable {
  package enum Code: Sendable {
    case noReleaseKey, damagedKey, lost, noRelease, noAuthority, noList, address, sandbox, user, clock
  }

  package let code: Code
  private let words: Wording
  private let advice: Wording?
  package var message: String { message(in: "en") }
  package var hint: String? { hint(in: "en") }
  package var blame: Blame { .environment }
  package var description: String { message }

  package init(_ code: Code, _ words: Wording, hint: Wording? = nil) {
    self.code = code
    self.words = words
    advice = hint
  }

  package func message(in language: String) -> String { words.said(in: language) }
  package func hint(in language: String) -> String? { advice?.said(in: language) }

  /// Errors are equal by code: what they say may change.
  package static func == (left: ServingError, right: ServingError) -> Bool { left.code == right.code }
}
