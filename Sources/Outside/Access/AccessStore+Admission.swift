package import Bytes
import SQLite
import Synchronization
import Trust

extension AccessStore {
  /// Judges one call: key and its binding to the certificate, client, grant, purpose, dates, quota. An admitted
  /// call that is not a dry run is counted at once; the ledger entry of its answer makes the count durable.
  package func admit(_ call: Call) throws(Denial) -> Admission {
    let identity = try identify(call)
    let name = identity.client.id
    if call.guesses, !call.dryRun, !guesses.withLock({ $0.keepsPace(name, now: call.now) }) {
      throw Denial(.tooFast, client: name, keyID: identity.key.id, retryAfter: 1)
    }
    return try book.withLock { (book) throws(Denial) in
      let grant = try grant(for: call, client: name, keyID: identity.key.id, in: book)
      let minute = call.callsPerMinute.map { book.minutes.take(grant.id, limit: $0, now: call.now) }
      if let minute, !minute.admitted {
        throw Denial(
          .minuteExceeded, client: name, keyID: identity.key.id, grant: grant.id,
          retryAfter: minute.quota.resetsIn, minute: minute.quota)
      }
      let slot = Book.Slot(grant: grant.id, day: Self.day(of: call.now))
      let used = book.usage[slot] ?? 0
      let resetsIn = 86_400 - Int(((call.now.secondsSince1970 % 86_400) + 86_400) % 86_400)
      guard used + call.calls <= grant.callsPerDay else {
        throw Denial(
          .quotaExceeded, client: name, keyID: identity.key.id, grant: grant.id, retryAfter: resetsIn)
      }
      let counted = call.dryRun ? 0 : call.calls
      if counted > 0 { book.usage[slot] = used + counted }
      return Admission(
        identity: identity, grant: grant, remaining: grant.callsPerDay - used - counted,
        resetsIn: resetsIn, minute: minute?.quota, dryRun: call.dryRun, slot: slot, counted: counted)
    }
  }

  /// Takes back what an admitted call was counted as, because nothing was answered and nothing is in the log: nobody
  /// pays for our own refusal. Once for one admission.
  package func takeBack(_ admission: Admission) {
    guard admission.counted > 0 else { return }
    book.withLock { $0.usage[admission.slot] = max(0, ($0.usage[admission.slot] ?? 0) - admission.counted) }
  }

  /// Who is calling, judged without any grant: for `/v1/me` and the list of results.
  package func identify(_ call: Call) throws(Denial) -> Identity {
    refresh()
    guard let bearer = call.bearer else { throw Denial(.keyRequired) }
    guard KeyText.isWellFormed(bearer) else { throw Denial(.keyInvalid) }
    let mac = pepper.authenticate(Array(bearer.utf8))
    return try book.withLock { (book) throws(Denial) in
      let certificate = book.certificates[call.thumbprint]
      guard let key = book.keys[mac], key.revoked == nil, call.now < key.expires,
        constantTimeEqual(key.publicKeyHash, call.publicKeyHash),
        constantTimeEqual(key.issuerKeyHash, call.issuerKeyHash)
      else { throw Denial(.keyInvalid, client: certificate?.client) }
      // A renewed certificate over the same key is another certificate: it must be registered too.
      guard let certificate, certificate.client == key.client else {
        throw Denial(.certificateUnknown, client: key.client, keyID: key.id)
      }
      guard certificate.revoked == nil else {
        throw Denial(.certificateRevoked, client: key.client, keyID: key.id)
      }
      // The handshake looked at the dates once, and a connection may be older than that.
      guard call.now <= certificate.notAfter else {
        throw Denial(.certificateExpired, client: key.client, keyID: key.id)
      }
      guard let client = book.clients[key.client] else { throw Denial(.keyInvalid) }
      guard client.status == .active else {
        throw Denial(.clientSuspended, client: client.id, keyID: key.id)
      }
      return Identity(client: client, key: key, certificate: certificate)
    }
  }

  /// The grants of a client, for `/v1/me` and the list of results.
  package func grants(of client: String) -> [Grant] { book.withLock { $0.grantsByClient[client] ?? [] } }

  /// Calls a grant has used in the UTC day of the given moment.
  package func used(_ grant: Int, on day: Timestamp) -> Int {
    book.withLock { $0.usage[Book.Slot(grant: grant, day: Self.day(of: day))] ?? 0 }
  }

  private func grant(for call: Call, client: String, keyID: String, in book: borrowing Book) throws(Denial)
    -> Grant
  {
    let held = (book.grantsByClient[client] ?? []).filter {
      $0.dataset == call.dataset && $0.result == call.result
    }
    guard call.resultExists, !held.isEmpty else { throw Denial(.notFound, client: client, keyID: keyID) }
    let fitting = call.purpose.map { purpose in held.filter { $0.purpose == purpose } } ?? held
    guard !fitting.isEmpty else { throw Denial(.notFound, client: client, keyID: keyID) }
    let approved = book.approved
    let usable = fitting.filter { refusal(of: $0, for: call, approved) == nil }
    if let grant = usable.first {
      guard Set(usable.map(\.purpose)).count == 1 else {
        throw Denial(.purposeRequired, client: client, keyID: keyID)
      }
      return grant
    }
    // The youngest grant tells best why none of them serves.
    let youngest = fitting[fitting.count - 1]
    throw Denial(
      refusal(of: youngest, for: call, approved) ?? .notFound, client: client, keyID: keyID,
      grant: youngest.id)
  }

  private func refusal(of grant: Grant, for call: Call, _ approved: Set<Int>) -> Denial.Code? {
    switch grant.status {
    case .revoked: return .grantRevoked
    case .pending: return .grantPending
    case .active: break
    }
    // Whoever approved it for another level has not agreed to this one; grants of 0.1 named none.
    if call.needsSecondPerson,
      !approved.contains(grant.id) || grant.level.map({ $0 != call.level }) ?? false
    {
      return .grantPending
    }
    if call.now < grant.starts { return .grantNotStarted }
    if call.now >= grant.ends { return .grantExpired }
    return nil
  }

  /// Reads the file again where another process has changed it; what is not accounted for is left out. A file that cannot be read keeps the last book:
  /// the revocations it held still hold.
  func refresh() {
    let version = book.withLock { $0.version }
    let now = try? database.use { (connection) throws in try Book.dataVersion(&connection) }
    if now != version { try? reload() }
  }

  static func day(of time: Timestamp) -> String { String(time.rfc3339.prefix(10)) }
}
