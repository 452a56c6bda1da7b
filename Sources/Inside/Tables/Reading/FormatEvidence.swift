import Bytes

/// As what a file is read: what its bytes are, against what was declared and what its name promises.
///
/// Bytes win over a name, with a note; what contradicts a declaration is refused, and so is what is no table.
struct FormatEvidence {
  let format: TableFormat
  let certainty: Certainty
  var note: Wording?

  init(_ source: TableSource, _ input: inout InputFile) throws(TableError) {
    let kind = try ContentKind.of(&input)
    let named = TableFormat(fileName: source.path)
    if let declared = source.format {
      (format, certainty) = (declared, .declared)
      if let problem = Self.contradiction(of: kind, to: declared, input.name) { throw problem }
      return
    }
    switch kind {
    case .foreign(let foreign): throw foreign.refusal(of: input.name)
    case .document(let foreign), .fragment(let foreign):
      guard named == .xml else { throw foreign.refusal(of: input.name) }
      (format, certainty) = (.xml, .likely)
    case .sqlite: (format, certainty) = (.sqlite, .certain)
    case .parquet: (format, certainty) = (.parquet, .certain)
    case .zip: (format, certainty) = (.xlsx, .likely)
    case .empty: (format, certainty) = named.map { ($0, .likely) } ?? (.csv, .assumed)
    case .json, .jsonLines:
      let first = try input.peek(64)
      if let named, named.isDelimited, !Self.isClearlyJSON(first) {
        (format, certainty) = (named, .likely)
      } else if let named, [.geojson, .ndjson].contains(named) || kind == .json || kind == .jsonLines(1) {
        (format, certainty) = ([.geojson, .ndjson].contains(named) ? named : .json, .likely)
      } else {
        (format, certainty) = (kind == .json ? .json : .ndjson, .likely)
      }
    case .text:
      let isText = named.map { ![.xlsx, .sqlite, .parquet].contains($0) } ?? false
      (format, certainty) = isText ? (named ?? .csv, .likely) : (.csv, named == nil ? .assumed : .likely)
    }
    note = Self.disguise(of: format, kind, source.path, named)
  }

  /// Whether JSON is all that such a beginning can be, though the name promises delimited text.
  private static func isClearlyJSON(_ first: [UInt8]) -> Bool {
    let marks = first.filter { $0 > 0x20 && $0 < 0x80 }.prefix(2)
    return marks.elementsEqual("[{".utf8) || marks.elementsEqual("{\"".utf8)
  }

  /// What is said where the name promises something else.
  private static func disguise(
    of format: TableFormat, _ kind: ContentKind, _ path: String, _ named: TableFormat?
  ) -> Wording? {
    let base = path.split(separator: "/").last.map(String.init) ?? ""
    guard let dot = base.lastIndex(of: ".") else { return nil }
    let ending = base[base.index(after: dot)...].lowercased()
    let isWorkbookName = ["xls", "xlsx", "xlsm", "et", "ods"].contains(ending)
    let isOther: Bool =
      switch format {
      case .xlsx, .sqlite, .parquet: named != format && (named != nil || isWorkbookName)
      case .csv, .csvExcel, .tsv: named == .xlsx || named == .sqlite || named == .parquet || isWorkbookName
      case .json, .ndjson, .geojson: named?.isDelimited == true || named == .xlsx || isWorkbookName
      default: false
      }
    guard isOther, kind != .empty else { return nil }
    let (en, zh) = name(of: format)
    return Wording(
      "its name says .\(ending), but it is \(en), and is read as that", "文件名是 .\(ending)，内容却是\(zh)，按内容读取")
  }

  private static func name(of format: TableFormat) -> (en: String, zh: String) {
    switch format {
    case .csv, .csvExcel, .tsv: ("delimited text (CSV)", "分隔符文本（CSV）")
    case .xlsx: ("a workbook (.xlsx)", "工作簿（.xlsx）")
    case .sqlite: ("an SQLite database", "SQLite 数据库")
    case .parquet: ("a Parquet file", "Parquet 文件")
    case .json, .ndjson, .geojson: ("JSON", "JSON")
    case .xml: ("an XML document", "XML 文档")
    case .turtle: ("Turtle", "Turtle")
    }
  }

  /// Why bytes are not what was declared; nil where they may be.
  private static func contradiction(
    of kind: ContentKind, to declared: TableFormat, _ file: String
  ) -> TableError? {
    let found: TableFormat
    switch kind {
    // Control characters alone are no proof against what its owner says.
    case .foreign(let foreign) where foreign == .binary && declared.isDelimited: return nil
    case .foreign(let foreign): return foreign.refusal(of: file)
    case .document(let foreign): return declared == .xml ? nil : foreign.refusal(of: file)
    case .empty: return nil
    case .fragment, .text, .json, .jsonLines:
      guard declared == .xlsx || declared == .sqlite || declared == .parquet else { return nil }
      switch kind {
      case .text: found = .csv
      case .fragment: found = .xml
      default: found = .json
      }
    case .zip: found = .xlsx
    case .sqlite: found = .sqlite
    case .parquet: found = .parquet
    }
    guard found != declared else { return nil }
    let (en, zh) = name(of: found)
    return TableError(
      .unknownFormat, file: file,
      Wording("is declared as \(declared.rawValue), but is \(en)", "声明为 \(declared.rawValue)，内容却是\(zh)"),
      hint: Wording("declare what it is, or declare no format", "请按实际格式声明，或不声明格式"))
  }
}
