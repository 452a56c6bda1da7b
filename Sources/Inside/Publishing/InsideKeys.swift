import Bytes
package import Disclosure
package import Trust

/// The keys inside the door, one file each below `inside/keys`, mode 0600. Made before the first publication, and never
/// again: where anything says that something is out, a key that is not there is lost, and nothing goes on without it.
/// They belong in the backup.
package struct InsideKeys: Sendable {
  package let record: Secret
  package let draw: Secret
  /// What tags of verify and score are made with; a copy of it is what the server recognises tuples by.
  package let verify: Secret
  /// Signs manifests, and the checkpoints of the decisions log.
  package let release: SigningKey

  package var protection: ProtectionKeys { ProtectionKeys(record: record, draw: draw) }

  package init(portal: Portal) throws {
    try portal.makeInside()
    let folder = portal.inside + "/keys"
    try Self.refuseLost(["record", "draw", "verify", "release"].map { "\(folder)/\($0)" }, of: portal)
    record = try Self.secret(folder + "/record")
    draw = try Self.secret(folder + "/draw")
    verify = try Self.secret(folder + "/verify")
    let path = folder + "/release"
    if Files.exists(path) {
      let pem = try Files.read(path)
      do { release = try SigningKey(pem: pem) } catch {
        throw PublishingError(
          .damaged, Wording("\(path) is no key: \(error.message)", "\(path) 不是密钥：\(error.message)"),
          hint: .restoreFromBackup, blame: .environment)
      }
    } else {
      release = try SigningKey.generate()
      try Files.write(try release.pem(), to: path, mode: 0o600)
    }
  }

  /// What tells whether record and draw are the keys of before, and nothing else about them.
  package var mark: String {
    Hex.encode(HMACKey(draw).authenticate(HMACKey(record).authenticate(Array("doorsill/inside/keys/1".utf8))))
  }

  /// The same of the key of the tags.
  package var tagMark: String {
    Hex.encode(HMACKey(verify).authenticate(Array("doorsill/inside/keys/verify/1".utf8)))
  }

  /// Refuses other keys than those that the release before was protected with. 0.1 wrote down no mark.
  func check(against history: History, of portal: Portal) throws {
    let folder = portal.inside + "/keys"
    if let known = history.tagMark, known != tagMark {
      throw PublishingError(
        .damaged,
        Wording(
          "\(folder)/verify is another key than release \(history.release) was made with: the server would recognise none of the tuples that were tagged with it",
          "\(folder)/verify 不是制作第 \(history.release) 版所用的密钥：服务器将认不出以它标记的任何记录"),
        hint: Wording(
          "restore .doorsill/inside/keys/verify from a backup; the server's copy is .doorsill/outside/keys/verify, where verify or score is published",
          "请从备份恢复 .doorsill/inside/keys/verify；如已发布 verify 或 score，服务器的副本是 .doorsill/outside/keys/verify"),
        blame: .environment)
    }
    guard let known = history.keyMark, known != mark else { return }
    throw PublishingError(
      .damaged,
      Wording(
        "\(folder)/record or \(folder)/draw is another key than release \(history.release) was protected with: every protected number would be drawn anew, and earlier answers could be averaged against the new ones",
        "\(folder)/record 或 \(folder)/draw 不是保护第 \(history.release) 版所用的密钥：所有受保护的数值都会重新抽取，可与以往的答复取平均"),
      hint: Wording(
        "restore .doorsill/inside from a backup, keys and history of one time",
        "请从备份恢复同一时间的 .doorsill/inside 密钥与历史记录"),
      blame: .environment)
  }

  private static func refuseLost(_ paths: [String], of portal: Portal) throws {
    let lost = paths.filter { !Files.exists($0) }
    guard let first = lost.first, let place = try Traces(portal).places.first else { return }
    let names = lost.joined(separator: ", ")
    throw PublishingError(
      .damaged,
      Files.name(of: first) == "release"
        ? Wording(
          "\(names) is lost, and \(place) says that something was published: with another key no release would be trusted",
          "缺少 \(names)，而 \(place) 表明已有发布：换用别的密钥，任何发布版本都不再可信")
        : Wording(
          "\(names) is lost, and \(place) says that something was published: with another key every protected number would be drawn anew, and earlier answers could be averaged against the new ones",
          "缺少 \(names)，而 \(place) 表明已有发布：换用别的密钥，所有受保护的数值都会重新抽取，可与以往的答复取平均"),
      hint: Wording(
        "restore .doorsill/inside/keys from a backup; no key was made",
        "请从备份恢复 .doorsill/inside/keys；没有生成新密钥"),
      blame: .environment)
  }

  private static func secret(_ path: String) throws -> Secret {
    if Files.exists(path) {
      var bytes = try Files.read(path, limit: 64)
      guard bytes.count == 32 else {
        throw PublishingError(
          .damaged,
          Wording(
            "\(path) holds \(bytes.count) bytes, not the 32 of a key",
            "\(path) 有 \(bytes.count) 字节，而密钥应为 32 字节"),
          hint: Wording(
            "restore it from a backup: with another key every protected number would change",
            "请从备份恢复：换用别的密钥会改变所有受保护的数值"),
          blame: .environment)
      }
      return Secret(wiping: &bytes)
    }
    let secret = try Secret.random(32)
    try Files.write(secret.withBytes { Array($0) }, to: path, mode: 0o600)
    return secret
  }
}
