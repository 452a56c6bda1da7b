package import Bytes

/// How a reader came to know something about a file.
package enum Certainty: String, Sendable, CaseIterable {
  /// Declared by the owner.
  case declared
  /// The bytes leave no other reading (a byte order mark, a signature, nothing to decide).
  case certain
  /// Evidence for it and none against.
  case likely
  /// The default, for want of evidence.
  case assumed
}

/// What a reader saw in a file, and how sure it is.
package struct Seen: Sendable {
  /// The format it was read as.
  package var format: TableFormat
  package var formatCertainty: Certainty = .certain
  /// Name of the encoding, for text formats.
  package var encoding: String?
  package var encodingCertainty: Certainty = .certain
  /// Whether a byte order mark stood first.
  package var hasByteOrderMark = false
  /// Delimiter, quote and escape, for delimited text.
  package var dialect: Dialect?
  package var dialectCertainty: Certainty = .certain
  /// `LF`, `CRLF` or `CR`: the line end of the first record.
  package var lineEnd: String?
  /// The sheet or database table that was read, and the others there are.
  package var sheet: String?
  package var otherSheets: [String] = []
  /// What else a person should know.
  package var notes: [Wording] = []
  /// Why the columns are not known for sure: a title or values where the header should be. They are notes as well.
  package private(set) var doubts: [Wording] = []

  /// Notes why the columns are not known.
  mutating func doubt(_ why: Wording) {
    doubts.append(why)
    notes.append(why)
  }

  package init(format: TableFormat) { self.format = format }

  /// For reports: they stand beside the report's own members.
  package var members: [JSON.Member] {
    var members: [JSON.Member] = [
      .init("format", .string(format.rawValue)), .init("formatCertainty", .string(formatCertainty.rawValue)),
    ]
    if let encoding {
      members.append(.init("encoding", .string(encoding)))
      members.append(.init("encodingCertainty", .string(encodingCertainty.rawValue)))
      members.append(.init("byteOrderMark", .bool(hasByteOrderMark)))
    }
    if let dialect {
      var parts: [JSON.Member] = [
        .init("delimiter", .string(String(decoding: dialect.delimiter, as: UTF8.self))),
        .init("quoteChar", dialect.quote.map { .string(String(Character(Unicode.Scalar($0)))) } ?? .null),
      ]
      if let escape = dialect.escape {
        parts.append(.init("escapeChar", .string(String(Character(Unicode.Scalar(escape))))))
      }
      if let lineEnd { parts.append(.init("lineEnd", .string(lineEnd))) }
      members.append(.init("dialect", .object(parts)))
      members.append(.init("dialectCertainty", .string(dialectCertainty.rawValue)))
    }
    if let sheet { members.append(.init("sheet", .string(sheet))) }
    if !otherSheets.isEmpty { members.append(.init("otherSheets", JSON(otherSheets))) }
    if !notes.isEmpty { members.append(.init("notes", JSON(notes.map(\.en)))) }
    return members
  }
}
