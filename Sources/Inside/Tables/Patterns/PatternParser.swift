/// Reads a regular expression into its tree; refuses by name what cannot be matched in linear time.
struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private let source: String
  private var at = 0
  private var depth = 0

  init(_ source: String) {
    self.source = source
    scalars = Array(source.unicodeScalars)
  }

  mutating func parse() throws(PatternError) -> PatternTree {
    guard scalars.count <= 2000 else { throw refusal("is longer than 2000 characters") }
    let tree = try choice()
    guard at == scalars.count else { throw refusal("has a ) without its (") }
    return tree
  }

  private func refusal(_ what: String, hint: String? = nil) -> PatternError {
    PatternError(message: "the pattern \(source) \(what) (character \(at + 1))", hint: hint)
  }

  private var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    at += 1
    return true
  }

  private mutating func choice() throws(PatternError) -> PatternTree {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 50 else { throw refusal("is nested deeper than 50 groups") }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternTree {
    var parts: [PatternTree] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      if scalar == "^" {
        guard at == 0 || parts.isEmpty && depth == 1 else { throw refusal("has ^ not at its beginning") }
        at += 1
        continue
      }
      if scalar == "$" {
        let following = at + 1 < scalars.count ? scalars[at + 1] : nil
        guard following == nil || following == "|" && depth == 1 else {
          throw refusal("has $ not at its end")
        }
        at += 1
        continue
      }
      parts.append(try quantified(try atom()))
    }
    return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func quantified(_ atom: PatternTree) throws(PatternError) -> PatternTree {
    var tree = atom
    var isCounted = false
    while let scalar = next {
      let least: Int
      let most: Int?
      switch scalar {
      case "*": (least, most) = (0, nil)
      case "+": (least, most) = (1, nil)
      case "?": (least, most) = (0, 1)
      case "{":
        guard let counts = try counts() else { return tree }
        (least, most) = counts
        at -= 1
      default: return tree
      }
      at += 1
      guard !isCounted else { throw refusal("repeats a repetition") }
      isCounted = true
      if next == "+" { throw refusal("has a possessive quantifier, which is not understood") }
      _ = take("?")  // a lazy quantifier accepts the same texts
      tree = .repeated(tree, least: least, most: most)
    }
    return tree
  }

  /// `{n}`, `{n,}`, `{n,m}`; a brace that is none of them is a literal. Leaves `at` behind the closing brace.
  private mutating func counts() throws(PatternError) -> (Int, Int?)? {
    let start = at
    at += 1
    guard let least = number() else {
      at = start
      throw refusal("has a { that begins no repetition", hint: "write \\{ for the character")
    }
    var most: Int? = least
    if take(",") { most = next == "}" ? nil : number() }
    guard take("}") else {
      at = start
      throw refusal("has a { that begins no repetition", hint: "write \\{ for the character")
    }
    if let most, most < least { throw refusal("repeats at most fewer times than at least") }
    guard least <= 1000, (most ?? 0) <= 1000 else { throw refusal("repeats more than 1000 times") }
    return (least, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, let digit = Int(String(scalar)), scalar.isASCII, (value ?? 0) < 100_000 {
      value = (value ?? 0) * 10 + digit
      at += 1
    }
    return value
  }

  private mutating func atom() throws(PatternError) -> PatternTree {
    guard let scalar = next else { return .empty }
    at += 1
    switch scalar {
    case ".":
      return .set(ScalarSet(ranges: [0x0A...0x0A, 0x0D...0x0D], isNegated: true))
    case "[": return .set(try bracket())
    case "(":
      if take("?") {
        guard take(":") else {
          throw refusal(
            "has a lookaround, a flag or a named group, which are not understood", hint: "only (?:…) is")
        }
      }
      let tree = try choice()
      guard take(")") else { throw refusal("has a ( without its )") }
      return tree
    case "*", "+", "?", "{": throw refusal("repeats nothing")
    case "\\": return .set(try escape(inBracket: false))
    default: return .set(ScalarSet(ranges: [scalar.value...scalar.value]))
    }
  }

  private mutating func bracket() throws(PatternError) -> ScalarSet {
    var set = ScalarSet()
    set.isNegated = take("^")
    var isFirst = true
    while let scalar = next {
      if scalar == "]", !isFirst {
        at += 1
        return set
      }
      isFirst = false
      if scalar == "[", at + 1 < scalars.count, scalars[at + 1] == ":" {
        throw refusal("has a POSIX class, which is not understood", hint: "write \\d, \\w or \\p{L}")
      }
      if scalar == "&", at + 1 < scalars.count, scalars[at + 1] == "&" {
        throw refusal("intersects classes, which is not understood")
      }
      at += 1
      let low: ScalarSet =
        scalar == "\\" ? try escape(inBracket: true) : ScalarSet(ranges: [scalar.value...scalar.value])
      guard next == "-", at + 1 < scalars.count, scalars[at + 1] != "]" else {
        set.ranges += low.ranges
        if low.isNegated { set.ranges += Self.complement(low.ranges) }
        if low.isNegated { set.ranges.removeAll { low.ranges.contains($0) } }
        set.properties += low.properties
        continue
      }
      at += 1
      guard let bound = next else { break }
      at += 1
      let high: ScalarSet =
        bound == "\\" ? try escape(inBracket: true) : ScalarSet(ranges: [bound.value...bound.value])
      guard let from = single(low), let to = single(high), from <= to else {
        throw refusal("has a range that ends before it begins")
      }
      set.ranges.append(from...to)
    }
    throw refusal("has a [ without its ]")
  }

  private func single(_ set: ScalarSet) -> UInt32? {
    guard set.ranges.count == 1, set.properties.isEmpty, !set.isNegated, let range = set.ranges.first,
      range.lowerBound == range.upperBound
    else { return nil }
    return range.lowerBound
  }

  private static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    var from: UInt32 = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > from { result.append(from...(range.lowerBound - 1)) }
      from = max(from, range.upperBound + 1)
    }
    result.append(from...0x10FFFF)
    return result
  }

  private mutating func escape(inBracket: Bool) throws(PatternError) -> ScalarSet {
    guard let scalar = next else { throw refusal("ends with a backslash") }
    at += 1
    switch scalar {
    case "d", "D": return ScalarSet(ranges: [0x30...0x39], isNegated: scalar == "D")
    case "w", "W":
      return ScalarSet(
        ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A], isNegated: scalar == "W")
    case "s", "S": return ScalarSet(ranges: [0x09...0x0D, 0x20...0x20], isNegated: scalar == "S")
    case "t": return ScalarSet(ranges: [0x09...0x09])
    case "n": return ScalarSet(ranges: [0x0A...0x0A])
    case "r": return ScalarSet(ranges: [0x0D...0x0D])
    case "f": return ScalarSet(ranges: [0x0C...0x0C])
    case "v": return ScalarSet(ranges: [0x0B...0x0B])
    case "x": return try code(digits: 2)
    case "u": return try code(digits: 4)
    case "p", "P": return try property(isNegated: scalar == "P")
    default:
      if scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) {
        throw refusal(
          "has \\\(scalar), which is not understood",
          hint: "back references, \\b and other anchors cannot be matched in linear time")
      }
      return ScalarSet(ranges: [scalar.value...scalar.value])
    }
  }

  private mutating func code(digits: Int) throws(PatternError) -> ScalarSet {
    var text = ""
    if take("{") {
      while let scalar = next, scalar != "}" {
        text.unicodeScalars.append(scalar)
        at += 1
      }
      guard take("}") else { throw refusal("has a { without its }") }
    } else {
      while text.count < digits, let scalar = next {
        text.unicodeScalars.append(scalar)
        at += 1
      }
    }
    guard let value = UInt32(text, radix: 16), Unicode.Scalar(value) != nil else {
      throw refusal("has a character code that is none")
    }
    return ScalarSet(ranges: [value...value])
  }

  private mutating func property(isNegated: Bool) throws(PatternError) -> ScalarSet {
    var name = ""
    if take("{") {
      while let scalar = next, scalar != "}" {
        name.unicodeScalars.append(scalar)
        at += 1
      }
      guard take("}") else { throw refusal("has a { without its }") }
    } else if let scalar = next {
      name.unicodeScalars.append(scalar)
      at += 1
    }
    let property: ScalarSet.Property
    switch name {
    case "L", "Letter", "Alphabetic": property = .letter
    case "Lu": property = .upper
    case "Ll": property = .lower
    case "N": property = .number
    case "Nd": property = .digit
    case "P": property = .punctuation
    case "Han", "sc=Han", "Script=Han", "IsHan": property = .han
    default:
      throw refusal("names the property \(name), which is not understood", hint: "known: L Lu Ll N Nd P Han")
    }
    return ScalarSet(properties: [(property, isNegated)])
  }
}
