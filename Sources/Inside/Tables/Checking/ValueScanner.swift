import Bytes
import Glibc

/// Strict readers of values: the whole cell is the value, or it is none. No spaces, no `nan`, no hexadecimal.
enum ValueScanner {
  /// `[+-]?[0-9]+` within 64 bits.
  @inline(__always)
  static func integer(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
    var at = 0
    var isNegative = false
    if count > 0, start[0] == Byte.minus || start[0] == Byte.plus {
      isNegative = start[0] == Byte.minus
      at = 1
    }
    let digits = count &- at
    guard digits > 0 else { return nil }
    if digits <= 18 {
      var value: Int64 = 0
      while at < count {
        let digit = start[at] &- Byte.zero
        guard digit < 10 else { return nil }
        value = value &* 10 &+ Int64(digit)
        at &+= 1
      }
      return isNegative ? 0 &- value : value
    }
    return longInteger(start, count, from: at, isNegative: isNegative)
  }

  @inline(never)
  private static func longInteger(
    _ start: UnsafePointer<UInt8>, _ count: Int, from first: Int, isNegative: Bool
  ) -> Int64? {
    var value: Int64 = 0
    for at in first..<count {
      let digit = start[at] &- Byte.zero
      guard digit < 10 else { return nil }
      let (product, isOver) = value.multipliedReportingOverflow(by: 10)
      // Downwards, for the negative side reaches one further.
      let (sum, isOut) = product.subtractingReportingOverflow(Int64(digit))
      guard !isOver, !isOut else { return nil }
      value = sum
    }
    if isNegative { return value }
    return value == .min ? nil : -value
  }

  /// Whether the text is digits with a sign at most, however many.
  static func isWhole(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var rest = text[...]
    if let first = rest.first, first == Byte.minus || first == Byte.plus { rest = rest.dropFirst() }
    return !rest.isEmpty && rest.allSatisfy { $0 &- Byte.zero < 10 }
  }

  /// `[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?`, nearest Double.
  @inline(__always)
  static func number(_ start: UnsafePointer<UInt8>, _ count: Int) -> Double? {
    var at = 0
    var isNegative = false
    if count > 0, start[0] == Byte.minus || start[0] == Byte.plus {
      isNegative = start[0] == Byte.minus
      at = 1
    }
    var mantissa: UInt64 = 0
    let first = at
    while at < count {
      let digit = start[at] &- Byte.zero
      guard digit < 10 else { break }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      at &+= 1
    }
    var digits = at &- first
    var scale = 0
    if at < count, start[at] == Byte.dot {
      at &+= 1
      let point = at
      while at < count {
        let digit = start[at] &- Byte.zero
        guard digit < 10 else { break }
        mantissa = mantissa &* 10 &+ UInt64(digit)
        at &+= 1
      }
      scale = at &- point
      digits &+= scale
    }
    guard digits > 0 else { return nil }
    if at == count, digits <= 18, scale <= 18, mantissa < 1 << 53 {
      // Both operands are exact, so one rounding gives the nearest Double.
      let value = scale == 0 ? Double(mantissa) : Double(mantissa) / powers[scale]
      return isNegative ? -value : value
    }
    return slowNumber(start, count, from: at)
  }

  @inline(never)
  private static func slowNumber(_ start: UnsafePointer<UInt8>, _ count: Int, from place: Int) -> Double? {
    var at = place
    if at < count {
      guard start[at] | 0x20 == 0x65 else { return nil }
      at += 1
      if at < count, start[at] == Byte.minus || start[at] == Byte.plus { at += 1 }
      let first = at
      while at < count, start[at] &- Byte.zero < 10 { at += 1 }
      guard at == count, at > first else { return nil }
    }
    let value = withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { buffer -> Double in
      guard let base = buffer.baseAddress else { return .nan }
      memcpy(base, start, count)
      base[count] = 0
      return strtod(base, nil)
    }
    return value.isFinite ? value : nil
  }

  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
  ]

  /// `count` digits at `at`, or -1.
  @inline(__always)
  static func digits(_ start: UnsafePointer<UInt8>, _ at: Int, _ count: Int) -> Int {
    var value = 0
    for index in at..<(at &+ count) {
      let digit = start[index] &- Byte.zero
      guard digit < 10 else { return -1 }
      value = value &* 10 &+ Int(digit)
    }
    return value
  }

  /// `YYYY-MM-DD` of the calendar, in days since 1970-01-01.
  @inline(__always)
  static func date(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
    guard count == 10, start[4] == Byte.minus, start[7] == Byte.minus else { return nil }
    return days(digits(start, 0, 4), digits(start, 5, 2), digits(start, 8, 2))
  }

  /// Days since 1970-01-01, or nil where the calendar has no such day.
  @inline(__always)
  static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64? {
    guard year >= 0, year <= 9999, month >= 1, month <= 12, day >= 1, day <= 31 else { return nil }
    if day > 28 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let last =
        month == 2 ? (isLeap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
      guard day <= last else { return nil }
    }
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
  }

  /// `hh:mm:ss(.f+)?` then optionally a zone: microseconds since midnight, and the zone's offset in seconds.
  static func time(
    _ start: UnsafePointer<UInt8>, _ count: Int, from: Int = 0
  ) -> (microseconds: Int64, zone: Int?)? {
    guard count - from >= 8, start[from + 2] == 0x3A, start[from + 5] == 0x3A else { return nil }
    let hour = digits(start, from, 2)
    let minute = digits(start, from + 3, 2)
    let second = digits(start, from + 6, 2)
    guard 0...23 ~= hour, 0...59 ~= minute, 0...59 ~= second else { return nil }
    var at = from + 8
    var micros = 0
    if at < count, start[at] == Byte.dot {
      at += 1
      let first = at
      while at < count, start[at] &- Byte.zero < 10 {
        if at - first < 6 { micros = micros * 10 + Int(start[at] &- Byte.zero) }
        at += 1
      }
      guard at > first else { return nil }
      for _ in min(at - first, 6)..<6 { micros *= 10 }
    }
    var zone: Int?
    if at < count {
      if start[at] == 0x5A {
        zone = 0
        at += 1
      } else if start[at] == Byte.plus || start[at] == Byte.minus {
        guard count - at == 6, start[at + 3] == 0x3A else { return nil }
        let hours = digits(start, at + 1, 2)
        let minutes = digits(start, at + 4, 2)
        guard 0...14 ~= hours, 0...59 ~= minutes else { return nil }
        zone = (start[at] == Byte.minus ? -1 : 1) * (hours * 3600 + minutes * 60)
        at = count
      }
    }
    guard at == count else { return nil }
    return (Int64((hour * 3600 + minute * 60 + second) * 1_000_000 + micros), zone)
  }

  /// `YYYY-MM-DDThh:mm:ss(.f+)?(zone)?`, microseconds since 1970.
  static func datetime(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
    guard count >= 19, start[10] == 0x54, let day = date(start, 10), let time = time(start, count, from: 11)
    else {
      return nil
    }
    return day * 86_400_000_000 + time.microseconds - Int64(time.zone ?? 0) * 1_000_000
  }

  /// Four digits, or more with a minus (XML Schema gYear without a zone).
  static func year(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
    let sign = count > 0 && start[0] == Byte.minus ? 1 : 0
    guard count - sign >= 4, count - sign <= 9, sign == 1 || count == 4 else { return nil }
    let value = digits(start, sign, count - sign)
    return value < 0 ? nil : Int64(sign == 1 ? -value : value)
  }

  /// `YYYY-MM`, in months since year 0.
  static func yearMonth(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
    guard count == 7, start[4] == Byte.minus else { return nil }
    let year = digits(start, 0, 4)
    let month = digits(start, 5, 2)
    guard year >= 0, 1...12 ~= month else { return nil }
    return Int64(year * 12 + month - 1)
  }
}
