/// What a server takes from a caller before it says no. Every limit has a unit, a default, and an answer.
package struct Limits: Sendable, Equatable {
  /// Bytes of a method's name; longer is answered 501.
  package var methodBytes = 64
  /// Bytes of the request line; longer is answered 414. RFC 9112 §3 asks for at least 8,000.
  package var requestLineBytes = 9216
  /// Bytes of all header fields together; more is answered 431.
  package var headerBytes = 32 * 1024
  /// Header fields in one request; more is answered 431.
  package var headerFields = 100
  /// Bytes of all trailer fields together; more is answered 431.
  package var trailerBytes = 8 * 1024
  /// Bytes of all chunk extensions of one body together; more is answered 413.
  package var chunkExtensionBytes = 4096
  /// Bytes of a request body after its coding was taken off; more is answered 413.
  package var bodyBytes = 1024 * 1024
  /// Byte ranges in one request; more are answered with the whole (200).
  package var ranges = 10

  /// Seconds a TLS handshake may take; then the connection is closed.
  package var handshakeSeconds = 10
  /// Seconds a whole header section may take from the first byte (or from the connection's start); then 408.
  package var headerSeconds = 10
  /// Seconds of grace before the rate of a body is looked at.
  package var bodyGraceSeconds = 5
  /// Bytes a second a body must bring after the grace; slower is answered 408.
  package var bodyBytesPerSecond = 1024
  /// Bytes a second a reader must take, averaged over `drainSeconds`; slower is cut off.
  package var drainBytesPerSecond = 512
  /// Seconds over which a reader's speed is averaged.
  package var drainSeconds = 30
  /// Seconds a connection may stay idle between requests; then it is closed.
  package var idleSeconds = 60
  /// Seconds a closing connection is read on, so that no reset eats the last answer.
  package var lingerSeconds = 2
  /// Requests on one connection; the last is answered with `Connection: close`.
  package var requestsPerConnection = 1000
  /// Connections from one IPv4 /24 or IPv6 /56 (loopback is not counted); more are closed at once.
  package var connectionsPerNetwork = 200
  /// Connections in all; at the limit the listeners pause. 0: what the descriptor limit allows.
  package var connections = 0
  /// Bytes waiting to be sent on one connection above which it is not read on.
  package var outputBytes = 256 * 1024
  /// Requests waiting for a worker; more are answered 503.
  package var waitingRequests = 2048
  /// Threads for handlers that may block and belong to no other crew.
  package var workers = 8
  /// Threads for queries of rows.
  package var rowWorkers = 4
  /// Threads for the gateway.
  package var gatewayWorkers = 8
  /// Milliseconds a request may wait for a thread; longer is answered 503.
  package var waitMilliseconds = 5000
  /// Row queries that one address may have at once, waiting ones included (loopback is not limited); more are answered
  /// 429. Less than there are threads, so that no address has them all.
  package var rowQueriesPerAddress = 2
  /// Requests a second one address may send, averaged (loopback is not limited); faster is answered 429. 0: no limit.
  package var requestsPerSecond = 0
  /// Requests one address may send at once before the average counts.
  package var requestBurst = 0
  /// Milliseconds after which an answer counts as slow and goes into the slow log.
  package var slowMilliseconds = 1000
  /// Milliseconds a drain waits for a request on a connection that is silent or shakes hands.
  package var drainIdleMilliseconds = 1000
  /// Seconds a drain waits for requests in flight.
  package var drainTimeoutSeconds = 30

  package init() {}
}
