import Bytes

/// GeoJSON (RFC 7946): a feature for each record, its geometry from a geopoint, geojson or a pair of number fields.
final class GeoJSONWriter: EncodedWriter {
  private let output: Output
  private var isFirst = true
  private var features = FeatureEncoder(fields: [], geometry: .field(0))
  var encoder: any BatchEncoder { features }

  private let identifier: (field: String, isNumber: Bool)?

  init(_ output: Output, _ options: WriterOptions) {
    self.output = output
    identifier = options.featureID
  }

  func begin(_ schema: Schema) throws {
    guard let found = GeometrySource(schema) else {
      throw TableError(
        .unsupported, file: output.name, Wording("the table has no geometry", "表中没有空间位置"),
        hint: Wording(
          "declare a field of type geopoint or geojson, or number fields longitude and latitude",
          "请声明 geopoint 或 geojson 类型的字段，或数值字段 longitude 与 latitude（经度、纬度）"))
    }
    features = FeatureEncoder(
      fields: schema.fields, geometry: found, identifier: identifier.flatMap { schema.index(of: $0.field) },
      hasNumbers: identifier?.isNumber ?? false)
    try output.write("{\"type\":\"FeatureCollection\",\"features\":[")
  }

  func write(encoded bytes: [UInt8]) throws {
    guard !bytes.isEmpty else { return }
    // Every feature has a comma before it, but the first.
    if isFirst {
      try bytes.withUnsafeBytes { try output.write(UnsafeRawBufferPointer(rebasing: $0.dropFirst())) }
    } else {
      try output.write(bytes)
    }
    isFirst = false
  }

  func finish() throws {
    try output.write(isFirst ? "]}\n" : "\n]}\n")
    try output.finish()
  }
}

/// Records as features, each with a comma and a line feed before it.
struct FeatureEncoder: BatchEncoder {
  private let fields: [Field]
  private let geometry: GeometrySource
  /// Column of the features' own ids, which are no property.
  private let identifier: Int?
  private let hasNumbers: Bool
  private let keys: [[UInt8]]

  init(fields: [Field], geometry: GeometrySource, identifier: Int? = nil, hasNumbers: Bool = false) {
    self.fields = fields
    self.geometry = geometry
    self.identifier = identifier
    self.hasNumbers = hasNumbers
    keys = fields.map { JSONWriter.prepared(key: $0.name) }
  }

  func encode(_ batch: Batch, _ columns: TypedColumns) -> [UInt8] {
    var writer = JSONWriter(reserving: batch.storage.byteCount * 3)
    for row in 0..<batch.rowCount {
      writer.bytes.append(contentsOf: ",\n".utf8)
      writer.beginObject()
      writer.key("type")
      writer.string("Feature")
      if let identifier, columns[identifier].state(row) != .missing {
        writer.key("id")
        let text = batch.text(row, identifier)
        let number = hasNumbers ? try? JSON(parsing: Array(text.utf8)) : nil
        if let number, number.double != nil {
          writer.value(number)
        } else {
          writer.string(text)
        }
      }
      writer.key("geometry")
      write(geometryOf: row, batch, columns, &writer)
      writer.key("properties")
      writer.beginObject()
      for column in 0..<batch.columnCount where !isGeometry(column) && column != identifier {
        writer.key(prepared: keys[column])
        ValueWriter.json(batch, columns, row, column, fields[column], &writer)
      }
      writer.endObject()
      writer.endObject()
      writer.newline()
      writer.bytes.removeLast()
    }
    return writer.bytes
  }

  private func isGeometry(_ column: Int) -> Bool {
    switch geometry {
    case .field(let place): place == column
    case .pair(let longitude, let latitude): column == longitude || column == latitude
    }
  }

  private func write(geometryOf row: Int, _ batch: Batch, _ columns: TypedColumns, _ writer: inout JSONWriter)
  {
    switch geometry {
    case .pair(let longitude, let latitude):
      guard let x = columns[longitude].number(row), let y = columns[latitude].number(row), -180...180 ~= x,
        -90...90 ~= y
      else { return writer.null() }
      point(x, y, &writer)
    case .field(let place):
      guard columns[place].isValid(row) else { return writer.null() }
      let text = batch.bytes(row, place)
      guard fields[place].type == .geopoint else {
        guard let value = TextRule.parsed(text) else { return writer.null() }
        let inner = value["type"]?.string == "Feature" ? value["geometry"] ?? .null : value
        return writer.value(Geometry.rightHanded(inner))
      }
      let found =
        switch fields[place].format {
        case "array": TextRule.pointArray(text)
        case "object": TextRule.pointObject(text)
        default: TextRule.point(text)
        }
      guard let found else { return writer.null() }
      point(found.longitude, found.latitude, &writer)
    }
  }

  private func point(_ x: Double, _ y: Double, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("type")
    writer.string("Point")
    writer.key("coordinates")
    writer.beginArray()
    writer.double(x)
    writer.double(y)
    writer.endArray()
    writer.endObject()
  }
}
