import Bytes
import Catalogs
import Policies
import Publishing
import Results

extension AttackVerb {
  /// B5b alone, as a profile is qualified (DISCLOSURE, profiles): over one version, and over several with 2 % of the
  /// units changed in each. The entry holds the worse of the two.
  static func qualify(
    _ subjects: [() throws -> Attacking.Subject], seed: UInt64, _ invocation: Invocation
  ) throws -> ExitStatus {
    let wanted = try invocation.number("--canaries") ?? Canaries.Outcome.qualifying.canaries
    let versions = Set([1, max(1, try invocation.number("--versions") ?? 12)]).sorted()
    var qualifies = true
    var items: [JSON] = []
    for open in subjects {
      let subject = try open()
      guard var canaries = try canaries(subject, invocation) else { continue }
      var runs: [(versions: Int, outcome: Canaries.Outcome)] = []
      for count in versions {
        canaries.versions = count
        let outcome = try canaries.run(subject.target, canaries: wanted, seed: seed) {
          invocation.terminal.progress("\(subject.name) · B5b · \(said(count)) · \($0.canaries)/\(wanted)")
        }
        runs.append((count, outcome))
      }
      invocation.terminal.clearProgress()
      qualifies = qualifies && runs.allSatisfy { $0.outcome.qualifies }
      let entry = entry(subject, runs.map(\.outcome))
      if invocation.has("--json") {
        items.append(json(subject, runs, entry))
      } else {
        tell(subject, runs, entry, invocation.terminal)
      }
    }
    if invocation.has("--json") {
      invocation.terminal.print(bytes: JSON.array(items).serialized(pretty: true) + [0x0A])
    }
    return qualifies ? .done : .refused
  }

  /// What protection.json5 keeps of it.
  private static func entry(_ subject: Attacking.Subject, _ outcomes: [Canaries.Outcome]) -> JSON {
    [
      "attack": "B5b", "canaries": JSON(outcomes.map(\.canaries).min() ?? 0),
      "upperAccuracy": .number(Rounded.text(outcomes.map(\.upperBound).max() ?? 1)),
      "policyHash": .string(subject.profile.parametersHash),
    ]
  }

  private static func json(
    _ subject: Attacking.Subject, _ runs: [(versions: Int, outcome: Canaries.Outcome)], _ entry: JSON
  ) -> JSON {
    [
      "dataset": .string(subject.dataset.name), "result": .string(subject.result.name),
      "profile": .string(subject.profile.name),
      "runs": .array(
        runs.map { run in
          [
            "versions": JSON(run.versions), "canaries": JSON(run.outcome.canaries),
            "right": JSON(run.outcome.right), "accuracy": JSON(run.outcome.accuracy),
            "upperAccuracy": JSON(run.outcome.upperBound), "auc": JSON(run.outcome.auc),
          ]
        }), "qualifies": .bool(runs.allSatisfy { $0.outcome.qualifies }), "qualified": entry,
    ]
  }

  private static func tell(
    _ subject: Attacking.Subject, _ runs: [(versions: Int, outcome: Canaries.Outcome)], _ entry: JSON,
    _ terminal: Terminal
  ) {
    terminal.print(
      terminal.styled(subject.name, .bold) + "  "
        + Phrase("保护方案 \(subject.profile.name)", "profile \(subject.profile.name)").said)
    terminal.table(
      runs.map { ["B5b", said($0.versions), $0.outcome.line("").detail(Phrase.language)] }, indent: 2)
    terminal.print(
      runs.allSatisfy { $0.outcome.qualifies }
        ? "  qualified: \(String(decoding: entry.serialized(), as: UTF8.self)),"
        : Phrase(
          "  不合格：每项需至少 5000 个金丝雀，且上界不超过 0.55",
          "  not qualified: each takes at least 5000 canaries and an upper bound of at most 0.55"
        ).said)
  }

  private static func said(_ versions: Int) -> String {
    versions == 1
      ? Phrase("一个版本", "one version").said
      : Phrase("\(versions) 个版本，每版变动 2 %", "\(versions) versions, 2 % changed in each").said
  }
}
