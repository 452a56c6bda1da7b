import Bytes
import Trust

extension EventLoop {
  /// Serves the request that `reader` has whole: at once, or by a worker.
  func serve(_ connection: Connection) {
    guard let (head, body) = connection.reader.take(limits: limits) else { return }
    connection.requests += 1
    connection.caller = shared.proxies.caller(connection.address, head)
    connection.headSince = 0
    connection.bodySince = 0
    connection.toldToContinue = false
    var exchange = Exchange(
      head: head, identity: nextIdentity(), startedAt: Clock.microseconds(),
      closes: head.wantsClose || connection.requests >= limits.requestsPerConnection)
    counters.request()
    if let answer = screen(connection, head) { return send(connection, answer, exchange) }
    let caller = Caller(since: exchange.startedAt)
    let request = Request(
      head: head, body: body, peer: connection.peer, identity: exchange.identity, receivedAt: realTime,
      caller: caller)
    let handler = connection.listener.listener.handler
    if let answer = handler.answerAtOnce(request, local) { return send(connection, answer, exchange) }
    let work = handler.work(for: request)
    let seat = work == .rows && !connection.caller.isLoopback ? connection.caller : nil
    if let seat, !shared.seats.enter(seat) {
      counters.limited()
      return send(connection, EventLoop.tooManyQueries, exchange)
    }
    exchange.caller = caller
    exchange.endsWithCaller = work == .rows
    connection.answering = exchange
    let token = connection.token
    let (inbox, seats, longest) = (inbox, shared.seats, limits.waitMilliseconds)
    let taken = shared.crews[work].submit {
      defer { if let seat { seats.leave(seat) } }
      guard !caller.isGone else { return }
      let waited = caller.milliseconds
      inbox.post(
        .answered(token: token, waited > longest ? EventLoop.busy : handler.respond(to: request)))
    }
    if !taken {
      if let seat { shared.seats.leave(seat) }
      connection.answering = nil
      send(connection, EventLoop.busy, exchange)
    }
  }

  /// What is answered before any handler is asked.
  private func screen(_ connection: Connection, _ head: RequestHead) -> Response? {
    guard connection.listener.listener.hosts.accepts(head.bytes, head.host),
      isForThisSession(connection, head)
    else {
      return .problem(
        421, code: "misdirected", detail: "This server does not answer for the host that was asked for.")
    }
    if limits.requestsPerSecond > 0, connection.listener.listener.limitsRate, !connection.caller.isLoopback,
      !rates.admits(connection.caller.host, now: now)
    {
      counters.limited()
      return rates.refusal
    }
    // The handshake looked at the dates once; a connection may stay open for longer than they hold.
    if let certificate = connection.peer.certificate?.certificate, certificate.notAfter < realTime {
      return EventLoop.expired
    }
    if head.path.isEmpty {
      return Response(status: 204, headers: ["Allow": "GET, HEAD, POST, OPTIONS"])
    }
    if head.method == .trace {
      return Router.notAllowed(head.method, allow: "GET, HEAD, OPTIONS")
    }
    return PathSegments.areAcceptable(head.bytes, head.path) ? nil : .notFound
  }

  /// A session opened for one name may not be used to ask for another (RFC 9110 §7.4).
  private func isForThisSession(_ connection: Connection, _ head: RequestHead) -> Bool {
    guard let name = connection.peer.serverName, let host = head.host else { return true }
    return connection.tls?.isMisdirected != true
      && name.utf8.count == host.count
      && zip(name.utf8, host).allSatisfy { Octet.lowercased($0) == Octet.lowercased(head.bytes[$1]) }
  }

  private static let expired: Response = {
    var response = Response.problem(
      403, code: "certificate-expired",
      detail: "This client certificate has ended. Ask the portal for a new one.")
    response.closes = true
    return response
  }()

  private static let tooManyQueries = Response.problem(
    429, code: "too-many-queries",
    detail: "This address has as many row queries running as it may. Wait for one to end.",
    headers: ["Retry-After": "1"])

  private static let busy = Response.problem(
    503, code: "busy", detail: "The server has more requests waiting than it takes.",
    headers: ["Retry-After": "1"])

  /// A worker has answered.
  func answered(_ connection: Connection, _ response: Response) {
    guard let exchange = connection.answering else { return }
    connection.answering = nil
    send(connection, response, exchange)
    guard connection.phase == .open else { return }
    processPending(connection)
    settle(connection)
  }

  /// Says no to bytes that are no request, and ends the connection: nobody knows where the next one begins.
  func refuse(_ connection: Connection, _ refusal: Refusal) {
    counters.refused()
    connection.caller = connection.address
    var headers: Headers = [:]
    if refusal == .methodNotAllowed { headers["Allow"] = "GET, HEAD, POST, OPTIONS" }
    let response = Response.problem(
      refusal.status, code: refusal.code, detail: refusal.detail, headers: headers)
    let head = connection.reader.head
    let hasBody = !connection.reader.isHead
    render(response, for: head, closes: true, hasBody: hasBody, into: connection)
    connection.closesAfterOutput = true
    connection.headSince = 0
    connection.bodySince = 0
    record(
      connection, head, nil, status: refusal.status, bytes: hasBody ? response.contentLength ?? 0 : 0,
      startedAt: nil)
  }

  /// Writes an answer's head and queues its body.
  func send(_ connection: Connection, _ response: Response, _ exchange: Exchange) {
    let closes = exchange.closes || response.closes || isDraining
    let endsByClosing = render(
      response, for: exchange.head, identity: exchange.identity, closes: closes, into: connection)
    if closes || endsByClosing { connection.closesAfterOutput = true }
    connection.idleSince = now
    record(
      connection, exchange.head, exchange.identity, status: response.statusSent,
      bytes: exchange.head.method == .head ? 0 : response.contentLength ?? 0, startedAt: exchange.startedAt)
    if connection.stream != nil { connection.answering = exchange }
  }

  private func record(
    _ connection: Connection, _ head: RequestHead?, _ identity: RequestIdentity?, status: Int, bytes: Int,
    startedAt: Int64?
  ) {
    let took = startedAt.map { Clock.microseconds() - $0 }
    counters.answered(status: status, bytes: bytes, microseconds: took)
    let isSlow = took.map { $0 / 1000 >= Int64(limits.slowMilliseconds) } ?? false
    guard shared.log != nil || (isSlow && shared.slowLog != nil) else { return }
    let record = AccessLog.Record(
      address: connection.caller, head: head, identity: identity, status: status, bytes: bytes,
      microseconds: took ?? 0, time: realTime, certificate: connection.peer.certificate?.thumbprint)
    shared.log?.format(record, into: &logBuffer)
    if isSlow, let slow = shared.slowLog {
      var line: [UInt8] = []
      slow.format(record, into: &line)
      slow.write(line)
    }
  }
}
