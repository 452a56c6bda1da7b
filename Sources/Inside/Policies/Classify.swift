/// Decides the level of a dataset from what is declared and what was found (DESIGN section 4, rules 1, 2 and 5).
///
/// The level is the highest of the declared one, the fields' levels, the detectors' findings, flags, volume,
/// combinations and risk (就高从严). Equal facts, scale and policy give an equal verdict, byte for byte in
/// `Verdict.evidenceText`. Nothing is refused here: the gate refuses, by `problems` and `requiresApproval`.
package func classify(_ facts: DatasetFacts, scale: Scale, policy: DetectorPolicy) -> Verdict {
  let evidence = Evidence(of: facts, scale: scale, policy: policy)
  var problems = evidence.problems
  var needs: [ApprovalNeed] = []

  if let promise = facts.promise,
    let problem = facts.risk?.objection(
      dataset: facts.name, minimumK: promise.kAnonymity, minimumL: promise.lDiversity)
  {
    problems.append(problem)
  }
  if facts.declaredLevel.isEmpty { return undeclared(facts, evidence, problems, scale, policy) }
  var declared = scale.level(facts.declaredLevel)
  if declared == nil {
    problems.append(Words.problem(.unknownLevel, facts.declaredLevel, facts.name))
    declared = scale.forced
  }
  let declaredLevel = declared ?? scale.forced
  let found = evidence.level
  var level = max(declaredLevel, found)

  // What was not read cannot be signed for: it is the one problem to solve.
  if declaredLevel < found, facts.unread.isEmpty {
    let above = evidence.contributions.filter { $0.level > declaredLevel }
    let flagged = above.contains { $0.source == .flag }
    let kind: ApprovalKind = above.contains { $0.fromDetectors } ? .detectorOverride : .belowEvidence
    let opens = declaredLevel.openness == .unconditional
    if flagged {
      // Important and core data stay closed whoever signs (GB/T 43697-2024).
      if opens { problems.append(Words.problem(.openingRestricted, found.id, facts.name)) }
    } else if let role = scale.approvals.role(for: kind) {
      if opens {
        let personal = above.contains { $0.personal }
        problems.append(
          Words.problem(
            personal ? .openingPersonal : .openingRestricted, found.id, above.first?.place ?? facts.name))
        if !facts.hasReason { problems.append(Words.problem(.missingReason, declaredLevel.id, facts.name)) }
      }
      if facts.hasReason || opens {
        needs.append(
          ApprovalNeed(
            kind: kind, dataset: facts.name, from: found.id, to: declaredLevel.id, role: role, blocking: opens
          ))
      }
    } else if facts.hasReason {
      level = declaredLevel
    } else if opens {
      problems.append(Words.problem(.missingReason, declaredLevel.id, facts.name))
    }
  }
  // Where the declaration opens what the evidence restricts, that is the problem to solve first.
  if declaredLevel.openness != .unconditional, level.openness != .unconditional, !facts.hasLegalBasis {
    problems.append(Words.problem(.missingLegalBasis, level.id, facts.name))
  }

  let declaration = EvidenceItem(
    rule: "declared", field: nil, values: facts.rows, matches: 0, share: 0, level: facts.declaredLevel,
    explanation: Words.declared(
      facts.declaredLevel, legalBasis: facts.hasLegalBasis, isOpen: declaredLevel.openness == .unconditional))
  return Verdict(
    dataset: facts.name, level: level, declared: facts.declaredLevel, evidenceLevel: found.id,
    items: [declaration] + evidence.contributions.map(\.item),
    wouldChange: Suggestions(
      facts: facts, scale: scale, policy: policy, level: level, declared: declaredLevel
    ).words,
    problems: problems, requiresApproval: needs, hasLegalBasis: facts.hasLegalBasis,
    hasReason: facts.hasReason)
}

/// The verdict on a bare table: the evidence decides, and nothing stands against it but a secrecy marking, and what
/// was not read.
private func undeclared(
  _ facts: DatasetFacts, _ evidence: Evidence, _ problems: [Problem], _ scale: Scale, _ policy: DetectorPolicy
) -> Verdict {
  Verdict(
    dataset: facts.name, level: evidence.level, declared: "", evidenceLevel: evidence.level.id,
    items: evidence.contributions.map(\.item),
    wouldChange: Suggestions(
      facts: facts, scale: scale, policy: policy, level: evidence.level, declared: evidence.level
    ).words,
    problems: problems, requiresApproval: [], hasLegalBasis: facts.hasLegalBasis, hasReason: facts.hasReason)
}
