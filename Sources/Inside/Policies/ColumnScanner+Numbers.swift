extension ColumnScanner {
  /// A run of digits, alone or with others behind single spaces or hyphens. Returns where to go on.
  mutating func lookAtDigits(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ count: Int) -> Int {
    let afterPoint = start >= 2 && bytes[start - 1] == 0x2E && Byte.isDigit(bytes[start - 2])
    let beforePoint = end + 1 < count && bytes[end] == 0x2E && Byte.isDigit(bytes[end + 1])
    if beforePoint, !afterPoint, end - start <= 3 {
      if let past = lookAtNetworkAddress(bytes, start, count) { return past }
      if let past = lookAtDottedMobile(bytes, start, end, count) { return past }
    }
    // The digits of a decimal number are no identifier, but a whole number may have been given a point: 13800138000.0.
    if beforePoint, !afterPoint {
      if end - start >= 11, let past = Self.zeroFraction(bytes, end, count) {
        lookAtRun(bytes, start, end)
        return past
      }
      if end - start == 1, let past = lookAtScientific(bytes, start, count) { return past }
    }
    if afterPoint || beforePoint { return end }
    if end + 1 < count, Self.isSeparator(bytes[end]), Byte.isDigit(bytes[end + 1]) {
      return lookAtGroups(bytes, start, count)
    }
    lookAtRun(bytes, start, end)
    if end - start == 8 { lookAtOrganizationCode(bytes, start, end, count) }
    if end + 1 < count, bytes[end] == 0x29, start > 0, bytes[start - 1] == 0x28 {
      lookAtAreaInBrackets(bytes, start, end, count)
    }
    return end
  }

  /// The end of a point and nothing but zeros behind it; nil where there is anything else.
  static func zeroFraction(_ bytes: UnsafePointer<UInt8>, _ point: Int, _ count: Int) -> Int? {
    var index = point + 1
    while index < count, bytes[index] == 0x30 { index += 1 }
    guard index > point + 1, index == count || !Byte.isWord(bytes[index]) else { return nil }
    return index
  }

  /// A whole number of 11 to 19 digits in scientific notation, 1.3800138E10, with at least seven digits written: its
  /// end, or nil.
  private mutating func lookAtScientific(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int? {
    var digits: [UInt8] = [bytes[start]]
    var index = start + 2
    while index < count, Byte.isDigit(bytes[index]), digits.count < 19 {
      digits.append(bytes[index])
      index += 1
    }
    guard digits.count >= 7, index + 1 < count, bytes[index] | 0x20 == 0x65 else { return nil }
    index += bytes[index + 1] == 0x2B ? 2 : 1
    var exponent = 0
    let first = index
    while index < count, Byte.isDigit(bytes[index]), index - first < 3 {
      exponent = exponent * 10 + Int(bytes[index] &- 0x30)
      index += 1
    }
    guard index > first, index == count || !Byte.isWord(bytes[index]), (10...18).contains(exponent),
      digits.count <= exponent + 1
    else { return nil }
    digits += [UInt8](repeating: 0x30, count: exponent + 1 - digits.count)
    // What a double writes beyond its sixteenth digit means nothing.
    if exponent == 17, digits.count == 18, !Self.isResidentID(digits) {
      (digits[16], digits[17]) = (0x30, 0x30)
    }
    digits.withUnsafeBufferPointer { run in
      if let base = run.baseAddress { lookAtRun(base, 0, run.count) }
    }
    return index
  }

  /// Two or three mobile numbers with nothing between them.
  private mutating func lookAtJoinedMobiles(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    guard end - start == 22 || end - start == 33 else { return }
    let numbers = stride(from: start, to: end, by: 11)
    for index in start..<end where !Byte.isDigit(bytes[index]) { return }
    guard numbers.allSatisfy({ Self.isMobile(bytes + $0) }) else { return missed(.mobile) }
    for number in numbers { hit(.mobile, bytes, number, number + 11) }
  }

  private static func isResidentID(_ digits: [UInt8]) -> Bool {
    digits.withUnsafeBufferPointer { run in
      switch run.baseAddress.map(IdentityNumber.residentID) {
      case .valid, .validUnassigned: true
      default: false
      }
    }
  }

  /// A long run in which an ID stands with something before or behind it: an ID and a telephone number, joined.
  mutating func lookAtJoined(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    guard end - start > 18, end - start <= 64 else { return }
    lookAtJoinedMobiles(bytes, start, end)
    var run = 0  // digits before the place at hand
    for index in start..<end {
      let isX = bytes[index] | 0x20 == 0x78
      if run >= 17, isX || Byte.isDigit(bytes[index]) {
        switch IdentityNumber.residentID(bytes + index - 17) {
        case .valid, .validUnassigned: return hit(.residentID, bytes, index - 17, index + 1)
        case .wrongCheck: missed(.residentID)
        case .other: break
        }
      }
      run = Byte.isDigit(bytes[index]) ? run + 1 : 0
    }
  }

  @inline(__always)
  private static func isSeparator(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x2D }

  /// One unbroken run of digits.
  mutating func lookAtRun(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    let run = bytes + start
    switch end - start {
    case 18:
      switch IdentityNumber.residentID(run) {
      case .other:
        missed(.cutResidentID)
        missed(.roundedResidentID)
        lookAtCreditCode(bytes, start)
        lookAtCard(bytes, start, end)
      case .wrongCheck:
        missed(.residentID)
        if IdentityNumber.isCutResidentID(run) {
          hit(.cutResidentID, bytes, start, end)
        } else {
          missed(.cutResidentID)
        }
        if IdentityNumber.isRounded(run) {
          hit(.roundedResidentID, bytes, start, end)
        } else {
          missed(.roundedResidentID)
        }
      case .valid: hit(.residentID, bytes, start, end)
      case .validUnassigned:
        hit(.residentID, bytes, start, end)
        odd(.residentID)
      }
    case 16, 17, 19: lookAtCard(bytes, start, end)
    case 15:
      if run[0] == 0x30, run[1] == 0x30, run[2] == 0x38, run[3] == 0x36, Self.isMobile(run + 4) {
        hit(.mobile, bytes, start + 4, end)
        return
      }
      switch IdentityNumber.oldResidentID(run) {
      case .valid: hit(.oldResidentID, bytes, start, end)
      case .validUnassigned:
        hit(.oldResidentID, bytes, start, end)
        odd(.oldResidentID)
      case .other, .wrongCheck:
        missed(.oldResidentID)
        lookAtCard(bytes, start, end)
      }
    case 13:
      if run[0] == 0x38, run[1] == 0x36, Self.isMobile(run + 2) { hit(.mobile, bytes, start + 2, end) }
    case 11:
      if Self.isMobile(run) {
        hit(.mobile, bytes, start, end)
      } else if Self.isAreaCode(run, 3) || Self.isAreaCode(run, 4) {
        hit(.landline, bytes, start, end)
      } else {
        missed(.mobile)
      }
    case 12:
      if Self.isAreaCode(run, 4) {
        hit(.landline, bytes, start, end)
      } else if run[0] == 0x30, Self.isMobile(run + 1) {
        // The zero that was dialled before a mobile number of another city.
        hit(.mobile, bytes, start + 1, end)
      } else {
        missed(.mobile)
      }
    case 10: missed(.mobile)
    case 9:
      if run[0] == 0x30, run[1] == 0x30, run[2] == 0x30 { return }
      if IdentityNumber.organizationCode(run, check: run[8]) {
        hit(.bareOrganizationCode, bytes, start, end)
      } else {
        missed(.bareOrganizationCode)
      }
    default: lookAtJoined(bytes, start, end)
    }
  }

  private mutating func lookAtCard(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    switch IdentityNumber.bankCard(bytes + start, end - start) {
    case .valid, .validUnassigned: hit(.bankCard, bytes, start, end)
    case .wrongCheck: missed(.bankCard)
    case .other: break
    }
  }

  mutating func lookAtCreditCode(_ bytes: UnsafePointer<UInt8>, _ start: Int) {
    switch IdentityNumber.creditCode(bytes + start) {
    case .other: break
    case .wrongCheck: missed(.creditCode)
    case .valid: hit(.creditCode, bytes, start, start + 18)
    case .validUnassigned:
      hit(.creditCode, bytes, start, start + 18)
      odd(.creditCode)
    }
  }

  /// Eight characters, a hyphen and a check character, GB 11714.
  mutating func lookAtOrganizationCode(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ count: Int)
  {
    guard end + 1 < count, bytes[end] == 0x2D, Byte.isWord(bytes[end + 1]),
      end + 2 == count || !Byte.isWord(bytes[end + 2]),
      IdentityNumber.organizationCode(bytes + start, check: bytes[end + 1])
    else { return }
    hit(.organizationCode, bytes, start, end + 2)
  }

  /// Eleven digits from 130… to 199…: segments are handed out faster than lists of them are kept.
  @inline(__always)
  static func isMobile(_ run: UnsafePointer<UInt8>) -> Bool {
    run[0] == 0x31 && run[1] >= 0x33 && run[1] <= 0x39
  }

  /// 010 and 02x have three digits, all other area codes four; the number behind begins with 2…8.
  private static func isAreaCode(_ run: UnsafePointer<UInt8>, _ digits: Int) -> Bool {
    guard run[0] == 0x30 else { return false }
    let short = run[1] == 0x31 && run[2] == 0x30 || run[1] == 0x32
    return digits == 3
      ? short && run[3] >= 0x32 && run[3] <= 0x38
      : !short && run[1] >= 0x33 && run[4] >= 0x32 && run[4] <= 0x38
  }

  // MARK: Groups of digits

  /// Runs of digits with one space or hyphen between them: each run alone, then runs drawn together.
  private mutating func lookAtGroups(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int {
    var groups = DigitGroups()
    var index = start
    var closing = false
    while true {
      var end = index
      while end < count, Byte.isDigit(bytes[end]) { end += 1 }
      let letter = end < count && Byte.isLetter(bytes[end])
      if letter {
        // An X closes a resident ID; any other letter makes the run part of a word, judged as such.
        closing = bytes[end] | 0x20 == 0x78 && (end + 1 == count || !Byte.isWord(bytes[end + 1]))
        guard closing else { break }
      }
      groups.append(index, end)
      if letter || groups.isFull || end + 1 >= count { break }
      guard Self.isSeparator(bytes[end]), Byte.isDigit(bytes[end + 1]) else { break }
      if end + 2 < count, bytes[end + 1] == 0x2D { break }
      index = end + 1
    }
    guard groups.count > 0 else { return max(index, start + 1) }
    for group in 0..<groups.count { lookAtRun(bytes, groups.start(group), groups.end(group)) }
    for first in 0..<groups.count - 1 { lookAtGroups(bytes, groups, from: first, closing: closing) }
    if groups.length(groups.count - 1) == 8 {
      lookAtOrganizationCode(bytes, groups.start(groups.count - 1), groups.end(groups.count - 1), count)
    }
    // A number may begin in this window and end in the next: the second half is looked at again.
    if groups.isFull, !closing { return groups.end(9) }
    return groups.end(groups.count - 1) + (closing ? 1 : 0)
  }

  private mutating func lookAtGroups(
    _ bytes: UnsafePointer<UInt8>, _ groups: DigitGroups, from first: Int, closing: Bool
  ) {
    var total = groups.length(first)
    let start = groups.start(first)
    for last in first + 1..<groups.count {
      total += groups.length(last)
      if total > 19 { return }
      let end = groups.end(last)
      let count = last - first + 1
      switch total {
      case 17 where closing && last == groups.count - 1: lookAtDrawnID(bytes, start, end + 1)
      case 18: lookAtDrawnID(bytes, start, end)
      case 11 where Self.isMobile(bytes + start) && groups.readsAsMobile(first, last):
        hit(.mobile, bytes, start, end)
      case 9 where count == 2 && groups.length(last) == 1 && bytes[end - 2] == 0x2D:
        if IdentityNumber.organizationCode(bytes + start, check: bytes[end - 1]) {
          hit(.organizationCode, bytes, start, end)
        }
      default: break
      }
      if count == 2, total >= 10, total <= 12, bytes[start] == 0x30 {
        let area = groups.length(first)
        let number = bytes[groups.start(last)]
        let short = bytes[start + 1] == 0x31 && bytes[start + 2] == 0x30 || bytes[start + 1] == 0x32
        if area == (short ? 3 : 4), groups.length(last) >= 7, number >= 0x32, number <= 0x38 {
          hit(.landline, bytes, start, end)
        }
      }
      if total >= 16, groups.readsAsCard(first, last) { lookAtDrawnCard(bytes, start, end) }
    }
  }

  private mutating func lookAtDrawnID(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    guard draw(bytes, start, end) == 18 else { return }
    let judgement = drawn.withUnsafeBufferPointer { $0.baseAddress.map(IdentityNumber.residentID) ?? .other }
    switch judgement {
    case .valid: hit(.residentID, bytes, start, end)
    case .validUnassigned:
      hit(.residentID, bytes, start, end)
      odd(.residentID)
    case .wrongCheck: missed(.residentID)
    case .other: break
    }
  }

  private mutating func lookAtDrawnCard(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    let length = draw(bytes, start, end)
    let judgement = drawn.withUnsafeBufferPointer {
      $0.baseAddress.map { IdentityNumber.bankCard($0, length) } ?? .other
    }
    if judgement == .valid { hit(.bankCard, bytes, start, end) }
  }

  /// The letters and digits of a range without what stands between them, in `drawn`.
  private mutating func draw(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    var length = 0
    for index in start..<end where Byte.isWord(bytes[index]) && length < drawn.count {
      drawn[length] = bytes[index]
      length += 1
    }
    return length
  }

  // MARK: Numbers with points and brackets

  /// Four numbers up to 255 with points between (RFC 791): its end, or nil.
  private mutating func lookAtNetworkAddress(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int
  ) -> Int? {
    var index = start
    for part in 0..<4 {
      var value = 0
      var digits = 0
      while index < count, Byte.isDigit(bytes[index]), digits < 4 {
        value = value * 10 + Int(bytes[index] &- 0x30)
        digits += 1
        index += 1
      }
      guard digits > 0, digits < 4, value <= 255 else { return nil }
      if part < 3 {
        guard index < count, bytes[index] == 0x2E else { return nil }
        index += 1
      }
    }
    if index < count, Byte.isWord(bytes[index]) { return nil }
    if index + 1 < count, bytes[index] == 0x2E, Byte.isDigit(bytes[index + 1]) { return nil }
    hit(.ipAddress, bytes, start, index)
    return index
  }

  /// 138.1234.5678.
  private mutating func lookAtDottedMobile(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ count: Int
  ) -> Int? {
    guard end - start == 3, start + 13 <= count, Self.isMobile(bytes + start), bytes[start + 8] == 0x2E else {
      return nil
    }
    for index in start + 4..<start + 13 where index != start + 8 && !Byte.isDigit(bytes[index]) { return nil }
    guard start + 13 == count || !Byte.isWord(bytes[start + 13]) else { return nil }
    hit(.mobile, bytes, start, start + 13)
    return start + 13
  }

  /// (0571) 87654321 or (0571)87654321.
  private mutating func lookAtAreaInBrackets(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ count: Int
  ) {
    guard end - start == 3 || end - start == 4, bytes[start] == 0x30 else { return }
    var index = end + 1
    if index < count, bytes[index] == 0x20 { index += 1 }
    let first = index
    while index < count, Byte.isDigit(bytes[index]) { index += 1 }
    guard index - first == 7 || index - first == 8, bytes[first] >= 0x32, bytes[first] <= 0x38 else { return }
    hit(.landline, bytes, start, index)
  }
}

/// Up to twenty runs of digits that stand side by side, without an allocation: an ID may be spelt digit by digit.
struct DigitGroups {
  private var bounds = InlineArray<40, Int32>(repeating: 0)
  private(set) var count = 0

  var isFull: Bool { count == 20 }

  mutating func append(_ start: Int, _ end: Int) {
    guard !isFull else { return }
    bounds[count * 2] = Int32(truncatingIfNeeded: start)
    bounds[count * 2 + 1] = Int32(truncatingIfNeeded: end)
    count += 1
  }

  func start(_ group: Int) -> Int { Int(bounds[group * 2]) }
  func end(_ group: Int) -> Int { Int(bounds[group * 2 + 1]) }
  func length(_ group: Int) -> Int { end(group) - start(group) }

  /// Whether eleven digits are split as people split mobile numbers.
  func readsAsMobile(_ first: Int, _ last: Int) -> Bool {
    switch last - first {
    case 1: [3, 4, 5, 7].contains(length(first))
    case 2:
      switch (length(first), length(first + 1)) {
      case (3, 4), (3, 3), (4, 4), (4, 3): true
      default: false
      }
    default: false
    }
  }

  /// Whether sixteen to nineteen digits are split in fours, or after the issuer's six.
  func readsAsCard(_ first: Int, _ last: Int) -> Bool {
    if last == first + 1 { return length(first) == 6 }
    return (first..<last).allSatisfy { length($0) == 4 }
  }
}
