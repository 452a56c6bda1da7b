import Bytes
import Disclosure
import Glibc

/// Where each unit was when a dataset was last computed: its rows as codes and values, kept inside the door so that
/// the next version knows which cells changed by how many units (DISCLOSURE a.2, carry-over).
///
/// Stored compactly: a head in JSON that names dimensions, codes and measures, then for each unit, by ascending
/// record key, the key and its rows in variable-length numbers.
enum UnitMap {
  /// The version of the form.
  private static let version = 2

  /// Writes down where every unit is: into a file of that folder where the rows are in a file too, else into memory.
  static func encode(_ data: Microdata, folder: String?) throws(ResultError) -> StoredUnits {
    let head: JSON = [
      "version": JSON(version),
      "dimensions": .array(
        data.shape.dimensions.map { dimension in
          [
            "name": .string(dimension.name), "codes": JSON(dimension.codes.map(\.code)),
            "parents": JSON(dimension.codes.map { $0.parent ?? "" }),
          ]
        }),
      "measures": .array(
        zip(data.measures, data.perUnit).map { measure, perUnit in
          [
            "name": .string(measure.name), "identity": .string(measure.identity),
            "scale": JSON(measure.scale), "perUnit": .string(perUnit.rawValue),
          ]
        }),
    ]
    let text = head.serialized()
    var bytes: [UInt8] = []
    append(UInt64(text.count), to: &bytes)
    bytes.append(contentsOf: text)
    guard data.stored != nil, let folder else {
      bytes.reserveCapacity(
        bytes.count + data.unitCount * 9 + data.rowCount * (data.codes.count + 3 * data.values.count))
      try data.forEachPart { (part, _) throws(ResultError) in append(part, to: &bytes) }
      return .bytes(bytes)
    }
    let file = try NewFile(folder + "/units-" + data.shape.dataset)
    try data.forEachPart { (part, _) throws(ResultError) in
      append(part, to: &bytes)
      try file.append(bytes)
      bytes.removeAll(keepingCapacity: true)
    }
    return .file(try file.finish())
  }

  private static func append(_ data: Microdata, to bytes: inout [UInt8]) {
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
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// The record keys of a map, ascending.
  /// - Throws: `ResultError.environment` where the stored bytes are no map.
  static func keys(_ stored: StoredUnits, of dataset: String) throws(ResultError) -> [UInt64] {
    // Of no dimension and no measure nothing but the units is read.
    let shape = try disclosing { () throws(DisclosureError) in
      try Shape(dataset: dataset, keyFamily: dataset, dimensions: [])
    }
    let nothing = Microdata(shape: shape, measures: [], perUnit: [], keys: [], codes: [], values: [])
    var reader = try Reader(stored, like: nothing)
    let units = try reader.units(through: .max)
    return (0..<units.unitCount).map { units.keys[Int(units.starts[$0])] }
  }

  /// Reads an earlier version in today's codes, unit by unit: -1 stands for a code or dimension that is no longer
  /// declared.
  struct Reader {
    private var source: ByteSource
    private let data: Microdata
    /// For each old dimension today's place, and for each of its old codes today's.
    private let dimensions: [Int?]
    private let codes: [[Int32]]
    /// For each old measure today's place.
    private let measures: [Int?]
    /// Units of the first form of the map, which counted them; nil in today's.
    private var left: UInt64?
    /// The key of the unit that comes next.
    private var next: UInt64?

    /// - Throws: `ResultError.environment` where the stored bytes are no map.
    init(_ stored: StoredUnits, like data: Microdata) throws(ResultError) {
      self.data = data
      source = try ByteSource(stored)
      let head = try UnitMap.head(&source, of: data.shape.dataset)
      guard let dimensions = head["dimensions"]?.array, let measures = head["measures"]?.array else {
        throw UnitMap.unreadable(data.shape.dataset)
      }
      let shape = data.shape
      self.dimensions = dimensions.map { old in old["name"]?.string.flatMap { shape.dimension($0) } }
      codes = try zip(dimensions, self.dimensions).map { old, target throws(ResultError) -> [Int32] in
        guard let target else { return [] }
        guard let codes = old["codes"]?.array else { throw UnitMap.unreadable(data.shape.dataset) }
        var places: [String: Int32] = [:]
        for (place, code) in shape.dimensions[target].codes.enumerated() { places[code.code] = Int32(place) }
        return codes.map { $0.string.flatMap { places[$0] } ?? -1 }
      }
      self.measures = measures.map { old in
        data.measures.indices.first { place in
          old["name"]?.string == data.measures[place].name && old["scale"]?.int == data.measures[place].scale
            && old["perUnit"]?.string == data.perUnit[place].rawValue
        }
      }
      if head["version"] == nil {
        left = source.number()
        guard left != nil else { throw UnitMap.unreadable(data.shape.dataset) }
      }
      try advance()
    }

    /// Goes past the rows of a unit.
    private mutating func skip(_ rows: UInt64) throws(ResultError) {
      for _ in 0..<rows {
        for _ in 0..<dimensions.count + measures.count {
          guard source.number() != nil else { throw UnitMap.unreadable(data.shape.dataset) }
        }
      }
      try advance()
    }

    private mutating func advance() throws(ResultError) {
      if let units = left {
        guard units > 0 else {
          next = nil
          return
        }
        left = units - 1
      } else if source.isAtEnd {
        next = nil
        return
      }
      guard let key = source.key() else { throw UnitMap.unreadable(data.shape.dataset) }
      next = key
    }

    /// Today's dimensions and measures that the map has too, of dimensions those of which it has most codes, and whether
    /// all of its dimensions are among them with every code that it used.
    var known: (dimensions: [Int], measures: [Int], isWhole: Bool) {
      var isWhole = true
      var found: [Int] = []
      for (place, today) in dimensions.enumerated() {
        let lost = codes[place].count { $0 < 0 }
        guard let today, 2 * lost <= codes[place].count else {
          isWhole = false
          continue
        }
        found.append(today)
      }
      return (found.sorted(), measures.compactMap { $0 }.sorted(), isWhole)
    }

    /// The units up to a key.
    /// - Parameter step: of how many units one is given, by its key.
    mutating func units(through: UInt64, every step: UInt64 = 1) throws(ResultError) -> Microdata {
      var keys: [UInt64] = []
      var codeColumns = data.shape.dimensions.map { _ in [Int32]() }
      var valueColumns = data.measures.map { _ in [Int64]() }
      while let key = next, key <= through {
        guard let rows = source.number() else { throw UnitMap.unreadable(data.shape.dataset) }
        guard key % step == 0 else {
          try skip(rows)
          continue
        }
        for _ in 0..<rows {
          keys.append(key)
          for place in codeColumns.indices { codeColumns[place].append(-1) }
          for place in valueColumns.indices { valueColumns[place].append(Microdata.missing) }
          for old in dimensions.indices {
            guard let code = source.number() else { throw UnitMap.unreadable(data.shape.dataset) }
            guard let target = dimensions[old], code < codes[old].count else { continue }
            codeColumns[target][keys.count - 1] = codes[old][Int(code)]
          }
          for old in measures.indices {
            guard let stored = source.number() else { throw UnitMap.unreadable(data.shape.dataset) }
            guard let target = measures[old], stored > 0 else { continue }
            let zigzag = stored - 1
            valueColumns[target][keys.count - 1] =
              Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
          }
        }
        try advance()
      }
      return Microdata(
        shape: data.shape, measures: data.measures, perUnit: data.perUnit, keys: keys, codes: codeColumns,
        values: valueColumns)
    }
  }

  /// What a map says of itself before the units.
  static func head(_ stored: StoredUnits, of dataset: String) throws(ResultError) -> JSON {
    var source = try ByteSource(stored)
    return try head(&source, of: dataset)
  }

  private static func head(_ source: inout ByteSource, of dataset: String) throws(ResultError) -> JSON {
    guard let length = source.number().map(Int.init(clamping:)), length < 1 << 30,
      let text = source.bytes(length), let head = try? JSON(parsing: text),
      // The first form did not say which it was.
      let version = head["version"].map(\.int) ?? 1, version <= UnitMap.version
    else { throw UnitMap.unreadable(dataset) }
    return head
  }

  static func unreadable(_ dataset: String) -> ResultError {
    ResultError(
      .environment, "the unit map of \(dataset) in the history cannot be read",
      hint: "restore .doorsill/inside/history from the backup; without it cells would be drawn anew")
  }
}

/// Numbers out of bytes that are in memory or in a file.
struct ByteSource {
  private var buffer: [UInt8]
  private var at = 0
  private let file: OpenFile?
  private var offset = 0

  init(_ stored: StoredUnits) throws(ResultError) {
    switch stored {
    case .bytes(let bytes):
      buffer = bytes
      file = nil
    case .file(let path):
      buffer = []
      file = try OpenFile(path)
    }
  }

  /// Makes bytes available, fewer only at the end.
  private mutating func fill(_ wanted: Int) {
    guard buffer.count - at < wanted, let file else { return }
    buffer.removeSubrange(..<at)
    at = 0
    while buffer.count < wanted {
      let more = file.read(offset, 1 << 20)
      guard !more.isEmpty else { return }
      offset += more.count
      buffer.append(contentsOf: more)
    }
  }

  var isAtEnd: Bool {
    mutating get {
      fill(1)
      return at == buffer.count
    }
  }

  mutating func number() -> UInt64? {
    if buffer.count - at < 10 { fill(10) }
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while at < buffer.count, shift < 64 {
      let byte = buffer[at]
      at += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  mutating func key() -> UInt64? {
    if buffer.count - at < 8 { fill(8) }
    guard at + 8 <= buffer.count else { return nil }
    defer { at += 8 }
    return buffer[at..<at + 8].reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func bytes(_ count: Int) -> [UInt8]? {
    fill(count)
    guard at + count <= buffer.count else { return nil }
    defer { at += count }
    return Array(buffer[at..<at + count])
  }
}

/// A file that is read.
private final class OpenFile {
  private let descriptor: Int32

  init(_ path: String) throws(ResultError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw ResultError(
        .environment, "\(path) cannot be opened: \(String(cString: strerror(errno)))",
        hint: "restore .doorsill/inside/history from the backup; without it cells would be drawn anew")
    }
  }

  deinit { close(descriptor) }

  /// Fewer bytes than wanted at the end; none beyond it, or where reading fails.
  func read(_ offset: Int, _ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      done = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
    }
  }
}

/// A file that is written from its beginning and takes its name when it is whole.
private final class NewFile {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(ResultError) {
    self.path = path
    descriptor = open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw NewFile.fault(path) }
  }

  deinit { close(descriptor) }

  func append(_ bytes: [UInt8]) throws(ResultError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw NewFile.fault(path) }
      done += count
    }
  }

  func finish() throws(ResultError) -> String {
    guard fsync(descriptor) == 0, rename(path + ".new", path) == 0 else { throw NewFile.fault(path) }
    return path
  }

  private static func fault(_ path: String) -> ResultError {
    ResultError(
      .environment, "\(path) cannot be written: \(String(cString: strerror(errno)))",
      hint: "make room on that disk")
  }
}
