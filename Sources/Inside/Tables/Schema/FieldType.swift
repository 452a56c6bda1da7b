/// The types of Table Schema (datapackage.org/standard/table-schema).
package enum FieldType: String, CaseIterable, Sendable {
  case string, integer, number, boolean, date, time, datetime, year, yearmonth, duration, geopoint, geojson,
    array
  case object, list, any

  /// How values of the type are kept in `TypedColumns`.
  package var storage: TypedColumn.Storage {
    switch self {
    case .integer, .boolean, .date, .time, .datetime, .year, .yearmonth: .integers
    case .number: .numbers
    case .string, .duration, .geopoint, .geojson, .array, .object, .list, .any: .text
    }
  }
}
