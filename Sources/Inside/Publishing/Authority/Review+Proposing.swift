import Bytes
import Catalogs
import Policies
import Trust

/// The first of the two signatures.
extension Review {
  /// Signs a proposal about a subject: a dataset's name, `policy`, `theme`, `person:ID`, `family:A+B` or
  /// `fingerprints:NAME`.
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
      guard desk.authority.person(id) != nil || desk.people.contains(where: { $0.id == id }) else {
        throw PublishingError(
          .refused,
          Wording(
            "nobody '\(id)' with a key is in access.json5, and nobody is registered so",
            "access.json5 中没有持有密钥的“\(id)”，日志中也无此人"),
          hint: Wording(
            "'doorsill person list' shows everybody; who joins uses 'doorsill person add'",
            "doorsill person list 列出所有人员；新人用 doorsill person add"), blame: .usage)
      }
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
      // Beside the descriptor, which of a view is that of what it is cut from.
      folder = "\(Files.parent(of: examination.dataset.file))/\(Paper.folderName)"
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
      // Nor does anybody sign for what would be refused although they have.
      let unmet = refusal.reasons.filter { [.missingLegalBasis, .missingReason].contains($0.code) }
      guard unmet.isEmpty else {
        throw Rejection(
          faults: [], faultCount: 0, objections: [Objection(dataset: name, reasons: unmet, needs: [])])
      }
    }
    let content = offer(request, examination)
    return Motion(
      subject: Motion.dataset(name), from: from, aim: .envelope(content), envelopeHash: try content.hash(),
      content: examination.fingerprint, reason: reason, expires: expires)
  }

  /// The envelope that is proposed for what is there now.
  func offer(_ request: GateRequest, _ examination: Examination) -> Envelope {
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
    return content
  }
}
