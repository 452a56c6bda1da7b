/// Deadlines by the tick: a ring of lists, one tick a tenth of a second.
///
/// An entry may come too early (a deadline that was moved later keeps its old place): who is called looks at the
/// real deadline and enters again. So moving a deadline later, what every request does, costs nothing.
struct TimerWheel {
  static let tickMilliseconds: Int64 = 100
  private static let slots = 1024

  private var ring: [[UInt64]] = Array(repeating: [], count: TimerWheel.slots)
  private var current: Int64
  private(set) var count = 0

  init(now: Int64) { current = now / TimerWheel.tickMilliseconds }

  /// Enters a token; a deadline further away than the ring is long comes early and is entered again.
  /// - Returns: the millisecond at which it will come.
  mutating func add(_ token: UInt64, deadline: Int64) -> Int64 {
    let wanted = deadline / TimerWheel.tickMilliseconds + 1
    let tick = min(max(wanted, current + 1), current + Int64(TimerWheel.slots) - 1)
    ring[Int(tick % Int64(TimerWheel.slots))].append(token)
    count += 1
    return tick * TimerWheel.tickMilliseconds
  }

  /// Moves on to `now` and gives every token whose tick has passed.
  mutating func advance(to now: Int64, _ due: inout [UInt64]) {
    let target = now / TimerWheel.tickMilliseconds
    if target - current > Int64(TimerWheel.slots) { current = target - Int64(TimerWheel.slots) }
    while current < target {
      current += 1
      let slot = Int(current % Int64(TimerWheel.slots))
      guard !ring[slot].isEmpty else { continue }
      count -= ring[slot].count
      due.append(contentsOf: ring[slot])
      ring[slot].removeAll(keepingCapacity: ring[slot].count < 64)
    }
  }

  /// Milliseconds until the next entry may be due; -1 where there is none.
  func wait(from now: Int64) -> Int32 {
    guard count > 0 else { return -1 }
    var tick = current + 1
    while ring[Int(tick % Int64(TimerWheel.slots))].isEmpty { tick += 1 }
    return Int32(max(0, min(tick * TimerWheel.tickMilliseconds - now, 60_000)))
  }
}
