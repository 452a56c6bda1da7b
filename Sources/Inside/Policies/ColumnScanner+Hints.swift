extension ColumnScanner {
  /// What only a column of such a name is searched for.
  mutating func lookAsHinted(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ shape: CellShape) {
    if hints.personalName { lookAtName(bytes, count, shape) }
    if hints.birth, shape.digits >= 6, Self.isFullDate(bytes, count) { hit(.birthDate, bytes, 0, count) }
    if hints.organizationCode, count == 9 || count == 10, shape.digits < 7 {
      lookAtLetteredCode(bytes, count)
    }
    if hints.coordinate, shape.dots >= 1, shape.digits >= 5, Self.isHousePrecision(bytes, count) {
      hit(.coordinates, bytes, 0, count)
    }
  }

  /// An organisation code with so many letters that its shape says nothing: MA5GT0QX-7 (GB 11714).
  private mutating func lookAtLetteredCode(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    guard count == 9 || bytes[8] == 0x2D else { return }
    for index in 0..<8 where !Byte.isWord(bytes[index]) { return }
    let slot: Slot = count == 9 ? .bareOrganizationCode : .organizationCode
    if IdentityNumber.organizationCode(bytes, check: bytes[count - 1]) {
      hit(slot, bytes, 0, count)
    } else {
      missed(slot)
    }
  }

  /// A short cell without digits as a name, without the spaces by which lists line up names of two characters with
  /// those of three: 张　三.
  mutating func lookAtSpacedName(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ shape: CellShape) {
    var index = 0
    while index < count, Self.lengthOfSpace(bytes, index, count) == 0 { index += 1 }
    guard index < count else {
      if !hints.personalName, count <= 12, count % 3 == 0 { lookAtHanName(bytes, count) }
      return
    }
    var tight = scratch
    scratch = []
    tight.removeAll(keepingCapacity: true)
    index = 0
    while index < count {
      let space = Self.lengthOfSpace(bytes, index, count)
      if space == 0 { tight.append(bytes[index]) }
      index += max(1, space)
    }
    tight.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress, buffer.count >= 6, buffer.count <= 12, buffer.count % 3 == 0
      else {
        return
      }
      if hints.personalName {
        lookAtName(start, buffer.count, shape)
      } else {
        lookAtHanName(start, buffer.count)
      }
    }
    scratch = tight
  }

  /// Whether nothing but Han stands around a dot, as in names that were written by their sound: 阿依古丽·买买提.
  private static func hasMiddleDot(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var dots = 0
    var index = 0
    while index < count {
      if bytes[index] == 0xC2, index + 1 < count, bytes[index + 1] == 0xB7 {
        dots += 1
        index += 2
      } else {
        let code = han(bytes, index, count)
        if code == 0x2022 || code == 0x30FB || code == 0x2027 {
          dots += 1
        } else if code < 0x3400 {
          return false
        }
        index += 3
      }
    }
    return dots > 0
  }

  /// Bytes of a space of any width; 0: none.
  private static func lengthOfSpace(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int) -> Int {
    switch bytes[index] {
    case 0x20: return 1
    case 0xC2: return index + 1 < count && bytes[index + 1] == 0xA0 ? 2 : 0
    case 0xE2, 0xE3:
      let code = han(bytes, index, count)
      return 0x2000...0x200B ~= code || code == 0x3000 ? 3 : 0
    default: return 0
    }
  }

  /// A column that says it holds names: Han with a surname, or capitalised Latin words.
  mutating func lookAtName(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ shape: CellShape) {
    guard shape.digits == 0, !shape.hasAt else { return }
    if shape.hasHigh, bytes[0] >= 0xE4 {
      guard count >= 6, count <= 12, count % 3 == 0 else {
        if count >= 14, count <= 60, Self.hasMiddleDot(bytes, count) { hit(.personalName, bytes, 0, count) }
        return
      }
      let first = Self.han(bytes, 0, count)
      let second = Self.han(bytes, 3, count)
      guard first != 0, second != 0 else { return }
      if detectors.anchors[Int(first)] & DetectorSet.Anchor.surname != 0
        || detectors.isDoubleSurname(first, second)
      {
        hit(.personalName, bytes, 0, count)
      }
      return
    }
    guard count <= 60, Byte.isUpper(bytes[0]) || bytes[0] >= 0xC3 else { return }
    for index in 0..<count {
      let byte = bytes[index]
      if Byte.isLetter(byte) || byte >= 0x80 { continue }
      switch byte {
      case 0x20, 0x27, 0x2C, 0x2D, 0x2E: continue
      default: return
      }
    }
    hit(.personalName, bytes, 0, count)
  }

  /// A cell of two to four Han characters that reads as a surname and a given name.
  mutating func lookAtHanName(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    guard bytes[0] >= 0xE4, bytes[0] <= 0xE9 else { return }
    let first = Self.han(bytes, 0, count)
    let second = Self.han(bytes, 3, count)
    guard first != 0, second != 0 else { return }
    let single = count <= 9 && detectors.anchors[Int(first)] & DetectorSet.Anchor.surname != 0
    let doubled = !single && count >= 9 && detectors.isDoubleSurname(first, second)
    guard single || doubled else { return }
    var given = 0
    var index = doubled ? 6 : 3
    let characters = (count - index) / 3
    while index < count {
      let anchor = detectors.anchors[Int(Self.han(bytes, index, count))]
      if anchor & DetectorSet.Anchor.given != 0 { given += 1 }
      if index + 3 == count, anchor & DetectorSet.Anchor.placeEnd != 0, anchor & DetectorSet.Anchor.given == 0
      {
        return
      }
      index += 3
    }
    if given * 2 >= characters { hit(.personalName, bytes, 0, count) }
  }

  /// Year, month and day in any common order of marks: 1990-01-31, 1990/1/31, 19900131, 1990年1月31日.
  private static func isFullDate(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var parts = (0, 0, 0)
    var lengths = (0, 0, 0)
    var part = -1
    var inDigits = false
    for index in 0..<min(count, 24) {
      let byte = bytes[index]
      if Byte.isDigit(byte) {
        if !inDigits { part += 1 }
        inDigits = true
        let digit = Int(byte &- 0x30)
        switch part {
        case 0: (parts.0, lengths.0) = (parts.0 &* 10 &+ digit, lengths.0 + 1)
        case 1: (parts.1, lengths.1) = (parts.1 &* 10 &+ digit, lengths.1 + 1)
        case 2: (parts.2, lengths.2) = (parts.2 &* 10 &+ digit, lengths.2 + 1)
        default: break
        }
        if lengths.0 > 8 { return false }
      } else {
        if part >= 2, lengths.2 >= 2, byte == 0x20 || byte == 0x54 { break }
        inDigits = false
      }
    }
    if part == 0, lengths.0 == 8 {
      return IdentityNumber.isDate(year: parts.0 / 10_000, month: parts.0 / 100 % 100, day: parts.0 % 100)
    }
    guard part >= 2, lengths.1 <= 2 else { return false }
    if lengths.0 == 4, lengths.2 <= 2 {
      return IdentityNumber.isDate(year: parts.0, month: parts.1, day: parts.2)
    }
    guard lengths.2 == 4, lengths.0 <= 2 else { return false }
    return IdentityNumber.isDate(year: parts.2, month: parts.1, day: parts.0)
      || IdentityNumber.isDate(year: parts.2, month: parts.0, day: parts.1)
  }

  /// A decimal number of degrees with four places or more: eleven metres.
  private static func isHousePrecision(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var places = -1
    var whole = 0
    for index in 0..<count {
      let byte = bytes[index]
      if Byte.isDigit(byte) {
        if places >= 0 { places += 1 } else { whole = min(whole * 10 + Int(byte &- 0x30), 1000) }
      } else if byte == 0x2E {
        places = 0
      } else if places >= 4 {
        break
      } else {
        places = -1
        whole = 0
      }
    }
    return places >= 4 && whole <= 180
  }
}
