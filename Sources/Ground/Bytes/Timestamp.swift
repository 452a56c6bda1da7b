internal import Glibc

/// A moment in UTC, as POSIX counts: leap seconds have no place in it.
package struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let secondsSince1970: Int64
  /// 0…999 999 999.
  package let nanoseconds: Int32

  package init(secondsSince1970: Int64, nanoseconds: Int32 = 0) {
    self.secondsSince1970 = secondsSince1970
    self.nanoseconds = max(0, min(nanoseconds, 999_999_999))
  }

  /// The start of a day.
  package init(_ date: CalendarDate) { self.init(secondsSince1970: Int64(date.daysSince1970) * 86_400) }

  /// The wall clock.
  package static func now() -> Timestamp {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Timestamp(secondsSince1970: Int64(now.tv_sec), nanoseconds: Int32(now.tv_nsec))
  }

  /// The day it falls on, in UTC.
  package var date: CalendarDate {
    CalendarDate(daysSince1970: Int(secondsSince1970 / 86_400) - (secondsSince1970 % 86_400 < 0 ? 1 : 0))
  }

  /// Since midnight UTC.
  package var secondsOfDay: Int64 { ((secondsSince1970 % 86_400) + 86_400) % 86_400 }

  /// So much later; what 64 bits do not hold is the last moment that they do.
  package func adding(seconds: Int64) -> Timestamp {
    let (sum, isOver) = secondsSince1970.addingReportingOverflow(seconds)
    return Timestamp(secondsSince1970: isOver ? (seconds < 0 ? .min : .max) : sum, nanoseconds: nanoseconds)
  }

  package func adding(days: Int) -> Timestamp {
    let (seconds, isOver) = Int64(days).multipliedReportingOverflow(by: 86_400)
    return adding(seconds: isOver ? (days < 0 ? .min : .max) : seconds)
  }

  /// Seconds from `other` to this.
  package func seconds(since other: Timestamp) -> Double {
    Double(secondsSince1970) - Double(other.secondsSince1970) + Double(nanoseconds - other.nanoseconds) / 1e9
  }

  package var description: String { rfc3339 }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.secondsSince1970, left.nanoseconds) < (right.secondsSince1970, right.nanoseconds)
  }
}

// MARK: RFC 3339

extension Timestamp {
  /// RFC 3339 §5.6: `2026-11-21T13:00:00Z`, with up to nine digits of fraction and any offset. Strict: no hour 24, no
  /// day the calendar lacks, no second 60.
  package init?(rfc3339 text: String) {
    var text = text
    guard let moment = text.withUTF8({ Timestamp(utf8: $0) }) else { return nil }
    self = moment
  }

  /// The same, from bytes.
  package init?(utf8 text: UnsafeBufferPointer<UInt8>) {
    guard text.count >= 20, text[10] | 0x20 == UInt8(ascii: "t"), text[13] == UInt8(ascii: ":"),
      text[16] == UInt8(ascii: ":"),
      let date = CalendarDate(utf8: UnsafeBufferPointer(rebasing: text[0..<10])),
      let hour = number(text, 11, 2), let minute = number(text, 14, 2), let second = number(text, 17, 2),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var at = 19
    var fraction: Int32 = 0
    if text[at] == UInt8(ascii: ".") {
      at += 1
      let first = at
      var scale: Int32 = 100_000_000
      while at < text.count, text[at] &- 0x30 < 10 {
        fraction += Int32(text[at] &- 0x30) * scale
        scale /= 10
        at += 1
      }
      guard at > first, at - first <= 9 else { return nil }
    }
    guard at < text.count else { return nil }
    var offset = 0
    if text[at] | 0x20 == UInt8(ascii: "z") {
      at += 1
    } else {
      guard text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-"), at + 6 == text.count,
        text[at + 3] == UInt8(ascii: ":"), let hours = number(text, at + 1, 2), hours < 24,
        let minutes = number(text, at + 4, 2), minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (text[at] == UInt8(ascii: "-") ? -60 : 60)
      at += 6
    }
    guard at == text.count else { return nil }
    let seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset
    // An offset may lead out of the years 0…9999.
    guard -62_167_219_200...253_402_300_799 ~= seconds else { return nil }
    self.init(secondsSince1970: Int64(seconds), nanoseconds: fraction)
  }

  /// `2026-11-21T13:00:00Z`: whole seconds.
  package var rfc3339: String {
    String(unsafeUninitializedCapacity: 20) { out in
      putSeconds(out)
      out[19] = UInt8(ascii: "Z")
      return 20
    }
  }

  /// `2026-11-21T13:00:00.123456789Z`: always nine digits, so that texts sort as moments do.
  package var rfc3339Nanoseconds: String {
    String(unsafeUninitializedCapacity: 30) { out in
      putSeconds(out)
      out[19] = UInt8(ascii: ".")
      put(out, 20, 9, Int(nanoseconds))
      out[29] = UInt8(ascii: "Z")
      return 30
    }
  }

  private func putSeconds(_ out: UnsafeMutableBufferPointer<UInt8>) {
    let date = date
    let seconds = Int(secondsOfDay)
    put(out, 0, 4, date.year)
    out[4] = UInt8(ascii: "-")
    put(out, 5, 2, date.month)
    out[7] = UInt8(ascii: "-")
    put(out, 8, 2, date.day)
    out[10] = UInt8(ascii: "T")
    put(out, 11, 2, seconds / 3600)
    out[13] = UInt8(ascii: ":")
    put(out, 14, 2, seconds / 60 % 60)
    out[16] = UInt8(ascii: ":")
    put(out, 17, 2, seconds % 60)
  }
}
