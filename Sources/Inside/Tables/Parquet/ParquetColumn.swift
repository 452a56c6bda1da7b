import Bytes

/// How a field is kept in a Parquet file.
enum ParquetKind: Sendable, Equatable {
  case boolean
  case int64
  case int32Year
  case double
  case date
  case time
  case timestamp
  case text(isJSON: Bool)
  /// Exact decimals of at most 18 digits, in 64 bits.
  case decimal(scale: Int)
  /// Exact decimals of at most 38 digits, in 128 bits.
  case wideDecimal(scale: Int)

  init(_ field: Field, decimals: Decimals?) {
    switch field.type {
    case .boolean: self = .boolean
    case .integer: self = .int64
    case .year: self = .int32Year
    case .number:
      self =
        switch decimals {
        case nil: .double
        case let shape? where shape.precision <= 18: .decimal(scale: shape.scale)
        case let shape?: .wideDecimal(scale: shape.scale)
        }
    case .date: self = .date
    case .time: self = .time
    case .datetime: self = .timestamp
    case .array, .object, .geojson: self = .text(isJSON: true)
    default: self = .text(isJSON: false)
    }
  }

  /// Physical type (parquet.thrift, `Type`).
  var physical: Int {
    switch self {
    case .boolean: 0
    case .int32Year, .date: 1
    case .int64, .time, .timestamp, .decimal: 2
    case .double: 5
    case .text: 6
    case .wideDecimal: 7
    }
  }

  /// Bytes of a wide decimal.
  static let wideLength = 16
}

/// Values of one column in one row group.
struct ParquetColumn: Sendable {
  let kind: ParquetKind
  /// A bit for each record: 1 where there is a value.
  private(set) var present: [Bool] = []
  private(set) var integers: [Int64] = []
  private(set) var numbers: [Double] = []
  /// Text: all values behind one another, each with its length before it; wide decimals: big-endian (PLAIN).
  private(set) var text: [UInt8] = []
  private var wideBounds: (least: Int128, greatest: Int128)?
  private var dictionary: ParquetDictionary? = ParquetDictionary()
  private(set) var count = 0
  private(set) var least: [UInt8]?
  private(set) var greatest: [UInt8]?

  init(kind: ParquetKind) { self.kind = kind }

  /// Bytes this column holds on to.
  var weight: Int {
    text.count + integers.count * 8 + numbers.count * 8 + present.count + (dictionary?.weight ?? 0)
  }

  mutating func append(_ batch: Batch, _ column: Int, _ typed: TypedColumn, _ field: Field, file: String)
    throws
  {
    for row in 0..<batch.rowCount {
      // What is not of its type is no value here; it is reported as a fault.
      let isThere = typed.states[row] == 0
      present.append(isThere)
      guard isThere else { continue }
      count += 1
      switch kind {
      case .double: numbers.append(typed.numbers[row])
      case .text: add(text: batch.bytes(row, column))
      case .decimal(let scale), .wideDecimal(let scale):
        let most = kind == .decimal(scale: scale) ? 18 : 38
        let plain = ValueWriter.plainNumber(batch.bytes(row, column), field)
        guard let value = Decimals.whole(plain, scale: scale, most: most) else {
          throw TableError(
            .tooLarge, file: file, line: batch.line(ofRow: row), column: column + 1,
            Wording(
              "the number \(batch.text(row, column)) does not fit a decimal of \(most) digits, \(scale) of them after the point",
              "数值 \(batch.text(row, column)) 放不进 \(most) 位、小数 \(scale) 位的十进制数"))
        }
        if most == 18 { integers.append(Int64(value)) } else { add(wide: value) }
      default: integers.append(typed.integers[row])
      }
    }
  }

  private mutating func add(wide value: Int128) {
    withUnsafeBytes(of: value.bigEndian) { text.append(contentsOf: $0) }
    wideBounds = (min(value, wideBounds?.least ?? value), max(value, wideBounds?.greatest ?? value))
  }

  private mutating func add(text value: UnsafeBufferPointer<UInt8>) {
    if dictionary?.add(value) == false {
      // Too many different values: from here on plain, and the ones so far too.
      text = dictionary?.plain() ?? []
      dictionary = nil
    }
    if dictionary == nil {
      Self.append(UInt32(value.count), to: &text)
      text.append(contentsOf: value)
    }
    if value.count <= 64 {
      if let known = least {
        if value.lexicographicallyPrecedes(known) { least = Array(value) }
      } else {
        least = Array(value)
      }
      if let known = greatest {
        if known.lexicographicallyPrecedes(value) { greatest = Array(value) }
      } else {
        greatest = Array(value)
      }
    } else {
      hasLongText = true
    }
  }

  private var hasLongText = false

  /// Smallest and greatest value in PLAIN, where they are known for all values.
  var bounds: (least: [UInt8], greatest: [UInt8])? {
    switch kind {
    case .text:
      guard !hasLongText, let least, let greatest else { return nil }
      return (least, greatest)
    case .wideDecimal:
      return wideBounds.map { bounds in
        (
          withUnsafeBytes(of: bounds.least.bigEndian) { Array($0) },
          withUnsafeBytes(of: bounds.greatest.bigEndian) { Array($0) }
        )
      }
    case .double:
      guard let low = numbers.min(), let high = numbers.max() else { return nil }
      // Zeros may be of either sign (parquet.thrift, ColumnOrder).
      return (
        Self.plain(low == 0 ? (-0.0).bitPattern : low.bitPattern),
        Self.plain(high == 0 ? 0.0.bitPattern : high.bitPattern)
      )
    case .boolean:
      guard let low = integers.min(), let high = integers.max() else { return nil }
      return ([UInt8(low)], [UInt8(high)])
    case .date, .int32Year:
      guard let low = integers.min(), let high = integers.max() else { return nil }
      return (Self.plain(Int32(truncatingIfNeeded: low)), Self.plain(Int32(truncatingIfNeeded: high)))
    default:
      guard let low = integers.min(), let high = integers.max() else { return nil }
      return (Self.plain(low), Self.plain(high))
    }
  }

  private static func plain<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// The dictionary page, if there is one: its bytes and how many values.
  var dictionaryPage: (bytes: [UInt8], count: Int)? {
    dictionary.flatMap { $0.count > 0 ? ($0.bytes, $0.count) : nil }
  }

  /// The data page: definition levels, then values.
  func dataPage() -> [UInt8] {
    var page: [UInt8] = []
    page.reserveCapacity(weight)
    let levels = Levels.encode(present, allPresent: count == present.count)
    Self.append(UInt32(levels.count), to: &page)
    page += levels
    switch kind {
    case .boolean:
      var byte: UInt8 = 0
      for (index, value) in integers.enumerated() {
        if value != 0 { byte |= 1 << UInt8(index & 7) }
        if index & 7 == 7 {
          page.append(byte)
          byte = 0
        }
      }
      if integers.count & 7 != 0 { page.append(byte) }
    case .date, .int32Year: for value in integers { Self.append(Int32(truncatingIfNeeded: value), to: &page) }
    case .double: numbers.withUnsafeBytes { page.append(contentsOf: $0) }
    case .wideDecimal: page += text
    case .text:
      if let dictionary, dictionary.count > 0 {
        page += dictionary.encodedIndices()
      } else {
        page += text
      }
    default: integers.withUnsafeBytes { page.append(contentsOf: $0) }
    }
    return page
  }
}

/// Definition levels of an optional column.
private enum Levels {
  /// RLE and bit-packed hybrid of one bit a value.
  static func encode(_ present: [Bool], allPresent: Bool) -> [UInt8] {
    if allPresent || !present.contains(true) {
      return Hybrid.varint(UInt64(present.count) << 1) + [allPresent ? 1 : 0]
    }
    let groups = (present.count + 7) / 8
    var bytes = Hybrid.varint(UInt64(groups) << 1 | 1)
    for group in 0..<groups {
      var byte: UInt8 = 0
      for bit in 0..<8 where group * 8 + bit < present.count && present[group * 8 + bit] {
        byte |= 1 << UInt8(bit)
      }
      bytes.append(byte)
    }
    return bytes
  }
}

/// Pieces of Parquet's RLE and bit-packed hybrid encoding.
enum Hybrid {
  static func varint(_ value: UInt64) -> [UInt8] {
    var rest = value
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
    return bytes
  }

  /// One bit-packed run of all values, least significant bit first.
  static func pack(_ values: [UInt32], width: Int) -> [UInt8] {
    let groups = (values.count + 7) / 8
    var bytes = varint(UInt64(groups) << 1 | 1)
    bytes.reserveCapacity(bytes.count + groups * width)
    var pending: UInt64 = 0
    var bits = 0
    for index in 0..<(groups * 8) {
      pending |= UInt64(index < values.count ? values[index] : 0) << UInt64(bits)
      bits += width
      while bits >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: pending))
        pending >>= 8
        bits -= 8
      }
    }
    return bytes
  }
}

/// Different texts of a column chunk, and which of them each record has.
struct ParquetDictionary: Sendable {
  private(set) var bytes: [UInt8] = []
  private var starts: [Int] = []
  private var slots = [Int32](repeating: -1, count: 256)
  private var hashes: [UInt64] = []
  private(set) var indices: [UInt32] = []

  /// Most different values, and most bytes of them.
  private static let bound = 1 << 15
  private static let byteBound = 1 << 20

  var count: Int { starts.count }
  var weight: Int { bytes.count + indices.count * 4 }

  /// False where the dictionary is full; the value is then not in it.
  mutating func add(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
    let hash = value.baseAddress.map { ByteHash.of($0, value.count) } ?? 1
    var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[place] >= 0 {
      let index = Int(slots[place])
      if hashes[index] == hash, matches(index, value) {
        indices.append(UInt32(index))
        return true
      }
      place = (place + 1) & (slots.count - 1)
    }
    guard starts.count < Self.bound, bytes.count + value.count + 4 <= Self.byteBound else { return false }
    slots[place] = Int32(starts.count)
    indices.append(UInt32(starts.count))
    starts.append(bytes.count)
    hashes.append(hash)
    withUnsafeBytes(of: UInt32(value.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: value)
    if starts.count * 2 > slots.count { grow() }
    return true
  }

  private func matches(_ index: Int, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = starts[index] + 4
    let end = index + 1 < starts.count ? starts[index + 1] : bytes.count
    guard end - start == value.count else { return false }
    for at in 0..<value.count where bytes[start + at] != value[at] { return false }
    return true
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    for (index, hash) in hashes.enumerated() {
      var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[place] >= 0 { place = (place + 1) & (slots.count - 1) }
      slots[place] = Int32(index)
    }
  }

  /// Every value so far, one after the other with its length before it.
  func plain() -> [UInt8] {
    var plain: [UInt8] = []
    for index in indices {
      let start = starts[Int(index)]
      let end = Int(index) + 1 < starts.count ? starts[Int(index) + 1] : bytes.count
      plain += bytes[start..<end]
    }
    return plain
  }

  /// Bit width in one byte, then the packed indices.
  func encodedIndices() -> [UInt8] {
    let width = max(1, 64 - UInt64(max(count - 1, 1)).leadingZeroBitCount)
    return [UInt8(width)] + Hybrid.pack(indices, width: width)
  }
}
