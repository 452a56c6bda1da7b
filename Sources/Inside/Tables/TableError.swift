package import Bytes

/// Why a table cannot be read or written any further. Faults of single cells are `CellFault`s.
package struct TableError: Fault, Equatable {
  /// What kind of trouble; errors are equal by it.
  package enum Code: String, Sendable, CaseIterable {
    case unreadableFile, unwritableFile, unknownFormat, unknownEncoding, converterMissing
    case invalidByte, unclosedQuote, textAfterQuote, dialect, header, empty, malformed, tooLarge, refused
    case schema, cell, unsupported, changed
  }

  package let code: Code
  /// The file as it was named.
  package let file: String
  /// Line of the file, from 1, where it is known.
  package var line: Int?
  /// Column of the table, from 1, where it is known.
  package var column: Int?
  /// Bytes from the start of the file, where it is known.
  package var offset: Int?
  private let words: Wording
  private let advice: Wording?

  package init(
    _ code: Code, file: String, line: Int? = nil, column: Int? = nil, offset: Int? = nil, _ words: Wording,
    hint: Wording? = nil
  ) {
    self.code = code
    self.file = file
    self.line = line
    self.column = column
    self.offset = offset
    self.words = words
    advice = hint
  }

  /// The message without the place.
  package var reason: Wording { words }
  package var message: String { message(in: "en") }
  package var hint: String? { hint(in: "en") }

  package func message(in language: String) -> String {
    let isChinese = language.hasPrefix("zh")
    var place = file
    if let line { place += ":\(line)" }
    if let column { place += isChinese ? "：第 \(column) 列" : ": column \(column)" }
    if let offset { place += isChinese ? "：字节 \(offset)" : ": byte \(offset)" }
    let text = words.said(in: language)
    return place.isEmpty ? text : place + (isChinese ? "：" : ": ") + text
  }

  package func hint(in language: String) -> String? { advice?.said(in: language) }

  package var blame: Blame {
    switch code {
    case .unreadableFile, .unwritableFile, .converterMissing, .changed: .environment
    case .unknownEncoding, .dialect, .unsupported: .usage
    default: .data
    }
  }

  package static func == (left: TableError, right: TableError) -> Bool { left.code == right.code }
}
