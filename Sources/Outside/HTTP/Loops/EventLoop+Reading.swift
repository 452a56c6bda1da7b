import CLinux
import Glibc
import Trust

extension EventLoop {
  /// The socket has something, or the connection was put on the ready list.
  func readable(_ connection: Connection) {
    switch connection.phase {
    case .handshaking: return handshake(connection)
    case .lingering: return discard(connection)
    case .closed: return
    case .open: break
    }
    guard wantsInput(connection) else {
      // Level-triggered: without this the loop would be told again and again.
      return setInterest(connection, connection.interest & ~doorsill_epoll_in())
    }
    var turns = 0
    connection.mayHaveBuffered = connection.tls != nil
    reading: while wantsInput(connection) {
      switch receive(connection) {
      case .done(let count):
        consume(connection, count)
        turns += 1
        if connection.tls == nil {
          if count < input.count { break reading }
        } else if connection.tls?.hasBuffered == false {
          connection.mayHaveBuffered = false
          break reading
        }
        if turns == 4 { break reading }
      case .again:
        connection.mayHaveBuffered = false
        break reading
      case .ended:
        connection.inputEnded = true
        break reading
      case .failed: return drop(connection)
      }
    }
    settle(connection)
  }

  /// Whether another request may be read: answers leave in order, one request is served at a time, and what is
  /// not taken off our hands stops us from taking more.
  func wantsInput(_ connection: Connection) -> Bool {
    connection.phase == .open && connection.answering == nil && !connection.closesAfterOutput
      && !connection.inputEnded && hasRoom(connection)
  }

  private func hasRoom(_ connection: Connection) -> Bool {
    connection.queuedBytes + scratch.count < limits.outputBytes && connection.queue.count < 64
  }

  private func receive(_ connection: Connection) -> Sockets.Outcome {
    guard connection.tls != nil else { return Sockets.receive(connection.descriptor, into: &input) }
    let outcome = input.withUnsafeMutableBytes { connection.tls?.read(into: $0) }
    switch outcome {
    case .done(let count): return .done(count)
    case .wantRead: return .again
    case .wantWrite:
      connection.tlsWantsWrite = true
      return .again
    case .closed: return .ended
    case .failed, nil: return .failed
    }
  }

  private func consume(_ connection: Connection, _ count: Int) {
    if connection.pendingOffset == connection.pending.count {
      let bytes = input
      let used = process(connection, bytes.span.extracting(0..<count))
      connection.pendingOffset = 0
      connection.pending = used < count && connection.phase == .open ? Array(bytes[used..<count]) : []
    } else {
      connection.pending.append(contentsOf: input[0..<count])
      processPending(connection)
    }
  }

  /// Goes on with the bytes that were kept.
  func processPending(_ connection: Connection) {
    guard connection.pendingOffset < connection.pending.count else { return }
    let bytes = connection.pending
    connection.pending = []
    let start = connection.pendingOffset
    let used = start + process(connection, bytes.span.extracting(start..<bytes.count))
    if used == bytes.count || connection.phase != .open {
      connection.pendingOffset = 0
    } else if used > 16 * 1024 {
      connection.pending = Array(bytes[used...])
      connection.pendingOffset = 0
    } else {
      connection.pending = bytes
      connection.pendingOffset = used
    }
  }

  /// Serves every whole request in `bytes`; returns how many bytes are done with.
  private func process(_ connection: Connection, _ bytes: borrowing Span<UInt8>) -> Int {
    var used = 0
    while used < bytes.count, connection.phase == .open, connection.answering == nil,
      !connection.closesAfterOutput, hasRoom(connection)
    {
      do throws(Refusal) {
        let (consumed, complete) = try connection.reader.read(
          bytes.extracting(used..<bytes.count), limits: limits)
        used += consumed
        guard complete else {
          awaitMore(connection)
          connection.pendingIsStalled = false
          return used
        }
      } catch {
        refuse(connection, error)
        return bytes.count
      }
      serve(connection)
    }
    connection.pendingIsStalled = used < bytes.count && connection.answering == nil
    return used
  }

  /// A request has begun and is not whole: its clocks start, and who waits for it is told to go on.
  private func awaitMore(_ connection: Connection) {
    if connection.reader.isReadingBody {
      if connection.bodySince == 0 { connection.bodySince = now }
      connection.headSince = 0
      if connection.reader.head?.expectsContinue == true, !connection.toldToContinue {
        connection.toldToContinue = true
        StatusLine.append("HTTP/1.1 100 Continue\r\n\r\n", to: &scratch)
      }
    } else if !connection.reader.isAtStart, connection.headSince == 0 {
      connection.headSince = now
    }
  }

  /// After anything happened to an open connection: what is left to read, to send, to wait for.
  func settle(_ connection: Connection) {
    guard connection.phase == .open else { return }
    if connection.inputEnded, connection.answering == nil, !connection.closesAfterOutput, hasRoom(connection)
    {
      processPending(connection)
      if connection.answering == nil, !connection.closesAfterOutput, connection.phase == .open,
        hasRoom(connection)
      {
        if connection.reader.isAtStart {
          connection.closesAfterOutput = true
        } else {
          refuse(connection, .endedTooSoon)
        }
      }
    }
    flush(connection)
    guard connection.phase == .open else { return }
    pullStream(connection)
    if connection.closesAfterOutput {
      if !connection.hasOutput, connection.stream == nil { return finish(connection) }
    } else if connection.pendingIsStalled, hasRoom(connection) {
      // Room was made: the requests that were kept waiting come next.
      connection.pendingIsStalled = false
      processPending(connection)
      return settle(connection)
    }
    updateInterest(connection)
    setDeadline(connection)
  }

  private func updateInterest(_ connection: Connection) {
    var events = connection.interest & doorsill_epoll_in()
    if wantsInput(connection) {
      if connection.mayHaveBuffered {
        connection.mayHaveBuffered = false
        ready.append(connection.token)
      }
      events = doorsill_epoll_in()
    } else if connection.inputEnded {
      events = 0
    }
    if connection.answering?.endsWithCaller == true { events |= doorsill_epoll_left() }
    if connection.hasOutput || connection.tlsWantsWrite { events |= doorsill_epoll_out() }
    setInterest(connection, events)
  }
}
