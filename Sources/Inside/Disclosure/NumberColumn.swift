/// Whole numbers or nothing, one for each place, in as few bytes as the largest needs: millions of cells stay small.
package struct NumberColumn: Sendable {
  // Only one of them has elements; the least number of each stands for nothing.
  private var four: [Int32]
  private var eight: [Int64] = []
  private var sixteen: [Int128] = []
  package let count: Int

  /// Nothing at every place.
  package init(count: Int) {
    self.count = count
    four = [Int32](repeating: .min, count: count)
  }

  package init(_ numbers: some Collection<Int128?>) {
    self.init(count: numbers.count)
    for (place, number) in numbers.enumerated() { self[place] = number }
  }

  /// Bytes that each number takes: 4, 8 or 16.
  package var width: Int { sixteen.isEmpty ? eight.isEmpty ? 4 : 8 : 16 }

  package subscript(place: Int) -> Int128? {
    get {
      if !four.isEmpty { return four[place] == .min ? nil : Int128(four[place]) }
      if !eight.isEmpty { return eight[place] == .min ? nil : Int128(eight[place]) }
      return sixteen[place] == .min ? nil : sixteen[place]
    }
    set {
      if !four.isEmpty {
        if let small = NumberColumn.fitted(newValue, Int32.self) {
          four[place] = small
          return
        }
        eight = four.map { $0 == .min ? .min : Int64($0) }
        four = []
      }
      if !eight.isEmpty {
        if let middle = NumberColumn.fitted(newValue, Int64.self) {
          eight[place] = middle
          return
        }
        sixteen = eight.map { $0 == .min ? .min : Int128($0) }
        eight = []
      }
      sixteen[place] = newValue ?? .min
    }
  }

  private static func fitted<N: FixedWidthInteger>(_ number: Int128?, _: N.Type) -> N? {
    guard let number else { return .min }
    return number > Int128(N.min) ? N(exactly: number) : nil
  }

  /// How many places have a number.
  package var present: Int {
    four.count { $0 != .min } + eight.count { $0 != .min } + sixteen.count { $0 != .min }
  }

  /// The same numbers in the fewest bytes.
  package var narrowed: NumberColumn {
    guard width > 4 else { return self }
    var narrow = NumberColumn(count: count)
    for place in 0..<count { narrow[place] = self[place] }
    return narrow
  }
}

extension NumberColumn: Equatable {
  package static func == (one: NumberColumn, other: NumberColumn) -> Bool {
    guard one.count == other.count else { return false }
    guard one.width != other.width else {
      return one.four == other.four && one.eight == other.eight && one.sixteen == other.sixteen
    }
    return (0..<one.count).allSatisfy { one[$0] == other[$0] }
  }
}

extension NumberColumn {
  /// Little-endian, in the fewest bytes: the same for the same numbers.
  func pack(into packed: inout PackedWriter) throws {
    let narrow = narrowed
    packed.append(UInt64(narrow.width))
    packed.append(UInt64(count))
    try packed.append(narrow.four)
    try packed.append(narrow.eight)
    try packed.append(narrow.sixteen)
  }

  /// Nil for anything that `pack` did not write.
  init?(_ packed: inout PackedReader) {
    guard let width = packed.number(), let count = packed.number().flatMap({ Int(exactly: $0) }) else {
      return nil
    }
    self.count = count
    four = []
    switch width {
    case 4:
      guard let numbers = packed.numbers(count, Int32.self) else { return nil }
      four = numbers
    case 8:
      guard let numbers = packed.numbers(count, Int64.self) else { return nil }
      eight = numbers
    case 16:
      guard let numbers = packed.numbers(count, Int128.self) else { return nil }
      sixteen = numbers
    default: return nil
    }
  }
}
