/// Sums of one column that can be added up in the order of the batches.
struct ColumnTally: Sendable {
  var valid = 0
  var missing = 0
  var invalid = 0
  var leastInteger = Int64.max
  var greatestInteger = Int64.min
  var leastNumber = Double.infinity
  var greatestNumber = -Double.infinity
  /// Mean and sum of squared distances from it (Chan, Golub, LeVeque 1979), of integers and numbers.
  var measured = 0
  var mean = 0.0
  var squares = 0.0
  var sum = 0.0
  /// In Unicode scalars.
  var shortest = Int.max
  var longest = 0
  var totalLength = 0

  /// Unicode scalars of valid UTF-8: the bytes that do not continue a character.
  @inline(__always)
  static func scalars(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    guard let base = text.baseAddress else { return 0 }
    var continuing = 0
    var at = 0
    while at &+ 8 <= text.count {
      let word = UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)
      if word & 0x8080_8080_8080_8080 != 0 {
        // Top bits 10: the high bit set and the next one clear.
        continuing &+= (word & ~(word &<< 1) & 0x8080_8080_8080_8080).nonzeroBitCount
      }
      at &+= 8
    }
    while at < text.count {
      if base[at] & 0xC0 == 0x80 { continuing &+= 1 }
      at &+= 1
    }
    return text.count &- continuing
  }

  mutating func measure(
    _ cells: UnsafeBufferPointer<UInt64>, _ states: UnsafeBufferPointer<UInt8>, _ storage: BatchStorage,
    _ integers: [Int64], _ numbers: [Double], _ kind: TypedColumn.Storage
  ) {
    guard valid > 0 else { return }
    switch kind {
    case .integers:
      integers.withUnsafeBufferPointer { values in
        for row in 0..<values.count where states[row] == 0 {
          let value = values[row]
          if value < leastInteger { leastInteger = value }
          if value > greatestInteger { greatestInteger = value }
          sum += Double(value)
        }
        mean = sum / Double(valid)
        for row in 0..<values.count where states[row] == 0 {
          let distance = Double(values[row]) - mean
          squares += distance * distance
        }
      }
      measured = valid
    case .numbers:
      numbers.withUnsafeBufferPointer { values in
        for row in 0..<values.count where states[row] == 0 {
          let value = values[row]
          if value < leastNumber { leastNumber = value }
          if value > greatestNumber { greatestNumber = value }
          sum += value
        }
        mean = sum / Double(valid)
        for row in 0..<values.count where states[row] == 0 {
          let distance = values[row] - mean
          squares += distance * distance
        }
      }
      measured = valid
    case .text:
      for row in 0..<cells.count where states[row] == 0 {
        let length = Self.scalars(storage.bytes(of: cells[row]))
        if length < shortest { shortest = length }
        if length > longest { longest = length }
        totalLength &+= length
      }
    }
  }

  /// Adds what came after.
  mutating func add(_ other: ColumnTally) {
    valid += other.valid
    missing += other.missing
    invalid += other.invalid
    leastInteger = min(leastInteger, other.leastInteger)
    greatestInteger = max(greatestInteger, other.greatestInteger)
    leastNumber = min(leastNumber, other.leastNumber)
    greatestNumber = max(greatestNumber, other.greatestNumber)
    shortest = min(shortest, other.shortest)
    longest = max(longest, other.longest)
    totalLength += other.totalLength
    sum += other.sum
    guard other.measured > 0 else { return }
    let both = measured + other.measured
    let distance = other.mean - mean
    mean += distance * Double(other.measured) / Double(both)
    squares += other.squares + distance * distance * Double(measured) * Double(other.measured) / Double(both)
    measured = both
  }
}
