/// Writes whole numbers and runs of them as little-endian bytes, a piece at a time, so that nothing is held twice.
package struct PackedWriter {
  private var buffer: [UInt8] = []
  private let sink: ([UInt8]) throws -> Void
  private static let piece = 1 << 20

  package init(_ sink: @escaping ([UInt8]) throws -> Void) { self.sink = sink }

  mutating func append(_ number: UInt64) {
    withUnsafeBytes(of: number.littleEndian) { buffer.append(contentsOf: $0) }
  }

  mutating func append<N: FixedWidthInteger>(_ numbers: [N]) throws {
    for number in numbers {
      withUnsafeBytes(of: number.littleEndian) { buffer.append(contentsOf: $0) }
      if buffer.count >= PackedWriter.piece { try flush() }
    }
  }

  mutating func append(_ text: String) {
    append(UInt64(text.utf8.count))
    buffer.append(contentsOf: text.utf8)
  }

  /// Hands on what is left.
  package mutating func flush() throws {
    try sink(buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}

/// Reads back what `PackedWriter` wrote; nil where the bytes end too early.
package struct PackedReader {
  private let bytes: [UInt8]
  private var at = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether everything has been read.
  package var isAtEnd: Bool { at == bytes.count }

  mutating func number() -> UInt64? { numbers(1, UInt64.self)?.first }

  mutating func numbers<N: FixedWidthInteger>(_ count: Int, _: N.Type) -> [N]? {
    let width = N.bitWidth / 8
    guard count >= 0, count <= (bytes.count - at) / width else { return nil }
    defer { at += count * width }
    return bytes.withUnsafeBytes { raw in
      (0..<count).map { N(littleEndian: raw.loadUnaligned(fromByteOffset: at + $0 * width, as: N.self)) }
    }
  }

  mutating func text() -> String? {
    guard let length = number().flatMap({ Int(exactly: $0) }), let bytes = numbers(length, UInt8.self) else {
      return nil
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
