/// The detectors of a policy, made ready once and shared by the scanners of all columns.
package final class DetectorSet: Sendable {
  package let policy: DetectorPolicy

  /// Bits that say why a code point of the Basic Multilingual Plane is worth a closer look.
  enum Anchor {
    static let plate: UInt8 = 1
    static let secrecy: UInt8 = 2
    static let home: UInt8 = 4
    static let street: UInt8 = 8
    static let term: UInt8 = 16
    static let surname: UInt8 = 32
    static let given: UInt8 = 64
    static let placeEnd: UInt8 = 128
    /// Those that running text is searched for.
    static let text: UInt8 = plate | secrecy | home | street | term
  }

  /// One byte of anchor bits for each code point below U+10000.
  let anchors: [UInt8]
  let terms: TermIndex
  /// English markings that are levels of this portal's own scale and refuse nothing.
  let acceptedMarkings: Set<[UInt8]>
  /// First and second code point of surnames of two characters, in rising order.
  private let doubleSurnames: [UInt64]

  /// Makes the detectors ready; rules after the sixty-fourth that use dictionaries have none.
  package init(_ policy: DetectorPolicy) {
    self.policy = policy
    var table = [UInt8](repeating: 0, count: 0x10000)
    func mark(_ text: some StringProtocol, _ bit: UInt8) {
      for scalar in text.unicodeScalars where scalar.value >= 0x80 && scalar.value < 0x10000 {
        table[Int(scalar.value)] |= bit
      }
    }
    mark(Lexicon.plates, Anchor.plate)
    mark("密", Anchor.secrecy)
    mark(Lexicon.homeUnits, Anchor.home)
    mark(Lexicon.streetSigns, Anchor.street)
    mark(Lexicon.surnames, Anchor.surname)
    mark(Lexicon.givenNames, Anchor.given)
    mark(Lexicon.placeEnds, Anchor.placeEnd)

    var doubles: Set<UInt64> = []
    for surname in Lexicon.doubleSurnames + (policy.dictionaries["surnames"] ?? []) {
      let scalars = Array(surname.unicodeScalars.map(\.value))
      if scalars.count == 1 { mark(surname, Anchor.surname) }
      if scalars.count == 2 { doubles.insert(UInt64(scalars[0]) << 32 | UInt64(scalars[1])) }
    }
    doubleSurnames = doubles.sorted()

    var index = TermIndex()
    for (offset, rule) in policy.detectors.enumerated().prefix(64) {
      var words: [String] = []
      if rule.kind == .medical {
        words = Lexicon.medicalChinese + Lexicon.medicalEnglish + (policy.dictionaries["medical"] ?? [])
      }
      if rule.kind == .medical || rule.kind == .dictionary {
        words += rule.dictionaries.flatMap { policy.dictionaries[$0] ?? [] }
      }
      for word in words { index.add(word, rules: 1 << UInt64(offset)) }
    }
    for first in index.firsts where first < 0x10000 { table[Int(first)] |= Anchor.term }
    terms = index
    acceptedMarkings = Set((policy.dictionaries["acceptedMarkings"] ?? []).map { Array($0.utf8) })
    anchors = table
  }

  /// Whether two characters are a surname such as 欧阳: a search among a few dozen.
  func isDoubleSurname(_ first: UInt32, _ second: UInt32) -> Bool {
    let wanted = UInt64(first) << 32 | UInt64(second)
    var low = 0
    var high = doubleSurnames.count
    while low < high {
      let middle = (low + high) / 2
      if doubleSurnames[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low < doubleSurnames.count && doubleSurnames[low] == wanted
  }
}
