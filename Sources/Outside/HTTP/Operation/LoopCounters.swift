import Synchronization

/// The counters of one loop: it alone writes, anybody may read.
final class LoopCounters: Sendable {
  let accepted = Atomic<Int>(0)
  let open = Atomic<Int>(0)
  let refusedConnections = Atomic<Int>(0)
  let pauses = Atomic<Int>(0)
  let handshakes = Atomic<Int>(0)
  let failedHandshakes = Atomic<Int>(0)
  let requests = Atomic<Int>(0)
  let refusals = Atomic<Int>(0)
  let rateLimited = Atomic<Int>(0)
  let timeouts = Atomic<Int>(0)
  let cutOffs = Atomic<Int>(0)
  let bytesSent = Atomic<Int>(0)
  let microseconds = Atomic<Int>(0)
  /// The loop takes no more connections and ends those it has.
  let drains = Atomic<Bool>(false)
  private let class1 = Atomic<Int>(0)
  private let class2 = Atomic<Int>(0)
  private let class3 = Atomic<Int>(0)
  private let class4 = Atomic<Int>(0)
  private let class5 = Atomic<Int>(0)
  private let under100us = Atomic<Int>(0)
  private let under1ms = Atomic<Int>(0)
  private let under5ms = Atomic<Int>(0)
  private let under25ms = Atomic<Int>(0)
  private let under100ms = Atomic<Int>(0)
  private let under500ms = Atomic<Int>(0)
  private let under2s = Atomic<Int>(0)
  private let slow = Atomic<Int>(0)

  /// Upper bounds of the histogram in microseconds; the last has none.
  static let bounds: [Int?] = [100, 1000, 5000, 25_000, 100_000, 500_000, 2_000_000, nil]

  static let table: [(String, String, Metrics.Kind, @Sendable (LoopCounters) -> Int)] = [
    (
      "doorsill_http_connections_total", "Connections taken.", .counter,
      { $0.accepted.load(ordering: .relaxed) }
    ),
    ("doorsill_http_connections_open", "Connections open now.", .gauge, { $0.open.load(ordering: .relaxed) }),
    (
      "doorsill_http_connections_refused_total", "Connections closed because their network has too many.",
      .counter,
      { $0.refusedConnections.load(ordering: .relaxed) }
    ),
    (
      "doorsill_http_accept_pauses_total", "Pauses of accepting for want of descriptors.", .counter,
      { $0.pauses.load(ordering: .relaxed) }
    ),
    (
      "doorsill_tls_handshakes_total", "TLS handshakes done.", .counter,
      { $0.handshakes.load(ordering: .relaxed) }
    ),
    (
      "doorsill_tls_handshakes_failed_total", "TLS handshakes failed.", .counter,
      { $0.failedHandshakes.load(ordering: .relaxed) }
    ),
    (
      "doorsill_http_requests_total", "Whole requests read.", .counter,
      { $0.requests.load(ordering: .relaxed) }
    ),
    (
      "doorsill_http_refusals_total", "Bytes that were no request, answered and closed.", .counter,
      { $0.refusals.load(ordering: .relaxed) }
    ),
    (
      "doorsill_http_rate_limited_total", "Requests answered 429 for their address.", .counter,
      { $0.rateLimited.load(ordering: .relaxed) }
    ),
    (
      "doorsill_http_timeouts_total", "Connections closed for waiting too long.", .counter,
      { $0.timeouts.load(ordering: .relaxed) }
    ),
    (
      "doorsill_http_slow_readers_total", "Connections closed for reading too slowly.", .counter,
      { $0.cutOffs.load(ordering: .relaxed) }
    ),
    ("doorsill_http_sent_bytes_total", "Bytes sent.", .counter, { $0.bytesSent.load(ordering: .relaxed) }),
  ]

  func opened() {
    accepted.add(1, ordering: .relaxed)
    open.add(1, ordering: .relaxed)
  }
  func drain() { drains.store(true, ordering: .releasing) }
  func closed() { open.subtract(1, ordering: .relaxed) }
  func refusedConnection() { refusedConnections.add(1, ordering: .relaxed) }
  func paused() { pauses.add(1, ordering: .relaxed) }
  func request() { requests.add(1, ordering: .relaxed) }
  func refused() { refusals.add(1, ordering: .relaxed) }
  func limited() { rateLimited.add(1, ordering: .relaxed) }
  func timedOut() { timeouts.add(1, ordering: .relaxed) }
  func cutOff() { cutOffs.add(1, ordering: .relaxed) }
  func sent(_ count: Int) { bytesSent.add(count, ordering: .relaxed) }

  func handshake(succeeded: Bool) {
    if succeeded {
      handshakes.add(1, ordering: .relaxed)
    } else {
      failedHandshakes.add(1, ordering: .relaxed)
    }
  }

  func answered(status: Int, bytes: Int, microseconds took: Int64?) {
    switch status / 100 {
    case 1: class1.add(1, ordering: .relaxed)
    case 2: class2.add(1, ordering: .relaxed)
    case 3: class3.add(1, ordering: .relaxed)
    case 4: class4.add(1, ordering: .relaxed)
    default: class5.add(1, ordering: .relaxed)
    }
    guard let took else { return }
    microseconds.add(Int(took), ordering: .relaxed)
    switch took {
    case ..<100: under100us.add(1, ordering: .relaxed)
    case ..<1000: under1ms.add(1, ordering: .relaxed)
    case ..<5000: under5ms.add(1, ordering: .relaxed)
    case ..<25_000: under25ms.add(1, ordering: .relaxed)
    case ..<100_000: under100ms.add(1, ordering: .relaxed)
    case ..<500_000: under500ms.add(1, ordering: .relaxed)
    case ..<2_000_000: under2s.add(1, ordering: .relaxed)
    default: slow.add(1, ordering: .relaxed)
    }
  }

  func responses(_ hundreds: Int) -> Int {
    switch hundreds {
    case 1: class1.load(ordering: .relaxed)
    case 2: class2.load(ordering: .relaxed)
    case 3: class3.load(ordering: .relaxed)
    case 4: class4.load(ordering: .relaxed)
    default: class5.load(ordering: .relaxed)
    }
  }

  /// Answers in one step of the histogram.
  func slower(_ index: Int) -> Int {
    switch index {
    case 0: under100us.load(ordering: .relaxed)
    case 1: under1ms.load(ordering: .relaxed)
    case 2: under5ms.load(ordering: .relaxed)
    case 3: under25ms.load(ordering: .relaxed)
    case 4: under100ms.load(ordering: .relaxed)
    case 5: under500ms.load(ordering: .relaxed)
    case 6: under2s.load(ordering: .relaxed)
    default: slow.load(ordering: .relaxed)
    }
  }
}
