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
        sentences += Self.changing(facts, scale, policy, from: found.level)
      }
      if let risk = facts.risk, risk.remedies.isEmpty, top.contains(where: { $0.source == .risk }) {
        for without in risk.withoutField.filter({ $0.smallestGroup > risk.smallestGroup }).prefix(3) {
          sentences.append(Words.wouldBand(without))
        }
      }
    }
    words = sentences
  }

  /// The fewest changes that lower the level: a single field dropped, quasi-identifiers made coarser, or both.
  private static func changing(
    _ facts: DatasetFacts, _ scale: Scale, _ policy: DetectorPolicy, from level: Level
  ) -> [[String: String]] {
    let names = facts.fields.map(\.name)
    // Only what the evidence rests on is worth leaving out: a table may have thousands of columns.
    let counting = Set(
      facts.findings.map(\.field) + (facts.risk?.quasiIdentifiers ?? [])
        + facts.fields.filter { $0.declaredLevel != nil || $0.role != nil }.map(\.name)
        + policy.combinations.flatMap { $0.all + $0.any }.compactMap { term in
          if case .field(let name) = term { name } else { nil }
        })
    var singles: [[String: String]] = []
    for name in names where counting.contains(name) {
      let rest = facts.without([name])
      let left = Evidence(of: rest, scale: scale, policy: policy).level
      guard left < level else { continue }
      let measured = facts.risk?.quasiIdentifiers.contains(name) == true ? rest.risk : nil
      singles.append(
        Words.wouldChange(
          drop: [name], coarser: [], level: left.id, left: measured, wantedK: wantedK(policy)))
    }
    let coarser = remedies(facts, dropped: [], scale, policy, from: level)
    if !singles.isEmpty || !coarser.isEmpty {
      // A band loses less than a field, so it is told first where one alone is enough.
      let bands = coarser.filter { $0.changes.count == 1 && $0.changes[0].how != .drop }
      let told = bands.map { sentence(for: $0, dropped: [], facts, scale, policy) } + singles
      let all = told.isEmpty ? coarser.map { sentence(for: $0, dropped: [], facts, scale, policy) } : told
      return Array(all.prefix(5))
    }

    // Every field that holds the level up on its own evidence goes, then what rules still need.
    var dropped: [String] = []
    var rest = facts
    while true {
      let now = Evidence(of: rest, scale: scale, policy: policy)
      if now.level < level {
        return [
          Words.wouldChange(
            drop: dropped, coarser: [], level: now.level.id, left: rest.risk, wantedK: wantedK(policy))
        ]
      }
      let holding = now.contributions.first { $0.level == now.level && $0.item.field != nil }?.item.field
      if holding == nil, let remedy = remedies(facts, dropped: dropped, scale, policy, from: level).first {
        return [sentence(for: remedy, dropped: dropped, facts, scale, policy)]
      }
      let next = holding ?? rest.findings.first { $0.personal }?.field ?? rest.risk?.quasiIdentifiers.first
      guard let next, names.contains(next), !dropped.contains(next) else { return [] }
      dropped.append(next)
      rest = facts.without(dropped)
    }
  }

  /// Those of the fewest changes that lower the level, with the fewest dropped fields and the highest k first.
  private static func remedies(
    _ facts: DatasetFacts, dropped: [String], _ scale: Scale, _ policy: DetectorPolicy, from level: Level
  ) -> [Remedy] {
    guard let risk = facts.risk else { return [] }
    let gone = Set(risk.quasiIdentifiers.filter(dropped.contains))
    let enough = risk.remedies.filter { remedy in
      gone.isSubset(of: remedy.dropped)
        && Evidence(of: facts.without(dropped, remedy: remedy), scale: scale, policy: policy).level < level
    }
    let fewest = enough.map(\.changes.count).min() ?? 0
    let sorted = enough.filter { $0.changes.count == fewest }.enumerated().sorted { left, right in
      let (one, two) = (left.element, right.element)
      if one.dropped.count != two.dropped.count { return one.dropped.count < two.dropped.count }
      if one.smallestGroup != two.smallestGroup { return one.smallestGroup > two.smallestGroup }
      return left.offset < right.offset
    }.map(\.element)
    // Where much must change there are many ways, all much alike.
    return Array(sorted.prefix(fewest > 2 ? 1 : 3))
  }

  /// The k that the policy asks for.
  private static func wantedK(_ policy: DetectorPolicy) -> Int { policy.risk.map(\.minimumK).max() ?? 1 }

  private static func sentence(
    for remedy: Remedy, dropped: [String], _ facts: DatasetFacts, _ scale: Scale, _ policy: DetectorPolicy
  ) -> [String: String] {
    let rest = facts.without(dropped, remedy: remedy)
    return Words.wouldChange(
      drop: dropped + remedy.dropped.filter { !dropped.contains($0) }, coarser: remedy.changes,
      level: Evidence(of: rest, scale: scale, policy: policy).level.id, left: rest.risk,
      wantedK: wantedK(policy))
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
      findings: findings.filter { !dropped.contains($0.field) }, unread: unread, rows: rows,
      subjectUnits: subjectUnits,
      risk: left)
  }

  /// The same dataset with fields left out and quasi-identifiers changed.
  func without(_ dropped: [String], remedy: Remedy) -> DatasetFacts {
    let gone = dropped + remedy.dropped.filter { !dropped.contains($0) }
    let left = risk.map { risk in
      RiskMeasures(
        quasiIdentifiers: risk.quasiIdentifiers.filter { !gone.contains($0) }, declared: risk.declared,
        rows: risk.rows, groups: risk.groups, smallestGroup: remedy.smallestGroup,
        uniqueShare: remedy.uniqueShare, rowsInGroupsOfSize: remedy.rowsInGroupsOfSize,
        diversity: risk.diversity, sampled: risk.sampled)
    }
    // A field that is made coarser no longer shows what its detector found.
    let changed = Set(gone + remedy.changes.map(\.field))
    return DatasetFacts(
      name: name, declaredLevel: declaredLevel, flags: flags, hasLegalBasis: hasLegalBasis,
      hasReason: hasReason, fields: fields.filter { !gone.contains($0.name) },
      findings: findings.filter { !changed.contains($0.field) }, unread: unread, rows: rows,
      subjectUnits: subjectUnits,
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
