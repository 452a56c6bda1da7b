import CLinux
import Glibc
import Trust

extension EventLoop {
  /// Everything is sent: says goodbye, and reads on until the other side has too, so that no reset overtakes the
  /// last answer (RFC 9112 §9.6).
  func finish(_ connection: Connection) {
    _ = connection.tls?.shutdown()
    shutdown(connection.descriptor, Int32(SHUT_WR))
    connection.phase = .lingering
    guard !connection.inputEnded else { return drop(connection) }
    startLingering(connection)
  }

  func startLingering(_ connection: Connection) {
    connection.phase = .lingering
    connection.phaseSince = now
    connection.pending = []
    connection.pendingOffset = 0
    setInterest(connection, doorsill_epoll_in())
    setDeadline(connection)
  }

  /// Reads and forgets, a bounded amount a turn.
  func discard(_ connection: Connection) {
    for _ in 0..<16 {
      switch Sockets.receive(connection.descriptor, into: &input) {
      case .done: continue
      case .again: return
      case .ended, .failed: return drop(connection)
      }
    }
  }

  /// Closes at once.
  func drop(_ connection: Connection) {
    guard connection.phase != .closed else { return }
    if connection.phase == .open { _ = connection.tls?.shutdown() }
    connection.phase = .closed
    connection.tls = nil
    connection.stream = nil
    connection.answering?.caller?.leave()
    connection.answering = nil
    connection.queue = []
    connection.queueHead = 0
    connection.pending = []
    close(connection.descriptor)
    shared.census.leave(connection.address)
    release(connection)
    if pausedUntil > 0 { pausedUntil = now }
  }

  /// Stops listening, and lets every connection end: after its current answer, or after the next one, if it comes soon.
  ///
  /// An idle connection is not closed at once: a request may be on its way to us, and would be lost without an answer.
  func drain() {
    guard !isDraining else { return }
    // Who has connected already is taken: closing the socket it waits at would reset it. A socket that is shared is taken
    // over with those who wait at it.
    for (index, listener) in listeners.enumerated() where !listener.listener.isShared {
      while accept(index) {}
    }
    drainingSince = now
    for listener in listeners {
      if !listener.isPaused { unwatch(listener.descriptor) }
      if !listener.listener.isShared { close(listener.descriptor) }
    }
    listeners = []
    for case .some(let connection) in connections { setDeadline(connection) }
    counters.drain()
  }

  /// Cuts off who proved himself with a certificate that was taken back since.
  func closeRevoked(evenIdle: Bool) {
    for case .some(let connection) in connections {
      guard let certificate = connection.peer.certificate?.certificate, evenIdle || !connection.isIdle,
        connection.listener.listener.tls?.context.revokes(certificate) == true
      else { continue }
      drop(connection)
    }
  }

  // MARK: deadlines

  /// Sets the moment at which the connection has waited long enough for what it waits for.
  func setDeadline(_ connection: Connection) {
    if connection.hasOutput {
      if connection.drainSince == 0 {
        connection.drainSince = now
        connection.drainedBytes = 0
      }
    } else {
      connection.drainSince = 0
    }
    connection.deadline = moment(connection)
    guard connection.deadline != .max,
      connection.wheelAt == 0 || connection.deadline < connection.wheelAt - 200
    else { return }
    connection.wheelAt = wheel.add(connection.token, deadline: connection.deadline)
  }

  private func moment(_ connection: Connection) -> Int64 {
    switch connection.phase {
    case .closed: return .max
    case .handshaking: return soon(connection.phaseSince + Int64(limits.handshakeSeconds) * 1000)
    case .lingering: return connection.phaseSince + Int64(limits.lingerSeconds) * 1000
    case .open: break
    }
    if connection.hasOutput { return connection.drainSince + Int64(limits.drainSeconds) * 1000 }
    if connection.answering != nil { return .max }
    if connection.bodySince > 0 {
      let received = Int64(connection.reader.body.count) * 1000 / Int64(max(1, limits.bodyBytesPerSecond))
      return connection.bodySince + Int64(limits.bodyGraceSeconds) * 1000 + received
    }
    if connection.headSince > 0 { return connection.headSince + Int64(limits.headerSeconds) * 1000 }
    return soon(connection.idleSince + Int64(limits.idleSeconds) * 1000)
  }

  /// A moment up to which somebody may be silent, or an earlier one while the loop drains.
  private func soon(_ moment: Int64) -> Int64 {
    isDraining ? min(moment, drainingSince + Int64(limits.drainIdleMilliseconds)) : moment
  }

  /// The wheel has come to a connection: perhaps too early, then it is entered again.
  func expire(_ connection: Connection) {
    guard now >= connection.wheelAt else { return }
    connection.wheelAt = 0
    guard connection.deadline <= now else { return setDeadline(connection) }
    switch connection.phase {
    case .closed: return
    case .handshaking, .lingering: return drop(connection)
    case .open: break
    }
    if connection.hasOutput {
      guard connection.drainedBytes >= limits.drainBytesPerSecond * limits.drainSeconds else {
        counters.cutOff()
        return drop(connection)
      }
      connection.drainSince = 0
      return setDeadline(connection)
    }
    counters.timedOut()
    if connection.headSince > 0 || connection.bodySince > 0 {
      refuse(connection, .tooSlow)
      settle(connection)
    } else if isDraining {
      finish(connection)
    } else {
      drop(connection)
    }
  }
}
