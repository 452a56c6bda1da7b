import Synchronization

/// What the server counts, readable at any time as Prometheus text (version 0.0.4).
package final class Metrics: Sendable {
  package enum Kind: String, Sendable { case counter, gauge }

  private struct Source: Sendable {
    let name: String
    let help: String
    let kind: Kind
    let read: @Sendable () -> [(labels: String, value: Double)]
  }

  private let loops = Mutex<[LoopCounters]>([])
  private let sources = Mutex<[Source]>([])

  package init() {}

  /// Adds a number of another room: read when somebody asks.
  /// - Parameter read: values with their labels, such as `kind="verify"`; empty for none.
  package func add(
    _ name: String, help: String, kind: Kind,
    read: @escaping @Sendable () -> [(labels: String, value: Double)]
  ) {
    sources.withLock { $0.append(Source(name: name, help: help, kind: kind, read: read)) }
  }

  func add(_ counters: LoopCounters) { loops.withLock { $0.append(counters) } }

  /// Requests answered since the start, in all.
  package var requestCount: Int {
    loops.withLock { $0.reduce(0) { $0 + $1.requests.load(ordering: .relaxed) } }
  }
  /// Connections open now.
  package var openConnections: Int {
    loops.withLock { $0.reduce(0) { $0 + $1.open.load(ordering: .relaxed) } }
  }

  /// Every loop has begun to drain, and no connection is left.
  var isDrained: Bool {
    loops.withLock {
      $0.allSatisfy { $0.drains.load(ordering: .acquiring) && $0.open.load(ordering: .relaxed) == 0 }
    }
  }

  package func prometheus() -> [UInt8] {
    var text = ""
    let loops = loops.withLock { $0 }
    func sum(_ field: (LoopCounters) -> Int) -> Double { Double(loops.reduce(0) { $0 + field($1) }) }
    func write(_ name: String, _ help: String, _ kind: Kind, _ values: [(labels: String, value: Double)]) {
      text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
      for (labels, value) in values {
        text += name + (labels.isEmpty ? "" : "{\(labels)}") + " " + Metrics.number(value) + "\n"
      }
    }
    for (name, help, kind, field) in LoopCounters.table {
      write(name, help, kind, [("", sum(field))])
    }
    write(
      "doorsill_http_responses_total", "Answers by class of status.", .counter,
      (1...5).map { hundreds in
        ("class=\"\(hundreds)xx\"", sum { $0.responses(hundreds) })
      })
    text += "# HELP doorsill_http_answer_seconds Time from the last byte of a request to its answer.\n"
    text += "# TYPE doorsill_http_answer_seconds histogram\n"
    var running = 0.0
    for (index, bound) in LoopCounters.bounds.enumerated() {
      running += sum { $0.slower(index) }
      let label = bound.map { Metrics.number(Double($0) / 1_000_000) } ?? "+Inf"
      text += "doorsill_http_answer_seconds_bucket{le=\"\(label)\"} \(Metrics.number(running))\n"
    }
    let total = sum { $0.microseconds.load(ordering: .relaxed) } / 1_000_000
    text += "doorsill_http_answer_seconds_sum \(Metrics.number(total))\n"
    text += "doorsill_http_answer_seconds_count \(Metrics.number(running))\n"
    for source in sources.withLock({ $0 }) { write(source.name, source.help, source.kind, source.read()) }
    return Array(text.utf8)
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }

  /// The numbers as an answer; where it may be asked is the caller's affair.
  package var handler: Action {
    Action(atOnce: false) { [self] _ in
      .bytes(
        prometheus(), type: "text/plain; version=0.0.4; charset=utf-8", headers: ["Cache-Control": "no-store"]
      )
    }
  }
}
