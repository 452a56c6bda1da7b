import Policies
import Testing

@Suite struct `The gate` {
  let scale: Scale
  init() throws { scale = try testScale() }

  static let ids = `The level of a dataset`.ids

  func verdict(_ facts: DatasetFacts) -> Verdict { classify(facts, scale: scale, policy: .standard) }

  func request(
    _ facts: DatasetFacts, previous: PublishedState? = nil, proposer: String? = "zhang",
    approvals: [CheckedApproval] = [],
    evidence: String = "e1", policy: String = "p1", under: Set<String> = []
  ) -> GateRequest {
    GateRequest(
      verdict: verdict(facts), evidenceHash: evidence, policyHash: policy, approvedUnder: under,
      previous: previous, proposer: proposer,
      approvals: approvals)
  }

  static func approval(
    from: String? = "L3", to: String = "L1", by approver: String = "li", roles: [String] = ["approver"],
    dataset: String = "set", evidence: String = "e1", policy: String = "p1",
    reason: String = "names of public officers",
    proposer: String? = "zhang"
  ) -> CheckedApproval {
    CheckedApproval(
      dataset: dataset, from: from, to: to, evidenceHash: evidence, policyHash: policy, reason: reason,
      approver: approver, approverRoles: roles, proposer: proposer, time: "2026-11-21T13:00:00Z")
  }

  static let open = `The level of a dataset`.facts()
  static let personal = `The level of a dataset`.facts(reason: true, findings: [ids])
  static let restricted = `The level of a dataset`.facts(declared: "L3", basis: true, findings: [ids])

  func refusal(_ request: GateRequest) -> GateRefusal? {
    do {
      _ = try Gate.clear(request, scale: scale)
      return nil
    } catch { return error }
  }

  @Test func `lets rows through for open data only`() throws {
    let pass = try Gate.clear(request(Self.open), scale: scale)
    #expect(pass.rows?.scope == .rows)
    #expect(pass.rows?.dataset == "set")
    #expect(pass.rows?.policyHash == "p1")
    #expect(pass.results == nil)
    let held = try Gate.clear(request(Self.restricted), scale: scale)
    #expect(held.rows == nil)
    #expect(held.results?.scope == .results)
    #expect(held.entry.level == "L3")
    let closed = try Gate.clear(
      request(`The level of a dataset`.facts(declared: "L4", basis: true)), scale: scale)
    #expect(closed.rows == nil && closed.results == nil)
    #expect(closed.entry.scope == .entry)
  }

  @Test func `refuses to open personal data`() throws {
    let refused = try #require(refusal(request(Self.personal)))
    #expect(refused.reasons.map(\.code).contains(.openingPersonal))
    #expect(refused.needs.map(\.role) == ["approver"])
  }

  @Test func `refuses a restriction without a legal basis`() {
    let facts = `The level of a dataset`.facts(declared: "L3")
    #expect(refusal(request(facts))?.reasons.map(\.code) == [.missingLegalBasis])
  }

  @Test func `opens personal data when a second person has signed exactly that`() throws {
    let pass = try Gate.clear(request(Self.personal, approvals: [Self.approval()]), scale: scale)
    #expect(pass.level.id == "L1")
    #expect(pass.rows != nil)
    #expect(pass.approvals.map(\.approver) == ["li"])
  }

  @Test func `refuses a self-approval however the name is written`() {
    for name in ["zhang", "Zhang", " zhang "] {
      let codes = refusal(request(Self.personal, approvals: [Self.approval(by: name)]))?.reasons.map(\.code)
      #expect(codes?.contains(.approvalBySelf) == true)
    }
    // Whoever proposed when it was signed cannot have approved it either.
    let earlier = Self.approval(by: "li", proposer: "li")
    #expect(
      refusal(request(Self.personal, approvals: [earlier]))?.reasons.map(\.code).contains(.approvalBySelf)
        == true)
  }

  @Test func `refuses where nobody is known to have proposed`() {
    let codes = refusal(request(Self.personal, proposer: nil, approvals: [Self.approval(proposer: nil)]))?
      .reasons
    #expect(codes?.map(\.code).contains(.proposerUnknown) == true)
  }

  @Test(arguments: [
    (approval(evidence: "e0"), Problem.Code.approvalStale), (approval(policy: "p0"), .approvalStale),
    (approval(to: "L2"), .approvalOfOtherChange), (approval(from: "L4"), .approvalOfOtherChange),
    (approval(dataset: "other"), .approvalMissing), (approval(roles: ["custodian"]), .approvalWithoutRole),
    (approval(roles: []), .approvalWithoutRole), (approval(reason: " \n"), .approvalWithoutReason),
  ])
  func `refuses an approval that is not of this change, this evidence and this policy`(
    approval: CheckedApproval, code: Problem.Code
  ) {
    let codes = refusal(request(Self.personal, approvals: [approval]))?.reasons.map(\.code)
    #expect(codes?.contains(code) == true)
  }

  @Test func `counts an approval that was given under a policy that judges data in the same way`() throws {
    let earlier = Self.approval(policy: "p0")
    #expect(refusal(request(Self.personal, approvals: [earlier], under: ["j1"])) != nil)
    #expect(refusal(request(Self.personal, approvals: [earlier], under: ["j1", "p0"])) == nil)
    #expect(refusal(request(Self.personal, approvals: [Self.approval(policy: "j1")], under: ["j1"])) == nil)
    // The evidence is never let off.
    let stale = Self.approval(evidence: "e0", policy: "p0")
    #expect(refusal(request(Self.personal, approvals: [stale], under: ["p0"])) != nil)
  }

  @Test func `asks for exactly the signatures that let the declared level pass`() throws {
    func pairs(_ request: GateRequest) -> Set<String> {
      Set(Gate.pending(request, scale: scale).map { "\($0.from ?? "") → \($0.to)" })
    }
    let was = { PublishedState(level: $0, hasLegalBasis: $1, evidenceHash: "e0", policyHash: "p1") }
    #expect(pairs(request(Self.open)).isEmpty)
    #expect(pairs(request(Self.personal)) == ["L3 → L1"])
    // Published at the level that was approved, and now the evidence is other: from the level that it gives.
    let again = request(Self.personal, previous: was("L1", false), approvals: [Self.approval(evidence: "e0")])
    #expect(pairs(again) == ["L3 → L1"])
    // Published at another level: both changes, each with a signature of its own.
    let lowered = request(Self.personal, previous: was("L2", true))
    #expect(pairs(lowered) == ["L3 → L1", "L2 → L1"])
    let signed = ["L3", "L2"].map { Self.approval(from: $0) }
    #expect(pairs(request(Self.personal, previous: was("L2", true), approvals: signed)).isEmpty)
    #expect(refusal(request(Self.personal, previous: was("L2", true), approvals: signed)) == nil)
    // What holds without a signature is lowered by it.
    let held = `The level of a dataset`.facts(declared: "L2", basis: true, reason: true, findings: [Self.ids])
    #expect(pairs(request(held, previous: was("L3", true))) == ["L3 → L2"])
  }

  @Test func `refuses to open personal data without a written reason even with a signature`() {
    let facts = `The level of a dataset`.facts(findings: [Self.ids])
    let codes = refusal(request(facts, approvals: [Self.approval()]))?.reasons.map(\.code)
    #expect(codes == [.missingReason])
  }

  @Test func `holds data at the evidence's level where the lower declaration is not signed`() throws {
    let facts = `The level of a dataset`.facts(
      declared: "L2", basis: true, reason: true, findings: [Self.ids])
    #expect(try Gate.clear(request(facts), scale: scale).level.id == "L3")
    let lowered = try Gate.clear(request(facts, approvals: [Self.approval(to: "L2")]), scale: scale)
    #expect(lowered.level.id == "L2")
    let stale = try Gate.clear(
      request(facts, approvals: [Self.approval(to: "L2", evidence: "e0")]), scale: scale)
    #expect(stale.level.id == "L3")
  }

  @Test func `wants a second person for every change of level in either direction`() throws {
    let was = { PublishedState(level: $0, hasLegalBasis: $1, evidenceHash: "e0", policyHash: "p1") }
    #expect(throws: Never.self) {
      try Gate.clear(request(Self.open, previous: was("L1", false)), scale: scale)
    }

    let lowering = try #require(refusal(request(Self.open, previous: was("L2", true))))
    #expect(Set(lowering.needs.map(\.kind)) == [.lowering, .legalBasisChange])
    let signed = Self.approval(from: "L2", to: "L1")
    #expect(
      try Gate.clear(request(Self.open, previous: was("L2", true), approvals: [signed]), scale: scale).rows
        != nil)

    let raising = try #require(refusal(request(Self.restricted, previous: was("L2", true))))
    #expect(raising.needs.map(\.kind) == [.raising])
    let raised = Self.approval(from: "L2", to: "L3")
    #expect(throws: Never.self) {
      try Gate.clear(request(Self.restricted, previous: was("L2", true), approvals: [raised]), scale: scale)
    }
  }

  @Test func `asks what the scale asks for and nothing more`() throws {
    let lenient = try testScale(
      ApprovalRules(roles: [.lowering: "head", .detectorOverride: "head", .policyChange: "head"]))
    let was = PublishedState(level: "L2", hasLegalBasis: true, evidenceHash: "e0", policyHash: "p1")
    let raised = GateRequest(
      verdict: classify(Self.restricted, scale: lenient, policy: .standard), evidenceHash: "e1",
      policyHash: "p1",
      previous: was, proposer: "zhang", approvals: [])
    #expect(throws: Never.self) { try Gate.clear(raised, scale: lenient) }
    let opened = GateRequest(
      verdict: classify(Self.open, scale: lenient, policy: .standard), evidenceHash: "e1", policyHash: "p1",
      previous: was, proposer: "zhang", approvals: [Self.approval(from: "L2", to: "L1")])
    #expect(throws: GateRefusal.self) { try Gate.clear(opened, scale: lenient) }
  }

  @Test func `keeps important and core data closed whoever signs`() {
    let facts = `The level of a dataset`.facts(declared: "L1", flags: ["important"], reason: true)
    let approvals = ["L4", "L3"].map { Self.approval(from: $0, to: "L1") }
    #expect(refusal(request(facts, approvals: approvals))?.reasons.map(\.code) == [.openingRestricted])
    let held = `The level of a dataset`.facts(declared: "L2", flags: ["core"], basis: true, reason: true)
    let signed = Self.approval(from: "L4", to: "L2")
    let pass = try? Gate.clear(request(held, approvals: [signed]), scale: scale)
    #expect(pass?.level.id == "L4")
    #expect(pass?.results == nil)
  }

  @Test func `refuses a secrecy marking whoever signs`() {
    let marked = Finding(
      rule: "secrecyMarking", field: "note", values: 10, matches: 1, level: "L4", personal: false,
      refuses: true)
    for declared in ["L1", "L4"] {
      let facts = `The level of a dataset`.facts(
        declared: declared, basis: true, reason: true, findings: [marked])
      let codes = refusal(request(facts, approvals: [Self.approval(from: "L4", to: declared)]))?.reasons.map(
        \.code)
      #expect(codes?.contains(.secrecyMarking) == true)
    }
  }

  @Test func `says every reason in Chinese and English, with what to do`() throws {
    let refused = try #require(refusal(request(Self.personal, approvals: [Self.approval(evidence: "e0")])))
    for problem in refused.reasons {
      for language in ["zh", "en"] {
        #expect(problem.message[language]?.isEmpty == false)
        #expect(problem.hint[language]?.isEmpty == false)
      }
    }
  }

  private func measured(
    _ profile: ProtectionProfile, _ uppers: [Double] = [0.53, 0.53, 0.53, 0.53], canaries: Int = 5000
  ) -> ProtectionProfile {
    var profile = profile
    let runs = zip(Qualification.needed, uppers).map {
      Qualification.Run(
        attack: $0.attack, versions: $0.versions, canaries: canaries, upperAccuracy: $1)
    }
    profile.qualified = Qualification(populations: ["adult"], seed: 1, runs: runs, policyHash: "00")
    return profile
  }

  @Test func `lets a profile serve a level whose bar its measured bounds meet, whatever its parameters`()
    throws
  {
    let level = try #require(scale.level("L3"))
    let loose = measured(.broad, [0.53, 0.545, 0.52, 0.541])
    #expect(loose.qualified?.bound == 0.545)
    #expect(Gate.objection(to: loose, at: level, bar: 0.55) == nil)
    #expect(Gate.objection(to: loose, at: level, bar: 0.545) == nil)
    let refused = try #require(Gate.objection(to: loose, at: level, bar: 0.54))
    #expect(refused.code == .profileTooWeak)
    #expect(refused.message["en"]?.contains("L3: 0.545 > 0.54") == true)
    #expect(Gate.objection(to: measured(.standard), at: level, bar: 0.54) == nil)
  }

  @Test func `asks that every attack was measured, over one version and twelve, with enough coins`() throws {
    let level = try #require(scale.level("L2"))
    func code(_ profile: ProtectionProfile) -> Problem.Code? {
      Gate.objection(to: profile, at: level, bar: 0.55)?.code
    }
    #expect(code(measured(.standard)) == nil)
    #expect(code(.standard) == .profileUnqualified)
    #expect(code(measured(.standard, canaries: 4999)) == .profileUnqualified)
    for few in 0..<4 {
      #expect(code(measured(.standard, Array(repeating: 0.5, count: few))) == .profileUnqualified)
    }
    #expect(code(measured(.standard, [0.5, 0.5, 0.5, 0.551])) == .profileTooWeak)
    let unsaid = Gate.objection(to: .standard, at: level, bar: 0.55)
    #expect(unsaid?.hint["en"]?.contains("result attack --qualify --profile standard") == true)
  }

  @Test func `publishes nothing of a conditional level that has no bar`() throws {
    let level = try #require(scale.level("L3"))
    #expect(Gate.objection(to: measured(.strict), at: level, bar: nil)?.code == .levelWithoutBar)
    let open = try #require(scale.level("L1"))
    #expect(Gate.objection(to: measured(.strict), at: open, bar: nil) == nil)
  }
}

@Suite struct `A change of policy` {
  func change(
    next: Scale? = nil, to hash: String = "p2", proposer: String? = "zhang",
    approvals: [CheckedApproval] = [], signers: PolicyChange.Signers = .somebody
  ) throws -> PolicyChange {
    let previous = try testScale()
    return PolicyChange(
      previous: previous, next: next ?? previous, previousHash: "p1", nextHash: hash, proposer: proposer,
      approvals: approvals, signers: signers)
  }

  static func signed(
    by approver: String = "li", from: String? = "p1", to: String = "p2", evidence: String = "p2",
    policy: String = "p1"
  ) -> CheckedApproval {
    CheckedApproval(
      dataset: "policy", from: from, to: to, evidenceHash: evidence, policyHash: policy, reason: "new quotas",
      approver: approver, approverRoles: ["approver"], proposer: "zhang", time: "2026-11-21T13:00:00Z")
  }

  func codes(_ change: PolicyChange) -> [Problem.Code] {
    do {
      _ = try Gate.policyChange(change)
      return []
    } catch { return error.reasons.map(\.code) }
  }

  @Test func `needs a second person by the previous policy`() throws {
    #expect(codes(try change()).contains(.policyChangeUnapproved))
    #expect(try Gate.policyChange(change(approvals: [Self.signed()])).count == 1)
    #expect(codes(try change(approvals: [Self.signed(by: "zhang")])).contains(.approvalBySelf))
    #expect(codes(try change(approvals: [Self.signed(evidence: "p3")])).contains(.approvalStale))
    #expect(codes(try change(approvals: [Self.signed(to: "p3")])).contains(.approvalOfOtherChange))
  }

  @Test func `that nobody could sign may bring the first keys, and nothing else`() throws {
    #expect(codes(try change(signers: .nobody(bringsFirstKeysOnly: true))).isEmpty)
    #expect(codes(try change(signers: .nobody(bringsFirstKeysOnly: false))) == [.signerMissing])
    let lenient = try testScale(ApprovalRules(roles: [:]))
    #expect(
      codes(try change(next: lenient, signers: .nobody(bringsFirstKeysOnly: true))).contains(
        .secondPersonRemoved))
  }

  @Test func `is none where the policy is the same`() throws {
    #expect(try Gate.policyChange(change(to: "p1")).isEmpty)
  }

  @Test func `cannot remove the second person even when signed`() throws {
    for kind in ApprovalKind.allCases {
      let roles = Dictionary(
        uniqueKeysWithValues: ApprovalKind.allCases.filter { $0 != kind }.map { ($0, "approver") })
      let next = try testScale(ApprovalRules(roles: roles))
      #expect(codes(try change(next: next, approvals: [Self.signed()])) == [.secondPersonRemoved])
    }
  }
}
