import Releases
import Tables

extension FieldType {
  /// What rows of an open table are queried as. Every type is named: one that is added does not compile without.
  var rowType: RowType {
    switch self {
    case .string: .string
    case .integer: .integer
    case .number: .number
    case .boolean: .boolean
    case .date: .date
    case .time: .time
    case .datetime: .datetime
    case .year: .year
    case .yearmonth: .yearmonth
    case .duration: .duration
    case .geopoint: .geopoint
    case .geojson: .geojson
    case .array: .array
    case .object: .object
    // Its items are one text between their delimiters, as they are read.
    case .list: .string
    case .any: .any
    }
  }
}
