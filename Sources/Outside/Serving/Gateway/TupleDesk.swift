import Access
import Dispatch
import Glibc
import HTTP
import Releases
import Synchronization
package import Trust

/// Where tuples are looked up: never on an event loop, a few at a time so that scrypt cannot eat the machine, and with
/// answers that leave on a grid of time.
package final class TupleDesk: Sendable {
  /// Answers leave at multiples of this after their call came in, so that how long one took tells nothing.
  static let step = Duration.milliseconds(25)
  /// Calls that may wait for their turn; more are told to come again.
  static let mostWaiting = 4

  /// Why nothing can be looked up now.
  enum Refusal: Error { case busy, noKey, noMemory }

  private let readKey: @Sendable () -> Secret?
  private let pause: @Sendable (Duration) -> Void
  private let seats: DispatchSemaphore
  private let waiting = Atomic<Int>(0)
  private let places: Int
  private let state = Mutex(State())
  /// Memory-hard evaluations since the start: the work that answers took.
  let evaluations = Atomic<Int>(0)

  private struct State {
    var key: Secret?
    var tags: [String: TupleTag] = [:]
    var answers: [String: Int] = [:]
    var alarms: [String: Int] = [:]
  }

  /// - Parameters:
  ///   - key: reads the verify key; nil where there is none yet.
  ///   - seats: calls that are computed at the same time.
  ///   - pause: lets time pass.
  package init(
    key: @escaping @Sendable () -> Secret?, seats: Int = 2,
    pause: @escaping @Sendable (Duration) -> Void = { duration in
      usleep(UInt32(clamping: duration.components.attoseconds / 1_000_000_000_000))
    }
  ) {
    readKey = key
    places = max(1, seats)
    self.seats = DispatchSemaphore(value: max(1, seats))
    self.pause = pause
  }

  /// Looks tuples up when the call's turn comes: for each one memory-hard evaluation and one search of fixed length,
  /// whatever comes of it.
  func look(
    up tuples: [[String]], in stored: StoredResult, _ tags: StoredTags
  ) throws(Refusal) -> [(known: Bool, value: String?)] {
    guard let tag = tag(stored, tags) else { throw .noKey }
    let inside = waiting.add(1, ordering: .relaxed).newValue
    defer { waiting.subtract(1, ordering: .relaxed) }
    guard inside <= places + Self.mostWaiting else { throw .busy }
    seats.wait()
    defer { seats.signal() }
    var found: [(known: Bool, value: String?)] = []
    for fields in tuples {
      evaluations.add(1, ordering: .relaxed)
      do { found.append(try tags.look(up: fields, tag)) } catch { throw .noMemory }
    }
    return found
  }

  private func tag(_ stored: StoredResult, _ tags: StoredTags) -> TupleTag? {
    state.withLock { state in
      if state.key == nil { state.key = readKey() }
      guard let key = state.key else { return nil }
      let name = "\(stored.dataset)/\(stored.result) \(tags.cost.n) \(tags.cost.r) \(tags.cost.p)"
      if let tag = state.tags[name] { return tag }
      let tag = TupleTag(key: key, dataset: stored.dataset, result: stored.result, cost: tags.cost)
      state.tags[name] = tag
      return tag
    }
  }

  // MARK: Time

  /// How long an answer still has to wait that was ready after `elapsed`: until the next multiple of the step.
  static func rest(after elapsed: Duration) -> Duration {
    let (step, taken) = (step.nanoseconds, max(1, elapsed.nanoseconds))
    return .nanoseconds((taken + step - 1) / step * step - taken)
  }

  /// Waits until the answer to a call that came in at `start` may leave.
  func hold(since start: ContinuousClock.Instant) {
    pause(Self.rest(after: ContinuousClock.now - start))
  }

  // MARK: Numbers

  func count(_ answers: [TupleAnswer]) {
    state.withLock { state in for answer in answers { state.answers[answer.code, default: 0] += 1 } }
  }

  func count(alarm kind: String) { state.withLock { $0.alarms[kind, default: 0] += 1 } }

  /// Adds its numbers to the server's.
  func tell(_ metrics: Metrics) {
    metrics.add("doorsill_tuples_total", help: "Tuples checked, by answer.", kind: .counter) { [self] in
      let counted = state.withLock { $0.answers }
      return ["match", "no-match", "unavailable"].map { ("answer=\"\($0)\"", Double(counted[$0] ?? 0)) }
    }
    metrics.add(
      "doorsill_tuple_evaluations_total", help: "Memory-hard evaluations.", kind: .counter
    ) { [self] in [("", Double(evaluations.load(ordering: .relaxed)))] }
    metrics.add(
      "doorsill_tuple_alarms_total", help: "Alarms about guessing, by kind.", kind: .counter
    ) { [self] in
      let counted = state.withLock { $0.alarms }
      return Alarm.Kind.allCases.map { ("kind=\"\($0.rawValue)\"", Double(counted[$0.rawValue] ?? 0)) }
    }
  }
}

/// Cores this process may use.
enum ProcessorCount {
  static var online: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

extension Duration {
  /// Whole nanoseconds.
  fileprivate var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
