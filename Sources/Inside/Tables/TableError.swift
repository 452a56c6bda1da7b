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
  private let text: String
  package let hint: String?

  package init(
    _ code: Code, file: String, line: Int? = nil, column: Int? = nil, offset: Int? = nil, _ message: String,
    hint: String? = nil
  ) {
    self.code = code
    self.file = file
    self.line = line
    self.column = column
    self.offset = offset
    text = message
    self.hint = hint
  }

  /// The message without the place.
  package var reason: String { text }

  package var message: String {
    var place = file
    if let line { place += ":\(line)" }
    if let column { place += ": column \(column)" }
    if let offset { place += ": byte \(offset)" }
    return place.isEmpty ? text : "\(place): \(text)"
  }

  package var blame: Blame {
    switch code {
    case .unreadableFile, .unwritableFile, .converterMissing, .changed: .environment
    case .unknownFormat, .unknownEncoding, .dialect, .unsupported: .usage
    default: .data
    }
  }

  package static func == (left: TableError, right: TableError) -> Bool { left.code == right.code }
}
