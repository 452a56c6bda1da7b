import Bytes
package import Trust

/// Who runs a privileged verb: a person whose unlocked key signs the entry, or the system user, whose entries say
/// `unsigned`.
package struct Actor: Sendable {
  package let name: String
  /// The person's id; nil for a system user.
  package let person: String?
  private let key: SigningKey?

  package init(person: String, key: SigningKey) {
    name = person
    self.person = person
    self.key = key
  }

  package init(systemUser: String) {
    name = "unsigned:\(systemUser)"
    person = nil
    key = nil
  }

  /// The public half of the person's key.
  package var publicKey: VerifyingKey? { key?.publicKey }

  /// The entry with its author, and with the author's signature over everything else in it.
  func sign(_ entry: JSON) throws -> JSON {
    var members = entry.members ?? []
    members.append(JSON.Member("by", .string(name)))
    guard let key else { return .object(members) }
    let signature = JWS.sign(Digest.sha256(try JSON.object(members).canonical()), with: key)
    members.append(JSON.Member("signature", .string(signature)))
    return .object(members)
  }
}
