import Bytes
import Catalogs
import Disclosure
import Policies
import Results

/// The protected results of a publication, with what the next one has to know.
struct ComputedResults {
  var released: [String: [Released]] = [:]
  var histories: [String: ResultHistory] = [:]
  var reports: [CompilerReport] = []
  var tagReports: [TagReport] = []

  func of(_ dataset: String) -> [Released] { released[dataset] ?? [] }
}

extension Publisher {
  /// Computes and protects every declared result of the conditional datasets. Those of one key family are read and surveyed
  /// together and share draws and budget, so they are sealed one after the other in the order of the catalogue, derived
  /// datasets after their sources. A result that an attack gets something out of is not published.
  func compute(_ judgements: [Judgement]) throws -> ComputedResults {
    var computed = ComputedResults(histories: history.results)
    try forgetUnitMaps()
    let derived = judgements.filter { $0.examination.dataset.join != nil }
    let all = (judgements.filter { $0.examination.dataset.join == nil } + derived).filter {
      $0.pass.results != nil
    }
    for judgement in all {
      let dataset = judgement.examination.dataset
      if dataset.results.contains(where: \.kind.hasCells) { try keepFamily(of: dataset) }
      for result in dataset.results where !result.kind.hasCells {
        progress(.computing(dataset: dataset.name, result: result.name))
        // A kind without a way to `Released`, which only Disclosure can mint, does not compile.
        let released: Released
        switch result.kind {
        case .verify, .score: released = try computeTags(of: result, judgement, into: &computed)
        case .statistic: continue
        }
        computed.released[dataset.name, default: []].append(released)
      }
    }
    var rest = all.filter { $0.examination.dataset.results.contains(where: \.kind.hasCells) }
    var units = try KnownUnits(history, keys: keys.protection)
    let families = Set(rest.map(\.examination.dataset.keyFamily))
    while let family = rest.first?.examination.dataset.keyFamily {
      try compute(
        family, rest.filter { $0.examination.dataset.keyFamily == family }, besides: families, &units,
        into: &computed)
      rest.removeAll { $0.examination.dataset.keyFamily == family }
    }
    return computed
  }

  /// All statistics of one key family.
  private func compute(
    _ family: String, _ members: [Judgement], besides families: Set<String>, _ units: inout KnownUnits,
    into computed: inout ComputedResults
  ) throws {
    // Rows are read once for all statistics; what is held of them in memory does not grow with the family.
    let room = Microdata.Room(limit: (96 << 20) / members.count, folder: portal.work)
    var read: [(dataset: Dataset, data: Microdata)] = []
    for judgement in members {
      let dataset = judgement.examination.dataset
      let first = dataset.results.first(where: \.kind.hasCells)?.name ?? ""
      progress(.computing(dataset: dataset.name, result: first))
      let watch = units.watch(dataset, families)
      let data = try Microdata.read(
        dataset, codeLists: catalog.codeLists, keys: keys.protection, room: room, watch: watch)
      try refuseSharedUnits(of: dataset, watch, isOld: units.old.contains(family))
      units.add(watch.units, to: family)
      read.append((dataset, data))
    }
    let k = policies.profiles.values.map(\.k).max()
    let surveyed = try FamilySurvey(read, history: computed.histories[family] ?? ResultHistory(), k: k ?? 1)
    computed.histories[family] = surveyed.history
    computed.histories[family]?.units = units.of(family)
    for place in read.indices { read[place].data = surveyed.data[place] }
    for (judgement, member) in zip(members, read) {
      let before = computed.histories[family] ?? surveyed.history
      for result in member.dataset.results where result.kind.hasCells {
        progress(.computing(dataset: member.dataset.name, result: result.name))
        let released = try computeCells(of: result, member.data, surveyed.survey, judgement, into: &computed)
        computed.released[member.dataset.name, default: []].append(released)
      }
      guard options.dryRun else { continue }
      try tryProfiles(
        member.dataset.results.filter(\.kind.hasCells), member.data, surveyed.survey, judgement,
        since: before, into: &computed.reports)
    }
  }

  /// Computes and protects one statistic, and attacks it.
  private func computeCells(
    of result: ResultDeclaration, _ data: Microdata, _ survey: Survey, _ judgement: Judgement,
    into computed: inout ComputedResults
  ) throws -> Released {
    let dataset = judgement.examination.dataset
    let profile = try profile(of: result, judgement)
    let before = computed.histories[dataset.keyFamily] ?? ResultHistory()
    let made = try Statistics.compute(
      data, survey, dataset: dataset, result: result, profile: profile, keys: keys.protection,
      policyHash: policies.hash, history: before, isCompared: true, now: options.now,
      explains: options.dryRun)
    if !made.report.carriedWhole {
      let target = try Statistics.target(
        data, dataset: dataset, result: result, profile: profile, keys: keys.protection)
      try withstand(
        try Attacks.deterministic(
          made.released, target: target, cube: made.cube, draws: (before, made.history)),
        "\(dataset.name)/\(result.name)")
    }
    computed.histories[dataset.keyFamily] = made.history
    computed.reports.append(made.report)
    return made.released
  }

  /// Removes the maps of large datasets that a run which wrote no release has left in the working folder.
  func forgetUnitMaps() throws {
    for name in try Files.list(portal.work) where name.hasPrefix("units-") {
      try Files.remove(Files.join(portal.work, name))
    }
  }

  /// The profile a result names, where it is strong enough for the dataset's level.
  private func profile(of result: ResultDeclaration, _ judgement: Judgement) throws -> ProtectionProfile {
    let name = judgement.examination.dataset.name
    guard let profile = policies.profiles[result.profile] else {
      throw PublishingError(
        .refused,
        Wording(
          "\(name)/\(result.name) names the protection profile '\(result.profile)', which protection.json5 does not have",
          "\(name)/\(result.name) 引用的保护方案“\(result.profile)”不在 protection.json5 中")
      )
    }
    let level = judgement.pass.level
    if let problem = Gate.objection(to: profile, at: level, bar: policies.bars[level.id]) {
      throw Rejection(
        faults: [], faultCount: 0, objections: [Objection(dataset: name, reasons: [problem], needs: [])])
    }
    return profile
  }

  /// Refuses a result that does not withstand the attacks that are tried before anything leaves (DISCLOSURE, profiles).
  private func withstand(_ report: AttackReport, _ result: String) throws {
    // What has too few cases to be judged stops nobody here: a figure that chance decides would flap.
    guard !report.failed.isEmpty else { return }
    throw PublishingError(
      .refused,
      Wording(
        "\(result) does not withstand the attacks: \(report.failures("en").joined(separator: "; "))",
        "\(result) 经不起攻击检验：\(report.failures("zh").joined(separator: "；"))"),
      hint:
        Wording(
          "leave out a table, band a dimension more coarsely, or choose a stronger profile in protection.json5",
          "请减少一个表、把维度归并得更粗，或在 protection.json5 中选择更强的方案"))
  }
}
