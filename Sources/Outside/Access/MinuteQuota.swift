import Bytes

/// What is left of the calls that a grant may make in a minute.
package struct MinuteQuota: Sendable, Equatable {
  /// Calls that the whole minute has.
  package let limit: Int
  package let remaining: Int
  /// Seconds until the next minute begins, 1 to 60.
  package let resetsIn: Int
}

/// The calls of this minute by grant. It is not kept over a start: a minute is short.
struct MinuteBook: Sendable {
  private var minute: Int64 = 0
  private var calls: [Int: Int] = [:]

  /// Counts a call of the grant, unless the minute has no more of them.
  /// - Returns: what is left after it, and whether it was counted.
  mutating func take(_ grant: Int, limit: Int, now: Timestamp) -> (quota: MinuteQuota, admitted: Bool) {
    let seconds = max(0, now.secondsSince1970)
    // A clock that is set back opens no new minute.
    if seconds / 60 > minute {
      minute = seconds / 60
      calls = [:]
    }
    let used = calls[grant] ?? 0
    let admitted = used < limit
    if admitted { calls[grant] = used + 1 }
    let quota = MinuteQuota(
      limit: limit, remaining: max(0, limit - used - (admitted ? 1 : 0)), resetsIn: 60 - Int(seconds % 60))
    return (quota, admitted)
  }
}
