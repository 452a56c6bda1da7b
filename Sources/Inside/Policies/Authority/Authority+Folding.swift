extension Authority {
  /// Takes one entry into account. Throws where it does not count; then nothing has changed.
  package mutating func take(_ signed: SignedDeed, at index: Int) throws(DeedFault) {
    var next = self
    switch signed.deed {
    case .genesis: throw DeedFault(.secondGenesis, signed.by)
    case .proposal(let motion, let hash): try next.propose(motion, hash, signed, at: index)
    case .vote(let proposal, let approves): try next.vote(proposal, approves, signed, at: index)
    case .publication(let publication):
      try next.announce(publication, signed, at: index)
    case .published(let release, let history):
      guard let intent = next.intent, intent.publication.release == release else {
        throw DeedFault(.order, String(release))
      }
      next.serve(intent)
      next.history = history
    case .abandoned(let release):
      guard next.intent?.publication.release == release else { throw DeedFault(.order, String(release)) }
      next.intent = nil
    case .suspended(let names):
      try next.act(signed, roles: ["custodian", "administrator", approver])
      for name in names {
        guard let status = next.datasets[name]?.status, status != .retired else { continue }
        next.datasets[name]?.status = .suspended
        next.datasets[name]?.at = index
      }
    case .together(let pair):
      try next.act(signed, roles: ["custodian", "administrator", approver])
      guard next.apart[pair] != nil else { throw DeedFault(.order, pair) }
      next.apart[pair] = Apart(most: 0, at: index)
    case .mandate(let mandate):
      try next.act(signed, roles: ["custodian"])
      guard let standing = next.datasets[mandate.dataset], standing.status == .open,
        signed.time.prefix(10) <= mandate.until
      else { throw DeedFault(.order, mandate.dataset) }
      next.mandates[mandate.dataset] = Mandate.Given(
        mandate, by: signed.by, key: signed.key, at: index, standing: standing.at)
    case .mandateEnded(let name):
      try next.act(signed, roles: ["custodian", "administrator", approver])
      guard next.mandates.removeValue(forKey: name) != nil else { throw DeedFault(.order, name) }
    case .retired(let names, let proposal):
      try next.act(signed, roles: ["custodian", "administrator"])
      let agreement = try next.agreed(proposal, publisher: signed.by, time: signed.time)
      guard agreement.motion.aim == .retire, names.contains(agreement.motion.name) else {
        throw DeedFault(.opened, agreement.motion.name)
      }
      next.use(proposal)
      for name in names {
        next.datasets[name]?.status = .retired
        next.datasets[name]?.at = index
      }
    case .recovered(let loss):
      let person = try next.act(signed, roles: ["custodian", "administrator"])
      guard person.terms.organization == manager || person.terms.roles.contains("administrator") else {
        throw DeedFault(.role, signed.by)
      }
      guard loss.epoch == losses.count + 2 else { throw DeedFault(.order, loss.log) }
      next.losses.append(loss)
    }
    self = next
  }

  /// That somebody who is registered with this key acts, in one of these roles, and had seen their registration.
  @discardableResult
  private func act(_ signed: SignedDeed, roles: [String] = []) throws(DeedFault) -> Registration {
    guard let person = person(signed.by), person.terms.key == signed.key else {
      throw DeedFault(.notRegistered, signed.by)
    }
    guard signed.seen > person.since else {
      throw DeedFault(.seenTooLittle, signed.by)
    }
    guard roles.isEmpty || roles.contains(where: person.terms.roles.contains) else {
      throw DeedFault(.role, signed.by)
    }
    return person
  }

  mutating func use(_ proposal: String) {
    waiting[proposal] = nil
    used.insert(proposal)
  }

  // MARK: Proposals

  private mutating func propose(
    _ motion: Motion, _ hash: String, _ signed: SignedDeed, at index: Int
  ) throws(DeedFault) {
    guard waiting[hash] == nil, !used.contains(hash) else { throw DeedFault(.stale, hash) }
    guard isOpen(motion, on: signed.time) else { throw DeedFault(.stale, hash) }
    if case .person(let terms) = motion.aim, terms.id == signed.by, terms.key == signed.key {
      // Who joins, or has lost a key, shows that the new one is theirs.
      guard motion.subject == Motion.person(terms.id), terms.id != SignedDeed.recovery,
        terms.id != SignedDeed.service
      else { throw DeedFault(.order, motion.subject) }
    } else {
      try act(signed)
      if case .person(let terms) = motion.aim {
        guard person(terms.id)?.terms.key == terms.key, motion.subject == Motion.person(terms.id) else {
          throw DeedFault(.notRegistered, terms.id)
        }
      }
    }
    let agreement = Agreement(hash: hash, motion: motion, proposer: signed.by)
    waiting[hash] = agreement
    // Where nobody else is registered, one signature is all there is.
    if case .recovery = motion.aim { try register(agreement, at: index) }
  }

  private mutating func vote(
    _ proposal: String, _ approves: Bool, _ signed: SignedDeed, at index: Int
  ) throws(DeedFault) {
    guard var agreement = waiting[proposal] else { throw DeedFault(.unknownProposal, proposal) }
    guard isOpen(agreement.motion, on: signed.time) else { throw DeedFault(.stale, proposal) }
    let isRecovery = signed.by == SignedDeed.recovery
    if isRecovery {
      guard recovery.contains(signed.key), isReplacement(agreement.motion) else {
        throw DeedFault(.recovery, signed.by)
      }
      agreement.votes.append(Agreement.Vote(person: signed.by, roles: [], organization: ""))
    } else {
      let person = try act(signed)
      guard signed.by != agreement.proposer else { throw DeedFault(.alone, signed.by) }
      guard approves else {
        agreement.isRefused = true
        waiting[proposal] = agreement
        return
      }
      agreement.votes.removeAll { $0.person == signed.by }
      agreement.votes.append(
        Agreement.Vote(
          person: signed.by, roles: person.terms.roles, organization: person.terms.organization))
    }
    waiting[proposal] = agreement
    try register(agreement, at: index)
  }

  // MARK: Publications

  /// A proposal that somebody beside its author has signed, from the state that is, not signed by who makes use of it.
  private func agreed(
    _ proposal: String, publisher: String, time: String
  ) throws(DeedFault) -> Agreement {
    guard let agreement = waiting[proposal] else { throw DeedFault(.unknownProposal, proposal) }
    guard isOpen(agreement.motion, on: time) else { throw DeedFault(.stale, proposal) }
    guard !agreement.isRefused, agreement.votes.contains(where: { $0.person != publisher }) else {
      throw DeedFault(.alone, publisher)
    }
    return agreement
  }

  private mutating func announce(
    _ publication: Deed.Publication, _ signed: SignedDeed, at index: Int
  ) throws(DeedFault) {
    if signed.by == SignedDeed.service {
      try checkMandated(publication, time: signed.time)
    } else {
      try act(signed, roles: ["custodian"])
    }
    guard publication.release > release ?? 0 else { throw DeedFault(.order, String(publication.release)) }
    let others = try publication.agreements.map { (proposal) throws(DeedFault) in
      try agreed(proposal, publisher: signed.by, time: signed.time).motion.aim
    }
    if publication.policy != policy.hash {
      guard others.contains(.policy(publication.policy)) else { throw DeedFault(.opened, Motion.policy) }
    } else if publication.scale != scale || publication.approver != approver {
      throw DeedFault(.order, Motion.policy)
    }
    if publication.theme != theme.hash || publication.manager != manager {
      guard others.contains(.theme(publication.theme, manager: publication.manager)) else {
        throw DeedFault(.opened, Motion.theme)
      }
    }
    for change in publication.changed { try check(change, signed) }
    intent = Intent(publication: publication, by: signed.by, at: index, time: signed.time)
  }

  /// That a change opens nothing without a second person.
  private func check(_ change: Deed.Change, _ signed: SignedDeed) throws(DeedFault) {
    let before = datasets[change.name]
    if before?.status == .retired { throw DeedFault(.gone, change.name) }
    guard change.agreement.isEmpty else {
      let agreement = try agreed(change.agreement, publisher: signed.by, time: signed.time)
      guard case .envelope(let envelope) = agreement.motion.aim, envelope == change.envelope,
        agreement.motion.subject == Motion.dataset(change.name), envelope.level == change.level
      else { throw DeedFault(.opened, change.name) }
      return
    }
    // A first opening by one person is for the policy to allow; below evidence, or of what is restricted elsewhere, it never
    // is, and says so by a ceiling.
    guard let before else {
      guard change.envelope?.findings.isEmpty ?? true, change.envelope?.shares.isEmpty ?? true else {
        throw DeedFault(.opened, change.name)
      }
      return
    }
    let isAsAgreed = change.level == before.level && change.envelopeHash == before.envelopeHash
    let agreed = before.envelope?.findings ?? []
    let isClosed =
      isLower(before.level, than: change.level)
      && (change.envelope?.findings ?? []).allSatisfy { one in
        agreed.contains { $0.field == one.field && $0.rule == one.rule && $0.most >= one.most }
      }
    guard before.status == .open, isAsAgreed || isClosed else { throw DeedFault(.opened, change.name) }
  }

  private mutating func serve(_ intent: Intent) {
    let publication = intent.publication
    if publication.policy != policy.hash { policy = Matter(hash: publication.policy, at: intent.at) }
    if publication.theme != theme.hash || publication.manager != manager {
      theme = Matter(hash: publication.theme, at: intent.at)
    }
    manager = publication.manager
    scale = publication.scale
    approver = publication.approver
    for proposal in publication.agreements {
      if let motion = waiting[proposal]?.motion {
        if motion.aim == .forget { forgotten[motion.name] = intent.at }
        if case .apart(let most) = motion.aim { apart[motion.name] = Apart(most: most, at: intent.at) }
      }
      use(proposal)
    }
    for change in publication.changed {
      datasets[change.name] = Standing(
        change, by: intent.by, after: datasets[change.name], release: publication.release, at: intent.at)
      if !change.agreement.isEmpty { use(change.agreement) }
      if intent.by == SignedDeed.service { mandates[change.name]?.last = intent.time }
    }
    // What is in the release no more is remembered: its name comes back as what it was, or by two people.
    release = publication.release
    self.intent = nil
  }
}
