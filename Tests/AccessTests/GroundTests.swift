import Bytes
import SQLite
import Support
import Testing
import Trust

@testable import Access

/// A row gives a power only where it was entered, and a grant only where registered people signed it.
@Suite struct `What the log accounts for` {
  let office: Office
  let certificate: Certificate
  let key: (id: String, text: String)

  init() throws {
    office = try Office()
    certificate = try office.certificate(for: "acme")
    key = try office.store.createKey(
      thumbprint: certificate.thumbprint, days: 30, by: office.zhang, now: office.now)
  }

  private func refusal(second: Bool = false, level: String = "L3") -> Denial.Code? {
    var call = office.call(certificate, key.text, second: second)
    call.level = level
    do {
      _ = try office.store.admit(call)
      return nil
    } catch {
      return error.code
    }
  }

  private func tamper(_ statement: SQL) throws {
    try Database(path: office.folder.path + "/access.sqlite", mode: .readWrite).use { (connection) throws in
      try connection.execute(statement)
    }
    try office.store.reload()
  }

  @Test func `is every row that a verb made, and none that somebody wrote`() throws {
    try office.grant(calls: 50)
    #expect(refusal() == nil && office.store.refusedRows.isEmpty)
    for (change, back, code) in [
      ("UPDATE grants SET calls_per_day = 99", "UPDATE grants SET calls_per_day = 50", .notFound),
      ("UPDATE grants SET level = 'L1'", "UPDATE grants SET level = 'L3'", .notFound),
      (
        "UPDATE keys SET expires = '2099-01-01T00:00:00Z'",
        "UPDATE keys SET expires = '2026-12-21T12:00:00Z'", .keyInvalid
      ),
      ("UPDATE clients SET name = 'B'", "UPDATE clients SET name = 'Acme'", .keyInvalid),
      (
        "UPDATE certificates SET serial = '00'", "UPDATE certificates SET serial = '\(certificate.serial)'",
        .certificateUnknown
      ),
    ] as [(String, String, Denial.Code)] {
      try tamper(SQL(stringLiteral: change))
      #expect(refusal() == code, "\(change)")
      #expect(office.store.refusedRows.count == 1, "\(change): \(office.store.refusedRows.map(\.en))")
      try tamper(SQL(stringLiteral: back))
      #expect(refusal() == nil, "\(back): \(office.store.refusedRows.map(\.en))")
    }
  }

  @Test func `counts two signatures of two registered people, over these terms and this level`() throws {
    let id = try office.grant(second: true)
    let grant = try office.store.existingGrant(id)
    let terms = try grant.terms.canonical()
    #expect(grant.terms["level"]?.string == "L3" && grant.terms["portal"]?.string == Office.portal)
    try office.store.approveGrant(
      id, approval: JWS.sign(terms, with: office.liKey), approvers: office.approvers, by: office.zhang,
      now: office.now)
    #expect(refusal(second: true) == nil)
    #expect(refusal(second: true, level: "L4") == .grantPending, "nobody has agreed to another level")
    // Who was registered when it entered the log has signed for good; who was not, has not.
    let now = Timestamp.now()
    func recognise(_ people: Registration...) throws {
      try office.store.recognise(people, portal: Office.portal)
    }
    let zhang = office.registration("zhang", "custodian", office.zhangKey)
    try recognise(zhang, office.registration("li", "approver", office.liKey, until: now.adding(days: 1)))
    #expect(refusal(second: true) == nil)
    for people in [
      [zhang, office.registration("li", "approver", office.liKey, until: now.adding(days: -1))],
      [zhang, office.registration("li", "approver", office.liKey, since: now.adding(days: 1))],
      [zhang, office.registration("li", "custodian", office.liKey)],
      [zhang, office.registration("li", "approver", try SigningKey.generate())],
      [zhang, office.registration("mallory", "approver", office.liKey)],
      [
        office.registration("zhang", "auditor", office.zhangKey),
        office.registration("li", "approver", office.liKey),
      ],
      [
        zhang, office.registration("zhang", "approver", office.liKey),
        office.registration("li", "approver", office.liKey),
      ],
    ] {
      try office.store.recognise(people, portal: Office.portal)
      #expect(refusal(second: true) == .notFound)
      #expect(office.store.refusedRows.contains { $0.en.contains("grant 1") })
    }
    try office.store.recognise(office.people, portal: "other.example.org/answers")
    #expect(refusal(second: true) == .notFound, "a grant of another portal")
    try office.store.recognise(office.people, portal: Office.portal)
    #expect(refusal(second: true) == nil)
  }

  @Test func `cannot be entered by who writes entries of their own`() throws {
    let mallory = Author(person: "zhang", key: try SigningKey.generate())
    _ = try office.store.addGrant(
      client: "acme", dataset: "rand", result: "spending", purpose: "research", starts: office.now,
      ends: office.now.adding(days: 10), callsPerDay: 5, level: "L3", portal: Office.portal,
      proposer: mallory,
      needsSecondPerson: false, now: office.now)
    #expect(refusal() == .notFound)
    #expect(office.store.refusedRows.first?.en.contains("not signed by 'zhang'") == true)
  }

  @Test func `is a chain: an entry that was taken out shows, and what was closed never opens`() throws {
    var ground = Ground()
    let entries = try office.store.outbox().map(\.entry)
    for entry in entries { try ground.take(entry, written: office.now) }
    #expect(ground.serial == 3)
    for entry in entries { try ground.take(entry, written: office.now) }
    #expect(ground.serial == 3, "what is doubled changes nothing")
    var gap = Ground()
    try gap.take(entries[0], written: office.now)
    #expect(throws: AccessError(.chain, Wording("", ""))) { try gap.take(entries[2], written: office.now) }
    _ = try office.store.revokeCertificate(
      serial: certificate.serial, reason: "keyCompromise", by: office.zhang, now: office.now)
    try tamper("UPDATE certificates SET revoked = NULL")
    try tamper("UPDATE keys SET revoked = NULL")
    #expect(refusal() == .keyInvalid)
    #expect(office.store.refusedRows.count == 2)
    // Nor by an entry that says so.
    try office.store.change(
      by: Author(systemUser: "root"), touching: [.key(key.id), .certificate(certificate.thumbprint)],
      ["event": "key.created"]
    ) { _ in }
    #expect(refusal() == .keyInvalid)
  }

  @Test func `is compared with the file: older is made good, other is refused`() throws {
    var ground = Ground()
    let waiting = try office.store.outbox()
    for waits in waiting { try ground.take(waits.entry, written: office.now) }
    #expect(try office.store.compare(with: ground).isEmpty)
    #expect(try office.store.compare(with: Ground()).isEmpty, "all of it waits in the outbox")
    try office.store.drained(upTo: waiting[2].id, places: [(1, 0), (2, 1), (3, 2)])
    #expect(try office.store.places().map(\.index) == [0, 1, 2])
    #expect(throws: AccessError(.chain, Wording("", ""))) { try office.store.compare(with: Ground()) }
    try office.store.stand(on: ground)
    try office.grant()
    #expect(refusal() == nil)
    // The file of before: what the log holds since is told, and goes on from there.
    for waits in try office.store.outbox() { try ground.take(waits.entry, written: office.now) }
    try tamper("DELETE FROM grants")
    try tamper("DELETE FROM outbox")
    try tamper("UPDATE chain SET serial = 3, head = \(ground.heads[2])")
    #expect(try office.store.compare(with: ground).count == 1)
    #expect(try office.store.compare(with: ground).isEmpty)
    try tamper("UPDATE chain SET serial = 3, head = 'forged'")
    #expect(throws: AccessError(.chain, Wording("", ""))) { try office.store.compare(with: ground) }
  }

  @Test(arguments: ["A\nB", "A\u{7F}", "A\u{202E}B", " ", "\u{2028}"])
  func `takes no name that does not show`(text: String) throws {
    for (name, contact) in [(text, "x"), ("x", text)] {
      #expect(throws: AccessError(.invalid, Wording("", ""))) {
        try office.store.addClient(
          id: "beta", name: name, contact: contact, by: office.zhang, now: office.now)
      }
    }
    #expect(throws: AccessError(.invalid, Wording("", ""))) {
      try office.store.revokeCertificate(
        serial: certificate.serial, reason: text, by: office.zhang, now: office.now)
    }
    #expect(PlainLine.problem(in: "张伟 (Zhang Wei) – Ünïted 🏛️ العربية") == nil)
  }
}
