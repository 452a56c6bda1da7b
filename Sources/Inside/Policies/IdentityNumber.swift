/// The check digits and forms of identity numbers, over ASCII bytes.
enum IdentityNumber {
  /// What a number turned out to be.
  enum Judgement {
    /// Not of this form at all.
    case other
    /// The form holds, the check digit does not.
    case wrongCheck
    /// Form and check digit hold.
    case valid
    /// They hold, and the division's prefecture is 99, which GB/T 2260 never assigned.
    case validUnassigned
  }

  /// Provinces of GB/T 2260, with 81–83 for residents of Hong Kong, Macao and Taiwan, as a bit set over 0…99.
  private static let provinces: (UInt64, UInt64) = {
    var low: UInt64 = 0
    var high: UInt64 = 0
    for range in [11...15, 21...23, 31...37, 41...46, 50...54, 61...65, 71...71, 81...83] {
      for code in range {
        if code < 64 { low |= 1 << UInt64(code) } else { high |= 1 << UInt64(code - 64) }
      }
    }
    return (low, high)
  }()

  @inline(__always)
  static func isProvince(_ code: Int) -> Bool {
    let bit: UInt64 =
      code < 64 ? provinces.0 >> UInt64(code) : code < 100 ? provinces.1 >> UInt64(code - 64) : 0
    return bit & 1 == 1
  }

  @inline(__always)
  private static func number(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
    var value = 0
    for index in 0..<count { value = value &* 10 &+ Int(bytes[index] &- 0x30) }
    return value
  }

  /// Whether a calendar has this day; years 1880 to 2049, since nobody alive or registered was born outside them.
  static func isDate(year: Int, month: Int, day: Int) -> Bool {
    guard year >= 1880, year < 2050, month >= 1, month <= 12, day >= 1 else { return false }
    switch month {
    case 2: return day <= (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28)
    case 4, 6, 9, 11: return day <= 30
    default: return day <= 31
    }
  }

  /// GB 11643-1999: 17 digits and a check character of 0–9 or X (either case), ISO 7064 MOD 11-2.
  ///
  /// The permanent residence card of foreigners (9, province, country, date, order) follows the same form.
  static func residentID(_ id: UnsafePointer<UInt8>) -> Judgement {
    let province = number(id, 2)
    guard isProvince(province) || id[0] == 0x39 && isProvince(number(id + 1, 2)) else { return .other }
    guard isDate(year: number(id + 6, 4), month: number(id + 10, 2), day: number(id + 12, 2)) else {
      return .other
    }
    var sum = 0
    for index in 0..<17 { sum = (sum &+ Int(id[index] &- 0x30)) &* 2 % 11 }
    let check = (12 &- sum) % 11
    let given = id[17] | 0x20 == 0x78 ? 10 : Int(id[17] &- 0x30)
    guard check == given else { return .wrongCheck }
    return id[2] == 0x39 && id[3] == 0x39 ? .validUnassigned : .valid
  }

  /// Whether eighteen digits are the fifteen that Excel keeps of a resident ID, with zeros for the rest.
  static func isCutResidentID(_ id: UnsafePointer<UInt8>) -> Bool {
    guard id[15] == 0x30, id[16] == 0x30, id[17] == 0x30, isProvince(number(id, 2)) else { return false }
    return isDate(year: number(id + 6, 4), month: number(id + 10, 2), day: number(id + 12, 2))
  }

  /// Whether eighteen digits end in a zero or are a whole number that a double holds.
  static func isRounded(_ id: UnsafePointer<UInt8>) -> Bool {
    if id[17] == 0x30 { return true }
    let value = number(id, 18)
    return Int(exactly: Double(value)) == value
  }

  /// GB 11643-1989: 15 digits, division, date with a two-digit year, order; there is no check digit.
  static func oldResidentID(_ id: UnsafePointer<UInt8>) -> Judgement {
    guard isProvince(number(id, 2)) else { return .other }
    let year = 1900 + number(id + 6, 2)
    guard isDate(year: year, month: number(id + 8, 2), day: number(id + 10, 2)) else { return .other }
    return id[2] == 0x39 && id[3] == 0x39 ? .validUnassigned : .valid
  }

  /// GB 32100-2015: 18 characters of a 31-letter alphabet, the last a MOD 31 check.
  static func creditCode(_ code: UnsafePointer<UInt8>) -> Judgement {
    switch Byte.upper(code[0]) {
    case 0x31...0x39, 0x41, 0x4E, 0x59: break
    default: return .other
    }
    // The class of body within its registration authority (GB 32100-2015, table 1).
    guard code[1] >= 0x31, code[1] <= (code[0] == 0x39 ? 0x33 : 0x39) else { return .other }
    for index in 2..<8 where !Byte.isDigit(code[index]) { return .other }
    let province = number(code + 2, 2)
    guard isProvince(province) || province == 10 else { return .other }
    var sum = 0
    var weight = 1
    for index in 0..<17 {
      let value = base31(code[index])
      guard value >= 0 else { return .other }
      sum &+= value &* weight
      weight = weight &* 3 % 31
    }
    let check = base31(code[17])
    guard check >= 0 else { return .other }
    guard (31 &- sum % 31) % 31 == check else { return .wrongCheck }
    // Eighteen digits are often something else: there the organisation code within must hold as well. Sole
    // traders (92) have none.
    let sole = code[0] == 0x39 && code[1] == 0x32
    if !sole, isDigits(code, 18), !organizationCode(code + 8, check: code[16]) { return .wrongCheck }
    return code[4] == 0x39 && code[5] == 0x39 ? .validUnassigned : .valid
  }

  private static func isDigits(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    for index in 0..<count where !Byte.isDigit(bytes[index]) { return false }
    return true
  }

  /// The value of a character in GB 32100's alphabet, which leaves out I, O, S, V and Z; −1 for any other.
  @inline(__always)
  private static func base31(_ byte: UInt8) -> Int {
    if Byte.isDigit(byte) { return Int(byte &- 0x30) }
    let letter = Byte.upper(byte)
    guard Byte.isUpper(letter) else { return -1 }
    switch letter {
    case 0x49, 0x4F, 0x53, 0x56, 0x5A: return -1
    default:
      var value = Int(letter &- 0x41) &+ 10
      if letter > 0x49 { value &-= 1 }
      if letter > 0x4F { value &-= 1 }
      if letter > 0x53 { value &-= 1 }
      if letter > 0x56 { value &-= 1 }
      return value
    }
  }

  /// GB 11714-1997: eight characters 0–9 A–Z and a MOD 11 check.
  static func organizationCode(_ body: UnsafePointer<UInt8>, check: UInt8) -> Bool {
    let weights: (Int, Int, Int, Int, Int, Int, Int, Int) = (3, 7, 9, 10, 5, 8, 4, 2)
    var sum = base36(body[0]) &* weights.0
    sum &+= base36(body[1]) &* weights.1
    sum &+= base36(body[2]) &* weights.2
    sum &+= base36(body[3]) &* weights.3
    sum &+= base36(body[4]) &* weights.4
    sum &+= base36(body[5]) &* weights.5
    sum &+= base36(body[6]) &* weights.6
    sum &+= base36(body[7]) &* weights.7
    let wanted = 11 &- sum % 11
    switch wanted {
    case 10: return Byte.upper(check) == 0x58
    case 11: return check == 0x30
    default: return check == UInt8(wanted) &+ 0x30
    }
  }

  @inline(__always)
  private static func base36(_ byte: UInt8) -> Int {
    Byte.isDigit(byte) ? Int(byte &- 0x30) : Int(Byte.upper(byte) &- 0x41) &+ 10
  }

  /// ISO/IEC 7812: an issuer range that banks use here, and the Luhn digit.
  static func bankCard(_ card: UnsafePointer<UInt8>, _ count: Int) -> Judgement {
    let two = number(card, 2)
    let issued: Bool
    switch count {
    case 15: issued = two == 34 || two == 37
    case 16:
      let four = number(card, 4)
      issued =
        two == 62 || card[0] == 0x34 || two >= 51 && two <= 55 || four >= 2221 && four <= 2720
        || four >= 3528 && four <= 3589
    case 17...19: issued = two == 62
    default: issued = false
    }
    guard issued else { return .other }
    var sum = 0
    for index in 0..<count {
      var digit = Int(card[count &- 1 &- index] &- 0x30)
      if index & 1 == 1 {
        digit &*= 2
        if digit > 9 { digit &-= 9 }
      }
      sum &+= digit
    }
    return sum % 10 == 0 ? .valid : .wrongCheck
  }
}
