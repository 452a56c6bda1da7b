/// A character encoding a text table may come in.
package struct TextEncoding: Sendable, Hashable, CustomStringConvertible {
  /// The name we print: `utf-8`, `gb18030`, `utf-16le`.
  package let name: String
  /// The name the system's converter knows, or nil for UTF-8, which needs no conversion.
  let converterName: String?

  package var description: String { name }

  package static let utf8 = TextEncoding(name: "utf-8", converterName: nil)
  package static let gb18030 = TextEncoding(name: "gb18030", converterName: "GB18030")
  package static let big5 = TextEncoding(name: "big5", converterName: "BIG5")
  /// Big5 with the characters of Hong Kong.
  package static let big5HKSCS = TextEncoding(name: "big5-hkscs", converterName: "BIG5-HKSCS")
  package static let windows1252 = TextEncoding(name: "windows-1252", converterName: "CP1252")
  package static let utf16LittleEndian = TextEncoding(name: "utf-16le", converterName: "UTF-16LE")
  package static let utf16BigEndian = TextEncoding(name: "utf-16be", converterName: "UTF-16BE")
  package static let utf32LittleEndian = TextEncoding(name: "utf-32le", converterName: "UTF-32LE")
  package static let utf32BigEndian = TextEncoding(name: "utf-32be", converterName: "UTF-32BE")

  private static let known: [(TextEncoding, names: [String])] = [
    (.utf8, ["utf-8", "utf8", "utf-8-bom", "utf-8-sig", "unicode-1-1-utf-8", "ascii", "us-ascii"]),
    (.gb18030, ["gb18030", "gb-18030", "gb18030-2005", "gb18030-2022"]),
    // GB18030 reads every GBK and GB2312 file, and the few characters that GBK left open.
    (TextEncoding(name: "gbk", converterName: "GB18030"), ["gbk", "cp936", "ms936", "windows-936"]),
    (TextEncoding(name: "gb2312", converterName: "GB18030"), ["gb2312", "euc-cn", "gb-2312"]),
    (.big5, ["big5", "big-5", "cp950", "big5-eten"]),
    (.big5HKSCS, ["big5-hkscs", "big5hkscs"]),
    (.windows1252, ["windows-1252", "cp1252", "ansi"]),
    (
      TextEncoding(name: "iso-8859-1", converterName: "ISO-8859-1"),
      ["iso-8859-1", "latin-1", "latin1", "iso8859-1"]
    ),
    (TextEncoding(name: "iso-8859-15", converterName: "ISO-8859-15"), ["iso-8859-15", "latin-9", "latin9"]),
    (.utf16LittleEndian, ["utf-16le", "utf-16", "utf16", "utf16le", "ucs-2", "unicode"]),
    (.utf16BigEndian, ["utf-16be", "utf16be"]),
    (.utf32LittleEndian, ["utf-32le", "utf-32", "utf32", "utf-32le-bom"]),
    (.utf32BigEndian, ["utf-32be"]),
    (
      TextEncoding(name: "shift_jis", converterName: "CP932"),
      ["shift_jis", "shift-jis", "sjis", "cp932", "ms932"]
    ),
    (TextEncoding(name: "euc-jp", converterName: "EUC-JP"), ["euc-jp", "eucjp"]),
    (TextEncoding(name: "euc-kr", converterName: "CP949"), ["euc-kr", "euckr", "cp949"]),
  ]

  /// The names a person may declare.
  package static var names: [String] { known.map(\.0.name) }

  /// The encoding of that name, upper or lower case, `_` or `-`.
  package init?(named name: String) {
    let wanted = name.lowercased().replacing("_", with: "-")
    guard
      let found = Self.known.first(where: { $0.names.contains { $0.replacing("_", with: "-") == wanted } })
    else {
      return nil
    }
    self = found.0
  }

  private init(name: String, converterName: String?) {
    self.name = name
    self.converterName = converterName
  }

  /// Byte order marks, longest first, so that UTF-32 is not taken for UTF-16.
  static let marks: [(bytes: [UInt8], encoding: TextEncoding)] = [
    ([0xFF, 0xFE, 0x00, 0x00], .utf32LittleEndian), ([0x00, 0x00, 0xFE, 0xFF], .utf32BigEndian),
    ([0x84, 0x31, 0x95, 0x33], .gb18030), ([0xEF, 0xBB, 0xBF], .utf8),
    ([0xFF, 0xFE], .utf16LittleEndian), ([0xFE, 0xFF], .utf16BigEndian),
  ]

  /// Whether 0x80 alone is the euro sign, as code page 936 and the WHATWG's decoders have it and iconv does not.
  var hasLoneEuro: Bool { converterName == "GB18030" }

  /// Bytes of one code unit.
  var unit: Int { name.hasPrefix("utf-16") ? 2 : name.hasPrefix("utf-32") ? 4 : 1 }
}
