extension ColumnScanner {
  /// A run of letters and digits.
  mutating func lookAtMixed(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ digits: Int, _ count: Int
  ) {
    let length = end - start
    switch length {
    case 18:
      if digits == 17, bytes[end - 1] | 0x20 == 0x78 {
        switch IdentityNumber.residentID(bytes + start) {
        case .other: lookAtCreditCode(bytes, start)
        case .wrongCheck: missed(.residentID)
        case .valid: hit(.residentID, bytes, start, end)
        case .validUnassigned:
          hit(.residentID, bytes, start, end)
          odd(.residentID)
        }
      } else if digits == 10, Self.areX(bytes + start + 6, 8) {
        hit(.masked, bytes, start, end)
      } else if digits >= 7 {
        lookAtCreditCode(bytes, start)
      }
    case 9:
      if Self.isPassport(bytes + start, digits, hinted: hints.passport) {
        hit(.passport, bytes, start, end)
        // A column of nothing but low numbers counts something.
        if bytes[start + 1] == 0x30, bytes[start + 2] == 0x30, bytes[start + 3] == 0x30 { odd(.passport) }
      } else {
        missed(.passport)
      }
      if !Byte.isLetter(bytes[start + 8]) || bytes[start + 8] | 0x20 == 0x78 {
        if IdentityNumber.organizationCode(bytes + start, check: bytes[start + 8]) {
          hit(.bareOrganizationCode, bytes, start, end)
        } else {
          missed(.bareOrganizationCode)
        }
      }
    case 8: lookAtOrganizationCode(bytes, start, end, count)
    case 11:
      // Permits of residents of Hong Kong (H) and Macao (M): the holder's number with the count of issues.
      if digits == 10, Byte.upper(bytes[start]) == 0x48 || Byte.upper(bytes[start]) == 0x4D {
        hit(.passport, bytes, start, end)
      } else if digits == 7, Self.isMobile(bytes + start), Self.areX(bytes + start + 3, 4) {
        hit(.masked, bytes, start, end)
      }
    default: if length > 18, digits >= 17 { lookAtJoined(bytes, start, end) }
    }
    if length > 11 { lookAtDigitsBehindLetters(bytes, start, end) }
  }

  /// E12345678, EA1234567, G, D, S and P; permits (H, M, C) only where the column is of such papers.
  private static func isPassport(_ code: UnsafePointer<UInt8>, _ digits: Int, hinted: Bool) -> Bool {
    let first = Byte.upper(code[0])
    if digits == 8 {
      switch first {
      case 0x45, 0x47, 0x44, 0x53, 0x50: return true
      case 0x48, 0x4D, 0x43: return hinted
      default: return false
      }
    }
    return digits == 7 && (first == 0x45 || first == 0x43) && Byte.isLetter(code[1])
  }

  private static func areX(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    for index in 0..<count where bytes[index] | 0x20 != 0x78 { return false }
    return true
  }

  /// `ID330102199001011234`, `tel13800138000`: a few letters and then one number to the end.
  private mutating func lookAtDigitsBehindLetters(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    var first = start
    while first < end, Byte.isLetter(bytes[first]) { first += 1 }
    guard first > start, first - start <= 8 else { return }
    var last = first
    while last < end, Byte.isDigit(bytes[last]) { last += 1 }
    let length = last - first
    if last == end, length == 11 || length == 18 {
      lookAtRun(bytes, first, last)
    } else if length == 17, last + 1 == end, bytes[last] | 0x20 == 0x78 {
      lookAtMixed(bytes, first, end, 17, end)
    }
  }

  /// The two sides of an @, RFC 5322's common form: a local part and a domain with a final label of letters.
  mutating func lookAtMail(_ bytes: UnsafePointer<UInt8>, _ at: Int, _ count: Int) {
    var start = at
    while start > 0, Self.isLocal(bytes[start - 1]) { start -= 1 }
    guard start < at else { return }
    var end = at + 1
    var dot = -1
    while end < count {
      if bytes[end] == 0x2E {
        if end == at + 1 || bytes[end - 1] == 0x2E { break }
        dot = end
      } else if !Byte.isWord(bytes[end]), bytes[end] != 0x2D {
        break
      }
      end += 1
    }
    if dot == end - 1 {
      // A full stop after the address ends the sentence.
      end = dot
      dot = -1
      for index in at + 1..<end where bytes[index] == 0x2E { dot = index }
    }
    guard dot > 0, end - dot > 2 else { return }
    for index in dot + 1..<end where !Byte.isLetter(bytes[index]) { return }
    hit(.email, bytes, start, end)
  }

  private static func isLocal(_ byte: UInt8) -> Bool {
    if Byte.isWord(byte) { return true }
    switch byte {
    case 0x2E, 0x5F, 0x25, 0x2B, 0x2D: return true
    default: return false
    }
  }

  /// A run of stars with digits on both sides and the length of an identifier. Returns the end of the run.
  mutating func lookAtStars(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int {
    var end = start
    while end < count, bytes[end] == 0x2A { end += 1 }
    let stars = end - start
    guard stars >= 3 else { return end }
    var first = start
    while first > 0, Byte.isDigit(bytes[first - 1]) { first -= 1 }
    var last = end
    while last < count, Byte.isDigit(bytes[last]) { last += 1 }
    if last < count, bytes[last] | 0x20 == 0x78, last + 1 == count || !Byte.isWord(bytes[last + 1]) {
      last += 1
    }
    let before = start - first
    let after = last - end
    let whole = before + stars + after
    let fits =
      switch whole {
      case 11: before >= 3 && after >= 2 && Self.isMobile(bytes + first)
      case 15, 18: before >= 1 && after >= 1 && before + after >= 4
      case 16, 17, 19: before >= 4 && after >= 3
      default: before >= 4 && after >= 4
      }
    if fits { hit(.masked, bytes, first, last) }
    return end
  }
}
