/// A change of the files in Policies/, judged under the policy before it.
package struct PolicyChange: Sendable, Hashable {
  package let previous: Scale
  package let next: Scale
  package let previousHash: String
  package let nextHash: String
  package let proposer: String?
  /// Approvals of dataset "policy", with the signers' roles as the previous policy gives them.
  package let approvals: [CheckedApproval]
  package let signers: Signers

  /// Who of the previous policy could sign this change.
  package enum Signers: Sendable, Hashable {
    case somebody
    /// Nobody in the role that must sign has a key, so no change could ever pass. One that only brings first keys may:
    /// then there is somebody for the next.
    case nobody(bringsFirstKeysOnly: Bool)
  }

  /// Each part as its property says.
  package init(
    previous: Scale, next: Scale, previousHash: String, nextHash: String, proposer: String?,
    approvals: [CheckedApproval], signers: Signers = .somebody
  ) {
    self.previous = previous
    self.next = next
    self.previousHash = previousHash
    self.nextHash = nextHash
    self.proposer = proposer
    self.approvals = approvals
    self.signers = signers
  }
}

/// The one place where leave to cross the sill is given (DESIGN section 4, rules 3 and 4). It fails closed.
package enum Gate {
  /// Judges one dataset.
  ///
  /// Throws `GateRefusal` with every reason at once, and with the signatures that would open the gate. An approval
  /// counts only if it names this exact change, this evidence and the policy that judged it, and comes from a second
  /// person in the role that the scale asks for.
  package static func clear(_ request: GateRequest, scale: Scale) throws(GateRefusal) -> GatePass {
    let verdict = request.verdict
    var reasons: [Problem] = []
    var needs: [ApprovalNeed] = []
    var counted: [CheckedApproval] = []
    var level = verdict.level

    if verdict.declared.isEmpty {
      reasons.append(Words.problem(.unknownLevel, verdict.declared, verdict.dataset))
    }
    // What no signature of a dataset's approver can mend.
    for problem in verdict.problems
    where problem.code != .openingPersonal && problem.code != .openingRestricted {
      reasons.append(problem)
    }
    if reasons.contains(where: { $0.code == .unread }) { throw GateRefusal(reasons: reasons, needs: []) }
    let opening = verdict.problems.filter { $0.code == .openingPersonal || $0.code == .openingRestricted }
    var lowered = false
    for need in verdict.requiresApproval {
      switch judge(need, request) {
      case .approved(let approval):
        guard let asked = scale.level(need.to) else {
          reasons.append(Words.problem(.unknownLevel, need.to, verdict.dataset))
          continue
        }
        counted.append(approval)
        level = asked
        lowered = true
      case .refused(let why):
        guard need.blocking else { continue }
        reasons += opening + why
        needs.append(need)
      }
    }
    if !lowered, !opening.isEmpty, needs.isEmpty { reasons += opening }

    if level.openness != .unconditional, !verdict.hasLegalBasis,
      !reasons.contains(where: { $0.code == .missingLegalBasis }), opening.isEmpty || lowered
    {
      reasons.append(Words.problem(.missingLegalBasis, level.id, verdict.dataset))
    }
    for need in changes(since: request.previous, to: level, verdict, scale) {
      switch judge(need, request) {
      case .approved(let approval): if !counted.contains(approval) { counted.append(approval) }
      case .refused(let why):
        reasons += why
        needs.append(need)
      }
    }
    guard reasons.isEmpty else { throw GateRefusal(reasons: reasons, needs: needs) }

    func clearance(_ scope: Clearance.Scope) -> Clearance {
      Clearance(dataset: verdict.dataset, scope: scope, level: level.id, policyHash: request.policyHash)
    }
    return GatePass(
      level: level, entry: clearance(.entry), rows: level.openness == .unconditional ? clearance(.rows) : nil,
      results: level.openness == .conditional ? clearance(.results) : nil, approvals: counted)
  }

  /// The signatures that `clear` would ask for or make use of and does not have yet, were all of them given: what a second
  /// person signs to let the declared level pass.
  package static func pending(_ request: GateRequest, scale: Scale) -> [ApprovalNeed] {
    let verdict = request.verdict
    let level = verdict.requiresApproval.compactMap { scale.level($0.to) }.last ?? verdict.level
    let needs = verdict.requiresApproval + changes(since: request.previous, to: level, verdict, scale)
    return needs.filter { need in
      if case .approved = judge(need, request) { false } else { true }
    }
  }

  /// Leave for pages that are about no dataset: home, lists, help, theme.
  package static func portal(policyHash: String) -> Clearance {
    Clearance(dataset: "", scope: .portal, level: "", policyHash: policyHash)
  }

  /// Judges a change of policy by the policy before it, and returns the approvals that counted.
  ///
  /// Throws `GateRefusal` where the previous policy wants a second person and none has signed exactly this change (but
  /// see `PolicyChange.Signers`), and always where the change would do away with a second person.
  package static func policyChange(_ change: PolicyChange) throws(GateRefusal) -> [CheckedApproval] {
    guard change.previousHash != change.nextHash else { return [] }
    let removed = ApprovalKind.allCases.filter {
      change.previous.approvals.role(for: $0) != nil && change.next.approvals.role(for: $0) == nil
    }
    var reasons = removed.map { Words.problem(.secondPersonRemoved, $0.rawValue, "Policies/levels.json5") }
    var needs: [ApprovalNeed] = []
    var counted: [CheckedApproval] = []
    if let role = change.previous.approvals.role(for: .policyChange) {
      let need = ApprovalNeed(
        kind: .policyChange, dataset: "policy", from: change.previousHash, to: change.nextHash, role: role,
        blocking: true)
      let second = SecondPerson(
        evidenceHash: change.nextHash, policyHashes: [change.previousHash], proposer: change.proposer)
      switch (second.judge(need, change.approvals), change.signers) {
      case (.approved(let approval), _): counted.append(approval)
      case (.refused, .nobody(bringsFirstKeysOnly: true)): break
      case (.refused, .nobody):
        reasons.append(Words.problem(.signerMissing, role, "Policies/"))
      case (.refused(let why), .somebody):
        reasons += [Words.problem(.policyChangeUnapproved, change.nextHash, "Policies/")] + why
        needs.append(need)
      }
    }
    guard reasons.isEmpty else { throw GateRefusal(reasons: reasons, needs: needs) }
    return counted
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

  /// The signatures that a change against what is published asks for.
  private static func changes(
    since previous: PublishedState?, to level: Level, _ verdict: Verdict, _ scale: Scale
  ) -> [ApprovalNeed] {
    guard let previous else { return [] }
    var kinds: [ApprovalKind] = []
    if previous.level != level.id {
      // A level that the scale no longer has may have been higher: it is treated as a lowering.
      let before = scale.level(previous.level)
      kinds.append(before.map { $0 < level } ?? false ? .raising : .lowering)
    }
    if previous.hasLegalBasis != verdict.hasLegalBasis { kinds.append(.legalBasisChange) }
    return kinds.compactMap { kind in
      scale.approvals.role(for: kind).map {
        ApprovalNeed(
          kind: kind, dataset: verdict.dataset, from: previous.level, to: level.id, role: $0, blocking: true)
      }
    }
  }

  private static func judge(_ need: ApprovalNeed, _ request: GateRequest) -> SecondPerson.Judgement {
    SecondPerson(
      evidenceHash: request.evidenceHash, policyHashes: request.approvedUnder.union([request.policyHash]),
      proposer: request.proposer
    ).judge(need, request.approvals)
  }
}
