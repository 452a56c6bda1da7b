import Synchronization

/// Which of the server's crews a request that may block is for: each has its own threads and its own queue, so that what
/// fills one keeps nobody waiting in another.
package enum Work: Int, Sendable, CaseIterable {
  /// Pages, files, the catalogue.
  case files
  /// Queries of stored rows: they may take seconds, so an address has few at a time, and who leaves ends theirs.
  case rows
  /// Answers to companies.
  case gateway
}

/// Who waits for an answer: since when, and whether still.
package final class Caller: Sendable {
  /// Microseconds of the monotonic clock when the request was whole.
  private let since: Int64
  private let gone = Atomic(false)

  init(since: Int64) { self.since = since }

  package init() { since = Clock.microseconds() }

  /// The connection has closed: nobody will read the answer.
  package var isGone: Bool { gone.load(ordering: .relaxed) }

  /// Milliseconds since the request was whole, waiting for a thread included.
  package var milliseconds: Int { Int(clamping: (Clock.microseconds() - since) / 1000) }

  func leave() { gone.store(true, ordering: .relaxed) }
}
