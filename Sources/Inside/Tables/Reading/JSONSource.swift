import Bytes

/// JSON (an array of objects or of arrays, anywhere in the document), NDJSON, and GeoJSON features.
final class JSONSource: RecordSource {
  private(set) var header: [String] = []
  private(set) var seen: Seen
  private let elements: JSONElements
  private var ahead: [(value: JSON, line: Int)] = []
  private var places: [ByteKey: Int] = [:]
  private var shape = Shape.arrays
  private var lastLine = 1
  private var record = 0

  private enum Shape { case arrays, objects, features, scalars }

  /// Records whose keys make the columns.
  private static let sampled = 1000

  init(_ source: TableSource, format: TableFormat, input: consuming InputFile) throws(TableError) {
    seen = Seen(format: format)
    seen.encoding = "utf-8"
    let path = source.jsonPath.isEmpty && format == .geojson ? ["features"] : source.jsonPath
    elements = try JSONElements(input, path: path, isLines: format == .ndjson)
    while ahead.count < Self.sampled, let element = try elements.next() { ahead.append(element) }
    if !elements.foundPath.isEmpty {
      seen.notes.append("the records are at \(elements.foundPath.joined(separator: "."))")
    }
    guard let first = ahead.first else { return }
    switch first.value {
    case .object where first.value["type"]?.string == "Feature" && first.value["properties"] != nil:
      shape = .features
      seen.format = .geojson
      collect(ahead.flatMap { $0.value["properties"]?.members ?? [] })
      if ahead.contains(where: { $0.value["id"] != nil }), places[ByteKey("id")] == nil { add("id") }
      add(places[ByteKey("geometry")] == nil ? "geometry" : "geometry_")
    case .object:
      shape = .objects
      collect(ahead.flatMap { $0.value.members ?? [] })
    case .array(let cells):
      shape = .arrays
      if source.hasHeader {
        header = cells.map { Self.text($0) ?? "" }
        ahead.removeFirst()
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

  private func add(_ name: String) {
    places[ByteKey(name)] = header.count
    header.append(name)
  }

  var bytesRead: Int { elements.bytesRead }

  /// How the format came to be known.
  func note(certainty: Certainty) { seen.formatCertainty = certainty }

  func nextPiece() throws(TableError) -> Piece? {
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
      guard let values = element.value.array else { throw wrong(element, "an array") }
      for value in values { Self.append(value, builder) }
      if values.isEmpty { builder.appendNull() }
    case .objects:
      guard let members = element.value.members else { throw wrong(element, "an object") }
      try place(members, element.line, &cells)
      for cell in cells { Self.append(cell ?? .null, builder) }
    case .features:
      guard let members = element.value.members else { throw wrong(element, "a feature") }
      try place(element.value["properties"]?.members ?? [], element.line, &cells)
      for member in members where member.key == "id" {
        if let place = places[ByteKey("id")], cells[place] == nil { cells[place] = member.value }
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
          "record \(record) has the key \"\(member.key)\", which none of the first \(Self.sampled) records has",
          hint: "put a record with every key first")
      }
    }
  }

  private func wrong(_ element: (value: JSON, line: Int), _ wanted: String) -> TableError {
    TableError(
      .malformed, file: elements.name, line: element.line,
      "record \(record) is not \(wanted) as the first record is")
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
