import Bytes
import Disclosure

/// Where each unit was when a dataset was last computed: its rows as codes and values, kept inside the door so that
/// the next version knows which cells changed by how many units (DISCLOSURE a.2, carry-over).
///
/// Stored compactly: a head in JSON that names dimensions, codes and measures, then for each unit its record key and
/// its rows in variable-length numbers.
enum UnitMap {
  static func encode(_ data: Microdata) -> [UInt8] {
    let head: JSON = [
      "dimensions": .array(
        data.shape.dimensions.map { dimension in
          ["name": .string(dimension.name), "codes": JSON(dimension.codes.map(\.code))]
        }),
      "measures": .array(
        zip(data.measures, data.perUnit).map { measure, perUnit in
          ["name": .string(measure.name), "scale": JSON(measure.scale), "perUnit": .string(perUnit.rawValue)]
        }),
    ]
    let text = head.serialized()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      text.count + data.unitCount * 9 + data.rowCount * (data.codes.count + 3 * data.values.count))
    append(UInt64(text.count), to: &bytes)
    bytes.append(contentsOf: text)
    append(UInt64(data.unitCount), to: &bytes)
    for unit in 0..<data.unitCount {
      let rows = Int(data.starts[unit])..<Int(data.starts[unit + 1])
      withUnsafeBytes(of: data.keys[rows.lowerBound].bigEndian) { bytes.append(contentsOf: $0) }
      append(UInt64(rows.count), to: &bytes)
      for row in rows {
        for column in data.codes { append(UInt64(column[row]), to: &bytes) }
        for column in data.values {
          let value = column[row]
          // 0 is a missing value, others are zigzag numbers from 1 on.
          append(
            value == Microdata.missing ? 0 : UInt64(bitPattern: (value << 1) ^ (value >> 63)) &+ 1, to: &bytes
          )
        }
      }
    }
    return bytes
  }

  /// The microdata of the earlier version in today's codes: -1 stands for a code or dimension that is no longer
  /// declared. Nil where the bytes are no map.
  static func decode(_ bytes: [UInt8], shape: Shape, like data: Microdata) -> Microdata? {
    var reader = Reader(bytes: bytes)
    guard let length = reader.number().map(Int.init(clamping:)), reader.offset + length <= bytes.count,
      let head = try? JSON(parsing: Array(bytes[reader.offset..<reader.offset + length])),
      let dimensions = head["dimensions"]?.array, let measures = head["measures"]?.array
    else { return nil }
    reader.offset += length
    // For each old column today's place, and for each old code today's.
    let targets = dimensions.map { old in old["name"]?.string.flatMap { shape.dimension($0) } }
    let codes = zip(dimensions, targets).map { old, target -> [Int32] in
      guard let target else { return [] }
      var places: [String: Int32] = [:]
      for (place, code) in shape.dimensions[target].codes.enumerated() { places[code.code] = Int32(place) }
      return (old["codes"]?.array ?? []).map { $0.string.flatMap { places[$0] } ?? -1 }
    }
    let values = measures.map { old in
      data.measures.indices.first { place in
        old["name"]?.string == data.measures[place].name && old["scale"]?.int == data.measures[place].scale
          && old["perUnit"]?.string == data.perUnit[place].rawValue
      }
    }
    guard let units = reader.number() else { return nil }
    var keys: [UInt64] = []
    var codeColumns = shape.dimensions.map { _ in [Int32]() }
    var valueColumns = data.measures.map { _ in [Int64]() }
    for _ in 0..<units {
      guard let key = reader.key(), let rows = reader.number() else { return nil }
      for _ in 0..<rows {
        keys.append(key)
        for place in codeColumns.indices { codeColumns[place].append(-1) }
        for place in valueColumns.indices { valueColumns[place].append(Microdata.missing) }
        for old in dimensions.indices {
          guard let code = reader.number() else { return nil }
          guard let target = targets[old], code < codes[old].count else { continue }
          codeColumns[target][keys.count - 1] = codes[old][Int(code)]
        }
        for old in measures.indices {
          guard let stored = reader.number() else { return nil }
          guard let target = values[old], stored > 0 else { continue }
          let zigzag = stored - 1
          valueColumns[target][keys.count - 1] =
            Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
        }
      }
    }
    return Microdata(
      shape: shape, measures: data.measures, perUnit: data.perUnit, keys: keys, codes: codeColumns,
      values: valueColumns)
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private struct Reader {
    let bytes: [UInt8]
    var offset = 0

    mutating func number() -> UInt64? {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while offset < bytes.count, shift < 64 {
        let byte = bytes[offset]
        offset += 1
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
        shift += 7
      }
      return nil
    }

    mutating func key() -> UInt64? {
      guard offset + 8 <= bytes.count else { return nil }
      defer { offset += 8 }
      return bytes[offset..<offset + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
  }
}
