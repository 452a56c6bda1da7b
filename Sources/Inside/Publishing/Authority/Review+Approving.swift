package import Bytes
import Catalogs
import Policies
import Trust

extension Review {
  /// Signs the proposal that waits about a subject, as its second person.
  ///
  /// Throws `refused` where nothing waits for a signature, where this person's would not count, and where the files are
  /// no longer what was proposed.
  /// - Parameters:
  ///   - named: how the hash of the proposal begins that is meant; nil where there is only one.
  ///   - confirm: is given what is to be signed, in words, before it is; what it throws keeps it unsigned.
  package func approve(
    _ word: String, by signer: Signer, reason: String, approves: Bool = true, named: String? = nil,
    confirm: ([Wording]) throws -> Void = { _ in }
  ) throws -> Signed {
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
    // Who has approved may still think better of it.
    func isGiven(_ agreement: Agreement) -> Bool {
      approves && agreement.votes.contains { $0.person == signer.id }
    }
    guard !open.allSatisfy(isGiven) else {
      throw PublishingError(
        .refused,
        Wording(
          "nothing of \(word) waits for a signature of '\(signer.id)': it is given",
          "\(word) 没有待“\(signer.id)”签署的提议：已签署"),
        hint: Wording("the next 'doorsill publish' uses it", "下次 doorsill publish 时生效"))
    }
    let others = open.filter { $0.proposer != signer.id && !isGiven($0) }
    guard let agreement = try only(others, named: named, of: word) else {
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
          "\(word) is not what '\(agreement.proposer)' proposed: the files have changed since, or the proposal goes beyond them",
          "\(word) 与“\(agreement.proposer)”所提议的不同：文件此后有改动，或提议的范围超出文件内容"),
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
    try confirm(said(agreement))
    let json: JSON = [
      "event": "approval", "v": 1, "proposal": .string(agreement.hash),
      "verdict": .string(approves ? "approve" : "refuse"), "reason": .string(reason),
    ]
    let text = try Paper.sign(json, by: signer.id, with: signer.key, seen: file.seen, now: desk.now)
    return Signed(
      path: try Paper.write(text, by: signer.id, into: folder, now: desk.now),
      words: approves ? stillWanted(agreement, after: signer.id) : [])
  }

  /// The one proposal of these that is meant. Throws where several of them aim at different things: whoever signs has looked
  /// at one, and not at what somebody may have laid beside it.
  func only(_ open: [Agreement], named: String?, of word: String) throws -> Agreement? {
    if let named {
      guard let one = open.first(where: { $0.hash.hasPrefix(named.lowercased()) }), named.count >= 8 else {
        throw PublishingError(
          .refused, Wording("no proposal \(named) of \(word) waits", "\(word) 没有待签署的提议 \(named)"),
          hint: Wording("'doorsill authority' shows what waits", "doorsill authority 显示待批的提议"), blame: .usage)
      }
      return one
    }
    let asProposed = open.filter(isAsProposed)
    guard let one = asProposed.first else { return open.last }
    guard asProposed.allSatisfy({ Self.lasting($0.motion.aim) == Self.lasting(one.motion.aim) }) else {
      let hashes = asProposed.map { String($0.hash.prefix(12)) }.joined(separator: ", ")
      throw PublishingError(
        .refused,
        Wording(
          "several different proposals of \(word) wait: \(hashes)", "\(word) 有多项不同的提议：\(hashes)"),
        hint: Wording(
          "'doorsill authority' tells what each is; then name one: --proposal HASH",
          "doorsill authority 说明各项内容；再用 --proposal HASH 指明一项"))
    }
    return asProposed.last
  }

  /// An aim but for the day on which it ends, which is of the day it was proposed on.
  private static func lasting(_ aim: Motion.Aim) -> Motion.Aim {
    guard case .envelope(var envelope) = aim else { return aim }
    envelope.until = envelope.until.map { _ in "" }
    return .envelope(envelope)
  }

  /// What is still wanting under a change of who is registered.
  private func stillWanted(_ agreement: Agreement, after id: String) -> [Wording] {
    guard case .person = agreement.motion.aim, let terms = desk.authority.person(id)?.terms else { return [] }
    var signed = agreement
    signed.votes.append(Agreement.Vote(person: id, roles: terms.roles, organization: terms.organization))
    guard desk.authority.signaturesWanted(under: signed) > 0 else { return [] }
    let name = PlainLine.shown(agreement.motion.name)
    return [
      Wording(
        "it counts once another person who is registered signs it too: doorsill person accept \(name) --as …",
        "须再有一位已登记的人签署后才生效：doorsill person accept \(name) --as …")
    ]
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
    guard agreement.motion.expires <= desk.now.adding(days: Self.longest).rfc3339 else { return false }
    return isOfThese(agreement)
  }

  /// Days for which a proposal may wait.
  private static let longest = 366

  private func isOfThese(_ agreement: Agreement) -> Bool {
    switch agreement.motion.aim {
    case .envelope(let envelope):
      (try? isOffered(envelope, agreement.motion.content, of: agreement.motion.name)) ?? false
    case .policy(let hash): hash == desk.policies.ruleHash
    case .theme(let hash, let manager):
      (try? desk.themeHash()) == hash && manager == desk.catalog.manager
    case .person(let terms): desk.people.contains { $0.isSame(as: terms) }
    case .leave: !desk.people.contains { $0.id == agreement.motion.name }
    case .retire, .forget, .apart, .recovery: true
    }
  }

  /// Whether an envelope is the one that these very files would be proposed with: a hand could have written more into it than
  /// there is to be seen.
  private func isOffered(_ envelope: Envelope, _ content: String, of name: String) throws -> Bool {
    let examination = try desk.examine(name)
    guard examination.fingerprint == content else { return false }
    var offered = offer(try desk.request(examination), examination)
    if let told = envelope.until, let latest = offered.until, told <= latest { offered.until = told }
    return offered == envelope
  }
}
