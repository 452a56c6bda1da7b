import Bytes
import Catalogs
import Disclosure
import Policies
import Results

/// What a rehearsal tries beside what is declared. Nothing of it is kept: the draws of another profile are made in memory
/// and forgotten, and no release is written.
extension Publisher {
  /// Seals a dataset's statistics under every profile that may serve its level, and notes in their reports what each
  /// would show.
  /// - Parameter before: what was out of the family before these results, with the changes since.
  func tryProfiles(
    _ results: [ResultDeclaration], _ data: Microdata, _ survey: Survey, _ judgement: Judgement,
    since before: ResultHistory, into reports: inout [CompilerReport]
  ) throws {
    let dataset = judgement.examination.dataset
    let places = results.map { result in
      reports.firstIndex { $0.dataset == dataset.name && $0.result == result.name }
    }
    for place in places {
      guard let place, !reports[place].carriedWhole else { continue }
      reports[place].profiles = [ProfileOutcome(reports[place], isDeclared: true)]
    }
    for profile in policies.profiles(serving: judgement.pass.level) {
      guard zip(results, places).contains(where: { $0.profile != profile.name && $1 != nil }) else {
        continue
      }
      progress(.trying(dataset: dataset.name, profile: profile.name))
      var history = before
      for (result, place) in zip(results, places) {
        guard let place, !reports[place].carriedWhole else { continue }
        let fitted = FittedDeclaration(result, to: profile, shape: data.shape)
        let outcome: ProfileOutcome
        do {
          let made = try Statistics.compute(
            data, survey, dataset: dataset, result: fitted.result, profile: profile, keys: keys.protection,
            policyHash: policies.hash, history: history, isCompared: true, now: options.now)
          history = made.history
          outcome = ProfileOutcome(made.report, isDeclared: false, leftOut: fitted.leftOut)
        } catch {
          outcome = ProfileOutcome(
            name: profile.name, isDeclared: false,
            refused: Text([("zh", error.message(in: "zh")), ("en", error.message)]))
        }
        // As declared it is there already, with the other results as they are declared.
        if result.profile != profile.name { reports[place].profiles.append(outcome) }
      }
    }
  }
}
