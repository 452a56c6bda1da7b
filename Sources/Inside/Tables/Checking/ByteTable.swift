/// A hash of bytes that is the same in every run (after wyhash's construction: one wide multiplication a round).
enum ByteHash {
  private static let salt0: UInt64 = 0xA076_1D64_78BD_642F
  private static let salt1: UInt64 = 0xE703_7ED1_A0B4_28DB
  private static let salt2: UInt64 = 0x8EBC_6AF0_9C88_C6E3

  @inline(__always)
  static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  /// Never 0, so that 0 can mean "none".
  @inline(__always)
  static func of(_ start: UnsafePointer<UInt8>, _ count: Int, seed: UInt64 = 0) -> UInt64 {
    let bytes = UnsafeRawPointer(start)
    var state = seed ^ salt0
    let a: UInt64
    let b: UInt64
    if count <= 16 {
      if count >= 4 {
        let middle = (count &>> 3) &<< 2
        a =
          UInt64(bytes.loadUnaligned(as: UInt32.self)) &<< 32
          | UInt64(bytes.loadUnaligned(fromByteOffset: middle, as: UInt32.self))
        b =
          UInt64(bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)) &<< 32
          | UInt64(bytes.loadUnaligned(fromByteOffset: count &- 4 &- middle, as: UInt32.self))
      } else if count > 0 {
        a = UInt64(start[0]) &<< 16 | UInt64(start[count &>> 1]) &<< 8 | UInt64(start[count &- 1])
        b = 0
      } else {
        a = 0
        b = 0
      }
    } else {
      var at = 0
      while at &+ 16 < count {
        state = mix(
          bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) ^ salt1,
          bytes.loadUnaligned(fromByteOffset: at &+ 8, as: UInt64.self) ^ state)
        at &+= 16
      }
      a = bytes.loadUnaligned(fromByteOffset: count &- 16, as: UInt64.self)
      b = bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    }
    let hash = mix(salt2 ^ UInt64(truncatingIfNeeded: count), mix(a ^ salt1, b ^ state))
    return hash == 0 ? 1 : hash
  }
}

/// A fixed set of byte strings, asked without making strings.
struct ByteTable: Sendable {
  private var slots: [Int32]
  private let mask: Int
  private let values: [[UInt8]]

  init(_ texts: some Sequence<String>) {
    var unique: Set<[UInt8]> = []
    values = texts.map { Array($0.utf8) }.filter { unique.insert($0).inserted }
    var size = 8
    while size < values.count * 2 { size *= 2 }
    mask = size - 1
    slots = Array(repeating: -1, count: size)
    for (index, value) in values.enumerated() {
      var place = Int(truncatingIfNeeded: Self.hash(value)) & mask
      while slots[place] >= 0 { place = (place + 1) & mask }
      slots[place] = Int32(index)
    }
  }

  private static func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress, !buffer.isEmpty else { return 1 }
      return ByteHash.of(base, buffer.count)
    }
  }

  /// Whether the bytes are one of the values.
  func contains(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var place = Int(truncatingIfNeeded: count == 0 ? 1 : ByteHash.of(start, count)) & mask
    while slots[place] >= 0 {
      let value = values[Int(slots[place])]
      if value.count == count, value.withUnsafeBufferPointer({ same($0, start) }) { return true }
      place = (place + 1) & mask
    }
    return false
  }

  private func same(_ value: UnsafeBufferPointer<UInt8>, _ start: UnsafePointer<UInt8>) -> Bool {
    for at in 0..<value.count where value[at] != start[at] { return false }
    return true
  }
}
