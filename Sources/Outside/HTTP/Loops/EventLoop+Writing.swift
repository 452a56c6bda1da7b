import CLinux
import Glibc
import Trust

extension EventLoop {
  /// The socket takes bytes again.
  func writable(_ connection: Connection) {
    switch connection.phase {
    case .handshaking: return handshake(connection)
    case .lingering, .closed: return
    case .open: break
    }
    let readAgain = connection.tlsWantsWrite
    connection.tlsWantsWrite = false
    if readAgain { readable(connection) } else { settle(connection) }
  }

  /// Sends what there is, as far as the socket takes it.
  func flush(_ connection: Connection) {
    flushScratch(connection, more: false)
    guard connection.phase == .open, connection.hasOutput else { return }
    var budget = 4 * 1024 * 1024
    while connection.hasOutput, budget > 0 {
      let outcome: Sockets.Outcome
      switch connection.queue[connection.queueHead] {
      case .bytes(let bytes, let offset):
        let more = connection.queueHead + 1 < connection.queue.count
        outcome = write(connection, bytes, from: offset, more: more)
        if case .done(let count) = outcome { advance(connection, bytes, offset + count, count) }
      case .file(let file, let offset, let count):
        outcome = write(connection, file, offset, count)
        if case .done(let sent) = outcome, sent > 0 {
          if sent == count {
            connection.dequeue()
          } else {
            connection.queue[connection.queueHead] = .file(file, offset: offset + sent, count: count - sent)
          }
        }
      }
      switch outcome {
      case .done(let count):
        budget -= count
        connection.drainedBytes += count
        counters.sent(count)
        trust(connection)
      case .again: return
      // A file that became shorter than promised: the reader must see that the answer is not whole.
      case .ended, .failed: return drop(connection)
      }
    }
  }

  /// Lets the kernel take as much as it likes for a reader that takes it off its hands: half the work for each byte.
  private func trust(_ connection: Connection) {
    guard !connection.isFast, connection.drainSince > 0, connection.drainedBytes > 1 << 20,
      now - connection.drainSince < 1000
    else { return }
    connection.isFast = true
    Sockets.setUnsent(connection.descriptor, bytes: -1)
  }

  private func advance(_ connection: Connection, _ bytes: [UInt8], _ offset: Int, _ count: Int) {
    if offset == bytes.count {
      connection.queuedBytes -= count
      connection.dequeue()
    } else {
      connection.queuedBytes -= count
      connection.queue[connection.queueHead] = .bytes(bytes, offset: offset)
    }
  }

  /// Sends the scratch, or queues it behind what waits already.
  func flushScratch(_ connection: Connection, more: Bool) {
    guard !scratch.isEmpty else { return }
    defer { scratch.removeAll(keepingCapacity: true) }
    guard !connection.hasOutput else { return connection.enqueue(.bytes(scratchCopy(from: 0), offset: 0)) }
    var offset = 0
    while offset < scratch.count {
      switch write(connection, scratch, from: offset, more: more) {
      case .done(let count):
        offset += count
        counters.sent(count)
      case .again:
        connection.enqueue(.bytes(scratchCopy(from: offset), offset: 0))
        return
      case .ended, .failed: return drop(connection)
      }
    }
  }

  /// What the scratch holds, in a buffer of just that size: the scratch itself has room for the largest answer, and a
  /// slow reader would keep all of it.
  private func scratchCopy(from offset: Int) -> [UInt8] {
    scratch.withUnsafeBufferPointer { [UInt8](UnsafeBufferPointer(rebasing: $0[offset...])) }
  }

  private func write(_ connection: Connection, _ bytes: [UInt8], from offset: Int, more: Bool)
    -> Sockets.Outcome
  {
    guard connection.tls != nil else {
      return Sockets.send(connection.descriptor, bytes, from: offset, more: more)
    }
    let outcome = bytes.withUnsafeBytes {
      connection.tls?.write(UnsafeRawBufferPointer(rebasing: $0[offset...]))
    }
    return outcome.map { plain($0, connection) } ?? .failed
  }

  private func write(_ connection: Connection, _ file: OpenFile, _ offset: Int, _ count: Int)
    -> Sockets.Outcome
  {
    guard connection.tls != nil else {
      return Sockets.send(
        connection.descriptor, file: file.descriptor, offset: offset, count: min(count, 1 << 20))
    }
    if connection.tls?.canSendFile == true {
      let outcome = connection.tls?.sendFile(file.descriptor, offset: offset, count: min(count, 1 << 20))
      return outcome.map { plain($0, connection) } ?? .failed
    }
    // Without TLS in the kernel the bytes pass through here, a piece at a time.
    guard let piece = Sockets.read(file.descriptor, offset: offset, count: min(count, 128 * 1024)),
      !piece.isEmpty
    else { return .failed }
    if piece.count == count {
      connection.queue[connection.queueHead] = .bytes(piece, offset: 0)
    } else {
      connection.queue[connection.queueHead] = .file(
        file, offset: offset + piece.count, count: count - piece.count)
      connection.queue.insert(.bytes(piece, offset: 0), at: connection.queueHead)
    }
    connection.queuedBytes += piece.count
    return .done(0)
  }

  private func plain(_ outcome: TLSOutcome, _ connection: Connection) -> Sockets.Outcome {
    switch outcome {
    case .done(let count): return .done(count)
    case .wantWrite: return .again
    case .wantRead:
      // The peer must speak first (a key update): reading goes on anyway.
      return .again
    case .closed, .failed: return .failed
    }
  }

  // MARK: streams

  /// Asks for the next piece when the last has mostly left.
  func pullStream(_ connection: Connection) {
    guard let stream = connection.stream, !connection.streamIsWaiting,
      connection.queuedBytes < limits.outputBytes / 2
    else { return }
    connection.streamIsWaiting = true
    let token = connection.token
    let inbox = inbox
    shared.crews[.files].submitAlways { inbox.post(.streamed(token: token, stream.next())) }
  }

  /// A piece of a stream has come.
  func streamed(_ connection: Connection, _ next: BodyStream.Next) {
    guard connection.phase == .open, connection.stream != nil else { return }
    connection.streamIsWaiting = false
    switch next {
    case .bytes(let bytes):
      guard !bytes.isEmpty else { break }
      if connection.streamIsChunked {
        scratch.append(contentsOf: String(bytes.count, radix: 16).utf8)
        StatusLine.append("\r\n", to: &scratch)
        queue(bytes, connection)
        StatusLine.append("\r\n", to: &scratch)
      } else {
        queue(bytes, connection)
      }
    case .end:
      if connection.streamIsChunked { StatusLine.append("0\r\n\r\n", to: &scratch) }
      connection.stream = nil
      connection.answering = nil
      connection.idleSince = now
      processPending(connection)
    case .failed:
      // Without the last chunk the reader knows that the answer is not whole.
      return drop(connection)
    }
    settle(connection)
  }
}
