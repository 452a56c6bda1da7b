import Bytes
package import Disclosure
package import Trust

/// The keys inside the door, one file each below `inside/keys`, mode 0600. Made on first use; they never rotate
/// while a release of their family is out, and belong in the backup.
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
    record = try Self.secret(folder + "/record")
    draw = try Self.secret(folder + "/draw")
    verify = try Self.secret(folder + "/verify")
    let path = folder + "/release"
    if Files.exists(path) {
      release = try SigningKey(pem: try Files.read(path))
    } else {
      release = try SigningKey.generate()
      try Files.write(try release.pem(), to: path, mode: 0o600)
    }
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
