/// Thrift's compact protocol, as far as Parquet's metadata needs it.
struct ThriftWriter {
  private(set) var bytes: [UInt8] = []
  private var last: [Int16] = [0]

  enum Kind: UInt8 {
    case yes = 1, no = 2, byte = 3, int32 = 5, int64 = 6, binary = 8, list = 9, structure = 12
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func zigzag(_ value: Int64) { varint(UInt64(bitPattern: value << 1 ^ value >> 63)) }

  private mutating func header(_ id: Int16, _ kind: Kind) {
    let delta = id - last[last.count - 1]
    if 1...15 ~= delta {
      bytes.append(UInt8(delta) << 4 | kind.rawValue)
    } else {
      bytes.append(kind.rawValue)
      zigzag(Int64(id))
    }
    last[last.count - 1] = id
  }

  mutating func int32(_ id: Int16, _ value: Int) {
    header(id, .int32)
    zigzag(Int64(value))
  }

  mutating func int64(_ id: Int16, _ value: Int) {
    header(id, .int64)
    zigzag(Int64(value))
  }

  mutating func byte(_ id: Int16, _ value: UInt8) {
    header(id, .byte)
    bytes.append(value)
  }

  mutating func bool(_ id: Int16, _ value: Bool) { header(id, value ? .yes : .no) }

  mutating func binary(_ id: Int16, _ value: [UInt8]) {
    header(id, .binary)
    varint(UInt64(value.count))
    bytes += value
  }

  mutating func string(_ id: Int16, _ value: String) { binary(id, Array(value.utf8)) }

  mutating func structure(_ id: Int16, _ body: (inout ThriftWriter) -> Void) {
    header(id, .structure)
    element(body)
  }

  /// A structure without a field header: the root, or an element of a list.
  mutating func element(_ body: (inout ThriftWriter) -> Void) {
    last.append(0)
    body(&self)
    last.removeLast()
    bytes.append(0)
  }

  mutating func list(_ id: Int16, _ kind: Kind, count: Int, _ body: (inout ThriftWriter) -> Void) {
    header(id, .list)
    if count < 15 {
      bytes.append(UInt8(count) << 4 | kind.rawValue)
    } else {
      bytes.append(0xF0 | kind.rawValue)
      varint(UInt64(count))
    }
    body(&self)
  }

  /// An element of a list of numbers.
  mutating func element(int32 value: Int) { zigzag(Int64(value)) }

  /// An element of a list of strings.
  mutating func element(string value: String) {
    varint(UInt64(value.utf8.count))
    bytes += value.utf8
  }
}
