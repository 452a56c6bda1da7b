/// Finds the handler for a path and a method.
///
/// Patterns are segments after slashes: a literal, `{name}` for any one segment that is not empty, and
/// `{name...}` last, for the rest of the path. Literals win over names. A path that no pattern matches goes to the
/// fallback (the static files) or is 404; a matched path with another method is 405 with `Allow`
/// (RFC 9110 §15.5.6). HEAD is answered by GET's handler, OPTIONS by the router.
package struct Router: Handler {
  /// One line of the route table, as documentation and tests read it.
  package struct Route: Sendable, Hashable {
    package let method: Method
    package let pattern: String
  }

  private enum Token: Sendable, Equatable { case literal(String), name(String), rest(String) }

  private struct Entry: Sendable {
    let tokens: [Token]
    let pattern: String
    let crossOrigin: Bool
    var handlers: [(method: Method, handler: any Handler)]
  }

  private var entries: [Entry] = []
  /// First segments that some pattern begins with, as bytes: what tells the hot path that no pattern can match.
  private var firstSegments: [[UInt8]] = []
  private var anyFirstSegment = false
  private let fallback: (any Handler)?

  package init(fallback: (any Handler)? = nil) { self.fallback = fallback }

  /// Every route, in the order added.
  package var routes: [Route] {
    entries.flatMap { entry in entry.handlers.map { Route(method: $0.method, pattern: entry.pattern) } }
  }

  /// Adds a route. A second handler for the same method and pattern replaces the first.
  ///
  /// - Parameter crossOrigin: pages of other origins may read what is answered, where the listener lets them; the
  ///   first route of a pattern says it for all its methods.
  package mutating func on(
    _ method: Method, _ pattern: String, _ handler: any Handler, crossOrigin: Bool = true
  ) {
    let tokens = Router.tokens(pattern)
    if let index = entries.firstIndex(where: { $0.tokens == tokens }) {
      entries[index].handlers.removeAll { $0.method == method }
      entries[index].handlers.append((method, handler))
    } else {
      entries.append(
        Entry(tokens: tokens, pattern: pattern, crossOrigin: crossOrigin, handlers: [(method, handler)]))
    }
    if case .literal(let first) = tokens.first {
      if !firstSegments.contains(Array(first.utf8)) { firstSegments.append(Array(first.utf8)) }
    } else {
      anyFirstSegment = true
    }
  }

  /// Adds a GET route whose handler may block, or not (`atOnce`).
  package mutating func get(
    _ pattern: String, atOnce: Bool = false, work: Work = .files, crossOrigin: Bool = true,
    _ body: @escaping @Sendable (Request) -> Response
  ) {
    on(.get, pattern, Action(atOnce: atOnce, work: work, body), crossOrigin: crossOrigin)
  }

  /// Adds a POST route.
  package mutating func post(_ pattern: String, _ body: @escaping @Sendable (Request) -> Response) {
    on(.post, pattern, Action(body))
  }

  package func answerAtOnce(_ request: Request, _ loop: LoopLocal) -> Response? {
    let (found, crossOrigin) = find(request)
    var response: Response?
    switch found {
    case .handler(let handler, let parameters):
      guard !parameters.isEmpty else {
        response = handler.answerAtOnce(request, loop)
        break
      }
      var request = request
      request.parameters = parameters
      response = handler.answerAtOnce(request, loop)
    case .answer(let answer): response = answer
    }
    if !crossOrigin { response?.crossOrigin = false }
    return response
  }

  package func work(for request: Request) -> Work {
    if case .handler(let handler, _) = find(request).0 { handler.work(for: request) } else { .files }
  }

  package func respond(to request: Request) -> Response {
    let (found, crossOrigin) = find(request)
    var response: Response
    switch found {
    case .handler(let handler, let parameters):
      var request = request
      request.parameters = parameters
      response = handler.respond(to: request)
    case .answer(let answer): response = answer
    }
    if !crossOrigin { response.crossOrigin = false }
    return response
  }

  private enum Found { case handler(any Handler, [String: String]), answer(Response) }

  private func find(_ request: Request) -> (Found, crossOrigin: Bool) {
    if mayMatch(request.head), let (entry, parameters) = match(request.pathSegments) {
      return (choose(entry, parameters, request.method), entry.crossOrigin)
    }
    if let fallback { return (.handler(fallback, [:]), true) }
    let problem = Method.known.contains(request.method) ? Problem.notFound : .notAllowed(request.method)
    return (.answer(problem.response()), true)
  }

  private func choose(_ entry: Entry, _ parameters: [String: String], _ method: Method) -> Found {
    if let exact = entry.handlers.first(where: { $0.method == method }) {
      return .handler(exact.handler, parameters)
    }
    if method == .head, let get = entry.handlers.first(where: { $0.method == .get }) {
      return .handler(get.handler, parameters)
    }
    let allow = Router.allow(entry.handlers.map(\.method))
    if method == .options { return .answer(Response(status: 204, headers: ["Allow": allow])) }
    return .answer(Router.notAllowed(method, allow: allow))
  }

  /// 405 with what would be allowed; a method nobody knows is 501.
  package static func notAllowed(_ method: Method, allow: String) -> Response {
    let problem = Problem.notAllowed(method)
    return problem.response(headers: problem.status == 405 ? ["Allow": allow] : [:])
  }

  private static func allow(_ methods: [Method]) -> String {
    var names = methods.map(\.rawValue)
    if methods.contains(.get), !methods.contains(.head) { names.append("HEAD") }
    if !methods.contains(.options) { names.append("OPTIONS") }
    return names.joined(separator: ", ")
  }

  private func mayMatch(_ head: RequestHead) -> Bool {
    guard !entries.isEmpty, !head.path.isEmpty else { return false }
    guard !anyFirstSegment else { return true }
    let start = head.path.lowerBound + 1
    var end = start
    while end < head.path.upperBound, head.bytes[end] != Octet.slash {
      // An escape may spell a literal: look properly.
      if head.bytes[end] == Octet.percent { return true }
      end += 1
    }
    for first in firstSegments where first.count == end - start {
      if first.indices.allSatisfy({ first[$0] == head.bytes[start + $0] }) { return true }
    }
    return false
  }

  private func match(_ segments: [String]) -> (Entry, [String: String])? {
    var best: (entry: Entry, parameters: [String: String], literals: Int)?
    for entry in entries {
      guard let parameters = Router.parameters(entry.tokens, segments) else { continue }
      let literals = entry.tokens.reduce(0) { count, token in
        if case .literal = token { count + 1 } else { count }
      }
      if best.map({ literals > $0.literals }) ?? true { best = (entry, parameters, literals) }
    }
    return best.map { ($0.entry, $0.parameters) }
  }

  private static func parameters(_ tokens: [Token], _ segments: [String]) -> [String: String]? {
    var found: [String: String] = [:]
    for (index, token) in tokens.enumerated() {
      if case .rest(let name) = token {
        guard index < segments.count else { return nil }
        found[name] = segments[index...].joined(separator: "/")
        return found
      }
      guard index < segments.count else { return nil }
      switch token {
      case .literal(let text): guard segments[index] == text else { return nil }
      case .name(let name):
        guard !segments[index].isEmpty else { return nil }
        found[name] = segments[index]
      case .rest: break
      }
    }
    return tokens.count == segments.count ? found : nil
  }

  private static func tokens(_ pattern: String) -> [Token] {
    pattern.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { part in
      guard part.hasPrefix("{"), part.hasSuffix("}") else { return .literal(String(part)) }
      let name = part.dropFirst().dropLast()
      return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .name(String(name))
    }
  }
}
