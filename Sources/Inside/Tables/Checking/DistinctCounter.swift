/// Counts how many different values a column has, and how often each occurs: exactly up to a bound, then by a
/// sketch (HyperLogLog, standard error 0.8 %). What it says does not depend on the order of the values.
struct DistinctCounter: Sendable {
  /// Most different values that are counted exactly.
  static let bound = 16_384
  /// Bytes kept of each value.
  private static let textBound = 200

  private var hashes: [UInt64]
  private var counts: [Int]
  /// Where the value's text is in `arena`: start and length.
  private var places: [UInt64]
  private var arena: [UInt8] = []
  private var used = 0
  private var registers: [UInt8] = []

  init() {
    hashes = Array(repeating: 0, count: 64)
    counts = Array(repeating: 0, count: 64)
    places = Array(repeating: 0, count: 64)
  }

  var isApproximate: Bool { !registers.isEmpty }

  /// Counts every cell whose state is valid.
  mutating func add(
    _ cells: UnsafeBufferPointer<UInt64>, _ states: UnsafePointer<UInt8>, _ storage: BatchStorage
  ) {
    var row = 0
    while row < cells.count {
      if isApproximate {
        sketch(cells, states, storage, from: row)
        return
      }
      row = count(cells, states, storage, from: row)
      if row < cells.count { grow() }
    }
  }

  /// Counts until the table is full; the row that found it so.
  private mutating func count(
    _ cells: UnsafeBufferPointer<UInt64>, _ states: UnsafePointer<UInt8>, _ storage: BatchStorage, from: Int
  ) -> Int {
    let mask = hashes.count &- 1
    let limit = hashes.count / 2
    var used = used
    defer { self.used = used }
    var lastHash: UInt64 = 0
    var lastSlot = 0
    for row in from..<cells.count where states[row] == 0 {
      let text = storage.bytes(of: cells[row])
      let hash = Self.hash(text)
      if hash == lastHash {
        counts[lastSlot] &+= 1
        continue
      }
      var slot = Int(truncatingIfNeeded: hash) & mask
      while hashes[slot] != hash, hashes[slot] != 0 { slot = (slot &+ 1) & mask }
      if hashes[slot] == 0 {
        if used == limit { return row }
        hashes[slot] = hash
        places[slot] = UInt64(arena.count) << 32 | UInt64(min(text.count, Self.textBound))
        arena.append(contentsOf: text.prefix(Self.textBound))
        used &+= 1
      }
      counts[slot] &+= 1
      lastHash = hash
      lastSlot = slot
    }
    return cells.count
  }

  private mutating func sketch(
    _ cells: UnsafeBufferPointer<UInt64>, _ states: UnsafePointer<UInt8>, _ storage: BatchStorage, from: Int
  ) {
    registers.withUnsafeMutableBufferPointer { registers in
      for row in from..<cells.count where states[row] == 0 {
        Self.note(Self.hash(storage.bytes(of: cells[row])), registers)
      }
    }
  }

  @inline(__always) private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    guard let start = text.baseAddress else { return 1 }
    return ByteHash.of(start, text.count)
  }

  @inline(__always) private static func note(_ hash: UInt64, _ registers: UnsafeMutableBufferPointer<UInt8>) {
    let place = Int(truncatingIfNeeded: hash &>> 50)
    let rank = UInt8(truncatingIfNeeded: ((hash &<< 14) | 0x2000).leadingZeroBitCount &+ 1)
    if registers[place] < rank { registers[place] = rank }
  }

  private mutating func grow() {
    guard used < Self.bound else {
      startSketch()
      return
    }
    let size = hashes.count * 2
    var (newHashes, newCounts, newPlaces) = (
      [UInt64](repeating: 0, count: size), [Int](repeating: 0, count: size),
      [UInt64](repeating: 0, count: size)
    )
    for slot in hashes.indices where hashes[slot] != 0 {
      var place = Int(truncatingIfNeeded: hashes[slot]) & (size - 1)
      while newHashes[place] != 0 { place = (place + 1) & (size - 1) }
      newHashes[place] = hashes[slot]
      newCounts[place] = counts[slot]
      newPlaces[place] = places[slot]
    }
    (hashes, counts, places) = (newHashes, newCounts, newPlaces)
  }

  private mutating func startSketch() {
    registers = Array(repeating: 0, count: 1 << 14)
    registers.withUnsafeMutableBufferPointer { registers in
      for hash in hashes where hash != 0 { Self.note(hash, registers) }
    }
    (hashes, counts, places, arena) = ([], [], [], [])
  }

  /// Takes over what another counter has seen.
  mutating func merge(_ other: DistinctCounter) {
    if other.isApproximate || isApproximate {
      if !isApproximate { startSketch() }
      registers.withUnsafeMutableBufferPointer { registers in
        if other.isApproximate {
          for at in 0..<registers.count { registers[at] = max(registers[at], other.registers[at]) }
        } else {
          for hash in other.hashes where hash != 0 { Self.note(hash, registers) }
        }
      }
      return
    }
    for slot in other.hashes.indices where other.hashes[slot] != 0 {
      let hash = other.hashes[slot]
      var place = self.slot(of: hash)
      if hashes[place] == 0, used >= hashes.count / 2 {
        grow()
        if isApproximate {
          merge(other)
          return
        }
        place = self.slot(of: hash)
      }
      if hashes[place] == 0 {
        hashes[place] = hash
        let text = other.text(slot)
        places[place] = UInt64(arena.count) << 32 | UInt64(text.count)
        arena += text
        used += 1
      }
      counts[place] += other.counts[slot]
    }
  }

  /// Where the hash is, or would be.
  private func slot(of hash: UInt64) -> Int {
    let mask = hashes.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while hashes[place] != hash, hashes[place] != 0 { place = (place + 1) & mask }
    return place
  }

  private func text(_ slot: Int) -> ArraySlice<UInt8> {
    let start = Int(places[slot] >> 32)
    return arena[start..<(start + Int(places[slot] & 0xFFFF_FFFF))]
  }

  /// How many different values there are; exact unless `isApproximate`.
  var distinct: Int {
    guard isApproximate else { return used }
    let count = Double(registers.count)
    var sum = 0.0
    var zeros = 0.0
    for rank in registers {
      sum += 1 / Double(1 << UInt64(rank))
      if rank == 0 { zeros += 1 }
    }
    let raw = 0.7213 / (1 + 1.079 / count) * count * count / sum
    // Few values: linear counting is better (Flajolet et al. 2007).
    if raw < 2.5 * count, zeros > 0 { return Int((count * (count / zeros).logarithm).rounded()) }
    return Int(raw.rounded())
  }

  /// The values with how often they occur, most frequent first, then by bytes; empty once a sketch counts.
  func top(_ limit: Int) -> [(value: String, count: Int)] {
    guard !isApproximate else { return [] }
    let slots = hashes.indices.filter { hashes[$0] != 0 }.sorted { left, right in
      counts[left] != counts[right]
        ? counts[left] > counts[right] : text(left).lexicographicallyPrecedes(text(right))
    }
    return slots.prefix(limit).map { (String(decoding: text($0), as: UTF8.self), counts[$0]) }
  }
}
