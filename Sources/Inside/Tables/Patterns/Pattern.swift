/// A regular expression for a whole value, matched in time linear in the text: no construct that needs backtracking
/// is understood, and none is silently ignored.
///
/// Understood: characters, `.`, `[…]`, `[^…]`, `\d \w \s` and their opposites (ASCII), `\t \n \r \f \v`, `\xHH`,
/// `\uHHHH`, `\u{H…}`, `\p{L Lu Ll N Nd P Han}`, groups `(…)` `(?:…)`, `|`, `* + ? {n} {n,} {n,m}`, and `^` and `$`
/// at the ends. The whole value must match, as in XML Schema.
package struct Pattern: Sendable, Equatable {
  /// The expression as written.
  package let source: String
  let program: PatternProgram

  package init(_ source: String) throws(PatternError) {
    self.source = source
    var parser = PatternParser(source)
    let tree = try parser.parse()
    program = try PatternProgram(tree)
  }

  /// Whether the whole of `text` matches. For many texts use a `PatternMatcher`, which remembers.
  package func matches(_ text: String) -> Bool {
    var matcher = PatternMatcher(self)
    var text = text
    return text.withUTF8 { matcher.matches($0) }
  }

  package static func == (left: Pattern, right: Pattern) -> Bool {
    left.source.utf8.elementsEqual(right.source.utf8)
  }
}

/// A set of Unicode scalars.
struct ScalarSet: Sendable, Equatable {
  enum Property: Sendable, Equatable { case letter, upper, lower, number, digit, punctuation, han }
  var ranges: [ClosedRange<UInt32>] = []
  var properties: [(property: Property, isNegated: Bool)] = []
  var isNegated = false

  static func == (left: ScalarSet, right: ScalarSet) -> Bool {
    left.ranges == right.ranges && left.isNegated == right.isNegated
      && left.properties.elementsEqual(right.properties) { $0 == $1 }
  }

  func contains(_ scalar: UInt32) -> Bool {
    var found = ranges.contains { $0.contains(scalar) }
    if !found { found = properties.contains { Self.has($0.property, scalar) != $0.isNegated } }
    return found != isNegated
  }

  private static func has(_ property: Property, _ value: UInt32) -> Bool {
    guard let scalar = Unicode.Scalar(value) else { return false }
    let category = scalar.properties.generalCategory
    switch property {
    case .letter:
      return [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter].contains(
        category)
    case .upper: return category == .uppercaseLetter
    case .lower: return category == .lowercaseLetter
    case .number: return [.decimalNumber, .letterNumber, .otherNumber].contains(category)
    case .digit: return category == .decimalNumber
    case .punctuation:
      return [
        .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
        .finalPunctuation, .otherPunctuation,
      ].contains(category)
    case .han:
      return scalar.properties.isIdeographic && !(0x17000...0x18CFF ~= value)
    }
  }
}

/// The tree of an expression.
indirect enum PatternTree: Sendable {
  case empty
  case set(ScalarSet)
  case sequence([PatternTree])
  case choice([PatternTree])
  case repeated(PatternTree, least: Int, most: Int?)
}
