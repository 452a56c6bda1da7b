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
  /// Computes and protects every declared result of the conditional datasets. Results of one key family share draws
  /// and budget, so they are computed one after the other in the order of the catalogue, derived datasets after their
  /// sources. A result that an attack
  /// gets something out of is not published.
  func compute(_ judgements: [Judgement]) throws -> ComputedResults {
    var computed = ComputedResults(histories: history.results)
    try forgetUnitMaps()
    let derived = judgements.filter { $0.examination.dataset.join != nil }
    for judgement in judgements.filter({ $0.examination.dataset.join == nil }) + derived
    where judgement.pass.results != nil {
      let dataset = judgement.examination.dataset
      let statistics = dataset.results.filter(\.kind.hasCells)
      if !statistics.isEmpty { try keepFamily(of: dataset, statistics) }
      // Rows are read once for all statistics.
      var rows: (data: Microdata, survey: Survey)?
      let before = computed.histories[dataset.keyFamily] ?? ResultHistory()
      for result in dataset.results.filter({ !$0.kind.hasCells }) + statistics {
        progress(.computing(dataset: dataset.name, result: result.name))
        // A kind without a way to `Released`, which only Disclosure can mint, does not compile.
        let released: Released
        switch result.kind {
        case .verify, .score: released = try computeTags(of: result, judgement, into: &computed)
        case .statistic:
          let read: (data: Microdata, survey: Survey)
          if let rows {
            read = rows
          } else {
            let data = try Microdata.read(
              dataset, codeLists: catalog.codeLists, keys: keys.protection, room: .init(folder: portal.work))
            let before = computed.histories[dataset.keyFamily] ?? ResultHistory()
            read = (data, try Statistics.survey(data, of: dataset, history: before))
          }
          rows = read
          released = try computeCells(of: result, read.data, read.survey, judgement, into: &computed)
        }
        computed.released[dataset.name, default: []].append(released)
      }
      if options.dryRun, let rows {
        try tryProfiles(statistics, rows.data, rows.survey, judgement, since: before, into: &computed.reports)
      }
    }
    return computed
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
      policyHash: policies.hash, history: before, now: options.now, explains: options.dryRun)
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

  /// Refuses a published statistic that has moved to another key family: every number would be drawn anew beside the
  /// one that is out (DISCLOSURE a.2).
  private func keepFamily(of dataset: Dataset, _ statistics: [ResultDeclaration]) throws {
    let others = history.results.filter { family, known in
      family != dataset.keyFamily && statistics.contains { known.released(dataset.name, $0.name) != nil }
    }
    guard let family = others.keys.min() else { return }
    throw PublishingError(
      .refused,
      Wording(
        "\(dataset.name) was published in the key family '\(family)' and is now of '\(dataset.keyFamily)': every number would be drawn anew, and two draws can be averaged",
        "\(dataset.name) 曾以密钥族“\(family)”发布，现为“\(dataset.keyFamily)”：所有数字都会重新抽取，两次抽取可以取平均"),
      hint: Wording(
        "keep keyFamily: \"\(family)\", and give it to the datasets that are joined with it; or withdraw \(dataset.name) and publish it under another name",
        "请保留 keyFamily: \"\(family)\"，并让与之关联的数据集采用它；或撤回 \(dataset.name) 后改名发布"))
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
    if let problem = Gate.objection(to: profile, at: judgement.pass.level)
      ?? Gate.objection(toUnmeasured: profile, among: Array(policies.profiles.values))
    {
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
