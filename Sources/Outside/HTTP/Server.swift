import CLinux
import Glibc
import Synchronization

/// An HTTP/1.1 server: a loop for each core, each with its own listening sockets, and a few workers.
package final class Server: Sendable {
  private typealias Socket = (descriptor: Int32, listener: Listener)
  /// Threads that serve connections where nobody says how many: one for each core this process may use.
  package static var usualLoops: Int { max(1, Int(doorsill_usable_cores())) }

  private struct Running: Sendable {
    /// The listening sockets of each loop, from `open` until `start`.
    var sockets: [[Socket]] = []
    var inboxes: [Inbox] = []
    var threads: [ServerThread] = []
    var crews: Crews?
    var addresses: [ListenAddress] = []
  }

  private let listeners: [Listener]
  private let limits: Limits
  private let loopCount: Int
  private let log: AccessLog?
  private let slowLog: AccessLog?
  private let proxies: TrustedProxies
  package let metrics: Metrics
  private let running = Mutex(Running())

  /// - Parameters:
  ///   - loops: threads that serve connections; one for each core where nil.
  ///   - proxies: front servers that are believed when they say for whom they ask.
  ///   - slowLog: a second log for answers that took longer than `limits.slowMilliseconds`.
  package init(
    listeners: [Listener], limits: Limits = Limits(), loops: Int? = nil, log: AccessLog? = nil,
    slowLog: AccessLog? = nil, metrics: Metrics = Metrics(), proxies: TrustedProxies = .none
  ) {
    self.listeners = listeners
    self.limits = limits
    loopCount = max(1, loops ?? Server.usualLoops)
    self.log = log
    self.slowLog = slowLog
    self.proxies = proxies
    self.metrics = metrics
  }

  /// Where it listens, with the ports the system chose.
  package var addresses: [ListenAddress] { running.withLock { $0.addresses } }

  /// Opens every listening socket, and makes no thread yet: the moment to give up rights and shut the door.
  package func open() throws(ServerError) {
    guard running.withLock({ $0.sockets.isEmpty }) else { return }
    raiseDescriptorLimit()
    var addresses: [ListenAddress] = []
    var sockets = Array(repeating: [Socket](), count: loopCount)
    for listener in listeners {
      let address = try open(listener, into: &sockets)
      addresses.append(address)
    }
    running.withLock { $0 = Running(sockets: sockets, addresses: addresses) }
  }

  /// Opens the sockets where `open` has not, and serves until `stop` or `drain`.
  package func start() throws(ServerError) {
    // OpenSSL writes with write(2): a peer that has gone must be an error there, not a signal.
    signal(SIGPIPE, SIG_IGN)
    try open()
    guard let crews = Crews(limits: limits) else {
      throw ServerError(code: .noLoop, subject: "", errorNumber: errno)
    }
    log?.start()
    slowLog?.start()
    let (sockets, addresses) = running.withLock { ($0.sockets, $0.addresses) }
    guard crews.start(limits: limits) else {
      throw ServerError(code: .noThreads, subject: "", errorNumber: errno)
    }
    let shared = EventLoop.Shared(
      limits: limits, crews: crews, seats: Seats(limit: limits.rowQueriesPerAddress), proxies: proxies,
      metrics: metrics,
      log: log, slowLog: slowLog,
      census: Census(limits: limits, proxies: proxies),
      processIdentity: UInt64.random(in: 0 ... .max))
    var inboxes: [Inbox] = []
    var threads: [ServerThread] = []
    for number in 0..<loopCount {
      guard let inbox = Inbox() else { throw ServerError(code: .noLoop, subject: "", errorNumber: errno) }
      let counters = LoopCounters()
      metrics.add(counters)
      let own = sockets[number]
      let thread = ServerThread("loop-\(number)") {
        // The loop is made on its own thread and never leaves it.
        let listeners = own.map { LoopListener(descriptor: $0.descriptor, listener: $0.listener) }
        EventLoop(number: number, inbox: inbox, listeners: listeners, shared: shared, counters: counters)?
          .run()
      }
      guard let thread else { throw ServerError(code: .noThreads, subject: "", errorNumber: errno) }
      inboxes.append(inbox)
      threads.append(thread)
    }
    running.withLock {
      $0 = Running(
        sockets: sockets, inboxes: inboxes, threads: threads, crews: crews, addresses: addresses)
    }
  }

  /// One socket for each loop on the same port; an inherited one is shared.
  private func open(
    _ listener: Listener, into sockets: inout [[Socket]]
  ) throws(ServerError) -> ListenAddress {
    let opened: OpenedSockets
    switch listener.source {
    case .opened(let before): opened = before
    case .address(let address): opened = try OpenedSockets(address, loops: loopCount)
    }
    if opened.isShared {
      for index in sockets.indices { sockets[index].append((opened.descriptors[0], listener)) }
    } else {
      for (index, descriptor) in opened.descriptors.enumerated() {
        sockets[index % loopCount].append((descriptor, listener))
      }
    }
    return opened.address
  }

  /// Every descriptor the hard limit allows: connections are what a server needs them for.
  private func raiseDescriptorLimit() {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(resource, &limit)
  }

  /// Stops listening and waits until every request in flight is answered, or the time is up; then ends the threads.
  package func drain() {
    let running = running.withLock { $0 }
    for inbox in running.inboxes { inbox.post(.drain) }
    let end = Clock.milliseconds() + Int64(limits.drainTimeoutSeconds) * 1000
    while !metrics.isDrained, Clock.milliseconds() < end { usleep(5000) }
    stop()
  }

  /// Closes everything at once and ends the threads.
  package func stop() {
    let old = running.withLock { running in
      let old = running
      running = Running()
      return old
    }
    for inbox in old.inboxes { inbox.post(.stop) }
    for thread in old.threads { thread.join() }
    old.crews?.stop()
  }

  /// Closes the connections whose certificates are on a list of their listener's present context: a list counts for
  /// those too who were let in before it.
  /// - Parameter evenIdle: also those that wait for a request; not needed where the handler judges each request.
  package func closeRevoked(evenIdle: Bool) {
    for inbox in running.withLock({ $0.inboxes }) { inbox.post(.closeRevoked(evenIdle: evenIdle)) }
  }

  /// Opens the log anew after a rotation.
  package func reopenLog() {
    log?.reopen()
    slowLog?.reopen()
  }
}
