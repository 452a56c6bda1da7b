package import Bytes
import Policies
package import Trust

/// Who joins, and who has lost a key.
extension Review {
  /// Asks to be registered, or with another key, by that key's own signature. Who it is for is in access.json5.
  package func join(by signer: Signer, madeBy: String) throws -> Signed {
    guard let told = desk.people.first(where: { $0.id == signer.id }), told.key == signer.key.publicKey.text
    else { throw PublishingError.unjudged(signer.id) }
    let terms = Registration.Terms(
      id: told.id, organization: told.organization, roles: told.roles, key: told.key, madeBy: madeBy)
    let subject = Motion.person(signer.id)
    let motion = Motion(
      subject: subject, from: desk.authority.at(subject), aim: .person(terms),
      reason: "asks to be registered with this key",
      expires: desk.now.adding(days: 90).rfc3339)
    let text = try Paper.sign(motion.json, by: signer.id, with: signer.key, seen: file.seen, now: desk.now)
    return Signed(
      path: try Paper.write(
        text, by: signer.id, into: "\(desk.portal.policies)/\(Paper.folderName)", now: desk.now),
      words: try words(motion))
  }

  /// Signs for a new key with the recovery key, which does nothing else.
  package func recover(
    _ id: String, by signer: Signer, reason: String, named: String? = nil,
    confirm: ([Wording]) throws -> Void = { _ in }
  ) throws -> Signed {
    guard desk.authority.recovery.contains(signer.key.publicKey.text) else {
      throw PublishingError(
        .refused, Wording("this is not a recovery key of this portal", "这不是本门户的恢复密钥"), blame: .usage)
    }
    let open = desk.authority.agreements(on: Motion.person(id), now: desk.now.rfc3339)
    guard let agreement = try only(open, named: named, of: Motion.person(id)) else {
      throw PublishingError(
        .refused, Wording("'\(id)' has asked for no new key", "“\(id)”没有请求新密钥"),
        hint: Wording("first: doorsill person renew \(id)", "请先运行 doorsill person renew \(id)"))
    }
    try confirm(said(agreement))
    let json: JSON = [
      "event": "approval", "v": 1, "proposal": .string(agreement.hash), "verdict": "approve",
      "reason": .string(reason),
    ]
    let text = try Paper.sign(
      json, by: SignedDeed.recovery, with: signer.key, seen: file.seen, now: desk.now)
    return Signed(
      path: try Paper.write(
        text, by: SignedDeed.recovery, into: "\(desk.portal.policies)/\(Paper.folderName)", now: desk.now),
      words: [])
  }

  /// Asks that lost keys be replaced with this recovery key from now on. Counts at once where nobody else is registered.
  package func proposeRecovery(_ key: VerifyingKey, by signer: Signer) throws -> Signed {
    _ = try Registry(file.authority).standing(signer.author, .suggest)
    let motion = Motion(
      subject: Motion.recovery, from: desk.authority.at(Motion.recovery), aim: .recovery([key.text]),
      reason: "asks for a key that replaces lost ones", expires: desk.now.adding(days: 90).rfc3339)
    let text = try Paper.sign(
      motion.json, by: signer.id, with: signer.key, seen: file.seen, now: desk.now)
    return Signed(
      path: try Paper.write(
        text, by: signer.id, into: "\(desk.portal.policies)/\(Paper.folderName)", now: desk.now),
      words: try words(motion))
  }
}
