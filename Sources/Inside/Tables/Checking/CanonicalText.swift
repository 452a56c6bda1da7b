import Bytes

/// Values in the form that every output uses: ISO 8601 dates and times, `true` and `false`, plain digits.
enum CanonicalText {
  static func text(_ value: Int64, _ type: FieldType) -> String {
    var bytes: [UInt8] = []
    append(value, type, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  static func append(_ value: Int64, _ type: FieldType, to bytes: inout [UInt8]) {
    switch type {
    case .boolean: bytes.append(contentsOf: value == 1 ? "true".utf8 : "false".utf8)
    case .date: date(Int(value), to: &bytes)
    case .time: time(Int(value), to: &bytes)
    case .datetime:
      let day = 86_400_000_000
      let days = value >= 0 ? Int(value) / day : (Int(value) - day + 1) / day
      date(days, to: &bytes)
      bytes.append(UInt8(ascii: "T"))
      time(Int(value) - days * day, to: &bytes)
    case .year:
      if value < 0 { bytes.append(Byte.minus) }
      digits(Int(value.magnitude), value.magnitude > 9999 ? 0 : 4, to: &bytes)
    case .yearmonth:
      digits(Int(value) / 12, 4, to: &bytes)
      bytes.append(Byte.minus)
      digits(Int(value) % 12 + 1, 2, to: &bytes)
    default: Number.append(value, to: &bytes)
    }
  }

  private static func date(_ days: Int, to bytes: inout [UInt8]) {
    let date = CalendarDate(daysSince1970: days)
    digits(date.year, 4, to: &bytes)
    bytes.append(Byte.minus)
    digits(date.month, 2, to: &bytes)
    bytes.append(Byte.minus)
    digits(date.day, 2, to: &bytes)
  }

  private static func time(_ micros: Int, to bytes: inout [UInt8]) {
    let day = 86_400_000_000
    let inside = ((micros % day) + day) % day
    let seconds = inside / 1_000_000
    digits(seconds / 3600, 2, to: &bytes)
    bytes.append(0x3A)
    digits(seconds / 60 % 60, 2, to: &bytes)
    bytes.append(0x3A)
    digits(seconds % 60, 2, to: &bytes)
    var fraction = inside % 1_000_000
    guard fraction > 0 else { return }
    var width = 6
    while fraction % 10 == 0 {
      fraction /= 10
      width -= 1
    }
    bytes.append(Byte.dot)
    digits(fraction, width, to: &bytes)
  }

  private static func digits(_ value: Int, _ width: Int, to bytes: inout [UInt8]) {
    let text = String(value)
    bytes.append(contentsOf: repeatElement(Byte.zero, count: max(0, width - text.utf8.count)))
    bytes.append(contentsOf: text.utf8)
  }
}
