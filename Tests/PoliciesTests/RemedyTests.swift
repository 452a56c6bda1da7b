import Policies
import Testing

@Suite struct `The smallest change that lowers a level` {
  /// Two hundred persons of every age from 20 to 59 and both sexes: each pair of age and sex has one or two of them.
  static let people: [[String]] = (0..<120).map { ["\(20 + $0 % 40)", $0 % 3 == 0 ? "f" : "m"] }

  static func risk(_ rows: [[String]], quasi: [String], units: [UInt64]? = nil, k: Int? = 5) -> RiskMeasures {
    var meter = RiskMeter(quasi: quasi, declared: true, remediesFor: k)
    for (number, row) in rows.enumerated() {
      for cell in row {
        var cell = cell
        cell.withUTF8 { meter.cell($0) }
      }
      meter.endRow(unit: units?[number])
    }
    return meter.measures()
  }

  static func verdict(_ risk: RiskMeasures, findings: [Finding] = []) throws -> Verdict {
    classify(
      DatasetFacts(
        name: "people", declaredLevel: "", hasLegalBasis: false, hasReason: false,
        fields: (findings.map(\.field) + risk.quasiIdentifiers).map { FieldFacts(name: $0) },
        findings: findings, unread: [],
        rows: risk.rows, risk: risk), scale: try testScale(), policy: .standard)
  }

  @Test func `is a band where a band is enough, and says what k results`() throws {
    let risk = Self.risk(Self.people, quasi: ["age", "sex"])
    #expect(risk.smallestGroup == 1)
    let band = try #require(risk.remedies.first { $0.changes == [.init(field: "age", how: .tens)] })
    #expect(band.smallestGroup == 10)
    let sentences = try Self.verdict(risk).wouldChange
    #expect(sentences.first?["en"] == "With “age” in bands of ten the evidence gives L1, with k = 10.")
    #expect(sentences.first?["zh"] == "将“age”按十归并，证据即降为 L1（k = 10）。")
  }

  @Test func `drops what a detector found and bands what singles people out`() throws {
    let mobile = Finding(
      rule: "mobile", field: "phone", values: 120, matches: 120, level: "L3", personal: true)
    let policy = DetectorPolicy(
      detectors: DetectorPolicy.standard.detectors,
      risk: [RiskRule(id: "singled-out", minimumK: 5, maximumShareBelowK: 0.01, level: "L3")])
    let risk = Self.risk(Self.people, quasi: ["age", "sex"])
    let facts = DatasetFacts(
      name: "people", declaredLevel: "", hasLegalBasis: false, hasReason: false,
      fields: ["phone", "age", "sex"].map { FieldFacts(name: $0) }, findings: [mobile], unread: [], rows: 120,
      risk: risk)
    let sentences = classify(facts, scale: try testScale(), policy: policy).wouldChange
    #expect(
      sentences.map { $0["en"] } == [
        "Without the field phone, with “age” in bands of ten the evidence gives L1, with k = 10."
      ])
  }

  @Test func `of dates and codes is their year and their first digits`() throws {
    let rows = (0..<400).map { number in
      ["19\(70 + number % 4)-0\(1 + number % 9)-1\(number % 10)", "33010\(number % 7)"]
    }
    let risk = Self.risk(rows, quasi: ["born", "division"])
    let changes = Set(risk.remedies.flatMap(\.changes))
    #expect(changes.contains(.init(field: "born", how: .year)))
    #expect(changes.contains(.init(field: "division", how: .prefix(2))))
    let both = try #require(
      risk.remedies.first {
        $0.changes == [.init(field: "born", how: .year), .init(field: "division", how: .prefix(2))]
      })
    #expect(both.smallestGroup == 100)
  }

  @Test func `is not sought where nobody asked`() {
    #expect(Self.risk(Self.people, quasi: ["age", "sex"], k: nil).remedies.isEmpty)
  }

  @Test func `counts a person with many rows once`() {
    // Ten rows of one person look like a group of ten, and are one.
    let rows = (0..<10).map { _ in ["f", "30"] } + (0..<6).map { _ in ["m", "40"] }
    let units = Array(repeating: UInt64(1), count: 10) + (2..<8).map { UInt64($0) }
    #expect(Self.risk(rows, quasi: ["sex", "age"]).smallestGroup == 6)
    let risk = Self.risk(rows, quasi: ["sex", "age"], units: units)
    #expect(risk.smallestGroup == 1)
    #expect(risk.rows == 7)
    #expect(risk.uniqueShare == 1.0 / 7)
    #expect(risk.withoutField.map(\.smallestGroup) == [1, 1])
  }
}

@Suite struct `A table that declares nothing` {
  static func facts(_ findings: [Finding] = []) -> DatasetFacts {
    DatasetFacts(
      name: "table.csv", declaredLevel: "", hasLegalBasis: false, hasReason: false,
      fields: findings.map { FieldFacts(name: $0.field) }, findings: findings, unread: [], rows: 10)
  }

  @Test func `is at the level of its evidence, and nothing stands against it`() throws {
    let found = Finding(
      rule: "residentID", field: "id", values: 10, matches: 10, level: "L3", personal: true)
    let verdict = classify(Self.facts([found]), scale: try testScale(), policy: .standard)
    #expect(verdict.level.id == "L3")
    #expect(verdict.problems.isEmpty && verdict.requiresApproval.isEmpty && verdict.declared.isEmpty)
    #expect(verdict.items.map(\.rule) == ["residentID"])
    #expect(classify(Self.facts(), scale: try testScale(), policy: .standard).level.id == "L1")
  }

  @Test func `is refused all the same for a secrecy marking`() throws {
    let marked = Finding(
      rule: "secrecyMarking", field: "header", values: 1, matches: 1, level: "L4", personal: false,
      refuses: true)
    let verdict = classify(Self.facts([marked]), scale: try testScale(), policy: .standard)
    #expect(verdict.problems.map(\.code) == [.secrecyMarking])
  }

  @Test func `does not pass the gate, however harmless`() throws {
    let scale = try testScale()
    let verdict = classify(Self.facts(), scale: scale, policy: .standard)
    let request = GateRequest(
      verdict: verdict, policyHash: "",
      content: Envelope(
        dataset: "a", family: "a", owner: "a", level: "L1", legalBasis: nil, fields: [], codeLists: [:],
        text: "",
        findings: [], subject: "", results: "", views: ""), contentHash: "", standing: nil, publisher: "a",
      manager: "a", day: "")
    let refusal = #expect(throws: GateRefusal.self) { try Gate.clear(request, scale: scale) }
    #expect(refusal?.reasons.map(\.code) == [.unknownLevel])
  }
}

@Suite struct `What a view promises` {
  static func verdict(k: Int, l: Int) throws -> Verdict {
    var meter = RiskMeter(quasi: ["sex"], sensitive: ["illness"], declared: true)
    for row in [["f", "a"], ["f", "b"], ["m", "a"], ["m", "b"], ["m", "c"]] {
      for cell in row {
        var cell = cell
        cell.withUTF8 { meter.cell($0) }
      }
      meter.endRow()
    }
    let facts = DatasetFacts(
      name: "view", declaredLevel: "L1", hasLegalBasis: false, hasReason: false, fields: [], findings: [],
      unread: [],
      rows: 5, risk: meter.measures(), promise: ViewPromise(kAnonymity: k, lDiversity: l))
    let policy = DetectorPolicy(detectors: DetectorPolicy.standard.detectors)
    return classify(facts, scale: try testScale(), policy: policy)
  }

  @Test func `stands in the evidence where it is kept`() throws {
    let verdict = try Self.verdict(k: 2, l: 2)
    #expect(verdict.problems.isEmpty)
    let item = try #require(verdict.items.first { $0.rule == "view" })
    #expect(item.explanation["en"]?.contains("k = 2 (2 promised), with at least l = 2") == true)
    #expect(
      item.publicExplanation["en"] == "An open view of a restricted dataset: at least 2 units in each group.")
  }

  @Test(arguments: [(3, 1), (2, 3)]) func `stands against publishing where it is not`(_ k: Int, _ l: Int)
    throws
  {
    let verdict = try Self.verdict(k: k, l: l)
    #expect(verdict.problems.map(\.code) == [.viewTooRisky])
    let scale = try testScale()
    let request = GateRequest(
      verdict: verdict, policyHash: "",
      content: Envelope(
        dataset: "a", family: "a", owner: "a", level: "L1", legalBasis: nil, fields: [], codeLists: [:],
        text: "",
        findings: [], subject: "", results: "", views: ""), contentHash: "", standing: nil, publisher: "a",
      manager: "a", day: "")
    #expect(throws: GateRefusal.self) { try Gate.clear(request, scale: scale) }
  }
}
