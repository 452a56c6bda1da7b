/// Answers requests. A handler says nothing about sockets; the server runs it where it belongs.
package protocol Handler: Sendable {
  /// Asked first, on the loop's own thread: must neither block nor compute for long. nil sends the request to a
  /// worker, which calls `respond`.
  func answerAtOnce(_ request: Request, _ loop: LoopLocal) -> Response?

  /// Asked on the loop's own thread: which crew `respond` is for.
  func work(for request: Request) -> Work

  /// Asked on a worker's thread; may block.
  func respond(to request: Request) -> Response
}

extension Handler {
  package func answerAtOnce(_ request: Request, _ loop: LoopLocal) -> Response? { nil }
  package func work(for request: Request) -> Work { .files }
}

/// What a handler keeps for one loop, so that the hot path needs no lock. It never leaves the loop's thread.
package final class LoopLocal {
  /// The loop's number, from 0.
  package let index: Int
  private var values: [ObjectIdentifier: AnyObject] = [:]

  package init(index: Int) { self.index = index }

  /// The value kept for `owner`, made on first use.
  package func value<T: AnyObject>(for owner: AnyObject, _ make: () -> T) -> T {
    let key = ObjectIdentifier(owner)
    if let value = values[key] as? T { return value }
    let value = make()
    values[key] = value
    return value
  }
}

/// A handler that is one function.
package struct Action: Handler {
  private let atOnce: Bool
  private let work: Work
  private let body: @Sendable (Request) -> Response

  /// - Parameter atOnce: the function neither blocks nor computes for long, so it may run on the loop.
  package init(
    atOnce: Bool = false, work: Work = .files, _ body: @escaping @Sendable (Request) -> Response
  ) {
    self.atOnce = atOnce
    self.work = work
    self.body = body
  }

  package func answerAtOnce(_ request: Request, _ loop: LoopLocal) -> Response? {
    atOnce ? body(request) : nil
  }
  package func work(for request: Request) -> Work { work }
  package func respond(to request: Request) -> Response { body(request) }
}
