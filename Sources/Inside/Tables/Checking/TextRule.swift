import Bytes

/// Kinds of text that are checked for form, not turned into numbers.
enum TextRule: Sendable {
  case email, uri, uuid, binary, duration, point, pointArray, pointObject, geojson, topojson, array, object

  init?(stringFormat format: String) {
    switch format {
    case "email": self = .email
    case "uri": self = .uri
    case "uuid": self = .uuid
    case "binary": self = .binary
    default: return nil
    }
  }

  /// In words.
  var kind: String {
    switch self {
    case .email: "an e-mail address"
    case .uri: "an absolute URI"
    case .uuid: "a UUID"
    case .binary: "base64"
    case .duration: "a duration (ISO 8601, as P1Y2M3DT4H5M6S)"
    case .point: "a point (longitude,latitude)"
    case .pointArray: "a point ([longitude, latitude])"
    case .pointObject: "a point ({\"lon\": …, \"lat\": …})"
    case .geojson: "a GeoJSON object in degrees (RFC 7946)"
    case .topojson: "a TopoJSON object"
    case .array: "a JSON array"
    case .object: "a JSON object"
    }
  }

  func accepts(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    switch self {
    case .email: Self.isEmail(text)
    case .uri: Self.isURI(text)
    case .uuid: Self.isUUID(text)
    case .binary: Self.isBase64(text)
    case .duration: Self.isDuration(text)
    case .point: Self.point(text) != nil
    case .pointArray: Self.pointArray(text) != nil
    case .pointObject: Self.pointObject(text) != nil
    case .geojson:
      Self.parsed(text).map { Self.geometries.contains($0["type"]?.string ?? "") && Geometry.isInDegrees($0) }
        ?? false
    case .topojson: Self.parsed(text)?["type"]?.string == "Topology"
    case .array: Self.parsed(text)?.array != nil
    case .object: Self.parsed(text)?.members != nil
    }
  }

  private static let geometries: Set<String> = [
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
    "Feature", "FeatureCollection",
  ]

  static func parsed(_ text: UnsafeBufferPointer<UInt8>) -> JSON? { try? JSON(parsing: Array(text)) }

  /// `local@domain`: one `@`, no spaces or control characters, a dot inside the domain.
  private static func isEmail(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count <= 254, let at = text.firstIndex(of: UInt8(ascii: "@")), at > 0, at <= 64,
      !text[(at + 1)...].contains(UInt8(ascii: "@")),
      text.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != Byte.comma && $0 != 0x3B && $0 != Byte.quote })
    else { return false }
    let labels = text[(at + 1)...].split(separator: Byte.dot, omittingEmptySubsequences: false)
    return labels.count >= 2
      && labels.allSatisfy { !$0.isEmpty && $0.first != Byte.minus && $0.last != Byte.minus }
  }

  /// A scheme and something after it (RFC 3986 §3), without spaces, quotes or angle brackets.
  private static func isURI(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let colon = text.firstIndex(of: 0x3A), colon > 0, colon + 1 < text.count else { return false }
    func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
    guard isLetter(text[0]),
      text[..<colon].allSatisfy({
        isLetter($0) || $0 &- Byte.zero < 10 || $0 == Byte.plus || $0 == Byte.minus || $0 == Byte.dot
      })
    else { return false }
    return text[colon...].allSatisfy {
      $0 > 0x20 && $0 != 0x7F && $0 != Byte.quote && $0 != 0x3C && $0 != 0x3E
    }
  }

  private static func isUUID(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count == 36 else { return false }
    for (at, byte) in text.enumerated() {
      if at == 8 || at == 13 || at == 18 || at == 23 {
        if byte != Byte.minus { return false }
      } else if byte &- Byte.zero >= 10, (byte | 0x20) < 0x61 || (byte | 0x20) > 0x66 {
        return false
      }
    }
    return true
  }

  private static func isBase64(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count % 4 == 0 else { return false }
    let padding = text.suffix(2).count { $0 == 0x3D }
    return text.dropLast(padding).allSatisfy {
      $0 &- Byte.zero < 10 || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || $0 == Byte.plus || $0 == 0x2F
    }
  }

  /// `P[nY][nM][nW][nD][T[nH][nM][n[.n]S]]`, at least one part (ISO 8601-1 §5.5.2).
  private static func isDuration(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var rest = text[...]
    if rest.first == Byte.minus { rest = rest.dropFirst() }
    guard rest.popFirst() == UInt8(ascii: "P"), !rest.isEmpty else { return false }
    var order = Array("YMWD".utf8)[...]
    var isTime = false
    var parts = 0
    while let first = rest.first {
      if first == UInt8(ascii: "T") {
        guard !isTime, rest.count > 1 else { return false }
        isTime = true
        order = Array("HMS".utf8)[...]
        rest = rest.dropFirst()
        continue
      }
      let digits = rest.prefix { $0 &- Byte.zero < 10 }
      guard !digits.isEmpty else { return false }
      rest = rest.dropFirst(digits.count)
      var hasFraction = false
      if rest.first == Byte.dot {
        let fraction = rest.dropFirst().prefix { $0 &- Byte.zero < 10 }
        guard !fraction.isEmpty else { return false }
        rest = rest.dropFirst(1 + fraction.count)
        hasFraction = true
      }
      guard let unit = rest.popFirst(), let place = order.firstIndex(of: unit), !hasFraction || rest.isEmpty
      else {
        return false
      }
      order = order[(place + 1)...]
      parts += 1
    }
    return parts > 0
  }

  /// Longitude and latitude of `lon,lat`, a space after the comma allowed.
  static func point(_ text: UnsafeBufferPointer<UInt8>) -> (longitude: Double, latitude: Double)? {
    guard let comma = text.firstIndex(of: Byte.comma) else { return nil }
    let first = UnsafeBufferPointer(rebasing: text[..<comma])
    var second = UnsafeBufferPointer(rebasing: text[(comma + 1)...])
    if second.first == Byte.space { second = UnsafeBufferPointer(rebasing: second.dropFirst()) }
    guard let longitude = Scan.decimal(first), let latitude = Scan.decimal(second) else { return nil }
    return valid(longitude, latitude)
  }

  static func pointArray(_ text: UnsafeBufferPointer<UInt8>) -> (longitude: Double, latitude: Double)? {
    guard let parts = parsed(text)?.array, parts.count == 2, let longitude = parts[0].double,
      let latitude = parts[1].double
    else { return nil }
    return valid(longitude, latitude)
  }

  static func pointObject(_ text: UnsafeBufferPointer<UInt8>) -> (longitude: Double, latitude: Double)? {
    guard let parts = parsed(text), let longitude = parts["lon"]?.double, let latitude = parts["lat"]?.double
    else {
      return nil
    }
    return valid(longitude, latitude)
  }

  private static func valid(_ longitude: Double, _ latitude: Double) -> (longitude: Double, latitude: Double)?
  {
    -180...180 ~= longitude && -90...90 ~= latitude ? (longitude, latitude) : nil
  }
}

/// Dates in one of the forms people use, where a field's format is `any`: never ambiguous ones.
enum AnyDate {
  private static let dates = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"].compactMap {
    DateFormat($0)
  }
  private static let times = ["%H:%M:%S", "%H:%M", "%H:%M:%S.%f"].compactMap { DateFormat($0) }
  private static let both = [
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S.%f",
  ].compactMap { DateFormat($0) }

  static func read(_ text: UnsafeBufferPointer<UInt8>, _ type: FieldType) -> Int64? {
    for format in type == .date ? dates : type == .time ? times : both {
      guard let read = format.read(text) else { continue }
      switch type {
      case .date: return read.days
      case .time: return read.microseconds
      default: return read.days * 86_400_000_000 + read.microseconds
      }
    }
    return nil
  }
}

/// Makes a number as people write it (`1.234,56 €`) one as computers do (`1234.56`).
struct NumberRewriter {
  private let group: [UInt8]
  private let decimal: UInt8
  private let isBare: Bool

  init(_ field: Field) {
    group = field.groupChar.map { Array($0.utf8) } ?? []
    decimal = field.decimalChar.utf8.first ?? Byte.dot
    isBare = field.bareNumber
  }

  func rewrite(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var body = text[...]
    if !isBare {
      func belongs(_ byte: UInt8) -> Bool { byte &- Byte.zero < 10 || byte == decimal }
      while let first = body.first, !belongs(first), first != Byte.minus, first != Byte.plus {
        body = body.dropFirst()
      }
      while let last = body.last, last &- Byte.zero >= 10 { body = body.dropLast() }
    }
    var plain: [UInt8] = []
    plain.reserveCapacity(body.count)
    var at = body.startIndex
    while at < body.endIndex {
      if !group.isEmpty, body[at...].starts(with: group) {
        at += group.count
        continue
      }
      // A dot where the decimal mark is another is no number.
      plain.append(body[at] == decimal ? Byte.dot : body[at] == Byte.dot ? 0x3F : body[at])
      at += 1
    }
    return plain
  }
}
