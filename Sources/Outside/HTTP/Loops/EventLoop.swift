import Bytes
import CLinux
import Glibc
import Trust

/// One thread that serves its share of the connections: waits for what is ready, moves each as far as it goes, and
/// never blocks. Made, used and ended on its own thread.
final class EventLoop {
  /// What a loop shares with the others and with the server.
  struct Shared: Sendable {
    let limits: Limits
    let crews: Crews
    let seats: Seats
    let proxies: TrustedProxies
    let metrics: Metrics
    let log: AccessLog?
    let slowLog: AccessLog?
    let census: Census
    let processIdentity: UInt64
  }

  let shared: Shared
  let limits: Limits
  let counters: LoopCounters
  let inbox: Inbox
  let local: LoopLocal
  let poller: Int32
  var listeners: [LoopListener]

  var connections: [Connection?] = []
  private var generations: [UInt32] = []
  private var freeSlots: [Int] = []
  private(set) var openCount = 0
  /// The most connections since memory was last given back.
  private var peakCount = 0

  var wheel: TimerWheel
  var now: Int64
  var realTime: Timestamp
  /// The Date field of this second, rendered.
  private(set) var dateField: [UInt8] = []

  /// Where bytes are read into, for whichever connection is ready.
  var input: [UInt8]
  /// Where answers are written before they are sent, for the connection being served.
  var scratch: [UInt8] = []
  /// Connections that have more to do although their socket will not say so.
  var ready: [UInt64] = []
  var logBuffer: [UInt8] = []
  var rates: RateTable
  /// When the loop began to end its connections; 0: it has not.
  var drainingSince: Int64 = 0
  var isDraining: Bool { drainingSince > 0 }
  private var isStopping = false
  var pausedUntil: Int64 = 0
  private var requestNumber: UInt64

  private static let wakeToken = UInt64.max
  private static let firstListenerToken = UInt64.max - 4096

  init?(number: Int, inbox: Inbox, listeners: [LoopListener], shared: Shared, counters: LoopCounters) {
    poller = doorsill_epoll_create()
    guard poller >= 0 else { return nil }
    self.inbox = inbox
    self.listeners = listeners
    self.shared = shared
    self.counters = counters
    limits = shared.limits
    local = LoopLocal(index: number)
    now = Clock.milliseconds()
    realTime = Timestamp.now()
    wheel = TimerWheel(now: now)
    input = Array(repeating: 0, count: 64 * 1024)
    scratch.reserveCapacity(160 * 1024)
    rates = RateTable(perSecond: limits.requestsPerSecond, burst: limits.requestBurst)
    requestNumber = UInt64(number) << 40
    renderDate()
    watch(inbox.descriptor, doorsill_epoll_in(), EventLoop.wakeToken)
    for (index, listener) in listeners.enumerated() {
      let events = doorsill_epoll_in() | (listener.listener.isShared ? doorsill_epoll_exclusive() : 0)
      watch(listener.descriptor, events, EventLoop.firstListenerToken + UInt64(index))
    }
  }

  deinit { close(poller) }

  /// Serves until told to stop.
  func run() {
    var events = [UInt32](repeating: 0, count: 256)
    var tokens = [UInt64](repeating: 0, count: 256)
    var due: [UInt64] = []
    while !isStopping {
      let count = Int(doorsill_epoll_wait(poller, &events, &tokens, 256, timeout))
      now = Clock.milliseconds()
      renderDate()
      for index in 0..<max(0, count) { handle(tokens[index], events[index]) }
      serveReady()
      wheel.advance(to: now, &due)
      for token in due { if let connection = connection(token) { expire(connection) } }
      due.removeAll(keepingCapacity: true)
      if pausedUntil > 0, now >= pausedUntil { resumeAccepting() }
      flushLog(force: count == 0)
    }
    for case .some(let connection) in connections { drop(connection) }
    for listener in listeners where !listener.listener.isShared { close(listener.descriptor) }
    flushLog(force: true)
  }

  private var timeout: Int32 {
    guard ready.isEmpty else { return 0 }
    let wait = wheel.wait(from: now)
    let soon: Int32 = pausedUntil > 0 ? 100 : !logBuffer.isEmpty ? 1000 : -1
    return wait < 0 ? soon : soon < 0 ? wait : min(wait, soon)
  }

  private func handle(_ token: UInt64, _ events: UInt32) {
    if token >= EventLoop.firstListenerToken {
      if token == EventLoop.wakeToken {
        readInbox()
      } else {
        accept(Int(token - EventLoop.firstListenerToken))
      }
      return
    }
    guard let connection = connection(token) else { return }
    if events & doorsill_epoll_error() != 0, events & doorsill_epoll_in() == 0 { return drop(connection) }
    // Who waits for rows and closes has gone: what is computed for nobody is not computed on.
    if events & doorsill_epoll_left() != 0, connection.answering?.endsWithCaller == true {
      return drop(connection)
    }
    if events & doorsill_epoll_out() != 0 {
      writable(connection)
      guard connection.phase != .closed else { return }
    }
    if events & doorsill_epoll_in() != 0 { readable(connection) }
  }

  private func readInbox() {
    for message in inbox.take() {
      switch message {
      case .answered(let token, let response):
        if let connection = connection(token) { answered(connection, response) }
      case .streamed(let token, let next):
        if let connection = connection(token) { streamed(connection, next) }
      case .closeRevoked(let evenIdle): closeRevoked(evenIdle: evenIdle)
      case .drain: drain()
      case .stop: isStopping = true
      }
    }
  }

  private func serveReady() {
    guard !ready.isEmpty else { return }
    let tokens = ready
    ready.removeAll(keepingCapacity: true)
    for token in tokens { if let connection = connection(token) { readable(connection) } }
  }

  // MARK: connections by token

  /// The connection of a token, unless it has gone and its place was taken by another.
  func connection(_ token: UInt64) -> Connection? {
    let slot = Int(token & 0xFFFF_FFFF)
    guard slot < connections.count, let connection = connections[slot], connection.token == token else {
      return nil
    }
    return connection
  }

  func newToken() -> UInt64 {
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
    } else {
      slot = connections.count
      connections.append(nil)
      generations.append(0)
    }
    generations[slot] = (generations[slot] &+ 1) & 0x7FFF_FFFF
    return UInt64(generations[slot]) << 32 | UInt64(slot)
  }

  func keep(_ connection: Connection) {
    connections[Int(connection.token & 0xFFFF_FFFF)] = connection
    openCount += 1
    peakCount = max(peakCount, openCount)
    counters.opened()
  }

  func release(_ connection: Connection) {
    let slot = Int(connection.token & 0xFFFF_FFFF)
    connections[slot] = nil
    freeSlots.append(slot)
    openCount -= 1
    counters.closed()
    // After a flood: what it took goes back to the system.
    if peakCount >= 1024, openCount < peakCount / 8 {
      peakCount = openCount
      shared.crews[.files].submitAlways { doorsill_give_memory_back() }
    }
  }

  // MARK: readiness

  func watch(_ descriptor: Int32, _ events: UInt32, _ token: UInt64) {
    _ = doorsill_epoll_ctl(poller, 1, descriptor, events, token)
  }

  func unwatch(_ descriptor: Int32) { _ = doorsill_epoll_ctl(poller, 2, descriptor, 0, 0) }

  func setInterest(_ connection: Connection, _ events: UInt32) {
    guard events != connection.interest else { return }
    connection.interest = events
    _ = doorsill_epoll_ctl(poller, 3, connection.descriptor, events, connection.token)
  }

  func watchListener(_ index: Int) {
    watch(listeners[index].descriptor, doorsill_epoll_in(), EventLoop.firstListenerToken + UInt64(index))
  }

  // MARK: time

  private func renderDate() {
    let seconds = Clock.seconds()
    guard dateField.isEmpty || seconds != realTime.secondsSince1970 else { return }
    realTime = Timestamp(secondsSince1970: seconds)
    dateField = Array("Date: \(realTime.httpDate)\r\n".utf8)
  }

  func nextIdentity() -> RequestIdentity {
    requestNumber &+= 1
    return RequestIdentity(process: shared.processIdentity, number: requestNumber)
  }

  // MARK: the log

  func flushLog(force: Bool) {
    guard let log = shared.log, !logBuffer.isEmpty, force || logBuffer.count > 32 * 1024 else { return }
    log.write(logBuffer)
    logBuffer.removeAll(keepingCapacity: true)
  }
}
