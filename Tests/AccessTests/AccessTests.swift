import Bytes
import Support
import Testing
import Trust

@testable import Access

/// An access database with an authority, one company with a certificate and a key, and two people.
final class Office {
  let folder: TemporaryFolder
  let store: AccessStore
  let authority: CertificateAuthority
  let now = Timestamp(rfc3339: "2026-11-21T12:00:00Z")!
  let zhang: Author
  let liKey: SigningKey
  let approvers: [Approver]

  init() throws {
    folder = try TemporaryFolder()
    store = try AccessStore(path: folder.path + "/access.sqlite", pepper: Secret.random())
    let made = try CertificateAuthority.create(name: "Test authority", lifetimeDays: 100)
    authority = try CertificateAuthority(certificate: made.certificate, keyPEM: made.key)
    let zhangKey = try SigningKey.generate()
    zhang = Author(person: "zhang", key: zhangKey)
    liKey = try SigningKey.generate()
    approvers = [Approver(id: "li", key: liKey.publicKey), Approver(id: "zhang", key: zhangKey.publicKey)]
    try store.addClient(id: "acme", name: "Acme", contact: "a@example.com", by: zhang, now: now)
    self.zhangKey = zhangKey
    try store.recognise(people, portal: Self.portal)
  }

  let zhangKey: SigningKey
  static let portal = "data.example.org/answers"

  /// Both for as long as anybody remembers.
  var people: [Registration] {
    [registration("zhang", "custodian", zhangKey), registration("li", "approver", liKey)]
  }

  func registration(
    _ person: String, _ role: String, _ key: SigningKey, since: Timestamp = Timestamp(secondsSince1970: 0),
    until: Timestamp? = nil
  ) -> Registration {
    Registration(person: person, roles: [role], key: key.publicKey, since: since, until: until)
  }

  func certificate(for client: String, _ register: Bool = true) throws -> Certificate {
    let request = try CertificateRequest.create(subject: Subject(commonName: client), key: TLSKey.generate())
    let certificate = try authority.issue(csrPEM: request, days: 30, usage: .client)
    if register {
      try store.register(
        certificate, issuerKeyHash: authority.certificate.publicKeyHash, for: client, by: zhang, now: now)
    }
    return certificate
  }

  func call(
    _ certificate: Certificate, _ key: String?, dataset: String = "rand", result: String = "spending",
    purpose: String? = nil, exists: Bool = true, second: Bool = false, dry: Bool = false,
    at time: Timestamp? = nil
  ) -> Call {
    Call(
      publicKeyHash: certificate.publicKeyHash, issuerKeyHash: authority.certificate.publicKeyHash,
      thumbprint: certificate.thumbprint, bearer: key, dataset: dataset, result: result, purpose: purpose,
      resultExists: exists, needsSecondPerson: second, level: "L3", dryRun: dry, now: time ?? now)
  }

  @discardableResult
  func grant(days: Int = 10, calls: Int = 5, purpose: String = "research", second: Bool = false) throws -> Int
  {
    try store.addGrant(
      client: "acme", dataset: "rand", result: "spending", purpose: purpose, starts: now,
      ends: now.adding(days: days),
      callsPerDay: calls, level: "L3", portal: Self.portal, proposer: zhang, needsSecondPerson: second,
      now: now)
  }
}

@Suite struct `Access` {
  let office: Office
  let certificate: Certificate
  let key: (id: String, text: String)

  init() throws {
    office = try Office()
    certificate = try office.certificate(for: "acme")
    key = try office.store.createKey(
      thumbprint: certificate.thumbprint, days: 30, by: office.zhang, now: office.now)
  }

  func refusal(_ call: Call) -> Denial.Code? {
    do {
      _ = try office.store.admit(call)
      return nil
    } catch {
      return error.code
    }
  }

  @Test func `admits a granted call and counts it`() throws {
    try office.grant(calls: 3)
    let admission = try office.store.admit(office.call(certificate, key.text))
    #expect(admission.identity.client.id == "acme" && admission.identity.key.id == key.id)
    #expect(admission.remaining == 2 && admission.resetsIn == 12 * 3600)
    #expect(office.store.used(admission.grant.id, on: office.now) == 1)
  }

  @Test func `refuses without a key, with a mistyped one and with an unknown one`() throws {
    try office.grant()
    #expect(refusal(office.call(certificate, nil)) == .keyRequired)
    var mistyped = Array(key.text.utf8)
    mistyped[10] = mistyped[10] == 0x41 ? 0x42 : 0x41
    #expect(!KeyText.isWellFormed(String(decoding: mistyped, as: UTF8.self)))
    #expect(refusal(office.call(certificate, String(decoding: mistyped, as: UTF8.self))) == .keyInvalid)
    #expect(refusal(office.call(certificate, try KeyText.make())) == .keyInvalid)
  }

  @Test func `refuses a key with another company's certificate`() throws {
    try office.grant()
    try office.store.addClient(
      id: "other", name: "Other", contact: "o@example.com", by: office.zhang, now: office.now)
    let foreign = try office.certificate(for: "other")
    #expect(refusal(office.call(foreign, key.text)) == .keyInvalid)
  }

  @Test func `refuses the same public key under another issuer`() throws {
    try office.grant()
    var call = office.call(certificate, key.text)
    call.issuerKeyHash[0] ^= 1
    #expect(refusal(call) == .keyInvalid)
  }

  @Test func `looks like absence where there is no grant or no result`() throws {
    #expect(refusal(office.call(certificate, key.text)) == .notFound)
    try office.grant()
    #expect(refusal(office.call(certificate, key.text, result: "other")) == .notFound)
    #expect(refusal(office.call(certificate, key.text, exists: false)) == .notFound)
  }

  @Test func `stops at the end of a grant, to the second`() throws {
    try office.grant(days: 1)
    let end = office.now.adding(days: 1)
    #expect(refusal(office.call(certificate, key.text, at: end.adding(seconds: -1))) == nil)
    #expect(refusal(office.call(certificate, key.text, at: end)) == .grantExpired)
    #expect(
      refusal(office.call(certificate, key.text, at: office.now.adding(seconds: -1))) == .grantNotStarted)
  }

  @Test func `stops at the quota of the day and goes on the next day`() throws {
    try office.grant(calls: 2)
    #expect(refusal(office.call(certificate, key.text)) == nil)
    #expect(refusal(office.call(certificate, key.text)) == nil)
    #expect(refusal(office.call(certificate, key.text)) == .quotaExceeded)
    #expect(refusal(office.call(certificate, key.text, at: office.now.adding(seconds: 12 * 3600))) == nil)
  }

  @Test func `gives back what was counted for a call that we did not answer`() throws {
    let grant = try office.grant(calls: 2)
    let admission = try office.store.admit(office.call(certificate, key.text))
    #expect(office.store.used(grant, on: office.now) == 1)
    office.store.takeBack(admission)
    #expect(office.store.used(grant, on: office.now) == 0)
    // A rehearsal was never counted.
    office.store.takeBack(try office.store.admit(office.call(certificate, key.text, dry: true)))
    #expect(office.store.used(grant, on: office.now) == 0)
    for _ in 0..<2 { #expect(refusal(office.call(certificate, key.text)) == nil) }
    #expect(refusal(office.call(certificate, key.text)) == .quotaExceeded)
  }

  @Test func `counts no dry run`() throws {
    try office.grant(calls: 1)
    for _ in 0..<5 { #expect(refusal(office.call(certificate, key.text, dry: true)) == nil) }
    #expect(refusal(office.call(certificate, key.text)) == nil)
    #expect(refusal(office.call(certificate, key.text, dry: true)) == .quotaExceeded)
  }

  @Test func `stops with the next call after a revocation, and after a suspension`() throws {
    let grant = try office.grant()
    #expect(refusal(office.call(certificate, key.text)) == nil)
    try office.store.setStatus(.suspended, ofClient: "acme", by: office.zhang, now: office.now)
    #expect(refusal(office.call(certificate, key.text)) == .clientSuspended)
    try office.store.setStatus(.active, ofClient: "acme", by: office.zhang, now: office.now)
    try office.store.revokeGrant(grant, by: office.zhang, now: office.now)
    #expect(refusal(office.call(certificate, key.text)) == .grantRevoked)
    _ = try office.store.revokeCertificate(
      serial: certificate.serial, reason: "keyCompromise", by: office.zhang, now: office.now)
    #expect(refusal(office.call(certificate, key.text)) == .keyInvalid)
  }

  @Test func `sees what another process changes`() throws {
    let grant = try office.grant()
    let server = try AccessStore(path: office.folder.path + "/access.sqlite", pepper: Secret([1, 2, 3]))
    #expect(server.grants(of: "acme").isEmpty, "nobody is known whose signature would count")
    try server.recognise(office.people, portal: Office.portal)
    #expect(server.grants(of: "acme").map(\.status) == [.active])
    try office.store.revokeGrant(grant, by: office.zhang, now: office.now)
    #expect(throws: Denial(.keyInvalid, client: "acme")) {
      try server.identify(office.call(certificate, key.text))
    }
    #expect(server.grants(of: "acme").map(\.status) == [.revoked])
  }

  @Test func `asks which purpose where there are several`() throws {
    try office.grant(purpose: "research")
    try office.grant(purpose: "underwriting")
    #expect(refusal(office.call(certificate, key.text)) == .purposeRequired)
    #expect(refusal(office.call(certificate, key.text, purpose: "underwriting")) == nil)
    #expect(refusal(office.call(certificate, key.text, purpose: "marketing")) == .notFound)
  }

  @Test func `waits for the second person and takes nobody's own signature`() throws {
    let id = try office.grant(second: true)
    #expect(refusal(office.call(certificate, key.text, second: true)) == .grantPending)
    let terms = try office.store.existingGrant(id).terms.canonical()
    #expect(throws: AccessError(.selfApproval, Wording("", ""))) {
      try office.store.approveGrant(
        id, approval: JWS.sign(terms, with: office.zhangKey), approvers: office.approvers, by: office.zhang,
        now: office.now)
    }
    #expect(throws: AccessError(.notApprover, Wording("", ""))) {
      try office.store.approveGrant(
        id, approval: JWS.sign(terms, with: SigningKey.generate()), approvers: office.approvers,
        by: office.zhang,
        now: office.now)
    }
    #expect(throws: AccessError(.badApproval, Wording("", ""))) {
      try office.store.approveGrant(
        id, approval: JWS.sign(terms + [0x20], with: office.liKey), approvers: office.approvers,
        by: office.zhang,
        now: office.now)
    }
    try office.store.approveGrant(
      id, approval: JWS.sign(terms, with: office.liKey), approvers: office.approvers, by: office.zhang,
      now: office.now)
    #expect(refusal(office.call(certificate, key.text, second: true)) == nil)
  }

  @Test func `asks for a named proposer where a second person must sign`() throws {
    #expect(throws: AccessError(.invalid, Wording("", ""))) {
      try office.store.addGrant(
        client: "acme", dataset: "rand", result: "spending", purpose: "research", starts: office.now,
        ends: office.now.adding(days: 1), callsPerDay: 1, level: "L3", portal: Office.portal,
        proposer: Author(systemUser: "root"),
        needsSecondPerson: true, now: office.now)
    }
  }

  @Test func `gives two grants two numbers though they are added at the same moment`() async throws {
    // One store for each shell: nothing but the file is shared.
    let stores = try (0..<4).map { _ in
      try AccessStore(path: office.folder.path + "/access.sqlite", pepper: Secret.random())
    }
    let (now, zhang) = (office.now, office.zhang)
    let numbers = try await withThrowingTaskGroup(of: [Int].self) { group in
      for store in stores {
        group.addTask {
          try (0..<10).map { _ in
            try store.addGrant(
              client: "acme", dataset: "rand", result: "spending", purpose: "research", starts: now,
              ends: now.adding(days: 1), callsPerDay: 1, level: "L3", portal: Office.portal, proposer: zhang,
              needsSecondPerson: false, now: now)
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(numbers.sorted() == Array(1...40))
    let told = try office.store.outbox().compactMap { $0.entry["grant"]?.int }
    #expect(told.sorted() == Array(1...40))
  }

  @Test func `makes no change whose entry the ledger would not take`() throws {
    let before = try office.store.outbox().count
    let error = #expect(throws: AccessError(.invalid, Wording("", ""))) {
      try office.grant(purpose: String(repeating: "x", count: 70_000))
    }
    #expect(error?.hint?.contains("shorter") == true && error?.hint(in: "zh")?.contains("缩短") == true)
    #expect(try office.store.outbox().count == before)
    #expect(try office.store.grants().allSatisfy { $0.purpose.utf8.count < 100 }, "nor is there a grant")
  }

  @Test func `tells the ledger of each change, signed by its author`() throws {
    let entries = try office.store.outbox()
    #expect(
      entries.map { $0.entry["event"]?.string } == ["client.added", "certificate.registered", "key.created"])
    #expect(entries.allSatisfy { $0.entry["by"]?.string == "zhang" })
    let signed = try #require(entries[0].entry.members)
    let signature = try #require(entries[0].entry["signature"]?.string)
    let body = try JSON.object(signed.filter { $0.key != "signature" }).canonical()
    #expect(try JWS.verify(signature, keys: [office.zhangKey.publicKey]).payload == Digest.sha256(body))
    try office.store.drained(upTo: entries[1].id)
    #expect(try office.store.outbox().count == 1)
  }

  @Test func `writes down no key`() throws {
    let bytes =
      try Files.read(office.folder.path + "/access.sqlite")
      + ((try? Files.read(office.folder.path + "/access.sqlite-wal")) ?? [])
    #expect(bytes.firstRange(of: Array(key.text.utf8)) == nil)
    #expect(bytes.firstRange(of: Array(key.text.utf8.dropFirst(4).prefix(20))) == nil)
  }

  @Test func `keeps its counts over a restart, with the log's help`() throws {
    let grant = try office.grant(calls: 3)
    #expect(refusal(office.call(certificate, key.text)) == nil)
    try office.store.snapshot(office.store.counts(upTo: 7, lastEntry: office.now))
    #expect(refusal(office.call(certificate, key.text)) == nil)
    let again = try AccessStore(path: office.folder.path + "/access.sqlite", pepper: Secret([1]))
    #expect(try again.countedUpTo() == 7)
    #expect(again.used(grant, on: office.now) == 1)
    again.replay(grant: grant, time: office.now)
    #expect(again.used(grant, on: office.now) == 2)
  }

  @Test(arguments: ["", "a", "Acme", "1acme", "ac me", "acmé", "../x", String(repeating: "a", count: 65)])
  func `refuses names that are no names`(name: String) throws {
    #expect(throws: AccessError(.invalid, Wording("", ""))) {
      try office.store.addClient(id: name, name: "x", contact: "y", by: office.zhang, now: office.now)
    }
  }
}
