import Bytes
package import Trust

/// Who makes a change to the access database: a person whose key signs the entry, or whoever sits at the shell,
/// whose entries say `unsigned` and the system user.
package struct Author: Sendable {
  package let name: String
  private let key: SigningKey?

  /// A person, by the id of Policies/access.json5, whose key has been unlocked.
  package init(person: String, key: SigningKey) {
    name = person
    self.key = key
  }

  package init(systemUser: String) {
    name = "unsigned:\(systemUser)"
    key = nil
  }

  /// True where a person's unlocked key stands behind the name.
  package var isPerson: Bool { key != nil }

  /// The entry with its author, and with the author's signature over everything else in it.
  func sign(_ entry: JSON) throws -> JSON {
    guard var members = entry.members else { return entry }
    members.append(JSON.Member("by", .string(name)))
    guard let key else { return .object(members) }
    let signature = JWS.sign(Digest.sha256(try JSON.object(members).canonical()), with: key)
    members.append(JSON.Member("signature", .string(signature)))
    return .object(members)
  }
}
