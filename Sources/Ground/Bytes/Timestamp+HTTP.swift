private let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
private let longWeekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
private let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

extension Timestamp {
  /// IMF-fixdate (RFC 9110 §5.6.7): `Sat, 21 Nov 2026 13:00:00 GMT`.
  package var httpDate: String {
    let date = date
    let seconds = Int(secondsOfDay)
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
    var year = String(date.year)
    while year.utf8.count < 4 { year = "0" + year }
    return "\(weekdays[date.weekday - 1]), \(two(date.day)) \(months[date.month - 1]) \(year) "
      + "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)) GMT"
  }

  /// Any of the three forms a recipient must read (RFC 9110 §5.6.7): IMF-fixdate, RFC 850 and asctime.
  package init?(httpDate text: String) {
    var words = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map {
      String(Substring($0))
    }
    // Two spaces stand in one place only: before a day of one digit in asctime's form.
    let hasShortDay = words.count == 6 && words[2].isEmpty && words[3].utf8.count == 1
    if hasShortDay { words.remove(at: 2) }
    let parts: (day: String, month: String, year: Int?, clock: String)
    if words.count == 6, words[5] == "GMT", weekdays.contains(where: { $0 + "," == words[0] }) {
      guard words[3].utf8.count == 4 else { return nil }
      parts = (words[1], words[2], Scan.integer(words[3]).map { Int($0) }, words[4])
    } else if words.count == 4, words[3] == "GMT", longWeekdays.contains(where: { $0 + "," == words[0] }) {
      let date = words[1].utf8.split(separator: UInt8(ascii: "-")).map { String(Substring($0)) }
      guard date.count == 3, date[2].utf8.count == 2, let short = Scan.integer(date[2]) else { return nil }
      parts = (date[0], date[1], Timestamp.century(of: Int(short)), words[2])
    } else if words.count == 5, weekdays.contains(words[0]), words[4].utf8.count == 4 {
      let day = hasShortDay ? "0" + words[2] : words[2]
      parts = (day, words[1], Scan.integer(words[4]).map { Int($0) }, words[3])
    } else {
      return nil
    }
    guard let month = months.firstIndex(of: parts.month), parts.day.utf8.count == 2,
      let day = Scan.integer(parts.day),
      let year = parts.year, let date = CalendarDate(year: year, month: month + 1, day: Int(day)),
      let moment = Timestamp(rfc3339: "\(date.iso)T\(parts.clock)Z"), moment.nanoseconds == 0
    else { return nil }
    self = moment
  }

  /// A year of two digits more than 50 years ahead is the most recent past one (RFC 9110 §5.6.7).
  private static func century(of short: Int) -> Int {
    let now = CalendarDate.today().year
    let year = now / 100 * 100 + short
    return year > now + 50 ? year - 100 : year
  }
}
