package import Access
package import Bytes
package import Ledgers
import Synchronization
package import Trust

/// The answers log as the gateway keeps it: the ledger, the receipt key, and a clock that never runs back.
package final class Answers: Sendable {
  package let ledger: Ledger
  package let origin: String
  /// The name that the log had before any loss: what grants call the portal by.
  package let portal: String
  package let receiptKey: SigningKey
  private let state = Mutex(State())

  private struct State {
    var last = Timestamp(secondsSince1970: 0)
    var refusals = RefusalCounts()
    /// The seal of the counts that the log was last told of.
    var counted = ""
    /// The release whose people are recognised.
    var recognised = 0
    /// Signed statements about what was lost of the log.
    var gaps: [String] = []
  }

  /// - Parameter portal: the log's first name; where it is not given, the log has never had another.
  package init(ledger: Ledger, origin: String, receiptKey: SigningKey, portal: String? = nil) {
    self.ledger = ledger
    self.origin = origin
    self.portal = portal ?? origin
    self.receiptKey = receiptKey
    // Time goes on from the last entry, whatever the clock says.
    state.withLock { $0.last = ledger.lastTime }
  }

  /// The time of an entry: as given, but never before the one before it. No receipt is dated earlier than the last.
  func time(_ wanted: Timestamp) -> Timestamp {
    state.withLock { state in
      state.last = max(state.last, wanted)
      return state.last
    }
  }

  /// After a clock was corrected: the only way back.
  func resetTime(to time: Timestamp) { state.withLock { $0.last = time } }

  var lastCounted: String {
    get { state.withLock { $0.counted } }
    set { state.withLock { $0.counted = newValue } }
  }

  var recognised: Int {
    get { state.withLock { $0.recognised } }
    set { state.withLock { $0.recognised = newValue } }
  }

  var gaps: [String] {
    get { state.withLock { $0.gaps } }
    set { state.withLock { $0.gaps = newValue } }
  }

  func countAnonymousRefusal() { state.withLock { $0.refusals.strangers += 1 } }

  /// Writes the first refusal of a client for a reason in a minute into the log, and counts the others: who asks again
  /// and again makes no more entries than who asks once. A log that cannot be written throws.
  func tellRefusal(of client: String, code: String, _ members: [JSON.Member], now: Timestamp) throws {
    let slot = RefusalCounts.Slot(client: client, code: code, minute: RefusalCounts.minute(of: now))
    guard state.withLock({ $0.refusals.count(slot) }) else { return }
    do {
      let entry: [JSON.Member] = [
        JSON.Member("event", "refusal"), JSON.Member("client", .string(client)),
        JSON.Member("code", .string(code)), JSON.Member("time", .string(now.rfc3339)),
      ]
      _ = try ledger.append(.object(entry + members))
    } catch {
      // It was not told, so the next one is the first.
      state.withLock { $0.refusals.forget(slot) }
      throw error
    }
  }

  /// Counts a tuple again that was looked up: failed ones, and consents that were used.
  func replay(_ tuple: JSON, client: String, _ time: Timestamp, into access: AccessStore) {
    guard let guess = Guess(json: tuple), let answer = tuple["answer"]?.string, answer != "unavailable" else {
      return
    }
    let consent = tuple["consent"]?.string.flatMap(Hex.decode).flatMap { id in
      tuple["consentExpires"]?.string.flatMap { Timestamp(rfc3339: $0) }.map { Consent(id: id, expires: $0) }
    }
    access.replay(guess, client: client, agreed: answer == "match", consent: consent, now: time)
  }

  /// Moves what the administrative verbs wrote into the log. What is in the log is deleted from the outbox after, and what
  /// a crash left in both is known and not written again.
  package func drain(_ access: AccessStore) throws {
    let waiting = try access.outbox()
    guard let last = waiting.last else { return }
    let fresh = try waiting.map(\.entry).filter { try !access.isLogged($0) }
    // What does not follow the last one goes into no log.
    var ground = access.ground
    for entry in fresh { try ground.take(entry, written: ledger.lastTime) }
    guard !fresh.isEmpty else { return try access.drained(upTo: last.id) }
    let written = try ledger.append(fresh)
    var places: [(serial: Int, index: Int)] = []
    for (entry, place) in zip(fresh, written) {
      try access.take(entry, written: place.time)
      if let serial = Ground.serial(of: entry) { places.append((serial, place.index)) }
    }
    // Who reads both sees an entry twice and never not at all.
    try ledger.persist()
    try access.drained(upTo: last.id, places: places)
  }

  /// One entry for each client, reason and minute with the refusals that were counted, and one for all callers that could
  /// not be identified. What the log does not take is kept for the next time.
  /// - Parameter all: also those of a minute that is not over, and the strangers'; else what is over alone.
  package func tellRefusals(now: Timestamp, all: Bool) throws {
    let time = time(now)
    let counted = state.withLock { $0.refusals.take(before: all ? nil : RefusalCounts.minute(of: time)) }
    guard !counted.isEmpty else { return }
    do {
      _ = try ledger.append(counted.entries(time))
    } catch {
      state.withLock { $0.refusals.putBack(counted) }
      throw error
    }
  }
}
