import Bytes
/// What a file's first bytes and its name say about its format.
enum FormatEvidence {
  static func judge(
    _ source: TableSource, _ input: inout InputFile
  ) throws(TableError) -> (TableFormat, Certainty) {
    if let format = source.format { return (format, .declared) }
    let first = try input.peek(4096)
    if first.starts(with: "SQLite format 3\0".utf8) { return (.sqlite, .certain) }
    if first.starts(with: "PK\u{3}\u{4}".utf8) { return (.xlsx, .likely) }
    if first.starts(with: "PAR1".utf8) { return (.parquet, .certain) }
    if first.starts(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
      throw TableError(
        .unknownFormat, file: input.name,
        Wording(
          "is a workbook of the old binary format (.xls) or an encrypted one", "是旧版二进制工作簿（.xls）或加密的工作簿"),
        hint: Wording("save it as .xlsx without a password", "请另存为不带密码的 .xlsx"))
    }
    if first.starts(with: [0x1F, 0x8B]) {
      throw TableError(
        .unknownFormat, file: input.name, Wording("is compressed by gzip", "是 gzip 压缩文件"),
        hint: Wording("unpack it first: gunzip", "请先解压：gunzip"))
    }
    let named = TableFormat(fileName: source.path)
    if let named, named != .json || !holdsLines(first) { return (named, .likely) }
    let text = first.starts(with: [0xEF, 0xBB, 0xBF]) ? first.dropFirst(3) : first[...]
    if let mark = text.first(where: {
      $0 != 0x20 && $0 != Byte.lineFeed && $0 != Byte.carriageReturn && $0 != Byte.tab
    }) {
      if mark == UInt8(ascii: "[") { return (.json, .likely) }
      if mark == UInt8(ascii: "{") {
        let line = text.prefix { $0 != Byte.lineFeed }
        return (line.last == UInt8(ascii: "}") && line.count < text.count ? .ndjson : .json, .likely)
      }
    }
    return (.csv, .assumed)
  }

  /// Whether a file called JSON holds one record a line.
  private static func holdsLines(_ first: [UInt8]) -> Bool {
    let lines = first.split(separator: Byte.lineFeed).prefix(2).map { $0.filter { $0 > 0x20 } }
    return lines.count == 2 && lines[0].first == UInt8(ascii: "{") && lines[0].last == UInt8(ascii: "}")
      && lines[1].first == UInt8(ascii: "{")
  }
}
