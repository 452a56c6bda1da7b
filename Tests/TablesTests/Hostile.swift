import Bytes
import Glibc

@testable import Tables

/// What must hold of the readers whatever bytes they are given. Each returns what does not, or nil.
///
/// The fuzz targets and the tests over their seeds share it; it must not import more than the rooms do.
struct Hostile {
  /// A file that is written again for each input.
  let path: String

  private enum Outcome: Equatable {
    case rows([[String]])
    case error(TableError.Code, line: Int?, column: Int?, offset: Int?)

    /// The same, but that a text with two faults may be refused for either: a damaged byte is found before the block
    /// that it is in is split, a misplaced quote after.
    func agrees(with other: Outcome) -> Bool {
      if case .error(let code, _, _, _) = self, case .error(let otherCode, _, _, _) = other, code != otherCode
      {
        return true
      }
      return self == other
    }
  }

  private func store(_ bytes: ArraySlice<UInt8>) {
    guard let file = fopen(path, "w") else { return }
    bytes.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
    fclose(file)
  }

  private func outcome(_ source: TableSource, blockSize: Int) -> Outcome {
    do throws(TableError) {
      let reader = try TableReader(source, blockSize: blockSize)
      var rows: [[String]] = []
      while let batch = try reader.next() {
        for row in 0..<batch.rowCount {
          rows.append(
            (0..<batch.cellCount(ofRow: row)).map {
              String(decoding: batch.sourceBytes(row, $0), as: UTF8.self)
            })
        }
      }
      return .rows(rows)
    } catch {
      return .error(error.code, line: error.line, column: error.column, offset: error.offset)
    }
  }

  private static let declared: [(encoding: String?, delimiter: String?, quote: String?, escape: String?)] = [
    (nil, nil, nil, nil), ("utf-8", ",", "\"", nil), ("utf-8", ";", "'", nil), ("utf-8", "\t", "", nil),
    ("utf-8", "|", "\"", "\\"), ("utf-8", "，", "\"", nil), ("gb18030", ",", "\"", nil),
    ("utf-16le", ",", "\"", nil), ("big5", nil, nil, nil), ("windows-1252", ",", "\"", nil),
    ("utf-16be", nil, nil, nil), (nil, ",", nil, nil),
  ]

  /// Delimited text; the first byte chooses what is declared about the rest.
  func csv(_ bytes: [UInt8]) -> String? {
    guard let first = bytes.first else { return nil }
    store(bytes.dropFirst())
    let told = Self.declared[Int(first) % Self.declared.count]
    let source = TableSource(
      path: path, format: .csv, encoding: told.encoding, delimiter: told.delimiter, quote: told.quote,
      escape: told.escape, hasHeader: false)
    let whole = outcome(source, blockSize: 1 << 16)
    for size in [1, 7, 64] where !outcome(source, blockSize: size).agrees(with: whole) {
      return "in blocks of \(size) it reads otherwise"
    }
    guard case .rows(let rows) = whole else { return nil }
    var written: [UInt8] = []
    guard (try? convert(source, to: .csv, output: .call { written += $0 })) != nil else {
      return "it reads, and is not written"
    }
    store(written[...])
    let back = TableSource(
      path: path, format: .csv, encoding: "utf-8", delimiter: ",", quote: "\"", hasHeader: false)
    return outcome(back, blockSize: 64) == .rows(rows) ? nil : "what was written reads otherwise"
  }

  /// JSON, NDJSON or GeoJSON by the first byte.
  func json(_ bytes: [UInt8]) -> String? {
    guard let first = bytes.first else { return nil }
    let text = bytes.dropFirst()
    store(text)
    let format: TableFormat = [.json, .ndjson, .geojson][Int(first) % 3]
    let found = outcome(TableSource(path: path, format: format, hasHeader: false), blockSize: 64)
    guard format == .json, text.first == UInt8(ascii: "["), !text.contains(0) else { return nil }
    let whole = try? JSON(parsing: Array(text))
    switch (whole, found) {
    case (nil, .rows): return "it is no JSON, and was read"
    case (let whole?, .error(let code, _, _, _)):
      // Records of several kinds are refused, and so is nothing else.
      let isEven =
        whole.array.map { $0.allSatisfy { $0.members != nil } || $0.allSatisfy { $0.array != nil } } ?? false
      return isEven && code != .tooLarge ? "it is JSON, and was refused" : nil
    case (let whole?, .rows(let rows)):
      return rows.count == whole.array?.count
        ? nil : "it has \(whole.array?.count ?? 0) records, and \(rows.count) were read"
    default: return nil
    }
  }

  /// A workbook: a zip file as it is, or its parts with a zero byte between them: sheet, shared strings, styles, workbook.
  func xlsx(_ bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0x50, 0x4B]) {
      store(bytes[...])
    } else {
      let parts = bytes.split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false).map(Array.init)
      guard let book = try? Self.workbook(parts) else { return "the parts make no zip file" }
      store(book[...])
    }
    let source = TableSource(path: path, format: .xlsx)
    let once = outcome(source, blockSize: 64)
    guard case .rows(let rows) = once else { return nil }
    var options = ConvertOptions()
    options.check.threads = 2
    var written: [UInt8] = []
    guard let report = try? convert(source, to: .ndjson, output: .call { written += $0 }, options: options)
    else { return "it reads, and is not written" }
    return report.rows == rows.count ? nil : "it has another number of rows the second time"
  }

  static func workbook(_ parts: [[UInt8]]) throws -> [UInt8] {
    var zip = ZipWriter(level: 0)
    let main =
      parts.count > 3
      ? parts[3]
      : Array("<workbook><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>".utf8)
    let links = [
      ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"),
      ("styles", "styles.xml"),
    ].enumerated().map { number, link in
      "<Relationship Id=\"r\(number + 1)\" Target=\"\(link.1)\" Type=\""
        + "http://schemas.openxmlformats.org/officeDocument/2006/relationships/\(link.0)\"/>"
    }
    try zip.add("[Content_Types].xml", Array("<Types/>".utf8))
    try zip.add("xl/workbook.xml", main)
    try zip.add("xl/_rels/workbook.xml.rels", Array("<Relationships>\(links.joined())</Relationships>".utf8))
    try zip.add("xl/worksheets/sheet1.xml", parts.first ?? [])
    if parts.count > 1 { try zip.add("xl/sharedStrings.xml", parts[1]) }
    if parts.count > 2 { try zip.add("xl/styles.xml", parts[2]) }
    try zip.finish()
    return zip.takeOutput()
  }

  /// A database file.
  func sqlite(_ bytes: [UInt8]) -> String? {
    store(bytes[...])
    let source = TableSource(path: path, format: .sqlite)
    let once = outcome(source, blockSize: 64)
    return outcome(source, blockSize: 64) == once ? nil : "it reads otherwise the second time"
  }

  /// A schema, and behind a zero byte a table to hold against it.
  func schema(_ bytes: [UInt8]) -> String? {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    guard let text = parts.first,
      let schema = try? Schema(node: Document(json5: Array(text), file: "schema.json5").root)
    else { return nil }
    guard let again = try? Schema(node: Document(json5: schema.json.serialized(), file: "again").root) else {
      return "it cannot be read again"
    }
    if schema != again { return "it is another schema the second time" }
    guard parts.count > 1 else { return nil }
    store(parts[1])
    let source = TableSource(path: path, format: .csv, encoding: "utf-8", delimiter: ",", quote: "\"")
    guard let report = try? TableCheck.run(source, schema: schema) else { return nil }
    for format in TableFormat.allCases where ![.sqlite, .geojson].contains(format) {
      guard let written = try? convert(source, schema: schema, to: format, output: .call { _ in }) else {
        // A number beyond all bounds is refused by name; nothing else may be.
        continue
      }
      if written.faultCount != report.faultCount { return "it has another number of faults as \(format)" }
    }
    return nil
  }
}
