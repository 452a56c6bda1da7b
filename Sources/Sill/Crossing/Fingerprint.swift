/// FNV-1a over bytes, 64 bits, which can be carried on byte by byte.
enum Fingerprint {
  static let start: UInt64 = 0xCBF2_9CE4_8422_2325
  private static let prime: UInt64 = 0x100_0000_01B3

  @inline(__always)
  static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* prime }

  @inline(__always)
  static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = start
    for byte in bytes { hash = step(hash, byte) }
    return hash
  }

  /// Spreads a hash or a window over a table.
  @inline(__always)
  static func spread(_ value: UInt64) -> UInt64 {
    let mixed = (value ^ (value >> 32)) &* 0x9E37_79B9_7F4A_7C15
    return mixed ^ (mixed >> 29)
  }
}
