import CLinux
import Glibc
import Trust

extension EventLoop {
  /// Takes the connections that wait, a bounded number a turn.
  /// - Returns: whether more may be waiting.
  @discardableResult
  func accept(_ index: Int) -> Bool {
    guard index < listeners.count, !isDraining else { return false }
    let listener = listeners[index]
    for _ in 0..<64 {
      guard shared.census.hasRoom else {
        pauseAccepting()
        return false
      }
      guard let (descriptor, address) = Sockets.accept(listener.descriptor) else {
        switch errno {
        case EAGAIN: return false
        case EINTR, ECONNABORTED, EPROTO: continue
        // Out of descriptors or memory: waiting helps, asking again at once only burns time.
        default:
          pauseAccepting()
          return false
        }
      }
      guard shared.census.enter(address) else {
        counters.refusedConnection()
        close(descriptor)
        continue
      }
      open(descriptor, address, listener)
    }
    return true
  }

  private func open(_ descriptor: Int32, _ address: NetworkAddress, _ listener: LoopListener) {
    var session: TLSSession?
    if let holder = listener.listener.tls {
      do {
        session = try TLSSession(holder.context, descriptor: descriptor)
      } catch {
        shared.census.leave(address)
        close(descriptor)
        return
      }
    }
    let connection = Connection(
      descriptor: descriptor, token: newToken(), listener: listener, address: address, tls: session,
      limits: limits, now: now)
    keep(connection)
    connection.interest = doorsill_epoll_in()
    watch(descriptor, connection.interest, connection.token)
    setDeadline(connection)
  }

  /// Stops asking for connections for a tenth of a second; those there are live on.
  func pauseAccepting() {
    guard pausedUntil == 0 else { return }
    for listener in listeners where !listener.isPaused {
      listener.isPaused = true
      unwatch(listener.descriptor)
    }
    pausedUntil = now + 100
    counters.paused()
  }

  func resumeAccepting() {
    pausedUntil = 0
    guard !isDraining else { return }
    for index in listeners.indices where listeners[index].isPaused {
      listeners[index].isPaused = false
      watchListener(index)
    }
  }

  /// Moves a handshake on.
  func handshake(_ connection: Connection) {
    guard let outcome = connection.tls?.handshake() else { return drop(connection) }
    switch outcome {
    case .done:
      counters.handshake(succeeded: true)
      guard let peer = identify(connection) else { return fail(connection) }
      connection.peer = peer
      connection.phase = .open
      connection.phaseSince = now
      connection.idleSince = now
      setInterest(connection, doorsill_epoll_in())
      // The first request may have come with the last message of the handshake.
      readable(connection)
    case .wantRead:
      setInterest(connection, doorsill_epoll_in())
      setDeadline(connection)
    case .wantWrite:
      setInterest(connection, doorsill_epoll_out())
      setDeadline(connection)
    case .closed:
      counters.handshake(succeeded: false)
      drop(connection)
    case .failed:
      counters.handshake(succeeded: false)
      fail(connection)
    }
  }

  /// After a failed handshake its alert must still arrive: the socket is closed on our side and read on.
  private func fail(_ connection: Connection) {
    shutdown(connection.descriptor, Int32(SHUT_WR))
    startLingering(connection)
  }

  /// Who the other side proved to be; nil where a certificate cannot be read, which ends the connection.
  private func identify(_ connection: Connection) -> Peer? {
    var certificate: PeerCertificate?
    if let found = connection.tls?.peerCertificate {
      guard let issuer = connection.tls?.peerIssuerKeyHash else { return nil }
      certificate = PeerCertificate(
        thumbprint: found.thumbprint, publicKeyHash: found.publicKeyHash, issuerKeyHash: issuer,
        certificate: found)
    }
    return Peer(
      address: connection.address, certificate: certificate, serverName: connection.tls?.serverName,
      isEncrypted: true)
  }
}
