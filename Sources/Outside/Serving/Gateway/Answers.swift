package import Access
package import Bytes
package import Ledgers
import Synchronization
package import Trust

/// The answers log as the gateway keeps it: the ledger, the receipt key, and a clock that never runs back.
package final class Answers: Sendable {
  package let ledger: Ledger
  package let origin: String
  package let receiptKey: SigningKey
  private let state = Mutex(State())

  private struct State {
    var last = Timestamp(secondsSince1970: 0)
    var anonymousRefusals = 0
  }

  package init(ledger: Ledger, origin: String, receiptKey: SigningKey) {
    self.ledger = ledger
    self.origin = origin
    self.receiptKey = receiptKey
  }

  /// The time of an entry: as given, but never before the one before it. No receipt is dated earlier than the last.
  func time(_ wanted: Timestamp) -> Timestamp {
    state.withLock { state in
      state.last = max(state.last, wanted)
      return state.last
    }
  }

  func countAnonymousRefusal() { state.withLock { $0.anonymousRefusals += 1 } }

  /// Counts the answers the access database's snapshot does not include yet. Refuses a log that lacks entries which the
  /// database has counted.
  package func replay(into access: AccessStore) throws {
    let start = try access.countedUpTo()
    guard start <= ledger.size else { throw OutsideState.lostEntries(ledger.size, counted: start) }
    for index in start..<ledger.size {
      let entry = try ledger.entry(at: index)
      guard let text = entry["time"]?.string, let time = Timestamp(rfc3339: text) else { continue }
      state.withLock { $0.last = max($0.last, time) }
      if entry["event"]?.string == "answer", entry["dryRun"]?.bool != true, let grant = entry["grant"]?.int {
        let tuples = entry["tuples"]?.array
        access.replay(grant: grant, time: time, calls: tuples?.count ?? 1)
        for tuple in tuples ?? [] { replay(tuple, client: entry["client"]?.string ?? "", time, into: access) }
      }
    }
  }

  /// Counts a tuple again that was looked up: failed ones, and consents that were used.
  private func replay(_ tuple: JSON, client: String, _ time: Timestamp, into access: AccessStore) {
    guard let guess = Guess(json: tuple), let answer = tuple["answer"]?.string, answer != "unavailable" else {
      return
    }
    let consent = tuple["consent"]?.string.flatMap(Hex.decode).flatMap { id in
      tuple["consentExpires"]?.string.flatMap { Timestamp(rfc3339: $0) }.map { Consent(id: id, expires: $0) }
    }
    access.replay(guess, client: client, agreed: answer == "match", consent: consent, now: time)
  }

  /// Moves what the administrative verbs wrote into the log. What is in the log is deleted from the outbox after,
  /// so that a crash between the two may double an entry and never lose one.
  package func drain(_ access: AccessStore) throws {
    let waiting = try access.outbox()
    guard let last = waiting.last else { return }
    _ = try ledger.append(waiting.map(\.entry))
    try access.drained(upTo: last.id)
  }

  /// One entry for all refusals of callers that could not be identified, since the last.
  package func tellAnonymousRefusals(now: Timestamp) throws {
    let count = state.withLock { state in
      defer { state.anonymousRefusals = 0 }
      return state.anonymousRefusals
    }
    guard count > 0 else { return }
    _ = try ledger.append([
      "event": "refusals", "count": .number(String(count)), "time": .string(time(now).rfc3339),
    ])
  }
}
