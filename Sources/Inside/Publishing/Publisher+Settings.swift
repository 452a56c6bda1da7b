import Bytes
import Catalogs
package import Ledgers
package import Policies
package import Releases
import Trust

extension Publisher {
  /// The server's part of the policy: who may sign, purposes, quotas, and what each result needs.
  func settings(_ judgements: [Judgement], answers: Settings.Head?) throws -> Settings {
    let access = policies.access
    let people = access.people.map { person in
      Settings.Person(
        id: person.id, name: person.name, organization: person.organization, roles: person.roles,
        key: person.key.map { Base64.encodeURL($0.raw) })
    }
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
      title: catalog.title, languages: catalog.languages, baseURL: catalog.baseURL, logHost: logHost,
      manager: catalog.organization(catalog.manager)?.name ?? Text(catalog.manager),
      people: people,
      purposes: access.purposes.map { Settings.Purpose(id: $0.id, title: $0.title) },
      quotas: Settings.Quotas(
        callsPerDay: access.quotas.callsPerDay, callsPerMinute: access.quotas.callsPerMinute),
      lifetimes: Settings.Lifetimes(
        certificateDays: access.certificateDays, keyDays: access.keyDays, grantDays: access.grantDays),
      results: results, policyHash: policies.hash,
      registrations: try desk.authority.registrations(in: decisions.ledger),
      answers: answers)
  }

  /// The host under which the portal's logs began.
  var logHost: String {
    LogNames.host(ofDecisions: decisions.ledger.origin) ?? LogNames.host(catalog.baseURL)
  }

  private static func kind(_ kind: ResultDeclaration.Kind) -> ResultSetting.Kind {
    switch kind {
    case .statistic: .statistic
    case .verify: .verify
    case .score: .score
    }
  }
}

extension Authority {
  /// Everybody who is or was registered, with the times of the log that says so. Those that it began with have always been
  /// there.
  package func registrations(in ledger: Ledger) throws -> [Settings.Registration] {
    let beginning = people.first?.since
    return try people.map { person in
      guard let key = VerifyingKey(text: person.terms.key) else {
        throw PublishingError.unjudged(Motion.person(person.terms.id))
      }
      return Settings.Registration(
        person: person.terms.id, organization: person.terms.organization, roles: person.terms.roles,
        key: Base64.encodeURL(key.raw),
        since: person.since == beginning
          ? Timestamp(secondsSince1970: 0) : try ledger.time(at: person.since),
        until: try person.until.map { try ledger.time(at: $0) })
    }
  }
}
