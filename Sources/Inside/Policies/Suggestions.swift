/// The smallest changes that would give another level, for `doorsill classify`.
struct Suggestions {
  let words: [[String: String]]

  init(facts: DatasetFacts, scale: Scale, policy: DetectorPolicy, level: Level, declared: Level) {
    let found = Evidence(of: facts, scale: scale, policy: policy)
    var sentences: [[String: String]] = []
    if declared > found.level {
      sentences.append(Words.wouldDeclare(found.level.id))
    }
    if found.level > scale.lowest {
      let top = found.contributions.filter { $0.level == found.level }
      if top.contains(where: { $0.source == .flag }) {
        sentences.append(Words.wouldUnflag())
      } else {
        sentences += Self.dropping(facts, scale, policy, from: found.level)
      }
      if let risk = facts.risk, top.contains(where: { $0.source == .risk }) {
        for without in risk.withoutField.filter({ $0.smallestGroup > risk.smallestGroup }).prefix(3) {
          sentences.append(Words.wouldBand(without))
        }
      }
    }
    words = sentences
  }

  /// Single fields whose loss lowers the level; where none does alone, the fewest that do together.
  private static func dropping(
    _ facts: DatasetFacts, _ scale: Scale, _ policy: DetectorPolicy, from level: Level
  ) -> [[String: String]] {
    let names = facts.fields.map(\.name)
    var singles: [[String: String]] = []
    for name in names {
      let left = Evidence(of: facts.without([name]), scale: scale, policy: policy).level
      if left < level { singles.append(Words.wouldDrop([name], left.id)) }
    }
    if !singles.isEmpty { return Array(singles.prefix(5)) }

    // Greedy: every field that holds the level up on its own evidence goes, then what rules still need.
    var dropped: [String] = []
    var rest = facts
    while true {
      let now = Evidence(of: rest, scale: scale, policy: policy)
      if now.level < level { return [Words.wouldDrop(dropped, now.level.id)] }
      let holding = now.contributions.first { $0.level == now.level && $0.item.field != nil }?.item.field
      let next = holding ?? rest.findings.first { $0.personal }?.field ?? rest.risk?.quasiIdentifiers.first
      guard let next, names.contains(next), !dropped.contains(next) else { return [] }
      dropped.append(next)
      rest = facts.without(dropped)
    }
  }
}

extension DatasetFacts {
  /// The same dataset with fields left out; risk is kept only as far as it was measured without the field.
  func without(_ dropped: [String]) -> DatasetFacts {
    var left = risk
    if let risk, risk.quasiIdentifiers.contains(where: dropped.contains) {
      let single = dropped.count == 1 ? risk.withoutField.first { $0.field == dropped[0] } : nil
      let remaining = risk.quasiIdentifiers.filter { !dropped.contains($0) }
      left =
        remaining.isEmpty
        ? nil
        : single.map {
          let unique = Int(($0.uniqueShare * Double(risk.rows)).rounded())
          return RiskMeasures(
            quasiIdentifiers: remaining, declared: risk.declared, rows: risk.rows, groups: risk.groups,
            smallestGroup: $0.smallestGroup, uniqueShare: $0.uniqueShare,
            rowsInGroupsOfSize: $0.rowsInGroupsOfSize.isEmpty ? [unique] : $0.rowsInGroupsOfSize,
            sampled: risk.sampled)
        } ?? risk.narrowed(to: remaining)
    }
    return DatasetFacts(
      name: name, declaredLevel: declaredLevel, flags: flags, hasLegalBasis: hasLegalBasis,
      hasReason: hasReason,
      fields: fields.filter { !dropped.contains($0.name) },
      findings: findings.filter { !dropped.contains($0.field) }, rows: rows, subjectUnits: subjectUnits,
      risk: left)
  }
}

extension RiskMeasures {
  /// The same figures over fewer fields: an upper bound of the risk, for it can only have shrunk.
  fileprivate func narrowed(to remaining: [String]) -> RiskMeasures {
    RiskMeasures(
      quasiIdentifiers: remaining, declared: declared, rows: rows, groups: groups,
      smallestGroup: smallestGroup,
      uniqueShare: uniqueShare, rowsInGroupsOfSize: rowsInGroupsOfSize, diversity: diversity,
      withoutField: withoutField.filter { remaining.contains($0.field) }, sampled: sampled)
  }
}
