import Bytes

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
    guard scalars.count <= 2000 else {
      throw refusal(Wording("is longer than 2000 characters", "超过 2000 个字符"))
    }
    let tree = try choice()
    guard at == scalars.count else { throw refusal(Wording("has a ) without its (", "有 ) 而缺 (")) }
    return tree
  }

  private func refusal(_ what: Wording, hint: Wording? = nil) -> PatternError {
    PatternError(
      words: Wording(
        "the pattern \(source) \(what.en) (character \(at + 1))", "模式“\(source)”\(what.zh)（第 \(at + 1) 个字符）"),
      advice: hint)
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
    guard depth <= 50 else { throw refusal(Wording("is nested deeper than 50 groups", "嵌套超过 50 层分组")) }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternTree {
    var parts: [PatternTree] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      if scalar == "^" {
        guard at == 0 || parts.isEmpty && depth == 1 else {
          throw refusal(Wording("has ^ not at its beginning", "的 ^ 不在开头"))
        }
        at += 1
        continue
      }
      if scalar == "$" {
        let following = at + 1 < scalars.count ? scalars[at + 1] : nil
        guard following == nil || following == "|" && depth == 1 else {
          throw refusal(Wording("has $ not at its end", "的 $ 不在末尾"))
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
      guard !isCounted else { throw refusal(Wording("repeats a repetition", "对重复再作重复")) }
      isCounted = true
      if next == "+" {
        throw refusal(Wording("has a possessive quantifier, which is not understood", "含占有量词，不予支持"))
      }
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
      throw refusal(
        Wording("has a { that begins no repetition", "的 { 不是重复次数"),
        hint: Wording("write \\{ for the character", "要匹配该字符请写 \\{"))
    }
    var most: Int? = least
    if take(",") { most = next == "}" ? nil : number() }
    guard take("}") else {
      at = start
      throw refusal(
        Wording("has a { that begins no repetition", "的 { 不是重复次数"),
        hint: Wording("write \\{ for the character", "要匹配该字符请写 \\{"))
    }
    if let most, most < least {
      throw refusal(Wording("repeats at most fewer times than at least", "的重复上限小于下限"))
    }
    guard least <= 1000, (most ?? 0) <= 1000 else {
      throw refusal(Wording("repeats more than 1000 times", "重复超过 1000 次"))
    }
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
            Wording(
              "has a lookaround, a flag or a named group, which are not understood", "含环视、标志或命名分组，不予支持"),
            hint: Wording("only (?:…) is", "只支持 (?:…)"))
        }
      }
      let tree = try choice()
      guard take(")") else { throw refusal(Wording("has a ( without its )", "有 ( 而缺 )")) }
      return tree
    case "*", "+", "?", "{": throw refusal(Wording("repeats nothing", "的重复没有对象"))
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
        throw refusal(
          Wording("has a POSIX class, which is not understood", "含 POSIX 字符类，不予支持"),
          hint: Wording("write \\d, \\w or \\p{L}", "请写 \\d、\\w 或 \\p{L}"))
      }
      if scalar == "&", at + 1 < scalars.count, scalars[at + 1] == "&" {
        throw refusal(Wording("intersects classes, which is not understood", "含字符类交集，不予支持"))
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
        throw refusal(Wording("has a range that ends before it begins", "的字符区间先大后小"))
      }
      set.ranges.append(from...to)
    }
    throw refusal(Wording("has a [ without its ]", "有 [ 而缺 ]"))
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
    guard let scalar = next else { throw refusal(Wording("ends with a backslash", "以反斜线结尾")) }
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
          Wording("has \\\(scalar), which is not understood", "含 \\\(scalar)，不予支持"),
          hint: Wording(
            "back references, \\b and other anchors cannot be matched in linear time",
            "反向引用、\\b 及其他锚点不能在线性时间内匹配"))
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
      guard take("}") else { throw refusal(Wording("has a { without its }", "有 { 而缺 }")) }
    } else {
      while text.count < digits, let scalar = next {
        text.unicodeScalars.append(scalar)
        at += 1
      }
    }
    guard let value = UInt32(text, radix: 16), Unicode.Scalar(value) != nil else {
      throw refusal(Wording("has a character code that is none", "含无效的字符编码"))
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
      guard take("}") else { throw refusal(Wording("has a { without its }", "有 { 而缺 }")) }
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
      throw refusal(
        Wording("names the property \(name), which is not understood", "含属性 \(name)，不予支持"),
        hint: Wording("known: L Lu Ll N Nd P Han", "可用：L Lu Ll N Nd P Han"))
    }
    return ScalarSet(properties: [(property, isNegated)])
  }
}
