/// One thing that speaks for a level.
struct Contribution {
  enum Source { case fieldLevel, detector, flag, volume, combination, risk, source, unread }

  let source: Source
  let item: EvidenceItem
  let level: Level
  let personal: Bool

  /// Whether a detector saw it in the data, rather than a person declaring it.
  var fromDetectors: Bool {
    switch source {
    case .detector, .volume, .combination, .risk: true
    case .fieldLevel, .flag, .source, .unread: false
    }
  }

  /// The field it is about, or the rule.
  var place: String { item.field ?? item.rule }
}

/// Everything that speaks for a level but the declaration, the highest level first.
struct Evidence {
  private(set) var contributions: [Contribution] = []
  private(set) var problems: [Problem] = []
  let level: Level

  init(of facts: DatasetFacts, scale: Scale, policy: DetectorPolicy) {
    var collected: [Contribution] = []
    var wrong: [Problem] = []
    /// A level that the scale does not have counts as the closed one: fails closed.
    func resolve(_ id: String, _ place: String) -> Level {
      if let level = scale.level(id) { return level }
      wrong.append(Words.problem(.unknownLevel, id, place))
      return scale.forced
    }

    for flag in facts.flags where scale.flagsForcingClosed.contains(flag) {
      let item = EvidenceItem(
        rule: "flag", field: nil, values: facts.rows, matches: facts.rows, share: facts.rows == 0 ? 0 : 1,
        level: scale.forced.id, explanation: Words.flag(flag, scale.forced.id))
      collected.append(Contribution(source: .flag, item: item, level: scale.forced, personal: false))
    }
    for unread in facts.unread {
      wrong.append(Words.unread(unread))
      let item = EvidenceItem(
        rule: "unread", field: unread.place, values: facts.rows, matches: 0, share: 0, level: scale.forced.id,
        explanation: Words.unread(unread).message)
      collected.append(Contribution(source: .unread, item: item, level: scale.forced, personal: false))
    }
    for source in facts.sources {
      let level = resolve(source.level, source.name)
      let item = EvidenceItem(
        rule: "source", field: source.name, values: facts.rows, matches: 0, share: 0, level: level.id,
        explanation: Words.source(source.name, level.id))
      collected.append(Contribution(source: .source, item: item, level: level, personal: false))
    }
    for field in facts.fields {
      guard let id = field.declaredLevel else { continue }
      let level = resolve(id, field.name)
      guard level > scale.lowest else { continue }
      let item = EvidenceItem(
        rule: "field-level", field: field.name, values: facts.rows, matches: 0, share: 0, level: level.id,
        explanation: Words.fieldLevel(field.name, level.id))
      collected.append(Contribution(source: .fieldLevel, item: item, level: level, personal: false))
    }
    for finding in facts.findings {
      let level = resolve(finding.level, finding.rule)
      if finding.refuses { wrong.append(Words.problem(.secrecyMarking, finding.field, facts.name)) }
      if finding.isInName, !wrong.contains(where: { $0.code == .personalHeader }) {
        wrong.append(Words.problem(.personalHeader, finding.field, facts.name))
      }
      let item = EvidenceItem(
        rule: finding.rule, field: finding.field, values: finding.values, matches: finding.matches,
        share: finding.share, level: level.id, examples: finding.examples,
        explanation: Words.finding(finding, title: policy.detector(finding.rule)?.title ?? [:]),
        publicExplanation: Words.publicFinding(finding, title: policy.detector(finding.rule)?.title ?? [:]))
      collected.append(Contribution(source: .detector, item: item, level: level, personal: finding.personal))
    }
    for rule in policy.combinations where Self.holds(rule, in: facts) {
      let level = resolve(rule.level, rule.id)
      let item = EvidenceItem(
        rule: rule.id, field: nil, values: facts.rows, matches: facts.rows, share: facts.rows == 0 ? 0 : 1,
        level: level.id, explanation: Words.combination(rule, fields: Self.fields(of: rule, in: facts)))
      collected.append(Contribution(source: .combination, item: item, level: level, personal: rule.personal))
    }
    if let risk = facts.risk {
      for rule in policy.risk {
        guard let sentence = Self.breach(of: rule, by: risk) else { continue }
        let level = resolve(rule.level, rule.id)
        let below = Int((risk.shareBelow(k: rule.minimumK) * Double(risk.rows)).rounded())
        let item = EvidenceItem(
          rule: rule.id, field: nil, values: risk.rows, matches: below,
          share: risk.shareBelow(k: rule.minimumK),
          level: level.id, explanation: sentence, publicExplanation: Words.title(rule.title, rule.id))
        collected.append(Contribution(source: .risk, item: item, level: level, personal: true))
      }
    }
    if let promise = facts.promise, let risk = facts.risk, risk.rows > 0,
      risk.objection(dataset: facts.name, minimumK: promise.kAnonymity, minimumL: promise.lDiversity) == nil
    {
      let item = EvidenceItem(
        rule: "view", field: nil, values: risk.rows, matches: 0, share: 0, level: scale.lowest.id,
        explanation: Words.promiseKept(promise, risk), publicExplanation: Words.promise(promise))
      collected.append(Contribution(source: .risk, item: item, level: scale.lowest, personal: false))
    }
    let records = Self.personalRecords(in: facts, collected, scale: scale)
    for rule in policy.volume where records >= rule.records {
      let level = resolve(rule.level, rule.id)
      let item = EvidenceItem(
        rule: rule.id, field: nil, values: facts.rows, matches: records,
        share: facts.rows == 0 ? 0 : min(1, Double(records) / Double(facts.rows)), level: level.id,
        explanation: Words.volume(rule, records: records), publicExplanation: Words.title(rule.title, rule.id)
      )
      collected.append(Contribution(source: .volume, item: item, level: level, personal: true))
    }

    // A stable order: the highest level first, then as declared, detected and computed above.
    contributions = collected.enumerated().sorted {
      $0.element.level.rank == $1.element.level.rank
        ? $0.offset < $1.offset : $0.element.level.rank > $1.element.level.rank
    }.map(\.element)
    problems = wrong
    level = contributions.first?.level ?? scale.lowest
  }

  private static func holds(_ rule: CombinationRule, in facts: DatasetFacts) -> Bool {
    guard !rule.all.isEmpty || !rule.any.isEmpty else { return false }
    return rule.all.allSatisfy { !fields(of: $0, in: facts).isEmpty }
      && (rule.any.isEmpty || rule.any.contains { !fields(of: $0, in: facts).isEmpty })
  }

  private static func fields(of rule: CombinationRule, in facts: DatasetFacts) -> [String] {
    var seen: Set<String> = []
    return (rule.all + rule.any).flatMap { fields(of: $0, in: facts) }.filter { seen.insert($0).inserted }
  }

  private static func fields(of term: CombinationTerm, in facts: DatasetFacts) -> [String] {
    switch term {
    case .detector(let id): facts.findings.filter { $0.rule == id }.map(\.field)
    case .role(let role): facts.fields.filter { $0.role == role }.map(\.name)
    case .field(let name): facts.fields.filter { $0.name == name }.map(\.name)
    }
  }

  /// Why the measures break the rule, in words; nil where they keep it.
  private static func breach(of rule: RiskRule, by risk: RiskMeasures) -> [String: String]? {
    guard risk.rows > 0, !risk.quasiIdentifiers.isEmpty else { return nil }
    if risk.smallestGroup < rule.minimumK, risk.shareBelow(k: rule.minimumK) > rule.maximumShareBelowK {
      return Words.risk(rule, risk)
    }
    if rule.minimumL > 1, let thin = risk.diversity.first(where: { $0.fewestValues < rule.minimumL }) {
      return Words.diversity(rule, thin, risk)
    }
    return nil
  }

  /// The number of persons (or records about persons) that the dataset holds; 0 where nothing is personal.
  private static func personalRecords(in facts: DatasetFacts, _ found: [Contribution], scale: Scale) -> Int {
    guard found.contains(where: { $0.personal }) else { return 0 }
    if let units = facts.subjectUnits { return units }
    let matched = facts.findings.filter(\.personal).map(\.matches).max() ?? 0
    let whole = found.contains { $0.personal && ($0.source == .risk || $0.source == .combination) }
    return whole ? max(matched, facts.rows) : matched
  }
}
