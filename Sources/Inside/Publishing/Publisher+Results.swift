import Catalogs
import Disclosure
import Policies
import Results

/// The protected results of a publication, with what the next one has to know.
struct ComputedResults {
  var released: [String: [Released]] = [:]
  var histories: [String: ResultHistory] = [:]
  var reports: [CompilerReport] = []

  func of(_ dataset: String) -> [Released] { released[dataset] ?? [] }
}

extension Publisher {
  /// Computes and protects every declared result of the conditional datasets. Results of one key family share draws
  /// and budget, so they are computed one after the other in the order of the catalogue.
  func compute(_ judgements: [Judgement]) throws -> ComputedResults {
    var computed = ComputedResults(histories: history.results)
    for judgement in judgements where judgement.pass.results != nil {
      let dataset = judgement.examination.dataset
      for result in dataset.results where result.kind == .statistic {
        guard let profile = policies.profiles[result.profile] else {
          throw PublishingError(
            .refused,
            "\(dataset.name)/\(result.name) names the protection profile '\(result.profile)', which protection.json5 does not have"
          )
        }
        if let problem = Gate.objection(to: profile, at: judgement.pass.level) {
          throw Rejection(
            faults: [], faultCount: 0,
            objections: [Objection(dataset: dataset.name, reasons: [problem], needs: [])])
        }
        progress(.computing(dataset: dataset.name, result: result.name))
        let made = try Statistics.compute(
          dataset: dataset, result: result, profile: profile, keys: keys.protection,
          policyHash: policies.hash,
          history: computed.histories[dataset.keyFamily] ?? ResultHistory(), now: options.now,
          codeLists: catalog.codeLists)
        computed.released[dataset.name, default: []].append(made.released)
        computed.histories[dataset.keyFamily] = made.history
        computed.reports.append(made.report)
      }
    }
    return computed
  }
}
