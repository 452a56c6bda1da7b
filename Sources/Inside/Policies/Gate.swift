/// The one place where leave to cross the sill is given. It fails closed.
package enum Gate {
  /// Judges one dataset: by its verdict, by how it stands in the log, and by the envelope that was agreed to.
  ///
  /// Throws `GateRefusal` with every reason at once, and with the signatures that would open the gate. Closing waits for
  /// nobody; opening needs a proposal from this very state, signed by a second person in the role that the scale asks
  /// for; content within the envelope needs neither.
  package static func clear(_ request: GateRequest, scale: Scale) throws(GateRefusal) -> GatePass {
    let verdict = request.verdict
    var reasons: [Problem] = []
    if verdict.declared.isEmpty {
      reasons.append(Words.problem(.unknownLevel, verdict.declared, verdict.dataset))
    }
    // What no signature of a dataset's approver can mend.
    for problem in verdict.problems
    where problem.code != .openingPersonal && problem.code != .openingRestricted {
      reasons.append(problem)
    }
    if request.standing?.status == .retired {
      reasons.append(Words.problem(.retired, verdict.dataset, verdict.dataset))
    }
    if reasons.contains(where: { $0.code == .unread || $0.code == .retired }) {
      throw GateRefusal(reasons: reasons, needs: [])
    }
    let opening = verdict.problems.filter { $0.code == .openingPersonal || $0.code == .openingRestricted }
    var passed: Passed?
    var needs: [ApprovalNeed] = []
    let asked = verdict.requiresApproval.first
    if let asked, let level = scale.level(asked.to) {
      switch judge(request, at: level, below: asked, scale) {
      case .success(let way): passed = way
      case .failure(let refusal):
        if asked.blocking {
          reasons += opening + refusal.reasons
          needs += refusal.needs
        }
      }
    } else if !opening.isEmpty {
      reasons += opening
    }
    let isLowered = passed != nil
    // What may not be below its evidence stays at it.
    if passed == nil, asked?.blocking != true {
      switch judge(request, at: verdict.level, below: nil, scale) {
      case .success(let way): passed = way
      case .failure(let refusal):
        reasons += refusal.reasons
        needs += refusal.needs
      }
    }
    if let level = passed?.level, level.openness != .unconditional, !verdict.hasLegalBasis,
      opening.isEmpty || isLowered, !reasons.contains(where: { $0.code == .missingLegalBasis })
    {
      reasons.append(Words.problem(.missingLegalBasis, level.id, verdict.dataset))
    }
    guard reasons.isEmpty, let passed else { throw GateRefusal(reasons: reasons, needs: needs) }

    func clearance(_ scope: Clearance.Scope) -> Clearance {
      Clearance(
        dataset: verdict.dataset, scope: scope, level: passed.level.id, policyHash: request.policyHash)
    }
    return GatePass(
      level: passed.level, entry: clearance(.entry),
      rows: passed.level.openness == .unconditional ? clearance(.rows) : nil,
      results: passed.level.openness == .conditional ? clearance(.results) : nil,
      envelope: passed.envelope, agreement: passed.agreement)
  }

  /// A way through the gate.
  private struct Passed {
    let level: Level
    let envelope: Envelope?
    let agreement: Agreement?
  }

  /// Judges one dataset at one level, against how it stands.
  private static func judge(
    _ request: GateRequest, at level: Level, below: ApprovalNeed?, _ scale: Scale
  ) -> Result<Passed, GateRefusal> {
    var content = request.content
    content.level = level.id
    if below == nil { content.findings = [] }
    if level.openness != .unconditional { content.shares = [] }
    let isView = request.isView && below == nil
    let (kinds, departures) = opened(request, content, at: level, below: below, scale)
    let subject = request.verdict.dataset
    var reasons: [Problem] = []
    let wanted = kinds.compactMap { kind in scale.approvals.role(for: kind).map { (kind: kind, role: $0) } }
    guard !wanted.isEmpty else {
      // Within what was agreed to, or nobody's to agree to.
      let isKept = kinds.isEmpty && request.standing?.level == level.id && request.standing?.status == .open
      let levels = request.levels + (request.standing?.levels ?? [])
      let made = !isView && content.binds(after: levels, scale: scale) ? content : nil
      return .success(
        Passed(
          level: level, envelope: isKept ? request.standing?.envelope ?? made : made, agreement: nil))
    }
    let organizations = [request.standing?.owner ?? request.content.owner, request.manager]
    var stale: [Problem] = []
    for agreement in request.agreements {
      guard case .envelope(let envelope) = agreement.motion.aim, envelope.level == level.id else { continue }
      let left = envelope.departures(of: content, changedRows: 0, on: request.day, scale: scale)
      guard left.isEmpty, agreement.motion.content == request.contentHash else {
        stale.append(Words.problem(.approvalStale, agreement.proposer, subject))
        continue
      }
      let objections = wanted.compactMap { one in
        SecondPerson(publisher: request.publisher, organizations: organizations, role: one.role)
          .objection(to: agreement, on: subject)
      }
      guard let first = objections.first else {
        return .success(Passed(level: level, envelope: envelope, agreement: agreement))
      }
      reasons.append(first)
    }
    let isProposed = !reasons.isEmpty
    if !isProposed { reasons = stale }
    let from = below?.from ?? request.standing?.level
    let needs = wanted.map { one in
      ApprovalNeed(
        kind: one.kind, dataset: subject, from: from, to: level.id, role: one.role, blocking: true,
        isProposed: isProposed)
    }
    let left =
      departures.filter { $0.code != .share }.map { Words.departure($0, subject) }
      + unagreed(request, content).map { Words.match($0, subject) }
    if reasons.isEmpty { reasons = needs.map(Words.approvalMissing) }
    return .failure(GateRefusal(reasons: left + reasons, needs: Array(needs.prefix(1))))
  }

  /// What of a dataset would be opened: the kinds of approval that asks for, and in what it leaves its envelope.
  private static func opened(
    _ request: GateRequest, _ content: Envelope, at level: Level, below: ApprovalNeed?, _ scale: Scale
  ) -> (kinds: [ApprovalKind], departures: [Departure]) {
    // A view is judged by its rows, and its declaration by the envelope of what it is cut from; what of it also stands in
    // other restricted sets has to be agreed to.
    if request.isView, below == nil {
      let agreed = request.standing?.envelope?.shares ?? []
      let isAgreed = content.shares.allSatisfy { one in
        agreed.contains { $0.with == one.with && $0.field == one.field && $0.most >= one.most }
      }
      return (isAgreed ? [] : [.widening], [])
    }
    guard let standing = request.standing else {
      let kinds = below.map { [$0.kind] } ?? (request.isFirstShared ? [.firstOpening] : [])
      return (kinds + (content.shares.isEmpty ? [] : [.widening]), [])
    }
    // A level that the scale no longer has may have been higher: it is treated as a lowering.
    let before = scale.level(standing.level)
    if standing.status == .suspended { return ([.reopening], []) }
    guard let before, before <= level else { return ([.lowering], []) }
    let isBound = content.binds(after: request.levels + standing.levels, scale: scale)
    // A clean open set that never was more has nothing to leave, also where two people have once looked at it.
    guard isBound, let envelope = standing.envelope else {
      if let below { return ([below.kind], []) }
      return (before == level && isBound ? [.widening] : [], [])
    }
    var departures = envelope.departures(
      of: content, changedRows: request.changedRows, on: request.day, scale: scale)
    if before < level {
      // Closing: what was open may be told less of at once, but nothing new of what was not.
      let tellsNothing = before.openness == .unconditional || level.openness == .closed
      let held: Set<Departure.Code> = tellsNothing ? [.finding] : Self.heldWhenClosing
      departures.removeAll { !held.contains($0.code) }
    }
    var kinds: [ApprovalKind] = []
    for departure in departures {
      let kind = departure.code == .finding ? below?.kind ?? departure.kind : departure.kind
      if !kinds.contains(kind) { kinds.append(kind) }
    }
    return (kinds, departures)
  }

  /// What also stands in a restricted set, and more of it than was agreed to.
  private static func unagreed(_ request: GateRequest, _ content: Envelope) -> [Match] {
    let agreed = request.standing?.envelope?.shares ?? []
    return request.matches.filter { match in
      let most = agreed.first { $0.field == match.field && $0.with == match.with }?.most ?? 0
      return content.shares.contains { $0.field == match.field && $0.with == match.with && $0.most > most }
    }
  }

  private static let heldWhenClosing: Set<Departure.Code> = [
    .family, .owner, .subject, .results, .views, .finding,
  ]

  /// Whether two people have agreed that what is remembered of a restricted set is forgotten.
  package static func forgets(
    _ agreement: Agreement, by publisher: String?, owner: String?, manager: String, scale: Scale
  ) -> Bool {
    guard agreement.motion.aim == .forget, let role = scale.approvals.role(for: .retiring) else {
      return false
    }
    let organizations = [owner, manager].compactMap { $0 }
    return SecondPerson(publisher: publisher, organizations: organizations, role: role)
      .objection(to: agreement, on: agreement.motion.subject) == nil
  }

  /// Whether two people have agreed that two key families with units in common stay two. It weakens what protects the people
  /// in both, so it is signed as a change of rules is.
  package static func separates(
    _ agreement: Agreement, by publisher: String?, manager: String, managerSigns: Bool, scale: Scale
  ) -> Bool {
    guard case .apart = agreement.motion.aim, let role = scale.approvals.role(for: .policyChange) else {
      return false
    }
    let organizations = managerSigns ? [manager] : agreement.votes.map(\.organization)
    return SecondPerson(publisher: publisher, organizations: organizations, role: role)
      .objection(to: agreement, on: agreement.motion.subject) == nil
  }

  /// What is wanting, in words, for whoever proposes or approves.
  package static func departures(_ request: GateRequest, scale: Scale) -> [Departure] {
    let asked = request.verdict.requiresApproval.first
    let level = asked.flatMap { scale.level($0.to) } ?? request.verdict.level
    var content = request.content
    content.level = level.id
    return request.standing?.envelope?.departures(
      of: content, changedRows: request.changedRows, on: request.day, scale: scale) ?? []
  }

  /// Leave for pages that are about no dataset: home, lists, help, theme.
  package static func portal(policyHash: String) -> Clearance {
    Clearance(dataset: "", scope: .portal, level: "", policyHash: policyHash)
  }

  /// Judges a change of the rules, the theme or the people by the rules before it, and returns the proposal that counted;
  /// nil where nobody needs to sign.
  ///
  /// Throws `GateRefusal` where a second person is wanted and has not signed exactly this, and always where a change of
  /// rules would do away with a second person.
  package static func change(
    _ kind: ApprovalKind, of subject: String, to aim: Motion.Aim, hash: String, by publisher: String?,
    agreements: [Agreement], manager: String, managerSigns: Bool, previous: Scale, next: Scale
  ) throws(GateRefusal) -> Agreement? {
    let removed =
      kind != .policyChange
      ? []
      : ApprovalKind.allCases.filter {
        $0 != .raising && previous.approvals.role(for: $0) != nil && next.approvals.role(for: $0) == nil
      }
    let reasons = removed.map { Words.problem(.secondPersonRemoved, $0.rawValue, "Policies/levels.json5") }
    guard reasons.isEmpty else { throw GateRefusal(reasons: reasons, needs: []) }
    guard let role = previous.approvals.role(for: kind) else { return nil }
    var objections: [Problem] = []
    var isProposed = false
    for agreement in agreements where agreement.motion.aim == aim {
      isProposed = true
      let organizations = managerSigns ? [manager] : agreement.votes.map(\.organization)
      let second = SecondPerson(publisher: publisher, organizations: organizations, role: role)
      guard let objection = second.objection(to: agreement, on: subject) else { return agreement }
      objections.append(objection)
    }
    let need = ApprovalNeed(
      kind: kind, dataset: subject, from: nil, to: hash, role: role, blocking: true, isProposed: isProposed)
    let code: Problem.Code = kind == .theme ? .themeUnapproved : .policyChangeUnapproved
    let place = kind == .theme ? "Public/" : "Policies/"
    throw GateRefusal(reasons: [Words.problem(code, hash, place)] + objections, needs: [need])
  }

  /// What stands against publishing while somebody is in access.json5 as the log does not have them registered.
  package static func objection(toPerson id: String) -> Problem {
    Words.problem(.personUnregistered, id, "Policies/access.json5")
  }

  /// What stands against publishing results of a dataset of this level under this profile; nil if nothing does: what was
  /// measured under these very parameters has to meet the level's bar.
  /// - Parameter bar: the level's of protection.json5; nil where it names none.
  package static func objection(
    to profile: ProtectionProfile, at level: Level, bar: Double?
  ) -> Problem? {
    guard let bound = profile.qualified?.bound else {
      return Words.problem(.profileUnqualified, profile.name, "Policies/protection.json5")
    }
    // Whose rows are open anyway needs no bar of its own.
    guard let bar = bar ?? (level.openness == .unconditional ? Qualification.loosest : nil) else {
      return Words.problem(.levelWithoutBar, level.id, "Policies/protection.json5")
    }
    return bound <= bar
      ? nil : Words.problem(.profileTooWeak, profile.name, "\(level.id): \(bound) > \(bar)")
  }

  /// What stands against publishing an open view of a dataset that is itself held at this level; nil if nothing does.
  package static func objection(toView view: String, of parent: String, at level: Level) -> Problem? {
    level.openness == .closed ? Words.problem(.closedParent, parent, view) : nil
  }

  /// What stands against deriving a dataset from a source that is held at this level, or has none because it is refused
  /// or withdrawn; nil if nothing does.
  package static func objection(toDeriving name: String, from source: String, at level: Level?) -> Problem? {
    guard let level else { return Words.problem(.sourceMissing, source, name) }
    return level.openness == .conditional ? nil : Words.problem(.sourceLevel, source, name)
  }
}
