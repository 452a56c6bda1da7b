/// How a text table marks its cells and records (RFC 4180 by default).
package struct Dialect: Sendable, Equatable {
  /// Bytes between two cells, in UTF-8; one to four bytes, none of them a line end.
  package var delimiter: [UInt8]
  /// The byte that opens and closes a quoted cell; `nil`: nothing quotes.
  package var quote: UInt8?
  /// The byte that makes the next one data; `nil`: a quote inside quotes is doubled.
  package var escape: UInt8?

  package init(delimiter: [UInt8] = [Byte.comma], quote: UInt8? = Byte.quote, escape: UInt8? = nil) {
    self.delimiter = delimiter
    self.quote = quote
    self.escape = escape
  }

  /// Whether the word-at-a-time scanner can read it; the others go byte by byte.
  var isPlain: Bool { delimiter.count == 1 && escape == nil }
}

/// The bytes that text formats give a meaning.
enum Byte {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let endOfFile: UInt8 = 0x1A
  static let space: UInt8 = 0x20
  static let quote: UInt8 = 0x22
  static let comma: UInt8 = 0x2C
  static let minus: UInt8 = 0x2D
  static let plus: UInt8 = 0x2B
  static let dot: UInt8 = 0x2E
  static let zero: UInt8 = 0x30
  static let nine: UInt8 = 0x39
}
