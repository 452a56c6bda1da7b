/// A file format of tables.
package enum TableFormat: String, CaseIterable, Sendable {
  case csv
  /// CSV for spreadsheets: byte order mark, and formulas made harmless.
  case csvExcel = "excel.csv"
  case tsv, json, ndjson, xml, xlsx, sqlite, parquet, geojson
  case turtle = "ttl"

  /// Without the dot.
  package var fileExtension: String { rawValue }

  /// For `Content-Type` and catalogues.
  package var mediaType: String {
    switch self {
    case .csv, .csvExcel: "text/csv"
    case .tsv: "text/tab-separated-values"
    case .json: "application/json"
    case .ndjson: "application/x-ndjson"
    case .xml: "application/xml"
    case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    case .sqlite: "application/vnd.sqlite3"
    case .parquet: "application/vnd.apache.parquet"
    case .geojson: "application/geo+json"
    case .turtle: "text/turtle"
    }
  }

  /// Whether `TableReader` reads it.
  package var canRead: Bool {
    switch self {
    case .csv, .csvExcel, .tsv, .json, .ndjson, .xlsx, .sqlite, .geojson: true
    case .xml, .parquet, .turtle: false
    }
  }

  /// Whether `makeWriter` writes it.
  package var canWrite: Bool { true }

  /// Whether the file is text in lines of delimited cells.
  var isDelimited: Bool { self == .csv || self == .csvExcel || self == .tsv }

  /// The format of that name, extension or media type, in any case.
  package init?(named name: String) {
    let wanted = name.lowercased()
    if let found = Self.allCases.first(where: { $0.rawValue == wanted || $0.mediaType == wanted }) {
      self = found
      return
    }
    switch wanted {
    case "csv-excel", "excel-csv", "csv-bom", "csvexcel": self = .csvExcel
    case "tab": self = .tsv
    case "txt", "text": self = .csv
    case "jsonl", "jsonlines": self = .ndjson
    case "excel", "xlsm": self = .xlsx
    case "db", "sqlite3": self = .sqlite
    case "pq": self = .parquet
    case "turtle": self = .turtle
    default: return nil
    }
  }

  /// The format a file name promises.
  package init?(fileName: String) {
    let base = fileName.split(separator: "/").last.map(String.init)?.lowercased() ?? ""
    if base.hasSuffix(".excel.csv") {
      self = .csvExcel
      return
    }
    guard let dot = base.lastIndex(of: "."),
      let found = TableFormat(named: String(base[base.index(after: dot)...]))
    else { return nil }
    self = found
  }
}
