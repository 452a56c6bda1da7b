package import Access
package import Bytes
import Releases
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
    return try VerifyingKey(pem: try Files.read(releaseKeyFile, limit: 1 << 16))
  }

  /// What recognises the tuples of `verify` and `score`. It crosses once by its own step; nil until it has, or where
  /// what lies there is no key.
  package func verifyKey() -> Secret? {
    guard var bytes = try? Files.read("\(folder)/\(Layout.verifyKey)", limit: 64), bytes.count == 32 else {
      return nil
    }
    return Secret(wiping: &bytes)
  }

  /// Signs receipts. Made on first use; lost once the log has an entry.
  package func receiptKey() throws -> SigningKey {
    try signingKey(
      "receipt",
      stake: Wording(
        "with another key no receipt that companies hold could be checked any more",
        "换用别的密钥，企业手中的回执都无法再核验"))
  }

  /// Signs the checkpoints of the answers log. Made on first use; lost once the log has an entry.
  package func checkpointKey() throws -> SigningKey {
    try signingKey(
      "checkpoint",
      stake: Wording(
        "with another key nothing would prove that the log was not rewritten",
        "换用别的密钥，便无从证明日志未被改写"))
  }

  /// The secret under which API keys are stored. Made on first use; lost once there is a database.
  package func pepper() throws -> Secret {
    let path = keys + "/pepper"
    try Files.makeDirectory(keys, mode: 0o700)
    if !Files.exists(path), Files.exists(accessDatabase) {
      throw Self.lost(
        path, by: accessDatabase,
        stake: Wording(
          "with another one no API key would be known, and who guessed too often would be forgotten",
          "换用别的密钥，所有 API 密钥都不再有效，猜测次数也会被遗忘"))
    }
    if Files.exists(path) {
      var bytes = try Files.read(path, limit: 64)
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
    try Files.write(secret.withBytes { Array($0) }, to: path, mode: 0o600)
    return secret
  }

  /// The access database. Made on first use; lost once the log has an entry.
  package func accessStore() throws -> AccessStore {
    if !Files.exists(accessDatabase), try hasAnswers() {
      throw Self.lost(
        accessDatabase, by: answers,
        stake: Wording(
          "with an empty one every client, revocation, quota and count of guesses would be forgotten",
          "换用空库，所有企业、吊销、额度与猜测次数都会被遗忘"))
    }
    return try AccessStore(path: accessDatabase, pepper: try pepper())
  }

  /// Whether the answers log has an entry.
  private func hasAnswers() throws -> Bool {
    let path = answers + "/entries.jsonl"
    return Files.exists(path) ? try Files.size(path) > 0 : false
  }

  private static func lost(_ path: String, by place: String, stake: Wording) -> ServingError {
    ServingError(
      .lost,
      Wording(
        "\(path) is lost, and \(place) says that it was in use: \(stake.en)",
        "缺少 \(path)，而 \(place) 表明它曾在使用：\(stake.zh)"),
      hint: Wording(
        "restore .doorsill/outside from a backup; nothing was made in its place",
        "请从备份恢复 .doorsill/outside；没有另行生成"))
  }

  private func signingKey(_ name: String, stake: Wording) throws -> SigningKey {
    let path = "\(keys)/\(name)"
    try Files.makeDirectory(keys, mode: 0o700)
    if Files.exists(path) { return try SigningKey(pem: try Files.read(path, limit: 1 << 16)) }
    if try hasAnswers() { throw Self.lost(path, by: answers, stake: stake) }
    let key = try SigningKey.generate()
    try Files.write(try key.pem(), to: path, mode: 0o600)
    return key
  }
}

/// Why the server cannot start or go on.
package struct ServingError: Fault, Equatable {
  package enum Code: Sendable {
    case noReleaseKey, damagedKey, lost, noRelease, noAuthority, address, sandbox, user
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
