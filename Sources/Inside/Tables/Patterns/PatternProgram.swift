import Bytes

/// An expression as a machine of states (Thompson's construction).
struct PatternProgram: Sendable {
  enum State: Sendable {
    case accept
    case set(Int, next: Int)
    case split(Int, Int)
    case jump(Int)
  }
  private(set) var states: [State] = []
  private(set) var sets: [ScalarSet] = []
  private(set) var start = 0

  /// Most states of a machine; a pattern that needs more is refused.
  static let stateLimit = 20_000

  init(_ tree: PatternTree) throws(PatternError) {
    states = [.accept]
    start = try compile(tree, to: 0)
  }

  /// Adds the states of `tree`, which lead to `next`, and returns the first of them.
  private mutating func compile(_ tree: PatternTree, to next: Int) throws(PatternError) -> Int {
    guard states.count < Self.stateLimit else {
      throw PatternError(
        words: Wording(
          "the pattern needs more than \(Self.stateLimit) states", "该模式需要超过 \(Self.stateLimit) 个状态"),
        advice: Wording("repeat fewer times", "请减少重复次数"))
    }
    switch tree {
    case .empty: return next
    case .set(let set):
      let index = sets.firstIndex(of: set) ?? sets.count
      if index == sets.count { sets.append(set) }
      return add(.set(index, next: next))
    case .sequence(let parts):
      var place = next
      for part in parts.reversed() { place = try compile(part, to: place) }
      return place
    case .choice(let branches):
      var place: Int?
      for branch in branches.reversed() {
        let first = try compile(branch, to: next)
        place = place.map { add(.split(first, $0)) } ?? first
      }
      return place ?? next
    case .repeated(let part, let least, let most):
      var place = next
      if let most {
        for _ in least..<max(most, least) { place = add(.split(try compile(part, to: place), next)) }
      } else {
        let loop = add(.jump(next))
        let body = try compile(part, to: loop)
        states[loop] = .split(body, next)
        place = loop
      }
      for _ in 0..<least { place = try compile(part, to: place) }
      return place
    }
  }

  private mutating func add(_ state: State) -> Int {
    states.append(state)
    return states.count - 1
  }
}

/// Runs a pattern over texts, remembering the state sets it has met: after a while one table look-up an ASCII byte.
struct PatternMatcher: Sendable {
  private let program: PatternProgram
  /// State sets met, each sorted.
  private var known: [[Int32]] = []
  private var numbers: [[Int32]: Int] = [:]
  private var accepts: [Bool] = []
  /// Next set by set and ASCII byte: -2 not computed yet, -1 none.
  private var table: [Int32] = []

  /// Sets kept; when more are met, the memory starts again.
  private static let memory = 2000

  init(_ pattern: Pattern) {
    program = pattern.program
    forget()
  }

  private mutating func forget() {
    known = []
    numbers = [:]
    accepts = []
    table = []
    var set: Set<Int32> = []
    follow(program.start, into: &set)
    _ = number(of: set)
  }

  private func follow(_ state: Int, into set: inout Set<Int32>) {
    var waiting = [state]
    while let place = waiting.popLast() {
      guard set.insert(Int32(place)).inserted else { continue }
      switch program.states[place] {
      case .split(let one, let other):
        waiting.append(one)
        waiting.append(other)
      case .jump(let next): waiting.append(next)
      case .accept, .set: break
      }
    }
  }

  private mutating func number(of set: Set<Int32>) -> Int {
    let sorted = set.sorted()
    if let found = numbers[sorted] { return found }
    let number = known.count
    known.append(sorted)
    numbers[sorted] = number
    accepts.append(set.contains(0))
    table.append(contentsOf: repeatElement(-2, count: 128))
    return number
  }

  private func step(_ number: Int, _ scalar: UInt32) -> Set<Int32> {
    var set: Set<Int32> = []
    for place in known[number] {
      if case .set(let index, let next) = program.states[Int(place)], program.sets[index].contains(scalar) {
        follow(next, into: &set)
      }
    }
    return set
  }

  /// Whether the whole of `text`, valid UTF-8, matches.
  mutating func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var current = 0
    var at = 0
    while at < text.count {
      let byte = text[at]
      if byte < 0x80 {
        let cached = table[current << 7 | Int(byte)]
        at += 1
        if cached >= 0 {
          current = Int(cached)
          continue
        }
        if cached == -1 { return false }
        let set = step(current, UInt32(byte))
        if set.isEmpty {
          table[current << 7 | Int(byte)] = -1
          return false
        }
        let next = number(of: set)
        table[current << 7 | Int(byte)] = Int32(next)
        current = next
      } else {
        let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
        guard at + length <= text.count else { return false }
        var scalar = UInt32(byte) & (0xFF >> UInt32(length + 1))
        for offset in 1..<length { scalar = scalar << 6 | UInt32(text[at + offset] & 0x3F) }
        at += length
        let set = step(current, scalar)
        if set.isEmpty { return false }
        current = number(of: set)
      }
      if known.count > Self.memory {
        let here = Set(known[current])
        forget()
        current = number(of: here)
      }
    }
    return accepts[current]
  }
}
