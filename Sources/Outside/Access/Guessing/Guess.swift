package import Bytes
import Synchronization
import Trust

/// One tuple that a client asks about, as the counters know it: keyed hashes, never what was sent.
package struct Guess: Sendable, Hashable {
  /// Of the dataset and the subject's fields.
  package let subject: [UInt8]
  /// Of everything that was stated.
  package let tuple: [UInt8]
  /// Place of the subject's identifier among its like, for telling who walks through them; kept in memory alone.
  let ordinal: UInt64?

  /// As the log's entries hold it; it cannot tell of ordinals.
  package init?(json: JSON) {
    guard let subject = json["subject"]?.string.flatMap(Hex.decode),
      let tuple = json["tuple"]?.string.flatMap(Hex.decode)
    else { return nil }
    self.init(subject: subject, tuple: tuple, ordinal: nil)
  }

  init(subject: [UInt8], tuple: [UInt8], ordinal: UInt64?) {
    self.subject = subject
    self.tuple = tuple
    self.ordinal = ordinal
  }
}

extension AccessStore {
  /// - Parameters:
  ///   - subject: the subject's fields in their normal form.
  ///   - claims: what else is stated, in its normal form.
  package func guess(dataset: String, result: String, subject: [String], claims: [String]) -> Guess {
    func hash(_ word: String, _ texts: [String]) -> [UInt8] {
      Array(pepper.authenticate(LengthPrefix.join([word, dataset] + texts)).prefix(16))
    }
    return Guess(
      subject: hash("doorsill/gs/1", subject), tuple: hash("doorsill/gt/1", [result] + subject + claims),
      ordinal: GuessBook.ordinal(of: subject))
  }

  /// What the counters say of a tuple before it is answered. Where it may be it counts as failed until `settle` knows
  /// better, so that calls at the same time cannot try more than one after the other could. A consent is used up with
  /// it.
  package func begin(
    _ guess: Guess, client: String, consent: Consent?, lockAfter limit: Int, now: Timestamp
  ) -> GuessBook.Permit {
    guesses.withLock { $0.begin(guess, client: client, consent: consent, lockAfter: limit, now: now) }
  }

  /// What came of a tuple that was allowed. Gives what somebody has to be told of.
  package func settle(
    _ guess: Guess, client: String, agreed: Bool, alarmAt limit: Int, now: Timestamp
  ) -> [Alarm] {
    guesses.withLock { $0.settle(guess, client: client, agreed: agreed, alarmAt: limit, now: now) }
  }

  /// Takes back what `begin` noted, because nothing was answered after all.
  package func takeBack(_ guess: Guess, client: String, consent: Consent?) {
    guesses.withLock { $0.takeBack(guess, client: client, consent: consent) }
  }

  /// Counts a tuple of an entry of the log again.
  package func replay(
    _ guess: Guess, client: String, agreed: Bool, consent: Consent?, now: Timestamp
  ) {
    guesses.withLock { guesses in
      _ = guesses.begin(guess, client: client, consent: consent, lockAfter: .max, now: now)
      _ = guesses.settle(guess, client: client, agreed: agreed, alarmAt: .max, now: now)
    }
  }

  /// Suspends a client whose checks fail too often: the custodian decides when it may call again.
  package func suspendForGuessing(_ client: String, now: Timestamp) throws {
    try setStatus(
      .suspended, ofClient: client, by: Author(rule: "more than half of the recent checks failed"), now: now)
  }
}

/// Something a custodian has to be told of.
package struct Alarm: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// Many failed tuples about one subject, across clients.
    case subject
    /// One client walks through identifiers that follow each other.
    case sequence
    /// More than half of a client's recent checks failed: it is suspended.
    case failing
  }

  package let kind: Kind
  /// The client; nil where several have a part in it.
  package let client: String?
  /// The subject's keyed hash.
  package let subject: [UInt8]?
  /// Failed tuples, or identifiers that follow each other.
  package let count: Int
  /// How many clients have a part in it.
  package let clients: Int
}
