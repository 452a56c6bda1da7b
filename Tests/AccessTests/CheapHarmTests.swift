import Bytes
import Dispatch
import Support
import Synchronization
import Testing
import Trust

@testable import Access

@Suite struct `A client that asks too much` {
  let office: Office
  let certificate: Certificate

  init() throws {
    office = try Office()
    certificate = try office.certificate(for: "acme")
  }

  private func key(days: Int = 60) throws -> String {
    try office.store.createKey(
      thumbprint: certificate.thumbprint, days: days, by: office.zhang, now: office.now
    ).text
  }

  @Test func `gets as many keys at once as there is room for, and not one more`() throws {
    let made = Mutex<[String]>([])
    let refused = Mutex(0)
    let (store, thumbprint, now) = (office.store, certificate.thumbprint, office.now)
    DispatchQueue.concurrentPerform(iterations: 24) { _ in
      do {
        let key = try store.createKey(
          thumbprint: thumbprint, days: 1, by: Author(client: "acme"), now: now, limit: 2)
        made.withLock { $0.append(key.id) }
      } catch let error as AccessError where error.code == .tooManyKeys {
        refused.withLock { $0 += 1 }
      } catch {
        Issue.record("\(error)")
      }
    }
    #expect(made.withLock { $0.count } == 2 && refused.withLock { $0 } == 22)
    #expect(try store.keys().count == 2)
    // One that is revoked makes room for one.
    try store.revokeKey(made.withLock { $0[0] }, by: office.zhang, now: now)
    _ = try store.createKey(thumbprint: thumbprint, days: 1, by: Author(client: "acme"), now: now, limit: 2)
  }

  @Test func `gets the calls of a minute, whatever they ask, and no more until the next`() throws {
    try office.grant(calls: 1000)
    let key = try key()
    func ask(_ seconds: Int, dry: Bool = false) throws -> MinuteQuota? {
      var call = office.call(certificate, key, dry: dry, at: office.now.adding(seconds: Int64(seconds)))
      call.callsPerMinute = 3
      return try office.store.admit(call).minute
    }
    #expect(try ask(20) == MinuteQuota(limit: 3, remaining: 2, resetsIn: 40))
    #expect(try ask(21, dry: true)?.remaining == 1)
    // A change of the file is read and forgets nothing.
    try office.store.addClient(id: "other", name: "Other", contact: "o", by: office.zhang, now: office.now)
    #expect(try ask(22)?.remaining == 0)
    let denial = #expect(throws: Denial.self) { try ask(50) }
    #expect(denial?.code == .minuteExceeded && denial?.code.status == 429 && denial?.retryAfter == 10)
    #expect(denial?.minute == MinuteQuota(limit: 3, remaining: 0, resetsIn: 10))
    #expect(office.store.used(1, on: office.now) == 2, "what is refused costs nothing of the day")
    #expect(try ask(60)?.remaining == 2)
    #expect(try ask(59)?.remaining == 1, "a clock that is set back opens no new minute")
  }

  @Test func `is refused once its certificate has ended, on a connection that is still open`() throws {
    try office.grant(days: 100)
    let key = try key()
    let last = certificate.notAfter
    #expect(throws: Never.self) { try office.store.admit(office.call(certificate, key, at: last)) }
    let late = office.call(certificate, key, at: last.adding(seconds: 1))
    let refused = #expect(throws: Denial.self) { try office.store.admit(late) }
    #expect(refused?.code == .certificateExpired && refused?.client == "acme")
    #expect(throws: Denial.self) { try office.store.identify(late) }
    let bare = office.call(certificate, nil, at: last.adding(seconds: 1))
    let unmade = #expect(throws: Denial.self) { try office.store.keyMaker(bare) }
    #expect(unmade?.code == .certificateExpired)
  }
}
