package import Bytes

/// How often a dataset is renewed: a word of the EU frequency list, or an ISO 8601 duration.
package struct Frequency: Sendable, Hashable {
  /// As written: `monthly`, `P1M`.
  package let text: String
  private let row: Row?

  private struct Row: Hashable {
    let word: String
    let eu: String
    let iso: String?
    let days: Int?
    let zh: String
  }

  private static let rows: [Row] = [
    Row(word: "continuous", eu: "UPDATE_CONT", iso: "PT1S", days: 1, zh: "持续"),
    Row(word: "hourly", eu: "HOURLY", iso: "PT1H", days: 1, zh: "每小时"),
    Row(word: "daily", eu: "DAILY", iso: "P1D", days: 1, zh: "每日"),
    Row(word: "weekly", eu: "WEEKLY", iso: "P1W", days: 7, zh: "每周"),
    Row(word: "biweekly", eu: "BIWEEKLY", iso: "P2W", days: 14, zh: "每两周"),
    Row(word: "monthly", eu: "MONTHLY", iso: "P1M", days: 31, zh: "每月"),
    Row(word: "bimonthly", eu: "BIMONTHLY", iso: "P2M", days: 62, zh: "每两月"),
    Row(word: "quarterly", eu: "QUARTERLY", iso: "P3M", days: 92, zh: "每季度"),
    Row(word: "semiannual", eu: "ANNUAL_2", iso: "P6M", days: 184, zh: "每半年"),
    Row(word: "annual", eu: "ANNUAL", iso: "P1Y", days: 366, zh: "每年"),
    Row(word: "biennial", eu: "BIENNIAL", iso: "P2Y", days: 731, zh: "每两年"),
    Row(word: "triennial", eu: "TRIENNIAL", iso: "P3Y", days: 1096, zh: "每三年"),
    Row(word: "quinquennial", eu: "QUINQUENNIAL", iso: "P5Y", days: 1827, zh: "每五年"),
    Row(word: "decennial", eu: "DECENNIAL", iso: "P10Y", days: 3653, zh: "每十年"),
    Row(word: "irregular", eu: "IRREG", iso: nil, days: nil, zh: "不定期"),
    Row(word: "never", eu: "NEVER", iso: nil, days: nil, zh: "不再更新"),
    Row(word: "unknown", eu: "UNKNOWN", iso: nil, days: nil, zh: "未知"),
  ]

  /// The words that may stand for a frequency.
  package static var words: [String] { rows.map(\.word) }

  /// Nil where the text is neither one of `words` nor an ISO 8601 duration.
  package init?(_ text: String) {
    self.text = text
    row = Frequency.rows.first { $0.word == text || $0.iso == text }
    guard row != nil || Duration8601(text) != nil else { return nil }
  }

  /// In the words of people.
  package var title: Text {
    guard let row else { return Text(text) }
    return Text([("zh", row.zh), ("en", row.word)])
  }

  /// Repeating interval for DCAT-US (`R/P1M`), or `irregular`.
  package var repeating: String { (row.map(\.iso) ?? text).map { "R/\($0)" } ?? "irregular" }

  /// Address in the EU frequency authority list.
  package var euIRI: String {
    "http://publications.europa.eu/resource/authority/frequency/" + (row?.eu ?? "OTHER")
  }

  /// Days after which data are overdue; nil where no rhythm is promised.
  package var days: Int? { row.map(\.days) ?? Duration8601(text)?.days }
}

/// An ISO 8601 duration of years, months, weeks, days and whole hours, minutes and seconds.
package struct Duration8601: Sendable, Hashable {
  package let months: Int
  /// Days, weeks counted as seven.
  package let wholeDays: Int
  package let seconds: Int

  /// Nil where the text is none, or is nothing at all (`P`, `PT`).
  package init?(_ text: String) {
    guard text.utf8.first == UInt8(ascii: "P") else { return nil }
    var months = 0
    var days = 0
    var seconds = 0
    var inTime = false
    var digits = ""
    var order = 0
    for character in text.dropFirst() {
      if character == "T" {
        guard !inTime, digits.isEmpty else { return nil }
        inTime = true
        order = 0
        continue
      }
      if character.isASCII, character.isNumber {
        digits.append(character)
        continue
      }
      guard digits.utf8.count <= 6, let amount = Int(digits) else { return nil }
      digits = ""
      let units = inTime ? "HMS" : "YMWD"
      guard let place = Array(units).firstIndex(of: character), place >= order else { return nil }
      order = place + 1
      switch (character, inTime) {
      case ("Y", _): months += amount * 12
      case ("M", false): months += amount
      case ("W", _): days += amount * 7
      case ("D", _): days += amount
      case ("H", _): seconds += amount * 3600
      case ("M", true): seconds += amount * 60
      default: seconds += amount
      }
    }
    guard digits.isEmpty, text.last != "P", text.last != "T" else { return nil }
    self.months = months
    wholeDays = days
    self.seconds = seconds
  }

  /// Upper estimate in days.
  package var days: Int { (months * 3660 + 119) / 120 + wholeDays + (seconds + 86_399) / 86_400 }

  /// Whether this lasts at least as long as the other, a month counted as 30 days here and as 31 there where it matters.
  package func isAtLeast(_ other: Duration8601) -> Bool { days >= other.days }
}
