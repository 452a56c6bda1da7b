import Bytes
import Support
import Synchronization
import Testing
import Trust

@testable import Access

/// What limits guessing, by itself.
@Suite struct `Counters of guesses` {
  let office: Office
  var store: AccessStore { office.store }
  var now: Timestamp { office.now }

  init() throws { office = try Office() }

  func guess(_ subject: String, _ claim: String) -> Guess {
    store.guess(dataset: "firms", result: "registration", subject: [subject], claims: [claim])
  }

  /// One tuple as the gateway judges it; nil where it was not allowed.
  @discardableResult
  func ask(
    _ subject: String, _ claim: String, agrees: Bool = false, by client: String = "acme",
    after seconds: Int64 = 0,
    consent: Consent? = nil
  ) -> (permit: GuessBook.Permit, alarms: [Alarm]) {
    let (guess, moment) = (guess(subject, claim), now.adding(seconds: seconds))
    let permit = store.begin(guess, client: client, consent: consent, lockAfter: 3, now: moment)
    guard permit == .allowed else { return (permit, []) }
    return (permit, store.settle(guess, client: client, agreed: agrees, alarmAt: 10, now: moment))
  }

  @Test func `lock after three failed tuples about one subject, for a day, this client alone`() {
    for claim in ["a", "b", "c"] { #expect(ask("s1", claim).permit == .allowed) }
    #expect(ask("s1", "right", agrees: true).permit == .locked, "even what would agree")
    #expect(ask("s2", "a").permit == .allowed, "another subject")
    #expect(ask("s1", "a", by: "other").permit == .allowed, "another client")
    #expect(ask("s1", "d", after: 86_399).permit == .locked)
    #expect(ask("s1", "d", after: 86_400).permit == .allowed)
  }

  @Test func `count a tuple once however often it is sent, and none that agrees`() {
    for _ in 0..<20 { #expect(ask("s1", "a").permit == .allowed) }
    for _ in 0..<20 { #expect(ask("s1", "right", agrees: true).permit == .allowed) }
    #expect(ask("s1", "b").permit == .allowed)
    #expect(ask("s1", "c").permit == .allowed)
    #expect(ask("s1", "a").permit == .locked)
  }

  @Test func `let no more through at the same time than one after the other`() {
    // Four calls have begun and none is settled yet.
    let permits = ["a", "b", "c", "d"].map {
      store.begin(guess("s1", $0), client: "acme", consent: nil, lockAfter: 3, now: now)
    }
    #expect(permits == [.allowed, .allowed, .allowed, .locked])
    store.takeBack(guess("s1", "a"), client: "acme", consent: nil)
    #expect(ask("s1", "d").permit == .allowed, "nothing was answered to the one taken back")
  }

  @Test func `raise an alarm across clients at ten failed tuples, once a day, and lock nobody else out`() {
    var alarms: [Alarm] = []
    for client in 0..<5 {
      for claim in ["a", "b", "c"] { alarms += ask("s1", "\(client)\(claim)", by: "client-\(client)").alarms }
    }
    let told = alarms.filter { $0.kind == .subject }
    #expect(
      told.count == 1 && told.first?.count == 10 && told.first?.clients == 4 && told.first?.client == nil)
    #expect(ask("s1", "right", agrees: true, by: "honest").permit == .allowed)
  }

  @Test func `slow a client down whose checks fail by a fifth, and suspend it where half of them do`() throws
  {
    for number in 0..<100 { ask("s\(number)", "a", agrees: number >= 25) }
    var call = office.call(try office.certificate(for: "acme"), nil)
    call.guesses = true
    #expect(store.guesses.withLock { $0.keepsPace("acme", now: now) })
    #expect(!store.guesses.withLock { $0.keepsPace("acme", now: now) }, "twice within a second")
    #expect(store.guesses.withLock { $0.keepsPace("acme", now: now.adding(seconds: 1)) })
    var failing: [Alarm] = []
    var asked = 0
    while failing.isEmpty, asked < 300 {
      failing = ask("t\(asked)", "a").alarms.filter { $0.kind == .failing }
      asked += 1
    }
    #expect(failing.first?.client == "acme" && asked <= 200)
    try store.suspendForGuessing("acme", now: now)
    #expect(try store.client("acme")?.status == .suspended)
    #expect(store.guesses.withLock { $0.outcomes["acme"] } == [], "whoever is let in again begins anew")
  }

  /// DISCLOSURE B8: a client that only guesses is out after at most two hundred tuples.
  @Test func `end an enumeration by random identifiers within two hundred tuples`() {
    var random = SystemRandomNumberGenerator()
    var answered = 0
    for _ in 0..<1000 {
      let alarms = ask(String(UInt64.random(in: 0 ... .max, using: &random)), "x").alarms
      answered += 1
      if alarms.contains(where: { $0.kind == .failing }) { break }
    }
    #expect(answered <= 200)
  }

  /// DISCLOSURE B8: known identifier, one field swept over a domain of 400 values.
  @Test
  func `leave a sweep over one field three tries of four hundred, and twenty to colluding clients at most`() {
    var answered = 0
    for value in 0..<400 where ask("s1", "value \(value)").permit == .allowed { answered += 1 }
    #expect(answered == 3)
    var alarmed = false
    for client in 0..<5 {
      for value in 0..<400 {
        alarmed =
          alarmed || ask("s9", "v\(value)", by: "client-\(client)").alarms.contains { $0.kind == .subject }
      }
    }
    #expect(alarmed)
  }

  @Test func `notice who walks through identifiers, and not who has many far apart`() {
    var alarms: [Alarm] = []
    for number in 0..<40 { alarms += ask("45990719900101\(100 + number)x", "a", agrees: true).alarms }
    #expect(alarms.filter { $0.kind == .sequence }.count == 1, "told once a day")
    for number in 0..<200 {
      let far = ask("4599071990\(10_000_000 + number * 5000)", "a", agrees: true, by: "other").alarms
      #expect(!far.contains { $0.kind == .sequence })
    }
  }

  @Test func `outlive a restart by snapshot and log`() throws {
    let consent = Consent(id: [1, 2, 3], expires: now.adding(seconds: 600))
    for claim in ["a", "b"] { ask("s1", claim) }
    ask("s3", "a", agrees: true, consent: consent)
    try store.snapshot(store.counts(upTo: 4, lastEntry: now))
    ask("s1", "c")
    let again = try AccessStore(path: office.folder.path + "/access.sqlite", pepper: Secret([1, 2, 3]))
    func permit(_ guess: Guess, _ consent: Consent? = nil) -> GuessBook.Permit {
      again.begin(guess, client: "acme", consent: consent, lockAfter: 3, now: now)
    }
    #expect(permit(guess("s3", "b"), consent) == .consentUsed)
    #expect(again.guesses.withLock { $0.outcomes["acme"]?.count } == 3)
    // What came after the snapshot stands in the log's entry.
    let later = guess("s1", "c")
    let entry: JSON = [
      "subject": .string(Hex.encode(later.subject)), "tuple": .string(Hex.encode(later.tuple)),
      "answer": "no-match",
    ]
    again.replay(try #require(Guess(json: entry)), client: "acme", agreed: false, consent: nil, now: now)
    #expect(permit(guess("s1", "d")) == .locked)
  }

  @Test func `hold no identifier`() throws {
    ask("459907199001011234", "张伟")
    try store.snapshot(store.counts(upTo: 1, lastEntry: now))
    let bytes =
      try Files.read(office.folder.path + "/access.sqlite")
      + ((try? Files.read(office.folder.path + "/access.sqlite-wal")) ?? [])
    #expect(bytes.firstRange(of: Array("459907199001011234".utf8)) == nil)
    #expect(bytes.firstRange(of: Array("张伟".utf8)) == nil)
  }
}

@Suite struct `A consent token` {
  let office: Office
  let agent: SigningKey
  let now: Timestamp

  init() throws {
    office = try Office()
    agent = try SigningKey.generate()
    now = office.now
  }

  func wanted(_ subject: String = "459907x", client: String = "acme") -> Consent.Wanted {
    Consent.Wanted(
      client: client, dataset: "residents", result: "band", purpose: "relief",
      subject: [("id_no", .text, subject)], minutes: 10)
  }

  func token(
    _ wanted: Consent.Wanted? = nil, minutes: Int = 10, number: String = "0123456789abcdef",
    by key: SigningKey? = nil,
    change: (inout JSON) -> Void = { _ in }
  ) throws -> String {
    var payload = (wanted ?? self.wanted()).payload(from: now, minutes: minutes, number: number)
    change(&payload)
    return try Consent.sign(payload, with: key ?? agent)
  }

  func problem(
    _ token: String?, _ wanted: Consent.Wanted? = nil, after seconds: Int64 = 1
  ) -> Consent.Problem? {
    do {
      _ = try office.store.consent(
        token, wanted: wanted ?? self.wanted(), agents: [agent.publicKey], now: now.adding(seconds: seconds))
      return nil
    } catch {
      return error
    }
  }

  @Test func `holds for its client, result, purpose and subject, in any spelling`() throws {
    #expect(problem(try token()) == nil)
    #expect(problem(try token { $0["subject"] = ["id_no": " ４５９９07X"] }) == nil)
  }

  @Test func `holds for nobody and nothing else`() throws {
    #expect(problem(try token(), wanted("459908x")) == .foreign)
    #expect(problem(try token(), wanted(client: "other")) == .foreign)
    for member in ["dataset", "result", "purpose", "client"] {
      #expect(problem(try token { $0[member] = "else" }) == .foreign, "\(member)")
    }
    #expect(problem(try token { $0["subject"] = ["id_no": "459907x", "name": "n"] }) == .foreign)
  }

  @Test func `holds from when it was given until it ends, ten minutes at most`() throws {
    #expect(problem(try token(), after: 599) == nil)
    #expect(problem(try token(), after: 600) == .expired)
    #expect(problem(try token(), after: -60) == nil, "an agent's clock may be a minute ahead")
    #expect(problem(try token(), after: -61) == .expired)
    #expect(problem(try token(minutes: 11)) == .tooLong)
    #expect(problem(try token(minutes: -1), after: -90) == .expired)
    // A life that 64 bits do not hold.
    let endless = try token().split(separator: ".")[1]
    let payload = String(decoding: try #require(Base64.decodeURL(String(endless))), as: UTF8.self)
    for (issued, expires) in [("-9223372036854775808", "9223372036854775807"), ("0", "9223372036854775807")] {
      let changed = payload.replacing("\"iat\":\(now.secondsSince1970)", with: "\"iat\":\(issued)")
        .replacing("\"exp\":\(now.secondsSince1970 + 600)", with: "\"exp\":\(expires)")
      let signed = JWS.sign(
        Array(changed.utf8), with: agent, header: [JSON.Member("typ", .string(Consent.type))])
      #expect(problem(signed) == .tooLong)
    }
  }

  @Test func `must be there, signed by a registered agent, and be a consent`() throws {
    #expect(problem(nil) == .missing)
    #expect(problem("x.y") == .malformed)
    #expect(problem(try token(by: SigningKey.generate())) == .untrusted)
    var forged = try token()
    forged.removeLast(4)
    #expect(problem(forged) != nil)
    let plain = JWS.sign(
      try wanted().payload(from: now, minutes: 10, number: "0123456789abcdef").canonical(), with: agent)
    #expect(problem(plain) == .malformed, "another typ")
    #expect(problem(try token(number: "short")) == .malformed)
    #expect(problem(try token { $0["exp"] = nil }) == .malformed)
  }

  @Test func `is used once, and again where nothing was answered`() throws {
    let store = office.store
    let consent = try store.consent(try token(), wanted: wanted(), agents: [agent.publicKey], now: now)
    let guess = store.guess(dataset: "residents", result: "band", subject: ["459907x"], claims: [])
    func begin() -> GuessBook.Permit {
      store.begin(guess, client: "acme", consent: consent, lockAfter: 3, now: now)
    }
    #expect(begin() == .allowed)
    #expect(begin() == .consentUsed)
    store.takeBack(guess, client: "acme", consent: consent)
    #expect(begin() == .allowed)
  }
}

@Suite struct `A client's own keys` {
  let office: Office
  let certificate: Certificate

  init() throws {
    office = try Office()
    certificate = try office.certificate(for: "acme")
  }

  func refusal(_ key: String?) -> Denial.Code? {
    do {
      _ = try office.store.keyMaker(office.call(certificate, key))
      return nil
    } catch {
      return error.code
    }
  }

  @Test func `begin with the certificate alone, and go on with a live key`() throws {
    #expect(refusal(nil) == nil)
    let first = try office.store.createKey(
      thumbprint: certificate.thumbprint, days: 1, by: Author(client: "acme"), now: office.now)
    #expect(refusal(nil) == .keyRequired, "a stolen certificate opens nothing by itself")
    #expect(refusal(first.text) == nil)
    #expect(refusal(try KeyText.make()) == .keyInvalid)
    #expect(try office.store.keyMaker(office.call(certificate, first.text)).live.map(\.id) == [first.id])
    try office.store.revokeKey(first.id, by: Author(client: "acme"), now: office.now)
    #expect(refusal(first.text) == .keyInvalid && refusal(nil) == nil)
    #expect(try office.store.outbox().last?.entry["by"]?.string == "client:acme")
  }

  @Test func `are for registered certificates of active clients`() throws {
    try office.store.setStatus(.suspended, ofClient: "acme", by: office.zhang, now: office.now)
    #expect(refusal(nil) == .clientSuspended)
    try office.store.setStatus(.active, ofClient: "acme", by: office.zhang, now: office.now)
    _ = try office.store.revokeCertificate(
      serial: certificate.serial, reason: "keyCompromise", by: office.zhang, now: office.now)
    #expect(refusal(nil) == .certificateRevoked)
    var call = office.call(certificate, nil)
    call.thumbprint = "unknown"
    #expect(throws: Denial(.certificateUnknown)) { try office.store.keyMaker(call) }
  }

  @Test func `count a batch as so many calls`() throws {
    let key = try office.store.createKey(
      thumbprint: certificate.thumbprint, days: 1, by: office.zhang, now: office.now)
    try office.grant(calls: 5)
    var call = office.call(certificate, key.text)
    call.calls = 4
    #expect(try office.store.admit(call).remaining == 1)
    call.calls = 2
    #expect(throws: Denial.self) { try office.store.admit(call) }
    call.calls = 1
    #expect(try office.store.admit(call).remaining == 0)
  }
}
