import Bytes
import Catalogs
import Policies
import Releases
import Trust

extension Publisher {
  /// The server's part of the policy: who may sign, purposes, quotas, and what each result needs.
  func settings(_ judgements: [Judgement]) -> Settings {
    let access = policies.access
    var results: [ResultSetting] = []
    for judgement in judgements where judgement.pass.results != nil {
      let dataset = judgement.examination.dataset
      for result in dataset.results {
        results.append(
          ResultSetting(
            dataset: dataset.name, result: result.name,
            kind: Self.kind(result.kind),
            level: judgement.pass.level.id,
            needsSecondPerson: judgement.pass.level.grantNeedsSecondPerson,
            provider: catalog.providerNames(of: dataset),
            providerPerson: dataset.provider.person, title: result.title, profile: result.profile,
            guessing: result.kind.hasCells
              ? nil
              : policies.verifyProfiles[result.profile].map {
                ResultSetting.Guessing(
                  failuresBeforeLock: $0.failuresBeforeLock, failuresBeforeAlarm: $0.failuresBeforeAlarm,
                  consentMinutes: $0.consentMinutes)
              }))
      }
    }
    return Settings(
      title: catalog.title, languages: catalog.languages, baseURL: catalog.baseURL,
      manager: catalog.organization(catalog.manager)?.name ?? Text(catalog.manager),
      people: access.people.map { person in
        Settings.Person(
          id: person.id, name: person.name, organization: person.organization, roles: person.roles,
          key: person.key.map { Base64.encodeURL($0.raw) })
      },
      purposes: access.purposes.map { Settings.Purpose(id: $0.id, title: $0.title) },
      quotas: Settings.Quotas(
        callsPerDay: access.quotas.callsPerDay, callsPerMinute: access.quotas.callsPerMinute),
      lifetimes: Settings.Lifetimes(
        certificateDays: access.certificateDays, keyDays: access.keyDays, grantDays: access.grantDays),
      results: results, policyHash: policies.hash)
  }

  private static func kind(_ kind: ResultDeclaration.Kind) -> ResultSetting.Kind {
    switch kind {
    case .statistic: .statistic
    case .verify: .verify
    case .score: .score
    }
  }
}
