import Trust

/// One connection of one loop; only that loop's thread touches it.
///
/// An idle connection holds no buffers: what came is read into the loop's buffer, and only the rest of an
/// incomplete request or of an unsent answer is kept here.
final class Connection {
  enum Phase { case handshaking, open, lingering, closed }

  /// What waits to be sent, in order.
  enum Segment {
    case bytes([UInt8], offset: Int)
    case file(OpenFile, offset: Int, count: Int)
  }

  let descriptor: Int32
  let token: UInt64
  let listener: LoopListener
  let address: NetworkAddress
  /// For whom the last request was: the address itself, or whom a trusted front server named.
  var caller: NetworkAddress
  var peer: Peer
  var tls: TLSSession?
  var phase: Phase

  // Input
  var reader: RequestReader
  /// Bytes that came and are not consumed, from `pendingOffset` on.
  var pending: [UInt8] = []
  var pendingOffset = 0
  var inputEnded = false
  var toldToContinue = false
  /// Whole requests wait in `pending` because too much waits to be sent.
  var pendingIsStalled = false
  /// The TLS session may hold bytes that the socket will not announce again.
  var mayHaveBuffered = false
  var requests = 0

  // The request being answered by a worker or a stream.
  var answering: Exchange?
  var stream: BodyStream?
  var streamIsChunked = false
  var streamIsWaiting = false

  // Output
  var queue: [Segment] = []
  var queueHead = 0
  /// Bytes held in memory by the queue.
  var queuedBytes = 0
  var closesAfterOutput = false

  // Readiness and deadlines, in milliseconds of the monotonic clock; 0: not set.
  var interest: UInt32 = 0
  var tlsWantsWrite = false
  var wheelAt: Int64 = 0
  var deadline: Int64 = .max
  var idleSince: Int64
  var headSince: Int64 = 0
  var bodySince: Int64 = 0
  var drainSince: Int64 = 0
  var drainedBytes = 0
  /// The reader has shown that it takes large answers as fast as they come.
  var isFast = false
  var phaseSince: Int64

  init(
    descriptor: Int32, token: UInt64, listener: LoopListener, address: NetworkAddress,
    tls: consuming TLSSession?,
    limits: Limits, now: Int64
  ) {
    self.descriptor = descriptor
    self.token = token
    self.listener = listener
    self.address = address
    caller = address
    phase = tls == nil ? .open : .handshaking
    self.tls = tls
    peer = Peer(address: address)
    reader = RequestReader(limits: limits)
    idleSince = now
    phaseSince = now
  }

  var hasOutput: Bool { queueHead < queue.count }
  /// Nothing of a request is here, nothing is being answered or sent.
  var isIdle: Bool {
    phase == .open && answering == nil && !hasOutput && reader.isAtStart && pendingOffset == pending.count
  }

  func enqueue(_ segment: Segment) {
    if case .bytes(let bytes, let offset) = segment { queuedBytes += bytes.count - offset }
    queue.append(segment)
  }

  /// Takes the first segment off.
  func dequeue() {
    queueHead += 1
    if queueHead == queue.count {
      queue.removeAll()
      queueHead = 0
      queuedBytes = 0
    }
  }
}

/// A request between its last byte and its answer.
struct Exchange {
  let head: RequestHead
  let identity: RequestIdentity
  /// Microseconds of the monotonic clock when it was complete.
  let startedAt: Int64
  let closes: Bool
  /// Who waits for it, where a worker has it.
  var caller: Caller?
  /// Whether the work ends when the other side says that it sends no more.
  var endsWithCaller = false
}

/// A listener as one loop has it.
final class LoopListener {
  let descriptor: Int32
  let listener: Listener
  /// The listener's own fields, rendered, for every answer.
  let fields: [UInt8]
  /// Those of a listener that is open to other origins.
  static let crossOriginFields: [UInt8] = {
    var fields: [UInt8] = []
    CrossOrigin.answer.render(into: &fields)
    return fields
  }()
  var isPaused = false

  init(descriptor: Int32, listener: Listener) {
    self.descriptor = descriptor
    self.listener = listener
    var fields: [UInt8] = []
    listener.headers.render(into: &fields)
    self.fields = fields
  }
}
