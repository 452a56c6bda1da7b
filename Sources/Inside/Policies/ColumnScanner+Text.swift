/// The signs of a home address that a cell has shown so far.
struct AddressSigns {
  /// Digits before 室, 户, 房 or 单元.
  var homes = 0
  /// Digits before 号.
  var numbers = 0
  /// 路, 街, 道, 巷, 弄, 村, 苑.
  var streets = 0

  /// A number in a street *and* a unit or room; a number alone is a building that everybody may know.
  var isHome: Bool { homes >= 1 && numbers >= 1 || homes >= 2 && streets >= 1 }
}

extension ColumnScanner {
  /// A Han character that begins something.
  mutating func lookAtAnchor(
    _ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int, _ code: UInt32, _ anchor: UInt8,
    _ address: inout AddressSigns
  ) {
    if anchor & DetectorSet.Anchor.plate != 0 { lookAtPlate(bytes, index, count) }
    if anchor & DetectorSet.Anchor.secrecy != 0 { lookAtSecrecy(bytes, index, count) }
    if anchor & DetectorSet.Anchor.home != 0 {
      var before = index
      if code == 0x5143 {
        // 元 is money unless 单 stands before it.
        guard index >= 3, Self.han(bytes, index - 3, count) == 0x5355 else { return }
        before = index - 3
      }
      if before > 0, Byte.isWord(bytes[before - 1]) { address.homes += 1 }
    }
    if anchor & DetectorSet.Anchor.street != 0 {
      if code != 0x53F7 {
        address.streets += 1
      } else if index > 0, Byte.isDigit(bytes[index - 1]) {
        address.numbers += 1
      }
    }
    if anchor & DetectorSet.Anchor.term != 0,
      let match = detectors.terms.match(first: code, bytes, index, count)
    {
      hitTerms(match.rules, bytes, index, index + match.length)
    }
  }

  /// The code point of three bytes, or 0 where there are not three of them.
  @inline(__always)
  static func han(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int) -> UInt32 {
    guard index >= 0, index + 2 < count, bytes[index] >= 0xE0, bytes[index] < 0xF0 else { return 0 }
    return UInt32(bytes[index] & 0x0F) << 12 | UInt32(bytes[index + 1] & 0x3F) << 6
      | UInt32(bytes[index + 2] & 0x3F)
  }

  /// 浙A12345, 浙A·12345, 浙AD12345 (new energy), 粤Z1234澳: GA 36-2018.
  private mutating func lookAtPlate(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int) {
    let letter = index + 3
    guard letter < count, Byte.isUpper(bytes[letter]) else { return }
    var first = letter + 1
    if first < count, bytes[first] == 0x20 || bytes[first] == 0x2D {
      first += 1
    } else if first + 1 < count, bytes[first] == 0xC2, bytes[first + 1] == 0xB7 {
      first += 2
    } else if Self.han(bytes, first, count) == 0x2022 || Self.han(bytes, first, count) == 0x30FB {
      first += 3
    }
    var end = first
    var digits = 0
    while end < count, Byte.isWord(bytes[end]) {
      if Byte.isDigit(bytes[end]) {
        digits += 1
      } else if !Byte.isUpper(bytes[end]) || bytes[end] == 0x49 || bytes[end] == 0x4F {
        return
      }
      end += 1
    }
    switch end - first {
    case 5: break
    case 6: guard digits >= 4 else { return }
    case 4:
      // 学 警 港 澳 挂
      guard [0x5B66, 0x8B66, 0x6E2F, 0x6FB3, 0x6302].contains(Self.han(bytes, end, count)) else { return }
      end += 3
    default: return
    }
    hit(.plate, bytes, index, end)
  }

  // MARK: Secrecy markings

  /// 密, with 绝, 机 or 秘 before it: a marking where ★ follows or where it is all that the cell says (GB/T 9704-2012).
  private mutating func lookAtSecrecy(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int) {
    let start = index - 3
    let degree = Self.han(bytes, start, count)
    switch degree {
    case 0x7EDD, 0x673A, 0x79D8, 0x7D55, 0x6A5F: break  // 绝 机 秘, and 絕 機 in traditional forms
    default: return
    }
    let before = Self.han(bytes, start - 3, count)
    // 商业秘密 and 工作秘密 are secrets of another law.
    if before == 0x4E1A || before == 0x4F5C { return }
    var next = Self.skipSpaces(bytes, index + 3, count)
    let sign = Self.han(bytes, next, count)
    if sign == 0x2605 || sign == 0x2606 || sign == 0x2B50 {
      hit(.secrecy, bytes, start, next + 3)
      return
    }
    // 级 or 件, then the end or a closing bracket.
    if sign == 0x7EA7 || sign == 0x4EF6 { next = Self.skipSpaces(bytes, next + 3, count) }
    guard next == count || next + 3 >= count && Self.closing.contains(Self.sign(bytes, next, count)) else {
      return
    }
    let opens = Self.sign(bytes, 0, count)
    let head = start == 0 || Self.opening.contains(opens) && start <= 3
    guard head || Self.endsWithGrade(bytes, start) else { return }
    hit(.secrecy, bytes, start, index + 3)
  }

  private static let opening: Set<UInt32> = [
    0x28, 0x5B, 0x3C, 0xFF08, 0x3010, 0x300A, 0x3008, 0x300C, 0x3014,
  ]
  private static let closing: Set<UInt32> = [
    0x29, 0x5D, 0x3E, 0xFF09, 0x3011, 0x300B, 0x3009, 0x300D, 0x3015,
  ]

  private static func sign(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int) -> UInt32 {
    guard index < count else { return 0 }
    return bytes[index] < 0x80 ? UInt32(bytes[index]) : han(bytes, index, count)
  }

  private static func skipSpaces(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int) -> Int {
    var index = index
    while true {
      if index < count, bytes[index] == 0x20 {
        index += 1
      } else if han(bytes, index, count) == 0x3000 {
        index += 3
      } else {
        return index
      }
    }
  }

  /// Whether 密级, with or without a colon, is all that stands before.
  private static func endsWithGrade(_ bytes: UnsafePointer<UInt8>, _ start: Int) -> Bool {
    guard han(bytes, 0, start) == 0x5BC6, han(bytes, 3, start) == 0x7EA7 else { return false }
    var index = 6
    while index < start {
      if bytes[index] == 0x3A || bytes[index] == 0x20 {
        index += 1
      } else if han(bytes, index, start) == 0xFF1A || han(bytes, index, start) == 0x3000 {
        index += 3
      } else {
        return false
      }
    }
    return true
  }

  /// TOP SECRET and UK SECRET at the head of a cell; SECRET and CONFIDENTIAL alone only where the column is a marking.
  @inline(__always)
  mutating func lookAtEnglishMarking(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    var start = 0
    while start < count, bytes[start] == 0x20 || bytes[start] == 0x28 { start += 1 }
    guard start + 6 <= count else { return }
    switch (bytes[start], bytes[start + 1]) {
    case (0x54, 0x4F), (0x53, 0x45), (0x43, 0x4F), (0x4F, 0x46), (0x55, 0x4B):
      lookAtEnglishMarking(bytes, start, count)
    default: return
    }
  }

  private mutating func lookAtEnglishMarking(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) {
    for (marking, plain) in Self.englishMarkings where !plain || hints.secrecy {
      let end = start + marking.utf8.count
      guard end <= count, Self.equals(bytes, start, marking), end == count || !Byte.isWord(bytes[end]) else {
        continue
      }
      if !detectors.acceptedMarkings.contains(marking.utf8) { hit(.secrecy, bytes, start, end) }
      return
    }
  }

  /// Markings, and whether they are plain words that mean it only in a column of markings.
  private static let englishMarkings: [(StaticText, Bool)] = [
    (StaticText("TOP SECRET"), false), (StaticText("UK SECRET"), false), (StaticText("UK TOP SECRET"), false),
    (StaticText("COSMIC TOP SECRET"), false), (StaticText("OFFICIAL-SENSITIVE"), false),
    (StaticText("SECRET"), true),
    (StaticText("CONFIDENTIAL"), true),
  ]

  /// SECRET//NOFORN and the like: two strokes behind a grade, or before a control.
  mutating func lookAtSlashes(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int) {
    for grade in Self.grades {
      let start = index - grade.utf8.count
      if start >= 0, Self.equals(bytes, start, grade), start == 0 || !Byte.isWord(bytes[start - 1]) {
        hit(.secrecy, bytes, start, index + 2)
      }
    }
    for control in Self.controls {
      let end = index + 2 + control.utf8.count
      if end <= count, Self.equals(bytes, index + 2, control), end == count || !Byte.isWord(bytes[end]) {
        hit(.secrecy, bytes, index, end)
      }
    }
  }

  private static let grades = [StaticText("SECRET"), StaticText("CONFIDENTIAL")]
  private static let controls = [StaticText("NOFORN"), StaticText("ORCON"), StaticText("REL TO")]

  private static func equals(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ text: StaticText) -> Bool {
    for (offset, byte) in text.utf8.enumerated() where bytes[start + offset] != byte { return false }
    return true
  }

  /// The bytes of a constant.
  struct StaticText: Sendable {
    let utf8: [UInt8]

    init(_ text: String) { utf8 = Array(text.utf8) }
  }
}
