import Access
import Bytes
import HTTP
import Ledgers
import Releases
import Trust

extension GatewayCore {
  /// `POST /v1/results/{dataset}/{result}`: checks tuples against a `verify` or `score`.
  func tuples(_ request: Request) -> Result<Receipted, GatewayRefusal> {
    let start = ContinuousClock.now
    do {
      let receipted = try answer(request)
      desk.hold(since: start)
      return .success(receipted)
    } catch {
      return .failure(error)
    }
  }

  /// What is known of a call before anybody judges it.
  private struct Asked {
    let setting: ResultSetting
    let stored: StoredResult
    let tags: StoredTags?
  }

  private func answer(_ request: Request) throws(GatewayRefusal) -> Receipted {
    let dataset = request.parameters["dataset"] ?? ""
    let name = request.parameters["result"] ?? ""
    let release = try currentRelease()
    let asked = asked(dataset, name, release)
    let call = asked?.tags.map { tags in
      Result { () throws(TupleCall.Fault) in try TupleCall(request, of: tags) }
    }
    let wanted = try? call?.get()
    let admission = try admit(request, dataset, name, asked?.setting, wanted, release)
    guard let asked else { throw GatewayRefusal(.notFound) }
    guard let tags = asked.tags, let guessing = asked.setting.guessing, let call else {
      throw GatewayRefusal(.notAllowed(.post), headers: ["Allow": "GET, HEAD, OPTIONS"])
    }
    switch call {
    case .failure(let fault): throw GatewayRefusal(fault.problem)
    case .success(let call) where call.dryRun:
      return try seal(
        Self.rehearsal(call, tags, admission, asked.stored, release), type: "application/json", request,
        admission, asked.setting, asked.stored, release, check: .init(entries: []))
    case .success(let call):
      return try judge(call, request, admission, asked.setting, asked.stored, tags, guessing, release)
    }
  }

  private func asked(_ dataset: String, _ name: String, _ release: Release) -> Asked? {
    guard !releases.isWithdrawn(dataset), let setting = release.settings.result(dataset, name),
      let stored = try? release.result(dataset, name)
    else { return nil }
    return Asked(setting: setting, stored: stored, tags: stored.tags)
  }

  /// A call that will not be answered costs nothing, but is still judged: whoever may not ask learns nothing about
  /// its form.
  private func admit(
    _ request: Request, _ dataset: String, _ name: String, _ setting: ResultSetting?, _ wanted: TupleCall?,
    _ release: Release
  ) throws(GatewayRefusal) -> Admission {
    var call = try call(
      request, dataset: dataset, result: name, dryRun: wanted?.dryRun ?? true, setting: setting)
    call.calls = wanted?.tuples.count ?? 1
    call.guesses = true
    call.callsPerMinute = release.settings.quotas.callsPerMinute
    do {
      return try access.admit(call)
    } catch {
      throw refuse(error, request, dataset: dataset, result: name)
    }
  }

  // MARK: Judging tuples

  /// A tuple with what came of it.
  private struct Outcome {
    let guess: Guess
    let consent: Consent?
    let answer: TupleAnswer
  }

  private func judge(
    _ call: TupleCall, _ request: Request, _ admission: Admission, _ setting: ResultSetting,
    _ stored: StoredResult, _ tags: StoredTags, _ guessing: ResultSetting.Guessing, _ release: Release
  ) throws(GatewayRefusal) -> Receipted {
    let (client, now) = (admission.identity.client.id, answers.time(request.receivedAt))
    let agents = release.settings.people.filter { $0.roles.contains("agent") }.compactMap { person in
      person.key.flatMap(Base64.decodeURL).flatMap { try? VerifyingKey(raw: $0) }
    }
    // The same work whatever will be answered.
    let found: [(known: Bool, value: String?)]
    do throws(TupleDesk.Refusal) {
      found = try desk.look(up: call.tuples.map { $0.subject + $0.claims }, in: stored, tags)
    } catch {
      access.takeBack(admission)
      throw Self.refusal(error)
    }
    var outcomes: [Outcome] = []
    var alarms: [Alarm] = []
    for (tuple, found) in zip(call.tuples, found) {
      let guess = access.guess(
        dataset: stored.dataset, result: stored.result, subject: tuple.subject, claims: tuple.claims)
      let consent: Consent?
      do throws(Consent.Problem) {
        consent =
          tags.needsConsent
          ? try access.consent(
            tuple.consent, wanted: wanted(tuple, admission, setting, tags, guessing), agents: agents, now: now
          )
          : nil
      } catch {
        outcomes.append(Outcome(guess: guess, consent: nil, answer: .unavailable(.consent(error))))
        continue
      }
      switch access.begin(
        guess, client: client, consent: consent, lockAfter: guessing.failuresBeforeLock, now: now)
      {
      case .locked:
        outcomes.append(Outcome(guess: guess, consent: nil, answer: .unavailable(.locked)))
      case .consentUsed:
        outcomes.append(Outcome(guess: guess, consent: nil, answer: .unavailable(.consent(.used))))
      case .allowed:
        alarms += access.settle(
          guess, client: client, agreed: found.known, alarmAt: guessing.failuresBeforeAlarm, now: now)
        outcomes.append(
          Outcome(guess: guess, consent: consent, answer: found.known ? .match(value: found.value) : .noMatch)
        )
      }
    }
    let answers = outcomes.map(\.answer)
    let body = TupleAnswer.body(
      answers, isBatch: call.isBatch, of: stored, tags, release: release.number,
      language: Self.language(request, of: release.settings))
    let receipted: Receipted
    do throws(GatewayRefusal) {
      receipted = try seal(
        body, type: "application/json", request, admission, setting, stored, release,
        check: .init(entries: outcomes.map(Self.entry)))
    } catch {
      if !error.isLogged { undo(outcomes, client) }
      throw error
    }
    desk.count(answers)
    for alarm in alarms { tell(alarm, dataset: stored.dataset, now: now) }
    return receipted
  }

  /// Nothing was answered, so nothing counts.
  private func undo(_ outcomes: [Outcome], _ client: String) {
    for outcome in outcomes {
      if case .unavailable = outcome.answer { continue }
      access.takeBack(outcome.guess, client: client, consent: outcome.consent)
    }
  }

  private func wanted(
    _ tuple: TupleCall.Tuple, _ admission: Admission, _ setting: ResultSetting, _ tags: StoredTags,
    _ guessing: ResultSetting.Guessing
  ) -> Consent.Wanted {
    Consent.Wanted(
      client: admission.identity.client.id, dataset: setting.dataset, result: setting.result,
      purpose: admission.grant.purpose,
      subject: zip(tags.subject, tuple.subject).map { ($0.name, $0.form, $1) },
      minutes: guessing.consentMinutes)
  }

  /// What the log keeps of a tuple: keyed hashes, what was answered, and the consent that was used up.
  private static func entry(_ outcome: Outcome) -> JSON {
    var members: [JSON.Member] = [
      .init("subject", .string(Hex.encode(outcome.guess.subject))),
      .init("tuple", .string(Hex.encode(outcome.guess.tuple))), .init("answer", .string(outcome.answer.code)),
    ]
    if let consent = outcome.consent {
      members.append(.init("consent", .string(Hex.encode(consent.id))))
      members.append(.init("consentExpires", .string(consent.expires.rfc3339)))
    }
    return .object(members)
  }

  /// An alarm is an entry of its own; a client whose checks fail too often is suspended.
  private func tell(_ alarm: Alarm, dataset: String, now: Timestamp) {
    desk.count(alarm: alarm.kind.rawValue)
    var members: [JSON.Member] = [
      .init("event", "alarm"), .init("kind", .string(alarm.kind.rawValue)),
      .init("dataset", .string(dataset)),
      .init("count", .number(String(alarm.count))), .init("clients", .number(String(alarm.clients))),
      .init("time", .string(answers.time(now).rfc3339)),
    ]
    if let client = alarm.client { members.append(.init("client", .string(client))) }
    if let subject = alarm.subject { members.append(.init("subject", .string(Hex.encode(subject)))) }
    // The answer's own entry is durable already; an alarm that cannot be written stands in the metrics.
    _ = try? answers.ledger.append(.object(members))
    if alarm.kind == .failing, let client = alarm.client {
      try? access.suspendForGuessing(client, now: now)
    }
  }

  /// What `dry_run=true` tells: that the call would be looked up, and what it would count as.
  private static func rehearsal(
    _ call: TupleCall, _ tags: StoredTags, _ admission: Admission, _ stored: StoredResult, _ release: Release
  ) -> [UInt8] {
    let json: JSON = [
      "dataset": .string(stored.dataset), "result": .string(stored.result),
      "release": .number(String(release.number)), "dryRun": true,
      "tuples": .number(String(call.tuples.count)), "needsConsent": .bool(tags.needsConsent),
      "remaining": .number(String(admission.remaining)),
    ]
    return json.serialized()
  }

  private static func refusal(_ refusal: TupleDesk.Refusal) -> GatewayRefusal {
    switch refusal {
    case .busy, .noMemory:
      GatewayRefusal(
        503, code: "busy", detail: "More checks are waiting than are taken. Try again in a second.",
        headers: ["Retry-After": "1"])
    case .noKey:
      GatewayRefusal(
        503, code: "no-verify-key",
        detail:
          "The server lacks the key of the tags, so nothing can be checked. The portal has to bring it.",
        headers: ["Retry-After": "3600"])
    }
  }
}
