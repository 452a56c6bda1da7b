package import Trust

/// The two keys of `.doorsill/inside/keys` that noise depends on, 32 random bytes each.
///
/// They never rotate while a release of the family is out: with other keys every unchanged cell would show a new
/// value, and the two could be averaged.
package struct ProtectionKeys: Sendable {
  /// Gives each unit its record key (DISCLOSURE a.1).
  package let record: Secret
  /// Turns cell keys and labels into draws (DISCLOSURE a.2).
  package let draw: Secret

  package init(record: Secret, draw: Secret) {
    self.record = record
    self.draw = draw
  }
}

/// Length-prefixed bytes: four bytes of length, big-endian, then the bytes. Two different lists of texts never give
/// the same message.
struct Message {
  var bytes: [UInt8] = []

  init() {}

  init(_ parts: String...) {
    for part in parts { append(part) }
  }

  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  mutating func append(_ run: UnsafeBufferPointer<UInt8>) {
    appendBigEndian(UInt32(truncatingIfNeeded: run.count))
    bytes.append(contentsOf: run)
  }

  /// Eight bytes, big-endian, with their length before them.
  mutating func append(_ number: UInt64) {
    appendBigEndian(UInt32(8))
    appendBigEndian(number)
  }

  /// Sixteen bytes, big-endian two's complement, with their length before them.
  mutating func append(_ number: Int128) {
    appendBigEndian(UInt32(16))
    appendBigEndian(UInt64(truncatingIfNeeded: number >> 64))
    appendBigEndian(UInt64(truncatingIfNeeded: number))
  }

  private mutating func appendBigEndian(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }
}
