/// Terms of dictionaries, found in running text by their beginning; each term belongs to rules, named by bits.
struct TermIndex: Sendable {
  private struct Term {
    let bytes: [UInt8]
    let rules: UInt64
  }

  private var terms: [Term] = []
  /// First code point of a term outside ASCII → its terms.
  private var byFirst: [UInt32: [Int]] = [:]
  /// Hash of the first lowercase ASCII word of a term → its terms.
  private var byWord: [UInt64: [Int]] = [:]
  /// One bit for each pair of first letters of an ASCII term.
  private(set) var pairs: [UInt64] = Array(repeating: 0, count: 16)
  private(set) var hasWords = false
  /// One bit for each hash of the first two characters of a term outside ASCII, and of terms of one character.
  private var starts: [UInt64] = Array(repeating: 0, count: 128)

  /// First code points, for the table of anchors.
  var firsts: [UInt32] { Array(byFirst.keys) }

  /// Adds a term for the rules of these bits; ASCII terms match whole words in any case, others anywhere.
  mutating func add(_ text: String, rules: UInt64) {
    let bytes = text.utf8.map { Byte.lower($0) }
    guard let first = bytes.first else { return }
    let index = terms.count
    if first < 0x80 {
      let word = bytes.prefix { Byte.isWord($0) }
      guard word.count >= 2, Byte.isLetter(word[0]), Byte.isLetter(word[1]) else { return }
      byWord[Self.hash(word), default: []].append(index)
      let pair = Self.pair(word[0], word[1])
      pairs[pair >> 6] |= 1 << UInt64(pair & 63)
      hasWords = true
    } else {
      guard let scalar = text.unicodeScalars.first else { return }
      byFirst[scalar.value, default: []].append(index)
      let second = bytes.count >= 6 ? Array(bytes[3..<6]) : []
      let bit =
        second.isEmpty
        ? 0x1000 | Self.startHash(scalar.value, 0, 0) : Self.startHash(scalar.value, second[1], second[2])
      starts[bit >> 6] |= 1 << UInt64(bit & 63)
    }
    terms.append(Term(bytes: bytes, rules: rules))
  }

  /// A hash of the first character and the end of the second: 0…4095.
  @inline(__always)
  private static func startHash(_ first: UInt32, _ next: UInt8, _ last: UInt8) -> Int {
    Int(((first << 16 | UInt32(next) << 8 | UInt32(last)) &* 0x9E37_79B1) >> 20)
  }

  /// Whether a term may start here, for the price of a few operations.
  @inline(__always)
  private func mayStart(_ first: UInt32, _ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Bool {
    let alone = 0x1000 | Self.startHash(first, 0, 0)
    if starts[alone >> 6] >> UInt64(alone & 63) & 1 == 1 { return true }
    guard start + 5 < count else { return false }
    let both = Self.startHash(first, bytes[start + 4], bytes[start + 5])
    return starts[both >> 6] >> UInt64(both & 63) & 1 == 1
  }

  @inline(__always)
  static func pair(_ first: UInt8, _ second: UInt8) -> Int { Int(first & 31) << 5 | Int(second & 31) }

  private static func hash(_ word: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in word { hash = (hash ^ UInt64(Byte.lower(byte))) &* 0x100_0000_01B3 }
    return hash
  }

  /// The longest term that starts at `start` with this code point: its rules and its length in bytes.
  func match(
    first: UInt32, _ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int
  ) -> (rules: UInt64, length: Int)? {
    guard mayStart(first, bytes, start, count), let candidates = byFirst[first] else { return nil }
    return longest(of: candidates, bytes, start, count, wholeWords: false)
  }

  /// The longest term whose first word is `start..<end`.
  func match(
    word start: Int, _ end: Int, _ bytes: UnsafePointer<UInt8>, _ count: Int
  ) -> (rules: UInt64, length: Int)? {
    let hash = Self.hash(UnsafeBufferPointer(start: bytes + start, count: end - start))
    guard let candidates = byWord[hash] else { return nil }
    return longest(of: candidates, bytes, start, count, wholeWords: true)
  }

  private func longest(
    of candidates: [Int], _ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int, wholeWords: Bool
  ) -> (rules: UInt64, length: Int)? {
    var rules: UInt64 = 0
    var length = 0
    for index in candidates {
      let term = terms[index].bytes
      guard start + term.count <= count else { continue }
      var same = true
      for offset in 0..<term.count where Byte.lower(bytes[start + offset]) != term[offset] {
        same = false
        break
      }
      guard same else { continue }
      if wholeWords, start + term.count < count, Byte.isWord(bytes[start + term.count]) { continue }
      rules |= terms[index].rules
      length = max(length, term.count)
    }
    return rules == 0 ? nil : (rules, length)
  }
}
