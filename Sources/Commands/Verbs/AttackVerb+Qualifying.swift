import Bytes
import Catalogs
import Policies
import Publishing
import Results

extension AttackVerb {
  /// What one population gave away.
  private struct Trial {
    let population: String
    let attack: String
    let versions: Int
    let outcome: Canaries.Outcome
  }

  /// B5b and S8 as a profile is qualified by them (DISCLOSURE, profiles): each over one version and over several with 2 %
  /// of the units changed in each, on both generated populations and on the dataset that is named. The entry holds for
  /// each attack and number of versions the worst.
  static func qualify(_ name: String?, seed: UInt64, _ invocation: Invocation) throws -> ExitStatus {
    let policies = try PolicySet.load(folder: try invocation.portal().policies)
    let other = invocation.value("--profile")
    var trials: [(profile: ProtectionProfile, trials: [Trial])] = []
    if let name {
      let attacking = try Attacking(try invocation.portal())
      for open in try attacking.subjects(named: name, profile: other) {
        let subject = try open()
        guard var canaries = try canaries(subject, invocation) else { continue }
        canaries.share = 0.25
        let made = try self.trials(canaries, subject.target, subject.dataset.name, seed, invocation)
        trials.append((subject.profile, made))
      }
      guard !trials.isEmpty else {
        throw UsageFault(
          Phrase("没有可测量的结果服务“\(name)”", "there is no result '\(name)' to plant coins in"),
          hint: nearest(name, in: attacking.statistics).map {
            Phrase("是否要用 \($0)？", "did you mean \($0)?")
          })
      }
    } else {
      guard other.map({ policies.profiles[$0] != nil }) ?? true else {
        let known = policies.profiles.keys.sorted()
        throw UsageFault(
          Phrase("protection.json5 没有方案“\(other ?? "")”", "protection.json5 has no profile '\(other ?? "")'"),
          hint: Phrase("现有：\(known.joined(separator: "、"))", "it has \(known.joined(separator: ", "))"))
      }
      trials = policies.profiles.filter { other == nil || $0.key == other }.sorted { $0.key < $1.key }
        .map { ($0.value, []) }
    }
    var qualifies = true
    var items: [JSON] = []
    for place in trials.indices {
      let profile = trials[place].profile
      for population in GeneratedPopulation.allCases {
        let target = try population.target(profile)
        var canaries = population.canaries(target)
        canaries.tablesDrawn = target.tables.count
        trials[place].trials += try self.trials(canaries, target, population.rawValue, seed, invocation)
      }
      invocation.terminal.clearProgress()
      let record = record(trials[place].trials, of: profile, seed: seed)
      let serves = record.bound.map { bound in
        policies.bars.filter { bound <= $0.value }.map(\.key).sorted()
      }
      qualifies = qualifies && (record.bound.map { $0 <= Qualification.loosest } ?? false)
      if invocation.has("--json") {
        items.append(json(profile, trials[place].trials, record, serves ?? []))
      } else {
        tell(profile, trials[place].trials, record, serves ?? [], invocation.terminal)
      }
    }
    if invocation.has("--json") {
      invocation.terminal.print(bytes: JSON.array(items).serialized(pretty: true) + [0x0A])
    }
    return qualifies ? .done : .refused
  }

  /// Both attacks over one version and over several.
  private static func trials(
    _ canaries: Canaries, _ target: Target, _ population: String, _ seed: UInt64, _ invocation: Invocation
  ) throws -> [Trial] {
    let wanted = try invocation.number("--canaries") ?? Qualification.canaries
    let versions = Set([1, max(1, try invocation.number("--versions") ?? 12)]).sorted()
    var trials: [Trial] = []
    let summed = canaries.summed(target)
    for (canaries, target) in [(canaries, target)] + (summed.map { [$0] } ?? []) {
      for count in versions {
        var canaries = canaries
        canaries.versions = count
        let attack = canaries.attack
        let outcome = try canaries.run(target, canaries: wanted, seed: seed) {
          invocation.terminal.progress(
            "\(target.profile.name) · \(population) · \(attack) · \(said(count)) · \($0.canaries)/\(wanted)")
        }
        trials.append(Trial(population: population, attack: attack, versions: count, outcome: outcome))
      }
    }
    return trials
  }

  /// What protection.json5 keeps of it: bounds are rounded up.
  private static func record(
    _ trials: [Trial], of profile: ProtectionProfile, seed: UInt64
  ) -> Qualification {
    var populations: [String] = []
    for trial in trials where !populations.contains(trial.population) {
      populations.append(trial.population)
    }
    let runs = Dictionary(grouping: trials) { "\($0.attack) \(1000 + $0.versions)" }
      .sorted { $0.key < $1.key }.compactMap { _, same -> Qualification.Run? in
        guard let first = same.first else { return nil }
        return Qualification.Run(
          attack: first.attack, versions: first.versions,
          canaries: same.map(\.outcome.canaries).min() ?? 0,
          upperAccuracy: ((same.map(\.outcome.upperBound).max() ?? 1) * 1000).rounded(.up) / 1000)
      }
    return Qualification(
      populations: populations, seed: Int(clamping: seed), runs: runs, policyHash: profile.parametersHash)
  }

  private static func json(_ record: Qualification) -> JSON {
    [
      "form": 2, "populations": .array(record.populations.map { .string($0) }), "seed": JSON(record.seed),
      "policyHash": .string(record.policyHash),
      "runs": .array(
        record.runs.map { run in
          [
            "attack": .string(run.attack), "versions": JSON(run.versions), "canaries": JSON(run.canaries),
            "upperAccuracy": .number(Rounded.text(run.upperAccuracy)),
          ]
        }),
    ]
  }

  private static func json(
    _ profile: ProtectionProfile, _ trials: [Trial], _ record: Qualification, _ serves: [String]
  ) -> JSON {
    [
      "profile": .string(profile.name),
      "runs": .array(
        trials.map { trial in
          [
            "population": .string(trial.population), "attack": .string(trial.attack),
            "versions": JSON(trial.versions), "canaries": JSON(trial.outcome.canaries),
            "right": JSON(trial.outcome.right), "accuracy": JSON(trial.outcome.accuracy),
            "upperAccuracy": JSON(trial.outcome.upperBound), "auc": JSON(trial.outcome.auc),
          ]
        }), "bound": record.bound.map { JSON($0) } ?? .null,
      "serves": .array(serves.map { .string($0) }), "qualified": json(record),
    ]
  }

  private static func tell(
    _ profile: ProtectionProfile, _ trials: [Trial], _ record: Qualification, _ serves: [String],
    _ terminal: Terminal
  ) {
    terminal.print(terminal.styled(Phrase("保护方案 \(profile.name)", "profile \(profile.name)").said, .bold))
    terminal.table(
      trials.map { [$0.population, $0.attack, said($0.versions), $0.outcome.said(Phrase.language)] },
      indent: 2)
    terminal.print("  qualified: \(String(decoding: json(record).serialized(), as: UTF8.self)),")
    let bars = serves.joined(separator: Phrase("、", ", ").said)
    terminal.print(
      "  "
        + (record.bound == nil
        ? Phrase(
          "不合格：一个版本与十二个版本各需至少 \(Qualification.canaries) 个金丝雀",
          "not qualified: it takes at least \(Qualification.canaries) canaries over one version and over twelve"
        )
        : serves.isEmpty
          ? Phrase("达不到任何级别的及格线", "meets the bar of no level")
          : Phrase("可用于级别：\(bars)", "meets the bars of: \(bars)")).said)
  }

  private static func said(_ versions: Int) -> String {
    versions == 1
      ? Phrase("一个版本", "one version").said
      : Phrase("\(versions) 个版本，每版变动 2 %", "\(versions) versions, 2 % changed in each").said
  }
}
