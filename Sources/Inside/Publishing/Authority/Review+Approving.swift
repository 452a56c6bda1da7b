import Bytes
import Catalogs
import Policies
import Trust

/// The second of the two signatures.
extension Review {
  /// Signs the proposal that waits about a subject, as its second person.
  ///
  /// Throws `refused` where nothing waits for a signature, where this person's would not count, and where the files are
  /// no longer what was proposed.
  package func approve(_ word: String, by signer: Signer, reason: String, approves: Bool = true) throws
    -> Signed
  {
    try Decisions.checkReason(reason)
    let subject = desk.subject(word)
    let registry = Registry(file.authority)
    let open = desk.authority.agreements(on: subject, now: desk.now.rfc3339)
    let standing = try registry.standing(signer.author, .approve, roles: [])
    guard !open.isEmpty else {
      throw PublishingError(
        .refused,
        Wording("nothing of \(word) waits for a signature", "\(word) 没有待签署的提议"),
        hint: Wording(
          "somebody proposes it first: doorsill propose \(word) --as …",
          "须先有人提议：doorsill propose \(word) --as …"))
    }
    guard !open.allSatisfy({ agreement in agreement.votes.contains { $0.person == signer.id } }) else {
      throw PublishingError(
        .refused,
        Wording(
          "nothing of \(word) waits for a signature of '\(signer.id)': it is given",
          "\(word) 没有待“\(signer.id)”签署的提议：已签署"),
        hint: Wording("the next 'doorsill publish' uses it", "下次 doorsill publish 时生效"))
    }
    let others = open.filter { agreement in
      agreement.proposer != signer.id && !agreement.votes.contains { $0.person == signer.id }
    }
    guard let agreement = others.last(where: { isAsProposed($0) }) ?? others.last else {
      throw PublishingError(
        .refused,
        Wording(
          "'\(signer.id)' proposed \(word) and cannot approve it too", "“\(signer.id)”提议了 \(word)，本人不能批准"),
        hint: Wording("ask a second person with the role 'approver'", "请由具有审批角色的第二人批准"))
    }
    guard !approves || isAsProposed(agreement) else {
      throw PublishingError(
        .refused,
        Wording(
          "\(word) is no longer what '\(agreement.proposer)' proposed: the files have changed since",
          "\(word) 与“\(agreement.proposer)”所提议的不同：文件此后有改动"),
        hint: Wording(
          "it is proposed anew: doorsill propose \(word) --as …", "请重新提议：doorsill propose \(word) --as …"))
    }
    let scale = desk.previous.scale
    var folder = "\(desk.portal.policies)/\(Paper.folderName)"
    switch agreement.motion.aim {
    case .policy, .theme, .apart:
      let role = scale.approvals.role(for: agreement.motion.subject == Motion.theme ? .theme : .policyChange)
      try registry.standing(signer.author, .approve, roles: role.map { [$0] } ?? []).map { standing in
        if desk.managerSigns { try standing.check([]) }
      }
    case .person, .leave, .recovery: break
    case .envelope, .retire, .forget:
      let name = agreement.motion.name
      let isEnvelope = if case .envelope = agreement.motion.aim { true } else { false }
      let role = scale.approvals.role(for: isEnvelope ? .widening : .retiring)
      let owner = desk.authority.datasets[name]?.owner ?? desk.catalog.dataset(name)?.provider.organization
      let roles = try self.roles(for: agreement) ?? role.map { [$0] } ?? []
      try standing?.check([(name, owner)])
      _ = try registry.standing(signer.author, .approve, roles: roles)
      if let dataset = desk.catalog.dataset(name), isEnvelope {
        folder = "\(dataset.folder)/\(Paper.folderName)"
      }
    }
    let json: JSON = [
      "event": "approval", "v": 1, "proposal": .string(agreement.hash),
      "verdict": .string(approves ? "approve" : "refuse"), "reason": .string(reason),
    ]
    let text = try Paper.sign(json, by: signer.id, with: signer.key, seen: file.seen, now: desk.now)
    return Signed(
      path: try Paper.write(text, by: signer.id, into: folder, now: desk.now),
      words: try words(agreement.motion))
  }

  /// The roles that the gate asks for; nil where it asks for none.
  private func roles(for agreement: Agreement) throws -> Set<String>? {
    guard case .envelope = agreement.motion.aim else { return nil }
    let request = try desk.request(try desk.examine(agreement.motion.name))
    do {
      _ = try Gate.clear(request, scale: desk.policies.scale)
      return nil
    } catch let refusal {
      let roles = refusal.needs.map(\.role)
      return roles.isEmpty ? nil : Set(roles)
    }
  }

  /// Whether the files are those that were proposed.
  private func isAsProposed(_ agreement: Agreement) -> Bool {
    switch agreement.motion.aim {
    case .envelope:
      (try? desk.examine(agreement.motion.name).fingerprint) == agreement.motion.content
    case .policy(let hash): hash == desk.policies.ruleHash
    case .theme(let hash, let manager):
      (try? desk.themeHash()) == hash && manager == desk.catalog.manager
    case .person(let terms): desk.people.contains { $0.isSame(as: terms) }
    case .leave: !desk.people.contains { $0.id == agreement.motion.name }
    case .retire, .forget, .apart, .recovery: true
    }
  }
}
