package import Bytes

/// The declared type of an open field, as far as rows are stored, compared and printed by it. Table Schema's names.
package enum RowType: String, Sendable, CaseIterable {
  case string, integer, number, boolean, date, time, datetime, year, yearmonth, duration
  case geopoint, geojson, array, object, any

  /// Compared and printed as a number.
  var isNumeric: Bool { self == .integer || self == .number || self == .year }
}

/// One declared field of an open resource.
package struct RowField: Sendable, Equatable {
  package let name: String
  package let type: RowType
  package let title: Text?
  package let unit: String?
  /// An index is kept over it, so that filters by it do not read the whole table.
  package let indexed: Bool

  package init(name: String, type: RowType, title: Text? = nil, unit: String? = nil, indexed: Bool = false) {
    self.name = name
    self.type = type
    self.title = title
    self.unit = unit
    self.indexed = indexed
  }

  package var json: JSON {
    var json: JSON = ["name": JSON(name), "type": JSON(type.rawValue)]
    if let title { json["title"] = title.json }
    if let unit { json["unit"] = JSON(unit) }
    if indexed { json["indexed"] = true }
    return json
  }

  package init?(json: JSON) {
    guard let name = json["name"]?.string, let type = json["type"]?.string.flatMap({ RowType(rawValue: $0) })
    else {
      return nil
    }
    self.init(
      name: name, type: type, title: json["title"].flatMap { Text(json: $0) }, unit: json["unit"]?.string,
      indexed: json["indexed"]?.bool ?? false)
  }
}

/// One value as it is stored.
package enum RowValue: Sendable, Equatable {
  case null
  case integer(Int64)
  /// A decimal in plain or exponent notation; kept exactly, whatever its length.
  case number(String)
  case boolean(Bool)
  case text(String)
}
