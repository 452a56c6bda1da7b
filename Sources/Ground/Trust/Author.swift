package import Bytes

/// Who makes a change that a log tells of: a person whose unlocked key signs the entry, or whoever sits at the shell,
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

  /// A company that changes what is its own over the gateway, identified by certificate and key.
  package init(client: String) {
    name = "client:\(client)"
    key = nil
  }

  /// The server itself, by a rule that is set beforehand.
  package init(rule: String) {
    name = "rule:\(rule)"
    key = nil
  }

  /// The person's id; nil for everybody else.
  package var person: String? { key == nil ? nil : name }

  /// The public half of the person's key; nil for everybody else.
  package var publicKey: VerifyingKey? { key?.publicKey }

  /// The person's signature over bytes, as compact JWS; nil for everybody else.
  package func signature(over bytes: [UInt8]) -> String? { key.map { JWS.sign(bytes, with: $0) } }

  /// The entry, which must be an object, with its author, and with the author's signature over everything else in it.
  package func sign(_ entry: JSON) throws -> JSON {
    var members = entry.members ?? []
    members.append(JSON.Member("by", .string(name)))
    guard let key else { return .object(members) }
    let signature = JWS.sign(Digest.sha256(try JSON.object(members).canonical()), with: key)
    members.append(JSON.Member("signature", .string(signature)))
    return .object(members)
  }

  /// The key that signed an entry as `sign` does. Throws `.signature` where none of the keys has.
  package static func key(of entry: JSON, among keys: [VerifyingKey]) throws(TrustError) -> VerifyingKey {
    let rest = JSON.object((entry.members ?? []).filter { $0.key != "signature" })
    guard let signature = entry["signature"]?.string,
      let (_, payload, key) = try? JWS.verify(signature, keys: keys), let bytes = try? rest.canonical(),
      payload == Digest.sha256(bytes)
    else { throw TrustError(.signature, "the entry is not signed by '\(entry["by"]?.string ?? "")'") }
    return key
  }
}
