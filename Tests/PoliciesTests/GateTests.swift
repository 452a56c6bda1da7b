import Policies
import Testing

@Suite struct `The gate` {
  let scale: Scale
  init() throws { scale = try testScale() }

  static let ids = `The level of a dataset`.ids

  func verdict(_ facts: DatasetFacts) -> Verdict { classify(facts, scale: scale, policy: .standard) }

  func request(
    _ facts: DatasetFacts, standing: Standing? = nil, agreements: [Agreement] = [], content: String = "e1",
    publisher: String? = "zhang", changedRows: Int? = 0, first: Bool = false, in scale: Scale? = nil
  ) -> GateRequest {
    let verdict = classify(facts, scale: scale ?? self.scale, policy: .standard)
    return GateRequest(
      verdict: verdict, policyHash: "p1", content: Self.envelope(verdict), contentHash: content,
      standing: standing, agreements: agreements, changedRows: changedRows, isFirstShared: first,
      publisher: publisher, manager: "bureau", day: "2026-11-30")
  }

  /// What such a set is, in an envelope's terms.
  static func envelope(_ verdict: Verdict, level: String? = nil, most: Int? = nil, text: String = "t")
    -> Envelope
  {
    let declared = level ?? verdict.requiresApproval.first?.to ?? verdict.level.id
    return Envelope(
      dataset: "set", family: "set", owner: "agency", level: declared,
      legalBasis: verdict.hasLegalBasis ? "law" : nil,
      fields: [], codeLists: [:], text: text,
      findings: verdict.items.filter { $0.rule != "declared" && $0.level > declared }.map {
        Envelope.Ceiling(field: $0.field ?? "", rule: $0.rule, most: most ?? $0.matches)
      }, subject: "s", results: "r", views: "v")
  }

  static func standing(
    _ level: String, envelope: Envelope? = nil, status: Standing.Status = .open, levels: [String] = []
  ) -> Standing {
    Standing(
      level: level, levels: levels + [level], status: status, envelope: envelope, envelopeHash: "", rows: "",
      owner: "agency", family: "set", at: 7, release: 1, by: "zhang", content: "e0")
  }

  /// A proposal of what such a set is, signed by somebody.
  func agreement(
    _ facts: DatasetFacts, level: String? = nil, by approver: String = "li", roles: [String] = ["approver"],
    of organization: String = "agency", content: String = "e1", most: Int? = nil, text: String = "t",
    isSigned: Bool = true
  ) -> Agreement {
    let envelope = Self.envelope(verdict(facts), level: level, most: most, text: text)
    let motion = Motion(
      subject: "dataset:set", from: 7, aim: .envelope(envelope), content: content,
      reason: "names of public officers", expires: "2026-12-30T00:00:00Z")
    let vote = Agreement.Vote(person: approver, roles: roles, organization: organization)
    return Agreement(hash: "h", motion: motion, proposer: "zhang", votes: isSigned ? [vote] : [])
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
    let pass = try Gate.clear(
      request(Self.personal, agreements: [agreement(Self.personal)]), scale: scale)
    #expect(pass.level.id == "L1")
    #expect(pass.rows != nil)
    #expect(pass.agreement?.votes.map(\.person) == ["li"])
    #expect(pass.envelope?.findings.isEmpty == false)
  }

  @Test func `refuses what is not signed, signed by who publishes, without the role, or by others`() {
    func code(_ agreement: Agreement) -> [Problem.Code]? {
      refusal(request(Self.personal, agreements: [agreement]))?.reasons.map(\.code)
    }
    #expect(code(agreement(Self.personal, isSigned: false))?.contains(.approvalMissing) == true)
    #expect(code(agreement(Self.personal, by: "zhang"))?.contains(.approvalBySelf) == true)
    #expect(code(agreement(Self.personal, roles: ["custodian"]))?.contains(.approvalWithoutRole) == true)
    #expect(code(agreement(Self.personal, of: "elsewhere"))?.contains(.approvalWithoutRole) == true)
    #expect(code(agreement(Self.personal, of: "bureau")) == nil)
    #expect(code(agreement(Self.personal, content: "e0"))?.contains(.approvalStale) == true)
    #expect(code(agreement(Self.personal, text: "other"))?.contains(.approvalStale) == true)
    #expect(code(agreement(Self.personal, most: 0))?.contains(.approvalStale) == true)
    #expect(code(agreement(Self.personal, level: "L2"))?.contains(.approvalMissing) == true)
  }

  @Test func `lets content within the envelope pass without anybody, and names what leaves it`() throws {
    let agreed = Self.envelope(verdict(Self.personal)).withHeadroom(rows: 100, until: "2027-11-30")
    let standing = Self.standing("L1", envelope: agreed)
    let pass = try Gate.clear(request(Self.personal, standing: standing, changedRows: 10), scale: scale)
    #expect(pass.level.id == "L1" && pass.agreement == nil && pass.envelope == agreed)
    func departures(_ request: GateRequest) -> [Departure.Code] {
      Gate.departures(request, scale: scale).map(\.code)
    }
    let rows = request(Self.personal, standing: standing, changedRows: 11)
    #expect(departures(rows) == [.rows])
    #expect(refusal(rows)?.reasons.map(\.code).contains(.leftEnvelope) == true)
    #expect(departures(request(Self.personal, standing: standing, changedRows: nil)) == [.rows])
    var words = agreed
    words.text = "another title"
    #expect(departures(request(Self.personal, standing: Self.standing("L1", envelope: words))) == [.text])
    var ended = agreed
    ended.until = "2026-11-29"
    #expect(departures(request(Self.personal, standing: Self.standing("L1", envelope: ended))) == [.ended])
    var fewer = agreed
    fewer.findings = []
    #expect(
      departures(request(Self.personal, standing: Self.standing("L1", envelope: fewer))).contains(.finding))
  }

  @Test func `refuses to open personal data without a written reason even with a signature`() {
    let facts = `The level of a dataset`.facts(findings: [Self.ids])
    let codes = refusal(request(facts, agreements: [agreement(facts)]))?.reasons.map(\.code)
    #expect(codes == [.missingReason])
  }

  @Test func `holds data at the evidence's level where the lower declaration is not signed`() throws {
    let facts = `The level of a dataset`.facts(
      declared: "L2", basis: true, reason: true, findings: [Self.ids])
    #expect(try Gate.clear(request(facts), scale: scale).level.id == "L3")
    let lowered = try Gate.clear(request(facts, agreements: [agreement(facts)]), scale: scale)
    #expect(lowered.level.id == "L2")
    let stale = try Gate.clear(
      request(facts, agreements: [agreement(facts, content: "e0")]), scale: scale)
    #expect(stale.level.id == "L3")
  }

  @Test func `wants two people to open and one to close`() throws {
    #expect(throws: Never.self) {
      try Gate.clear(request(Self.open, standing: Self.standing("L1")), scale: scale)
    }
    let lowering = try #require(refusal(request(Self.open, standing: Self.standing("L2"))))
    #expect(lowering.needs.map(\.kind) == [.lowering])
    let lowered = request(Self.open, standing: Self.standing("L2"), agreements: [agreement(Self.open)])
    #expect(try Gate.clear(lowered, scale: scale).rows != nil)
    #expect(
      try Gate.clear(request(Self.restricted, standing: Self.standing("L1")), scale: scale).level.id == "L3")
    #expect(
      try Gate.clear(request(Self.restricted, standing: Self.standing("L2")), scale: scale).level.id == "L3")
    // What closes tells nothing new of what was not open before.
    var other = Self.envelope(verdict(Self.restricted), level: "L2")
    other.results = "fewer"
    let wider = refusal(request(Self.restricted, standing: Self.standing("L2", envelope: other)))
    #expect(wider?.reasons.map(\.code).contains(.leftEnvelope) == true)
  }

  @Test func `does not take a level below the evidence for closing, where nobody has agreed to that`() throws
  {
    // Open and clean until now; then numbers of persons came, and one person would hold it at L2.
    let held = `The level of a dataset`.facts(declared: "L2", basis: true, reason: true, findings: [Self.ids])
    let pass = try Gate.clear(request(held, standing: Self.standing("L1")), scale: scale)
    #expect(pass.level.id == "L3")
    let agreed = Self.standing("L1", envelope: Self.envelope(verdict(Self.personal)))
    #expect(try Gate.clear(request(held, standing: agreed), scale: scale).level.id == "L2")
  }

  @Test func `holds to an envelope what was ever held higher, and wants two people for what is out`() throws {
    // Once at L3, opened by two people, and now other words.
    var agreed = Self.envelope(verdict(Self.open))
    agreed.text = "as it was agreed"
    let was = Self.standing("L1", envelope: agreed, levels: ["L3"])
    #expect(refusal(request(Self.open, standing: was))?.needs.map(\.kind) == [.widening])
    let suspended = Self.standing("L1", status: .suspended)
    #expect(refusal(request(Self.open, standing: suspended))?.needs.map(\.kind) == [.reopening])
    let reopened = request(Self.open, standing: suspended, agreements: [agreement(Self.open)])
    #expect(refusal(reopened) == nil)
    let retired = request(
      Self.open, standing: Self.standing("L1", status: .retired), agreements: [agreement(Self.open)])
    #expect(refusal(retired)?.reasons.map(\.code) == [.retired])
  }

  @Test func `asks what the scale asks for and nothing more`() throws {
    let lenient = try testScale(
      ApprovalRules(roles: [.lowering: "head", .policyChange: "head"]))
    let standing = Self.standing("L2")
    let opened = request(
      Self.open, standing: standing, agreements: [agreement(Self.open)], in: lenient)
    #expect(throws: GateRefusal.self) { try Gate.clear(opened, scale: lenient) }
    let byHead = request(
      Self.open, standing: standing, agreements: [agreement(Self.open, roles: ["head"])], in: lenient)
    #expect(throws: Never.self) { try Gate.clear(byHead, scale: lenient) }
    // A first publication is one person's word, unless the scale says otherwise.
    #expect(refusal(request(Self.open, first: true)) == nil)
    let strict = try testScale(ApprovalRules(roles: [.lowering: "head", .firstOpening: "head"]))
    #expect(throws: GateRefusal.self) {
      try Gate.clear(request(Self.open, first: true, in: strict), scale: strict)
    }
    #expect(throws: Never.self) { try Gate.clear(request(Self.open, in: strict), scale: strict) }
  }

  @Test func `keeps important and core data closed whoever signs`() {
    let facts = `The level of a dataset`.facts(declared: "L1", flags: ["important"], reason: true)
    let signed = agreement(facts, level: "L1")
    #expect(refusal(request(facts, agreements: [signed]))?.reasons.map(\.code) == [.openingRestricted])
    let held = `The level of a dataset`.facts(declared: "L2", flags: ["core"], basis: true, reason: true)
    let pass = try? Gate.clear(request(held, agreements: [agreement(held, level: "L2")]), scale: scale)
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
      let codes = refusal(request(facts, agreements: [agreement(facts, level: declared)]))?.reasons.map(
        \.code)
      #expect(codes?.contains(.secrecyMarking) == true)
    }
  }

  @Test func `says every reason in Chinese and English, with what to do`() throws {
    let refused = try #require(
      refusal(request(Self.personal, agreements: [agreement(Self.personal, content: "e0")])))
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
  static func signed(
    by approver: String = "li", to hash: String = "p2", roles: [String] = ["approver"],
    of organization: String = "bureau"
  ) -> Agreement {
    Agreement(
      hash: "h",
      motion: Motion(
        subject: "policy", from: 0, aim: .policy(hash), reason: "new quotas", expires: "2026-12-30T00:00:00Z"),
      proposer: "zhang", votes: [Agreement.Vote(person: approver, roles: roles, organization: organization)])
  }

  func codes(_ agreements: [Agreement], next: Scale? = nil, managerSigns: Bool = true) throws -> [Problem
    .Code]
  {
    let previous = try testScale()
    do {
      _ = try Gate.change(
        .policyChange, of: "policy", to: .policy("p2"), hash: "p2", by: "zhang", agreements: agreements,
        manager: "bureau", managerSigns: managerSigns, previous: previous, next: next ?? previous)
      return []
    } catch { return error.reasons.map(\.code) }
  }

  @Test func `needs a second person by the previous policy`() throws {
    #expect(try codes([]) == [.policyChangeUnapproved])
    #expect(try codes([Self.signed()]) == [])
    #expect(try codes([Self.signed(by: "zhang")]).contains(.approvalBySelf))
    #expect(try codes([Self.signed(to: "p3")]) == [.policyChangeUnapproved])
    #expect(try codes([Self.signed(roles: ["custodian"])]).contains(.approvalWithoutRole))
    #expect(try codes([Self.signed(of: "elsewhere")]).contains(.approvalWithoutRole))
    #expect(try codes([Self.signed(of: "elsewhere")], managerSigns: false) == [])
  }

  @Test func `cannot remove the second person even when signed`() throws {
    let kinds: [ApprovalKind] = [
      .belowEvidence, .lowering, .legalBasisChange, .detectorOverride, .policyChange,
    ]
    for kind in kinds {
      let roles = Dictionary(uniqueKeysWithValues: kinds.filter { $0 != kind }.map { ($0, "approver") })
      let next = try testScale(ApprovalRules(roles: roles))
      #expect(try codes([Self.signed()], next: next).contains(.secondPersonRemoved))
    }
  }
}
