#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Counts, row by row, what the price of guessing is made of: how far the subject's identifiers can be foreseen, and
/// how evenly the claims are spread.
struct TagTally {
  /// Identifiers longer than this are counted by their first characters: fewer bits, never more.
  static let longest = 64
  /// Residents' numbers of one prefecture (DISCLOSURE a.12): days of a century, ten counties, order.
  static let residentIDs: Double = 6e8
  /// Credit codes within a known prefecture: three classes of enterprise, ten counties, and the six characters of the
  /// 31-letter alphabet (GB 32100-2015) that vary within the series assigned since 2015.
  static let creditCodes: Double = 30 * pow(Double(31), 6)

  private var positions: [[Unicode.Scalar: Int]] = []
  private var subjects = 0
  private var residents = 0
  private var enterprises = 0
  private var claims: [[String: Int]]
  private var contained: [Int]
  private var rows = 0

  init(claims: Int) {
    self.claims = Array(repeating: [:], count: claims)
    contained = Array(repeating: 0, count: claims)
  }

  /// A tuple in its normal form.
  mutating func count(subject: [String], claims values: [String]) {
    rows += 1
    for identifier in subject { look(identifier) }
    for (place, value) in values.enumerated() {
      claims[place][value, default: 0] += 1
      let bare = value.filter { $0 != "-" }
      if bare.utf8.count >= 4, subject.contains(where: { $0.contains(bare) }) { contained[place] += 1 }
    }
    let joined = subject.joined(separator: "\u{1F}").unicodeScalars.prefix(Self.longest)
    for (place, scalar) in joined.enumerated() {
      if place == positions.count { positions.append([:]) }
      positions[place][scalar, default: 0] += 1
    }
  }

  private mutating func look(_ identifier: String) {
    subjects += 1
    let bytes = Array(identifier.utf8)
    guard bytes.count == 18 else { return }
    func isDigit(_ place: Int) -> Bool { 0x30...0x39 ~= bytes[place] }
    if (0..<17).allSatisfy(isDigit), [UInt8(ascii: "1"), UInt8(ascii: "2")].contains(bytes[6]),
      bytes[10] <= UInt8(ascii: "1"), bytes[12] <= UInt8(ascii: "3")
    {
      residents += 1
    } else if (2..<8).allSatisfy(isDigit) {
      enterprises += 1
    }
  }

  /// Binary logarithm of the identifiers an attacker has to try. The least of two estimates: what the characters at
  /// each place leave open (−log₂ of the commonest one's share, summed), and the space of a known form that nine
  /// tenths of the identifiers have.
  var subjectBits: Double {
    guard rows > 0 else { return 0 }
    var bits = positions.reduce(0.0) { sum, counts in
      let present = counts.values.reduce(0, +)
      // An identifier that ends before this place is one more value of it.
      let largest = max(counts.values.max() ?? 0, rows - present)
      return sum - log2(Double(largest) / Double(rows))
    }
    if residents * 10 >= subjects * 9 { bits = min(bits, log2(Self.residentIDs)) }
    if enterprises * 10 >= subjects * 9 { bits = min(bits, log2(Self.creditCodes)) }
    return max(0, bits)
  }

  /// The claims by name.
  func claims(named names: [String]) -> [GuessingPrice.Claim] {
    names.indices.map { place in
      let counts = claims[place]
      return GuessingPrice.Claim(
        name: names[place], largestShare: rows == 0 ? 1 : Double(counts.values.max() ?? rows) / Double(rows),
        values: counts.count, followsFromSubject: contained[place] * 2 > rows)
    }
  }
}
