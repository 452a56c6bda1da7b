import Bytes

/// Refusals that have no entry of their own, until they are told together.
struct RefusalCounts: Sendable {
  struct Slot: Hashable, Comparable {
    let client: String
    let code: String
    /// Minutes since 1970.
    let minute: Int64

    static func < (left: Slot, right: Slot) -> Bool {
      (left.minute, left.client, left.code) < (right.minute, right.client, right.code)
    }
  }

  /// Refusals of callers that could not be identified.
  var strangers = 0
  /// Refusals of known clients beyond the first of each slot, which has its entry.
  private var slots: [Slot: Int] = [:]

  static func minute(of time: Timestamp) -> Int64 { time.secondsSince1970 / 60 }

  var isEmpty: Bool { strangers == 0 && slots.allSatisfy { $0.value == 0 } }

  /// Counts one; true where it is the first, which is told at once.
  mutating func count(_ slot: Slot) -> Bool {
    guard let count = slots[slot] else {
      slots[slot] = 0
      return true
    }
    slots[slot] = count + 1
    return false
  }

  /// The first was not told after all.
  mutating func forget(_ slot: Slot) { if slots[slot] == 0 { slots[slot] = nil } }

  /// Takes out what is to be told: the slots before this minute, or everything.
  mutating func take(before minute: Int64?) -> RefusalCounts {
    var taken = RefusalCounts()
    if let minute {
      taken.slots = slots.filter { $0.key.minute < minute }
      for slot in taken.slots.keys { slots[slot] = nil }
    } else {
      swap(&self, &taken)
      // The minute may go on: its first refusals have been told.
      slots = taken.slots.mapValues { _ in 0 }
    }
    return taken
  }

  mutating func putBack(_ counts: RefusalCounts) {
    strangers += counts.strangers
    slots.merge(counts.slots, uniquingKeysWith: +)
  }

  func entries(_ time: Timestamp) -> [JSON] {
    var entries: [JSON] = slots.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { slot, count in
      [
        "event": "refusals", "client": .string(slot.client), "code": .string(slot.code),
        "count": .number(String(count)),
        "minute": .string(Timestamp(secondsSince1970: slot.minute * 60).rfc3339),
        "time": .string(time.rfc3339),
      ]
    }
    if strangers > 0 {
      entries.append([
        "event": "refusals", "count": .number(String(strangers)), "time": .string(time.rfc3339),
      ])
    }
    return entries
  }
}
