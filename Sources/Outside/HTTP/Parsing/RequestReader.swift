/// Turns the bytes of one connection into requests, one after the other: head, then body by its framing.
struct RequestReader: Sendable {
  private enum State: Sendable { case head, length(remaining: Int), chunked, complete }

  private var state = State.head
  private var parser: HeadParser
  private var chunks: ChunkedDecoder
  /// The head once it has been read whole, while the body is still coming.
  private(set) var head: RequestHead?
  private(set) var body: [UInt8] = []

  init(limits: Limits) {
    parser = HeadParser(limits: limits)
    chunks = ChunkedDecoder(limits: limits)
  }

  /// Nothing of the next request has arrived.
  var isAtStart: Bool { head == nil && parser.isAtStart }
  var isReadingBody: Bool { head != nil }
  /// What is being read is a HEAD request, as far as is known.
  var isHead: Bool { head.map { $0.method == .head } ?? parser.isHead }

  /// Reads what it can. `consumed` bytes need not be handed over again; when `complete`, call `take`.
  ///
  /// While a head is incomplete nothing is consumed: hand over the same bytes again with more behind them.
  mutating func read(
    _ bytes: borrowing Span<UInt8>, limits: Limits
  ) throws(Refusal) -> (consumed: Int, complete: Bool) {
    var position = 0
    if case .head = state {
      guard try parser.parse(bytes, limits: limits) else { return (0, false) }
      position = parser.position
      let head = try RequestHead(parser, bytes: bytes, limits: limits)
      guard !head.hasUnknownExpectation else { throw .unknownExpectation }
      self.head = head
      switch head.framing {
      case .none: state = .complete
      case .length(let length):
        state = .length(remaining: length)
        body.reserveCapacity(min(length, 65_536))
      case .chunked: state = .chunked
      }
    }
    switch state {
    case .head: break
    case .complete: return (position, true)
    case .length(let remaining):
      let count = min(remaining, bytes.count - position)
      bytes.extracting(position..<(position + count)).withUnsafeBufferPointer { body.append(contentsOf: $0) }
      position += count
      state = count == remaining ? .complete : .length(remaining: remaining - count)
      return (position, count == remaining)
    case .chunked:
      if try chunks.decode(bytes, from: &position, into: &body, limits: limits) {
        state = .complete
        return (position, true)
      }
    }
    return (position, false)
  }

  /// The complete request; the reader starts again.
  mutating func take(limits: Limits) -> (head: RequestHead, body: [UInt8])? {
    guard case .complete = state, let head else { return nil }
    let body = body
    self = RequestReader(limits: limits)
    return (head, body)
  }
}
