import Bytes

/// What a file is by its own bytes, whatever its name says.
enum ContentKind: Equatable {
  case empty
  case text
  /// Text that begins as JSON does: an array or object, or an object a line, with the lines seen (at most 2).
  case json, jsonLines(Int)
  case zip, sqlite, parquet
  /// A file of tags in the form of a whole document, or a text that begins with a tag and may be one.
  case document(ForeignKind), fragment(ForeignKind)
  case foreign(ForeignKind)

  /// Bytes looked at.
  private static let sampled = 4096

  static func of(_ input: inout InputFile) throws(TableError) -> ContentKind {
    let first = try input.peek(sampled)
    if first.isEmpty { return .empty }
    if first.starts(with: "SQLite format 3\0".utf8) { return .sqlite }
    if first.starts(with: "PAR1".utf8) { return .parquet }
    if first.starts(with: [0x50, 0x4B, 3, 4]) || first.starts(with: [0x50, 0x4B, 5, 6]) { return .zip }
    if first.starts(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
      return .foreign(try compound(first, input))
    }
    if let known = signatures.first(where: { first.dropFirst($0.place).starts(with: $0.bytes) }) {
      return .foreign(known.kind)
    }
    // Excel before 1997 wrote its records without the compound file around them.
    if first.count > 8, first[0] == 0x09, [0, 2, 4, 8].contains(first[1]), [4, 6, 8, 16].contains(first[2]),
      first[3] == 0
    {
      return .foreign(.oldWorkbook)
    }
    let text = latin(first)
    // PEM (RFC 7468), also of OpenSSH and under a passphrase.
    if has(Array("private key-----".utf8), in: text) { return .foreign(.privateKey) }
    if isBinary(first) { return .foreign(.binary) }
    return markup(text) ?? json(text) ?? .text
  }

  private static let signatures: [(place: Int, bytes: [UInt8], kind: ForeignKind)] = [
    (0, Array("%PDF-".utf8), .pdf), (0, Array("{\\rtf".utf8), .richText),
    (0, Array("%!PS".utf8), .postscript),
    (0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .picture), (0, [0xFF, 0xD8, 0xFF], .picture),
    (0, Array("GIF8".utf8), .picture), (0, [0x49, 0x49, 0x2A, 0x00], .picture),
    (0, [0x4D, 0x4D, 0x00, 0x2A], .picture), (8, Array("WEBP".utf8), .picture), (0, [0x1F, 0x8B], .gzip),
    (0, Array("BZh91AY".utf8), .archive), (0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .archive),
    (0, [0x28, 0xB5, 0x2F, 0xFD], .archive), (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .archive),
    (0, Array("Rar!\u{1A}\u{7}".utf8), .archive), (257, Array("ustar".utf8), .archive),
    (0, Array("MSCF\0".utf8), .archive), (0, [0x7F, 0x45, 0x4C, 0x46], .program),
  ]

  /// Beginnings of text, in lower case, behind a byte order mark and white space.
  private static let beginnings: [(String, ForeignKind)] = [
    ("mime-version:", .webArchive), ("from: <saved by", .webArchive), ("from: \"saved by", .webArchive),
    ("content-type: multipart/", .webArchive), ("%pdf-", .pdf), ("{\\rtf", .richText), ("%!ps", .postscript),
    ("begin:vcard", .contacts), ("begin:vcalendar", .calendar),
  ]

  /// What a compound file (OLE) holds, by the names in its directory [MS-CFB].
  private static func compound(
    _ first: [UInt8], _ input: borrowing InputFile
  ) throws(TableError) -> ForeignKind {
    var names = first
    if first.count >= 52, input.isSeekable, first[30] == 9 || first[30] == 12 {
      let sector = (0..<4).reduce(0) { $0 | Int(first[48 + $1]) << ($1 * 8) }
      names += try input.bytes(at: input.offset + (sector + 1) << Int(first[30]), sampled)
    }
    func has(_ name: String) -> Bool {
      var wide: [UInt8] = []
      for byte in name.utf8 { wide += [byte, 0] }
      return Self.has(wide, in: names)
    }
    if has("EncryptedPackage") { return .encrypted }
    if has("WordDocument") { return .oldWord }
    return has("Workbook") || has("Book") ? .oldWorkbook : .oldOffice
  }

  /// The ASCII of a text in lower case, whatever its encoding: enough to know tags by.
  private static func latin(_ first: [UInt8]) -> [UInt8] {
    let mark = TextEncoding.marks.first { first.starts(with: $0.bytes) }
    let unit = (mark?.encoding ?? EncodingEvidence.wide(first))?.unit ?? 1
    var text: [UInt8] = []
    let body = first.dropFirst(mark?.bytes.count ?? 0)
    for byte in body where unit == 1 || byte != 0 {
      text.append(byte &- 0x41 < 26 ? byte | 0x20 : byte)
    }
    return Array(
      text.drop { $0 == 0x20 || $0 == Byte.tab || $0 == Byte.lineFeed || $0 == Byte.carriageReturn })
  }

  /// One byte in twenty is a control character that no text has, or one in three of a short file: a few are in many a
  /// text.
  private static func isBinary(_ first: [UInt8]) -> Bool {
    if TextEncoding.marks.contains(where: { first.starts(with: $0.bytes) }) { return false }
    if EncodingEvidence.wide(first) != nil { return false }
    let odd = first.count { $0 < 0x20 && !(0x08...0x0D ~= $0) && !(0x1A...0x1F ~= $0) || $0 == 0x7F }
    return odd * (first.count < 256 ? 3 : 20) > first.count
  }

  private static func markup(_ text: [UInt8]) -> ContentKind? {
    func has(_ part: String) -> Bool { Self.has(Array(part.utf8), in: text) }
    for (start, kind) in beginnings where text.starts(with: start.utf8) { return .foreign(kind) }
    guard text.first == UInt8(ascii: "<"), text.count > 3 else { return nil }
    let htmlTags = ["<html", "<table", "<body", "<head", "<!doctype html", "<td", "<tr", "<div", "<meta"]
    func kind() -> ForeignKind {
      if has("urn:schemas-microsoft-com:office:spreadsheet") || has("progid=\"excel.sheet\"") {
        // An HTML page of Excel names the same schema.
        if !htmlTags.contains(where: { has($0 + " ") || has($0 + ">") }) || has("<workbook") {
          return .spreadsheetML
        }
      }
      if has("progid=\"word.document\"") || has("<w:worddocument") { return .wordML }
      if has("<office:document") { return .flatODS }
      return htmlTags.contains { has($0) } ? .html : .xml
    }
    let openings = [
      "<?xml", "<!doctype", "<html", "<table", "<head", "<body", "<meta", "<style", "<script", "<!--", "<tr",
      "<div",
    ]
    if openings.contains(where: { text.starts(with: $0.utf8) }) { return .document(kind()) }
    // `<TICKER>,<DATE>` heads the columns of stock prices: a tag that nothing closes is a word.
    let isTag = text[1] &- 0x61 < 26 && (has("</") || has("/>"))
    return isTag ? .fragment(kind()) : nil
  }

  private static func has(_ part: [UInt8], in bytes: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0] == part[0] && bytes[$0...].starts(with: part) }
  }

  private static func json(_ text: [UInt8]) -> ContentKind? {
    guard text.first == UInt8(ascii: "[") || text.first == UInt8(ascii: "{") else { return nil }
    if text.first == UInt8(ascii: "[") { return .json }
    let lines = text.split(separator: Byte.lineFeed).prefix(2).map { $0.filter { $0 > 0x20 } }
    let isLines =
      lines.first?.last == UInt8(ascii: "}")
      && (lines.count == 2 ? lines[1].first == UInt8(ascii: "{") : text.contains(Byte.lineFeed))
    return isLines ? .jsonLines(lines.count) : .json
  }
}
