/// A pattern of dates or times as Table Schema takes them from C's `strptime`: `%d/%m/%Y`.
struct DateFormat: Sendable {
  private enum Part: Sendable {
    case literal(UInt8)
    case year, shortYear, month, day, hour, minute, second, fraction, zone
  }
  private let parts: [Part]

  /// Nil where the pattern has a directive that is not understood.
  init?(_ pattern: String) {
    var parts: [Part] = []
    var rest = Array(pattern.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        parts.append(.literal(byte))
        continue
      }
      guard let directive = rest.popFirst() else { return nil }
      switch directive {
      case UInt8(ascii: "Y"): parts.append(.year)
      case UInt8(ascii: "y"): parts.append(.shortYear)
      case UInt8(ascii: "m"): parts.append(.month)
      case UInt8(ascii: "d"), UInt8(ascii: "e"): parts.append(.day)
      case UInt8(ascii: "H"): parts.append(.hour)
      case UInt8(ascii: "M"): parts.append(.minute)
      case UInt8(ascii: "S"): parts.append(.second)
      case UInt8(ascii: "f"): parts.append(.fraction)
      case UInt8(ascii: "z"): parts.append(.zone)
      case UInt8(ascii: "%"): parts.append(.literal(directive))
      default: return nil
      }
    }
    self.parts = parts
  }

  /// Days since 1970 (0 without a date) and microseconds since midnight, in UTC where a zone was given.
  func read(_ text: UnsafeBufferPointer<UInt8>) -> (days: Int64, microseconds: Int64)? {
    var at = 0
    var (year, month, day, hour, minute, second, micros, zone) = (1970, 1, 1, 0, 0, 0, 0, 0)
    func number(_ least: Int, _ most: Int) -> Int? {
      var value = 0
      var count = 0
      while count < most, at < text.count, text[at] &- Byte.zero < 10 {
        value = value * 10 + Int(text[at] &- Byte.zero)
        at += 1
        count += 1
      }
      return count >= least ? value : nil
    }
    for part in parts {
      switch part {
      case .literal(let byte):
        guard at < text.count, text[at] == byte else { return nil }
        at += 1
      case .year:
        guard let value = number(4, 4) else { return nil }
        year = value
      case .shortYear:
        guard let value = number(2, 2) else { return nil }
        year = value < 69 ? 2000 + value : 1900 + value  // POSIX
      case .month:
        guard let value = number(1, 2) else { return nil }
        month = value
      case .day:
        guard let value = number(1, 2) else { return nil }
        day = value
      case .hour:
        guard let value = number(1, 2), value < 24 else { return nil }
        hour = value
      case .minute:
        guard let value = number(1, 2), value < 60 else { return nil }
        minute = value
      case .second:
        guard let value = number(1, 2), value < 60 else { return nil }
        second = value
      case .fraction:
        let first = at
        guard var value = number(1, 6) else { return nil }
        for _ in (at - first)..<6 { value *= 10 }
        micros = value
      case .zone:
        guard at < text.count else { return nil }
        if text[at] == UInt8(ascii: "Z") {
          at += 1
          continue
        }
        let sign = text[at] == Byte.minus ? -1 : text[at] == Byte.plus ? 1 : 0
        guard sign != 0 else { return nil }
        at += 1
        guard let hours = number(2, 2) else { return nil }
        if at < text.count, text[at] == 0x3A { at += 1 }
        guard let minutes = number(2, 2), hours <= 14, minutes < 60 else { return nil }
        zone = sign * (hours * 3600 + minutes * 60)
      }
    }
    guard at == text.count, let days = ValueScanner.days(year, month, day) else { return nil }
    return (days, Int64(hour * 3600 + minute * 60 + second - zone) * 1_000_000 + Int64(micros))
  }
}
