package import Bytes
import Catalogs
import Policies
package import Trust

/// The desk of somebody who proposes, approves or looks: it reads Catalog, Policies, Public and `authority.json`, and
/// nothing inside. What lies in files and is not in the log yet is taken into account.
package struct Review {
  package private(set) var desk: Desk
  package let file: AuthorityFile
  /// Papers that do not count, with why.
  package private(set) var ignored: [(file: String, message: [String: String])] = []
  private let work: String

  /// - Parameters:
  ///   - home: where the person's home remembers portals; nil where nobody acts.
  ///   - work: a folder of their own for what is needed only while it lasts.
  package init(_ portal: Portal, person: String?, home: String?, work: String, now: Timestamp = .now()) throws
  {
    file = try AuthorityFile(portal, home: home)
    let policies = try PolicySet.load(folder: portal.policies)
    desk = Desk(
      portal: portal.working(in: work), policies: policies,
      previous: try PolicySet.parse(files: file.policyFiles),
      catalog: try Catalog.load(folder: portal.catalog, policies: policies), authority: file.authority,
      person: nil, now: now)
    let noted = MatchNotes(portal)
    desk.matches = { noted.matches(of: $0) }
    self.work = work
    for paper in try Paper.all(of: portal) {
      if case .proposal(_, let hash) = paper.deed, desk.authority.waiting[hash] != nil { continue }
      do {
        try desk.authority.take(
          SignedDeed(
            paper.deed, by: paper.signer, key: paper.key, seen: paper.seen.size, time: now.rfc3339),
          at: file.seen.size)
      } catch let fault { ignored.append((paper.file, fault.message)) }
    }
  }

  /// What waits, of all datasets or of these: each subject once, with why.
  package func waiting(_ names: [String]? = nil) throws -> [Desk.Waiting] {
    var found = try desk.matters().refused.filter { names?.contains($0.dataset) ?? true }
    let views = desk.catalog.datasets.flatMap { $0.views.map(\.name) }
    for name in names ?? (desk.catalog.datasets.map(\.name) + views)
    where desk.catalog.dataset(name) != nil || views.contains(name) {
      let examination = try desk.examine(name)
      guard examination.faultCount == 0 else { continue }
      if case .failure(let refusal) = try desk.judge(examination) {
        found.append(Objection(dataset: name, reasons: refusal.reasons, needs: refusal.needs))
      }
    }
    return found.map { item in
      let subject = desk.subject(item.dataset)
      return Desk.Waiting(
        subject: subject, reasons: item.reasons, needs: item.needs,
        agreements: desk.authority.agreements(on: subject, now: desk.now.rfc3339))
    }
  }

  // MARK: Proposing

  /// Who signs.
  package struct Signer {
    package let id: String
    let key: SigningKey

    package init(id: String, key: SigningKey) {
      self.id = id
      self.key = key
    }

    package var author: Author { Author(person: id, key: key) }
  }

  /// What was signed, and what it says in words.
  package struct Signed {
    /// The file it is in.
    package let path: String
    package let words: [Wording]
  }

  /// Signs a proposal about a subject: a dataset's name, `policy`, `theme` or `person:ID`.
  ///
  /// Throws `refused` where there is nothing to propose, and where this person may not.
  package func propose(
    _ word: String, by signer: Signer, reason: String, days: Int = 30
  ) throws -> Signed {
    try Decisions.checkReason(reason)
    let subject = desk.subject(word)
    // By the log and not by papers: what is signed before one's registration stands in it does not count.
    let standing = try Registry(file.authority).standing(signer.author, .suggest)
    let motion: Motion
    let expires = desk.now.adding(days: days).rfc3339
    let from = desk.authority.at(subject)
    var folder = "\(desk.portal.policies)/\(Paper.folderName)"
    func nothing(_ en: String, _ zh: String) -> PublishingError {
      PublishingError(.refused, Wording(en, zh))
    }
    switch subject {
    case Motion.policy:
      guard desk.policies.ruleHash != desk.authority.policy.hash else {
        throw nothing("the rules are those in force: there is nothing to propose", "规则文件与现行的相同：没有可提议的变更")
      }
      motion = Motion(
        subject: subject, from: from, aim: .policy(desk.policies.ruleHash), reason: reason, expires: expires)
    case Motion.theme:
      let hash = try desk.themeHash()
      guard hash != desk.authority.theme.hash || desk.catalog.manager != desk.authority.manager else {
        throw nothing(
          "theme and manager are those in force: there is nothing to propose", "界面与管理方未变：没有可提议的变更")
      }
      motion = Motion(
        subject: subject, from: from, aim: .theme(hash, manager: desk.catalog.manager), reason: reason,
        expires: expires)
    case _ where subject.hasPrefix("person:"):
      let id = String(subject.dropFirst("person:".count))
      guard desk.unregistered().contains(id) else {
        throw nothing(
          "'\(id)' is registered as access.json5 says: there is nothing to propose",
          "“\(id)”的登记与 access.json5 相同：没有可提议的变更")
      }
      let terms = desk.people.first { $0.id == id }
      motion = Motion(
        subject: subject, from: from, aim: terms.map { .person($0) } ?? .leave, reason: reason,
        expires: expires)
    case _ where subject.hasPrefix("fingerprints:"):
      let name = String(subject.dropFirst("fingerprints:".count))
      guard let known = desk.authority.datasets[name] else {
        throw nothing("nothing was ever published as '\(name)'", "从未以“\(name)”发布过数据集")
      }
      try standing?.check([(name, known.owner)])
      motion = Motion(subject: subject, from: from, aim: .forget, reason: reason, expires: expires)
    case _ where subject.hasPrefix("family:"):
      let names = subject.dropFirst("family:".count).split(separator: "+").map(String.init)
      guard names.count == 2, subject == Motion.families(names[0], names[1]) else {
        throw nothing("two key families are named as family:A+B, in order", "两个密钥族请按顺序写作 family:A+B")
      }
      guard let units = MatchNotes(desk.portal).families[subject] else {
        throw nothing(
          "no publication was refused for units that \(names[0]) and \(names[1]) have in common",
          "未有发布因 \(names[0]) 与 \(names[1]) 的共同主体被拒绝")
      }
      if desk.managerSigns { try standing?.check([]) }
      motion = Motion(
        subject: subject, from: from, aim: .apart(most: units + max(10, units / 2)), reason: reason,
        expires: expires)
    default:
      let name = String(subject.dropFirst("dataset:".count))
      let examination = try desk.examine(name)
      try Rejection.throwIfFaulty([examination])
      let owner = desk.authority.datasets[name]?.owner ?? examination.dataset.provider.organization
      try standing?.check([(name, owner)])
      motion = try self.motion(about: examination, reason, expires, from)
      folder = "\(examination.dataset.folder)/\(Paper.folderName)"
    }
    let text = try Paper.sign(
      motion.json, by: signer.id, with: signer.key, seen: file.seen, now: desk.now)
    return Signed(
      path: try Paper.write(text, by: signer.id, into: folder, now: desk.now), words: try words(motion))
  }

  private func motion(
    about examination: Examination, _ reason: String, _ expires: String, _ from: Int?
  ) throws -> Motion {
    let (request, name) = (try desk.request(examination), examination.dataset.name)
    do {
      _ = try Gate.clear(request, scale: desk.policies.scale)
      guard request.standing?.envelope != nil else {
        throw PublishingError(
          .refused,
          Wording(
            "nothing of \(name) waits for a second person", "\(name) 没有需要第二人批准的内容"))
      }
    } catch let refusal as GateRefusal {
      // What nobody's signature could mend is mended first.
      guard !refusal.needs.isEmpty else {
        throw Rejection(
          faults: [], faultCount: 0,
          objections: [Objection(dataset: name, reasons: refusal.reasons, needs: [])])
      }
    }
    var content = request.content
    let lowest = desk.policies.scale.lowest.id
    let agreed = request.standing?.envelope
    // Where an open register shares values with a restricted one and nothing else speaks against it, rows come and go.
    let isFree =
      content.findings.isEmpty && !(content.shares.isEmpty && agreed?.shares.isEmpty ?? true)
      && (request.standing.map { $0.level == lowest } ?? true) && agreed?.changes == nil
    let isHeld = content.level == lowest && examination.dataset.derivation == nil && !isFree
    content = content.withHeadroom(
      rows: isHeld ? examination.rows : nil, until: isHeld ? desk.now.adding(days: 400).date.iso : nil)
    // What was agreed to before and was not measured anew, or is more, stays.
    for share in agreed?.shares ?? [] where content.level == lowest {
      let place = content.shares.firstIndex { $0.field == share.field && $0.with == share.with }
      if let place, content.shares[place].most < share.most { content.shares[place] = share }
      if place == nil { content.shares.append(share) }
    }
    return Motion(
      subject: Motion.dataset(name), from: from, aim: .envelope(content), envelopeHash: try content.hash(),
      content: examination.fingerprint, reason: reason, expires: expires)
  }

  // MARK: Approving

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
    case .person, .leave: break
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
    case .retire, .forget, .apart: true
    }
  }
}

extension Desk {
  /// A subject as people say it: a dataset by its name.
  func subject(_ word: String) -> String {
    let isWhole = word == Motion.policy || word == Motion.theme || word.contains(":")
    return isWhole ? word : Motion.dataset(word)
  }
}

extension Review {
  /// Asks to be registered, or with another key, by that key's own signature. Who it is for is in access.json5.
  package func join(by signer: Signer, madeBy: String) throws -> Signed {
    guard let told = desk.people.first(where: { $0.id == signer.id }), told.key == signer.key.publicKey.text
    else { throw PublishingError.unjudged(signer.id) }
    let terms = Registration.Terms(
      id: told.id, organization: told.organization, roles: told.roles, key: told.key, madeBy: madeBy)
    let subject = Motion.person(signer.id)
    let motion = Motion(
      subject: subject, from: desk.authority.at(subject), aim: .person(terms), reason: "key",
      expires: desk.now.adding(days: 90).rfc3339)
    let text = try Paper.sign(motion.json, by: signer.id, with: signer.key, seen: file.seen, now: desk.now)
    return Signed(
      path: try Paper.write(
        text, by: signer.id, into: "\(desk.portal.policies)/\(Paper.folderName)", now: desk.now),
      words: try words(motion))
  }

  /// Signs for a new key with the recovery key, which does nothing else.
  package func recover(_ id: String, by signer: Signer, reason: String) throws -> Signed {
    guard desk.authority.recovery.contains(signer.key.publicKey.text) else {
      throw PublishingError(
        .refused, Wording("this is not a recovery key of this portal", "这不是本门户的恢复密钥"), blame: .usage)
    }
    let open = desk.authority.agreements(on: Motion.person(id), now: desk.now.rfc3339)
    guard let agreement = open.last else {
      throw PublishingError(
        .refused, Wording("'\(id)' has asked for no new key", "“\(id)”没有请求新密钥"),
        hint: Wording("first: doorsill person renew \(id)", "请先运行 doorsill person renew \(id)"))
    }
    let json: JSON = [
      "event": "approval", "v": 1, "proposal": .string(agreement.hash), "verdict": "approve",
      "reason": .string(reason),
    ]
    let text = try Paper.sign(
      json, by: SignedDeed.recovery, with: signer.key, seen: file.seen, now: desk.now)
    return Signed(
      path: try Paper.write(
        text, by: SignedDeed.recovery, into: "\(desk.portal.policies)/\(Paper.folderName)", now: desk.now),
      words: try words(agreement.motion))
  }
}
