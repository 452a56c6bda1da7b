import Policies
import Testing

@Suite struct `The level of a dataset` {
  let scale: Scale
  init() throws { scale = try testScale() }

  static func facts(
    declared: String = "L1", flags: [String] = [], basis: Bool = false, reason: Bool = false,
    fields: [FieldFacts] = [],
    findings: [Finding] = [], rows: Int = 1_000, units: Int? = nil, risk: RiskMeasures? = nil
  ) -> DatasetFacts {
    DatasetFacts(
      name: "set", declaredLevel: declared, flags: flags, hasLegalBasis: basis, hasReason: reason,
      fields: fields,
      findings: findings, unread: [], rows: rows, subjectUnits: units, risk: risk)
  }

  static let ids = Finding(
    rule: "residentID", field: "id", values: 1_000, matches: 1_000, level: "L3", personal: true,
    examples: ["419************9"])
  static let mails = Finding(
    rule: "email", field: "mail", values: 1_000, matches: 40, level: "L2", personal: true)

  func judge(_ facts: DatasetFacts, _ policy: DetectorPolicy = .standard) -> Verdict {
    classify(facts, scale: scale, policy: policy)
  }

  @Test func `is the declared one where nothing speaks against it`() {
    let verdict = judge(Self.facts())
    #expect(verdict.level.id == "L1")
    #expect(verdict.openness == .unconditional)
    #expect(verdict.problems.isEmpty)
    #expect(verdict.items.map(\.rule) == ["declared"])
  }

  @Test func `is the highest of declaration, fields, detectors and flags`() {
    #expect(judge(Self.facts(declared: "L2", basis: true)).level.id == "L2")
    #expect(judge(Self.facts(fields: [FieldFacts(name: "x", declaredLevel: "L3")])).level.id == "L3")
    #expect(judge(Self.facts(declared: "L2", basis: true, findings: [Self.ids])).level.id == "L3")
    #expect(judge(Self.facts(declared: "L3", basis: true, findings: [Self.mails])).level.id == "L3")
    #expect(judge(Self.facts(flags: ["core"])).level.id == "L4")
    #expect(judge(Self.facts(flags: ["remarkable"])).level.id == "L1")
  }

  @Test func `needs a legal basis above the open one`() {
    #expect(judge(Self.facts(declared: "L2")).problems.map(\.code) == [.missingLegalBasis])
    #expect(judge(Self.facts(declared: "L2", basis: true)).problems.isEmpty)
  }

  @Test func `may not be open where detectors call the data personal`() {
    let verdict = judge(Self.facts(findings: [Self.mails]))
    #expect(verdict.problems.map(\.code).contains(.openingPersonal))
    #expect(verdict.requiresApproval.map(\.kind) == [.detectorOverride])
    #expect(verdict.requiresApproval.allSatisfy { $0.blocking && $0.from == "L2" && $0.to == "L1" })
    let landline = Finding(
      rule: "landline", field: "tel", values: 10, matches: 10, level: "L1", personal: false)
    #expect(judge(Self.facts(findings: [landline])).problems.isEmpty)
  }

  @Test func `rises with many persons together`() {
    #expect(
      judge(Self.facts(declared: "L2", basis: true, findings: [Self.mails], units: 99_999)).level.id == "L2")
    #expect(
      judge(Self.facts(declared: "L2", basis: true, findings: [Self.mails], units: 100_000)).level.id
        == "L3")
    // Any number of units that are no persons raise nothing.
    #expect(judge(Self.facts(units: 5_000_000)).level.id == "L1")
  }

  @Test func `rises with fields that are harmless alone`() {
    let medical = Finding(
      rule: "medical", field: "note", values: 1_000, matches: 50, level: "L1", personal: false)
    #expect(judge(Self.facts(findings: [medical])).level.id == "L1")
    #expect(judge(Self.facts(declared: "L2", basis: true, findings: [Self.mails])).level.id == "L2")
    let both = judge(Self.facts(declared: "L2", basis: true, findings: [Self.mails, medical]))
    #expect(both.level.id == "L3")
    #expect(both.items.contains { $0.rule == "health-of-persons" })
  }

  @Test func `rises where quasi-identifiers single people out`() {
    func risk(_ unique: Double, _ below: Int) -> RiskMeasures {
      RiskMeasures(
        quasiIdentifiers: ["sex", "age"], declared: true, rows: 1_000, groups: 100, smallestGroup: 1,
        uniqueShare: unique, rowsInGroupsOfSize: [below] + Array(repeating: 0, count: 19),
        withoutField: [.init(field: "age", smallestGroup: 400, uniqueShare: 0)])
    }
    #expect(judge(Self.facts(risk: risk(0.04, 40))).level.id == "L1")
    let verdict = judge(
      Self.facts(fields: [FieldFacts(name: "sex"), FieldFacts(name: "age")], risk: risk(0.3, 300)))
    #expect(verdict.level.id == "L3")
    #expect(verdict.problems.map(\.code).contains(.openingPersonal))
    #expect(
      verdict.wouldChange.contains { ($0["en"] ?? "").contains("age") && ($0["en"] ?? "").contains("400") })
  }

  @Test func `is refused for a secrecy marking whatever is declared`() {
    let marked = Finding(
      rule: "secrecyMarking", field: "note", values: 10, matches: 1, level: "L4", personal: false,
      refuses: true)
    let verdict = judge(Self.facts(declared: "L4", basis: true, reason: true, findings: [marked]))
    #expect(verdict.problems.map(\.code).contains(.secrecyMarking))
  }

  @Test func `fails closed where a level does not exist`() {
    let verdict = judge(Self.facts(declared: "L9", basis: true))
    #expect(verdict.level.id == "L4")
    #expect(verdict.problems.map(\.code).contains(.unknownLevel))
    #expect(judge(Self.facts(fields: [FieldFacts(name: "x", declaredLevel: "secret")])).level.id == "L4")
  }

  @Test func `comes with what would change it`() {
    let fields = [FieldFacts(name: "id"), FieldFacts(name: "sum")]
    let drop = judge(Self.facts(fields: fields, findings: [Self.ids])).wouldChange
    #expect(drop.contains { ($0["en"] ?? "").contains("id") && ($0["en"] ?? "").contains("L1") })
    let second = Finding(
      rule: "mobile", field: "tel", values: 1_000, matches: 900, level: "L3", personal: true)
    let two = judge(
      Self.facts(fields: fields + [FieldFacts(name: "tel")], findings: [Self.ids, second])
    ).wouldChange
    #expect(two.contains { ($0["en"] ?? "").contains("id, tel") })
    let over = judge(Self.facts(declared: "L3", basis: true)).wouldChange
    #expect(over.contains { ($0["en"] ?? "").contains("L1") })
  }

  @Test func `is explained in Chinese and English with counts and masked examples`() throws {
    let verdict = judge(Self.facts(declared: "L3", basis: true, findings: [Self.ids]))
    let item = try #require(verdict.items.first { $0.rule == "residentID" })
    #expect(item.matches == 1_000)
    #expect(item.examples == ["419************9"])
    #expect(item.explanation["zh"]?.contains("1000 个值中有 1000 个") == true)
    #expect(item.explanation["en"]?.contains("100 %") == true)
    for item in verdict.items { #expect(item.explanation["zh"] != nil && item.explanation["en"] != nil) }
  }

  @Test func `is explained to the public without counts or examples`() {
    let verdict = judge(Self.facts(declared: "L3", basis: true, findings: [Self.ids], units: 1_000_000))
    #expect(verdict.items.count > 2)
    for item in verdict.items {
      for sentence in item.publicExplanation.values {
        #expect(!sentence.contains("1000") && !sentence.contains("*"), "\(sentence)")
      }
    }
  }

  @Test func `gives the same evidence byte for byte at a second look`() {
    let facts = Self.facts(fields: [FieldFacts(name: "id")], findings: [Self.ids, Self.mails], risk: nil)
    let first = judge(facts)
    let second = judge(facts)
    #expect(first == second)
    #expect(first.evidenceText == second.evidenceText)
    let other = Finding(
      rule: "residentID", field: "id", values: 1_000, matches: 999, level: "L3", personal: true)
    #expect(
      judge(Self.facts(fields: facts.fields, findings: [other, Self.mails])).evidenceText
        != first.evidenceText)
    #expect(
      judge(Self.facts(basis: true, fields: facts.fields, findings: facts.findings)).evidenceText
        != first.evidenceText)
  }

  @Test func `follows a scale that is a portal's own`() throws {
    let plain = try Scale(
      levels: [
        Level(id: "open", rank: 1, openness: .unconditional),
        Level(id: "conditional", rank: 2, openness: .conditional),
        Level(id: "closed", rank: 3, openness: .closed),
      ], approvals: ApprovalRules(everythingBy: "approver"))
    let policy = DetectorPolicy(detectors: [
      DetectorRule(
        id: "email", kind: .email, level: "conditional", threshold: 0, minimumMatches: 1, personal: true)
    ])
    let found = findings(in: "mail", of: ["a@example.com"], DetectorSet(policy))
    let facts = DatasetFacts(
      name: "set", declaredLevel: "open", hasLegalBasis: false, hasReason: false, fields: [], findings: found,
      unread: [],
      rows: 1)
    #expect(classify(facts, scale: plain, policy: policy).level.id == "conditional")
  }
}

@Suite struct `A scale` {
  let rules = ApprovalRules(everythingBy: "approver")

  @Test func `is refused where its levels do not make sense`() {
    let open = Level(id: "a", rank: 1, openness: .unconditional)
    let shut = Level(id: "b", rank: 2, openness: .closed)
    #expect(throws: ScaleError.empty) { try Scale(levels: [], approvals: rules) }
    #expect(throws: ScaleError.duplicateLevel("a")) {
      try Scale(levels: [open, Level(id: "a", rank: 2, openness: .closed)], approvals: rules)
    }
    #expect(throws: ScaleError.sameRank("a", "c")) {
      try Scale(levels: [open, Level(id: "c", rank: 1, openness: .closed)], approvals: rules)
    }
    #expect(throws: ScaleError.opensUpwards("b", "c")) {
      try Scale(levels: [open, shut, Level(id: "c", rank: 3, openness: .conditional)], approvals: rules)
    }
    #expect(throws: ScaleError.nothingOpen("b")) { try Scale(levels: [shut], approvals: rules) }
    #expect(throws: ScaleError.nothingClosed("a")) { try Scale(levels: [open], approvals: rules) }
    #expect(throws: Never.self) { try Scale(levels: [open], flagsForcingClosed: [], approvals: rules) }
  }

  @Test func `is ordered by rank whatever the order in the file`() throws {
    let scale = try Scale(
      levels: [
        Level(id: "b", rank: 2, openness: .closed), Level(id: "a", rank: 1, openness: .unconditional),
      ],
      approvals: rules)
    #expect(scale.levels.map(\.id) == ["a", "b"])
    #expect(scale.lowest.id == "a")
    #expect(scale.forced.id == "b")
  }
}
