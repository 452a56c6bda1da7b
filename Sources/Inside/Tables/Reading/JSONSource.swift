import Bytes

/// JSON (an array of objects or of arrays, anywhere in the document), NDJSON, and GeoJSON features.
final class JSONSource: RecordSource {
  private(set) var header: [String] = []
  var seen: Seen
  private let elements: JSONElements
  private var ahead: [(value: JSON, line: Int)] = []
  private var places: [ByteKey: Int] = [:]
  private var shape = Shape.arrays
  private var lastLine = 1
  private var record = 0

  private(set) var featureColumns: FeatureColumns?

  private enum Shape { case arrays, objects, features, scalars }

  /// Records whose keys make the columns, of a stream that cannot be read twice.
  private static let sampled = 1000
  /// Columns there may be.
  private static let columnLimit = 16_384

  init(_ source: TableSource, format: TableFormat, input: consuming InputFile) throws(TableError) {
    seen = Seen(format: format)
    let path = source.jsonPath.isEmpty && format == .geojson ? ["features"] : source.jsonPath
    let isLines = format == .ndjson
    let isReadable = input.isSeekable && source.path != "-"
    var declared: TextEncoding?
    if let name = source.encoding { declared = try TableError.encoding(named: name, input.name) }
    elements = try JSONElements(input, path: path, isLines: isLines, declared: declared)
    seen.encoding = elements.encoding.name
    seen.encodingCertainty = declared == nil ? .certain : .declared
    while ahead.count < Self.sampled, let element = try elements.next() { ahead.append(element) }
    if !elements.foundPath.isEmpty {
      let place = elements.foundPath.joined(separator: ".")
      seen.notes.append(Wording("the records are at \(place)", "记录位于 \(place)"))
    }
    guard let first = ahead.first else { return }
    switch first.value {
    case .object where first.value["type"]?.string == "Feature" && first.value["properties"] != nil:
      shape = .features
      seen.format = .geojson
      collect(ahead.flatMap { $0.value["properties"]?.members ?? [] })
      if ahead.count == Self.sampled, isReadable {
        try collectAll(JSONElements(InputFile(source), path: path, isLines: isLines, declared: declared))
      }
      let ids = ahead.compactMap { $0.value["id"] }
      let id = ids.isEmpty ? nil : addSpecial("id")
      // A text that reads as a number must not become one on the way through.
      let isPlain = !ids.contains { id in
        (id.string.flatMap { try? JSON(parsing: Array($0.utf8)) })?.double != nil
      }
      featureColumns = FeatureColumns(
        geometry: addSpecial("geometry"), id: id, hasNumbers: isPlain && ids.contains { $0.double != nil })
      try checkCoordinates()
    case .object:
      shape = .objects
      collect(ahead.flatMap { $0.value.members ?? [] })
      if ahead.count == Self.sampled, isReadable {
        try collectAll(JSONElements(InputFile(source), path: path, isLines: isLines, declared: declared))
      }
    case .array(let cells):
      shape = .arrays
      if source.hasHeader {
        header = cells.map { Self.text($0) ?? "" }
        ahead.removeFirst()
        if let doubt = HeaderEvidence.values(in: header) { seen.doubt(doubt) }
      } else {
        header = cells.indices.map { "column\($0 + 1)" }
      }
    default:
      shape = .scalars
      header = ["value"]
    }
  }

  private func collect(_ members: [JSON.Member]) {
    for member in members where places[ByteKey(member.key)] == nil { add(member.key) }
  }

  /// The keys of every record, so that one which comes late has its column too. The text is only looked through; what
  /// is wrong with it is told when it is read.
  private func collectAll(_ elements: JSONElements) throws(TableError) {
    var keys = KeyCollector(within: shape == .features ? "properties" : nil)
    var number = 0
    while let element = try? elements.nextElement() {
      number += 1
      for name in keys.new(in: element.text) where places[ByteKey(name)] == nil { add(name) }
      guard header.count <= Self.columnLimit else {
        throw TableError(
          .tooLarge, file: elements.name, line: element.line,
          Wording(
            "the first \(number) records have more than \(Self.columnLimit) different keys: the keys are data",
            "前 \(number) 条记录已有超过 \(Self.columnLimit) 个不同的键：键本身是数据"),
          hint: Wording("write each key as a value of a column", "请把键写成某一列的值"))
      }
    }
  }

  private func add(_ name: String) {
    places[ByteKey(name)] = header.count
    header.append(name)
  }

  /// A column for what stands beside the properties, none of which has its name.
  private func addSpecial(_ name: String) -> String {
    var name = name
    while places[ByteKey(name)] != nil { name += "_" }
    add(name)
    return name
  }

  /// GeoJSON is in degrees of WGS 84 (RFC 7946 §4). What says that it is in another system is not read as degrees.
  private func checkCoordinates() throws(TableError) {
    guard shape == .features, let system = elements.coordinateSystem else { return }
    let name = system["properties"]?["name"]?.string
    let known = ["CRS84", "EPSG:4326", "EPSG::4326", "EPSG/0/4326", "WGS84", "WGS 84"]
    if let name, known.contains(where: { name.uppercased().hasSuffix($0) }) { return }
    // The frame of China (GB 22021) is in degrees too, and within some decimetres of WGS 84 everywhere.
    let chinese = ["EPSG:4490", "EPSG::4490", "EPSG/0/4490", "CGCS2000"]
    if let name, chinese.contains(where: { name.uppercased().hasSuffix($0) }) {
      let note = Wording(
        "its coordinates are in CGCS2000, which is within decimetres of WGS 84: they are read as they are",
        "坐标采用 CGCS2000，与 WGS 84 相差不过分米：按原值读取")
      if !seen.notes.contains(note) { seen.notes.append(note) }
      return
    }
    let said = name ?? String(decoding: system.serialized().prefix(80), as: UTF8.self)
    throw TableError(
      .malformed, file: elements.name,
      Wording(
        "its coordinates are in the system \(said), not in degrees of WGS 84 (RFC 7946)",
        "坐标采用 \(said)，不是 WGS 84 经纬度（RFC 7946）"),
      hint: Wording(
        "convert it first, as with ogr2ogr -t_srs EPSG:4326, or have it exported so",
        "请先转换（如 ogr2ogr -t_srs EPSG:4326），或按经纬度重新导出")
    )
  }

  var bytesRead: Int { elements.bytesRead }

  func nextPiece() throws(TableError) -> Piece? {
    let start = lastLine
    do throws(TableError) {
      return try gather()
    } catch {
      throw error.moved(line: -start)  // counted from the piece, as all sources do
    }
  }

  private func gather() throws(TableError) -> Piece? {
    let builder = BatchBuilder(firstLine: lastLine)
    var cells = [JSON?](repeating: nil, count: header.count)
    var count = 0
    while !builder.isFull {
      let element: (value: JSON, line: Int)
      if count < ahead.count {
        element = ahead[count]
        count += 1
      } else if let next = try elements.next() {
        element = next
      } else {
        try checkCoordinates()  // the member may stand behind the features
        break
      }
      try append(element, &cells, builder)
      lastLine = max(lastLine, element.line)
    }
    ahead.removeFirst(count)
    return builder.storage.rowCount == 0 ? nil : builder.finish(nextLine: lastLine)
  }

  private func append(
    _ element: (value: JSON, line: Int), _ cells: inout [JSON?], _ builder: BatchBuilder
  ) throws(TableError) {
    record += 1
    for index in cells.indices { cells[index] = nil }
    switch shape {
    case .scalars: Self.append(element.value, builder)
    case .arrays:
      guard let values = element.value.array else { throw wrong(element, "an array", "数组") }
      for value in values { Self.append(value, builder) }
      if values.isEmpty { builder.appendNull() }
    case .objects:
      guard let members = element.value.members else { throw wrong(element, "an object", "对象") }
      try place(members, element.line, &cells)
      for cell in cells { Self.append(cell ?? .null, builder) }
    case .features:
      guard element.value.members != nil else { throw wrong(element, "a feature", "GeoJSON 要素") }
      try place(element.value["properties"]?.members ?? [], element.line, &cells)
      if let id = featureColumns?.id, let place = places[ByteKey(id)], let value = element.value["id"] {
        cells[place] = value
      }
      cells[header.count - 1] = element.value["geometry"]
      for cell in cells { Self.append(cell ?? .null, builder) }
    }
    builder.endRow(line: element.line)
  }

  private func place(_ members: [JSON.Member], _ line: Int, _ cells: inout [JSON?]) throws(TableError) {
    for (index, member) in members.enumerated() {
      // Records mostly have the same keys in the same order.
      if index < header.count, sameBytes(header[index], member.key) {
        cells[index] = member.value
      } else if let place = places[ByteKey(member.key)] {
        cells[place] = member.value
      } else {
        throw TableError(
          .header, file: elements.name, line: line,
          Wording(
            "record \(record) has the key \"\(member.key)\", which none of the first \(Self.sampled) records has",
            "第 \(record) 条记录有键“\(member.key)”，前 \(Self.sampled) 条记录都没有"),
          hint: Wording(
            "save the stream in a file, whose keys are all found first, or put a record with every key first",
            "请先存成文件（会先找全所有的键），或把含有全部键的记录放在最前"))
      }
    }
  }

  private func wrong(_ element: (value: JSON, line: Int), _ wanted: String, _ zh: String) -> TableError {
    TableError(
      .malformed, file: elements.name, line: element.line,
      Wording(
        "record \(record) is not \(wanted) as the first record is", "第 \(record) 条记录不像第一条那样是\(zh)"))
  }

  private static func text(_ value: JSON) -> String? {
    switch value {
    case .null: nil
    case .bool(let flag): flag ? "true" : "false"
    case .number(let text): text
    case .string(let text): text
    case .array, .object: String(decoding: value.serialized(), as: UTF8.self)
    }
  }

  private static func append(_ value: JSON, _ builder: BatchBuilder) {
    if let text = text(value) { builder.append(text) } else { builder.appendNull() }
  }
}

/// Finds the keys of records in their text, without making values of it.
struct KeyCollector {
  private let outer: [UInt8]?
  /// Keys in the order of a record, which the next one mostly repeats.
  private var known: [[UInt8]] = []
  private var places: [[UInt8]: Int] = [:]

  /// `within` names the member whose keys are wanted instead.
  init(within outer: String? = nil) { self.outer = outer.map { Array($0.utf8) } }

  /// The keys of one record that were not seen before.
  mutating func new(in text: [UInt8]) -> [String] {
    var found: [String] = []
    var depth = 0
    let wanted = outer == nil ? 1 : 2
    var isOpen = outer == nil
    var isKey = false
    var expected = 0
    var at = 0
    while at < text.count {
      switch text[at] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        isKey = text[at] == UInt8(ascii: "{") && depth <= wanted
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case Byte.comma: isKey = depth == 1 || depth == wanted && isOpen
      case Byte.quote:
        let from = at + 1
        at = from
        while at < text.count, text[at] != Byte.quote { at += text[at] == 0x5C ? 2 : 1 }
        guard isKey, at < text.count else { break }
        isKey = false
        let key = text[from..<at]
        if depth == 1, let outer {
          isOpen = key.elementsEqual(outer)
        } else if depth == wanted, isOpen {
          if expected < known.count, key.elementsEqual(known[expected]) {
            expected += 1
          } else if let place = places[Array(key)] {
            expected = place + 1
          } else {
            places[Array(key)] = known.count
            known.append(Array(key))
            expected = known.count
            if let name = try? JSON(parsing: [Byte.quote] + key + [Byte.quote]).string { found.append(name) }
          }
        }
      default: break
      }
      at += 1
    }
    return found
  }
}
