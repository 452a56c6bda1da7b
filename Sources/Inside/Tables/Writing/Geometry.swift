import Bytes

/// Where a table says where its records are.
enum GeometrySource: Sendable {
  /// A field of type geopoint or geojson.
  case field(Int)
  /// Two number fields.
  case pair(longitude: Int, latitude: Int)

  /// Found by type; else by the names people give coordinates. Nil: the table has no geometry.
  init?(_ schema: Schema) {
    if let place = schema.fields.firstIndex(where: {
      $0.type == .geopoint || $0.type == .geojson && $0.format == nil
    }) {
      self = .field(place)
      return
    }
    func place(_ names: [String]) -> Int? {
      schema.fields.firstIndex { field in
        let name = field.name.lowercased()
        return names.contains(name) && (field.type == .number || field.type == .integer)
      }
    }
    guard let longitude = place(["longitude", "lon", "lng", "long", "经度"]),
      let latitude = place(["latitude", "lat", "纬度"])
    else { return nil }
    self = .pair(longitude: longitude, latitude: latitude)
  }
}

/// GeoJSON geometry as RFC 7946 wants it.
enum Geometry {
  /// Exterior rings turned counter-clockwise and holes clockwise (§3.1.6); other members are kept.
  static func rightHanded(_ geometry: JSON) -> JSON {
    guard var members = geometry.members else { return geometry }
    let type = geometry["type"]?.string
    for index in members.indices {
      switch (members[index].key, type) {
      case ("coordinates", "Polygon"): members[index].value = polygon(members[index].value)
      case ("coordinates", "MultiPolygon"):
        members[index].value = .array((members[index].value.array ?? []).map(polygon))
      case ("geometries", _):
        members[index].value = .array((members[index].value.array ?? []).map(rightHanded))
      default: break
      }
    }
    return .object(members)
  }

  /// Whether every position can be degrees of longitude and latitude (§4): metres of a projection are none. What crosses
  /// the antimeridian may go on beyond 180. Positions are numbers, and nothing but positions stands among them.
  static func isInDegrees(_ value: JSON) -> Bool {
    if let elements = value.array { return elements.allSatisfy(isInDegrees) }
    return (value.members ?? []).allSatisfy { member in
      switch member.key {
      case "coordinates": arePositions(member.value)
      case "geometry", "geometries", "features": isInDegrees(member.value)
      default: true
      }
    }
  }

  private static func arePositions(_ value: JSON) -> Bool {
    guard let elements = value.array else { return false }
    guard let x = elements.first?.double else { return elements.allSatisfy(arePositions) }
    guard elements.count > 1, let y = elements[1].double, elements.allSatisfy({ $0.double != nil }) else {
      return false
    }
    return x.magnitude <= 360 && y.magnitude <= 90
  }

  private static func polygon(_ rings: JSON) -> JSON {
    guard let rings = rings.array else { return rings }
    return .array(
      rings.enumerated().map { index, ring in
        guard let points = ring.array, let area = area(points), area != 0 else { return ring }
        return (area > 0) == (index == 0) ? ring : .array(points.reversed())
      })
  }

  /// Twice the signed area; positive is counter-clockwise.
  private static func area(_ points: [JSON]) -> Double? {
    var sum = 0.0
    var previous: (Double, Double)?
    for point in points {
      guard let x = point[0]?.double, let y = point[1]?.double else { return nil }
      if let previous { sum += previous.0 * y - x * previous.1 }
      previous = (x, y)
    }
    return sum
  }
}
