/// A day of the proleptic Gregorian calendar (ISO 8601). There is no 30 February.
package struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let year: Int
  package let month: Int
  package let day: Int

  /// Nil where the calendar has no such day, or the year is outside 0…9999.
  package init?(year: Int, month: Int, day: Int) {
    guard 0...9999 ~= year, 1...12 ~= month, day >= 1, day <= CalendarDate.days(in: month, of: year) else {
      return nil
    }
    self.year = year
    self.month = month
    self.day = day
  }

  /// Exactly `YYYY-MM-DD`.
  package init?(iso text: String) {
    var text = text
    guard let date = text.withUTF8({ CalendarDate(utf8: $0) }) else { return nil }
    self = date
  }

  /// Exactly `YYYY-MM-DD`, from bytes.
  package init?(utf8 text: UnsafeBufferPointer<UInt8>) {
    guard text.count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
      let year = number(text, 0, 4), let month = number(text, 5, 2), let day = number(text, 8, 2)
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// Days either way within which a day is told; what lies beyond becomes the last of them.
  private static let reach = 1_000_000_000_000

  /// The day so many days after 1970-01-01 (before it, when negative).
  package init(daysSince1970 wanted: Int) {
    let days = max(-CalendarDate.reach, min(wanted, CalendarDate.reach))
    let shifted = days + 719_468  // from 0000-03-01, so that the leap day ends the year
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// The day it is now, in UTC.
  package static func today() -> CalendarDate { Timestamp.now().date }

  package var daysSince1970: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// `YYYY-MM-DD`.
  package var iso: String {
    String(unsafeUninitializedCapacity: 10) { out in
      put(out, 0, 4, year)
      out[4] = UInt8(ascii: "-")
      put(out, 5, 2, month)
      out[7] = UInt8(ascii: "-")
      put(out, 8, 2, day)
      return 10
    }
  }

  package var description: String { iso }

  /// 1 is Monday, 7 is Sunday.
  package var weekday: Int { ((daysSince1970 + 3) % 7 + 7) % 7 + 1 }

  /// So many days later.
  package func adding(days: Int) -> CalendarDate {
    let (sum, isOver) = daysSince1970.addingReportingOverflow(days)
    return CalendarDate(daysSince1970: isOver ? (days < 0 ? .min : .max) : sum)
  }

  /// So many months later; a day the month lacks becomes its last (31 January + 1 month is 28 or 29 February).
  package func adding(months: Int) -> CalendarDate {
    let reach = 12 * CalendarDate.reach
    let total = year * 12 + month - 1 + max(-reach, min(months, reach))
    let year = total >= 0 ? total / 12 : (total - 11) / 12
    let month = total - year * 12 + 1
    let first = CalendarDate(year: year, month: month, day: min(day, CalendarDate.days(in: month, of: year)))
    return first ?? self
  }

  package static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  /// How many days a month has.
  package static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  package static func < (left: CalendarDate, right: CalendarDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }
}

/// `count` digits at `at`, or nil.
func number(_ text: UnsafeBufferPointer<UInt8>, _ at: Int, _ count: Int) -> Int? {
  guard at + count <= text.count else { return nil }
  var value = 0
  for index in at..<at + count {
    let digit = text[index] &- 0x30
    guard digit < 10 else { return nil }
    value = value * 10 + Int(digit)
  }
  return value
}

/// Writes the last `count` digits of `value` at `at`.
func put(_ out: UnsafeMutableBufferPointer<UInt8>, _ at: Int, _ count: Int, _ value: Int) {
  var rest = value.magnitude
  for index in stride(from: at + count - 1, through: at, by: -1) {
    out[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
    rest /= 10
  }
}
